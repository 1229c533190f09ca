"""Any cell learns a series with the gradients derived from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cells import cell, named
from symrnn.errors import IllFormedError
from symrnn.numeric.data import Series, carbon_dioxide, sunspots
from symrnn.numeric.forecasting import Forecaster, train_cell

CELLS = ["elman", "lstm", "gru", "leaky"]
SMALL: dict[str, Any] = {"d": 16, "steps": 100}


@pytest.mark.parametrize("name", [*CELLS, "peephole", "jordan", "sigma_inside"])
def test_the_gradient_is_that_of_the_mean_square(name: str) -> None:
    """Along a random direction, by the complex step through what is predicted."""
    forecaster = Forecaster(named(name), 4)
    parameters = forecaster.initial(3)
    draw = np.random.default_rng(0)
    x, target = draw.normal(size=(5, 2, 1)), draw.normal(size=(5, 2))
    loss, found = forecaster.gradients(parameters, x, target)
    assert loss == pytest.approx(np.mean((forecaster.predict(parameters, x) - target) ** 2))
    directions = {n: draw.normal(size=p.shape) for n, p in parameters.items()}
    moved = {n: p + 1e-30j * directions[n] for n, p in parameters.items()}
    ahead = forecaster.predict(moved, x.astype(complex))
    expected = np.mean((ahead - target) ** 2).imag / 1e-30
    along = sum(float(np.sum(directions[n] * gradient)) for n, gradient in found.items())
    assert along == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("name", CELLS)
def test_it_beats_the_last_value(name: str) -> None:
    series = sunspots()
    forecast = train_cell(named(name), series, **SMALL)
    assert forecast.held_out < forecast.baseline
    assert forecast.losses[-1] < 0.5 * forecast.losses[0]
    data = forecast.data
    ahead = forecast.forecaster.predict(forecast.trained, data.inputs)
    tail = slice(data.split, None)
    assert forecast.held_out == np.mean((ahead[tail] - data.targets[tail]) ** 2)
    assert forecast.baseline == np.mean((data.inputs[tail, 0] - data.targets[tail]) ** 2)
    # Trained on the first part only: the last window ends before the first held-out input.
    assert data.windows[-1, -1, 0] in data.inputs[: data.split, 0]
    standard = (series.values - data.mean) / data.scale
    assert np.mean(standard[: data.split + 1]) == pytest.approx(0, abs=1e-13)
    np.testing.assert_allclose(data.inputs[:, 0], standard[:-1])
    assert forecast.steps == SMALL["steps"] and len(forecast.losses) == SMALL["steps"] + 1


def test_a_seed_has_one_result() -> None:
    short = {**SMALL, "steps": 3}
    first, again, other = (train_cell(named("gru"), sunspots(), **short, seed=n) for n in (0, 0, 1))
    assert again.losses == first.losses and again.held_out == first.held_out
    assert other.losses != first.losses


def test_a_longer_series() -> None:
    series = carbon_dioxide()
    assert len(series.values) == 2283
    # Its first and last values, from the file's rows: 317.3 - 316.1 and 371.5 - 371.2.
    assert series.values[0] == pytest.approx(1.2)
    assert abs(series.values.sum() - (371.5 - 316.1)) < 1e-9
    told: list[Any] = []
    forecast = train_cell(
        named("gru"),
        series,
        **{**SMALL, "steps": 40, "stride": 40},
        progress=lambda *seen: told.append(seen),
    )
    assert forecast.held_out < forecast.baseline
    assert [seen[:2] for seen in told] == [(n, 40) for n in range(1, 41)]


def test_gradients_are_clipped_together() -> None:
    forecast = train_cell(named("gru"), sunspots(), **{**SMALL, "steps": 3}, kappa=1e-3)
    assert forecast.clipped == 3


def test_a_cell_of_ones_own_and_bad_input() -> None:
    mine = cell("k = tanh(V k' + w * k' + B x)")
    assert train_cell(mine, sunspots(), **{**SMALL, "steps": 2}).steps == 2
    still = Series("still", np.ones(60), "here")
    for made, series, options, says in (
        (cell("h = tanh(W h')"), sunspots(), {}, "to read a series"),
        (cell("h = tanh(W h' + U x_1 + V x_2)"), sunspots(), {}, "one input"),
        (cell("h = tanh(W h' + x)"), sunspots(), {}, "a size of its own"),
        (named("elman", loss="squared"), sunspots(), {}, "one input"),
        (named("elman"), sunspots(), {"d": 0}, "d: expected at least 1"),
        (named("elman"), sunspots(), {"steps": True}, "steps: expected"),
        (named("elman"), sunspots(), {"rate": -1.0}, "rate: expected"),
        (named("elman"), sunspots(), {"tail": 1.5}, "tail: expected"),
        (named("elman"), sunspots(), {"length": 1000}, "length: expected"),
        (named("elman"), still, {}, "values that vary"),
    ):
        with pytest.raises(IllFormedError, match=f"(?s){says}"):
            train_cell(made, series, **{**SMALL, **options})
