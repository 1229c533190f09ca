"""What a lecture is made of: frozen blocks, and the walk through them.

Maths are LaTeX strings (from the printer), prose is the markup of `symrnn.typeset.prose`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symrnn.errors import IllFormedError


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of prose markup."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section, in prose; it has no number."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list, of a few blocks an item; `first` is the number it counts from, None for bullets."""

    items: tuple[tuple[Block, ...], ...]
    first: int | None = None


@dataclass(frozen=True)
class Quote:
    """What somebody else said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Picture:
    """A picture that somebody gave: the same by its kind, "pdf", "svg", "png" or "jpg".

    A document of LaTeX needs one that is not SVG, a page one that is not PDF.
    """

    name: str
    caption: str
    alt: str
    images: Mapping[str, bytes] = field(repr=False)

    def best(self, kinds: Sequence[str]) -> str:
        """The first of the kinds that is there."""
        return next(kind for kind in kinds if kind in self.images)


@dataclass(frozen=True)
class Display:
    """A displayed formula; it is numbered exactly when it has a label."""

    latex: str
    label: str = ""


@dataclass(frozen=True)
class Detail:
    """What stands behind a line, for a reader who asks; all but the code is prose.

    rule: the rule in mathematics; condition: where it applies; code: generated NumPy of the line's
    expression, or nothing; remark: why there is none; anchor: the row of a table that says the
    rule, too, where there is one.
    """

    rule: str
    condition: str = ""
    code: str = ""
    remark: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Backing:
    """What stands behind a whole chain: what is assumed for it, and what was run, an item each."""

    assumed: str = ""
    checked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of a chain: `relation` `expression`, why it holds, and the evidence for it.

    A backend that can unfold something shows `detail` on demand; the others leave it out. `key`
    tells whether the line does more than write the one before in another way.
    """

    relation: str
    expression: str
    justification: str = ""
    evidence: tuple[str, ...] = ()
    detail: Detail | None = None
    key: bool = True


@dataclass(frozen=True)
class Chain:
    """e₀ = e₁ ≤ … = eₙ, one justified relation a line.

    The first row is the left side e₀: its relation is empty. Each further row needs a relation.
    `part` is the part of the statement it proves, by the label there, and `stage` the base case or
    the step of an induction; a selection finds it by these. `backing` stands behind all its lines.
    `names` is what letters in them stand for, $n := max(κ, ‖g‖)$, `assumed` what the statement's
    hypotheses say for them, and `earlier` the claims of its parts before that they use, each by
    its part: a backend that shows the lines alone says these, too.
    """

    rows: tuple[Row, ...]
    title: str = ""
    part: str = ""
    stage: str = ""
    backing: Backing | None = None
    names: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.rows) < 2:
            raise IllFormedError(
                "chain: a left side and at least one further row are needed",
                {"rows": len(self.rows)},
            )
        for number, row in enumerate(self.rows):
            if bool(row.relation) != (number > 0):
                raise IllFormedError(
                    "chain: the first row has no relation, every further row has one",
                    {"row": number, "relation": repr(row.relation)},
                )


@dataclass(frozen=True)
class Algorithm:
    """Pseudocode: the `algorithmic` environment latexify made of a Python function."""

    title: str
    latex: str
    label: str
    caption: str = ""


@dataclass(frozen=True)
class Data:
    """The numbers behind a drawing: a header, and rows of as many cells; an empty cell is no value.

    Raises `IllFormedError` for a row of another length.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[float | str, ...], ...] = field(repr=False)

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.header):
                raise IllFormedError(
                    f"data: row {number} has {len(row)} cells, the header has {len(self.header)}",
                    {"header": self.header, "row": row},
                )

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The rows as text; numbers to six digits."""
        return tuple(
            tuple(cell if isinstance(cell, str) else f"{cell:.6g}" for cell in row)
            for row in self.rows
        )

    @property
    def csv(self) -> bytes:
        """The table as a CSV file."""
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows((self.header, *self.cells))
        return stream.getvalue().encode()


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG text and as PDF bytes; `alt` says in words what it shows.

    `data` are the numbers drawn, where there are any; `tikz` is the same drawing for LaTeX to make
    itself, in the fonts of the text.
    """

    name: str
    caption: str
    alt: str
    svg: str = field(repr=False)
    pdf: bytes = field(repr=False)
    data: Data | None = field(default=None, repr=False)
    tikz: str = field(default="", repr=False)

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        return self.svg


#: Characters of markup above which a table's column wraps.
_LONG_CELL = 28


@dataclass(frozen=True)
class Table:
    """A table of prose cells.

    `columns` has a letter for each column: l, c, r as in LaTeX, or p for one that wraps.
    By default a column wraps when one of its cells is long, and is l otherwise. A table has both
    a caption and a label, and with them a number, or neither. `anchors` has a name for each row,
    where a page can link to it.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    label: str = ""
    columns: str = ""
    anchors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        width = len(self.header)
        for number, row in enumerate(self.rows):
            if len(row) != width:
                raise IllFormedError(
                    f"table: row {number} has {len(row)} cells, the header has {width}",
                    {"header": self.header, "row": row},
                )
        if bool(self.caption) != bool(self.label):
            raise IllFormedError(
                "table: caption and label go together",
                {"caption": repr(self.caption), "label": repr(self.label)},
            )
        if self.columns and not re.fullmatch(f"[lcrp]{{{width}}}", self.columns):
            raise IllFormedError(
                f"table: `columns` must be {width} letters out of l, c, r, p",
                {"columns": repr(self.columns)},
            )

    @property
    def alignment(self) -> str:
        """One of l, c, r, p for each column."""
        columns = zip(self.header, *self.rows, strict=True)
        wraps = (max(len(cell) for cell in column) > _LONG_CELL for column in columns)
        return self.columns or "".join("p" if wrap else "l" for wrap in wraps)


@dataclass(frozen=True)
class Listing:
    """Source code, verbatim; `language` is a hint for the reader."""

    code: str
    language: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Claim:
    """A displayed formula, the condition under which it holds, and what it is called.

    `condition` and `note` are prose; the condition is set in parentheses beside the formula.
    `part` is the part of the statement it belongs to, by the label there, and `assumed` what is
    assumed for it, one formula in prose each, and `names` what letters in it stand for: the
    statement's hypotheses say both for all claims.
    """

    latex: str
    condition: str = ""
    note: str = ""
    part: str = ""
    assumed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatementBlock:
    """A statement: what is assumed, what is claimed, why it holds, what fails without a hypothesis.

    `hypotheses` and `counterexamples` are prose, one item each; `prose` may have several
    paragraphs and stands between claim and derivation, with `illustrations` after it; `blocks`
    are whatever else belongs to it (figures, algorithms), after the derivation. `reason` says in
    prose why it holds, where the derivation is left out; `detail` is how much of it is wanted,
    whatever is wanted of the others.
    """

    number: int
    name: str
    title: str
    claims: tuple[Claim, ...]
    hypotheses: tuple[str, ...] = ()
    prose: str = ""
    illustrations: tuple[Block, ...] = ()
    chains: tuple[Chain, ...] = ()
    counterexamples: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Result:
    """What a lecture comes to, said before it begins: the claims of a statement that it proves."""

    name: str
    title: str
    claims: tuple[Claim, ...]
    hypotheses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A titled run of blocks; sections do not nest."""

    title: str
    label: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        inner = [block.title for block in walk(self.blocks) if isinstance(block, Section)]
        if inner:
            raise IllFormedError(
                f"section `{self.label}`: a section can not stand inside a section",
                {"inside": ", ".join(inner)},
            )


@dataclass(frozen=True)
class Graph:
    """What uses what: nodes in layers, each an item that has a name in the document.

    `layers` holds names, those of a layer using names of earlier ones only; `edges` are pairs
    (used, using).
    """

    layers: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, str], ...]
    caption: str
    name: str


Block = (
    Section
    | Paragraph
    | Heading
    | Items
    | Quote
    | Picture
    | Display
    | Chain
    | Algorithm
    | Figure
    | Table
    | Listing
    | Graph
    | StatementBlock
    | Result
)  # fmt: skip


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block, outer before inner, in reading order."""
    for block in blocks:
        yield block
        match block:
            case StatementBlock():
                yield from walk(block.illustrations)
                yield from block.chains
                yield from walk(block.blocks)
            case Section() | Quote():
                yield from walk(block.blocks)
            case Items(items):
                for item in items:
                    yield from walk(item)
            case _:
                pass
