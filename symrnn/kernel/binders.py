"""What a node binds: its symbol, and the range of that."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.kernel.nodes import BINDING
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll, Limit


def bound(node: Any) -> tuple[Symbol, ...]:
    """The symbols that a node binds."""
    if isinstance(node, ForAll | Ranged):
        return (node.index,)
    if isinstance(node, Limit):
        return (node.variable,)
    return (node.limits[0][0],) if isinstance(node, sympy.Sum | sympy.Product) else ()


def symbols(term: Any) -> set[Any]:
    """What stands in a term by name: free, bound, varied; but not the variable of an activation."""
    found = set(term.free_symbols)
    for node in term.atoms(*BINDING):
        found.update(node.free_symbols, bound(node), getattr(node, "variables", ()))
    return found


def bounds(node: Any) -> tuple[Expr, ...]:
    """Index and bounds of a sum or a product over times, none for another node."""
    if isinstance(node, Ranged):
        return (node.index, node.lower, node.upper)
    return tuple(node.limits[0]) if isinstance(node, sympy.Sum | sympy.Product) else ()


def within(node: Any) -> tuple[Expr, ...]:
    """What is ≥ 0 for every value that a binder gives to its index."""
    if isinstance(node, ForAll):
        return (node.index - node.since,)
    index, lower, upper = bounds(node)
    return (index - lower, upper - index, upper - lower)
