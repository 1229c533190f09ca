"""Slips that together explain gradients: one, or two that are made together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.crosscheck.slip import FORWARD, GRADIENT, Slip

TIES = 3
"""How many other explanations with the same numbers are told."""


@dataclass(frozen=True)
class Explanation:
    """Slips that together give the gradients in question.

    Attributes:
        slips: one, or two; or one for each wrong row.
        ties: other slips that give the same numbers.
    """

    slips: tuple[Slip, ...]
    ties: tuple[Slip, ...] = ()


def together(first: Slip, second: Slip) -> Slip | None:
    """Both slips as one; None where they can not be made together."""
    variation = first.variation.also(second.variation)
    if variation is None or first.special is not None or second.special is not None:
        return None
    # Of two slips in different rows none is in one row alone.
    kind = first.kind if second.kind == GRADIENT else second.kind
    parameter = None
    if first.kind == second.kind == GRADIENT:
        if first.parameter != second.parameter:
            kind = FORWARD
        else:
            parameter = first.parameter
    words = f"{first.words}; and {second.words}"
    return Slip(words, first.line, variation, kind, first.rank + second.rank, parameter)


def kind_of(slip: Slip) -> str:
    """What a slip in one row is, whichever row."""
    return slip.words.partition(": ")[2] or slip.words


def likeliest(found: list[Slip]) -> Explanation | None:
    """The likeliest first, the others as ties."""
    if not found:
        return None
    ordered = sorted(found, key=lambda slip: slip.rank)
    others = {slip.words: slip for slip in ordered[1:] if slip.words != ordered[0].words}
    return Explanation((ordered[0],), tuple(others.values())[:TIES])


def tied(found: list[tuple[Slip, Slip]]) -> Iterator[Slip]:
    """The pairs after the first, each as one slip."""
    for first, second in found[1 : TIES + 1]:
        both = together(first, second)
        if both is not None:
            yield both
