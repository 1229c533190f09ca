"""Matrices made entry by entry: what one entry is, as a function of those of other matrices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.errors import IllFormedError
from symrnn.kernel.nodes import STEPS
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Ones, Zeros
from symrnn.language.norms import Norm
from symrnn.language.shapes import is_column
from symrnn.language.structure import Diag, Hadamard


def largest(matrix: Any) -> Norm:
    """The largest of the absolute values of a matrix's entries."""
    return Norm(matrix, "inf" if is_column(matrix) else "max")


def entry_of(matrix: Any, names: Mapping[Any, Symbol]) -> Expr:
    """The entry at any one place, those of the matrices that have a name being called by it.

    Raises:
        IllFormedError: for a matrix whose entry reads more than the entries at its own place.
    """
    if matrix in names:
        return names[matrix]
    match matrix:
        case Zeros():
            return sympy.S.Zero
        case Ones():
            return sympy.S.One
        case Elementwise() if not matrix.activation.has(*STEPS):
            return matrix.activation.at(entry_of(matrix.argument, names))
        case MatrixSum():
            return sympy.Add(*(entry_of(term, names) for term in matrix.args))
        case Hadamard():
            return sympy.Mul(*(entry_of(factor, names) for factor in matrix.args))
        case MatrixProduct():
            *scales, last = matrix.factors
            # diag(u) v = u ⊙ v for columns.
            if all(isinstance(scale, Diag) for scale in scales) and is_column(matrix):
                parts = (entry_of(scale.args[0], names) for scale in scales)
                return matrix.coefficient * sympy.Mul(*parts, entry_of(last, names))
            if not scales and last != matrix:
                return matrix.coefficient * entry_of(last, names)
    raise IllFormedError(
        "this is not made entry by entry", {"expected": f"of {list(names)}", "got": str(matrix)}
    )
