"""One forward pass of a recurrence, and how its arrays lie.

The user's arrays have time first, then the batch axes, then the entries. The loops have one axis
for the whole batch where one set of weights serves it: then a step is one matrix product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.network import Network
from symrnn.errors import IllFormedError
from symrnn.numeric import arguments

Array = NDArray[Any]

PRODUCT_BUDGET = 1 << 25
"""Bytes that the factors or products of one chunk of times may take (32 MiB)."""


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass: what every backward kernel reads.

    Its arrays are its own: what the caller writes into W, U, b, s₀ or x later changes nothing.

    Attributes:
        weights: W, U, b; U is d × 0 where there is no input.
        batch: the shape of the batch.
        shared: whether one set of weights serves the whole batch.
        s, a, x: states, what stands between two states, inputs as the loops have them: the time
            first, and with shared weights one axis for the whole batch.
    """

    weights: dict[str, Array]
    batch: tuple[int, ...]
    shared: bool
    s: Array
    a: Array
    x: Array

    @property
    def steps(self) -> int:
        """T."""
        return len(self.x)

    @property
    def states(self) -> Array:
        """s_0 … s_T, (T+1, …, d): a copy, the run keeps its own."""
        return self.s.reshape(len(self.s), *self.batch, self.s.shape[-1]).copy()

    @property
    def between(self) -> Array:
        """a_1 … a_T at places 1 … T, (T+1, …, d), a copy; place 0 is NaN: there is no a_0.

        What stands between two states: pre-activations, or with σ inside a_j = σ(s_{j-1}).
        """
        return self.a.reshape(len(self.a), *self.batch, self.a.shape[-1]).copy()

    @cached_property
    def bindings(self) -> dict[str, Any]:
        """The arrays as columns, under the names the source of a single kernel uses."""
        x = self.x.reshape(len(self.x), *self.batch, self.x.shape[-1])
        b = self.weights["b"]
        b = b.reshape(*self.batch, -1) if b.ndim > 1 else b
        return {
            "W": self.weights["W"],
            "U": self.weights["U"],
            "b": b[..., None],
            "x": np.concatenate([np.full_like(x[:1], np.nan), x])[..., None],
            "s": self.states[..., None],
            "a": self.between[..., None],
            "d": self.s.shape[-1],
            "m": self.x.shape[-1],
            "dtype": self.s.dtype,
        }

    def setting(self, since: int = 0) -> dict[str, Any]:
        """What the loops are called with; to them the time `since` is 0."""
        lanes = self.s.shape[1:-1]
        bound = {"d": self.s.shape[-1], "m": self.x.shape[-1], "dtype": self.s.dtype}
        arrays = {"s": self.s[since:], "a": self.a[since:], "x": self.x[since:]}
        return {**self.weights, **arrays, **bound, "batch": lanes, "lanes": lanes, "summed": False}

    def unflattened(self, value: Array) -> Array:
        """A result in the loops' layout with the batch axes of the user's arrays."""
        return value.reshape(*self.batch, *value.shape[self.s.ndim - 2 :])

    def chunks(self, first: int, last: int) -> list[tuple[int, int]]:
        """The times first … last in pieces whose d × d matrices stay within the budget."""
        most = max(2, PRODUCT_BUDGET // (self.s[0].nbytes * self.s.shape[-1]))
        return [(start, min(start + most - 1, last)) for start in range(first, last + 1, most)]


def arranged(rnn: Network, W: Any, U: Any, b: Any, s0: Any, x: Any) -> Run:
    """The arguments checked and laid out, s_0 in its place, all later states still to be run.

    Raises:
        ShapeError: naming the argument whose shape does not fit.
        IllFormedError: missing, non-numeric or non-finite input, several dtypes, no step.
    """
    if rnn.U is None:
        U, x = _without_inputs(W, U, x)
    given = arguments.one_dtype(W=W, U=U, b=b, s0=s0, x=x)
    arguments.sizes(given["W"], given["U"], rnn.d, rnn.m)
    batch = arguments.fitting(*given.values())
    W, U, b, s0, x = given.values()
    shared = W.ndim == U.ndim == 2
    lanes = (math.prod(batch),) if shared and batch else batch
    steps, size = len(x), W.shape[-1]
    if b.ndim > 1:
        b = np.broadcast_to(b, (*batch, size)).reshape(*lanes, size)
    if x.shape[1:-1] != batch:
        gap = (1,) * (len(batch) - (x.ndim - 2))
        x = x.reshape(steps, *gap, *x.shape[1:])
        x = np.broadcast_to(x, (steps, *batch, x.shape[-1]))
    x = x.reshape(steps, *lanes, x.shape[-1])
    s = np.empty((steps + 1, *lanes, size), W.dtype)
    a = np.empty_like(s)
    if s0.shape[:-1] != batch:
        s0 = np.broadcast_to(s0, (*batch, size))
    a[0], s[0] = np.nan, s0.reshape(s.shape[1:])
    return Run({"W": W, "U": U, "b": b}, batch, shared, s, a, x)


def _without_inputs(W: Any, U: Any, x: Any) -> tuple[Array, Array]:
    """U with no column and x with no entry, T of them, for a recurrence that reads no input."""
    if U is not None:
        raise IllFormedError(
            "U is given, and the recurrence reads no input", {"expected": "None", "got": "an array"}
        )
    weights = arguments.array_of("W", W)
    kind = weights.dtype if weights.dtype.kind in "fc" else np.dtype(np.float64)
    steps = x if isinstance(x, int | np.integer) and not isinstance(x, bool) else None
    if steps is None or steps < 1:
        raise IllFormedError(
            "x: the recurrence reads no input, the number of steps stands in its place",
            {"expected": "an integer T ≥ 1", "got": type(x).__name__ if steps is None else steps},
        )
    return np.zeros((*weights.shape[-1:], 0), kind), np.zeros((int(steps), 0), kind)
