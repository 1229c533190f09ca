"""Counterexamples: exact values that show a relation false once a hypothesis is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy

from symrnn.errors import EvidenceError, IllFormedError
from symrnn.language.shapes import symbolic


@dataclass(frozen=True)
class Witness:
    """Two exact values that show a relation false.

    Args:
        left, right: exact values of SymPy, numbers or matrices of them: what differs by rounding
            refutes nothing.
        relation: the false relation between them, "=" or "≤".
        shows: one sentence on what is seen.
    """

    left: Any
    right: Any
    relation: str
    shows: str

    def __post_init__(self) -> None:
        for side, given in (("left", self.left), ("right", self.right)):
            whole = given if isinstance(given, sympy.MatrixBase) else [symbolic(given)]
            if not all(map(_is_exact, whole)):
                raise IllFormedError(
                    f"a witness is of exact numbers: {side}",
                    {"expected": "integers, fractions, roots, …, no decimals", "got": repr(given)},
                )
        if not self.refutes:
            raise EvidenceError(
                "this is no counterexample: the relation holds",
                {"left": self.left, "relation": self.relation, "right": self.right},
            )

    @property
    def refutes(self) -> bool:
        """Whether the relation fails, decided exactly."""
        if self.relation == "=":
            if isinstance(self.left, sympy.MatrixBase):
                gap = (self.left - self.right).applyfunc(sympy.simplify)
                return any(entry.is_zero is False for entry in gap)
            return sympy.simplify(self.left - self.right).is_zero is False
        if self.relation != "≤":
            raise IllFormedError("a witness is of = or ≤", {"got": self.relation})
        return bool(sympy.simplify(self.left - self.right).is_positive)


def _is_exact(number: Any) -> bool:
    """Whether it is a real number, and none that was rounded."""
    return bool(number.is_number) and number.is_real is not False and not number.has(sympy.Float)


@dataclass(frozen=True)
class Counterexample:
    """What fails when a hypothesis is dropped."""

    name: str
    explains: str
    find: Callable[[], Witness]

    def witness(self) -> Witness:
        """What it finds.

        Raises:
            EvidenceError: what it finds is no witness, or refutes nothing.
        """
        found = self.find()
        if type(found) is not Witness:
            raise EvidenceError(
                f"the counterexample `{self.name}` shows nothing",
                {"expected": "return Witness(…)", "got": type(found).__name__},
            )
        return found
