"""The formats a lecture is written in: each is a backend from the one document to files.

A new format is a function `Material -> Output` and one line in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.deck import deck
from symrnn.lecture.details import code_names
from symrnn.lecture.explorer import explorer
from symrnn.lecture.live import cells
from symrnn.lecture.network import NetworkReport
from symrnn.recurrence.elman import CELLS
from symrnn.theory.statement import Statement
from symrnn.typeset import html, latex
from symrnn.typeset import slides as slides_backend
from symrnn.typeset.document import Document
from symrnn.typeset.engine import PdfResult, compile_pdf
from symrnn.typeset.notebook import notebook
from symrnn.verify.evidence import Evidence


@dataclass(frozen=True)
class Material:
    """What every backend is given.

    document: the lecture; all that is shown comes from it.
    evidence, network: what was run, for backends that show figures of their own; a lecture of the
        user's own has no network.
    library: the statements, by name.
    notation: how quantities are lettered; the document is written in it already.
    handout, notes: whether the slides are wanted on paper, and with what the speaker says.
    """

    document: Document
    evidence: tuple[Evidence, ...]
    network: NetworkReport | None
    library: Mapping[str, Statement]
    notation: Notation = LECTURE
    handout: bool = False
    notes: bool = False


@dataclass(frozen=True)
class Output:
    """What a backend made.

    files: path relative to the lecture's folder -> bytes.
    absent: files that this run could not make; those of an earlier run must not pass for new.
    advice: what the reader may do about it, or nothing.
    """

    files: Mapping[str, bytes] = field(repr=False)
    absent: tuple[str, ...] = ()
    advice: str = ""


Backend = Callable[[Material], Output]

_ATTEMPTS = 2
"""How often slides are laid out anew where a frame is overfull."""


def article(material: Material) -> Output:
    """`lecture.tex`, its figures, and `lecture.pdf` where there is TeX."""
    made = latex.article(material.document)
    return _with_pdf("lecture", made)


def ipynb(material: Material) -> Output:
    """`lecture.ipynb`, whose cells prove, show and compare; nothing is run here."""
    made = notebook(cells(material.document, material.library, material.notation))
    return Output({"lecture.ipynb": made.encode()})


def page(material: Material) -> Output:
    """`lecture.html`, one self-contained page, with the explorer where its statements are."""
    made = explorer(material.library, CELLS[material.notation.cell](), material.notation)
    text = html.page(material.document, made, code_names(material.notation))
    return Output({"lecture.html": text.encode()})


def slides(material: Material) -> Output:
    """`slides.tex` and `slides.pdf`; on request the same as a handout, and with speaker notes."""
    document, frames = material.document, deck(material.document, material.notation)
    less: dict[str, float] = {}
    paper = slides_backend.slides(document, frames, handout=True)
    tried = compile_pdf(paper.tex, paper.figures, name="slides-handout")
    for _ in range(_ATTEMPTS):
        if not tried.overfull:
            break
        # The estimate was too low for some frames: split their chains earlier.
        for title in {slides_backend.frame_at(paper.tex, box.line) for box in tried.overfull}:
            less[title] = less.get(title, 0.0) + 1.5
        paper = slides_backend.slides(document, frames, handout=True, less=less)
        tried = compile_pdf(paper.tex, paper.figures, name="slides-handout")
    outputs = [_with_pdf("slides", slides_backend.slides(document, frames, less=less))]
    if material.handout:
        outputs.append(_output("slides-handout", paper, tried))
    if material.notes:
        spoken = slides_backend.slides(document, frames, handout=True, notes=True, less=less)
        outputs.append(_with_pdf("slides-notes", spoken))
    files = {name: content for output in outputs for name, content in output.files.items()}
    absent = tuple(name for output in outputs for name in output.absent)
    return Output(files, absent, outputs[0].advice)


def _with_pdf(name: str, made: latex.Article) -> Output:
    compiled = compile_pdf(made.tex, made.figures, bibliography=made.bibliography, name=name)
    return _output(name, made, compiled)


def _output(name: str, made: latex.Article, compiled: PdfResult) -> Output:
    files = {f"{name}.tex": made.tex.encode(), **made.figures}
    if made.bibliography:
        files[f"{name}.bib"] = made.bibliography.encode()
    if compiled.pdf is None:
        return Output(files, (f"{name}.pdf",), compiled.advice)
    return Output({**files, f"{name}.pdf": compiled.pdf})


FORMATS: Mapping[str, Backend] = {
    "article": article,
    "slides": slides,
    "html": page,
    "ipynb": ipynb,
}
"""Every format by its name on the command line."""

DEFAULT = ("article", "html")


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The formats asked for, each once: names, or lists of names with commas between.

    Raises:
        IllFormedError: for a name that is no format.
    """
    asked = [name.strip() for given in names for name in given.split(",")]
    for name in asked:
        if name not in FORMATS:
            raise IllFormedError(
                "there is no such format", {"expected": ", ".join(FORMATS), "got": repr(name)}
            )
    return tuple(dict.fromkeys(asked)) or DEFAULT
