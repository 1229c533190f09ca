"""Sums, products and transposes of matrices of symbolic size, and functions of all of one.

SymPy's own `MatAdd` and `MatMul` compare only integer sizes (W + s with W d×d and s d×1 passes) and
call `doit` on their operands, which would expand every ordered product on the way. These nodes
check symbolic shapes where they are built and evaluate nothing but the neutral elements.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, cast

import sympy
from sympy import Expr, Integer, S
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language import shapes
from symrnn.language.names import require_name
from symrnn.language.shapes import Shape, symbolic
from symrnn.language.writing import Written


class Operators:
    """Arithmetic between matrix expressions, checked and unevaluated."""

    # Above SymPy's MatrixExpr (11), so that `sympy_matrix * ours` is ours as well.
    _op_priority = 20.0
    _iterable = False

    def __add__(self, other: Any) -> MatrixExpr:
        return MatrixSum(self, as_matrix(other))

    def __radd__(self, other: Any) -> MatrixExpr:
        return MatrixSum(as_matrix(other), self)

    def __sub__(self, other: Any) -> MatrixExpr:
        return MatrixSum(self, MatrixProduct(-1, as_matrix(other)))

    def __rsub__(self, other: Any) -> MatrixExpr:
        return MatrixSum(as_matrix(other), MatrixProduct(-1, self))

    def __neg__(self) -> MatrixExpr:
        return MatrixProduct(-1, self)

    def __mul__(self, other: Any) -> MatrixExpr:
        return MatrixProduct(self, other)

    def __rmul__(self, other: Any) -> MatrixExpr:
        return MatrixProduct(other, self)

    __matmul__ = __mul__
    __rmatmul__ = __rmul__

    def __truediv__(self, other: Any) -> MatrixExpr:
        if isinstance(other, MatrixExpr) and shapes.is_scalar(other):
            other = written_as_entry(other)
        return MatrixProduct(S.One / as_scalar(other), self)

    def __pow__(self, exponent: Any) -> MatrixExpr:
        return power(as_matrix(self), exponent)

    @property
    def T(self) -> MatrixExpr:
        """The transpose, unevaluated except for (Aᵀ)ᵀ = A."""
        return Transposed(self)


class MatrixNode(Written, Operators, MatrixExpr):  # type: ignore[misc]
    """Base of every matrix expression of the language."""

    def __new__(cls, *args: Any) -> MatrixNode:
        # Basic.__new__, since MatrixExpr's own would sympify arguments that are already nodes.
        return cast("MatrixNode", sympy.Basic.__new__(cls, *args))

    @property
    def shape(self) -> Shape:
        """Rows and columns, expressions in the symbolic sizes."""
        raise NotImplementedError(f"{type(self).__name__} states no shape")

    def doit(self, **hints: Any) -> MatrixExpr:
        """Expand ordered products and sums whose number of terms is an integer."""
        return self.func(*(arg.doit(**hints) for arg in self.args))

    def _eval_transpose(self) -> MatrixExpr:
        return Transposed(self)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return MatrixElement(self, i, j)


class Parameter(Operators, sympy.MatrixSymbol):  # type: ignore[misc]
    """A matrix that does not depend on time, W or U; with its rows alone a column, as b is."""

    def __new__(cls, name: Any, rows: Any, cols: Any = 1) -> Parameter:
        name = require_name("a parameter", name)
        return cast("Parameter", super().__new__(cls, name, symbolic(rows), symbolic(cols)))

    @property
    def free_symbols(self) -> set[Any]:
        # SymPy counts the name alone, and then a Sum over entries is not reached by subs(d, 2).
        return {self, *self.shape[0].free_symbols, *self.shape[1].free_symbols}


class Identity(MatrixNode):
    """The n × n identity."""

    def __new__(cls, size: Any) -> Identity:
        return cast("Identity", super().__new__(cls, symbolic(size)))

    @property
    def shape(self) -> Shape:
        return (self.args[0], self.args[0])


class Zeros(MatrixNode):
    """The matrix of zeros."""

    def __new__(cls, rows: Any, cols: Any) -> Zeros:
        return cast("Zeros", super().__new__(cls, symbolic(rows), symbolic(cols)))

    @property
    def shape(self) -> Shape:
        return (self.args[0], self.args[1])


class Ones(MatrixNode):
    """The matrix whose every entry is 1."""

    def __new__(cls, rows: Any, cols: Any = 1) -> Ones:
        return cast("Ones", super().__new__(cls, symbolic(rows), symbolic(cols)))

    @property
    def shape(self) -> Shape:
        return (self.args[0], self.args[1])


class Transposed(MatrixNode):
    """Aᵀ, unevaluated."""

    def __new__(cls, matrix: Any) -> MatrixExpr:
        matrix = as_matrix(matrix)
        if isinstance(matrix, Transposed):
            return matrix.args[0]
        if isinstance(matrix, Identity):
            return matrix
        if isinstance(matrix, Zeros | Ones):
            return matrix.func(matrix.shape[1], matrix.shape[0])
        if shapes.is_scalar(matrix):
            return matrix
        return super().__new__(cls, matrix)

    @property
    def shape(self) -> Shape:
        rows, cols = self.args[0].shape
        return (cols, rows)


class Inverse(MatrixNode):
    """A⁻¹ of a square matrix; it has no value where A is singular."""

    def __new__(cls, matrix: Any) -> MatrixExpr:
        matrix = shapes.require_square("the inverse", as_matrix(matrix))
        return matrix if isinstance(matrix, Identity) else super().__new__(cls, matrix)

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.args[0].shape)


class Softmax(MatrixNode):
    """softmax(z)_i = exp(z_i) / Σ_l exp(z_l), a column as high as z."""

    def __new__(cls, vector: Any) -> MatrixNode:
        return super().__new__(cls, shapes.require_column("softmax", as_matrix(vector)))

    @property
    def shape(self) -> Shape:
        return (self.args[0].shape[0], S.One)


class LogSumExp(MatrixNode):
    """log Σ_l exp(z_l), 1 × 1: what softmax is the gradient of."""

    def __new__(cls, vector: Any) -> MatrixNode:
        return super().__new__(cls, shapes.require_column("logsumexp", as_matrix(vector)))

    @property
    def shape(self) -> Shape:
        return (S.One, S.One)


class Determinant(MatrixNode):
    """det A, 1 × 1."""

    def __new__(cls, matrix: Any) -> MatrixNode:
        return super().__new__(cls, shapes.require_square("the determinant", as_matrix(matrix)))

    @property
    def shape(self) -> Shape:
        return (S.One, S.One)


class MatrixSum(MatrixNode):
    """A + B + …, in the order written; equal terms are collected, zeros dropped."""

    def __new__(cls, *terms: Any) -> MatrixExpr:
        if not terms:
            raise IllFormedError("a sum needs at least one term: its shape is unknown otherwise")
        flat: list[MatrixExpr] = []
        for term in map(as_matrix, terms):
            flat.extend(term.args if isinstance(term, MatrixSum) else [term])
        shapes.require_same("sum", *flat)
        collected: dict[MatrixExpr, Expr] = {}
        for term in flat:
            coefficient, core = split_coefficient(term)
            collected[core] = collected.get(core, S.Zero) + coefficient
        kept = [
            MatrixProduct(coefficient, core)
            for core, coefficient in collected.items()
            if coefficient != 0 and not isinstance(core, Zeros)
        ]
        if not kept:
            return Zeros(*flat[0].shape)
        return kept[0] if len(kept) == 1 else super().__new__(cls, *kept)

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.args[0].shape)


class MatrixProduct(MatrixNode):
    """c A B …: `args` is the scalar coefficient and then the factors, in order."""

    def __new__(cls, *operands: Any) -> MatrixExpr:
        coefficient: Expr = S.One
        factors: list[MatrixExpr] = []
        for operand in map(symbolic, operands):
            if not isinstance(operand, MatrixExpr):
                coefficient *= as_scalar(operand)
                continue
            matrix = as_matrix(operand)
            inner, core = split_coefficient(matrix)
            coefficient *= inner
            factors.extend(core.args[1:] if isinstance(core, MatrixProduct) else [core])
        if not factors:
            raise IllFormedError("a matrix product needs at least one matrix factor")
        shapes.require_chain("product", *factors)
        shape = (factors[0].shape[0], factors[-1].shape[1])
        if coefficient == 0 or any(isinstance(factor, Zeros) for factor in factors):
            return Zeros(*shape)
        kept = [factor for factor in factors if not isinstance(factor, Identity)]
        kept = kept or factors[:1]
        if coefficient == 1 and len(kept) == 1:
            return kept[0]
        return super().__new__(cls, coefficient, *kept)

    @property
    def coefficient(self) -> Expr:
        """The scalar in front."""
        return self.args[0]

    @property
    def factors(self) -> tuple[MatrixExpr, ...]:
        """The matrix factors, left to right."""
        return cast("tuple[MatrixExpr, ...]", self.args[1:])

    @property
    def shape(self) -> Shape:
        return (self.args[1].shape[0], self.args[-1].shape[1])


def split_coefficient(matrix: MatrixExpr) -> tuple[Expr, MatrixExpr]:
    """`(c, A)` with `matrix = c A` and A free of a scalar in front."""
    if isinstance(matrix, MatrixProduct) and matrix.coefficient != 1:
        return matrix.coefficient, MatrixProduct(*matrix.factors)
    return S.One, matrix


def as_scalar(value: Any) -> Expr:
    """`value` as a commutative SymPy expression, or `IllFormedError`.

    SymPy's traces and matrix elements become entries, which every layer knows.
    """
    value = symbolic(value)
    if not isinstance(value, Expr) or isinstance(value, MatrixExpr):
        raise IllFormedError(
            "a scalar factor must be a number or a SymPy expression",
            {"expected": "a scalar", "got": f"{type(value).__name__}  {value}"},
        )
    if value.is_Atom or not value.has(*_FOREIGN):
        return value
    return value.replace(lambda node: isinstance(node, _FOREIGN), written_as_entry)


_FOREIGN = (sympy.Trace, sympy.Determinant, MatrixElement)
"""SymPy's scalars of matrices that the language has a word for."""


@singledispatch
def written_as_entry(scalar: Any) -> Expr:
    """A scalar of a matrix as an entry: A_{il}, tr A = (1ᵀ diagonal(A))_1, a 1 × 1 as its own."""
    raise IllFormedError(f"{scalar} is no entry", {"expected": "a trace or a matrix element"})


def power(matrix: MatrixExpr, exponent: Any) -> MatrixExpr:
    """Aⁿ for an integer n, as a product of n factors, or of -n factors A⁻¹.

    Raises:
        ShapeError: when the matrix is not square.
        NotSupportedError: when the exponent is no integer.
    """
    exponent = symbolic(exponent)
    shapes.require_square("a power", matrix)
    if not (exponent.is_Integer and abs(exponent) <= LARGEST_POWER):
        raise NotSupportedError(
            f"the power {exponent} of {matrix}",
            {
                "expected": f"an integer of magnitude up to {LARGEST_POWER}; an ordered product "
                "of one factor for a symbolic one",
                "got": exponent,
            },
        )
    factor = Inverse(matrix) if exponent < 0 else matrix
    return MatrixProduct(Identity(matrix.shape[0]), *([factor] * abs(int(exponent))))


LARGEST_POWER = 64
"""A power is written out as a product; longer ones are ordered products."""


@singledispatch
def as_matrix(value: Any) -> MatrixExpr:
    """`value` in the language's own nodes; SymPy's composites are rebuilt and so shape-checked."""
    if isinstance(value, MatrixExpr):
        raise NotSupportedError(
            f"SymPy's {type(value).__name__} is no part of the language",
            {"expected": "sums, products, powers, transposes of matrices", "got": f"{value!r}"},
        )
    raise IllFormedError(
        "expected a matrix expression",
        {"expected": "a node of the language or a SymPy MatrixExpr", "got": f"{value!r}"},
    )


@as_matrix.register
def _(value: MatrixNode) -> MatrixExpr:
    return value


@as_matrix.register
def _(value: sympy.MatrixSymbol) -> MatrixExpr:
    return value


def scalar_one() -> MatrixExpr:
    """1 as a 1 × 1 matrix: the cotangent a gradient starts from."""
    return Identity(Integer(1))
