"""The generated kernels: against the complex step, in every dtype, batched, and on bad input."""

from __future__ import annotations

from typing import Any

import elman_by_hand as simulate
import numpy as np
import pytest
import sympy
from sympy import Lambda

from symrnn import elman
from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.language.activations import Activation, activation
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import relative_error
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.products import PAIRED_SIZE
from symrnn.numeric.thresholds import UNMEASURED
from symrnn.theory.about import EXAMPLES
from symrnn.verify.net import random_weights

SMOOTH = ("logistic", "tanh", "softplus", "silu", "gelu", "sin", "arctan", "identity")
D, M, T = 4, 3, 6
CELL_KERNELS = {cell: Kernels(build("tanh")) for cell, build in EXAMPLES.items()}


@pytest.fixture(scope="module")
def kernels() -> Kernels:
    return CELL_KERNELS["elman"]


def arrays(seed: int, batch: tuple[int, ...] = ()) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "W": rng.normal(size=(D, D)) / 2,
        "U": rng.normal(size=(D, M)),
        "b": rng.normal(size=D),
        "s0": rng.normal(size=(*batch, D)),
        "x": rng.normal(size=(T, *batch, M)),
    }


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("cell", EXAMPLES)
def test_every_kernel_agrees_with_the_complex_step(cell: str, name: str) -> None:
    own, given = Kernels(EXAMPLES[cell](name)), arrays(seed=1)
    sigma, values = ACTIVATIONS[name], tuple(given.values())
    run, inside = own.run(**given), own.rnn.reads_state
    path = simulate.simulate(*values, sigma, inside=inside)
    assert relative_error(run.states, path.s) < 1e-14
    assert relative_error(run["a"][1:], path.a[1:]) < 1e-14
    jacobian = simulate.state_jacobian(*values, sigma, 5, 2, inside=inside)
    assert relative_error(own.jacobian(run, 5, 2), jacobian) < 1e-12
    c = np.linspace(-1, 1, D)
    assert relative_error(own.jvp(run, 5, 2, c), jacobian @ c) < 1e-12
    assert relative_error(own.vjp(run, 5, 2, c), c @ jacobian) < 1e-12
    assert relative_error(own.norms(run, 5)[3], np.linalg.norm(jacobian, 2)) < 1e-12
    g = np.tile(c, (T, 1))
    total = simulate.loss_gradients(
        *values, sigma, lambda s: (s[1:] @ c).sum(axis=0), inside=inside
    )
    last = simulate.loss_gradients(*values, sigma, lambda s: s[T] @ c, inside=inside)
    for key, value in own.adjoint_gradients(run, g).items():
        assert relative_error(value, getattr(total, key)) < 1e-12, key
    for key, value in own.gradients(run, c).items():
        assert relative_error(value, getattr(last, key)) < 1e-12, key


@pytest.mark.parametrize("cell", EXAMPLES)
@pytest.mark.parametrize("size", [UNMEASURED.compiled_size + 1, PAIRED_SIZE + 1])
def test_a_large_jacobian(cell: str, size: int) -> None:
    own, net = Kernels(EXAMPLES[cell]("silu")), random_weights(size, 2, 5, seed=3)
    run, inside = own.run(*net.arguments()), own.rnn.reads_state
    expected = simulate.state_jacobian(*net.arguments(), ACTIVATIONS["silu"], 5, 1, inside=inside)
    assert relative_error(own.jacobian(run, 5, 1), expected) < 1e-12
    last = simulate.state_jacobian(*net.arguments(), ACTIVATIONS["silu"], 5, 4, inside=inside)
    assert relative_error(own.jacobian(run, 5, 4), last) < 1e-12


@pytest.mark.parametrize("cell", EXAMPLES)
@pytest.mark.parametrize("tau", range(T + 2))
@pytest.mark.parametrize("convention", ["factors", "steps"])
def test_the_truncated_gradient_holds_an_earlier_state(
    cell: str, tau: int, convention: str
) -> None:
    kernels, given = CELL_KERNELS[cell], arrays(seed=2)
    held = max(T - tau - (1 if convention == "factors" else 0), 0)
    c = np.linspace(-1, 1, D)
    run = kernels.run(**given)
    ours = kernels.gradients(run, c, since=held)
    theirs = simulate.truncated_gradient(
        *given.values(), np.tanh, lambda s: s @ c, T, held, inside=kernels.rnn.reads_state
    )
    for key in ("W", "U", "b"):
        expected = getattr(theirs, key)
        if not expected.any():
            assert not ours[key].any()
        else:
            assert relative_error(ours[key], expected) < 1e-12, key
    rows = np.zeros((T, D))
    rows[-1] = c
    adjoint = kernels.adjoint_gradients(run, rows, since=held)
    for key in ("W", "U", "b"):
        np.testing.assert_allclose(adjoint[key], ours[key], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", EXAMPLES)
@pytest.mark.parametrize("batch", [(5,), (2, 3)])
def test_a_batch_is_its_sequences(cell: str, batch: tuple[int, ...]) -> None:
    kernels, given = CELL_KERNELS[cell], arrays(seed=3, batch=batch)
    run = kernels.run(**given)
    g = np.ones((T, *batch, D))
    gradients = kernels.adjoint_gradients(run, g)
    jacobian = kernels.jacobian(run, T, 1)
    for place in np.ndindex(*batch):
        one = {**given, "s0": given["s0"][place], "x": given["x"][(slice(None), *place)]}
        alone = kernels.run(**one)
        np.testing.assert_allclose(jacobian[place], kernels.jacobian(alone, T, 1), rtol=1e-12)
        for key, value in kernels.adjoint_gradients(alone, np.ones((T, D))).items():
            np.testing.assert_allclose(gradients[key][place], value, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.complex128])
def test_the_dtype_is_kept(kernels: Kernels, kind: Any) -> None:
    given = {key: value.astype(kind) for key, value in arrays(seed=4).items()}
    run = kernels.run(**given)
    assert run.states.dtype == kind
    assert kernels.jacobian(run, 4, 1).dtype == kind
    assert kernels.jacobian(run, 4, 4).dtype == kind
    for value in kernels.gradients(run, np.ones(D, dtype=kind)).values():
        assert value.dtype == kind
    exact = Kernels(elman("tanh")).run(**arrays(seed=4))
    tolerance = 1e-5 if kind is np.float32 else 1e-12
    assert relative_error(run.states.real, exact.states) < tolerance


def test_the_empty_product_is_the_identity(kernels: Kernels) -> None:
    run = kernels.run(**arrays(seed=5))
    np.testing.assert_array_equal(kernels.jacobian(run, 3, 3), np.eye(D))


def test_the_source_reads_like_the_formula(kernels: Kernels) -> None:
    source = kernels.step_jacobians.source
    slope, formula = source.split("\n\n", 1)
    assert slope.startswith("def tanh_prime(x):\n    return 4*exp(minus_abs(2*x))*")
    assert formula.startswith("def ds_ds(W, a, ")
    assert "tanh_prime(a[j]) * W" in formula and "exp" not in formula
    assert "diag" not in source
    inside = CELL_KERNELS["sigma_inside"].step_jacobians.source
    assert "W * tanh_prime(s[j - 1]).mT" in inside and "diag" not in inside


def test_each_slope_is_defined_once_and_has_a_name_of_its_own() -> None:
    x = sympy.Symbol("x", real=True)
    one, other = activation("tanh").prime, Activation("tanh", Lambda(x, sympy.tanh(2 * x)), 0).prime
    unnamed = Activation("2 tanh", Lambda(x, 2 * sympy.tanh(x)), 0).prime
    v = elman("tanh").b
    kernel = lower(one(v) + other(v) + unnamed(v) + one(one(v)))
    names = [line[4 : line.index("(")] for line in kernel.source.splitlines() if "def " in line]
    assert sorted(names) == ["f_prime", "kernel", "tanh_prime", "tanh_prime_2"]
    b = np.array([[0.5], [-3.0]])
    expected = 1 / np.cosh(b) ** 2 + 2 / np.cosh(2 * b) ** 2 + 2 / np.cosh(b) ** 2
    expected += 1 / np.cosh(1 / np.cosh(b) ** 2) ** 2
    np.testing.assert_allclose(kernel({"b": b}), expected, rtol=1e-14)


def test_the_bound_on_the_norm_holds(kernels: Kernels) -> None:
    given = arrays(seed=6)
    run = kernels.run(**given)
    bound = np.linalg.norm(given["W"], 2) ** np.arange(T + 1)
    assert (kernels.norms(run) <= bound * (1 + 1e-12)).all()


BAD = [
    ("W", np.ones((D, D + 1)), ShapeError, "W"),
    ("W", np.ones(D), ShapeError, "W"),
    ("U", np.ones((D + 1, M)), ShapeError, "U"),
    ("b", np.ones(D + 1), ShapeError, "b"),
    ("s0", np.ones(D - 1), ShapeError, "states"),
    ("x", np.ones((T, M + 1)), ShapeError, "x"),
    ("x", np.full((T, M), np.nan), IllFormedError, "'x'. holds non-finite"),
    ("W", np.full((D, D), np.inf), IllFormedError, "'W'. holds non-finite"),
    ("b", np.array(["a"] * D), IllFormedError, "'b'. must be numeric"),
    ("b", np.ones(D, np.float16), IllFormedError, "'b'. must be numeric"),
    ("x", np.ones((T, M), np.float32), IllFormedError, "different dtypes"),
    ("W", np.ones((D, D), complex), IllFormedError, "different dtypes"),
    ("x", np.ones((0, M)), IllFormedError, "number of steps"),
    ("s0", np.ones((3, D)), ShapeError, "batch axes"),
]


@pytest.mark.parametrize(("name", "value", "kind", "words"), BAD)
def test_bad_input_is_named(
    kernels: Kernels, name: str, value: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        kernels.run(**{**arrays(seed=7, batch=(2,)), name: value})


def test_integers_take_the_dtype_of_the_rest(kernels: Kernels) -> None:
    given = {key: value.astype(np.float32) for key, value in arrays(seed=7).items()}
    run = kernels.run(**{**given, "b": np.zeros(D, int)})
    assert run.states.dtype == np.float32


@pytest.mark.parametrize(("t", "k"), [(2, 3), (T + 1, 0), (3, -1), (3.0, 1), (True, "a")])
def test_times_out_of_range_are_refused(kernels: Kernels, t: int, k: int) -> None:
    run = kernels.run(**arrays(seed=8))
    with pytest.raises(IllFormedError, match="times out of range"):
        kernels.jacobian(run, t, k)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 2), (-1, 2), (1, T + 1), (3, 1), (3, 2)])
def test_no_factor_reads_a_state_that_is_not_there(kernels: Kernels, first: int, last: int) -> None:
    run = kernels.run(**arrays(seed=8))
    with pytest.raises(IllFormedError, match="times out of range"):
        kernels.factors(run, first, last)


def test_a_row_of_the_loss_for_each_step(kernels: Kernels) -> None:
    run = kernels.run(**arrays(seed=9))
    with pytest.raises(ShapeError, match="one row for each step"):
        kernels.adjoint_gradients(run, np.ones((T - 1, D)))


BAD_VECTORS = [
    (np.ones(D + 1), ShapeError, "has shape"),
    (np.ones((3, D, 1)), ShapeError, "has shape"),
    (np.float64(1), ShapeError, "has shape"),
    (np.full(D, np.inf), IllFormedError, "non-finite"),
    (np.ones(D, np.float32), IllFormedError, "another dtype"),
    (np.array(["a"] * D), IllFormedError, "must be numeric"),
]


@pytest.mark.parametrize(("value", "kind", "words"), BAD_VECTORS)
def test_a_vector_that_does_not_fit_is_named(
    kernels: Kernels, value: Any, kind: type[Exception], words: str
) -> None:
    run = kernels.run(**arrays(seed=9))
    with pytest.raises(kind, match=f"^tangent .*{words}"):
        kernels.jvp(run, 3, 1, value)
    with pytest.raises(kind, match=f"^cotangent .*{words}"):
        kernels.vjp(run, 3, 1, value)
    with pytest.raises(kind, match=f"^loss_gradient .*{words}"):
        kernels.gradients(run, value)


@pytest.mark.parametrize("tau", [-1, T + 1, 1.5])
def test_tau_out_of_range_is_refused(kernels: Kernels, tau: Any) -> None:
    run = kernels.run(**arrays(seed=9))
    with pytest.raises(IllFormedError, match="tau out of range"):
        kernels.truncated_gradients(run, np.ones(D), tau)
    with pytest.raises(IllFormedError, match="unknown truncation convention"):
        kernels.truncated_gradients(run, np.ones(D), 1, convention="terms")


@pytest.mark.parametrize(("convention", "terms"), [("factors", 3), ("steps", 2)])
def test_tau_counts_factors_or_steps(kernels: Kernels, convention: str, terms: int) -> None:
    run = kernels.run(**arrays(seed=9))
    ours = kernels.truncated_gradients(run, np.ones(D), 2, convention=convention)
    kept = kernels.gradients(run, np.ones(D), since=T - terms)
    assert "s0" not in ours
    np.testing.assert_array_equal(ours["W"], kept["W"])


def test_an_overflow_is_reported() -> None:
    kernels = Kernels(elman("identity"))
    steps = 3000
    given = {
        "W": 2 * np.eye(D),
        "U": np.zeros((D, M)),
        "b": np.zeros(D),
        "s0": np.zeros(D),
        "x": np.zeros((steps, M)),
    }
    run = kernels.run(**given)
    for ask in (
        lambda: kernels.jacobian(run, steps, 0),
        lambda: kernels.jvp(run, steps, 0, np.ones(D)),
        lambda: kernels.vjp(run, steps, 0, np.ones(D)),
        lambda: kernels.gradients(run, np.ones(D)),
        lambda: kernels.adjoint_gradients(run, np.ones((steps, D))),
        lambda: kernels.norms(run),
    ):
        with pytest.raises(RangeError, match="overflows float64"):
            ask()
    with pytest.raises(RangeError, match="the forward pass of elman overflows float64"):
        kernels.run(**{**given, "s0": np.ones(D)})
    assert np.isfinite(kernels.jacobian(run, 1000, 0)).all()
