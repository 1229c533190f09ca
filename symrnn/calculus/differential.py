"""One differential rule per node type; each result is linear in the tangents.

After Magnus and Neudecker, *Matrix Differential Calculus* (1988): derivatives are read off
differentials, which are matrices of the same shape as what they differentiate.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Lambda, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus.dependence import is_constant, require_apart
from symrnn.calculus.linear import columns
from symrnn.calculus.scalars import Tangents, of_scalar
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
    Parameter,
    Softmax,
    Transposed,
    Zeros,
    as_matrix,
)
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum, fresh_index
from symrnn.language.relations import operand
from symrnn.language.shapes import is_column
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
from symrnn.language.time import TimeVector


def differential(expression: Any, *variables: Any) -> MatrixExpr:
    """d(expression) in the tangents `Tangent(v)` of the variables; all else is held constant.

    Args:
        expression: a matrix of the language, or a scalar made of norms, entries, traces, and
            functions of them.
        variables: parameters or time-indexed vectors.

    Returns:
        A matrix of the expression's shape (1 × 1 for a scalar), linear in the tangents.

    Raises:
        NotSupportedError: where a node has no rule and is not proved to be constant, or where two
            times may or may not be the same.
        IllFormedError: where two quantities have one name.
    """
    for variable in map(as_matrix, variables):
        if not isinstance(variable, sympy.MatrixSymbol | TimeVector):
            raise IllFormedError(
                "the variable of a derivative must be a symbol",
                {"expected": "a parameter or a time-indexed vector", "got": str(variable)},
            )
    expression = operand(expression)
    return d(expression, {as_matrix(v): Tangent(v) for v in variables})


@singledispatch
def d(node: Any, tangents: Tangents) -> MatrixExpr:
    """The differential rule of a node."""
    if isinstance(node, Expr) and not isinstance(node, MatrixExpr):
        return of_scalar(node, tangents, d)
    raise NotSupportedError(f"no differential rule for {type(node).__name__}", {"node": str(node)})


@d.register(sympy.MatrixSymbol)
@d.register(Parameter)
@d.register(TimeVector)
def _(node: Any, tangents: Tangents) -> MatrixExpr:
    if node in tangents:
        return tangents[node]
    require_apart(node, tangents)
    return Zeros(*node.shape)


@d.register(Identity)
@d.register(Zeros)
@d.register(Ones)
def _(node: Any, tangents: Tangents) -> MatrixExpr:
    # d(constant) = 0
    return Zeros(*node.shape)


@d.register
def _(node: Tangent, tangents: Tangents) -> MatrixExpr:
    # A tangent is a direction, held fixed: d(dx) = 0.
    return Zeros(*node.shape)


@d.register
def _(node: MatrixSum, tangents: Tangents) -> MatrixExpr:
    # d(A + B) = dA + dB
    return MatrixSum(*(d(term, tangents) for term in node.args))


@d.register
def _(node: MatrixProduct, tangents: Tangents) -> MatrixExpr:
    # d(c A B) = c dA B + c A dB, and dc ⊗ (A B) for the scalar in front.
    factors = node.factors
    terms = [Zeros(*node.shape)]
    for place, factor in enumerate(factors):
        moved = d(factor, tangents)
        terms.append(
            MatrixProduct(node.coefficient, *factors[:place], moved, *factors[place + 1 :])
        )
    rate = d(node.coefficient, tangents)
    if not isinstance(rate, Zeros):
        product = MatrixProduct(*factors)
        # A (dc) = (dc) ⊗ A for a column A: no Kronecker product is needed.
        terms.append(product * rate if is_column(product) else Kronecker(rate, product))
    return MatrixSum(*terms)


@d.register
def _(node: Transposed, tangents: Tangents) -> MatrixExpr:
    # d(Aᵀ) = (dA)ᵀ
    return Transposed(d(node.args[0], tangents))


@d.register
def _(node: Hadamard, tangents: Tangents) -> MatrixExpr:
    # d(A ⊙ B) = dA ⊙ B + A ⊙ dB
    factors = node.args
    terms = [
        Hadamard(*factors[:place], d(factor, tangents), *factors[place + 1 :])
        for place, factor in enumerate(factors)
    ]
    return MatrixSum(*terms)


@d.register
def _(node: Elementwise, tangents: Tangents) -> MatrixExpr:
    # d f(A) = f′(A) ⊙ dA; for a column, diag(f′(a)) da. A parameter of f moves f, too.
    moved = d(node.argument, tangents)
    direct = [_by_parameter(node, entry, tangents) for entry in _parameters_of(node.activation)]
    if isinstance(moved, Zeros):
        return MatrixSum(moved, *direct)
    slope = Elementwise(node.activation.prime, node.argument)
    through = Diag(slope) * moved if is_column(node) else Hadamard(slope, moved)
    return MatrixSum(through, *direct)


def _parameters_of(function: Activation) -> list[Expr]:
    """The entries of parameters that a function holds beside its variable."""
    return sorted(function.function.expr.atoms(Entry), key=sympy.default_sort_key)


def _by_parameter(node: Elementwise, entry: Expr, tangents: Tangents) -> MatrixExpr:
    """(∂f/∂α)(A) dα for a parameter α of f."""
    rate = d(entry, tangents)
    if isinstance(rate, Zeros):
        return Zeros(*node.shape)
    function = node.activation
    (variable,) = function.function.variables
    name, held = f"{function.name}_{entry.matrix.name}", Dummy("alpha", real=True)
    formula = function.function.expr.xreplace({entry: held}).diff(held).xreplace({held: entry})
    moved = Elementwise(Activation(name, Lambda(variable, formula)), node.argument)
    return moved * rate if is_column(node) else Kronecker(rate, moved)


@d.register
def _(node: Softmax, tangents: Tangents) -> MatrixExpr:
    # dp = (diag(p) - p pᵀ) dz
    moved = d(node.args[0], tangents)
    if isinstance(moved, Zeros):
        return moved
    return MatrixSum(Diag(node) * moved, -MatrixProduct(node, Transposed(node), moved))


@d.register
def _(node: LogSumExp, tangents: Tangents) -> MatrixExpr:
    # d log Σ exp(z_l) = softmax(z)ᵀ dz
    return MatrixProduct(Transposed(Softmax(node.args[0])), d(node.args[0], tangents))


@d.register
def _(node: Inverse, tangents: Tangents) -> MatrixExpr:
    # d(A⁻¹) = -A⁻¹ dA A⁻¹
    return -MatrixProduct(node, d(node.args[0], tangents), node)


@d.register
def _(node: Determinant, tangents: Tangents) -> MatrixExpr:
    # d det A = det A tr(A⁻¹ dA), where A has an inverse
    moved = d(node.args[0], tangents)
    if isinstance(moved, Zeros):
        return Zeros(1, 1)
    inverse = Inverse(Transposed(node.args[0]))
    return MatrixProduct(node, Transposed(Vec(inverse)), Vec(moved))


@d.register
def _(node: Diag, tangents: Tangents) -> MatrixExpr:
    # d diag(v) = diag(dv)
    return Diag(d(node.args[0], tangents))


@d.register
def _(node: DiagonalOf, tangents: Tangents) -> MatrixExpr:
    # d diagonal(A) = diagonal(dA)
    return DiagonalOf(d(node.args[0], tangents))


@d.register
def _(node: Kronecker, tangents: Tangents) -> MatrixExpr:
    # d(A ⊗ B) = dA ⊗ B + A ⊗ dB
    left, right = node.args
    return Kronecker(d(left, tangents), right) + Kronecker(left, d(right, tangents))


@d.register
def _(node: Vec, tangents: Tangents) -> MatrixExpr:
    # d vec(A) = vec(dA)
    moved = d(node.args[0], tangents)
    return Zeros(*node.shape) if isinstance(moved, Zeros) else Vec(moved)


@d.register
def _(node: Unvec, tangents: Tangents) -> MatrixExpr:
    # d unvec(v) = unvec(dv)
    moved = d(node.args[0], tangents)
    return Zeros(*node.shape) if isinstance(moved, Zeros) else Unvec(moved, *node.shape)


@d.register
def _(node: Block, tangents: Tangents) -> MatrixExpr:
    # d [A B; C D] = [dA dB; dC dD]
    return Block(*([d(block, tangents) for block in row] for row in node.args))


@d.register
def _(node: Rows, tangents: Tangents) -> MatrixExpr:
    # d A[i:k] = (dA)[i:k]
    return Rows(d(node.args[0], tangents), *node.args[1:])


@d.register
def _(node: Place, tangents: Tangents) -> MatrixExpr:
    # Placing is linear.
    return Place(d(node.args[0], tangents), *node.args[1:])


def _known(node: Any, tangents: Tangents) -> Symbol:
    """A new index, of which is known what the range says: s_j under Σ_j is not the free s_j.

    What the index symbol itself claims is not relied on: under Σ_{j=0}^{t} a j that calls itself
    positive takes the value 0 all the same.
    """
    taken = {symbol for variable in tangents for symbol in variable.free_symbols}
    taken |= node.free_symbols | node.body.free_symbols
    facts: dict[str, bool] = {"integer": True}
    if node.lower.is_positive:
        facts["positive"] = True
    elif node.lower.is_nonnegative:
        facts["nonnegative"] = True
    elif node.upper.is_negative:
        facts["negative"] = True
    return Symbol(fresh_index(taken).name, **facts)


def _moved(node: Any, tangents: Tangents) -> tuple[MatrixExpr, Symbol]:
    """The differential of a body that is bound to an index, and the index it is written in."""
    times = {symbol for variable in tangents for symbol in variable.free_symbols}
    known = _known(node, tangents)
    moved = d(node.body.subs(node.index, known), tangents)
    index = fresh_index(times | node.free_symbols | node.body.free_symbols)
    index = index if node.index in times else node.index
    return as_matrix(moved.subs(known, index)), index


@d.register
def _(node: OrderedSum, tangents: Tangents) -> MatrixExpr:
    # d Σ A_j = Σ dA_j
    moved, index = _moved(node, tangents)
    return OrderedSum(moved, index, node.lower, node.upper)


@d.register
def _(node: OrderedProduct, tangents: Tangents) -> MatrixExpr:
    # d ∏ A_j = Σ_i (∏_{j>i} A_j) dA_i (∏_{j<i} A_j), latest factor on the left.
    moved, index = _moved(node, tangents)
    if isinstance(moved, Zeros):
        return Zeros(*node.shape)
    i = fresh_index({index} | node.free_symbols | node.body.free_symbols | moved.free_symbols)
    later, earlier = node.over(i + 1, node.upper), node.over(node.lower, i - 1)
    middle = moved.subs(index, i)
    sides = (later, middle, earlier) if node.latest == LEFT else (earlier, middle, later)
    return OrderedSum(MatrixProduct(*sides), i, node.lower, node.upper)


@d.register
def _(node: VectorFunction, tangents: Tangents) -> MatrixExpr:
    # d f(u, v) = ∂₁f du + ∂₂f dv
    terms = [
        Partial(node, Integer(place)) * d(argument, tangents)
        for place, argument in enumerate(node.arguments)
    ]
    return MatrixSum(Zeros(*node.shape), *terms)


@d.register
def _(node: ExprWithLimits, tangents: Tangents) -> MatrixExpr:
    # d Σ f_l = Σ df_l for the scalar sum over one index
    if is_constant(node, tangents):
        return Zeros(1, 1)
    if not isinstance(node, sympy.Sum) or len(node.limits) != 1 or len(node.limits[0]) != 3:
        raise NotSupportedError(
            f"no differential rule for {type(node).__name__} over {len(node.limits)} indices",
            {"expected": "a sum over one index with two bounds", "got": str(node)},
        )
    (limits,) = node.limits
    sum_of_one = OrderedSum(MatrixProduct(node.function, Identity(1)), *limits)
    return d(sum_of_one, tangents)


@d.register
def _(node: Norm, tangents: Tangents) -> MatrixExpr:
    # d‖g‖₂ = gᵀ dg / ‖g‖₂ for a column, likewise with vec for the Frobenius norm.
    moved = d(node.matrix, tangents)
    if isinstance(moved, Zeros):
        return Zeros(1, 1)
    if node.kind == "F" or (node.kind == "2" and is_column(node.matrix)):
        return MatrixProduct(1 / node, Transposed(Vec(node.matrix)), Vec(moved))
    raise NotSupportedError(
        f"the norm ‖·‖ of kind {node.kind!r} has no differential rule",
        {"expected": "the Euclidean norm of a column, or the Frobenius norm", "got": str(node)},
    )


@d.register
def _(node: Entry, tangents: Tangents) -> MatrixExpr:
    # d A_{il} = (dA)_{il}, as a 1 × 1 block
    row, col = node.args[1] - 1, node.args[2] - 1
    return columns(Rows(d(node.matrix, tangents), row, 1), col, 1)


@d.register(TotalDerivative)
@d.register(ImmediateDerivative)
@d.register(Partial)
def _(node: Any, tangents: Tangents) -> MatrixExpr:
    # Second derivatives of what is not known. The partial derivative of f moves with f's
    # arguments alone; what ∂ and ∂⁺ depend on, the recurrence says, which is not known here.
    if isinstance(node, Partial) and is_constant(node, tangents):
        return Zeros(*node.shape)
    raise NotSupportedError(
        "the derivative of an unevaluated derivative has no rule",
        {"expected": "an evaluated derivative, or a parameter in its place", "got": str(node)},
    )
