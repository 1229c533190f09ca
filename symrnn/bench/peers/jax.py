"""JAX: compiled by XLA, the steps as a scan, float64 on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Gated, Net
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


def gated(numbers: Gated) -> Iterator[Contender]:
    """All gradients by jit(grad) of a scan, the gates' products in one."""
    jax = load("jax")
    inside = numbers.weights.parameters.get("c_n")
    arrays = [numbers.stacked(letter) for letter in "WUb"]
    given = [numbers.weights.states, numbers.weights.inputs["x"], numbers.g, inside]
    with jax.enable_x64(True):
        W, U, b, start, x, g, c = jax.tree.map(jax.numpy.asarray, [*arrays, *map(_plain, given)])
    step = {"lstm": _lstm, "gru": _gru}[numbers.cell.name]

    def loss(W: Any, U: Any, b: Any, start: Any, x: Any, g: Any, c: Any) -> Any:
        def each(state: Any, drive: Any) -> tuple[Any, Any]:
            after = step(jax, state, state["h"] @ W.T, drive, c)
            return after, after["h"]

        return (g * jax.lax.scan(each, start, x @ U.T + b)[1]).sum()

    compiled = jax.jit(jax.grad(loss, argnums=(0, 1, 2)))
    run = _ready(jax, compiled, W, U, b, start, x, g, c)
    yield Contender("jax scan + grad", run, tolerance=numbers.tolerance)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _lstm(jax: Any, state: Any, product: Any, drive: Any, inside: Any) -> dict[str, Any]:
    i, f, g, o = jax.numpy.split(product + drive, 4, axis=-1)
    sigmoid = jax.nn.sigmoid
    c = sigmoid(f) * state["c"] + sigmoid(i) * jax.numpy.tanh(g)
    return {"c": c, "h": sigmoid(o) * jax.numpy.tanh(c)}


def _gru(jax: Any, state: Any, product: Any, drive: Any, inside: Any) -> dict[str, Any]:
    (r, z, q), (u_r, u_z, u_n) = (jax.numpy.split(v, 3, axis=-1) for v in (product, drive))
    r, z = jax.nn.sigmoid(r + u_r), jax.nn.sigmoid(z + u_z)
    n = jax.numpy.tanh(u_n + r * (q + inside))
    return {"h": (1 - z) * n + z * state["h"]}


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
