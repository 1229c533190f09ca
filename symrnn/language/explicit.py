"""Every entry of an expression at integer sizes and times, as SymPy scalars.

This is the exact meaning of the language, written without any of its algebra: matrices are
SymPy's dense ones, and what a leaf or a derivative stands for is asked of an `Interpretation`.

Every product and sum is empty where its upper bound is below its lower one, SymPy's `Sum` and
`Product` as well: their own `doit` takes a reversed range for a negative sum (Karr's convention),
and one claim must not be read in both ways. A scalar derivative is SymPy's `diff` where nothing
in it has a kink, and `Slope` elsewhere, which has a value only where the derivative exists.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Protocol, TypeAlias

import sympy
from sympy import Expr, Function, ImmutableDenseMatrix, Integer, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum
from symrnn.language.relations import Limit, Relation
from symrnn.language.slope_at import slope_by
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
from symrnn.language.time import TimeVector

Entries: TypeAlias = ImmutableDenseMatrix


class Interpretation(Protocol):
    """What the leaves stand for."""

    def leaf(self, node: MatrixExpr) -> Entries:
        """The entries of a parameter or of a vector at an integer time."""

    def derivative(self, node: MatrixExpr) -> Entries:
        """The entries of an unevaluated derivative, by scalar differentiation."""

    def apply(self, function: Activation, value: Expr) -> Expr:
        """The value of an elementwise function at one entry."""


class Field(Function):  # type: ignore[misc]
    """Entry `i` of an unknown vector function, differentiated `orders[l]` times by argument l."""

    is_real = True
    values_from = 3
    """Its name, the entry and the orders come before its arguments."""

    @property
    def free_symbols(self) -> set[Any]:
        return set().union(*(arg.free_symbols for arg in self.args[3:]))

    def _eval_derivative(self, symbol: Any) -> Expr:
        # The chain rule over the arguments; the name and the orders are no expressions.
        terms = [
            self.fdiff(4 + place) * argument.diff(symbol)
            for place, argument in enumerate(self.args[3:])
        ]
        return sympy.Add(*terms)

    def fdiff(self, argindex: int = 4) -> Expr:
        name, entry, orders, *arguments = self.args
        place = argindex - 4
        raised = [order + (1 if at == place else 0) for at, order in enumerate(orders)]
        return Field(name, entry, Tuple(*raised), *arguments)


def entries(expression: Any, meaning: Interpretation) -> Any:
    """A dense matrix of SymPy scalars, or one scalar for a scalar expression.

    All sizes and times in `expression` must be integers.
    """
    if isinstance(expression, Expr) and not isinstance(expression, MatrixExpr | Norm | Entry):
        return _scalar(expression, meaning)
    return _entries(expression, meaning)


def _scalar(node: Expr, meaning: Interpretation) -> Expr:
    """A scalar with its sums, products, derivatives, norms and entries written out.

    Raises:
        NotSupportedError: it holds an operation of SymPy's that the language gives no meaning.
    """
    if isinstance(node, sympy.Sum | sympy.Product):
        return _scalar(members_of(node), meaning)
    if isinstance(node, sympy.Derivative):
        value = _scalar(node.expr, meaning)
        for variable, count in node.variable_count:
            for _ in range(int(count)):
                value = slope_by(value, variable)
        return value
    if isinstance(node, WITHOUT_MEANING):
        raise NotSupportedError(
            f"{type(node).__name__} has no meaning in the language", {"node": str(node)}
        )
    arguments = [_inner(arg, meaning) for arg in node.args]
    return node.func(*arguments) if arguments else node


def _inner(node: Any, meaning: Interpretation) -> Any:
    if isinstance(node, MatrixExpr | Norm | Entry):
        return _entries(node, meaning)
    return _scalar(node, meaning) if isinstance(node, Expr) else node


WITHOUT_MEANING = (ExprWithLimits, sympy.Subs, sympy.Piecewise, sympy.Limit, sympy.Order)
"""What binds or branches in SymPy's own way."""


def written_out(node: Any) -> Any:
    """A scalar with SymPy's sums and products over integers written out, and nothing else."""
    if isinstance(node, sympy.Sum | sympy.Product):
        return written_out(members_of(node))
    if isinstance(node, MatrixExpr | Norm | Entry) or not isinstance(node, Expr) or not node.args:
        return node
    return node.func(*map(written_out, node.args))


def members_of(node: Any) -> Expr:
    """A sum or product of SymPy's over integers, term by term; empty where upper < lower."""
    body, (*inner, (index, lower, upper)) = node.function, node.limits
    if not (lower.is_Integer and upper.is_Integer):
        raise NotSupportedError(
            f"the range of {index} is no range of integers",
            {"expected": "integer bounds", "got": f"{lower} … {upper}"},
        )
    if inner:  # the last of its ranges is the outermost
        body = node.func(body, *inner)
    members = (body.subs(index, time) for time in range(int(lower), int(upper) + 1))
    return (sympy.Add if isinstance(node, sympy.Sum) else sympy.Mul)(*members)


@singledispatch
def _entries(node: Any, meaning: Interpretation) -> Any:
    raise NotSupportedError(f"no entries for {type(node).__name__}", {"node": str(node)})


@_entries.register(sympy.MatrixSymbol)
@_entries.register(TimeVector)
def _(node: Any, meaning: Interpretation) -> Entries:
    return meaning.leaf(node)


@_entries.register(TotalDerivative)
@_entries.register(ImmediateDerivative)
def _(node: Any, meaning: Interpretation) -> Entries:
    return meaning.derivative(node)


@_entries.register
def _(node: Identity, meaning: Interpretation) -> Entries:
    return Entries(sympy.eye(int(node.args[0])))


@_entries.register
def _(node: Zeros, meaning: Interpretation) -> Entries:
    return Entries(sympy.zeros(*map(int, node.shape)))


@_entries.register
def _(node: Ones, meaning: Interpretation) -> Entries:
    return Entries(sympy.ones(*map(int, node.shape)))


@_entries.register
def _(node: MatrixSum, meaning: Interpretation) -> Entries:
    first, *rest = (entries(term, meaning) for term in node.args)
    return sum(rest, first)


@_entries.register
def _(node: MatrixProduct, meaning: Interpretation) -> Entries:
    product, *rest = (entries(factor, meaning) for factor in node.factors)
    for factor in rest:
        product = product * factor
    return product if node.coefficient == 1 else entries(node.coefficient, meaning) * product


@_entries.register
def _(node: Transposed, meaning: Interpretation) -> Entries:
    return entries(node.args[0], meaning).T


@_entries.register
def _(node: Elementwise, meaning: Interpretation) -> Entries:
    argument = entries(node.argument, meaning)
    return argument.applyfunc(lambda value: meaning.apply(node.activation, value))


@_entries.register
def _(node: Diag, meaning: Interpretation) -> Entries:
    return Entries(sympy.diag(*entries(node.args[0], meaning)))


@_entries.register
def _(node: DiagonalOf, meaning: Interpretation) -> Entries:
    return entries(node.args[0], meaning).diagonal().T


@_entries.register
def _(node: Hadamard, meaning: Interpretation) -> Entries:
    product, *rest = (entries(factor, meaning) for factor in node.args)
    for factor in rest:
        product = product.multiply_elementwise(factor)
    return product


@_entries.register
def _(node: Softmax, meaning: Interpretation) -> Entries:
    weights = entries(node.args[0], meaning).applyfunc(sympy.exp)
    return weights / sum(weights)


@_entries.register
def _(node: LogSumExp, meaning: Interpretation) -> Entries:
    weights = entries(node.args[0], meaning).applyfunc(sympy.exp)
    return Entries([[sympy.log(sum(weights))]])


@_entries.register
def _(node: Determinant, meaning: Interpretation) -> Entries:
    return Entries([[entries(node.args[0], meaning).det()]])


@_entries.register
def _(node: Inverse, meaning: Interpretation) -> Entries:
    matrix = entries(node.args[0], meaning)
    if matrix.det() == 0:
        raise IllFormedError("a singular matrix has no inverse", {"matrix": str(node.args[0])})
    return matrix.inv()


@_entries.register
def _(node: Kronecker, meaning: Interpretation) -> Entries:
    left, right = (entries(factor, meaning) for factor in node.args)
    rows, cols = right.shape
    return Entries(
        left.rows * rows,
        left.cols * cols,
        lambda i, j: left[i // rows, j // cols] * right[i % rows, j % cols],
    )


@_entries.register
def _(node: Vec, meaning: Interpretation) -> Entries:
    return entries(node.args[0], meaning).vec()


@_entries.register
def _(node: Unvec, meaning: Interpretation) -> Entries:
    vector, (rows, cols) = entries(node.args[0], meaning), map(int, node.shape)
    return Entries(rows, cols, lambda i, j: vector[j * rows + i])


@_entries.register
def _(node: Block, meaning: Interpretation) -> Entries:
    bands = [Entries.hstack(*(entries(block, meaning) for block in row)) for row in node.args]
    return Entries.vstack(*bands)


@_entries.register
def _(node: Rows, meaning: Interpretation) -> Entries:
    matrix, start, count = node.args
    return entries(matrix, meaning)[int(start) : int(start + count), :]


@_entries.register
def _(node: Place, meaning: Interpretation) -> Entries:
    matrix, start, total = entries(node.args[0], meaning), int(node.args[1]), int(node.args[2])
    above = sympy.zeros(start, matrix.cols)
    below = sympy.zeros(total - start - matrix.rows, matrix.cols)
    return Entries.vstack(above, matrix, below)


@_entries.register
def _(node: OrderedProduct, meaning: Interpretation) -> Entries:
    product = Entries(sympy.eye(int(node.shape[0])))
    for time in _integer_times(node):
        factor = entries(node.at(time), meaning)
        product = factor * product if node.latest == LEFT else product * factor
    return product


@_entries.register
def _(node: OrderedSum, meaning: Interpretation) -> Entries:
    terms = [entries(node.at(time), meaning) for time in _integer_times(node)]
    return sum(terms, Entries(sympy.zeros(*map(int, node.shape))))


def _integer_times(node: Any) -> range:
    return range(int(node.lower), int(node.upper) + 1)


@_entries.register
def _(node: VectorFunction, meaning: Interpretation) -> Entries:
    arguments = [entry for arg in node.arguments for entry in entries(arg, meaning)]
    orders = Tuple(*([0] * len(arguments)))
    rows = [Field(node.args[0], Integer(i), orders, *arguments) for i in range(int(node.shape[0]))]
    return Entries(rows)


@_entries.register
def _(node: Partial, meaning: Interpretation) -> Entries:
    function, position = node.args
    values = entries(function, meaning)
    sizes = [int(argument.shape[0]) for argument in function.arguments]
    start = sum(sizes[: int(position)])
    columns = range(start, start + sizes[int(position)])
    return Entries([[value.fdiff(4 + column) for column in columns] for value in values])


@_entries.register
def _(node: Entry, meaning: Interpretation) -> Expr:
    return entries(node.matrix, meaning)[int(node.args[1]) - 1, int(node.args[2]) - 1]


@_entries.register
def _(node: Norm, meaning: Interpretation) -> Expr:
    matrix = entries(node.matrix, meaning)
    if node.kind == "1":
        return sympy.Max(*(sum(map(abs, matrix.col(j))) for j in range(matrix.cols)))
    if node.kind == "inf":
        return sympy.Max(*(sum(map(abs, matrix.row(i))) for i in range(matrix.rows)))
    if node.kind == "max":
        return sympy.Max(*map(abs, matrix))
    squares = sum(entry**2 for entry in matrix)
    if node.kind == "F" or matrix.cols == 1 or matrix.rows == 1:
        return sympy.sqrt(squares)
    if node.kind == "2" and min(matrix.shape) == 2:
        # σ_max² is the larger root of z² - tr(G) z + det(G), G the smaller Gram matrix.
        gram = matrix.T * matrix if matrix.cols == 2 else matrix * matrix.T
        trace, determinant = gram.trace(), gram.det()
        return sympy.sqrt((trace + sympy.sqrt(trace**2 - 4 * determinant)) / 2)
    raise NotSupportedError(
        f"no closed form for the norm of kind {node.kind!r} of a {matrix.shape} matrix",
        {"expected": "kind 1, inf, max, F, or 2 at size 2", "got": str(node)},
    )


@_entries.register
def _(node: Relation, meaning: Interpretation) -> tuple[Any, Any]:
    return entries(node.lhs, meaning), entries(node.rhs, meaning)


@_entries.register
def _(node: Limit, meaning: Interpretation) -> Any:
    raise NotSupportedError("a limit has no entries at finite times", {"claim": str(node)})
