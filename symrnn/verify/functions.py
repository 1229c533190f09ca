"""The functions of a recurrence: those applied entry by entry, and those without a name.

A claim may be about any cell: one of an unknown σ, one of several known functions, one that is
nothing but h_j = F(h_{j-1}, x_j). What stands for a function of which nothing is known is found
here, in the same way for all of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.language.activations import Activation, Elementwise, unknown
from symrnn.language.derivatives import VectorFunction
from symrnn.language.slope_at import KINKED
from symrnn.recurrence.recurrence import Recurrence, Recurrent

Array = NDArray[Any]


@lru_cache(maxsize=256)
def applied(recurrence: Recurrence) -> tuple[Activation, ...]:
    """The functions that the definitions apply entry by entry, in the order of their names."""
    found = {f for value in recurrence.definitions.values() for f in value.atoms(Activation)}
    return tuple(sorted(found, key=str))


@lru_cache(maxsize=256)
def applications(recurrence: Recurrence) -> int:
    """How many times a step applies a function entry by entry."""
    return sum(len(value.atoms(Elementwise)) for value in recurrence.definitions.values())


@lru_cache(maxsize=256)
def kinked(recurrence: Recurrence) -> bool:
    """Whether one of them has kinks."""
    return any(each.function.has(*KINKED) for each in applied(recurrence))


def sigma_of(rnn: Recurrent) -> Activation:
    """The function that is meant by σ: an unknown one, where there is one or there is none."""
    own = getattr(rnn, "stand_in", None)
    if isinstance(own, Activation):
        return own
    every = applied(rnn.recurrence)
    choices = (*(each for each in every if each.is_unknown), *every, unknown("sigma"))
    return choices[0]


@lru_cache(maxsize=256)
def unnamed(recurrence: Recurrence) -> tuple[VectorFunction, ...]:
    """The functions of vectors in the definitions of which nothing is known but the name."""
    found = {f for value in recurrence.definitions.values() for f in value.atoms(VectorFunction)}
    return tuple(sorted(found, key=str))


def loss(state: Array) -> Array:
    """A smooth loss of a column (…, n, 1) with nothing special about it, real or complex."""
    weights = np.linspace(0.5, 1.5, state.shape[-2])[:, None]
    bent = (weights * np.sin(state)).sum(axis=-2, keepdims=True)
    return np.asarray(bent + 0.5 * state.sum(axis=-2, keepdims=True) ** 2)


@cache
def field(name: str, rows: int) -> Callable[..., Array]:
    """A smooth function of columns (…, n, 1) to one of some rows, with nothing special about it.

    The same for the same name and sizes. sin(A u + B v) + cos(C u + D v)/2, each matrix random:
    its partial derivatives are no diagonal times a constant, and no two of them commute.
    """

    def value(*columns: Array) -> Array:
        first, second = (
            sum(_weights((name, part, n), rows, u.shape[-2]) @ u for n, u in enumerate(columns))
            for part in "ab"
        )
        return np.asarray(np.sin(first) + np.cos(second) / 2)

    return value


@cache
def _weights(which: Any, rows: int, cols: int) -> Array:
    seed = zlib.crc32(repr(which).encode())
    return np.asarray(np.random.default_rng(seed).normal(size=(rows, cols)) / np.sqrt(cols))
