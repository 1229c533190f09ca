"""What a stable form is made of beside SymPy's own functions; each printer has a rule for each."""

from __future__ import annotations

import math
from typing import Any, cast

from sympy import Atom, Expr, Function, Poly, Rational, Symbol

Z = Symbol("z", real=True)
"""The variable of polynomials that are computed to twice the digits."""


class Fold(Function):  # type: ignore[misc]
    """-|u|, written as -u where u > 0 and u elsewhere.

    e^Fold(u) is at most 1 and never overflows. Not by the absolute value, which is not
    holomorphic (the complex step) and which the frameworks differentiate to 0 at 0.
    """

    nargs = 1
    is_real = True


class Choice(Function):  # type: ignore[misc]
    """Choice(x, bound, below, above): `below` where x ≤ bound, `above` where x > bound.

    Both are computed everywhere: a branch must be finite where it is not taken.
    """

    nargs = 4
    is_real = True


class Least(Choice):
    """As `Choice`, but the bound itself belongs to `above`: `below` where x < bound."""


class Within(Function):  # type: ignore[misc]
    """Within(x, low, high, inside): x where low < x ≤ high, elsewhere the point `inside`.

    The argument of a branch that would leave the range where it is not taken. Where only the branch
    taken is computed, in scalar code, it is x.
    """

    nargs = 4
    is_real = True


class Damped(Function):  # type: ignore[misc]
    """Damped(value, h) = (value · h) · h.

    The square of a small h underflows where value · h² does not.
    """

    nargs = 2
    is_real = True


class Multiple(Function):  # type: ignore[misc]
    """Multiple(c, u) = c u; SymPy would write c (u + v) as c u + c v."""

    nargs = 2
    is_real = True


class Reciprocal(Function):  # type: ignore[misc]
    """1/u, a division of its own: (1/u)² is in range where u² is not."""

    nargs = 1
    is_real = True


class Decay(Function):  # type: ignore[misc]
    """e^(-|u|), printed as exp of `Fold(u)`; powers are left to stand."""

    nargs = 1
    is_real = True


class Data(Atom):  # type: ignore[misc]
    """What a call is given beside x, a polynomial in `Z` or numbers: no part of the expression."""

    value: Any
    __slots__ = ("value",)

    def __new__(cls, value: Any) -> Data:
        data = super().__new__(cls)
        data.value = value
        return cast("Data", data)

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.value,)

    def _sympystr(self, printer: Any) -> str:
        return str(self.value)


class FineDecay(Function):  # type: ignore[misc]
    """FineDecay(x, Data(u)) = e^(-|u(x)|), u a polynomial in `Z` computed to twice the digits.

    The rounding of u is magnified by |u|: up to 350 ulp at the end of the range of float64.
    """

    nargs = 2
    is_real = True


class Erfc(Function):  # type: ignore[misc]
    """erfc(u) = 1 - erf(u), not rewritten by SymPy."""

    nargs = 1
    is_real = True


class Tail(Function):  # type: ignore[misc]
    """Tail(x, Data(u)) = erfc(u(x)), u a polynomial in `Z` computed to twice the digits."""

    nargs = 2
    is_real = True


class Series(Function):  # type: ignore[misc]
    """Series(x, Data((root, radius, start, step, coefficients))): a power series around a root.

    y^start (c_0 + c_1 y^step + c_2 y^(2 step) + …) with y = x - root, and with y = 0 where x is
    farther away than the radius. A root that is no float is subtracted in pieces.
    """

    nargs = 2
    is_real = True


def pieces_of(number: Expr) -> tuple[float, float, float, float]:
    """A real number as a sum of floats of 20 bits: exact in float32, and so are differences."""
    a, b, c, d = _parts(number, (20, 20, 20, 53))
    return a, b, c, d


def coefficients(u: Expr) -> tuple[tuple[float, float, float], ...]:
    """The coefficients of a polynomial in `Z`, highest first, each as a sum of three floats.

    The first is exact in float32, the first two together in float64.
    """
    found = []
    for coefficient in Poly(u, Z).all_coeffs():
        a, b, c = _parts(coefficient, (24, 24, 53))
        found.append((a, b, c))
    return tuple(found)


def bound_of(u: Expr) -> float:
    """A power of two beyond which |u| > 2000: e^(-|u|) underflows."""
    values = Poly(u, Z)
    slopes = values.diff(Z)
    leading, *others = [abs(float(c)) for c in slopes.all_coeffs()]
    # Beyond Cauchy's bound for the roots of u', |u| grows.
    bound = 2.0 ** math.ceil(math.log2(1 + max(others, default=0.0) / leading))
    while min(abs(float(values.eval(Rational(side) * Rational(bound)))) for side in (1, -1)) < 2000:
        bound *= 2
    return bound


def _parts(number: Expr, bits: tuple[int, ...]) -> list[float]:
    rest = number if number.is_Rational else Rational(str(number.evalf(60)))
    parts: list[float] = []
    for width in bits:
        if rest == 0:
            parts.append(0.0)
            continue
        _, power = math.frexp(float(rest))
        unit = Rational(2) ** (power - width)
        part = unit * round(rest / unit)
        parts.append(float(part))
        rest -= part
    return parts
