"""In which order things come, with three answers; what a formula for symbolic times takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import sympy
from sympy import Expr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import as_matrix
from symrnn.language.relations import Inequality
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence


def is_before(one: Any, other: Any) -> bool | None:
    """Whether one time is before another; None where their symbols leave it open."""
    gap = sympy.expand(symbolic(other) - symbolic(one))
    if gap.is_positive:
        return True
    return False if gap.is_nonpositive else None


def read_times(rnn: Recurrence, of: TimeVector) -> list[Expr]:
    """The times of the states that `of`, no state itself, reads: its own, one step before, both."""
    now, before = of.index, sympy.expand(of.index - 1)
    held = {now: (), before: tuple(rnn.parts(now))}
    return [
        time
        for time, fixed in held.items()
        if any(rnn.reads(of, part, (*fixed, *rnn.others(part))) for part in rnn.parts(time))
    ]


def moves_with(rnn: Recurrence, state: TimeVector) -> bool:
    """Whether another part of the state of the same step is computed from this one.

    The parts of the initial state are given, and none follows from another.
    """
    return rnn.is_state(state) and any(rnn.reads(part, state) for part in rnn.others(state))


def conditions(rnn: Recurrence, of: Any, by: Any) -> tuple[Inequality, ...]:
    """What the times must satisfy for `total.jacobian(rnn, of, by)` to hold, where it is not known.

    Both vectors exist, and `by` is no later than what `of` is computed from. Nothing is left open
    where all times are integers.
    """
    of, by = as_matrix(of), as_matrix(by)
    timed = [node for node in (of, by) if isinstance(node, TimeVector)]
    needed = [pair for node in timed for pair in _existence(rnn, node)]
    if len(timed) == 2:
        if rnn.first_time(by) is None or moves_with(rnn, by):
            needed.append((sympy.S.One, by.index))
        times = [of.index] if rnn.is_state(of) else read_times(rnn, of)
        if is_before(of.index, by.index) is None and reads_beside(rnn, of, by):
            times.append(sympy.expand(of.index - 1))
        needed += [(by.index, time) for time in times if not is_before(time, by.index)]
    return left_open(needed)


def left_open(needed: Iterable[tuple[Any, Any]]) -> tuple[Inequality, ...]:
    """Of pairs low ≤ high those that symbols leave open, and that no others imply."""
    pairs = list(dict.fromkeys(pair for pair in needed if is_before(pair[1], pair[0]) is None))
    for pair in list(pairs):
        if _implied(pair, pairs):
            pairs.remove(pair)
    return tuple(Inequality(*pair) for pair in pairs)


def reads_beside(rnn: Recurrence, of: TimeVector, by: TimeVector) -> bool:
    """Whether `of`, no state, is at its own time what `by` is, or reads it there other than
    through the states."""
    if rnn.is_state(of) or rnn.is_state(by):
        return False
    held = tuple(rnn.parts(of.index))
    return of.sequence == by.sequence or rnn.reads(of, by.sequence[of.index], held)


def require_reached(rnn: Recurrence, by: TimeVector) -> None:
    """Raise `IllFormedError` unless steps read `by`: an input, or what is computed, from 1 on."""
    rnn.first_time(by)
    if (by.index - 1).is_negative:
        raise IllFormedError(
            f"no step reads {by}", {"expected": "a time from 1 on", "got": str(by.index)}
        )


def _existence(rnn: Recurrence, node: TimeVector) -> Iterator[tuple[Any, Any]]:
    """0 ≤ j - 1 is written 1 ≤ j; an input exists at every time."""
    first = rnn.first_time(node)
    if first is not None:
        constant, symbols = node.index.as_coeff_Add()
        yield sympy.Integer(first) - constant, symbols


def _implied(pair: tuple[Any, Any], pairs: list[tuple[Any, Any]]) -> bool:
    """Whether one or two of the others say as much: 0 ≤ k and k ≤ t - 1 give 1 ≤ t."""
    gap = pair[1] - pair[0]
    others = [high - low for low, high in pairs if (low, high) != pair]
    sums = [*others, *(one + other for one, other in combinations(others, 2))]
    return any(is_before(gap, total) is False for total in sums)
