"""Which two slips, undone together, make a relation hold.

Where slips stand in different terms, each changes a side by itself, so that what both change is the
sum: all pairs are tried at once, by subtraction. Others are tried one after the other.
"""

from __future__ import annotations

import itertools
import time as clock
from collections.abc import Callable, Iterator

import numpy as np

from symrnn.audit.meaning.model import Model, NotUnderstood
from symrnn.audit.mends.edit import Edit
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.times import assignments
from symrnn.audit.numbers.values import Value
from symrnn.audit.verdicts.compare import AGREES, Array, matched
from symrnn.audit.verdicts.trials import Trials
from symrnn.errors import SymrnnError
from symrnn.reading.latex.tree import Tree

PAIR_SECONDS = 3.0
"""For the pairs of slips of one relation."""
MOST_SINGLE = 120
"""Single slips that pairs are made of."""
PAIR_WAYS = 2
"""Ways of reading in which pairs are tried."""

Way = tuple[Sense, bool]
Read = Callable[[Edit], Tree | None]
"""The formula as an edit leaves it; None where it is none."""


class Pairs(Trials):
    """Mends of two slips."""

    def _two_slips(
        self,
        model: Model,
        sides: tuple[Tree, Tree],
        slips: Iterator[Edit],
        read: Read,
        ways: list[Sense],
        deadline: float,
    ) -> tuple[Edit, Tree, Sense] | None:
        """The first pair that makes the relation hold, with the formula so mended, and the way."""
        until = min(deadline, clock.process_time() + PAIR_SECONDS)
        singles = list(itertools.islice(slips, MOST_SINGLE))
        for way in ways[:PAIR_WAYS]:
            for both in self._pairs(model, sides, singles, read, way, until):
                tree = read(both)
                if tree is not None:
                    found = self._holding(model, (sides[0], tree), ways, until)
                    if found is not None:
                        return both, tree, found[0]
        return None

    def _pairs(
        self,
        model: Model,
        sides: tuple[Tree, Tree],
        singles: list[Edit],
        read: Read,
        way: Sense,
        until: float,
    ) -> Iterator[Edit]:
        """Pairs of slips that may explain the difference: those first that add up to it."""
        left, right = sides
        net = self.bench.net(model, way, 0, until)
        times = assignments(model, sides, net)
        if not times:
            return
        env = times[0]
        try:
            forms = self._forms(net, way, left, env, True)
        except NotUnderstood:
            return
        for of_left in forms:
            if isinstance(of_left, NotUnderstood):
                continue

            def value(tree: Tree, beside: Value = of_left) -> tuple[Array, Array] | None:
                """Both sides in one shape, the right one as it is given."""
                try:
                    for form in self._forms(net, way, tree, env, False):
                        if not isinstance(form, NotUnderstood):
                            return matched(beside, form)
                except (NotUnderstood, ValueError, IndexError, RecursionError, SymrnnError):
                    pass
                return None

            known: list[tuple[Edit, Array | None]] = []
            for slip in singles:
                if clock.process_time() > until:
                    break
                tree = read(slip)
                if tree is not None:
                    pair = value(tree)
                    known.append((slip, None if pair is None else pair[1]))
            unmended = value(right)
            if unmended is not None:
                yield from _adding_up(unmended, known)
            for one, other in _by_likelihood(len(known)):
                if clock.process_time() > until:
                    return
                both = _joined(known[one][0], known[other][0])
                tree = None if both is None else read(both)
                pair = None if tree is None else value(tree)
                if both is not None and pair is not None and _agree(*pair):
                    yield both
            return

    def _holding(
        self, model: Model, sides: tuple[Tree, Tree], ways: list[Sense], deadline: float
    ) -> Way | None:
        """The first way in which a mended formula holds, and whether only of a diagonal's entries.

        A vector then stands for the diagonal matrix of its entries.
        """
        for each in ways:
            try:
                outcome = self.outcome(model, sides, each, deadline)
                if outcome.holds:
                    return each, outcome.diagonal
            except NotUnderstood as problem:
                if problem.cause == "too long":
                    return None
            except (ValueError, IndexError, RecursionError, SymrnnError, np.linalg.LinAlgError):
                continue
        return None


def _agree(left: Array, right: Array) -> bool:
    scale = max(float(np.max(np.abs(left))), 1e-300)
    return bool(np.max(np.abs(left - right)) <= AGREES * scale)


def _adding_up(
    unmended: tuple[Array, Array], known: list[tuple[Edit, Array | None]]
) -> Iterator[Edit]:
    """The pairs with R + (R₁ - R) + (R₂ - R) = L."""
    left, right = unmended
    alike = [(e, np.ravel(v - right)) for e, v in known if v is not None and v.shape == right.shape]
    if len(alike) < 2 or left.shape != right.shape:
        return
    changes = np.array([change for _, change in alike])
    gap = np.ravel(left - right)
    size = AGREES * max(float(np.max(np.abs(left))), 1e-300)
    for place, change in enumerate(changes[:-1]):
        misses = np.abs(changes[place + 1 :] + change - gap).max(axis=1)
        for other in np.flatnonzero(misses <= size):
            both = _joined(alike[place][0], alike[place + 1 + int(other)][0])
            if both is not None:
                yield both


def _by_likelihood(count: int) -> Iterator[tuple[int, int]]:
    """Pairs of places, those first of which both are early."""
    for late in range(1, count):
        for early in range(late):
            yield early, late


def _joined(one: Edit, other: Edit) -> Edit | None:
    """Both edits as one; None where they are about the same place."""
    for a, b, _ in one.changes:
        for c, d, _ in other.changes:
            if max(a, c) < min(b, d) or (a, b) == (c, d) or (a == b and c <= a <= d):
                return None
            if c == d and a <= c <= b:
                return None
    return Edit((*one.changes, *other.changes), f"{one.words}; {other.words}")
