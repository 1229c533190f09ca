"""Goals: a limit for a figure, and whether it is reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

REACHED, MISSED, UNKNOWN = "reached", "missed", "not measured"

TO_PEER = "ours / fastest peer"
TO_PRODUCTS = "ours / matrix products alone"


@dataclass(frozen=True)
class Goal:
    """A figure that should be at most, or at least, some limit.

    Attributes:
        figure: the name of a figure of the row, such as `TO_PEER` or `TO_PRODUCTS`.
        limit: the limit; reaching it exactly is enough.
        at_least: whether the figure should be no less than the limit, rather than no more.
    """

    figure: str
    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{self.figure} {'≥' if self.at_least else '≤'} {self.limit:g}"

    def verdict(self, figures: Mapping[str, float]) -> str:
        """`REACHED`, `MISSED`, or `UNKNOWN` where the figure was not measured."""
        value = figures.get(self.figure)
        if value is None:
            return UNKNOWN
        if math.isnan(value):
            return MISSED
        within = value >= self.limit if self.at_least else value <= self.limit
        return REACHED if within else MISSED
