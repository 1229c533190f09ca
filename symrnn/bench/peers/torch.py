"""PyTorch, eager, float64 on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Gated, Net
from symrnn.bench.packages import load


def jacobian(net: Net) -> Iterator[Contender]:
    """∂s_T/∂s_0 by torch.func.jacrev and jacfwd."""
    torch = load("torch")
    W, U, b, s0, x = map(torch.as_tensor, net.arguments())

    def last(s: Any) -> Any:
        for drive in x @ U.T + b:
            s = torch.tanh(W @ s + drive)
        return s

    for name in ("jacrev", "jacfwd"):
        yield Contender(f"torch {name}", partial(getattr(torch.func, name)(last), s0))


def bptt(net: Net) -> Iterator[Contender]:
    """∂L/∂(W, U, b) by torch.nn.RNN and backward."""
    torch = load("torch")
    rnn, start, x = _module(torch, net)
    g = torch.as_tensor(net.g)

    def run() -> Any:
        rnn.zero_grad(set_to_none=True)
        rnn(x, start)[0].backward(g)
        return rnn.weight_hh_l0.grad, rnn.weight_ih_l0.grad, rnn.bias_hh_l0.grad

    yield Contender("torch nn.RNN", run)


def truncated(net: Net, held: int) -> Iterator[Contender]:
    """∂L_T/∂(W, U, b) with s_held held constant: no graph before it."""
    torch = load("torch")
    rnn, start, x = _module(torch, net)
    g = torch.as_tensor(net.g[-1])

    def run() -> Any:
        rnn.zero_grad(set_to_none=True)
        with torch.no_grad():
            state = rnn(x[:held], start)[1] if held else start
        rnn(x[held:], state)[0][-1].backward(g)
        return rnn.weight_hh_l0.grad, rnn.weight_ih_l0.grad, rnn.bias_hh_l0.grad

    yield Contender("torch nn.RNN", run)


def gradient_check(net: Net) -> Iterator[Contender]:
    """torch.autograd.gradcheck of L = Σ_t ‖s_t‖²/2 by W."""
    torch = load("torch")
    _, U, b, s0, x = map(torch.as_tensor, net.arguments())
    W = torch.as_tensor(net.W).clone().requires_grad_()

    def loss(W: Any) -> Any:
        s, total = s0, 0.0
        for drive in x @ U.T + b:
            s = torch.tanh(W @ s + drive)
            total = total + (s * s).sum() / 2
        return total

    def run() -> Any:
        return torch.autograd.gradcheck(loss, (W,))

    def value(passed: bool) -> tuple[Any, ...]:
        # gradcheck says only whether its two gradients agree: show the one it checked.
        (gradient,) = torch.autograd.grad(loss(W), W)
        return (np.asarray(gradient) if passed else np.full(net.W.shape, np.nan),)

    yield Contender("torch gradcheck", run, value)


def gated(numbers: Gated) -> Iterator[Contender]:
    """All gradients by torch.nn.LSTM or torch.nn.GRU and backward."""
    torch = load("torch")
    kind, parameters = numbers.cell.name.upper(), numbers.weights.parameters
    W, U, b = (numbers.stacked(letter) for letter in "WUb")
    x, g = torch.as_tensor(numbers.weights.inputs["x"]), torch.as_tensor(numbers.g)
    module = getattr(torch.nn, kind)(U.shape[1], W.shape[1], dtype=g.dtype)
    inside = np.zeros_like(b)
    if "c_n" in parameters:
        inside[-W.shape[1] :] = parameters["c_n"]
    arrays = {"weight_hh": W, "weight_ih": U, "bias_ih": b, "bias_hh": inside}
    with torch.no_grad():
        for name, array in arrays.items():
            getattr(module, f"{name}_l0").copy_(torch.as_tensor(array))
    starts = {n: torch.as_tensor(s)[None] for n, s in numbers.weights.states.items()}
    start = (starts["h"], starts["c"]) if "c" in starts else starts["h"]

    def run() -> Any:
        module.zero_grad(set_to_none=True)
        module(x, start)[0].backward(g)
        return module.weight_hh_l0.grad, module.weight_ih_l0.grad, module.bias_ih_l0.grad

    yield Contender(f"torch nn.{kind}", run, tolerance=numbers.tolerance)


def _module(torch: Any, net: Net) -> tuple[Any, Any, Any]:
    d, m = net.U.shape
    rnn = torch.nn.RNN(m, d, dtype=torch.float64)
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.as_tensor(net.W))
        rnn.weight_ih_l0.copy_(torch.as_tensor(net.U))
        rnn.bias_hh_l0.copy_(torch.as_tensor(net.b))
        rnn.bias_ih_l0.zero_()
    return rnn, torch.as_tensor(net.s0)[None], torch.as_tensor(net.x)
