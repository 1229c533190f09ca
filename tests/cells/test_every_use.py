"""What numbers of a cell are for, of every cell that comes along: against its pass by hand, whose
derivatives are complex steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from by_hand import PASSES, SIZES, build
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import ShapeError
from symrnn.numeric.checkpoints import checkpointed_gradients
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.long_passes import lyapunov_exponents
from symrnn.numeric.weights import KINDS, Weights, load, random_weights, save

Array = NDArray[Any]

STEPS, HELD, TINY = 6, 3, 1e-30
AGREE = 1e-12


def numbers(made: Cell, **options: Any) -> Weights:
    sizes = {symbol.name: SIZES[symbol.name] for symbol in made.sizes}
    return random_weights(made, steps=STEPS, seed=3, **options, **sizes)


def passed(name: str, weights: Weights) -> dict[str, Array]:
    """The states at times 0 … T of one sequence by the pass by hand."""
    own = SimpleNamespace(**weights.parameters)
    states = [dict(weights.states)]
    for x in weights.inputs["x"]:
        made = PASSES[name](own, SimpleNamespace(**states[-1]), x)
        states.append({label: made[label] for label in weights.states})
    return {label: np.array([each[label] for each in states]) for label in weights.states}


def moved(weights: Weights, along: Weights) -> Weights:
    """Everything a step of i·TINY further in a direction."""
    parts = (
        {n: a + 1j * TINY * getattr(along, kind)[n] for n, a in getattr(weights, kind).items()}
        for kind in KINDS
    )
    return Weights(*parts)


def direction(weights: Weights, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    parts = (
        {n: rng.normal(size=np.shape(a)) for n, a in getattr(weights, kind).items()}
        for kind in KINDS
    )
    return Weights(*parts)


def since(weights: Weights, states: dict[str, Array], time: int) -> Weights:
    """The numbers of the steps after a time."""
    starts = {n: s[time] for n, s in states.items()}
    return Weights(weights.parameters, starts, {n: x[time:] for n, x in weights.inputs.items()})


def along(gradients: Weights, way: Weights) -> float:
    pairs = (
        (getattr(gradients, kind)[n], getattr(way, kind)[n])
        for kind in KINDS
        for n in getattr(way, kind)
    )
    return float(sum(np.sum(np.asarray(one) * other) for one, other in pairs))


@pytest.mark.parametrize("name", PASSES)
def test_gradients_whole_kept_in_part_and_truncated(name: str) -> None:
    made = build(name)
    kernels, weights = Kernels(made), numbers(made)
    states, run = passed(name, weights), kernels.run(weights)
    given = {n: np.random.default_rng(1).normal(size=s[1:].shape) for n, s in states.items()}
    way = direction(weights, 2)
    ends = passed(name, moved(weights, way))
    expected = sum(float(np.sum(given[n] * ends[n][1:].imag)) / TINY for n in states)
    assert abs(expected) > 1e-3
    found = kernels.backward(run, given)
    assert along(found, way) == pytest.approx(expected, rel=AGREE, abs=AGREE)
    again = checkpointed_gradients(kernels, weights, given, 4)
    assert along(again, way) == pytest.approx(expected, rel=AGREE, abs=AGREE)
    # Truncated: as if the sequence began at the state that is held.
    late = since(weights, states, HELD)
    still = Weights(
        way.parameters, {n: 0 * s for n, s in way.states.items()}, {"x": 0 * late.inputs["x"]}
    )
    ends = passed(name, moved(late, still))
    cut = sum(float(np.sum(given[n][HELD:] * ends[n][1:].imag)) / TINY for n in states)
    kept = kernels.backward(run, given, since=HELD)
    only = Weights(way.parameters, {}, {})
    assert along(kept, only) == pytest.approx(cut, rel=AGREE, abs=AGREE)
    # A wrong gradient is seen.
    label = next(iter(found.parameters))
    wrong = {**found.parameters, label: -np.asarray(found.parameters[label])}
    assert abs(along(Weights(wrong, found.states, found.inputs), way) - expected) > 1e-6


@pytest.mark.parametrize("name", PASSES)
def test_exponents_precisions_batches_and_archives(name: str, tmp_path: Path) -> None:
    made = build(name)
    kernels, weights = Kernels(made), numbers(made)
    states = passed(name, weights)
    # The exponents add up to the volume that each step leaves.
    volume = 0.0
    for time in range(STEPS):
        here = since(weights, states, time)
        columns = []
        for label, start in here.states.items():
            for place in range(len(start)):
                way = {n: np.zeros(np.shape(s)) for n, s in here.states.items()}
                way[label][place] = 1
                zero = {n: 0 * np.asarray(a) for n, a in here.parameters.items()}
                step = Weights(here.parameters, here.states, {"x": here.inputs["x"][:1]})
                ends = passed(name, moved(step, Weights(zero, way, {"x": 0 * step.inputs["x"]})))
                columns.append(np.concatenate([e[1].imag / TINY for e in ends.values()]))
        volume += np.linalg.slogdet(np.array(columns))[1] / STEPS
    found = lyapunov_exponents(kernels, weights)
    if np.isfinite(volume):
        assert found.sum() == pytest.approx(volume, rel=1e-8)
    else:
        assert -np.inf in found
    assert lyapunov_exponents(kernels, weights, 1).shape == (1,)
    # Of every precision, batch and archive the run is the one by hand.
    path = tmp_path / "weights.npz"
    save(path, weights)
    run = Kernels(made).run(load(path))
    single = kernels.run(numbers(made, dtype=np.float32))
    way = direction(weights, 4)
    turned = Weights(
        *(
            {
                n: np.asarray(a) + 0.01j * getattr(way, kind)[n]
                for n, a in getattr(weights, kind).items()
            }
            for kind in KINDS
        )
    )
    complex_run, complex_states = kernels.run(turned), passed(name, turned)
    batch = numbers(made, batch=(2,))
    together = kernels.run(batch)
    second = Weights(
        batch.parameters,
        {n: s[1] for n, s in batch.states.items()},
        {n: x[:, 1] for n, x in batch.inputs.items()},
    )
    alone = passed(name, second)
    for label, expected in states.items():
        np.testing.assert_allclose(run[label], expected, rtol=0, atol=AGREE)
        assert single[label].dtype == np.float32
        np.testing.assert_allclose(single[label], expected, rtol=0, atol=2e-5)
        np.testing.assert_allclose(complex_run[label], complex_states[label], rtol=0, atol=AGREE)
        np.testing.assert_allclose(together[label][:, 1], alone[label], rtol=0, atol=AGREE)


@pytest.mark.parametrize("name", ["elman", "lstm", "mgu"])
def test_the_array_that_is_turned_round_is_the_one_named(name: str) -> None:
    made = build(name)
    weights = numbers(made)
    label = next(n for n in weights.parameters if n.startswith("U"))
    turned = {**weights.parameters, label: np.asarray(weights.parameters[label]).T}
    with pytest.raises(ShapeError, match=label):
        Kernels(made).run(replace(weights, parameters=turned))
