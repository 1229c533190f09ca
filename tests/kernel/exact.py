"""Numbers of the evaluator: rationals, balls of 240 bits, and duals of either with exact partials.

A dual belongs to a level: a derivative inside a derivative has the higher one, and takes what
belongs to a lower level for a constant.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from flint import arb, ctx, fmpq

BITS = 240
ctx.prec = BITS

ZERO, ONE = fmpq(0), fmpq(1)
LONGEST = 1 << 15
"""Bits of the longest rational that is worked with."""


class NoValue(Exception):
    """A part of a term has no value."""


class Unspecified(NoValue):
    """The derivative of what is not differentiable there."""


class Undecided(Exception):
    """A ball is too wide to tell, or the evaluator does not reach so far."""


class Budget:
    """How much work one verdict may take, counted in operations: the same in every run.

    A number counts for its partials, and a rational for its length.
    """

    def __init__(self, most: int) -> None:
        self.most, self.left = most, most

    def begin(self) -> None:
        """All of it again."""
        self.left = self.most

    def spend(self, found: Any) -> None:
        """Counts an operation by what came of it.

        Raises:
            Undecided: nothing is left, or a rational is too long.
        """
        self.left -= _weight(found)
        if self.left < 0:
            raise Undecided("the budget is spent")


BUDGET = Budget(400_000)


def _weight(number: Any) -> int:
    if isinstance(number, Dual):
        return _weight(number.value) + sum(map(_weight, number.slopes))
    if not isinstance(number, fmpq):
        return 1
    bits = number.height_bits()
    if bits > LONGEST:
        raise Undecided("a long rational")
    return 1 + bits // 256


class NoSlope:
    """The derivative of what is not differentiable; whatever is computed from it is none either."""

    def _itself(self, *others: Any) -> NoSlope:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _itself


NO_SLOPE = NoSlope()


class Dual:
    """A number and its partial derivatives, at one level."""

    __slots__ = ("level", "slopes", "value")

    def __init__(self, level: int, value: Any, slopes: tuple[Any, ...]) -> None:
        self.level, self.value, self.slopes = level, value, slopes

    def linear(self, value: Any, slope: Any) -> Dual:
        """f(x), where f′(x) is `slope`."""
        return Dual(self.level, value, tuple(slope * each for each in self.slopes))

    def kinked(self, value: Any) -> Dual:
        """A value at which there is no derivative; of a second one nothing is known here."""
        if isinstance(self.value, Dual):
            raise Undecided("a second derivative at a kink")
        return Dual(self.level, value, (NO_SLOPE,) * len(self.slopes))

    def _with(self, other: Any, value: Any, mine: Any, others: Any) -> Dual:
        if isinstance(other, Dual) and other.level == self.level:
            pairs = zip(self.slopes, other.slopes, strict=True)
            return Dual(self.level, value, tuple(mine * x + others * y for x, y in pairs))
        return self.linear(value, mine)

    def _inner(self, other: Any) -> Any:
        """The other operand's value, None where the other one is of a higher level."""
        if not isinstance(other, Dual):
            return other
        return (
            other.value
            if other.level == self.level
            else None
            if other.level > self.level
            else other
        )

    def __add__(self, other: Any) -> Any:
        if other is NO_SLOPE:
            return other
        inner = self._inner(other)
        if inner is None:
            return other + self
        return self._with(other, self.value + inner, ONE, ONE)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return self.linear(-self.value, fmpq(-1))

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if other is NO_SLOPE:
            return other
        inner = self._inner(other)
        if inner is None:
            return other * self
        if isinstance(other, fmpq) and other == 0:
            return ZERO
        return self._with(other, self.value * inner, inner, self.value)

    __rmul__ = __mul__


def base(number: Any) -> Any:
    """The number without its partials."""
    while isinstance(number, Dual):
        number = number.value
    return number


def sign(number: Any) -> int:
    """-1, 0 or 1.

    Raises:
        Undecided: for a ball around 0.
    """
    number = base(number)
    if number > 0:
        return 1
    if number < 0:
        return -1
    if isinstance(number, arb) and not number.is_zero():
        raise Undecided("a ball around 0")
    return 0


def is_zero(number: Any) -> bool:
    """Whether a number without partials is 0, as far as a narrow ball can tell."""
    if not isinstance(number, arb):
        return bool(number == 0)
    if not number.contains(0):
        return False
    if number.rad() > arb(2) ** -60:
        raise Undecided("a wide ball")
    return True


def same(left: Any, right: Any) -> bool:
    """Whether two numbers are equal with all their partials."""
    gap = left - right
    if gap is NO_SLOPE:
        return False
    if isinstance(gap, Dual):
        return same(gap.value, ZERO) and all(same(each, ZERO) for each in gap.slopes)
    return is_zero(gap)


def at_most(left: Any, right: Any) -> bool:
    """Whether left ≤ right, as far as narrow balls can tell."""
    gap = base(right) - base(left)
    return not gap < 0 and (gap > 0 or is_zero(gap))


def inverse(number: Any) -> Any:
    """1/x."""
    if isinstance(number, Dual):
        value = inverse(number.value)
        return number.linear(value, -(value * value))
    if sign(number) == 0:
        raise NoValue("1/0")
    return 1 / number


def integer(number: Any) -> int | None:
    """A rational without partials as a Python integer, None for all else."""
    return int(number.p) if isinstance(number, fmpq) and number.q == 1 else None


def power(number: Any, exponent: Any) -> Any:
    """xᵉ for real x; 0⁰ is 1."""
    whole = integer(exponent)
    if whole is not None and abs(whole) > 1000:
        raise Undecided("a large exponent")
    length = base(number).height_bits() if isinstance(base(number), fmpq) else 0
    if whole is not None and length * abs(whole) > LONGEST:
        raise Undecided("a long rational")
    if whole is not None:
        return _whole_power(number, whole) if whole >= 0 else inverse(_whole_power(number, -whole))
    if isinstance(exponent, fmpq) and exponent.q == 2:
        return (
            _whole_power(root(number), int(exponent.p))
            if exponent > 0
            else power(inverse(root(number)), -2 * exponent)
        )
    sort = sign(number)
    if sort < 0 and isinstance(base(exponent), arb):
        raise Undecided("a power of a negative number")
    if sort < 0:
        raise NoValue("a power of a negative number")
    if sort == 0:
        if sign(exponent) < 0:
            raise NoValue("a power of 0")
        value = ZERO if sign(exponent) else ONE
        moved = number if isinstance(number, Dual) else exponent
        return moved.kinked(value) if isinstance(moved, Dual) else value
    return apply("exp", exponent * apply("log", number))


def _whole_power(number: Any, exponent: int) -> Any:
    if isinstance(number, Dual):
        if exponent == 0:
            return ONE
        lower = _whole_power(number.value, exponent - 1)
        return number.linear(lower * number.value, exponent * lower)
    return number**exponent if exponent else ONE


def root(number: Any) -> Any:
    """√x, exactly where that is rational."""
    if isinstance(number, Dual):
        if sign(number) == 0:
            return number.kinked(root(number.value))
        value = root(number.value)
        return number.linear(value, inverse(2 * value))
    if sign_or_zero(number) < 0:
        raise NoValue("√ of a negative number")
    if isinstance(number, arb):
        return arb(0).union(number.upper().sqrt()) if number.contains(0) else number.sqrt()
    top, bottom = int(number.p), int(number.q)
    above, below = _isqrt(top), _isqrt(bottom)
    if above * above == top and below * below == bottom:
        return fmpq(above, below)
    return arb(number).sqrt()


def length(numbers: Sequence[Any]) -> Any:
    """√(Σ xᵢ²). Where all are 0 it has a kink; not where their slopes are 0 as well, as of |x²|."""
    if all(same(number, ZERO) for number in numbers):
        return ZERO
    total = ZERO
    for number in numbers:
        total = total + number * number
    return root(total)


def sign_or_zero(number: Any) -> int:
    """The sign, a ball around 0 being taken for 0."""
    number = base(number)
    return 1 if number > 0 else -1 if number < 0 else 0


def _isqrt(number: int) -> int:
    guess = int(number)
    if guess < 2:
        return guess
    low = 1 << ((guess.bit_length() + 1) // 2)
    while True:
        better = (low + guess // low) // 2
        if better >= low:
            return low
        low = better


def larger(left: Any, right: Any, towards: int = 1) -> Any:
    """max (or min, towards = -1); at a tie it has partials where the two agree in them."""
    gap = base(left) - base(right)
    if isinstance(gap, arb) and gap.contains(0) and not gap.is_zero():
        if isinstance(left, Dual) or isinstance(right, Dual):
            raise Undecided("a tie of balls")
        return left.union(right) if isinstance(left, arb) else right.union(arb(left))
    order = sign(gap) * towards
    moved = left if isinstance(left, Dual) else right
    if order == 0 and isinstance(moved, Dual) and not same(left, right):
        return moved.kinked(moved.value)
    return left if order >= 0 else right


def absolute(number: Any) -> Any:
    """|x|."""
    if isinstance(number, arb):
        return abs(number)
    order = sign(number)
    if order == 0 and isinstance(number, Dual) and not same(number, ZERO):
        return number.kinked(absolute(number.value))
    return -number if order < 0 else number


def step(number: Any, negative: int, zero: Any, positive: int) -> Any:
    """A step function, without a derivative at 0."""
    order = sign(number)
    if order == 0:
        return number.kinked(zero) if isinstance(number, Dual) else zero
    return fmpq(positive if order > 0 else negative)


# f at a ball, f at 0 (None: nothing rational), and f′(x) from x and f(x).
_FUNCTIONS: dict[str, tuple[Callable[[arb], arb], Any, Callable[[Any, Any], Any]]] = {
    "exp": (operator.methodcaller("exp"), ONE, lambda x, y: y),
    "sin": (operator.methodcaller("sin"), ZERO, lambda x, y: apply("cos", x)),
    "cos": (operator.methodcaller("cos"), ONE, lambda x, y: -apply("sin", x)),
    "sinh": (operator.methodcaller("sinh"), ZERO, lambda x, y: apply("cosh", x)),
    "cosh": (operator.methodcaller("cosh"), ONE, lambda x, y: apply("sinh", x)),
    "tanh": (operator.methodcaller("tanh"), ZERO, lambda x, y: ONE - y * y),
    "atan": (operator.methodcaller("atan"), ZERO, lambda x, y: inverse(ONE + x * x)),
    "atanh": (operator.methodcaller("atanh"), ZERO, lambda x, y: inverse(ONE - x * x)),
    "log": (operator.methodcaller("log"), None, lambda x, y: inverse(x)),
    "erf": (
        operator.methodcaller("erf"),
        ZERO,
        lambda x, y: apply("exp", -(x * x)) * (2 / arb.pi().sqrt()),
    ),
}


def apply(name: str, number: Any) -> Any:
    """A real function by its name in SymPy."""
    at_ball, at_zero, slope = _FUNCTIONS[name]
    if isinstance(number, Dual):
        value = apply(name, number.value)
        return number.linear(value, slope(number.value, value))
    if name == "log":
        if sign(number) <= 0:
            raise NoValue("log of a number that is not positive")
        if number == 1:
            return ZERO
    if name == "atanh" and not (number > -1 and number < 1):
        raise NoValue("artanh outside (-1, 1)")
    if at_zero is not None and number == 0:
        return at_zero
    value = at_ball(arb(number))
    if not value.is_finite():
        raise Undecided(f"{name} of a wide ball")
    return value
