"""Every formula that is one slip of code away from a right one.

Nothing here knows a cell: the changes are of nodes, and what may stand in a place by mistake is
read off the cell's own lines: its vectors, parameters, functions and times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy
from sympy import Poly, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.program import Program
from symrnn.crosscheck.wording import said
from symrnn.errors import SymrnnError
from symrnn.language.activations import Activation, Elementwise, activation
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    split_coefficient,
)
from symrnn.language.shapes import same_shape, same_size
from symrnn.language.structure import Diag, Hadamard
from symrnn.language.time import TimeVector
from symrnn.numeric.rewrites.slopes import slope_through_value

Put = Callable[[MatrixExpr], MatrixExpr]

COMMON = ("tanh", "logistic", "relu")
"""Functions that stand for another one by mistake, beside those of the cell."""


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
    rank: int


@dataclass(frozen=True)
class Vocabulary:
    """What a slip may put in another thing's place: everything that the cell speaks of."""

    program: Program

    @cached_property
    def vectors(self) -> tuple[TimeVector, ...]:
        """Every line, input and state at its own time, and states one step back."""
        now = self.program.index
        lines = [v for v in self.program.lines]
        inputs = [each[now] for each in self.program.cell.inputs]
        return (*lines, *inputs)

    @cached_property
    def parameters(self) -> tuple[Any, ...]:
        """The cell's parameters."""
        return tuple(self.program.cell.parameters)

    @cached_property
    def functions(self) -> tuple[Activation, ...]:
        """The cell's functions, and the common ones."""
        known = {f.name: f for f in self.program.cell.activations if not f.is_unknown}
        return (*known.values(), *(activation(n) for n in COMMON if n not in known))

    @cached_property
    def slopes(self) -> dict[str, Poly]:
        """p with σ′ = p(σ) for the functions that have one."""
        found = {}
        for each in self.functions:
            through = slope_through_value(each)
            if through is not None:
                (v,) = through.variables
                polynomial = Poly(sympy.expand(through.expr), v)
                if polynomial.degree() > 1:
                    found[each.name] = polynomial
        return found

    def others(self, node: MatrixExpr) -> Iterator[tuple[TimeVector, int]]:
        """The vectors of a node's shape, states one step back among them; and how unlikely."""
        for vector in self.vectors:
            if same_shape(vector.shape, node.shape):
                yield vector, 2
                if vector.sequence in self.program.cell.states:
                    yield vector.sequence[self.program.index - 1], 2

    @cached_property
    def complemented(self) -> frozenset[TimeVector]:
        """The vectors v that stand as 1 - v somewhere."""
        found = set()
        for value in self.program.lines.values():
            for node in value.find(_is_complement):
                found.update(node.atoms(TimeVector))
        return frozenset(found)


def _is_complement(node: Any) -> bool:
    return (
        isinstance(node, MatrixSum)
        and len(node.args) == 2
        and any(isinstance(term, Ones) for term in node.args)
    )


def places(node: MatrixExpr) -> Iterator[tuple[MatrixExpr, Put]]:
    """Every matrix inside a formula, and how to put another one there."""
    yield node, lambda new: new
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


_Made = tuple[str, Callable[[], MatrixExpr], int]


def _changes(node: MatrixExpr, words: Vocabulary) -> Iterator[_Made]:
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
            yield f"{said(inner)} stands for its transpose", lambda: inner, 1


def _of_sum(node: MatrixSum) -> Iterator[_Made]:
    if _is_complement(node):
        (other,) = [t for t in node.args if not isinstance(t, Ones)]
        coefficient, core = split_coefficient(other)
        if coefficient == -1:
            yield f"{said(core)} stands for 1 - {said(core)}", lambda: core, 2
    for place, term in enumerate(node.args):
        others = node.args[:place] + node.args[place + 1 :]
        shown = said(term)
        rest = lambda others=others: MatrixSum(*others)  # noqa: E731
        yield f"the term {shown} is missing", rest, 1
        twice = lambda term=term: MatrixSum(node, term)  # noqa: E731
        yield f"the term {shown} is there twice", twice, 2
        minus = lambda term=term: MatrixSum(node, MatrixProduct(-2, term))  # noqa: E731
        yield f"the term {shown} has the wrong sign", minus, 2


def _of_product(node: MatrixProduct) -> Iterator[_Made]:
    factors = node.factors
    if node.coefficient != 1:
        bare = lambda: MatrixProduct(*factors)  # noqa: E731
        words = "the minus sign" if node.coefficient == -1 else f"the factor {node.coefficient}"
        yield f"{words} is missing", bare, 1
    for place, factor in enumerate(factors):
        others = factors[:place] + factors[place + 1 :]
        if not others:
            continue
        if isinstance(factor, Diag):
            shown = said(factor.args[0])
            slope = "slope" if _is_slope(factor.args[0]) else "factor"
            missing = lambda o=others: MatrixProduct(node.coefficient, *o)  # noqa: E731
            yield f"the {slope} {shown} is missing", missing, 1
            twice = lambda p=place: MatrixProduct(  # noqa: E731
                node.coefficient, *factors[: p + 1], *factors[p:]
            )
            yield f"the {slope} {shown} is applied twice", twice, 2
        elif same_size(*factor.shape):
            missing = lambda o=others: MatrixProduct(node.coefficient, *o)  # noqa: E731
            yield f"the matrix {said(factor)} is missing", missing, 1
            twice = lambda p=place: MatrixProduct(  # noqa: E731
                node.coefficient, *factors[: p + 1], *factors[p:]
            )
            yield f"the matrix {said(factor)} is applied twice", twice, 4


def _of_hadamard(node: Hadamard) -> Iterator[_Made]:
    for place, factor in enumerate(node.args):
        others = node.args[:place] + node.args[place + 1 :]
        rest = lambda o=others: Hadamard(*o) if len(o) > 1 else o[0]  # noqa: E731
        yield f"the factor {said(factor)} is missing", rest, 1
        twice = lambda f=factor: Hadamard(node, f)  # noqa: E731
        yield f"the factor {said(factor)} is applied twice", twice, 3


def _is_slope(node: MatrixExpr) -> bool:
    return isinstance(node, Elementwise) and node.activation.order == 1


def _of_function(node: Elementwise, words: Vocabulary) -> Iterator[_Made]:
    function, argument = node.activation, node.argument
    order, shown = function.order, said(node)
    if order == 0:
        yield f"{function.name} is missing", lambda: argument, 1
        yield f"{function.name} is applied twice", lambda: function(node), 3
        for other in words.functions:
            if other.name != function.name:
                new = lambda other=other: other(argument)  # noqa: E731
                yield f"{other.name} stands for {function.name}", new, 2
        return
    sigma = next((f for f in words.functions if f.name == function.name), None)
    if sigma is None or order != 1:
        return
    value = sigma(argument)
    yield f"{said(value)} stands for its slope {shown}", lambda: value, 1
    at_output = lambda: function(value)  # noqa: E731
    yield f"the slope is taken at {said(value)}, not at {said(argument)}: {shown}", at_output, 1
    for name, made, rank in _polynomials(sigma, argument, value, words):
        yield f"{name} stands for the slope {shown}", made, rank
    for other in words.functions:
        if other.name != function.name:
            new = lambda other=other: other.prime(argument)  # noqa: E731
            yield f"the slope of {other.name} stands for that of {function.name}", new, 2


def _polynomials(
    sigma: Activation, argument: MatrixExpr, value: MatrixExpr, words: Vocabulary
) -> Iterator[_Made]:
    """1 - v² and v (1 - v), where v is σ(a): of another vector, a power lost, of another σ."""
    for name, polynomial in words.slopes.items():
        if name == sigma.name:
            for other, rank in [(argument, 1), *words.others(value)]:
                shown = _written(polynomial, said(other))
                yield shown, lambda p=polynomial, o=other: _at(p, o), rank
            for other in _near(polynomial):
                yield _written(other, said(value)), lambda p=other: _at(p, value), 2
        else:
            for other, rank in ((value, 2), (argument, 3)):
                shown = f"{_written(polynomial, said(other))}, the slope of {name},"
                yield shown, lambda p=polynomial, o=other: _at(p, o), rank


def _near(polynomial: Poly) -> Iterator[Poly]:
    """A factor, a sign, a power or a term of a polynomial lost."""
    (v,) = polynomial.gens
    terms = polynomial.terms()
    made = [-polynomial.as_expr()]
    _, factors = polynomial.factor_list()
    for factor, _ in factors:
        quotient, _ = sympy.div(polynomial, factor)
        made += [quotient.as_expr(), -quotient.as_expr()]
    for place, ((degree,), coefficient) in enumerate(terms):
        rest = sum(c * v**d for i, ((d,), c) in enumerate(terms) if i != place)
        made += [rest, rest - coefficient * v**degree]
        if degree > 1:
            made += [rest + coefficient * v ** (degree - 1), rest + coefficient * v ** (degree + 1)]
            made += [rest + degree * coefficient * v**degree]
    for expression in dict.fromkeys(made):
        if expression.has(v) and Poly(expression, v) != polynomial:
            yield Poly(expression, v)


def _at(polynomial: Poly, value: MatrixExpr) -> MatrixExpr:
    terms = []
    for (degree,), coefficient in polynomial.terms():
        power = Hadamard(*[value] * degree) if degree > 1 else value
        terms.append(MatrixProduct(coefficient, power if degree else Ones(*value.shape)))
    return MatrixSum(*terms)


def _written(polynomial: Poly, value: str) -> str:
    v = Symbol("v")
    shown = str(polynomial.as_expr().xreplace({polynomial.gens[0]: v}))
    ordered = sorted(polynomial.terms(), key=lambda term: term[0][0])
    parts = []
    for (degree,), c in ordered:
        size = "" if abs(c) == 1 and degree else str(abs(c))
        power = "" if not degree else value + ("" if degree == 1 else {2: "²", 3: "³"}.get(degree, ""))
        sign = ("-" if c < 0 else "") if not parts else (" - " if c < 0 else " + ")
        parts.append(sign + " ".join(filter(None, (size, power))))
    return "".join(parts) or shown


def _of_vector(node: TimeVector, words: Vocabulary) -> Iterator[_Made]:
    program = words.program
    now, adjoints = program.index, program.adjoints
    owner = {adjoint.label: vector for vector, adjoint in adjoints.items()}
    if node.label in owner:
        for vector, adjoint in adjoints.items():
            if adjoint.label != node.label and same_shape(adjoint.shape, node.shape):
                new = lambda a=adjoint: a  # noqa: E731
                yield f"{said(adjoint)} stands for {said(node)}", new, 2
        later = adjoints[owner[node.label]].sequence[now + 1]
        yield f"{said(later)} stands for {said(node)}", lambda: later, 2
        yield f"{said(node)} is missing", lambda: Ones(*node.shape), 3
        return
    for vector in words.vectors:
        if not same_shape(vector.shape, node.shape):
            continue
        for shift in (0, -1, 1):
            other = vector.sequence[now + shift]
            if other == node:
                continue
            same = vector.label == node.label
            inner = program.lines.get(node)
            if isinstance(inner, Elementwise) and inner.argument == other:
                name = inner.activation.name
                yield f"{name} is missing: {said(other)} for {said(inner)}", lambda o=other: o, 1
                continue
            rank = 1 if same else (2 if shift == 0 or vector.sequence in program.cell.states else 4)
            new = lambda other=other: other  # noqa: E731
            yield f"{said(other)} stands for {said(node)}", new, rank
    if node in words.complemented:
        new = lambda: MatrixSum(Ones(*node.shape), MatrixProduct(-1, node))  # noqa: E731
        yield f"1 - {said(node)} stands for {said(node)}", new, 2


def _of_parameter(node: Any, words: Vocabulary) -> Iterator[_Made]:
    if same_size(*node.shape) and not same_size(node.shape[0], 1):
        yield f"{said(node)} is transposed", lambda: Transposed(node), 1
    for other in words.parameters:
        if other != node and same_shape(other.shape, node.shape):
            new = lambda other=other: other  # noqa: E731
            yield f"{said(other)} stands for {said(node)}", new, 2
