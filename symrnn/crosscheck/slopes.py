"""Slips in a slope: σ for σ′, σ′ of another vector, 1 - v² of the wrong v, with a part lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sympy import Poly, div
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.vocabulary import Vocabulary
from symrnn.crosscheck.wording import said
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Ones
from symrnn.language.structure import Hadamard

Made = tuple[str, Callable[[], MatrixExpr], float]


def slopes(node: Elementwise, sigma: Activation, words: Vocabulary) -> Iterator[Made]:
    """What stands for σ′(a) by mistake.

    Args:
        node: σ′(a).
        sigma: σ.
        words: the other functions and vectors of the cell.
    """
    slope, argument, shown = node.activation, node.argument, said(node)
    value = sigma(argument)
    yield f"{said(value)} stands for its slope {shown}", partial(sigma, argument), 1
    at_value = f"the slope is taken at {said(value)}, not at {said(argument)}: {shown}"
    yield at_value, partial(slope, value), 1
    for name, made, rank in _polynomials(sigma, argument, value, words):
        yield f"{name} stands for the slope {shown}", made, rank
    for other in words.functions:
        if other.name != sigma.name:
            words_ = f"the slope of {other.name} stands for that of {sigma.name}"
            yield words_, partial(other.prime, argument), 2


def _polynomials(
    sigma: Activation, argument: MatrixExpr, value: MatrixExpr, words: Vocabulary
) -> Iterator[Made]:
    """1 - v² and v (1 - v), where v is σ(a): of another vector, a power lost, of another σ."""
    for name, polynomial in words.slopes.items():
        if name == sigma.name:
            for other, rank in [(argument, 1), *words.others(value)]:
                shown = _written(polynomial, said(other))
                yield shown, partial(polynomial_at, polynomial, other), rank
            for lost in _near(polynomial):
                yield _written(lost, said(value)), partial(polynomial_at, lost, value), 2
        else:
            for of, rank in ((value, 2), (argument, 3)):
                shown = f"{_written(polynomial, said(of))}, the slope of {name},"
                yield shown, partial(polynomial_at, polynomial, of), rank


def _near(polynomial: Poly) -> Iterator[Poly]:
    """A factor, a sign, a power or a term of a polynomial lost."""
    (v,) = polynomial.gens
    terms = polynomial.terms()
    made = [-polynomial.as_expr()]
    _, factors = polynomial.factor_list()
    for factor, _ in factors:
        quotient, _ = div(polynomial, factor)
        made += [quotient.as_expr(), -quotient.as_expr()]
    for place, ((degree,), coefficient) in enumerate(terms):
        rest = sum(c * v**d for i, ((d,), c) in enumerate(terms) if i != place)
        made += [rest, rest - coefficient * v**degree]
        if degree > 1:
            made += [rest + coefficient * v ** (degree - 1), rest + coefficient * v ** (degree + 1)]
            made += [rest + degree * coefficient * v**degree, rest + degree * coefficient * v]
    for expression in dict.fromkeys(made):
        if expression.has(v) and Poly(expression, v) != polynomial:
            yield Poly(expression, v)


def polynomial_at(polynomial: Poly, value: MatrixExpr) -> MatrixExpr:
    """p(v), entry by entry."""
    terms = []
    for (degree,), coefficient in polynomial.terms():
        power = Hadamard(*[value] * degree) if degree > 1 else value
        terms.append(MatrixProduct(coefficient, power if degree else Ones(*value.shape)))
    return MatrixSum(*terms)


def _written(polynomial: Poly, value: str) -> str:
    """A polynomial in one line: 1 - h²."""
    ordered = sorted(polynomial.terms(), key=lambda term: term[0][0])
    parts: list[str] = []
    for (degree,), c in ordered:
        size = "" if abs(c) == 1 and degree else str(abs(c))
        power = (
            "" if not degree else value + ("" if degree == 1 else {2: "²", 3: "³"}.get(degree, ""))
        )
        sign = ("-" if c < 0 else "") if not parts else (" - " if c < 0 else " + ")
        parts.append(sign + " ".join(filter(None, (size, power))))
    return "".join(parts)
