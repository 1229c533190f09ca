"""The formats a lecture is written in: each is a backend from the one document to files.

A new format is a function `Material -> Output` and one line in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.deck import deck
from symrnn.lecture.details import code_names
from symrnn.lecture.document import words_of
from symrnn.lecture.explorer import explorer
from symrnn.lecture.live import cells
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.outputs import can_run, with_outputs
from symrnn.lecture.pdf import Compiled, Tex
from symrnn.lecture.project import Project
from symrnn.theory.about import Subject
from symrnn.theory.statement import Statement
from symrnn.typeset import html, latex
from symrnn.typeset import slides as slides_backend
from symrnn.typeset.deck import Deck
from symrnn.typeset.detail import Detail, at_detail
from symrnn.typeset.document import Document
from symrnn.typeset.fit import Fit, frame_at
from symrnn.typeset.notebook import notebook
from symrnn.typeset.short_markup import shortened
from symrnn.typeset.slides import Look
from symrnn.verify.evidence import Evidence


@dataclass(frozen=True)
class Wishes:
    """What is asked for of the formats.

    detail: of derivations; by default what the outline says, else every line, of slides the steps.
    handout, notes: whether the slides are wanted on paper, and with what the speaker says.
    overlays: whether lines appear one by one.
    look: the shape and the theme of slides.
    """

    detail: Detail | None = None
    handout: bool = False
    notes: bool = False
    overlays: bool = True
    look: Look = field(default_factory=Look)


@dataclass(frozen=True)
class Material:
    """What every backend is given.

    document: the lecture; all that is shown comes from it.
    evidence, network: what was run, for backends that show figures of their own; a lecture of the
        user's own has no network.
    library: the statements, by name.
    notation: how quantities are lettered; the document is written in it already.
    project: the lecture, whose outline the slides follow.
    wishes: how much of derivations, and what slides, are asked for.
    subject: what the statements are about.
    tex: what compiles, for all formats of one run.
    """

    document: Document
    evidence: tuple[Evidence, ...]
    network: NetworkReport | None
    library: Mapping[str, Statement]
    project: Project
    notation: Notation = LECTURE
    wishes: Wishes = field(default_factory=Wishes)
    subject: Subject = field(default_factory=elman)
    tex: Tex = field(default_factory=Tex, compare=False)


@dataclass(frozen=True)
class Output:
    """What a backend made.

    files: path relative to the lecture's folder -> bytes.
    missing: files that this run could not make, and why not; those of an earlier run must not pass
        for new.
    outdated: pages of an earlier run that say less than these, and are removed.
    """

    files: Mapping[str, bytes] = field(repr=False)
    missing: Mapping[str, str] = field(default_factory=dict)
    outdated: tuple[str, ...] = ()


Backend = Callable[[Material], Output]

MORE = 4.5
"""Lines that a frame is given first beyond the estimate."""

_POINTS = 13.6
"""Of a line of text on a slide."""

LARGEST = 1_000_000
"""Bytes of a page that shows every line of its derivations by itself."""

EVERY_LINE = "lecture-full.html"
"""The page with every line, where that is another one."""

_ATTEMPTS = 4
"""How often slides are laid out anew where a frame is overfull."""


def article(material: Material) -> Output:
    """`lecture.tex`, its figures, and `lecture.pdf` where there is TeX."""
    made = latex.article(at_detail(material.document, _asked(material) or "full"))
    return _output(material.tex.compile("lecture", made))


def ipynb(material: Material) -> Output:
    """`lecture.ipynb`, whose cells prove, show and compare, with what they show where it can be
    run."""
    shown = cells(material.document, material.library, material.notation, material.subject)
    made = notebook(shown)
    if can_run():
        made = with_outputs(made)
    return Output({"lecture.ipynb": made.encode()})


def page(material: Material) -> Output:
    """`lecture.html`, one self-contained page, with the explorer where its statements are.

    Of one that would be larger than `LARGEST`, and whose detail nobody has asked for, that page
    has the lines of the claims, and `lecture-full.html` every line. Where it is not, one that an
    earlier run wrote is removed.
    """
    made = explorer(material.library, material.subject, material.notation)
    names = code_names(material.notation)
    detail = _asked(material)
    document = at_detail(material.document, detail or "full")

    def written(beside: str = "") -> bytes:
        return shortened(html.page(document, made, names, beside)).encode()

    whole = written()
    if detail or len(whole) <= LARGEST:
        return Output({"lecture.html": whole}, outdated=(EVERY_LINE,))
    return Output({"lecture.html": written(EVERY_LINE), EVERY_LINE: whole})


def _asked(material: Material) -> Detail | None:
    """The detail that is asked for, of all formats."""
    return cast("Detail | None", material.wishes.detail or material.project.prose.front.detail)


def slides(material: Material) -> Output:
    """`slides.tex` and `slides.pdf`; on request the same as a handout, and with speaker notes."""
    document, project, wishes = material.document, material.project, material.wishes
    frames = deck(
        document,
        project.slides or project.prose,
        words_of(project, material.notation),
        _asked(material) or "steps",
        framed=project.slides is not None,
    )
    paper = replace(wishes.look, handout=True, notes=False)
    tried, fit = fitting(document, frames, paper, material.tex)
    look = replace(wishes.look, handout=not wishes.overlays, notes=False)
    shown = slides_backend.slides(document, frames, look, fit=fit)
    outputs = [_output(material.tex.compile("slides", shown))]
    if wishes.handout:
        outputs.append(_output(tried))
    if wishes.notes:
        noted = replace(paper, notes=True)
        spoken = slides_backend.slides(document, frames, noted, fit=fit)
        outputs.append(_output(material.tex.compile("slides-notes", spoken)))
    files = {name: content for output in outputs for name, content in output.files.items()}
    missing = {name: why for output in outputs for name, why in output.missing.items()}
    return Output(files, missing)


def fitting(document: Document, frames: Deck, look: Look, tex: Tex) -> tuple[Compiled, Fit]:
    """Slides without an overfull box, and what was done for that."""
    fit = Fit(more=MORE)
    made = slides_backend.slides(document, frames, look, fit=fit)
    tried = tex.compile("slides-handout", made)
    if tried.result is None or tried.result.pdf is None:
        # Nothing tells whether a frame is overfull.
        fit = Fit()
        return replace(tried, made=slides_backend.slides(document, frames, look, fit=fit)), fit
    for _ in range(_ATTEMPTS):
        if not tried.overfull:
            break
        # The estimate was too low for some frames.
        excess: dict[str, float] = {}
        for box in tried.overfull:
            title = frame_at(made.tex, box.line)
            lines = box.points / _POINTS if box.high else 0.0
            excess[title] = max(lines, excess.get(title, 0.0))
        fit = fit.tighter(excess, look.layout.room)
        made = slides_backend.slides(document, frames, look, fit=fit)
        tried = tex.compile("slides-handout", made)
    return tried, fit


def _output(compiled: Compiled) -> Output:
    return Output(compiled.files, compiled.missing)


FORMATS: Mapping[str, Backend] = {
    "article": article,
    "slides": slides,
    "html": page,
    "ipynb": ipynb,
}
"""Every format by its name on the command line."""

PRINTED = ("article", "slides")
"""Those that TeX compiles."""

DEFAULT = ("article", "html")


def names(
    formats: Iterable[str], handout: bool = False, notes: bool = False, *, figures: bool = False
) -> tuple[str, ...]:
    """Relative paths of files that formats are written to: what may be in their way."""
    printed = {
        "article": ["lecture"],
        "slides": ["slides", *["slides-handout"] * handout, *["slides-notes"] * notes],
    }
    found = ["evidence.json"]
    for name in formats:
        documents = printed.get(name, [])
        found += [f"{each}.{kind}" for each in documents for kind in ("tex", "pdf")]
        found += ["figures/norm_decay.pdf"] * (figures and bool(documents))
        if not documents:
            found.append(f"lecture.{name}")
        found += [EVERY_LINE] * (name == "html")
    return tuple(found)


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
