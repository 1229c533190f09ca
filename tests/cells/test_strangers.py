"""Cells that do not come along, as text, against a step of each that is written by hand.

The oracle is generic: it iterates the step and takes complex steps through it. It knows neither
the text nor the calculus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.linalg import det, inv

from symrnn.cells import Cell, cell
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.weights import KINDS, Weights, random_weights
from symrnn.recurrence.total import transition_product

Array = Any
Values = Mapping[str, Array]

STEPS, TINY, AGREE = 4, 1e-30, 1e-12
SIZES = {"d": 3, "m": 2, "n": 4}
tanh, exp = np.tanh, np.exp


def sg(v: Array) -> Array:
    return 1 / (1 + exp(-v))


def lse(v: Array) -> Array:
    return np.log(np.sum(exp(v)))


def softmax(v: Array) -> Array:
    return exp(v) / np.sum(exp(v))


def relu(v: Array) -> Array:
    return np.where(v.real > 0, v, 0)


def magnitude(v: Array) -> Array:
    return np.where(v.real > 0, v, -v)


def softplus(v: Array) -> Array:
    return np.log(1 + exp(v))


def two_norm(v: Array) -> Array:
    return np.sqrt(np.sum(v * v))


@dataclass(frozen=True)
class Stranger:
    """A cell as text, and the step from (parameters, states, input) to the states by hand.

    shapes: sizes that the text leaves open.
    """

    text: str
    step: Callable[[Any, Any, Array], Values]
    shapes: Mapping[str, Any] | None = None


def drive(p: Any, h: Array, x: Array) -> Array:
    return p.W @ h + p.U @ x + p.b


def _two_back(p: Any, s: Any, x: Array) -> Values:
    return {"h": tanh(p.W @ s.h + p.V @ s.q + p.U @ x), "q": s.h}


def _layer_norm(p: Any, s: Any, x: Array) -> Values:
    a = drive(p, s.h, x)
    e = a - np.mean(a)
    return {"h": tanh(p.g * e / np.sqrt(np.mean(e * e) + 1 / 10))}


def _attention(p: Any, s: Any, x: Array) -> Values:
    a = softmax(p.A @ s.h + p.B @ x)
    return {"h": tanh(p.W @ (a * s.h) + p.U @ x)}


def _clockwork(p: Any, s: Any, x: Array) -> Values:
    u = tanh(p.A @ s.u + p.B @ x)
    v = (1 - p.alpha) * s.v + p.alpha * tanh(p.C @ s.v + p.D @ u)
    return {"u": u, "v": v}


def _minimal_two(p: Any, s: Any, x: Array) -> Values:
    f = sg(p.W_f @ s.h + p.U_f @ x)
    k = f * s.k + (1 - f) * tanh(p.U_k @ x + p.b_k)
    return {"k": k, "h": tanh(p.V @ k) * f}


def _fast_weights(p: Any, s: Any, x: Array) -> Values:
    key = tanh(p.K @ x)
    return {"h": tanh(p.W @ s.h + key * np.sum(key * s.h))}


def _three_back(p: Any, s: Any, x: Array) -> Values:
    return {"h": tanh(p.W @ s.h + p.V @ s.r + p.U @ x), "q": s.h, "r": s.q}


def _fed_back(p: Any, s: Any, x: Array) -> Values:
    h = tanh(p.W @ s.h + p.U @ x + p.F @ s.y)
    return {"h": h, "y": softmax(p.V @ h + p.c)}


def _stacked(p: Any, s: Any, x: Array) -> Values:
    l1 = tanh(p.W_1 @ s.l1 + p.U_1 @ x + p.F @ s.l2)
    z = sg(p.W_z @ s.l2 + p.U_z @ l1)
    return {"l1": l1, "l2": z * s.l2 + (1 - z) * relu(p.U_2 @ l1 + p.b_2)}


def _logsumexp_gate(p: Any, s: Any, x: Array) -> Values:
    a = drive(p, s.h, x)
    return {"h": tanh(a - lse(a))}


STRANGERS: dict[str, Stranger] = {
    "two steps back": Stranger("h = tanh(W h' + V q' + U x); q = h'", _two_back),
    "three steps back": Stranger("h = tanh(W h' + V r' + U x); q = h'; r = q'", _three_back),
    "layer norm by hand": Stranger(
        "a = W h' + U x + b; e = a - mean(a); h = tanh(g * e / sqrt(mean(e * e) + 1 / 10))",
        _layer_norm,
    ),
    "gate that attends": Stranger(
        "a = softmax(A h' + B x); h = tanh(W (a * h') + U x)", _attention
    ),
    "log-sum-exp inside": Stranger(
        "a = W h' + U x + b; h = tanh(a - logsumexp(a))", _logsumexp_gate
    ),
    "two speeds": Stranger(
        "u = tanh(A u' + B x); v = (1 - alpha) v' + alpha tanh(C v' + D u)", _clockwork
    ),
    "own memory": Stranger(
        "f = sigmoid(W_f h' + U_f x); k = f * k' + (1 - f) * tanh(U_k x + b_k);h = tanh(V k) * f",
        _minimal_two,
    ),
    "a key times what it finds": Stranger(
        "e = tanh(K x); h = tanh(W h' + e e^T h')", _fast_weights
    ),
    "output fed back": Stranger("h = tanh(W h' + U x + F y'); y = softmax(V h + c)", _fed_back),
    "two layers, the upper read below": Stranger(
        "p = tanh(W_1 p' + U_1 x + F q'); z = sigmoid(W_z q' + U_z p);"
        "q = z * q' + (1 - z) * relu(U_2 p + b_2)",
        lambda p, s, x: dict(
            zip("pq", _stacked(p, SimpleNamespace(l1=s.p, l2=s.q), x).values(), strict=True)
        ),
    ),
    "trace": Stranger(
        "h = tanh(trace(W) W h' + U x)",
        lambda p, s, x: {"h": tanh(np.trace(p.W) * (p.W @ s.h) + p.U @ x)},
    ),
    "inverse": Stranger(
        "h = tanh(inv(A) h' + U x)", lambda p, s, x: {"h": tanh(inv(p.A) @ s.h + p.U @ x)}
    ),
    "determinant": Stranger(
        "h = tanh(det(A) W h' + U x)", lambda p, s, x: {"h": tanh(det(p.A) * (p.W @ s.h) + p.U @ x)}
    ),
    "Cayley transform": Stranger(
        "h = tanh(inv(I + A - A^T) (I - A + A^T) h' + U x)",
        lambda p, s, x: {
            "h": tanh(inv(np.eye(3) + p.A - p.A.T) @ (np.eye(3) - p.A + p.A.T) @ s.h + p.U @ x)
        },
    ),
    "weight three times": Stranger(
        "h = tanh(W W h' + W^T tanh(W h') + U x)",
        lambda p, s, x: {"h": tanh(p.W @ p.W @ s.h + p.W.T @ tanh(p.W @ s.h) + p.U @ x)},
    ),
    "over its length": Stranger(
        "a = W h' + U x + b; h = a / norm(a)",
        lambda p, s, x: {"h": drive(p, s.h, x) / two_norm(drive(p, s.h, x))},
    ),
    "quotient of scalars": Stranger(
        "h = tanh(W h' / (1 + alpha^2) + beta U x)",
        lambda p, s, x: {"h": tanh(p.W @ s.h / (1 + p.alpha**2) + p.beta * (p.U @ x))},
    ),
    "quotient of entries": Stranger(
        "a = W h' + U x; h = a / (1 + a * a)",
        lambda p, s, x: {"h": (p.W @ s.h + p.U @ x) / (1 + (p.W @ s.h + p.U @ x) ** 2)},
    ),
    "kinks": Stranger(
        "h = relu(W h' + b) - alpha abs(V h' + U x)",
        lambda p, s, x: {"h": relu(p.W @ s.h + p.b) - p.alpha * magnitude(p.V @ s.h + p.U @ x)},
    ),
    "no input": Stranger(
        "h = tanh(W h' + b) - gamma h'",
        lambda p, s, x: {"h": tanh(p.W @ s.h + p.b) - p.gamma * s.h},
    ),
    "second order": Stranger(
        "h = tanh((A h') * (B x) + W h' + b)",
        lambda p, s, x: {"h": tanh((p.A @ s.h) * (p.B @ x) + p.W @ s.h + p.b)},
    ),
    "low rank and a diagonal": Stranger(
        "h = tanh(u * h' + P Q^T h' + U x)",
        lambda p, s, x: {"h": tanh(p.u * s.h + p.P @ p.Q.T @ s.h + p.U @ x)},
        {"P": ("d", "n"), "Q": ("d", "n")},
    ),
    "symmetric and positive": Stranger(
        "h = tanh(- B^T B h' + U x)",
        lambda p, s, x: {"h": tanh(-p.B.T @ p.B @ s.h + p.U @ x)},
        {"B": ("n", "d")},
    ),
    "momentum": Stranger(
        "v = mu v' + epsilon (U x - W^T W h'); h = tanh(h' + v)",
        lambda p, s, x: (lambda v: {"v": v, "h": tanh(s.h + v)})(
            p.mu * s.v + p.epsilon * (p.U @ x - p.W.T @ p.W @ s.h)
        ),
    ),
    "oscillator": Stranger(
        "z = z' + tau (tanh(W y' + V z' + U x) - gamma y' - epsilon z'); y = y' + tau z",
        lambda p, s, x: (lambda z: {"z": z, "y": s.y + p.tau * z})(
            s.z + p.tau * (tanh(p.W @ s.y + p.V @ s.z + p.U @ x) - p.gamma * s.y - p.epsilon * s.z)
        ),
    ),
    "joined": Stranger(
        "f = sigmoid(A [h'; x; c'] + b); c = f * c' + (1 - f) * tanh(B [x; h']); h = f * tanh(c)",
        lambda p, s, x: (
            lambda f: (lambda c: {"c": c, "h": f * tanh(c)})(
                f * s.c + (1 - f) * tanh(p.B @ np.concatenate([x, s.h]))
            )
        )(sg(p.A @ np.concatenate([s.h, x, s.c]) + p.b)),
    ),
    "highway": Stranger(
        "t_1 = sigmoid(T_1 h' + U_1 x); s_1 = t_1 * tanh(R_1 h' + U_1 x) + (1 - t_1) * h';"
        "t_2 = sigmoid(T_2 s_1); h = t_2 * tanh(R_2 s_1) + (1 - t_2) * s_1",
        lambda p, s, x: (
            lambda t, u: (
                lambda a: {"h": sg(p.T_2 @ a) * tanh(p.R_2 @ a) + (1 - sg(p.T_2 @ a)) * a}
            )(t * u + (1 - t) * s.h)
        )(sg(p.T_1 @ s.h + p.U_1 @ x), tanh(p.R_1 @ s.h + p.U_1 @ x)),
    ),
    "mean field": Stranger(
        "h = tanh(alpha h' + W (h' - mean(h')) + U x) * exp(- beta * h')",
        lambda p, s, x: {
            "h": tanh(p.alpha * s.h + p.W @ (s.h - np.mean(s.h)) + p.U @ x) * exp(-p.beta * s.h)
        },
    ),
    "scalar gate": Stranger(
        "h = tanh(W h' + U x) * sigmoid(u^T h' + v^T x)",
        lambda p, s, x: {"h": tanh(p.W @ s.h + p.U @ x) * sg(p.u @ s.h + p.v @ x)},
    ),
    "bilinear form": Stranger(
        "h = tanh(W h' + (h'^T A h') b + U x)",
        lambda p, s, x: {"h": tanh(p.W @ s.h + (s.h @ p.A @ s.h) * p.b + p.U @ x)},
    ),
    "two memories that read each other": Stranger(
        "a = softplus(A b' + U x); b = log(1 + exp(B a')) - a * b'",
        lambda p, s, x: (lambda a: {"a": a, "b": softplus(p.B @ s.a) - a * s.b})(
            softplus(p.A @ s.b + p.U @ x)
        ),
    ),
    "sine": Stranger(
        "h = sin(omega W h' + U x) + cos(b)^2 * h'",
        lambda p, s, x: {"h": np.sin(p.omega * (p.W @ s.h) + p.U @ x) + np.cos(p.b) ** 2 * s.h},
    ),
    "powers": Stranger(
        "h = tanh(W^3 h' + U x) - 1/10 * h'^3",
        lambda p, s, x: {"h": tanh(p.W @ p.W @ p.W @ s.h + p.U @ x) - s.h**3 / 10},
    ),
}


def made_of(stranger: Stranger) -> tuple[Cell, Weights]:
    made = cell(stranger.text, shapes=stranger.shapes)
    sizes = {symbol.name: SIZES.get(symbol.name, 4) for symbol in made.sizes}
    return made, random_weights(made, steps=STEPS, seed=5, **sizes)


def passed(stranger: Stranger, weights: Weights) -> dict[str, Array]:
    """The states at 0 … T by hand."""
    own = SimpleNamespace(**weights.parameters)
    states = [{n: np.asarray(s) for n, s in weights.states.items()}]
    given = weights.inputs.get("x", np.zeros((STEPS, 1)))
    for x in given:
        states.append(dict(stranger.step(own, SimpleNamespace(**states[-1]), x)))
    return {n: np.array([each[n] for each in states]) for n in weights.states}


def moved(weights: Weights, kind: str, name: str, place: int) -> Weights:
    """One number a step of i·TINY further."""
    parts = {k: dict(getattr(weights, k)) for k in KINDS}
    array = np.array(parts[kind][name], dtype=complex)
    array.reshape(-1)[place] += 1j * TINY
    parts[kind][name] = array if array.shape else array[()]
    return Weights(parts["parameters"], parts["states"], parts["inputs"])


def transitions(stranger: Stranger, weights: Weights) -> Array:
    """∂(all states)_T/∂(all states)_0."""
    columns = []
    for name, start in weights.states.items():
        for place in range(len(start)):
            ends = passed(stranger, moved(weights, "states", name, place))
            columns.append(np.concatenate([e[-1].imag / TINY for e in ends.values()]))
    return np.array(columns).T


@pytest.mark.parametrize("name", STRANGERS)
def test_pass_gradients_and_transitions(name: str) -> None:
    stranger = STRANGERS[name]
    made, weights = made_of(stranger)
    kernels, states = Kernels(made), passed(stranger, weights)
    run = kernels.run(weights)
    for label, expected in states.items():
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(run[label], expected, rtol=0, atol=AGREE)
    rng = np.random.default_rng(1)
    given = {n: rng.normal(size=s[1:].shape) for n, s in states.items()}
    found = kernels.backward(run, given)
    for kind in KINDS:
        for label, array in getattr(weights, kind).items():
            expected = np.zeros(np.shape(array))
            for place in range(expected.size):
                ends = passed(stranger, moved(weights, kind, label, place))
                expected.reshape(-1)[place] = sum(
                    np.sum(given[n] * ends[n][1:].imag) / TINY for n in ends
                )
            assert np.isfinite(expected).all()
            scale = max(1.0, float(np.abs(expected).max()))
            np.testing.assert_allclose(
                np.asarray(getattr(found, kind)[label]), expected, rtol=0, atol=AGREE * scale
            )
    np.testing.assert_allclose(
        kernels.jacobian(run, STEPS, 0), transitions(stranger, weights), rtol=0, atol=1e-11
    )


@pytest.mark.parametrize("name", STRANGERS)
def test_the_product_of_the_derived_steps(name: str) -> None:
    """As it is derived and lowered, symbol by symbol: not by way of the kernels."""
    stranger = STRANGERS[name]
    made, weights = made_of(stranger)
    run = Kernels(made).run(weights)
    columns = {p.name for p in made.parameters if p.shape[1] == 1}
    bound: dict[str, Any] = {
        n: a[:, None] if n in columns else a for n, a in weights.parameters.items()
    }
    for sequence in made.order:
        values = np.asarray(run[sequence.label])
        short = STEPS + 1 - len(values)
        bound[sequence.label] = np.concatenate(
            [np.full((short, *values.shape[1:]), np.nan), values]
        )[..., None]
    for label, values in weights.inputs.items():
        bound[label] = np.concatenate([np.full_like(values[:1], np.nan), values])[..., None]
    bound |= {symbol.name: SIZES.get(symbol.name, 4) for symbol in made.sizes}
    bound["dtype"] = np.float64
    product = lower(transition_product(made.recurrence, STEPS, 0))(bound)
    expected = transitions(stranger, weights)
    assert np.abs(expected).max() > 1e-6, "nothing is compared"
    np.testing.assert_allclose(product, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("two steps back", "W h'", "W q'"),
        ("layer norm by hand", "mean(e * e)", "mean(a * a)"),
        ("Cayley transform", "I - A + A^T", "I - A - A^T"),
        ("gate that attends", "A h' + B", "A h' - B"),
        ("over its length", "norm(a)", "norm(b)"),
    ],
)
def test_a_slip_in_the_text_is_seen(name: str, right: str, wrong: str) -> None:
    stranger = STRANGERS[name]
    assert right in stranger.text
    made, weights = made_of(replace(stranger, text=stranger.text.replace(right, wrong)))
    kernels = Kernels(made)
    found = kernels.jacobian(kernels.run(weights), STEPS, 0)
    expected = transitions(stranger, weights)
    assert np.abs(found - expected).max() > 1e-3 * np.abs(expected).max()
