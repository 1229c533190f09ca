"""The recurrence written out at integer sizes and times, differentiated by SymPy's scalar rules.

Nothing of the calculus is used here: this is the independent meaning of ∂ and ∂⁺ that derived
formulas are compared with (evidence grade `explicit`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation
from symrnn.language.derivatives import NUMERATOR, ImmediateDerivative
from symrnn.language.explicit import Entries, entries
from symrnn.language.shapes import is_column, symbolic
from symrnn.language.slope_at import replaced, slope_by, value_of
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence


class EntrySymbol(Symbol):  # type: ignore[misc]
    """An entry of a leaf; never equal to a symbol of the user's, whatever that is called."""


@lru_cache(maxsize=1024)
def symbols_of(node: MatrixExpr) -> Entries:
    """A matrix of scalar symbols for a leaf: W_1_2, s_0_1, …

    Where the leaf's own name ends in a number, dots keep it apart: the column `W_1` has the
    entries W_1.1, W_1.2, and none of them is an entry of `W`.
    """
    name = node.label if isinstance(node, TimeVector) else node.name
    mark = "." if re.search(r"\d$", name) else "_"
    prefix = f"{name}{mark}{node.index}" if isinstance(node, TimeVector) else name
    rows, cols = map(int, node.shape)

    def symbol(i: int, j: int) -> Symbol:
        place = f"{mark}{i + 1}" + (f"{mark}{j + 1}" if cols > 1 else "")
        return EntrySymbol(prefix + place, real=True)

    return Entries(rows, cols, symbol)


@dataclass
class Unrolled:
    """The recurrence at integer times; values below are dense matrices of SymPy scalars.

    Args:
        recurrence: with integer sizes wherever an entry is asked for.
        values: leaves with given entries, instead of symbols.
        cut: defined vectors that are symbols of their own all the same.
    """

    recurrence: Recurrence
    values: dict[MatrixExpr, Entries] = field(default_factory=dict)
    cut: frozenset[MatrixExpr] = frozenset()
    _derivatives: dict[Any, Entries] = field(default_factory=dict, init=False, repr=False)
    _varied: dict[Any, _Varied] = field(default_factory=dict, init=False, repr=False)
    _defined: dict[MatrixExpr, MatrixExpr | None] = field(
        default_factory=dict, init=False, repr=False
    )

    def leaf(self, node: MatrixExpr) -> Entries:
        """Entries of a leaf: given, unrolled by its definition, or fresh symbols."""
        if node in self.values:
            return self.values[node]
        definition = self._definition(node)
        result = symbols_of(node) if definition is None else entries(definition, self)
        self.values[node] = result
        return result

    def _definition(self, node: MatrixExpr) -> MatrixExpr | None:
        if node not in self._defined:
            self._defined[node] = self._find_definition(node)
        return self._defined[node]

    def _find_definition(self, node: MatrixExpr) -> MatrixExpr | None:
        if node in self.cut or not isinstance(node, TimeVector):
            return None
        if not node.index.is_Integer:
            raise IllFormedError(
                f"{node} has no entries", {"expected": "an integer time", "got": str(node.index)}
            )
        if self.recurrence.is_state(node) and node.index == 0:
            return None
        definition = self.recurrence.definition(node)
        if definition is None:
            return None
        first = first_time(self.recurrence, node.label)
        if node.index < first:
            raise IllFormedError(
                f"{node} is before the first step",
                {"expected": f"time ≥ {first}", "got": node.index},
            )
        return definition

    def apply(self, function: Activation, value: Expr) -> Expr:
        """σ⁽ⁿ⁾ at one entry, as the expression it is; a slope has no value at a kink of σ."""
        return value_of(function.at, value) if function.order else function.at(value)

    def derivative(self, node: Any) -> Entries:
        """Entries of an unevaluated derivative, entry by entry with `diff`."""
        if node not in self._derivatives:
            self._derivatives[node] = self._differentiated(node)
        return self._derivatives[node]

    def _differentiated(self, node: Any) -> Entries:
        by = node.by.args[0] if isinstance(node.by, Vec) else node.by
        held = set(node.held)
        if isinstance(node, ImmediateDerivative):
            before = _own_time(node) - 1
            held |= {state[before] for state in self.recurrence.states if before >= 0}
        cut = frozenset(held | ({by} if isinstance(by, TimeVector) else set()))
        if (cut, by) not in self._varied:
            self._varied[cut, by] = self._vary(cut, by)
        inner, given, names = self._varied[cut, by]
        of = entries(node.of, inner)
        variables = list(names[by].vec() if isinstance(node.by, Vec) else names[by])
        if is_column(node.of) and is_column(node.by):
            rows = [[slope_by(entry, variable) for variable in variables] for entry in of]
            result = Entries(rows) if node.layout == NUMERATOR else Entries(rows).T
        elif len(of) == 1:
            result = names[by].applyfunc(lambda variable: slope_by(of[0], variable))
        else:
            raise NotSupportedError("a vector by a matrix", {"node": str(node)})
        # The symbols of what was cut stand for its value.
        met = {leaf for leaf in inner.values if leaf not in given and self._is_given(leaf)}
        back = {
            symbol: value
            for leaf in {*names, *met}
            for symbol, value in zip(symbols_of(leaf), self.leaf(leaf), strict=True)
        }
        back = {symbol: value for symbol, value in back.items() if symbol != value}
        return Entries(result.rows, result.cols, replaced(result, back)) if back else result

    def _vary(self, cut: frozenset[MatrixExpr], by: MatrixExpr) -> _Varied:
        """The recurrence with symbols for what is cut and for the variable."""
        given = {leaf: value for leaf, value in self.values.items() if self._is_given(leaf)}
        names = {leaf: symbols_of(leaf) for leaf in cut | {by}}
        inner = Unrolled(self.recurrence, {**given, **names}, self.cut | cut)
        return inner, frozenset(given), names

    def _is_given(self, leaf: MatrixExpr) -> bool:
        return self._definition(leaf) is None


@lru_cache(maxsize=4096)
def first_time(recurrence: Recurrence, label: str) -> int:
    """The first time at which a sequence has a value: 1 for what is computed or put in, 0 for a
    state, and for a sequence that is none of the recurrence."""
    if any(state.label == label for state in recurrence.states):
        return 0
    known = (*recurrence.inputs, *(vector.sequence for vector in recurrence.definitions))
    return int(any(sequence.label == label for sequence in known))


def _own_time(node: ImmediateDerivative) -> Expr:
    """The time before which all states are held: that of the one vector differentiated.

    A state at time 0 is given, not computed: nothing is before it, and its immediate derivative
    by anything but itself is 0.
    """
    if not isinstance(node.of, TimeVector):
        raise NotSupportedError(
            "∂⁺ of an expression", {"expected": "∂⁺ of a vector at a time", "got": str(node.of)}
        )
    return node.of.index


_Varied = tuple[Unrolled, frozenset[MatrixExpr], dict[MatrixExpr, Entries]]


def explicit(recurrence: Recurrence, expression: Any, assignment: dict[Any, int]) -> Any:
    """Entries of an expression at integer sizes and times.

    Args:
        recurrence: gives the meaning of states and derivatives.
        expression: a matrix, a scalar or a relation of the language.
        assignment: an integer for every symbolic size and time.

    Returns:
        A dense SymPy matrix, a scalar, or a pair of them for a relation.

    Raises:
        IllFormedError: a scalar of the expression has the name of an entry.
    """
    sized = symbolic(expression).subs(assignment)
    found = entries(sized, Unrolled(at_sizes(recurrence, assignment)))
    return tuple(map(_plain, found)) if isinstance(found, tuple) else _plain(found)


def _plain(value: Any) -> Any:
    """Entries of leaves as symbols that anybody can write: `Symbol("W_1_2", real=True)`."""
    named = {s: Symbol(s.name, real=True) for s in value.free_symbols if type(s) is EntrySymbol}
    taken = sorted(set(named.values()) & value.free_symbols, key=str)
    if taken:
        raise IllFormedError(
            f"the scalar {taken[0]} is called as an entry of a leaf is",
            {"expected": "another name", "got": str(taken[0])},
        )
    return value.xreplace(named)


def at_sizes(recurrence: Recurrence, assignment: dict[Any, int]) -> Recurrence:
    """The same recurrence with integer sizes."""
    chosen = ((key, value) for key, value in assignment.items() if key != recurrence.index)
    return _at_sizes(recurrence, tuple(sorted(chosen, key=str)))


@lru_cache(maxsize=256)
def _at_sizes(recurrence: Recurrence, assignment: tuple[tuple[Any, int], ...]) -> Recurrence:
    sizes = dict(assignment)

    def sized(sequence: Any) -> Any:
        rows, cols = (symbolic(n).subs(sizes) for n in (sequence.rows, sequence.cols))
        return type(sequence)(sequence.label, rows, cols)

    return Recurrence(
        recurrence.index,
        tuple(map(sized, recurrence.states)),
        tuple(map(sized, recurrence.inputs)),
        {of.subs(sizes): value.subs(sizes) for of, value in recurrence.definitions.items()},
        tuple(map(sized, recurrence.outputs)),
    )
