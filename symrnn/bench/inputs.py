"""The numbers all contenders are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell, named
from symrnn.numeric.torch_weights import GATES
from symrnn.numeric.weights import Weights, random_weights

Array = NDArray[Any]


@dataclass(frozen=True)
class Net:
    """A tanh network, its inputs and the loss L = Σ_t ⟨g_t, s_t⟩ with given g_t = ∂⁺L/∂s_t.

    W d×d, U d×m, b d, s0 (*batch, d), x (T, *batch, m), g (losses, *batch, d).
    """

    W: Array
    U: Array
    b: Array
    s0: Array
    x: Array
    g: Array

    def arguments(self) -> tuple[Array, Array, Array, Array, Array]:
        """W, U, b, s₀, x: what a forward pass reads."""
        return self.W, self.U, self.b, self.s0, self.x


def net(
    d: int, steps: int, batch: int = 0, m: int = 16, seed: int = 0, losses: int | None = None
) -> Net:
    """Normal weights, W of spectral size about 1.

    Args:
        d, steps, m, seed: hidden size, T, input size, seed.
        batch: sequences; 0 for one without a batch axis.
        losses: at so many last times; at every time by default.
    """
    rng = np.random.default_rng(seed)
    lanes = (batch,) if batch else ()
    return Net(
        W=rng.normal(size=(d, d)) / np.sqrt(d),
        U=rng.normal(size=(d, m)) / np.sqrt(m),
        b=0.1 * rng.normal(size=d),
        s0=rng.normal(size=(*lanes, d)),
        x=rng.normal(size=(steps, *lanes, m)),
        g=rng.normal(size=(steps if losses is None else losses, *lanes, d)),
    )


@dataclass(frozen=True, eq=False)
class Gated:
    """A gated cell, its numbers, and the loss L = Σ_t ⟨g_t, h_t⟩, g (T, batch, d)."""

    cell: Cell
    weights: Weights
    g: Array

    @property
    def gates(self) -> tuple[str, ...]:
        """The endings of its parameters' names, in the order in which torch stacks them."""
        return GATES[self.cell.name.upper()]

    @property
    def tolerance(self) -> float:
        """The relative disagreement that passes at this precision."""
        return 1e4 * float(np.finfo(self.g.dtype).eps)

    def stacked(self, letter: str, of: Weights | None = None) -> Array:
        """W, U or b of all gates, one below the other."""
        parameters = (of or self.weights).parameters
        return np.concatenate([parameters[f"{letter}{gate}"] for gate in self.gates])

    def fused(self, found: Weights) -> tuple[Array, ...]:
        """Gradients as torch has them: W, U and b of all gates."""
        return tuple(self.stacked(letter, found) for letter in "WUb")


def gated(
    name: str, d: int, steps: int, batch: int, dtype: str, m: int = 64, seed: int = 0
) -> Gated:
    """Random numbers for an LSTM or a GRU, as torch defines them."""
    cell = named(name)
    weights = random_weights(
        cell, steps=steps, seed=seed, batch=(batch,), dtype=np.dtype(dtype), d=d, m=m
    )
    g = np.random.default_rng(seed + 1).normal(size=(steps, batch, d)).astype(dtype)
    return Gated(cell, weights, g)
