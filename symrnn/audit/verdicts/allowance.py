"""How long a formula may take: ten seconds a relation, however often it is judged."""

from __future__ import annotations

import time as clock
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from symrnn.audit.meaning.relations import Relation

SECONDS = 10.0
"""Processor time for one relation."""
BEHIND = 1.0
"""For each that follows in a formula of which one has used up its time."""


@dataclass
class Allowance:
    """What the relations of one document have used."""

    seconds: float = SECONDS
    used: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    late: set[tuple[int, int]] = field(default_factory=set)

    @contextmanager
    def deadline(self, relation: Relation) -> Iterator[float]:
        """Until when a relation may be judged, in processor time."""
        start, place = clock.process_time(), (relation.document, relation.formula)
        left = max(0.0, self.seconds - self.used[relation.order])
        if place in self.late and not self.used[relation.order]:
            left = min(left, BEHIND)
        try:
            yield start + left
        finally:
            self.used[relation.order] += clock.process_time() - start
            if self.used[relation.order] >= self.seconds:
                self.late.add(place)

    def again(self, relation: Relation) -> bool:
        """Whether there is time to judge a relation again."""
        return 2 * self.used[relation.order] < self.seconds
