"""A cell as statements speak of it: what is there is read off the definitions, not off a name."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from symrnn.cells import cell, named, names, with_loss
from symrnn.cells.elman import elman, in_these_letters, sigma_inside
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import Determinant, LogSumExp, Softmax
from symrnn.language.derivatives import VectorFunction
from symrnn.theory.about import EXAMPLES, About, applies, known_as, subject_of


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("h = tanh(V h' + C x + c)", "elman", "V C c x"),
        ("z = V h' + C x + c; h = relu(z)", "elman", "V C c x"),
        ("h = V tanh(h') + C x + c", "sigma_inside", "V C c x"),
        ("q = tanh(h'); h = V q + c", "sigma_inside", "V None c None"),
        ("h = tanh(V h' + c)", "elman", "V None c None"),
    ],
)
def test_roles_are_read_off(text: str, kind: str, parts: str) -> None:
    rnn = network(cell(text))
    found = (rnn.W, rnn.U, rnn.b, rnn.x and rnn.x.label)
    assert " ".join(map(str, found)) == parts
    assert applies(About.ELMAN, rnn).holds == ("None" not in parts)
    assert rnn.parameters == tuple(each for each in (rnn.W, rnn.U, rnn.b) if each is not None)
    other = in_these_letters(rnn.with_activation("logistic"))
    assert (other.cell.name, other.sigma.name) == (kind, "logistic")
    assert (other.x is None) == (rnn.x is None)


@pytest.mark.parametrize("text", ["h = A sigma(B h' + C x + c) + e", "z = V h' + c; h = sigma(z)"])
@pytest.mark.parametrize("sigma", ["relu", "identity", None])
def test_another_activation_stands_in_the_same_place(text: str, sigma: str | None) -> None:
    rnn = network(cell(text, activations={"sigma": "tanh"})).with_activation(sigma)
    written = cell(text, activations={"sigma": sigma})
    h = written["h"][rnn.j]
    assert rnn.recurrence.expanded(h) == written.recurrence.expanded(h)
    assert rnn.cell.recurrence.definitions == written.recurrence.definitions


@pytest.mark.parametrize(
    "text",
    [
        "h = tanh(V h' + C x)",  # no bias
        "h = tanh(V h' + V x + c)",  # one matrix for both
        "h = tanh(V h' + C x + c + e)",  # two biases
        "h = tanh(V h' + 2 C x + c)",  # a number in it
        "h = tanh(V h' + C x_1 + E x_2 + c)",  # two inputs
        "h = B tanh(V h' + C x + c)",  # two matrices
        "h = tanh(V h' + C x + c) + x",  # the input once more
    ],
)
def test_what_has_more_in_it_or_less_has_no_roles(text: str) -> None:
    rnn = network(cell(text))
    assert rnn.driven is None and rnn.one_activation
    for name in "WUbx":
        with pytest.raises(NotSupportedError, match=f"is asked for {name}"):
            getattr(rnn, name)


def test_what_is_smooth_in_all_of_a_vector_is_any_such_function() -> None:
    rnn = network(cell("a = softmax(softmax(h')); c = softmax(V a); h = det(W) a + logsumexp(B c)"))
    functions = {f for v in rnn.recurrence.definitions.values() for f in v.atoms(VectorFunction)}
    labels = sorted(f.label for f in functions if f.label != "ell")
    # One of each size: V a is of another.
    assert labels == ["det", "logsumexp", "softmax", "softmax", "softmax_1"]
    assert all(f.rows == f.arguments[0].rows for f in functions if "softmax" in f.label)
    assert not any(
        v.has(Softmax, LogSumExp, Determinant) for v in rnn.recurrence.definitions.values()
    )


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("h = tanh(V softmax(W h') + b) * logsumexp(h')", True),
        ("h = det(W) h' + trace(V) * mean(h')", True),
        ("h = abs(h') / (2 + sin(b))", True),
        ("h = inv(I + W) h'", None),
        ("h = h' / norm(h')", None),
        ("h = h' / (1 + h'^T h')", None),
    ],
)
def test_where_the_kernel_has_no_word_for_a_cell_it_is_not_known(
    text: str, holds: bool | None
) -> None:
    found = applies(About.ANY_CELL, subject_of(cell(text)))
    assert found.holds is holds and bool(found.why) == (holds is None)
    assert applies(About.NO_CELL, subject_of(cell(text))).holds


@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "unknown", None])
@pytest.mark.parametrize("name", ["elman", "lstm"])
def test_statements_are_about_the_step_below_a_readout_and_any_loss_of_its_state(
    name: str, loss: str | None
) -> None:
    bare, read = named(name), named(name, readout="softmax", loss=loss)
    below, alone = network(read), network(bare)
    assert below.recurrence.definitions == alone.recurrence.definitions
    assert below.recurrence.inputs == alone.recurrence.inputs
    assert below.shown_parameters == alone.shown_parameters
    assert (known_as(read) is None) == (known_as(bare) is None)


@pytest.mark.parametrize(
    ("text", "seen", "loss"),
    [
        ("h = tanh(W h' + x); y = W^T h", "W", lambda of, t: of["y"][t].T * of["y"][t]),
        ("f = sigmoid(V h'); h = f * h'", "f_j", lambda of, t: of["f"][t].T * of["h"][t]),
        ("h = tanh(W h')", "h_{j - 1}", lambda of, t: of["h"][t].T * of["h"][t - 1]),
    ],
)
def test_a_loss_that_sees_more_of_the_step_than_the_state_is_refused(
    text: str, seen: str, loss: Any
) -> None:
    with pytest.raises(IllFormedError, match="none of its state alone") as caught:
        network(with_loss(cell(text), loss))
    assert caught.value.detail["got"] == f"one that sees {seen}"
    network(with_loss(cell(text), lambda of, t: of["h"][t].T * of["h"][t]))


@pytest.mark.parametrize("name", names())
def test_every_cell_is_one_kind_of_object_with_the_lecturers_own(name: str) -> None:
    rnn = network(named(name))
    assert type(rnn) is type(elman()) is Network
    assert (known_as(named(name)) is not None) == (name in EXAMPLES)
    if not rnn.one_activation:
        with pytest.raises(NotSupportedError, match="not one activation"):
            rnn.slopes(rnn.t)
        with pytest.raises(NotSupportedError, match="not one activation"):
            rnn.with_activation("tanh")


@pytest.mark.parametrize("build", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_built_is_what_is_read(build: Any) -> None:
    rnn = build()
    again = network(rnn.cell)
    assert again.recurrence.definitions == rnn.recurrence.definitions
    assert (again.argument, again.activated, again.links) == (
        rnn.argument,
        rnn.activated,
        rnn.links,
    )


def test_an_activation_that_does_nothing_is_an_activation() -> None:
    for rnn in (elman("identity"), sigma_inside("identity"), elman("identity", hidden=1)):
        assert rnn.driven and rnn.slopes(rnn.t).shape == rnn.s[rnn.t].shape


def test_a_network_travels() -> None:
    rnn = sigma_inside("tanh")
    assert (rnn.k, rnn.W) == (sigma_inside().k, sigma_inside().W)  # read off before it goes
    for other in (pickle.loads(pickle.dumps(rnn)), copy.deepcopy(rnn)):
        assert other.recurrence.definitions == rnn.recurrence.definitions
        assert (other.links, other.gamma) == (rnn.links, rnn.gamma)
