"""Kinks that a run meets: units whose pre-activation lies where σ has no derivative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Lambda
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import UndecidedError
from symrnn.language.activations import Activation, Elementwise, X
from symrnn.language.kinks import KINKS, kinks_of, without_kinks
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.numeric.lower import Kernel, lower_activation
from symrnn.verify.lowering import lowered
from symrnn.verify.oracle import Outcome, perturbed, unit_directions

Array = NDArray[Any]

ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""A pre-activation this near to a kink, relative to the largest, may lie on either side."""

SMOOTH = 1e-9
"""One-sided slopes that differ by less have no kink between them."""


@dataclass(frozen=True)
class Kinked:
    """An elementwise function with kinks in the definitions.

    Attributes:
        function: the activation.
        argument: what it is applied to, at the recurrence's own time.
        kernel: the argument, lowered.
        switches: functions of one variable whose zeros are where a kink may lie.
    """

    function: Activation
    argument: MatrixExpr
    kernel: Kernel
    switches: tuple[Any, ...]

    def has_kink_at(self, point: float) -> bool:
        """Whether the slopes on both sides of a zero of a switch differ."""
        expression = self.function.function.expr
        if kinks_of(expression) is None:
            return True  # not known: refuse to judge
        nearby = sympy.Rational(point)
        wide = sympy.Rational(1e-6 * max(1.0, abs(point)))
        left, right = (
            float(without_kinks(expression, nearby + side).diff(X).subs(X, nearby))
            for side in (-wide, wide)
        )
        return not abs(left - right) <= SMOOTH * max(1.0, abs(left), abs(right))


@lru_cache(maxsize=256)
def kinked_of(definitions: tuple[tuple[TimeVector, MatrixExpr], ...]) -> tuple[Kinked, ...]:
    """Every elementwise function with kinks, and where its argument switches pieces."""
    found: dict[Elementwise, Kinked] = {}
    for _, value in definitions:
        for node in sorted(value.find(lambda n: isinstance(n, Elementwise)), key=str):
            if node.activation.function.expr.has(*KINKS) and node not in found:
                switches = tuple(map(_lowered, _switches(node.activation.function.expr)))
                kernel = lowered(node.argument)
                found[node] = Kinked(node.activation, node.argument, kernel, switches)
    return tuple(found.values())


def require_no_kink(outcome: Outcome) -> None:
    """Raise `UndecidedError` where a unit that the derivative depends on lies on a kink."""
    for kinked, time, argument in _arguments(outcome, outcome.setting.trajectory):
        scale = max(1.0, float(np.max(np.abs(argument))))
        for switch in kinked.switches:
            near = np.abs(switch(argument)) <= ROUNDING * scale
            for unit in np.flatnonzero(near.ravel()):
                value = float(argument.ravel()[unit])
                if kinked.has_kink_at(value):
                    raise _at_kink(outcome, kinked, time, int(unit), value, "at")


def first_crossing(outcome: Outcome, step: Array) -> UndecidedError | None:
    """What is to be said if differences of this step have a kink between them; None if not.

    Args:
        outcome: what is differentiated.
        step: h for each entry of the variable.
    """
    base = {
        (kinked.argument, time): argument
        for kinked, time, argument in _arguments(outcome, outcome.setting.trajectory)
    }
    if not base:
        return None
    run = outcome.directions_per_run(1 << 25)
    for units in unit_directions(outcome.point, run):
        for side in (-1, 1):
            values = outcome.point + side * step * units
            moved = perturbed(outcome.node, outcome.variable, outcome.setting, values)
            for kinked, time, argument in _arguments(outcome, moved):
                before = base[kinked.argument, time]
                for switch in kinked.switches:
                    crossed = switch(argument) * switch(before) <= 0
                    if np.any(crossed):
                        unit = int(np.argwhere(crossed)[0][-2])
                        value = float(before.ravel()[unit])
                        if kinked.has_kink_at(_zero(switch, value, argument, unit)):
                            return _at_kink(outcome, kinked, time, unit, value, "within a step of")
    return None


def _zero(switch: Any, value: float, argument: Array, unit: int) -> float:
    """The zero of a switch between two arguments, by bisection."""
    moved = np.asarray(argument)[..., unit, 0].ravel()
    other = next(
        float(end) for end in moved if switch(np.array(end)) * switch(np.array(value)) <= 0
    )
    low, high = value, other
    for _ in range(80):
        middle = (low + high) / 2
        same = switch(np.array(middle)) * switch(np.array(low)) > 0
        low, high = (middle, high) if same else (low, middle)
    return high


def _at_kink(
    outcome: Outcome, kinked: Kinked, time: int, unit: int, value: float, where: str
) -> UndecidedError:
    index = outcome.setting.rnn.recurrence.index
    return UndecidedError(
        f"compare: a unit lies {where} a kink of {kinked.function.name}, where there is no"
        " derivative to compare with",
        {
            "unit": f"{unit + 1} of {text(kinked.argument.subs(index, time))}, at time {time}",
            "got": f"{value:.17g}",
            "do": "move the weights or inputs a little",
        },
    )


def _arguments(
    outcome: Outcome, trajectory: Mapping[str, Any]
) -> Iterator[tuple[Kinked, int, Array]]:
    """Each kinked function's argument, at each time that the derivative depends on."""
    setting, recurrence = outcome.setting, outcome.setting.rnn.recurrence
    all_kinked = kinked_of(tuple(recurrence.definitions.items()))
    bindings = {**setting.constants, **setting.arrays, **setting.trajectory, **trajectory}
    for kinked in all_kinked:
        for time in range(_first(outcome), outcome.last + 1):
            if _is_before(outcome, kinked, time):
                continue
            at_time = {**bindings, recurrence.index.name: time}
            with np.errstate(all="ignore"):
                yield kinked, time, np.asarray(kinked.kernel(at_time))


def _first(outcome: Outcome) -> int:
    """The first step in which something moves with the variable."""
    variable = outcome.variable
    if isinstance(variable, TimeVector):
        return max(1, int(variable.index))
    return outcome.start + 1


def _is_before(outcome: Outcome, kinked: Kinked, time: int) -> bool:
    """Whether the function is applied before the variable, in the variable's own step."""
    variable, recurrence = outcome.variable, outcome.setting.rnn.recurrence
    if not isinstance(variable, TimeVector) or time != int(variable.index):
        return False
    return variable not in kinked.argument.subs(recurrence.index, time).atoms(TimeVector)


def _switches(expression: Expr) -> Iterator[Expr]:
    """What changes its sign where an expression may have a kink."""
    for node in sorted(expression.atoms(*KINKS), key=sympy.default_sort_key):
        if isinstance(node, sympy.Max | sympy.Min):
            yield from (a - b for a, b in combinations(node.args, 2))
        else:
            yield node.args[0]


def _lowered(switch: Expr) -> Any:
    if not switch.has(X):
        return lambda values: np.full(np.shape(values), float(switch))
    return lower_activation(Activation("switch", Lambda(X, switch)))
