"""One forward pass of a cell: every vector at every time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.fitted import Fitted

Array = NDArray[Any]

PRODUCT_BUDGET = 1 << 25
"""Bytes that the factors or products of one chunk of times may take (32 MiB)."""


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass: what the backward pass reads. Its arrays are its own.

    Attributes:
        weights: what was run, checked.
        rows: every vector that was computed, and the inputs: a state at the times 0 … T,
            (T+1, …, n), all else at the times 1 … T.
        named: the vectors that the cell names.
    """

    weights: Fitted
    rows: Mapping[str, Array]
    named: frozenset[str]

    @property
    def steps(self) -> int:
        """T."""
        return self.weights.steps

    @property
    def batch(self) -> tuple[int, ...]:
        """The shape of the batch."""
        return self.weights.batch

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How high each part of the state is."""
        return tuple(self.rows[name].shape[-1] for name in self.weights.states)

    @cached_property
    def size(self) -> int:
        """How many entries all parts of the state have."""
        return sum(self.sizes)

    @property
    def states(self) -> Array:
        """The whole state at the times 0 … T, its parts in a column: (T+1, …, Σn), a copy."""
        return np.concatenate([self.rows[name] for name in self.weights.states], axis=-1)

    def __getitem__(self, name: str) -> Array:
        """A vector at the times 0 … T, (T+1, …, n), a copy; NaN at time 0 where it has no value.

        Raises:
            IllFormedError: for a name that the cell does not have.
        """
        if in_code(name) not in self.named:
            raise IllFormedError(
                f"there is no vector {name}",
                {"expected": ", ".join(sorted(self.named)), "got": name},
            )
        found = self.rows[in_code(name)]
        if len(found) > self.steps:
            return found.copy()
        return np.concatenate([np.full_like(found[:1], np.nan), found])

    def parts(self, whole: Array, axis: int = -1) -> dict[str, Array]:
        """What has the whole state in an axis, (…, Σn), as that of its parts."""
        ends = np.cumsum(self.sizes)[:-1]
        pieces = np.split(whole, ends, axis=axis) if len(ends) else [whole]
        return dict(zip(self.weights.states, pieces, strict=True))

    def whole(self, parts: Mapping[str, Array], axis: int = -1) -> Array:
        """The parts by name one behind the other in an axis: the inverse of `parts`."""
        pieces = [parts[name] for name in self.weights.states]
        return np.concatenate(pieces, axis=axis) if len(pieces) > 1 else pieces[0]

    def between(self, k: int, t: int) -> Run:
        """The steps k + 1 … t as a run of their own, from the states at k on; the same arrays."""
        arguments.times(self.steps, t, k)
        if (k, t) == (0, self.steps):
            return self
        states = {*self.weights.states}
        rows = {n: a[k : t + 1] if n in states else a[k:t] for n, a in self.rows.items()}
        return Run(replace(self.weights, steps=t - k), rows, self.named)

    def repeated(self, lead: tuple[int, ...]) -> Run:
        """The run as a batch of runs that are the same; no array is copied."""
        gap = (slice(None), *(None,) * len(lead))
        rows = {
            name: np.broadcast_to(array[gap], (len(array), *lead, *array.shape[1:]))
            for name, array in self.rows.items()
        }
        return Run(replace(self.weights, batch=(*lead, *self.batch)), rows, self.named)

    def chunks(self, first: int, last: int, budget: int | None = None) -> list[tuple[int, int]]:
        """The times first … last in pieces whose step Jacobians stay within so many bytes."""
        budget = PRODUCT_BUDGET if budget is None else budget
        lanes = math.prod(self.batch)
        most = max(1, budget // max(1, lanes * self.size**2 * self.weights.dtype.itemsize))
        return [(start, min(start + most - 1, last)) for start in range(first, last + 1, most)]
