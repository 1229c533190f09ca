"""Formulas about any cell against differences: what is derived agrees, a slip is found."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Symbol

from symrnn import (
    D,
    Diag,
    Parameter,
    Vec,
    cell,
    compare,
    latex,
    named,
    random_weights,
    text,
)
from symrnn.cells import Cell
from symrnn.cells.readout import with_loss
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError, ShapeError
from symrnn.language.shapes import is_column

t, k = Symbol("t", integer=True), Symbol("k", integer=True)

TEXTS = {
    "gates of gates": """
        r = sigmoid(W_r h' + U_r x)
        z = sigmoid(W_z (r * h'))
        h = r * z * h' + (1 - r) * tanh(W_n (z * h') + U_n (x * x))
    """,
    "two states, one late": """
        u = tanh(A u' + B v' + U x + b)
        v = (1 - alpha) v' + alpha sigmoid(C u + E (u' * v'))
    """,
    "a gate at two times": """
        p = sigmoid(W_p h' + U_p x)
        c = p' * c' + p * tanh(W_c h' + b_c)
        h = p * tanh(c + c')
    """,
    "scalars, a weight twice, no input": "h = beta^2 h' + tanh(W tanh(W h' + b)) / (1 + beta^2)",
    "a trace and a transpose": "h = tr(W) tanh(W h') / 4 + (A - A.T) inv(I + A - A.T) h' + b",
    "softmax and a kink": """
        e = softmax(A h' + b_e)
        h = relu(W (e * h') + U x) + M h'
    """,
}


def _numbers(of: Cell, seed: int = 0, steps: int = 6) -> Any:
    sizes: Any = {size.name: 4 - place for place, size in enumerate(of.sizes)}
    return random_weights(of, steps=steps, seed=seed, **sizes)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_what_is_derived_of_any_cell_agrees(text: str) -> None:
    mine = cell(text)
    net, last = _numbers(mine), mine.states[-1]
    for by in (*mine.states, *mine.inputs, *mine.intermediates[:1]):
        for node, at in ((D(last[t], by[k]), {"t": 5, "k": 2}), (D(last[t], by[t]), {"t": 4})):
            formula = mine.jacobian(node.of, node.by)
            if by != last or node.by.index == k:
                assert compare(mine, node, formula, net, **at).error < 1e-12
    for parameter in mine.parameters:
        by_it = parameter if is_column(parameter) else Vec(parameter)
        formula = mine.jacobian(last[t], by_it)
        assert compare(mine, D(last[t], by_it), formula, net, t=4).error < 1e-12
    for scalar in mine.scalars:
        formula = mine.jacobian(last[t], scalar)
        asked = D(last[t], Parameter(scalar.name, 1, 1))
        assert compare(mine, asked, formula, net, t=4).error < 1e-12
        with pytest.raises(DisagreementError, match="it is halved"):
            compare(mine, asked, 2 * formula, net, t=4)


def test_a_loss_of_its_own_by_every_parameter() -> None:
    mine = cell(
        "h = (1 - alpha) h' + alpha tanh(W h' + U x + b)", readout="softmax", loss="cross_entropy"
    )
    net, (loss,) = _numbers(mine), mine.recurrence.outputs
    for parameter in (*mine.parameters, *mine.scalars):
        formula = mine.gradient(loss[t], parameter)
        assert compare(mine, D(loss[t], parameter), formula, net, t=5).error < 1e-12
    h = mine["h"]
    along = compare(mine, D(h[t], h[k]), mine.jacobian(h[t], h[k]), net, t=5, k=1, directions=3)
    assert along.probability > 0 and along.error < 1e-12


def test_a_loss_with_a_kink_before_it_that_reads_two_times() -> None:
    mine = cell("s = relu(W s' + b); r = tanh(V r' + s + s')")
    mine = with_loss(mine, lambda known, j: (known["r"][j] - known["r"][j - 1]).T * known["r"][j])
    net, (loss,) = _numbers(mine), mine.recurrence.outputs
    for parameter in mine.parameters:
        formula = mine.gradient(loss[t], parameter)
        assert compare(mine, D(loss[t], parameter), formula, net, t=5).error < 1e-12
    with pytest.raises(DisagreementError):
        compare(mine, D(loss[t], mine["W"]), 2 * mine.gradient(loss[t], mine["W"]), net, t=5)


def test_what_is_earlier_by_what_is_later_is_0_and_no_formula_for_the_other_order() -> None:
    gru = named("gru")
    h, numbers = gru["h"], _numbers(gru)
    formula = gru.jacobian(h[t], h[k])
    with pytest.raises(DisagreementError, match="∂h_t/∂h_k is 0 here, since nothing earlier"):
        compare(gru, D(h[t], h[k]), formula, numbers, t=1, k=3)
    assert compare(gru, D(h[t], h[k]), 0 * formula, numbers, t=1, k=3).error == 0
    assert compare(gru, D(h[t], h[k]), formula, numbers, t=3, k=1).error < 1e-12


def test_a_time_that_is_called_as_a_vector_is_refused() -> None:
    mine = cell("k = tanh(W k')")
    state = mine["k"]
    formula = mine.jacobian(state[t], state[k])
    with pytest.raises(IllFormedError, match="k is a time and a quantity of the cell"):
        compare(mine, D(state[t], state[k]), formula, _numbers(mine), t=4, k=1)


def test_a_scalar_is_the_parameter_of_its_name_and_a_time_is_none() -> None:
    (alpha,), (state,) = LEAKY.scalars, LEAKY.states
    assert D(state[t], alpha) == D(state[t], Parameter("alpha", 1, 1))
    with pytest.raises(IllFormedError, match="nothing is differentiated by t"):
        D(state[t], t)


LSTM = named("lstm")
LEAKY = named("leaky")
c, f, h = (LSTM[name] for name in "cfh")
OF_C, OF_H = D(c[t], c[t - 1]), D(h[t], h[t - 1])
BY_H = LSTM.jacobian(h[t], h[t - 1])

TWO = cell("f = sigmoid(W_f h'); i = sigmoid(W_i h'); h = f * h' + i * x")
OF_TWO = D(TWO["h"][t], TWO["h"][t - 1])
BY_TWO = TWO.jacobian(OF_TWO.of, OF_TWO.by)

SLIPS = {
    "the carousel alone": (LSTM, OF_C, Diag(f[t]), "the missing term"),
    "a gate's weights": (LSTM, OF_H, BY_H.subs(LSTM["W_f"], LSTM["W_f"].T), "W_f is transposed"),
    "another gate": (
        TWO,
        OF_TWO,
        BY_TWO.subs(TWO["i"][t], TWO["f"][t]),
        "i_t takes the place of f_t",
    ),
}


@pytest.mark.parametrize(("of", "node", "wrong", "words"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_about_gates_is_named_and_mended_in_their_names(
    of: Cell, node: Any, wrong: Any, words: str
) -> None:
    with pytest.raises(DisagreementError, match=words) as caught:
        compare(of, node, wrong, _numbers(of), t=5)
    assert "diag(f_t*(1 - f_t)) W_f" in str(caught.value.detail["mended"])


def test_names_with_braces_and_words_of_python() -> None:
    mine = cell("h_{1} = tanh(W_{hh} h_{1}' + lambda b_{h})")
    net, h_1, (scalar,) = _numbers(mine), mine.states[0], mine.scalars
    by_scalar = mine.jacobian(h_1[t], scalar)
    for node, formula in (
        (D(h_1[t], h_1[k]), mine.jacobian(h_1[t], h_1[k])),
        (D(h_1[t], Vec(mine["W_{hh}"])), mine.jacobian(h_1[t], Vec(mine["W_{hh}"]))),
        (D(h_1[t], Parameter("lambda_", 1, 1)), by_scalar),
    ):
        at = {"t": 5, "k": 2} if node.has(k) else {"t": 5}
        assert compare(mine, node, formula, net, **at).error < 1e-12
    asked = D(h_1[t], Parameter("lambda_", 1, 1))
    assert latex(asked).endswith(r"{\partial \lambda}") and text(asked).endswith("∂lambda")


def test_what_does_not_fit_the_cell_is_named() -> None:
    net = _numbers(LSTM)
    with pytest.raises(IllFormedError, match="parameters of lstm"):
        compare(LSTM, OF_H, BY_H, _numbers(named("gru")), t=5)
    with pytest.raises(IllFormedError, match="one sequence"):
        compare(LSTM, OF_H, BY_H, random_weights(LSTM, d=2, m=2, steps=8, batch=(2,)), t=5)
    with pytest.raises(NotSupportedError, match="complex"):
        compare(LSTM, OF_H, BY_H, random_weights(LSTM, d=2, m=2, steps=8, dtype=complex), t=5)
    with pytest.raises(IllFormedError, match="derivatives of a cell"):
        compare("lstm", OF_H, BY_H, net, t=5)  # type: ignore[arg-type]
    open_ = cell("h = phi(W h' + b)", activations={"phi": None})
    with pytest.raises(IllFormedError, match="unknown φ"):
        compare(open_, D(open_["h"][t], open_["b"]), open_["b"], net, t=5)
    with pytest.raises(ShapeError, match="another shape"):
        compare(LSTM, OF_H, LSTM["b_f"], net, t=5)
