"""`symrnn sweep` and `symrnn plot`: many nets measured, and what was found drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from symrnn.cli.exits import FAILED
from symrnn.cli.output import say
from symrnn.cli.progress import progress_bar
from symrnn.errors import NotSupportedError
from symrnn.typeset.files import require_room, write_files

if TYPE_CHECKING:
    from symrnn.sweep.run import Listener

_NEEDED = ("pyarrow", "dask", "distributed", "threadpoolctl")


def sweep(
    spec: Annotated[Path, typer.Argument(help="What to measure, a file in TOML.")],
    folder: Annotated[
        Path, typer.Option("--output", "-o", help="Where the dataset is, or is to be.")
    ],
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=0, help="Processes; 0 for this one alone. Default: a core each."),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="A Dask scheduler to use: tcp://host:8786.")
    ] = None,
) -> None:
    """Measure many nets; goes on where it was stopped. Exit code 1 if nets are left without a row."""
    with _libraries():
        from symrnn.sweep import read_spec, run
    asked = read_spec(spec)
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
    with _libraries():
        from symrnn.sweep.picture import document, figures
        from symrnn.sweep.store import read_results, title_of
    from symrnn.typeset.html import page

    found = document(read_results(folder), title_of(folder), x=x, y=y, of=of or ())
    files = {"index.html": page(found).encode()}
    for figure in figures(found):
        files[f"{figure.name}.svg"] = figure.svg.encode()
        files[f"{figure.name}.pdf"] = figure.pdf
    target = out or folder
    require_room(target, files, sum(map(len, files.values())))
    for path in write_files(target, files):
        say(f"  {path}")


@contextmanager
def _libraries() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        raise NotSupportedError(
            f"a sweep needs {error.name}", {"expected": 'pip install "symrnn[sweep]"'}
        ) from error


def _listener(bar: object) -> Listener:
    def listen(done: int, of: int, left: float | None, /) -> None:
        what = "nets" if left is None else f"nets, about {_time(left)} left"
        bar(what, done, of)  # type: ignore[operator]

    return listen


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
