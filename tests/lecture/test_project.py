"""A lecture of the user's own: made, built, refused where it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.cli import exits
from symrnn.cli import new as new_command
from symrnn.errors import IllFormedError, ParseError
from symrnn.language.notation import LECTURE
from symrnn.lecture import work
from symrnn.lecture.deck import deck
from symrnn.lecture.document import document_of, words_of
from symrnn.lecture.given import image_in
from symrnn.lecture.outline import outline
from symrnn.lecture.pieces import Given, Place
from symrnn.lecture.project import open_project
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Paragraph
from symrnn.typeset.deck import Body
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.latex import article
from symrnn.typeset.slides import Look, slides
from symrnn.verify.evidence import Evidence

from .conftest import evidence_of

README = Path(__file__).resolve().parents[2] / "README.md"

Run = Callable[..., tuple[int, str, str]]


def files(folder: Path) -> set[str]:
    """All but what Python keeps beside a file that it has read."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if "__pycache__" not in name}


@pytest.fixture
def project(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "mine"
    code, out, err = run("new", str(folder))
    assert (code, err) == (0, "")
    assert "two_steps.py" in out and f"symrnn lecture {folder}" in out
    return folder


def unproved(
    library: Mapping[str, Statement], rnn: Network, *_: Any, **__: Any
) -> tuple[Evidence, ...]:
    """As if it were proved: for tests of nothing but what is shown of it."""
    return tuple(evidence_of(each.of(rnn), rnn) for each in library.values())


def test_what_new_makes_is_built_by_lecture(project: Path, run: Run) -> None:
    made = files(project)
    code, out, err = run("lecture", str(project), "--format", "html,ipynb")
    assert (code, err) == (0, "")
    # Some may be in the cache of whoever runs this.
    assert out.startswith("5 statements proved and checked")
    assert files(project) - made == {
        "lecture/lecture.html",
        "lecture/lecture.ipynb",
        "lecture/evidence.json",
    }
    html = (project / "lecture" / "lecture.html").read_text(encoding="utf-8")
    assert "Two steps of a recurrent network" in html and "Your Name" in html
    assert "\\boldsymbol{s}_{j + 1}" in html and "\\varphi" in html  # as notation.toml says
    record = json.loads((project / "lecture" / "evidence.json").read_text(encoding="utf-8"))
    mine = next(each for each in record["statements"] if each["name"] == "two_steps")
    assert mine["grades"] == ["sampled", "explicit", "derived"]
    assert "net" not in record
    notebook = json.loads((project / "lecture" / "lecture.ipynb").read_text(encoding="utf-8"))
    stored = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(list(filter(None, stored))) > 10


def test_a_wrong_step_stops_the_build_and_nothing_is_written(project: Path, run: Run) -> None:
    proof = project / "two_steps.py"
    text = proof.read_text(encoding="utf-8")
    right = "D(s[j + 1], s[j]) * D(s[j], s[j - 1])"
    assert right in text
    proof.write_text(text.replace(right, "D(s[j], s[j - 1]) * D(s[j + 1], s[j])"), encoding="utf-8")
    before = files(project)
    code, out, err = run("lecture", str(project), "--format", "html")
    assert (code, out) == (exits.FAILED, "")
    assert "Step 1 of `two_steps` is not justified by `chain_rule" in err
    assert files(project) == before


def test_specials_of_tex_are_printed_as_they_are(
    project: Path,
    run: Run,
    tex_engine: Callable[[str], str],
    pages_of: Callable[[bytes], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tex_engine("pdflatex")
    monkeypatch.setattr("symrnn.lecture.work.prove", unproved)
    special = r"100% of A&B, #1 {open, a~b^c \write18{touch here} \<x> \"o"
    text = f"# {special}\nby C&D {{\n\n## {special}\n\n{special}\n\n[[two_steps]]\n"
    (project / "lecture.md").write_text(text, encoding="utf-8")
    code, _, err = run("lecture", str(project), "--format", "article")
    assert (code, err) == (0, "")
    shown = "".join(pages_of((project / "lecture" / "lecture.pdf").read_bytes()))
    words = re.sub(r"[^A-Za-z0-9%&#{}\\]", "", shown)
    assert words.count(r"100%ofA&B#1{openabc\write18{touchhere}") >= 3
    assert "C&D{" in words
    assert not list(project.rglob("here"))


LINES = [
    ("", 1, "the title is missing"),
    ("\n\nno title\n", 3, "the title is missing"),
    ("# T\n\n### Deep\n", 3, "stands in a section"),
    ("# T\n\n## S\n\n#### Deep\n", 5, "no such heading"),
    ("# T\n\n[[two_steps]]\n", 3, "a statement stands in a section"),
    ("# T\n\n## S\n\nwith $an open formula\n", 5, "is never closed"),
    ("# T\n\n## S\n\none\n\nwith ${a$ here\n", 7, "can not be converted"),
    ("# T\n\n## S\n\n$a % b$\n", 5, "`%` can not stand in a formula"),
    ("# T\n\n## S\n\n$\\write18{ls}$\n", 5, "can not be converted"),
    ("# T\n\n## S\n\n$\\input{x}$\n", 5, "can not be converted"),
    ("# T\n\n## S\n\n*$\\def\\x{1}$*\n", 5, "can not stand in a formula"),
    ("# T $x\n", 1, "is never closed"),
    ("# T\nby $N\n", 2, "is never closed"),
    ("# T\n\n## A\n\nx\n\n## B $\n", 7, "is never closed"),
    ("# T\n\n## S\n\nsee [[nowhere]]\n", 5, "refers to nothing"),
    ("# T\n\n## S\n\n[[nowhere]]\n", 5, "refers to nothing"),
    ("# T\n\n## S\n\n[[two_steps]]\n\n[[two_steps]]\n", 7, "a second time"),
    ("---\nopening: slopes\n---\n# T\n\n## S\n\n[[slopes]]\n", 8, "a second time"),
    ("# T\n\n## S\n\n[[two_steps]]\n\n[[step_jacobian]]\n", 5, "before `step_jacobian`"),
    ("# T\n\n## S\n\n[[two_steps]]{detail=full detail=steps}\n", 5, "`detail` is given twice"),
]


@pytest.mark.parametrize(("text", "line", "words"), LINES, ids=[case[2] for case in LINES])
def test_prose_that_is_wrong_is_refused_with_its_line(
    project: Path, text: str, line: int, words: str
) -> None:
    (project / "lecture.md").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=re.escape(words)) as caught:
        open_project(project)
    assert caught.value.message.startswith(f"lecture.md, line {line}: ")


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("show=lines part=other", "no part"),
        ("show=fails part=9", "no part"),
    ],
)
def test_a_part_that_is_not_there_is_refused_before_any_proving(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, option: str, expected: str
) -> None:
    monkeypatch.setattr(work, "prove", lambda *_: pytest.fail("it is being proved"))
    (project / "lecture.md").write_text(f"# T\n\n## S\n\n[[two_steps]]{{{option}}}\n")
    code, _, err = run("lecture", str(project), "--format", "article")
    part = option.rpartition("=")[2]
    assert code == 2 and f"lecture.md, line 5: `two_steps` has no part `{part}`" in err
    assert expected in err and not (project / "lecture").exists()


def test_prose_that_is_no_text_is_refused_with_its_line(project: Path, run: Run) -> None:
    (project / "lecture.md").write_bytes(b"# T\nby N\n\n## S \xff\n")
    code, out, err = run("lecture", str(project))
    assert (code, out) == (exits.ILL_FORMED, "")
    assert err.startswith("lecture.md, line 4: this is no text in UTF-8")


def test_long_words_and_other_scripts_are_typeset_without_a_warning(
    project: Path, tex_engine: Callable[[str], str]
) -> None:
    word = "Donaudampfschifffahrt" * 4
    other = "\u4e2d\u6587 \U0001f642 \u0416\u0443\u043a \u0627 \u20ac caf\u00e9"
    text = f"# T {word}\nby {word}\n\n{word}\n\n## S {word}\n\n{word} {other}\n\n[[two_steps]]\n"
    (project / "lecture.md").write_text(text, encoding="utf-8")
    opened = open_project(project)
    rnn = elman()
    document = document_of(opened, unproved(opened.library, rnn), rnn)
    frames = deck(document, opened.prose, words_of(opened, LECTURE))
    shown = slides(document, frames, Look(handout=True, notes=True))
    for made, engine in ((article(document), "lualatex"), (shown, "pdflatex")):
        result = compile_pdf(
            made.tex, made.figures, bibliography=made.bibliography, engine=tex_engine(engine)
        )
        assert result.warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Two steps multiply", "Two $steps multiply", 7, "is never closed"),
        ('Jacobians"""', 'Jacobians\n\n    One.\n\n    $a % b$\n    """', 11, "can not stand"),
    ],
)
def test_a_docstring_that_is_wrong_is_refused_with_its_line(
    project: Path, old: str, new: str, line: int, words: str
) -> None:
    proof = project / "two_steps.py"
    proof.write_text(proof.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ParseError, match=words) as caught:
        open_project(project)
    assert caught.value.message.startswith(f"two_steps.py, line {line}: ")


def test_a_statement_with_the_name_of_another_is_refused(project: Path) -> None:
    proof = project / "two_steps.py"
    text = proof.read_text(encoding="utf-8").replace("def two_steps", "def product_bound")
    proof.write_text(text, encoding="utf-8")
    with pytest.raises(IllFormedError, match="two statements are called `product_bound`") as caught:
        open_project(project)
    assert str(caught.value.detail["second"]).startswith(f"{proof}, line ")


def test_a_folder_without_a_lecture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IllFormedError, match="holds no lecture"):
        open_project(tmp_path)


def test_new_keeps_off_what_is_there(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for target in (tmp_path, tmp_path / "file"):
        code, out, err = run("new", str(target))
        assert (code, out) == (exits.ILL_FORMED, "")
        assert "is not empty" in err or "can not be written" in err
    assert files(tmp_path) == {"file"}
    (tmp_path / "empty").mkdir()
    assert run("new", str(tmp_path / "empty"))[0] == 0


def test_new_that_can_not_write_leaves_nothing(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "new"
    content = new_command.template()
    # A folder in the way of the last file: the others are taken back.
    monkeypatch.setattr(new_command, "template", lambda: {**content, "lecture.md/x": b""})
    code, out, err = run("new", str(target))
    assert (code, out) == (exits.UNREADABLE, "")
    assert "lecture.md" in err and "Traceback" not in err
    assert files(tmp_path) == set()


def test_the_data_of_another_lecture_are_refused(project: Path, run: Run) -> None:
    code, _, err = run("lecture", str(project), "--data", "x.csv")
    assert code == exits.ILL_FORMED
    assert "--data is about" in err


def test_a_notation_that_is_wrong_is_refused_with_its_line(project: Path, run: Run) -> None:
    (project / "notation.toml").write_text('vectors = "bold"\n[letters]\ns = "\\\\write18"\n')
    code, _, err = run("lecture", str(project))
    assert code == exits.ILL_FORMED
    assert "line 3" in err
    assert "lecture" not in {path.name for path in project.iterdir()}


def test_the_statement_made_is_the_one_the_readme_shows() -> None:
    block = re.search(
        r"```python\n(from symrnn import D.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    assert block is not None
    assert new_command.template()["two_steps.py"].decode() == block[1]


def test_the_parts_of_the_prose() -> None:
    text = "# T\nby N\n\nSaid\nfirst.\n\n## S\nat once\n\nby the way\n\n[[a]]\n"
    found = outline(text, "f", image_in(Path(), "f"))
    assert found.front.author == "N"
    assert [(piece.block, piece.line) for piece in found.abstract] == [
        (Paragraph("Said\nfirst."), 4)
    ]
    (part,) = found.parts
    assert part.pieces == (
        Given(Paragraph("at once"), 8),
        Given(Paragraph("by the way"), 10),
        Place("a", 12),
    )


EVERYTHING = """# Nets

Said first, with **weight**.

And again.

## One

Before.

- an item

> a quotation

| a | b |
|---|---|
| 1 | 2 |

## Two

### A frame

```python
x = 1
```

After.
"""


def test_slides_have_every_block_of_the_text_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "lecture.md").write_text(EVERYTHING, encoding="utf-8")
    opened = open_project(tmp_path)
    found = deck(document_of(opened, [], elman()), opened.prose, words_of(opened, LECTURE))
    frames = [frame for act in found.acts for frame in act.frames]
    shown = [item.block for frame in frames for item in frame.items if isinstance(item, Body)]
    prose = opened.prose
    pieces = [*prose.abstract, *(piece for part in prose.parts for piece in part.pieces)]
    given = [piece.block for piece in pieces if isinstance(piece, Given)]
    assert [type(block) for block in shown] == [type(block) for block in given]
    assert len(shown) == 8
    assert [frame.title for frame in frames] == ["Nets", "One", "A frame"]


FORM = '''

@two_steps.form(About.SIGMA_INSIDE)
def two_steps_inside(rnn):
    """Two steps, σ inside"""
    s, j = rnn.s, rnn.j
    factors = [rnn.W * Diag(rnn.slopes(time)) for time in (j + 1, j)]
    return (
        derivation(D(s[j + 1], s[j - 1]), given=[j >= 1])
        .equals(D(s[j + 1], s[j]) * D(s[j], s[j - 1]), by.chain_rule(s[j]))
        .equals(factors[0] * factors[1], by.uses("step_jacobian"))
    )
'''


@pytest.fixture
def two_cells(project: Path) -> Path:
    proof = project / "two_steps.py"
    text = proof.read_text(encoding="utf-8").replace("import D,", "import About, D, Diag,")
    proof.write_text(text + FORM, encoding="utf-8")
    return project


def test_a_form_is_what_the_other_cells_notation_shows(
    two_cells: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {}
    for name in ("pascanu", "lecture"):
        code, _, err = run("lecture", str(two_cells), "--format", "html", "--notation", name)
        assert (code, err) == (0, "")
        pages[name] = (two_cells / "lecture" / "lecture.html").read_text(encoding="utf-8")
        monkeypatch.setattr("symrnn.lecture.work.prove", unproved)
    inside = r"W \, \operatorname{diag}\left(\sigma'\left(x_{j}\right)\right)"
    assert (inside in pages["pascanu"], inside in pages["lecture"]) == (True, False)
    assert ("Two steps, " in pages["pascanu"], "Two steps, " in pages["lecture"]) == (True, False)


def test_a_forms_docstring_is_read_too(two_cells: Path) -> None:
    proof = two_cells / "two_steps.py"
    text = proof.read_text(encoding="utf-8")
    proof.write_text(text.replace("Two steps, σ", "Two $steps, σ"), encoding="utf-8")
    with pytest.raises(ParseError, match="is never closed") as caught:
        open_project(two_cells)
    line = 1 + text[: text.index('"""Two steps, σ')].count("\n")
    assert caught.value.message.startswith(f"two_steps.py, line {line}: ")
