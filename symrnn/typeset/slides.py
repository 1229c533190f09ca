"""The slides backend: a `Deck`, shown from its `Document`, as LaTeX for the beamer class.

Overlays are numbered here and stand around the content of a line (`\\uncover<3->{…}`), never bare
inside an alignment, where beamer gives wrong pages without an error. A chain too long for a frame
goes on in the next, which begins with the line that the one before ended with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import singledispatch

from symrnn.errors import IllFormedError
from symrnn.typeset import speaker
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Chain,
    Claim,
    Display,
    Figure,
    Row,
    StatementBlock,
    walk,
)
from symrnn.typeset.deck import Claims, Deck, Fails, Frame, Item, Lines, Pictures, Points, Shown
from symrnn.typeset.document import Document
from symrnn.typeset.heights import (
    WIDTH,
    claim_height,
    formula_height,
    formula_width,
    row_height,
    text_height,
    title_height,
)
from symrnn.typeset.latex import Article, drawing, figure_files, templates
from symrnn.typeset.latex_text import bookmark, escape, prose
from symrnn.typeset.prose import listed, paragraphs, plain

#: Lines of text that a frame has room for below its title, by an estimate of what each takes.
ROOM = 13.5

_ABOVE_TITLE = 0.8
"""Lines left free above the title of a chain."""

_BEGINNING = re.compile(r"^\\begin\{frame\}\[t\]\{(.*)\}$")
_PART = re.compile(r" \\framepart\{\d+\}\{\d+\}$")


@dataclass(frozen=True)
class _Run:
    """Rows of a chain that fit one frame; the first is where the frame before ended, if any."""

    statement: str
    chain: Chain
    goes_on: bool = False


_Shown = Item | _Run


@dataclass(frozen=True)
class _Source:
    """The document, by what a deck names."""

    document: Document
    statements: Mapping[str, StatementBlock]
    named: Mapping[str, Block]
    framed: frozenset[str]
    """Statements whose claims have a frame, which can be linked to."""
    room: float
    less: Mapping[str, float]

    def statement(self, name: str) -> StatementBlock:
        if name not in self.statements:
            raise _missing("statement", name, self.statements)
        return self.statements[name]

    def chain(self, lines: Lines) -> Chain:
        chains = self.statement(lines.statement).chains
        for chain in chains:
            if (chain.part, chain.stage) == (lines.part, lines.stage):
                return chain
        known = {f"{chain.part}, {chain.stage}".rstrip(", "): chain for chain in chains}
        raise _missing(f"part of `{lines.statement}`", f"{lines.part}, {lines.stage}", known)

    def prose(self, text: str) -> str:
        grades = {grade.name: grade for grade in self.document.legend}
        return prose(text, self.document.targets, grades, self._reference, self._citation)

    def _citation(self, key: str) -> str:
        return escape(next(work.spoken for work in self.document.works if work.key == key))

    def _reference(self, name: str) -> str:
        shown = str(self.document.targets[name]).replace(" ", "~")
        return rf"\hyperlink{{{name}}}{{{shown}}}" if name in self.framed else shown

    def marks(self, grades: tuple[str, ...]) -> str:
        letters = {grade.name: grade.letter for grade in self.document.legend}
        return "".join(rf"\evidence{{{letters[grade]}}}" for grade in grades)


def _missing(kind: str, name: str, known: Mapping[str, object]) -> IllFormedError:
    return IllFormedError(
        f"the slides show a {kind} that the document does not have",
        {"expected": ", ".join(known), "got": repr(name)},
    )


@dataclass
class _Overlays:
    """Counts what is revealed on one frame; what comes first is there from the start."""

    last: int = 0

    @property
    def now(self) -> str:
        """With what will be revealed next."""
        return f"{self.last + 1}-"

    def following(self) -> str:
        """One click later."""
        self.last += 1
        return f"{self.last}-"

    def given(self) -> None:
        """Something is shown from the start."""
        self.last = max(self.last, 1)


def slides(
    document: Document,
    deck: Deck,
    *,
    handout: bool = False,
    notes: bool = False,
    room: float = ROOM,
    less: Mapping[str, float] | None = None,
) -> Article:
    """The deck as one beamer document, 16:9; compile it with pdflatex or lualatex, twice.

    Args:
        document: what is shown.
        deck: what of it, in which order.
        handout: one page for each frame, everything revealed.
        notes: a page for the speaker after each frame.
        room: lines that a chain may fill on a frame before it is split.
        less: how many lines less the frames of a title have, as `frame_at` names it.

    Raises:
        IllFormedError: when the deck names what the document does not have.
    """
    frames = [frame for act in deck.acts for frame in act.frames]
    source = _source(document, frames, room, less or {})
    anchored: set[str] = set()
    told: set[str] = set()
    acts = []
    for act in deck.acts:
        pages = [page for frame in act.frames for page in _pages(frame, source, anchored, told)]
        acts.append((source.prose(act.title), bookmark(plain(act.title)), pages))
    template = templates().get_template("slides.tex")
    tex = template.render(
        document=document,
        acts=acts,
        handout=handout,
        notes=notes,
        used=document.grades_used,
        prose=source.prose,
        plain=lambda text: escape(plain(text)),
        bookmark=lambda text: bookmark(plain(text)),
    )
    shown = {item.name: None for frame in frames for item in frame.items if isinstance(item, Shown)}
    figures = (source.named[name] for name in shown)
    return Article(tex, figure_files(f for f in figures if isinstance(f, Figure)))


def frame_at(tex: str, line: int) -> str:
    """The title, as it is written, of the frame that has this line of the slides; "" for none."""
    for each in reversed(tex.splitlines()[:line]):
        found = _BEGINNING.match(each)
        if found is not None:
            return _PART.sub("", found[1])
    return ""


def _source(
    document: Document, frames: list[Frame], room: float, less: Mapping[str, float]
) -> _Source:
    blocks = tuple(walk(document.blocks))
    statements = {block.name: block for block in blocks if isinstance(block, StatementBlock)}
    named: dict[str, Block] = {b.name: b for b in blocks if isinstance(b, Figure)}
    named |= {block.label: block for block in blocks if isinstance(block, Algorithm)}
    items = (item for frame in frames for item in frame.items)
    framed = frozenset(item.statement for item in items if isinstance(item, Claims))
    return _Source(document, statements, named, framed, room, less)


# ---------------------------------------------------------------------- frames


def _pages(frame: Frame, source: _Source, anchored: set[str], told: set[str]) -> Iterator[str]:
    """The frame in LaTeX, or several where a chain is too long for one."""
    pieces = list(_pieces(frame, source))
    for number, items in enumerate(pieces, start=1):
        part = rf" \framepart{{{number}}}{{{len(pieces)}}}" if len(pieces) > 1 else ""
        claimed = [item.statement for item in items if isinstance(item, Claims)]
        anchors = [rf"\hypertarget<1>{{{name}}}{{}}" for name in claimed if name not in anchored]
        anchored.update(claimed)
        overlays = _Overlays()
        yield "\n".join(
            [
                rf"\begin{{frame}}[t]{{{source.prose(frame.title)}{part}}}",
                rf"\framesubtitle{{{_subtitle(items, source)}}}",
                "".join(anchors) + r"\vfill",
                *(_tex(item, source, overlays) for item in items),
                r"\vfill\null",
                _note(frame, items, number == 1, source, told),
                r"\end{frame}",
                "",
            ]
        )


def _pieces(frame: Frame, source: _Source) -> Iterator[tuple[_Shown, ...]]:
    """The items, frame by frame: a chain is split where the frame has no room for more rows."""
    taken: list[_Shown] = []
    whole = source.room - source.less.get(source.prose(frame.title), 0.0)
    whole -= title_height(frame.title)
    room = whole - sum(_height(item, source) for item in frame.items)
    for item in frame.items:
        if not isinstance(item, Lines):
            taken.append(item)
            continue
        chain = source.chain(item)
        first, *rows = chain.rows
        title = text_height(chain.title) + _ABOVE_TITLE if chain.title else 0.0
        beside = _beside(first, rows)
        indent = formula_width(first.expression) if beside else 1.5
        room -= title + (0.0 if beside else formula_height(first.expression) + 0.3)
        run: list[Row] = [first]
        goes_on = False
        for row in rows:
            if row_height(row, indent) > room and len(run) > 1:
                taken.append(_Run(item.statement, replace(chain, rows=tuple(run)), goes_on))
                yield tuple(taken)
                last = run[-1].expression
                taken, run, indent, goes_on = [], [Row("", last)], 1.5, True
                room = whole - title - formula_height(last) - 0.3
            run.append(row)
            room -= row_height(row, indent)
        taken.append(_Run(item.statement, replace(chain, rows=tuple(run)), goes_on))
    yield tuple(taken)


def _beside(left: Row, rows: list[Row]) -> bool:
    """Whether the left side is likely to stand in one line with the first step."""
    return formula_width(left.expression) < 0.4 * WIDTH and (
        formula_width(left.expression) + formula_width(rows[0].expression) < WIDTH
    )


def _height(item: _Shown, source: _Source) -> float:
    match item:
        case Points(items):
            return sum(text_height(point) + 0.5 for point in items)
        case Claims():
            claims = _claims(item, source)
            assumed = any(claim.assumed for claim in claims)
            return 1.0 + 1.3 * assumed + sum(map(claim_height, claims))
        case _:
            return 0.0


def _claims(item: Claims, source: _Source) -> tuple[Claim, ...]:
    block = source.statement(item.statement)
    known = {claim.part: claim for claim in block.claims}
    for part in item.parts:
        if part not in known:
            raise _missing(f"claim of `{item.statement}`", part, known)
    return tuple(known[part] for part in item.parts) or block.claims


def _subtitle(items: tuple[_Shown, ...], source: _Source) -> str:
    """Which statement a frame is about, and how that was checked."""
    for item in items:
        if isinstance(item, Claims | _Run | Pictures | Fails):
            block = source.statement(item.statement)
            return rf"Statement~{block.number}\enspace{source.marks(block.grades)}"
    return r"\strut"


def _note(
    frame: Frame, items: tuple[_Shown, ...], first: bool, source: _Source, told: set[str]
) -> str:
    """What the speaker says: the frame's own notes, then what belongs to each item.

    `told` are the statements whose prose an earlier frame has.
    """
    texts = [source.prose(text) for text in paragraphs(frame.notes) if first]
    for item in items:
        texts += _said(item, source, told)
    said = "\n\n".join(texts)
    return rf"\note{{{said}}}" if said else ""


def _said(item: _Shown, source: _Source, told: set[str]) -> Iterable[str]:
    if isinstance(item, Points):
        return ()
    if isinstance(item, Shown):
        block = source.named.get(item.name)
        if isinstance(block, Figure):
            return speaker.to_figure(block, source.prose)
        return speaker.to_algorithm(block, source.prose) if isinstance(block, Algorithm) else ()
    statement = source.statement(item.statement)
    match item:
        case Claims():
            known = statement.name in told
            told.add(statement.name)
            return speaker.to_claims(statement, _claims(item, source), known, source.prose)
        case _Run(chain=chain):
            return speaker.to_lines(chain.rows[1:], source.prose)
        case Fails():
            return speaker.to_failures(statement, source.prose)
        case _:
            return speaker.to_picture(statement, source.prose)


# ---------------------------------------------------------------------- items


@singledispatch
def _tex(item: _Shown, source: _Source, overlays: _Overlays) -> str:
    raise IllFormedError(f"slides: no rule for {type(item).__name__}")


@_tex.register
def _(item: Points, source: _Source, overlays: _Overlays) -> str:
    points = [rf"  \item<{overlays.following()}> {source.prose(point)}" for point in item.items]
    return "\n".join([r"\begin{points}", *points, r"\end{points}"])


@_tex.register
def _(item: Claims, source: _Source, overlays: _Overlays) -> str:
    overlays.given()
    claims = _claims(item, source)
    assumed = list(dict.fromkeys(fact for claim in claims for fact in claim.assumed))
    lines = [rf"Assume {source.prose(listed(assumed))}.\par"] if assumed else []
    several = len(claims) > 1
    for claim in claims:
        condition = f"({source.prose(claim.condition)})" if claim.condition else ""
        note = source.prose(claim.note) if several else ""
        lines.append(rf"\claim{{{claim.latex}}}{{{condition}}}{{{note}}}")
    return "\n".join([r"\begin{claims}", *lines, r"\end{claims}"])


@_tex.register
def _(item: _Run, source: _Source, overlays: _Overlays) -> str:
    chain = item.chain
    left, *rows = chain.rows
    start = overlays.following() if not overlays.last else overlays.now
    title = [rf"\chaintitle{{{start}}}{{{source.prose(chain.title)}}}"] if chain.title else []
    steps = [
        rf"  \step[{overlays.following()}]{{{row.relation}}}{{{row.expression}}}"
        rf"{{{source.prose(row.justification)}}}{{}}"
        for row in rows
    ]
    opening = rf"\begin{{chain}}[{start}]{{{left.expression}}}" + r"\continued" * item.goes_on
    return "\n".join([*title, opening, *steps, r"\end{chain}"])


@_tex.register
def _(item: Pictures, source: _Source, overlays: _Overlays) -> str:
    overlays.given()
    shown = source.statement(item.statement).illustrations
    displays = [block.latex for block in shown if isinstance(block, Display)]
    return "\n".join(rf"\display{{{latex}}}" for latex in displays)


@_tex.register
def _(item: Fails, source: _Source, overlays: _Overlays) -> str:
    known = source.statement(item.statement).counterexamples
    chosen = [known[place] for place in item.which] if item.which else known
    start = overlays.now
    points = [rf"  \item<{overlays.following()}> {source.prose(text)}" for text in chosen]
    return "\n".join([rf"\begin{{fails}}{{{start}}}", *points, r"\end{fails}"])


@_tex.register
def _(item: Shown, source: _Source, overlays: _Overlays) -> str:
    overlays.given()
    block = source.named.get(item.name)
    match block:
        case Figure():
            return drawing(block)
        case Algorithm():
            return rf"\program{{{block.latex}}}{{{source.prose(block.caption)}}}"
        case _:
            raise _missing("figure or algorithm", item.name, source.named)
