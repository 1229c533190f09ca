"""At which integers a claim is tried: every ordering of its times that the hypotheses allow.

Where times are equal or adjacent, where one is 0 and where a range is empty is where claims break,
so these come first. Two choices of times are of one kind where every difference (between two
times, of a time and a number that is written in the claim, of the two sides of a hypothesis, of
the bounds of a range) is the same, those beyond ±2 counted as ±2. Each kind is tried once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol
from sympy.core.relational import Relational

from symrnn.errors import DisagreementError, EvidenceError
from symrnn.kernel.substitution import substitute
from symrnn.language.entry import Entry
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.verify.within import (
    at_integers,
    atoms_of,
    concerning,
    makes_sense,
    ranges_of,
    shape_symbols,
)

FAR = 2
"""Differences are told apart up to this."""

BOX = 20_000
"""Choices of integers that are looked at; with more times than two, they reach less far."""

PRINTED = {"commutative", "integer", "real", "positive", "nonnegative"}
"""What may be assumed of a symbol: all else would be a hypothesis that stands nowhere."""


@dataclass(frozen=True)
class Integers:
    """The integer symbols of a claim.

    sizes: those that are a number of rows or columns somewhere.
    times: all others.
    lowest: the least value of each time.
    """

    sizes: tuple[Symbol, ...]
    times: tuple[Symbol, ...]
    lowest: tuple[int, ...]


def integers_of(expressions: Sequence[Any], facts: Sequence[Any], rnn: Subject) -> Integers:
    """The integer symbols that a claim and its hypotheses speak of.

    A time is ≥ 0 where a vector of the claim has one; other integers range over all.

    Raises:
        EvidenceError: a symbol is assumed to be what no hypothesis says.
    """
    nodes = [symbolic(each) for each in (*expressions, *facts)]
    definitions = list(rnn.recurrence.definitions.values())
    spoken = set().union(*(node.free_symbols for node in nodes))
    plain = {s for s in spoken if isinstance(s, Symbol)}
    for symbol in sorted(plain, key=str):
        _require_printed(symbol)
    shapes = {s for node in (*nodes, *definitions) for s in shape_symbols(node)}
    times = sorted((s for s in plain if s.is_integer and s not in shapes), key=str)
    from_zero = any(node.has(TimeVector) for node in nodes)
    lowest = tuple(
        1 if s.is_positive else 0 if s.is_nonnegative or from_zero else -FAR for s in times
    )
    return Integers(tuple(sorted(shapes, key=str)), tuple(times), lowest)


def _require_printed(symbol: Symbol) -> None:
    said = {name for name, value in symbol._assumptions_orig.items() if value is not None}
    false = {name for name in said if not symbol._assumptions_orig[name]}
    if said - PRINTED or false:
        raise EvidenceError(
            f"{symbol} is assumed to be {', '.join(sorted(said - PRINTED | false))}",
            {"expected": "a hypothesis that says so", "assumed": symbol._assumptions_orig},
        )


def sizes_of(integers: Integers, facts: Sequence[Any], wanted: Sequence[int]) -> dict[Symbol, int]:
    """Values for the sizes that no hypothesis excludes, the wanted ones (in turn) if they can be.

    Raises:
        EvidenceError: the hypotheses allow none up to 6.
    """
    cyclic = dict(zip(integers.sizes, itertools.cycle(wanted), strict=False))
    about = [fact for fact in facts if isinstance(fact, Relational)]
    about = [fact for fact in about if fact.free_symbols <= set(integers.sizes)]
    others = itertools.product(range(1, 7), repeat=len(integers.sizes)) if about else ()
    for values in (tuple(cyclic.values()), *others):
        chosen = dict(zip(integers.sizes, values, strict=True))
        if all(fact.subs(chosen) != sympy.false for fact in about):
            return chosen
    raise EvidenceError("no sizes meet the hypotheses", {"hypotheses": listed(about)})


def are_there(expressions: Iterable[Any], chosen: Mapping[Symbol, int]) -> bool:
    """Whether every entry that is spoken of is one of its matrix, at these sizes and places."""
    known = dict(chosen)
    for expression in expressions:
        for node in atoms_of(expression, Entry):
            for place, size in zip(node.args[1:], node.matrix.shape, strict=True):
                number, last = (at_integers(n, concerning(n, known)) for n in (place, size))
                if number.is_Integer and last.is_Integer and not 1 <= number <= last:
                    return False
    return True


def in_force(facts: Iterable[Any]) -> tuple[Any, ...]:
    """The hypotheses that say anything.

    Raises:
        EvidenceError: one is false.
    """
    found = tuple(opened(fact) for fact in facts if fact not in (True, sympy.true))
    if any(fact in (False, sympy.false) for fact in found):
        raise EvidenceError("no times satisfy the hypotheses", {"hypotheses": listed(found)})
    return found


class Every(Symbol):  # type: ignore[misc]
    """The index of a hypothesis about all times from `since` on, which its name tells."""

    since: Expr = sympy.S.One


def opened(fact: Any) -> Any:
    """A hypothesis for all times as the relation itself, in an index that is known as such."""
    if not isinstance(fact, ForAll):
        return fact
    begins = re.sub(r"\W+", "_", text(fact.since))
    index = Every(f"{fact.index.name}_from_{begins}", integer=True)
    index.since = fact.since
    return substitute(fact.relation, {fact.index: index})


def universal(fact: Any) -> frozenset[Every]:
    """The times at all of which a hypothesis is assumed; it is about one moment in the others."""
    return frozenset(s for s in fact.free_symbols if isinstance(s, Every))


def assumed_at(
    fact: Any, chosen: Mapping[Symbol, int], last: int, rnn: Subject
) -> list[dict[Symbol, int]]:
    """The moments at which a hypothesis says something: values of the times that it speaks of as
    a whole, up to the last; one without any where there are none."""
    free = sorted(universal(fact), key=str)
    choices = itertools.product(range(last + 1), repeat=len(free))
    every = (dict(zip(free, values, strict=True)) for values in choices)
    return [
        at
        for at in every
        if has_begun({**chosen, **at}) and makes_sense(fact, {**chosen, **at}, rnn)
    ]


def has_begun(chosen: Mapping[Symbol, Any]) -> bool:
    """Whether every index that ranges over all times is at one from which on it does."""
    return all(
        value >= at_integers(index.since, concerning(index.since, dict(chosen)))
        for index, value in chosen.items()
        if isinstance(index, Every)
    )


def listed(facts: Iterable[Any]) -> str:
    """Hypotheses for a message."""
    return ", ".join(text(fact) for fact in facts) or "(none)"


# ---------------------------------------------------------------------- choices of times


def moments(
    expressions: Sequence[Any],
    facts: Sequence[Any],
    rnn: Subject,
    integers: Integers,
) -> list[dict[Symbol, int]]:
    """One choice of times of each kind, boundaries first.

    Raises:
        DisagreementError: the hypotheses allow times at which a line speaks of what is not there.
        EvidenceError: they allow none.
    """
    found = _moments(tuple(expressions), tuple(facts), rnn, integers)
    return [dict(each) for each in found]


@lru_cache(maxsize=1024)
def _moments(
    expressions: tuple[Any, ...], facts: tuple[Any, ...], rnn: Subject, integers: Integers
) -> tuple[Mapping[Symbol, int], ...]:
    """As `moments`: every check by values asks for those of the same lines."""
    held = {s for fact in facts for s in universal(fact)}
    places = [at for at, s in enumerate(integers.times) if s not in held]
    times = [integers.times[at] for at in places]
    about = [f for f in facts if isinstance(f, Relational) and f.free_symbols <= set(times)]
    told = _Told(times, expressions, about)
    kinds: dict[tuple[int, ...], dict[Symbol, int]] = {}
    for values in _box(times, [integers.lowest[at] for at in places], told.reach):
        kind = told.kind(values)
        if kind not in kinds and told.allowed(values):
            kinds[kind] = dict(zip(times, values, strict=True))
    if not kinds:
        raise EvidenceError("no times satisfy the hypotheses", {"hypotheses": listed(facts)})
    found = sorted(kinds.items(), key=lambda each: (sum(map(abs, each[0])), each[0]))
    kept = [chosen for _, chosen in found if _make_sense(expressions, chosen, rnn)]
    if not kept:
        raise EvidenceError(
            "no line makes sense at any time that the hypotheses allow",
            {"hypotheses": listed(facts)},
        )
    return tuple(kept)


def _make_sense(expressions: Sequence[Any], chosen: dict[Symbol, int], rnn: Subject) -> bool:
    """Whether the lines speak of what is there.

    Where none of them does, nothing is claimed.

    Raises:
        DisagreementError: one does, another does not.
    """
    lines = [(makes_sense(each, chosen, rnn), each) for each in expressions]
    if any(there for there, _ in lines) and not all(there for there, _ in lines):
        raise DisagreementError(
            "the hypotheses allow a time at which a line speaks of a vector that is not there",
            {
                "at": at_times(chosen),
                "line": text(next(line for there, line in lines if not there)),
            },
        )
    return lines[0][0]


def at_times(chosen: dict[Symbol, int]) -> str:
    """k = 0, t = 2"""
    return ", ".join(f"{symbol} = {value}" for symbol, value in chosen.items()) or "(no times)"


def _box(times: Sequence[Symbol], lowest: Sequence[int], reach: int) -> Iterator[tuple[int, ...]]:
    """Integers from the lowest on, the smallest first, as far as there is room."""
    if not times:
        return iter([()])
    room = max(FAR + 1, int(BOX ** (1 / len(times))) - 1)
    highest = min(reach, room)
    ranges = (range(low, max(highest, low + FAR + 1) + 1) for low in lowest)
    return iter(sorted(itertools.product(*ranges), key=lambda values: sum(map(abs, values))))


class _Told:
    """What tells choices of times apart.

    Args:
        times: the symbols.
        expressions: the lines.
        about: the hypotheses between times.
    """

    def __init__(
        self, times: Sequence[Symbol], expressions: Sequence[Any], about: Sequence[Relational]
    ) -> None:
        self.about = about
        nodes = [symbolic(each) for each in (*expressions, *about)]
        numbers = {abs(int(n)) for node in nodes for n in node.atoms(Integer)}
        # Beside vectors a 1 or 2 is where one stands, and the times tell themselves apart so far.
        least = FAR + 1 if any(node.has(TimeVector) for node in nodes) else 1
        constants = sorted(n for n in numbers if least <= n <= 50)
        lines = [node for node in nodes[: len(expressions)] if not node.is_Matrix]
        self.reach = max(numbers & set(range(51)), default=0) + FAR * max(1, len(times))
        gaps: list[Any] = [*times, *(a - b for a, b in itertools.combinations(times, 2))]
        gaps += [time - number for time in times for number in constants]
        gaps += [fact.lhs - fact.rhs for fact in about]
        gaps += [one - other for one, other in itertools.pairwise(lines)]
        for node in nodes:
            for each in sympy.preorder_traversal(node):
                if isinstance(each, Ranged | sympy.Sum | sympy.Product):
                    gaps += [upper - lower for _, lower, upper in ranges_of(each)]
                elif isinstance(each, sympy.Max | sympy.Min):
                    gaps += [a - b for a, b in itertools.combinations(each.args, 2)]
        gaps = [sympy.expand(gap) for gap in gaps]
        kept = {gap: None for gap in gaps if gap.free_symbols and gap.free_symbols <= set(times)}
        self._gaps = sympy.lambdify(list(times), list(kept), "math", cse=False) if kept else None
        conditions = [sympy.And(*about)] if about else []
        self._allowed = sympy.lambdify(list(times), conditions, "math") if conditions else None

    def kind(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """The differences, those beyond ±FAR counted as ±FAR."""
        if self._gaps is None:
            return ()
        return tuple(int(max(-FAR, min(FAR, gap))) for gap in self._gaps(*values))

    def allowed(self, values: tuple[int, ...]) -> bool:
        """Whether the hypotheses hold."""
        return self._allowed is None or bool(self._allowed(*values)[0])
