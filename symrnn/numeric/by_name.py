"""Arrays that come by the names of a cell's vectors, checked against a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.run import Run

Array = NDArray[Any]


def vectors(
    what: str, known: Collection[str], run: Run, given: Mapping[str, Any]
) -> dict[str, Array]:
    """Each of the shape that the vector has in the run at one time.

    Raises:
        IllFormedError: a name that is not known; not numeric, not finite, another dtype.
        ShapeError: another shape.
    """
    found = {}
    for name, value in named(what, known, given).items():
        shape = run.rows[name].shape[1:]
        array = arguments.vectors(f"{what} {name}", value, run.weights.dtype, shape, "(…, n)")
        if array.shape != shape:
            raise wrong_shape(f"{what} {name}", array.shape, shape)
        found[name] = array
    return found


def joined(what: str, states: Collection[str], run: Run, given: Mapping[str, Any]) -> Array:
    """Parts of the state one below the other, 0 where nothing is given; directions in front."""
    kind, parts = run.weights.dtype, {}
    for name, value in named(what, states, given).items():
        shape = run.rows[name].shape[1:]
        parts[name] = arguments.vectors(f"{what} {name}", value, kind, shape, "(…, n)")
    try:
        lead = np.broadcast_shapes(run.batch, *(each.shape[:-1] for each in parts.values()))
    except ValueError:
        raise ShapeError(
            f"{what} parts whose axes do not fit each other",
            {"expected": "axes in front that broadcast", **{n: a.shape for n, a in parts.items()}},
        ) from None
    zeros = {n: np.zeros((1,), kind) for n in states if n not in parts}
    every = {**parts, **zeros}
    full = [
        np.broadcast_to(every[name], (*lead, size))
        for name, size in zip(run.weights.states, run.sizes, strict=True)
    ]
    return np.concatenate(full, axis=-1)


def timed(
    what: str, known: Collection[str], run: Run, given: Mapping[str, Any]
) -> dict[str, Array]:
    """Each of the shape that the vector has in the run at the times 1 … T."""
    return {
        name: rows(f"{what} {name}", value, run, run.rows[name].shape[1:])
        for name, value in named(what, known, given).items()
    }


def rows(label: str, value: Any, run: Run, shape: tuple[int, ...]) -> Array:
    """One row a step, (T, …, n).

    Raises:
        IllFormedError, ShapeError: they do not fit.
    """
    array = arguments.array_of(label, value)
    if array.ndim < 2 or len(array) != run.steps:
        raise ShapeError(
            f"{label} has shape {array.shape}",
            {"expected": f"(T, …, n), one row for each step: {(run.steps, *shape)}"},
        )
    return arguments.aligned(label, array, run.weights.dtype, (run.steps, *shape))


def wrong_shape(label: str, got: tuple[int, ...], shape: tuple[int, ...]) -> ShapeError:
    """That an array has another shape than one vector of the run."""
    return ShapeError(f"{label} has shape {got}", {"expected": f"(…, n), here {shape}"})


def named(what: str, known: Collection[str], given: Any) -> dict[str, Any]:
    """What is given, by the names in code.

    Raises:
        IllFormedError: nothing by name, or a name that is not known.
    """
    if not isinstance(given, Mapping):
        raise IllFormedError(
            f"{what} …", {"expected": "arrays by name", "got": type(given).__name__}
        )
    named = {in_code(name): value for name, value in given.items()}
    if extra := ", ".join(sorted({*named} - {*known})):
        raise IllFormedError(f"{what} {extra}", {"expected": f"one of {', '.join(known)}"})
    return named
