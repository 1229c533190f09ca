"""A statement or a figure for somebody else's document, deck or page."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.lettering import as_spoken, in_parts, subject_in
from symrnn.lecture.pictures import DRAWN, illustrations
from symrnn.lecture.project import statements
from symrnn.lecture.references import WORKS
from symrnn.lecture.statements import Writer, statement_block
from symrnn.theory.about import Subject
from symrnn.theory.library import everything
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.typeset import fragments
from symrnn.typeset.blocks import Figure, StatementBlock
from symrnn.typeset.detail import Detail, of_claims, reduced
from symrnn.typeset.engine import compile_pdf
from symrnn.verify.evidence import ChainEvidence, Evidence, gather
from symrnn.verify.explicit import Explicit
from symrnn.verify.kept import Kept
from symrnn.verify.sampled import Sampled

TEXTS = ("tex", "beamer", "markdown")
"""Kinds of text that a statement is written as."""

DRAWINGS = ("pdf", "svg", "png", "tikz", "csv")
"""Kinds of drawing; csv is the numbers behind a figure."""

AS = (*TEXTS, *DRAWINGS)

_SECONDS = 60


def names(every: Mapping[str, Statement]) -> tuple[str, ...]:
    """What can be exported."""
    return (*every, *DRAWN)


def export(
    name: str,
    kind: str,
    *,
    detail: Detail = "steps",
    width: str = "",
    notation: Notation = LECTURE,
    library: Mapping[str, Statement] | None = None,
    subject: Subject | None = None,
    kept: Kept | None = None,
) -> bytes:
    """A statement, which is proved first, or a figure, as the content of a file.

    Args:
        name: of a statement or a figure.
        kind: one of `AS`.
        detail: how much of a derivation.
        width: of the text that LaTeX is to stand in, `8cm`; that of the document by default.
        notation: the letters, the fonts and the cell.
        library: the statements; those of symrnn's own lectures by default.
        subject: the cell, with a notation in its letters; the notation's by default.
        kept: evidence of earlier runs, and of this one for later ones; by default all is run.

    Raises:
        IllFormedError: for a name that is not there, a kind that it does not have, a width that
            its formulas do not fit, or a cell that the statement is not about.
    """
    every = statements() if library is None else library
    rnn = subject_in(notation) if subject is None else subject
    if name in DRAWN:
        return _drawing(name, kind, notation, rnn)
    if name not in every:
        raise IllFormedError(
            "there is no such statement or figure",
            {"expected": ", ".join(names(every)), "got": repr(name)},
        )
    if kind in ("tikz", "csv"):
        raise IllFormedError(
            f"`{name}` is a statement, and no drawing of lines",
            {"expected": ", ".join((*TEXTS, "pdf", "svg", "png")), "got": kind},
        )
    if width:
        fragments.points(width)

    def shown(whole: StatementBlock) -> StatementBlock:
        found = reduced(whole, detail)
        return found if detail == "full" else of_claims(found)

    def require_fits(whole: StatementBlock) -> None:
        fragments.require_fits(shown(whole), width)

    block, grades = _proved(name, every, notation, rnn, require_fits if width else None, kept)
    block = shown(block)
    about = f"{name}: {grades}"
    match kind:
        case "markdown":
            said = f"`{name}` in symrnn: {grades.replace('_', ' ')}."
            return fragments.markdown(block, said, WORKS).encode()
        case "beamer":
            return fragments.beamer(block, about).encode()
        case "tex":
            return fragments.tex(block, width, about).encode()
        case _:
            return _picture_of(fragments.tex(block, width or "15cm", about), kind)


def _proved(
    name: str,
    every: Mapping[str, Statement],
    notation: Notation,
    rnn: Subject,
    require: Callable[[StatementBlock], None] | None = None,
    kept: Kept | None = None,
) -> tuple[StatementBlock, str]:
    """The statement, and the grades it reached; raises the first check that failed, and before
    any is made what `require` raises of the lines that are to be proved."""
    verdict = every[name].applies(rnn)
    if not verdict.holds:
        known = "is not" if verdict.holds is False else "is not known to be"
        raise IllFormedError(
            f"`{name}` {known} about {rnn.cell.name}",
            {"expected": f"a cell that is {every[name].widest}", "why": verdict.why},
        )
    library = {
        each: statement.of(rnn) for each, statement in every.items() if statement.applies(rnn).holds
    }
    statement = library[name]
    parts = statement.parts(rnn)
    writer = Writer(as_spoken(notation, (p.claim for p in parts)), {name: 1}, in_parts(rnn))
    if require is not None:
        require(statement_block(_unproved(statement, parts), rnn, writer, ()))
    evidence = None if kept is None else kept.find(statement, rnn, library)
    if evidence is None:
        evidence = gather(statement, rnn, library)
        if kept is not None:
            kept.keep(evidence, rnn, library)
    if evidence.failure is not None:
        raise evidence.failure
    return statement_block(evidence, rnn, writer, ()), ", ".join(evidence.grades)


def _unproved(statement: Statement, parts: Iterable[Part]) -> Evidence:
    """The evidence for a statement of which nothing was run."""
    none = ChainEvidence("", 0, Sampled(0.0, None, 0), Explicit(0, 0))
    return Evidence(statement, (), tuple(none for part in parts for _ in part.proof.chains))


def _drawing(name: str, kind: str, notation: Notation, rnn: Subject) -> bytes:
    blocks = illustrations(None, rnn, notation, everything(), frozenset({name})).values()
    drawn = (b for some in blocks for b in some if isinstance(b, Figure) and b.name == name)
    figure = next(drawn, None)
    if figure is None:
        raise IllFormedError(
            f"`{name}` is not drawn of {rnn.cell.name}", {"expected": "another figure or cell"}
        )
    has = {
        "pdf": figure.pdf,
        "svg": figure.svg.encode(),
        "tikz": figure.tikz.encode(),
        "csv": b"" if figure.data is None else figure.data.csv,
    }
    if kind == "png":
        return _converted(figure.pdf or b"", "png")
    if not has.get(kind):
        offered = [each for each, content in has.items() if content]
        raise IllFormedError(
            f"`{name}` is not drawn as {kind}", {"expected": ", ".join([*offered, "png"])}
        )
    return has[kind]


def _picture_of(body: str, kind: str) -> bytes:
    """A fragment on a page of its own size."""
    document = (
        "\\documentclass[border=6pt,varwidth=\\maxdimen]{standalone}\n"
        "\\usepackage{amsmath,amssymb}\n"
        f"\\begin{{document}}\n{body}\\end{{document}}\n"
    )
    pdf = compile_pdf(document, {}).pdf
    if pdf is None:
        raise IllFormedError(f"{kind} needs TeX", {"expected": "pdflatex on the machine"})
    return pdf if kind == "pdf" else _converted(pdf, kind)


def _converted(pdf: bytes, kind: str) -> bytes:
    """A page of PDF as SVG or PNG, by poppler."""
    command = shutil.which("pdftocairo")
    if command is None:
        raise IllFormedError(f"{kind} needs poppler", {"expected": "pdftocairo on the machine"})
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.pdf"), Path(folder, "page")
        source.write_bytes(pdf)
        if kind == "png":
            options, made = ["-png", "-r", "200", "-singlefile"], target.with_suffix(".png")
        else:
            options, made = ["-svg"], target
        subprocess.run(
            [command, *options, source, target],
            check=True,
            capture_output=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
        return made.read_bytes()
