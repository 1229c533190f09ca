"""Expressions that are rational functions in disguise: of x, of eˣ, or of tan(x/2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Poly, Symbol
from sympy.polys.polyerrors import PolynomialError

from symrnn.language.activations import X

MAX_DEGREE = 24
U = Symbol("u", real=True)


@dataclass(frozen=True)
class Disguise:
    """An expression as a rational function of u: u = x, u = e^{x/n}, or u = tan(x/(2n))."""

    rational: Expr
    kind: str
    scale: Expr

    @property
    def periodic(self) -> bool:
        return self.kind == "tan"

    def domain(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """The values of u for x between two ends."""
        if self.kind == "exp":
            return sympy.exp(left * self.scale), sympy.exp(right * self.scale)
        return left, right

    def back(self, u: Expr) -> Expr:
        """The x of a u."""
        if self.kind == "exp":
            return sympy.log(u) / self.scale
        return 2 * sympy.atan(u) / self.scale if self.periodic else u


def disguised(expression: Expr) -> Disguise | None:
    """The rational function behind an expression in `X`; None if none is found."""
    for kind, rational, scale in _readings(expression):
        if not rational.has(X) and rational.is_rational_function(U):
            whole = sympy.cancel(sympy.together(rational))
            numbers = whole.free_symbols <= {U} and all(
                part.is_rational for part in whole.atoms(sympy.Number, sympy.NumberSymbol)
            )
            if numbers and max(Poly(p, U).degree() for p in sympy.fraction(whole)) <= MAX_DEGREE:
                return Disguise(whole, kind, scale)
    return None


def _readings(expression: Expr) -> Iterator[tuple[str, Expr, Expr]]:
    """Substitutions worth trying; a failed one leaves x behind."""
    yield "plain", expression.xreplace({X: U}), sympy.S.One
    if expression.has(sympy.sin, sympy.cos):
        yield from _half_angle(expression)
    elif expression.has(sympy.exp, sympy.tanh, sympy.sinh, sympy.cosh):
        powers = expression.rewrite(sympy.exp).atoms(sympy.exp)
        rates = [power.args[0].coeff(X) for power in powers]
        if rates and all(rate.is_Rational and rate != 0 for rate in rates):
            scale = _common(rates)
            if any(abs(rate / scale) > MAX_DEGREE for rate in rates):
                return
            inside = expression.rewrite(sympy.exp).xreplace(
                {p: U ** (p.args[0] / (scale * X)) for p in powers if p.args[0].coeff(X, 0) == 0}
            )
            yield "exp", inside, scale


def _half_angle(expression: Expr) -> Iterator[tuple[str, Expr, Expr]]:
    waves = expression.atoms(sympy.sin, sympy.cos)
    rates = [wave.args[0] / X for wave in waves]
    if not all(rate.is_Rational for rate in rates):
        return
    scale, y = _common(rates), Symbol("y", real=True)
    if any(abs(rate / scale) > MAX_DEGREE for rate in rates):
        return
    waves_in_y = {wave: sympy.expand_trig(wave.subs(X, y / scale)) for wave in waves}
    circle = {sympy.sin(y): 2 * U / (1 + U**2), sympy.cos(y): (1 - U**2) / (1 + U**2)}
    yield "tan", expression.xreplace(waves_in_y).xreplace(circle), scale


def _common(rates: list[Any]) -> Expr:
    """The largest rational of which every rate is an integer multiple."""
    denominators = sympy.ilcm(1, *(rate.q for rate in rates))
    return sympy.Rational(sympy.igcd(0, *(rate * denominators for rate in rates)), denominators)


def real_roots(polynomial: Poly) -> list[Expr] | None:
    """Every real root once, in order; None if SymPy does not isolate them."""
    if polynomial.is_zero or polynomial.degree() <= 0:
        return []
    try:
        return list(sympy.real_roots(polynomial.sqf_part()))
    except (NotImplementedError, PolynomialError):
        return None
