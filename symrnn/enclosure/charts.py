"""The neighbourhoods that no ball covers: towards ±∞, and beside a point where f is singular.

Each is a chart z ↦ x with z → ∞: x = ±z, or x = p ± 1/z. What f does there is its growth in z: a
pole, a removable singularity and an essential one are told apart by the same arithmetic as the
behaviour at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from flint import arb
from sympy import Expr

from symrnn.enclosure.beyond import Beyond, beyond
from symrnn.enclosure.switches import is_smooth
from symrnn.enclosure.tail import growth
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import ball, jet
from symrnn.language.kinks import UnknownSignError, changes, in_order

FIRST = 8
"""Where a chart begins at first."""


@dataclass
class Chart:
    """One side of a singular point or of infinity, cut off where z = `start`.

    point: p, or None for infinity.
    side: 1 where x lies to the right of p, or tends to ∞; -1 on the other side.
    f: what is looked at there, in `X`.
    """

    point: Expr | None
    side: int
    f: Expr
    start: int = FIRST

    @property
    def edge(self) -> arb:
        """The x that belongs to z = start."""
        if self.point is None:
            return arb(self.side * self.start)
        return ball(self.point) + self.side / arb(self.start)

    def pull(self, f: Expr) -> Expr:
        """f in the variable z, again written `X`."""
        if self.point is None:
            return f.subs(X, self.side * X)
        return f.subs(X, self.point + self.side / X)

    def beyond(self) -> Beyond:
        """What |f| does for z ≥ start.

        Raises:
            UndecidedError: it is not known.
        """
        return beyond(self.pull(self.f), self.start)

    def limit(self, f: Expr) -> Expr | None:
        """The exact limit of f; None where it is not seen."""
        try:
            whole = growth(self.pull(f), 2**20)
        except UndecidedError:
            return None
        staying = {o: c for o, c in whole.terms.items() if o.sign >= 0}
        total = sympy.S.Zero
        for order, coefficient in staying.items():
            if order.sign > 0 or order.wave != 1 or coefficient.exact is None:
                return None
            total += coefficient.exact
        return total

    def __str__(self) -> str:
        if self.point is None:
            return "x → ∞" if self.side > 0 else "x → -∞"
        return f"x → {self.point} from the {'right' if self.side > 0 else 'left'}"


def singular_points(f: Expr, left: Expr, right: Expr) -> list[Expr]:
    """Exact points between two ends, in order, at which f is not seen to be finite.

    Those that the arguments and bases in f lead to: where none is found, f may still be singular.
    """
    found: set[Expr] = set()
    candidates = {sympy.S.Zero}
    for node in sympy.preorder_traversal(f):
        if not node.has(X) or not is_smooth(node):
            continue
        parts = node.args if isinstance(node, sympy.Function) else ()
        if isinstance(node, sympy.Pow) and not (node.exp.is_Integer and node.exp > 0):
            parts = node.args
        for part in parts:
            if part.has(X):
                candidates |= _changes(part)
    for point in candidates:
        if ball_is_between(point, left, right) and not jet(f, ball(point), 1)[0].is_finite():
            found.add(point)
    try:
        return in_order(found)
    except UnknownSignError as error:
        raise UndecidedError("the singular points are not told apart", {"f": f}) from error


def _changes(part: Expr) -> set[Expr]:
    try:
        return changes(part, -sympy.oo, sympy.oo) or set()
    except UnknownSignError:
        return set()


def ball_is_between(point: Expr, left: Expr, right: Expr) -> bool:
    """Whether a point is seen to lie strictly between two ends."""
    here = ball(point)
    return (left == -sympy.oo or here > ball(left)) and (right == sympy.oo or here < ball(right))
