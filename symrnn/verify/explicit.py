"""Grade `explicit`: every line of a proof written out in entries at small sizes and times.

Derivatives are SymPy's scalar `diff` of the unrolled recurrence, σ is unknown. Equal lines must
have equal entries as symbolic expressions. Where that cannot be decided symbolically (an
inequality, or an equality that rests on an inequality), both sides are compared in exact
arithmetic at rational points that meet the hypotheses; how often either was done is recorded.
So they are, at a few points each and at d = 1, for every ordering of the times that the hypotheses
allow. A side that has no value where the hypotheses hold (a division by 0, a kink) is no equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import EvidenceError, NotSupportedError, UnmetError
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.theory.derivation import Derivation
from symrnn.verify.functions import applications
from symrnn.verify.limits import require_growing, settles
from symrnn.verify.meaning import Moment, moment
from symrnn.verify.moments import (
    Integers,
    are_there,
    in_force,
    integers_of,
    listed,
    moments,
    sizes_of,
)
from symrnn.verify.points import Met, at_points, fail, is_condition
from symrnn.verify.within import telling

BOUNDARY_POINTS, BOUNDARY_TRIES = 3, 30
"""The same at each other ordering of the times."""

LARGER = 5
"""A size at which few norms have a closed form, but those of multiples of I do."""

SMALL = 4
"""At times up to this, whatever ordering they are in, vectors are written out."""

MOST_APPLIED = 1
"""With more functions applied in a step, formulas of several units are not written out."""


@dataclass(frozen=True)
class Explicit:
    """What was compared exactly.

    symbolic: pairs of lines whose entries are equal as expressions.
    points: exact points at which the others were compared, where times are told apart most.
    boundary: points at the other orderings of the times, and at d = 1.
    tried: points drawn, of which those met the hypotheses.
    moments: orderings of the times at which points met the hypotheses.
    """

    symbolic: int
    points: int
    boundary: int = 0
    tried: int = 0
    moments: int = 0


def write_out(chain: Derivation, rnn: Subject, name: str, facts: tuple[Any, ...]) -> Explicit:
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
    rnn, facts = chain.cell or rnn, in_force(facts)
    if not chain.steps:
        raise EvidenceError(f"`{name}` claims nothing", {"start": text(chain.start)})
    if any(step.relation == "→" for step in chain.steps):
        return _limit(chain, rnn, name, facts)
    expressions = [chain.start, *(step.after for step in chain.steps)]
    integers = integers_of(expressions, facts, rnn)
    every = moments(expressions, facts, rnn, integers)
    boundary = _at_boundaries(chain, expressions, every, integers, rnn, facts, name)
    double = sizes_of(integers, facts, (_telling_size(rnn),))
    there = [at for at in every if are_there([*expressions, *facts], {**at, **double})]
    if not there:
        raise EvidenceError(f"no small sizes satisfy the hypotheses of `{name}`", {"facts": facts})
    sizes = {**_apart(there, expressions), **double}
    known = moment(rnn, sizes, facts)
    conditional = any(is_condition(fact, sizes) for fact in facts)
    undecided = []
    for place, step in enumerate(chain.steps):
        identical = _identical(step.before, step.after, known) if step.relation == "=" else None
        if identical is False and not conditional:
            at_points(chain, [place], known, facts, name)  # which tells the point
            fail(name, place + 1, step.before, step.after, f"entries differ at {sizes}")
        if not identical:
            undecided.append(place)
    points = at_points(chain, undecided, known, facts, name) if undecided else Met(0, 0)
    if undecided and not points.met and not boundary.met:
        raise UnmetError(
            f"no exact point meets the hypotheses of `{name}`",
            {"tried": f"{points.tried + boundary.tried} points", "hypotheses": listed(facts)},
        )
    return Explicit(
        len(chain.steps) - len(undecided),
        points.met,
        boundary.met,
        points.tried + boundary.tried,
        boundary.moments,
    )


def _telling_size(rnn: Subject) -> int:
    """A size at which matrices do not commute.

    1 where the state has several parts, or gates: what is written out grows too long there, and
    sampling has larger sizes.
    """
    if applications(rnn.recurrence) > MOST_APPLIED:
        return 1
    parts = [
        state.rows.subs(dict.fromkeys(state.rows.free_symbols, 1))
        for state in rnn.recurrence.states
    ]
    return 1 if max(parts, default=1) > 1 else 2


def _at_boundaries(
    chain: Derivation,
    expressions: list[Any],
    every: list[dict[Symbol, int]],
    integers: Integers,
    rnn: Subject,
    facts: tuple[Any, ...],
    name: str,
) -> Met:
    """All lines at a few points of every ordering of the times, at d = 1; first d = 2 as well."""
    runs = any(symbolic(each).has(TimeVector) for each in (*expressions, *facts))
    met = tried = moments_met = 0
    places = list(range(len(chain.steps)))
    single = sizes_of(integers, facts, (1,))
    for number, at in enumerate(every):
        if runs and max(at.values(), default=0) > SMALL and number:
            continue
        if not are_there([*expressions, *facts], {**at, **single}):
            continue
        known = moment(rnn, {**at, **single}, facts)
        found = at_points(chain, places, known, facts, name, (BOUNDARY_POINTS, BOUNDARY_TRIES))
        met, tried = met + found.met, tried + found.tried
        moments_met += bool(found.met)
    sized = sizes_of(integers, facts, (LARGER,))
    wide = {**every[-1], **sized}
    if sized and not runs and are_there([*expressions, *facts], wide):
        known = moment(rnn, wide, facts)
        found = at_points(chain, places, known, facts, name, (BOUNDARY_POINTS, BOUNDARY_TRIES))
        met, tried = met + found.met, tried + found.tried
    return Met(met, tried, moments_met)


def _apart(every: list[dict[Symbol, int]], expressions: list[Any]) -> dict[Symbol, int]:
    """Small times, the most telling of the first, as far apart as they can be."""
    found: list[tuple[int, dict[Symbol, int]]] = []
    apart = sorted(every, key=lambda at: (-len(set(at.values())), -sum(map(abs, at.values()))))
    for latest in (2, 3, 5):
        small = [at for at in apart if max(map(abs, at.values()), default=0) <= latest]
        found.extend(telling(small, expressions, members=1, wanted=1))
        if found and (latest > 2 or found[0][0] == 0):
            break
    return min(found or [(0, every[0])], key=lambda each: each[0])[1]


def _identical(left: Any, right: Any, known: Moment) -> bool | None:
    """Whether all entries are equal as expressions; None where algebra does not decide it.

    What is equal for any matrix in the place of a derivative is so for the derivative.
    """
    generalised = _with_any_matrix(left, right)
    try:
        if generalised is not None:
            found = known.meaning.equal(*(known.write(side, "inf") for side in generalised))
            if found is not False:
                return found  # roots and maxima, that algebra leaves to points
        return known.meaning.equal(*(known.write(side, "inf") for side in (left, right)))
    except NotSupportedError:
        return None


def _with_any_matrix(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Both sides with a matrix of its shape for each derivative that stands in both, if one does.

    Only where no time in it is bound outside of it: under a sum it is another at every index.
    """
    sides = [symbolic(side) for side in (left, right)]
    common = set.intersection(*(set(_derivatives(side)) for side in sides))
    named = {
        node: Parameter(f"any_{number}", *node.shape)
        for number, node in enumerate(sorted(common, key=str))
    }
    if not named:
        return None
    replaced = [side.xreplace(named) for side in sides]
    return (replaced[0], replaced[1]) if replaced != sides else None


def _derivatives(node: Any, bound: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """The outermost derivatives that no index outside of them is free in."""
    if isinstance(node, TotalDerivative | ImmediateDerivative):
        if not node.free_symbols & bound:
            yield node
        return
    if isinstance(node, Ranged):
        bound = bound | {node.index}
    elif isinstance(node, sympy.Sum | sympy.Product):
        bound = bound | {limit[0] for limit in node.limits}
    for child in getattr(node, "args", ()):
        yield from _derivatives(child, bound)


def _limit(chain: Derivation, rnn: Subject, name: str, facts: tuple[Any, ...]) -> Explicit:
    """The lines before the limit entry by entry; the limit itself by SymPy's `limit`."""
    variable = require_growing(chain, facts)
    *before, last = chain.steps
    if not last.before.has(variable):
        raise EvidenceError(f"`{name}`: a limit of no {variable}", {"of": text(last.before)})
    if last.before.has(MatrixExpr, Norm, Ranged):
        raise EvidenceError(
            f"`{name}` has no formula whose limit is known", {"of": text(last.before)}
        )
    value = settles(last.before, variable, facts)
    if value != last.after and sympy.simplify(value - last.after) != 0:
        fail(name, len(chain.steps), last.before, last.after, f"SymPy's limit is {value}")
    if not before:
        return Explicit(1, 0)
    inner = replace(chain, steps=tuple(before), variable=None)
    found = write_out(inner, rnn, name, facts)
    return replace(found, symbolic=found.symbolic + 1)
