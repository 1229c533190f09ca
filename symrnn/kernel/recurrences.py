"""Recurrences as the kernel keeps them, and what comes in from outside: read once, and checked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from operator import index
from types import MappingProxyType
from typing import Any, SupportsIndex

from sympy import Basic, Expr, Symbol
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.binders import bound
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS, UNKNOWN
from symrnn.kernel.terms import require_term
from symrnn.kernel.values import smooth
from symrnn.language.relations import Equation, ForAll, Smooth
from symrnn.language.time import Sequence
from symrnn.recurrence.definitions import Definitions

Hypothesis = Fact | Equation | ForAll | Smooth
_KEPT: dict[Any, Definitions] = {}


def kept(cell: Definitions) -> Definitions:
    """The recurrence, one object for all that say the same; what is done to `cell` leaves it alone.

    Raises:
        IllFormedError: for definitions that are no recurrence, or are not differentiable but for
            the kinks of their σ.
    """
    definitions = dict(cell.definitions)
    kinds = tuple(map(tuple, (cell.states, cell.inputs, cell.outputs)))
    key = (cell.index, kinds, tuple(definitions.items()))
    if key not in _KEPT:
        if any(type(each) is not Sequence for kind in kinds for each in kind):
            raise IllFormedError("a recurrence is of sequences", {"got": kinds})
        now = [[each[cell.index] for each in kind] for kind in kinds]
        for each in (cell.index, *definitions, *definitions.values(), *chain(*now)):
            require_term(each)
        states, inputs, outputs = (tuple(each.sequence for each in kind) for kind in now)
        own = Definitions(cell.index, states, inputs, MappingProxyType(definitions), outputs)
        for value in definitions.values():
            _require_definition(value, own.index)
        _KEPT[key] = own
    return _KEPT[key]


def _require_definition(value: MatrixExpr, index: Symbol) -> None:
    over_time = any(index in bound(node) for node in value.atoms(*BINDERS))
    if over_time or value.has(*UNKNOWN) or not all(isinstance(n, Smooth) for n in smooth(value)):
        raise IllFormedError(
            "a definition is a function of its own time, differentiable but for the kinks of σ",
            {"got": str(value)},
        )


def constants(cell: Definitions | None) -> frozenset[Any]:
    """The sizes and scalars in the definitions, but not their time."""
    values = () if cell is None else cell.definitions.values()
    found = {symbol for value in values for symbol in value.free_symbols}
    return frozenset(found - ({cell.index} if cell is not None else set()))


def hypothesis(assumed: Any) -> Hypothesis:
    """An inequality, an equation, or one for all times, as it stands among hypotheses."""
    if isinstance(assumed, Equation | ForAll | Smooth):
        require_term(assumed)
        return assumed
    given = assumed if isinstance(assumed, Fact) else Fact.of(assumed)
    fact = Fact(given.expression, bool(given.strict))  # read once
    require_term(fact.expression)
    if not isinstance(fact.expression, Expr) or isinstance(fact.expression, MatrixExpr):
        raise IllFormedError("a fact is about a number", {"got": str(fact.expression)})
    return fact


def admitted(given: Any) -> Any:
    """An argument as the kernel reads it: terms, facts, numbers, recurrences, tuples of them."""
    if given is None or type(given) is bool or type(given) is int:
        return given
    if isinstance(given, Definitions):
        return kept(given)
    if isinstance(given, Fact | Relational):
        return hypothesis(given)
    if isinstance(given, Basic):
        require_term(given)
        return given
    if isinstance(given, SupportsIndex):
        return int(index(given))
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return tuple(map(admitted, given))
    raise IllFormedError("this is no argument of the kernel", {"got": repr(given)})
