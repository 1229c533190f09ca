"""What is measured of a net, against complex steps through the forward pass alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn.cells import read_cell
from symrnn.numeric.growth import Growth
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights
from symrnn.sweep.cells import Cells, biases, recurrent
from symrnn.sweep.design import Point, points
from symrnn.sweep.net import drawn, measured
from symrnn.sweep.spec import parse_spec

H = 1e-30
CELLS = ["elman", "lstm", "gru", "h = h' + tanh(W h' + b); s = h * s' + U x"]
SWEEP = """
steps = 12
lags = [1, 3, 12]
exponents = 3
truncation = [2, 5]
axes.cell = [{cell!r}]
axes.d = [3]
axes.scale = [1.5]
axes.bias = [0.3]
"""


def _point(cell: str, more: str = "", steps: int = 12) -> Point:
    given = f'"{cell}"' if "'" in cell else repr(cell)
    content = SWEEP.replace("{cell!r}", given).replace("steps = 12", f"steps = {steps}")
    content = content.replace("3, 12]", f"3, {steps}]")
    if "m" in map(str, read_cell(cell, Path()).sizes):
        content += "axes.m = [2]\n"
    spec = parse_spec(more + content)
    return next(points(spec, Cells(spec, Path())))


class Oracle:
    """The same net, run with complex numbers; nothing is differentiated by rule."""

    def __init__(self, point: Point) -> None:
        passes, self.weights = drawn(point)
        self.passes, self.names = Kernels(passes.cell), [*self.weights.states]
        self.sizes = [np.shape(self.weights.states[name])[0] for name in self.names]
        self.steps = int(point.measures["steps"])

    def states(self, start: dict[str, Any], first: int, last: int, parameters: Any = None) -> Any:
        inputs = {n: np.asarray(x)[first:last] + 0j for n, x in self.weights.inputs.items()}
        given = self.weights.parameters if parameters is None else parameters
        given = {n: np.asarray(v) + 0j for n, v in given.items()}
        run = self.passes.forward(Weights(given, start, inputs, last - first))
        return np.concatenate([run[name][-1] for name in self.names])

    def split(self, state: Any) -> dict[str, Any]:
        parts = np.split(state, np.cumsum(self.sizes)[:-1])
        return dict(zip(self.names, parts, strict=True))

    @property
    def start(self) -> Any:
        return np.concatenate([np.asarray(self.weights.states[n]) for n in self.names]) + 0j

    def jacobian(self, first: int, last: int) -> Any:
        at = self.states(self.split(self.start), 0, first).real if first else self.start.real
        steps = 1j * H * np.eye(len(at))
        return np.stack(
            [self.states(self.split(at + e), first, last).imag / H for e in steps], axis=1
        )

    def gradient(self, row: Any, since: int) -> Any:
        """∂(row · s_T)/∂θ where θ counts after the time `since` only."""
        at = self.states(self.split(self.start), 0, since) if since else self.start
        found = []
        for name, value in self.weights.parameters.items():
            for place in np.ndindex(np.shape(value)):
                moved = {n: np.array(v, dtype=complex) for n, v in self.weights.parameters.items()}
                moved[name][place] += 1j * H
                found.append(row @ self.states(self.split(at), since, self.steps, moved).imag / H)
        return np.array(found)


@pytest.mark.parametrize("cell", CELLS)
def test_norms_and_exponents_are_those_of_complex_steps(cell: str) -> None:
    point = _point(cell)
    found, oracle = measured(point), Oracle(point)
    assert found["failure"] is None
    for lag in (1, 3, 12):
        expected = math.log(np.linalg.norm(oracle.jacobian(12 - lag, 12), 2))
        assert found[f"log_norm_{lag}"] == pytest.approx(expected, rel=1e-9)
    # The growth that all directions have together is that of volumes.
    determinants = [np.linalg.slogdet(oracle.jacobian(j, j + 1))[1] for j in range(12)]
    whole = Growth(*drawn(point), point.generator("turns")).exponents(sum(oracle.sizes))
    if np.isfinite(determinants).all():
        assert sum(whole) == pytest.approx(sum(determinants) / 12, rel=1e-6)


@pytest.mark.parametrize("cell", CELLS[:3])
def test_truncation_errors_are_those_of_complex_steps(cell: str) -> None:
    point = _point(cell)
    oracle = Oracle(point)
    rng = point.generator("directions")
    size = sum(oracle.sizes)
    rng.standard_normal((size, 3))  # the exponents drew before
    row = rng.standard_normal(size)
    full, found = oracle.gradient(row, 0), measured(point)
    for tau in (2, 5):
        expected = np.linalg.norm(oracle.gradient(row, 12 - tau) - full) / np.linalg.norm(full)
        assert found[f"truncation_error_{tau}"] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("scale", "sign"), [("1e-9", -1), ("1e9", 1)])
def test_a_product_beyond_every_float_has_its_logarithm(scale: str, sign: int) -> None:
    point = _point("h = tanh(W h')", steps=100)
    at = {**point.at, "scale": float(scale), "activation.tanh": "identity", "bias": 0.0}
    point = Point(at, point.repeat, point.seed, point.measures, point.definition)
    found = measured(point)
    if sign < 0:
        W = drawn(point)[1].parameters["W"]
        expected = math.log(np.linalg.norm(np.linalg.matrix_power(W / 1e-9, 100), 2))
        assert found["log_norm_100"] == pytest.approx(expected - 900 * math.log(10), rel=1e-9)
    else:
        # The states themselves overflow: no number, and the row says why.
        assert "RangeError" in found["failure"]


def test_training_lowers_the_loss_of_its_task() -> None:
    point = _point("elman", more="training = 30\nrate = 0.2\n", steps=30)
    found = measured(point)
    assert found["loss_after"] < found["loss_before"]
    assert found["trained_gradient_norm"] > 0


def test_a_net_is_drawn_by_its_point_alone() -> None:
    point = _point("gru")
    assert measured(point) == measured(point)


def test_scales_and_biases_go_where_they_belong() -> None:
    lstm, indrnn = read_cell("lstm", Path()), read_cell("indrnn", Path())
    assert recurrent(lstm) == {"W_i", "W_f", "W_g", "W_o"}
    assert biases(lstm) == {"b_i", "b_f", "b_g", "b_o"}
    assert (recurrent(indrnn), biases(indrnn)) == ({"u"}, {"b"})
    parameters = drawn(_point("lstm"))[1].parameters
    assert np.linalg.norm(parameters["W_f"], 2) == pytest.approx(1.5)
    assert np.linalg.norm(parameters["U_f"], 2) != pytest.approx(1.5)
    assert (parameters["b_f"] == 0.3).all()
