"""The slides of a lecture: its outline, frame by frame.

A section's text becomes frames in its order: a statement begins a frame, so does a heading `###`
or a rule `---`; what follows stands below it as long as there is room. Statements that are used
but stand nowhere follow as an appendix.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from symrnn.cells.elman import elman
from symrnn.errors import ParseError
from symrnn.lecture.front_matter import FrontMatter
from symrnn.lecture.outline import Outline
from symrnn.lecture.pieces import Cut, Given, Notes, Piece, Place, Title, rewritten
from symrnn.theory.about import Subject
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import (
    Algorithm,
    Figure,
    Heading,
    Paragraph,
    Picture,
    StatementBlock,
    walk,
)
from symrnn.typeset.deck import (
    Act,
    Body,
    Claims,
    Deck,
    Fails,
    Frame,
    Item,
    Lines,
    Pictures,
    Shown,
    Why,
)
from symrnn.typeset.detail import Detail, key_lines
from symrnn.typeset.document import Document
from symrnn.typeset.prose import Citation, flat, inlines
from symrnn.typeset.words import phrase, speaking

BEHIND = "What it builds on"
"""The title over statements that are used, and stand nowhere in the outline."""


def deck(
    document: Document,
    outline: Outline,
    write: Callable[[str], str],
    detail: Detail = "steps",
    *,
    framed: bool = True,
) -> Deck:
    """The slides of a document, in the order of an outline.

    What the document does not have is passed over, with its frame: one outline serves several
    cells. That it asks for nothing that no cell has, `require_parts` sees to.

    Args:
        document: with all lines of its derivations.
        outline: the lecture's text, or the text of its slides.
        write: the outline's prose as the document has it.
        detail: of statements that do not say it themselves.
        framed: whether a heading begins a frame, as in a text that is of slides alone. Otherwise
            what has little below its heading may stand on the frame before, heading and all, a
            section too where it has no other frame.
    """
    with speaking(document.language):
        return _deck(_Deck(document, outline, write, detail, framed), outline)


def require_parts(outline: Outline, library: Mapping[str, Statement], rnn: Subject) -> None:
    """Parts of statements that places ask for are there: known before anything is proved.

    A part that a statement has of the cell it is written for may be missing of another.

    Args:
        outline: the lecture's text, or the text of its slides.
        library: the statements.
        rnn: what the lecture is about.

    Raises:
        ParseError: naming the line of a place that asks for another.
    """
    for place in outline.places():
        asked = [value for key, value in place.options if key == "part"]
        if not asked or place.name not in library:
            continue
        statement, show = library[place.name], dict(place.options).get("show")
        cells = [each for each in (rnn, elman()) if statement.applies(each).holds]
        known = [label for each in cells for label in _labels(statement.of(each), each, show)]
        for part in asked:
            if cells and part not in known:
                raise ParseError(
                    f"{outline.file}, line {place.line}: `{place.name}` has no part `{part}`",
                    {"expected": ", ".join(dict.fromkeys(filter(None, known))) or "no part"},
                )


def _labels(statement: Statement, rnn: Subject, show: str | None) -> list[str]:
    """What a place can ask for by name: counterexamples have numbers."""
    if show == "fails":
        return [str(number) for number in range(1, len(statement.counterexamples) + 1)]
    parts = statement.parts(rnn)
    shown = statement.headlined(parts) if show == "claims" else parts
    return [part.label for part in shown]


def _deck(made: _Deck, outline: Outline) -> Deck:
    # What stands before the first section is a frame under the lecture's title.
    begun: tuple[Piece, ...] = (*outline.abstract, *made.opening(outline.front))
    sections: list[tuple[str, tuple[Piece, ...]]] = [(outline.title, begun)]
    sections += [(part.title.text, part.pieces) for part in outline.parts]
    acts = [act for title, pieces in sections if (act := made.act(title, pieces)).frames]
    placed = {place.name for place in outline.places()}
    behind = [block for name, block in made.statements.items() if name not in placed]
    if behind:
        frames = tuple(replace(made.claimed(block), joins=True) for block in behind)
        acts.append(Act(phrase(BEHIND), frames))
    if works := made.cited(outline):
        title = phrase("References")
        acts.append(Act(title, (Frame(title, tuple(Body(Paragraph(line)) for line in works)),)))
    return Deck(tuple(acts))


def _is_whole(place: Place) -> bool:
    return "show" not in dict(place.options)


class _Deck:
    """Builds the frames from what the document has."""

    def __init__(
        self,
        document: Document,
        outline: Outline,
        write: Callable[[str], str],
        detail: Detail,
        framed: bool,
    ) -> None:
        self.write, self.detail, self.framed = write, detail, framed
        self.missing, self.works = False, document.works
        blocks = tuple(walk(document.blocks))
        self.statements = {b.name: b for b in blocks if isinstance(b, StatementBlock)}
        self.names = {b.name for b in blocks if isinstance(b, Figure)}
        self.names |= {b.label for b in blocks if isinstance(b, Algorithm)}

    def act(self, title: str, pieces: Iterable[Piece]) -> Act:
        written = self.write(title)
        return Act(written, tuple(self._frames(written, pieces)))

    def cited(self, outline: Outline) -> list[str]:
        """The works that the slides cite, a line each."""
        pieces = (piece for text in outline.texts() for piece in flat(inlines(text)))
        keys = {piece.key for piece in pieces if isinstance(piece, Citation)}
        return [work.line for work in self.works if work.key in keys]

    def opening(self, front: FrontMatter) -> Iterator[Place]:
        """Places of the figures and of the claims that the lecture begins with."""
        for name in front.opening:
            options = (("show", "claims"),) if name in self.statements else ()
            yield Place(name, front.lines["opening"], options)

    def _frames(self, section: str, pieces: Iterable[Piece]) -> Iterator[Frame]:
        """The frames of a section; those without anything to show are dropped."""
        frame, own = Frame(section, (), joins=not self.framed), False
        self.missing = False  # whether a place on this frame asks for what there is not
        for piece in pieces:
            match piece:
                case Title(text=text):
                    yield from self._worth(frame)
                    frame, own = Frame(self.write(text), (), joins=not self.framed), True
                case Cut():
                    yield from self._worth(frame)
                    frame = Frame(frame.title, ())
                case Notes(text=text):
                    frame = frame.with_(notes=self.write(text))
                case Given(block=block):
                    written = rewritten(block, self.write)
                    if isinstance(written, Picture):
                        frame = frame.with_(Shown(written.name))
                    else:
                        frame = frame.with_(Body(written))
                case Place() if piece.name in self.statements and not own:
                    yield from self._worth(frame)
                    yield from self._whole(piece)
                    frame = Frame(section, (), joins=True, goes_on=True)
                case Place(options=options):
                    # What heads one statement heads no second one.
                    own = own and not (piece.name in self.statements and _is_whole(piece))
                    named = [Body(Heading(self.write(v))) for k, v in options if k == "title"]
                    items = (self._unsaid(item, frame) for item in self._items(piece))
                    frame = frame.with_(*named, *items)
        yield from self._worth(frame)

    def _worth(self, frame: Frame) -> Iterator[Frame]:
        """The frame, where it shows something, and there is all that it is to show."""
        if frame.items and not self.missing:
            yield frame
        self.missing = False

    # ------------------------------------------------------------------ statements

    def _whole(self, place: Place) -> Iterator[Frame]:
        """The frames of a statement, as much of it as is asked for."""
        block = self._block(place)
        if not _is_whole(place):
            yield Frame(block.title, tuple(self._items(place)), joins=True)
            return
        frame = replace(self.claimed(block), joins=True)
        fails = block.counterexamples and block.detail != "result"
        yield frame.with_(Fails(block.name)) if fails else frame

    def _block(self, place: Place) -> StatementBlock:
        options = dict(place.options)
        block = self.statements[place.name]
        wanted = options.get("detail", "") or block.detail or self.detail
        return replace(block, title=self._title(block, options), detail=wanted)

    def _title(self, block: StatementBlock, options: dict[str, str]) -> str:
        return self.write(options["title"]) if "title" in options else block.title

    def claimed(self, block: StatementBlock) -> Frame:
        """The claims with what shows them: a sentence, the lines of the claims, or all lines."""
        detail = block.detail or "result"
        items: list[Item] = [Claims(block.name)]
        if detail == "result":
            return Frame(block.title, (*items, Why(block.name)))
        if block.illustrations:
            items.append(Pictures(block.name))
        claimed = {claim.part for claim in block.claims}
        lines: list[Item] = [
            Lines(block.name, chain.part, chain.stage, detail == "steps")
            for chain in block.chains
            if detail == "full" or (chain.part in claimed and len(key_lines(chain).rows) > 2)
        ]
        # A line that goes from one side of a claim to the other says what the claim says.
        return Frame(block.title, (*items, *(lines or [Why(block.name)])))

    # ------------------------------------------------------------------ a part of a statement

    def _items(self, place: Place) -> Iterator[Item]:
        """What a place asks for, as far as the document has it."""
        if place.name in self.names:
            yield Shown(place.name)
            return
        if place.name not in self.statements:
            self.missing = True
            return
        options = dict(place.options)
        block = self._block(place)
        parts = tuple(value for key, value in place.options if key == "part")
        match options.get("show"):
            case "claims":
                if self._known(parts, {claim.part for claim in block.claims}):
                    yield Claims(block.name, parts)
            case "lines":
                yield from self._lines(block, parts, options.get("stage"))
            case "fails":
                numbers = {str(n): n - 1 for n in range(1, len(block.counterexamples) + 1)}
                if self._known(parts, numbers) and numbers:
                    yield Fails(block.name, tuple(numbers[part] for part in parts))
            case "picture":
                if block.illustrations:
                    yield Pictures(block.name)
            case _:
                yield from self.claimed(block).items

    def _lines(
        self, block: StatementBlock, parts: tuple[str, ...], stage: str | None
    ) -> Iterator[Item]:
        known = {chain.part for chain in block.chains}
        if not self._known(parts, known):
            return
        if block.detail == "result":
            yield Why(block.name)
            return
        claimed = {claim.part for claim in block.claims}
        for chain in block.chains:
            asked = chain.part in (parts or claimed) and stage in (None, chain.stage)
            if asked:
                yield Lines(block.name, chain.part, chain.stage, block.detail == "steps")

    def _unsaid(self, item: Item, frame: Frame) -> Item:
        """The item, or why, where it is the one line from side to side of a claim on the frame."""
        if not isinstance(item, Lines):
            return item
        block = self.statements[item.statement]
        shown = (each for each in frame.items if isinstance(each, Claims))
        parts = {
            claim.part
            for each in shown
            for claim in block.claims
            if each.statement == block.name and claim.part in (each.parts or (claim.part,))
        }
        chains = (c for c in block.chains if (c.part, c.stage) == (item.part, item.stage))
        rows = (len((key_lines(each) if item.key else each).rows) for each in chains)
        return Why(block.name) if item.part in parts and 2 in rows else item

    def _known(self, parts: tuple[str, ...], known: Collection[str]) -> bool:
        """Whether all parts are there."""
        missing = not set(parts) <= set(known)
        self.missing = self.missing or missing
        return not missing
