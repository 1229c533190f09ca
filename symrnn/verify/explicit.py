"""Grade `explicit`: every line of a proof written out in entries at small sizes and times.

Derivatives are SymPy's scalar `diff` of the unrolled recurrence, σ is unknown. Equal lines must
have equal entries as symbolic expressions. Where that cannot be decided symbolically (an
inequality, or an equality that rests on an inequality), both sides are compared in exact
arithmetic at rational points that meet the hypotheses; how often either was done is recorded.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy
from sympy import Symbol
from sympy.core.relational import Relational

from symrnn.errors import DisagreementError, EvidenceError, NotSupportedError
from symrnn.language.relations import Equation, Inequality
from symrnn.language.writing import text
from symrnn.recurrence.elman import RNN
from symrnn.recurrence.point import assignments
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Step
from symrnn.verify.exact import Point, holds, largest, total
from symrnn.verify.hypotheses import fixes_leaf, gives_scalar, scalars_given
from symrnn.verify.meaning import Meaning, Written, meaning
from symrnn.verify.within import all_make_sense, every_time, is_time, telling

POINTS, TRIES = 12, 480
"""Points to compare at, and draws in search of them."""

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
    if not chain.steps:
        raise EvidenceError(f"`{name}` claims nothing", {"start": text(chain.start)})
    if any(step.relation == "→" for step in chain.steps):
        return _limit(chain, rnn, name, facts)
    expressions = [chain.start, *(step.after for step in chain.steps)]
    sizes = _sizes(expressions, facts, rnn)
    if sizes is None:
        raise EvidenceError(f"no small sizes satisfy the hypotheses of `{name}`", {"facts": facts})
    known = meaning(rnn, sizes, facts)
    conditional = any(_is_condition(fact, sizes) for fact in facts)
    undecided = []
    for place, step in enumerate(chain.steps):
        identical = _identical(step.before, step.after, known) if step.relation == "=" else None
        if identical is False and not conditional:
            _fail(name, place + 1, step.before, step.after, f"entries differ at {sizes}")
        if not identical:
            undecided.append(place)
    points = _at_points(chain, undecided, known, facts, name) if undecided else 0
    return Explicit(len(chain.steps) - len(undecided), points)


def _identical(left: Any, right: Any, known: Meaning) -> bool | None:
    """Whether all entries are equal as expressions; None where algebra does not decide it."""
    try:
        return known.equal(*(known.write(side, "inf") for side in (left, right)))
    except NotSupportedError:
        return None


def _sizes(expressions: list[Any], facts: tuple[Any, ...], rnn: RNN) -> dict[Symbol, int] | None:
    """Small sizes and times that satisfy the hypotheses, the most telling of the first."""
    order = Context(rnn).assume(facts).order
    everything = [*expressions, *facts, *rnn.recurrence.definitions.values()]
    symbols = set().union(*(sympy.sympify(e).free_symbols for e in everything))
    symbols -= {rnn.recurrence.index} - set().union(*(e.free_symbols for e in expressions))
    integers = {s for s in symbols if isinstance(s, Symbol) and s.is_integer}
    found: list[tuple[int, dict[Symbol, int]]] = []
    for latest in (2, 3, 5):
        choices = assignments(integers, order, latest)
        valid = (chosen for chosen in choices if all_make_sense(expressions, chosen, rnn))
        found.extend(telling(valid, expressions, members=1, wanted=1))
        if found and (latest > 2 or found[0][0] == 0):
            break
    return min(found, key=lambda each: each[0])[1] if found else None


def _is_condition(fact: Any, sizes: dict[Symbol, int]) -> bool:
    """Whether a hypothesis restricts values, rather than fixing a leaf or ordering times."""
    if isinstance(fact, Relational):
        return bool(set(fact.free_symbols) - set(sizes))
    return isinstance(fact, Inequality | Equation) and not fixes_leaf(fact)


# ---------------------------------------------------------------------- exact points


@dataclass(frozen=True)
class _Task:
    """What is evaluated at a point, written out.

    wanted: pairs of lines and the relation between them.
    given: scalars that a hypothesis gives or bounds: what by, and whether it is equal to that.
    conditions: what else must hold there.
    """

    wanted: tuple[tuple[Written, str, Written], ...]
    given: tuple[tuple[Symbol, tuple[Written, ...], bool], ...]
    conditions: tuple[tuple[Written, str, Written], ...]

    def point(self, known: Meaning, seed: int) -> Point | None:
        """A point that meets the hypotheses; None where the draw does not."""
        point = Point(seed)
        known.numbers(point)
        for symbol, by, exact in self.given:
            value = largest(number for each in by for number in each.at(point))
            # Several bounds at once are attained only where none of them has any slack.
            slacks = (0,) if exact or point.constant else (0, 0, 1, 3)
            slack = Fraction(int(point.pick(f"slack {symbol}", slacks)), 4)
            point.values[symbol] = total((value, slack))
        return point if all(_failure(*each, point) is None for each in self.conditions) else None


def _task(wanted: list[Step], facts: tuple[Any, ...], known: Meaning, kind: str) -> _Task:
    last = max([value for s, value in known.sizes.items() if is_time(s)] + [1])

    def write(expression: Any) -> Written:
        return known.write(expression, kind)

    def at_every_time(expression: Any) -> tuple[Written, ...]:
        times = every_time(expression, last, known.rnn)
        return tuple(write(expression.subs(dict(at))) for at in times)

    given = tuple(
        (
            symbol,
            tuple(map(write, by)) if exact else tuple(w for e in by for w in at_every_time(e)),
            exact,
        )
        for symbol, by, exact in scalars_given(facts)
    )
    conditions = tuple(
        (write(fact.lhs), _relation(fact), write(fact.rhs))
        for fact in facts
        if _is_condition(fact, known.sizes) and not gives_scalar(fact)
    )
    lines = tuple((write(step.before), step.relation, write(step.after)) for step in wanted)
    return _Task(lines, given, conditions)


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


def _at_points(
    chain: Derivation, places: list[int], known: Meaning, facts: tuple[Any, ...], name: str
) -> int:
    """Compare the lines at `places` with those after them at exact points; returns how many."""
    done = 0
    wanted = [chain.steps[place] for place in places]
    tasks: list[_Task] = []
    for kind in KINDS:
        try:
            task = _task(wanted, facts, known, kind)
        except NotSupportedError:
            continue
        if task not in tasks:  # where no norm is left open, the kinds say the same
            tasks.append(task)
    for seed, task in itertools.product(range(TRIES), tasks):
        if done >= POINTS:
            break
        try:
            point = task.point(known, seed)
            if point is None:
                continue
            failures = [_failure(*lines, point) for lines in task.wanted]
        except NotSupportedError:
            continue  # no value here: a division by 0, a norm without a closed form
        for place, step, failure in zip(places, wanted, failures, strict=True):
            if failure is not None:
                what = f"{failure} (seed {seed}, {known.sizes})"
                _fail(name, place + 1, step.before, step.after, what)
        done += 1
    if not done:
        raise EvidenceError(
            f"no exact point meets the hypotheses of `{name}`",
            {"hypotheses": ", ".join(map(str, facts))},
        )
    return done


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
        raise EvidenceError(
            f"`{name}` has no power that tends to a limit", {"of": text(last.before)}
        )
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
