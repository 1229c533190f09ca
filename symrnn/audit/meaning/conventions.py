"""What a document says, or is seen, to suppose throughout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symrnn.audit.meaning.letters import FUNCTIONS, bare, is_loss
from symrnn.reading.documents import Document
from symrnn.reading.latex.chains import Chain
from symrnn.reading.latex.tree import Derivative, Product, Sym, Tree, walk


@dataclass(frozen=True)
class Conventions:
    """The conventions of a document; None where it says nothing.

    Args:
        layout: "numerator" or "denominator".
        sure: whether a hint says so: then no other layout is tried. What the prose says is what is
            meant in the first place, and formulas in the other layout say so.
        later: on which side of a product over times the later factors stand.
        first: the time of the first step.
        loss: "each" where an undefined loss reads every step, "last" where the last alone.
    """

    layout: str | None = None
    sure: bool = True
    later: str | None = None
    first: int | None = None
    loss: str = "each"

    def layouts(self) -> list[str]:
        """The layouts that are tried, the one that is meant first."""
        if self.layout is not None and self.sure:
            return [self.layout]
        both = ["numerator", "denominator"]
        return both[::-1] if self.layout == "denominator" else both


def of_the_last_step(left: Tree | None, right: Tree | None) -> bool:
    """Whether an equation says of what a loss is a function, the last state: E = E(h_T)."""
    loss = None if left is None else bare(left)
    if not isinstance(loss, Sym) or loss.subs or loss.sups:
        return False
    return right is not None and _called_with_last(right) == loss.name


def called_with_last(tree: Tree | None) -> bool:
    """Whether an expression is a loss with the last state as its argument: a cost $C(h_T)$."""
    return tree is not None and bool(_called_with_last(tree))


def _called_with_last(tree: Tree) -> str:
    """The loss of E(h_T); nothing for any other expression."""
    value = bare(tree)
    if not isinstance(value, Product) or len(value.factors) != 2 or value.signs != ("",):
        return ""
    head, argument = value.factors[0], bare(value.factors[1])
    if not isinstance(head, Sym) or not isinstance(argument, Sym) or head.subs or head.sups:
        return ""
    times = [bare(script) for script in (*argument.subs, *argument.sups)]
    last = len(times) == 1 and isinstance(times[0], Sym) and times[0].name in ("T", "N")
    return head.name if last and is_loss(head.name) else ""


_A_LOSS = re.compile(
    r"\b(?:loss|cost|objective|error|criterion|energy|risk|penalty)(?:\s+function(?:al)?)?"
    r"(?:\s+(?:is|be|called|denoted(?:\s+by)?|by))?\s*[$\\(`]*$",
    re.IGNORECASE,
)
"""What stands before the letter of a loss: for a cost $\\Phi$."""


def called_losses(
    chains: Sequence[tuple[int, int, Chain]], documents: Sequence[Document]
) -> Iterator[str]:
    """The letters that the text calls a loss, and that are differentiated: no usual ones."""
    trees = [side.tree for _, _, chain in chains for side in chain.sides if side.tree is not None]
    nodes = (node for tree in trees for node in walk(tree))
    of = [bare(n.of) for n in nodes if isinstance(n, Derivative) and n.of is not None]
    differentiated = {each.name for each in of if isinstance(each, Sym)}
    for number, place, chain in chains:
        formula = documents[number].formulas[place]
        head = None if chain.sides[0].tree is None else bare(chain.sides[0].tree)
        if isinstance(head, Product) and len(head.factors) == 2:
            head = head.factors[0]  # Φ(s_N)
        before = documents[number].text[max(0, formula.start - 60) : formula.start]
        if formula.display or not isinstance(head, Sym) or not _A_LOSS.search(before):
            continue
        if head.name in differentiated - FUNCTIONS and not is_loss(head.name):
            yield head.name
