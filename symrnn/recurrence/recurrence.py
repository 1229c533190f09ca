"""A recurrence: the definitions that say how each time-indexed vector follows from others."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian, vjp
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation
from symrnn.language.algebra import MatrixSum, Parameter, as_matrix
from symrnn.language.derivatives import parameter_of
from symrnn.language.entry import entry
from symrnn.language.shapes import symbolic
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.recurrence.definitions import Definitions


class Recurrent(Hashable, Protocol):
    """What has definitions in time: a cell, or one as statements speak of it."""

    @property
    def recurrence(self) -> Recurrence:
        """The definitions."""


class Recurrence(Definitions):
    """Definitions, and what is read off them: parameters, times, immediate derivatives."""

    # ------------------------------------------------------------------ reading

    @property
    def parameters(self) -> tuple[MatrixExpr, ...]:
        """The matrices and vectors that do not depend on time, in the order of their names."""
        found = {p for value in self.definitions.values() for p in value.atoms(sympy.MatrixSymbol)}
        return tuple(sorted(found, key=str))

    def definition(self, node: Any) -> MatrixExpr | None:
        """What `node` equals by definition, at its own time; None for what is given.

        The states of time 0 are given. At a symbolic time the definition holds from 1 on.

        Raises:
            IllFormedError: at a time that is known to be before the first step.
        """
        if not isinstance(node, TimeVector):
            return None
        value = self.definitions.get(node.sequence[self.index])
        if value is None or (self.is_state(node) and node.index == 0):
            return None
        self.require_exists(node)
        return as_matrix(value.subs(self.index, node.index))

    def first_time(self, node: TimeVector) -> int | None:
        """The first time at which `node` exists: 0 for states, 1 for what is computed from them;
        None for inputs, which are given at every time.

        Raises:
            IllFormedError: when the recurrence has no such sequence.
        """
        if self.is_state(node):
            return 0
        if node.sequence[self.index] in self.definitions:
            return 1
        given = {leaf.sequence for v in self.definitions.values() for leaf in v.atoms(TimeVector)}
        if node.sequence in given | {*self.inputs}:
            return None
        known = {each.sequence for each in self.definitions} | given | {*self.inputs}
        raise IllFormedError(
            f"{node} is no part of the recurrence",
            {
                "expected": ", ".join(sorted(f"{q.label} ({q.rows} × {q.cols})" for q in known)),
                "got": f"{node.label} ({node.shape[0]} × {node.shape[1]})",
            },
        )

    def require_exists(self, node: TimeVector) -> None:
        """Raise `IllFormedError` for a time that is known to be before the first step."""
        first = self.first_time(node)
        if first is not None and (node.index - first).is_negative:
            raise IllFormedError(
                f"{node} is before the first step",
                {"expected": f"a time from {first} on", "got": node.index},
            )

    def require_parameter(self, parameter: MatrixExpr) -> None:
        """Raise `IllFormedError` unless `parameter` stands in one of the definitions."""
        if parameter not in self.parameters:
            shown = (f"{p} ({p.shape[0]} × {p.shape[1]})" for p in self.parameters)
            raise IllFormedError(
                f"{parameter} is no parameter of the recurrence",
                {
                    "expected": ", ".join(shown) or "a parameter; the recurrence has none",
                    "got": f"{parameter} ({parameter.shape[0]} × {parameter.shape[1]})",
                },
            )

    def reads(self, of: MatrixExpr, leaf: MatrixExpr, held: tuple[MatrixExpr, ...] = ()) -> bool:
        """Whether the definition of `of` holds `leaf`, itself or through vectors of the same time
        that are not `held`."""
        value = self.definition(of)
        if value is None:
            return False
        inner = (node for node in self.same_time(of) if node not in held and node != leaf)
        return bool(value.has(leaf)) or any(self.reads(node, leaf, held) for node in inner)

    def is_state(self, node: Any) -> bool:
        """Whether `node` is a state at some time."""
        return isinstance(node, TimeVector) and node.sequence in self.states

    def parts(self, time: Any) -> list[TimeVector]:
        """The parts of the state at one time."""
        return [state[time] for state in self.states]

    def others(self, part: TimeVector) -> tuple[TimeVector, ...]:
        """The other parts of the state at the same time: variables beside this one."""
        return tuple(other for other in self.parts(part.index) if other != part)

    def same_time(self, of: Any) -> list[TimeVector]:
        """The defined vectors at its own time that `of` is computed from, in a fixed order."""
        value = self.definition(of)
        if value is None:
            return []
        nodes = sorted(value.atoms(TimeVector), key=sympy.default_sort_key)
        return [
            node for node in nodes if node.index == of.index and self.definition(node) is not None
        ]

    def expanded(self, node: MatrixExpr) -> MatrixExpr:
        """`node` in terms of parameters, inputs and states one step back."""
        value = self.definition(node)
        if value is None:
            return node
        return as_matrix(value.xreplace({u: self.expanded(u) for u in self.same_time(node)}))

    def unrolled(self, node: Any, start: Any = 0) -> MatrixExpr:
        """`node` written out in terms of the states at time `start`, inputs and parameters.

        Args:
            node: a defined vector at a time that is an integer number of steps after `start`.
            start: an integer or symbolic time.

        Raises:
            IllFormedError: when the number of steps is not a nonnegative integer.
        """
        steps = sympy.expand(node.index - symbolic(start))
        if not steps.is_Integer or steps < 0:
            raise IllFormedError(
                f"unrolling {node} down to time {start}",
                {"expected": "an integer number of steps, at least 0", "got": str(steps)},
            )
        result = as_matrix(node)
        for step in range(int(steps)):
            time = sympy.expand(node.index - step)
            now = [v for v in result.atoms(TimeVector) if v.index == time]
            result = as_matrix(result.xreplace({v: self.expanded(v) for v in now}))
        return result

    # ------------------------------------------------------------------ immediate derivatives

    def immediate(
        self, of: MatrixExpr, by: MatrixExpr, held: tuple[MatrixExpr, ...] = ()
    ) -> MatrixExpr:
        """∂⁺of/∂by in numerator layout: earlier states, and those `held`, are fixed.

        The chain rule is applied at the named vectors of the same time, so that
        diag(σ′(a_j)) W comes out in terms of a_j.
        """
        value, variable = self._opened(of), _variable(by)
        if value is None or of == variable:
            return jacobian(of, by)
        terms = [jacobian(value, by)]
        for inner in self.same_time(of):
            if inner != variable and inner not in held:
                terms.append(jacobian(value, inner) * self.immediate(inner, by, held))
        return MatrixSum(*terms)

    def immediate_vjp(
        self,
        of: MatrixExpr,
        by: MatrixExpr,
        cotangent: MatrixExpr,
        held: tuple[MatrixExpr, ...] = (),
    ) -> MatrixExpr:
        """The transposed immediate derivative applied to a cotangent; has the shape of `by`."""
        value = self._opened(of)
        if value is None or of == by:
            return vjp(of, by, cotangent)
        terms = [vjp(value, by, cotangent)]
        for inner in self.same_time(of):
            if inner != by and inner not in held:
                terms.append(self.immediate_vjp(inner, by, vjp(value, inner, cotangent), held))
        return MatrixSum(*terms)

    def _opened(self, of: MatrixExpr) -> MatrixExpr | None:
        """The definition of what has an immediate derivative: a vector at a time, or a leaf."""
        if isinstance(of, TimeVector):
            self.require_exists(of)
        elif any(leaf.sequence[self.index] in self.definitions for leaf in of.atoms(TimeVector)):
            raise NotSupportedError(
                f"the immediate derivative of {of}: an expression has no time that earlier "
                "could be measured from",
                {"expected": "a vector at a time, such as s[t]", "got": str(of)},
            )
        return self.definition(of)

    def __repr__(self) -> str:
        lines = [f"{defined} = {value}" for defined, value in self.definitions.items()]
        return "\n".join(lines)


def with_activations(
    recurrence: Recurrence, activations: Mapping[Activation, Activation]
) -> Recurrence:
    """The same recurrence with other functions applied entry by entry."""
    changed = dict(activations)
    definitions = {
        of: as_matrix(value.xreplace(changed)) for of, value in recurrence.definitions.items()
    }
    return Recurrence(
        recurrence.index, recurrence.states, recurrence.inputs, definitions, recurrence.outputs
    )


def with_parameter(rnn: Recurrence, scalar: Symbol) -> tuple[Recurrence, Parameter]:
    """The recurrence with a 1 × 1 parameter of its name in the place of a scalar.

    Raises:
        IllFormedError: the recurrence has no such scalar.
        NotSupportedError: it is a size.
    """
    if not any(value.has(scalar) for value in rnn.definitions.values()):
        raise IllFormedError(
            f"{scalar} is no scalar of the recurrence", {"got": str(scalar), "in": repr(rnn)}
        )
    column = parameter_of(scalar)
    sizes = {size for of in rnn.definitions for n in of.shape for size in n.free_symbols}
    if scalar in sizes:
        raise NotSupportedError(f"a derivative by the size {scalar}", {"got": str(scalar)})
    definitions = {
        of: value.xreplace({scalar: entry(column, 1, 1)}) for of, value in rnn.definitions.items()
    }
    return (
        Recurrence(rnn.index, rnn.states, rnn.inputs, definitions, rnn.outputs),
        column,
    )


def by_scalar(
    rnn: Recurrence, scalar: Symbol, derive: Callable[[Recurrence, Parameter], MatrixExpr]
) -> MatrixExpr:
    """What `derive` makes of the recurrence and the 1 × 1 parameter, in terms of the scalar.

    Raises:
        As `with_parameter`.
    """
    lifted, column = with_parameter(rnn, scalar)
    return as_matrix(derive(lifted, column).xreplace({entry(column, 1, 1): scalar}))


def _variable(by: MatrixExpr) -> MatrixExpr:
    return by.args[0] if isinstance(by, Vec) else by
