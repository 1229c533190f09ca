"""What stands on a frame, in LaTeX for beamer.

Overlays are numbered here and stand around the content of a line (`\\uncover<3->{…}`), never bare
inside an alignment, where beamer gives wrong pages without an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatch

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Algorithm, Display, Figure, Picture
from symrnn.typeset.breaking import if_wide
from symrnn.typeset.deck import Body, Claims, Fails, Item, Pictures, Shown, Why
from symrnn.typeset.latex import drawing, picture_path
from symrnn.typeset.paging import Run
from symrnn.typeset.prose import listed
from symrnn.typeset.slide_source import Source, missing
from symrnn.typeset.slide_words import words
from symrnn.typeset.words import phrase


@dataclass
class Overlays:
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


@singledispatch
def written(item: Item | Run, source: Source, overlays: Overlays) -> str:
    """An item of a frame, the overlays counted on."""
    raise IllFormedError(f"slides: no rule for {type(item).__name__}")


@written.register
def _(item: Body, source: Source, overlays: Overlays) -> str:
    return words(item.block, source, overlays)


@written.register
def _(item: Claims, source: Source, overlays: Overlays) -> str:
    # What a frame begins with is there from the start; further claims come in their turn.
    overlay = overlays.following() if overlays.last else ""
    overlays.given()
    claims = source.claims(item)
    said = [overlays.said(name for claim in claims for name in claim.names)]
    assumed = list(dict.fromkeys(fact for claim in claims for fact in claim.assumed))
    said += [phrase("Assume {facts}.", facts=listed(assumed))] if assumed else []
    before = " ".join(filter(None, said))
    lines = [rf"\before{{{source.prose(before)}}}"] if before else []
    several = len(claims) > 1
    for claim in claims:
        condition = f"({source.prose(claim.condition)})" if claim.condition else ""
        note = source.prose(claim.note) if several else ""
        lines.append(rf"\claim{{{if_wide(claim.latex)}}}{{{condition}}}{{{note}}}")
    box = "\n".join([r"\begin{claims}", *lines, r"\end{claims}"])
    return rf"\begin{{uncoverenv}}<{overlay}>{box}\end{{uncoverenv}}" if overlay else box


@written.register
def _(item: Why, source: Source, overlays: Overlays) -> str:
    text = source.reason(item.statement)
    return rf"\why{{{overlays.following()}}}{{{source.prose(text)}}}" if text else ""


@written.register
def _(item: Run, source: Source, overlays: Overlays) -> str:
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
    before = [rf"\before{{{source.prose(named)}}}"] if named else []
    title = [rf"\chaintitle{{{start}}}{{{source.prose(chain.title)}}}"] if chain.title else []
    steps = [
        rf"  \step[{overlays.following()}]{{{row.relation}}}{{{if_wide(row.expression)}}}"
        rf"{{{source.prose(row.justification)}}}{{}}"
        for row in rows
    ]
    opening = (
        rf"\begin{{chain}}[{start}]{{{if_wide(left.expression)}}}" + r"\continued" * item.goes_on
    )
    return "\n".join([*title, *before, opening, *steps, r"\end{chain}"])


@written.register
def _(item: Pictures, source: Source, overlays: Overlays) -> str:
    overlays.given()
    shown = source.statement(item.statement).illustrations
    displays = [block.latex for block in shown if isinstance(block, Display)]
    return "\n".join(rf"\display{{{latex}}}" for latex in displays)


@written.register
def _(item: Fails, source: Source, overlays: Overlays) -> str:
    known = source.statement(item.statement).counterexamples
    chosen = [known[place] for place in item.which] if item.which else known
    start = overlays.now
    points = [rf"  \item<{overlays.following()}> {source.prose(text)}" for text in chosen]
    return "\n".join([rf"\begin{{fails}}{{{start}}}", *points, r"\end{fails}"])


@written.register
def _(item: Shown, source: Source, overlays: Overlays) -> str:
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
            raise missing("figure or algorithm", item.name, source.named)
