"""Every cell that comes along against forward passes written by hand, and against torch.

A derivative is compared with the complex step through the passes.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import by_hand
import numpy as np
import pytest
from by_hand import BUILT, PASSES, SIZES, Values, build, elman
from sympy import Symbol

from symrnn.cells import Cell, cell, named, names
from symrnn.errors import IllFormedError
from symrnn.language.derivatives import D
from symrnn.language.names import in_code
from symrnn.numeric.fitted import fitted
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.weights import KINDS, random_weights
from symrnn.recurrence.total import jacobian, transition_product
from symrnn.verify.against import compare

STEPS = 2
TOLERANCE = 1e-12
Array = Any
every_cell = pytest.mark.parametrize("name", PASSES)


def weights(made: Cell, seed: int = 6) -> dict[str, Array]:
    """Random numbers of moderate size for every parameter, initial state, scalar and input."""
    draw = np.random.default_rng(seed)
    sizes = {symbol: SIZES[symbol.name] for symbol in made.sizes}
    given: dict[str, Array] = {}
    for parameter in made.parameters:
        rows, cols = (int(size.subs(sizes)) for size in parameter.shape)
        given[parameter.name] = 0.7 * draw.standard_normal((rows, cols) if cols > 1 else rows)
    for scalar in made.scalars:
        given[scalar.name] = draw.uniform(0.2, 0.8)
    for state in made.states:
        given[f"{state.label}0"] = draw.standard_normal(int(state.rows.subs(sizes)))
    given["x"] = draw.standard_normal((STEPS + 1, SIZES["m"]))
    return given


def run(made: Cell, step: Callable[..., Values], given: dict[str, Array]) -> dict[str, Array]:
    """All vectors of the cell, (time, rows); what has no value at time 0 is NaN there."""
    parameters = SimpleNamespace(**given)
    values = [{state.label: given[f"{state.label}0"] for state in made.states}]
    for time in range(1, STEPS + 1):
        values.append(step(parameters, SimpleNamespace(**values[-1]), given["x"][time]))
    return {
        label: np.array([each.get(label, np.full_like(last, np.nan)) for each in values])
        for label, last in values[-1].items()
    }


def bindings(made: Cell, given: dict[str, Array], sequences: dict[str, Array]) -> dict[str, Any]:
    """Arguments of a generated kernel: vectors are columns."""
    columns = {p.name for p in made.parameters if p.shape[1] == 1}
    bound: dict[str, Any] = {
        name: value[:, None] if name in columns else value for name, value in given.items()
    }
    bound |= {label: value[..., None] for label, value in sequences.items()}
    bound |= {"x": given["x"][..., None], "dtype": np.float64}
    return bound | {symbol.name: SIZES[symbol.name] for symbol in made.sizes}


def test_every_cell_has_a_pass_of_its_own() -> None:
    assert {*names()} == {*PASSES} - {*BUILT}


@every_cell
def test_every_definition_agrees_with_the_pass(name: str) -> None:
    made = build(name)
    given = weights(made)
    sequences = run(made, PASSES[name], given)
    assert {*sequences} == {of.label for of in made.definitions}
    bound = bindings(made, given, sequences)
    for of, value in made.definitions.items():
        kernel = lower(value)
        for time in range(1, STEPS + 1):
            got = kernel(bound | {made.index.name: time})[:, 0]
            np.testing.assert_allclose(got, sequences[of.label][time], rtol=0, atol=TOLERANCE)


def complex_step(name: str, made: Cell, given: dict[str, Array]) -> Array:
    """∂(all states)_2/∂(all states)_0 through the pass by hand."""
    columns = []
    for state in made.states:
        for place in range(len(given[f"{state.label}0"])):
            moved = given[f"{state.label}0"].astype(complex)
            moved[place] += 1e-30j
            values = run(made, PASSES[name], {**given, f"{state.label}0": moved})
            ends = [values[each.label][STEPS] for each in made.states]
            columns.append(np.concatenate(ends).imag / 1e-30)
    return np.array(columns).T


def derived(made: Cell, given: dict[str, Array], sequences: dict[str, Array]) -> Array:
    product = transition_product(made.recurrence, STEPS, 0)
    return lower(product)(bindings(made, given, sequences))


@every_cell
def test_the_total_derivative_agrees_with_the_complex_step(name: str) -> None:
    made = build(name)
    given = weights(made)
    expected = complex_step(name, made, given)
    assert np.abs(expected).max() > 1e-3, "nothing is compared: the derivative is 0"
    got = derived(made, given, run(made, PASSES[name], given))
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("lstm", "f * c' + i * g", "i * c' + f * g"),
        ("gru", "r * (W_n h' + c_n)", "r * (W_n h') + c_n"),
        ("peephole", "p_o * c +", "p_o * c' +"),
        ("mgu", "(1 - f) * h' + f * n", "(1 - f) * n + f * h'"),
        ("antisymmetric", "W - W^T", "W + W^T"),
    ],
)
def test_a_slip_in_the_text_of_a_cell_is_seen(name: str, right: str, wrong: str) -> None:
    text = named(name).text
    assert right in text
    made = cell(text.replace(right, wrong))
    given = weights(made)
    got = derived(made, given, run(made, PASSES[name], given))
    assert np.abs(got - complex_step(name, made, given)).max() > 1e-3


def test_a_matrix_may_be_called_as_a_product_is_in_generated_code() -> None:
    t, k = Symbol("t", integer=True), Symbol("k", integer=True)
    for name in ("P", "W"):
        made = cell(f"h = tanh({name} h' + U x + b)")
        numbers = random_weights(made, steps=4, seed=1, d=3, m=2)
        h = made["h"]
        found = compare(made, D(h[t], h[k]), made.jacobian(h[t], h[k]), numbers, t=4, k=1)
        assert found.error < TOLERANCE
    with pytest.raises(IllFormedError, match="the name dtype is that of something"):
        lower(cell("dtype = tanh(W dtype')")["dtype"][t] * 2)


@pytest.mark.parametrize("bias", ["k", "i", "j1", "b"])
def test_a_vector_may_be_called_as_a_bound_time_is(bias: str) -> None:
    made = cell(f"h = tanh(W h' + U x + {bias})")
    given = weights(named("elman"))
    sequences = run(named("elman"), elman, given)
    t = Symbol("t", integer=True)
    state, parameter = made.states[0], made.parameters[-1]
    assert parameter.name == bias
    kernel = lower(jacobian(made.recurrence, state[t], parameter))
    bound = bindings(named("elman"), given, sequences) | {"t": STEPS}
    columns = []
    for place in range(SIZES["d"]):
        moved = given["b"].astype(complex)
        moved[place] += 1e-30j
        columns.append(run(made, elman, {**given, "b": moved})["h"][STEPS].imag / 1e-30)
    got = kernel({**bound, bias: bound["b"]})
    np.testing.assert_allclose(got, np.array(columns).T, rtol=0, atol=TOLERANCE)


# ── torch ───────────────────────────────────────────────────────────────────────────────────────

GATES = {"RNNCell": [""], "LSTMCell": ["_i", "_f", "_g", "_o"], "GRUCell": ["_r", "_z", "_n"]}
TORCH = {"RNNCell": "elman", "LSTMCell": "lstm", "GRUCell": "gru"}


@pytest.mark.parametrize("module", TORCH)
def test_the_definitions_agree_with_torch(module: str, require_module: Any) -> None:
    torch = require_module("torch")
    made = named(TORCH[module])
    given = weights(made)
    names_of = GATES[module]
    theirs = getattr(torch.nn, module)(SIZES["m"], SIZES["d"], dtype=torch.float64)
    # Their second bias: within the reset of the GRU it is a parameter of its own.
    second = {f"b{gate}": np.linspace(-0.5, 0.5, SIZES["d"]) for gate in names_of}
    second = {name: given["c_n"] if (module, name) == ("GRUCell", "b_n") else value
              for name, value in second.items()}  # fmt: skip
    first = {name: given[name] - second[name] for name in second}
    if module == "GRUCell":
        first["b_n"] = given["b_n"]
    stack = {
        "weight_hh": np.concatenate([given[f"W{gate}"] for gate in names_of]),
        "weight_ih": np.concatenate([given[f"U{gate}"] for gate in names_of]),
        "bias_ih": np.concatenate([first[f"b{gate}"] for gate in names_of]),
        "bias_hh": np.concatenate([second[f"b{gate}"] for gate in names_of]),
    }
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in stack.items()})
    started = tuple(torch.from_numpy(given[f"{label}0"]) for label in ("h", "c")
                    if f"{label}0" in given)  # fmt: skip
    state: Any = started if len(started) == 2 else started[0]
    # Ours run from their own text, one definition after the other.
    values = {s.label: [given[f"{s.label}0"]] for s in made.states}
    for time in range(1, STEPS + 1):
        with torch.no_grad():
            state = theirs(torch.from_numpy(given["x"][time]), state)
        step(made, given, values, time)
        expected = state if isinstance(state, tuple) else (state,)
        for label, value in zip(("h", "c"), expected, strict=False):
            np.testing.assert_allclose(values[label][time], value.numpy(), rtol=0, atol=TOLERANCE)


def step(made: Cell, given: dict[str, Array], values: dict[str, list[Array]], time: int) -> None:
    """One step by the definitions, in the order that is read off them."""
    for sequence in made.order:
        known = {label: np.array(each) for label, each in values.items()}
        bound = bindings(made, given, known) | {made.index.name: time}
        value = lower(made.definitions[sequence[made.index]])(bound)[:, 0]
        values.setdefault(sequence.label, [np.full_like(value, np.nan)]).append(value)


@pytest.mark.parametrize("name", names())
def test_with_one_unit_a_cell_has_all_its_parameters(name: str) -> None:
    made = named(name)
    weights = random_weights(made, **{str(size): 1 for size in made.sizes}, steps=2)
    assert {*weights.parameters} == {*map(in_code, map(str, (*made.parameters, *made.scalars)))}
    assert fitted(made, weights).sizes == {str(size): 1 for size in made.sizes}


@every_cell
def test_all_gradients_are_those_that_jax_finds_of_the_pass(
    name: str, monkeypatch: pytest.MonkeyPatch, require_module: Callable[[str], Any]
) -> None:
    jax = require_module("jax")
    made, step = build(name), PASSES[name]
    given = random_weights(made, steps=STEPS, seed=3, **{s.name: SIZES[s.name] for s in made.sizes})
    monkeypatch.setattr(by_hand, "np", jax.numpy)

    def loss(parameters: Values, states: Values, inputs: Values) -> Any:
        values, found = dict(states), 0.0
        for time in range(STEPS):
            (x,) = [each[time] for each in inputs.values()] or [None]
            values = step(SimpleNamespace(**parameters), SimpleNamespace(**values), x)
            found += sum((v**2).sum() for v in values.values())
        return found

    with jax.enable_x64(True):
        kinds = [dict(getattr(given, kind)) for kind in KINDS]
        theirs = jax.grad(loss, argnums=(0, 1, 2))(*kinds)
    kernels = Kernels(made)
    passed = kernels.run(given)
    read = {of.label: 2 * passed[of.label][1:] for of in made.definitions}
    ours = kernels.backward(passed, read)
    for kind, expected in zip(KINDS, theirs, strict=True):
        assert expected.keys() == getattr(ours, kind).keys()
        for label, value in expected.items():
            got = getattr(ours, kind)[label]
            np.testing.assert_allclose(got, value, rtol=TOLERANCE, atol=TOLERANCE)
