"""What a sweep found, drawn from its dataset: phase diagrams, curves, a page that holds them."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.errors import IllFormedError
from symrnn.sweep.rows import TRAINED, bias_column, exponent_column, lag_column
from symrnn.typeset.blocks import Block, Figure, Paragraph, Section, Table
from symrnn.typeset.document import Document
from symrnn.typeset.figures.phases import Axis, Kind, Phases, curve_family, phase_diagram
from symrnn.typeset.prose import escaped, listed

EXPLOSIONS = "explosions"
"""The share of nets whose ‖∂s_T/∂s_{T-lag}‖ is above 1 at the largest lag."""
BINS = 12
"""Places of an axis that has many values, as a random design has."""
NOWHERE = -1
_LAG = re.compile(r"log_norm_(\d+)")
_BIAS = re.compile(r"truncation_error_(\d+)")
_ABOUT_THE_ROW = {"key", "version", "repeat", "seed", "failure"}
_FOUND = re.compile(
    r"log_norm_\d+|exponent_\d+|truncation_error_\d+|loss_before|loss_after"
    r"|trained_gradient_norm"
)


@dataclass(frozen=True)
class _Column:
    """An axis as a place for each row, `NOWHERE` for one that has none on it."""

    axis: Axis
    place: np.ndarray

    @property
    def many(self) -> int:
        return len(self.axis.places)


class Found:
    """A dataset, by columns.

    Attributes:
        axes: the names of the axes of the sweep.
        measured: the names of the columns of what was found.
    """

    def __init__(self, table: Any) -> None:
        failed = np.array([each is not None for each in table.column("failure").to_pylist()])
        self.nets, self.failed = table.num_rows, int(failed.sum())
        self.table = table.filter(~failed)
        names = [name for name in table.column_names if name not in _ABOUT_THE_ROW]
        self.measured = [name for name in names if _FOUND.fullmatch(name)]
        self.axes = [name for name in names if name not in self.measured]
        self.lags = sorted(int(m[1]) for name in names if (m := _LAG.fullmatch(name)))
        if not self.table.num_rows:
            raise IllFormedError(
                "nothing to draw: no net has numbers", {"nets": self.nets, "failed": self.failed}
            )

    def values(self, name: str) -> np.ndarray:
        """What was found, a number a net."""
        if name == EXPLOSIONS:
            return (self.values(lag_column(self.lags[-1])) > 0).astype(float)
        return np.array(
            [math.nan if v is None else v for v in self.table.column(name).to_pylist()], dtype=float
        )

    def column(self, name: str) -> _Column:
        """An axis; numbers in order, in bins where there are many."""
        values = self.table.column(name).to_pylist()
        there = np.array([each is not None for each in values])
        if self.is_of_words(name):
            known = list(dict.fromkeys(each for each in values if each is not None))
            where = [NOWHERE if each is None else known.index(each) for each in values]
            return _Column(Axis(name, tuple(known)), np.array(where))
        numbers = np.array(values, dtype=float)
        known = sorted(set(numbers[there].tolist()))
        if len(known) <= 2 * BINS:
            places = tuple(f"{each:.4g}" for each in known)
            found = np.searchsorted(known, numbers)
        else:
            edges = np.linspace(known[0], known[-1], BINS + 1)
            places = tuple(f"{middle:.3g}" for middle in (edges[1:] + edges[:-1]) / 2)
            found = np.clip(np.digitize(numbers, edges) - 1, 0, BINS - 1)
        return _Column(Axis(name, places), np.where(there, found, NOWHERE))

    def is_of_words(self, name: str) -> bool:
        """Whether the places of an axis are names, of cells or functions."""
        return str(self.table.schema.field(name).type) == "string"

    def lacking(self, name: str) -> int:
        """How many nets have no place on an axis: their cells have nothing that is called so."""
        return int(self.table.column(name).null_count)

    def spread(self) -> list[str]:
        """The axes of numbers that have more than one place: those of all nets first, the widest
        first."""
        numbers = [name for name in self.axes if not self.is_of_words(name)]
        many = {name: self.column(name).many for name in numbers}
        wide = (name for name in numbers if many[name] > 1)
        return sorted(wide, key=lambda name: (self.lacking(name), -many[name]))


def document(
    table: Any,
    title: str,
    *,
    x: str | None = None,
    y: str | None = None,
    of: Sequence[str] = (),
) -> Document:
    """What was found as a document with its figures.

    Args:
        table: the rows, a `pyarrow.Table`.
        title: of the document.
        x, y: two axes of the sweep; by default the two with the most values.
        of: what is drawn, columns of what was found or "explosions"; by default the norm at the
            largest lag, the share of explosions, the first exponent and, where they were asked for,
            the error of truncation to the most steps and the gradient's norm after training.

    Raises:
        IllFormedError: an unknown axis or column; nothing to draw.
    """
    found = Found(table)
    across, up = _two(found, x, y)
    known = [*found.measured, *([EXPLOSIONS] if found.lags else [])]
    for name in of:
        if name not in known:
            raise IllFormedError(
                f"there is no {name} in these results", {"expected": ", ".join(known), "got": name}
            )
    wanted = list(of) or _telling(found)
    blocks: list[Block] = [Paragraph(_summary(found))]
    for number, (title_of, rows) in enumerate(_groups(found, {across, up}), start=1):
        without = [axis for axis in (across, up) if not (found.column(axis).place[rows] >= 0).any()]
        if without:
            said = Paragraph(f"These nets have no {escaped(' and no '.join(without))}.")
            blocks.append(Section(title_of or "All nets", f"group-{number}", (said,)))
            continue
        figures: list[Block] = [
            _diagram(found, rows, across, up, name, f"{name}-{number}") for name in wanted
        ]
        if found.lags:
            figures.append(_curves(found, rows, across, f"curves-{number}"))
        blocks.append(Section(title_of or "All nets", f"group-{number}", tuple(figures)))
    blocks.append(_table(found))
    return Document(title, blocks=tuple(blocks))


def _telling(found: Found) -> list[str]:
    """What is drawn where nothing is said: of each kind of measurement the one that tells most."""
    cut = sorted(int(match[1]) for name in found.measured if (match := _BIAS.fullmatch(name)))
    return [
        *([lag_column(found.lags[-1]), EXPLOSIONS] if found.lags else []),
        *(name for name in found.measured if name == exponent_column(1)),
        *map(bias_column, cut[-1:]),
        *(name for name in found.measured if name == TRAINED[-1]),
    ]


def figures(of: Document) -> Iterable[Figure]:
    """The figures of a document, in order."""
    for block in of.blocks:
        for inner in block.blocks if isinstance(block, Section) else ():
            if isinstance(inner, Figure):
                yield inner


def _two(found: Found, x: str | None, y: str | None) -> tuple[str, str]:
    for given in (x, y):
        if given is not None and given not in found.axes:
            raise IllFormedError(
                f"there is no axis {given}", {"expected": ", ".join(found.axes), "got": given}
            )
    rest = [name for name in [*found.spread(), *found.axes] if name not in (x, y)]
    rest = list(dict.fromkeys(rest))
    x = x or (rest.pop(0) if rest else found.axes[0])
    y = y or (rest.pop(0) if rest else found.axes[0])
    return x, y


def _groups(found: Found, drawn: set[str]) -> Iterable[tuple[str, np.ndarray]]:
    """The nets of one cell and one choice of functions, if these are not drawn themselves."""
    words = [name for name in found.axes if name not in drawn and found.is_of_words(name)]
    columns = [found.column(name) for name in words]
    # Of one cell another may have no place on an axis: there are nets without one.
    for places in itertools.product(*(sorted({*column.place.tolist()}) for column in columns)):
        rows = np.ones(found.table.num_rows, dtype=bool)
        for column, place in zip(columns, places, strict=True):
            rows &= column.place == place
        if rows.any():
            titles = (c.axis.places[p] for c, p in zip(columns, places, strict=True) if p >= 0)
            yield escaped(", ".join(titles)), rows


def _diagram(found: Found, rows: np.ndarray, across: str, up: str, of: str, name: str) -> Figure:
    x, y, values = found.column(across), found.column(up), found.values(of)
    drawn = {across, up}
    kind = _kind(of)
    grid = [
        [
            _middle(values[rows & (x.place == i) & (y.place == j)], kind == "share")
            for i in range(x.many)
        ]
        for j in range(y.many)
    ]
    named, said = _named(of, found)
    phases = Phases(x.axis, y.axis, grid, kind, named)
    caption = f"{said}, over {escaped(across)} and {escaped(up)}{_whatever(found, rows, drawn)}."
    return phase_diagram(phases, name=re.sub(r"[^\w-]", "-", name), caption=caption)


def _kind(of: str) -> Kind:
    if of == EXPLOSIONS:
        return "share"
    return "signed" if _LAG.fullmatch(of) or of.startswith("exponent") else "size"


def _whatever(found: Found, rows: np.ndarray, drawn: set[str]) -> str:
    """The axes over which nets of one place differ besides, in words."""
    rest = [name for name in found.spread() if name not in drawn]
    rest = [name for name in rest if len({*found.column(name).place[rows].tolist()}) > 1]
    return f", whatever {listed([*map(escaped, rest)])}" if rest else ""


def _middle(values: np.ndarray, share: bool) -> float:
    """The mean of a share, else the median; -∞, a product that is 0, counts as lowest."""
    values = values[~np.isnan(values)]
    if not values.size:
        return math.nan
    middle = float(values.mean() if share else np.quantile(values, 0.5, method="lower"))
    return middle if math.isfinite(middle) else math.nan


def _curves(found: Found, rows: np.ndarray, along: str, name: str) -> Figure:
    column = found.column(along)
    medians = [
        [
            _middle(found.values(lag_column(lag))[rows & (column.place == place)], False)
            for lag in found.lags
        ]
        for place in range(column.many)
    ]
    caption = (
        "Medians of $\\ln\\lVert\\partial s_t/\\partial s_k\\rVert$ against $t-k$, a curve for "
        f"each place of {escaped(along)}{_whatever(found, rows, {along})}."
    )
    return curve_family(found.lags, column.axis, medians, name=name, caption=caption)


def _named(of: str, found: Found) -> tuple[str, str]:
    if of == EXPLOSIONS:
        return (
            "share of nets that explode",
            "The share of nets with $\\lVert\\partial s_t/\\partial s_k\\rVert > 1$ at "
            f"$t-k = {found.lags[-1]}$",
        )
    if match := _LAG.fullmatch(of):
        return (
            f"ln of the norm at t − k = {match[1]}",
            f"The median of $\\ln\\lVert\\partial s_t/\\partial s_k\\rVert$ at $t-k = {match[1]}$",
        )
    if match := _BIAS.fullmatch(of):
        return (
            f"error of truncation to {match[1]} steps",
            "The median of $\\lVert g_\\tau - g\\rVert / \\lVert g\\rVert$, the error of the "
            f"gradient of one loss that is truncated to $\\tau = {match[1]}$ steps",
        )
    if of == TRAINED[-1]:
        return (
            "norm of the gradient after training",
            "The median of $\\lVert g\\rVert$ after training",
        )
    words = of.replace("exponent_", "Lyapunov_exponent_").replace("_", " ")
    return words, f"The median of the {words}"


def _summary(found: Found) -> str:
    missing = f"; {found.failed} have no numbers" if found.failed else ""
    return f"{found.nets} nets{missing}. The axes are {escaped(', '.join(found.axes))}."


def _table(found: Found) -> Table:
    rows = []
    for name in found.measured:
        values = found.values(name)
        values = values[~np.isnan(values)]
        if values.size:
            low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], method="lower")
            rows.append((escaped(name), *(f"{each:.4g}" for each in (low, middle, high))))
    return Table(
        ("found", "a tenth below", "median", "a tenth above"),
        tuple(rows),
        "What was found over all nets.",
        "overview",
    )
