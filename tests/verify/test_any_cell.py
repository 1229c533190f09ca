"""Statements about cells that no module names: which apply, their proofs, their evidence."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from symrnn import D, rules
from symrnn.cells import cell, named
from symrnn.errors import NotSupportedError, SymrnnError
from symrnn.theory.about import About, Subject, known_as, subject_of
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.theory.statement import Statement, statement
from symrnn.verify.evidence import gather

OWN = "p = sigmoid(A q' + B x); c = p * c' + (1 - p) * tanh(E x); q = c + F q'"
OUTPUT_FED_BACK = "y = V tanh(W y' + U x + b) + c"
SLOPED = ["activation_jacobian", "preactivation_jacobian", "step_jacobian", "norm_of_step"]
GENERAL = ["product_of_jacobians", "bptt", "product_bound", "gradients_vanish", "truncation"]


@cache
def library() -> dict[str, Statement]:
    return load()


@cache
def about(what: str) -> Subject:
    return subject_of(cell(what) if "=" in what else named(what))


LETTERS = [
    ("r = tanh(A r' + B x + c)", "elman"),
    ("r = sigmoid(x_2)", None),
    ("z = W relu(z') + U x + b", "sigma_inside"),
    ("h = tanh(W h' + b)", None),
    ("h = tanh(W h' + U x + b + c)", None),
    ("h = tanh(W h' + W x + b)", None),
    ("h = tanh(W W h' + U x + b)", None),
    ("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)", None),
]


@pytest.mark.parametrize(("what", "known"), LETTERS)
def test_a_cell_is_the_lectures_by_its_definitions_not_by_its_letters(
    what: str, known: str | None
) -> None:
    try:
        found = known_as(cell(what))
    except SymrnnError:
        assert what == "r = sigmoid(x_2)"  # no state
        return
    assert (None if found is None else found[0].cell.name) == known


APPLIES = [
    ("lstm", False, "5 activations"),
    ("gru", False, "3 activations"),
    ("leaky", False, "read beside the activation"),
    (OWN, False, "read beside the activation"),
    ("h = tanh(h' + U x)", False, "no weights stand beside"),
    ("h = W h' + U x", False, "no activation"),
    ("h = tanh(alpha h' + U x)", False, "a scalar, and no matrix"),
    (OUTPUT_FED_BACK, True, ""),
    ("indrnn", True, ""),
    ("h = relu(W h')", True, ""),
    ("h = tanh((W - W^T) h' + x)", True, ""),
]


@pytest.mark.parametrize(("what", "sloped", "why"), APPLIES)
def test_what_applies_is_read_off_the_definitions(what: str, sloped: bool, why: str) -> None:
    subject = about(what)
    assert all(library()[name].applies(subject).holds for name in (*GENERAL, "clipping_by_norm"))
    for name in (*SLOPED, "step_bound"):
        found = library()[name].applies(subject)
        assert (found.holds, why in found.why) == (sloped, True)
    assert library()["gradients_could_explode"].applies(subject).holds is False
    with pytest.raises(NotSupportedError, match="an Elman cell"):
        library()["gradients_could_explode"].of(subject)


PROVED = [
    *(("lstm", name) for name in GENERAL),
    *((OWN, name) for name in ("bptt", "recurrence", "update_length")),
    *((OUTPUT_FED_BACK, name) for name in (*SLOPED, "step_bound")),
    *(("indrnn", name) for name in ("step_jacobian", "step_bound")),
]


@pytest.mark.parametrize(("what", "name"), PROVED)
def test_it_is_derived(what: str, name: str) -> None:
    chosen = library()[name].of(about(what))
    assert chosen.check(about(what), library()) > 0


CHECKED = [
    ("c = f * c' + tanh(h'); f = sigmoid(W h'); h = f * c", "product_of_jacobians"),
    (OUTPUT_FED_BACK, "step_bound"),
    ("indrnn", "step_jacobian"),
    # Every step has a diagonal Jacobian: in another order the product is the same.
    ("h = tanh(alpha h' + beta x)", "product_of_jacobians"),
]


@pytest.mark.parametrize(("what", "name"), CHECKED)
def test_every_grade_is_reached_and_every_slip_caught(what: str, name: str) -> None:
    found = gather(library()[name], about(what), library())
    assert found.failure is None
    assert found.grades == ("sampled", "explicit", "derived") and found.complete


def test_a_false_claim_about_a_cell_of_two_parts_gets_no_grade() -> None:
    @statement(uses=["product_of_jacobians"])
    def too_short(rnn: Any) -> Any:
        """Two steps are one"""
        s, j = rnn.s, rnn.j
        return derivation(D(s[j + 1], s[j - 1]), given=[j >= 1]).equals(
            D(s[j + 1], s[j]), rules.chain_rule(s[j])
        )

    found = gather(too_short, about("lstm"), library())
    assert not found.grades and found.failure is not None


def test_a_statement_that_asks_for_what_a_cell_does_not_have_says_so() -> None:
    with pytest.raises(NotSupportedError, match="lstm is asked for W"):
        _ = about("lstm").W
    assert library()["slopes_bounded"].widest is About.NO_CELL
