"""Two readings of one linear expression: its matrix, and its transpose.

A differential is linear in its tangent. `matrix_of` gives the J with vec(E) = J vec(dX);
`transposed` gives the matrix G̅ with ⟨G, E(dX)⟩ = ⟨G̅, dX⟩ for all dX. Each is a table with one
line per node, and both read the same differential, so that forward and reverse cannot disagree.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Expr, S
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Transposed, Zeros
from symrnn.language.canonical import transpose
from symrnn.language.ordered import OrderedSum, fresh_index
from symrnn.language.shapes import is_column, is_scalar, same_size
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
)
from symrnn.language.tangent import Tangent


def matrix_of(expression: MatrixExpr, tangent: Tangent) -> MatrixExpr:
    """J with vec(expression) = J vec(tangent); for columns, expression = J · tangent."""
    if not expression.has(tangent):
        rows, cols = expression.shape
        return Zeros(rows * cols, tangent.shape[0] * tangent.shape[1])
    if is_scalar(expression) and expression.has(DiagonalOf):
        # ⟨G̅, dX⟩ = vec(G̅)ᵀ vec(dX), as of a trace; of the diagonal itself no node is the matrix.
        return transpose(Vec(transposed(expression, tangent, Identity(1))))
    return _matrix(expression, tangent)


def transposed(expression: MatrixExpr, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    """G̅ of the tangent's shape with ⟨cotangent, expression⟩ = ⟨G̅, tangent⟩."""
    if not expression.has(tangent):
        return Zeros(*tangent.shape)
    return _pull(expression, tangent, cotangent)


def _refuse(node: Any) -> NotSupportedError:
    return NotSupportedError(
        f"no linear reading of {type(node).__name__}",
        {
            "in the differential": str(node),
            "hint": "a gradient of a scalar, with the shape of what it is by, needs no vec",
        },
    )


def _moving(node: MatrixProduct, tangent: Tangent) -> tuple[MatrixExpr | None, Any, Any]:
    """The factors before, the one factor that holds the tangent, and the factors after."""
    places = [place for place, factor in enumerate(node.factors) if factor.has(tangent)]
    if len(places) != 1:
        raise _refuse(node)
    (place,) = places
    before, after = node.factors[:place], node.factors[place + 1 :]
    left = MatrixProduct(node.coefficient, Identity(node.shape[0]), *before)
    return left, node.factors[place], MatrixProduct(*after) if after else None


def _times_scalar(node: MatrixProduct, tangent: Tangent) -> tuple[MatrixExpr, MatrixExpr] | None:
    """`(u, c)` with node = u c, a column by a scalar that holds the tangent, where it is one."""
    for place, factor in enumerate(node.factors):
        if place and same_size(factor.shape[0], 1) and is_column(node):
            column = MatrixProduct(node.coefficient, *node.factors[:place])
            return None if column.has(tangent) else (column, MatrixProduct(*node.factors[place:]))
    return None


# ---------------------------------------------------------------- the matrix


@singledispatch
def _matrix(node: Any, tangent: Tangent) -> MatrixExpr:
    raise _refuse(node)


@_matrix.register
def _(node: Tangent, tangent: Tangent) -> MatrixExpr:
    # vec(dX) = I vec(dX)
    return Identity(node.shape[0] * node.shape[1])


@_matrix.register
def _(node: MatrixSum, tangent: Tangent) -> MatrixExpr:
    return MatrixSum(*(matrix_of(term, tangent) for term in node.args))


@_matrix.register
def _(node: MatrixProduct, tangent: Tangent) -> MatrixExpr:
    left, moving, right = _moving(node, tangent)
    if moving.has(DiagonalOf) and (column := _times_scalar(node, tangent)):
        return MatrixProduct(column[0], matrix_of(column[1], tangent))
    if right is None:
        # vec(A X) = (I ⊗ A) vec(X)
        return Kronecker(Identity(moving.shape[1]), left) * matrix_of(moving, tangent)
    if isinstance(moving, Diag) and is_column(right):
        # diag(y) r = diag(r) y
        return MatrixProduct(left, Diag(right), matrix_of(moving.args[0], tangent))
    if isinstance(moving, Transposed) and is_column(right):
        # Xᵀ r = (I ⊗ rᵀ) vec(X)
        inner = moving.args[0]
        spread = Kronecker(Identity(inner.shape[1]), transpose(right))
        return MatrixProduct(left, spread, matrix_of(inner, tangent))
    if isinstance(moving, MatrixSum) and moving.has(Transposed) and is_column(right):
        # (X - Xᵀ) r, term by term
        terms = (MatrixProduct(left, term, right) for term in moving.args)
        return MatrixSum(*(matrix_of(term, tangent) for term in terms))
    # vec(A X B) = (Bᵀ ⊗ A) vec(X)
    return Kronecker(transpose(right), left) * matrix_of(moving, tangent)


@_matrix.register
def _(node: Transposed, tangent: Tangent) -> MatrixExpr:
    # vec(yᵀ) = y for a column y; a matrix would need the commutation matrix.
    inner = node.args[0]
    if is_column(inner) or is_column(node):
        return matrix_of(inner, tangent)
    raise _refuse(node)


@_matrix.register
def _(node: Hadamard, tangent: Tangent) -> MatrixExpr:
    # vec(C ⊙ X) = diag(vec C) vec(X)
    moving = [factor for factor in node.args if factor.has(tangent)]
    if len(moving) != 1:
        raise _refuse(node)
    still = [factor for factor in node.args if not factor.has(tangent)]
    return Diag(Vec(Hadamard(*still))) * matrix_of(moving[0], tangent)


@_matrix.register
def _(node: OrderedSum, tangent: Tangent) -> MatrixExpr:
    return OrderedSum(matrix_of(node.body, tangent), node.index, node.lower, node.upper)


@_matrix.register
def _(node: Block, tangent: Tangent) -> MatrixExpr:
    if not is_column(node):
        raise _refuse(node)
    return Block(*([matrix_of(row[0], tangent)] for row in node.args))


@_matrix.register
def _(node: Rows, tangent: Tangent) -> MatrixExpr:
    if not is_column(node):
        raise _refuse(node)
    return Rows(matrix_of(node.args[0], tangent), *node.args[1:])


@_matrix.register
def _(node: Place, tangent: Tangent) -> MatrixExpr:
    if not is_column(node):
        raise _refuse(node)
    return Place(matrix_of(node.args[0], tangent), *node.args[1:])


@_matrix.register(Vec)
@_matrix.register(Unvec)
def _(node: Any, tangent: Tangent) -> MatrixExpr:
    # vec only renames places.
    return matrix_of(node.args[0], tangent)


@_matrix.register
def _(node: Kronecker, tangent: Tangent) -> MatrixExpr:
    # vec(c ⊗ A) = vec(A) c for a scalar c.
    scalar, matrix = node.args
    if is_scalar(scalar) and not matrix.has(tangent):
        return Vec(matrix) * matrix_of(scalar, tangent)
    spread = _spread(node, tangent)
    return spread[0] * matrix_of(spread[1], tangent)


def _spread(node: Kronecker, tangent: Tangent) -> tuple[MatrixExpr, MatrixExpr]:
    """`(A, y)` with node = A y: u ⊗ v = (I ⊗ v) u = (u ⊗ I) v for columns."""
    left, right = node.args
    if not is_column(node) or (left.has(tangent) and right.has(tangent)):
        raise _refuse(node)
    if left.has(tangent):
        return Kronecker(Identity(left.shape[0]), right), left
    return Kronecker(left, Identity(right.shape[0])), right


# ---------------------------------------------------------------- the transpose


@singledispatch
def _pull(node: Any, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    raise _refuse(node)


@_pull.register
def _(node: Tangent, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    return cotangent


@_pull.register
def _(node: MatrixSum, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    return MatrixSum(*(transposed(term, tangent, cotangent) for term in node.args))


@_pull.register
def _(node: MatrixProduct, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨G, A X B⟩ = ⟨Aᵀ G Bᵀ, X⟩
    left, moving, right = _moving(node, tangent)
    operands = [transpose(left), cotangent] + ([] if right is None else [transpose(right)])
    return transposed(moving, tangent, MatrixProduct(*operands))


@_pull.register
def _(node: Transposed, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨G, Xᵀ⟩ = ⟨Gᵀ, X⟩
    return transposed(node.args[0], tangent, transpose(cotangent))


@_pull.register
def _(node: Hadamard, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨G, C ⊙ X⟩ = ⟨C ⊙ G, X⟩
    moving = [factor for factor in node.args if factor.has(tangent)]
    if len(moving) != 1:
        raise _refuse(node)
    still = [factor for factor in node.args if not factor.has(tangent)]
    return transposed(moving[0], tangent, Hadamard(*still, cotangent))


@_pull.register
def _(node: Diag, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨G, diag(y)⟩ = ⟨diagonal(G), y⟩
    return transposed(node.args[0], tangent, DiagonalOf(cotangent))


@_pull.register
def _(node: DiagonalOf, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨g, diagonal(X)⟩ = ⟨diag(g), X⟩
    return transposed(node.args[0], tangent, Diag(cotangent))


@_pull.register
def _(node: OrderedSum, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    if node.index in cotangent.free_symbols:
        taken = node.free_symbols | node.body.free_symbols | cotangent.free_symbols
        return _pull(node.renamed(fresh_index(taken)), tangent, cotangent)
    pulled = transposed(node.body, tangent, cotangent)
    return OrderedSum(pulled, node.index, node.lower, node.upper)


@_pull.register
def _(node: Block, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # Each block gets its own block of the cotangent.
    terms, top = [], 0
    for row in node.args:
        height, start = row[0].shape[0], 0
        band = Rows(cotangent, top, height)
        for block in row:
            width = block.shape[1]
            terms.append(transposed(block, tangent, columns(band, start, width)))
            start += width
        top += height
    return MatrixSum(*terms)


@_pull.register
def _(node: Rows, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    matrix, start, _ = node.args
    return transposed(matrix, tangent, Place(cotangent, start, matrix.shape[0]))


@_pull.register
def _(node: Place, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    matrix, start, _ = node.args
    return transposed(matrix, tangent, Rows(cotangent, start, matrix.shape[0]))


@_pull.register
def _(node: Vec, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    return transposed(node.args[0], tangent, Unvec(cotangent, *node.args[0].shape))


@_pull.register
def _(node: Unvec, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    return transposed(node.args[0], tangent, Vec(cotangent))


@_pull.register
def _(node: Kronecker, tangent: Tangent, cotangent: MatrixExpr) -> MatrixExpr:
    # ⟨G, c ⊗ A⟩ = ⟨vec(A)ᵀ vec(G), c⟩ for a scalar c.
    scalar, matrix = node.args
    if is_scalar(scalar) and not matrix.has(tangent):
        return transposed(scalar, tangent, _inner(matrix, cotangent))
    spread = _spread(node, tangent)
    return transposed(spread[1], tangent, transpose(spread[0]) * cotangent)


def _inner(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
    """⟨A, G⟩ = vec(A)ᵀ vec(G); of an outer product G = u vᵀ it is uᵀ A v, without a matrix."""
    if isinstance(right, MatrixProduct):
        for place in range(1, len(right.factors)):
            if same_size(right.factors[place].shape[0], 1):
                u = MatrixProduct(right.coefficient, *right.factors[:place])
                v = transpose(MatrixProduct(*right.factors[place:]))
                return MatrixProduct(transpose(u), left, v)
    return transpose(Vec(left)) * Vec(right)


def columns(matrix: Any, start: Any, count: Any) -> MatrixExpr:
    """`count` columns of a matrix from column `start` on."""
    if isinstance(matrix, Block):
        offset: Expr = S.Zero
        for place, block in enumerate(matrix.args[0]):
            if same_size(offset, start) and same_size(block.shape[1], count):
                return Block(*([row[place]] for row in matrix.args))
            offset += block.shape[1]
    return Transposed(Rows(Transposed(matrix), start, count))
