"""Forms of one formula side by side along the line: on each stretch the cheapest that is good."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Rational, S

from symrnn.language.activations import X
from symrnn.numeric.stable.measure import DTYPES, Reference, evaluate, points
from symrnn.numeric.stable.nodes import Choice, Series, Within

Array = NDArray[Any]

AIM = 3.0
LIMIT = 3.8
"""What a form has to keep, in ulp, and from where on it counts as bad."""

NOISE, WINDOW = 1e4, 4
BOUNDARY = 150.0
"""What a cut of the line costs, in additions."""

CUTS = 8
"""More are not made."""

COSTS = {sympy.Add: 1, sympy.Mul: 1, sympy.Pow: 3}
CLAMPED = 30.0


def assembled(
    found: dict[Expr, Array], reference: Reference, low: Any, high: Any
) -> tuple[Expr, list[Any]]:
    """The cheapest sequence of forms from left to right, and where each begins and ends."""
    forms = list(found)
    penalty = np.array([_penalty(_envelope(found[form])) for form in forms])
    prices = np.array([_price(form) + CLAMPED * (not finite(form)) for form in forms])
    x = reference.x
    boundary = BOUNDARY
    path, cuts = _cheapest(penalty, prices, boundary)
    while len(cuts) > CUTS:
        # No form is good there: taking turns between them is no better.
        boundary *= 2
        path, cuts = _cheapest(penalty, prices, boundary)
    cuts = [_snapped(cut, path, penalty, x) for cut in cuts]
    bounds = [_bound(cut, path, penalty, x) for cut in cuts]
    chosen = [forms[path[cut]] for cut in [*cuts, len(path) - 1]]
    ends = [low, *bounds, high]
    chosen = [_kept_finite(form, ends[i], ends[i + 1]) for i, form in enumerate(chosen)]
    result = chosen[-1]
    for bound, form in zip(reversed(bounds), reversed(chosen[:-1]), strict=True):
        result = Choice(X, bound, form, result)
    return result, ends


def _cheapest(penalty: Array, prices: Array, boundary: float) -> tuple[list[int], list[int]]:
    """Which form to take at each point, and after which points another begins."""
    total = prices + penalty[:, 0]
    # Which forms another one came before, and which one that is.
    came: list[tuple[NDArray[np.bool_], int]] = []
    begun = prices + boundary
    for errors in np.ascontiguousarray(penalty.T[1:]):
        switch = int(total.argmin())
        moved = begun + total[switch]
        came.append((moved < total, switch))
        total = np.minimum(total, moved)
        total += errors
    path = [int(total.argmin())]
    for moves, switch in reversed(came):
        path.append(switch if moves[path[-1]] else path[-1])
    path.reverse()
    return path, [place for place in range(len(path) - 1) if path[place] != path[place + 1]]


def _bound(cut: int, path: list[int], penalty: Array, x: Array) -> Expr:
    """Where one form ends: between two points at which both forms are good, if there are such."""
    both = penalty[[path[cut], path[cut + 1]]].max(axis=0) < 1
    if x[cut] == 0:
        return S.Zero
    for place in (cut, cut + 1, cut - 1):
        if 0 <= place < len(x) - 1 and both[place] and both[place + 1]:
            return _between(float(x[place]), float(x[place + 1]))
    good = next((place for place in (cut, cut + 1) if both[place]), None)
    if good is not None:
        return Rational(float(x[good]))
    return _between(float(x[cut]), float(x[cut + 1]))


def _snapped(cut: int, path: list[int], penalty: Array, x: Array) -> int:
    """The cut at 0 where that is as good."""
    zero = int(np.searchsorted(x, 0.0))
    if zero == len(x) or x[zero] != 0 or abs(zero - cut) > 60:
        return cut
    left, right = path[cut], path[cut + 1]
    first, last = sorted((cut + 1, zero + 1))
    moved = left if zero > cut else right
    if len(set(path[first:last])) > 1 or penalty[moved, first:last].max(initial=0.0) > 1:
        return cut
    path[first:last] = [moved] * (last - first)
    return zero


def _envelope(errors: Array) -> Array:
    """Each error with the rounding of its neighbours: the next float may have drawn worse."""
    near = np.where(errors < NOISE, errors, 0.0)
    widest = errors.copy()
    for shift in range(1, WINDOW + 1):
        widest[shift:] = np.maximum(widest[shift:], near[:-shift])
        widest[:-shift] = np.maximum(widest[:-shift], near[shift:])
    return widest


def _penalty(errors: Array) -> Array:
    with np.errstate(divide="ignore"):
        excess = np.log2(np.maximum(errors, AIM) / AIM)
    return np.minimum(np.where(errors > LIMIT, 300 + 100 * excess, 0.02 * errors), 1e6)


def _price(form: Expr) -> float:
    total = 0.0
    for node in set(sympy.preorder_traversal(form)):
        if isinstance(node, Series):
            total += len(node.args[1].value[-1])
        elif node.args:
            total += COSTS.get(node.func, 10) * max(1, len(node.args) - 1)
    return total


def _between(low: float, high: float) -> Expr:
    """The shortest number in [low, high)."""
    if low <= 0 < high:
        return S.Zero
    for digits in range(1, 18):
        shortest = Rational(f"{(low + high) / 2:.{digits}g}")
        if low <= shortest < high:
            return shortest
    return Rational(low)


def _kept_finite(form: Expr, low: Any, high: Any) -> Expr:
    """The form, at a point of its own stretch where it is not taken and would leave the range."""
    if finite(form):
        return form
    inside = _inside(low, high)
    ends = [S.NegativeInfinity if low == -np.inf else low, S.Infinity if high == np.inf else high]
    return form.xreplace({X: Within(X, *ends, inside)})


@lru_cache(maxsize=4096)
def finite(form: Expr) -> bool:
    """Whether no part of the form leaves the range anywhere."""
    x = points()
    for dtype in DTYPES:
        given = x[np.abs(x) < float(np.finfo(dtype).max) / 4].astype(dtype)
        _, sound = evaluate(form, given)
        if not sound.all():
            return False
    return True


def _inside(low: Any, high: Any) -> Expr:
    """A point of a stretch, near 0: squares of it are in range."""
    if low == -np.inf or high <= 0:
        return high if high != 0 else S.NegativeOne if low == -np.inf else low / 2
    if high == np.inf:
        return low + 1
    return (low + high) / 2 if high - low < 2 else low + 1
