"""What a document writes of one time, as it would be written of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from symrnn.audit.meaning.letters import letters_of
from symrnn.audit.mends.edit import braced, inside
from symrnn.reading.latex.tree import Sym, Tree, walk

SHIFTS = (-1, 1)
"""Steps by which a piece is moved."""


def at_other_times(
    nodes: Iterable[Tree], source: str, span: tuple[int, int], times: Iterable[str]
) -> Iterator[str]:
    """A piece of a formula, all its times one step earlier, or one step later.

    Args:
        nodes: what stands in the piece.
        source: the formula's text.
        span: where the piece begins and ends in it.
        times: the letters of times.
    """
    known = set(times)
    places: dict[tuple[int, int], Tree] = {}
    for node in (inner for each in nodes for inner in walk(each)):
        for index in (*node.subs, *node.sups) if isinstance(node, Sym) else ():
            letters = letters_of(index)
            if letters and letters <= known:
                if index.made:
                    return
                inner = inside(index)
                places[inner.start, inner.end] = inner
    if not places or any(not span[0] <= a < b <= span[1] for a, b in places):
        return
    for shift in SHIFTS:
        text = source[: span[1]]
        for (start, end), index in sorted(places.items(), reverse=True):
            moved = braced(source, index, _moved(source[start:end], shift))
            if len(moved) == 1 and source[start - 1 : start] + source[end : end + 1] == "{}":
                start, end = start - 1, end + 1  # h_t for h_{t-1}
            text = text[:start] + moved + text[end:]
        yield text[span[0] :].strip()


def _moved(index: str, shift: int) -> str:
    """t - 1 as t or t - 2."""
    found = re.fullmatch(r"\s*(.*?)(\s*)([+-])(\s*)(\d+)\s*", index, re.DOTALL)
    head, blanks = (index.strip(), ("", "")) if found is None else (found[1], (found[2], found[4]))
    steps = shift if found is None else shift + int(found[3] + found[5])
    if not steps:
        return head
    return f"{head}{blanks[0]}{'+' if steps > 0 else '-'}{blanks[1]}{abs(steps)}"
