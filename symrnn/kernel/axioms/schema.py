"""What registers an axiom, so that all of them can be listed and tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from types import MappingProxyType
from typing import Any, ParamSpec

from sympy import Basic

from symrnn.errors import IllFormedError
from symrnn.kernel.inferences import weaken
from symrnn.kernel.recurrences import admitted
from symrnn.kernel.theorem import Theorem
from symrnn.kernel.values import conditions

P = ParamSpec("P")
_SCHEMAS: dict[str, Callable[..., Theorem]] = {}


def schema(axiom: Callable[P, Theorem]) -> Callable[P, Theorem]:
    """Decorator: the function is an axiom, listed by its name; its arguments are read first.

    What SymPy simplifies away has to have had a value: what gives one to each argument is assumed.
    """

    @wraps(axiom)
    def stated(*args: P.args, **named: P.kwargs) -> Theorem:
        read = tuple(map(admitted, args))
        also = {key: admitted(each) for key, each in named.items()}
        terms = [each for each in (*read, *also.values()) if isinstance(each, Basic)]
        return weaken(axiom(*read, **also), [fact for each in terms for fact in conditions(each)])

    # No way back to what reads nothing first.
    del vars(stated)["__wrapped__"]
    vars(stated)["__signature__"] = signature(axiom)
    _SCHEMAS[axiom.__name__] = stated
    return stated


def axioms() -> Mapping[str, Callable[..., Theorem]]:
    """All axiom schemas by name; what each says is its docstring."""
    return MappingProxyType(_SCHEMAS)


def inapplicable(node: Any, expected: str) -> IllFormedError:
    """The error of a schema whose arguments have not the form it speaks of."""
    return IllFormedError("the axiom does not apply", {"expected": expected, "got": str(node)})
