"""Expressions: sums, products, brackets, letters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symrnn.reading.latex.commands import Commands
from symrnn.reading.latex.macros import Macros
from symrnn.reading.latex.scan import scan
from symrnn.reading.latex.signs import bar, matching, shown
from symrnn.reading.latex.tokens import COMMAND, END, LETTER, NUMBER, SIGN, TEXT, Token
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Dots,
    Fraction_,
    Group,
    Normed,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    Words,
)
from symrnn.reading.latex.words import (
    DIVIDES,
    FUNCTION_COMMANDS,
    OPEN,
    PRODUCTS,
    SAME_AS,
    WORDS,
)


def parse_expression(text: str, macros: Macros | None = None) -> Tree:
    """One expression.

    Raises:
        ParseError: for what is none, with the character.
    """
    return Parser(scan(text, macros)).whole()


_COMPARED = {"<": "<", ">": ">", r"\lt": "<", r"\gt": ">", r"\le": "<", r"\leq": "<", r"\ge": ">",
             r"\geq": ">"}  # fmt: skip
"""What numbers are compared with in a condition, where their equality does not matter."""
_CLOSING = {"[": "]", "(": ")", "{": "}", r"\{": r"\}"}
_ONES = frozenset({"ones", "I"})
"""What stands before a condition that is 1 where it holds."""


class Parser(Commands):
    """Recursive descent over tokens."""

    def expression(self) -> Tree:
        self.deeper()
        first = self.at
        signs: list[str] = []
        terms: list[Tree] = []
        sign = "+"
        if self.next.is_("+", "-", r"\pm", r"\mp"):
            sign = self.sign()
        while True:
            signs.append(sign)
            terms.append(self.product())
            if not self.next.is_("+", "-", r"\pm", r"\mp"):
                break
            sign = self.sign()
        self.depth -= 1
        if len(terms) == 1 and signs[0] == "+":
            return terms[0]
        return Addition(*self.span(first), tuple(terms), tuple(signs))

    def sign(self) -> str:
        token = self.take()
        if token.is_(r"\pm", r"\mp"):
            raise self.fail("± is two formulas", token)
        return token.text

    def product(self) -> Tree:
        first = self.at
        factors = [self.factor()]
        signs: list[str] = []
        while True:
            token = self.next
            shown = self.product_sign()
            if shown:
                self.take()
                if self.next.is_("-"):
                    raise self.fail("a minus sign behind a product sign")
                signs.append(shown)
                factors.append(self.factor())
            elif token.is_(*DIVIDES):
                self.take()
                signs.append("odot")
                factors.append(self.reciprocal())
            elif token.is_("/"):
                self.take()
                below = self.factor()
                above = factors[-1]
                factors[-1] = self.divided(above, below, first)
            elif self.begins_factor():
                signs.append("")
                factors.append(self.factor())
            else:
                break
        return self.joined(factors, signs, first)

    def joined(self, factors: list[Tree], signs: list[str], first: int) -> Tree:
        """The product of factors; one alone is no product."""
        factors, signs = _applied(*_calls_closed(factors, signs))
        if len(factors) == 1:
            return factors[0]
        return Product(*self.span(first), tuple(factors), tuple(signs))

    def product_sign(self) -> str:
        """The product sign that comes next; nothing if there is none."""
        token = self.next
        shown = "\\" + token.text if token.kind == COMMAND else token.text
        return PRODUCTS.get(shown, "") if token.kind in (COMMAND, SIGN) else ""

    def reciprocal(self) -> Tree:
        """1/b of a ⊘ b, which is a ⊙ 1/b; what stands side by side behind ⊘ is one product."""
        first = self.at
        factors = [self.factor()]
        while self.begins_factor() and not self.product_sign():
            if self.next.is_("/", *DIVIDES):
                break
            factors.append(self.factor())
        below = self.joined(factors, [""] * (len(factors) - 1), first)
        one = Num(below.start, below.start, True, Fraction(1))
        return Fraction_(*self.span(first), one, below)

    def indicator(self, first: int) -> Tree:
        """1[a > 0], or 1[-1 < a < 1]: a slope of a rectifier, written θ(a) by others; 1[i = j]."""
        if self.next.is_("_"):
            self.take()
        opening = self.take()
        parts, signs = [self.expression()], []
        if self.next.is_("="):
            self.take()
            compared = parts[0], self.expression()
            self.closing(
                next(last for each, last in _CLOSING.items() if opening.is_(each)), opening
            )
            return Sym(*self.span(first), SAME_AS, compared)
        while self.next.is_(*_COMPARED):
            signs.append(next(sign for each, sign in _COMPARED.items() if self.next.is_(each)))
            self.take()
            parts.append(self.expression())
        self.closing(next(last for each, last in _CLOSING.items() if opening.is_(each)), opening)
        span = self.span(first)
        condition = Group(*span, "[", tuple(parts), "".join(signs))
        return Product(*span, (Sym(*span, "theta"), condition), ("",))

    def condition_follows(self) -> bool:
        """Whether brackets follow in which two things are compared: 1_{a > 0}, 1[i = j]."""
        at = self.at + self.next.is_("_")
        opening = self.tokens[at]
        if not opening.is_(*_CLOSING):
            return False
        depth = 0
        for token in self.tokens[at:]:
            depth += token.is_("{", "(", "[", r"\{") - token.is_("}", ")", "]", r"\}")
            if depth <= 0:
                return False
            if depth == 1 and token.is_("=", *_COMPARED):
                return True
        return False

    def begins_factor(self) -> bool:
        token = self.next
        if token.kind == END or token.is_("}", ")", "]", r"\}", "&", "\\\\", r"\rangle", ",", ";"):
            return False
        if token.is_(r"\rbrace", r"\rparen", r"\rbrack"):
            return False
        if token.is_("|", r"\|", r"\Vert", r"\vert"):
            return not self.closers or self.closers[-1] != bar(token)
        if token.is_(r"\rVert", r"\rvert", r"\rightbar", r"\end"):
            return False
        return not token.is_("+", "-", r"\pm", r"\mp", "=", ":", *_COMPARED)

    def factor(self) -> Tree:
        self.deeper()
        first = self.at
        tree = self.atom()
        if isinstance(tree, Sym) and tree.name in _ONES and self.condition_follows():
            tree = self.indicator(first)
        tree = self.scripts(tree, self.at)
        self.depth -= 1
        return tree

    def atom(self) -> Tree:
        first = self.at
        token = self.take()
        if token.kind == NUMBER:
            if len(token.text) > 40:
                raise self.fail("a number of more than 40 digits", token)
            if token.text == "1" and (self.next.is_("[") or self.condition_follows()):
                return self.indicator(first)
            return self.number(token)
        if token.kind == LETTER:
            return self.letter(first, token)
        if token.kind == TEXT:
            return Words(token.start, token.end, token.made, token.text)
        if token.is_("{"):
            end = matching(self.tokens, first)
            inside = [t.text for t in self.tokens[first + 1 : end - 1] if not t.is_("{", "}")]
            if inside == ["overset", "to", "prod"]:
                # Our own printer's product whose latest factor stands rightmost.
                self.at = end
                return replace(self.big(first, "prod"), arrow="right")
            if end - 1 == self.at:  # {} carries scripts only
                self.take()
                return self.empty(first)
            tree = self.expression()
            self.closing("}", token)
            # A group is its content, where scripts of its own do not clash with those behind it.
            if isinstance(tree, Sym) and (self.next.is_("_") or self.next.is_("^")):
                return tree
            return Group(*self.span(first), "{", (tree,))
        if token.is_(*OPEN) or token.is_(r"\leftnothing"):
            return self.bracketed(first, token)
        if token.is_("|", r"\|", r"\Vert", r"\vert", r"\lVert", r"\lvert"):
            return self.normed(first, token)
        if token.kind == COMMAND:
            return self.command(first, token)
        if token.kind == END:
            raise self.fail("the formula ends where something is missing", token)
        if token.is_(".") and self.next.is_("."):
            while self.next.is_("."):
                self.take()
            return Dots(*self.span(first))
        raise self.fail(f"{shown(token)} has no place here", token)

    def empty(self, first: int) -> Tree:
        raise self.fail("scripts on nothing", self.tokens[first])

    def letter(self, first: int, token: Token) -> Tree:
        run = ""
        for ahead in range(self.at - 1, min(self.at + 9, len(self.tokens))):
            if self.tokens[ahead].kind != LETTER:
                break
            run += self.tokens[ahead].text
        for word in WORDS:
            if run.startswith(word):
                self.at += len(word) - 1
                return Sym(*self.span(first), word)
        if token.text == "d" and self.in_fraction and self.next.is_("}") and self.operator_above():
            return self.differential(first)
        if token.text == "d" and self.after_d():
            return self.differential(first)
        return Sym(*self.span(first), token.text)

    def bracketed(self, first: int, token: Token) -> Tree:
        kind = (
            token.text
            if token.kind == SIGN
            else {
                "{": "{",
                "langle": "<",
                "lbrace": "{",
                "lparen": "(",
                "lbrack": "[",
                "leftnothing": "nothing",
            }.get(token.text, "(")
        )
        if kind == "nothing":
            inner = self.expression()
            if not self.next.is_(r"\rightbar"):
                raise self.fail(r"\left. is not closed by its bar", token)
            self.take()
            if not self.next.is_("_"):
                raise self.fail("a bar without what is held below it")
            self.take()
            held, text = self.script()
            return Bar(*self.span(first), inner, held, text)
        shown = "\\" + token.text if token.kind == COMMAND else token.text
        closers = {OPEN[shown], *((")", "]") if shown in "([" else ())}
        parts: list[Tree] = []
        separator = ","
        self.closers.append(shown)
        while not self.next.is_(*closers):
            if self.next.is_("\\\\", "&"):
                raise self.fail("an alignment inside brackets")
            parts.append(self.expression())
            if self.next.is_(",", ";"):
                separator = self.take().text
            elif self.next.is_("|", r"\mid", r"\vert"):
                raise self.fail("a bar inside brackets")
            elif not self.next.is_(*closers):
                self.closing(OPEN[shown], token)
                break
        self.closers.pop()
        self.take()
        if not parts:
            raise self.fail("empty brackets", token)
        return Group(*self.span(first), kind, tuple(parts), separator)

    def normed(self, first: int, token: Token) -> Tree:
        drawn = bar(token)
        doubled = drawn == "|" and self.next.is_("|", r"\vert", r"\lvert")
        if doubled:  # ||x||
            self.take()
            drawn = "‖"
        self.closers.append("|" if doubled else drawn)
        body = self.expression()
        self.closers.pop()
        if doubled:
            if not self.next.is_("|", r"\vert", r"\rvert"):
                raise self.fail("|| is not closed")
            self.take()
        if not self.next.is_("|", r"\|", r"\Vert", r"\vert", r"\rVert", r"\rvert"):
            raise self.fail(f"{shown(token)} is not closed")
        # ‖x‖ as two bars on either side.
        self.take()
        return Normed(*self.span(first), body, "|" if drawn == "|" else "‖")


def _calls_closed(factors: list[Tree], signs: list[str]) -> tuple[list[Tree], list[str]]:
    """f(x)ᵀ is the transpose of f(x), and f(x)² its square: scripts bind weaker than calls."""
    if not any(isinstance(factor, Turned | Raised) for factor in factors):
        return factors, signs
    made: list[Tree] = []
    kept: list[str] = []
    for place, factor in enumerate(factors):
        head = made[-1] if made else None
        if (
            isinstance(factor, Turned | Raised)
            and isinstance(head, Sym)
            and signs[place - 1] == ""
            and _is_function(head)
        ):
            inner = factor.body if isinstance(factor, Turned) else factor.base
            if isinstance(inner, Group) and inner.kind in "([":
                flag = head.made or inner.made
                call = Product(head.start, inner.end, flag, (head, inner), ("",))
                if isinstance(factor, Turned):
                    made[-1] = replace(factor, start=head.start, made=flag, body=call)
                else:
                    made[-1] = replace(factor, start=head.start, made=flag, base=call)
                continue
        if place:
            kept.append(signs[place - 1])
        made.append(factor)
    return made, kept


def _applied(factors: list[Tree], signs: list[str]) -> tuple[list[Tree], list[str]]:
    """diag φ′(s): what a function without brackets is of, if that is a call."""
    place = 0
    while place + 2 < len(factors):
        outer, inner, group = factors[place : place + 3]
        if (
            isinstance(outer, Sym)
            and isinstance(inner, Sym)
            and isinstance(group, Group)
            and signs[place : place + 2] == ["", ""]
            and (outer.name in WORDS or outer.name in FUNCTION_COMMANDS)
            and _is_function(inner)
            and group.kind in "(["
        ):
            made = inner.made or group.made
            call = Product(inner.start, group.end, made, (inner, group), ("",))
            factors[place + 1 : place + 3] = [Group(inner.start, group.end, made, "(", (call,))]
            del signs[place + 1]
        place += 1
    return factors, signs


def _is_function(head: Sym) -> bool:
    """Whether a letter is a function whatever the document: by its name, or its prime."""
    if head.subs:
        return False
    named = head.name in WORDS or head.name in FUNCTION_COMMANDS or head.name == "tr"
    return named or head.primes > 0 or head.name in ("sigma", "phi", "psi", "f", "g")
