"""Long sequences of any cell: growth over any horizon, and gradients in O(√T) memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments
from symrnn.numeric.growth import Growth
from symrnn.numeric.passes import Passes
from symrnn.numeric.weights import Weights, fitted

Array = NDArray[Any]


def lyapunov_exponents(
    passes: Passes, weights: Weights, q: int | None = None, *, seed: int = 0
) -> Array:
    """The q largest finite-time Lyapunov exponents of one sequence, per step, largest first.

    After Benettin et al. (1980): q directions are carried through the run and orthogonalised
    again; the logarithms of what they are stretched by are added up. They are carried backwards,
    through the transposed Jacobians, whose products have the same singular values. Over any
    horizon: states are kept at a few times alone, and no product overflows. An exponent of -∞ says
    that a direction is lost altogether.

    Args:
        passes, weights: a cell, and numbers for one sequence.
        q: how many; all by default, as many as the state has entries.
        seed: of the directions to start with.

    Raises:
        IllFormedError: q out of range, or a batch of sequences.
        RangeError: the forward pass overflows.
    """
    growth = Growth(passes, weights, np.random.default_rng(seed))
    size = sum(growth.sizes)
    q = size if q is None else q
    whole = isinstance(q, int | np.integer) and not isinstance(q, bool)
    if not whole or not 1 <= q <= size:
        raise IllFormedError("q out of range", {"expected": f"1 … {size}", "got": q})
    return np.array(growth.exponents(q))


def log_norms(passes: Passes, weights: Weights, lags: Sequence[int]) -> Array:
    """ln ‖∂s_T/∂s_{T-lag}‖₂ of one sequence for each lag, s the whole state; over any horizon.

    Args:
        passes, weights: a cell, and numbers for one sequence.
        lags: numbers of steps, 0 … T.

    Raises:
        IllFormedError: a lag out of range, or a batch of sequences.
        RangeError: the forward pass overflows.
    """
    growth = Growth(passes, weights, np.random.default_rng(0))
    for lag in lags:
        arguments.times(growth.steps, growth.steps, growth.steps - lag)
    return np.array(growth.log_norms(lags))


def checkpointed_gradients(
    passes: Passes, weights: Weights, given: Mapping[str, Any] | None = None
) -> Weights:
    """The gradients of `Passes.backward`, keeping the states at O(√T) times alone.

    The forward pass is run twice: once for the states between √T segments, once more segment by
    segment from the last one on.

    Args:
        passes: of a cell.
        weights: its numbers.
        given: ∂⁺L/∂v_j by name as for `backward`; without it the cell's own losses.

    Raises:
        IllFormedError, ShapeError, RangeError: as `forward` and `backward`.
    """
    steps = fitted(passes.cell, weights).steps
    length = math.isqrt(steps - 1) + 1
    starts = list(range(0, steps, length))
    rows = {} if given is None else {n: arguments.array_of(n, g) for n, g in given.items()}
    wrong = {name: array.shape for name, array in rows.items() if len(array) != steps}
    if wrong:
        raise IllFormedError("one row for each step", {"expected": f"T = {steps}", **wrong})
    segments = [_segment(weights, start, min(start + length, steps)) for start in starts]
    states: list[Mapping[str, Any]] = [weights.states]
    for segment in segments[:-1]:
        run = passes.forward(Weights(weights.parameters, states[-1], *segment))
        states.append({name: run[name][-1] for name in weights.states})
    arriving: Mapping[str, Array] | None = None
    total: dict[str, Array] = {}
    entering: list[Mapping[str, Array]] = []
    for start, segment, state in reversed(list(zip(starts, segments, states, strict=True))):
        run = passes.forward(Weights(weights.parameters, state, *segment))
        own = {name: array[start : start + run.steps] for name, array in rows.items()}
        found = passes.backward(run, None if given is None else own, arriving=arriving)
        arriving = found.states
        for name, gradient in found.parameters.items():
            total[name] = total[name] + gradient if name in total else gradient
        entering.insert(0, found.inputs)
    inputs = {n: np.concatenate([part[n] for part in entering]) for n in weights.inputs}
    return Weights(total, arriving or {}, inputs, steps)


def _segment(weights: Weights, start: int, stop: int) -> tuple[Mapping[str, Any], int]:
    return {name: np.asarray(x)[start:stop] for name, x in weights.inputs.items()}, stop - start
