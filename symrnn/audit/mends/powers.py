"""The power that a bound of many steps lacks: ‖W‖^{t-k} for ‖W‖."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model
from symrnn.reading.latex.tree import Derivative, Normed, Raised, Sym, Tree, walk


def missing_powers(model: Model, left: Tree, right: Tree, text: str) -> Iterator[tuple[str, str]]:
    """Words and the formula in which one norm on the right is to the power of the steps.

    Args:
        model: of the letters.
        left: the norm of a derivative between two times.
        right: its bound.
        text: the formula's text.
    """
    body = bare(left.body) if isinstance(left, Normed) else None
    if not isinstance(body, Derivative) or body.of is None:
        return
    ends = [bare(body.of), bare(body.by)]
    times = [model.ref(each).time for each in ends if isinstance(each, Sym)]
    shown = [text[t.start : t.end].strip() for t in times if isinstance(t, Sym) and not t.made]
    if len(shown) != 2 or shown[0] == shown[1]:
        return
    power = f"{shown[0]}-{shown[1]}"
    raised = {id(inner) for node in walk(right) if isinstance(node, Raised) for inner in walk(node)}
    for node in walk(right):
        if isinstance(node, Normed) and id(node) not in raised and not node.made:
            yield f"the missing power {power}", f"{text[: node.end]}^{{{power}}}{text[node.end :]}"
