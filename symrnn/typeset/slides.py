"""The slides backend: a `Deck`, shown from its `Document`, as LaTeX for the beamer class.

A chain too long for a frame goes on in the next, which begins with the line that the one before
ended with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symrnn.typeset import speaker
from symrnn.typeset.blocks import Algorithm, Figure, Picture
from symrnn.typeset.deck import Body, Claims, Deck, Fails, Frame, Pictures, Shown, Why
from symrnn.typeset.document import Document
from symrnn.typeset.fit import Fit
from symrnn.typeset.heights import LAYOUTS, WIDE, Layout
from symrnn.typeset.latex import Article, figure_files, templates
from symrnn.typeset.latex_text import bookmark, escape
from symrnn.typeset.paging import Contents, Placed, Run, joined, pages
from symrnn.typeset.prose import listed, paragraphs, plain
from symrnn.typeset.slide_items import Overlays, written
from symrnn.typeset.slide_source import Source, source_of
from symrnn.typeset.words import phrase, speaking


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
    source = source_of(document, deck, look.layout)
    room = look.layout.room if room is None else room
    anchored: set[str] = set()
    told: set[str] = set()
    acts = []
    for act in joined(deck.acts, source.contents, room + fit.once_divided):
        made: list[str] = []
        for frame in act.frames:
            title = source.prose(frame.title)
            pieces = pages(frame, source.contents, room + fit.beyond(title))
            if len(pieces) > 1 and title not in fit.less:
                # What is divided anyway is divided by more cautious estimates.
                pieces = pages(frame, source.contents, room + fit.once_divided)
            made += _pages(frame, pieces, source, fit.type_size(title), anchored, told)
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


def contents_of(document: Document, deck: Deck, look: Look | None = None) -> Contents:
    """What the heights of a deck's frames depend on."""
    return source_of(document, deck, (look or Look()).layout).contents


# ---------------------------------------------------------------------- frames


def _pages(
    frame: Frame,
    pieces: Sequence[tuple[Placed, ...]],
    source: Source,
    type_size: Sequence[str],
    anchored: set[str],
    told: set[str],
) -> Iterator[str]:
    """The frame in LaTeX, piece by piece where it is too long for one."""
    for number, items in enumerate(pieces, start=1):
        part = rf" \framepart{{{number}}}{{{len(pieces)}}}" if len(pieces) > 1 else ""
        claimed = [item.statement for item in items if isinstance(item, Claims)]
        anchors = [rf"\hypertarget<1>{{{name}}}{{}}" for name in claimed if name not in anchored]
        anchored.update(claimed)
        overlays = Overlays()
        yield "\n".join(
            [
                rf"\begin{{frame}}[t]{{{source.prose(frame.title)}{part}}}",
                rf"\framesubtitle{{{_subtitle(items, source)}}}",
                *type_size,
                "".join(anchors) + r"\vfill",
                *(written(item, source, overlays) for item in items),
                r"\vfill\null",
                _note(frame, items, number == 1, source, told),
                r"\end{frame}",
                "",
            ]
        )


def _subtitle(items: tuple[Placed, ...], source: Source) -> str:
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
    frame: Frame, items: tuple[Placed, ...], first: bool, source: Source, told: set[str]
) -> str:
    """What the speaker says: the frame's own notes, then what belongs to each item.

    `told` are the statements whose prose an earlier frame has.
    """
    texts = [source.prose(text) for text in paragraphs(frame.notes) if first]
    for item in items:
        texts += _said(item, source, told)
    said = "\n\n".join(texts)
    return rf"\note{{{said}}}" if said else ""


def _said(item: Placed, source: Source, told: set[str]) -> Iterable[str]:
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
