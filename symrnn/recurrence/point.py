"""Exact evaluation at a random rational point: the search for counterexamples.

σ, when unknown, is the polynomial x + x²/3 - x³/5 (nothing special happens for it), and an
unknown loss a polynomial of its arguments.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol

import sympy
from sympy import Expr, Lambda, Rational, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError, SymrnnError
from symrnn.language.activations import Unknown
from symrnn.language.explicit import Entries, Field, entries
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import KINKED, Slope
from symrnn.language.writing import text
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import Unrolled, at_sizes, symbols_of

DIGITS = 30
RESOLVED = 1e-12
"""Numbers that differ by less, computed to DIGITS, are not told apart."""

_X = Symbol("x")


@cache
def _sigma() -> Expr:
    return _X + _X**2 / 3 - _X**3 / 5


class HasRecurrence(Protocol):
    """What expressions speak of."""

    @property
    def recurrence(self) -> Recurrence:
        """The definitions."""


class Point(Unrolled):
    """An `Unrolled` recurrence whose free leaves have random rational entries."""

    def __init__(self, rnn: HasRecurrence, sizes: dict[Any, int], seed: int) -> None:
        super().__init__(at_sizes(rnn.recurrence, sizes))
        self.sizes = sizes
        self.seed = seed

    def leaf(self, node: MatrixExpr) -> Entries:
        """A random value the first time, the same one after."""
        if node not in self.values and self._definition(node) is None:
            # Of its name, not of when it is met: SymPy walks some sums in no fixed order.
            draw = random.Random(f"{self.seed} {node}").randint
            self.values[node] = symbols_of(node).applyfunc(lambda _: Rational(draw(-9, 9), 7))
        return super().leaf(node)


def concrete(value: Any) -> Any:
    """Entries with every unknown function replaced by its stand-in polynomial."""

    def sigma(name: Any, order: Any, x: Expr) -> Expr:
        return _sigma().diff(_X, int(order)).subs(_X, x)

    def loss(name: Any, entry: Any, orders: Any, *arguments: Expr) -> Expr:
        names = [Symbol(f"u{place}") for place in range(len(arguments))]
        formula = sum((i + 2) * u**2 / 3 + u * names[0] for i, u in enumerate(names))
        for variable, order in zip(names, orders, strict=True):
            formula = formula.diff(variable, int(order)) if order else formula
        return formula.subs(dict(zip(names, arguments, strict=True)))

    def one(entry: Any) -> Any:
        known = symbolic(entry).replace(Unknown, sigma).replace(Field, loss)
        return known.replace(Slope, _slope)

    return value.applyfunc(one) if isinstance(value, sympy.MatrixBase) else one(value)


def _slope(function: Lambda, at: Expr) -> Expr:
    """f′ at a point beside the kinks of f."""
    (variable,), formula = function.variables, function.expr
    for node in formula.atoms(*KINKED):
        sides = node.args if len(node.args) > 1 else (node.args[0], sympy.S.Zero)
        values = [side.subs(variable, at) for side in sides]
        if len(set(values)) < len(values):
            raise NotSupportedError("the slope at a kink", {"of": text(formula), "at": text(at)})
    return formula.diff(variable).subs(variable, at)


def assignments(
    symbols: Iterable[Symbol],
    order: Sequence[Expr],
    latest: int = 3,
) -> Iterable[dict[Any, int]]:
    """Integers for sizes (2 each) and times (0 … `latest`) that satisfy the order.

    Times far apart come first: where they coincide, products are empty and much holds trivially.
    """
    symbols = sorted(symbols, key=str)
    sizes = [s for s in symbols if s.is_integer and s.is_positive]
    times = [s for s in symbols if s.is_integer and not s.is_positive]
    combinations = itertools.product(range(latest + 1), repeat=len(times))
    for values in sorted(combinations, key=_spread):
        chosen = dict(zip(times, values, strict=True))
        chosen.update(dict.fromkeys(sizes, 2))
        numbers = {symbol: sympy.Integer(value) for symbol, value in chosen.items()}
        sides = (expression.xreplace(numbers) for expression in order)
        if all(side >= 0 for side in sides if side.is_number):
            yield chosen


def _spread(values: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    distances = sum(abs(a - b) for a, b in itertools.combinations(values, 2))
    return (-len(set(values)), -distances, tuple(-value for value in values))


def difference(
    rnn: HasRecurrence,
    before: Any,
    relation: str,
    after: Any,
    order: Iterable[Expr],
    assumed: Iterable[Equation] = (),
    tries: int = 4,
) -> str | None:
    """Where `before relation after` fails, in words; None if no failure was found.

    Points are not drawn to satisfy what is `assumed`: which of it fails there is said.
    """
    symbols = before.free_symbols | after.free_symbols
    for value in rnn.recurrence.definitions.values():
        symbols |= value.free_symbols - {rnn.recurrence.index}
    integers = {s for s in symbols if isinstance(s, Symbol) and s.is_integer}
    chosen = itertools.islice(assignments(integers, tuple(order)), tries)
    for seed, sizes in enumerate(chosen):
        point = Point(rnn, sizes, seed)
        try:
            gap = _gap_at(point, before, relation, after)
            if gap is None:
                continue
            broken = [each for each in assumed if _gap_at(point, each.lhs, "=", each.rhs)]
        except SymrnnError:
            continue  # no entries at this size: another may have them
        where = ", ".join(f"{s} = {v}" for s, v in sizes.items())
        aside = f" (where {' and '.join(map(text, broken))} does not hold)" if broken else ""
        return f"{where}, seed {seed}: {gap}{aside}"
    return None


def _gap_at(point: Point, before: Any, relation: str, after: Any) -> str | None:
    left, right = (_value(side, point) for side in (before, after))
    return _gap(left, right, relation)


def _value(side: Any, point: Point) -> Any:
    chosen = side.subs(point.sizes)
    kinds = {n: Norm(n.matrix, "inf") for n in chosen.atoms(Norm) if n.kind == "any"}
    value = concrete(entries(chosen.xreplace(kinds), point))
    free = {s: Rational(1, 2) for s in value.free_symbols}
    return value.subs(free)


def _gap(left: Any, right: Any, relation: str) -> str | None:
    known: dict[Any, Any] = {}
    if isinstance(left, sympy.MatrixBase):
        for i, j in itertools.product(range(left.rows), range(left.cols)):
            gap = number(left[i, j], known) - number(right[i, j], known)
            if _resolved(abs(gap)):
                return f"entry ({i}, {j}) differs by {float(abs(gap)):.2g}"
        return None
    ends = number(left, known), number(right, known)
    gap = ends[0] - ends[1]
    shown = [text(end.evalf(3)) for end in ends]
    if relation == "=" and _resolved(abs(gap)):
        return f"{shown[0]} against {shown[1]}"
    if relation == "≤" and _resolved(gap):
        return f"{shown[0]} exceeds {shown[1]}"
    return None


def _resolved(gap: Any) -> bool:
    # What is no real number, as an undefined function or 0/0, shows nothing.
    return bool(gap.is_comparable and gap > RESOLVED)


def number(expression: Any, known: dict[Any, Any]) -> Any:
    """An exact number to DIGITS, each of its parts once: as a tree it may be too large to read."""
    if not expression.args:
        return expression
    if expression not in known:
        value = expression.func(*(number(part, known) for part in expression.args))
        known[expression] = value.evalf(DIGITS) if isinstance(value, Expr) else value
    return known[expression]
