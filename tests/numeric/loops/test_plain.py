"""Every loop against each derived expression by itself, under each choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn import cell, elman, named, sigma_inside
from symrnn.language.activations import X, activation
from symrnn.numeric import loop_passes
from symrnn.numeric import products as module
from symrnn.numeric import run as layout
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights, random_weights

SCALED = activation(sympy.Rational(3, 2) * sympy.tanh(X / 2) + X / 8)
CELLS = {
    **{f"elman {name}": elman(name) for name in ("tanh", "identity", "silu", "relu", "softplus")},
    "elman scaled": elman(SCALED),
    "sigma_inside": sigma_inside("tanh"),
    "sigma_inside silu": sigma_inside("silu"),
    "lstm": named("lstm"),
    "gru": named("gru"),
    "two states": cell("h = tanh(W h' + U x + V c'); c = c' + softmax(h) * h'"),
}
KERNELS = {name: Kernels(of) for name, of in CELLS.items()}
PLAIN = {name: Kernels(of, planned=False) for name, of in CELLS.items()}


def numbers(name: str, d: int, steps: int, batch: tuple[int, ...], own: bool, seed: int) -> Any:
    """Weights for one sequence or a batch of them, or a batch of weights."""
    of = KERNELS[name].cell
    sizes = {s.name: {"d": d, "m": 2}.get(s.name, d) for s in of.sizes}
    made = random_weights(of, steps=steps, batch=batch, seed=seed, **sizes)
    if not own:
        return made
    first, *others = made.parameters.items()
    spread = np.broadcast_to(first[1], (*batch, *first[1].shape))
    return Weights({first[0]: spread, **dict(others)}, made.states, made.inputs)


def same(ours: Any, plain: Any) -> None:
    scale = max(1.0, float(np.abs(plain).max(initial=0)))
    assert np.shape(ours) == np.shape(plain)
    np.testing.assert_allclose(ours, plain, rtol=1e-11, atol=1e-12 * scale)


def check(name: str, weights: Weights) -> None:
    ours, plain = KERNELS[name], PLAIN[name]
    run, there = ours.run(weights), plain.run(weights)
    t = run.steps
    k, since = t // 2, t // 3
    same(run.states, there.states)
    product = np.broadcast_to(np.eye(run.size), (*run.batch, run.size, run.size))
    for j in range(k + 1, t + 1):
        product = plain.factors(there, j, j)[0] @ product
    same(ours.jacobian(run, t, k), product)
    u = np.cos(np.arange(2 * run.states[0].size)).reshape(2, *run.batch, -1)
    same(ours.jvp(run, t, k, u), (product @ u[..., None])[..., 0])
    same(ours.vjp(run, t, k, u), (product.mT @ u[..., None])[..., 0])
    same(plain.vjp(there, t, k, u), (product.mT @ u[..., None])[..., 0])
    same(ours.norms(run)[t - k], np.linalg.norm(product, 2, axis=(-2, -1)))
    g = np.sin(np.arange(run.states[1:].size)).reshape(run.states[1:].shape)
    for summed in (False, True):
        pairs = [
            (
                each.gradients(path, u[0], t, since, summed=summed),
                each.adjoint_gradients(path, g, summed=summed),
            )
            for each, path in ((ours, run), (plain, there))
        ]
        for mine, theirs in zip(*pairs, strict=True):
            assert [*mine] == [*theirs]
            for label, value in theirs.items():
                same(mine[label], value)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_in_pairs_and_hoisted(data: st.DataObject) -> None:
    batch = data.draw(st.sampled_from([(), (1,), (3,), (2, 3)]))
    name, own = data.draw(st.sampled_from(sorted(CELLS))), data.draw(st.booleans())
    d, steps = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 6))
    check(name, numbers(name, d, steps, batch, own, data.draw(st.integers(0, 2**32 - 1))))


@pytest.mark.parametrize(("batch", "own"), [((), False), ((2, 2), False), ((3,), True)])
@pytest.mark.parametrize("name", ["elman tanh", "sigma_inside", "lstm", "two states"])
def test_step_by_step_and_in_chunks(
    monkeypatch: pytest.MonkeyPatch, name: str, batch: tuple[int, ...], own: bool
) -> None:
    monkeypatch.setattr(loop_passes, "HOISTED_ENTRIES", 0)
    monkeypatch.setattr(module, "PAIRED_SIZE", 0)
    monkeypatch.setattr(layout, "PRODUCT_BUDGET", 0)
    check(name, numbers(name, 3, 7, batch, own, 5))


@pytest.mark.parametrize("name", ["elman tanh", "elman silu", "sigma_inside", "lstm"])
def test_nothing_is_allocated_in_a_step(name: str) -> None:
    for loop in ("forward", "backward", "tangent", "jacobian"):
        source = KERNELS[name].loops(loop).source
        step = source.split("    for ")[-1].split("\n    return")[0].splitlines()[1:]
        in_place = ("out=", "copyto", "putmask", "_now = ")
        loops = [line for line in step if line.startswith("        ")]
        assert loops and all(any(how in line for how in in_place) for line in loops)


def test_a_wrong_operation_would_be_seen() -> None:
    kernels, right = Kernels(elman("tanh")), KERNELS["elman tanh"]
    found = kernels.derived.tangents
    W = kernels.rnn.W
    turned = {of: value.subs(W, W.T) for of, value in found.values.items()}
    kernels.derived.__dict__["tangents"] = replace(found, values=turned)
    weights = numbers("elman tanh", 3, 3, (), False, 1)
    run, u = kernels.run(weights), np.array([1.0, -2.0, 0.5])
    assert not np.allclose(kernels.jvp(run, 3, 0, u), right.jvp(run, 3, 0, u))
