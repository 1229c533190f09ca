"""Cells printed from their definitions: what Coq is shown of them, what it closes and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asserted import asserted
from sympy import Max, Piecewise, Symbol, atan, floor, sqrt, tan

from symrnn import D, ordered_product
from symrnn.cells import Cell, cell, named
from symrnn.cells.elman import elman, sigma_inside
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import activation
from symrnn.language.algebra import Zeros
from symrnn.language.relations import Equation, Inequality
from symrnn.lecture.machine import ask_prover, theorems, wrong_versions
from symrnn.machine.audit import listed
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.evidence import Checked, machine_check
from symrnn.machine.jobs import job_of
from symrnn.machine.own import own
from symrnn.machine.printed import printed_of
from symrnn.machine.printed_cell import definitions_file, lemma_name
from symrnn.machine.propositions import proposition
from symrnn.machine.prover import Prover
from symrnn.machine.sources import CLAIMS
from symrnn.machine.stated import planted, stated_parts
from symrnn.machine.transition import transition_of
from symrnn.theory.about import subject_of
from symrnn.theory.applicable import speaking
from symrnn.theory.derivation import Derivation
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
    text, _, _ = " ".join(definitions_file(transition, subject).text.split()).partition(
        " #[global]"
    )
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


Z = Symbol("z", real=True)
KINKED = "is not known to be differentiable everywhere"


@pytest.mark.parametrize(
    ("text", "functions", "why"),
    [
        ("h = relu(W h' + U x + b)\nc = tanh(V c' + h)", {}, f"relu {KINKED}"),
        ("h = f(W h' + U x)\nc = tanh(V c' + h)", {"f": activation(Max(Z, 0), "f")}, f"f {KINKED}"),
        ("h = f(W h' + U x)\nc = tanh(V c' + h)", {"f": activation(sqrt(Z), "f")}, f"f {KINKED}"),
        ("h = tanh(W h' + x)\nc = tanh(V c' + h)", {"tanh": "relu"}, KINKED),
        ("h = tanh(trace(W) h' + U x + b)", {}, "no Coq form for DiagonalOf"),
    ],
)
def test_what_has_no_form_is_said(text: str, functions: dict[str, Any], why: str) -> None:
    subject = about(cell(text, activations=functions))
    chosen, _ = speaking({"recurrence": LIBRARY["recurrence"]}, subject)
    found = stated_parts(chosen["recurrence"], subject).parts
    assert found and all(why in each.why_not for each in found), found


@pytest.mark.parametrize(
    "formula", [Max(Z, 0), 1 / Z, floor(Z), tan(Z), Piecewise((Z, Z > 0), (0, True))]
)
def test_what_has_no_slope_everywhere_is_no_function_of_a_cell(formula: Any) -> None:
    made = cell("c = f(V c')\nh = tanh(W c)", activations={"f": activation(formula, "f")})
    for refuse in (own, lambda made: transition_of(about(made))):
        with pytest.raises(NotSupportedError, match=f"f {KINKED}"):
            refuse(made)


def test_what_a_function_is_called_is_nothing_it_is() -> None:
    text = "h = relu(W h' + U x + b)\nc = tanh(V c' + h)"
    smooth = activation(atan(Z), "relu")
    transition = transition_of(about(cell(text, activations={"relu": smooth})))
    assert transition is not None and transition.functions == ("relu", "tanh")


@pytest.mark.parametrize("build", [elman, sigma_inside])
def test_a_function_that_is_called_tanh_is_not_printed_as_tanh(build: Any) -> None:
    statement, called_so = LIBRARY["recurrence"], build(activation(atan(Z), "tanh"))
    with pytest.raises(IllFormedError, match="what is called tanh in `recurrence` is not seen"):
        stated_parts(statement, called_so)
    assert not any(each.why_not for each in stated_parts(statement, build("tanh")).parts)

    def said(rnn: Any) -> str:
        return proposition(Equation(rnn.s[rnn.t], rnn.s[rnn.t]), [rnn.t >= 1], rnn)

    # What comes to be printed without having been a statement is no tanh there either.
    assert "tanh" in said(build("tanh"))
    with pytest.raises(NotSupportedError, match="no Coq form"):
        said(called_so)


def test_two_cells_of_one_name_are_two_files() -> None:
    """Though each statement sees but its own."""
    texts = ["c = tanh(V c')\nh = W c", "c = V c'\nh = tanh(W c)", "c = tanh(V c')\nh = W c"]
    files = []
    for number, text in enumerate(texts):
        part = resting(f"rests_{number}", cell(text))
        job = job_of(part, elman(), theorems(), wrong_versions)
        files.append({file.key: file for file in job.files() if file.library == CLAIMS})
        (brought,) = job.parts.cells.values()
        assert brought.key in files[-1] and not job.parts.parts[0].why_not
    first, second, third = files
    assert {key for key in first if key in second and first[key] != second[key]} == set()
    assert len(first.keys() | second.keys()) == 4
    assert len(first.keys() & third.keys()) == 1  # the same cell


def test_a_network_that_a_part_brings_has_its_own_definitions() -> None:
    bare = sigma_inside(inputs=False)
    job = job_of(resting("rests", bare), elman(), theorems(), wrong_versions)
    (brought,) = job.parts.cells.values()
    (stated,) = job.parts.parts
    assert f"Definition {own(bare).transition.name(bare.s)} " in brought.text
    assert f"let F := {own(bare).transition.name(bare.s)} R d sigma_ W b in" in stated.proposition


def resting(name: str, made: Any) -> Statement:
    """That the last state of a part's own cell rests at 0."""
    state, t = made.recurrence.states[-1], Symbol("t", integer=True)
    claim = Equation(state[t], Zeros(state.rows, 1))
    return stated_of(name, {"at rest": asserted(claim, [t >= 1], made)})


def test_by_a_parameter_of_which_no_lemma_is_written_there_is_no_proof() -> None:
    subject = about(named("lstm"))
    W, _, b = subject.shown_parameters
    others = [each for each in subject.recurrence.parameters if each.shape in (W.shape, b.shape)]
    L, t = subject.L, subject.t
    parts = {
        f"the loss by `{each.name}`": asserted(Equation(D(L[t], each), D(L[t], each)), [t >= 1])
        for each in others
    }
    stated = stated_parts(stated_of("bptt", parts), subject)
    assert not any(each.why_not for each in stated.parts)
    found = printed_of("bptt", subject, stated, theorems())
    assert found is not None and len(parts) > 4
    assert set(found.instances) == {f"the loss by `{each.name}`" for each in (W, b)}
    for each in found.instances.values():
        assert f"Lemma {lemma_name(found.cell, each.parameter)} " in found.differentiable.text


def test_wrong_versions_are_written_in_the_letters_of_the_right_one() -> None:
    subject = about(cell("h = tanh(gamma W h' + U y)"))
    gamma, s, t = subject.gamma, subject.s, subject.t
    part = asserted(Inequality(gamma, gamma + 1), [Equation(s[t], Zeros(subject.d, 1)), gamma <= 2])
    (stated,) = stated_parts(stated_of("letters", {"one": part}), subject).parts
    assert gamma.name == "Gamma" and "Gamma_ <= Gamma_ + 1" in stated.proposition
    wrong = [each.obligation.proposition for each in planted(stated, wrong_versions, "right")]
    assert len(wrong) > 1
    assert all("Gamma_" in each and "gamma_" not in each for each in wrong), wrong


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("a = tanh(V a')\nb = W b' + a", "s"),
        ("a = tanh(V a' + s')\ns = W s'", "s_1"),
        ("s = tanh(V s')\ns_1 = W s_1' + s\ns_2 = P s_2'", "s_3"),
    ],
)
def test_the_whole_of_a_state_takes_a_free_name(text: str, label: str) -> None:
    assert own(cell(text)).s.label == label


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
        label: asserted(Equation(left, right), given)
        for label, (left, right, given) in claims.items()
    }
    made = stated_of(name, parts)
    asked = machine_check(
        [made], subject, theorems(), wrong_versions, prover, Cache(default_folder())
    )
    return asked[name]


def stated_of(name: str, parts: dict[str, Derivation]) -> Statement:
    return Statement(name, name, "", (), lambda rnn: parts)


GATES = Path(__file__).parents[2] / "proofs" / "gates"
PROVED = (
    *("lstm_can_vanish", "lstm_can_explode", "one_open_path_is_not_enough"),
    *("carousel_is_not_total", "gru_path", "indrnn_closed_form", "leaky_and_residual"),
    *("gated_step", "carousel", "carousel_is_total", "truncated_1997_is_biased"),
    *("peephole_can_explode", "antisymmetric_euler", "stacked_state", "gated_bptt"),
    *("lstm_step_bound",),
)
"""Statements of the lecture on gates that are theorems, for every size."""

GOLDEN = Path(__file__).parents[2] / "proofs" / "coq" / "assumptions.txt"
ASSUMED = set(listed(GOLDEN.read_text(encoding="utf-8"))["any_complete_field"])


def test_what_gated_cells_do_is_a_theorem(prover: Prover) -> None:
    library = load([GATES])
    chosen = {name: library[name] for name in PROVED}
    for name, found in ask_prover(chosen, elman(), prover).items():
        assert {part.label: part.why_not for part in found.parts if not part.closed} == {}, name
        assert [(fault.label, fault.slip) for fault in found.faults if not fault.refused] == []
        assert found.graded and found.faults, name
        assert set(found.axioms) <= ASSUMED, name


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


def test_gates_of_a_step_are_held_and_nothing_moves_along() -> None:
    made = named("gru").without_inputs()
    h, z, n, t = made["h"], made["z"], made["n"], Symbol("t", integer=True)
    whole = own(made)

    def says(*held: Any) -> str:
        claim = D(h[t], h[t - 1], held=held)
        return " ".join(proposition(Equation(claim, claim), [t >= 1], whole).split())

    path = "fun v => hadamard (z t) v + hadamard (const_mx 1 - z t) (n t)"
    assert says(z[t], n[t]).endswith(f"jac ({path}) (s (t - 1)%N)")
    # With z alone held, the candidate moves with the state, by all that it reads.
    through = says(z[t])
    assert "map_mx tanh_" not in through and "(W_n_ *m v + c_n_)" in through
    two = named("lstm").without_inputs()
    c, f = two["c"], two["f"]
    refused = [
        # i and g read h, which moves along with c.
        (D(c[t], c[t - 1], held=[f[t]]), [t >= 1], two),
        # At time 0 the state is given: it is not what its definition says.
        (D(h[t], h[t - 1], held=[z[t], n[t]]), [t >= 0], made),
        (D(h[0], h[-1], held=[z[0], n[0]]), [], made),
    ]
    for claim, given, about in refused:
        with pytest.raises(NotSupportedError, match="no Coq form for this derivative"):
            proposition(Equation(claim, claim), given, own(about))


def test_a_derivative_within_a_step_goes_by_what_is_computed_on_the_way() -> None:
    made = named("lstm").without_inputs()
    c, h, o, i, t = (*(made[name] for name in "choi"), Symbol("t", integer=True))
    whole = own(made)

    def says(claim: Any, since: int = 1) -> str:
        return " ".join(proposition(Equation(claim, claim), [t >= since], whole).split())

    shown = says(D(h[t], c[t]))
    assert shown.endswith("jac (fun v => hadamard (o t) (map_mx (@tanh R) v)) (c t)")
    assert " let o := fun j => " in shown  # though the claim does not name it
    assert says(D(h[t], c[t], held=[o[t]])) == shown
    assert says(D(c[t], i[t])).endswith(
        "jac (fun v => hadamard (f_ t) (c (t - 1)%N) + hadamard v (g t)) (i t)"
    )
    # At time 0 the state is given: it is not what its definition says.
    with pytest.raises(NotSupportedError, match="no Coq form for this derivative"):
        says(D(h[t], c[t]), since=0)


def test_what_reads_the_state_of_its_own_time_is_not_taken_for_what_reads_the_one_before() -> None:
    """∂y_t/∂h_k where it is not known whether t is k: at t = k, y moves with h itself."""
    made = cell("c = tanh(V c')\nh = W c + h'\ny = P h", name="readout")
    t, k = (Symbol(name, integer=True) for name in "tk")
    claim = D(made["y"][t], made["h"][k], held=[made["c"][k]])
    with pytest.raises(NotSupportedError, match="whether two times are one"):
        proposition(Equation(claim, claim), [k >= 0, k <= t], own(made))
    later = proposition(Equation(claim, claim), [k >= 0, k <= t - 1], own(made))
    assert "flow F k (t - 1)%N" in later


def test_functions_of_columns_are_any_that_are_differentiable_in_all_arguments() -> None:
    proved = load([GATES])["gated_bptt"]
    part = next(each for each in proved.parts(elman()) if each.label == "to the cell")
    text = " ".join(proposition(part.claim, part.given, own(part.cell)).split())
    assert "(L_map : 'cV[R]_d.+1 -> 'cV[R]_d.+1 -> 'cV[R]_1)" in text
    known = "(forall z, differentiable (fun z : 'cV[R]_d.+1 * 'cV[R]_d.+1 => L_map z.1 z.2) z) ->"
    assert known in text
    assert "jac (fun v => L_map (hadamard (o t) (map_mx (@tanh R) v)) v) (c t) = jac" in text
