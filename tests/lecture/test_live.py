"""The notebook runs from the first cell to the last, and a wrong step in it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from symrnn import elman
from symrnn.cells import read_cell
from symrnn.errors import EvidenceError, IllFormedError
from symrnn.language.notation import D2L, LECTURE, PASCANU, Notation
from symrnn.lecture.lettering import lettered_subject
from symrnn.lecture.live import cells, definition
from symrnn.lecture.live_code import setup
from symrnn.lecture.outputs import with_outputs
from symrnn.theory.about import EXAMPLES
from symrnn.theory.applicable import speaking
from symrnn.theory.library import load
from symrnn.typeset.blocks import Display, Paragraph, Section, Table
from symrnn.typeset.document import Document
from symrnn.typeset.markdown import literal
from symrnn.typeset.notebook import Cell, notebook

from .conftest import document_of, evidence_of

PROOF = '''"""About the file."""

from symrnn import derivation, statement
from symrnn import rules as by


@statement()
def turned(rnn):
    """A transpose turns a product round

    What stands here is prose, and above the cell.
    """
    return derivation((rnn.W * rnn.b).T).equals({after}, by.transpose_of_product)
'''


def run(text: str) -> Any:
    """The notebook with its outputs; raises `EvidenceError` where a cell fails."""
    made = nbformat.reads(with_outputs(text), as_version=4)
    nbformat.validate(made)
    return made


def small(folder: Path, after: str) -> str:
    """The notebook of one statement of a user's."""
    proof = folder / "turned.py"
    proof.write_text(PROOF.replace("{after}", after), encoding="utf-8")
    library, rnn = load([proof]), elman()
    document = document_of([evidence_of(library["turned"], rnn)], rnn, {}, Paragraph("The end."))
    return notebook(cells(document, library))


def outputs(made: Any) -> Iterator[Any]:
    for cell in made.cells:
        yield from cell.get("outputs", ())


@pytest.fixture(scope="module")
def executed(lecture: Document) -> Any:
    return run(notebook(cells(lecture, load())))


def test_no_cell_fails_and_each_statement_is_proved_and_shown(executed: Any) -> None:
    assert [each for each in outputs(executed) if each.output_type == "error"] == []
    text = "".join(each.text for each in outputs(executed) if each.output_type == "stream")
    assert text.count("each justified by its rule") == len(load())
    latex = [each for each in outputs(executed) if "text/latex" in each.get("data", {})]
    assert len(latex) >= 2 * len(load())


def test_every_cell_that_ends_in_a_value_shows_it(executed: Any) -> None:
    for cell in executed.cells:
        if cell.cell_type == "code" and not cell.source.startswith(("import", "from")):
            assert cell.outputs, cell.source


def test_formulas_are_compared_and_the_bound_is_drawn(executed: Any) -> None:
    text = "".join(each.text for each in outputs(executed) if each.output_type == "stream")
    assert text.count("agrees to") >= 7
    (drawing,) = [each for each in outputs(executed) if "image/svg+xml" in each.get("data", {})]
    assert "<svg" in drawing.data["image/svg+xml"]


OF_THE_STEP = ("recurrence", "activation_jacobian", "preactivation_jacobian", "step_jacobian")


@pytest.mark.parametrize(
    ("notation", "line", "words"),
    [
        (
            PASCANU,
            r"\frac{\partial x_{j}}{\partial x_{j - 1}} = "
            r"W \, \operatorname{diag}\left(\sigma'\left(x_{j - 1}\right)\right)",
            "a = sigma(s')",
        ),
        (
            D2L,
            r"\frac{\partial \mathbf{h}_{j}}{\partial \mathbf{h}_{j - 1}} = "
            r"\mathbf{W}_{hh}^{\mathsf{T}} \, "
            r"\operatorname{diag}\left(\phi'\left(\mathbf{z}_{j}\right)\right)",
            "[in_denominator_layout(part) for part in step_jacobian.parts(general)]",
        ),
    ],
)
def test_in_another_notation_it_runs_its_cell_and_shows_its_letters(
    notation: Notation, line: str, words: str
) -> None:
    rnn, everything = EXAMPLES[notation.cell](), load()
    library = {name: everything[name].of(rnn) for name in OF_THE_STEP}
    proved = [evidence_of(statement, rnn) for statement in library.values()]
    document = document_of(proved, rnn, {}, Paragraph("The end."), notation)
    made = run(notebook(cells(document, library, notation)))
    assert any(words in cell.source for cell in made.cells)
    latex = [o.data["text/latex"] for o in outputs(made) if "text/latex" in o.get("data", {})]
    assert any(line in shown for shown in latex)
    assert not [shown for shown in latex if re.search(r"(?<![\\a-z])s_\{", shown)]
    spoken = "".join(o.text for o in outputs(made) if o.output_type == "stream")
    assert spoken.count("each justified by its rule") == len(OF_THE_STEP)
    assert spoken.count("agrees to") >= 1


def test_a_notation_of_a_file_is_written_into_the_notebook() -> None:
    mine = Notation("mine", {"W": r"W_{\mathrm{hh}}", "s": "y"}, vectors="bold")
    shown = Cell("code", "print(board.latex(general.W * general.s[general.j]))")
    (said,) = outputs(run(notebook([Cell("code", setup(mine)), shown])))
    assert said.text == "\\boldsymbol{W}_{\\mathrm{hh}} \\, \\boldsymbol{y}_{j}\n"
    assert "Notation" not in setup(LECTURE) and "Notation" not in setup(PASCANU)


def test_the_outputs_that_are_stored_are_the_same_in_every_run() -> None:
    shown = notebook([Cell("code", "print(1)\n6 * 7")])
    first, second = with_outputs(shown), with_outputs(shown)
    assert first == second and '"42"' in first and "timestamp" not in first


def test_a_wrong_step_stops_the_notebook(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="UnjustifiedStepError"):
        run(small(tmp_path, "rnn.b.T * rnn.W"))


def test_the_same_statements_give_the_same_bytes(tmp_path: Path) -> None:
    first = small(tmp_path, "rnn.b.T * rnn.W.T")
    assert first == small(tmp_path, "rnn.b.T * rnn.W.T")
    made = json.loads(first)
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    assert not any(cell.get("outputs") for cell in made["cells"])


def test_prose_stands_above_the_source_and_not_in_it(tmp_path: Path) -> None:
    source = [
        ("".join(cell["source"]), cell["cell_type"])
        for cell in json.loads(small(tmp_path, "rnn.b.T * rnn.W.T"))["cells"]
    ]
    (code,) = [text for text, kind in source if kind == "code" and "@statement()" in text]
    assert code.startswith("from symrnn import derivation")
    assert '    """A transpose turns a product round"""\n    return derivation(' in code
    assert any("What stands here is prose" in text for text, kind in source if kind == "markdown")


def test_a_file_that_takes_a_name_of_the_notebook_is_refused(tmp_path: Path) -> None:
    proof = tmp_path / "mine.py"
    proof.write_text("library = 3\n", encoding="utf-8")
    with pytest.raises(IllFormedError, match="`library` is a name of the notebook's own") as caught:
        definition(proof, setup(LECTURE))
    assert caught.value.detail["line"] == 1


def test_who_wrote_it_what_is_numbered_and_how_columns_stand_are_in_a_notebook() -> None:
    blocks = (Display("x = 1", "one"), Display("y"), Table(("a", "b"), (("c", "d"),), columns="cr"))
    section = Section("S", "section-1", blocks)
    document = Document("T", author="A *B*", institute="U", date="today", blocks=(section,))
    first, _, _, numbered, bare, table, *_ = (each.source for each in cells(document, {}))
    assert first.startswith("# T\n\nA *B* · U · today\n")
    assert numbered == '<a id="one"></a>\n\n$$\nx = 1\n\\tag{1}\n$$' and bare == "$$\ny\n$$"
    assert table.splitlines()[1] == "| :-: | --: |"


def test_text_is_no_markup() -> None:
    assert literal("a_b *c* [d](e) $f$ <g> `h`") == (r"a\_b \*c\* \[d\](e) \$f\$ \<g\> \`h\`")


GATED = "q = sigmoid(U x); p = q * p' + V k' + q; k = tanh(p)"


@pytest.fixture(scope="module")
def of_a_cell() -> list[Cell]:
    """The code of a notebook about a cell of two states, one of them called as a time is."""
    rnn, lettered = lettered_subject(read_cell(GATED), LECTURE)
    library = speaking(load(), rnn)[0]
    evidence = [evidence_of(library[n], rnn) for n in ("product_of_jacobians", "product_bound")]
    document = document_of(evidence, rnn, {}, Paragraph("The end."), lettered)
    return [each for each in cells(document, library, lettered, rnn) if each.kind == "code"]


def test_a_notebook_about_any_cell_compares_with_numbers_of_its_own(of_a_cell: list[Cell]) -> None:
    # Of the code after the comparison nothing is left out: the bound is drawn over a run.
    said = [str(each) for each in outputs(run(notebook(of_a_cell)))]
    assert sum("agrees to" in each for each in said) == 1
    assert any("image/svg+xml" in each for each in said)


def test_a_wrong_line_of_such_a_notebook_is_seen(of_a_cell: list[Cell]) -> None:
    place = next(n for n, each in enumerate(of_a_cell) if "compare(special" in each.source)
    wrong = of_a_cell[place].source.replace("claim.rhs", "-claim.rhs")
    with pytest.raises(EvidenceError, match="changes its sign"):
        run(notebook([*of_a_cell[:place], Cell("code", wrong)]))
