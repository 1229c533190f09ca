"""∂e/∂x worked out: one differential rule after the other, until no derivative is left."""

from __future__ import annotations

import sympy

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel import Theorem, congruence, reflexivity, transitivity
from symrnn.kernel.axioms import derivatives, differentials, numbers
from symrnn.kernel.dependence import variable
from symrnn.language.algebra import MatrixProduct
from symrnn.language.derivatives import NUMERATOR, TotalDerivative
from symrnn.language.shapes import is_column
from symrnn.language.structure import Diag, Hadamard
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.theory.closing import then
from symrnn.theory.context import Context, attempt


def evaluated(node: TotalDerivative, context: Context, opening: bool = False) -> Theorem:
    """node = its value, without derivatives.

    Args:
        node: ∂e/∂x in any layout, or the gradient of a number.
        context: the recurrence and what is known.
        opening: whether vectors of e are opened by their definitions.

    Raises:
        SideConditionError: naming what may depend on x, and is not opened.
    """
    theorem = reflexivity(node)
    if not is_column(node.by):
        theorem = then(theorem, derivatives.gradient_as_matrix(node))
    elif node.layout != NUMERATOR:
        theorem = then(theorem, derivatives.layout(node))
    while True:
        left = theorem.relation.rhs.atoms(TotalDerivative)
        if not left:
            return theorem
        # A derivative inside another one's rule comes out first: sums and products are opened.
        inner = min(left, key=sympy.default_sort_key)
        theorem = then(theorem, _step(inner, context, opening))


def _step(node: TotalDerivative, context: Context, opening: bool) -> Theorem:
    if node.of == node.by:
        return derivatives.itself(node)
    zero = attempt(derivatives.independent, node, context.cell, context.facts)
    if zero is not None:
        return zero
    if not isinstance(node.of, TimeVector):
        return _differential(node, context)
    if opening and node.of not in node.held and context.cell.definition(node.of) is not None:
        try:
            return derivatives.defined_inside(node, node.of, context.cell, context.facts)
        except IllFormedError as error:
            # Such as a quotient whose denominator may be 0: it is not known to be differentiable.
            raise SideConditionError(
                f"the definition of {text(node.of)} is not opened: {error.message}",
                {"in": text(node), **error.detail},
            ) from error
        except SideConditionError:
            pass  # it is cut from its definition
    raise SideConditionError(
        f"{text(node.of)} may depend on {text(variable(node.by))} and cannot be held constant",
        {"in": text(node), "needed": "an expression whose other leaves do not depend on it"},
    )


def _differential(node: TotalDerivative, context: Context) -> Theorem:
    """One rule; diag(u) v is written u ⊙ v first, so that u is differentiated as a column."""
    of = node.of
    if isinstance(of, MatrixProduct) and len(of.factors) > 1 and isinstance(of.factors[-2], Diag):
        *before, diagonal, column = of.factors
        product = MatrixProduct(of.coefficient, *before, Hadamard(diagonal.args[0], column))
        written = congruence(numbers.algebra(of, product), node, (0,))
        return transitivity(written, differentials.differential(written.relation.rhs, context.cell))
    return differentials.differential(node, context.cell)
