"""Cells printed from their definitions: what Coq is shown of them, what it closes and refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sympy import Symbol

from symrnn import D, ordered_product
from symrnn.cells import Cell, cell, named
from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.errors import NotSupportedError
from symrnn.language.relations import Equation
from symrnn.lecture.machine import ask_prover, theorems, wrong_versions
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.evidence import Checked, machine_check
from symrnn.machine.printed_cell import definitions_file
from symrnn.machine.propositions import proposition
from symrnn.machine.prover import Prover
from symrnn.machine.stated import stated_parts
from symrnn.machine.transition import own, transition_of
from symrnn.theory.about import subject_of
from symrnn.theory.applicable import speaking
from symrnn.theory.library import load
from symrnn.theory.statement import Statement

LIBRARY = load()

TWO_PARTS = """
    f = sigmoid(w ⊙ c' + V [h'; x] + e)
    c = f ⊙ c' + alpha R tanh(h')
    h = tanh(P c) - 2 h'
"""


def about(made: Cell) -> Network:
    subject = subject_of(made)
    assert isinstance(subject, Network)
    return subject


def printed(made: Cell) -> list[str]:
    """What each definition says, without its quantifiers."""
    subject = about(made)
    transition = transition_of(subject)
    assert transition is not None
    text = " ".join(definitions_file(transition, subject).text.split())
    return [
        part.split(" := ")[1].strip().removesuffix(".") for part in text.split("Definition ")[1:]
    ]


def test_a_cell_is_printed_from_its_definitions() -> None:
    leaky = cell("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)")
    (said,) = printed(leaky)
    assert said == "(1 - alpha) *: s + alpha *: map_mx tanh_ (W *m s + U *m x j + b)"


def test_gates_are_called_by_their_names_and_parts_stand_one_below_the_other() -> None:
    made = named("lstm")
    said = printed(made)
    before = "@dsubmx R d.+1 d.+1 1 s"
    for gate, function, text in zip(
        "ifgo", ("logistic_", "logistic_", "tanh_", "logistic_"), said, strict=False
    ):
        assert text == f"map_mx {function} (W_{gate}_ *m {before} + U_{gate}_ *m x j + b_{gate}_)"
    transition = transition_of(about(made))
    assert transition is not None
    read = " ".join([*transition.arguments(), "j s"])
    value = {each: f"(cell_lstm_{each} {read})" for each in "ifgoch"}
    assert said[4:] == [
        f"hadamard {value['f']} (@usubmx R d.+1 d.+1 1 s) + hadamard {value['i']} {value['g']}",
        f"hadamard {value['o']} (map_mx tanh_ {value['c']})",
        f"col_mx {value['c']} {value['h']}",
    ]
    assert transition.state_type == "'cV[R]_(d + d.+1).+1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("h = relu(W h' + U x + b)\nc = tanh(V c' + h)", "relu is not differentiable everywhere"),
        ("h = softmax(W h' + U x + b)", "no Coq form for Softmax"),
    ],
)
def test_what_has_no_form_is_said(text: str, why: str) -> None:
    subject = about(cell(text))
    chosen, _ = speaking({"recurrence": LIBRARY["recurrence"]}, subject)
    found = stated_parts(chosen["recurrence"], subject).parts
    assert found and all(why in each.why_not for each in found), found


def test_the_functions_of_a_cell_are_any_that_have_slopes() -> None:
    subject = about(named("gru"))
    s, t, k = subject.s, subject.t, subject.k
    claim = Equation(
        D(s[t], s[k]), ordered_product(D(s[subject.j], s[subject.j - 1]), (subject.j, k + 1, t))
    )
    text = " ".join(proposition(claim, [k >= 0, k <= t], subject).split())
    assert "(logistic_ logistic_' tanh_ tanh_' : R -> R)" in text
    assert "slope logistic_ logistic_' -> slope tanh_ tanh_' -> (k <= t)%N ->" in text
    assert text.endswith(
        "jac (flow F k t) (s k) = oprod k.+1 t.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))"
    )


def asked(made: Cell, names: tuple[str, ...], prover: Prover) -> dict[str, Checked]:
    subject = about(made)
    chosen, _ = speaking({name: LIBRARY[name] for name in LIBRARY}, subject)
    return ask_prover({name: chosen[name] for name in names}, subject, prover)


def test_what_holds_of_any_cell_is_a_theorem_of_this_one(prover: Prover) -> None:
    names = ("product_of_jacobians", "bptt")
    for name, found in asked(named("lstm"), names, prover).items():
        assert {part.label: part.why_not for part in found.parts if not part.closed} == {}, name
        assert [(fault.label, fault.slip) for fault in found.faults if not fault.refused] == []
        assert found.faults and found.graded, name


def test_of_a_cell_from_text_a_false_claim_is_closed_by_nothing(prover: Prover) -> None:
    subject = about(cell(TWO_PARTS))
    s, t, k, j = subject.s, subject.t, subject.k, subject.j
    since = [k >= 0, k <= t]
    product = ordered_product(D(s[j], s[j - 1]), (j, k + 1, t))
    claims = {
        "the product": (
            D(s[t], s[k]),
            ordered_product(D(s[j], s[j - 1]), (j, k + 1, t), "right"),
            since,
        ),
        "index and bounds shifted": (
            product,
            ordered_product(D(s[j + 1], s[j]), (j, k, t - 1)),
            since,
        ),
    }
    found = false_statement("product_of_jacobians", claims, subject, prover)
    wrong, right = found.parts
    assert right.closed and not wrong.closed and not found.graded
    assert "no proof of it was found: refused" in wrong.why_not
    assert not found.refuted  # what is not proved is not shown wrong


def false_statement(name: str, claims: dict[str, Any], subject: Network, prover: Prover) -> Checked:
    parts = {
        label: SimpleNamespace(claim=Equation(left, right), given=tuple(given), cell=None)
        for label, (left, right, given) in claims.items()
    }
    made = Statement(name, name, "", (), lambda rnn: parts)
    made._built[subject] = tuple(
        SimpleNamespace(label=label, claim=each.claim, given=each.given, cell=None)  # type: ignore[misc]
        for label, each in parts.items()
    )
    asked = machine_check(
        [made], subject, theorems(), wrong_versions, prover, Cache(default_folder())
    )
    return asked[name]


GATES = Path(__file__).parents[2] / "proofs" / "gates"
AT_REST = ("lstm_can_vanish", "lstm_can_explode", "one_open_path_is_not_enough")
"""Statements of the lecture on gates about an LSTM that rests at 0."""


def test_what_an_lstm_at_rest_does_is_a_theorem(prover: Prover) -> None:
    library = load([GATES])
    chosen = {name: library[name] for name in AT_REST}
    for name, found in ask_prover(chosen, elman(), prover).items():
        assert {part.label: part.why_not for part in found.parts if not part.closed} == {}, name
        assert [(fault.label, fault.slip) for fault in found.faults if not fault.refused] == []
        assert found.graded and len(found.faults) > 7, name


def test_a_part_is_differentiated_by_with_the_others_held() -> None:
    made = named("lstm").without_inputs()
    c, h = made["c"], made["h"]
    t = Symbol("t", integer=True)
    whole = own(made)

    def says(claim: Any) -> str:
        return " ".join(proposition(Equation(claim, claim), [t >= 1], whole).split())

    held = says(D(h[t], c[t - 1], held=[h[t - 1]]))
    last = "(@dsubmx R d.+1 d.+1 1 (flow F (t - 1)%N t (col_mx v (h (t - 1)%N))))"
    assert held.endswith(f"jac (fun v => {last[1:-1]}) (c (t - 1)%N)")
    assert "let c := fun j => @usubmx R d.+1 d.+1 1 (s j) in" in held
    assert "flow F 0 t (col_mx v (h 0%N))" in says(D(c[t], c[0]))
    # Later h moves along with c, as the definitions say: that is another derivative.
    with pytest.raises(NotSupportedError, match="no Coq form for this derivative"):
        says(D(c[t], c[t - 1]))
