"""Lectures about any cell: its letters, those of the notation, which statements speak of it.

No evidence is gathered here; the command line's tests make a lecture of a cell.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from sympy import MatrixSymbol, Symbol

from symrnn.cells import Cell, cell, named, read_cell, stacked
from symrnn.cells.elman import elman
from symrnn.cells.lettering import LETTERS
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError, ParseError
from symrnn.language.notation import (
    D2L,
    GOODFELLOW,
    KNOWN,
    LECTURE,
    QUANTITIES,
    Notation,
    require_letter,
)
from symrnn.language.relations import Equation
from symrnn.language.time import Sequence
from symrnn.language.writing import NotationPrinter, latex
from symrnn.lecture.explorer_units import explorer as units
from symrnn.lecture.lettering import as_spoken, as_typed, in_parts, lettered_subject
from symrnn.lecture.notation_file import notation_beside
from symrnn.lecture.project import ANY, FIRST, lecture_of
from symrnn.lecture.statements import Writer
from symrnn.theory.about import known_as
from symrnn.theory.applicable import speaking
from symrnn.theory.library import everything, load
from symrnn.typeset.unicode_maths import with_maths

CELLS = {
    "gru": named("gru"),
    "lstm": named("lstm"),
    "two layers": stacked(named("peephole"), 2),
    "scalars alone": cell("h = tanh(alpha h' + beta x)"),
    "a column": cell("h = tanh(u * h' + x)"),
    "an activation of its own": cell("h = mine(W h' + V h')", activations={"mine": None}),
    "times and bounds": cell("t = tanh(W t' + E x)\nk = sigmoid(C k' + M t + g)"),
    "j and i": cell("j = tanh(W j')\ni = j * i'"),
    "elman": cell("h = tanh(W_hh h' + U x + b)"),
    "elman in letters of the lecture": cell("t = tanh(C t' + E x + g)"),
    "inside": cell("u = W tanh(u') + V x + k"),
}
LIBRARY = load()


def writer_of(of: Cell) -> tuple[Network, Writer]:
    rnn, notation = lettered_subject(of, LECTURE)
    return rnn, Writer(notation, dict.fromkeys(LIBRARY, 1), in_parts(rnn))


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("notation", [LECTURE, GOODFELLOW, D2L], ids=lambda each: each.name)
def test_no_two_quantities_of_a_lecture_have_one_letter(name: str, notation: object) -> None:
    _, found = lettered_subject(CELLS[name], notation)  # type: ignore[arg-type]
    letters = {name: f"{letter}" for name, letter in (*found.arrays.items(),)}
    letters |= {f"number {name}": letter for name, letter in found.numbers.items()}
    if known_as(CELLS[name]):
        letters = {quantity: found.plain(quantity) for quantity in QUANTITIES}
    else:
        letters |= {q: found.plain(q) for q in ("t", "k", "tau", "h", "T", "kappa", "eta")}
    for (one, first), (other, second) in combinations(letters.items(), 2):
        assert first != second or one.removeprefix("number ") == other, (one, other, first)


@pytest.mark.parametrize("name", CELLS)
def test_every_statement_about_a_cell_is_built_and_written_for_it(name: str) -> None:
    rnn, writer = writer_of(CELLS[name])
    about, asides = speaking(LIBRARY, rnn)
    assert set(about) | set(asides) == set(LIBRARY) and not set(about) & set(asides)
    assert {"recurrence", "product_of_jacobians", "bptt", "clipping_by_norm"} <= set(about)
    for each in about.values():
        for part in each.parts(rnn):
            assert writer.latex(part.claim)
            assert "`" not in writer.prose(part.label), part.label
        writer.prose(each.prose)
    assert all(each.why for each in asides.values())


@pytest.mark.parametrize("name", ["clipping_by_norm", "other_clippings"])
def test_a_gradient_has_the_letter_of_no_state(name: str) -> None:
    claims = [part.claim for part in load()[name].parts(elman())]
    vectors = {each.name for claim in claims for each in claim.atoms(MatrixSymbol)}
    assert len(vectors) > 1
    for notation in KNOWN.values():
        printer = NotationPrinter(notation)
        states = {notation.plain(of) for of in "sax"}
        assert not states & set(map(printer.unstyled, vectors)), notation.name


def test_the_letters_are_those_of_the_cell() -> None:
    rnn, writer = writer_of(CELLS["elman"])
    (claim,) = [part.claim for part in LIBRARY["step_jacobian"].parts(rnn)][:1]
    assert writer.latex(claim.lhs) == r"\frac{\partial h_{j}}{\partial h_{j - 1}}"
    assert "W_{hh}" in writer.latex(claim.rhs)
    gru, in_gru = writer_of(CELLS["gru"])
    assert in_gru.prose("∂s_t/∂s_k and g with κ") == (
        r"$\partial h_{t}/\partial h_{k}$ and $g$ with $\kappa$"
    )
    assert in_gru.prose("by `W_z`, not by `this`") == "by $W_{z}$, not by `this`"
    assert gru.letters["h"] == "u"  # r is a gate
    lstm, in_lstm = writer_of(CELLS["lstm"])
    assert in_lstm.prose("the gradient g") == "the gradient $y$"  # g is a gate
    assert lstm.letters["g_1"] == "y_1"  # g_1 would be the gate at time 1
    h = lstm.recurrence.definition(lstm.cell["h"][1])
    assert "[" not in in_lstm.latex(h) and latex(h)


def test_a_letter_with_scripts_takes_others() -> None:
    of = cell("h = tanh(W h')", letters={"h": "h^{(1)}", "W": r"\Omega_{\text{rec}}"})
    rnn, notation = lettered_subject(of, LECTURE)
    said = Writer(notation, {}, in_parts(rnn)).prose("(s_jᵀ W)ᵀ, W_{il} s_{t-1}")
    assert said == (
        r"$({h^{(1)}_{j}}^{\mathsf{T}} \, \Omega_{\text{rec}})^{\mathsf{T}}$, "
        r"${\Omega_{\text{rec}}}_{i l} \, h^{(1)}_{t - 1}$"
    )
    h = of["h"][1]
    assert latex(of.slope(h), notation).endswith(r"h_{0}^{(1)}\right)")
    by_value = of.jacobian(h, of["h"][0])
    assert "}^{2}" not in latex(by_value, notation).replace(r"\right)^{2}", "")


def test_a_vector_is_no_time_of_its_letter() -> None:
    h = named("gru")["h"]
    assert latex(h[1], GOODFELLOW) == r"\boldsymbol{h}_{1}"


def test_a_stacked_state_is_shown_in_its_parts() -> None:
    lstm, writer = writer_of(CELLS["lstm"])
    text = writer.latex(lstm.recurrence.definition(lstm.cell["c"][1]))
    assert text == r"f_{1} \odot c_{0} + i_{1} \odot g_{1}"


def test_a_letter_for_two_is_refused() -> None:
    with pytest.raises(IllFormedError, match="have one letter"):
        lettered_subject(cell("h = tanh(W h' + V x)", letters={"V": "W"}), LECTURE)
    with pytest.raises(IllFormedError, match="identity"):
        lettered_subject(cell("h = tanh(W h' + V x)", letters={"V": "I"}), LECTURE)
    eta = lettered_subject(cell("h = tanh(h') * z\nz = tanh(z')", letters={"z": r"\eta"}), LECTURE)
    assert eta[1].plain("eta") == r"\rho"


@pytest.mark.parametrize(
    "letter",
    ["W_{h,h}", "W^{(hh)}", r"\Omega_{\text{rec}}", r"\mathbf{W}", r"W_{hh}^{(1)}", r"\alpha"],
)
def test_letters_that_people_use_are_accepted(letter: str) -> None:
    require_letter("W", letter)
    found = lettered_subject(cell("h = tanh(W h')", letters={"W": letter}), LECTURE)[1]
    assert found.arrays["W"] == letter


@pytest.mark.parametrize(
    "letter",
    ["", "W_", "W^^", "W_a_b", "WW", "$W$", r"\evil", r"W\input{x}", r"W_{\input{x}}", "W}{", 3],
)
def test_what_is_no_letter_is_refused(letter: object) -> None:
    with pytest.raises(IllFormedError, match="no letter for W"):
        cell("h = tanh(W h')", letters={"W": letter})  # type: ignore[dict-item]


def test_a_notation_letters_names_of_the_cell(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "based_on = 'goodfellow'\n[letters]\nW_hh = '\\Omega'\nalpha = '\\beta'\nk = 'l'\n"
    )
    of = cell("h = alpha tanh(W_hh h')")
    notation, own = notation_beside(str(file), of)
    assert own == {"W_hh": r"\Omega", "alpha": r"\beta"} and notation.plain("k") == "l"
    found = lettered_subject(of, notation, own)[1]
    assert latex(of.recurrence.definition(of["h"][1]), found) == (
        r"\beta \, \tanh\left(\boldsymbol{\Omega} \, \boldsymbol{h}_{0}\right)"
    )
    file.write_text("[letters]\nW_hh = '\\evil'\n")
    with pytest.raises(ParseError, match="line 2"):
        notation_beside(str(file), of)


def test_which_lecture_is_made_of_a_cell() -> None:
    assert lecture_of(CELLS["elman"]).name == lecture_of(CELLS["inside"]).name == FIRST
    assert lecture_of(CELLS["gru"]).name == ANY


def test_a_network_without_matrices_has_no_gradient_by_one() -> None:
    rnn = writer_of(CELLS["scalars alone"])[0]
    assert rnn.driven is None
    with pytest.raises(NotSupportedError, match="no matrix and no column"):
        _ = rnn.shown_parameter


def test_what_the_lecture_speaks_of_gets_another_name_where_a_cell_has_it() -> None:
    rnn = writer_of(CELLS["times and bounds"])[0]
    names = [rnn.letter(name).name for name in LETTERS]
    assert len(set(names)) == len(names)
    assert not set(names) & {"t", "k", "W", "E", "C", "M", "g", "x"}


@pytest.mark.parametrize("notation", [GOODFELLOW, D2L, LECTURE])
def test_a_vector_h_is_no_time_h_in_prose(notation: Notation) -> None:
    now = Symbol("j", integer=True)
    state, time = Sequence("h", Symbol("d"))[now], Symbol("h", integer=True)
    claim = Equation(state, state)
    said = Writer(as_spoken(notation, [claim]), {}).prose("What h_j keeps")
    assert said == "What $h_{j}$ keeps"
    assert as_spoken(notation, [claim, Equation(state, time * state)]) == notation


@pytest.mark.parametrize("name", ["gru", "lstm"])
@pytest.mark.parametrize("notation", [GOODFELLOW, D2L, LECTURE])
def test_a_vector_of_a_cell_is_no_letter_that_gives_way_to_it(
    name: str, notation: Notation
) -> None:
    lettering = lettered_subject(CELLS[name], notation)[1]
    state, time = CELLS[name]["h"], Symbol(lettering.plain("h"), integer=True)
    assert time.name != "h"
    j = Symbol("j", integer=True)
    claim = Equation(state[j], state[j])
    spoken = as_spoken(lettering, [claim])
    assert Writer(spoken, {}).prose("What h_j keeps") == "What $h_{j}$ keeps"
    # Of the time is spoken where claims have it, by its own letter or the one it has here.
    for each in (time, Symbol("h", integer=True)):
        assert as_spoken(lettering, [claim, Equation(state[each], state[each])]) == lettering


@pytest.mark.parametrize(
    ("written", "typed", "shown"),
    [
        ("gru", "∂h_t/∂h_k, n_t, h", r"$\partial h_{t}/\partial h_{k}$, $n_{t}$, $h$"),
        ("h = tanh(W h' + U x + b)", "h_t, s_t, d and k", "$h_{t}$, $h_{t}$, $d$ and $k$"),
        ("h = (1-lambda) h' + lambda tanh(V h' + U x)", "λ h_t", r"$\lambda \, h_{t}$"),
    ],
)
def test_names_of_a_cell_stand_for_themselves_in_what_a_lecturer_types(
    written: str, typed: str, shown: str
) -> None:
    plain = lettered_subject(read_cell(written), LECTURE)[1]
    bold = lettered_subject(read_cell(written), GOODFELLOW)[1]
    assert with_maths(typed, as_typed(plain)) == shown
    assert with_maths(typed, plain) != shown
    in_bold = re.sub(r"\b([hn])(?=[_$])", r"\\boldsymbol{\1}", shown)
    assert with_maths(typed, as_typed(bold)) == in_bold


def test_the_explorer_of_units_names_their_vectors_as_formulas_do() -> None:
    lettering = lettered_subject(CELLS["gru"], LECTURE)[1]
    made = units(everything(), None, lettering)
    assert made is not None
    said = {unit.key: unit.says["total"] for unit in made.units}
    for key, vector in (("lstm", "c"), ("gru", "h")):
        assert latex(CELLS[key][vector][Symbol("t", integer=True)], lettering) in said[key]
