"""JAX: compiled by XLA, the steps as a scan, float64 on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Net
from symrnn.bench.packages import load


def jacobian(net: Net) -> Iterator[Contender]:
    """∂s_T/∂s_0 by jit(jacrev) and jit(jacfwd)."""
    jax = load("jax")
    with jax.enable_x64(True):
        W, U, b, s0, x = map(jax.numpy.asarray, net.arguments())

    def last(s: Any, W: Any, U: Any, b: Any, x: Any) -> Any:
        return _scan(jax, W, U, b, s, x)[-1]

    for name in ("jacrev", "jacfwd"):
        compiled = jax.jit(getattr(jax, name)(last))
        yield Contender(f"jax jit({name})", _ready(jax, compiled, s0, W, U, b, x))


def bptt(net: Net) -> Iterator[Contender]:
    """∂L/∂(W, U, b) by jit(grad) of a scan."""
    jax = load("jax")
    with jax.enable_x64(True):
        W, U, b, s0, x = map(jax.numpy.asarray, net.arguments())
        g = jax.numpy.asarray(net.g)

    def loss(W: Any, U: Any, b: Any, s0: Any, x: Any, g: Any) -> Any:
        return (g * _scan(jax, W, U, b, s0, x)).sum()

    compiled = jax.jit(jax.grad(loss, argnums=(0, 1, 2)))
    yield Contender("jax scan + grad", _ready(jax, compiled, W, U, b, s0, x, g))


def _scan(jax: Any, W: Any, U: Any, b: Any, s0: Any, x: Any) -> Any:
    def step(s: Any, drive: Any) -> tuple[Any, Any]:
        after = jax.numpy.tanh(s @ W.T + drive)
        return after, after

    return jax.lax.scan(step, s0, x @ U.T + b)[1]


def _ready(jax: Any, compiled: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    def run() -> Any:
        with jax.enable_x64(True):
            return jax.block_until_ready(compiled(*arguments))

    return run
