"""When two expressions are written the same, and a normal form for when they mean the same.

`same` compares up to the order of summands, names of bound indices and arithmetic in indices and
scalars. `normal_form` also distributes products, pushes transposes inward and pulls constant
factors into sums: two expressions with one normal form are equal by matrix algebra alone.
"""

from __future__ import annotations

from functools import lru_cache, singledispatch
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol, Tuple, default_sort_key
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Activation
from symrnn.language.algebra import (
    Inverse,
    MatrixProduct,
    MatrixSum,
    Transposed,
    split_coefficient,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import is_column
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Unvec, Vec


def same(left: Basic, right: Basic) -> bool:
    """Whether two expressions are written the same (see the module's docstring)."""
    return bool(canonical(left) == canonical(right))


@lru_cache(maxsize=16384)
def canonical(expression: Basic, depth: int = 0) -> Basic:
    """The representative of all expressions that are written the same."""
    if isinstance(expression, Ranged):
        bound = Symbol(f"_{depth}", integer=True)
        renamed = expression.renamed(bound)
        if not isinstance(renamed, Ranged):
            return canonical(renamed, depth)
        body = canonical(renamed.body, depth + 1)
        return expression.func(body, bound, renamed.lower, renamed.upper, *renamed.args[4:])
    if isinstance(expression, MatrixSum):
        terms = [canonical(term, depth) for term in expression.args]
        total = MatrixSum(*terms)
        if not isinstance(total, MatrixSum):
            return total
        return Basic.__new__(MatrixSum, *sorted(total.args, key=default_sort_key))
    if isinstance(expression, Activation | Symbol) or not expression.args:
        return expression
    if isinstance(expression, Expr) and not isinstance(expression, MatrixExpr | Norm | Entry):
        return _canonical_scalar(expression, depth)
    return expression.func(*(canonical(arg, depth) for arg in expression.args))


def _canonical_scalar(expression: Expr, depth: int) -> Expr:
    norms = {node: canonical(node, depth) for node in expression.atoms(Norm, Entry)}
    return sympy.powsimp(sympy.expand(expression.xreplace(norms)))


@lru_cache(maxsize=4096)
def normal_form(expression: Any) -> Any:
    """The normal form under matrix algebra (see the module's docstring)."""
    return canonical(_normal(expression))


def equal_by_algebra(left: Any, right: Any) -> bool:
    """Whether two expressions are equal by matrix algebra alone."""
    return bool(normal_form(left) == normal_form(right))


@singledispatch
def _normal(node: Any) -> Any:
    if isinstance(node, MatrixExpr | Tuple | Norm | Entry) and node.args:
        return node.func(*(_normal(arg) for arg in node.args))
    if isinstance(node, Expr):
        norms = {inner: _normal(inner) for inner in node.atoms(Norm, Entry)}
        return sympy.powsimp(sympy.expand(node.xreplace(norms)))
    return node


@_normal.register
def _(node: MatrixSum) -> Any:
    return MatrixSum(*(_normal(term) for term in node.args))


@_normal.register
def _(node: MatrixProduct) -> Any:
    factors = [_normal(factor) for factor in node.factors]
    for position, factor in enumerate(factors):
        before, after = factors[:position], factors[position + 1 :]
        if isinstance(factor, MatrixSum):
            terms = [MatrixProduct(node.coefficient, *before, term, *after) for term in factor.args]
            return _normal(MatrixSum(*terms))
        if isinstance(factor, OrderedSum):
            others = (node.coefficient, *before, *after)
            free = {symbol for other in others for symbol in other.free_symbols}
            if factor.index in free:
                factor = factor.renamed(sympy.Dummy(factor.index.name, integer=True))
            body = MatrixProduct(node.coefficient, *before, factor.body, *after)
            return _normal(OrderedSum(body, factor.index, factor.lower, factor.upper))
    return _sorted_diagonals(MatrixProduct(sympy.expand(node.coefficient), *factors))


def _sorted_diagonals(product: MatrixExpr) -> MatrixExpr:
    """Diagonal matrices commute with each other: neighbours are sorted."""
    if not isinstance(product, MatrixProduct):
        return product
    factors, run = [], []
    for factor in (*product.factors, None):
        if isinstance(factor, Diag):
            run.append(factor)
            continue
        factors.extend(sorted(run, key=default_sort_key))
        run = []
        if factor is not None:
            factors.append(factor)
    return MatrixProduct(product.coefficient, *factors)


@_normal.register
def _(node: OrderedSum) -> Any:
    body = _normal(node.body)
    if isinstance(body, MatrixSum):
        terms = [OrderedSum(term, node.index, node.lower, node.upper) for term in body.args]
        return MatrixSum(*(_normal(term) for term in terms))
    coefficient, core = split_coefficient(body)
    if coefficient != 1 and node.index not in coefficient.free_symbols:
        return MatrixProduct(coefficient, OrderedSum(core, node.index, node.lower, node.upper))
    return OrderedSum(body, node.index, node.lower, node.upper)


@_normal.register(Unvec)
@_normal.register(Vec)
def _(node: Any) -> Any:
    # Both are linear.
    inner, rest = _normal(node.args[0]), node.args[1:]
    if isinstance(inner, MatrixSum):
        return MatrixSum(*(_normal(node.func(term, *rest)) for term in inner.args))
    if isinstance(inner, OrderedSum):
        body = node.func(inner.body, *rest)
        return _normal(OrderedSum(body, inner.index, inner.lower, inner.upper))
    coefficient, core = split_coefficient(inner)
    return MatrixProduct(coefficient, node.func(core, *rest))


@_normal.register
def _(node: Hadamard) -> Any:
    factors = [_normal(factor) for factor in node.args]
    for position, factor in enumerate(factors):
        if isinstance(factor, MatrixSum):
            rest = factors[:position] + factors[position + 1 :]
            return _normal(MatrixSum(*(Hadamard(*rest, term) for term in factor.args)))
    coefficient = sympy.S.One
    cores = []
    for factor in factors:
        scalar, core = split_coefficient(factor)
        coefficient *= scalar
        cores.append(core)
    cores.sort(key=lambda core: (isinstance(core, MatrixProduct), default_sort_key(core)))
    if is_column(node):
        # v ⊙ w = diag(v) w for columns; diag(v) diag(u) w covers longer products.
        return _normal(MatrixProduct(coefficient, *(Diag(core) for core in cores[:-1]), cores[-1]))
    return MatrixProduct(coefficient, Hadamard(*cores))


@_normal.register
def _(node: Diag) -> Any:
    vector = _normal(node.args[0])
    if isinstance(vector, MatrixSum):
        return MatrixSum(*(_normal(Diag(term)) for term in vector.args))
    coefficient, core = split_coefficient(vector)
    if isinstance(core, MatrixProduct) and isinstance(core.factors[0], Diag):
        # diag(diag(u) w) = diag(u) diag(w)
        rest = MatrixProduct(*core.factors[1:])
        return _normal(MatrixProduct(coefficient, core.factors[0], Diag(rest)))
    return MatrixProduct(coefficient, Diag(core))


@_normal.register
def _(node: Transposed) -> Any:
    return transpose(_normal(node.args[0]))


def transpose(node: MatrixExpr) -> MatrixExpr:
    """Aᵀ with the transpose pushed inward as far as it goes."""
    if isinstance(node, MatrixSum):
        return MatrixSum(*(transpose(term) for term in node.args))
    if isinstance(node, MatrixProduct):
        return MatrixProduct(
            node.coefficient, *(transpose(factor) for factor in reversed(node.factors))
        )
    if isinstance(node, OrderedProduct):
        flipped = node.transposed()
        if not isinstance(flipped, OrderedProduct):
            return flipped
        return flipped.func(transpose(node.body), *flipped.args[1:])
    if isinstance(node, OrderedSum):
        return OrderedSum(transpose(node.body), node.index, node.lower, node.upper)
    if isinstance(node, Hadamard):
        return Hadamard(*(transpose(factor) for factor in node.args))
    if isinstance(node, Kronecker):
        return Kronecker(*(transpose(factor) for factor in node.args))
    if isinstance(node, Block):
        return Block(*zip(*([transpose(block) for block in row] for row in node.args), strict=True))
    if isinstance(node, Diag):
        return node
    if isinstance(node, Inverse):
        return Inverse(transpose(node.args[0]))
    return Transposed(node)
