"""Lines compared in exact arithmetic, at rational points that meet the hypotheses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain as chain_of
from itertools import product
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from symrnn.errors import DisagreementError, EvidenceError, NotSupportedError
from symrnn.language.relations import Equation, Inequality
from symrnn.language.writing import text
from symrnn.theory.derivation import Derivation, Step
from symrnn.verify.exact import Point, Undefined, holds, largest, total
from symrnn.verify.hypotheses import fixes_leaf, gives_scalar, scalars_given
from symrnn.verify.meaning import Moment, Written, assumed
from symrnn.verify.ties import ties
from symrnn.verify.within import at_integers, concerning

POINTS, TRIES = 12, 480
"""Points to compare at, and draws in search of them."""

FIRST = (5, 2, 4)
"""Seeds of points where all is 0, where all are small integers, where states are at rest."""

TOLD = 12
"""How many numbers of a point a message holds."""

KINDS = ("1", "inf")


@dataclass(frozen=True)
class Met:
    """How many points met the hypotheses, of how many tried, at how many moments."""

    met: int
    tried: int
    moments: int = 0


def is_condition(fact: Any, sizes: dict[Symbol, int]) -> bool:
    """Whether a hypothesis speaks of values, rather than ordering times."""
    if isinstance(fact, Relational):
        return bool(set(fact.free_symbols) - set(sizes))
    return isinstance(fact, Inequality | Equation)


@dataclass(frozen=True)
class _Task:
    """What is evaluated at a point, written out.

    wanted: pairs of lines and the relation between them.
    given: scalars that a hypothesis gives or bounds: what by, and whether it is equal to that.
    conditions: what else must hold there.
    tied: scalars with what they are where something is zero; at every other seed one of them is.
    """

    wanted: tuple[tuple[Written, str, Written], ...]
    given: tuple[tuple[Symbol, tuple[Written, ...], bool], ...]
    conditions: tuple[tuple[Written, str, Written], ...]
    tied: tuple[tuple[Symbol, Expr], ...] = ()

    def point(self, known: Moment, seed: int) -> Point | None:
        """A point that meets the hypotheses; None where the draw does not."""
        point = known.meaning.point(seed, alone=bool(self.given or self.tied))
        if self.tied and seed % 2:
            symbol, value = self.tied[seed // 2 % len(self.tied)]
            at = point.of(value)
            if at > 0 or (not symbol.is_positive and (at == 0 or not symbol.is_nonnegative)):
                point.values[symbol] = at
        for symbol, by, exact in self.given:
            value = largest(number for each in by for number in each.at(point))
            # Several bounds at once are attained only where none of them has any slack.
            slacks = (0,) if exact or point.constant else (0, 0, 1, 3)
            slack = Fraction(int(point.pick(f"slack {symbol}", slacks)), 4)
            point.values[symbol] = total((value, slack))
        return point if all(_failure(*each, point) is None for each in self.conditions) else None


def _task(
    wanted: list[Step],
    facts: tuple[Any, ...],
    known: Moment,
    kind: str,
) -> _Task:
    def write(expression: Any) -> Written:
        return known.write(expression, kind)

    def at_every_time(expression: Any) -> tuple[Written, ...]:
        found = tuple(write(each) for each in assumed(expression, known.sizes, known.rnn))
        if not found:
            raise EvidenceError(
                "no time at which a hypothesis says anything", {"of": text(expression)}
            )
        return found

    given = tuple(
        (
            symbol,
            tuple(map(write, by)) if exact else tuple(w for e in by for w in at_every_time(e)),
            exact,
        )
        for symbol, by, exact in scalars_given(facts)
    )
    conditions = tuple(
        (write(each.lhs), _relation(fact), write(each.rhs))
        for fact in facts
        if is_condition(fact, known.sizes) and not gives_scalar(fact)
        for each in assumed(fact, known.sizes, known.rnn)
        if not fixes_leaf(at_integers(each, concerning(each, known.sizes)), known.rnn.recurrence)
    )
    lines = tuple((write(step.before), step.relation, write(step.after)) for step in wanted)
    spoken_of = [wanted[0].before, *(step.after for step in wanted)]
    tied = tuple(
        (symbol, at_integers(value, concerning(value, known.sizes)))
        for symbol, value in ties(spoken_of, facts)
        if symbol not in {each for each, *_ in given}
    )
    return _Task(lines, given, conditions, tied)


def _relation(fact: Any) -> str:
    if isinstance(fact, Relational):
        return {"<=": "≤", ">=": "≥"}.get(str(fact.rel_op), str(fact.rel_op))
    return str(fact.symbol)


def _failure(left: Written, relation: str, right: Written, point: Point) -> str | None:
    """The first pair of entries between which a relation fails, in words."""
    for one, other in zip(left.at(point), right.at(point), strict=True):
        if not holds(one, relation, other):
            return f"{one} against {other}"
    return None


def at_points(
    chain: Derivation,
    places: list[int],
    known: Moment,
    facts: tuple[Any, ...],
    name: str,
    most: tuple[int, int] = (POINTS, TRIES),
) -> Met:
    """Compare the lines at `places` with those after them at exact points.

    Raises:
        DisagreementError: at one of them a line is false, or has no value.
    """
    wanted = [chain.steps[place] for place in places]
    tasks: list[_Task] = []
    for kind in KINDS:
        try:
            task = _task(wanted, facts, known, kind)
        except NotSupportedError:
            continue
        if task not in tasks:  # where no norm is left open, the kinds say the same
            tasks.append(task)
    done = tried = 0
    for seed, task in product(_seeds(most[1]), tasks):
        if done >= most[0]:
            break
        tried += 1
        try:
            point = task.point(known, seed)
            if point is None:
                continue
            failures = [_refuted(*lines, point) for lines in task.wanted]
        except NotSupportedError:
            continue  # a norm without a closed form
        for place, step, failure in zip(places, wanted, failures, strict=True):
            if failure is not None:
                where = _where(point, known, task.wanted[places.index(place)])
                fail(name, place + 1, step.before, step.after, failure, where)
        done += 1
    return Met(done, tried)


def _seeds(count: int) -> Iterator[int]:
    """Those of zeros and of small integers first."""
    return chain_of(FIRST, (seed for seed in range(count) if seed not in FIRST))


def _refuted(left: Written, relation: str, right: Written, point: Point) -> str | None:
    """As `_failure`; also where a side has no value."""
    try:
        return _failure(left, relation, right, point)
    except Undefined as error:
        return f"a side has no value: {error.message}"


def _where(point: Point, known: Moment, lines: tuple[Written, str, Written]) -> str:
    """Sizes, times and the first few numbers of a point that two lines speak of."""
    left, _, right = lines
    spoken = left.symbols | right.symbols
    numbers = [
        f"{symbol} = {value}"
        for symbol, value in point.values.items()
        if symbol in spoken and not isinstance(symbol, sympy.Dummy)
    ]
    shown = [f"{symbol} = {value}" for symbol, value in known.sizes.items()] + numbers
    return ", ".join(shown[:TOLD]) + (", …" if len(shown) > TOLD else "")


def fail(name: str, place: int, left: Any, right: Any, what: str, where: str = "") -> None:
    """Say that a line is false.

    Raises:
        DisagreementError: always, with both sides and the point.
    """
    raise DisagreementError(
        f"Line {place} of `{name}` is false at small sizes: {what}",
        {"left": text(left), "right": text(right), **({"at": where} if where else {})},
    )
