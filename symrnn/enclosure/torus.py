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
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, count

import sympy
from flint import arb, arb_mat
from sympy import Dummy, Expr, Poly

from symrnn.enclosure.budget import budget, spend
from symrnn.enclosure.switches import is_smooth
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import values

MAX_ANGLES = 3
"""With more independent ones the boxes are too many."""
MAX_TURNS = 1000
"""Waves that meet more rarely are not searched for their meeting."""
TOLERANCE = arb(2) ** -110
WORK = 2_000_000
"""Work allowed for one sum of waves, see `budget`."""

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
    """A ball that holds the largest |F(θ)|, F being 2π-periodic in each of its symbols.

    Where the work allowed does not do it is wide: between a value that F takes and a bound.

    Raises:
        UndecidedError: F has kinks, or is not bounded as far as is seen.
    """
    if not is_smooth(total):
        raise UndecidedError("waves with kinks are not looked at together", {"waves": total})
    search = _Search(total)
    with suppress(UndecidedError), budget(WORK):
        search.run()
    found = search.lower.union(search.upper)
    if not found.is_finite():
        raise UndecidedError("waves are not bounded together", {"waves": total})
    return found


class _Search:
    """Branch and bound: `lower` is a value of |F|, and no value is above `upper`."""

    def __init__(self, total: Expr) -> None:
        self.thetas = sorted(total.free_symbols, key=sympy.default_sort_key)
        self.total = total
        self.slopes = [total.diff(theta) for theta in self.thetas]
        self.bends = [[slope.diff(theta) for theta in self.thetas] for slope in self.slopes]
        # Numbers are enclosed once, and cost nothing.
        every = map(sympy.preorder_traversal, [total, *self.slopes, *chain(*self.bends)])
        self.cost = sum(bool(node.free_symbols) for node in chain(*every))
        self.lower, self.upper = arb(0), arb.pos_inf()
        self.number = count()
        # By exact numbers: bounds that are one float may differ by more than the tolerance.
        self.queue: list[tuple[arb, int, Box]] = []

    def run(self) -> None:
        """Narrow both down to `TOLERANCE`."""
        self._add(tuple(arb(0, 1) * arb.pi() for _ in self.thetas))
        while self.queue:
            below, _, box = heapq.heappop(self.queue)
            self.upper = -below
            if self.upper <= self.lower + TOLERANCE:
                return
            spend(self.cost, "boxes of angles")
            for part in self._closer(box):
                self._add(part)

    def _at(self, f: Expr, box: Box) -> arb:
        return values(f, dict(zip(self.thetas, box, strict=True)))

    def _add(self, box: Box) -> None:
        middle = tuple(each.mid() for each in box)
        here = self._at(self.total, middle)
        if here.is_finite() and here.abs_lower() > self.lower:
            self.lower = here.abs_lower()
        gradient = [self._at(slope, box) for slope in self.slopes]
        if any(each.is_finite() and not each.contains(arb(0)) for each in gradient):
            return
        moved = here
        for slope, side, centre in zip(gradient, box, middle, strict=True):
            moved += slope * (side - centre)
        bounds = [b.abs_upper() for b in (moved, self._at(self.total, box)) if b.is_finite()]
        bound = min(bounds) if bounds else arb.pos_inf()
        heapq.heappush(self.queue, (-bound, next(self.number), box))

    def _closer(self, box: Box) -> list[Box]:
        """The parts of a box in which the gradient may vanish."""
        middle = tuple(each.mid() for each in box)
        try:
            curvature = arb_mat([[self._at(bend, box) for bend in row] for row in self.bends])
            step = curvature.solve(arb_mat([[self._at(slope, middle)] for slope in self.slopes]))
        except ZeroDivisionError:
            return _halved(box)
        newton = tuple(centre - step[k, 0] for k, centre in enumerate(middle))
        if not all(near.overlaps(side) for near, side in zip(newton, box, strict=True)):
            return []
        if all(near.rad() < side.rad() / 4 for near, side in zip(newton, box, strict=True)):
            return [newton]
        return _halved(box)


def _halved(box: Box) -> list[Box]:
    widest = max(range(len(box)), key=lambda k: float(box[k].rad()))
    side = box[widest]
    halves = side.lower().union(side.mid()), side.mid().union(side.upper())
    return [(*box[:widest], half, *box[widest + 1 :]) for half in halves]
