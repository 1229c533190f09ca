"""Both passes of every cell against passes by hand and the complex step through them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from by_hand import PASSES, SIZES, build

from symrnn.cells import Cell, cell, named
from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.language.algebra import MatrixProduct
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import KINDS, Weights, load, random_weights, save

Array = Any
STEPS = 4
H = 1e-30
every_cell = pytest.mark.parametrize("name", PASSES)


def numbers(made: Cell, steps: int = STEPS, **options: Any) -> Weights:
    sizes = {symbol.name: SIZES[symbol.name] for symbol in made.sizes}
    return random_weights(made, steps=steps, **options, **sizes)


def by_hand(name: str, weights: Weights) -> dict[str, Array]:
    """Every vector at the times 1 … T, (T, n), by the pass written by hand."""
    parameters = SimpleNamespace(**weights.parameters)
    state: dict[str, Array] = dict(weights.states)
    values = []
    for x in weights.inputs["x"]:
        state = PASSES[name](parameters, SimpleNamespace(**state), x)
        values.append(state)
    return {label: np.array([each[label] for each in values]) for label in values[0]}


def cotangents(made: Cell, run: Any, seed: int = 3) -> dict[str, Array]:
    """Random numbers for every vector of the cell: a loss reads gates as well."""
    draw = np.random.default_rng(seed)
    return {of.label: draw.normal(size=run[of.label][1:].shape) for of in made.definitions}


def moved(weights: Weights, kind: str, name: str, place: tuple[int, ...]) -> Weights:
    array = np.array(getattr(weights, kind)[name], complex)
    array[place] += H * 1j
    return replace(weights, **{kind: {**getattr(weights, kind), name: array}})


def disagreement(name: str, made: Cell, passes: Kernels) -> float:
    """Largest relative difference of any entry of any gradient to the complex step by hand."""
    weights = numbers(made)
    run = passes.forward(weights)
    given = cotangents(made, run)
    found = passes.backward(run, given)
    worst = 0.0
    for kind in KINDS:
        for label, gradient in getattr(found, kind).items():
            assert gradient.shape == np.shape(getattr(weights, kind)[label])
            for place in np.ndindex(gradient.shape):
                values = by_hand(name, moved(weights, kind, label, place))
                loss = sum((given[each] * values[each]).sum() for each in given)
                exact = loss.imag / H
                worst = max(worst, abs(gradient[place] - exact) / (1 + abs(exact)))
    return worst


@every_cell
def test_both_passes_agree_with_the_pass_by_hand(name: str) -> None:
    made = build(name)
    for planned, word in ((True, "loop"), (False, "definitions")):
        passes = Kernels(made, planned)
        weights = numbers(made)
        run = passes.forward(weights)
        for label, value in by_hand(name, weights).items():
            np.testing.assert_allclose(run[label][1:], value, rtol=0, atol=1e-13)
        assert disagreement(name, made, passes) < 1e-12
        assert passes.ran == {"forward": word, "backward": word}


@pytest.mark.parametrize("name", ["lstm", "gru", "jordan", "leaky"])
@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("part", ["deltas", "arriving", "parameters"])
def test_a_wrong_derivation_is_seen(name: str, part: str, planned: bool) -> None:
    made = build(name)
    passes = Kernels(made)
    right = getattr(passes.derived.adjoint, part)
    of, value = list(right.items())[-1]
    planted = Kernels(made, planned)
    plant(planted, **{part: {**right, of: MatrixProduct(2, value)}})
    assert disagreement(name, made, planted) > 1e-3, of


def plant(passes: Kernels, **parts: Any) -> None:
    """A wrong part in the derived adjoint step of a loss that reads every vector."""
    derived = passes.derived
    wrong = replace(derived.adjoint, **parts)
    vars(derived)["adjoint"] = wrong
    derived._adjoints[frozenset(derived.named)] = wrong


def test_a_batch_is_its_sequences() -> None:
    for name in ("lstm", "leaky", "indrnn"):
        made = named(name)
        passes, weights = Kernels(made), numbers(made, batch=(2, 3))
        run = passes.forward(weights)
        given = cotangents(made, run)
        found, apart = passes.backward(run, given), passes.backward(run, given, summed=False)
        totals = {label: 0 * np.asarray(array) for label, array in found.parameters.items()}
        for lane in np.ndindex(2, 3):
            one = Weights(
                weights.parameters,
                {label: array[lane] for label, array in weights.states.items()},
                {label: array[(slice(None), *lane)] for label, array in weights.inputs.items()},
            )
            alone = passes.forward(one)
            own = {label: g[(slice(None), *lane)] for label, g in given.items()}
            single = passes.backward(alone, own)
            for state in weights.states:
                np.testing.assert_allclose(alone[state], run[state][(slice(None), *lane)])
                np.testing.assert_allclose(single.states[state], found.states[state][lane])
            for label, gradient in single.parameters.items():
                np.testing.assert_allclose(apart.parameters[label][lane], gradient, atol=1e-14)
                totals[label] = totals[label] + gradient
        for label, gradient in found.parameters.items():
            np.testing.assert_allclose(gradient, totals[label], atol=1e-12)


def test_weights_come_in_batches_as_well() -> None:
    made = cell("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)")
    passes = Kernels(made)  # no loop: the weights have a batch of their own
    nets = [numbers(made, seed=seed) for seed in range(3)]
    together = Weights(
        {label: np.stack([net.parameters[label] for net in nets]) for label in nets[0].parameters},
        {label: np.stack([net.states[label] for net in nets]) for label in nets[0].states},
        {label: np.stack([net.inputs[label] for net in nets], 1) for label in nets[0].inputs},
    )
    run = passes.forward(together)
    found = passes.backward(run, {"h": np.ones((STEPS, 3, 3))}, summed=False)
    for place, net in enumerate(nets):
        alone = passes.forward(net)
        np.testing.assert_allclose(run["h"][:, place], alone["h"], rtol=1e-14)
        single = passes.backward(alone, {"h": np.ones((STEPS, 3))})
        for label, gradient in single.parameters.items():
            np.testing.assert_allclose(found.parameters[label][place], gradient, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_every_dtype_stays_itself(dtype: Any) -> None:
    for name in ("lstm", "leaky"):
        made = named(name)
        passes, weights = Kernels(made), numbers(made, dtype=dtype, batch=(2,))
        run = passes.forward(weights)
        found = passes.backward(run, {"h": np.ones((STEPS, 2, 3), dtype)})
        assert run["h"].dtype == dtype
        assert {array.dtype for _, _, array in found} == {np.dtype(dtype)}


def test_what_arrives_later_counts_once() -> None:
    made = named("lstm")
    passes, weights = Kernels(made), numbers(made)
    whole = passes.forward(weights)
    given = cotangents(made, whole)
    expected = passes.backward(whole, given)
    half = STEPS // 2
    first = passes.forward(replace(weights, inputs={"x": weights.inputs["x"][:half]}))
    states = {label: first[label][-1] for label in weights.states}
    second = passes.forward(Weights(weights.parameters, states, {"x": weights.inputs["x"][half:]}))
    later = passes.backward(second, {label: g[half:] for label, g in given.items()})
    earlier = passes.backward(
        first, {label: g[:half] for label, g in given.items()}, arriving=later.states
    )
    for label, gradient in expected.parameters.items():
        total = earlier.parameters[label] + later.parameters[label]
        np.testing.assert_allclose(total, gradient, atol=1e-13)


def test_a_cell_without_inputs_and_sizes_of_one() -> None:
    made = named("lstm").without_inputs()
    passes = Kernels(made)
    weights = random_weights(made, steps=3, d=1)
    found = passes.backward(passes.forward(weights), {"h": np.ones((3, 1))})
    assert found.parameters["W_i"].shape == (1, 1)
    one = Kernels(named("gru"))
    run = one.forward(random_weights(named("gru"), steps=3, d=1, m=1))
    assert one.backward(run, {"h": np.ones((3, 1))}).parameters["U_z"].shape == (1, 1)


def test_weights_are_kept_in_files(tmp_path: Any) -> None:
    made = named("leaky")
    weights = numbers(made, batch=(2,))
    save(tmp_path / "net.npz", weights)
    for (kind, name, array), (also, same, read) in zip(
        weights, load(tmp_path / "net.npz"), strict=True
    ):
        assert (kind, name) == (also, same)
        np.testing.assert_array_equal(array, read)
    assert [path.name for path in tmp_path.iterdir()] == ["net.npz"]
    still = named("lstm").without_inputs()
    save(tmp_path / "still.npz", random_weights(still, steps=7, d=2))
    assert load(tmp_path / "still.npz").steps == 7


def test_files_with_objects_or_of_another_kind_are_refused(tmp_path: Any) -> None:
    evil = tmp_path / "evil.npz"
    np.savez(evil, **{"parameters/W": np.array([print], dtype=object)})
    plain = tmp_path / "plain.npz"
    np.savez(plain, W=np.ones(3))
    text = tmp_path / "text.npz"
    text.write_bytes(b"PK\x03\x04 no archive")
    single = tmp_path / "single.npy"
    np.save(single, np.ones(3))
    pickled = tmp_path / "net.pkl"
    pickled.write_bytes(pickle.dumps({"W": 1}))
    for path in (evil, plain, text, single, pickled):
        with pytest.raises(IllFormedError, match=path.name):
            load(path)
    with pytest.raises(IllFormedError, match="not numeric"):
        save(tmp_path / "none.npz", Weights({"W": np.array(["a"])}, {}))
    assert not (tmp_path / "none.npz").exists()


def wrong(weights: Weights, kind: str, **changed: Any) -> Weights:
    arrays = {**getattr(weights, kind), **changed}
    kept = {name: array for name, array in arrays.items() if array is not None}
    return replace(weights, **{kind: kept})


@pytest.mark.parametrize(
    ("kind", "changed", "error", "says"),
    [
        ("parameters", {"W_q": np.ones((3, 3))}, IllFormedError, "unknown *W_q"),
        ("parameters", {"W_i": None}, IllFormedError, "missing *W_i"),
        ("parameters", {"W_i": np.ones((3, 2))}, ShapeError, r"\['W_i'\] has shape \(3, 2\)"),
        ("parameters", {"b_i": np.ones((3, 1))}, ShapeError, r"\['b_i'\] has shape \(3, 1\)"),
        ("parameters", {"b_i": np.array(1.0)}, ShapeError, r"\['b_i'\] has shape \(\)"),
        ("parameters", {"b_i": np.ones(3, "f4")}, IllFormedError, "dtype"),
        ("parameters", {"b_i": [1, None, 2]}, IllFormedError, "b_i"),
        ("parameters", {"b_i": [1, np.nan, 2]}, IllFormedError, "b_i.*non-finite"),
        ("states", {"c": None}, IllFormedError, "missing *c"),
        ("states", {"c": np.ones(4)}, ShapeError, r"states\['c'\]"),
        ("states", {"c": np.ones((2, 3)), "h": np.ones((4, 3))}, ShapeError, "batch"),
        ("inputs", {"x": np.ones((0, 2))}, IllFormedError, "steps"),
        ("inputs", {"x": np.ones(2)}, ShapeError, r"inputs\['x'\]"),
        ("inputs", {"u": np.ones((4, 2))}, IllFormedError, "unknown *u"),
    ],
)
def test_weights_that_do_not_fit(kind: str, changed: Any, error: Any, says: str) -> None:
    weights = wrong(numbers(named("lstm")), kind, **changed)
    with pytest.raises(error, match=says):
        Kernels(named("lstm")).forward(weights)


def test_other_bad_input() -> None:
    made = named("elman")
    passes, weights = Kernels(made), numbers(named("elman"))
    run = passes.forward(weights)
    with pytest.raises(IllFormedError, match="no loss of its own"):
        passes.backward(run)
    with pytest.raises(IllFormedError, match="the loss by q"):
        passes.backward(run, {"q": np.ones((4, 3))})
    with pytest.raises(ShapeError, match="the loss by h"):
        passes.backward(run, {"h": np.ones((3, 3))})
    with pytest.raises(IllFormedError, match="what arrives at x"):
        passes.backward(run, {}, arriving={"x": np.ones(3)})
    with pytest.raises(IllFormedError, match="no vector q"):
        run["q"]
    with pytest.raises(IllFormedError, match="times out of range"):
        run.between(-1, 2)
    with pytest.raises(IllFormedError, match="nothing is known of sigma"):
        Kernels(cell("h = sigma(W h')")).forward(Weights({"W": np.eye(2)}, {"h": [1.0, 1]}, {}, 2))
    with pytest.raises(IllFormedError, match="m is missing"):
        random_weights(made, steps=3, d=2)
    with pytest.raises(IllFormedError, match="size q"):
        random_weights(made, steps=3, d=2, m=1, q=2)
    with pytest.raises(IllFormedError, match="steps"):
        random_weights(made, steps=0, d=2, m=1)
    with pytest.raises(IllFormedError, match="dtype"):
        random_weights(made, steps=2, d=2, m=1, dtype=int)
    with pytest.raises(RangeError, match="overflows"):
        big = cell("h = W h'")
        Kernels(big).forward(Weights({"W": 1e200 * np.eye(2)}, {"h": np.ones(2)}, {}, 3))


def test_a_run_owns_its_arrays_and_passes_pickle() -> None:
    made = named("gru")
    weights = numbers(made)
    run = Kernels(made).forward(weights)
    before = run["h"]
    weights.inputs["x"][:] = 0
    run["h"][:] = 7
    np.testing.assert_array_equal(run["h"], before)
    again = pickle.loads(pickle.dumps(Kernels(named("gru"))))
    np.testing.assert_array_equal(again.forward(numbers(made))["h"], before)


STRANGE = [
    "h = lambda h' + (1 - lambda) tanh(W h' + U x)",
    "r1 = sigmoid(W_r h' + U_r x); h = r1 * h' + x * tanh(W h')",
    "h2 = tanh(W h2' + U x); z5 = sigmoid(V h2 + z5')",
    "h_{hid} = tanh(W_{hh} h_{hid}' + W_{xh} x)",
    "a = tanh(W b' + U x); b = tanh(V a' + x)",
    "h = tanh(W (W^T h') + U x + b * x)",
    "h = [tanh(W h'); 2 * x]",
    "v = [h'; x]; h = tanh(W v) + 3",
    "h = -h' - (W - 2 I) h' + gamma x + 1/3",
    "i = sigmoid(W_i h'); h = i * i * h' + (1 - i)^2 * x * i",
    "h = alpha beta h' + alpha^2 tanh(beta W h' + U x / alpha)",
    "h = tanh(W h' + U x_1 + V x_2); k = k' + softmax(h)",
    "t = tanh(W t' + U x); first = t'",
    "h = h'; g = tanh(W g' + U h + x)",
    "h = tanh(W h' + U x); y = V h' + b",
    "h = tanh(W h' + U x); y = sigmoid(V h'); z = y * h' * h - x",
    "h = softplus(W h' + U x) - silu(h') + gelu_tanh(x)",
]


@pytest.mark.parametrize("text", STRANGE)
def test_cells_that_nobody_thought_of(text: str) -> None:
    """Loops and definitions agree, and both with the complex step in a random direction."""
    made = cell(text)
    sizes = {symbol.name: size for symbol, size in zip(made.sizes, (3, 2, 4, 5), strict=False)}
    weights = random_weights(made, steps=3, batch=(2,), **sizes)
    draw = np.random.default_rng(1)
    plain = Kernels(made, planned=False)
    given = cotangents(made, plain.forward(weights))
    moved: dict[str, Any] = {}
    along = 0.0
    passes = Kernels(made)
    found = passes.backward(passes.forward(weights), given)
    expected = plain.backward(plain.forward(weights), given)
    for kind in KINDS:
        moved[kind] = {}
        for label, gradient in getattr(found, kind).items():
            np.testing.assert_allclose(gradient, getattr(expected, kind)[label], atol=1e-11)
            direction = draw.normal(size=gradient.shape)
            along += float((direction * gradient).sum())
            moved[kind][label] = np.array(getattr(weights, kind)[label]) + H * 1j * direction
    run = plain.forward(Weights(**moved))
    exact = sum((given[label] * run[label][1:]).sum() for label in given).imag / H
    assert abs(along - exact) < 1e-12 * (1 + abs(exact))
