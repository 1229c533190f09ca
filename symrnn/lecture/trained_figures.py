"""The section about trained cells: how they predict, how their gradients fade, what gates keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.statements import Writer
from symrnn.lecture.trained_cells import LAGS, SIZE, TrainedCell
from symrnn.typeset.blocks import Block, Figure, Paragraph, Section, Table
from symrnn.typeset.figures import Curve, Role, norm_decay
from symrnn.typeset.prose import escaped

SOLID: tuple[Role, ...] = ("first", "second", "third", "guide")
DASHED: tuple[Role, ...] = ("first bound", "second bound", "third bound")
AXES = ("$T - k$", r"$\|\partial s_T / \partial s_k\|_2$")


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
        _decays(cells, "before", "before training"),
        _decays(cells, "after", "after training"),
    ]
    if any(each.gate is not None for each in cells):
        blocks += [
            Paragraph(
                writer.prose(
                    "[[path_and_derivative]] has the whole derivative beside the path past the "
                    "gates, the largest entry of the product of the gate that carries the state. "
                    f"{_said(cells)} Gradients of trained cells are carried by the weights as "
                    "well: the path alone does not say how far they reach."
                )
            ),
            _paths(cells),
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


def _decays(cells: Sequence[TrainedCell], which: str, said: str) -> Figure:
    curves = [
        Curve(each.name, range(LAGS + 1), np.exp(getattr(each, which)).tolist(), role)
        for each, role in zip(cells, SOLID, strict=False)
    ]
    return norm_decay(
        curves,
        axes_named=AXES,
        name=f"{which}_training",
        caption=f"The norm of the Jacobian of many steps against their number, {said}.",
    )


def _carried(cells: Sequence[TrainedCell]) -> list[TrainedCell]:
    return [each for each in cells if each.gate is not None]


def _paths(cells: Sequence[TrainedCell]) -> Figure:
    curves = []
    for each, solid, dashed in zip(_carried(cells), SOLID, DASHED, strict=False):
        assert each.gate is not None and each.path is not None
        steps = range(LAGS + 1)
        curves.append(Curve(f"{each.name}: derivative", steps, np.exp(each.after).tolist(), solid))
        path = f"{each.name}: product of {each.gate.name}"
        curves.append(Curve(path, steps, np.exp(each.path).tolist(), dashed))
    return norm_decay(
        curves,
        axes_named=AXES,
        name="path_and_derivative",
        caption="After training: the whole derivative, and the product of the gate that carries.",
    )


def _said(cells: Sequence[TrainedCell]) -> str:
    """By how much the two differ at the end, in words that fit what was measured."""
    gaps = [
        f"by a factor of 10^{{{(each.after[-1] - each.path[-1]) / np.log(10):.0f}}} for {each.name}"
        for each in _carried(cells)
        if each.path is not None
    ]
    return f"After {LAGS} steps they differ {' and '.join(gaps)}."


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
