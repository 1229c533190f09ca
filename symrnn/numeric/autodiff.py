"""Automatic differentiation by torch and by jax: second oracles, when installed.

Both write the recurrence in their own arrays, float64 on the CPU, and differentiate it in
reverse. A loss enters by its cotangents g_t = ∂⁺L/∂s_t alone: the gradients of any L at the
given states are those of Σ_t ⟨g_t, s_t⟩ with the g_t held constant.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import IllFormedError, NotSupportedError, ShapeError

Doubles = NDArray[np.float64]
Gradients = tuple[Doubles, Doubles, Doubles, Doubles]


@dataclass(frozen=True)
class Dialect:
    """What a library calls the few things needed here.

    Attributes:
        asarray: NumPy array to the library's; its own arrays keep their history.
        activations: "tanh" and "logistic".
        jacrev, grad: the reverse-mode transformations of a function.
        precision: context in which the library computes in float64.
    """

    asarray: Callable[[Any], Any]
    activations: dict[str, Callable[[Any], Any]]
    jacrev: Callable[..., Any]
    grad: Callable[..., Any]
    precision: Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class AutodiffOracle:
    """One library's reverse mode, behind the interface of the other oracles.

    Attributes:
        name: the module that must be importable; also the extra that installs it.
        dialect: what the library calls things.
    """

    name: str
    dialect: Callable[[ModuleType], Dialect]

    def available(self) -> bool:
        """Whether the library is installed; it is not imported."""
        return importlib.util.find_spec(self.name) is not None

    def state_jacobian(
        self,
        W: ArrayLike,
        U: ArrayLike,
        b: ArrayLike,
        s0: ArrayLike,
        x: ArrayLike,
        activation: str,
        t: int,
        k: int,
        *,
        inside: bool = False,
    ) -> Doubles:
        """∂s_t/∂s_k of one sequence, numerator layout, d×d.

        Args:
            W, U, b, s0: d×d, d×m, d, d.
            x: (T, m); x[j-1] is x_j.
            activation: "tanh" or "logistic".
            t, k: times, 0 ≤ k ≤ t ≤ T.
            inside: whether σ is applied to the state before, and W to what comes out.

        Raises:
            IllFormedError: times out of order, or unknown activation.
            ShapeError: a batch was given.
            NotSupportedError: the library is not installed.
        """
        w, u, c, start, inputs = _doubles(W, U, b, s0, x)
        if inputs.ndim != 2 or start.ndim != 1:
            raise ShapeError(
                "x and s0: expected one sequence, shapes (T, m) and (d,)",
                {"x has shape": inputs.shape, "s0 has shape": start.shape},
            )
        if not 0 <= k <= t <= len(inputs):
            raise IllFormedError(
                "times: expected 0 ≤ k ≤ t ≤ T", {"k": k, "t": t, "T": len(inputs)}
            )
        dialect = self.dialect(_loaded(self.name))
        sigma = _activation(dialect, activation)

        def onwards(s: Any, steps: Doubles = inputs[k:t]) -> Any:
            return _run(dialect, sigma, w, u, c, s, steps, inside)[-1]

        with dialect.precision():
            s_k = onwards(dialect.asarray(start), inputs[:k])
            return np.asarray(dialect.jacrev(onwards)(s_k))

    def loss_gradients(
        self,
        W: ArrayLike,
        U: ArrayLike,
        b: ArrayLike,
        s0: ArrayLike,
        x: ArrayLike,
        activation: str,
        g: ArrayLike,
        *,
        inside: bool = False,
    ) -> Gradients:
        """∂L/∂W, ∂L/∂U, ∂L/∂b, ∂L/∂s_0, each of the shape of what it belongs to.

        Args:
            W, U, b, s0: d×d, d×m, d, (*batch, d) or d.
            x: (T, *batch, m).
            activation: "tanh" or "logistic".
            g: (T, *batch, d); g[t-1] = ∂⁺L/∂s_t.
            inside: whether σ is applied to the state before, and W to what comes out.

        Raises:
            IllFormedError: unknown activation.
            ShapeError: `g` does not fit the states.
            NotSupportedError: the library is not installed.
        """
        w, u, c, start, inputs, cotangents = _doubles(W, U, b, s0, x, g)
        if cotangents.shape != (*inputs.shape[:-1], len(w)):
            raise ShapeError(
                "g: expected one cotangent per state after s_0",
                {"g has shape": cotangents.shape, "x has shape": inputs.shape},
            )
        dialect = self.dialect(_loaded(self.name))
        sigma = _activation(dialect, activation)

        def loss(W: Any, U: Any, b: Any, s0: Any) -> Any:
            states = _run(dialect, sigma, W, U, b, s0, inputs, inside)[1:]
            weighted = zip(cotangents, states, strict=True)
            return sum(((dialect.asarray(g_t) * s_t).sum() for g_t, s_t in weighted), 0 * W.sum())

        with dialect.precision():
            point = [dialect.asarray(v) for v in (w, u, c, start)]
            dW, dU, db, ds0 = dialect.grad(loss, argnums=(0, 1, 2, 3))(*point)
            return np.asarray(dW), np.asarray(dU), np.asarray(db), np.asarray(ds0)


def _torch(torch: ModuleType) -> Dialect:
    return Dialect(
        asarray=torch.as_tensor,
        activations={"tanh": torch.tanh, "logistic": torch.sigmoid},
        jacrev=torch.func.jacrev,
        grad=torch.func.grad,
        precision=nullcontext,
    )


def _jax(jax: ModuleType) -> Dialect:
    return Dialect(
        asarray=jax.numpy.asarray,
        activations={"tanh": jax.numpy.tanh, "logistic": jax.nn.sigmoid},
        jacrev=jax.jacrev,
        grad=jax.grad,
        precision=lambda: jax.enable_x64(True),
    )


TORCH = AutodiffOracle("torch", _torch)
JAX = AutodiffOracle("jax", _jax)
AUTODIFF = (TORCH, JAX)


def _loaded(name: str) -> ModuleType:
    """Import the library, here alone and at its first use: it takes seconds.

    Raises:
        NotSupportedError: it is not installed; the message says how to install it.
    """
    if importlib.util.find_spec(name) is None:
        raise NotSupportedError(
            f"The {name} oracle needs {name}, which is not installed",
            {"install": f'pip install "symrnn[{name}]"'},
        )
    return importlib.import_module(name)


def _run(
    dialect: Dialect,
    sigma: Callable[[Any], Any],
    W: Any,
    U: Any,
    b: Any,
    s0: Any,
    x: Doubles,
    inside: bool,
) -> list[Any]:
    """[s_0, …, s_T] in the library's arrays; batches along the leading axes of s and x_j."""
    weights, inputs, bias, s = (dialect.asarray(v) for v in (W, U, b, s0))
    states = [s]
    for x_j in x:
        drive = dialect.asarray(x_j) @ inputs.T + bias
        s = sigma(s) @ weights.T + drive if inside else sigma(s @ weights.T + drive)
        states.append(s)
    return states


def _activation(dialect: Dialect, name: str) -> Callable[[Any], Any]:
    if name not in dialect.activations:
        raise IllFormedError(
            f"activation: expected {' or '.join(dialect.activations)}", {"activation": name}
        )
    return dialect.activations[name]


def _doubles(*arrays: ArrayLike) -> tuple[Doubles, ...]:
    return tuple(np.array(array, dtype=np.float64) for array in arrays)
