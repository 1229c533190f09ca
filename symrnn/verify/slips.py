"""Slips about what a recurrence defines: σ for σ′, a vector or a time for another, a factor or a
whole sum left out, total for immediate.

Nothing here knows a cell: which function is applied to which vector, which matrices there are and
what one step's Jacobian consists of is read off the definitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import is_scalar, same_shape, same_size
from symrnn.language.structure import Diag, Hadamard
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence
from symrnn.verify.rewrites import (
    MISSED,
    MISSING,
    SHIFT,
    Change,
    Family,
    Rewrite,
    Scope,
    named,
)

SLOPE = "σ for σ′, or the other way round"
LETTER = "another vector or matrix"
TIME = "another time"
CUT = "truncation"
KIND = "total for immediate derivative, or the other way round"
ONLY = "one term or factor only"

ORDERS = 3
"""Derivatives of an activation that are told apart: σ, σ′, σ″."""


@dataclass(frozen=True)
class Facts:
    """What a recurrence's definitions say, and what is claimed to be which derivative.

    Args:
        recurrence: the definitions.
        claimed: the unevaluated derivative.
    """

    recurrence: Recurrence
    claimed: Any

    @cached_property
    def applied(self) -> tuple[Elementwise, ...]:
        """The elementwise functions in the definitions, with their arguments."""
        found: dict[Elementwise, None] = {}
        for value in self.recurrence.definitions.values():
            nodes = value.find(lambda node: isinstance(node, Elementwise))
            found.update(dict.fromkeys(sorted(nodes, key=sympy.default_sort_key)))
        return tuple(found)

    @cached_property
    def ladder(self) -> tuple[tuple[Activation, ...], ...]:
        """σ, σ′, σ″ of each activation."""
        rungs = []
        for first in dict.fromkeys(node.activation for node in self.applied):
            second = first.prime
            rungs.append((first, second, second.prime))
        return tuple(rungs)

    @cached_property
    def sequences(self) -> tuple[Sequence, ...]:
        """Every sequence that is defined or given."""
        defined = [vector.sequence for vector in self.recurrence.definitions]
        return tuple(dict.fromkeys([*defined, *self.recurrence.inputs]))

    @cached_property
    def parameters(self) -> tuple[Any, ...]:
        """Every matrix and vector that does not depend on time."""
        values = self.recurrence.definitions.values()
        found = {node for value in values for node in value.atoms(sympy.MatrixSymbol)}
        return tuple(sorted(found, key=sympy.default_sort_key))

    def slopes(self, time: Any) -> list[MatrixExpr]:
        """σ′ of what σ is applied to in the step at a time: columns."""
        return [
            slope(argument.subs(self.recurrence.index, time)) for slope, argument in self._slopes
        ]

    @cached_property
    def _slopes(self) -> list[tuple[Activation, MatrixExpr]]:
        return [(node.activation.prime, node.argument) for node in self.applied]

    @cached_property
    def held(self) -> tuple[Any, ...]:
        """Times at which the claim holds a state constant."""
        return tuple(state.index for state in self.claimed.held)

    def families(self) -> tuple[Family, ...]:
        """Changes of a node, likelier ones first."""
        each = (_functions, _defined, _letters, _times, _kinds, _cuts, _left_out, _slopes, _vectors)
        return tuple(partial(family, self) for family in each)


# ---------------------------------------------------------------------- functions and letters


def _functions(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """σ′ for σ and for whatever else stands in its place; f(u) for f(g(u))."""
    if not isinstance(node, Elementwise):
        return
    function, argument = node.activation, node.argument
    if isinstance(argument, Elementwise):
        words = f"{named(function(argument.argument))} takes the place of {name}"
        yield LETTER, words, partial(function, argument.argument)
    for rungs in facts.ladder:
        places = [n for n, rung in enumerate(rungs) if rung.function == function.function]
        near = {1} | {n + by for n in places for by in (-1, 1)}
        for n in sorted(near & set(range(ORDERS)), key=lambda n: (n != 1, n)):
            if n not in places:
                new = named(rungs[n](argument))
                words = f"{_primed(n)}, {new}, takes the place of {name}"
                if places:
                    words = f"{_primed(n)} takes the place of {_primed(places[0])}, {new} of {name}"
                yield SLOPE, words, partial(rungs[n], argument)


def _defined(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """σ′(u) for a vector that is defined as σ(u); u for it, too."""
    value = facts.recurrence.definition(node)
    if isinstance(value, Elementwise):
        slope = value.activation.prime(value.argument)
        yield SLOPE, f"σ′ takes the place of σ, {named(slope)} of {name}", partial(_same, slope)


def _letters(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """Another vector of the same shape, at the same time or beside it; another parameter."""
    if isinstance(node, TimeVector):
        for sequence in facts.sequences:
            other = sequence[node.index]
            if sequence == node.sequence or not same_shape(other.shape, node.shape):
                continue
            for by in (0, -1, 1):
                moved = sequence[node.index + by]
                yield LETTER, f"{named(moved)} takes the place of {name}", partial(_same, moved)
    if isinstance(node, sympy.MatrixSymbol):
        for parameter in facts.parameters:
            if parameter != node and same_shape(parameter.shape, node.shape):
                yield LETTER, f"{parameter} takes the place of {name}", partial(_same, parameter)


# ---------------------------------------------------------------------- times


def _times(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """v_t for v_k; a derivative with all its times, or those of one side, changed."""
    if isinstance(node, TimeVector):
        fixed = [i - by for i in scope for by in (0, 1)] if node.index.is_Integer else []
        for time in (*_others(node.index, scope), *fixed):
            moved = node.sequence[time]
            yield TIME, f"{named(moved)} takes the place of {name}", partial(_same, moved)
    if not isinstance(node, TotalDerivative | ImmediateDerivative):
        return
    sides = [side for side in (node.of, node.by) if isinstance(side, TimeVector)]
    times = dict.fromkeys(side.index for side in sides)
    for old in times:
        for new in (*_others(old, scope), old - 1, old + 1):
            swap = {side: side.sequence[new] for side in sides if side.index == old}
            for chosen in [swap] if len(swap) == 1 else [swap, *({a: b} for a, b in swap.items())]:
                of, by = (chosen.get(side, side) for side in (node.of, node.by))
                build = partial(node.func, of, by, *node.args[2:])
                words = f"∂{named(of)}/∂{named(by)} takes the place of {name}"
                yield (SHIFT if new in (old - 1, old + 1) else TIME), words, build


def _others(time: Any, scope: Scope) -> list[Any]:
    """The time with another symbol of the scope in the place of each that it contains."""
    symbols = sorted((s for s in time.free_symbols if s in scope), key=str)
    return [time.xreplace({old: new}) for old in symbols for new in scope if new != old]


def _kinds(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """∂⁺ for ∂, ∂ for ∂⁺."""
    if isinstance(node, TotalDerivative | ImmediateDerivative):
        total = isinstance(node, TotalDerivative)
        words = f"{name} is the {'immediate' if total else 'total'} derivative"
        other = ImmediateDerivative if total else TotalDerivative
        held = () if total else facts.claimed.held
        yield KIND, words, partial(other, node.of, node.by, node.layout, held)


def _cuts(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """A sum that is truncated, or is not; a bound that is another time."""
    if not isinstance(node, Ranged):
        return
    word = "sum" if isinstance(node, OrderedSum) else "product"
    for held in facts.held:
        words = f"the {word} over {node.index} begins after the time {held} that is held constant"
        yield CUT, words, partial(node.over, held + 1, node.upper)
    if isinstance(node, OrderedSum) and node.lower != 1:
        words = f"the {word} over {node.index} begins at 1: nothing is truncated"
        yield CUT, words, partial(node.over, 1, node.upper)
    outside = tuple(s for s in scope if s != node.index)
    for time in outside:
        for lower in (time, time + 1):
            if lower != node.lower:
                words = f"the {word} over {node.index} begins at {lower}"
                yield TIME, words, partial(node.over, lower, node.upper)
        if time != node.upper:
            words = f"the {word} over {node.index} ends at {time}"
            yield TIME, words, partial(node.over, node.lower, time)


# ---------------------------------------------------------------------- factors left out


def _left_out(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """A square parameter that is missing on one side of a factor."""
    for parameter in facts.parameters:
        if not same_size(*parameter.shape) or same_size(parameter.shape[0], 1):
            continue
        for factor in (parameter, Transposed(parameter)):
            yield from _beside(node, name, factor)


def _slopes(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """diag(σ′) that is missing on one side of a factor, at a time of the scope or beside it."""
    for index in scope:
        for by in (0, -1, 1):
            for slope in facts.slopes(index + by):
                yield from _beside(node, name, Diag(slope))


def _vectors(facts: Facts, node: MatrixExpr, name: str, scope: Scope) -> Iterator[Change]:
    """v_j that is missing in a product entry by entry."""
    if not isinstance(node, MatrixSum | Hadamard | Elementwise | TimeVector) or is_scalar(node):
        return
    for sequence in facts.sequences:
        for index in scope:
            vector = sequence[index]
            if same_shape(vector.shape, node.shape):
                words = f"the {MISSED}factor {named(vector)} is put to {name}, entry by entry"
                yield MISSING, words, partial(Hadamard, vector, node)


def _beside(node: MatrixExpr, name: str, factor: MatrixExpr) -> Iterator[Change]:
    if is_scalar(node):
        return
    if same_size(factor.shape[1], node.shape[0]):
        words = f"the {MISSED}factor {named(factor)} is put before {name}"
        yield MISSING, words, partial(MatrixProduct, factor, node)
    if same_size(node.shape[1], factor.shape[0]):
        words = f"the {MISSED}factor {named(factor)} is put after {name}"
        yield MISSING, words, partial(MatrixProduct, node, factor)


def _primed(order: int) -> str:
    return "σ" + "′" * order


def _same(node: Any) -> Any:
    return node


# ---------------------------------------------------------------------- made, not undone


def only_one(formula: MatrixExpr) -> Iterator[Rewrite]:
    """Of a sum or product over time one member, of a sum one term: slips made on a formula."""
    ranged = formula.find(lambda node: isinstance(node, OrderedSum | OrderedProduct))
    for node in sorted(ranged, key=sympy.default_sort_key):
        word, kind = ("term", "sum") if isinstance(node, OrderedSum) else ("factor", "product")
        for end, time in (("last", node.upper), ("first", node.lower)):
            of = f"of the {kind} over {node.index}"
            words = f"only the {end} {word} {node.index} = {time} {of} is there"
            yield Rewrite(ONLY, words, formula.xreplace({node: node.at(time)}))
    for term in formula.args if isinstance(formula, MatrixSum) else ():
        yield Rewrite(ONLY, f"only the term {named(term)} is there", term)
