"""Slips undone: what a formula becomes when one hypothesis about what is wrong with it is right.

Each family knows node types only, never a formula. It is the mirror of `symrnn.verify.faults`,
which makes such slips on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import sympy
from sympy import Add, Expr, Lambda, Rational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed, as_matrix
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import is_scalar, same_shape
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector
from symrnn.language.writing import text

TRANSPOSE = "transpose"
REVERSED = "reversed product"
SHIFT = "index shift"
MISSING = "missing term or factor"
DOUBLED = "doubled term or factor"
FACTOR = "constant factor"

FACTORS = {
    Rational(-1): "{} changes its sign",
    Rational(2): "{} is doubled",
    Rational(1, 2): "{} is halved",
}


@dataclass(frozen=True)
class Rewrite:
    """A formula with one slip undone.

    Attributes:
        hypothesis: which kind of slip.
        words: what was done, after "it agrees once …".
        formula: the formula then.
    """

    hypothesis: str
    words: str
    formula: MatrixExpr


Change = tuple[str, str, Callable[[], Any]]
"""Hypothesis, words, and how to build what stands in the node's place."""


def rewrites(formula: MatrixExpr) -> Iterator[Rewrite]:
    """Every formula that is one slip away, likelier slips first; each is well formed.

    A slip in a subexpression that occurs several times is undone everywhere first, then in one
    place at a time.
    """
    places: dict[MatrixExpr, list[Callable[[Any], Any]]] = {}
    for node, put in _places(formula):
        places.setdefault(node, []).append(put)
    for family in FAMILIES:
        for node in places:
            everywhere = partial(_everywhere, formula, node)
            for change in family(node, "it" if node == formula else text(node)):
                yield from _built(change, formula, everywhere)
    for family in FAMILIES:
        for node, puts in places.items():
            for count, put in enumerate(puts if len(puts) > 1 else (), start=1):
                for hypothesis, words, build in family(node, text(node)):
                    said = f"{words} (place {count} of {len(puts)})"
                    yield from _built((hypothesis, said, build), formula, put)
    yield from _sequences(formula)


def scaled(formula: MatrixExpr, factor: Expr) -> Rewrite:
    """The formula times a constant."""
    words = FACTORS.get(factor, f"{{}} is multiplied by {factor}").format("it")
    return Rewrite(FACTOR, words, factor * formula)


def _built(change: Change, formula: MatrixExpr, put: Callable[[Any], Any]) -> Iterator[Rewrite]:
    hypothesis, words, build = change
    try:
        rewritten = put(build())
    except IllFormedError:
        return  # shapes no longer fit: then this was not the slip
    fits = isinstance(rewritten, MatrixExpr) and same_shape(rewritten.shape, formula.shape)
    if fits and rewritten != formula:
        yield Rewrite(hypothesis, words, rewritten)


def _everywhere(formula: MatrixExpr, node: MatrixExpr, other: Any) -> Any:
    return formula.xreplace({node: other})


def _places(node: Any) -> Iterator[tuple[MatrixExpr, Callable[[Any], Any]]]:
    """Every matrix inside an expression, outermost first, and how to put another in its place."""
    yield node, lambda other: other
    if isinstance(node, sympy.MatrixSymbol | TimeVector):
        return
    for position, child in enumerate(node.args):
        if isinstance(child, MatrixExpr):
            put = partial(_with_argument, node, position)
            for inner, within in _places(child):
                yield inner, partial(_composed, put, within)


def _with_argument(node: Any, position: int, other: Any) -> Any:
    return node.func(*node.args[:position], other, *node.args[position + 1 :])


def _composed(outer: Callable[[Any], Any], inner: Callable[[Any], Any], other: Any) -> Any:
    return outer(inner(other))


# ---------------------------------------------------------------------- families


def _factors(node: MatrixExpr, name: str) -> Iterator[Change]:
    """c A for A; for the whole formula, c can be fitted instead."""
    for factor, words in FACTORS.items():
        yield FACTOR, words.format(name), partial(MatrixProduct, factor, node)


def _transposes(node: MatrixExpr, name: str) -> Iterator[Change]:
    """Aᵀ for A, and A for Aᵀ."""
    if isinstance(node, Diag) or is_scalar(node):
        return
    inner = node.args[0] if isinstance(node, Transposed) else node
    said = name if name == "it" else text(inner)
    yield TRANSPOSE, f"{said} is transposed", partial(Transposed, node)


def _orders(node: MatrixExpr, name: str) -> Iterator[Change]:
    """∏ in the other direction; B A for A B."""
    if isinstance(node, OrderedProduct):
        side = RIGHT if node.latest == LEFT else LEFT
        words = f"the ordered product over {node.index} is reversed"
        yield REVERSED, words, partial(node.func, *node.args[:4], side)
    if isinstance(node, MatrixProduct):
        factors = node.factors
        for place in range(len(factors) - 1):
            left, right = factors[place : place + 2]
            swapped = (*factors[:place], right, left, *factors[place + 2 :])
            yield (
                REVERSED,
                f"{text(left)} and {text(right)} change places",
                partial(MatrixProduct, node.coefficient, *swapped),
            )
        if len(factors) > 2:
            yield (
                REVERSED,
                f"the product {text(node)} is reversed",
                partial(MatrixProduct, node.coefficient, *reversed(factors)),
            )


def _shifts(node: MatrixExpr, name: str) -> Iterator[Change]:
    """v_{j±1} for v_j; the index of a range shifted, its bounds not."""
    for by, direction in ((1, "later"), (-1, "earlier")):
        if isinstance(node, TimeVector):
            moved = node.sequence[node.index + by]
            words = f"{text(node)} is taken one step {direction}, {text(moved)}"
            yield SHIFT, words, partial(as_matrix, moved)
        if isinstance(node, Ranged):
            words = f"{node.index} is one {direction} in the {_kind(node)}, its bounds as they are"
            yield SHIFT, words, partial(_body_shifted, node, by)


def _bounds(node: MatrixExpr, name: str) -> Iterator[Change]:
    """A range that begins or ends one too early or too late."""
    if not isinstance(node, Ranged):
        return
    member = "term" if isinstance(node, OrderedSum) else "factor"
    first, last = node.lower, node.upper
    added, left_out = "the missing {} = {} is added", "the {} = {}, one too many, is left out"
    for hypothesis, words, time, lower, upper in (
        (MISSING, added, first - 1, first - 1, last),
        (MISSING, added, last + 1, first, last + 1),
        (DOUBLED, left_out, first, first + 1, last),
        (DOUBLED, left_out, last, first, last - 1),
    ):
        said = words.format(f"{member} {node.index}", sympy.expand(time))
        yield hypothesis, said, partial(node.over, lower, upper)


def _terms(node: MatrixExpr, name: str) -> Iterator[Change]:
    """A term of a sum left out, counted twice, counted once, subtracted."""
    if not isinstance(node, MatrixSum):
        return
    for place, term in enumerate(node.args):
        others = (*node.args[:place], *node.args[place + 1 :])
        for hypothesis, factor, words in (
            (DOUBLED, 0, f"the term {text(term)}, one too many, is left out"),
            (DOUBLED, Rational(1, 2), f"the term {text(term)} is counted once, not twice"),
            (MISSING, 2, f"the term {text(term)} is counted twice"),
            (FACTOR, -1, f"the sign of the term {text(term)} is changed"),
        ):
            yield hypothesis, words, partial(_summed, others, factor, term)


def _repetitions(node: MatrixExpr, name: str) -> Iterator[Change]:
    """A for A A."""
    if not isinstance(node, MatrixProduct):
        return
    for place, (left, right) in enumerate(pairwise(node.factors)):
        if left == right:
            once = (*node.factors[:place], *node.factors[place + 1 :])
            words = f"{text(left)} stands there once, not twice"
            yield DOUBLED, words, partial(MatrixProduct, node.coefficient, *once)


def _scalar_formulas(node: MatrixExpr, name: str) -> Iterator[Change]:
    """Inside an elementwise function: a term with another sign, left out or counted twice."""
    if not isinstance(node, Elementwise) or node.activation.is_unknown:
        return
    body = node.activation.function.expr
    for inner in sorted(body.atoms(Add), key=sympy.default_sort_key):
        for term in inner.args:
            for hypothesis, change, words in (
                (FACTOR, -2 * term, f"the sign of {term} in {inner} is changed"),
                (DOUBLED, -term, f"{term} in {inner}, one too many, is left out"),
                (DOUBLED, -term / 2, f"{term} in {inner} is halved"),
                (MISSING, term, f"{term} in {inner} is doubled"),
            ):
                other = body.xreplace({inner: inner + change})
                yield hypothesis, words, partial(_with_body, node, other)


FAMILIES: tuple[Callable[[MatrixExpr, str], Iterator[Change]], ...] = (
    _factors,
    _transposes,
    _orders,
    _shifts,
    _bounds,
    _terms,
    _repetitions,
    _scalar_formulas,
)


def _sequences(formula: MatrixExpr) -> Iterator[Rewrite]:
    """Every vector of one sequence a step later or earlier."""
    vectors = sorted(formula.atoms(TimeVector), key=sympy.default_sort_key)
    for sequence in dict.fromkeys(vector.sequence for vector in vectors):
        members = [vector for vector in vectors if vector.sequence == sequence]
        if len(members) == 1:
            continue
        for by, direction in ((1, "later"), (-1, "earlier")):
            moved = {v: sequence[v.index + by] for v in members}
            words = f"every {sequence.label} is taken one step {direction}"
            yield from _built((SHIFT, words, partial(formula.xreplace, moved)), formula, as_matrix)


def _body_shifted(node: Ranged, by: int) -> MatrixExpr:
    return node.func(node.at(node.index + by), *node.args[1:])


def _summed(others: tuple[MatrixExpr, ...], factor: Any, term: MatrixExpr) -> MatrixExpr:
    return MatrixSum(*others, MatrixProduct(factor, term))


def _with_body(node: Elementwise, body: Expr) -> MatrixExpr:
    function = node.activation
    changed = Lambda(function.function.variables, body)
    return Elementwise(Activation(function.name, changed, function.order), node.argument)


def _kind(node: Ranged) -> str:
    return "sum" if isinstance(node, OrderedSum) else "ordered product"
