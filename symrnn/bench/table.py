"""The table of ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.table import Table

from symrnn.bench.contender import OURS
from symrnn.bench.goals import MISSED, REACHED, TO_PEER, TO_PRODUCTS
from symrnn.bench.measure import Row

MARKS = {REACHED: "✓", MISSED: "✗"}


def table(rows: list[Row]) -> Table:
    """A line for each work item and size: time, ratios, goals and whether they are reached."""
    result = Table(title="ours and the peers, side by side", title_justify="left")
    result.add_column("work")
    result.add_column("sizes")
    result.add_column("ours", justify="right")
    result.add_column("fastest peer")
    result.add_column("ours / it", justify="right")
    result.add_column("ours / products", justify="right")
    result.add_column("goals")
    for row in rows:
        cells = (
            row.work.name,
            _sizes(row),
            duration(row.seconds[OURS]),
            row.fastest_peer or "–",
            _ratio(row.figures, TO_PEER),
            _ratio(row.figures, TO_PRODUCTS),
            "\n".join(_goals(row)) or "–",
        )
        result.add_row(*map(escape, cells))
    return result


def remarks(rows: list[Row]) -> Iterator[str]:
    """Which peers were missing, which gave up, which were left out where, and why."""
    for name in dict.fromkeys(name for row in rows for name in row.work.missing):
        yield f'{name} is not installed: pip install "symrnn[bench]"'
    for row in rows:
        for name in row.gave_up:
            sizes = _sizes(row)
            limit = duration(row.seconds[name])
            yield f"{name} gave up on {row.work.name} at {sizes} after {limit}: a lower bound"
    said = set()
    for row in rows:
        for name, why in row.work.left_out.items():
            if (row.work.name, name) not in said:
                said.add((row.work.name, name))
                yield f"{name} is left out of {row.work.name}: {why}"


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def _sizes(row: Row) -> str:
    return " ".join(f"{name}={size}" for name, size in row.work.sizes.items())


def _ratio(figures: Mapping[str, float], name: str) -> str:
    return f"{figures[name]:.3g}" if name in figures else "–"


def _goals(row: Row) -> Iterator[str]:
    for goal in row.work.goals:
        verdict = goal.verdict(row.figures)
        came = row.figures.get(goal.figure)
        shown = "not measured" if came is None else f"{came:.3g}"
        yield f"{MARKS.get(verdict, '?')} {goal}: {shown}"
