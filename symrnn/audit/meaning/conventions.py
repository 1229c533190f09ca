"""What a document says, or is seen, to suppose throughout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """The conventions of a document; None where it says nothing.

    Args:
        layout: "numerator" or "denominator".
        sure: whether a hint says so: then no other layout is tried. What the prose says is what is
            meant in the first place, and formulas in the other layout say so.
        later: on which side of a product over times the later factors stand.
        first: the time of the first step.
        loss: "each" where an undefined loss reads every step, "last" where the last alone.
    """

    layout: str | None = None
    sure: bool = True
    later: str | None = None
    first: int | None = None
    loss: str = "each"

    def layouts(self) -> list[str]:
        """The layouts that are tried, the one that is meant first."""
        if self.layout is not None and self.sure:
            return [self.layout]
        both = ["numerator", "denominator"]
        return both[::-1] if self.layout == "denominator" else both
