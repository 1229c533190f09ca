"""Slips undone: what a formula becomes when one hypothesis about what is wrong with it is right.

Each family here knows node types only, never a formula; those of `symrnn.verify.slips` also read
the recurrence's definitions. It is the mirror of `symrnn.verify.faults`, which makes such slips on
purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import sympy
from sympy import Add, Expr, Function, Lambda, Pow, Rational, Symbol, Tuple
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import MatrixProduct, MatrixSum, Ones, Transposed, as_matrix
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import is_column, is_scalar, same_shape
from symrnn.language.structure import Diag, Hadamard, Kronecker
from symrnn.language.tangent import Tangent
from symrnn.language.time import TimeVector
from symrnn.language.writing import text

TRANSPOSE = "transpose"
REVERSED = "reversed product"
SHIFT = "index shift"
MISSING = "missing term or factor"
DOUBLED = "doubled term or factor"
FACTOR = "constant factor"
POWER = "lost or added power"

FACTORS = {
    Rational(-1): "{} changes its sign",
    Rational(2): "{} is doubled",
    Rational(1, 2): "{} is halved",
}

MISSED, TOO_MANY = "missing ", ", one too many,"
"""What the words of a slip undone say more than those of the slip made."""

WHOLE = (
    sympy.MatrixSymbol,
    TimeVector,
    TotalDerivative,
    ImmediateDerivative,
    VectorFunction,
    Partial,
    Tangent,
)
"""Nodes in which nothing is rewritten: a derivative is changed as one."""


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

    @property
    def made(self) -> str:
        """The words where the slip is made, not undone: nothing is missing or too many then."""
        return self.words.replace(MISSED, "").replace(TOO_MANY, "")


Change = tuple[str, str, Callable[[], Any]]
"""Hypothesis, words, and how to build what stands in the node's place."""

Scope = tuple[Symbol, ...]

Family = Callable[[MatrixExpr, str, Scope], Iterator[Change]]
"""Changes of a node; its name, and the times that may be spoken of where it stands, inner first."""

Put = Callable[[Any], Any]


def rewrites(
    formula: MatrixExpr, more: tuple[Family, ...] = (), times: Scope = ()
) -> Iterator[Rewrite]:
    """Every formula that is one slip away, likelier slips first; each is well formed.

    A slip in a subexpression that occurs several times is undone everywhere first, then in one
    place at a time.

    Args:
        formula: what is rewritten.
        more: families besides those that know node types only.
        times: the free times.
    """
    places: dict[MatrixExpr, list[tuple[Put, Scope]]] = {}
    for node, put, scope in _places(formula, times):
        places.setdefault(node, []).append((put, scope))
    families = (*FAMILIES, *more)
    for family in families:
        for node, found in places.items():
            everywhere = partial(_everywhere, formula, node)
            scope = found[0][1]
            for change in family(node, "it" if node == formula else named(node), scope):
                yield from _built(change, formula, everywhere)
    for family in families:
        for node, found in places.items():
            for count, (put, scope) in enumerate(found if len(found) > 1 else (), start=1):
                for hypothesis, words, build in family(node, named(node), scope):
                    said = f"{words} (place {count} of {len(found)})"
                    yield from _built((hypothesis, said, build), formula, put)
    yield from _sequences(formula)


def scaled(formula: MatrixExpr, factor: Expr) -> Rewrite:
    """The formula times a constant."""
    words = FACTORS.get(factor, f"{{}} is multiplied by {factor}").format("it")
    return Rewrite(FACTOR, words, factor * formula)


def _built(change: Change, formula: MatrixExpr, put: Put) -> Iterator[Rewrite]:
    hypothesis, words, build = change
    try:
        rewritten = put(build())
    except (IllFormedError, NotSupportedError):
        return  # it has no shape, or no meaning: then this was not the slip
    fits = isinstance(rewritten, MatrixExpr) and same_shape(rewritten.shape, formula.shape)
    if fits and rewritten != formula:
        yield Rewrite(hypothesis, words, rewritten)


def _everywhere(formula: Any, node: MatrixExpr, other: Any) -> Any:
    """The formula with another node in the place of one, but not within what is whole."""
    # The hashes are kept, and tell most apart.
    if hash(formula) == hash(node) and formula == node:
        return other
    if isinstance(formula, WHOLE) or not isinstance(formula, MatrixExpr | Tuple):
        return formula
    args = [_everywhere(arg, node, other) for arg in formula.args]
    same = all(new is old for new, old in zip(args, formula.args, strict=True))
    return formula if same else formula.func(*args)


def _places(node: Any, scope: Scope) -> Iterator[tuple[MatrixExpr, Put, Scope]]:
    """Every matrix inside an expression, outermost first, how to put another in its place, and
    the times in whose scope it stands."""
    if isinstance(node, MatrixExpr):
        yield node, lambda other: other, scope
    if isinstance(node, WHOLE):
        return
    inside = (node.index, *scope) if isinstance(node, Ranged) else scope
    for position, child in enumerate(node.args):
        if isinstance(child, MatrixExpr | Tuple):
            put = partial(_with_argument, node, position)
            for inner, within, around in _places(child, inside):
                yield inner, partial(_composed, put, within), around


def _with_argument(node: Any, position: int, other: Any) -> Any:
    return node.func(*node.args[:position], other, *node.args[position + 1 :])


def _composed(outer: Put, inner: Put, other: Any) -> Any:
    return outer(inner(other))


# ---------------------------------------------------------------------- families

named = lru_cache(maxsize=65536)(text)
"""The text of a node, which stands in the words of many slips."""


def _factors(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """c A for A; for the whole formula, c can be fitted instead."""
    for factor, words in FACTORS.items():
        yield FACTOR, words.format(name), partial(MatrixProduct, factor, node)


def _transposes(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """Aᵀ for A, and A for Aᵀ."""
    if isinstance(node, Diag) or is_scalar(node):
        return
    inner = node.args[0] if isinstance(node, Transposed) else node
    said = name if name == "it" else named(inner)
    yield TRANSPOSE, f"{said} is transposed", partial(Transposed, node)


def _orders(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
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
                f"{named(left)} and {named(right)} change places",
                partial(MatrixProduct, node.coefficient, *swapped),
            )
        if len(factors) > 2:
            yield (
                REVERSED,
                f"the product {named(node)} is reversed",
                partial(MatrixProduct, node.coefficient, *reversed(factors)),
            )

    if isinstance(node, Kronecker):
        left, right = node.args
        words = f"{named(left)} and {named(right)} of the Kronecker product change places"
        yield REVERSED, words, partial(Kronecker, right, left)


def _shifts(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """v_{j±1} for v_j; the index of a range shifted, its bounds not."""
    for by, direction in ((1, "later"), (-1, "earlier")):
        if isinstance(node, TimeVector):
            moved = node.sequence[node.index + by]
            words = f"{named(node)} is taken one step {direction}, {named(moved)}"
            yield SHIFT, words, partial(as_matrix, moved)
        if isinstance(node, Ranged):
            words = f"{node.index} is one {direction} in the {_kind(node)}, its bounds as they are"
            yield SHIFT, words, partial(_body_shifted, node, by)


def _bounds(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """A range that begins or ends one too early or too late."""
    if not isinstance(node, Ranged):
        return
    member = "term" if isinstance(node, OrderedSum) else "factor"
    first, last = node.lower, node.upper
    added, left_out = "the " + MISSED + "{} = {} is added", "the {} = {}, one too many, is left out"
    for hypothesis, words, time, lower, upper in (
        (MISSING, added, first - 1, first - 1, last),
        (MISSING, added, last + 1, first, last + 1),
        (DOUBLED, left_out, first, first + 1, last),
        (DOUBLED, left_out, last, first, last - 1),
    ):
        said = words.format(f"{member} {node.index}", sympy.expand(time))
        yield hypothesis, said, partial(node.over, lower, upper)


def _terms(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """A term of a sum left out, counted twice, counted once, subtracted."""
    if not isinstance(node, MatrixSum):
        return
    for place, term in enumerate(node.args):
        others = (*node.args[:place], *node.args[place + 1 :])
        for hypothesis, factor, words in (
            (DOUBLED, 0, f"the term {named(term)}, one too many, is left out"),
            (DOUBLED, Rational(1, 2), f"the term {named(term)} is counted once, not twice"),
            (MISSING, 2, f"the term {named(term)} is counted twice"),
            (FACTOR, -1, f"the sign of the term {named(term)} is changed"),
        ):
            yield hypothesis, words, partial(_summed, others, factor, term)


def _repetitions(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """A for A A, v for v ⊙ v; and a product without one of its factors."""
    if not isinstance(node, MatrixProduct | Hadamard):
        return
    ordered = isinstance(node, MatrixProduct)
    factors = node.factors if ordered else node.args
    before = (node.coefficient,) if ordered else ()
    for place, factor in enumerate(factors):
        rest = (*factors[:place], *factors[place + 1 :])
        if not rest:
            continue
        if factor in (factors[place + 1 : place + 2] if ordered else rest):
            words = f"{named(factor)} stands there once, not twice"
        else:
            words = f"the factor {named(factor)}{TOO_MANY} is left out"
        yield DOUBLED, words, partial(node.func, *before, *rest)


def _powers(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """v ⊙ v for v, 1 - v for v."""
    if isinstance(node, TimeVector | Elementwise | Hadamard) and is_column(node):
        if not is_scalar(node):
            yield POWER, f"{name} is squared, entry by entry", partial(Hadamard, node, node)
        yield POWER, f"{name} is taken from 1", partial(_from_one, node)


def _scalar_formulas(node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """Inside an elementwise function: another power, sign or constant, a term left out."""
    if not isinstance(node, Elementwise) or node.activation.is_unknown:
        return
    body = node.activation.function.expr
    for hypothesis, words, other in _scalar_changes(body):
        yield hypothesis, words, partial(_with_body, node, other)


def _scalar_changes(body: Expr) -> Iterator[tuple[str, str, Expr]]:
    for inner in sorted(body.atoms(Add), key=sympy.default_sort_key):
        for term in inner.args:
            for hypothesis, change, words in (
                (FACTOR, -2 * term, f"the sign of {term} in {inner} is changed"),
                (DOUBLED, -term, f"{term} in {inner}{TOO_MANY} is left out"),
                (DOUBLED, -term / 2, f"{term} in {inner} is halved"),
                (MISSING, term, f"{term} in {inner} is doubled"),
            ):
                yield hypothesis, words, body.xreplace({inner: inner + change})
    for power in sorted(body.atoms(Pow), key=sympy.default_sort_key):
        base, exponent = power.args
        if exponent.is_Integer:
            for other in (exponent - 1, exponent + 1):
                words = f"{_within(power, body)} is raised to {other}, not to {exponent}"
                yield POWER, words, body.xreplace({power: base**other})
    for inner in sorted(body.atoms(Function) - body.atoms(Unknown), key=sympy.default_sort_key):
        for other, words in ((inner**2, "squared"), (1 - inner, "taken from 1")):
            yield POWER, f"{_within(inner, body)} is {words}", body.xreplace({inner: other})
    yield POWER, f"{body} is taken from 1", 1 - body


def _within(part: Expr, body: Expr) -> str:
    return str(part) if part == body else f"{part} in {body}"


FAMILIES: tuple[Family, ...] = (
    _factors,
    _transposes,
    _orders,
    _shifts,
    _bounds,
    _terms,
    _repetitions,
    _scalar_formulas,
    _powers,
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


def _from_one(node: MatrixExpr) -> MatrixExpr:
    return Ones(*node.shape) - node


def _summed(others: tuple[MatrixExpr, ...], factor: Any, term: MatrixExpr) -> MatrixExpr:
    return MatrixSum(*others, MatrixProduct(factor, term))


def _with_body(node: Elementwise, body: Expr) -> MatrixExpr:
    function = node.activation
    changed = Lambda(function.function.variables, body)
    # The name is that of the function as it was: a slope is written as its formula.
    return Elementwise(Activation(function.name, changed, max(function.order, 1)), node.argument)


def _kind(node: Ranged) -> str:
    return "sum" if isinstance(node, OrderedSum) else "ordered product"
