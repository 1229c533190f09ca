"""Snippets compile in a document that loads amsmath and nothing else, under both engines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sympy import Symbol, symbols

from symrnn import D, Equation, Vec, cell, elman, named
from symrnn.cells import Cell
from symrnn.cells.readout import with_loss
from symrnn.language.derivatives import VectorFunction
from symrnn.language.writing import latex
from symrnn.recurrence.asked import derived
from symrnn.typeset.abbreviations import Name, abbreviated
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.snippet import fragment, standalone, width


def formulas() -> list[Any]:
    found = []
    for name, layout in itertools.product((None, "gelu"), ("numerator", "denominator")):
        rnn = elman(name)
        s, L, t, k = rnn.s, rnn.L, rnn.t, rnn.k
        for of, by in ((s[t], s[k]), (s[t], Vec(rnn.W)), (L[t], s[k]), (L[t], rnn.b)):
            found.append(Equation(D(of, by, layout), rnn.jacobian(of, by, layout)))
    rnn = elman()
    return [*found, Equation(D(rnn.L[rnn.t], rnn.W), rnn.gradient(rnn.L[rnn.t], rnn.W))]


def document(*bodies: str) -> str:
    text = "\n\n".join(bodies)
    return (
        "\\documentclass{article}\n\\usepackage{amsmath}\n"
        f"\\begin{{document}}\n{text}\n\\end{{document}}\n"
    )


@pytest.mark.parametrize("copyable", [False, True], ids=["letters", "macros"])
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_fragments_compile_with_amsmath_alone(tex_engine: Any, engine: str, copyable: bool) -> None:
    bodies = [fragment(each, copyable=copyable, about="a formula") for each in formulas()]
    made = compile_pdf(document(*bodies), engine=tex_engine(engine))
    assert made.pages >= 1
    # A term that is wider than a line stays on one.
    assert {each.source for each in made.warnings} <= {"box"}


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_a_file_by_itself_compiles_to_one_page_that_fits(tex_engine: Any, engine: str) -> None:
    widest = max(formulas(), key=lambda each: len(latex(each)))
    made = compile_pdf(standalone(widest, copyable=True, about="∂L"), engine=tex_engine(engine))
    # The class speaks of the shell escape that TeX is refused here.
    assert [each for each in made.warnings if each.source != "shellesc"] == []
    assert made.pages == 1


def gradients(name: str) -> Iterator[Equation]:
    """∂(Σ L)/∂W of the first weights of a cell, and its Jacobian over many steps."""
    read = named(name)
    cell = with_loss(read, lambda _, now: VectorFunction("ell", 1, read.states[0][now]))
    (L,), weights = cell.recurrence.outputs, cell.parameters[0]
    t, k = Symbol("t", integer=True), Symbol("k", integer=True)
    h = cell.states[0]
    for above, below, until in ((L[t], weights, Symbol("T", integer=True)), (h[t], h[k], None)):
        found = derived(cell.named, above, below, "numerator", until)
        yield Equation(found.asked, cell.by_gates(found.value))


@pytest.mark.parametrize("room", [34.0, 24.0])
def test_names_for_parts_fit_the_lines_and_stand_for_the_formula(
    tex_engine: Any, room: float
) -> None:
    wide = [each for name in ("lstm", "gru") for each in gradients(name)]
    for each in wide:
        first, *rest = abbreviated([each], room, width, {"L", "W"})
        assert rest, each
        meaning: dict[Any, Any] = {}
        for name in reversed(rest):
            meaning[name.lhs] = name.rhs
        back = first.rhs
        while any(back.has(name) for name in meaning):
            back = back.xreplace(meaning)
        assert back == each.rhs
        assert not {str(name.args[0]) for name in meaning} & {"L", "W"}
    text = document(*(fragment(each, room=room) for each in wide)).replace(
        r"\begin{document}", rf"\usepackage[textwidth={room}em]{{geometry}}\begin{{document}}"
    )
    assert compile_pdf(text, engine=tex_engine("pdflatex")).warnings == ()


NESTED = cell("h = tanh(W tanh(A h' + B x + C tanh(E h' + F x)) + U x + tanh(V h' + V_2 x))")
GATED = cell("h = tanh(W (A h' + B x)) * (P (Q h' + R x))")
t, k, j = (Symbol(name, integer=True) for name in "tkj")


def asked(of: Cell, above: Any, below: Any) -> tuple[Equation, ...]:
    """What is derived, and what stands below it."""
    found = derived(of.named, above, below, "numerator")
    steps = (Equation(now, value) for now, value in of.recurrence.definitions.items())
    return (Equation(found.asked, of.by_gates(found.value)), *steps)


ABBREVIATED = {
    "nested": (asked(NESTED, NESTED["h"][t], NESTED["h"][k]), 17.0),
    "gated": (asked(GATED, GATED["h"][j], GATED["h"][j - 1]), 11.0),
}


@pytest.mark.parametrize(("formulas", "room"), ABBREVIATED.values(), ids=ABBREVIATED)
def test_a_name_has_every_time_that_its_meaning_leaves_free(
    formulas: tuple[Equation, ...], room: float
) -> None:
    named = [each for each in abbreviated(formulas, room, width) if isinstance(each.lhs, Name)]
    assert any(each.rhs.has(Name) for each in named)
    for each in named:
        assert set(each.lhs.args[3:]) == each.rhs.free_symbols & {t, k, j}, each


@pytest.mark.parametrize(("formulas", "room"), ABBREVIATED.values(), ids=ABBREVIATED)
def test_a_letter_means_one_thing_in_a_display(formulas: tuple[Equation, ...], room: float) -> None:
    written = fragment(formulas[0], where=formulas[1:], room=room)
    names = re.findall(r"(?m)^ *\{?([A-Z])(?:_\{[^}]*\}\})? &=", written)
    assert len(names) > 2 and len(set(names)) == len(names)
    theirs = re.findall(r"(?<![A-Za-z\\])[A-Z](?![A-Za-z])", " ".join(map(latex, formulas)))
    assert not set(names) & set(theirs)


def test_a_fragment_that_needs_more_than_amsmath_does_not_compile(tex_engine: Any) -> None:
    wrong = fragment(formulas()[0]).replace(r"\frac", r"\curvearrowright\frac")
    with pytest.raises(Exception, match="stopped at an error"):
        compile_pdf(document(wrong), engine=tex_engine("pdflatex"))


def test_letters_alone_define_nothing() -> None:
    assert not any("command" in fragment(each) or "\\def" in fragment(each) for each in formulas())
    assert fragment(formulas()[0]).isascii()


def test_macros_stand_for_the_letters() -> None:
    for each in formulas():
        written = fragment(each, copyable=True)
        assert "\\providecommand{\\rnns}{s}" in written
        macros = dict(re.findall(r"\\providecommand\{(\\rnn\w+)\}\{([^}]*)\}", written))
        body = written[written.index("\\[") :]
        assert set(re.findall(r"\\rnn[A-Za-z]+", body)) == set(macros)
        # Put back, the letters give the formula as it is printed without macros.
        for macro in sorted(macros, key=len, reverse=True):
            body = body.replace(macro, macros[macro])
        assert body.split() == fragment(each).split()


def test_no_line_of_source_is_longer_than_an_editor_shows() -> None:
    for each in formulas():
        for copyable in (False, True):
            lines = fragment(each, copyable=copyable).splitlines()
            assert all(len(line) <= 100 or line.startswith(r"\providecommand") for line in lines)


def test_a_comment_stays_on_its_line() -> None:
    first, second, *_ = fragment(formulas()[0], about="ds[t]\n\\end{document}").split("\n")
    assert first.startswith("% ds[t] \\end{document}")
    assert second == "\\["


@pytest.mark.parametrize("room", [300.0, 60.0])
def test_the_times_of_a_formula_stand_right_after_it(room: float) -> None:
    k, t = symbols("k t", integer=True)
    lstm = named("lstm")
    found = lstm.derived(lstm["c"][t], lstm["c"][k])
    written = " ".join(fragment(found.formula, times=found.times, room=room).split())
    head, said, rest = written.partition(r"\text{for } 1 \leq k \leq t")
    assert said and "A_{j}} &=" not in head and ("A_{j}} &=" in rest) == (room < 300)
    # That what is differentiated exists goes without saying.
    alone = lstm.derived(lstm["c"][t], lstm["c"][t - 1])
    assert alone.times == ((1, t - 1),)
    assert r"\text{for }" not in fragment(alone.formula, times=alone.times, room=room)
