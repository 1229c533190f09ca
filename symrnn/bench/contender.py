"""Who does a piece of work, and what the work is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.bench.goals import Goal

Arrays = tuple[NDArray[Any], ...]

OURS = "symrnn"
BOUND = "products"
"""The matrix products alone: no result to compare, a bound nobody can be far under."""


def as_arrays(result: Any) -> Arrays:
    """A result, one array or several, as NumPy arrays."""
    parts = result if isinstance(result, tuple | list) else (result,)
    return tuple(np.asarray(part) for part in parts)


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Attributes:
        name: "torch jacrev"; of ours `OURS`, of the matrix products alone `BOUND`.
        run: does the work; what is timed.
        value: arrays of what `run` returns, to compare; None if there is nothing to compare, a
            value of None if it gave up: its time is a lower bound then.
        tolerance: relative disagreement with ours that passes.
        seconds: the time, where `run` measures it itself (in a process of its own).
        timed: seconds a run when it is done so many times on end, where that is measured elsewhere.
    """

    name: str
    run: Callable[[], Any]
    value: Callable[[Any], Arrays | None] | None = as_arrays
    tolerance: float = 1e-9
    seconds: Callable[[Any], float] | None = None
    timed: Callable[[int], float] | None = None


Peer = Callable[..., Iterable[Contender]]
"""How a library does a piece of work: from its inputs to one or more contenders."""


@dataclass(frozen=True)
class Work:
    """A piece of work at given sizes.

    Attributes:
        name: of the work item.
        sizes: by symbol: d, T, batch.
        contenders: ours first.
        goals: what is to be reached; of nothing at quick sizes.
        missing: peers that are not installed.
        left_out: peers that are not run at these sizes, and why.
        quantities: further figures, from the results and the median times by contender.
    """

    name: str
    sizes: Mapping[str, int]
    contenders: tuple[Contender, ...]
    goals: tuple[Goal, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    quantities: Callable[[Mapping[str, Any], Mapping[str, float]], Mapping[str, float]] = (
        lambda results, seconds: {}
    )
