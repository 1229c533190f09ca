"""Gradients in O(√T) memory: states are kept at a few times, what is between is run again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric import arguments
from symrnn.numeric.fitted import fitted
from symrnn.numeric.weights import Weights

if TYPE_CHECKING:
    from symrnn.numeric.kernels import Kernels

Array = NDArray[Any]


def checkpointed_gradients(
    kernels: Kernels,
    weights: Weights,
    given: Mapping[str, Any] | None = None,
    every: int | None = None,
    *,
    summed: bool = True,
    inputs: bool = True,
) -> Weights:
    """The gradients of `Kernels.backward`, keeping the states at O(√T) times alone.

    The forward pass is run twice: once for the states between the segments of `every` steps, once
    more segment by segment from the last one on; in all about 4/3 of the work. Memory: T/c states
    for c = `every`, and the arrays of one segment.

    Args:
        kernels: of a cell.
        weights: its numbers.
        given: ∂⁺L/∂v_j by name as for `backward`; without it the cell's own losses.
        every: steps between two kept states; ⌈√T⌉ by default.
        summed: add the parameters' gradients up over the batch; otherwise one a sequence.
        inputs: whether the gradients by the inputs are wanted, O(T) numbers.

    Raises:
        IllFormedError, ShapeError, RangeError: as `forward` and `backward`; a wrong `every`.

    Source: T. Chen, B. Xu, C. Zhang, C. Guestrin, arXiv:1604.06174 (2016), section 3.
    """
    steps = fitted(kernels.cell, weights).steps
    length = math.isqrt(steps - 1) + 1 if every is None else every
    if not isinstance(length, int | np.integer) or length < 1:
        raise IllFormedError("every: a number of steps", {"expected": "≥ 1", "got": every})
    starts = list(range(0, steps, length))
    rows = {} if given is None else {n: arguments.array_of(n, g) for n, g in given.items()}
    wrong = {name: array.shape for name, array in rows.items() if array.shape[:1] != (steps,)}
    if wrong:
        raise ShapeError("one row for each step", {"expected": f"T = {steps}", **wrong})
    segments = [_segment(weights, start, min(start + length, steps)) for start in starts]
    states: list[Mapping[str, Any]] = [weights.states]
    for segment in segments[:-1]:
        run = kernels.forward(Weights(weights.parameters, states[-1], *segment))
        states.append({name: run[name][-1] for name in weights.states})
    arriving: Mapping[str, Array] | None = None
    total: dict[str, Array] = {}
    entering: list[Mapping[str, Array]] = []
    for start, segment in reversed(list(zip(starts, segments, strict=True))):
        run = kernels.forward(Weights(weights.parameters, states.pop(), *segment))
        own = {name: array[start : start + run.steps] for name, array in rows.items()}
        found = kernels.backward(
            run, None if given is None else own, arriving=arriving, summed=summed, inputs=inputs
        )
        arriving = found.states
        for name, gradient in found.parameters.items():
            total[name] = total[name] + gradient if name in total else gradient
        entering.insert(0, found.inputs)
    names = weights.inputs if inputs else ()
    entered = {n: np.concatenate([part[n] for part in entering]) for n in names}
    return Weights(total, arriving or {}, entered, steps)


def _segment(weights: Weights, start: int, stop: int) -> tuple[Mapping[str, Any], int]:
    return {name: np.asarray(x)[start:stop] for name, x in weights.inputs.items()}, stop - start
