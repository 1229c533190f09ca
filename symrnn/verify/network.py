"""The generated kernels of a whole net against differences through a hand-written forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.errors import DisagreementError, NotSupportedError
from symrnn.language.norms import norm
from symrnn.language.relations import Relation
from symrnn.language.slopes import slope_bound
from symrnn.language.structure import Vec
from symrnn.numeric import simulate
from symrnn.numeric import weights as by_name
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import central_differences, complex_step, relative_error
from symrnn.numeric.in_order import from_arrays
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.plain_passes import bindings_of
from symrnn.numeric.run import Run

Array = NDArray[Any]

COMPLEX_STEP_LIMIT = 1e-12
"""Largest relative disagreement with the complex step that passes, in float64."""

CENTRAL_LIMIT = 1e-6
"""With central differences at a step of ∛ε: their own error, about 1e-10, is what is seen."""

CENTRAL_FLOOR = 1e-2
"""Gradients below this are compared absolutely: central differences cannot see their digits."""

ORACLES: dict[str, Callable[..., Array]] = {
    "complex step": complex_step,
    "central differences": central_differences,
}


@dataclass(frozen=True)
class Agreement:
    """One kernel on one net: the largest relative disagreement with each oracle."""

    kernel: str
    net: str
    complex_step: float
    central: float


@dataclass(frozen=True)
class Weights:
    """A net and its input: W d × d, U d × m, b d, s₀ d, x (T, m), readout c d."""

    W: Array
    U: Array
    b: Array
    s0: Array
    x: Array
    c: Array

    def arguments(self) -> tuple[Array, Array, Array, Array, Array]:
        """W, U, b, s₀, x: what a forward pass reads."""
        return self.W, self.U, self.b, self.s0, self.x

    def of_cell(self, cell: Cell) -> by_name.Weights:
        """The same by the names of a cell that reads just these."""
        if cell.inputs:
            return from_arrays(cell, self.arguments(), {})
        return from_arrays(cell, (self.W, self.b, self.s0, len(self.x)), {})


def random_weights(*of: Any, **options: Any) -> Any:
    """Normal numbers: for a cell as `symrnn.numeric.weights.random_weights` says, by name;
    of sizes d, m, steps and a seed, W, U, b, s₀, x and a readout for `elman` and `sigma_inside`.

    >>> random_weights(d=8, m=3, steps=30, seed=0).U.shape
    (8, 3)
    """
    if not (of and isinstance(of[0], Cell | Network)):
        return _elman_weights(*of, **options)
    cell, *rest = of
    cell = cell.cell if isinstance(cell, Network) else cell
    return by_name.random_weights(cell, *rest, **options)


def _elman_weights(d: int, m: int, steps: int, seed: int) -> Weights:
    """A net with normal weights of spectral size about 1."""
    rng = np.random.default_rng(seed)
    return Weights(
        W=rng.normal(size=(d, d)) / np.sqrt(d),
        U=rng.normal(size=(d, m)) / np.sqrt(m),
        b=0.1 * rng.normal(size=d),
        s0=rng.normal(size=d),
        x=rng.normal(size=(steps, m)),
        c=rng.normal(size=d),
    )


def check_kernels(kernels: Kernels, net: Weights, name: str, tau: int = 5) -> list[Agreement]:
    """Every kernel against the complex step and central differences, of σ outside or inside.

    The loss is L_t = (cᵀ s_t)², its gradient by the state 2 (cᵀ s_t) c.

    Args:
        kernels: of a known activation.
        net: weights and input of one sequence.
        name: what the net is called.
        tau: truncation length, in factors and in steps.

    Raises:
        DisagreementError: naming the kernel, the oracle, and by how much they differ.
    """
    tried = _Tried(kernels, net, name)
    found = [tried.trajectory(), *tried.jacobians(), tried.immediate(), *tried.gradients()]
    t = tried.run.steps
    for label, held in (("τ factors", t - tau - 1), ("τ steps", t - tau)):
        found += tried.truncated(label, max(held, 0))
    return found


def bounds(claim: Relation, kernels: Kernels, run: Run, W: Array) -> Array:
    """The right side of the claim ‖∂s_t/∂s_k‖ ≤ … at t - k = 0, 1, …, T, with λ = ‖W‖₂."""
    kernel = lower(claim.rhs, "bound")
    values = {"gamma": gamma(kernels), "lambda_": float(np.linalg.norm(W, 2)), "t": run.steps}
    return np.array([kernel({**values, "k": k}) for k in range(run.steps, -1, -1)])


def immediate_norms(kernels: Kernels, run: Run) -> Array:
    """‖∂⁺s_j/∂vec(W)‖₂ at the times j = 1 … T."""
    rnn = kernels.rnn
    immediate = norm(rnn.recurrence.immediate(rnn.s[rnn.j], Vec(rnn.W)), "2")
    kernel = lower(immediate, "immediate_norm")
    columns = {name: run[name][..., None] for name in run.named} | bindings_of(run.weights)
    return np.array([kernel({**columns, rnn.j.name: j}) for j in range(1, run.steps + 1)])


def gamma(kernels: Kernels) -> float:
    """γ of the kernels' activation."""
    value = slope_bound(kernels.rnn.sigma).value
    if value is None or not value.is_finite:
        raise NotSupportedError(
            "this activation has no slope bound",
            {"activation": kernels.rnn.sigma.name, "sup |σ′|": value},
        )
    return float(value)


@dataclass(frozen=True)
class _Tried:
    """The kernels on one net, each beside the hand-written recurrence of the same cell."""

    kernels: Kernels
    net: Weights
    name: str

    @cached_property
    def run(self) -> Run:
        return self.kernels.run(*self.net.arguments())

    @cached_property
    def recurrence(self) -> tuple[Array, Array, Array, Array, Array, simulate.Activation]:
        """What every function of `simulate` is given first."""
        return *self.net.arguments(), ACTIVATIONS[self.kernels.rnn.sigma.name]

    @property
    def inside(self) -> bool:
        return self.kernels.rnn.inside

    def trajectory(self) -> Agreement:
        theirs = simulate.simulate(*self.recurrence, inside=self.inside).s
        error = relative_error(self.run.states, theirs)
        return self.within("trajectory s_0 … s_T", error, error)

    def jacobians(self) -> list[Agreement]:
        """∂s_t/∂s_k, its products with vectors, and its norm for every k."""
        kernels, run, t, u = self.kernels, self.run, self.run.steps, self.net.c
        k = t // 2
        theirs = [
            [
                simulate.state_jacobian(*self.recurrence, t, at, oracle, inside=self.inside)
                for at in range(t, -1, -1)
            ]
            for oracle in ORACLES.values()
        ]

        def tried(kernel: str, ours: Array, read: Callable[[list[Array]], Any]) -> Agreement:
            return self.agreement(kernel, ours, [np.asarray(read(each)) for each in theirs])

        return [
            tried("step Jacobian ∂s_t/∂s_{t-1}", kernels.jacobian(run, t, t - 1), lambda J: J[1]),
            tried("∂s_t/∂s_k", kernels.jacobian(run, t, k), lambda J: J[t - k]),
            tried("(∂s_t/∂s_k) u", kernels.jvp(run, t, k, u), lambda J: J[t - k] @ u),
            tried("(∂s_t/∂s_k)ᵀ u", kernels.vjp(run, t, k, u), lambda J: u @ J[t - k]),
            tried(
                "‖∂s_t/∂s_k‖",
                kernels.norms(run),
                lambda J: np.linalg.norm(np.stack(J), 2, axis=(-2, -1)),
            ),
        ]

    def immediate(self) -> Agreement:
        """The norm of what the last step alone makes of a change of W."""
        W, U, b, _, x, sigma = self.recurrence
        t, before = self.run.steps, self.run.states[-2]

        def last(copies: Array) -> Array:
            path = simulate.simulate(copies, U, b, before, x[-1:], sigma, inside=self.inside)
            return np.asarray(path.s[-1])

        ours = immediate_norms(self.kernels, self.run)[t - 1]
        jacobians = [oracle(last, W).reshape(len(W), -1) for oracle in ORACLES.values()]
        theirs = [np.asarray(np.linalg.norm(each, 2)) for each in jacobians]
        return self.agreement("‖∂⁺s_t/∂vec(W)‖", np.asarray(ours), theirs)

    def gradients(self) -> list[Agreement]:
        c, run, t = self.net.c, self.run, self.run.steps
        rows = 2 * (run.states[1:] @ c)[:, None] * c
        forms = {
            "∂L_t/∂{} as a sum": (self.kernels.gradients(run, rows[-1], t), slice(t, t + 1)),
            "∂L/∂{} by the adjoint recursion": (
                self.kernels.adjoint_gradients(run, rows),
                slice(1, None),
            ),
        }
        found = []
        for form, (ours, taken) in forms.items():
            # The states arrive with the perturbations behind the time: (T+1, P, d).
            def loss(s: Array, taken: slice = taken) -> Array:
                return np.asarray(((s[taken] @ c) ** 2).sum(axis=0))

            theirs = [
                simulate.loss_gradients(*self.recurrence, loss, oracle, inside=self.inside)
                for oracle in ORACLES.values()
            ]
            found += self.by_parameter(form, ours, theirs)
        return found

    def truncated(self, label: str, held: int) -> list[Agreement]:
        c, t = self.net.c, self.run.steps
        row = 2 * (self.run.states[t] @ c) * c
        theirs = [
            simulate.truncated_gradient(
                *self.recurrence, lambda s: (s @ c) ** 2, t, held, oracle, inside=self.inside
            )
            for oracle in ORACLES.values()
        ]
        ours = self.kernels.gradients(self.run, row, t, since=held)
        return self.by_parameter(f"∂L_t/∂{{}} truncated, {label}", ours, theirs)

    def by_parameter(self, form: str, ours: dict[str, Array], theirs: list[Any]) -> list[Agreement]:
        return [
            self.agreement(form.format(name), value, [getattr(each, name) for each in theirs])
            for name, value in ours.items()
        ]

    def agreement(self, kernel: str, ours: Array, theirs: list[Array]) -> Agreement:
        exact, central = theirs
        return self.within(
            kernel,
            relative_error(ours, exact),
            relative_error(ours, central, floor=CENTRAL_FLOOR),
        )

    def within(self, kernel: str, complex_error: float, central_error: float) -> Agreement:
        """The agreement.

        Raises:
            DisagreementError: it is none.
        """
        errors, limits = (complex_error, central_error), (COMPLEX_STEP_LIMIT, CENTRAL_LIMIT)
        for oracle, error, limit in zip(ORACLES, errors, limits, strict=True):
            if not error <= limit:
                raise DisagreementError(
                    f"the kernel of {kernel} disagrees with the {oracle}",
                    {
                        "net": self.name,
                        "relative error": f"{error:.3g}",
                        "expected": f"≤ {limit:g}",
                    },
                )
        return Agreement(kernel, self.name, complex_error, central_error)
