"""The generated kernels of a cell on a net against differences through its own definitions.

What runs perturbed copies is the recurrence, definition by definition (`symrnn.verify.setting`):
of the derived expressions, and of the loops generated from them, nothing is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import DisagreementError
from symrnn.language.names import in_code
from symrnn.numeric.differences import (
    central_differences,
    complex_step,
    relative_error,
    richardson,
)
from symrnn.numeric.in_order import starts_of
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.plain_passes import scalar_name
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights
from symrnn.verify.runnable import Runnable

Array = NDArray[Any]
Loss = Callable[[Array], Array]

COMPLEX_STEP_LIMIT = 1e-12
"""Largest relative disagreement with the complex step that passes, in float64."""

CENTRAL_LIMIT = 1e-6
"""With central differences at a step of ∛ε: their own error, about 1e-10, is what is seen."""

CENTRAL_FLOOR = 1e-2
"""Gradients below this are compared absolutely: central differences cannot see their digits."""

COMPLEX_FLOOR = 1e-40
"""Gradients below this are 0: what the complex step leaves out is of this size, as at rest."""

ORACLES: dict[str, Callable[..., Array]] = {
    "complex step": complex_step,
    "central differences": central_differences,
}


@dataclass(frozen=True)
class Agreement:
    """One kernel on one net: the largest relative disagreement with each oracle.

    by: the name of what a gradient is by, as generated code has it.
    """

    kernel: str
    net: str
    complex_step: float
    central: float
    by: str = ""


def check_kernels(
    kernels: Kernels, net: Weights, name: str, tau: int = 5, seed: int = 0
) -> list[Agreement]:
    """Every kernel of a cell against the complex step and central differences.

    The loss is L_t = (cᵀ s_t)² of the whole state s, with a random c.

    Args:
        kernels: of holomorphic functions.
        net: one sequence in float64.
        name: what the net is called.
        tau: truncation length, in factors and in steps.
        seed: of c.

    Raises:
        DisagreementError: naming the kernel, the oracle, and by how much they differ.
    """
    tried = _Tried(kernels, net, name, seed)
    found = [tried.trajectory(), *tried.jacobians(), *tried.gradients()]
    t = tried.run.steps
    for label, held in (("τ factors", t - tau - 1), ("τ steps", t - tau)):
        found += tried.truncated(label, max(held, 0))
    return found


@dataclass(frozen=True)
class _Tried:
    """The kernels on one net, each beside the definitions run on perturbed copies."""

    kernels: Kernels
    net: Weights
    name: str
    seed: int

    @cached_property
    def run(self) -> Run:
        return self.kernels.run(self.net)

    @cached_property
    def differences(self) -> _Differences:
        return _Differences(Runnable.of_cell(self.kernels.of), self.net)

    @cached_property
    def c(self) -> Array:
        return np.random.default_rng(self.seed).normal(size=self.run.size)

    def trajectory(self) -> Agreement:
        error = relative_error(self.run.states, self.differences.states({})[:, 0])
        return self.within("trajectory s_0 … s_T", error, error)

    def jacobians(self) -> list[Agreement]:
        """∂s_t/∂s_k, its products with vectors, and its norm for every k."""
        kernels, run, t, u = self.kernels, self.run, self.run.steps, self.c
        k = t // 2
        pairs = [_by_oracles(self.differences.jacobian, t, at) for at in range(t, -1, -1)]
        theirs = [list(each) for each in zip(*pairs, strict=True)]

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

    def gradients(self) -> Iterator[Agreement]:
        c, run, t = self.c, self.run, self.run.steps
        rows = 2 * (run.states[1:] @ c)[:, None] * c
        yield from self.of_loss(
            "∂L_t/∂{} as a sum", self.kernels.gradients(run, rows[-1], t), self.loss_at(t)
        )
        yield from self.of_loss(
            "∂L/∂{} by the adjoint recursion",
            self.kernels.adjoint_gradients(run, rows),
            lambda s: np.asarray(((s[1:] @ c) ** 2).sum(axis=0)),
        )

    def truncated(self, label: str, held: int) -> Iterator[Agreement]:
        t = self.run.steps
        row = 2 * (self.run.states[t] @ self.c) * self.c
        ours = self.kernels.gradients(self.run, row, t, since=held)
        yield from self.of_loss(f"∂L_t/∂{{}} truncated, {label}", ours, self.loss_at(t), held)

    def loss_at(self, t: int) -> Loss:
        """L_t of the states of P runs, (T+1, P, Σn)."""
        return lambda s: np.asarray((s[t] @ self.c) ** 2)

    def of_loss(
        self, form: str, ours: Mapping[str, Array], loss: Loss, held: int = 0
    ) -> Iterator[Agreement]:
        for name, value in ours.items():
            theirs = _by_oracles(self.differences.gradient, name, loss, held)
            yield replace(self.agreement(form.format(name), value, theirs), by=name)

    def agreement(self, kernel: str, ours: Array, theirs: list[Array]) -> Agreement:
        exact, central = theirs
        return self.within(
            kernel,
            relative_error(ours, exact, floor=COMPLEX_FLOOR),
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


def _extrapolated(f: Callable[[Array], Array], x: Array) -> Array:
    return richardson(f, x).jacobian


def _by_oracles(differentiate: Callable[..., Array], *of: Any) -> list[Array]:
    """A derivative by the complex step and by differences.

    Where these do not agree with each other, the net stretches so much that rounding is seen at the
    step of central differences: then their series in h² is extrapolated from larger steps.
    """
    exact, central = (differentiate(oracle, *of) for oracle in ORACLES.values())
    if not relative_error(central, exact, floor=CENTRAL_FLOOR) <= CENTRAL_LIMIT:
        central = differentiate(_extrapolated, *of)
    return [exact, central]


@dataclass(frozen=True)
class _Differences:
    """Derivatives of one net by running its definitions on perturbed copies."""

    of: Runnable
    net: Weights

    @cached_property
    def setting(self) -> Any:
        return self.of.setting(self.net)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(in_code(each.label) for each in self.of.cell.states)

    @cached_property
    def starts(self) -> dict[str, str]:
        """The label of each state by the name of its first value."""
        called = starts_of(self.of.cell)
        return {called[label]: label for label in self.labels}

    def states(
        self, changed: Mapping[str, Array], start: int = 0, given: Mapping[Any, Array] | None = None
    ) -> Array:
        """The whole state at the times 0 … T of P runs, (T+1, P, Σn).

        Args:
            changed: P values of a parameter by its name, from the step after `start` on.
            start: the last time at which nothing has changed.
            given: P values of states, by label and time.
        """
        run = self.setting.run(dict(changed), start, dict(given or {}), self.setting.steps)
        columns = [[np.asarray(value)[..., 0] for value in run[label]] for label in self.labels]
        lanes = np.broadcast_shapes((1,), *(v.shape[:-1] for part in columns for v in part))
        full = [[np.broadcast_to(v, (*lanes, v.shape[-1])) for v in part] for part in columns]
        return np.concatenate([np.stack(part) for part in full], axis=-1)

    def jacobian(self, oracle: Callable[..., Array], t: int, k: int) -> Array:
        """∂s_t/∂s_k of the whole state."""
        trajectory = self.setting.trajectory
        heights = [len(trajectory[label][k]) for label in self.labels]
        ends = np.cumsum(heights)[:-1]

        def last(copies: Array) -> Array:
            parts = np.split(copies, ends, axis=-1)
            given = {(n, k): part[..., None] for n, part in zip(self.labels, parts, strict=True)}
            return np.asarray(self.states({}, k, given)[t])

        whole = np.concatenate([trajectory[label][k][:, 0] for label in self.labels])
        return oracle(last, whole)

    def gradient(self, oracle: Callable[..., Array], name: str, loss: Loss, held: int) -> Array:
        """∂L/∂θ, with the state at a time held constant; of a parameter or a first state."""
        if name in self.starts:
            label = self.starts[name]
            point = self.setting.arrays[f"{label}_0"][:, 0]
            return oracle(
                lambda copies: loss(self.states({}, 0, {(label, 0): copies[..., None]})), point
            )
        point = np.asarray(self.net.parameters[name])
        column = point.ndim == 1

        def moved(copies: Array) -> Array:
            values = copies[..., None] if column and not self._is_scalar(name) else copies
            return loss(self.states({scalar_name(name): values}, held))

        return oracle(moved, point)

    def _is_scalar(self, name: str) -> bool:
        return name in {in_code(each.name) for each in self.of.cell.scalars}
