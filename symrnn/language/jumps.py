"""Where an expression in one variable may be singular, and whether it jumps there.

σ′ alone does not tell: atan(1/x) has the slope -1/(1 + x²), and a jump at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import mpmath
import sympy
from sympy import Expr

from symrnn.language.activations import X
from symrnn.language.kinks import KINKS, UnknownSignError, changes

NEAR = mpmath.mpf(10) ** -25
"""How close to a point its two sides are looked at, relative to 1 + |x|."""
JUMP = mpmath.mpf(10) ** -9
"""The least jump that is told from a steep slope."""


def singular_parts(f: Expr) -> Iterator[tuple[Expr, Expr]]:
    """(node, part): the node is singular where the part is 0, or the argument of tan has a pole."""
    for node in sympy.preorder_traversal(f):
        if not isinstance(node, sympy.Pow | sympy.log | sympy.tan):
            continue
        part = node.args[0]
        inverse = isinstance(node, sympy.Pow) and not node.exp.is_positive
        if part.has(X) and (inverse or not node.is_Pow) and not part.is_positive:
            yield node, part


def zeros_of(node: Expr, part: Expr) -> set[Expr] | None:
    """Where a node is singular; None if that is not found."""
    if isinstance(node, sympy.tan) or part.has(*KINKS):
        return None
    try:
        return changes(part, -sympy.oo, sympy.oo)
    except UnknownSignError:
        return None


def singular_points(f: Expr) -> tuple[set[Expr], bool]:
    """Points where f may be singular, and whether these are all."""
    found = [zeros_of(node, part) for node, part in singular_parts(f)]
    known = [zeros for zeros in found if zeros is not None]
    return set().union(*known), len(known) == len(found)


def jumps(f: Callable[[Any], Any], points: Iterable[Any], grid: Iterable[Any], bound: Any) -> bool:
    """Whether f is seen to jump: at a point, or where it goes farther than its slope allows.

    Args:
        f: values in mpmath; nan where there is none.
        points: where f may be singular.
        grid: numbers in order. Between two of them f goes no farther than `bound` times their
            distance, by the mean value theorem, unless it jumps.
        bound: sup|f′|.
    """
    for point in points:
        step = NEAR * (1 + abs(point))
        if abs(f(point + step) - f(point - step)) > JUMP:
            return True
    return any(
        _jumps_between(f, a, b, bound)
        for a, b in pairwise(x for x in grid if mpmath.isfinite(f(x)))
    )


def _jumps_between(f: Callable[[Any], Any], left: Any, right: Any, bound: Any) -> bool:
    """Halve towards where f goes too far, until that is one place."""
    while abs(f(right) - f(left)) > bound * (right - left) * (1 + JUMP) + JUMP:
        if right - left < NEAR * (1 + abs(left)):
            return True
        middle = (left + right) / 2
        if not mpmath.isfinite(f(middle)):
            # No value there, as of x/|x| at 0: beside it there is one.
            middle = left + (right - left) * mpmath.mpf("0.4375")
        here, there = abs(f(middle) - f(left)), abs(f(right) - f(middle))
        left, right = (left, middle) if here > there else (middle, right)
    return False
