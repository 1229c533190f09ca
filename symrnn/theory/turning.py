"""Theorems in denominator layout, from those in numerator layout: by the kernel, as any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError
from symrnn.kernel import (
    Fact,
    Theorem,
    assume,
    congruence,
    discharge,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
    transposed_norm,
)
from symrnn.kernel.axioms import derivatives, numbers
from symrnn.language.algebra import Transposed
from symrnn.language.derivatives import DENOMINATOR, ImmediateDerivative, TotalDerivative
from symrnn.language.relations import Equation, ForAll, Limit
from symrnn.language.shapes import is_column
from symrnn.language.writing import text
from symrnn.theory.closing import concluding
from symrnn.theory.context import Context, attempt
from symrnn.theory.search import everywhere


def in_denominator(theorem: Theorem, claim: Any, context: Context, name: str) -> Theorem:
    """The claim in denominator layout, proved from the theorem in numerator layout.

    Args:
        theorem: in numerator layout.
        claim: the relation with its Jacobians in denominator layout, as it is or transposed.
        context: the hypotheses, written in denominator layout.
        name: for messages.

    Raises:
        SideConditionError: where it does not follow.
    """
    for source in (theorem, transposed_norm(theorem)):
        shown = _assuming(source, context)
        for turned in _either(shown):
            found = attempt(_stated, turned, claim, context)
            if found is not None:
                return concluding(found, context, name)
    raise SideConditionError(
        f"`{name}` does not follow from what was proved in numerator layout",
        {"needed": text(claim), "proved": text(theorem.relation)},
    )


def _either(theorem: Theorem) -> Iterator[Theorem]:
    """The theorem, and where it is an equation of matrices its transpose."""
    yield theorem
    relation = theorem.relation
    if isinstance(relation, Equation) and isinstance(relation.lhs, MatrixExpr):
        whole = Transposed(relation.lhs)
        if isinstance(whole, Transposed) and whole.args[0] == relation.lhs:
            yield congruence(theorem, whole, (0,))


def _numerator(term: Any, context: Context) -> Theorem:
    """term = the same with every Jacobian in numerator layout."""
    return everywhere(term, _by_layout, context) or reflexivity(term)


def _by_layout(node: Any, context: Context) -> Iterator[Theorem]:
    derivative = isinstance(node, TotalDerivative | ImmediateDerivative)
    if derivative and node.layout == DENOMINATOR and is_column(node.of) and is_column(node.by):
        yield derivatives.layout(node)


def _stated(theorem: Theorem, claim: Any, context: Context) -> Theorem:
    left = _numerator(claim.lhs, context)
    start = numbers.algebra(left.relation.rhs, theorem.relation.lhs)
    if isinstance(claim, Limit):
        return squeeze(transitivity(left, start), theorem)
    right = _numerator(claim.rhs, context)
    end = numbers.algebra(theorem.relation.rhs, right.relation.rhs)
    chain = transitivity(transitivity(left, start), theorem)
    return transitivity(transitivity(chain, end), symmetry(right))


def _assuming(theorem: Theorem, context: Context) -> Theorem:
    """The theorem with hypotheses in denominator layout for those in numerator layout."""
    for need in sorted(theorem.hypotheses - set(context.given), key=str):
        for given in context.given:
            proof = attempt(_in_numerator, given, need, context)
            shown = None if proof is None else attempt(discharge, theorem, need, proof)
            if shown is not None:
                theorem = shown
                break
    return theorem


def _in_numerator(given: Any, need: Any, context: Context) -> Theorem:
    """What is given, at the index of what is needed, with its Jacobians in numerator layout."""
    if isinstance(given, ForAll) and isinstance(need, ForAll):
        assumed = specialise(given, need.index)
    elif isinstance(given, Fact | Equation):
        assumed = assume(given)
    else:
        raise SideConditionError("another form of hypothesis", {"got": str(given)})
    left = _numerator(assumed.relation.lhs, context)
    right = _numerator(assumed.relation.rhs, context)
    return transitivity(transitivity(symmetry(left), assumed), right)
