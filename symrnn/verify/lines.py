"""Expressions made ready for numbers: lowered once, their derivatives given by the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Parameter, Zeros
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.explicit import members_of
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedSum, Ranged
from symrnn.language.slope_at import KINKED
from symrnn.language.time import TimeVector
from symrnn.numeric.differences import MEMORY_BUDGET
from symrnn.numeric.lower import Kernel
from symrnn.verify.oracle import (
    Outcome,
    complex_step_derivative,
    numerator,
    unit_directions,
)
from symrnn.verify.setting import Setting, lowered
from symrnn.verify.within import Times, concerning, ranges_of

DERIVATIVES = (TotalDerivative, ImmediateDerivative, sympy.Derivative)


@dataclass(frozen=True)
class Line:
    """One expression as a kernel; times are given with the setting.

    derivatives: for each unevaluated derivative its stand-in's name, the node, and the kernel of
        what is differentiated.
    """

    expression: Any
    kernel: Kernel
    derivatives: tuple[tuple[str, Any, Kernel], ...]

    def value(self, setting: Setting, times: Times = ()) -> Any:
        """The expression's value in a setting at integer times."""
        named = {symbol.name: value for symbol, value in times}
        bindings = {**setting.constants, **setting.trajectory, **named}
        for name, node, kernel in self.derivatives:
            closed = _closed(node, concerning(node, dict(times)))
            if closed not in setting.derivatives:
                found = complex_step_derivative(closed, setting, kernel, named)
                if _has_kinks(closed, setting):
                    found = _where_it_exists(found, closed, setting, kernel, named)
                setting.derivatives[closed] = found
            bindings[name] = setting.derivatives[closed]
        return np.asarray(self.kernel(bindings))

    def entries(self, setting: Setting, times: Times = ()) -> Any:
        """The value in every setting of a batch, its entries side by side: (B, entries)."""
        value, count = self.value(setting, times), setting.count
        axes = value.shape[-2:] if isinstance(self.expression, MatrixExpr) else ()
        return np.broadcast_to(value, (count, *axes)).reshape(count, -1)


KINK_STEP, KINK_TOLD = 1e-6, 1e-2
"""How far to either side of a point slopes are taken, and by how much they tell a kink."""

JUMP = 1e-3
"""What changes by more than this, relative to 1 and to its value, jumps."""


def _has_kinks(node: Any, setting: Setting) -> bool:
    inside = node.expr if isinstance(node, sympy.Derivative) else node.of
    if inside.has(*KINKED):
        return True
    runs = inside.has(TimeVector, Elementwise)
    return bool(runs and setting.rnn.sigma.function.has(*KINKED))


def _where_it_exists(
    value: Any, node: Any, setting: Setting, kernel: Kernel, times: Mapping[str, int]
) -> Any:
    """A derivative with no number where the slopes to the two sides differ: at kinks and jumps."""
    if isinstance(node, sympy.Derivative):
        (variable,) = node.variables
        point = setting.scalars[variable]
        moved = {**setting.constants, **setting.trajectory, **times}
        here, before, after = (
            np.asarray(kernel({**moved, variable.name: point + step}), dtype=float)
            for step in (0.0, -KINK_STEP, KINK_STEP)
        )
        return np.where(_is_kink(here, before, after), np.nan, value)
    outcome = Outcome(node, setting, kernel, times)
    kink = np.zeros(setting.count, dtype=bool)
    for units in unit_directions(outcome.point, outcome.directions_per_run(MEMORY_BUDGET)):
        here = outcome(outcome.point + 0.0 * units)
        before, after = (outcome(outcome.point + step * units) for step in (-KINK_STEP, KINK_STEP))
        found = np.broadcast_to(
            _is_kink(here, before, after), np.broadcast_shapes(here.shape, (1, setting.count, 1, 1))
        )
        kink |= found.any(axis=(0, -1, -2))
    return np.where(kink[:, None, None], np.nan, value)


def _is_kink(here: Any, before: Any, after: Any) -> Any:
    left, right = (here - before) / KINK_STEP, (after - here) / KINK_STEP
    smooth = np.abs(right - left) <= KINK_TOLD * (1 + np.abs(left) + np.abs(right))
    return ~(smooth & (np.abs(after - before) <= JUMP * (1 + np.abs(here))))


def line(expression: Any, times: Times, kind: str) -> Line:
    """Prepare an expression.

    Args:
        expression: a matrix or a scalar.
        times: put in at once only where a product or sum over derivatives has to be written out.
        kind: the norm that stands for "any".
    """
    expression = sympy.sympify(expression)
    return _prepared(_opened(expression, concerning(expression, dict(times))), kind)


@lru_cache(maxsize=16384)
def _opened(expression: Any, times: Times) -> Any:
    if any(_over_derivatives(node) for node in sympy.preorder_traversal(expression)):
        return expression.subs(dict(times)).replace(_over_derivatives, _written_out)
    return expression


@lru_cache(maxsize=4096)
def _prepared(expression: Any, kind: str) -> Line:
    chosen = expression.replace(
        lambda node: isinstance(node, Norm) and node.kind == "any",
        lambda node: Norm(node.matrix, kind),
    )
    nodes = sorted(chosen.find(lambda n: isinstance(n, DERIVATIVES)), key=sympy.default_sort_key)
    # A derivative of an expression that holds another: only the outer one is given.
    outer = [n for n in nodes if not any(n is not o and o.has(n) for o in nodes)]
    names = {node: _stand_in(node, f"given_{place}") for place, node in enumerate(outer)}
    kernel = lowered(chosen.xreplace(names))
    given = tuple((name.name, node, numerator(node)) for node, name in names.items())
    return Line(expression, kernel, given)


@lru_cache(maxsize=65536)
def _closed(node: Any, times: Times) -> Any:
    return node.subs(dict(times))


def _stand_in(node: Any, name: str) -> Any:
    if isinstance(node, sympy.Derivative):
        return Symbol(name, real=True)
    return Parameter(name, *node.shape)


def _over_derivatives(node: Any) -> bool:
    """Whether a node binds a time that a derivative inside it depends on.

    It does so, too, by the bounds of a range inside: that can be written out after it only.
    """
    if not isinstance(node, Ranged | sympy.Sum | sympy.Product):
        return False
    bound = {index for index, _, _ in ranges_of(node)}
    inside = node.args[0].find(lambda inner: isinstance(inner, DERIVATIVES))
    inside |= node.args[0].find(_over_derivatives)
    return any(bound & inner.free_symbols for inner in inside)


def _written_out(node: Any) -> Any:
    """Member by member, what is inside them as well."""
    if isinstance(node, sympy.Sum | sympy.Product):
        return members_of(node).replace(_over_derivatives, _written_out)
    times = node.times()
    if times is None:
        return node
    members = [node.at(time).replace(_over_derivatives, _written_out) for time in times]
    if isinstance(node, OrderedSum):
        return MatrixSum(*members) if members else Zeros(*node.shape)
    ordered = reversed(members) if node.latest == LEFT else members
    return MatrixProduct(*ordered) if members else Identity(node.shape[0])
