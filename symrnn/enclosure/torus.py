"""Waves whose frequencies depend on each other: the largest |F(θ)| over all angles θ.

Angles that are polynomials are integer combinations of some that are linearly independent over the
rational numbers. Those are equidistributed modulo 2π (Weyl, Math. Annalen 77, 1916), so that a
function of the waves comes arbitrarily close to all its values on the torus of the independent
angles, again and again. There its largest value is found by branch and bound: a box without a place
where the gradient vanishes is dropped, a torus having no boundary, and Newton's method closes in on
such places.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence

import sympy
from flint import arb, arb_mat
from sympy import Dummy, Expr, Poly

from symrnn.enclosure.budget import size, spend
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import values

MAX_ANGLES = 3
"""With more independent ones the boxes are too many."""
MAX_TURNS = 1000
"""Waves that meet more rarely are not searched for their meeting."""
TOLERANCE = arb(2) ** -100
NARROW = arb(2) ** -60

Box = tuple[arb, ...]


def rows(angles: Sequence[Expr]) -> sympy.Matrix | None:
    """Polynomials as rational vectors, or None.

    Each is written over xⁱ √n πᵏ with squarefree n, which are independent themselves.
    """
    found: list[dict[Expr, Expr]] = []
    for angle in angles:
        row: dict[Expr, Expr] = {}
        for term in sympy.Add.make_args(sympy.expand(angle)):
            rational, monomial = term.as_coeff_Mul(rational=True)
            factors = sympy.Mul.make_args(monomial)
            roots = [f for f in factors if f.is_Pow and f.exp == sympy.S.Half]
            if len(roots) > 1 or not all(map(_plain, factors)):
                return None
            row[monomial] = row.get(monomial, sympy.S.Zero) + rational
        found.append(row)
    columns = sorted({m for row in found for m in row}, key=sympy.default_sort_key)
    return sympy.Matrix([[row.get(m, 0) for m in columns] for row in found])


def _plain(factor: Expr) -> bool:
    base, exponent = factor.as_base_exp()
    if base in (X, sympy.pi):
        return bool(exponent.is_Integer)
    if base.is_Integer and base > 0 and exponent == sympy.S.Half:
        return all(power == 1 for power in sympy.factorint(base).values())
    return bool(factor == 1)


def combinations(angles: Sequence[Expr]) -> dict[Expr, Expr] | None:
    """Each angle as an integer combination of independent ones, which are symbols; None if
    that is not seen, or there are too many."""
    matrix = rows(angles)
    if matrix is None:
        return None
    reduced, pivots = matrix.T.rref()
    if len(pivots) > MAX_ANGLES:
        return None
    thetas = [Dummy(f"theta_{k}", real=True) for k in range(len(pivots))]
    whole = [sympy.ilcm(1, *(q.q for q in reduced.row(k))) for k in range(len(pivots))]
    if any(turns > MAX_TURNS for turns in whole):
        return None
    return {
        angle: sum(whole[k] * reduced[k, i] * theta for k, theta in enumerate(thetas))
        for i, angle in enumerate(angles)
    }


def bare(angle: Expr) -> tuple[Expr, int, Expr]:
    """(a, ±1, c) with angle = ±a + c: a polynomial without its constant, of two opposite ones
    always one."""
    constant = Poly(angle, X).nth(0) if angle.is_polynomial(X) else sympy.S.Zero
    rest = sympy.expand(angle - constant)
    if rest.could_extract_minus_sign():
        return sympy.expand(-rest), -1, constant
    return rest, 1, constant


def largest(total: Expr) -> arb:
    """A ball around the largest |F(θ)|, F being 2π-periodic in each of its symbols.

    Raises:
        UndecidedError: F is not finite somewhere.
        SpentError: there are too many boxes.
    """
    thetas = sorted(total.free_symbols, key=sympy.default_sort_key)
    slopes = [total.diff(theta) for theta in thetas]
    bends = [[slope.diff(theta) for theta in thetas] for slope in slopes]
    cost = sum(map(size, [total, *slopes, *itertools.chain(*bends)]))

    def at(f: Expr, box: Box) -> arb:
        return values(f, dict(zip(thetas, box, strict=True)))

    number = itertools.count()
    queue: list[tuple[float, int, Box, arb]] = []
    lower = arb(0)

    def add(box: Box) -> None:
        nonlocal lower
        spend(cost, "boxes of angles")
        middle = tuple(each.mid() for each in box)
        here, gradient = at(total, middle), [at(slope, box) for slope in slopes]
        if here.is_finite() and here.abs_lower() > lower:
            lower = here.abs_lower()
        if any(each.is_finite() and not each.contains(arb(0)) for each in gradient):
            return
        moved = here
        for slope, side, centre in zip(gradient, box, middle, strict=True):
            moved += slope * (side - centre)
        bounds = [b.abs_upper() for b in (moved, at(total, box)) if b.is_finite()]
        if not bounds and all(side.rad() < NARROW for side in box):
            raise UndecidedError("waves are not bounded together", {"waves": total})
        bound = min(bounds, key=float) if bounds else arb.pos_inf()
        heapq.heappush(queue, (-float(bound), next(number), box, bound))

    add(tuple(arb(0, 1) * arb.pi() for _ in thetas))
    while queue:
        _, _, box, bound = heapq.heappop(queue)
        if bound <= lower + TOLERANCE:
            return lower.union(bound)
        for part in _closer(box, slopes, bends, at):
            add(part)
    raise UndecidedError("no largest value is found", {"waves": total})


def _closer(
    box: Box,
    slopes: Sequence[Expr],
    bends: Sequence[Sequence[Expr]],
    at: Callable[[Expr, Box], arb],
) -> list[Box]:
    """The parts of a box in which the gradient may vanish."""
    middle = tuple(each.mid() for each in box)
    try:
        curvature = arb_mat([[at(bend, box) for bend in row] for row in bends])
        step = curvature.solve(arb_mat([[at(slope, middle)] for slope in slopes]))
    except ZeroDivisionError:
        step = None
    if step is not None:
        newton = [centre - step[k, 0] for k, centre in enumerate(middle)]
        if not all(near.overlaps(side) for near, side in zip(newton, box, strict=True)):
            return []
        if all(near.rad() < side.rad() / 4 for near, side in zip(newton, box, strict=True)):
            return [tuple(newton)]
    widest = max(range(len(box)), key=lambda k: float(box[k].rad()))
    halves = _halved(box[widest])
    return [(*box[:widest], half, *box[widest + 1 :]) for half in halves]


def _halved(side: arb) -> tuple[arb, arb]:
    middle = side.mid()
    return side.lower().union(middle), middle.union(side.upper())
