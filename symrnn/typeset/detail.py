"""How much of a derivation is shown: the result, the steps a lecturer writes, or every line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, cast

from symrnn.typeset.blocks import Block, Chain, Items, Quote, Row, Section, StatementBlock
from symrnn.typeset.document import Document
from symrnn.typeset.justification import BY
from symrnn.typeset.prose import listed
from symrnn.typeset.words import phrase, speaking

Detail = Literal["result", "steps", "full"]

DETAILS: tuple[Detail, ...] = ("result", "steps", "full")
"""Claim and reason; the key lines; every line that was checked."""


def at_detail(document: Document, detail: Detail) -> Document:
    """The document with its derivations at a detail; a statement's own wish comes first."""
    with speaking(document.language):
        return replace(document, blocks=_all(document.blocks, lambda block: reduced(block, detail)))


def _all(
    blocks: Sequence[Block], change: Callable[[StatementBlock], StatementBlock]
) -> tuple[Block, ...]:
    return tuple(_changed(block, change) for block in blocks)


def _changed(block: Block, change: Callable[[StatementBlock], StatementBlock]) -> Block:
    match block:
        case StatementBlock():
            return change(block)
        case Section():
            return replace(block, blocks=_all(block.blocks, change))
        case Quote():
            return replace(block, blocks=_all(block.blocks, change))
        case Items(items):
            return replace(block, items=tuple(_all(item, change) for item in items))
        case _:
            return block


def reduced(block: StatementBlock, detail: Detail) -> StatementBlock:
    """A statement at its own detail, or else at this one."""
    wanted = cast(Detail, block.detail or detail)
    if wanted == "full":
        return block
    if wanted == "steps":
        shown = tuple(chain for each in block.chains if not _says(block, chain := key_lines(each)))
        return replace(block, chains=shown, reason="" if shown else reason(block))
    return replace(block, chains=(), reason=reason(block))


def of_claims(block: StatementBlock) -> StatementBlock:
    """The statement with the lines of its claims alone, or the reason where they have none."""
    claimed = {claim.part for claim in block.claims}
    kept = tuple(chain for chain in block.chains if chain.part in claimed)
    return replace(block, chains=kept, reason="" if kept else block.reason or reason(block))


def _says(block: StatementBlock, chain: Chain) -> bool:
    """Whether a chain says no more than a claim in the box: one line, from side to side."""
    return len(chain.rows) == 2 and chain.part in {claim.part for claim in block.claims}


def key_lines(chain: Chain) -> Chain:
    """The chain without lines that only write the one before in another way.

    The line after such a one states the relation to the line before it, for they are equal: of
    e₀ = e₁ ≤ e₂ stays e₀ ≤ e₂. The last line always stays, for it is what is shown.
    """
    left, *rows = chain.rows
    kept = [row for row in rows[:-1] if row.key or row.relation != "="]
    shown = [left]
    for row in (*kept, rows[-1]):
        # What reads as the line before, though it is another object, says nothing on a board.
        again = row.relation == "=" and row.expression == shown[-1].expression
        if not again or len(shown) == 1:
            shown.append(row)
    return replace(chain, rows=tuple(shown))


def reason(block: StatementBlock) -> str:
    """Why the claims hold, in a sentence: what the lines name that carry the proof."""
    claimed = {claim.part for claim in block.claims}
    chains = [chain for chain in block.chains if chain.part in claimed] or block.chains
    rows: list[Row] = [row for chain in chains for row in key_lines(chain).rows[1:]]
    named = dict.fromkeys(row.justification for row in rows if row.key and row.justification)
    return (
        phrase("This holds by {why}.", why=listed([_bare(why) for why in named])) if named else ""
    )


def _bare(why: str) -> str:
    return why.removeprefix(phrase(BY, what=""))
