"""∂L/∂θ of one sequence in every direction of θ at once: the complex step, made affordable.

With h = 1e-30 the real parts of all perturbed trajectories are one and the same, to the last bit,
and the imaginary parts, divided by h, are linear in the direction. So the real part is run once,
Im σ(z + i h)/h is taken once per entry rather than once per direction, and the imaginary parts of
all directions are the columns of one matrix. With z_j = W v_j + U x_j + b, v_j what W is applied to
in step j, the columns Z_j of z_j and V_{j+1} of v_{j+1} = σ(z_j) are

    Z_j = W V_j + E v_j,  V_{j+1} = Im σ(z_j + i h)/h ⊙ Z_j,  E v_j the directions' direct effect.

The state s_j is v_{j+1} in the Elman cell and z_j where σ sits inside. One matrix product per step
serves all directions. No rule of differentiation is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import DisagreementError, IllFormedError, ShapeError
from symrnn.numeric.differences import MEMORY_BUDGET, directions_per_run, relative_error
from symrnn.numeric.random_directions import AGREES
from symrnn.numeric.simulate import Activation, simulate

Array = NDArray[Any]
LossAt = Callable[[Array], Array]

STEP = 1e-30


@dataclass(frozen=True)
class Sweep:
    """A gradient by differences in every direction.

    Attributes:
        gradient: of the parameter's shape.
        directions: how many, all of them.
        run: how many went through the recurrence at a time, chosen to fit the budget.
        step: h.
    """

    gradient: NDArray[np.float64]
    directions: int
    run: int
    step: float


@dataclass(frozen=True)
class GradientCheck:
    """A claimed gradient that agrees with a sweep.

    Attributes:
        error: largest disagreement of an entry, relative to the largest entry.
        noticed: the smallest error of one entry, on that scale, that would have been noticed.
        sweep: what it was compared with.
    """

    error: float
    noticed: float
    sweep: Sweep

    def __str__(self) -> str:
        return (
            f"agrees to {self.error:.0e} (complex step, {self.sweep.directions} directions,"
            f" {self.sweep.run} at a time; would notice {self.noticed:.0e})"
        )


def sweep(
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    s0: ArrayLike,
    x: ArrayLike,
    sigma: Activation,
    loss: LossAt,
    parameter: str = "W",
    *,
    inside: bool = False,
    budget: int = MEMORY_BUDGET,
) -> Sweep:
    """∂L/∂θ for L = Σ_{t=1}^{T} loss(s_t).

    Args:
        W, U, b, s0, x: d×d, d×m, d, d, (T, m): one sequence, real.
        sigma: elementwise activation, holomorphic.
        loss: maps states (…, d) to losses (…), holomorphic.
        parameter: "W", "U" or "b".
        inside: whether σ sits inside, as in `simulate`.
        budget: bytes that the tangents of one run may take; at least one row of θ is run.

    Raises:
        ShapeError: two arguments do not fit, or `loss` does not return one value per state.
        IllFormedError: an unknown parameter, or a σ or loss that drops the imaginary part.
    """
    inputs, start = np.asarray(x, dtype=float), np.asarray(s0, dtype=float)
    if inputs.ndim != 2 or start.ndim != 1:
        raise ShapeError(
            "x and s0: expected one sequence, shapes (T, m) and (d,)",
            {"x has shape": inputs.shape, "s0 has shape": start.shape},
        )
    weights = np.asarray(W, dtype=float)
    path = simulate(weights, U, b, start, inputs, sigma, inside=inside)
    recurrent, drives = (path.a[1:], path.s[1:]) if inside else (path.s[:-1], path.a[1:])
    driven = {"W": recurrent, "U": inputs, "b": np.ones((len(inputs), 1))}
    if parameter not in driven:
        raise IllFormedError(
            "parameter: unknown", {"expected": "W, U or b", "got": repr(parameter)}
        )
    vectors = driven[parameter]
    slopes = _imaginary(sigma, drives + 1j * STEP, "sigma")
    units = 1j * STEP * np.eye(len(weights))
    loss_rates = [_imaginary(loss, s + units, "loss") for s in path.s[1:]]
    d, columns = len(weights), vectors.shape[1]
    # Two arrays of d numbers per direction: the tangents, and those of the next step.
    rows = max(1, min(d, directions_per_run(2 * d * columns, budget, itemsize=8)))
    gradient = np.concatenate(
        [
            _rows(weights, slopes, loss_rates, vectors, range(first, min(first + rows, d)), inside)
            for first in range(0, d, rows)
        ]
    )
    shape = np.shape({"W": W, "U": U, "b": b}[parameter])
    return Sweep(gradient.reshape(shape), gradient.size, rows * columns, STEP)


def check_gradient(claimed: ArrayLike, found: Sweep, tolerance: float = AGREES) -> GradientCheck:
    """Compare a claimed gradient with a sweep.

    Raises:
        DisagreementError: saying by how much, and at which entry, they differ most.
        ShapeError: the shapes differ.
    """
    error = relative_error(claimed, found.gradient)
    if not error <= tolerance:
        gaps = np.abs(np.asarray(claimed) - found.gradient)
        worst = tuple(map(int, np.unravel_index(np.nanargmax(gaps), gaps.shape)))
        raise DisagreementError(
            f"the gradient differs by {error:.2g} (relative, complex step)",
            {
                "worst at": worst,
                "claimed": np.asarray(claimed)[worst],
                "expected": found.gradient[worst],
            },
        )
    return GradientCheck(error, tolerance + error, found)


def _rows(
    W: Array, slopes: Array, loss_rates: list[Array], vectors: Array, rows: range, inside: bool
) -> Array:
    """Some rows of the gradient."""
    d, columns, count = len(W), vectors.shape[1], len(rows)
    before = np.zeros((d, count * columns))
    drive = np.empty_like(before)
    state = drive if inside else before
    # Entry (p, q) of θ moves entry p alone, by the entry q of what θ multiplies.
    direct, moved = drive.reshape(d, count, columns), (np.array(rows), np.arange(count))
    gradient = np.zeros(count * columns)
    for slope, rates, vector in zip(slopes[:, :, None], loss_rates, vectors, strict=True):
        np.matmul(W, before, out=drive)
        direct[moved] += vector
        np.multiply(slope, drive, out=before)
        gradient += rates @ state
    return gradient.reshape(count, columns)


def _imaginary(function: Callable[[Array], Array], point: Array, name: str) -> Array:
    values = np.asarray(function(point))
    expected = point.shape if name == "sigma" else point.shape[:-1]
    if values.shape != expected:
        raise ShapeError(
            f"{name}: unexpected shape of values", {"expected": expected, "got": values.shape}
        )
    if not np.iscomplexobj(values):
        raise IllFormedError(
            f"{name}: expected complex values for a complex argument; a function that drops the"
            " imaginary part is not holomorphic",
            {"argument": point.dtype, "value": values.dtype},
        )
    return values.imag / STEP
