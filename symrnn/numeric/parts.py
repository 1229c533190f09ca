"""The nodes of an expression, each once: derived expressions hold one part in many places."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Basic


@lru_cache(maxsize=64)
def parts(expression: Basic) -> tuple[Any, ...]:
    """All nodes of an expression, itself among them, equal ones once."""
    found: dict[Any, None] = {}
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting += [part for part in node.args if isinstance(part, Basic)]
    return tuple(found)


def parts_of(expression: Any, *kinds: type) -> set[Any]:
    """The nodes of some kinds: what SymPy's `atoms` finds, which walks through every place."""
    return {node for node in parts(expression) if isinstance(node, kinds)}
