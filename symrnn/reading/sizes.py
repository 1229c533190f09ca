"""Sizes that are not known yet, and their unification.

A size is a sum of unknown sizes, declared ones and a number, since [h; x] is as high as h and x
together. An equation is solved where one of its sides is a single unknown once what both sides
share is taken away; where it is not, it waits until other equations have said more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Unknown:
    """A size to be found.

    Attributes:
        may_be_one: False for the sizes of a matrix: that a capital letter stands for a row or a
            column is never concluded, only declared.
        solution: what it equals, once that is known.
    """

    may_be_one: bool = True
    solution: Size | None = None


@dataclass(frozen=True)
class Declared:
    """A size that was given a name: equal to nothing but itself."""

    name: str


Part = Unknown | Declared


@dataclass(frozen=True)
class Size:
    """A sum of unknown and declared sizes, each with how often it is there, and a number."""

    parts: tuple[tuple[Part, int], ...] = ()
    number: int = 0

    def resolved(self) -> Size:
        """The same sum with every solution put in."""
        counts, number = Counter(dict(self.parts)), self.number
        while solved := [part for part in counts if _solution(part) is not None]:
            for part in solved:
                # Counted, not written out: [[a; a]; [a; a]] … would grow without bound.
                times, solution = counts.pop(part), _solution(part)
                assert solution is not None
                number += times * solution.number
                for inner, count in solution.parts:
                    counts[inner] += times * count
        return Size(tuple(counts.items()), number)

    @property
    def is_one(self) -> bool:
        """Whether it is known to be 1."""
        return self.resolved() == ONE

    @property
    def single(self) -> Part | None:
        """The one part that it is, if it is one."""
        alone = len(self.parts) == 1 and self.parts[0][1] == 1 and self.number == 0
        return self.parts[0][0] if alone else None


ONE = Size(number=1)


def _solution(part: Part) -> Size | None:
    return part.solution if isinstance(part, Unknown) else None


def unknown(*, may_be_one: bool = True) -> Size:
    """A new size of which nothing is known."""
    return Size(((Unknown(may_be_one), 1),))


def declared(part: Declared) -> Size:
    """A size that has a name."""
    return Size(((part, 1),))


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    counts: Counter[Part] = Counter()
    number = 0
    for size in sizes:
        number += size.number
        for part, count in size.parts:
            counts[part] += count
    return Size(tuple(counts.items()), number)


@dataclass
class Equations:
    """Equations between sizes, and those that wait to be solved."""

    waiting: list[tuple[Size, Size, object]] = field(default_factory=list)

    def equate(self, left: Size, right: Size, about: object = None) -> bool:
        """Whether the two can be equal; what that says of unknown sizes is kept.

        `about` goes with an equation that has to wait.
        """
        left, right = _without_common(left.resolved(), right.resolved())
        if not left.parts and not right.parts:
            return left.number == right.number
        for one, other in ((left, right), (right, left)):
            # Every size is at least 1.
            if not one.parts and sum(count for _, count in other.parts) > one.number:
                return False
        for one, other in ((right, left), (left, right)):
            if isinstance(one.single, Unknown):
                return _solve(one.single, other)
        if all(isinstance(part, Declared) for part, _ in (*left.parts, *right.parts)):
            return False
        self.waiting.append((left, right, about))
        return True

    def settle(self) -> tuple[object, bool] | None:
        """Solve what waits; None, or the first equation's `about` that is left over, and whether
        it is false (True) or still undetermined (False)."""
        while self.waiting:
            pending, self.waiting = self.waiting, []
            for left, right, about in pending:
                if not self.equate(left, right, about):
                    return about, True
            if len(self.waiting) == len(pending):
                return self.waiting[0][2], False
        return None


def _without_common(left: Size, right: Size) -> tuple[Size, Size]:
    of_left, of_right = Counter(dict(left.parts)), Counter(dict(right.parts))
    shared = min(left.number, right.number)
    return (
        Size(tuple((of_left - of_right).items()), left.number - shared),
        Size(tuple((of_right - of_left).items()), right.number - shared),
    )


def _solve(part: Unknown, value: Size) -> bool:
    if part in dict(value.parts) or (not value.parts and value.number == 0):
        return False
    if not part.may_be_one:
        if value == ONE:
            return False
        if isinstance(value.single, Unknown):
            value.single.may_be_one = False
    part.solution = value
    return True
