"""What may be found of a relation."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.audit.numbers.readings import Sense

TRUE, UNDER, FALSE = "TRUE", "TRUE ONLY UNDER", "FALSE"


DISAGREES, NOT_UNDERSTOOD, NOT_A_CLAIM = "DISAGREES", "NOT UNDERSTOOD", "NOT A CLAIM"


@dataclass(frozen=True)
class Counterexample:
    """Where two sides differ: sizes, seed, times, entry, both values."""

    sizes: str
    seed: int
    times: str
    entry: tuple[int, int]
    left: float
    right: float

    def __str__(self) -> str:
        row, col = self.entry
        where = f"entry ({row}, {col})" if (row, col) != (0, 0) else "their values"
        at = f" at {self.times}" if self.times else ""
        sides = f"{self.left:.6g} on the left, {self.right:.6g} on the right"
        return f"{self.sizes}, seed {self.seed}{at}: {where} {sides}"


@dataclass(frozen=True)
class Verdict:
    """What was found of a relation.

    `mended_as` is the mended formula as it is read, in LaTeX of our own.
    `under` is what must be supposed, `error` the largest relative difference met where it holds.
    `shows` says that its model is so seen to be the author's, `shaped` and `turned` that it gives a
    derivative by a matrix the shape of that matrix, or of its transpose. `numbered` says that it
    holds where the first step is at time 1 and would not at time 0.
    """

    kind: str
    under: tuple[str, ...] = ()
    cause: str = ""
    what: str = ""
    hint: str = ""
    counterexample: Counterexample | None = None
    mended: str = ""
    mended_as: str = ""
    mend: str = ""
    error: float = 0.0
    tried: int = 0
    sense: Sense | None = None
    uses_loss: bool = False
    shaped: bool = False
    turned: bool = False
    shows: bool = False
    numbered: bool = False
