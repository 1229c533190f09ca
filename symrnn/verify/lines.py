"""Expressions made ready for numbers: lowered once, their derivatives given by the oracle.

A product or sum over time of derivatives that depend on its index is computed member by member, as
the derivatives themselves are: what is lowered is its body, once for all times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import KINKED
from symrnn.language.time import TimeVector
from symrnn.numeric.differences import MEMORY_BUDGET
from symrnn.numeric.lower import Kernel, with_indices_apart
from symrnn.verify.functions import kinked
from symrnn.verify.lowering import lowered
from symrnn.verify.oracle import (
    Outcome,
    complex_step_derivative,
    numerator,
    unit_directions,
)
from symrnn.verify.setting import Setting
from symrnn.verify.within import Times, concerning, ranges_of

DERIVATIVES = (TotalDerivative, ImmediateDerivative, sympy.Derivative)


@dataclass(frozen=True)
class Line:
    """One expression as a kernel; times are given with the setting.

    derivatives: for each unevaluated derivative its stand-in's name, the node, and the kernel of
        what is differentiated.
    ranges: for each product or sum over such derivatives its stand-in's name, and what it runs
        through.
    """

    expression: Any
    kernel: Kernel
    derivatives: tuple[tuple[str, Any, Kernel], ...]
    ranges: tuple[tuple[str, Run], ...] = ()

    def value(self, setting: Setting, times: Times = ()) -> Any:
        """The expression's value in a setting at integer times."""
        named = {symbol.name: value for symbol, value in times}
        bindings = {**setting.given, **named}
        for name, node, kernel in self.derivatives:
            closed = _closed(node, concerning(node, dict(times)))
            known = setting.derivatives(closed)
            if closed not in known:
                found = complex_step_derivative(closed, setting, kernel, named)
                if _has_kinks(closed, setting):
                    found = _where_it_exists(found, closed, setting, kernel, named)
                known[closed] = found if setting.erring is None else setting.erring(found)
            bindings[name] = known[closed]
        for name, run in self.ranges:
            bindings[name] = run.value(setting, times)
        return np.asarray(self.kernel(bindings))

    def entries(self, setting: Setting, times: Times = ()) -> Any:
        """The value in every setting of a batch, its entries side by side: (B, entries)."""
        value, count = self.value(setting, times), setting.count
        axes = value.shape[-2:] if isinstance(self.expression, MatrixExpr) else ()
        return np.broadcast_to(value, (count, *axes)).reshape(count, -1)


@dataclass(frozen=True)
class Run:
    """A product or sum over time, and its body as a line."""

    node: Any
    body: Line

    def value(self, setting: Setting, times: Times) -> Any:
        """Of a matrix as of a scalar; what an empty range gives is the neutral element."""
        members = self._members(setting, times)
        if isinstance(self.node, OrderedProduct):
            turned = self.node.latest == LEFT
            one = np.eye(self._size(0, setting))
            return reduce(lambda a, b: b @ a if turned else a @ b, members, one)
        if isinstance(self.node, OrderedSum):
            return reduce(np.add, members, np.zeros([self._size(axis, setting) for axis in (0, 1)]))
        neutral = 0.0 if isinstance(self.node, sympy.Sum) else 1.0
        combined = np.add if isinstance(self.node, sympy.Sum) else np.multiply
        return reduce(combined, members, np.asarray(neutral))

    def _members(self, setting: Setting, times: Times) -> Iterator[Any]:
        """The values of the body, earliest first; the last of several ranges is the outermost."""
        every = [times]
        for index, lower, upper in reversed(ranges_of(self.node)):
            every = [
                (*((s, value) for s, value in at if s != index), (index, time))
                for at in every
                for time in _range(lower, upper, at, setting)
            ]
        for at in every:
            yield self.body.value(setting, at)

    def _size(self, axis: int, setting: Setting) -> int:
        return _integer(self.node.shape[axis], tuple(setting.sizes.items()))


def _range(lower: Any, upper: Any, at: Times, setting: Setting) -> range:
    known = (*setting.sizes.items(), *at)
    first, last = (_integer(bound, concerning(bound, dict(known))) for bound in (lower, upper))
    return range(first, last + 1)


@lru_cache(maxsize=65536)
def _integer(expression: Any, known: Times) -> int:
    number = symbolic(expression).subs(dict(known))
    if not number.is_Integer:
        raise NotSupportedError(f"{expression} has no integer value", {"at": known})
    return int(number)


KINK_STEP, KINK_TOLD = 1e-6, 1e-2
"""How far to either side of a point slopes are taken, and by how much they tell a kink."""

JUMP = 1e-3
"""What changes by more than this, relative to 1 and to its value, jumps."""


def _has_kinks(node: Any, setting: Setting) -> bool:
    inside = node.expr if isinstance(node, sympy.Derivative) else node.of
    if inside.has(*KINKED):
        return True
    runs = inside.has(TimeVector, Elementwise)
    return bool(runs and kinked(setting.rnn.recurrence))


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
    batch = (setting.count,) if setting.batched else ()
    kink = np.zeros(batch, dtype=bool)
    for units in unit_directions(outcome.point, outcome.directions_per_run(MEMORY_BUDGET)):
        here = outcome(outcome.point + 0.0 * units)
        before, after = (outcome(outcome.point + step * units) for step in (-KINK_STEP, KINK_STEP))
        found = np.broadcast_to(
            _is_kink(here, before, after), np.broadcast_shapes(here.shape, (1, *batch, 1, 1))
        )
        kink |= found.any(axis=(0, -1, -2))
    return np.where(kink[..., None, None], np.nan, value)


def _is_kink(here: Any, before: Any, after: Any) -> Any:
    left, right = (here - before) / KINK_STEP, (after - here) / KINK_STEP
    smooth = np.abs(right - left) <= KINK_TOLD * (1 + np.abs(left) + np.abs(right))
    return ~(smooth & (np.abs(after - before) <= JUMP * (1 + np.abs(here))))


@lru_cache(maxsize=4096)
def line(expression: Any, kind: str) -> Line:
    """Prepare an expression, for whatever times.

    Args:
        expression: a matrix or a scalar.
        kind: the norm that stands for "any".
    """
    expression = symbolic(expression)
    chosen = with_indices_apart(expression).replace(
        lambda node: isinstance(node, Norm) and node.kind == "any",
        lambda node: Norm(node.matrix, kind),
    )
    runs = {
        node: _stand_in(node, f"run_{place}")
        for place, node in enumerate(_outermost(chosen, _over_derivatives))
    }
    chosen = chosen.xreplace(runs)
    given = {
        node: _stand_in(node, f"given_{place}")
        # A derivative of an expression that holds another: only the outer one is given.
        for place, node in enumerate(_outermost(chosen, lambda n: isinstance(n, DERIVATIVES)))
    }
    return Line(
        expression,
        lowered(chosen.xreplace(given)),
        tuple((name.name, node, numerator(node)) for node, name in given.items()),
        tuple((name.name, Run(node, line(node.args[0], kind))) for node, name in runs.items()),
    )


def _outermost(expression: Any, wanted: Callable[[Any], bool]) -> list[Any]:
    """The nodes wanted that are in no other, in a fixed order."""
    found: dict[Any, None] = {}
    nodes = sympy.preorder_traversal(expression)
    for node in nodes:
        if wanted(node):
            found[node] = None
            nodes.skip()
    return sorted(found, key=sympy.default_sort_key)


@lru_cache(maxsize=65536)
def _closed(node: Any, times: Times) -> Any:
    return node.subs(dict(times))


def _stand_in(node: Any, name: str) -> Any:
    if isinstance(node, MatrixExpr):
        return Parameter(name, *node.shape)
    return Symbol(name, real=True)


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
