"""The section about trained cells: how they predict, how their gradients fade, what gates keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symrnn.cells.elman import elman
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.statements import Writer
from symrnn.lecture.trained_cells import LAGS, SIZE, TrainedCell
from symrnn.typeset.blocks import Block, Figure, Paragraph, Section, Table
from symrnn.typeset.figures import Curve, Role, line_chart, norm_decay
from symrnn.typeset.prose import escaped

SOLID: tuple[Role, ...] = ("first", "second", "third", "guide")
DASHED: tuple[Role, ...] = ("first bound", "second bound", "third bound")


def _axes(writer: Writer) -> tuple[str, str]:
    """The names of the axes T - k and ‖∂s_T/∂s_k‖₂, in the letters of the lecture."""
    rnn = elman()
    later, earlier = writer.latex(rnn.s[rnn.T]), writer.latex(rnn.s[rnn.k])
    return writer.math(rnn.T - rnn.k), rf"$\|\partial {later} / \partial {earlier}\|_2$"


def trained_section(cells: Sequence[TrainedCell], notation: Notation = LECTURE) -> Section | None:
    """Tables and figures of cells that were trained on the same series; None of no cells."""
    if not cells:
        return None
    writer = Writer(notation, {})
    series = [each.series for each in cells[0].forecasts.values()]
    sources = " ".join(
        f"Source of the {escaped(each.series)}: {escaped(each.source)}."
        for each in cells[0].forecasts.values()
    )
    axes, rnn = _axes(writer), elman()
    blocks: list[Block] = [
        Paragraph(
            writer.prose(
                f"The derived gradients train cells of one size, d = {SIZE}, to predict the next "
                f"value of the {' and of the '.join(series)}; gradients are clipped by their "
                "global norm. What is held out is predicted one step ahead. "
            )
            + sources
        ),
        _losses(cells),
        Paragraph(
            writer.prose(
                f"How far back does each see? At the end of the {series[-1]}, "
                "[[before_training]] and [[after_training]] show ‖∂s_T/∂s_k‖₂ of the whole state, "
                "all parts together."
            )
        ),
        _decays(cells, "before", "before training", axes),
        _decays(cells, "after", "after training", axes),
    ]
    if any(each.gate is not None for each in cells):
        blocks += [
            Paragraph(
                writer.prose(
                    "[[path_and_derivative]] has the whole derivative beside the path past the "
                    "gates, the largest entry of the product of the gate that carries the state. "
                    f"{_said(cells)}"
                )
            ),
            _paths(cells, axes),
            Paragraph(
                writer.prose(
                    "[[gate_values]] shows what these gates did on the way: their mean over units, "
                    "and the unit that is open widest at each time."
                )
            ),
            _values(cells, writer.math(rnn.k)),
            _gates(cells),
        ]
    return Section("Trained cells", "trained_cells", tuple(blocks))


def _losses(cells: Sequence[TrainedCell]) -> Table:
    rows = [
        (each.name, *(f"{forecast.held_out:.3f}" for forecast in each.forecasts.values()))
        for each in cells
    ]
    known = cells[0].forecasts
    last = ("the last value", *(f"{forecast.baseline:.3f}" for forecast in known.values()))
    return Table(
        ("cell", *known),
        (*rows, last),
        "Held-out mean squared error of prediction one step ahead, in units of the variance of "
        "the training part; the last row predicts the last value seen.",
        "losses_of_cells",
        "l" + "r" * len(known),
    )


def _decays(cells: Sequence[TrainedCell], which: str, said: str, axes: tuple[str, str]) -> Figure:
    curves = [
        Curve(each.name, range(LAGS + 1), np.exp(getattr(each, which)).tolist(), role)
        for each, role in zip(cells, SOLID, strict=False)
    ]
    return norm_decay(
        curves,
        axes_named=axes,
        name=f"{which}_training",
        caption=f"The norm of the Jacobian of many steps against their number, {said}.",
    )


def _carried(cells: Sequence[TrainedCell]) -> list[TrainedCell]:
    return [each for each in cells if each.gate is not None]


def _paths(cells: Sequence[TrainedCell], axes: tuple[str, str]) -> Figure:
    curves, carried = [], _carried(cells)
    shown = carried[: len(DASHED)]
    few = "" if len(shown) == len(carried) else f", of the first {len(shown)}"
    for each, solid, dashed in zip(shown, SOLID, DASHED, strict=False):
        assert each.gate is not None and each.path is not None
        steps = range(LAGS + 1)
        curves.append(Curve(f"{each.name}: derivative", steps, np.exp(each.after).tolist(), solid))
        path = f"{each.name}: product of {each.gate.name}"
        curves.append(Curve(path, steps, np.exp(each.path).tolist(), dashed))
    return norm_decay(
        curves,
        axes_named=axes,
        name="path_and_derivative",
        caption="After training: the whole derivative, and the product of the gate that carries"
        f"{few}.",
    )


def _values(cells: Sequence[TrainedCell], time: str) -> Figure:
    """The gates over the last times, the mean and the largest of all units."""
    curves = []
    for each, solid, dashed in zip(_carried(cells), SOLID, DASHED, strict=False):
        assert each.gate is not None
        values, times = each.gate.values, range(-len(each.gate.values) + 1, 1)
        label = f"{each.name}: {each.gate.name}"
        curves.append(Curve(f"{label}, mean", times, values.mean(axis=1).tolist(), solid))
        curves.append(Curve(f"{label}, largest", times, values.max(axis=1).tolist(), dashed))
    return line_chart(
        curves,
        axes_named=(f"{time}, counted from the end", "gate"),
        name="gate_values",
        caption="The gate that carries the state, after training, over time.",
    )


def _said(cells: Sequence[TrainedCell]) -> str:
    """By how much the two differ at the end, in words that fit what was measured."""
    powers = {
        each.name: round((each.after[-1] - each.path[-1]) / np.log(10))
        for each in _carried(cells)
        if each.path is not None
    }
    gaps = [f"by a factor of 10^{{{power}}} for {name}" for name, power in powers.items()]
    found = f"After {LAGS} steps they differ {' and '.join(gaps)}."
    if not any(powers.values()):
        return found
    return (
        f"{found} Gradients of trained cells are carried by the weights as well: the path alone "
        "does not say how far they reach."
    )


def _gates(cells: Sequence[TrainedCell]) -> Table:
    rows = tuple(
        (each.name, each.gate.name, f"{each.gate.mean:.2f}", f"{each.gate.steps:.1f}")
        for each in cells
        if each.gate is not None
    )
    return Table(
        ("cell", "gate", "mean", "steps until 1/e"),
        rows,
        "The gate that carries the state, after training: its mean over units and times, and after "
        "how many steps 1/e is left in the unit that keeps the longest.",
        "gates_after_training",
        "llrr",
    )
