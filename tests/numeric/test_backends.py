"""One derivation, three array libraries: their kernels agree with the NumPy loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn import elman
from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import FORMULAS
from symrnn.numeric import libraries
from symrnn.numeric.backends import BACKENDS, BackendKernels
from symrnn.numeric.kernels import Kernels
from symrnn.theory.about import EXAMPLES

D, M, T = 4, 2, 6


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, require_module: Callable[[str], Any]) -> str:
    module = require_module(request.param)
    if request.param == "jax":
        module.config.update("jax_enable_x64", True)
    return str(request.param)


def given(batch: tuple[int, ...] = (), own: tuple[int, ...] = ()) -> dict[str, Any]:
    rng = np.random.default_rng(len(batch) + 7 * len(own))
    return {
        "W": rng.normal(size=(*own, D, D)) / 2,
        "U": rng.normal(size=(D, M)),
        "b": rng.normal(size=D),
        "s0": rng.normal(size=(*batch, D)),
        "x": rng.normal(size=(T, *batch, M)),
    }


def into(backend: str, value: Any) -> Any:
    module = BACKENDS[backend].module
    if backend == "torch":
        return module.as_tensor(value)
    return getattr(module, "numpy", module).asarray(value)


def agree(
    backend: str,
    name: str,
    batch: tuple[int, ...],
    own: tuple[int, ...] = (),
    cell: str = "elman",
) -> None:
    rnn = EXAMPLES[cell](name)
    plain, theirs = Kernels(rnn), BackendKernels(rnn, backend)
    arrays = given(batch, own)
    run = plain.run(**arrays)
    there = theirs.run(**{key: into(backend, value) for key, value in arrays.items()})
    g = np.cos(np.arange(run.states[1:].size)).reshape(run.states[1:].shape)
    u = np.stack([g[0], g[1]])
    pairs = [
        (there["s"], run.states),
        (there["a"], run["a"][1:]),
        (theirs.jacobian(there, 5, 2), plain.jacobian(run, 5, 2)),
        (theirs.jacobian(there, 3, 3), plain.jacobian(run, 3, 3)),
        (theirs.jvp(there, 5, 2, into(backend, u)), plain.jvp(run, 5, 2, u)),
        (theirs.vjp(there, 5, 2, into(backend, u)), plain.vjp(run, 5, 2, u)),
        (theirs.vjp(there, 5, 2, {"s": into(backend, u[0])})["s"], plain.vjp(run, 5, 2, u[0])),
        (theirs.jvp(there, 5, 2, {"s": into(backend, u)})["s"], plain.jvp(run, 5, 2, u)),
    ]
    for summed in (False, True):
        for t, since in ((5, 1), (2, 2), (0, 0)):  # without a step as well
            ours = plain.gradients(run, g[0], t, since, summed=summed)
            other = theirs.gradients(there, into(backend, g[0]), t, since, summed=summed)
            assert set(other) == set(ours)
            pairs += [(other[key], value) for key, value in ours.items()]
        total = plain.adjoint_gradients(run, g, summed=summed)
        adjoint = theirs.adjoint_gradients(there, into(backend, g), summed=summed)
        assert set(adjoint) == set(total)
        pairs += [(adjoint[key], value) for key, value in total.items()]
    for value, expected in pairs:
        assert type(value).__module__.partition(".")[0].startswith(backend)
        np.testing.assert_allclose(np.asarray(value), expected, rtol=1e-11, atol=1e-12)
        assert value.shape == expected.shape


@pytest.mark.parametrize(("batch", "own"), [((2, 2), ()), ((3,), (3,))])
def test_every_kernel_agrees(backend: str, batch: tuple[int, ...], own: tuple[int, ...]) -> None:
    agree(backend, "tanh", batch, own)


@pytest.mark.parametrize("name", [name for name in FORMULAS if name != "tanh"])
def test_every_activation_agrees(backend: str, name: str) -> None:
    plain, theirs, arrays = Kernels(elman(name)), BackendKernels(elman(name), backend), given()
    run = plain.run(**arrays)
    there = theirs.run(**{key: into(backend, value) for key, value in arrays.items()})
    u = np.array([1.0, -2.0, 0.5, 3.0])
    slopes = theirs.jvp(there, 3, 2, into(backend, u))
    np.testing.assert_allclose(np.asarray(there["s"]), run.states, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(np.asarray(slopes), plain.jvp(run, 3, 2, u), 1e-12, 1e-13)


@pytest.mark.parametrize("name", ["tanh", "silu"])
def test_sigma_inside(backend: str, name: str) -> None:
    agree(backend, name, (2, 2), cell="sigma_inside")


def test_jax_compiles_and_differentiates(require_module: Callable[[str], Any]) -> None:
    jax = require_module("jax")
    jax.config.update("jax_enable_x64", True)
    theirs, arrays = BackendKernels(elman("tanh"), "jax"), given()

    def last(s0: Any) -> Any:
        return theirs.run(**{**arrays, "s0": s0})["s"][-1]

    run = theirs.run(**{key: into("jax", value) for key, value in arrays.items()})
    expected = theirs.jacobian(run, T, 0)
    np.testing.assert_allclose(jax.jit(jax.jacrev(last))(run["s"][0]), expected, rtol=1e-12)


def test_the_source_uses_the_library(require_module: Callable[[str], Any]) -> None:
    require_module("torch")
    source = BackendKernels(elman("tanh"), "torch").loop("forward").source
    assert "torch.tanh(" in source and "scan(step" in source and "U.mT" in source


def test_a_wrong_formula_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(function: Any, argument: str) -> str:
        source = libraries.formula_of(function, argument)
        planted.append("4*exp(" in source)
        return source.replace("4*exp(", "5*exp(")

    planted: list[bool] = []
    monkeypatch.setitem(BACKENDS, "numpy", libraries.Backend("numpy", wrong, libraries._numpy))
    with pytest.raises(AssertionError, match="Not equal"):
        agree("numpy", "tanh", ())
    assert any(planted)


def test_bad_input_is_named(backend: str) -> None:
    kernels = BackendKernels(elman("tanh"), backend)
    arrays = {key: into(backend, value) for key, value in given((3,)).items()}
    run = kernels.run(**arrays)
    with pytest.raises(ShapeError, match=r"'b'\] has shape"):
        kernels.run(**{**arrays, "b": into(backend, np.ones(D + 1))})
    with pytest.raises(IllFormedError, match="different dtypes"):
        kernels.run(**{**arrays, "b": into(backend, np.ones(D, np.float32))})
    with pytest.raises(IllFormedError, match=r"'W'\] holds non-finite"):
        kernels.run(**{**arrays, "W": arrays["W"] * np.inf})
    for foreign in ([1.0, 2.0], np.ones(D) if backend == "torch" else 1.0):
        with pytest.raises(IllFormedError, match=f"tangent is no array of {backend}"):
            kernels.jvp(run, 2, 1, foreign)
    with pytest.raises(ShapeError, match="tangent has shape"):
        kernels.jvp(run, 2, 1, into(backend, np.ones(D + 1)))
    with pytest.raises(ShapeError, match="loss_gradients has shape"):
        kernels.adjoint_gradients(run, into(backend, np.ones((T, D))))
    with pytest.raises(IllFormedError, match="times out of range"):
        kernels.jacobian(run, 1, 2)


def test_what_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IllFormedError, match="unknown backend"):
        BackendKernels(elman("tanh"), "fortran")
    absent = libraries.Backend("no_such_library", libraries.formula_of, libraries._numpy)
    with pytest.raises(NotSupportedError, match=r"symrnn\[no_such_library\]"):
        _ = absent.module


def test_constants_are_evaluated() -> None:
    x = sympy.Symbol("x", real=True)
    formula = libraries.printed(libraries.torch_formulas)
    assert formula(sympy.Lambda(x, sympy.sqrt(2) * x), "a") == f"{2**0.5!r}*a"
    rectified = formula(sympy.Lambda(x, sympy.Max(0, x)), "a")
    assert rectified == "torch.where(a <= 0, torch.full_like(a, 0), a)"
