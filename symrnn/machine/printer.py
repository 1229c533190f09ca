"""Nodes of the language in the vocabulary of `proofs/coq/vocabulary.v`, one rule for each."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Elementwise, Unknown
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum
from symrnn.language.shapes import is_column, same_size
from symrnn.language.structure import Block, Diag, Hadamard, Rows, Vec
from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import (
    APPLICATION,
    ARROW,
    PREFIX,
    PRODUCT,
    SUM,
    Coq,
    apply,
    is_number,
    name_of,
    natural,
    number,
)
from symrnn.machine.naturals import at_least_zero
from symrnn.machine.scope import Scope
from symrnn.machine.sizes import size


@singledispatch
def coq(node: Any, scope: Scope) -> Coq:
    """The node as Coq."""
    raise NotSupportedError(f"no Coq form for {type(node).__name__}", {"got": str(node)})


# ---------------------------------------------------------------------- matrices


@coq.register
def _(node: TimeVector, scope: Scope) -> Coq:
    return scope.vector(node)


@coq.register
def _(node: sympy.MatrixSymbol, scope: Scope) -> Coq:
    return scope.leaf(node)


@coq.register
def _(node: Identity, scope: Scope) -> Coq:
    return Coq("1%:M")


@coq.register
def _(node: Zeros, scope: Scope) -> Coq:
    return Coq("0")


@coq.register
def _(node: Ones, scope: Scope) -> Coq:
    return apply("const_mx", Coq("1"))


@coq.register
def _(node: Transposed, scope: Scope) -> Coq:
    return Coq(f"{coq(node.args[0], scope).argument}^T")


@coq.register
def _(node: MatrixSum, scope: Scope) -> Coq:
    first, *rest = node.args
    text = coq(first, scope).within(SUM)
    for term in rest:
        negative = isinstance(term, MatrixProduct) and term.coefficient.could_extract_minus_sign()
        shown = MatrixProduct(-1, term) if negative else term
        text += f" {'-' if negative else '+'} {coq(shown, scope).within(PRODUCT)}"
    return Coq(text, SUM)


@coq.register
def _(node: MatrixProduct, scope: Scope) -> Coq:
    factors = [coq(factor, scope) for factor in node.factors]
    product = factors[0]
    if len(factors) > 1:
        left, *rest = factors
        text = left.within(PREFIX if left.level == PREFIX else APPLICATION)
        text = " *m ".join([text, *(factor.within(APPLICATION) for factor in rest)])
        product = Coq(text, PRODUCT)
    coefficient = node.coefficient
    if coefficient == 1:
        return product
    if coefficient == -1:
        return Coq(f"- {product.within(APPLICATION)}", PREFIX)
    scale = coq(coefficient, scope).within(APPLICATION)
    return Coq(f"{scale} *: {product.within(APPLICATION)}", PRODUCT)


@coq.register
def _(node: Hadamard, scope: Scope) -> Coq:
    first, *rest = (coq(factor, scope) for factor in node.args)
    for factor in rest:
        first = apply("hadamard", first, factor)
    return first


@coq.register
def _(node: Diag, scope: Scope) -> Coq:
    return apply("dg", coq(node.args[0], scope))


@coq.register
def _(node: Vec, scope: Scope) -> Coq:
    return apply("vec", coq(node.args[0], scope))


@coq.register
def _(node: Block, scope: Scope) -> Coq:
    rows = [_joined("row_mx", [coq(block, scope) for block in row]) for row in node.args]
    return _joined("col_mx", rows)


def _joined(name: str, blocks: list[Coq]) -> Coq:
    *before, found = blocks
    for each in reversed(before):
        found = apply(name, each, found)
    return found


@coq.register
def _(node: VectorFunction, scope: Scope) -> Coq:
    cell = scope.transition
    known = () if cell is None else cell.maps
    for each in known:
        if each.name == node.label:
            return apply(each.coq, *(coq(argument, scope) for argument in node.arguments))
    raise NotSupportedError("no Coq form for VectorFunction", {"got": str(node)})


@coq.register
def _(node: Rows, scope: Scope) -> Coq:
    whole, start, count = node.args
    cell = scope.transition
    if cell is None or not isinstance(whole, TimeVector) or whole.sequence != cell.state:
        raise NotSupportedError("no Coq form for these rows", {"got": str(node)})
    return cell.part(start, count, coq(whole, scope))


@coq.register
def _(node: Elementwise, scope: Scope) -> Coq:
    known = scope.function(node.activation)
    if known is not None:
        return apply("map_mx", known, coq(node.argument, scope))
    # The types are said: what Coq finds out of them, it writes otherwise than theorems do.
    function = _written_out(node.activation, scope)
    return apply("map_mx (rT := R)", function, coq(node.argument, scope))


def _written_out(activation: Any, scope: Scope) -> Coq:
    if activation.is_unknown:
        raise NotSupportedError("no Coq form for this activation", {"got": str(activation)})
    (variable,) = activation.function.variables
    body = coq(activation.function.expr, scope)
    return Coq(f"fun {name_of(variable)} : R => {body.text}", ARROW)


@coq.register
def _(node: OrderedProduct, scope: Scope) -> Coq:
    name = "oprod" if node.latest == LEFT else "oprod_right"
    inner = scope.within(node.index, node.lower, node.upper)
    body = Coq(f"fun {name_of(node.index)} => {coq(node.body, inner).text}", ARROW)
    return apply(name, scope.count(node.lower), scope.count(node.upper + 1), body)


@coq.register
def _(node: OrderedSum, scope: Scope) -> Coq:
    times = range_of(node.index, node.lower, node.upper, scope)
    inner = scope.within(node.index, node.lower, node.upper)
    return Coq(f"\\sum_({times}) {coq(node.body, inner).within(PRODUCT)}", 41)


def range_of(index: Symbol, lower: Any, upper: Any, scope: Scope) -> str:
    """lower <= index < upper + 1; empty, in both layers, where upper < lower."""
    since, until = scope.count(lower), scope.count(upper + 1)
    return f"{since.within(SUM)} <= {name_of(index)} < {until.within(SUM)}"


# ---------------------------------------------------------------------- scalars

NORMS = {"1": "norm1", "2": "norm2", "inf": "normoo", "F": "frobenius", "max": "normmax"}
VECTOR_NORMS = {"1": "sum_norm", "2": "euclidean", "inf": "largest_entry"}


@coq.register
def _(node: Norm, scope: Scope) -> Coq:
    inner = coq(node.matrix, scope)
    if node.kind == "any":
        return apply("N _ _", inner)
    # ‖v‖ of a column is the norm of the vector: the matrix norm induced by it is the same.
    column = is_column(node.matrix) and node.kind in VECTOR_NORMS
    return apply((VECTOR_NORMS if column else NORMS)[node.kind], inner)


@coq.register
def _(node: Entry, scope: Scope) -> Coq:
    matrix, *place = node.args
    written = [_place(index, extent) for index, extent in zip(place, matrix.shape, strict=True)]
    return apply(coq(matrix, scope).argument, *written)


def _place(index: Any, extent: Any) -> Coq:
    if isinstance(index, Symbol):
        return Coq(name_of(index))
    if index == 1:
        return Coq("0" if same_size(extent, 1) else "ord0")
    raise NotSupportedError("no Coq form for this place", {"got": str(index)})


@coq.register
def _(node: sympy.Symbol, scope: Scope) -> Coq:
    name = name_of(node)
    return Coq(f"{natural(node).text}%:R") if node.is_integer else Coq(name)


@coq.register
def _(node: sympy.Rational, scope: Scope) -> Coq:
    return number(node)


@coq.register
def _(node: sympy.Add, scope: Scope) -> Coq:
    terms = sorted(node.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
    text = coq(terms[0], scope).within(SUM)
    for term in terms[1:]:
        negative = term.could_extract_minus_sign()
        shown = coq(-term if negative else term, scope)
        text += f" {'-' if negative else '+'} {shown.within(PRODUCT)}"
    return Coq(text, SUM)


@coq.register
def _(node: sympy.Mul, scope: Scope) -> Coq:
    if node.could_extract_minus_sign():
        return Coq(f"- {coq(-node, scope).within(PREFIX - 1)}", PREFIX)
    above, below = [], []
    for factor in node.as_ordered_factors():
        base, exponent = factor.as_base_exp()
        if factor.is_Rational and factor != 1:
            above += [number(factor.p)] if factor.p != 1 else []
            below += [number(factor.q)] if factor.q != 1 else []
        elif is_number(exponent) and exponent < 0:
            below.append(coq(base**-exponent, scope))
        else:
            above.append(coq(factor, scope))
    text = " * ".join(factor.within(APPLICATION + 20) for factor in above) or "1"
    for factor in below:
        text += f" / {factor.within(APPLICATION + 20)}"
    return Coq(text, PRODUCT)


@coq.register
def _(node: sympy.Pow, scope: Scope) -> Coq:
    base, exponent = node.as_base_exp()
    if exponent == sympy.Rational(1, 2):
        return apply("Num.sqrt", coq(base, scope))
    if is_number(exponent) and exponent < 0:
        inverse = coq(base**-exponent, scope)
        return Coq(f"{inverse.argument}^-1")
    if not exponent.is_integer:
        raise NotSupportedError("no Coq form for this power", {"got": str(node)})
    if base.is_positive and exponent.could_extract_minus_sign():
        below = Coq(
            f"{coq(base, scope).within(APPLICATION)} ^+ {scope.count(-exponent).argument}", 29
        )
        return Coq(f"{below.argument}^-1")
    power = scope.count(exponent)
    return Coq(f"{coq(base, scope).within(APPLICATION)} ^+ {power.argument}", 29)


@coq.register(sympy.Max)
@coq.register(sympy.Min)
def _(node: Any, scope: Scope) -> Coq:
    name = "Num.max" if isinstance(node, sympy.Max) else "Num.min"
    first, *rest = sorted(node.args, key=_constants_first)
    written = coq(first, scope)
    for argument in rest:
        written = apply(name, written, coq(argument, scope))
    return written


def _constants_first(expression: Any) -> tuple[int, str]:
    return (len(expression.atoms(MatrixExpr, Norm, Entry)), str(sympy.default_sort_key(expression)))


@coq.register
def _(node: sympy.Abs, scope: Scope) -> Coq:
    return Coq(f"`|{coq(node.args[0], scope).text}|")


@coq.register
def _(node: sympy.Sum, scope: Scope) -> Coq:
    (limits,) = node.limits
    index, lower, upper = limits
    if lower == 1 and any(index in each.args[1:] for each in node.function.atoms(Entry)):
        body = coq(node.function, scope).within(PRODUCT)
        return Coq(f"\\sum_({name_of(index)} < {size(upper)}) {body}", 41)
    if not at_least_zero(upper + 1 - lower, scope.facts):
        # There SymPy's sum is the negative of another.
        raise NotSupportedError(
            f"whether {lower} ≤ {upper + 1} does not follow from the hypotheses", {"got": str(node)}
        )
    body = coq(node.function, scope.within(index, lower, upper)).within(PRODUCT)
    return Coq(f"\\sum_({range_of(index, lower, upper, scope)}) {body}", 41)


FUNCTIONS = {
    sympy.exp: "expR",
    sympy.log: "exp.ln",
    sympy.tanh: "tanh",
    sympy.atanh: "atanh",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
}
"""Functions of one variable, by their names in the vocabulary."""


@coq.register(sympy.Function)
def _(node: Any, scope: Scope) -> Coq:
    if node.func not in FUNCTIONS:
        raise NotSupportedError(f"no Coq form for {node.func.__name__}", {"got": str(node)})
    return apply(FUNCTIONS[node.func], coq(node.args[0], scope))


@coq.register
def _(node: Unknown, scope: Scope) -> Coq:
    name, order, argument = node.args
    if not scope.rnn.sigma.is_unknown or str(name) != scope.rnn.sigma.name or order > 1:
        raise NotSupportedError("no Coq form for this function", {"got": str(node)})
    return apply("sigma" + "'" * int(order), coq(argument, scope))
