"""`symrnn bench`: ours and the installed peers, measured side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from symrnn.bench import history
from symrnn.bench.measure import Row
from symrnn.bench.record import record
from symrnn.bench.suite import ITEMS, run
from symrnn.bench.table import remarks, table
from symrnn.bench.tuning import measured
from symrnn.cli.output import say
from symrnn.cli.progress import progress_bar
from symrnn.errors import ParseError
from symrnn.numeric.thresholds import keep
from symrnn.typeset.files import require_room, write_files

WIDTH = 160
"""Columns of the table where it does not go to a terminal."""


def bench(
    path: Annotated[
        Path | None, typer.Option("--json", help="Write figures, versions and machine as JSON.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Small sizes, once each: for correctness."),
    ] = False,
    kept: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="Add the figures to those of earlier releases in this file, and draw them beside.",
        ),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option(
            "--tune",
            help="First measure up to which sizes compiled loops are the faster ones, and keep it.",
        ),
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help=f"Some work items: {', '.join(ITEMS)}.")
    ] = None,
) -> None:
    """Compare ours with the installed peers, then time them; exit code 1 if results disagree."""
    if path is not None:
        require_room(path.parent, [path.name])
    earlier: list[history.Run] = []
    if kept is not None:
        require_room(kept.parent, [kept.name, f"{kept.stem}.svg"])
        earlier = history.read(kept)
        if quick:
            raise ParseError(
                "--history keeps times, which mean nothing at quick sizes",
                {"expected": "--history or --quick", "got": "both"},
            )
    if tune:
        found = measured()
        keep(found)
        say(
            f"compiled as a whole: passes of up to {found.compiled_entries} entries of a weight, "
            f"∂s_t/∂s_k of up to {found.compiled_size} entries of a state"
        )
    so_far: list[Row] = []
    try:
        with progress_bar() as listener:
            rows = run(listener, quick, tuple(only or ()), ITEMS, so_far)
    except BaseException:
        if so_far:
            _show(so_far)  # half an hour's figures are not lost with a later item's fault
        raise
    _show(rows)
    for remark in remarks(rows):
        say(remark)
    if quick:
        say("quick: all results agree; sizes are too small for times to mean anything")
    if path is not None:
        written = json.dumps(record(rows, quick), indent=2, ensure_ascii=False, allow_nan=False)
        write_files(path.parent, {path.name: f"{written}\n".encode()})
        say(f"  {path}")
    if kept is not None:
        runs = history.added(earlier, record(rows, quick))
        files = {kept.name: history.written(runs)}
        if any(history.FIGURES[0] in row.figures for row in rows):
            files[f"{kept.stem}.svg"] = history.drawn(runs).svg.encode()
        write_files(kept.parent, files)
        for name in files:
            say(f"  {kept.parent / name}")


def _show(rows: list[Row]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    with console.capture() as shown:
        console.print(table(rows))
    say(shown.get().rstrip("\n"))
