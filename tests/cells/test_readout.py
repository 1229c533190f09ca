"""Readouts, losses, softmax, quotients and powers: gradients against the complex step by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sympy import Symbol

from symrnn.cells import Cell, cell, named, stacked, with_loss, with_readout
from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.language.algebra import MatrixProduct, Ones, Transposed
from symrnn.language.structure import DiagonalOf
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.weights import KINDS, Weights, random_weights
from symrnn.recurrence.total import gradient

Array = Any
STEPS, H = 3, 1e-30
SIZES = {"d": 3, "m": 2, "n": 4}


def numbers(made: Cell, **options: Any) -> Weights:
    return random_weights(
        made, steps=STEPS, **{s.name: SIZES.get(s.name, 4) for s in made.sizes}, **options
    )


def elman_states(w: Weights) -> list[Array]:
    p, h = w.parameters, w.states["h"]
    states = [h]
    for x in w.inputs["x"]:
        states.append(np.tanh(p["W"] @ states[-1] + p["U"] @ x + p["b"]))
    return states


def softmax(z: Array) -> Array:
    weights = np.exp(z)
    return weights / weights.sum()


def outputs(w: Weights) -> Array:
    p = w.parameters
    return np.array([p["V"] @ h + p["b_y"] for h in elman_states(w)[1:]])


def squared(w: Weights) -> Any:
    return ((outputs(w) - w.inputs["target"]) ** 2).sum() / 2


def squared_states(w: Weights) -> Any:
    return ((np.array(elman_states(w)[1:]) - w.inputs["target"]) ** 2).sum() / 2


def squared_softmax(w: Weights) -> Any:
    y = np.array([softmax(z) for z in outputs(w)])
    return ((y - w.inputs["target"]) ** 2).sum() / 2


def cross_entropy(w: Weights) -> Any:
    return -sum(t @ np.log(softmax(z)) for t, z in zip(w.inputs["target"], outputs(w), strict=True))


def smooth(w: Weights) -> Any:
    """Σ ‖h_t - h_{t-1}‖² and a term that reads W itself."""
    h = elman_states(w)
    moved = sum(((now - before) ** 2).sum() for before, now in pairwise(h))
    return moved + STEPS * np.trace(w.parameters["W"])


def changes(known: Any, now: Any) -> Any:
    h = known["h"]
    gap = h[now] - h[now - 1]
    W = next(p for p in named("elman").parameters if p.name == "W")
    return Transposed(gap) * gap + with_trace(W)


def with_trace(W: Any) -> Any:
    return MatrixProduct(Ones(1, W.shape[0]), DiagonalOf(W))


MEASURED: dict[str, tuple[Cell, Callable[[Weights], Any]]] = {
    "squared": (named("elman", readout="linear", loss="squared"), squared),
    "of the state": (named("elman", loss="squared"), squared_states),
    "squared of softmax": (named("elman", readout="softmax", loss="squared"), squared_softmax),
    "cross-entropy": (named("elman", readout="softmax", loss="cross_entropy"), cross_entropy),
    "changes": (with_loss(named("elman"), changes), smooth),
}


def disagreement(passes: Kernels, loss: Callable[[Weights], Any], weights: Weights) -> float:
    run = passes.forward(weights)
    assert np.isclose(passes.loss(run), loss(weights), rtol=1e-12)
    found, worst = passes.backward(run), 0.0
    for kind in KINDS:
        for label, derived in getattr(found, kind).items():
            for place in np.ndindex(derived.shape):
                array = np.array(getattr(weights, kind)[label], complex)
                array[place] += H * 1j
                moved = replace(weights, **{kind: {**getattr(weights, kind), label: array}})
                exact = loss(moved).imag / H
                worst = max(worst, abs(derived[place] - exact) / (1 + abs(exact)))
    return worst


@pytest.mark.parametrize("name", MEASURED)
def test_the_gradients_of_a_loss(name: str) -> None:
    made, loss = MEASURED[name]
    assert disagreement(Kernels(made), loss, numbers(made)) < 1e-12


@pytest.mark.parametrize("name", MEASURED)
def test_a_wrong_loss_is_seen(name: str) -> None:
    made, loss = MEASURED[name]
    weights = numbers(made)
    planted = Kernels(made)
    sequence = made.states[0]
    derived = planted.derived
    losses = [each for each in derived.named if each.label in derived.losses]
    right = derived.adjoint_of(losses)
    wrong = replace(right, deltas={**right.deltas, sequence: 2 * right.deltas[sequence]})
    vars(derived)["adjoint"] = derived._adjoints[frozenset(losses)] = wrong
    assert disagreement(planted, loss, weights) > 1e-3


@pytest.mark.parametrize("name", ["squared", "squared of softmax", "cross-entropy", "changes"])
def test_the_sum_over_times_is_the_same_gradient(name: str) -> None:
    """∂L_t/∂θ as `total.gradient` derives it, for weights read by readout and loss as well."""
    made, _ = MEASURED[name]
    # Definition by definition every vector on the way is kept.
    passes, weights = Kernels(made, planned=False), numbers(made)
    run = passes.forward(weights)
    own = passes.derived.recurrence
    loss = own.outputs[0]
    now, last = Symbol("t", integer=True), np.zeros((STEPS, 1))
    last[-1] = 1
    found = passes.backward(run, {"L": last})
    bound: dict[str, Any] = {**columns(run), **run.weights.sizes, "dtype": np.float64, "t": STEPS}
    fit = run.weights
    bound |= {n: a if n in fit.matrices else a[..., None] for n, a in fit.parameters.items()}

    def immediate(of: Any, by: Any, held: Any = ()) -> Array:
        """∂⁺L/∂s, from the definitions."""
        states = {each[now] for each in own.states} | {each[now - 1] for each in own.states}
        label, time = by
        node = next(s for s in states if s.label == label and s.index.subs(now, STEPS) == time)
        others = tuple(s for s in states if s != node)
        return np.asarray(lower(own.immediate(loss[now], node, others))(bound))

    bound |= {"immediate": immediate, "dL_dh": _Rows(immediate)}
    for parameter in made.parameters:
        summed = gradient(own, loss[now], parameter, layout="denominator")
        got = np.asarray(lower(summed)(bound))
        expected = found.parameters[parameter.name]
        np.testing.assert_allclose(got.reshape(expected.shape), expected, rtol=0, atol=1e-12)


def columns(run: Any) -> dict[str, Array]:
    """Vectors as the arguments of a single kernel."""
    last = run.steps + 1
    pad = {name: np.full((last - len(a), *a.shape[1:]), np.nan) for name, a in run.rows.items()}
    return {name: np.concatenate([pad[name], a])[..., None] for name, a in run.rows.items()}


class _Rows:
    """∂⁺L_t/∂h_t at its time."""

    def __init__(self, immediate: Callable[..., Array]) -> None:
        self.immediate = immediate

    def __getitem__(self, time: int) -> Array:
        return self.immediate(("L", time), ("h", time))


READ = {
    "softmax": (
        "a = softmax(Q h'); h = a * tanh(W h' + U x)",
        lambda p, h, x: softmax(p["Q"] @ h) * np.tanh(p["W"] @ h + p["U"] @ x),
    ),
    "quotients": (
        "h = tanh(W h') / (2 + b^2) + x / (1 + alpha^2)",
        lambda p, h, x: np.tanh(p["W"] @ h) / (2 + p["b"] ** 2) + x / (1 + p["alpha"] ** 2),
    ),
    "functions of scalars": (
        "h = sigmoid(alpha) h' + (1 - sigmoid(alpha)) tanh(W h' + tanh(beta) x)",
        lambda p, h, x: 1 / (1 + np.exp(-p["alpha"])) * h
        + (1 - 1 / (1 + np.exp(-p["alpha"]))) * np.tanh(p["W"] @ h + np.tanh(p["beta"]) * x),
    ),
    "powers": (
        "h = tanh(W^2 h' + V^-1 x + h'^3 / 9)",
        lambda p, h, x: np.tanh(
            p["W"] @ (p["W"] @ h) + np.linalg.solve(p["V"], x) + h**3 / 9
        ),
    ),
    "used twice": (
        "a = tanh(W h'); h = W a + U x + W^T h' + W x",
        lambda p, h, x: p["W"] @ np.tanh(p["W"] @ h) + p["U"] @ x + p["W"].T @ h + p["W"] @ x,
    ),
    "a delay of two steps": (
        "p = h'; h = tanh(W h' + V p' + U x)",
        None,
    ),
}  # fmt: skip


def test_what_the_reader_learned_runs_and_derives() -> None:
    for text, step in READ.values():
        made = cell(text)
        assert cell(made.text).definitions == made.definitions
        passes, weights = Kernels(made), numbers(made)
        run = passes.forward(weights)

        def loss(w: Weights, step: Any = step) -> Any:
            p, h, total = w.parameters, w.states["h"], 0.0
            before = w.states.get("p")
            for x in w.inputs["x"]:
                if step is None:
                    after = np.tanh(p["W"] @ h + p["V"] @ before + p["U"] @ x)
                    before, h = h, after
                else:
                    h = step(p, h, x)
                total = total + (h**2).sum()
            return total

        found = passes.backward(run, {"h": 2 * run["h"][1:]})
        for kind in KINDS:
            for label, derived in getattr(found, kind).items():
                for place in np.ndindex(derived.shape):
                    array = np.array(getattr(weights, kind)[label], complex)
                    array[place] += H * 1j
                    moved = replace(weights, **{kind: {**getattr(weights, kind), label: array}})
                    exact = loss(moved).imag / H
                    assert abs(derived[place] - exact) < 1e-11 * (1 + abs(exact)), (text, label)


def test_losses_of_which_only_the_name_is_known_take_their_gradient() -> None:
    made = named("gru", readout="linear", loss="unknown")
    passes, weights = Kernels(made), numbers(made)
    run = passes.forward(weights)
    with pytest.raises(IllFormedError, match="no loss of its own"):
        passes.backward(run)
    with pytest.raises(IllFormedError, match="no loss of its own"):
        passes.loss(run)
    g = np.ones((STEPS, SIZES["n"]))
    plain = Kernels(named("gru", readout="linear"))
    expected = plain.backward(plain.forward(weights), {"y": g}).parameters["W_z"]
    np.testing.assert_array_equal(passes.backward(run, {"y": g}).parameters["W_z"], expected)


def test_names_that_are_taken_are_left_alone() -> None:
    made = with_readout(named("jordan"), of="h")
    assert {p.name for p in made.parameters} >= {"V", "V_y", "b_y", "c"}
    assert {each.label for each in made.order} == {"h", "y", "y_out"}
    other = cell("target = tanh(W target' + U x)", shapes={"target": "d"}, loss="squared")
    assert [each.label for each in other.inputs] == ["x", "target_out"]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: named("elman", readout="cubic"), IllFormedError, "readout 'cubic'"),
        (lambda: named("elman", loss="hinge"), IllFormedError, "loss 'hinge'"),
        (lambda: named("elman", loss="cross_entropy"), IllFormedError, "softmax"),
        (lambda: with_loss(named("elman"), "squared", of="q"), IllFormedError, "q is no vector"),
        (lambda: with_loss(named("elman"), lambda k, t: k["h"][t]), ShapeError, "a number"),
        (lambda: with_readout(named("elman", loss="squared")), IllFormedError, "has a loss"),
        (lambda: with_loss(named("elman", loss="squared"), "squared"), IllFormedError, "a loss"),
        (lambda: stacked(named("elman", loss="squared"), 2), IllFormedError, "has a loss"),
        (lambda: named("elman", loss="squared").without_inputs(), NotSupportedError, "loss"),
        (
            lambda: with_readout(cell("a = tanh(W a' + U x); b = a'")),
            IllFormedError,
            "not clear",
        ),
    ],
)
def test_bad_readouts_and_losses(make: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        make()
