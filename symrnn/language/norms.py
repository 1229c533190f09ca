"""Norms of matrices and vectors, and what is known of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sympy import Expr
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import as_matrix
from symrnn.language.writing import Written


@dataclass(frozen=True)
class NormFacts:
    """What a kind of norm is known to satisfy; None stands for unknown, and nothing is guessed.

    submultiplicative: ‖AB‖ ≤ ‖A‖‖B‖. unital: ‖I‖ = 1. diagonal: ‖diag(v)‖ = max|v_i|.
    """

    latex: str
    submultiplicative: bool | None
    unital: bool | None
    diagonal: bool | None


KINDS: dict[str, NormFacts] = {
    # The norms induced by |·|_1, |·|_2, |·|_∞ (largest column sum, singular value, row sum).
    "1": NormFacts("1", True, True, True),
    "2": NormFacts("2", True, True, True),
    "inf": NormFacts(r"\infty", True, True, True),
    # √Σ A_ij²: ‖I‖ = √d, ‖diag(v)‖ = |v|_2 ≤ √d max|v_i|.
    "F": NormFacts(r"\mathrm{F}", True, False, False),
    # max|A_ij| is a norm of matrices, but ‖AB‖ can exceed ‖A‖‖B‖.
    "max": NormFacts(r"\max", False, True, True),
    # Any norm that is submultiplicative with ‖diag(v)‖ = max|v_i|: a hypothesis, printed bare.
    "any": NormFacts("", True, True, True),
}


class Norm(Written, Expr):  # type: ignore[misc]
    """‖A‖ of one kind: a nonnegative scalar."""

    is_commutative = True
    is_extended_real = True
    is_finite = True
    is_extended_nonnegative = True
    is_number = False

    def __new__(cls, matrix: Any, kind: Any = "any") -> Norm:
        name = kind.name if isinstance(kind, Str) else str(kind)
        name = "inf" if name == "oo" else name
        if name not in KINDS:
            raise IllFormedError(
                f"unknown norm {kind!r}", {"expected": ", ".join(KINDS), "got": repr(kind)}
            )
        return cast("Norm", super().__new__(cls, as_matrix(matrix), Str(name)))

    @property
    def matrix(self) -> MatrixExpr:
        """What is measured."""
        return self.args[0]

    @property
    def kind(self) -> str:
        """A key of `KINDS`."""
        return cast(str, self.args[1].name)

    @property
    def facts(self) -> NormFacts:
        """What is known of this kind."""
        return KINDS[self.kind]

    def doit(self, **hints: Any) -> Norm:
        return Norm(self.matrix.doit(**hints), self.kind)


def norm(matrix: Any, kind: Any = "any") -> Norm:
    """‖matrix‖ of the kind "1", "2", "inf", "F", "max", or "any" (a submultiplicative norm with
    ‖diag(v)‖ = max|v_i|, chosen by the reader)."""
    return Norm(matrix, kind)


def largest_entry(vector: Any) -> Norm:
    """max|v_i| of a column: its ∞-norm."""
    return Norm(vector, "inf")
