"""σ′ with its switches, and whether σ is continuous where a switch or a singularity is."""

from __future__ import annotations

from itertools import pairwise

import sympy
from sympy import Dummy, Expr

from symrnn.enclosure.charts import Chart, singular_points
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import ball, jet, sign_of_number
from symrnn.language.jumps import singular_parts, zeros_of
from symrnn.language.kinks import between, kinks_of, without_kinks

STEPS = (sympy.sign, sympy.Heaviside)


def slope(f: Expr) -> Expr:
    """f′ where f is differentiable: |u|′ = sign(u) u′, and a step has slope 0 beside its jump.

    SymPy's own derivative has distributions in it, and re and im where it does not see that u is
    real.

    Raises:
        UndecidedError: f has a function that is no composition of differentiable ones and kinks.
    """
    if not f.has(X):
        return sympy.S.Zero
    if f == X:
        return sympy.S.One
    if isinstance(f, STEPS):
        return sympy.S.Zero
    if isinstance(f, sympy.Abs):
        return sympy.sign(f.args[0]) * slope(f.args[0])
    if isinstance(f, sympy.Max | sympy.Min):
        first, *others = f.args
        rest = f.func(*others)
        gap = first - rest if isinstance(f, sympy.Max) else rest - first
        return sympy.Heaviside(gap) * slope(first) + sympy.Heaviside(-gap) * slope(rest)
    if isinstance(f, sympy.Add):
        return sympy.Add(*map(slope, f.args))
    inner = _softplus(f)
    if inner is not None:
        # The logistic function as a tanh, which is enclosed well over wide balls.
        return slope(inner) * (1 + sympy.tanh(inner / 2)) / 2
    inner = _logistic(f)
    if inner is not None:
        return slope(inner) * (sympy.tanh(inner / 2) ** 2 - 1) / 4
    if isinstance(f, sympy.Pow) and not f.exp.has(X):
        return f.exp * f.base ** (f.exp - 1) * slope(f.base)
    names = [Dummy(real=True) for _ in f.args]
    outer = f.func(*names)
    values = dict(zip(names, f.args, strict=True))
    total = sympy.S.Zero
    for name, arg in values.items():
        if arg.has(X):
            total += outer.diff(name).xreplace(values) * slope(arg)
    if total.has(sympy.Derivative, sympy.Subs, sympy.DiracDelta):
        raise UndecidedError("σ has a kink that is not known", {"σ′": total})
    return total


def _softplus(f: Expr) -> Expr | None:
    """u, if f is log(1 + e^u)."""
    return _one_plus_exp(f.args[0]) if isinstance(f, sympy.log) else None


def _logistic(f: Expr) -> Expr | None:
    """u, if f is 1/(1 + e^u)."""
    return _one_plus_exp(f.base) if f.is_Pow and f.exp == -1 else None


def _one_plus_exp(f: Expr) -> Expr | None:
    if isinstance(f, sympy.Add) and len(f.args) == 2 and f.args[0] == 1:
        return f.args[1].args[0] if isinstance(f.args[1], sympy.exp) else None
    return None


def require_continuous(sigma: Expr, prime: Expr) -> None:
    """Refuses a jump: beside it σ′ says nothing of how far σ goes.

    Args:
        sigma: σ.
        prime: σ′, which was seen to be finite but for the singular points found in it.

    Raises:
        UndecidedError: σ jumps, or is not seen to be continuous.
    """
    _require_visible(sigma, prime)
    kinks = kinks_of(sigma)
    if kinks is None:
        if sigma.has(*STEPS):
            raise UndecidedError("σ may have a jump", {"σ": sigma})
        kinks = []
    pieces: list[tuple[Expr, Expr, Expr]] = []
    for left, right in pairwise([-sympy.oo, *kinks, sympy.oo]):
        f = without_kinks(sigma, between(left, right)) if kinks else sigma
        pieces += [(f, a, b) for a, b in pairwise([left, *singular_points(f, left, right), right])]
    for (f, _, point), (g, _, _) in pairwise(pieces):
        before, after = _limit(f, point, -1), _limit(g, point, 1)
        if before is None or after is None or sign_of_number(before - after) != 0:
            reason = "σ has a jump, or is not seen to be continuous"
            raise UndecidedError(reason, {"at": f"x = {point}", "σ": sigma})


def _require_visible(sigma: Expr, prime: Expr) -> None:
    """Each place where σ may be singular is found in σ, or would have been met in σ′.

    tan x has poles, but (atan tan x)′ = 1 does not know of them any more.
    """
    kept = {power.base for power in prime.atoms(sympy.Pow) if not power.exp.is_positive}
    kept |= {node.args[0] for node in prime.atoms(sympy.tan)}
    for node, part in singular_parts(sigma):
        if part not in kept and zeros_of(node, part) is None:
            raise UndecidedError("σ may have a jump where a part of it is singular", {"part": node})


def _limit(f: Expr, point: Expr, side: int) -> Expr | None:
    if jet(f, ball(point), 1)[0].is_finite():
        return f.subs(X, point)
    return Chart(point, side, f).limit(f)
