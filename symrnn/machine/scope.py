"""What stands for the vectors of a recurrence: the run itself, or one in which something varies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation
from symrnn.language.time import Sequence, TimeVector
from symrnn.machine.arithmetic import APPLICATION, Coq, apply, count, name_of, time, time_of
from symrnn.machine.naturals import Facts, at_least_zero, ranging
from symrnn.machine.transition import Transition, transition_of
from symrnn.machine.vocabulary import ACTIVATIONS, KNOWN, cell_name, defined

Half = Callable[[Coq], Coq]


@dataclass(frozen=True)
class Scope:
    """How leaves are written.

    Args:
        rnn: the recurrence spoken of.
        changed: what stands for a parameter that varies, by its name.
        given: what stands for a vector that varies, or from which the run goes on.
        one_step: whether what is given is the state before, and only the step after it varies.
        moves: a vector that alone is replaced, wherever it is read: nothing moves along with it.
        facts: what is known of times.
        defining: whether a cell's definition is written, whose own time is not over.
    """

    rnn: Any
    changed: Mapping[str, str] = field(default_factory=dict)
    given: tuple[TimeVector, Coq] | None = None
    one_step: bool = False
    moves: tuple[TimeVector, Coq] | None = None
    facts: Facts = ()
    defining: bool = False

    def count(self, expression: Any) -> Coq:
        """A number of steps, or the end of a range, as a natural number."""
        return count(expression, self.facts)

    def within(self, index: Symbol, lower: Any, upper: Any = sympy.oo) -> Scope:
        """Inside a range: its index lies between its bounds, or is at least the lower one."""
        if index.is_positive:
            raise NotSupportedError(
                "no Coq form for a range over sizes", {"expected": "a time", "got": str(index)}
            )
        return replace(self, facts=ranging(self.facts, index, lower, upper))

    @property
    def varies(self) -> bool:
        """Whether this is inside a derivative along which the run moves."""
        return bool(self.changed) or self.given is not None

    @property
    def sigma(self) -> str:
        """The activation."""
        known = self.rnn.sigma
        if known.is_unknown:
            return "sigma"
        found = defined(known)
        if found is None:
            raise NotSupportedError(
                "no Coq form for this activation",
                {"expected": ", ".join(ACTIVATIONS), "got": f"{known.name}: {known.function.expr}"},
            )
        return found

    @property
    def transition(self) -> Transition | None:
        """The cell as it is printed from its definitions; None for one of the vocabulary."""
        return transition_of(self.rnn)

    def function(self, activation: Activation) -> Coq | None:
        """A function of the recurrence, or its slope; None if it is none of them."""
        if self.transition is not None:
            return self.transition.function(activation)
        sigma = self.rnn.sigma
        if activation == sigma:
            return Coq(self.sigma)
        if activation == sigma.prime and sigma.is_unknown:
            return Coq(f"{self.sigma}'")
        return None

    @property
    def cell(self) -> Coq:
        """The transition j, s_{j-1} ↦ s_j."""
        if not self.changed:
            return Coq("F")
        return self.full_cell

    @property
    def full_cell(self) -> Coq:
        """The transition, with nothing abbreviated."""
        if self.transition is not None:
            return self.transition.applied(self.transition.state, self.changed)
        name = cell_name(self.rnn)
        read = (self.changed.get(each, each) for each in KNOWN[name].reads)
        return Coq(" ".join([name, self.sigma, *read]), APPLICATION)

    def varying(self, **changed: str) -> Scope:
        """The same run with a parameter that varies; nothing else is given."""
        return replace(self, changed={**self.changed, **changed}, given=None)

    def from_(self, vector: TimeVector, value: Coq) -> Scope:
        """The run that goes on from a value of a vector."""
        return replace(self, given=(vector, value))

    def state(self, index: Any) -> Coq:
        """s at a time.

        Where a vector is given, three things can be known of the time: it is not before that
        vector, and the run goes on from it; it is before, and the run has not met it; or neither,
        and `run` of the vocabulary says both.
        """
        index = sympy.expand(index)
        if self.given is not None:
            vector, value = self.given
            if at_least_zero(vector.index - index - 1, self.facts):
                return replace(self, given=None).state(index)
            if self.transition is None and vector.label == self.rnn.a.label:
                _, second = self._halves(time(vector.index))
                value = second(value)
            if index == vector.index:
                return value
            if self.one_step and index == vector.index + 1:
                if at_least_zero(vector.index, self.facts):
                    return apply(self.cell.within(APPLICATION), time(index), value)
                return apply("step", self.cell, Coq("s0"), time(index), value)
            since, until = time(vector.index), time(index)
            if at_least_zero(index - vector.index, self.facts):
                return apply("flow", self.cell, since, until, value)
            return apply("run", self.cell, Coq("s0"), since, value, until)
        if self.changed:
            return apply("state", self.cell, Coq("s0"), time(index))
        return apply("s", time_of(index))

    def between(self, index: Any) -> Coq:
        """a at a time: what stands between two states."""
        if self.given is not None and self.given[0].label == self.rnn.a.label:
            gap = index - self.given[0].index
            if sympy.expand(gap) == 0:
                return self.given[1]
            if not (at_least_zero(gap - 1, self.facts) or at_least_zero(-gap - 1, self.facts)):
                raise NotSupportedError(
                    "whether two times are one does not follow from the hypotheses",
                    {"got": f"{index} and {self.given[0].index}"},
                )
        if not self.varies:
            return apply("a", time_of(index))
        return self.full_between(time(index), self.state(index - 1))

    def full_between(self, index: Coq, before: Coq) -> Coq:
        """a at a time, from the state before."""
        first, _ = self._halves(index)
        return first(before)

    def _halves(self, index: Coq) -> tuple[Half, Half]:
        """The halves of a step: from the state before to what stands between, and on from there."""
        known = KNOWN[cell_name(self.rnn)]
        read = [Coq(self.changed.get(each, each)) for each in known.reads]

        def affine(vector: Coq) -> Coq:
            return apply(known.affine, *read, index, vector)

        def activation(vector: Coq) -> Coq:
            return apply("map_mx", Coq(self.sigma), vector)

        return (activation, affine) if self.rnn.reads_state else (affine, activation)

    def vector(self, node: TimeVector) -> Coq:
        """A vector of the recurrence at a time."""
        rnn, index = self.rnn, node.index
        if self.moves is not None and node == self.moves[0]:
            return self.moves[1]
        if node.sequence == rnn.s:
            return self.state(index)
        if self.transition is not None:
            return self._printed(node, self.transition)
        if node.sequence == rnn.a:
            return self.between(index)
        if node.sequence == rnn.L:
            return apply("ell", time_of(index), self.state(index))
        if rnn.x is not None and node.sequence == rnn.x:
            return apply("x", time_of(index))
        raise NotSupportedError("no Coq form for this vector", {"got": node.label})

    def _printed(self, node: TimeVector, cell: Transition) -> Coq:
        """A vector of a printed cell that is no state."""
        if node.sequence in cell.inputs:
            return apply(cell.input_name(node.sequence), time_of(node.index))
        if node.sequence == getattr(self.rnn, "L", None):
            return apply("ell", time_of(node.index), self.state(node.index))
        now = self.defining and node.index == cell.index
        if node.sequence in cell.names and self.varies and not now:
            return cell.named(node.sequence, self.state(node.index))
        if not cell.defines(node.sequence):
            raise NotSupportedError("no Coq form for this vector", {"got": node.label})
        if not self.varies:
            return apply(name_of(Symbol(node.label)), time_of(node.index))
        self._require_other_time(node, cell)
        return self.defined(node.sequence, time(node.index), self.state(node.index - 1))

    def _require_other_time(self, node: TimeVector, cell: Transition) -> None:
        """Refuse what reads the state at the time at which a state is given.

        It is computed from the state before, where nothing varies yet.
        """
        if self.given is None or self.one_step:
            return
        if not cell.reads(node.sequence, (cell.state, *cell.names)):
            return
        gap = sympy.expand(node.index - self.given[0].index)
        if not (at_least_zero(gap - 1, self.facts) or at_least_zero(-gap - 1, self.facts)):
            raise NotSupportedError(
                "whether two times are one does not follow from the hypotheses",
                {"got": f"{node.index} and {self.given[0].index}"},
            )

    def defined(self, sequence: Sequence, index: Coq, before: Coq) -> Coq:
        """What a printed cell computes on the way, from the state before."""
        if self.transition is None:
            raise NotSupportedError("no Coq form for this vector", {"got": sequence.label})
        definition = self.transition.applied(sequence, self.changed)
        return Coq(f"{definition.text} {index.argument} {before.argument}", APPLICATION)

    def leaf(self, node: MatrixExpr) -> Coq:
        """A parameter."""
        return Coq(self.changed.get(node.name, name_of(node)))
