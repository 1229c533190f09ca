"""The slides backend: a `Deck`, shown from its `Document`, as LaTeX for the beamer class.

Overlays are numbered here and stand around the content of a line (`\\uncover<3->{…}`), never bare
inside an alignment, where beamer gives wrong pages without an error. A chain too long for a frame
goes on in the next, which begins with the line that the one before ended with.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    Picture,
    StatementBlock,
    walk,
)
from symrnn.typeset.breaking import if_wide
from symrnn.typeset.deck import Body, Claims, Deck, Fails, Frame, Item, Lines, Pictures, Shown, Why
from symrnn.typeset.detail import key_lines, reason
from symrnn.typeset.document import Document
from symrnn.typeset.heights import LAYOUTS, WIDE, Layout
from symrnn.typeset.latex import Article, drawing, figure_files, picture_path, templates
from symrnn.typeset.latex_text import bookmark, escape, prose
from symrnn.typeset.paging import Contents, Placed, Run, joined, pages
from symrnn.typeset.prose import Citation, listed, paragraphs, plain
from symrnn.typeset.slide_words import words
from symrnn.typeset.words import phrase, speaking

_BEGINNING = re.compile(r"^\\begin\{frame\}\[t\]\{(.*)\}$")
_PART = re.compile(r" \\framepart\{\d+\}\{\d+\}$")


@dataclass(frozen=True)
class Look:
    """How slides are made, whatever they show.

    Args:
        aspect: "169" or "43".
        theme: the name of a beamer theme, or of a style file; symrnn's own by default.
        files: what stands beside the slides for it: a style file of the user's own, by its name.
        handout: one page for each frame, everything revealed.
        notes: a page for the speaker after each frame.
    """

    aspect: str = WIDE.aspect
    theme: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False)
    handout: bool = False
    notes: bool = False

    @property
    def layout(self) -> Layout:
        """Its measures."""
        return LAYOUTS[self.aspect]

    @property
    def use(self) -> str:
        """LaTeX that loads the theme."""
        if not self.theme:
            return ""
        if self.files and not self.theme.startswith("beamertheme"):
            return rf"\usepackage{{{self.theme}}}"
        return rf"\usetheme{{{self.theme.removeprefix('beamertheme')}}}"


@dataclass(frozen=True)
class Fit:
    """What is done so that all fits on its frame, by titles as `frame_at` names them.

    Args:
        small: frames set in smaller type.
        less: how many lines less are on a frame.
        more: how many lines more than estimated a frame is taken to have room for. An estimate
            that is too low is seen, for a frame is overfull; one that is too high is not.
    """

    small: frozenset[str] = frozenset()
    less: Mapping[str, float] = field(default_factory=dict)
    more: float = 0.0

    def tighter(self, overfull: Collection[str]) -> Fit:
        """The same for frames that are too full as they are: small type first, then less."""
        known = self.small | self.less.keys()
        less = {
            title: 2.0 * self.less.get(title, 0.0) + 3.0 for title in overfull if title in known
        }
        small = self.small.union(title for title in overfull if title not in known)
        return Fit(small - less.keys(), {**self.less, **less}, self.more)


@dataclass(frozen=True)
class _Source:
    """The document, by what a deck names."""

    document: Document
    statements: Mapping[str, StatementBlock]
    named: Mapping[str, Block]
    framed: frozenset[str]
    """Statements whose claims have a frame, which can be linked to."""
    layout: Layout = WIDE
    unsaid: Mapping[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = field(
        default_factory=dict
    )
    """What lines rest on that no frame says before them: assumed, and earlier claims."""

    def statement(self, name: str) -> StatementBlock:
        if name not in self.statements:
            raise _missing("statement", name, self.statements)
        return self.statements[name]

    def chain(self, lines: Lines) -> Chain:
        chains = self.statement(lines.statement).chains
        for chain in chains:
            if (chain.part, chain.stage) == (lines.part, lines.stage):
                assumed, earlier = self.unsaid.get(lines, (chain.assumed, chain.earlier))
                chain = replace(chain, assumed=assumed, earlier=earlier)
                return key_lines(chain) if lines.key else chain
        known = {f"{chain.part}, {chain.stage}".rstrip(", "): chain for chain in chains}
        raise _missing(f"part of `{lines.statement}`", f"{lines.part}, {lines.stage}", known)

    def claims(self, item: Claims) -> tuple[Claim, ...]:
        block = self.statement(item.statement)
        known = {claim.part: claim for claim in block.claims}
        for part in item.parts:
            if part not in known:
                raise _missing(f"claim of `{item.statement}`", part, known)
        return tuple(known[part] for part in item.parts) or block.claims

    def reason(self, name: str) -> str:
        block = self.statement(name)
        return block.reason or reason(block)

    @property
    def contents(self) -> Contents:
        return Contents(self.statement, self.chain, self.claims, self.reason, self.layout)

    def prose(self, text: str) -> str:
        grades = {grade.name: grade for grade in self.document.legend}
        return prose(text, self.document.targets, grades, self._reference, self._citation)

    def _citation(self, cited: Citation) -> str:
        work = next(work for work in self.document.works if work.key == cited.key)
        return escape(work.cited(cited.aside, cited.place))

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
    named: set[str] = field(default_factory=set)

    def said(self, names: Iterable[str]) -> str:
        """What letters stand for, in a sentence; what the frame says already is left out."""
        new = [name for name in dict.fromkeys(names) if name not in self.named]
        self.named.update(new)
        return phrase("Let {names}.", names=listed(new)) if new else ""

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
    look: Look | None = None,
    *,
    room: float | None = None,
    fit: Fit | None = None,
) -> Article:
    """The deck as one beamer document; compile it with pdflatex or lualatex, twice.

    Args:
        document: what is shown.
        deck: what of it, in which order.
        look: the shape and the theme of the slides, and whether they are for paper; 16:9 with
            symrnn's own theme by default.
        room: lines that a frame has room for; by the slides' shape by default.
        fit: what is done for frames that would be too full.

    Raises:
        IllFormedError: when the deck names what the document does not have.
    """
    with speaking(document.language):
        return _slides(document, deck, look or Look(), room, fit or Fit())


def _slides(document: Document, deck: Deck, look: Look, room: float | None, fit: Fit) -> Article:
    source = _source(document, deck, look)
    room = look.layout.room if room is None else room
    anchored: set[str] = set()
    told: set[str] = set()
    acts = []
    for act in (joined(act, source.contents, room + fit.more) for act in deck.acts):
        made: list[str] = []
        for frame in act.frames:
            title = source.prose(frame.title)
            left = room + fit.more - fit.less.get(title, 0.0)
            type_size = [r"\small"] if title in fit.small else []
            made += _pages(frame, source, left, type_size, anchored, told)
        acts.append((source.prose(act.title), bookmark(plain(act.title)), made))
    tex = (
        templates()
        .get_template("slides.tex")
        .render(
            document=document,
            acts=acts,
            look=look,
            used=document.grades_used,
            prose=source.prose,
            bookmark=lambda text: bookmark(plain(text)),
            phrase=lambda text: escape(phrase(text)),
        )
    )
    items = [item for act in deck.acts for frame in act.frames for item in frame.items]
    shown = {item.name: source.named.get(item.name) for item in items if isinstance(item, Shown)}
    figures = [each for each in shown.values() if isinstance(each, Figure | Picture)]
    return Article(tex, {**figure_files(figures), **look.files})


def frame_at(tex: str, line: int) -> str:
    """The title, as it is written, of the frame that has this line of the slides; "" for none."""
    for each in reversed(tex.splitlines()[:line]):
        found = _BEGINNING.match(each)
        if found is not None:
            return _PART.sub("", found[1])
    return ""


def contents_of(document: Document, deck: Deck, look: Look | None = None) -> Contents:
    """What the heights of a deck's frames depend on."""
    return _source(document, deck, look or Look()).contents


def _source(document: Document, deck: Deck, look: Look) -> _Source:
    blocks = tuple(walk(document.blocks))
    statements = {block.name: block for block in blocks if isinstance(block, StatementBlock)}
    named: dict[str, Block] = {b.name: b for b in blocks if isinstance(b, Figure | Picture)}
    named |= {block.label: block for block in blocks if isinstance(block, Algorithm)}
    items = (item for act in deck.acts for frame in act.frames for item in frame.items)
    framed = frozenset(item.statement for item in items if isinstance(item, Claims))
    source = _Source(document, statements, named, framed, look.layout)
    return replace(source, unsaid=_unsaid(deck, source))


def _unsaid(
    deck: Deck, source: _Source
) -> dict[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """For the lines on frames, what they rest on that stands on no frame before them."""
    facts: set[str] = set()
    parts: set[tuple[str, str]] = set()
    found: dict[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}
    for item in (item for act in deck.acts for frame in act.frames for item in frame.items):
        if isinstance(item, Claims):
            claims = source.claims(item)
            facts.update(fact for claim in claims for fact in claim.assumed)
            parts.update((item.statement, claim.part) for claim in claims)
        if isinstance(item, Lines) and item not in found:
            chain, name = source.chain(item), item.statement
            earlier = tuple(each for each in chain.earlier if (name, each[0]) not in parts)
            found[item] = tuple(fact for fact in chain.assumed if fact not in facts), earlier
            facts.update(chain.assumed)
            parts.update((name, part) for part in (item.part, *(part for part, _ in earlier)))
    return found


# ---------------------------------------------------------------------- frames


def _pages(
    frame: Frame,
    source: _Source,
    room: float,
    type_size: Sequence[str],
    anchored: set[str],
    told: set[str],
) -> Iterator[str]:
    """The frame in LaTeX, or several where it is too long for one."""
    pieces = pages(frame, source.contents, room)
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
                *type_size,
                "".join(anchors) + r"\vfill",
                *(_tex(item, source, overlays) for item in items),
                r"\vfill\null",
                _note(frame, items, number == 1, source, told),
                r"\end{frame}",
                "",
            ]
        )


def _subtitle(items: tuple[Placed, ...], source: _Source) -> str:
    """Which statement a frame is about, and how that was checked."""
    about = dict.fromkeys(
        item.statement for item in items if isinstance(item, Claims | Run | Pictures | Fails | Why)
    )
    blocks = [source.statement(name) for name in about]
    if not blocks:
        return r"\strut"
    numbers = listed([str(block.number) for block in blocks])
    grades = blocks[0].grades if len({block.grades for block in blocks}) == 1 else ()
    kind = phrase("Statements" if len(blocks) > 1 else "Statement")
    return rf"{kind}~{numbers}\enspace{source.marks(grades)}"


def _note(
    frame: Frame, items: tuple[Placed, ...], first: bool, source: _Source, told: set[str]
) -> str:
    """What the speaker says: the frame's own notes, then what belongs to each item.

    `told` are the statements whose prose an earlier frame has.
    """
    texts = [source.prose(text) for text in paragraphs(frame.notes) if first]
    for item in items:
        texts += _said(item, source, told)
    said = "\n\n".join(texts)
    return rf"\note{{{said}}}" if said else ""


def _said(item: Placed, source: _Source, told: set[str]) -> Iterable[str]:
    if isinstance(item, Body):
        return ()
    if isinstance(item, Shown):
        block = source.named.get(item.name)
        if isinstance(block, Figure | Picture):
            return speaker.to_figure(block, source.prose)
        return speaker.to_algorithm(block, source.prose) if isinstance(block, Algorithm) else ()
    statement = source.statement(item.statement)
    match item:
        case Claims():
            known = statement.name in told
            told.add(statement.name)
            return speaker.to_claims(statement, source.claims(item), known, source.prose)
        case Run(chain=chain):
            assumed = chain.backing.assumed if chain.backing else ""
            return speaker.to_lines(chain.rows[1:], assumed, source.prose)
        case Fails():
            return speaker.to_failures(statement, source.prose)
        case Pictures():
            return speaker.to_picture(statement, source.prose)
        case _:
            return ()


# ---------------------------------------------------------------------- items


@singledispatch
def _tex(item: Item | Run, source: _Source, overlays: _Overlays) -> str:
    raise IllFormedError(f"slides: no rule for {type(item).__name__}")


@_tex.register
def _(item: Body, source: _Source, overlays: _Overlays) -> str:
    return words(item.block, source.prose, overlays)


@_tex.register
def _(item: Claims, source: _Source, overlays: _Overlays) -> str:
    overlays.given()
    claims = source.claims(item)
    said = [overlays.said(name for claim in claims for name in claim.names)]
    assumed = list(dict.fromkeys(fact for claim in claims for fact in claim.assumed))
    said += [phrase("Assume {facts}.", facts=listed(assumed))] if assumed else []
    before = " ".join(filter(None, said))
    lines = [rf"{source.prose(before)}\par"] if before else []
    several = len(claims) > 1
    for claim in claims:
        condition = f"({source.prose(claim.condition)})" if claim.condition else ""
        note = source.prose(claim.note) if several else ""
        lines.append(rf"\claim{{{if_wide(claim.latex)}}}{{{condition}}}{{{note}}}")
    return "\n".join([r"\begin{claims}", *lines, r"\end{claims}"])


@_tex.register
def _(item: Why, source: _Source, overlays: _Overlays) -> str:
    text = source.reason(item.statement)
    return rf"\why{{{overlays.following()}}}{{{source.prose(text)}}}" if text else ""


@_tex.register
def _(item: Run, source: _Source, overlays: _Overlays) -> str:
    chain = item.chain
    left, *rows = chain.rows
    # The left side comes with its first relation: alone it says nothing.
    said = [overlays.said(chain.names)]
    if not item.goes_on:
        if chain.assumed:
            said.append(phrase("Assume {facts}.", facts=listed(chain.assumed)))
        if chain.earlier:
            claims = listed([claim for _, claim in chain.earlier])
            said.append(phrase("Proved apart: {facts}.", facts=claims))
    start = overlays.now
    named = " ".join(filter(None, said))
    before = [rf"{source.prose(named)}\par"] if named else []
    title = [rf"\chaintitle{{{start}}}{{{source.prose(chain.title)}}}"] if chain.title else []
    steps = [
        rf"  \step[{overlays.following()}]{{{row.relation}}}{{{if_wide(row.expression)}}}"
        rf"{{{source.prose(row.justification)}}}{{}}"
        for row in rows
    ]
    opening = (
        rf"\begin{{chain}}[{start}]{{{if_wide(left.expression)}}}" + r"\continued" * item.goes_on
    )
    return "\n".join([*before, *title, opening, *steps, r"\end{chain}"])


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
        case Picture():
            shown = rf"{{{picture_path(block)}}}{{{source.prose(block.caption)}}}"
            return rf"\pictured{shown}"
        case Algorithm():
            return rf"\program{{{block.latex}}}{{{source.prose(block.caption)}}}"
        case _:
            raise _missing("figure or algorithm", item.name, source.named)
