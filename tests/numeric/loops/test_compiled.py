"""The compiled path: the same results as the NumPy loops, and NumPy wherever it does not apply."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrnn import elman, sigma_inside
from symrnn.errors import NotSupportedError, RangeError
from symrnn.language.activations import FORMULAS, activation
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.loops import compiled
from symrnn.numeric.loops.compiled import scalar_code
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.thresholds import Thresholds, assuming
from symrnn.theory.about import EXAMPLES

D, M, T = 4, 2, 6
COMPILED = {cell: Kernels(build("tanh"), compiled=True) for cell, build in EXAMPLES.items()}
PLAIN = {cell: Kernels(build("tanh")) for cell, build in EXAMPLES.items()}


@pytest.fixture
def numba(require_module: Callable[[str], Any]) -> Any:
    return require_module("numba")


def arrays(batch: tuple[int, ...] = (), kind: Any = np.float64) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    given = {
        "W": rng.normal(size=(D, D)) / 2,
        "U": rng.normal(size=(D, M)),
        "b": rng.normal(size=D),
        "s0": rng.normal(size=(*batch, D)),
        "x": rng.normal(size=(T, *batch, M)),
    }
    return {name: value.astype(kind) for name, value in given.items()}


def compare(
    ours: Kernels, batch: tuple[int, ...], kind: Any = np.float64, cell: str = "elman"
) -> None:
    given, theirs = arrays(batch, kind), PLAIN[cell]
    run, plain = ours.run(**given), theirs.run(**given)
    g = np.cos(np.arange(plain.states[1:].size)).reshape(plain.states[1:].shape).astype(kind)
    pairs = [
        (run.states, plain.states),
        (run["a"], plain["a"]),
        (ours.jacobian(run, 5, 2), theirs.jacobian(plain, 5, 2)),
        (ours.jvp(run, 5, 2, g[0]), theirs.jvp(plain, 5, 2, g[0])),
        (ours.vjp(run, 5, 2, g[0]), theirs.vjp(plain, 5, 2, g[0])),
    ]
    for summed in (False, True):
        last = theirs.gradients(plain, g[0], 5, 1, summed=summed)
        total = theirs.adjoint_gradients(plain, g, summed=summed)
        mine = ours.gradients(run, g[0], 5, 1, summed=summed)
        adjoint = ours.adjoint_gradients(run, g, summed=summed)
        pairs += [(mine[name], value) for name, value in last.items()]
        pairs += [(adjoint[name], value) for name, value in total.items()]
    tolerance = 1e-5 if kind == np.float32 else 1e-12
    for value, expected in pairs:
        assert value.dtype == kind and value.shape == expected.shape
        np.testing.assert_allclose(value, expected, tolerance, tolerance)


@pytest.mark.parametrize("batch", [(), (2, 2)])
@pytest.mark.parametrize("cell", EXAMPLES)
def test_the_compiled_loops_agree(numba: Any, cell: str, batch: tuple[int, ...]) -> None:
    compare(COMPILED[cell], batch, cell=cell)
    assert set(COMPILED[cell].ran.values()) == {"numba"}
    loops = {"forward", "backward", "jvp", "vjp", "jacobian"}
    assert set(COMPILED[cell].ran) == loops


def test_slopes_that_are_no_polynomial_of_the_value(numba: Any) -> None:
    ours, plain = Kernels(sigma_inside("silu"), compiled=True), Kernels(sigma_inside("silu"))
    run, u = ours.run(**arrays()), np.ones(D)
    np.testing.assert_allclose(ours.jvp(run, 5, 2, u), plain.jvp(run, 5, 2, u), rtol=1e-12)
    assert ours.ran["jvp"] == "numba"


def test_single_precision(numba: Any) -> None:
    given = arrays((), np.float32)
    run = COMPILED["elman"].run(**given)
    assert COMPILED["elman"].ran["forward"] == "numba" and run.states.dtype == np.float32
    np.testing.assert_allclose(run.states, PLAIN["elman"].run(**given).states, rtol=1e-5)


def test_numpy_where_it_does_not_apply(numba: Any) -> None:
    kernels = Kernels(elman("tanh"), compiled=True)
    compare(kernels, (2,), np.complex128)
    assert "numba" not in kernels.ran.values()
    run = kernels.run(**{**arrays((3,)), "W": np.ones((3, D, D))})
    assert kernels.ran["forward"] == "definitions" and run.states.shape == (T + 1, 3, D)
    with assuming(Thresholds(compiled_entries=0)):
        compare(kernels, (), np.float32)
    ran = {kernels.ran[name] for name in ("forward", "backward", "vjp", "jvp")}
    assert ran == {"groups"}


def test_without_numba_numpy_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    kernels = Kernels(elman("tanh"), compiled=True)
    compare(kernels, ())
    assert "numba" not in kernels.ran.values()
    with pytest.raises(NotSupportedError, match=r"symrnn\[compiled\]"):
        kernels._compiled_loops.named("forward")


def test_an_overflow_is_reported(numba: Any) -> None:
    kernels = Kernels(elman("identity"), compiled=True)
    given = {**arrays(), "W": 1e200 * np.eye(D)}
    with pytest.raises(RangeError, match="the forward pass of elman overflows float64"):
        kernels.run(**given)


def test_a_wrong_loop_would_be_seen(numba: Any) -> None:
    kernels = Kernels(elman("tanh"), compiled=True)
    found, W = kernels.derived.tangents, kernels.rnn.W
    turned = {of: value.subs(W, W.T) for of, value in found.values.items()}
    kernels.derived.__dict__["tangents"] = replace(found, values=turned)
    given, v = arrays(), np.ones(D)
    plain = PLAIN["elman"]
    run = plain.run(**given)
    assert not np.allclose(kernels.jvp(run, 5, 2, v), plain.jvp(run, 5, 2, v))
    assert kernels.ran["jvp"] == "numba"


@pytest.mark.parametrize("name", FORMULAS)
def test_scalar_formulas(name: str) -> None:
    names = compiled.functions(lambda function: function)
    for sigma in (activation(name), activation(name).prime):
        code = scalar_code(sigma.function, "v")
        function = compiled.function_of(f"def f(v):\n    return {code}\n", names)
        for point in (-1.5, -0.25, 0.75, 2.0):
            expected = lower_activation(sigma)(np.array([point]))[0]
            assert function(point) == pytest.approx(expected, rel=1e-12, abs=1e-13)
