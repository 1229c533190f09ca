"""Theorems and the inferences that make them; the axioms in `axioms/` are the only other source.

A theorem is hypotheses ⊢ relation, about one recurrence or about none. Its record is kept here, by
the theorem's identity: nothing that is written on a theorem from outside changes what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import sympy
from sympy import MatrixSymbol, Symbol

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel.binders import bound, symbols
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS
from symrnn.kernel.recurrences import Hypothesis, constants
from symrnn.kernel.terms import require_term
from symrnn.kernel.values import conditions
from symrnn.language.relations import Limit, Relation
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence.definitions import Definitions


@dataclass(frozen=True)
class _Record:
    hypotheses: frozenset[Hypothesis]
    relation: Relation | Limit
    cell: Definitions | None


class Theorem:
    """hypotheses ⊢ relation; made by the kernel's inferences and axioms alone."""

    __slots__ = ("__weakref__",)

    def __init__(self) -> None:
        raise IllFormedError(
            "a theorem is made by the kernel alone", {"expected": "an inference or an axiom"}
        )

    def __init_subclass__(cls) -> None:
        raise IllFormedError("no class can be derived from Theorem", {"got": cls.__name__})

    def __reduce__(self) -> NoReturn:
        raise IllFormedError("a theorem does not leave the process that proved it")

    @property
    def hypotheses(self) -> frozenset[Hypothesis]:
        """What it assumes."""
        return _record(self).hypotheses

    @property
    def relation(self) -> Any:
        """What it says: an `Equation`, an `Inequality` or a `Limit`."""
        return _record(self).relation

    @property
    def cell(self) -> Definitions | None:
        """The recurrence it is about; None where it holds whatever the recurrence is."""
        return _record(self).cell

    def __repr__(self) -> str:
        assumed = sorted(map(str, self.hypotheses))
        return f"{', '.join(assumed)} ⊢ {text(self.relation)}"


_RECORDS: WeakKeyDictionary[Theorem, _Record] = WeakKeyDictionary()


def _record(theorem: Theorem) -> _Record:
    if type(theorem) is not Theorem or theorem not in _RECORDS:
        raise IllFormedError("this is no theorem of the kernel", {"got": type(theorem).__name__})
    return _RECORDS[theorem]


def _make(
    hypotheses: Iterable[Hypothesis], relation: Relation | Limit, cell: Definitions | None
) -> Theorem:
    """A theorem; what its relation, and its facts, need to have a value is added to these.

    What a fact needs stays, even if the fact implies it: once a symbol is replaced it need not.
    """
    require_term(relation)
    given = tuple(hypotheses)
    known = [each for each in given if not isinstance(each, Fact) or not each.follows_from(())]
    known.extend(need for fact in _facts(given) for need in _conditions(fact.expression))
    known.extend(fact for fact in _conditions(relation) if not fact.follows_from(_facts(known)))
    _require_names(relation, frozenset(known), cell)
    if isinstance(relation, Limit):
        _require_free_to_grow(relation.variable, known)
    theorem = object.__new__(Theorem)
    _RECORDS[theorem] = _Record(frozenset(known), relation, cell)
    return theorem


def _facts(hypotheses: Iterable[Hypothesis]) -> tuple[Fact, ...]:
    return tuple(each for each in hypotheses if isinstance(each, Fact))


@lru_cache(maxsize=4096)
def _conditions(relation: Any) -> tuple[Fact, ...]:
    return tuple(fact for fact in conditions(relation) if not fact.follows_from(()))


@lru_cache(maxsize=4096)
def _require_names(relation: Any, needs: frozenset[Hypothesis], cell: Definitions | None) -> None:
    """One name, one thing: a symbol and another, or leaves of two shapes, would print the same."""
    terms = [relation, *(getattr(need, "expression", need) for need in needs)]
    if cell is not None:
        terms += [*cell.definitions, *cell.definitions.values()]
    leaves = {leaf for term in terms for leaf in term.atoms(TimeVector, MatrixSymbol)}
    leaves.update(each for term in terms for each in symbols(term) if type(each) is Symbol)
    called: dict[str, Any] = {}
    for each in leaves:
        timed = isinstance(each, TimeVector)
        name = (each.label if timed else each.name).removesuffix("_")  # lambda_ prints as lambda
        kind = each if isinstance(each, Symbol) else (type(each), each.shape)
        if called.setdefault(name, kind) != kind:
            raise IllFormedError(
                f"two different things are called {name}",
                {"first": sympy.srepr(called[name]), "second": sympy.srepr(kind)},
            )
    for node in relation.atoms(*BINDERS, Limit):
        _require_varies(cell, bound(node))


def _require_varies(cell: Definitions | None, symbols: Iterable[Any]) -> None:
    """A theorem about a recurrence says nothing of the one with another size or scalar."""
    own = constants(cell) & set(symbols)
    if own:
        raise IllFormedError("a constant of the recurrence is replaced", {"got": own})


def _require_free_to_grow(variable: Symbol, needs: Iterable[Hypothesis]) -> None:
    for each in needs:
        if variable in each.free_symbols and not eventually(each, variable):
            raise SideConditionError(
                f"{text(variable)} is not free to grow", {"where": text_of(each)}
            )


def eventually(each: Hypothesis, variable: Symbol) -> bool:
    """Whether a fact holds from some value of the variable on, whatever else is in it."""
    if not isinstance(each, Fact) or variable not in each.free_symbols:
        return False
    rate = each.expression.coeff(variable)
    rest = sympy.expand(each.expression - rate * variable)
    return bool(rate.is_Rational and rate > 0 and variable not in rest.free_symbols)


def text_of(each: Any) -> str:
    """A hypothesis in words."""
    return str(each) if isinstance(each, Fact) else text(each)
