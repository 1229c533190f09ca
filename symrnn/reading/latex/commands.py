"""Commands: fonts, accents, texts, sums and products, matrices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symrnn.reading.latex.bounds import bounds
from symrnn.reading.latex.differentials import Differentials
from symrnn.reading.latex.signs import matching
from symrnn.reading.latex.tokens import END, LETTER, NUMBER, TEXT, Token
from symrnn.reading.latex.tree import (
    Big,
    Dots,
    Grid,
    Group,
    Labelled,
    Num,
    Root,
    Sym,
    Tree,
    Words,
)
from symrnn.reading.latex.words import (
    ACCENTS,
    DOTS,
    FONTS,
    FUNCTION_COMMANDS,
    LETTERS,
    MATRICES,
    SAME,
    SAME_WORDS,
    SCRIPTS,
)


class Commands(Differentials):
    """What begins with a backslash."""

    def group(self) -> Tree:
        """The argument of a command."""
        if self.next.kind == END:
            raise self.fail("the formula ends where an argument is missing")
        if self.next.is_("{"):
            opened = self.take()
            tree = self.expression()
            self.closing("}", opened)
            return tree
        if self.next.kind == NUMBER and len(self.next.text) > 1 and self.next.text.isdigit():
            token = self.take()
            # \frac12 takes one digit each.
            head = Token(NUMBER, token.text[0], token.start, token.start + 1, token.made)
            rest = Token(NUMBER, token.text[1:], token.start + 1, token.end, token.made)
            self.tokens[self.at - 1 : self.at] = [head, rest]
            return self.number(head)
        return self.atom()

    def command(self, first: int, token: Token) -> Tree:
        name = token.text
        if name in FONTS:
            return self.font(first, name)
        if name in SCRIPTS:
            return self.prefixed(first, SCRIPTS[name])
        if name in ACCENTS:
            return self.prefixed(first, ACCENTS[name])
        if (
            name.rstrip("*") == "operatorname"
            or name.startswith("text")
            or name in ("mbox", "hbox", "emph", "mathnormal")
        ):
            return self.word(first, token)
        if name in ("frac", "dfrac", "tfrac", "cfrac", "sfrac", "nicefrac"):
            return self.fraction(first)
        if name == "partial":
            return self.partial(first)
        if name == "nabla":
            return self.nabla(first)
        if name in ("sum", "prod"):
            return self.big(first, name)
        if name in ("overset", "underset", "stackrel"):
            return self.overset(first, name)
        if name in ("underbrace", "overbrace"):
            body = self.group()
            return Labelled(*self.span(first), body, None)
        if name in ("cancel", "bcancel", "xcancel", "sout"):
            raise self.fail("what is crossed out", token)
        if name == "sqrt":
            if self.next.is_("["):
                raise self.fail("a root of higher order")
            return Root(*self.span(first), self.group())
        if name == "begin":
            return self.environment(first)
        if name in DOTS:
            return Dots(*self.span(first))
        if name in ("dv", "pdv", "odv"):
            return self.physics(first)
        if name == "substack":
            return self.group()
        if name in ("mathbbm", "mathds"):
            return self.font(first, "mathbb")
        if name in LETTERS or name in FUNCTION_COMMANDS:
            return Sym(*self.span(first), SAME.get(name, name))
        if name == "infin":
            return Sym(*self.span(first), "infty")
        raise self.fail(f"the command \\{name} is not known", token)

    def font(self, first: int, name: str) -> Tree:
        """A letter in a font is that letter; several are a word, if upright, else a product."""
        if self.next.is_("{"):
            end = matching(self.tokens, self.at)
            inner = self.tokens[self.at + 1 : end - 1]
            letters = all(t.kind in (LETTER, NUMBER) or t.is_("_", "-") for t in inner)
            word = "".join(t.text for t in inner)
            if letters and len(inner) > 1:
                self.at = end
                return Sym(*self.span(first), SAME_WORDS.get(word, word))
            if name == "mathbb" and word not in ("1", "I"):
                self.at = end
                return Sym(*self.span(first), f"bb {word}")
        tree = self.group()
        while isinstance(tree, Group) and tree.kind == "{" and len(tree.parts) == 1:
            tree = tree.parts[0]  # \bs{#1} of {y}
        if isinstance(tree, Num) and tree.value == 1 and name != "mathit":
            return Sym(*self.span(first), "ones")
        if isinstance(tree, Num) and tree.value == 0:
            return Num(*self.span(first), Fraction(0))
        if isinstance(tree, Sym):
            start, end, made = self.span(first)
            if tree.name == "d" and name == "mathrm" and not tree.subs and self.d_follows():
                return self.differential(first)
            bold = name in ("mathbf", "boldsymbol", "bm", "pmb", "vec", "bold")
            return replace(tree, start=start, end=end, made=made, bold=bold)
        return tree

    def prefixed(self, first: int, prefix: str) -> Tree:
        tree = self.group()
        if isinstance(tree, Group) and len(tree.parts) == 1:
            tree = tree.parts[0]
        if isinstance(tree, Num) and prefix == "cal":
            return tree
        if not isinstance(tree, Sym):
            raise self.fail("an accent over a formula", self.tokens[first])
        start, end, made = self.span(first)
        if prefix == "vec":
            return replace(tree, start=start, end=end, made=made)
        return replace(tree, name=f"{prefix} {tree.name}", start=start, end=end, made=made)

    def word(self, first: int, token: Token) -> Tree:
        if self.next.kind != TEXT:
            raise self.fail("a text is missing", token)
        text = self.take().text.strip()
        bare = (
            text.replace("\\", "")
            .replace(" ", "")
            .replace("{", "")
            .replace("}", "")
            .replace("$", "")
        )
        if not bare:
            raise self.fail("an empty text", token)
        return Sym(*self.span(first), SAME_WORDS.get(bare, bare if " " not in text else text))

    def overset(self, first: int, name: str) -> Tree:
        decoration = self.group()
        body = self.group()
        arrow = isinstance(decoration, Sym) and decoration.name in ("to", "rightarrow")
        del arrow, name
        return body if not isinstance(body, Words) else decoration

    def big(self, first: int, name: str) -> Big:
        index: Tree | None = None
        lower: Tree | None = None
        upper: Tree | None = None
        condition = ""
        while self.next.is_("_", "^"):
            below = self.take().is_("_")
            inner = self.inside()
            if below:
                index, lower, upper_, condition = bounds(inner, self.depth, type(self))
                upper = upper_ or upper
                self.script_end()
            else:
                parts, _ = self.script()
                if len(parts) != 1:
                    raise self.fail("the upper bound of a sum or product")
                upper = parts[0]
        if self.next.kind == END:
            raise self.fail("a sum or product of nothing")
        body = self.product()
        return Big(*self.span(first), name, index, lower, upper, condition, body)

    def environment(self, first: int) -> Tree:
        name = self.take().text
        if name in ("cases", "cases*", "dcases", "rcases"):
            return self.by_cases(first, name)
        if name not in MATRICES:
            raise self.fail(f"the environment {name}", self.tokens[first])
        if name == "array" and self.next.is_("{"):
            self.at = matching(self.tokens, self.at)
        rows: list[tuple[Tree, ...]] = []
        cells: list[Tree] = []
        while True:
            if self.next.is_(r"\end"):
                self.take()
                if self.next.kind == TEXT:
                    self.take()
                break
            if self.next.kind == END:
                raise self.fail(f"the environment {name} is not closed", self.tokens[first])
            if self.next.is_("&"):
                self.take()
                continue
            if self.next.is_("\\\\"):
                self.take()
                if cells:
                    rows.append(tuple(cells))
                cells = []
                continue
            cells.append(self.expression())
        if cells:
            rows.append(tuple(cells))
        if not rows:
            raise self.fail("an empty matrix", self.tokens[first])
        return Grid(*self.span(first), tuple(rows))

    def by_cases(self, first: int, name: str) -> Tree:
        """A value that conditions choose: a text, as no part of it holds alone."""
        depth = 1
        while depth and self.next.kind != END:
            token = self.take()
            if token.is_(r"\begin", r"\end"):
                depth += 1 if token.text == "begin" else -1
        if depth:
            raise self.fail(f"the environment {name} is not closed", self.tokens[first])
        if self.next.kind == TEXT:
            self.take()
        return Words(*self.span(first), "a value by cases")
