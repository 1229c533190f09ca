"""γ = sup|σ′| of any activation, enclosed over the whole real line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from flint import arb, ctx, fmpq
from sympy import Expr

from symrnn.enclosure.adversary import NotRealError, Steep, exceeds, steepest
from symrnn.enclosure.budget import budget
from symrnn.enclosure.search import Largest
from symrnn.enclosure.slope import require_continuous, slope
from symrnn.enclosure.supremum import BITS, Supremum
from symrnn.enclosure.undecided import UndecidedError
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, X, activation
from symrnn.language.balls import ball, fraction, jet
from symrnn.language.kinks import KINKS, UnknownSignError

POINTS = (arb(fmpq(11, 8)), arb(fmpq(25, 8)), arb(fmpq(85, 8)))
"""Where σ is asked for a value first: log x has none at -1."""

WIDTH = arb(10) ** -12
"""An interval for γ is no wider than this, relative to 1 + γ."""
_NOTHING = Largest()

BOUNDED, UNBOUNDED, UNDECIDED = "bounded", "unbounded", "undecided"


@dataclass(frozen=True)
class Certificate:
    """What ball arithmetic says of γ = sup|σ′|, taken where σ′ exists.

    activation: σ.
    verdict: "bounded", "unbounded" or "undecided".
    lower, upper: exact ends of the interval that holds γ; None unless bounded.
    where: the place where |σ′| comes that close to γ, or grows, in words.
    reason: what stopped the search, where it is undecided.
    boxes: how many boxes were looked at.
    """

    activation: Activation
    verdict: str
    lower: Fraction | None = None
    upper: Fraction | None = None
    where: str = ""
    reason: str = ""
    boxes: int = 0

    @property
    def slope(self) -> Expr:
        """σ′(x) where σ does not jump."""
        return self.activation.prime.at(X).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)

    @property
    def width(self) -> float:
        """How wide the interval is, rounded up; ∞ unless bounded."""
        if self.lower is None or self.upper is None:
            return math.inf
        gap = self.upper - self.lower
        return math.nextafter(float(gap), math.inf) if gap else 0.0

    def interval(self, digits: int = 18) -> tuple[str, str]:
        """Both ends in decimals, rounded outward."""
        if self.lower is None or self.upper is None:
            raise IllFormedError("γ has no interval", {"verdict": self.verdict})
        unit = 10**digits
        ends = (math.floor(self.lower * unit), math.ceil(self.upper * unit))
        low, high = (f"{end // unit}.{end % unit:0{digits}d}" for end in ends)
        return low, high

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        bounded = self.verdict == BOUNDED
        return {
            "activation": str(self.activation.at(X)),
            "slope": str(self.slope),
            "verdict": self.verdict,
            "gamma": list(self.interval()) if bounded else None,
            "width": self.width if bounded else None,
            "where": self.where or None,
            "reason": self.reason or None,
            "boxes": self.boxes,
        }


def certify(what: str | Expr | Activation) -> Certificate:
    """Enclose γ = sup|σ′| over all real x by ball arithmetic.

    Branch and bound between singular points of σ′, and its growth with a bounded remainder beside
    and beyond them. What is returned as bounded or unbounded is proved, up to Arb's arithmetic and
    the derivative; an independent search for steeper slopes is run before it is returned.

    Args:
        what: a name known to `symrnn.activation`, an expression in one variable, or an activation.

    Raises:
        IllFormedError: for an unknown σ, or no activation at all.
        DisagreementError: a steeper slope was found than was proved possible: a fault of symrnn.
    """
    sigma = activation(what)
    if sigma.is_unknown:
        raise IllFormedError(
            "an unknown σ has no slope bound", {"expected": "a known activation", "got": "σ"}
        )
    formula = sigma.at(X)
    known, where = _NOTHING, ""
    with ctx.workprec(BITS):
        try:
            with budget():
                _require_real(formula)
                finder = Supremum(slope(formula))
                known = finder.known
                unbounded = finder.run()
                if not unbounded:
                    require_continuous(formula, finder.f)
                    _require_narrow(known)
            where = unbounded or finder.where
        except (UndecidedError, UnknownSignError, NotSupportedError) as error:
            return Certificate(sigma, UNDECIDED, reason=str(error), boxes=known.boxes)
        verdict = UNBOUNDED if unbounded else BOUNDED
        if unbounded:
            found = Certificate(sigma, verdict, where=where, boxes=known.boxes)
        else:
            # What is constant on a piece may be known from below to the last bit.
            upper = known.upper if known.upper >= known.lower else known.lower
            ends = fraction(known.lower), fraction(upper)
            found = Certificate(sigma, verdict, *ends, where, boxes=known.boxes)
        places = [place for place in [known.where, *map(ball, finder.kinks)] if place is not None]
        near = [mpmath.mpf(place.mid().str(40, radius=False)) for place in places]
    try:
        confirm(found, near)
    except NotRealError as error:
        return Certificate(sigma, UNDECIDED, reason=str(error), boxes=known.boxes)
    return found


def confirm(found: Certificate, near: Iterable[Any] = (), effort: int = 1) -> Steep:
    """Search for a slope above the upper end, with other code, and return the steepest one.

    Args:
        found: a certificate.
        near: places of special interest.
        effort: how long the search is, see `steepest`.

    Raises:
        DisagreementError: there is one.
        NotRealError: σ is not a real number somewhere.
    """
    formula = found.activation.at(X)
    steep = steepest(formula, near, effort)
    if found.upper is None:
        return steep
    with mpmath.workdps(60):
        bound = mpmath.mpf(found.upper.numerator) / found.upper.denominator
        if exceeds(formula, steep, bound):
            raise DisagreementError(
                "a slope above the certified bound: please report this fault of symrnn",
                {
                    "σ": formula,
                    "γ ≤": mpmath.nstr(bound, 20),
                    "|σ′| is": mpmath.nstr(steep.slope, 20),
                    "near": f"x = {mpmath.nstr(steep.where, 20)}",
                },
            )
    return steep


def _require_narrow(known: Largest) -> None:
    if not known.upper - known.lower < WIDTH * (1 + known.lower):
        bounds = f"{known.lower.str(15, radius=False)} ≤ γ ≤ {known.upper.str(15, radius=False)}"
        raise UndecidedError("γ is enclosed, but not closely", {"bounds": bounds})


def _require_real(sigma: Expr) -> None:
    if sigma.atoms(*KINKS):
        return  # what is real on one side of a kink need not be looked at on the other
    for point in POINTS:
        if not all(jet(sigma, side * point, 1)[0].is_finite() for side in (1, -1)):
            raise UndecidedError(
                "σ is not a real number", {"at": f"x = ±{point.str(10, radius=False)}"}
            )
