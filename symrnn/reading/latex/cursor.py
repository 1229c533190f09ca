"""A place in a list of tokens, and what every part of the parser asks of it."""

from __future__ import annotations

from fractions import Fraction

from symrnn.reading.latex.signs import shown
from symrnn.reading.latex.tokens import END, Token, refuse
from symrnn.reading.latex.tree import (
    Derivative,
    Num,
    Product,
    Sym,
    Tree,
    Words,
    rebuilt,
    walk,
)

MAX_NESTING = 60
"""Brackets, fractions and scripts inside each other."""


class Cursor:
    """Tokens read one after the other; the pieces of the grammar are its subclasses."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.closers: list[str] = []

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind != END:
            self.at += 1
        return token

    def fail(self, problem: str, token: Token | None = None) -> Exception:
        token = token or self.next
        return refuse(problem, token.start, token.end)

    def span(self, first: int) -> tuple[int, int, bool]:
        """Start and end of what was read since the token number `first`, and if a macro made it."""
        used = self.tokens[first : max(self.at, first + 1)]
        return (
            min(t.start for t in used),
            max(t.end for t in used),
            any(t.made for t in used),
        )

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail("nested too deeply")

    def number(self, token: Token) -> Num:
        return Num(token.start, token.end, token.made, Fraction(token.text))

    def closing(self, expected: str, opened: Token) -> None:
        if not self.next.is_(expected):
            what = shown(self.next) if self.next.kind != END else "the end"
            raise self.fail(f"{shown(opened)} is not closed before {what}")
        self.take()

    def whole(self) -> Tree:
        tree = self.expression()
        if self.next.kind != END:
            raise self.fail(f"{shown(self.next)} has no place here")
        halves = [node for node in walk(tree) if _is_half(node)]
        for node in halves:
            if not isinstance(node, Derivative) or not node.straight or node.of is None:
                raise refuse("a ∂ without what it differentiates by", node.start, node.end)
        return _differentials(tree) if halves else tree

    def expression(self) -> Tree:
        """A sum."""
        raise NotImplementedError

    def product(self) -> Tree:
        """A product."""
        raise NotImplementedError

    def factor(self) -> Tree:
        """An atom with its scripts."""
        raise NotImplementedError

    def atom(self) -> Tree:
        """A letter, a number, a bracket, a command."""
        raise NotImplementedError

    def group(self) -> Tree:
        """The argument of a command."""
        raise NotImplementedError


def _is_half(node: Tree) -> bool:
    return isinstance(node, Derivative) and isinstance(node.by, Words) and node.by.text == "∂"


def _differentials(tree: Tree) -> Tree:
    r"""The same with an upright d that nothing is divided by as a letter: \mathrm{d}h as dh."""
    inner = rebuilt(tree, _differentials)
    if not (isinstance(inner, Derivative) and _is_half(inner)) or inner.of is None:
        return inner
    letter = Sym(inner.start, inner.of.start, inner.made, "d")
    return Product(inner.start, inner.end, inner.made, (letter, inner.of), ("",))
