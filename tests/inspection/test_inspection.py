"""What is found in a net, against numbers from elsewhere."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from symrnn.cells import Cell, cell, named
from symrnn.cli.app import app
from symrnn.errors import IllFormedError, SymrnnError
from symrnn.inspection import inspect, read_net
from symrnn.inspection.bounds import NORMS, step_bound
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights, random_weights, save

BOUNDED = [
    *map(named, ["elman", "sigma_inside", "leaky", "indrnn", "antisymmetric", "residual"]),
    cell("a = W h' + b; h = sigmoid(V tanh(a) + U x)", name="two layers"),
    cell("h = alpha * relu(-W h') - tanh(h')", name="sum"),
]
H = 1e-6


def _sizes(of: Cell) -> dict[str, Any]:
    return {str(size): 3 + place for place, size in enumerate(of.sizes)}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(of=st.sampled_from(BOUNDED), seed=st.integers(0, 10**6), large=st.sampled_from([0.3, 3.0]))
def test_no_step_exceeds_its_bound(of: Cell, seed: int, large: float) -> None:
    drawn = random_weights(of, steps=1, seed=seed, **_sizes(of))
    parameters = {name: large * np.asarray(v) for name, v in drawn.parameters.items()}
    run = Kernels(of).forward
    (name,) = drawn.states
    start = np.asarray(drawn.states[name])
    columns = [
        (
            run(Weights(parameters, {name: start + e}, drawn.inputs, 1))[name][1]
            - run(Weights(parameters, {name: start - e}, drawn.inputs, 1))[name][1]
        )
        / (2 * H)
        for e in H * np.eye(len(start))
    ]
    step = np.stack(columns, axis=1)
    for kind, order in NORMS.items():
        bound = step_bound(of, parameters, kind)
        assert bound is not None
        assert np.linalg.norm(step, order) <= bound * (1 + 1e-6) + 1e-6


def test_one_activation_between_two_maps_has_gamma_lambda() -> None:
    W = np.diag([2.0, 0.5])
    for of, gamma in ((named("elman"), 1.0), (cell("h = sigmoid(W h' + b)"), 0.25)):
        found = step_bound(of, {"W": W, "U": np.ones((2, 1)), "b": np.zeros(2)}, "2")
        assert found == pytest.approx(2 * gamma, rel=1e-12)


@pytest.mark.parametrize("of", [named("lstm"), named("gru"), cell("h = h' * tanh(W h')")])
def test_where_a_state_is_a_factor_no_bound_is_claimed(of: Cell) -> None:
    drawn = random_weights(of, steps=1, **_sizes(of))
    assert step_bound(of, drawn.parameters, "2") is None


def test_what_the_data_saturate_is_counted() -> None:
    of = named("elman")
    drawn = random_weights(of, steps=40, batch=(3,), d=5, m=2)
    parameters = {**drawn.parameters, "b": np.array([0.0, 0.0, 0.0, 2.5, 40.0])}
    found = inspect(of, Weights(parameters, drawn.states, drawn.inputs))
    run = Kernels(of).forward(Weights(parameters, drawn.states, drawn.inputs))
    flat = 1 - run["h"][1:] ** 2 < 0.01
    (saturated,) = found.saturation
    assert saturated.share == pytest.approx(flat.mean())
    assert saturated.dead == pytest.approx(1 / 5)


def test_gradient_norms_are_those_of_differences() -> None:
    of = named("elman")
    drawn = random_weights(of, steps=6, batch=(2,), d=3, m=2)
    found = inspect(of, drawn, seed=3, clip=1e-3)
    # The exponents and the loss draw from the same numbers: what is drawn last is the row.
    rng = np.random.default_rng(3)
    for _ in range(2):
        rng.standard_normal((3, 3))
    row = rng.standard_normal(3)
    row /= np.linalg.norm(row)

    def last(parameters: dict[str, Any]) -> Any:
        return Kernels(of).forward(Weights(parameters, drawn.states, drawn.inputs))["h"][-1]

    squares = np.zeros(2)
    for name, value in drawn.parameters.items():
        for place in np.ndindex(np.shape(value)):
            ends = []
            for sign in (1, -1):
                moved = {n: np.array(v) for n, v in drawn.parameters.items()}
                moved[name][place] += sign * H
                ends.append(last(moved) @ row)
            squares += ((ends[0] - ends[1]) / (2 * H)) ** 2
    assert found.gradient_norms == pytest.approx(np.sqrt(squares), rel=1e-6)
    assert found.clipped == 1.0


def _call(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_net_of_files_is_reported_in_text_json_and_as_a_page(tmp_path: Path) -> None:
    of = named("gru")
    drawn = random_weights(of, steps=30, batch=(2,), d=4, m=2)
    np.savez(tmp_path / "net.npz", **drawn.parameters)
    np.savez(tmp_path / "data.npz", **drawn.inputs)
    asked = (tmp_path / "net.npz", "--cell", "gru", "--data", tmp_path / "data.npz")
    code, said = _call("inspect", *asked, "-o", tmp_path / "net.html")
    assert code == 0
    for word in ("spectral radius", "Lyapunov", "saturation", "clipping to 1", "not known"):
        assert word in said
    assert "<svg" in (tmp_path / "net.html").read_text()
    code, said = _call("inspect", *asked, "--json")
    read = json.loads(said)
    assert (code, read["steps"], read["sequences"], read["inputs_drawn"]) == (0, 30, 2, False)
    W = drawn.parameters["W_z"]
    assert read["lambda"]["W_z"]["2"] == pytest.approx(float(np.linalg.norm(W, 2)))


def test_what_save_wrote_is_read(tmp_path: Path) -> None:
    drawn = random_weights(named("lstm"), steps=7, d=3, m=2)
    save(tmp_path / "net.npz", drawn)
    read = read_net(named("lstm"), tmp_path / "net.npz", steps=9).weights
    for name, value in drawn.parameters.items():
        assert (read.parameters[name] == value).all()
    assert (read.states["c"] == drawn.states["c"]).all()
    assert read.inputs["x"].shape == (9, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"W": None}, "missing"),
        ({"V": np.ones(2)}, "unknown"),
        ({"W": np.ones((2, 3))}, r"W has shape \(2, 3\)"),
        ({"U": np.ones((4, 2))}, "U has shape|W has shape"),
        ({"b": np.ones((3, 2))}, "b has shape"),
        ({"W": np.full((3, 3), math.nan)}, "finite"),
        ({"W": np.array([["a"]])}, "finite real numbers"),
    ],
)
def test_weights_that_do_not_fit_are_named(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    good = {**random_weights(named("elman"), steps=1, d=3, m=2).parameters}
    wrong = {name: v for name, v in {**good, **change}.items() if v is not None}
    np.savez(tmp_path / "net.npz", **wrong)
    with pytest.raises(IllFormedError, match=said):
        read_net(named("elman"), tmp_path / "net.npz")


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "net.npz").write_bytes(b"PK\x03\x04 not an archive")
    (tmp_path / "net.pt").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    for name in ("net.npz", "net.pt"):
        with pytest.raises(IllFormedError, match=name):
            read_net(named("elman"), tmp_path / name)
    with pytest.raises(OSError, match="nowhere"):
        read_net(named("elman"), tmp_path / "nowhere.npz")


@pytest.mark.parametrize("kind, cell_", [("RNN", "elman"), ("LSTM", "lstm"), ("GRU", "gru")])
def test_a_state_dict_of_layers_is_read(
    kind: str, cell_: str, tmp_path: Path, require_module: Any
) -> None:
    torch = require_module("torch")
    whole = torch.nn.Module()
    whole.rnn = getattr(torch.nn, kind)(2, 3, num_layers=2)
    whole.head = torch.nn.Linear(3, 1)
    torch.save({"model": whole.state_dict(), "epoch": 3}, tmp_path / "net.pt")
    net = read_net(named(cell_), tmp_path / "net.pt", steps=5)
    assert net.left == ("head.weight", "head.bias")
    x = torch.tensor(np.asarray(net.weights.inputs["x"], np.float32))
    expected = whole.rnn(x)[0].detach().numpy()
    run = Kernels(net.cell).forward(net.weights)
    assert np.asarray(run["h_2"])[1:] == pytest.approx(expected, abs=1e-5)
    code, said = _call("inspect", tmp_path / "net.pt", "--cell", cell_, "--steps", 8)
    assert code == 0 and "not read: head.weight" in said and "h_2" in said


@pytest.mark.parametrize(
    "made, said",
    [
        (lambda nn: nn.GRU(2, 3), "not those of lstm"),
        (lambda nn: nn.LSTM(2, 3, bidirectional=True), "both directions"),
        (lambda nn: nn.LSTM(2, 4, proj_size=2), "projections"),
        (lambda nn: nn.ModuleList([nn.LSTM(2, 3), nn.LSTM(2, 3)]), "several recurrent modules"),
        (lambda nn: nn.Linear(2, 3), "names that do not fit"),
    ],
)
def test_other_state_dicts_are_refused(
    made: Any, said: str, tmp_path: Path, require_module: Any
) -> None:
    torch = require_module("torch")
    torch.save(made(torch.nn).state_dict(), tmp_path / "net.pt")
    with pytest.raises(SymrnnError, match=said) as refused:
        read_net(named("lstm"), tmp_path / "net.pt")
    assert "net.pt" in str(refused.value)
