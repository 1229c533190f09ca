"""Instances of a general relation: times (and, on request, leaves) are its variables."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Basic, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.canonical import same
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.shapes import symbolic

Bindings = dict[Any, Any]


def match(pattern: Basic, node: Basic) -> Bindings | None:
    """Values of the pattern's times that make it the node; None if there are none."""
    variables = {s for s in pattern.free_symbols if isinstance(s, Symbol) and is_time(s)}
    bindings: Bindings = {}
    if not _collect(pattern, node, variables, bindings):
        return None
    return bindings if same(instantiate(pattern, bindings), node) else None


def is_time(symbol: Symbol) -> bool:
    """Whether a symbol is a time: an integer that is not known to be positive, as sizes are."""
    return bool(symbol.is_integer) and not symbol.is_positive


def instantiate(pattern: Any, bindings: Bindings) -> Any:
    """The pattern with its variables replaced, all at once and without capture."""
    return (
        pattern.subs(bindings, simultaneous=False)
        if _safe(bindings)
        else _two_step(pattern, bindings)
    )


def _safe(bindings: Bindings) -> bool:
    values = {s for value in bindings.values() for s in symbolic(value).free_symbols}
    return not values & set(bindings)


def _two_step(pattern: Any, bindings: Bindings) -> Any:
    # t → k and k → 0 at once: first to names that occur nowhere.
    names = {key: sympy.Dummy(key.name, integer=True) for key in bindings}
    values = {names[key]: value for key, value in bindings.items()}
    return pattern.subs(names).subs(values)


def _collect(pattern: Any, node: Any, variables: set[Symbol], bindings: Bindings) -> bool:
    """Walk both trees; bind each variable where an expression linear in it meets one."""
    if isinstance(pattern, sympy.Expr) and not isinstance(pattern, MatrixExpr | Norm | Entry):
        free = pattern.free_symbols & variables
        if free and isinstance(node, sympy.Expr) and not isinstance(node, MatrixExpr):
            unknown = free - set(bindings)
            if len(unknown) != 1 or pattern.has(sympy.Pow):
                return True  # the final comparison decides
            (variable,) = unknown
            solution = sympy.expand(node - pattern.subs(bindings) + variable)
            if pattern.coeff(variable) == 1 and variable not in (solution - node).free_symbols:
                bindings[variable] = solution
            return True
    if type(pattern) is not type(node) or len(pattern.args) != len(node.args):
        return False
    if isinstance(pattern, Ranged):
        # Bounds first: they bind; the body is compared in the end, up to the bound name.
        return all(
            _collect(p, n, variables, bindings)
            for p, n in zip(pattern.args[2:4], node.args[2:4], strict=True)
        )
    if not pattern.args:
        return bool(pattern == node)
    return all(
        _collect(p, n, variables, bindings) for p, n in zip(pattern.args, node.args, strict=True)
    )
