"""Jacobians, gradients and products with them, all read off the differential."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus.differential import differential
from symrnn.calculus.linear import matrix_of, transposed
from symrnn.errors import ShapeError
from symrnn.language import shapes
from symrnn.language.algebra import MatrixProduct, Parameter, as_matrix, scalar_one
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import NUMERATOR, require_layout
from symrnn.language.entry import Entry
from symrnn.language.structure import Vec
from symrnn.language.tangent import Tangent


def jacobian(of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
    """∂of/∂by with everything but `by` held constant.

    Args:
        of: a column, n × 1.
        by: a column, m × 1; `Vec(W)` of a p × q matrix W, and then m = pq; or a scalar, m = 1.
        layout: "numerator" gives n × m (row i is the gradient of entry i), "denominator" m × n.

    Raises:
        ShapeError: when `of` is no column.
        NotSupportedError: where the calculus has no rule.
    """
    of, by, written = _as_matrices(as_matrix(of), by)
    shapes.require_column("the Jacobian", of)
    variable = by.args[0] if isinstance(by, Vec) else as_matrix(by)
    numerator = written(matrix_of(differential(of, variable), Tangent(variable)))
    return numerator if require_layout(layout) == NUMERATOR else transpose(numerator)


def gradient(of: Any, by: Any) -> MatrixExpr:
    """The gradient of a scalar: the matrix G of the shape of `by` with d(of) = ⟨G, d(by)⟩.

    Args:
        of: 1 × 1, or a SymPy scalar that contains norms.
        by: a parameter or a time-indexed vector, of any shape, or a scalar.
    """
    of, by, written = _as_matrices(of, by)
    moved = differential(of, by)
    if not shapes.is_scalar(moved):
        raise ShapeError(
            "the gradient needs a scalar", {"expected": "1 × 1", "got": shapes.show(moved.shape)}
        )
    return written(transposed(moved, Tangent(by), scalar_one()))


def jvp(of: Any, by: Any, tangent: Any) -> MatrixExpr:
    """The Jacobian of `of` times a tangent of the shape of `by`, without forming the Jacobian."""
    of, by, written = _as_matrices(of, by)
    tangent = as_matrix(tangent)
    shapes.require_same("Jacobian-vector product", as_matrix(by), tangent)
    # Not `xreplace`: a bound time of the differential may have the name of one in the tangent.
    return written(as_matrix(differential(of, by).subs(Tangent(by), tangent)))


def vjp(of: Any, by: Any, cotangent: Any) -> MatrixExpr:
    """The transposed Jacobian of `of` times a cotangent of its shape; has the shape of `by`."""
    of, cotangent = as_matrix(of), as_matrix(cotangent)
    shapes.require_same("vector-Jacobian product", of, cotangent)
    of, by, written = _as_matrices(of, by)
    return written(transposed(differential(of, by), Tangent(by), cotangent))


def _as_matrices(of: Any, by: Any) -> tuple[Any, Any, Callable[[MatrixExpr], MatrixExpr]]:
    """A scalar variable as the entry of a 1 × 1 parameter, and what writes it as itself again."""
    if not isinstance(by, Symbol) or isinstance(by, MatrixExpr):
        return of, by, lambda result: result
    taken = {getattr(symbol, "name", "") for symbol in of.free_symbols}
    name = "scalar"
    while name in taken:
        name += "s"
    parameter = Parameter(name, 1, 1)
    entry: Expr = Entry(parameter, 1, 1)
    back = {entry: by, parameter: MatrixProduct(by, scalar_one())}
    return of.xreplace({by: entry}), parameter, lambda result: as_matrix(result.xreplace(back))
