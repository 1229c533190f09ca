"""The article backend: a `Document` as LaTeX that pdflatex compiles without complaint.

The preamble (templates/article.tex) defines the few commands the body uses, among them `\\step`,
which measures every line of a chain: the justification stands beside the formula where there is
room, below it where there is none, so that nothing runs into the margin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import singledispatch

from jinja2 import Environment, PackageLoader, StrictUndefined

from symrnn.errors import NotSupportedError
from symrnn.typeset.bibliography import bibtex
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Chain,
    Claim,
    Display,
    Figure,
    Graph,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Result,
    Section,
    StatementBlock,
    Table,
    walk,
)
from symrnn.typeset.breaking import if_wide
from symrnn.typeset.document import Document, Target
from symrnn.typeset.grades import Grade
from symrnn.typeset.latex_graph import tikz
from symrnn.typeset.latex_text import bookmark, escape, listing, prose
from symrnn.typeset.prose import paragraphs, plain
from symrnn.typeset.words import phrase, speaking

#: Rows up to which a table is kept on one page; more would leave a third of the page before empty.
_SHORT_TABLE = 8

#: Lines for the heading of a section, its opening words and the first of what follows.
_OPENING = 12


@dataclass(frozen=True)
class Article:
    """LaTeX source, and the figures it includes: path relative to the source -> bytes."""

    tex: str
    figures: Mapping[str, bytes]
    bibliography: str = ""


@dataclass(frozen=True)
class Names:
    """What prose may point at."""

    targets: Mapping[str, Target]
    grades: Mapping[str, Grade]

    def prose(self, text: str) -> str:
        return prose(text, self.targets, self.grades)

    def marks(self, grades: tuple[str, ...]) -> str:
        return "".join(rf"\evidence{{{self.grades[grade].letter}}}" for grade in grades)


def templates() -> Environment:
    """The templates, with signs that LaTeX does not use."""
    return Environment(
        loader=PackageLoader("symrnn.typeset", "templates"),
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<##",
        comment_end_string="##>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # TeX, not HTML; `escape` does it
    )


def article(document: Document, name: str = "lecture") -> Article:
    """The document as one LaTeX article, which looks for its bibliography in `name`.bib.

    Compile it with pdflatex or lualatex, BibTeX, and the same twice more.
    """
    with speaking(document.language):
        return _article(document, name)


def _article(document: Document, name: str) -> Article:
    names = Names(document.targets, {grade.name: grade for grade in document.legend})
    tex = (
        templates()
        .get_template("article.tex")
        .render(
            document=document,
            body="\n".join(_tex(block, names) for block in document.blocks),
            used=document.grades_used,
            prose=names.prose,
            paragraphs=paragraphs,
            bookmark=lambda text: bookmark(plain(text)),
            phrase=lambda text: escape(phrase(text)),
            bibliography=name if document.works_cited else "",
        )
    )
    figures = [block for block in walk(document.blocks) if isinstance(block, Figure | Picture)]
    return Article(tex, figure_files(figures), bibtex(document.works_cited))


def figure_files(figures: Iterable[Figure | Picture]) -> dict[str, bytes]:
    """What stands beside the source: each figure's PDF where one is included, and its data."""
    files: dict[str, bytes] = {}
    for figure in figures:
        if isinstance(figure, Picture):
            files[picture_path(figure)] = figure.images[figure.best(_INCLUDED)]
            continue
        if not figure.tikz:
            files[figure_path(figure)] = figure.pdf
        if figure.data is not None:
            files[f"figures/{figure.name}.csv"] = figure.data.csv
    return files


def drawing(figure: Figure | Picture) -> str:
    """LaTeX that sets the figure's drawing, without its caption."""
    if isinstance(figure, Picture):
        return rf"\drawing{{{picture_path(figure)}}}{{{escape(figure.alt)}}}"
    if figure.tikz:
        return rf"\drawn{{{figure.tikz}}}"
    return rf"\drawing{{{figure_path(figure)}}}{{{escape(figure.alt)}}}"


def figure_path(figure: Figure) -> str:
    """Where the source expects a figure."""
    return f"figures/{figure.name}.pdf"


_INCLUDED = ("pdf", "png", "jpg")
"""Kinds of picture that LaTeX includes, the best first."""


def picture_path(picture: Picture) -> str:
    """Where the source expects a picture that was given."""
    return f"figures/{picture.name}.{picture.best(_INCLUDED)}"


@singledispatch
def _tex(block: Block, names: Names) -> str:
    raise NotSupportedError(f"LaTeX backend: no rule for {type(block).__name__}")


@_tex.register
def _(block: Section, names: Names) -> str:
    title = rf"\texorpdfstring{{{names.prose(block.title)}}}{{{bookmark(plain(block.title))}}}"
    head = rf"\Needspace{{{_OPENING}\baselineskip}}\section{{{title}}}\label{{{block.label}}}"
    return "\n".join([head, *(_tex(inner, names) for inner in block.blocks)])


@_tex.register
def _(block: Paragraph, names: Names) -> str:
    return names.prose(block.text) + "\n"


@_tex.register
def _(block: Heading, names: Names) -> str:
    return rf"\heading{{{names.prose(block.text)}}}"


@_tex.register
def _(block: Items, names: Names) -> str:
    kind = "itemize" if block.first is None else "enumerate"
    counted = [] if block.first in (None, 1) else [rf"\setcounter{{enumi}}{{{block.first - 1}}}"]
    items = ("\\item " + "\n".join(_tex(each, names) for each in item) for item in block.items)
    return "\n".join([rf"\begin{{{kind}}}", *counted, *items, rf"\end{{{kind}}}"])


@_tex.register
def _(block: Quote, names: Names) -> str:
    inner = "\n".join(_tex(each, names) for each in block.blocks)
    return f"\\begin{{quote}}\n{inner}\n\\end{{quote}}"


@_tex.register
def _(block: Display, names: Names) -> str:
    body = rf"\fit{{{block.latex}}}"
    if not block.label:
        return f"\\[\n  {body}\n\\]"
    tag = rf"\tag{{{names.targets[block.label].number}}}\label{{{block.label}}}"
    return f"\\begin{{equation}}\n  {body}{tag}\n\\end{{equation}}"


@_tex.register
def _(block: Chain, names: Names) -> str:
    left, *steps = block.rows
    lines = [
        rf"  \step{{{row.relation}}}{{{if_wide(row.expression)}}}"
        rf"{{{names.prose(row.justification)}}}{{{names.marks(row.evidence)}}}"
        for row in steps
    ]
    if len(lines) > 2:
        lines[-1] = r"  \nobreak" + lines[-1]  # the last line is not left alone on a new page
    title = [rf"\chaintitle{{{names.prose(block.title)}}}"] if block.title else []
    return "\n".join(
        [*title, rf"\begin{{chain}}{{{if_wide(left.expression)}}}", *lines, r"\end{chain}"]
    )


@_tex.register
def _(block: StatementBlock, names: Names) -> str:
    title, entry = names.prose(block.title), bookmark(plain(block.title))
    parts = [
        rf"\begin{{statement}}{{{block.number}}}{{{block.name}}}{{{title}}}"
        rf"{{{names.marks(block.grades)}}}{{{entry}}}"
    ]
    match block.hypotheses:
        case ():
            pass
        case (only,):
            parts.append(names.prose(only) + r"\par")
        case several:
            items = [rf"  \item {names.prose(item)}" for item in several]
            parts += [r"\begin{hypotheses}", *items, r"\end{hypotheses}"]
    parts += [_claim(claim, names) for claim in block.claims]
    parts.append(r"\end{statement}")
    parts += [names.prose(piece) + "\n" for piece in paragraphs(block.prose)]
    parts += [_tex(inner, names) for inner in block.illustrations]
    if block.chains:
        chains = "\n".join(_tex(chain, names) for chain in block.chains)
        parts += [r"\begin{derivation}", chains, r"\end{derivation}"]
    if block.reason:
        parts.append(names.prose(block.reason) + "\n")
    parts += [_tex(inner, names) for inner in block.blocks]
    if block.counterexamples:
        items = [rf"  \item {names.prose(item)}" for item in block.counterexamples]
        parts += [r"\begin{counterexamples}", *items, r"\end{counterexamples}"]
    return "\n".join(parts) + "\n"


@_tex.register
def _(block: Result, names: Names) -> str:
    said = names.prose(f"[[{block.name}]]: {block.title}.")
    parts = [r"\begin{outcome}", said, *(names.prose(each) for each in block.hypotheses)]
    return "\n".join([*parts, *(_claim(claim, names) for claim in block.claims), r"\end{outcome}"])


def _claim(claim: Claim, names: Names) -> str:
    condition = f"({names.prose(claim.condition)})" if claim.condition else ""
    return rf"\claim{{{if_wide(claim.latex)}}}{{{condition}}}{{{names.prose(claim.note)}}}"


@_tex.register
def _(block: Algorithm, names: Names) -> str:
    parts = [
        r"\begin{algorithm}[htbp]",
        rf"\caption{{{names.prose(block.title)}}}\label{{{block.label}}}",
        block.latex,
    ]
    if block.caption:
        parts.append(rf"\algorithmnote{{{names.prose(block.caption)}}}")
    return "\n".join([*parts, r"\end{algorithm}"])


@_tex.register(Figure | Picture)
def _(block: Figure | Picture, names: Names) -> str:
    return "\n".join(
        [
            r"\begin{figure}[htbp]",
            r"  \centering",
            f"  {drawing(block)}",
            rf"  \caption{{{names.prose(block.caption)}}}\label{{{block.name}}}",
            r"\end{figure}",
        ]
    )


@_tex.register
def _(block: Table, names: Names) -> str:
    columns = "".join(
        r">{\raggedright\arraybackslash}X" if letter == "p" else letter
        for letter in block.alignment
    )
    environment, width = ("xltabular", r"{\linewidth}") if "X" in columns else ("longtable", "")
    header = " & ".join(rf"\textbf{{{names.prose(cell)}}}" for cell in block.header)
    caption = ""
    if block.caption:
        label = rf"\label{{{block.label}}}"
        caption = rf"\caption{{{names.prose(block.caption)}}}{label}\\" + "\n"
    rows = [" & ".join(names.prose(cell) for cell in row) + r" \\" for row in block.rows]
    together = len(block.rows) <= _SHORT_TABLE
    return "\n".join(
        [
            rf"\Needspace{{{len(block.rows) + 5 if together else 8}\baselineskip}}",
            r"\begingroup\small",
            rf"\begin{{{environment}}}{width}{{@{{}}{columns}@{{}}}}",
            caption + rf"\toprule {header} \\ \midrule \endfirsthead",
            rf"\toprule {header} \\ \midrule \endhead",
            r"\bottomrule \endfoot",
            *rows,
            rf"\end{{{environment}}}",
            r"\endgroup",
        ]
    )


@_tex.register
def _(block: Graph, names: Names) -> str:
    return "\n".join(
        [
            r"\begin{figure}[htbp]",
            r"  \centering",
            tikz(block, lambda name: names.targets[name].number),
            rf"  \caption{{{names.prose(block.caption)}}}\label{{{block.name}}}",
            r"\end{figure}",
        ]
    )


@_tex.register
def _(block: Listing, names: Names) -> str:
    caption = [rf"\listingtitle{{{names.prose(block.caption)}}}"] if block.caption else []
    code = listing(block.code.rstrip("\n"))
    return "\n".join([*caption, r"\begin{listing}", code, r"\end{listing}"])
