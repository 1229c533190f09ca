"""Loops of cells whose parts are fixed, fed by a state before alone, or read by one input gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Cell, cell
from symrnn.numeric.backends import BackendKernels
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights, random_weights

ONCE = {
    "state before": "h = tanh(W h' + U x)\ng = h'\ny = V g'",
    "fixed sum": "h = tanh(W h' + g')\ng = 2 b + b * b",
    "bias": "h = tanh(W h' + g')\ng = b",
    "activated bias": "h = tanh(W h' + U x + V g')\ng = tanh(b)",
    "fixed readout": "h = tanh(W h' + U x)\ny = 2 b",
    "readout of a fixed state": "h = tanh(W h' + U x)\ng = 3 b * c\ny = V g' + h",
}
"""Each has a part of which the value, or the slope, is the same at all times."""
GATES = {
    "one gate with an input": "f = logistic(W_f h' + b_f)\nh = f * h' + (1-f) * tanh(W h' + U x)",
    "two without": "f = logistic(A h' + b)\ni = logistic(B h')\nh = f * h' + i * tanh(W h' + U x)",
    "a product read twice": "r = logistic(R h')\nz = logistic(V h' + U x)\n"
    "h = r * z * h' + tanh(W (z * h'))",
    "an input that no state reads": "h = tanh(W h' + b)\ng = logistic(U x + V h)",
    "softmax with a bias": "f = softmax(A h' + b)\nh = h' + tanh(W (f * h') + U x)",
    "in the middle": "f = logistic(A h')\ni = tanh(B h' + V x)\no = logistic(D h')\nh = o*(f*h'+i)",
}
"""Not every gate on one state reads the input, so not every δ is kept at all times."""


def numbers(of: Cell, batch: tuple[int, ...] = ()) -> Weights:
    sizes = {s.name: {"d": 3, "m": 2}.get(s.name, 3) for s in of.sizes}
    return random_weights(of, steps=5, seed=1, batch=batch, **sizes)


def found(kernels: Any, weights: Weights) -> dict[str, Any]:
    """Everything that the loops compute, of a loss on the state at t = 4 and one on all."""
    run = kernels.run(weights)
    sizes = [np.shape(start)[-1] for start in weights.states.values()]
    batch = np.shape(next(iter(weights.states.values())))[:-1]
    v = np.cos(np.arange(np.prod(batch, dtype=int) * sum(sizes))).reshape(*batch, -1)
    g = np.sin(np.arange(5 * v.size)).reshape(5, *v.shape)
    return {
        **{each.label: run[each.label][-5:] for each in kernels.derived.named},
        "jvp": kernels.jvp(run, 4, 1, v),
        "vjp": kernels.vjp(run, 4, 1, v),
        "jacobian": kernels.jacobian(run, 4, 1),
        **{f"gradient {n}": a for n, a in kernels.gradients(run, v, 4).items()},
        **{f"total {n}": a for n, a in kernels.adjoint_gradients(run, g).items()},
        **{f"by {n}": a for n, a in kernels.backward(run, run_parts(run, g)).inputs.items()},
    }


def run_parts(run: Any, g: Any) -> dict[str, Any]:
    """A loss on the whole state by the names of its parts."""
    labels = [*run.weights.states]
    ends = np.cumsum([run.rows[label].shape[-1] for label in labels])[:-1]
    return dict(zip(labels, np.split(g, ends, axis=-1), strict=True))


def same(ours: dict[str, Any], plain: dict[str, Any]) -> None:
    assert {*ours} == {*plain}
    for name, value in plain.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-12, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("text", [*ONCE.values(), *GATES.values()], ids=[*ONCE, *GATES])
def test_loops_agree_with_the_definitions(text: str) -> None:
    of = cell(text)
    plain, ours, arrays = Kernels(of, planned=False), Kernels(of), BackendKernels(of, "numpy")
    for batch in [(), (2,)]:
        weights = numbers(of, batch)
        exact = found(plain, weights)
        same(found(ours, weights), exact)
        assert ours.ran["forward"] == ours.ran["backward"] == "loop"
        same(found(arrays, weights), exact)


def test_compiled_loops_agree_where_a_part_is_the_same_at_all_times() -> None:
    pytest.importorskip("numba")
    of = cell(ONCE["fixed sum"])
    ours, plain, weights = Kernels(of, compiled=True), Kernels(of, planned=False), numbers(of)
    run, there, v = ours.run(weights), plain.run(weights), np.cos(np.arange(6))
    np.testing.assert_allclose(run.states, there.states, rtol=1e-12, atol=1e-13)
    theirs = plain.vjp(there, 4, 1, v)
    np.testing.assert_allclose(ours.vjp(run, 4, 1, v), theirs, rtol=1e-12, atol=1e-13)
    assert ours.ran["forward"] == ours.ran["vjp"] == "numba"
