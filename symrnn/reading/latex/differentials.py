"""Derivatives as they are written: \\frac{∂h}{∂W}, ∂h/∂W, ∂_W L, ∇_W L, dL/dW."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symrnn.reading.latex.scripts import Scripts
from symrnn.reading.latex.signs import matching
from symrnn.reading.latex.tokens import COMMAND, END, LETTER, NUMBER, Token
from symrnn.reading.latex.tree import (
    Derivative,
    Fraction_,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    Words,
)
from symrnn.reading.latex.words import (
    ACCENTS,
    FONTS,
    LETTERS,
    SCRIPTS,
)


class Differentials(Scripts):
    """Fractions, of numbers and of differentials."""

    def after_d(self) -> bool:
        """Whether a d is a differential: `dL/dW`, `\\frac{dL}{dW}`."""
        if self.at >= 2 and self.tokens[self.at - 2].is_("_", "^"):
            return False
        token = self.next
        before = self.tokens[self.at - 2] if self.at >= 2 else None
        opens = before is None or before.is_("{", "/") or self.in_fraction
        letter = (
            token.kind == LETTER
            or (token.is_("{") and self.in_fraction)
            or (
                token.kind == COMMAND
                and (
                    token.text in LETTERS
                    or token.text in FONTS
                    or token.text in SCRIPTS
                    or token.text in ACCENTS
                )
            )
        )
        return bool(opens and letter and self.in_fraction) or (letter and self.slash_d())

    in_fraction = False

    def operator_above(self) -> bool:
        """Whether a d is alone above one: the operator d/dx."""
        ahead = self.tokens[self.at + 1 : self.at + 3]
        return (
            self.tokens[self.at - 2].is_("{")
            and len(ahead) == 2
            and ahead[0].is_("{")
            and ahead[1].kind == LETTER
            and ahead[1].text == "d"
        )

    def slash_d(self) -> bool:
        """Whether a quotient of differentials goes on: … / d …"""
        depth = 0
        for place in range(self.at, min(self.at + 40, len(self.tokens) - 1)):
            token = self.tokens[place]
            depth += token.is_("{", "(") - token.is_("}", ")")
            if depth < 0 or (depth == 0 and token.is_("+", "-", "=", ",")):
                return False
            if depth == 0 and token.is_("/"):
                return self.tokens[place + 1].kind == LETTER and self.tokens[place + 1].text == "d"
        # Below the slash.
        return self.at >= 2 and self.tokens[self.at - 2].is_("/")

    def differential(self, first: int) -> Tree:
        """∂x or dx, as it stands above or below in a derivative."""
        mark, straight = "", not self.tokens[first].is_(r"\partial")
        if self.next.is_("^"):
            inner = self.inside_after_caret()
            if [t.text for t in inner] == ["+"]:
                self.take()
                self.script_end()
                mark = "+"
            else:
                raise self.fail("a derivative of higher order")
        place = self.at
        if self.next.is_("}") or self.next.kind == END or self.next.is_("/"):
            return Derivative(
                *self.span(first), None, _half(self.span(place)), mark, False, straight
            )
        of = self.factor()
        # h(x, w) with its arguments, as in ∂f(x, h)/∂w.
        while isinstance(of, Sym) and (self.next.is_("(") or self.index_follows()):
            group = self.factor()
            of = Product(of.start, group.end, of.made, (of, group), ("",))
        return Derivative(*self.span(first), of, _half(self.span(place)), mark, False, straight)

    def index_follows(self) -> bool:
        """Whether a time in square brackets follows: u[n-1]."""
        if not self.next.is_("["):
            return False
        ahead = self.tokens[self.at + 1 : self.at + 5]
        for place, token in enumerate(ahead):
            if token.is_("]"):
                return place > 0
            if token.kind not in (LETTER, NUMBER) and not token.is_("+", "-"):
                return False
        return False

    def inside_after_caret(self) -> list[Token]:
        if self.peek().is_("{"):
            return self.tokens[self.at + 2 : matching(self.tokens, self.at + 1) - 1]
        return [self.peek()]

    def d_follows(self) -> bool:
        token = self.next
        return (
            self.in_fraction
            or token.kind == LETTER
            or (token.kind == COMMAND and token.text in LETTERS)
        )

    def divided(self, above: Tree, below: Tree, first: int) -> Tree:
        place = (above.start, below.end, above.made or below.made)
        upper, lower = _differential(above), _differential(below)
        if upper is not None and lower is not None and lower.of is not None:
            return replace(upper, start=place[0], end=place[1], made=place[2], by=lower.of)
        return Fraction_(*place, above, below)

    def fraction(self, first: int) -> Tree:
        before, self.in_fraction = self.in_fraction, True
        above = self.fraction_part()
        below = self.fraction_part()
        self.in_fraction = before
        upper, lower = _differential(above), _differential(below)
        if upper is not None and lower is not None and lower.of is not None:
            mark = upper.mark or lower.mark
            return Derivative(*self.span(first), upper.of, lower.of, mark, False, upper.straight)
        scaled = _scaled_differential(below) if upper is not None else None
        if upper is not None and scaled is not None:
            # ∂L/(T ∂h) is ∂L/∂h, divided by T.
            by, rest = scaled
            place = self.span(first)
            one = Fraction_(*place, Num(*place, Fraction(1)), rest)
            derivative = Derivative(*place, upper.of, by, upper.mark, False, upper.straight)
            return Product(*place, (one, derivative), ("",))
        if upper is not None or lower is not None:
            other = above if upper is None else below
            raise self.fail("a derivative with only one ∂", self._token_at(other.start))
        return Fraction_(*self.span(first), above, below)

    def fraction_part(self) -> Tree:
        if self.next.is_("{"):
            return self.group()
        before = self.in_fraction
        tree = self.group()
        self.in_fraction = before
        return tree

    def _token_at(self, start: int) -> Token:
        return next((t for t in self.tokens if t.start == start), self.next)

    def partial(self, first: int) -> Tree:
        if self.next.is_("_"):
            # ∂_W L
            self.take()
            by, _ = self.script()
            if len(by) != 1:
                raise self.fail("a derivative by several variables")
            of = self.factor()
            return Derivative(*self.span(first), of, by[0], "")
        return self.differential(first)

    def nabla(self, first: int) -> Tree:
        if not self.next.is_("_"):
            return self.gradient_at(first)
        self.take()
        by, _ = self.script()
        if len(by) != 1 or isinstance(by[0], Words):
            raise self.fail("a gradient by several variables")
        if self.next.is_("^"):
            raise self.fail("a derivative of higher order")
        of = self.factor()
        return Derivative(*self.span(first), of, by[0], "", True)

    def gradient_at(self, first: int) -> Tree:
        """∇Φ(x): the gradient of a function by its only argument."""
        if self.next.is_(r"\cdot", r"\times"):
            raise self.fail("∇· and ∇× are of fields, which are not read", self.tokens[first])
        function = self.factor() if self.next.kind in (LETTER, COMMAND) else None
        if isinstance(function, Sym) and self.next.is_("("):
            group = self.factor()
            inner = group.parts[0] if isinstance(group, Group) and len(group.parts) == 1 else None
            if isinstance(inner, Sym):
                call = Product(function.start, group.end, function.made, (function, group), ("",))
                return Derivative(*self.span(first), call, inner, "", True)
        raise self.fail("∇ without the variable that it differentiates by", self.tokens[first])

    def physics(self, first: int) -> Tree:
        of, by = self.group(), self.group()
        straight = not self.tokens[first].text.startswith("p")  # \dv and \pdv
        return Derivative(*self.span(first), of, by, "", False, straight)


def _half(place: tuple[int, int, bool]) -> Words:
    """What stands in a differential for the variable of a derivative."""
    return Words(*place, "∂")


def _differential(tree: Tree) -> Derivative | None:
    """∂x, a derivative by nothing yet; None for what is no differential."""
    if isinstance(tree, Derivative) and isinstance(tree.by, Words) and tree.by.text == "∂":
        return tree
    # ∂ tanh(W h), ∂ L(θ): the rest of the product belongs to it.
    if isinstance(tree, Product):
        head = _differential(tree.factors[0])
        if (
            head is not None
            and head.of is not None
            and not any(_differential(f) for f in tree.factors[1:])
        ):
            rest = (head.of, *tree.factors[1:])
            of = Product(head.of.start, tree.end, tree.made, rest, tree.signs)
            return replace(head, of=of)
    if isinstance(tree, Group) and len(tree.parts) == 1 and tree.kind == "{":
        return _differential(tree.parts[0])
    return None


def _scaled_differential(tree: Tree) -> tuple[Tree, Tree] | None:
    """The variable and the factor of c ∂x."""
    if not isinstance(tree, Product):
        return None
    last = _differential(tree.factors[-1])
    if last is None or last.of is None or any(_differential(f) for f in tree.factors[:-1]):
        return None
    rest = tree.factors[:-1]
    if len(rest) == 1:
        return last.of, rest[0]
    return last.of, Product(tree.start, rest[-1].end, tree.made, rest, tree.signs[:-1])
