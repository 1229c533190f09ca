"""The stable form of a formula: candidates by algebra, the choice by measurement.

The line is cut where another form is better; for each stretch the cheapest form is taken that keeps
`AIM` ulp in both dtypes. Where none does, the best is taken and the error is stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Rational, S
from sympy.codegen.cfunctions import log1p

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X
from symrnn.numeric.stable import candidates, store
from symrnn.numeric.stable.assembly import AIM, LIMIT, assembled, finite
from symrnn.numeric.stable.measure import DTYPES, Reference, points
from symrnn.numeric.stable.nodes import Choice, Decay, Fold, Least, Series, Within
from symrnn.numeric.stable.normal import Side, normal, spelled
from symrnn.numeric.stable.pieces import Pieces, at_point, equal, limit, pieces
from symrnn.numeric.stable.printing import folded

Array = NDArray[Any]

PROMISED = 4.0
NOTED, MARGIN = 3.8, 2.0
"""What was measured above `NOTED` is stated, `MARGIN` times: other floats may have drawn worse."""

BESIDE = 7.5
"""What is stated at least, before `MARGIN`, of a form that takes a series at a zero."""

ROUNDS, FRESH, REACH, TINY = 3, 100, 800.0, 1e-30
"""How often a choice is tried at new points, how many a stretch, and between what sizes."""


@dataclass(frozen=True)
class Plan:
    """A stable form and what it keeps.

    Attributes:
        form: the expression to print.
        worst: largest error in ulp, by dtype, over normal numbers; None if it was not measured.
        where: the stretch of x where more than `PROMISED` ulp may be lost, by dtype.
    """

    form: Expr
    worst: dict[str, float] | None
    where: dict[str, tuple[float, float]]

    def __str__(self) -> str:
        if self.worst is None:
            return "not measured: ball arithmetic does not know the formula"
        lost = [
            f"up to {MARGIN * self.worst[kind]:.2g} ulp for {low:.4g} ≤ x ≤ {high:.4g} in {kind}"
            for kind, (low, high) in self.where.items()
        ]
        return "; ".join(lost) or f"within {PROMISED:.0f} ulp"


@lru_cache(maxsize=512)
def plan(expression: Expr) -> Plan:
    """The stable form of a formula in `X`, chosen once on a machine: see `store`."""
    known = store.find(expression)
    if known is not None:
        return Plan(*known)
    found = chosen_now(expression)
    store.keep(expression, (found.form, found.worst, found.where))
    return found


def chosen_now(expression: Expr) -> Plan:
    """The stable form of a formula in `X`; its kinks as `pieces` says."""
    try:
        split = pieces(expression)
        chosen = [_part(part, low, high) for part, low, high in stretches(split)]
    except NotSupportedError:
        return Plan(expression, None, {})
    form = chosen[-1][0]
    for place in reversed(range(len(split.bounds))):
        bound = split.bounds[place]
        left, right = (limit(split.parts[place + i], bound) for i in (0, 1))
        below = chosen[place][0]
        value = left if equal(left, right) else at_point(left, right)
        if below == form and equal(left, right):
            continue
        if equal(value, left):
            form = Choice(X, bound, below, form)
        elif equal(value, right):
            form = Least(X, bound, below, form)
        else:
            form = Least(X, bound, below, Choice(X, bound, value, form))
    worst: dict[str, float] = {}
    where: dict[str, tuple[float, float]] = {}
    for dtype in DTYPES:
        kind = dtype.name
        errors = [one[1][kind] for one in chosen]
        worst[kind] = max((e for e, _, _ in errors), default=0.0)
        lost = [(low, high) for e, low, high in errors if e > NOTED]
        if lost:
            where[kind] = (min(low for low, _ in lost), max(high for _, high in lost))
    return Plan(form, worst, where)


def stretches(split: Pieces) -> list[tuple[Expr, Any, Any]]:
    """The smooth parts, each with the ends of its stretch."""
    ends = [-np.inf, *split.bounds, np.inf]
    return list(zip(split.parts, ends[:-1], ends[1:], strict=True))


def _part(part: Expr, low: Any, high: Any) -> tuple[Expr, dict[str, tuple[float, float, float]]]:
    """The form of one smooth part on a stretch, and its errors: largest, from, to."""
    x = points()
    x = x[(x > float(low)) & (x < float(high))]
    if X not in part.free_symbols or part == X:
        return folded(part), {dtype.name: (0.0, float(low), float(high)) for dtype in DTYPES}
    spelled_exactly = exact_forms(part)
    reference = Reference(spelled_exactly, x)
    beside = np.setdiff1d(_ends_of_range(reference), x)
    reference, _ = reference.joined(Reference(spelled_exactly, beside))
    errors = _errors(part, reference)
    if np.nanmax(errors, initial=0.0) <= AIM and finite(folded(part)):
        return folded(part), _stated(part, reference)
    found: dict[Expr, Array] = {folded(part): errors}
    if part.is_rational_function(X) and (high <= 0 or low >= 0):
        # x = ∓|x|: no branch of its own is needed to stay in range.
        _add(found, part.xreplace({X: Fold(X) if high <= 0 else -Fold(X)}), reference)
    for batch in candidates.forms(part):
        if _best(found) <= AIM:
            break
        for form in batch:
            _add(found, form, reference)
    if _best(found) > AIM and part.is_Add:
        # Terms of one sign do not cancel: each may have a form of its own.
        _add(found, sympy.Add(*(_part(term, low, high)[0] for term in part.args)), reference)
    if _best(found) > AIM:
        for root in _zeros(part, reference):
            for form in candidates.series(part, root):
                _add(found, _within_radius(form, root, folded(part)), reference)
    for attempt in range(ROUNDS):
        form, bounds = assembled(found, reference, low, high)
        # A form may have been lucky at the points that chose it.
        fresh = Reference(spelled_exactly, _fresh(bounds, reference.x, attempt))
        known, new = _errors(form, reference), _errors(form, fresh)
        reference, order = reference.joined(fresh)
        if new.max(initial=0.0) <= max(LIMIT, known.max(initial=0.0)):
            break
        found = {
            each: np.concatenate([errors, _errors(each, fresh)])[order]
            for each, errors in found.items()
        }
    return form, _stated(form, reference)


def _fresh(bounds: list[Any], x: Array, attempt: int) -> Array:
    """Points that are not among x, on each stretch between bounds."""
    rng = np.random.default_rng(attempt)
    ends = np.clip(np.array([float(bound) for bound in bounds]), -REACH, REACH)
    drawn = [rng.uniform(*pair, FRESH) for pair in pairwise(ends) if pair[0] < pair[1]]
    found = np.concatenate([*drawn, *(part.astype(np.float32) for part in drawn)])
    found = found[(found > ends[0]) & (found < ends[-1]) & (np.abs(found) > TINY)]
    return np.setdiff1d(found, x)


def _ends_of_range(reference: Reference) -> Array:
    """Points where the values leave the normal numbers: there digits are lost first."""
    size, x = np.abs(reference.high), reference.x
    found = [np.zeros(0)]
    for dtype in DTYPES:
        tiny = float(np.finfo(dtype).tiny)
        inside = size >= tiny
        for place in np.flatnonzero(inside[1:] != inside[:-1]):
            if x[place] * x[place + 1] > 0:
                near = np.linspace(x[place], x[place + 1], 12)[1:-1]
                single = (np.abs(near) > 1e-37) & (np.abs(near) < 1e37)
                near[single] = near[single].astype(np.float32)
                found.append(near)
    return np.concatenate(found)


def _within_radius(series: Expr, root: Expr, elsewhere: Expr) -> Expr:
    """A series where it is good, whatever lies between two points that were measured."""
    radius = series.args[1].value[1]
    low, high = (Rational(float(root) + side * radius) for side in (-1, 1))
    return Choice(X, low, elsewhere, Choice(X, high, series, elsewhere))


def _add(found: dict[Expr, Array], form: Expr, reference: Reference) -> None:
    form = folded(form)
    if form in found or _unclamped(form).has(sympy.zoo, sympy.nan, sympy.oo):
        return
    try:
        found[form] = _errors(form, reference)
    except NotSupportedError:
        # A function that floats do not have: no candidate.
        return


def _unclamped(form: Expr) -> Expr:
    """The form without what keeps its argument in a stretch, of which an end may be ∞."""
    return form.replace(Within, lambda x, *_: x)


def _best(found: dict[Expr, Array]) -> float:
    """What forms that need no clamping reach together."""
    errors = [value for form, value in found.items() if finite(form)]
    return float(np.max(np.min(errors, axis=0), initial=0.0)) if errors else np.inf


def exact_forms(part: Expr) -> tuple[Expr, Expr, Expr]:
    """The formula, and the same by decays for large x on the left and on the right."""
    tests = candidates.sides(part)
    return part, _by_decays(part, tests[0]), _by_decays(part, tests[-1])


def _by_decays(part: Expr, test: Expr) -> Expr:
    side = Side(test, False)
    try:
        over, under = normal(part, side)
    except sympy.PolynomialError:
        return part
    signs = {u: side.sign(u) for u, _ in side.bases}
    form = spelled(over / under, side).replace(Decay, lambda u: sympy.exp(-signs[u] * u))
    return form.replace(log1p, lambda rest: sympy.log(1 + rest))


def _errors(form: Expr, reference: Reference) -> Array:
    """The larger error of both dtypes at each point; unknown ones as 0."""
    both = [np.nan_to_num(reference.ulps(form, dtype), nan=0.0, posinf=np.inf) for dtype in DTYPES]
    return np.asarray(np.maximum(*both))


def _stated(form: Expr, reference: Reference) -> dict[str, tuple[float, float, float]]:
    stated = {}
    for dtype in DTYPES:
        errors = np.nan_to_num(reference.ulps(form, dtype), nan=0.0, posinf=np.inf)
        worst = float(errors.max(initial=0.0))
        noted = NOTED
        if form.has(Series):
            # At a zero something cancels: few points of those measured are beside it.
            worst, noted = max(worst, BESIDE), 2.0
        lost = np.concatenate([reference.x[errors > noted], *map(_reach, form.atoms(Series))])
        ends = (float(lost.min()), float(lost.max())) if lost.size else (np.nan, np.nan)
        stated[dtype.name] = (worst, *ends)
    return stated


def _reach(series: Series) -> Array:
    """The ends of the stretch that a power series is for."""
    root, radius = series.args[1].value[:2]
    return np.array([sum(root) - radius, sum(root) + radius])


def _zeros(part: Expr, reference: Reference) -> list[Expr]:
    """0, and where the values change their sign."""
    found: list[Expr] = [S.Zero]
    high, x = reference.high, reference.x
    changes = np.flatnonzero(np.sign(high[1:]) * np.sign(high[:-1]) < 0)
    for place in changes[:8]:
        if np.sign(x[place]) * np.sign(x[place + 1]) <= 0:
            continue
        found.append(_root(part, float(x[place]), float(x[place + 1])))
    return found


def _root(part: Expr, low: float, high: float) -> Expr:
    """A simple root between two points, to 50 digits."""
    function = sympy.lambdify(X, part, "mpmath")
    with mpmath.workdps(90):
        found = mpmath.findroot(function, (low, high), solver="anderson", tol=1e-150, verify=False)
        return Rational(mpmath.nstr(found, 75))
