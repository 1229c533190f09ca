"""What stands on which page of slides: frames with little are joined, long ones are divided.

All heights are estimates (`heights`); what is too tall all the same is reported by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from symrnn.typeset.blocks import Chain, Claim, Heading, Items, Row, StatementBlock
from symrnn.typeset.deck import Act, Body, Claims, Fails, Frame, Item, Lines, Pictures, Shown, Why
from symrnn.typeset.heights import (
    Layout,
    block_height,
    broken_height,
    claim_height,
    formula_height,
    formula_width,
    row_height,
    text_height,
    title_height,
)

_ABOVE_TITLE = 0.8
"""Lines left free above the title of a chain."""

_SMALL = 0.9
"""Small type beside that of the text."""

LITTLE = 0.45
"""The part of a frame below which it has little on it."""


@dataclass(frozen=True)
class Run:
    """Rows of a chain on one page; the first is where the page before ended, if it goes on."""

    statement: str
    chain: Chain
    goes_on: bool = False


Placed = Item | Run


@dataclass(frozen=True)
class Contents:
    """What heights depend on: the statements, their lines and claims, and the shape of a slide."""

    statement: Callable[[str], StatementBlock]
    chain: Callable[[Lines], Chain]
    claims: Callable[[Claims], Sequence[Claim]]
    reason: Callable[[str], str]
    layout: Layout


@dataclass(frozen=True)
class Atom:
    """What is not divided: an item, or a row of a chain by its place."""

    item: Item
    height: float
    row: int = 0
    again: float = 0.0
    """The height of the line that is repeated where a page begins with this row."""

    @property
    def leads(self) -> bool:
        """Whether it is a heading, which stands above something."""
        return isinstance(self.item, Body) and isinstance(self.item.block, Heading)


def pages(frame: Frame, contents: Contents, room: float) -> tuple[tuple[Placed, ...], ...]:
    """The items of a frame, page by page: as few as there can be, and about equally full."""
    atoms = [atom for item in frame.items for atom in _atoms(item, contents)]
    room -= title_height(frame.title, contents.layout.width)
    return tuple(tuple(_merged(_placed(page, contents))) for page in divided(atoms, room))


def joined(acts: Iterable[Act], contents: Contents, room: float) -> tuple[Act, ...]:
    """The acts with frames that have little put on the one before, where they may and fit.

    An act of one short frame of words, which has its title, stands on the last frame of the act
    before.
    """
    kept: list[Act] = []
    for act in (replace(act, frames=_joined(act.frames, contents, room)) for act in acts):
        titles = [frame.title for frame in act.frames if _is_words(frame)]
        if kept and titles == [act.title] and len(act.frames) == 1:
            *before, last = kept[-1].frames
            both = _joined((last, *act.frames), contents, room, least=1 / 3)
            if len(both) == 1:
                title = kept[-1].title if before else f"{kept[-1].title} · {act.title}"
                kept[-1] = Act(title, (*before, *both))
                continue
        kept.append(act)
    return tuple(kept)


def _joined(
    frames: Iterable[Frame], contents: Contents, room: float, least: float = LITTLE
) -> tuple[Frame, ...]:
    kept: list[Frame] = []
    for frame in frames:
        if kept and frame.joins and not _alone(kept[-1]) and not _alone(frame):
            before, here = height(kept[-1], contents), height(frame, contents)
            little = min(before, here) < least * room
            titled = not frame.goes_on and frame.title != kept[-1].title
            title = [Body(Heading(frame.title))] if titled else []
            if little and before + here + 1.6 * titled <= room:
                kept[-1] = kept[-1].with_(*title, *frame.items, notes=frame.notes)
                continue
            # A statement that is divided anyway may begin below a sentence, with what it claims.
            if _is_words(kept[-1]) and before < room / 3 < room < here:
                first, rest = _begun(frame, contents, room - before - 1.6 * titled)
                if first:
                    kept[-1] = kept[-1].with_(*title, *first, notes=frame.notes)
                    frame = replace(frame, items=rest, notes="")
        kept.append(frame)
    return tuple(kept)


def _begun(
    frame: Frame, contents: Contents, room: float
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The claims that a frame begins with, as far as there is room for them, and what is left."""
    first, *rest = frame.items
    if not isinstance(first, Claims) or not rest:
        return (), frame.items
    atoms = list(_atoms(first, contents))
    heights = accumulate(atom.height for atom in atoms)
    number = sum(height <= room for height in heights)
    parts = [tuple(atom.item.parts) for atom in atoms if isinstance(atom.item, Claims)]
    begun, left = (sum(some, ()) for some in (parts[:number], parts[number:]))
    taken = (replace(first, parts=begun),) if begun else ()
    return taken, (*((replace(first, parts=left),) if left else ()), *rest)


def _alone(frame: Frame) -> bool:
    return any(isinstance(item, Shown) for item in frame.items)


def _is_words(frame: Frame) -> bool:
    return all(isinstance(item, Body) for item in frame.items)


def height(frame: Frame, contents: Contents) -> float:
    """Lines that a frame's items take, without its title."""
    return sum(atom.height for item in frame.items for atom in _atoms(item, contents))


@dataclass(frozen=True, order=True)
class _Cost:
    """What is to be small where atoms are divided over pages, the first before the second."""

    excess: float = 0.0
    """Lines for which there is no room."""
    pages: int = 0
    lone: int = 0
    """Pages, but the only one, with a single line or item that is no picture."""
    unevenness: float = 0.0

    def __add__(self, other: _Cost) -> _Cost:
        return _Cost(
            self.excess + other.excess,
            self.pages + other.pages,
            self.lone + other.lone,
            self.unevenness + other.unevenness,
        )


def divided(atoms: Sequence[Atom], room: float) -> list[Sequence[Atom]]:
    """The atoms in order, page by page, at the least cost of all ways to divide them."""
    best: list[tuple[_Cost, list[Sequence[Atom]]]] = [(_Cost(), [])]
    for end in range(1, len(atoms) + 1):
        ways = []
        for start, (cost, before) in enumerate(best):
            page = atoms[start:end]
            lone = len(page) == 1 < len(atoms) and not isinstance(page[0].item, Shown)
            # A heading at the foot of a page is as bad as a line for which there is no room.
            torn = float(page[-1].leads and end < len(atoms))
            used = sum(atom.height for atom in page) + (page[0].again if start else 0.0)
            # Squares of what pages hold add up to the least where they hold equally much.
            excess = max(0.0, used - room) if len(page) > 1 else 0.0
            here = _Cost(excess + torn, 1, lone, used**2)
            ways.append((cost + here, [*before, page]))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _placed(page: Iterable[Atom], contents: Contents) -> Iterable[Placed]:
    """The atoms as items again: rows of one chain as a run."""
    chains: dict[int, tuple[Lines, list[int]]] = {}
    order: list[Item | int] = []
    for atom in page:
        if isinstance(atom.item, Lines):
            if id(atom.item) not in chains:
                chains[id(atom.item)] = (atom.item, [])
                order.append(id(atom.item))
            chains[id(atom.item)][1].append(atom.row)
        else:
            order.append(atom.item)
    for each in order:
        if isinstance(each, int):
            lines, rows = chains[each]
            chain = contents.chain(lines)
            goes_on = rows[0] > 1
            first = Row("", chain.rows[rows[0] - 1].expression) if goes_on else chain.rows[0]
            shown = (first, *(chain.rows[row] for row in rows))
            yield Run(lines.statement, replace(chain, rows=shown), goes_on)
        else:
            yield each


def _merged(placed: Iterable[Placed]) -> Iterable[Placed]:
    """Items of one list, and counterexamples of one statement, together again."""
    held: Placed | None = None
    for each in placed:
        match held, each:
            case Body(Items(before, first)), Body(Items(after, number)) if number == (
                None if first is None else first + len(before)
            ):
                held = Body(Items(before + after, first))
            case Fails(name, some), Fails(other, more) if name == other:
                held = Fails(name, some + more)
            case Claims(name, some), Claims(other, more) if name == other:
                held = Claims(name, some + more)
            case _:
                if held is not None:
                    yield held
                held = each
    if held is not None:
        yield held


def _atoms(item: Item, contents: Contents) -> Iterable[Atom]:
    width = contents.layout.width
    match item:
        case Lines():
            yield from _rows(item, contents)
        case Body(Items(items, first)):
            for place, each in enumerate(items):
                block = Items((each,), None if first is None else first + place)
                yield Atom(Body(block), block_height(block, width))
        case Body(block):
            yield Atom(item, block_height(block, width))
        case Claims():
            claims = contents.claims(item)
            above = 1.0 + 1.3 * any(claim.assumed or claim.names for claim in claims)
            for claim in claims:
                part = Claims(item.statement, (claim.part,))
                yield Atom(part, above + claim_height(claim, width))
                above = 0.0
        case Why(name):
            yield Atom(item, text_height(contents.reason(name), width) + 0.6)
        case Pictures(name):
            yield Atom(item, 4.2 * len(contents.statement(name).illustrations))
        case Fails(name, which):
            known = contents.statement(name).counterexamples
            above = 1.6
            for text in (known[place] for place in which) if which else known:
                lines = _SMALL * text_height(text, width / _SMALL) + 0.4
                yield Atom(Fails(name, (known.index(text),)), above + lines)
                above = 0.0
        case Shown():
            yield Atom(item, contents.layout.room - 1)


def page_height(page: Iterable[Placed], contents: Contents) -> float:
    """Lines that a page takes, without its title."""
    width = contents.layout.width
    return sum(
        height
        for item in page
        for height in (
            (row for row, _ in _row_heights(item.chain, width))
            if isinstance(item, Run)
            else (atom.height for atom in _atoms(item, contents))
        )
    )


def _rows(lines: Lines, contents: Contents) -> Iterable[Atom]:
    heights = _row_heights(contents.chain(lines), contents.layout.width)
    for place, (height, again) in enumerate(heights, start=1):
        yield Atom(lines, height, place, again)


def _row_heights(chain: Chain, width: float) -> Iterable[tuple[float, float]]:
    """Lines that each row takes, and the row before it where a page begins with it."""
    first, *rows = chain.rows
    beside = formula_width(first.expression) < 0.4 * width and (
        formula_width(first.expression) + formula_width(rows[0].expression) < width
    )
    indent = formula_width(first.expression) if beside else 1.5
    above = text_height(chain.title, width) + _ABOVE_TITLE if chain.title else 0.3
    said = [*chain.names, *chain.assumed, *(claim for _, claim in chain.earlier)]
    above += 1.3 * text_height(" ".join(said), width) if said else 0.0
    above += 0.0 if beside else formula_height(first.expression) + 0.3
    for place, row in enumerate(rows, start=1):
        # A row that begins a page is indented less, below the line it goes on from.
        again = broken_height(chain.rows[place - 1].expression, width) + 0.2
        yield above + row_height(row, indent, width), again
        above = 0.0
