"""The table of letters: what each quantity of a cell is, by its definitions."""

from __future__ import annotations

from typing import Any

import pytest

from symrnn.cells import Cell, cell, named, stacked
from symrnn.language.notation import LECTURE, PASCANU
from symrnn.lecture.lettering import lettered_subject
from symrnn.lecture.letters_table import quantities, role
from symrnn.lecture.statements import Writer
from symrnn.theory.about import subject_of

RECURRENT, INPUT, OTHER, BIAS, COLUMN = (
    "recurrent weights",
    "input weights",
    "weights",
    "bias",
    "parameter",
)


@pytest.mark.parametrize(
    ("of", "roles"),
    [
        (named("elman"), {"W": RECURRENT, "U": INPUT, "b": BIAS}),
        (named("sigma_inside"), {"W": RECURRENT, "U": INPUT, "b": BIAS}),
        (named("gru_reset_before"), {"W_n": RECURRENT, "W_z": RECURRENT, "U_n": INPUT}),
        (named("peephole"), {"p_o": COLUMN, "p_i": COLUMN, "b_o": BIAS, "W_o": RECURRENT}),
        (named("indrnn"), {"u": COLUMN, "U": INPUT}),
        (stacked(named("elman"), 2), {"U_1": INPUT, "U_2": OTHER, "W_2": RECURRENT}),
        (named("jordan"), {"V": OTHER, "W": RECURRENT, "c": BIAS}),
        # One matrix for state and input; a product of two; a bias twice; one that is read as well.
        (cell("h = tanh(W h' + W x + 2 b)"), {"W": OTHER, "b": BIAS}),
        (cell("h = tanh(A B x + C h' + c * h' + c)"), {"A": INPUT, "B": INPUT, "c": COLUMN}),
        (cell("h = tanh(W [h'; x])"), {"W": OTHER}),
    ],
    ids=lambda each: each.name if isinstance(each, Cell) else "",
)
def test_what_a_parameter_is_stands_in_the_definitions(of: Any, roles: dict[str, str]) -> None:
    found = {str(each): role(of.recurrence, each) for each in of.parameters}
    assert {name: found[name] for name in roles} == roles


def rows(of: Cell, notation: Any = LECTURE) -> dict[str, tuple[str, str]]:
    """Meaning and shape by letter; every letter stands once."""
    rnn, lettered = lettered_subject(of, LECTURE)
    if notation is not LECTURE:
        rnn, lettered = subject_of(of), notation
    found = quantities(rnn, Writer(lettered, {}, rnn.in_parts), {"gamma", "t", "tau"})
    table = {letter: (what, shape) for letter, what, shape in found}
    assert len(table) == len(found)
    return table


def test_the_letters_are_the_cells() -> None:
    gru, ours = rows(named("gru")), rows(named("elman"))
    assert gru["$W_{z}$"] == (RECURRENT, r"$d \times d$")
    assert gru["$z_{j}$"] == ("computed in a step", "$d$")
    assert ours["$h_{j}$"] == ("state", "$d$") and ours["$a_{j}$"] == ("pre-activation", "$d$")
    assert ours[r"$\gamma$"][1] == "number" and "$k$" not in ours
    inside = rows(named("sigma_inside"), PASCANU)
    assert inside["$r_{j}$"][0] == "what comes out of the activation"
    assert inside[r"$W_{\mathrm{in}}$"] == (INPUT, r"$d \times m$")
    lstm = rows(named("lstm"))
    assert any("stacked" in what for what, _ in lstm.values())
    without = rows(cell("v = tanh(A v' + e)"))
    assert without["$A$"][0] == RECURRENT and without["$e$"] == (BIAS, "$d$")
    assert not any("input" in what for what, _ in without.values())
