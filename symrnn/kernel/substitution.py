"""Substitution without capture, and how a node is rebuilt of other parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy
from sympy import Basic, Expr, MatrixSymbol, Symbol, Tuple
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.binders import bound, bounds
from symrnn.kernel.nodes import BINDERS, UNKNOWN, no_meaning
from symrnn.language.activations import Activation, Unknown
from symrnn.language.algebra import Parameter
from symrnn.language.relations import Limit
from symrnn.language.shapes import is_column


def require_as_sympy_has_it(node: Any) -> None:
    """Refuse a sum or product of which SymPy, when it compares, thinks otherwise than we do.

    To it a product of zeros is 0 and one of nothing is at most 0, and a number is the negative of a
    range, where that is empty.
    """
    if type(node) is sympy.Product and (_vanishes(node.function) or node.has_empty_sequence):
        raise no_meaning(node, "a product of some factors that are not 0 one and all")
    if type(node) in BINDERS[1:] and node.is_number:
        for _, lower, upper in map(bounds, {node, *node.function.atoms(*BINDERS[1:])}):
            if not (upper - lower + 1).is_nonnegative:
                raise no_meaning(node, "a number whose ranges do not end before they begin")


def _vanishes(factor: Expr) -> bool:
    """Whether a factor is 0 in a form that SymPy sees through, a sum over nothing among them."""
    return bool(factor.is_zero) or not sympy.expand(factor)


def substitute(node: Any, values: Mapping[Symbol, Expr]) -> Any:
    """The term with symbols replaced, all at once; a bound index gives way to what comes in.

    Raises:
        IllFormedError: where a symbol stands that cannot be replaced: in an activation, or as the
            variable of a derivative.
    """
    free = node.free_symbols if isinstance(node, Basic) else set()
    free = free - set(bound(node)) if isinstance(node, Limit) else free
    values = {old: new for old, new in values.items() if old in free}
    if not values:
        return node
    if isinstance(node, Symbol):
        return values[node]
    coming = set().union(*(new.free_symbols for new in values.values()))
    fixed = set(node.variables) if isinstance(node, sympy.Derivative) else set()
    if isinstance(node, Activation) or fixed & (coming | set(values)):
        raise IllFormedError(
            "a symbol cannot be replaced here", {"symbol": ", ".join(map(str, values)), "in": node}
        )
    if isinstance(node, UNKNOWN) and any(new.has(MatrixExpr) for new in values.values()):
        raise IllFormedError(
            "under a derivative a constant is replaced by a constant",
            {"expected": "numbers that nothing varies", "got": str(values)},
        )
    if isinstance(node, sympy.Derivative):
        return node.func(substitute(node.expr, values), *node.variables)
    for index in bound(node):
        if index in coming:
            node = renamed(node, sympy.Dummy(index.name, integer=True))
    if isinstance(node, Parameter | MatrixSymbol):
        return node.func(node.name, *(substitute(size, values) for size in node.shape))
    if isinstance(node, Unknown):
        return node.func(*node.args[:2], substitute(node.args[2], values))
    replaced = rebuilt(node, [substitute(part, values) for part in node.args])
    # ∂L/∂W has the shape of W, and ∂L/∂b that of its layout: the one does not become the other.
    if isinstance(node, UNKNOWN[:2]) and is_column(replaced.by) != is_column(node.by):
        raise IllFormedError("a derivative by a matrix becomes one by a column", {"in": node})
    return replaced


def renamed(node: Any, new: Symbol) -> Any:
    """A binder with another bound symbol, which occurs nowhere in it."""
    (old,) = bound(node)
    return rebuilt(node, [_renamed(part, old, new) for part in node.args])


def exchanged(term: Any, old: Any, new: Any) -> Any:
    """A term without binders, with one part written otherwise wherever it stands.

    An activation is left alone: the variable of its formula is bound, whatever else has its name.
    """
    if term == old:
        return new
    if isinstance(term, Activation) or not term.args:
        return term
    return rebuilt(term, [exchanged(part, old, new) for part in term.args])


def rebuilt(node: Any, args: Iterable[Any]) -> Any:
    """A node of the same sort.

    Raises:
        IllFormedError: for a sum or product over a range that SymPy takes to be another number.
    """
    built = node.func(*args)
    require_as_sympy_has_it(built)
    return built


def _renamed(part: Any, old: Symbol, new: Symbol) -> Any:
    if part == old:
        return new
    if isinstance(part, Tuple) and part and part[0] == old:
        return Tuple(new, *part[1:])
    return substitute(part, {old: new})
