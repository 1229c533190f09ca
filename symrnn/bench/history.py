"""The benchmark over releases: what `symrnn bench` found, in one file, and drawn.

The file holds one object: schema "symrnn-bench-history/1", and `runs`, a list of the objects that
`record` documents, oldest first. A run of the same version on the same machine takes the place of
the one before. Only ratios are drawn: they say more than seconds do, from machine to machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from symrnn.bench.goals import TO_PEER, TO_PRODUCTS
from symrnn.bench.record import SCHEMA
from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import Words, render

HISTORY = "symrnn-bench-history/1"
FIGURES = (TO_PEER, TO_PRODUCTS)

Run = Mapping[str, Any]


def read(path: Path) -> list[Run]:
    """The runs of a file; none where there is no file yet.

    Raises:
        IllFormedError: the file holds something else.
    """
    if not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise IllFormedError(f"{path} can not be read", {"reason": error}) from error
    runs = found.get("runs") if isinstance(found, dict) else None
    right = isinstance(runs, list) and found.get("schema") == HISTORY
    if not right or not all(isinstance(r, dict) and r.get("schema") == SCHEMA for r in runs or ()):
        raise IllFormedError(
            f"{path} holds no history of the benchmark",
            {"expected": f"schema {HISTORY}, runs of schema {SCHEMA}"},
        )
    return list(runs or ())


def added(runs: Sequence[Run], run: Run) -> list[Run]:
    """The runs with one more, or with one in another's place.

    Raises:
        IllFormedError: a run at quick sizes, whose times mean nothing.
    """
    if run["quick"]:
        raise IllFormedError(
            "a history is of full sizes", {"expected": "no --quick", "got": "--quick"}
        )
    return [*(each for each in runs if _identity(each) != _identity(run)), run]


def _identity(run: Run) -> tuple[Any, ...]:
    machine = run["machine"]
    return run["versions"]["symrnn"], machine["processor"], machine["cores"]


def written(runs: Sequence[Run]) -> bytes:
    """The file."""
    whole = {"schema": HISTORY, "runs": list(runs)}
    return f"{json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)}\n".encode()


def drawn(runs: Sequence[Run]) -> Figure:
    """Each row's ratios over the runs: to the fastest peer, and to the matrix products alone.

    Raises:
        IllFormedError: there is nothing to draw.
    """
    names = [_label(run, place) for place, run in enumerate(runs)]
    panels = {figure: _curves(runs, figure) for figure in FIGURES}
    if not any(panels.values()):
        raise IllFormedError("nothing to draw: no run has a ratio", {"runs": len(runs)})

    works = list(dict.fromkeys(row for curves in panels.values() for row in curves))
    colours = mpl.colormaps["viridis"].resampled(max(2, len(works)))

    def draw(canvas: Canvas) -> None:
        lines = {}
        several = canvas.subplots(1, len(panels), squeeze=False)[0]
        for axes, (figure, curves) in zip(several, panels.items(), strict=True):
            for work, points in curves.items():
                x, y = zip(*points, strict=True)
                colour = colours(works.index(work))
                (lines[work],) = axes.plot(x, y, marker="o", markersize=4, color=colour)
            axes.axhline(1.0, color="0.5", linewidth=0.8)
            axes.set_xticks(range(len(names)), names)
            axes.set_ylim(bottom=0)
            axes.set_title(figure)
        canvas.legend([lines[work] for work in works], works, loc="outside right upper", fontsize=7)

    rows = tuple(
        (name, figure, row, dict(points)[place])
        for figure, curves in panels.items()
        for row, points in curves.items()
        for place, name in enumerate(names)
        if place in dict(points)
    )
    caption = "Ours over the fastest peer, and over the matrix products alone, release by release."
    alt = f"Two line charts of ratios over {len(runs)} runs: {', '.join(names)}."
    data = Data(("run", "ratio", "work", "value"), rows)
    return render(Words("bench-history", caption, alt, data), draw, size=(10.0, 5.0))


def _label(run: Run, place: int) -> str:
    return f"{run['versions']['symrnn'] or 'run ' + str(place + 1)}"


def _curves(runs: Sequence[Run], figure: str) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for place, run in enumerate(runs):
        for row in run["rows"]:
            value = row["figures"].get(figure)
            if value is not None:
                sizes = ", ".join(f"{name} = {size}" for name, size in row["sizes"].items())
                found.setdefault(f"{row['work']} {sizes}".strip(), []).append((place, value))
    return found
