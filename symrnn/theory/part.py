"""A part of a statement: one claim with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symrnn.theory.about import Subject
from symrnn.theory.derivation import Induction, Proof


@dataclass(frozen=True)
class Part:
    """One claim of a statement with its proof; `label` tells parts apart."""

    label: str
    proof: Proof

    @property
    def claim(self) -> Any:
        """The relation proved."""
        return self.proof.claim

    @property
    def given(self) -> tuple[Any, ...]:
        """Its hypotheses."""
        return self.proof.given

    @property
    def cell(self) -> Subject | None:
        """The recurrence it speaks of, where that is not the statement's own."""
        proof = self.proof.step if isinstance(self.proof, Induction) else self.proof
        return proof.cell
