"""Marks that stand for derivatives of the loss by what is below them: a bar in reverse mode."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from symrnn.audit.meaning.letters import LOSSES, bare
from symrnn.audit.meaning.model import Definition
from symrnn.reading.documents import Document
from symrnn.reading.latex.tree import Derivative, Sym, Tree, walk

MARKS = {"bar": "bar", "line": "bar", "hat": "hat", "tilde": "tilde", "dot": "dot"}
_SAID = re.compile(
    r"\b(?:over)?(?P<mark>bar|line|hat|tilde|dot)s?\b(?P<between>[^.]{0,80}?)\b(?:denot\w*|means?|stands?\s+for"
    r"|marks?|is|are|indicates?|for)\b[^.]{0,60}?\b(?:gradients?|derivatives?|adjoints?|cotangents?"
    r"|sensitivit\w+)\b",
    re.IGNORECASE,
)
"""A bar over a quantity denotes the derivative of the loss by it."""
_DENIED = re.compile(r"\b(?:not|no|never|unlike|rather)\b", re.IGNORECASE)


def marks_of_gradients(documents: Iterable[Document]) -> set[str]:
    """The marks that words say to stand for a gradient."""
    return {
        MARKS[found["mark"].lower()]
        for document in documents for found in _SAID.finditer(document.prose)
        if not _DENIED.search(found[0])
    }  # fmt: skip


def marks_defined(definitions: Iterable[Definition]) -> set[str]:
    """The marks of which a formula says so of a letter: h̄_t = ∂L/∂h_t says it of others too."""
    found = set()
    for each in definitions:
        mark, _, letter = each.name.partition(" ")
        value = bare(each.value)
        if mark not in MARKS.values() or not isinstance(value, Derivative) or value.of is None:
            continue
        of, by = bare(value.of), bare(value.by)
        of_loss = isinstance(of, Sym) and of.name in LOSSES and not of.subs
        if of_loss and isinstance(by, Sym) and by.name == letter:
            found.add(mark)
    return found


def adjoints(trees: Iterable[Tree], marks: set[str]) -> Iterator[tuple[Sym, Derivative]]:
    """Each marked letter as it first stands at a time, and the derivative that it stands for."""
    nodes = [node for tree in trees for node in walk(tree) if isinstance(node, Sym)]
    of = _loss(trees, nodes)
    for node in nodes if of is not None else ():
        mark, _, letter = node.name.partition(" ")
        if mark in marks and letter:
            assert of is not None
            by = replace(node, name=letter, made=True)
            yield node, Derivative(node.start, node.end, True, of, by)


def _loss(trees: Iterable[Tree], nodes: list[Sym]) -> Sym | None:
    """The loss that something is differentiated, else the one that is named."""
    derived = [
        of
        for tree in trees for node in walk(tree)
        if isinstance(node, Derivative) and node.of is not None
        and isinstance(of := bare(node.of), Sym)
    ]  # fmt: skip
    plain = (each for each in [*derived, *nodes] if each.name in LOSSES and not each.subs)
    return next(plain, None)
