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
    """A sum of unknown and declared sizes and a number."""

    parts: tuple[Part, ...] = ()
    number: int = 0

    def resolved(self) -> Size:
        """The same sum with every solution put in."""
        parts: list[Part] = []
        number = self.number
        for part in self.parts:
            if isinstance(part, Unknown) and part.solution is not None:
                inner = part.solution.resolved()
                parts += inner.parts
                number += inner.number
            else:
                parts.append(part)
        return Size(tuple(parts), number)

    @property
    def is_one(self) -> bool:
        """Whether it is known to be 1."""
        return self.resolved() == ONE


ONE = Size(number=1)


def unknown(*, may_be_one: bool = True) -> Size:
    """A new size of which nothing is known."""
    return Size((Unknown(may_be_one),))


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    sizes = tuple(sizes)
    parts = tuple(part for size in sizes for part in size.parts)
    return Size(parts, sum(size.number for size in sizes))


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
        for single, other in ((left, right), (right, left)):
            if not single.parts and (single.number == 0 or len(other.parts) > single.number):
                return False
            if len(single.parts) == 1 and single.number == 0:
                (part,) = single.parts
                if isinstance(part, Unknown):
                    return _solve(part, other)
        if not any(isinstance(part, Unknown) for part in (*left.parts, *right.parts)):
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
    of_left, of_right = Counter(left.parts), Counter(right.parts)
    shared = min(left.number, right.number)
    return (
        Size(tuple((of_left - of_right).elements()), left.number - shared),
        Size(tuple((of_right - of_left).elements()), right.number - shared),
    )


def _solve(part: Unknown, value: Size) -> bool:
    if part in value.parts or (not value.parts and value.number == 0):
        return False
    if not part.may_be_one:
        if value == ONE:
            return False
        for other in value.parts:
            if isinstance(other, Unknown) and len(value.parts) == 1 and value.number == 0:
                other.may_be_one = False
    part.solution = value
    return True
