"""What hangs on an atom: subscripts, superscripts, primes, transposes, bars."""

from __future__ import annotations

from dataclasses import replace

from symrnn.errors import ParseError
from symrnn.reading.latex.cursor import Cursor
from symrnn.reading.latex.signs import bare, by_commas, matching
from symrnn.reading.latex.tokens import COMMAND, END, LETTER, NUMBER, SIGN, Token
from symrnn.reading.latex.tree import (
    Bar,
    Group,
    Labelled,
    Normed,
    Raised,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
)
from symrnn.reading.latex.words import (
    FONTS,
)

MARKS = ("*", "+", "-", r"\ast", r"\star", r"\dagger", r"\ddagger", r"\circ", r"\sharp")
"""Signs that are labels where they stand alone in a script: y^*."""


class Scripts(Cursor):
    """Scripts behind an atom."""

    def scripts(self, tree: Tree, _: int) -> Tree:
        """Subscripts, superscripts, primes and bars behind an atom."""
        while True:
            token = self.next
            if token.is_("_"):
                self.take()
                tree = self.subscripted(tree)
            elif token.is_("^"):
                self.take()
                made = self.superscripted(tree)
                if isinstance(tree, Bar) and isinstance(made, Raised):
                    raise self.fail("a bar between two bounds, or a power of what is held", token)
                tree = made
            elif token.is_("'") or token.is_(r"\prime"):
                self.take()
                if not isinstance(tree, Sym):
                    if isinstance(tree, Group):
                        raise self.fail("a prime behind brackets", token)
                    raise self.fail("a prime behind what is no letter", token)
                tree = replace(tree, primes=tree.primes + 1, end=token.end)
            elif (
                token.is_("|", r"\vert", r"\rvert")
                and self.peek().is_("_")
                and (not self.closers or self.closers[-1] != "|")
            ):
                self.take()
                self.take()
                held, text = self.script()
                tree = Bar(tree.start, self.tokens[self.at - 1].end, tree.made, tree, held, text)
            elif token.is_("!"):
                raise self.fail("a factorial")
            else:
                return tree

    def script(self) -> tuple[tuple[Tree, ...], str]:
        """What is set lower or higher: parts between commas, and its text."""
        first = self.at
        if not self.next.is_("{"):
            if self.next.kind == END:
                raise self.fail("a script without anything in it")
            token = self.next
            if token.kind == NUMBER and len(token.text) > 1:
                # x^10 is x¹ 0 in TeX; people mean 10.
                self.take()
                return (self.number(token),), token.text
            if token.is_(*MARKS):
                self.take()
                return (Words(token.start, token.end, token.made, bare(token)),), bare(token)
            tree = self.atom()
            return (tree,), "".join(bare(t) for t in self.tokens[first : self.at])
        end = matching(self.tokens, self.at)
        inner = self.tokens[self.at + 1 : end - 1]
        text = "".join(bare(t) for t in inner)
        closing = self.tokens[end - 1]
        self.at = end
        if not inner:
            return (), ""
        parts: list[Tree] = []
        for piece in by_commas(inner):
            if not piece:
                continue
            try:
                stop = max(t.end for t in piece)
                parser = type(self)([*piece, Token(END, "", stop, stop)])
                parser.depth = self.depth
                parts.append(parser.whole())
            except ParseError:
                made = any(t.made for t in piece)
                parts.append(Words(piece[0].start, closing.start, made, text))
        return tuple(parts), text

    def subscripted(self, tree: Tree) -> Tree:
        subs, text = self.script()
        end = self.tokens[self.at - 1].end
        if isinstance(tree, Sym):
            joined = f"{tree.sub_text},{text}" if tree.sub_text else text
            return replace(tree, subs=(*tree.subs, *subs), sub_text=joined, end=end)
        if isinstance(tree, Normed):
            return replace(tree, kind=tree.kind + text, end=end)
        if isinstance(tree, Labelled):
            label = subs[0] if len(subs) == 1 and not isinstance(subs[0], Words) else None
            return replace(tree, label=label, end=end)
        return Subscripted(tree.start, end, tree.made, tree, subs)

    def superscripted(self, tree: Tree) -> Tree:
        first = self.at
        transpose = self.transposing()
        if transpose is not None:
            rest, letter = transpose
            end = self.tokens[self.at - 1].end
            made = tree.made or any(t.made for t in self.tokens[first : self.at])
            if rest and isinstance(tree, Sym):
                inner = [*rest, Token(END, "", end, end)]
                parts = type(self)(inner).whole()
                text = "".join(bare(t) for t in rest)
                tree = replace(
                    tree, sups=(*tree.sups, parts), sup_text=tree.sup_text + text, end=end
                )
            return Turned(tree.start, end, made, tree, letter)
        if all(t.is_("'", r"\prime") for t in self.inside()):
            count = len(self.inside())
            self.script_end()
            if isinstance(tree, Sym):
                return replace(tree, primes=tree.primes + count, end=self.tokens[self.at - 1].end)
            raise self.fail("a prime behind what is no letter")
        if self._entrywise(tree):
            del self.tokens[self.at + 1]
        sups, text = self.script()
        end = self.tokens[self.at - 1].end
        if isinstance(tree, Sym):
            return replace(tree, sups=(*tree.sups, *sups), sup_text=tree.sup_text + text, end=end)
        if isinstance(tree, Labelled):
            return replace(tree, end=end)
        if len(sups) != 1:
            raise self.fail("a power that is none")
        return Raised(tree.start, end, tree.made, tree, sups[0])

    def _entrywise(self, tree: Tree) -> bool:
        """Whether h^{\\circ 2} follows, the power of each entry, as any power of a vector is."""
        matrix = isinstance(tree, Sym) and tree.name.split()[-1][0].isupper()
        if matrix or not self.next.is_("{") or len(inner := self.inside()) < 2:
            return False
        return inner[0].is_(r"\circ", r"\odot") and inner[1].kind in (NUMBER, SIGN)

    def inside(self) -> list[Token]:
        """The tokens of the script that follows."""
        if self.next.is_("{"):
            return self.tokens[self.at + 1 : matching(self.tokens, self.at) - 1]
        return [self.next]

    def script_end(self) -> None:
        self.at = matching(self.tokens, self.at) if self.next.is_("{") else self.at + 1

    def transposing(self) -> tuple[list[Token], bool] | None:
        """If the superscript transposes: what it says besides, and whether by a letter."""
        inner = self.inside()
        bare = [t for t in inner if not t.is_("{", "}")]
        if (
            bare
            and bare[0].kind == COMMAND
            and bare[0].text in (*FONTS, "text", "textsf", "textrm")
        ):
            upright = True
            word = "".join(t.text for t in bare[1:])
        else:
            upright = False
            word = "".join(t.text for t in bare)
        if bare and all(t.is_(r"\top", r"\intercal", r"\transpose", r"\transp") for t in bare[-1:]):
            rest = bare[:-1]
            self.script_end()
            return [t for t in rest if not t.is_(",")], False
        if word in ("T", "t", "tr", "Tr", "⊺") and (upright or word in ("T", "⊺", "Tr")):
            self.script_end()
            return [], not upright
        if (
            len(bare) > 1
            and bare[-1].kind == LETTER
            and bare[-1].text == "T"
            and bare[-2].is_(")", ",", "]", ">", r"\rangle", r"\rbrack")
        ):
            self.script_end()
            return [t for t in bare[:-1] if not t.is_(",")], True
        return None
