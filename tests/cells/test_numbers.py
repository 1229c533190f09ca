"""Every cell that comes along against forward passes written by hand, and against torch.

The passes know nothing of the text nor of the calculus: NumPy, one function a cell. A derivative
is compared with the complex step through them.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sympy import Symbol

from symrnn.cells import Cell, cell, named, names, stacked
from symrnn.numeric.lower import lower
from symrnn.recurrence.total import jacobian, transition_product

SIZES = {"d": 3, "m": 2, "n": 4}
STEPS = 2
TOLERANCE = 1e-12
Array = Any
Values = dict[str, Array]


def logistic(v: Array) -> Array:
    return 1 / (1 + np.exp(-v))


def rectified(v: Array) -> Array:
    return np.where(v.real > 0, v, 0)


def _gate(p: Any, gate: str, h: Array, x: Array) -> Array:
    weights = getattr(p, f"W_{gate}") @ h + getattr(p, f"U_{gate}") @ x
    return weights + getattr(p, f"b_{gate}")


def _drive(p: Any, h: Array, x: Array) -> Array:
    return p.W @ h + p.U @ x + p.b


def elman(p: Any, s: Any, x: Array) -> Values:
    return {"h": np.tanh(_drive(p, s.h, x))}


def sigma_inside(p: Any, s: Any, x: Array) -> Values:
    return {"s": _drive(p, np.tanh(s.s), x)}


def jordan(p: Any, s: Any, x: Array) -> Values:
    h = np.tanh(_drive(p, s.y, x))
    return {"h": h, "y": logistic(p.V @ h + p.c)}


def lstm(p: Any, s: Any, x: Array) -> Values:
    i, f, o = (logistic(_gate(p, gate, s.h, x)) for gate in "ifo")
    g = np.tanh(_gate(p, "g", s.h, x))
    c = f * s.c + i * g
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": o * np.tanh(c)}


def lstm_lecture(p: Any, s: Any, x: Array) -> Values:
    i, f, o, g = (logistic(_gate(p, gate, s.h, x)) for gate in "ifog")
    c = f * s.c + i * g
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": o * logistic(c)}


def lstm_1997(p: Any, s: Any, x: Array) -> Values:
    # 4σ − 2 and 2σ − 1 are 2 tanh(·/2) and tanh(·/2).
    i, o = (logistic(_gate(p, gate, s.h, x)) for gate in "io")
    g = 2 * np.tanh(_gate(p, "g", s.h, x) / 2)
    c = s.c + i * g
    return {"i": i, "o": o, "g": g, "c": c, "h": o * np.tanh(c / 2)}


def coupled_gates(p: Any, s: Any, x: Array) -> Values:
    f, o = (logistic(_gate(p, gate, s.h, x)) for gate in "fo")
    g = np.tanh(_gate(p, "g", s.h, x))
    c = g + f * (s.c - g)
    return {"f": f, "o": o, "g": g, "c": c, "h": o * np.tanh(c)}


def peephole(p: Any, s: Any, x: Array) -> Values:
    i = logistic(_gate(p, "i", s.h, x) + p.p_i * s.c)
    f = logistic(_gate(p, "f", s.h, x) + p.p_f * s.c)
    g = np.tanh(_gate(p, "g", s.h, x))
    c = f * s.c + i * g
    o = logistic(_gate(p, "o", s.h, x) + p.p_o * c)
    return {"i": i, "f": f, "g": g, "c": c, "o": o, "h": o * np.tanh(c)}


def gru(p: Any, s: Any, x: Array) -> Values:
    r, z = (logistic(_gate(p, gate, s.h, x)) for gate in "rz")
    n = np.tanh(p.U_n @ x + p.b_n + r * (p.W_n @ s.h + p.c_n))
    return {"r": r, "z": z, "n": n, "h": n + z * (s.h - n)}


def gru_reset_before(p: Any, s: Any, x: Array) -> Values:
    r, z = (logistic(_gate(p, gate, s.h, x)) for gate in "rz")
    n = np.tanh(_gate(p, "n", r * s.h, x))
    return {"r": r, "z": z, "n": n, "h": n + z * (s.h - n)}


def gru_without_reset(p: Any, s: Any, x: Array) -> Values:
    z, n = logistic(_gate(p, "z", s.h, x)), np.tanh(_gate(p, "n", s.h, x))
    return {"z": z, "n": n, "h": n + z * (s.h - n)}


def mgu(p: Any, s: Any, x: Array) -> Values:
    f = logistic(_gate(p, "f", s.h, x))
    n = np.tanh(_gate(p, "n", f * s.h, x))
    return {"f": f, "n": n, "h": s.h + f * (n - s.h)}


def leaky(p: Any, s: Any, x: Array) -> Values:
    return {"h": s.h + p.alpha * (np.tanh(_drive(p, s.h, x)) - s.h)}


def residual(p: Any, s: Any, x: Array) -> Values:
    return {"h": s.h + np.tanh(_drive(p, s.h, x))}


def indrnn(p: Any, s: Any, x: Array) -> Values:
    return {"h": rectified(p.u * s.h + p.U @ x + p.b)}


def antisymmetric(p: Any, s: Any, x: Array) -> Values:
    turning = p.W - p.W.T - p.gamma * np.eye(len(s.h))
    return {"h": s.h + p.epsilon * np.tanh(turning @ s.h + p.U @ x + p.b)}


def two_layers(p: Any, s: Any, x: Array) -> Values:
    """Two layers of `coupled_gates`."""
    values: Values = {}
    for layer in "12":
        own = {name.removesuffix(layer).removesuffix("_"): v for name, v in vars(p).items()
               if name.endswith(layer)}  # fmt: skip
        state = SimpleNamespace(h=getattr(s, f"h_{layer}"), c=getattr(s, f"c_{layer}"))
        made = coupled_gates(SimpleNamespace(**own), state, x)
        values |= {f"{name}_{layer}": value for name, value in made.items()}
        x = made["h"]
    return values


def concatenated(p: Any, s: Any, x: Array) -> Values:
    both = np.concatenate([s.h, x])
    f = logistic(p.W_f @ both + p.b_f)
    return {"f": f, "h": f * s.h + (1 - f) * np.tanh(p.W_n @ both) / 3}


PASSES: dict[str, Callable[[Any, Any, Array], Values]] = {
    step.__name__: step
    for step in (
        elman, sigma_inside, jordan, lstm, lstm_lecture, lstm_1997, coupled_gates, peephole, gru,
        gru_reset_before, gru_without_reset, mgu, leaky, residual, indrnn, antisymmetric,
        two_layers, concatenated,
    )
}  # fmt: skip
CONCATENATED = """
f = sigmoid(W_f [h'; x] + b_f)
h = f * h' + (1 - f) * tanh(W_n [h'; x]) / 3
"""
BUILT: dict[str, Callable[[], Cell]] = {
    "two_layers": lambda: stacked(named("coupled_gates"), 2),
    "concatenated": lambda: cell(CONCATENATED),
}
every_cell = pytest.mark.parametrize("name", PASSES)


def build(name: str) -> Cell:
    return BUILT[name]() if name in BUILT else named(name)


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
