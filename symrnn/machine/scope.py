"""What stands for the vectors of a recurrence: the run itself, or one in which something varies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.elman import elman, sigma_inside
from symrnn.cells.network import Network
from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation
from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import APPLICATION, Coq, apply, count, name_of, time, time_of
from symrnn.machine.naturals import Facts, at_least_zero, ranging

Build = Callable[[Activation], Network]
Half = Callable[[Coq], Coq]


def _bare(sigma: Activation) -> Network:
    return elman(sigma, inputs=False)


CELLS: dict[str, tuple[Build, tuple[str, ...]]] = {
    "elman": (elman, ("W", "U", "b", "x")),
    "bare": (_bare, ("W", "b")),
    "sigma_inside": (sigma_inside, ("W", "U", "b", "x")),
}
"""The cells of `proofs/coq/vocabulary.v`, with the recurrence that each is and what it reads."""

PREACTIVATIONS = {
    "elman": "preactivation",
    "bare": "bare_preactivation",
    "sigma_inside": "preactivation",
}
"""For each cell the affine function in it, to which σ is applied or which is applied to σ(s)."""

ACTIVATIONS = ("tanh", "logistic")
"""The activations that the vocabulary defines."""


def cell_name(rnn: Network) -> str:
    """The name in the vocabulary of a recurrence's cell.

    Raises:
        NotSupportedError: it is none of the vocabulary's.
    """
    for name, (build, _) in CELLS.items():
        known = build(rnn.sigma).recurrence
        if dict(known.definitions) == dict(rnn.recurrence.definitions):
            return name
    raise NotSupportedError(
        "no Coq form for this recurrence", {"expected": ", ".join(CELLS), "got": rnn.recurrence}
    )


@dataclass(frozen=True)
class Scope:
    """How leaves are written.

    Args:
        rnn: the recurrence spoken of.
        changed: what stands for a parameter that varies, by its name.
        given: what stands for a vector that varies, or from which the run goes on.
        one_step: whether what is given is the state before, and only the step after it varies.
        facts: what is known of times.
    """

    rnn: Network
    changed: Mapping[str, str] = field(default_factory=dict)
    given: tuple[TimeVector, Coq] | None = None
    one_step: bool = False
    facts: Facts = ()

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
        """Whether this is inside a derivative."""
        return bool(self.changed) or self.given is not None

    @property
    def sigma(self) -> str:
        """The activation."""
        known = self.rnn.sigma
        if known.is_unknown:
            return "sigma"
        if known.name not in ACTIVATIONS:
            raise NotSupportedError(
                "no Coq form for this activation",
                {"expected": ", ".join(ACTIVATIONS), "got": known.name},
            )
        return f"(@{known.name} R)"

    @property
    def cell(self) -> Coq:
        """The transition j, s_{j-1} ↦ s_j."""
        if not self.changed:
            return Coq("F")
        return self.full_cell

    @property
    def full_cell(self) -> Coq:
        """The transition, with nothing abbreviated."""
        name = cell_name(self.rnn)
        read = (self.changed.get(each, each) for each in CELLS[name][1])
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
            if vector.label == self.rnn.a.label:
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
        name = cell_name(self.rnn)
        read = [Coq(self.changed.get(each, each)) for each in CELLS[name][1]]

        def affine(vector: Coq) -> Coq:
            return apply(PREACTIVATIONS[name], *read, index, vector)

        def activation(vector: Coq) -> Coq:
            return apply("map_mx", Coq(self.sigma), vector)

        return (activation, affine) if self.rnn.inside else (affine, activation)

    def vector(self, node: TimeVector) -> Coq:
        """A vector of the recurrence at a time."""
        rnn, index = self.rnn, node.index
        if node.sequence == rnn.s:
            return self.state(index)
        if node.sequence == rnn.a:
            return self.between(index)
        if node.sequence == rnn.L:
            return apply("ell", time_of(index), self.state(index))
        if rnn.x is not None and node.sequence == rnn.x:
            return apply("x", time_of(index))
        raise NotSupportedError("no Coq form for this vector", {"got": node.label})

    def leaf(self, node: MatrixExpr) -> Coq:
        """A parameter."""
        return Coq(self.changed.get(node.name, name_of(node)))
