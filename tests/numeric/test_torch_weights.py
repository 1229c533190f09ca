"""Torch's modules as cells: outputs and all gradients to 1e-12 in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.torch_weights import GATES, from_torch

D, M, T, B = 4, 3, 6, 2
TOLERANCE = 1e-12
MODULES = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu", "num_layers": 2}),
    ("LSTM", {}),
    ("LSTM", {"num_layers": 3, "batch_first": True}),
    ("LSTM", {"bias": False}),
    ("GRU", {}),
    ("GRU", {"num_layers": 2, "bias": False}),
    ("RNNCell", {}),
    ("LSTMCell", {}),
    ("GRUCell", {}),
]


@pytest.fixture(scope="module")
def torch(require_module: Any) -> Any:
    return require_module("torch")


@pytest.mark.parametrize(("kind", "options"), MODULES)
def test_outputs_and_gradients_are_those_of_torch(torch: Any, kind: str, options: Any) -> None:
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(M, D, dtype=torch.float64, **options)
    draw = np.random.default_rng(1)
    x, weight = draw.normal(size=(T, B, M)), draw.normal(size=(T, B, D))
    entering = torch.tensor(x, requires_grad=True)
    output = run(torch, module, entering, options)
    (output * torch.tensor(weight)).sum().backward()

    made, weights = from_torch(module, steps=T, inputs=x)
    passes = Kernels(made)
    ours = passes.forward(weights)
    last = sorted(each.label for each in made.states if each.label.startswith("h"))[-1]
    np.testing.assert_allclose(ours[last][1:], output.detach().numpy(), rtol=0, atol=TOLERANCE)
    found = passes.backward(ours, {last: weight})
    np.testing.assert_allclose(found.inputs["x"], entering.grad.numpy(), rtol=0, atol=TOLERANCE)
    compare_parameters(kind.removesuffix("Cell"), module, found.parameters)


def run(torch: Any, module: Any, x: Any, options: Any) -> Any:
    if not type(module).__name__.endswith("Cell"):
        first = options.get("batch_first", False)
        output = module(x.transpose(0, 1) if first else x)[0]
        return output.transpose(0, 1) if first else output
    state, states = None, []
    for x_t in x:
        state = module(x_t, state)
        states.append(state[0] if isinstance(state, tuple) else state)
    return torch.stack(states)


def compare_parameters(kind: str, module: Any, found: Any) -> None:
    """Torch's gradients, gate by gate; those of two biases that are added are one and the same."""
    compared = 0
    for name, parameter in module.named_parameters():
        layers = getattr(module, "num_layers", 1)
        layer = name.rpartition("_l")[2] if "_l" in name else "0"
        ending = "" if layers == 1 else str(int(layer) + 1)
        letter = {"weight_hh": "W", "weight_ih": "U", "bias_ih": "b", "bias_hh": "b"}[
            "_".join(name.split("_")[:2])
        ]
        blocks = np.split(parameter.grad.numpy(), len(GATES[kind]))
        for gate, block in zip(GATES[kind], blocks, strict=True):
            own = "c" if (kind, gate, name[:7]) == ("GRU", "_n", "bias_hh") else letter
            label = f"{own}{gate}{ending}" if gate or not ending else f"{own}_{ending}"
            np.testing.assert_allclose(found[label], block, rtol=0, atol=TOLERANCE)
            compared += 1
    assert compared == len(GATES[kind]) * len(list(module.parameters()))


def test_a_wrong_order_of_gates_is_seen(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    module = torch.nn.LSTM(M, D, dtype=torch.float64)
    x = np.random.default_rng(1).normal(size=(T, B, M))
    output = module(torch.tensor(x))[0].detach().numpy()
    monkeypatch.setitem(GATES, "LSTM", ("_i", "_f", "_o", "_g"))  # type: ignore[misc]
    made, weights = from_torch(module, steps=T, inputs=x)
    assert np.abs(Kernels(made).forward(weights)["h"][1:] - output).max() > 1e-3


def test_states_and_copies(torch: Any) -> None:
    module = torch.nn.LSTM(M, D)
    start = {"h": np.ones(D, "f4"), "c": np.full((B, D), 2, "f4")}
    made, weights = from_torch(module, steps=3, states=start)
    run = Kernels(made).forward(weights)
    assert run["h"].dtype == np.float32
    np.testing.assert_array_equal(run["c"][0], start["c"])
    before = weights.parameters["W_i"].copy()
    with torch.no_grad():
        module.weight_hh_l0.zero_()
    np.testing.assert_array_equal(weights.parameters["W_i"], before)


def test_other_modules_are_refused(torch: Any) -> None:
    nn = torch.nn
    for module, error, says in (
        (nn.Linear(2, 2), IllFormedError, "Linear"),
        (nn.LSTM(2, 4, proj_size=2), NotSupportedError, "proj"),
        (nn.GRU(2, 4, bidirectional=True), NotSupportedError, "both directions"),
        (nn.LSTM(2, 4, num_layers=2, dropout=0.5), NotSupportedError, "dropout"),
        (object(), IllFormedError, "object"),
        (None, IllFormedError, "NoneType"),
    ):
        with pytest.raises(error, match=says):
            from_torch(module, steps=2)
    quiet = nn.LSTM(2, 4, num_layers=2, dropout=0.5).eval()
    assert len(from_torch(quiet, steps=2)[0].states) == 4
    with pytest.raises(IllFormedError, match="states q"):
        from_torch(nn.GRU(2, 4), steps=2, states={"q": np.zeros(4)})
    with pytest.raises(IllFormedError, match="steps"):
        from_torch(nn.GRU(2, 4), steps=0)
    made, weights = from_torch(nn.GRU(2, 4), steps=2, inputs=np.zeros((2, 3), "f4"))
    with pytest.raises(ShapeError, match="x"):
        Kernels(made).forward(weights)


def test_the_steps_are_said_once(torch: Any) -> None:
    nn = torch.nn
    made, weights = from_torch(nn.GRU(2, 4), inputs=np.zeros((5, 2), "f4"))
    assert Kernels(made).run(weights)["h"].shape == (6, 4)
    with pytest.raises(IllFormedError, match="how many steps"):
        from_torch(nn.GRU(2, 4))
    with pytest.raises(IllFormedError, match="steps and inputs differ"):
        from_torch(nn.GRU(2, 4), steps=4, inputs=np.zeros((5, 2), "f4"))
