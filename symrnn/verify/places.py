"""Where a formula is tried: nets and times, and the derivative there by differences.

A place is refused that could not tell a right formula from a wrong one: where the derivative is
zero or has lost its digits, where the differences do not resolve it, at a kink. For a second
opinion there are small random nets, at times at which no product or sum is too short and whose
distances are even and odd.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError, UndecidedError
from symrnn.language.ordered import OrderedSum, Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.numeric.differences import relative_error
from symrnn.recurrence.recurrence import Recurrent
from symrnn.recurrence.times import is_before
from symrnn.verify.interpreter import value_at
from symrnn.verify.oracle import Found, Outcome, numerator
from symrnn.verify.resolution import is_lost, resolved
from symrnn.verify.runnable import Runnable
from symrnn.verify.setting import Setting
from symrnn.verify.within import (
    Times,
    concerning,
    makes_sense,
    missing_members,
    spoken_of,
)

Array = NDArray[Any]

AGREES = 1e-9
"""Relative disagreement with the complex step below which two matrices count as equal."""

SMALL, LAST = 3, 7
"""Entries of the states of the small nets (inputs have one less), and their last time."""

MEMBERS = 3
"""How many members the products and sums should have where a formula is tried."""

TWO = 2
"""With fewer members than this, neither order nor direction nor a power of a product shows."""

ENOUGH, SEEDS = 4, 16
"""How many places are wanted, and how many nets are drawn in search of them."""


@dataclass(frozen=True)
class Trial:
    """A place: a net, times, and the right value there.

    Attributes:
        setting: the numbers.
        times: integers for the free times.
        expected: the derivative by differences.
        tolerance: relative disagreement that passes.
    """

    setting: Setting
    times: Times
    expected: Array
    tolerance: float

    def value(self, formula: Any) -> Array | None:
        """The formula's value; None where it has none: it speaks of vectors that are not there, or
        of a derivative that differences do not give."""
        try:
            return value_at(formula, self.setting, self.times)
        except (IllFormedError, NotSupportedError):
            return None

    def error(self, formula: Any) -> float:
        """Relative disagreement; infinite where the formula has no value."""
        return self.error_of(self.value(formula))

    def error_of(self, value: Array | None) -> float:
        """Relative disagreement of a value."""
        if value is None or value.shape != self.expected.shape:
            return float("inf")
        return relative_error(value, self.expected)

    def agrees(self, formula: Any) -> bool:
        """Whether the formula has the value expected."""
        return self.error(formula) <= self.tolerance

    @property
    def words(self) -> str:
        """The times, and how large the net is."""
        at = ", ".join(f"{symbol} = {time}" for symbol, time in self.times)
        size = ", ".join(f"{symbol} = {n}" for symbol, n in self.setting.sizes.items())
        return " and ".join(part for part in (at, size) if part) or "the times it speaks of"


@dataclass(frozen=True)
class Claim:
    """That a formula is a derivative, at the numbers of a net and at integer times."""

    node: Any
    formula: MatrixExpr
    setting: Setting
    times: Times

    @property
    def runnable(self) -> Runnable:
        """What is run."""
        return cast(Runnable, self.setting.rnn)

    @property
    def outcome(self) -> Outcome:
        """What is differentiated, as a function of the variable."""
        named = {symbol.name: time for symbol, time in self.times}
        closed = self.node.subs(dict(self.times))
        return Outcome(closed, self.setting, numerator(self.node), named)

    @property
    def is_backwards(self) -> bool:
        """Whether it is about what is earlier by what is later: a derivative that is 0."""
        closed = self.node.subs(dict(self.times))
        timed = isinstance(closed.of, TimeVector) and isinstance(closed.by, TimeVector)
        return timed and is_before(closed.of.index, closed.by.index) is True

    @property
    def formula_value(self) -> Array | None:
        """The formula's value; None where it speaks of vectors that are not there."""
        return value_at(self.formula, self.setting, self.times)

    def trial(self, found: Found) -> Trial:
        """Where this and other formulas are tried."""
        tolerance = max(AGREES, 10 * found.uncertain)
        return Trial(self.setting, self.times, found.value, tolerance)


def elsewhere(claim: Claim, wanted: int = ENOUGH) -> Iterator[Trial]:
    """The same claim at small random nets, at telling times: a coincidence does not repeat."""
    found = (trial for trial in _drawn(claim) if not is_lost(trial.expected))
    yield from itertools.islice(found, wanted)


def is_zero_elsewhere(claim: Claim) -> bool:
    """Whether the derivative is exactly zero at every small net, and there are some."""
    drawn = list(itertools.islice(_drawn(claim), ENOUGH))
    return len(drawn) == ENOUGH and not any(np.any(trial.expected) for trial in drawn)


def _drawn(claim: Claim) -> Iterator[Trial]:
    """The claim at small random nets at which differences decide something."""
    last = max(LAST, _last_spoken_of(claim))
    choices = telling_times(claim, last)
    for seed in range(1, SEEDS + 1) if choices else ():
        times = choices[seed % len(choices)]
        setting = claim.runnable.at_random(SMALL, last, seed)
        other = replace(claim, setting=setting, times=times)
        try:
            there = resolved(other.outcome)
        except UndecidedError:
            continue
        yield other.trial(there)


def telling_times(claim: Claim, last: int) -> list[Times]:
    """Choices of the free times, the most telling first: one for each parity of their distances.

    Two times that are in an order in the claim stay in it.
    """
    symbols = tuple(symbol for symbol, _ in claim.times)
    given = [time for _, time in claim.times]
    best: dict[tuple[int, ...], tuple[Any, Times]] = {}
    # Far from the beginning of time and from its end: neighbours of the vectors exist.
    for values in itertools.product(range(last - 1, 0, -1), repeat=len(symbols)):
        if not _same_order(values, given):
            continue
        times = tuple(zip(symbols, values, strict=True))
        if not _exists(claim.node, times, claim.setting.rnn):
            continue
        cost = (
            sum(_lacking(node, times) for node in (claim.node, claim.formula)),
            not _exists(claim.formula, times, claim.setting.rnn),
            sum(
                abs(value - wish) for value, wish in zip(values, _wishes(given, last), strict=True)
            ),
        )
        parity = tuple(value % 2 for value in values)
        if parity not in best or cost < best[parity][0]:
            best[parity] = (cost, times)
    ordered = sorted(best.values(), key=lambda each: each[0])
    return [times for _, times in ordered]


def says_little(claim: Claim) -> str | None:
    """Why wrong formulas would agree as well at these numbers; None if there is no such reason."""
    if claim.times:
        reason = thin(claim.formula, claim.times) or _no_distance(claim)
        if reason is not None:
            return reason
    spoken = claim.node.free_symbols | claim.formula.free_symbols
    sizes = claim.setting.sizes.items()
    return next((f"{size} = 1" for size, n in sizes if n == 1 and size in spoken), None)


def _no_distance(claim: Claim) -> str | None:
    """Whether two times that may be apart are equal or neighbours."""
    of, by = claim.node.of, claim.node.by
    if not (isinstance(of, TimeVector) and isinstance(by, TimeVector)):
        return None
    gap = sympy.expand(of.index - by.index)
    steps = gap.xreplace(dict(claim.times))
    if gap.is_Integer or steps not in (0, 1):
        return None
    return f"{of.index} = {sympy.expand(by.index + steps)}"


def thin(node: Any, times: Times) -> str | None:
    """Why an expression says little at these times: a product or sum with one member or none."""
    for ranged, length in _lengths(node, dict(times)):
        if length < TWO:
            word = "sum" if isinstance(ranged, OrderedSum) else "product"
            return f"the {word} over {ranged.index} has {max(length, 0) or 'no'} member"
    return None


def _lengths(node: Any, times: dict[Symbol, int]) -> Iterator[tuple[Any, int]]:
    """Products and sums, each with the most members it has over the ranges around it."""
    if not isinstance(node, Ranged):
        for arg in node.args:
            yield from _lengths(arg, times)
        return
    first, last = (symbolic(bound.xreplace(times)) for bound in (node.lower, node.upper))
    if not (first.is_Integer and last.is_Integer):
        return
    yield node, int(last - first + 1)
    most: dict[Any, int] = {}
    for end in (first, last):
        for inner, length in _lengths(node.body, {**times, node.index: int(end)}):
            most[inner] = max(length, most.get(inner, 0))
    yield from most.items()


def _lacking(node: Any, times: Times) -> int:
    return missing_members(node, concerning(node, dict(times)), MEMBERS)


def _wishes(given: list[int], last: int) -> list[int]:
    """Times that are apart: the latest late, the earliest early."""
    ranks = {time: rank for rank, time in enumerate(sorted(set(given)))}
    spread = max(len(ranks) - 1, 1)
    return [last - 1 - (spread - ranks[time]) * 4 if len(ranks) > 1 else last - 1 for time in given]


def _same_order(values: tuple[int, ...], given: list[int]) -> bool:
    pairs = itertools.combinations(range(len(values)), 2)
    return all(
        given[i] == given[j] or (values[i] - values[j]) * (given[i] - given[j]) > 0
        for i, j in pairs
    )


def _exists(expression: Any, times: Times, rnn: Recurrent) -> bool:
    return makes_sense(expression, dict(times), rnn)


def _last_spoken_of(claim: Claim) -> int:
    """The last of the times that are numbers in the claim itself."""
    closed = (claim.node, claim.formula)
    fixed = [time for node in closed for _, time, _ in spoken_of(node, ())]
    return max([*fixed, 0])
