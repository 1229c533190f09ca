"""What was derived for a recurrence, each formula lowered as it stands.

The plain forms: slow at size, easy to read, and what the loops of `Kernels` are tested against.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from sympy import Symbol

from symrnn.cells.network import Network
from symrnn.language.norms import norm
from symrnn.language.ordered import OrderedProduct
from symrnn.language.structure import Vec
from symrnn.language.time import Sequence
from symrnn.numeric.lower import Kernel, lower
from symrnn.recurrence import total

HELD = Symbol("h", integer=True)
"""The time whose state is held constant; the gradient sums start one step later."""


@dataclass(frozen=True, eq=False)
class Formulas:
    """The derived formulas of one recurrence as functions of `Run.bindings` and of times."""

    rnn: Network

    @cached_property
    def between(self) -> Kernel:
        """a_j from s_{j-1}, and where it is the pre-activation from x_j."""
        return lower(self.rnn.recurrence.definition(self.rnn.a[self.rnn.j]), "between")

    @cached_property
    def state(self) -> Kernel:
        """s_j from a_j, and with σ inside from x_j."""
        return lower(self.rnn.recurrence.definition(self.rnn.s[self.rnn.j]), "state")

    @cached_property
    def step_jacobian(self) -> Kernel:
        """∂s_j/∂s_{j-1}."""
        return lower(total.step_jacobian(self.rnn.recurrence, self.rnn.j), "step_jacobian")

    @cached_property
    def transition(self) -> OrderedProduct:
        """∂s_t/∂s_k as it was derived: what every kernel of it is generated from."""
        rnn = self.rnn
        return cast(OrderedProduct, rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]))

    @cached_property
    def state_jacobian(self) -> Kernel:
        """∂s_t/∂s_k."""
        return lower(self.transition, "state_jacobian")

    @cached_property
    def adjoint_step(self) -> Kernel:
        """δ_k from δ_{k+1}."""
        rnn = self.rnn
        step = total.adjoint_recursion(rnn.recurrence, self._delta, rnn.L, rnn.k)
        return lower(step, "adjoint_step")

    @cached_property
    def gradient_sums(self) -> dict[str, Kernel]:
        """∂L_t/∂θ as the sum over k, from the step after the state held constant on."""
        rnn, held = self.rnn, HELD
        gradients = {p.name: rnn.gradient(rnn.L[rnn.t], p, since=held) for p in rnn.parameters}
        gradients["s0"] = rnn.gradient(rnn.L[rnn.t], rnn.s[0])
        return {name: lower(value, f"gradient_{name}") for name, value in gradients.items()}

    @cached_property
    def gradients_from_adjoint(self) -> dict[str, Kernel]:
        """∂L/∂θ = Σ_k (∂⁺s_k/∂θ)ᵀ δ_k."""
        rnn, held = self.rnn, HELD
        return {
            p.name: lower(
                total.gradient_from_adjoint(rnn.recurrence, self._delta, p, held + 1, rnn.t),
                f"gradient_{p.name}",
            )
            for p in rnn.parameters
        }

    @cached_property
    def immediate_norm(self) -> Kernel:
        """‖∂⁺s_k/∂vec(W)‖₂."""
        rnn = self.rnn
        immediate = rnn.recurrence.immediate(rnn.s[rnn.k], Vec(rnn.W))
        return lower(norm(immediate, "2"), "immediate_norm")

    @cached_property
    def jacobian_norm(self) -> Kernel:
        """‖∂s_t/∂s_k‖₂."""
        return lower(norm(self.transition, "2"), "jacobian_norm")

    @property
    def _delta(self) -> Sequence:
        return Sequence("delta", self.rnn.d)
