"""Scalars whose parts stand in many places, as a recurrence written out has them: each part is
seen once.

SymPy walks an expression as a tree, and once more at every level when it differentiates. Two layers
of gates over three steps hold a few hundred different parts in trees of a million nodes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

import sympy
from sympy import Expr, Function, S

from symrnn.language.activations import Unknown

Free = frozenset[Any]

KEPT = 1 << 16
"""How many parts are remembered."""


def parts(expression: Any) -> Iterator[Any]:
    """The nodes of an expression, each once."""
    seen = {expression}
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        for arg in node.args:
            if arg not in seen:
                seen.add(arg)
                waiting.append(arg)


@lru_cache(maxsize=KEPT)
def free_symbols(node: Any) -> Free:
    """Its free symbols, as SymPy has them."""
    if isinstance(node, sympy.Add | sympy.Mul | sympy.Pow):
        return Free().union(*map(free_symbols, node.args))
    if (first := _first_value(node)) is not None:
        return Free().union(*map(free_symbols, node.args[first:]))
    return frozenset(node.free_symbols)


@lru_cache(maxsize=KEPT)
def derivative(node: Expr, variable: Any) -> Expr:
    """∂node/∂variable, by SymPy's rules for each function, each part differentiated once."""
    if node == variable:
        return S.One
    if variable not in free_symbols(node):
        return S.Zero
    if isinstance(node, sympy.Add):
        return sympy.Add(*(derivative(arg, variable) for arg in node.args))
    if isinstance(node, sympy.Mul):
        terms = (
            sympy.Mul(*node.args[:place], derivative(arg, variable), *node.args[place + 1 :])
            for place, arg in enumerate(node.args)
            if variable in free_symbols(arg)
        )
        return sympy.Add(*terms)
    if isinstance(node, sympy.Pow) and variable not in free_symbols(node.exp):
        power = node.exp * node.base ** (node.exp - 1)
        return cast(Expr, power * derivative(node.base, variable))
    if (first := _first_value(node)) is not None:
        slopes = (
            node.fdiff(place) * derivative(arg, variable)
            for place, arg in enumerate(node.args[first:], first + 1)
            if variable in free_symbols(arg)
        )
        return sympy.Add(*slopes)
    return cast(Expr, node.diff(variable))


def _first_value(node: Any) -> int | None:
    """The first of a function's arguments that is a value: what names the function is none.

    None of what has a rule of its own instead of a derivative by each of its arguments.
    """
    if isinstance(node, Unknown):
        return 2
    kind = type(node)
    if not isinstance(node, Function):
        return None
    usual = kind._eval_derivative is Function._eval_derivative
    return getattr(kind, "values_from", 0 if usual else None)


def replaced(expressions: Any, values: Mapping[Any, Any]) -> list[Any]:
    """Expressions in which nodes have others in their place."""
    known: dict[Any, Any] = dict(values)

    def of(node: Any) -> Any:
        if node not in known:
            args = [of(arg) for arg in node.args]
            same = all(new is old for new, old in zip(args, node.args, strict=True))
            known[node] = node if same else node.func(*args)
        return known[node]

    return [of(each) for each in expressions]
