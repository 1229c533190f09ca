"""What registers an axiom, so that all of them can be listed and tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ParamSpec

from symrnn.errors import IllFormedError
from symrnn.kernel.theorem import Theorem

P = ParamSpec("P")
_SCHEMAS: dict[str, Callable[..., Theorem]] = {}


def schema(axiom: Callable[P, Theorem]) -> Callable[P, Theorem]:
    """Decorator: the function is an axiom, listed by its name."""
    _SCHEMAS[axiom.__name__] = axiom
    return axiom


def axioms() -> Mapping[str, Callable[..., Theorem]]:
    """All axiom schemas by name; what each says is its docstring."""
    return MappingProxyType(_SCHEMAS)


def inapplicable(node: Any, expected: str) -> IllFormedError:
    """The error of a schema whose arguments have not the form it speaks of."""
    return IllFormedError("the axiom does not apply", {"expected": expected, "got": str(node)})
