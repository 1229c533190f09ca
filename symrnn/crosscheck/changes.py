"""Every formula that is one slip of code away from a right one.

Nothing here knows a cell: the changes are of nodes, and what may stand in a place by mistake is
read off the cell's own lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.numbers import LAST
from symrnn.crosscheck.slopes import slopes
from symrnn.crosscheck.vocabulary import Vocabulary, is_complement
from symrnn.crosscheck.wording import said
from symrnn.errors import SymrnnError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    split_coefficient,
)
from symrnn.language.canonical import transpose
from symrnn.language.shapes import same_shape, same_size
from symrnn.language.structure import Diag, Hadamard
from symrnn.language.time import TimeVector

Put = Callable[[MatrixExpr], MatrixExpr]


@dataclass(frozen=True)
class Change:
    """A formula with one slip.

    Attributes:
        words: what the slip is.
        formula: what then stands there.
        rank: likelier slips have a smaller one.
    """

    words: str
    formula: MatrixExpr
    rank: float


def places(node: MatrixExpr) -> Iterator[tuple[MatrixExpr, Put]]:
    """Every matrix inside a formula, and how to put another one there."""
    yield node, same
    if isinstance(node, Elementwise):
        inner = [(1, node.argument)]
    else:
        inner = [(i, arg) for i, arg in enumerate(node.args) if isinstance(arg, MatrixExpr)]
    if isinstance(node, TimeVector | sympy.MatrixSymbol | Ones):
        return
    for place, child in inner:
        for found, put in places(child):
            yield found, _within(node, place, put)


def _within(node: MatrixExpr, place: int, put: Put) -> Put:
    def rebuilt(new: MatrixExpr) -> MatrixExpr:
        args = list(node.args)
        args[place] = put(new)
        return node.func(*args)

    return rebuilt


def changes(formula: MatrixExpr, words: Vocabulary) -> Iterator[Change]:
    """Every formula one slip away, each well formed and of the same shape; repeated ones once."""
    seen = {formula}
    for node, put in places(formula):
        for said_, new, rank in _changes(node, words):
            try:
                made = put(new())
            except SymrnnError:
                continue
            if made.shape == formula.shape and made not in seen:
                seen.add(made)
                yield Change(said_, made, rank)


Made = tuple[str, Callable[[], MatrixExpr], float]
"""What a slip is, how to build what then stands there, how unlikely it is."""


def _changes(node: MatrixExpr, words: Vocabulary) -> Iterator[Made]:
    if isinstance(node, MatrixSum):
        yield from _of_sum(node)
    if isinstance(node, MatrixProduct):
        yield from _of_product(node)
    if isinstance(node, Hadamard):
        yield from _of_hadamard(node)
    if isinstance(node, Elementwise):
        yield from _of_function(node, words)
    if isinstance(node, TimeVector):
        yield from _of_vector(node, words)
    if isinstance(node, sympy.MatrixSymbol):
        yield from _of_parameter(node, words)
    if isinstance(node, Transposed) and isinstance(node.args[0], sympy.MatrixSymbol | MatrixSum):
        inner = node.args[0]
        if same_size(*inner.shape):
            yield f"{said(inner)} stands for its transpose", partial(same, inner), 1


def same(node: MatrixExpr) -> MatrixExpr:
    """The node itself."""
    return node


def _of_sum(node: MatrixSum) -> Iterator[Made]:
    if is_complement(node):
        (other,) = [t for t in node.args if not isinstance(t, Ones)]
        coefficient, core = split_coefficient(other)
        if coefficient == -1:
            yield f"{said(core)} stands for 1 - {said(core)}", partial(same, core), 2
    for place, term in enumerate(node.args):
        others = node.args[:place] + node.args[place + 1 :]
        shown = f"the term {said(term)}"
        yield f"{shown} is missing", partial(MatrixSum, *others), 1
        yield f"{shown} is there twice", partial(MatrixSum, node, term), 2
        minus = MatrixProduct(-2, term)
        yield f"{shown} has the wrong sign", partial(MatrixSum, node, minus), 2
        if len(node.args) > 2:
            yield f"{shown} alone is there", partial(same, term), 2


def _of_product(node: MatrixProduct) -> Iterator[Made]:
    factors, coefficient = node.factors, node.coefficient
    if coefficient != 1:
        words = "the minus sign" if coefficient == -1 else f"the factor {coefficient}"
        yield f"{words} is missing", partial(MatrixProduct, *factors), 1
    if coefficient.free_symbols:
        shown = f"the factor {coefficient}"
        near = {1 - coefficient: 1, coefficient**2: 2, 1 / coefficient: 3, -coefficient: 2}
        for other, rank in near.items():
            new = partial(MatrixProduct, other, *factors)
            yield f"{sympy.simplify(other)} stands for {shown}", new, rank
    elif coefficient not in (1, -1):
        new = partial(MatrixProduct, coefficient**2, *factors)
        yield f"the factor {coefficient} is there twice", new, 2
    for place, factor in enumerate(factors):
        others = factors[:place] + factors[place + 1 :]
        slope = isinstance(factor, Diag)
        if not others or not (slope or same_size(*factor.shape)):
            continue
        inner = factor.args[0] if slope else factor
        kind = "matrix" if not slope else "slope" if _is_slope(inner) else "factor"
        if isinstance(factor, MatrixSum):
            turned = (*factors[:place], transpose(factor), *factors[place + 1 :])
            words = f"{said(transpose(factor))} stands for its transpose"
            yield words, partial(MatrixProduct, coefficient, *turned), 1
        twice = (*factors[: place + 1], *factors[place:])
        shown = f"the {kind} {said(inner)}"
        yield f"{shown} is missing", partial(MatrixProduct, coefficient, *others), 1
        yield f"{shown} is applied twice", partial(MatrixProduct, coefficient, *twice), 2


def _of_hadamard(node: Hadamard) -> Iterator[Made]:
    for place, factor in enumerate(node.args):
        others = node.args[:place] + node.args[place + 1 :]
        rest = partial(Hadamard, *others) if len(others) > 1 else partial(same, others[0])
        yield f"the factor {said(factor)} is missing", rest, 1
        yield f"the factor {said(factor)} is applied twice", partial(Hadamard, node, factor), 3


def _is_slope(node: MatrixExpr) -> bool:
    return isinstance(node, Elementwise) and node.activation.order == 1


def _of_function(node: Elementwise, words: Vocabulary) -> Iterator[Made]:
    function, argument = node.activation, node.argument
    if function.order == 0:
        yield f"{function.name} is missing", partial(same, argument), 1
        yield f"{function.name} is applied twice", partial(function, node), 3
        for other in words.functions:
            if other.name != function.name:
                yield f"{other.name} stands for {function.name}", partial(other, argument), 2
        return
    sigma = next((f for f in words.functions if f.name == function.name), None)
    if sigma is not None and function.order == 1:
        yield from slopes(node, sigma, words)


def _of_vector(node: TimeVector, words: Vocabulary) -> Iterator[Made]:
    program = words.program
    now = program.index
    owner = {adjoint.label: vector for vector, adjoint in program.adjoints.items()}
    if node.label in owner:
        for vector, adjoint in program.adjoints.items():
            other = vector.label not in program.inputs and adjoint.label != node.label
            if other and same_shape(adjoint.shape, node.shape):
                yield f"{said(adjoint)} stands for {said(node)}", partial(same, adjoint), 2
        later = program.adjoints[owner[node.label]].sequence[now + 1]
        yield f"{said(later)} stands for {said(node)}", partial(same, later), 2
        yield f"{said(node)} is missing", partial(Ones, *node.shape), 3
        return
    inner = program.lines.get(node)
    for vector in words.vectors:
        for shift in (0, -1, 1):
            other = vector.sequence[now + shift]
            if other == node or not same_shape(vector.shape, node.shape):
                continue
            if isinstance(inner, Elementwise) and inner.argument == other:
                words_ = f"{inner.activation.name} is missing: {said(other)} for {said(inner)}"
                yield words_, partial(same, other), 1
                continue
            near = shift == 0 or vector.sequence in program.cell.states
            rank = 1 if vector.label == node.label else 2 if near else 4
            yield f"{said(other)} stands for {said(node)}", partial(same, other), rank
    # A name that a loop has left behind, or that was never moved on.
    for fixed in (0, 1, LAST) if node.sequence in program.cell.states else (1, LAST):
        other = node.sequence[fixed]
        yield f"{said(other)} stands for {said(node)}", partial(same, other), 2.5
    for gate in words.gates_like(node):
        words_ = f"1 - {said(gate)} stands for {said(node)}"
        yield words_, partial(_complement, gate), 3
    if node in words.complemented:
        yield f"1 - {said(node)} stands for {said(node)}", partial(_complement, node), 2


def _complement(node: MatrixExpr) -> MatrixExpr:
    return MatrixSum(Ones(*node.shape), MatrixProduct(-1, node))


def _of_parameter(node: Any, words: Vocabulary) -> Iterator[Made]:
    if same_size(*node.shape) and not same_size(node.shape[0], 1):
        yield f"{said(node)} is transposed", partial(Transposed, node), 1
    for other in words.parameters:
        if other != node and same_shape(other.shape, node.shape):
            yield f"{said(other)} stands for {said(node)}", partial(same, other), 2
