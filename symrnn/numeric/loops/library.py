"""The loops of one recurrence: each derived, planned and emitted at its first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from symrnn.cells.network import Network
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.time import Sequence
from symrnn.numeric.loops import buffers, compiled, recursion
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.loops.recursion import Recursion
from symrnn.numeric.rewrites.running import running


@dataclass(frozen=True, eq=False)
class Loops:
    """The generated loops of a recurrence with the derived ∂s_t/∂s_k = `transition`.

    Each is asked for by name together with the choices of the lowering: `hoisted` (elementwise work
    for all times before the loop) and `shared` (one set of weights for the batch).
    """

    rnn: Network
    transition: OrderedProduct
    _made: dict[Any, LoopKernel] = field(default_factory=dict)

    def __call__(self, name: str, *, hoisted: bool = True, shared: bool = True) -> LoopKernel:
        """The loop of this name, generated at its first use."""
        key = (name, hoisted, shared)
        if key not in self._made:
            planned = plan(self.recursion(name), hoisted=hoisted)
            self._made[key] = buffers.emit(planned, shared=shared)
        return self._made[key]

    def compiled(self, name: str) -> LoopKernel:
        """The loop of this name compiled by numba; every sequence with one axis for the batch.

        Raises:
            NotSupportedError: numba is not installed.
        """
        key = (name, "compiled")
        if key not in self._made:
            self._made[key] = compiled.emit(plan(self.recursion(name)))
        return self._made[key]

    def recursion(self, name: str) -> Recursion:
        """The recursion of this name, in expressions."""
        return RECURSIONS[name](self)


def _growing_sum(loops: Loops) -> Recursion:
    rnn, sums = loops.rnn, {}
    for parameter in rnn.parameters:
        total = rnn.gradient(rnn.L[rnn.t], parameter)
        found = running(total) if isinstance(total, OrderedSum) else None
        if found is not None:
            sums[parameter.name] = found
    return recursion.growing_sum(rnn, sums)


def _vector(loops: Loops, label: str) -> Sequence:
    return Sequence(label, loops.rnn.d)


def _square(loops: Loops, label: str) -> Sequence:
    return Sequence(label, loops.rnn.d, loops.rnn.d)


RECURSIONS: dict[str, Callable[[Loops], Recursion]] = {
    "forward": lambda o: recursion.forward(o.rnn),
    "adjoint": lambda o: recursion.adjoint(o.rnn, _vector(o, "delta")),
    "growing_sum": _growing_sum,
    "factors": lambda o: recursion.factors(o.rnn, o.transition, _square(o, "F")),
    "jacobian": lambda o: recursion.grown(o.rnn, o.transition, _square(o, "P")),
    "jacobians": lambda o: recursion.lengthened(o.rnn, o.transition, _square(o, "P")),
    "jvp": lambda o: recursion.grown(o.rnn, o.transition, _vector(o, "u")),
    "vjp": lambda o: recursion.pulled_back(o.rnn, o.transition, _vector(o, "y")),
}
"""What there is to run: the states, their Jacobians and products with them, the gradients."""
