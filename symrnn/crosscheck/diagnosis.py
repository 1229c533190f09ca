"""Which slip explains gradients that differ: the one whose numbers are theirs, wherever tried.

Every slip of the catalogue is a program; its gradients are compared with those in question at one
net, and where they meet, at all others. Slips in one parameter's gradient are independent of each
other, so each row may have its own. Two slips that both change the way back are looked for where
they come apart: at one step, what is carried back does not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.catalogue import catalogue
from symrnn.crosscheck.explanation import TIES, Explanation, kind_of, likeliest, tied, together
from symrnn.crosscheck.fitted import fitted
from symrnn.crosscheck.instance import BROKEN, Instance
from symrnn.crosscheck.program import Run
from symrnn.crosscheck.slip import GRADIENT, LOSS, Slip
from symrnn.crosscheck.sums import adding_up
from symrnn.crosscheck.variation import Gradients

Array = NDArray[Any]

MOST_PAIRS = 4000
"""How many pairs are tried at most of one kind."""

LIKELY = 3
"""Slips of a higher rank are no part of a pair in which neither explains anything alone."""

FOLLOWED = 40
"""How many first slips of a pair are followed at most."""


@dataclass
class Diagnosis:
    """What explains a disagreement, if anything does.

    Attributes:
        explanation: None if nothing of ours does.
        tried: how many slips were tried.
        places: at how many nets.
    """

    explanation: Explanation | None
    tried: int = 0
    places: int = 0


def diagnose(
    instances: list[Instance], pairs: bool = True, slips: list[Slip] | None = None
) -> Diagnosis:
    """The slip, or the two, that give the gradients in question at every instance.

    Args:
        instances: the gradients in question at several nets, the smallest first.
        pairs: whether two slips are looked for.
        slips: those that are tried; without them the whole catalogue, and what can be fitted.
    """
    if slips is None:
        largest = max(instances, key=lambda each: each.point.steps)
        inputs = any(name in largest.program.inputs for name in largest.names)
        slips = [*catalogue(largest.program, largest.point, inputs), *fitted(instances)]
    search = _Search(instances, slips)
    found = search.single() or search.rows()
    if found is None and pairs:
        found = search.shared(1) or search.two() or search.shared(len(search.wrong))
        found = found or search.adding_up() or search.any_two()
    return Diagnosis(found, search.tried, len(instances))


@dataclass
class _Search:
    instances: list[Instance]
    slips: list[Slip]
    tried: int = 0
    outcomes: dict[tuple[int, int], Gradients | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.wrong = frozenset().union(*(each.wrong for each in self.instances))
        shown = [each for each in self.instances if each.wrong == self.wrong]
        self.first = (shown or sorted(self.instances, key=lambda i: -len(i.wrong)))[0]

    def confirmed(self, slip: Slip) -> bool:
        """Whether a slip fits at every instance."""
        self.tried += 1
        return self.first.fits(slip) and all(
            each.fits(slip) for each in self.instances if each is not self.first
        )

    def outcome(self, at: Instance, slip: Slip) -> Gradients | None:
        """All gradients of a slip at an instance; kept, as several searches ask."""
        key = (id(at), id(slip))
        if key not in self.outcomes:
            self.outcomes[key] = at.outcome(slip)
        return self.outcomes[key]

    # ------------------------------------------------------------------ one

    def single(self) -> Explanation | None:
        """One slip."""
        one = next(iter(self.wrong)) if len(self.wrong) == 1 else None
        found = []
        for slip in self.slips:
            if slip.kind == GRADIENT and slip.parameter != one:
                continue
            if self.confirmed(slip):
                found.append(slip)
        return likeliest(found)

    def rows(self) -> Explanation | None:
        """A slip of its own for each wrong row."""
        if len(self.wrong) < 2:
            return None
        chosen: list[Slip] = []
        ties: list[Slip] = []
        for name in sorted(self.wrong):
            own = [s for s in self.own(name) if self.row_fits(name, s)]
            best = likeliest(own)
            if best is None:
                return None
            chosen += best.slips
            ties += best.ties
        return Explanation(tuple(chosen), tuple(ties[:TIES]))

    def own(self, name: str) -> Iterator[Slip]:
        """The slips in one parameter's gradient."""
        return (s for s in self.slips if s.kind == GRADIENT and s.parameter == name)

    def row_fits(self, name: str, slip: Slip) -> bool:
        """Whether one row is what a slip gives, at every instance."""
        self.tried += 1
        try:
            return all(
                each.agrees(name, value)
                for each in self.instances
                for _, value in each.found(slip, [name])
            )
        except BROKEN:
            return False

    # ------------------------------------------------------------------ one of all, some of rows

    def shared(self, kinds: int) -> Explanation | None:
        """A slip that reaches several rows, and in those that it does not explain one of their own.

        Args:
            kinds: of so many kinds at most are the rows' own.
        """
        first = self.first
        candidates = []
        for slip in self.slips:
            if slip.kind == GRADIENT or slip.special is not None or slip.variation.post:
                continue
            outcome = self.outcome(first, slip)
            if outcome is None:
                continue
            matched = frozenset(n for n, v in outcome.items() if first.agrees(n, v))
            left = frozenset(first.names) - matched
            if len(matched & first.wrong) > len(left) or (matched & first.wrong and len(left) < 3):
                candidates.append((slip, left))
        candidates.sort(key=lambda each: (len(each[1]), each[0].rank))
        for slip, _ in candidates[:FOLLOWED]:
            own = self._own_of(slip)
            if own and len({kind_of(each) for each in own}) <= kinds:
                return Explanation((slip, *own))
        return None

    def _own_of(self, slip: Slip) -> list[Slip] | None:
        """For each row that a slip leaves the slip that explains it, at all nets; None if one has
        none, or the slip itself explains no row."""
        runs = [(each, each.ran(slip.variation)) for each in self.instances]
        left = {
            name
            for each, run in runs
            for name in each.names
            if not each.row_fits(run, name, slip.variation)
        }
        if self.wrong <= left:
            return None
        own: list[Slip] = []
        for name in sorted(left):
            fitting = list(self._in_row(slip, name, runs))
            if not fitting:
                return None
            # The likeliest, of the same kind as the others if there is one.
            known = {kind_of(each) for each in own}
            own.append(min(fitting, key=lambda each: (kind_of(each) not in known, each.rank)))
        return own

    def _in_row(self, slip: Slip, name: str, runs: list[tuple[Instance, Run]]) -> Iterator[Slip]:
        """The slips in one row that, with another slip's runs, explain it."""
        for each in self.own(name):
            self.tried += 1
            both = together(slip, each)
            if both is not None and all(
                instance.row_fits(run, name, both.variation) for instance, run in runs
            ):
                yield each

    # ------------------------------------------------------------------ two

    def two(self) -> Explanation | None:
        """Two slips: found where they come apart, confirmed everywhere."""
        bases = [self.first]
        shortest = min(self.instances, key=lambda each: each.point.steps)
        if shortest.wrong and shortest is not self.first:
            bases.insert(0, shortest)
        for base in bases:
            found = self._two_at(base)
            if found is not None:
                return found
        return None

    def adding_up(self) -> Explanation | None:
        """Two slips of which neither explains a row alone, on paths side by side."""
        base = min(self.instances, key=lambda each: each.point.steps)
        moving = []
        for slip in self.slips:
            if slip.special is None and (slip.kind != GRADIENT or slip.parameter in base.wrong):
                outcome = self.outcome(base, slip)
                if outcome is not None:
                    moving.append((slip, outcome))
        return self._confirmed_pairs(adding_up(base, moving), base)

    def any_two(self) -> Explanation | None:
        """Two slips of which neither explains a row alone: the likeliest, at the shortest net."""
        base = min(self.instances, key=lambda each: each.point.steps)
        names = sorted(base.wrong, key=lambda name: base.theirs[name].size)
        if not names:
            return None
        reaching = []
        for slip in self.slips:
            if slip.kind != GRADIENT and slip.special is None and slip.rank <= LIKELY:
                outcome = self.outcome(base, slip)
                if outcome is not None and any(not _same(outcome[n], base.right[n]) for n in names):
                    reaching.append(slip)
        likely = sorted(combinations(reaching, 2), key=lambda pair: pair[0].rank + pair[1].rank)
        fitting = (
            (first, second)
            for first, second in likely[:MOST_PAIRS]
            if (both := together(first, second)) is not None and self._gives(base, both, names[0])
        )
        return self._confirmed_pairs(fitting, base)

    def _gives(self, base: Instance, slip: Slip, name: str) -> bool:
        self.tried += 1
        try:
            return base.row_fits(base.ran(slip.variation), name, slip.variation)
        except BROKEN:
            return False

    def _two_at(self, base: Instance) -> Explanation | None:
        """Pairs whose first slip explains something at one instance, or all but a constant."""
        seen: list[tuple[Slip, Gradients, frozenset[str], frozenset[str]]] = []
        for slip in self.slips:
            if slip.kind == GRADIENT and slip.parameter not in base.wrong:
                continue
            outcome = self.outcome(base, slip)
            if outcome is None:
                continue
            matched = frozenset(n for n, v in outcome.items() if base.agrees(n, v))
            moved = frozenset(n for n, v in outcome.items() if not _same(v, base.right[n]))
            seen.append((slip, outcome, matched, moved))
        explains = base.wrong
        good = frozenset(base.names) - explains
        # What fits here and fails elsewhere lacks something that does not show here.
        here = [slip for slip, _, matched, _ in seen if matched == frozenset(base.names)]
        hidden = [slip for slip, _, _, moved in seen if not moved]
        found = self._confirmed_pairs(
            (first, second) for first in here[:FOLLOWED] for second in hidden
        )
        if found is not None:
            return found
        found = self._times_constant(base, seen)
        if found is not None:
            return found
        partial = [
            each for each in seen if each[2] & explains and good - each[2] == frozenset() - each[2]
        ]
        partial = partial or [each for each in seen if each[2] & explains]
        partial.sort(key=lambda each: (-len(each[2]), each[0].rank))
        candidates = []
        for first, _, matched, _ in partial[:FOLLOWED]:
            left = frozenset(base.names) - matched
            for second, _, _, moved in seen:
                if second is not first and left <= moved and not moved & matched:
                    candidates.append((first, second))
        found = self._confirmed_pairs(candidates, base)
        if found is not None:
            return found
        # One slip upstream of the other: what is left moves with both.
        candidates = [
            (first, second)
            for first, _, matched, _ in partial[:FOLLOWED]
            for second, _, _, moved in seen
            if second is not first and frozenset(base.names) - matched <= moved
        ]
        return self._confirmed_pairs(candidates, base)

    def _confirmed_pairs(
        self, pairs: Iterable[tuple[Slip, Slip]], base: Instance | None = None
    ) -> Explanation | None:
        found: list[tuple[Slip, Slip]] = []
        tried: set[frozenset[int]] = set()
        for first, second in islice(pairs, MOST_PAIRS):
            key = frozenset((id(first), id(second)))
            both = None if key in tried else together(first, second)
            tried.add(key)
            if both is None or (base is not None and not base.fits(both)):
                continue
            if self.confirmed(both):
                found.append((first, second))
                if len(found) > TIES:
                    break
        if not found:
            return None
        found.sort(key=lambda pair: pair[0].rank + pair[1].rank)
        return Explanation(found[0], tuple(tied(found)))

    def _times_constant(self, base: Instance, seen: Any) -> Explanation | None:
        """A slip, and a constant in front of all gradients."""
        found: list[tuple[Slip, Slip]] = []
        for slip, outcome, _, _ in seen:
            ratio = _ratio(base, outcome)
            if ratio is None or ratio == 1:
                continue
            for constant in (s for s in self.slips if s.kind == LOSS):
                both = together(slip, constant)
                if both is not None and base.fits(both) and self.confirmed(both):
                    found.append((slip, constant))
                    break
        if not found:
            return None
        found.sort(key=lambda pair: pair[0].rank)
        return Explanation(found[0], tuple(tied(found)))


def _same(one: Array, other: Array) -> bool:
    scale = float(np.max(np.abs(other), initial=0.0))
    return one.shape == other.shape and bool(
        np.max(np.abs(one - other), initial=0.0) <= 1e-12 * scale
    )


def _ratio(base: Instance, outcome: Gradients) -> Fraction | float | None:
    """The constant c with theirs = c · outcome, for all of them."""
    largest = max(outcome, key=lambda name: float(np.max(np.abs(outcome[name]), initial=0.0)))
    value, mine = outcome[largest], base.theirs[largest]
    square = float(np.vdot(value, value).real)
    if value.shape != mine.shape or not square > 0 or not np.isfinite(mine).all():
        return None
    ratio = float(np.vdot(value, mine).real) / square
    if not np.isfinite(ratio) or abs(ratio) < 1e-6:
        return None
    return ratio if all(base.agrees(n, ratio * v) for n, v in outcome.items()) else None
