"""Why a line holds, in words: a rule as prose markup."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sympy import Basic

from symrnn.language.writing import latex
from symrnn.theory.rule import Rule
from symrnn.typeset.prose import listed
from symrnn.typeset.words import phrase

_USES = {"uses", "uses_bound"}

#: Rules whose name in code is no phrase that a lecturer would write beside a line.
_SPOKEN = {
    "absolute_bound": "bound on the magnitude",
    "below_maximum": "at most the maximum",
    "blockwise": "block by block",
    "cauchy_schwarz": "Cauchy–Schwarz inequality",
    "constant": "derivative of a constant",
    "derivative_of_itself": "derivative by itself",
    "derivative_of_sum": "derivative of a sum",
    "differentiate": "differentiation",
    "directly_and_through": "chain rule, with the direct path",
    "elementwise_constant": "equal entries stay equal",
    "entries_of": "entry by entry",
    "entry_of_elementwise": "entry of an elementwise function",
    "frobenius_mixed": "spectral and Frobenius norm",
    "geometric_tail": "tail of a geometric series",
    "homogeneous": "homogeneity of the norm",
    "hyperbolic": "hyperbolic functions",
    "slopes_by_values": "slopes by values",
    "larger_of": "the larger of two",
    "lipschitz_minimum": "cutting off is nonexpansive",
    "norm_of_diagonal": "norm of a diagonal matrix",
    "norm_of_gram": "spectral norm of AᵀA",
    "norm_of_identity": "norm of the identity",
    "norm_of_stack": "norm of stacked columns",
    "norm_of_sum": "norm of a sum, squared",
    "not_held": "what does not move need not be held",
    "orthogonal": "orthogonal matrices keep lengths",
    "reindex": "index shifted",
    "reversed_range": "counted backwards",
    "root_of_bound": "root of both sides",
    "scalar_derivative": "derivative in one variable",
    "sinh_exceeds": "sinh exceeds its argument",
    "smaller_of": "the smaller of two",
    "split_at": "range split in two",
    "split_earliest": "earliest factor or term split off",
    "split_latest": "latest factor or term split off",
    "submultiplicative": "submultiplicativity",
    "transpose_of_diagonal": "transpose of a diagonal matrix",
    "transpose_of_product": "transpose of a product",
    "triangle": "triangle inequality",
    "uses": "by a statement",
    "uses_bound": "by the bound of a statement",
    "vec_of_product": "vec of a product",
    "write_out": "written out",
}


def spoken(rule: Rule) -> str:
    """What a rule is called in words."""
    return phrase(_SPOKEN.get(rule.name, rule.name.replace("_", " ")))


def words(
    rule: Rule,
    statements: Collection[str],
    here: str = "",
    write: Callable[[Any], str] = latex,
) -> str:
    """A rule and what it was told, as prose markup.

    Args:
        rule: as it stands in the step.
        statements: names that can be referred to; a rule that uses one becomes a reference.
        here: the statement being proved; an earlier part of it was *shown above*.
        write: what the rule was told, as LaTeX.
    """
    # What a symbol of a statement stands for belongs to how it is used, not to which it is.
    named = [each for each in rule.arguments if not isinstance(each, tuple)]
    told = [_told(argument, statements, here, write) for argument in named]
    if rule.name in _USES and told:
        return told[0] if told == [phrase(SHOWN_ABOVE)] else phrase(BY, what=listed(told))
    at = f" ({', '.join(told)})" if told else ""
    return f"{spoken(rule)}{at}{phrase(', read backwards') if rule.reverse else ''}"


SHOWN_ABOVE = "shown above"
BY = "by {what}"


def _told(
    argument: Any, statements: Collection[str], here: str, write: Callable[[Any], str]
) -> str:
    if isinstance(argument, Basic):
        return f"${write(argument)}$"
    if here and argument == here:
        return phrase(SHOWN_ABOVE)
    return f"[[{argument}]]" if argument in statements else str(argument).replace("_", " ")
