"""Exact values of scalars at rational points.

Every symbol, and every value of an unknown function at one argument, is a rational number; sums,
products, absolute values and maxima of them are computed as fractions. Where a root or a known
transcendental function is involved, the value is a real of 80 digits instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import mpmath
import sympy
from sympy import Symbol
from sympy.core.symbol import Str

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Unknown
from symrnn.language.explicit import Field
from symrnn.language.slope_at import KINKED, Slope, SlopeValue

DIGITS = 80
CLOSE = Fraction(1, 10**20)
"""How far from a kink its sides are looked at."""

NEGLIGIBLE = 1e-30
"""A gap below this, relative to the sides, is none; only where the sides are not rational."""

REALS = mpmath.MPContext()
REALS.dps = DIGITS

Number = Any
"""A `Fraction`, or a real of `REALS`."""


class Undefined(NotSupportedError):
    """An expression has no value at a point: a division by 0, say."""


class Point:
    """Numbers for everything, drawn when they are first asked for.

    A number depends on the seed and on what it is for, never on the order of asking.

    Args:
        seed: of the draw. At even seeds the slopes of a function are one number wherever they
            are taken, at every fourth its values are, too: bounds are attained at such points.
            At every third, numbers are small integers, where kinks tie; at every sixth, they are
            0 where that is allowed.
        symbols: symbols whose number is given.
    """

    def __init__(self, seed: int, symbols: dict[Symbol, Number] | None = None) -> None:
        self.seed = seed
        self.at_rest = seed % 2 == 0
        self.constant = seed % 4 == 0
        self.whole = seed % 3 == 2
        self.zero = seed % 6 == 5
        self.values: dict[Any, Number] = dict(symbols or {})

    def of(self, node: Any) -> Number:
        """The value of a SymPy scalar.

        Raises:
            Undefined: where it has none.
        """
        known = self.values.get(node)
        if known is None:
            known = self.values[node] = self._compute(node)
        return known

    def beside(self, symbol: Symbol, value: Number) -> Point:
        """The same point, where one more symbol has a number."""
        return Point(self.seed, {**self.values, symbol: value})

    def pick(self, what: str, choices: Any) -> Any:
        """One of the choices, by the seed and by what it is for."""
        return Random(f"{self.seed} {what}").choice(choices)

    def _compute(self, node: Any) -> Number:
        if node.is_Rational:
            return Fraction(int(node.p), int(node.q))
        if node.is_Symbol:
            return self._symbol(node)
        if node.is_Add:
            return total(map(self.of, node.args))
        if node.is_Mul:
            return math.prod(alike(map(self.of, node.args)))
        if node.is_Pow:
            return power(*map(self.of, node.args))
        if isinstance(node, Unknown):
            name, order, argument = node.args
            constant = self.at_rest if order > 0 else self.constant
            return self._function(name, order, None if constant else self.of(argument))
        if isinstance(node, Field):
            name, entry, orders, *arguments = node.args
            return self._function(name, entry, orders, *map(self.of, arguments))
        if isinstance(node, Slope):
            return _slope(node, self)
        if isinstance(node, sympy.DiracDelta):
            raise Undefined(f"{node} is no function", {"at": str(self.of(node.args[0]))})
        if isinstance(node, sympy.Abs):
            return abs(self.of(node.args[0]))
        if isinstance(node, sympy.Max):
            return largest(map(self.of, node.args))
        if isinstance(node, sympy.Min):
            return -largest(-self.of(arg) for arg in node.args)
        return self._known_function(node)

    def _symbol(self, node: Symbol) -> Fraction:
        number = Fraction(int(self.pick(node.name, range(1, 13))), 4)
        if self.whole:
            lowest = 1 if node.is_positive else 0
            choices = range(lowest, lowest + (1 if self.zero else 2))
            number = Fraction(int(self.pick(f"boundary {node.name}", choices)))
        return number if node.is_nonnegative else number * int(self.pick(f"±{node.name}", (-1, 1)))

    def _function(self, *key: Any) -> Fraction:
        return Fraction(int(self.pick(repr(key), range(-8, 9))), 5)

    def _known_function(self, node: Any) -> Number:
        """tanh, π, … by SymPy's own evaluation."""
        arguments = [_sympy(self.of(arg)) for arg in node.args if not isinstance(arg, Str)]
        value = node.func(*arguments)
        if value.is_Rational:
            return Fraction(int(value.p), int(value.q))
        value = value.evalf(DIGITS)
        if not value.is_Float:
            raise Undefined(f"{node} has no real value", {"got": str(value)})
        return REALS.make_mpf(value._mpf_)


def _sympy(value: Number) -> Any:
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    return sympy.Float(value, DIGITS)


def _slope(node: Slope, point: Point) -> Number:
    """A slope where the function, made smooth on either side, has the same one.

    Raises:
        Undefined: a kink, or a jump.
    """
    x, at = node.variable, point.of(node.at)
    here = point.beside(x, at)
    only_value = isinstance(node, SlopeValue)
    value = None if only_value else here.of(node.function)
    slopes = []
    for side in (-CLOSE, CLOSE):
        branch = _smooth(node.function, x, here, point.beside(x, total((at, side))))
        if only_value:
            slopes.append(here.of(branch))
            continue
        if not holds(here.of(branch), "=", value):
            raise Undefined("a jump has no derivative", {"of": str(node.function), "at": str(at)})
        slopes.append(here.of(branch.diff(x)))
    if not holds(slopes[0], "=", slopes[1]):
        raise Undefined("a kink has no derivative", {"of": str(node.function), "at": str(at)})
    return slopes[0]


def _smooth(node: Any, x: Symbol, here: Point, near: Point) -> Any:
    """The expression with one branch of each kink: that at `here`, at a tie that at `near`."""
    if not node.args or not node.has(x):
        return node
    args = [
        _smooth(arg, x, here, near) if isinstance(arg, sympy.Expr) else arg for arg in node.args
    ]
    if not isinstance(node, KINKED):
        return node.func(*args)
    if isinstance(node, sympy.Max | sympy.Min):
        values = _untied(node.args, args, here, near)
        most = largest(values) if isinstance(node, sympy.Max) else -largest(-v for v in values)
        return next(arg for arg, value in zip(args, values, strict=True) if value == most)
    if isinstance(node, sympy.floor | sympy.ceiling):
        return sympy.Integer(int(near.of(node)))
    zero, value = _untied((sympy.S.Zero, node.args[0]), (sympy.S.Zero, args[0]), here, near)
    if isinstance(node, sympy.DiracDelta):
        return sympy.S.Zero
    if isinstance(node, sympy.Abs):
        return args[0] if value > zero else -args[0]
    positive = sympy.Integer(bool(value > zero))
    return positive if isinstance(node, sympy.Heaviside) else 2 * positive - 1


def _untied(args: Any, branches: Any, here: Point, near: Point) -> list[Number]:
    """Values by which the largest is told: at `here`, or at `near` where two are equal."""
    values = alike(map(here.of, branches))
    ties = sum(1 for value in values if holds(value, "=", largest(values)))
    ties = max(ties, sum(1 for value in values if holds(value, "=", -largest(-v for v in values))))
    if ties < 2:
        return values
    if any(arg.has(Unknown, Field) for arg in args):
        raise NotSupportedError("a kink of an unknown function", {"of": str(args)})
    return alike(map(near.of, args))


def power(base: Number, exponent: Number) -> Number:
    """base ** exponent; exact for integer exponents, and for roots of squares."""
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        if base == 0 and exponent < 0:
            raise Undefined("a division by 0", {"exponent": str(exponent)})
        if exponent < 0 and not isinstance(base, Fraction) and abs(base) < NEGLIGIBLE:
            raise NotSupportedError("a division by what may be 0", {"by": str(base)})
        return base ** int(exponent)
    if isinstance(exponent, Fraction) and exponent.denominator == 2:
        return power(root(base), exponent * 2)
    if base == 0 and exponent > 0:
        return Fraction(0)
    if base <= 0:
        raise Undefined("a power of no positive number", {"exponent": str(exponent)})
    return _real(base) ** _real(exponent)


def root(value: Number) -> Number:
    """√value, a fraction where it is one."""
    if not isinstance(value, Fraction) and abs(value) < NEGLIGIBLE:
        if value < -(NEGLIGIBLE**2):
            raise NotSupportedError("the root of what may be 0", {"of": str(value)})
        return REALS.sqrt(abs(value))
    if value < 0:
        raise Undefined("a root of a negative number", {"of": str(value)})
    if isinstance(value, Fraction):
        exact = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
        if exact * exact == value:
            return exact
    return REALS.sqrt(_real(value))


def _real(value: Number) -> Any:
    if isinstance(value, Fraction):
        return REALS.mpf(value.numerator) / value.denominator
    return value


def alike(values: Iterable[Number]) -> list[Number]:
    """The numbers, all of them reals where one of them is."""
    found = list(values)
    return found if all(isinstance(v, Fraction) for v in found) else [_real(v) for v in found]


def total(values: Iterable[Number]) -> Number:
    """The sum."""
    return sum(alike(values), Fraction(0))


def largest(values: Iterable[Number]) -> Number:
    """The largest of some numbers."""
    return max(alike(values))


def norm(kind: str, rows: list[list[Number]]) -> Number:
    """The norm of a matrix of numbers, rows first.

    Raises:
        NotSupportedError: there is no closed form.
    """
    width = len(rows[0])
    entries = alike(entry for row in rows for entry in row)
    rows = [entries[start : start + width] for start in range(0, len(entries), width)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    if kind in _LARGEST:
        return _LARGEST[kind](rows, columns)
    squares = total(entry * entry for row in rows for entry in row)
    if kind == "F" or 1 in (len(rows), len(columns)):
        return root(squares)
    if kind == "2" and all(
        total(a * b for a, b in zip(one, other, strict=True)) == 0
        for one, other in combinations(columns, 2)
    ):
        return root(largest(total(a * a for a in column) for column in columns))
    if kind == "2" and min(len(rows), len(columns)) == 2:
        # σ_max² is the larger root of z² - tr(G) z + det(G), G the smaller Gram matrix.
        one, other = rows if len(rows) == 2 else columns
        cross = total(a * b for a, b in zip(one, other, strict=True))
        first, second = (total(a * a for a in line) for line in (one, other))
        # tr² - 4 det, as a sum of squares
        discriminant = (first - second) ** 2 + 4 * cross * cross
        return root(total((squares, root(discriminant))) / 2)
    raise NotSupportedError(
        f"no closed form for the norm of kind {kind!r} of a {len(rows)} × {len(columns)} matrix",
        {"expected": "kind 1, inf, max, F, or 2 at size 2"},
    )


def _sums(lines: list[list[Number]]) -> Number:
    return largest(total(map(abs, line)) for line in lines)


_LARGEST: dict[str, Callable[[list[list[Number]], list[list[Number]]], Number]] = {
    "1": lambda rows, columns: _sums(columns),
    "inf": lambda rows, columns: _sums(rows),
    "max": lambda rows, columns: largest(abs(entry) for row in rows for entry in row),
}


def holds(left: Number, relation: str, right: Number) -> bool:
    """Whether `left relation right`: exactly for fractions, to 30 digits for other reals."""
    left, right = alike((left, right))
    gap = left - right
    if not isinstance(gap, Fraction):
        if not REALS.isfinite(gap):
            return False
        size = max(abs(left), abs(right), 1)
        gap = Fraction(0) if abs(gap) < NEGLIGIBLE * size else gap
    if relation in ("≥", ">"):
        gap, relation = -gap, {"≥": "≤", ">": "<"}[relation]
    if relation == "=":
        return bool(gap == 0)
    return bool(gap <= 0) if relation == "≤" else bool(gap < 0)
