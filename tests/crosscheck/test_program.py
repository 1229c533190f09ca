"""Every cell that comes along: the taken-apart program against the lowered passes, and by step."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.cells import cell, named, names, stacked
from symrnn.crosscheck.evaluate import Numbers, compiled
from symrnn.crosscheck.independent import along_directions
from symrnn.crosscheck.losses import ENTROPY, LINEAR, REDUCTIONS, SQUARED, Loss
from symrnn.crosscheck.point import draw
from symrnn.crosscheck.program import Program, program_of
from symrnn.errors import NotSupportedError
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights

SIZES = {"d": 3, "m": 2, "n": 4, "k": 2}
OWN = {
    "readout": cell("h = tanh(W h' + U x + b); y = V h + c"),
    "concat": cell("f = sigmoid(W_f [h'; x] + b_f); h = f * h' + (1 - f) * tanh(W [h'; x])"),
    "scalars": cell("h = (1 - alpha) h' + alpha phi(W h' + U x)", activations={"phi": "softplus"}),
    "rows": cell("h = tanh(W^T h' + U^T x + b)"),
    "two layers": stacked(named("elman"), 2),
}


def output_of(of):
    now = of.index
    free = [s for s in of.order if not any(v.has(s[now]) for v in of.definitions.values())]
    return free[-1].label


@pytest.mark.parametrize("name", [*names(), *OWN])
def test_the_backward_pass_is_the_gradient(name: str) -> None:
    of = OWN.get(name) or named(name)
    program = Program(of)
    point = draw(of, Loss(SQUARED), output_of(of), sizes=SIZES, steps=4, batch=3, seed=2)
    found = program.expected(point)
    assert set(found) == {
        *(str(p.name) for p in of.parameters),
        *(s.name for s in of.scalars),
        *(f"{state.label}_0" for state in of.states),
    }
    for array, value in found.items():
        (error,) = along_directions(program, point, array, (value,))
        assert error < 1e-12, array


@pytest.mark.parametrize("name", ["gru", "lstm_1997", "antisymmetric"])
def test_the_lowered_passes_say_the_same(name: str) -> None:
    of = named(name)
    point = draw(of, Loss(LINEAR), "h", sizes=SIZES, steps=4, batch=3, seed=5)
    found = program_of(of).expected(point)
    parameters = {
        n: v if of.shapes[n][1] != 1 else v[:, 0] for n, v in point.parameters.items()
    } | {symbol.name: value for symbol, value in point.scalars.items()}
    weights = Weights(
        parameters,
        {label: value.T for label, value in point.initial.items()},
        {label: np.stack([x.T for x in each]) for label, each in point.inputs.items()},
    )
    passes = Kernels(of)
    lowered = passes.backward(passes.forward(weights), {"h": point.data.transpose(0, 2, 1)})
    for n in point.parameters:
        assert np.allclose(lowered.parameters[n].reshape(found[n].shape), found[n], atol=1e-12)
    for label in point.initial:
        assert np.allclose(lowered.states[label].T, found[f"{label}_0"], atol=1e-12)


@pytest.mark.parametrize("name", [LINEAR, SQUARED, ENTROPY])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("last", [False, True])
def test_the_gradient_of_a_loss_is_that_of_its_value(name: str, reduction: str, last: bool) -> None:
    loss = Loss(name, reduction, last)
    rng = np.random.default_rng(1)
    outputs = [rng.normal(size=(4, 3)) for _ in range(3)]
    data = loss.draw(rng, 3, 4, 3)
    u = [rng.normal(size=(4, 3)) for _ in range(3)]
    moved = [y + 1e-30j * v for y, v in zip(outputs, u, strict=True)]
    rate = np.imag(loss.value(moved, data)) / 1e-30
    found = loss.gradient(outputs, data)
    given = sum((g * v).sum() for g, v in zip(found, u, strict=True) if g is not None)
    assert np.isclose(rate, given, rtol=1e-12)


OF_WHOLE = {
    "mean(h')": lambda W, b, h: h.mean(),
    "norm(b)": lambda W, b, h: np.sqrt((b**2).sum()),
    "trace(W)": lambda W, b, h: np.trace(W),
    "det(W)": lambda W, b, h: np.linalg.det(W),
    "(1 + h'^T h')^-1": lambda W, b, h: 1 / (1 + (h**2).sum()),
    "logsumexp(h')": lambda W, b, h: np.log(np.exp(h).sum()),
}


@pytest.mark.parametrize("scalar", OF_WHOLE)
def test_a_scalar_of_a_whole_vector_is_one_for_each_sequence(scalar: str) -> None:
    made = cell(f"h = tanh({scalar} W h' + b)")
    rng = np.random.default_rng(3)
    W, b, h = rng.normal(size=(3, 3)), rng.normal(size=(3, 1)), rng.normal(size=(3, 4))
    state = made["h"][made.index]
    sizes = dict.fromkeys(state.shape[0].free_symbols, 3)
    numbers = Numbers(sizes, {}, {"W": W, "b": b}, {"h": [h, None]}, 1, 4)
    found = compiled(made.definitions[state])(numbers)
    each = [np.tanh(OF_WHOLE[scalar](W, b, v) * (W @ v) + b[:, 0]) for v in h.T]
    assert np.allclose(found, np.stack(each, axis=1), rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    "text",
    [
        "h = tanh(W softmax(V h') + U x)",
        "h = W^-1 tanh(x + V h')",
        "h = tanh(W h' + U x) - logsumexp(h') b",
    ],
)
def test_the_backward_pass_of_a_whole_vector_is_the_gradient(text: str) -> None:
    of = cell(text)
    program = Program(of)
    point = draw(of, Loss(SQUARED), "h", sizes=SIZES, steps=4, batch=3, seed=2)
    for array, value in program.expected(point).items():
        (error,) = along_directions(program, point, array, (value,))
        assert error < 1e-11, array


@pytest.mark.parametrize(
    "argument",
    ["det(W + h' h'^T) h'", "(mean(h') W + V) h'", "(mean(h') I + V) h'", "(W + h' h'^T) h'"],
)
def test_a_matrix_that_changes_is_refused_not_run(argument: str) -> None:
    """Side by side each sequence would have a matrix of its own."""
    made = cell(f"h = tanh({argument} + b)")
    with pytest.raises(NotSupportedError, match="a matrix that changes with time"):
        compiled(made.definitions[made["h"][made.index]])
