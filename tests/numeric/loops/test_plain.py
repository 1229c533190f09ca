"""Every loop against the plain lowering of the same expression, under each choice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn import elman
from symrnn.cells.elman import CELLS
from symrnn.language.activations import FORMULAS, X, activation
from symrnn.numeric import kernels as module
from symrnn.numeric import run as layout
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.run import Run

SCALED = activation(sympy.Rational(3, 2) * sympy.tanh(X / 2) + X / 8)
SIGMAS = {**{name: name for name in FORMULAS}, "scaled": SCALED}
KERNELS = {
    (cell, name): Kernels(build(sigma))
    for cell, build in CELLS.items()
    for name, sigma in SIGMAS.items()
}

SMOOTH = ["tanh", "logistic", "identity", "softplus", "silu", "sin", "arctan", "scaled"]


@st.composite
def nets(draw: st.DrawFn) -> tuple[Kernels, dict[str, Any]]:
    """Weights for one sequence, a batch, several batch axes, or a batch of weights."""
    kernels = KERNELS[draw(st.sampled_from(sorted(KERNELS)))]
    batch = draw(st.sampled_from([(), (1,), (3,), (2, 3)]))
    d, m, steps = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    own = draw(st.booleans())
    lanes = batch if own else ()
    return kernels, {
        "W": rng.normal(size=(*lanes, d, d)) / d,
        "U": rng.normal(size=(d, m)),
        "b": rng.normal(size=(*draw(st.sampled_from([(), batch])), d)),
        "s0": rng.normal(size=(*batch, d)),
        "x": rng.normal(size=(steps, *draw(st.sampled_from([(), batch])), m)),
    }


def same(ours: Any, plain: Any) -> None:
    plain = np.broadcast_to(plain, np.shape(ours))
    scale = max(1.0, float(np.abs(plain).max(initial=0)))
    np.testing.assert_allclose(ours, plain, rtol=1e-11, atol=1e-12 * scale)


def check(kernels: Kernels, given: dict[str, Any]) -> None:
    run = kernels.run(**given)
    t, values = run.steps, run.bindings
    k, since = t // 2, t // 3
    states(kernels, run)
    slopes(kernels, run)
    jacobian = kernels.formulas.state_jacobian({**values, "t": t, "k": k})
    same(kernels.jacobian(run, t, k), jacobian)
    full = np.broadcast_to(jacobian, (*run.batch, *jacobian.shape[-2:]))
    u = np.cos(np.arange(2 * run.s[0].size)).reshape(2, *run.batch, -1)
    same(kernels.jvp(run, t, k, u), (full @ u[..., None])[..., 0])
    same(kernels.vjp(run, t, k, u), (full.mT @ u[..., None])[..., 0])
    norms = [kernels.formulas.jacobian_norm({**values, "t": t, "k": i}) for i in range(t, -1, -1)]
    for ours, plain in zip(kernels.norms(run), norms, strict=True):
        same(ours, plain)
    row = u[0]
    gradients = kernels.gradients(run, row, t, since)
    plain = {**values, "t": t, "h": since, "dL_ds": {t: row[..., None, :]}}
    for name, value in gradients.items():
        expected = kernels.formulas.gradient_sums[name](plain)
        same(value, expected if name in "WU" else expected[..., 0])
    adjoint(kernels, run, since)


def states(kernels: Kernels, run: Run) -> None:
    s, a = run.bindings["s"].copy(), run.bindings["a"].copy()
    for j in range(1, run.steps + 1):
        a[j] = kernels.formulas.between({**run.bindings, "s": s, "a": a, "j": j})
        s[j] = kernels.formulas.state({**run.bindings, "s": s, "a": a, "j": j})
    same(run.states, s[..., 0])
    same(run.between[1:], a[1:, ..., 0])


def slopes(kernels: Kernels, run: Run) -> None:
    rnn, found = kernels.rnn, kernels.slopes(run)
    assert np.isnan(found[0]).all()
    kernel = lower(rnn.slopes(rnn.j))
    for j in range(1, run.steps + 1):
        same(found[j], kernel({**run.bindings, "j": j})[..., 0])


def adjoint(kernels: Kernels, run: Run, since: int) -> None:
    rng = np.random.default_rng(0)
    g = rng.normal(size=run.states[1:].shape)
    rows = {0: np.zeros_like(g[0])[..., None, :], **dict(enumerate(g[..., None, :], start=1))}
    values = {**run.bindings, "t": run.steps, "h": since, "dL_ds": rows}
    delta = {run.steps: g[-1][..., None]}
    for k in range(run.steps - 1, since - 1, -1):
        delta[k] = kernels.formulas.adjoint_step({**values, "delta": delta, "k": k})
    ours = kernels.adjoint_gradients(run, g, since)
    total = kernels.adjoint_gradients(run, g, since, summed=True)
    for name, kernel in kernels.formulas.gradients_from_adjoint.items():
        plain = kernel({**values, "delta": delta})
        plain = np.broadcast_to(plain, (*run.batch, *plain.shape[-2:]))
        plain = plain if name in "WU" else plain[..., 0]
        same(ours[name], plain)
        same(total[name], plain.sum(axis=tuple(range(len(run.batch)))))
    if since == 0:
        same(ours["s0"], delta[0][..., 0])


@settings(deadline=None, max_examples=40)
@given(nets())
def test_in_pairs_and_hoisted(net: tuple[Kernels, dict[str, Any]]) -> None:
    check(*net)


@pytest.mark.parametrize("name", ["tanh", "identity", "silu", "relu"])
@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_step_by_step_and_in_chunks(
    monkeypatch: pytest.MonkeyPatch, cell: str, name: str, batch: tuple[int, ...], own: bool
) -> None:
    monkeypatch.setattr(module, "HOISTED_ENTRIES", 0)
    monkeypatch.setattr(module, "PAIRED_SIZE", 0)
    monkeypatch.setattr(layout, "PRODUCT_BUDGET", 0)
    rng = np.random.default_rng(5)
    lanes = batch if own else ()
    given = {
        "W": rng.normal(size=(*lanes, 3, 3)) / 2,
        "U": rng.normal(size=(3, 2)),
        "b": rng.normal(size=3),
        "s0": rng.normal(size=(*batch, 3)),
        "x": rng.normal(size=(7, *batch, 2)),
    }
    check(KERNELS[cell, name], given)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("cell", CELLS)
def test_nothing_is_allocated_in_a_step(cell: str, name: str) -> None:
    for loop in ("forward", "adjoint", "growing_sum", "jvp", "vjp", "jacobian", "jacobians"):
        for hoisted in (True, False):
            source = KERNELS[cell, name].loops(loop, hoisted=hoisted).source
            step = source.split("    for ")[-1].split("\n    return")[0].splitlines()[1:]
            in_place = ("out=", "copyto", "putmask", "_now = ")
            assert all(any(how in line for how in in_place) for line in step)


@pytest.mark.parametrize(
    ("cell", "driven", "shared"),
    [("elman", "a", "h1"), ("sigma_inside", "s", "v4")],  # ∂L/∂W, ∂L/∂U share diag(σ′) δ, or δ
)
def test_one_product_for_all_inputs_and_for_all_gradients(
    cell: str, driven: str, shared: str
) -> None:
    source = KERNELS[cell, "tanh"].loops("forward").source
    before, step = source.split("    for ")
    assert f"dot(flat(x_now), U_T, out=flat({driven}_now))" in before and "U" not in step
    source = KERNELS[cell, "tanh"].loops("adjoint").source
    assert source.count(f"outer_over_time({shared},") == 2
    assert "tanh" not in source


def test_a_wrong_operation_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = Kernels(elman("tanh"))
    kernels.__dict__["transition"] = kernels.transition.subs(kernels.rnn.W, kernels.rnn.W.T)
    given = {
        "W": np.array([[0.5, 1.0], [0.0, 0.25]]),
        "U": np.ones((2, 1)),
        "b": np.zeros(2),
        "s0": np.ones(2),
        "x": np.ones((3, 1)),
    }
    right = KERNELS["elman", "tanh"]
    run, u = kernels.run(**given), np.array([1.0, -2.0])
    assert not np.allclose(kernels.vjp(run, 3, 0, u), right.vjp(run, 3, 0, u))
    assert not np.allclose(kernels.jacobian(run, 3, 0), right.jacobian(run, 3, 0))
