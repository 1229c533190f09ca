"""How tightly each node binds: the one table that decides parentheses, in text and LaTeX."""

from __future__ import annotations

from typing import Any

import sympy

from symrnn.language.activations import POWER, Elementwise
from symrnn.language.algebra import Inverse, MatrixProduct, MatrixSum, Ones, Transposed
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.shapes import is_column
from symrnn.language.shown import shown
from symrnn.language.structure import Hadamard, Kronecker

SUM, PRODUCT, ENTRYWISE, POSTFIX, ATOM = 1, 2, 3, 4, 5

_TABLE: dict[type, int] = {
    MatrixSum: SUM,
    # A sum or product sign reaches as far right as a product does.
    OrderedSum: SUM,
    OrderedProduct: PRODUCT,
    MatrixProduct: PRODUCT,
    Hadamard: ENTRYWISE,
    Kronecker: ENTRYWISE,
    Transposed: POSTFIX,
    Inverse: POSTFIX,
}


def shown_by_formula(node: Elementwise) -> bool:
    """Whether a function is written out and not as a call, σ′(a_j): a power, and a derivative
    that is known, as 1 - tanh²(a_j). Of a matrix it is not: W² is W W, and 1 - tanh² nothing."""
    function = node.activation
    known = (function.order > 0 or function.name == POWER) and not function.is_unknown
    return known and is_column(node.argument)


def entrywise_powers(node: Elementwise) -> tuple[Any, Any] | None:
    """c and n, where the entries of a matrix, which is no column, are made c times a power n."""
    if node.activation.name != POWER or is_column(node.argument):
        return None
    number, power = node.activation.function.expr.as_coeff_Mul()
    return number, power.as_base_exp()[1] if power.free_symbols else sympy.S.Zero


def precedence(node: Any) -> int:
    """The binding strength of a node; atoms and function calls bind tightest."""
    if isinstance(node, Elementwise) and (powers := entrywise_powers(node)) is not None:
        return POSTFIX if powers[0] == 1 else SUM
    if isinstance(node, Elementwise) and shown_by_formula(node):
        formula = shown(node.activation.function.expr)
        if isinstance(formula, tuple):
            return ATOM
        return SUM if formula.is_Add or formula.is_Mul else POSTFIX if formula.is_Pow else ATOM
    if isinstance(node, Ones):
        rows, cols = node.shape
        return ATOM if cols == 1 else POSTFIX if rows == 1 else PRODUCT
    if isinstance(node, sympy.Expr) and node.is_Add:
        return SUM
    return _TABLE.get(type(node), ATOM)


def reaches_on(coefficient: Any) -> bool:
    """Whether a number would take in a matrix behind it: Σ_j q^j F_j is a sum of matrices."""
    open_ended = (sympy.Add, sympy.Sum, sympy.Product, sympy.Derivative)
    return any(isinstance(factor, open_ended) for factor in sympy.Mul.make_args(coefficient))


def needs_parentheses(inner: Any, outer: int, *, last: bool = True) -> bool:
    """Whether `inner` must be bracketed as an operand of strength `outer`.

    `last` says that nothing follows `inner`: a ∏ that is not last would swallow what follows.
    """
    if isinstance(inner, OrderedProduct | OrderedSum) and not last:
        return True
    if isinstance(inner, Hadamard | Kronecker) and outer == PRODUCT:
        return True  # A B ⊙ c could be read either way
    if isinstance(inner, MatrixProduct) and outer == ENTRYWISE:
        return True
    if isinstance(inner, MatrixProduct) and inner.coefficient.could_extract_minus_sign():
        return outer > SUM
    return precedence(inner) < outer or (precedence(inner) == outer and ENTRYWISE <= outer < ATOM)
