"""Derivations in denominator layout: made from those in numerator layout, and checked by them.

In denominator layout every Jacobian is the transpose, so a line A B becomes Bᵀ Aᵀ: each derivative
is replaced by the transpose of its denominator form, and the transposes are pushed inward until
they meet. A norm ‖·‖ of which only submultiplicativity is known becomes ‖·ᵀ‖, which is one as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy
from sympy import Basic, Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import UnjustifiedStepError
from symrnn.language.algebra import Transposed, as_matrix
from symrnn.language.canonical import normal_form, same, transpose
from symrnn.language.derivatives import (
    DENOMINATOR,
    NUMERATOR,
    ImmediateDerivative,
    TotalDerivative,
)
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Relation
from symrnn.language.shapes import is_column
from symrnn.language.writing import text
from symrnn.theory.derivation import Derivation, Induction, Proof
from symrnn.theory.part import Part

_Derivatives = TotalDerivative | ImmediateDerivative
ANY = "any"


def in_denominator_layout(part: Part) -> Part:
    """The part with every Jacobian in denominator layout; itself where it speaks of both layouts.

    Raises:
        UnjustifiedStepError: when a line, put back into numerator layout, is not what it was.
    """
    if _speaks_of_both(part):
        return part
    proof = _turned(part.proof)
    check_layout(part.proof, proof, part.label)
    return Part(part.label, proof)


def _speaks_of_both(part: Part) -> bool:
    return any(
        isinstance(node, _Derivatives) and node.layout == DENOMINATOR
        for _, chain, _ in part.proof.chains
        for line in _lines(chain)
        for node in sympy.preorder_traversal(line)
    ) or part.label.endswith("layout")


def _lines(chain: Derivation) -> list[Any]:
    return [chain.start, *(step.after for step in chain.steps)]


# ---------------------------------------------------------------------- turning


def _turned(proof: Proof) -> Proof:
    if isinstance(proof, Induction):
        turn = _turns(proof.claim.lhs)
        return replace(
            proof,
            claim=_relation(proof.claim, turn),
            base_case=_chain(proof.base_case, turn),
            step=_chain(proof.step, turn),
            given=_facts(proof.given),
        )
    return _chain(proof, _turns(proof.start))


def _chain(chain: Derivation, turn: bool) -> Derivation:
    start = line(chain.start, turn)
    steps, before = [], start
    for step in chain.steps:
        after = line(step.after, turn)
        # (A B)ᵀ = Bᵀ Aᵀ says nothing any more where the lines carry no transpose; of an empty
        # product, I = I is all that is said.
        silent = step.relation == "=" and same(before, after)
        if not silent or len(chain.steps) == 1:
            steps.append(replace(step, before=before, after=after))
        before = after
    return replace(chain, start=start, steps=tuple(steps), given=_facts(chain.given))


def _facts(facts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(_fact, facts))


def _fact(fact: Any) -> Any:
    if isinstance(fact, ForAll):
        return ForAll(fact.index, _relation(fact.relation, False), fact.since)
    return _relation(fact, False) if isinstance(fact, Relation) else fact


def _relation(relation: Relation, turn: bool) -> Relation:
    left, right = line(relation.lhs, turn), line(relation.rhs, turn)
    match relation:
        case Limit():
            return Limit(left, relation.variable, right)
        case Inequality():
            return Inequality(left, right)
        case _:
            return Equation(left, right)


def _turns(start: Any) -> bool:
    """Whether a chain is shorter of transposes when all its lines are transposed."""
    if not isinstance(start, MatrixExpr):
        return False
    return _transposes(line(start, True)) < _transposes(line(start, False))


def _transposes(node: Basic) -> int:
    return sum(isinstance(each, Transposed) for each in sympy.preorder_traversal(node))


def line(expression: Any, turn: bool) -> Any:
    """One line in denominator layout; `turn`: transposed as a whole."""
    if isinstance(expression, MatrixExpr):
        written = _written(as_matrix(expression), DENOMINATOR)
        return transpose(written) if turn else written
    return _written(expression, DENOMINATOR)


def _written(node: Any, layout: str) -> Any:
    """The expression with its derivatives in `layout` and transposes pushed inward."""
    if isinstance(node, _Derivatives):
        of = _written(node.of, layout)
        if not (is_column(node.of) and is_column(node.by)) or node.layout == layout:
            return type(node)(of, node.by, node.layout, node.held)
        return Transposed(type(node)(of, node.by, layout, node.held))
    if isinstance(node, Transposed):
        return transpose(_written(node.args[0], layout))
    if isinstance(node, Norm):
        return _norm(node, layout)
    if not isinstance(node, Basic) or not node.args or isinstance(node, sympy.MatrixSymbol):
        return node
    changed = {
        place: new
        for place, arg in enumerate(node.args)
        if isinstance(arg, MatrixExpr | Expr | sympy.Tuple)
        and (new := _written(arg, layout)) != arg
    }
    if not changed:
        return node
    return node.func(*(changed.get(place, arg) for place, arg in enumerate(node.args)))


def _norm(node: Norm, layout: str) -> Norm:
    inner = _written(node.matrix, layout)
    turned = transpose(inner)
    if node.kind == ANY:
        return Norm(turned, ANY)
    # The spectral and the Frobenius norm do not change; the others are of vectors here.
    invariant = node.kind in ("2", "F")
    shorter = invariant and _transposes(turned) < _transposes(inner)
    return Norm(turned if shorter else inner, node.kind)


# ---------------------------------------------------------------------- checking


def check_layout(original: Proof, turned: Proof, name: str) -> None:
    """Put every line back by ∂y/∂x = (∂y/∂x in the other layout)ᵀ, and compare.

    Raises:
        UnjustifiedStepError: at the first line that is neither the original nor its transpose.
    """
    for (_, before, _), (_, after, _) in zip(original.chains, turned.chains, strict=True):
        known = _lines(before)
        kept = iter(known)
        for written in _lines(after):
            back = _written(written, NUMERATOR)
            if not any(_agree(back, candidate) for candidate in kept):
                raise UnjustifiedStepError(
                    f"a line of `{name}` is not what it was before it changed its layout",
                    {
                        "line": text(written),
                        "in numerator layout": text(back),
                        "expected": " or ".join(text(each) for each in known),
                    },
                )


def _agree(back: Any, original: Any) -> bool:
    if isinstance(original, MatrixExpr):
        shapes = [original, transpose(original)]
        return any(
            each.shape == back.shape and same(normal_form(each), normal_form(back))
            for each in shapes
        )
    return same(normal_form(original), normal_form(back))
