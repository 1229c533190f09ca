"""A slip of code: what it is, where it enters, and the program that has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symrnn.crosscheck.variation import Gradients, Variation

GRADIENT, FLOW, CARRY, LOSS, FORWARD, WHOLE = (
    "a parameter's gradient",
    "backward step",
    "backward in time",
    "loss",
    "forward pass",
    "all gradients",
)


@dataclass(frozen=True)
class Slip:
    """One slip.

    Attributes:
        words: what it is.
        line: the line of mathematics where it enters.
        variation: the program that has it.
        kind: where in the code it is.
        rank: likelier ones have a smaller one.
        parameter: the one parameter whose gradient alone it changes; None where it is not one.
        special: what it gives at an instance, where no variation of the program does.
    """

    words: str
    line: str
    variation: Variation
    kind: str
    rank: float = 2
    parameter: str | None = None
    special: Callable[[Any], Gradients] | None = None

    def __str__(self) -> str:
        return f"{self.words}  [{self.line}]"
