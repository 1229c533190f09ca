"""A formula of the user's against differences through the recurrence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import DisagreementError, IllFormedError, ShapeError
from symrnn.language.algebra import Transposed, as_matrix
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct
from symrnn.language.shapes import same_size
from symrnn.language.writing import text
from symrnn.numeric.differences import relative_error
from symrnn.recurrence.elman import RNN
from symrnn.verify.lines import Line, line
from symrnn.verify.network import Weights
from symrnn.verify.setting import Setting

Array = NDArray[Any]

AGREES = 1e-9
"""Relative disagreement with the complex step below which two matrices count as equal."""


@dataclass(frozen=True)
class Comparison:
    """A formula that agrees: the largest relative disagreement, over how many entries."""

    error: float
    entries: int

    def __str__(self) -> str:
        return f"agrees to {self.error:.0e} (complex step, {self.entries} entries)"


def compare(rnn: RNN, derivative: Any, formula: Any, net: Weights, **times: int) -> Comparison:
    """Compare a formula with the derivative it is said to be, at the numbers of a net.

    Args:
        rnn: the recurrence, with a known activation.
        derivative: `D(…)` or `D_plus(…)`, unevaluated: what the formula claims to be.
        formula: a matrix expression of the same shape.
        net: weights and inputs; `random_weights(d, m, steps, seed)` makes some.
        times: an integer for each free time, by name: `t=30, k=3`.

    Returns:
        How well they agree; printing it says so in words.

    Raises:
        DisagreementError: saying by how much they differ, and which single slip (a sign, a
            transpose, a reversed product) would make them agree, if one does.
        IllFormedError, ShapeError: for arguments that do not fit.
    """
    node, formula = as_matrix(derivative), as_matrix(formula)
    if not isinstance(node, TotalDerivative | ImmediateDerivative):
        raise IllFormedError(
            "compare: `derivative` must be unevaluated", {"expected": "D(…)", "got": text(node)}
        )
    if rnn.sigma.is_unknown:
        raise IllFormedError(
            "compare: an unknown σ cannot be run", {"expected": 'elman("tanh")', "got": "elman()"}
        )
    setting = _setting(rnn, net)
    at = tuple((Symbol(name, integer=True), time) for name, time in times.items())
    _require_times(node, formula, at, setting)
    expected = line(node, at, "2").value(setting, at)
    error = _error(line(formula, at, "2"), expected, setting, at)
    if error <= AGREES:
        return Comparison(error, expected.size)
    raise DisagreementError(
        f"{text(node)} differs by {error:.2g} (relative, complex step)",
        {"formula": text(formula), "diagnosis": _diagnosis(formula, expected, setting, at)},
    )


def _setting(rnn: RNN, net: Weights) -> Setting:
    arrays = {"W": net.W, "b": net.b[:, None], "s_0": net.s0[:, None]}
    sizes = {rnn.d: net.W.shape[0]}
    if rnn.U is not None:
        first = np.full_like(net.x[:1], np.nan)
        arrays |= {"U": net.U, "x": np.concatenate([first, net.x])[..., None]}
        sizes[rnn.m] = net.U.shape[1]
    chosen = {size: value for size, value in sizes.items() if isinstance(size, Symbol)}
    return Setting(rnn, "tanh", chosen, arrays, steps=len(net.x))


def _require_times(node: Any, formula: Any, at: Any, setting: Setting) -> None:
    free = {s for s in node.free_symbols | formula.free_symbols if isinstance(s, Symbol)}
    needed = {s.name for s in free if s.is_integer and not s.is_positive}
    given = {symbol.name for symbol, _ in at}
    if needed - given:
        raise IllFormedError(
            "compare: a time is missing",
            {"expected": ", ".join(sorted(needed)), "got": ", ".join(sorted(given)) or "none"},
        )
    wrong = {s.name: v for s, v in at if not 0 <= v <= setting.steps}
    if wrong:
        raise IllFormedError(
            "compare: times out of range", {"expected": f"0 … {setting.steps}", "got": wrong}
        )


def _error(formula: Line, expected: Array, setting: Setting, at: Any) -> float:
    value = formula.value(setting, at)
    if value.shape != expected.shape:
        raise ShapeError(
            "compare: the formula has another shape than the derivative",
            {"expected": expected.shape, "got": value.shape},
        )
    return float(relative_error(value, expected))


def _diagnosis(formula: MatrixExpr, expected: Array, setting: Setting, at: Any) -> str:
    """The single slip that explains the difference, if one of those tried does."""
    for words, repaired in _repairs(formula):
        if not all(same_size(a, b) for a, b in zip(repaired.shape, formula.shape, strict=True)):
            continue
        error = _error(line(repaired, at, "2"), expected, setting, at)
        if error <= AGREES:
            return f"it agrees to {error:.0e} once {words}"
    return "no single sign, factor 2, transpose or reversed product explains it"


def _repairs(formula: MatrixExpr) -> Iterator[tuple[str, MatrixExpr]]:
    yield "its sign is changed", -formula
    yield "it is doubled", 2 * formula
    yield "it is halved", formula / 2
    yield "it is transposed", Transposed(formula)
    for leaf in sorted(formula.atoms(sympy.MatrixSymbol), key=str):
        if same_size(*leaf.shape):
            yield f"{leaf} is transposed", formula.xreplace({leaf: Transposed(leaf)})
    for node in formula.find(lambda inner: isinstance(inner, OrderedProduct)):
        side = RIGHT if node.latest == LEFT else LEFT
        turned = node.func(*node.args[:4], side)
        yield "an ordered product is reversed", formula.xreplace({node: turned})
