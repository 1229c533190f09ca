"""The passes in the arrays of torch and jax, and compiled by numba: the numbers of the NumPy loops.

Those agree with passes by hand, torch.nn and jax's own derivatives elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrnn.cells import Cell, cell, named, names
from symrnn.errors import IllFormedError, NotSupportedError, RangeError, ShapeError
from symrnn.language.algebra import MatrixProduct
from symrnn.numeric.array_passes import ArrayPasses
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.loops.compiled import available
from symrnn.numeric.thresholds import Thresholds, assuming
from symrnn.numeric.weights import KINDS, Weights, random_weights

STEPS = 4
CELLS: dict[str, Callable[[], Cell]] = {
    **{name: lambda name=name: named(name) for name in names()},
    "measured": lambda: named("peephole", readout="softmax", loss="cross_entropy"),
    "squared": lambda: named("leaky", readout="linear", loss="squared"),
    "still": lambda: named("gru").without_inputs(),
    "stacked": lambda: cell("h = [tanh(W h'); 2 * x]"),
    "wide": lambda: cell("v = [h'; x]; h = tanh(W v) + 3"),
    "scalars": lambda: cell("h = alpha beta h' + alpha^2 tanh(beta W h' + U x / alpha)"),
    "two inputs": lambda: cell("h = tanh(W h' + U x_1 + V x_2); k = k' + softmax(h)"),
    "identity": lambda: cell("h = -h' - (W - 2 I) h' + gamma x + 1/3"),
}


def numbers(made: Cell, **options: Any) -> Weights:
    sizes = {s.name: {"d": 3, "m": 2}.get(s.name, 4) for s in made.sizes}
    return random_weights(made, steps=STEPS, **options, **sizes)


def losses(made: Cell, run: Any) -> dict[str, Any]:
    draw = np.random.default_rng(1)
    return {of.label: draw.normal(size=run[of.label][1:].shape) for of in made.definitions}


def agree(ours: Weights, theirs: Weights, since: int = 0, tolerance: float = 1e-12) -> None:
    for kind in KINDS:
        for name, expected in getattr(ours, kind).items():
            found = np.asarray(getattr(theirs, kind)[name])
            expected = expected[since:] if kind == "inputs" else expected
            assert found.shape == expected.shape and found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.fixture(params=["numpy", "torch"])
def backend(request: pytest.FixtureRequest, require_module: Callable[[str], Any]) -> str:
    require_module(request.param)
    return str(request.param)


@pytest.mark.parametrize("name", CELLS)
def test_eager_libraries(name: str, backend: str) -> None:
    made = CELLS[name]()
    plain, theirs = Kernels(made), ArrayPasses(made, backend)
    for batch in ((), (2, 3)):
        weights = numbers(made, batch=batch)
        run, there = plain.forward(weights), theirs.forward(weights)
        for label in {of.label for of in made.definitions} & {*there.rows}:
            values = np.asarray(there[label])[-STEPS:]
            np.testing.assert_allclose(values, run[label][1:], rtol=0, atol=1e-13)
        given = losses(made, run)
        arriving = {n: np.ones_like(run[n][-1]) for n in weights.states}
        for since, summed in ((0, True), (2, False)):
            options = {"arriving": arriving, "since": since, "summed": summed}
            ours = plain.backward(run, given, **options)
            agree(ours, theirs.backward(there, given, **options), since)
    if plain.derived.losses:
        agree(plain.backward(run), theirs.backward(there))
        np.testing.assert_allclose(np.asarray(theirs.loss(there)), plain.loss(run), rtol=1e-13)


@pytest.mark.parametrize("name", ["lstm", "measured"])
def test_jax_compiles_and_differentiates_them(
    name: str, require_module: Callable[[str], Any]
) -> None:
    jax = require_module("jax")
    made = CELLS[name]()
    weights = numbers(made, batch=(2,))
    theirs, plain = ArrayPasses(made, "jax"), Kernels(made)
    run = plain.forward(weights)
    given = losses(made, run)

    def found(parameters: Any) -> Any:
        back = theirs.backward(theirs.forward(replace(weights, parameters=parameters)), given)
        return {kind: {**getattr(back, kind)} for kind in KINDS}

    def loss(parameters: Any) -> Any:
        there = theirs.forward(replace(weights, parameters=parameters))
        rows = {label: there[label][-STEPS:] for label in given}
        return sum((g * rows[label]).sum() for label, g in given.items())

    with jax.enable_x64(True):
        parameters = {n: jax.numpy.asarray(p) for n, p in weights.parameters.items()}
        derived = jax.jit(found)(parameters)
        own = jax.jit(jax.grad(loss))(parameters)
    agree(plain.backward(run, given), Weights(**derived))
    for label, gradient in own.items():
        np.testing.assert_allclose(derived["parameters"][label], gradient, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["measured", "stacked", "scalars", "identity"])
def test_compiled_loops(name: str, require_module: Callable[[str], Any]) -> None:
    require_module("numba")
    made = CELLS[name]()
    weights = numbers(made, batch=(2,))
    plain, compiled = Kernels(made), Kernels(made, compiled=True)
    run, there = plain.forward(weights), compiled.forward(weights)
    given = losses(made, run)
    for summed in (True, False):
        ours = plain.backward(run, given, summed=summed)
        agree(ours, compiled.backward(there, given, summed=summed))
    assert compiled.ran == {"forward": "numba", "backward": "numba"}
    assert plain.ran == {"forward": "loop", "backward": "loop"}


def test_numpy_runs_what_the_compiled_path_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    made = named("elman")
    passes = Kernels(made, compiled=True)
    passes.forward(numbers(made, dtype=np.complex128))
    assert passes.ran == {"forward": "loop"}
    with assuming(Thresholds(compiled_entries=0)):
        passes.forward(numbers(made))
    assert passes.ran == {"forward": "groups" if available() else "loop"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    passes.forward(numbers(made))
    assert passes.ran == {"forward": "loop"}


def test_a_wrong_derivation_is_seen(backend: str) -> None:
    made = named("gru")
    plain, theirs = Kernels(made), ArrayPasses(made, backend)
    weights = numbers(made)
    run = plain.forward(weights)
    given = losses(made, run)
    derived = theirs.derived
    of, value = list(derived.adjoint.arriving.items())[-1]
    arriving = {**derived.adjoint.arriving, of: MatrixProduct(2, value)}
    derived._adjoints[frozenset(derived.named)] = replace(derived.adjoint, arriving=arriving)
    with pytest.raises(AssertionError, match="Not equal"):
        agree(plain.backward(run, given), theirs.backward(theirs.forward(weights), given))


def test_single_precision_and_what_arrives(backend: str) -> None:
    made = named("leaky")
    weights = numbers(made, dtype=np.float32)
    plain, theirs = Kernels(made), ArrayPasses(made, backend)
    run, there = plain.forward(weights), theirs.forward(weights)
    v = {"h": np.ones(3, np.float32)}
    found = theirs.backward(there, {}, arriving=v).states["h"]
    assert str(found.dtype).endswith("float32")
    np.testing.assert_allclose(np.asarray(found), plain.vjp(run, STEPS, 0, v)["h"], rtol=1e-5)


def test_bad_input(backend: str) -> None:
    made = named("elman")
    passes, weights = ArrayPasses(made, backend), numbers(named("elman"))
    run = passes.forward(weights)
    for ask, error, says in (
        (lambda: ArrayPasses(made, "fortran"), IllFormedError, "unknown backend"),
        (lambda: passes.forward({}), IllFormedError, "weights of elman"),
        (lambda: passes.forward(Weights({}, {}, {}, 2)), IllFormedError, "parameters of elman"),
        (lambda: passes.backward(run), IllFormedError, "no loss of its own"),
        (lambda: passes.backward(run, {"q": np.ones((4, 3))}), IllFormedError, "the loss by q"),
        (lambda: passes.backward(run, {"h": np.ones((3, 3))}), ShapeError, "the loss by h"),
        (lambda: passes.backward(run, {}, since=STEPS), IllFormedError, "last time"),
        (lambda: passes.backward(run, {}, arriving={"h": np.ones(2)}), ShapeError, "arrives at h"),
        (lambda: run["q"], IllFormedError, "no vector q"),
        (
            lambda: passes.forward(replace(weights, states={"h": np.full(3, np.inf)})),
            IllFormedError,
            "h.*non-finite",
        ),
        (
            lambda: ArrayPasses(cell("step = W step'"), backend).forward(
                Weights({"W": np.eye(2)}, {"step": np.ones(2)}, {}, 2)
            ),
            NotSupportedError,
            "a name step of its own",
        ),
        (
            lambda: ArrayPasses(cell("h = W h'"), backend).forward(
                Weights({"W": 1e200 * np.eye(2)}, {"h": np.ones(2)}, {}, 3)
            ),
            RangeError,
            "overflows",
        ),
    ):
        with pytest.raises(error, match=says):
            ask()
