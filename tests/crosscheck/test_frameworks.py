"""Modules of torch, functions of torch and jax: differentiated by their own means."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.crosscheck import check_forward, check_gradients, jax_function, torch_function
from symrnn.errors import IllFormedError, NotSupportedError


@pytest.fixture(scope="module")
def torch(require_module):
    return require_module("torch")


@pytest.mark.parametrize("cell, kind", [("elman", "RNN"), ("lstm", "LSTM"), ("gru", "GRU")])
def test_recurrent_modules_agree(torch, cell: str, kind: str) -> None:
    module = getattr(torch.nn, kind)
    for made in (module(2, 3, batch_first=True), getattr(torch.nn, f"{kind}Cell")(4, 5).double()):
        before = {name: p.detach().clone() for name, p in made.named_parameters()}
        report = check_gradients(cell, made)
        assert report.agrees, str(report)
        assert check_forward(cell, made).agrees
        assert all(torch.equal(p, before[name]) for name, p in made.named_parameters())


def test_layers_without_biases_and_other_functions(torch) -> None:
    for cell, made in [
        ("lstm", torch.nn.LSTM(2, 3, num_layers=2).double()),
        ("gru", torch.nn.GRU(2, 3, num_layers=2, batch_first=True).double()),
        ("h = relu(W h' + U x + b)", torch.nn.RNN(2, 3, nonlinearity="relu").double()),
        ("h = tanh(W h' + U x)", torch.nn.RNN(2, 3, bias=False).double()),
        ("elman", torch.nn.RNN(2, 3, bias=False).double()),
        ("gru", torch.nn.GRU(2, 3, bias=False, num_layers=2)),
    ]:
        report = check_gradients(cell, made)
        assert report.agrees, str(report)


def test_another_cell_is_no_cell_of_a_module(torch) -> None:
    with pytest.raises(IllFormedError, match="not those of lstm"):
        check_gradients("lstm", torch.nn.GRU(2, 3))
    with pytest.raises(NotSupportedError, match="both directions"):
        check_gradients("lstm", torch.nn.LSTM(2, 3, bidirectional=True))


def test_an_own_cell_that_detaches_is_named(torch) -> None:
    class Own(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.W = torch.nn.Parameter(torch.zeros(3, 3))
            self.U = torch.nn.Parameter(torch.zeros(3, 2))
            self.b = torch.nn.Parameter(torch.zeros(3))

        def forward(self, x, state):
            return torch.tanh(state.detach() @ self.W.T + x @ self.U.T + self.b)

    report = check_gradients("elman", Own())
    assert "h[t-1]" in report.slips[0] and "missing" in report.slips[0], str(report)


def test_a_module_of_linear_ones_has_two_biases(torch) -> None:
    class Own(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.x, self.h = torch.nn.Linear(2, 3), torch.nn.Linear(3, 3)

        def forward(self, x, state):
            made = torch.tanh(self.x(x) + self.h(state))
            return made, made

    names = {"x.weight": "U", "x.bias": "b", "h.weight": "W", "h.bias": "b"}
    report = check_gradients("elman", Own(), names=names)
    assert report.agrees and len(report.rows) == 5, str(report)


def test_an_autograd_function_is_checked(torch) -> None:
    class Tanh(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a.tanh()

        @staticmethod
        def backward(ctx, given):
            (a,) = ctx.saved_tensors
            return given * (1 - a**2)  # of a, not of tanh(a)

    def run(p, x, h):
        found = []
        for x_t in x:
            h = Tanh.apply(h @ p["W"].T + x_t @ p["U"].T + p["b"])
            found.append(h)
        return torch.stack(found)

    report = check_gradients("elman", torch_function(run))
    assert report.slips == ("on the path from h to a_h: 1 - a_h² stands for the slope tanh′(a_h)",)


def test_another_module_is_refused(torch) -> None:
    with pytest.raises(IllFormedError, match="parameters of Linear"):
        check_gradients("elman", torch.nn.Linear(2, 3))


def test_a_function_of_jax_agrees(require_module) -> None:
    numpy = require_module("jax").numpy

    def run(p, x, h):
        found = []
        for x_t in x:
            h = numpy.tanh(h @ p["W"].T + x_t @ p["U"].T + p["b"])
            found.append(h)
        return numpy.stack(found)

    assert check_gradients("elman", jax_function(run), loss="squared", reduction="mean").agrees
    assert check_forward("elman", jax_function(run)).agrees
    assert isinstance(run(*_some()), np.ndarray | numpy.ndarray)


def _some():
    rng = np.random.default_rng(0)
    p = {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(3, 2)), "b": rng.normal(size=3)}
    return p, rng.normal(size=(4, 2, 2)), rng.normal(size=(2, 3))
