"""Names that say what an array does, the cell's own loss, and gradients named where returned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import check_gradients
from symrnn.cells import cell, named
from symrnn.cells.readout import measure_of
from symrnn.crosscheck.returned import names_returned
from symrnn.crosscheck.roles import named_by_role, spellings
from symrnn.errors import IllFormedError

READ_OUT = named("elman", readout="softmax", loss="cross_entropy")


@pytest.mark.parametrize(
    ("made", "meant"),
    [
        (READ_OUT, {"Wxh": "U", "W_hx": "U", "Whh": "W", "Why": "V", "bh": "b", "by": "b_y",
                    "Wx": "U", "Wih": "U", "bias_h": "b"}),
        (named("lstm"), {"Wxi": "U_i", "W_hi": "W_i", "Wxo": "U_o", "U_hf": "W_f", "bg": "b_g"}),
        (named("gru"), {"W_xz": "U_z", "Uhz": "W_z", "Wxn": "U_n"}),
        # y is fed back: W_yh and W_hy are two.
        (cell("h = tanh(A y' + B x); y = tanh(C h)"),
         {"Wyh": "A", "Why": "C", "Wxh": "B", "Why_": "C"}),
    ],
    ids=["read out", "lstm", "gru", "jordan"],
)  # fmt: skip
def test_what_names_mean(made: Any, meant: dict[str, str]) -> None:
    known = spellings(made)
    assert {name: known.get(name.replace("_", "").lower()) for name in meant} == meant


def test_a_name_that_may_mean_two_means_none() -> None:
    known = spellings(cell("f = sigmoid(A h'); h = f * tanh(B h')"))
    assert "wh" not in known and known["whf"] == "A" and known["whh"] == "B"
    assert "whh" not in spellings(cell("h = tanh(A h') + B h'"))
    # The same matrix in two places does two things.
    assert "wxf" not in spellings(cell("f = sigmoid(A x); h = f * (A x) + h'"))


def test_names_are_taken_where_they_say_it_of_every_parameter() -> None:
    def other(Wxh: Any, Whh: Any, bh: Any, x: Any, h0: Any) -> None: ...
    def own(U: Any, W: Any, b: Any, x: Any, h0: Any) -> None: ...
    def one_unclear(Wxh: Any, Q: Any, bh: Any, x: Any, h0: Any) -> None: ...

    elman = named("elman")
    assert named_by_role(elman, other) == {"Wxh": "U", "Whh": "W", "bh": "b"}
    assert named_by_role(elman, own) is None
    assert named_by_role(elman, one_unclear) is None
    assert named_by_role(elman, print) is None


@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "unknown", None])
def test_the_loss_that_a_cell_has_is_read_off(loss: str | None) -> None:
    readout = "softmax" if loss == "cross_entropy" else "linear"
    made = named("leaky", readout=readout, loss=loss)
    found = measure_of(made)
    if loss in (None, "unknown"):
        assert found is None
        return
    assert found is not None
    plain, kind, of = found
    assert (kind, of.label) == (loss, "y")
    assert plain.definitions == named("leaky", readout=readout).definitions
    assert plain.inputs == named("leaky").inputs


def test_the_names_in_a_return_statement() -> None:
    def plain() -> Any:
        def inner() -> Any:
            return 1, 2

        dW, states = inner(), [0]
        return dW, states[0]

    def two(a: bool) -> Any:
        x = y = 0
        if a:
            return x, y
        return y, x

    assert names_returned(plain) == ("dW", "")
    assert names_returned(two) == ()
    assert names_returned(lambda: (1, 2)) == ()
    assert names_returned(len) == ()


def sequence_loss(
    Wxh: Any, Whh: Any, Why: Any, bh: Any, by: Any, inputs: Any, targets: Any, hprev: Any, back: int
) -> Any:
    """As one file for a whole course has it; `back` is how far the state in dWhh lies back."""
    hs, ps, loss = {-1: hprev}, {}, 0.0
    for t, x in enumerate(inputs):
        hs[t] = np.tanh(Wxh @ x + Whh @ hs[t - 1] + bh)
        e = np.exp(Why @ hs[t] + by)
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][targets[t]])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby, dhnext = np.zeros_like(bh), np.zeros_like(by), np.zeros_like(hprev)
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dhraw = (1 - hs[t] ** 2) * (Why.T @ dy + dhnext)
        dbh += dhraw
        dWxh += np.outer(dhraw, inputs[t])
        dWhh += np.outer(dhraw, hs[t - back])
        dhnext = Whh.T @ dhraw
    # Not in the order of the arguments.
    return loss, dWhh, dWxh, dbh, dby, dWhy, hs[len(inputs) - 1]


def right(Wxh, Whh, Why, bh, by, inputs, targets, hprev):  # type: ignore[no-untyped-def]
    found = sequence_loss(Wxh, Whh, Why, bh, by, inputs, targets, hprev, 1)
    loss, dWhh, dWxh, dbh, dby, dWhy, last = found
    return loss, dWhh, dWxh, dbh, dby, dWhy, last


def wrong(Wxh, Whh, Why, bh, by, inputs, targets, hprev):  # type: ignore[no-untyped-def]
    found = sequence_loss(Wxh, Whh, Why, bh, by, inputs, targets, hprev, 0)
    loss, dWhh, dWxh, dbh, dby, dWhy, last = found
    return loss, dWhh, dWxh, dbh, dby, dWhy, last


def test_code_of_that_style_is_compared_as_it_is() -> None:
    assert check_gradients(READ_OUT, right, batch=None)
    report = check_gradients(READ_OUT, wrong, batch=None)
    assert not report
    assert "in ∂L/∂W: h stands for h[t-1]" in str(report)
    with pytest.raises(IllFormedError, match="not clear what Wxh"):
        check_gradients(READ_OUT, right, batch=None, names={})
