"""Grade `explicit`: every line of a proof written out in entries at small sizes and times.

Derivatives are SymPy's scalar `diff` of the unrolled recurrence, σ is unknown. Equal lines must
have equal entries as symbolic expressions. Where that cannot be decided symbolically (an
inequality, or an equality that rests on an inequality), both sides are compared in exact
arithmetic at rational points that meet the hypotheses; how often either was done is recorded.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Dummy, Expr, Rational, Symbol
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import DisagreementError, EvidenceError, NotSupportedError
from symrnn.language.activations import Activation, Unknown
from symrnn.language.explicit import Entries, Field, entries
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence.elman import RNN
from symrnn.recurrence.point import assignments
from symrnn.recurrence.unroll import Unrolled, at_sizes
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation
from symrnn.verify.within import within

POINTS = 12
KINDS = ("1", "inf")


@dataclass(frozen=True)
class Explicit:
    """How many pairs of lines were compared as symbols, and how many exact points were used."""

    symbolic: int
    points: int


def write_out(chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...]) -> Explicit:
    """Compare neighbouring lines of a chain entry by entry.

    Args:
        chain: the lines.
        rnn: the recurrence, unless the chain has one of its own.
        name: for messages.
        facts: the hypotheses in force.

    Raises:
        DisagreementError: naming line and entry.
        EvidenceError: when nothing could be compared.
    """
    rnn = chain.cell or rnn
    if any(step.relation == "→" for step in chain.steps):
        return _limit(chain, rnn, name, facts)
    expressions = [chain.start, *(step.after for step in chain.steps)]
    sizes = next(_sizes(expressions, facts, rnn), None)
    if sizes is None:
        raise EvidenceError(f"no small sizes satisfy the hypotheses of `{name}`", {"facts": facts})
    meaning = _Hypothetical(rnn, sizes, facts)
    conditional = any(_is_condition(fact, sizes) for fact in facts)
    undecided = []
    for place, step in enumerate(chain.steps):
        identical = step.relation == "=" and _identical(step.before, step.after, meaning, sizes)
        if identical is False and step.relation == "=" and not conditional:
            _fail(name, place + 1, step.before, step.after, f"entries differ at {sizes}")
        if not identical:
            undecided.append(place)
    points = _at_points(chain, undecided, rnn, sizes, facts, name) if undecided else 0
    return Explicit(len(chain.steps) - len(undecided), points)


class _Hypothetical(Unrolled):
    """The unrolled recurrence in which leaves fixed by a hypothesis have their value."""

    def __init__(self, rnn: RNN, sizes: dict[Any, int], facts: tuple[Any, ...]) -> None:
        super().__init__(at_sizes(rnn.recurrence, sizes))
        for fact in facts:
            if isinstance(fact, Equation) and isinstance(fact.lhs, MatrixExpr):
                leaf = fact.lhs.subs(sizes)
                if isinstance(leaf, TimeVector | sympy.MatrixSymbol):
                    self.values[leaf] = entries(fact.rhs.subs(sizes), self)


def _sizes(
    expressions: list[Any], facts: tuple[Any, ...], rnn: RNN
) -> Iterator[dict[Symbol, int]]:
    order = Context(rnn).assume(facts).order
    everything = [*expressions, *facts, *rnn.recurrence.definitions.values()]
    symbols = set().union(*(sympy.sympify(e).free_symbols for e in everything))
    symbols -= {rnn.recurrence.index} - set().union(*(e.free_symbols for e in expressions))
    integers = {s for s in symbols if isinstance(s, Symbol) and s.is_integer}
    for latest in (2, 3, 5):
        for chosen in assignments(integers, order, latest):
            if all(within(sympy.sympify(e).subs(chosen), rnn) for e in expressions):
                yield chosen


def _is_condition(fact: Any, sizes: dict[Symbol, int]) -> bool:
    """Whether a hypothesis restricts values, rather than fixing a leaf or ordering times."""
    if isinstance(fact, Relational):
        return bool(set(fact.free_symbols) - set(sizes))
    return isinstance(fact, Inequality) or (
        isinstance(fact, Equation) and not isinstance(fact.lhs, TimeVector | sympy.MatrixSymbol)
    )


def _entries(expression: Any, meaning: Unrolled, sizes: dict[Symbol, int], kind: str) -> Any:
    chosen = sympy.sympify(expression).subs(sizes)
    chosen = chosen.replace(
        lambda node: isinstance(node, Norm) and node.kind == "any",
        lambda node: Norm(node.matrix, kind),
    )
    return entries(chosen, meaning)


def _identical(
    left: Any, right: Any, meaning: Unrolled, sizes: dict[Symbol, int]
) -> bool | None:
    """Whether all entries are equal as expressions; None where algebra does not decide it."""
    try:
        one, other = (_entries(side, meaning, sizes, "inf") for side in (left, right))
    except NotSupportedError:
        return None
    gap = one - other
    names = {atom: Dummy() for atom in gap.atoms(Unknown, Field)}
    opened = gap.xreplace(names)
    parts = list(opened) if isinstance(opened, sympy.MatrixBase) else [opened]
    found = [_is_zero(part) for part in parts]
    return False if False in found else (None if None in found else True)


def _is_zero(part: Expr) -> bool | None:
    """Whether an expression is zero for all values of its symbols; a point decides most noes."""
    if part == 0:
        return True
    rng = random.Random(1)
    point = {s: Rational(rng.randint(1, 97), 31) for s in sorted(part.free_symbols, key=str)}
    value = part.xreplace(point)
    if not value.is_Rational:
        value = value.evalf(40, chop=Rational(1, 10**30))
    if value != 0:
        return False
    return True if sympy.expand(part) == 0 else None


# ---------------------------------------------------------------------- exact points


class _Rational(_Hypothetical):
    """Leaves are rational, and every value σ⁽ⁿ⁾(·) is a rational number of its own."""

    def __init__(
        self, rnn: RNN, sizes: dict[Any, int], facts: tuple[Any, ...], rng: random.Random
    ) -> None:
        self.rng = rng
        self.numbers = _Numbers(rng)
        self.derived: dict[Any, Entries] = {}
        super().__init__(rnn, sizes, facts)

    def leaf(self, node: MatrixExpr) -> Entries:
        if node not in self.values and self._definition(node) is None:
            extreme = self.rng.random() < 0.3
            choices = (-1, 0, 1) if extreme else range(-6, 7)
            fresh = super().leaf(node).applyfunc(lambda _: Rational(self.rng.choice(choices), 3))
            self.values[node] = fresh
        return super().leaf(node)

    def apply(self, function: Activation, value: Expr) -> Expr:
        return self.numbers.of(super().apply(function, value))

    def derivative(self, node: Any) -> Entries:
        if node not in self.derived:
            self.derived[node] = self.numbers.of(super().derivative(node))
        return self.derived[node]


def _at_points(
    chain: Derivation,
    places: list[int],
    rnn: RNN,
    sizes: dict[Symbol, int],
    facts: tuple[Any, ...],
    name: str,
) -> int:
    """Compare the lines at `places` with those after them at exact points; returns how many."""
    done = 0
    wanted = [chain.steps[place] for place in places]
    for seed, kind in itertools.product(range(40 * POINTS), KINDS):
        if done >= POINTS:
            break
        meaning = _Rational(rnn, sizes, facts, random.Random(seed))
        sides = [side for step in wanted for side in (step.before, step.after)]
        try:
            scalars = _scalars(sides, facts, meaning, sizes, kind)
            if scalars is None:
                continue
            values = {
                side: meaning.numbers.of(_entries(side, meaning, sizes, kind)).subs(scalars)
                for side in sides
            }
        except NotSupportedError:
            continue
        for place, step in zip(places, wanted, strict=True):
            one, other = values[step.before], values[step.after]
            if not _holds(one, step.relation, other):
                what = f"seed {seed}, {sizes}: {one} against {other}"
                _fail(name, place + 1, step.before, step.after, what)
        done += 1
    if not done:
        raise EvidenceError(
            f"no exact point meets the hypotheses of `{name}`",
            {"hypotheses": ", ".join(map(str, facts))},
        )
    return done


class _Numbers:
    """Rational stand-ins for values of unknown functions: one number for one argument."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.values: dict[Any, Rational] = {}

    def of(self, value: Any) -> Any:
        """The value with unknown functions replaced, innermost first."""
        if isinstance(value, sympy.MatrixBase):
            return value.applyfunc(self.of)
        return sympy.sympify(value).replace(
            lambda node: isinstance(node, Unknown | Field), self._number
        )

    def _number(self, node: Any) -> Rational:
        if node not in self.values:
            self.values[node] = Rational(self.rng.randint(-8, 8), 5)
        return self.values[node]


def _scalars(
    sides: list[Any],
    facts: tuple[Any, ...],
    meaning: _Rational,
    sizes: dict[Symbol, int],
    kind: str,
) -> dict[Symbol, Any] | None:
    """Values of scalar symbols that meet the hypotheses; None where the draw does not."""
    rng, numbers = meaning.rng, meaning.numbers
    chosen: dict[Symbol, Any] = {}
    for fact in facts:
        if isinstance(fact, Equation) and isinstance(fact.lhs, Symbol):
            chosen[fact.lhs] = numbers.of(_entries(fact.rhs, meaning, sizes, kind))
        if isinstance(fact, Inequality) and isinstance(fact.rhs, Symbol):
            bounds = [
                numbers.of(_entries(fact.lhs.subs(at), meaning, sizes, kind))
                for at in _times_of(fact.lhs, sizes)
            ]
            slack = Rational(rng.choice((0, 0, 1, 3)), 4)
            chosen[fact.rhs] = sympy.Max(*bounds) + slack
    everything = set().union(
        *(sympy.sympify(e).free_symbols for e in sides),
        *(getattr(fact, "free_symbols", set()) for fact in facts),
    )
    for symbol in sorted(everything, key=str):
        plain = isinstance(symbol, Symbol) and not symbol.is_integer
        if plain and symbol not in chosen:
            number = Rational(rng.randint(1, 12), 4)
            chosen[symbol] = number if symbol.is_nonnegative else number * rng.choice((-1, 1))
    for fact in facts:
        if not _is_condition(fact, sizes) or getattr(fact, "rhs", None) in chosen:
            if not (isinstance(fact, Relational) and _is_condition(fact, sizes)):
                continue
        one, other = (
            numbers.of(_entries(side, meaning, sizes, kind)).subs(chosen)
            for side in (fact.lhs, fact.rhs)
        )
        relation = fact.rel_op if isinstance(fact, Relational) else fact.symbol
        if not _holds(one, {"<=": "≤", ">=": "≥"}.get(relation, relation), other):
            return None
    return chosen


def _times_of(expression: Any, sizes: dict[Symbol, int]) -> list[dict[Symbol, int]]:
    """Every time a general hypothesis speaks of, up to the last one in the sizes."""
    free = sorted(
        (
            s
            for s in expression.free_symbols
            if isinstance(s, Symbol) and s.is_integer and not s.is_positive
        ),
        key=str,
    )
    last = max([value for s, value in sizes.items() if not s.is_positive] + [1])
    times = itertools.product(range(1, last + 1), repeat=len(free))
    return [dict(zip(free, values, strict=True)) for values in times]


def _holds(left: Any, relation: str, right: Any) -> bool:
    """Decided exactly for rationals, to 30 digits where roots are involved."""
    if isinstance(left, sympy.MatrixBase):
        return all(_holds(a, relation, b) for a, b in zip(left, right, strict=True))
    gap = sympy.nsimplify(left - right) if (left - right).is_Float else left - right
    if not gap.is_Rational:
        gap = gap.evalf(40, chop=Rational(1, 10**30))
    if relation == "=":
        return bool(gap == 0)
    if relation in ("≥", ">"):
        gap, relation = -gap, {"≥": "≤", ">": "<"}[relation]
    return bool(gap <= 0) if relation == "≤" else bool(gap < 0)


def _limit(chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...]) -> Explicit:
    """The lines before the limit entry by entry; the limit itself by SymPy's `limit`.

    A base is written 1/(1 + p) where it is below 1, 1 + p where it is above, p > 0, which SymPy's
    algorithm can decide.
    """
    *before, last = chain.steps
    inner = replace(chain, steps=tuple(before), variable=None)
    found = write_out(inner, rnn, name, facts) if before else Explicit(0, 0)
    bases = [power.base for power in last.before.atoms(sympy.Pow) if power.exp.has(chain.variable)]
    p = Symbol("p", positive=True)
    symbols = sorted({s for base in bases for s in base.free_symbols}, key=str)
    if not bases:
        raise EvidenceError(f"`{name}` has no power that tends to a limit", {"of": text(last.before)})
    formula = last.before
    if symbols:
        first, *others = symbols
        base = 1 + p if last.after == sympy.oo else 1 / (1 + p)
        formula = formula.subs(first, base / sympy.Mul(*others))
    plain = {s: Symbol(s.name, positive=True) for s in formula.free_symbols - {p}}
    n = plain.pop(chain.variable, Symbol("n", positive=True))
    value = sympy.limit(formula.subs({**plain, chain.variable: n}), n, sympy.oo)
    if value != last.after and sympy.simplify(value - last.after) != 0:
        _fail(name, len(chain.steps), last.before, last.after, f"SymPy's limit is {value}")
    return Explicit(found.symbolic + 1, found.points)


def _fail(name: str, place: int, left: Any, right: Any, what: str) -> None:
    raise DisagreementError(
        f"Line {place} of `{name}` is false at small sizes: {what}",
        {"left": text(left), "right": text(right)},
    )
