"""A cell as Coq has it, printed from its definitions: one definition for each vector.

Each depends on the parameters, the inputs, the time and the state before, so that what a gate is
stands there once and is called by its name. The last one is the step from state to state. A state
of several parts is one column, its parts one below the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.kernel.terms import require_term
from symrnn.kernel.values import is_smooth
from symrnn.language.activations import Activation
from symrnn.language.shapes import same_size
from symrnn.language.time import Sequence, TimeVector
from symrnn.machine.arithmetic import Coq, apply, name_of
from symrnn.machine.maps import VectorMap, maps_of
from symrnn.machine.names import slug
from symrnn.machine.sizes import stacked_size
from symrnn.machine.vocabulary import defined, known_name
from symrnn.recurrence.recurrence import Recurrence

STATE_BEFORE = "s"
"""What stands for the state before in a definition: no symbol is printed so."""


@dataclass(frozen=True, eq=False)
class Transition:
    """One step of a cell.

    key: the name of the cell in names of files, definitions and theorems.
    index: the time that the definitions are written in.
    state: the whole state, stacked where it has parts.
    parts: of each part of the state its first row and its rows.
    names: the parts that have names of their own, where the state is theirs stacked.
    definitions: of all vectors but the losses, each after those it reads.
    inputs: what is given at every time.
    scalars: numbers among the parameters, in the order of their names.
    functions: the functions in it of which nothing is known but that they have a slope.
    maps: the functions of columns in it of which nothing is known but that they are differentiable.
    """

    key: str
    index: Symbol
    state: Sequence
    parts: tuple[tuple[Any, Any], ...]
    definitions: Mapping[TimeVector, MatrixExpr]
    inputs: tuple[Sequence, ...]
    scalars: tuple[Symbol, ...]
    functions: tuple[str, ...]
    names: tuple[Sequence, ...] = ()
    maps: tuple[VectorMap, ...] = ()

    # ------------------------------------------------------------------ what it reads

    @cached_property
    def parameters(self) -> tuple[MatrixExpr, ...]:
        """Matrices and columns, in the order of their names."""
        found = {p for value in self.definitions.values() for p in value.atoms(sympy.MatrixSymbol)}
        return tuple(sorted(found, key=lambda each: str(each.name)))

    @cached_property
    def sizes(self) -> tuple[Symbol, ...]:
        """The sizes that are open, in the order of their names."""
        shapes = [each.shape for each in (*self.parameters, *self.definitions)]
        shapes += [each[self.index].shape for each in (*self.inputs, self.state)]
        found = {s for shape in shapes for extent in shape for s in extent.free_symbols}
        return tuple(sorted(found, key=lambda each: str(each.name)))

    def defines(self, sequence: Sequence) -> bool:
        """Whether it defines a vector."""
        return sequence[self.index] in self.definitions

    def reads(self, sequence: Sequence, others: Iterable[Sequence]) -> bool:
        """Whether a vector reads one of others at its own time, itself or by what it reads."""
        pending, seen, others = [sequence], {sequence}, set(others)
        while pending:
            value = self.definitions.get(pending.pop()[self.index], sympy.S.Zero)
            read = {v.sequence for v in value.atoms(TimeVector) if v.index == self.index} - seen
            if read & others:
                return True
            seen |= read
            pending += read
        return False

    def down_to(self, by: TimeVector, node: TimeVector, held: Iterable[TimeVector]) -> MatrixExpr:
        """A vector of a step as a function of another: what is computed of it is written out."""
        held = {*held, by}
        others = {
            of.sequence[node.index]
            for of in self.definitions
            if not self.reads(of.sequence, [by.sequence])
        }
        return by if node == by else self.written_out(node, {*held, *(others - {node})})

    def written_out(self, node: TimeVector, held: Iterable[MatrixExpr]) -> MatrixExpr:
        """A vector by its definition, and so on for what is read on the way, but for what is held.

        Of its own time only what is held stands in it then, besides inputs.
        """
        held, now = set(held), node.index
        found = self.definitions[node.sequence[self.index]].subs(self.index, now)
        while True:
            read = {
                each: self.definitions[each.sequence[self.index]].subs(self.index, now)
                for each in found.atoms(TimeVector) - held
                if each.index == now and self.defines(each.sequence)
            }
            if not read:
                return found
            found = found.xreplace(read)

    # ------------------------------------------------------------------ how that is written

    @property
    def state_type(self) -> str:
        """The type of the state."""
        return self.column([rows for _, rows in self.parts])

    @staticmethod
    def column(rows: list[Any]) -> str:
        """The type of columns of some columns one below the other."""
        return f"'cV[R]_{stacked_size(rows)}"

    def vector_type(self, sequence: Sequence) -> str:
        """The type of a vector."""
        if sequence == self.state:
            return self.state_type
        return self.column([sequence.rows])

    def input_name(self, sequence: Sequence) -> str:
        """x for x: nothing else is printed so."""
        return "x" if sequence.label == "x" else name_of(Symbol(sequence.label))

    def name(self, sequence: Sequence) -> str:
        """The Coq definition of a vector."""
        return f"{self.key}_{slug(sequence.label)}"

    def arguments(
        self, changed: Mapping[str, str] | None = None, parameters: bool = True
    ) -> list[str]:
        """What a definition is applied to before the time, with other parameters for some; or all
        of it but the parameters."""
        others = changed or {}
        return [
            "R",
            *map(name_of, self.sizes),
            *(name_of(Symbol(each)) for each in self.functions),
            *(each.coq for each in self.maps),
            *(others.get(str(each.name), name_of(each)) for each in self.parameters if parameters),
            *map(self.input_name, self.inputs),
            *map(name_of, self.scalars),
        ]

    def applied(self, sequence: Sequence, changed: Mapping[str, str] | None = None) -> Coq:
        """A definition with its parameters: a function of the time and the state before."""
        return apply(self.name(sequence), *map(Coq, self.arguments(changed)))

    def part(self, start: Any, rows: Any, whole: Coq) -> Coq:
        """Some rows of the state: the part of it that they are.

        Raises:
            NotSupportedError: they are no part of it.
        """
        for place, (first, count) in enumerate(self.parts):
            if same_size(first, start) and same_size(count, rows):
                return self._part(place, whole)
        raise NotSupportedError(
            "no Coq form for rows that are no part of the state",
            {"got": f"{rows} rows from {start} on"},
        )

    def named(self, sequence: Sequence, whole: Coq) -> Coq:
        """A part that has a name, of the state."""
        return self._part(self.names.index(sequence), whole)

    @staticmethod
    def stacked(parts: list[Coq]) -> Coq:
        """Columns one below the other."""
        *above, found = parts
        for each in reversed(above):
            found = apply("col_mx", each, found)
        return found

    def _part(self, place: int, whole: Coq) -> Coq:
        """dsubmx leads to what stands below, usubmx to what stands on top."""
        rows = [rows for _, rows in self.parts]
        for top in range(place):
            whole = self._half("dsubmx", rows[top:], whole)
        return self._half("usubmx", rows[place:], whole) if place < len(rows) - 1 else whole

    @staticmethod
    def _half(name: str, rows: list[Any], whole: Coq) -> Coq:
        above, below = stacked_size(rows[:1]), stacked_size(rows[1:])
        return apply(f"@{name}", Coq("R"), Coq(above), Coq(below), Coq("1"), whole)

    def function(self, given: Activation) -> Coq | None:
        """A function of the cell, or the slope of one; None if it is none of them."""
        if given.is_unknown and given.name in self.functions and given.order <= 1:
            return Coq(name_of(Symbol(given.name)) + "'" * given.order)
        found = defined(given)
        return None if found is None else Coq(found)

    def binders(self, parameters: bool = True) -> list[str]:
        """What a definition is quantified over before the time, each with its type; or all of it
        but the parameters."""
        functions = " ".join(name_of(Symbol(each)) for each in self.functions)
        scalars = " ".join(map(name_of, self.scalars))
        return [
            "(R : realType)",
            *([f"({' '.join(map(name_of, self.sizes))} : nat)"] if self.sizes else []),
            *([f"({functions} : R -> R)"] if functions else []),
            *self.typed_maps(),
            *(self.typed_parameters() if parameters else ()),
            *self.typed_inputs(),
            *([f"({scalars} : R)"] if scalars else []),
        ]

    def typed_maps(self) -> list[str]:
        """The functions of columns with their types."""
        return [f"({each.coq} : {each.type})" for each in self.maps]

    def typed_parameters(self) -> list[str]:
        """The parameters with their types."""
        return [f"({name_of(each)} : {parameter_type(each.shape)})" for each in self.parameters]

    def typed_inputs(self) -> list[str]:
        """The inputs with their types."""
        return [
            f"({self.input_name(each)} : nat -> {self.column([each.rows])})" for each in self.inputs
        ]


@lru_cache(maxsize=256)
def parameter_type(shape: tuple[Any, Any]) -> str:
    """The type of a parameter: its numbers of rows and columns begin with a successor."""
    rows, cols = (stacked_size(_terms(extent)) for extent in shape)
    if same_size(shape[1], 1):
        return f"'cV[R]_{rows}"
    return f"'M[R]_({rows}, {cols})"


def _terms(extent: Any) -> list[Any]:
    """d, m of d + m and d, d of 2d."""
    found: list[Any] = []
    for term in sympy.Add.make_args(sympy.expand(extent)):
        count, rest = term.as_coeff_Mul()
        whole = rest.is_Symbol and count.is_Integer and count > 0
        found += [rest] * int(count) if whole else [term]
    return found


@dataclass(frozen=True, eq=False)
class Own:
    """A cell that a part brings along, with its own functions and parts."""

    recurrence: Recurrence
    transition: Transition

    @property
    def s(self) -> Sequence:
        """The whole state."""
        return self.transition.state


def step_of(
    key: str,
    recurrence: Recurrence,
    state: Sequence,
    parts: tuple[tuple[Any, Any], ...],
    own: Mapping[TimeVector, MatrixExpr],
    names: tuple[Sequence, ...] = (),
) -> Transition:
    """A cell as it is printed.

    Raises:
        NotSupportedError: its vectors are no columns.
    """
    reads = {of: {u for u in value.atoms(TimeVector) if u in own} for of, value in own.items()}
    ordered = {of: own[of] for of in TopologicalSorter(reads).static_order()}
    found = {a for value in own.values() for a in value.atoms(Activation)}
    functions = tuple(sorted({a.name for a in found if a.is_unknown}))
    for sequence in (state, *recurrence.inputs):
        if not same_size(sequence.cols, 1):
            raise NotSupportedError(
                "no Coq form for states and inputs that are no columns",
                {"expected": "one column", "got": f"{sequence.label}: {sequence.cols} columns"},
            )
    symbols = {s for value in own.values() for s in value.free_symbols if isinstance(s, Symbol)}
    taken = {str(p.name) for value in own.values() for p in value.atoms(sympy.MatrixSymbol)}
    scalars = tuple(
        sorted((s for s in symbols if not s.is_integer and s.name not in taken), key=str)
    )
    maps = maps_of(own.values())
    fixed = (key, recurrence.index, state, parts, ordered, recurrence.inputs, scalars, functions)
    return Transition(*fixed, names, maps)


@lru_cache(maxsize=64)
def transition_of(subject: Any) -> Transition | None:
    """A cell as it is printed; None for the networks that have a name in the vocabulary.

    Raises:
        NotSupportedError: something in it has no Coq form, whatever is said of it.
    """
    if isinstance(subject, Own):
        return subject.transition
    if not isinstance(subject, Network) or known_name(subject) is not None:
        return None
    require_slopes(subject)
    return step_of_network(cell_key(subject), subject)


def require_slopes(subject: Any) -> None:
    """Refuse a cell with a function that is not known to have a slope everywhere.

    The function itself is looked at: what it is called says nothing. Of an unknown one that is
    supposed.

    Raises:
        NotSupportedError: naming it.
    """
    cell = subject.cell if isinstance(subject, Network) else subject
    values = cell.recurrence.definitions.values()
    found = {f for value in values for f in value.atoms(Activation)}
    for each in sorted(found, key=str):
        if not (each.is_unknown or _has_slope(each)):
            raise NotSupportedError(
                f"{each.name} is not known to be differentiable everywhere, as theorems suppose",
                {"expected": "a function that is", "got": str(each.function.expr)},
            )


def _has_slope(function: Activation) -> bool:
    try:
        require_term(function)  # of others the kernel does not know what they are
    except IllFormedError:
        return False
    return is_smooth(function)


def step_of_network(key: str, subject: Network) -> Transition:
    """A network as it is printed: all of it but the loss.

    Raises:
        NotSupportedError: its vectors are no columns.
    """
    parts = tuple(
        (start, each.rows) for start, each in zip(subject.starts, subject.states, strict=True)
    )
    definitions = {
        of: value
        for of, value in subject.recurrence.definitions.items()
        if of.sequence != subject.L
    }
    return step_of(key, subject.recurrence, subject.s, parts, definitions)


def cell_key(subject: Network) -> str:
    """The name of a cell in names of Coq's: that of none that the vocabulary has."""
    return f"cell_{slug(subject.cell.name) or 'without_a_name'}"
