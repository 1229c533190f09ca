"""`symrnn sweep` and `symrnn plot`: many nets measured, and what was found drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.exits import FAILED
from symrnn.cli.output import say
from symrnn.cli.progress import progress_bar
from symrnn.lecture.progress import Progress
from symrnn.sweep import read_results, read_spec, run
from symrnn.sweep.cells import Cells
from symrnn.sweep.picture import document, figures
from symrnn.sweep.sharing import Listener
from symrnn.sweep.store import title_of
from symrnn.typeset.files import require_room, write_files
from symrnn.typeset.html import page


def sweep(
    spec: Annotated[Path, typer.Argument(help="What to measure, a file in TOML.")],
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="Where the dataset is, or is to be.")
    ],
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=0, help="Processes; 0 for this one alone. Default: a core each."
        ),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="A Dask scheduler to use: tcp://host:8786.")
    ] = None,
) -> None:
    """Measure many nets, going on where a run was stopped; exit code 1 if nets are left."""
    asked = read_spec(spec)
    Cells(asked, spec.parent)  # what has no meaning is refused before anything is written
    require_room(folder, ["sweep.toml"])
    write_files(folder, {"sweep.toml": spec.read_bytes()})
    with progress_bar() as bar:
        outcome = run(
            asked,
            folder,
            workers=workers,
            scheduler=scheduler,
            base=spec.parent,
            listener=_listener(bar),
        )
    say(f"{outcome.nets} nets, {outcome.known} of them known before: {folder}")
    if outcome.failed:
        say(f"{outcome.failed} without numbers; the column failure says why")
    if outcome.lost:
        say(f"{outcome.lost} whose workers died; run the same command again to try them")
        raise typer.Exit(FAILED)


def plot(
    folder: Annotated[Path, typer.Argument(help="The folder of a sweep.")],
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write; the folder by default.")
    ] = None,
    x: Annotated[str | None, typer.Option("--x", help="The axis drawn across.")] = None,
    y: Annotated[str | None, typer.Option("--y", help="The axis drawn upwards.")] = None,
    of: Annotated[
        list[str] | None,
        typer.Option("--of", help="What is drawn: a column, or explosions. Several times."),
    ] = None,
) -> None:
    """Draw what a sweep found: phase diagrams and curves, as SVG, PDF and a page."""
    found = document(read_results(folder), title_of(folder), x=x, y=y, of=of or ())
    files = {"index.html": page(found).encode()}
    for figure in figures(found):
        files[f"{figure.name}.svg"] = figure.svg.encode()
        files[f"{figure.name}.pdf"] = figure.pdf
    target = out or folder
    require_room(target, files, sum(map(len, files.values())))
    for path in write_files(target, files):
        say(f"  {path}")


def _listener(bar: Progress) -> Listener:
    def listen(done: int, of: int, left: float | None, /) -> None:
        what = "nets" if left is None else f"nets, about {_time(left)} left"
        bar(what, done, of)

    return listen


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
