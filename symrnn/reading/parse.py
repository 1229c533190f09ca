"""The grammar of a cell, by recursive descent.

    cell       = definition { ("\\n" | ";") definition }
    definition = NAME "=" sum
    sum        = ["-"] term { ("+" | "-") term }
    term       = factor { ("*" | "/") factor }         entrywise, and by a scalar; several factors
                                                       below a line stand in brackets
    factor     = "-" factor | product
    product    = power { ["@"] power }                 of matrices; binds tighter than *
    power      = atom { "^T" | ".T" | "^" INTEGER }
    atom       = NUMBER | NAME ["'"] | FUNCTION "(" sum ")" | "(" sum ")" | "[" sum { ";" sum } "]"

A line may be continued inside brackets and after an operator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import NoReturn

from symrnn.reading.functions import CALLED, INSTEAD
from symrnn.reading.letters import FUNCTION, SCALAR, kind_of, nearest
from symrnn.reading.source import Source, Span
from symrnn.reading.tokens import BREAK, END, NAME, NUMBER, POWER, SIGN, Token, scan
from symrnn.reading.tree import (
    Call,
    Definition,
    Entrywise,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Stack,
    Sum,
    Transpose,
)

MAX_DEPTH = 40
"""Levels of brackets, calls and signs inside each other."""

Kind = Callable[[str], str | None]


def parse(source: Source, kind: Kind = kind_of) -> tuple[Definition, ...]:
    """The definitions of a text, in the order written.

    Args:
        source: the text.
        kind: what a name is, where declarations override its letters.

    Raises:
        ParseError: naming line and column.
    """
    return _Parser(source, kind).cell()


class _Parser:
    def __init__(self, source: Source, kind: Kind) -> None:
        self.source, self.kind = source, kind
        self.tokens = scan(source)
        self.defined = {
            token.text
            for token, sign in pairwise(self.tokens)
            if token.kind == NAME and sign.kind == SIGN and sign.text == "="
        }
        self.position = 0
        self.depth = 0
        self.brackets = 0

    # ------------------------------------------------------------------ tokens

    @property
    def token(self) -> Token:
        """The next token; a line's end counts outside brackets alone."""
        while self.brackets and self.tokens[self.position].kind == BREAK:
            self.position += 1
        return self.tokens[self.position]

    def at(self, *signs: str) -> bool:
        return self.token.kind == SIGN and self.token.text in signs

    def take(self) -> Token:
        token = self.token
        self.position += token.kind != END
        return token

    def skip_breaks(self) -> None:
        while self.token.kind == BREAK:
            self.position += 1

    def expect(self, sign: str, why: str) -> Token:
        if not self.at(sign):
            self.refuse(why, f"{sign}")
        return self.take()

    def refuse(self, problem: str, expected: str, hint: str = "") -> NoReturn:
        detail: dict[str, object] = {"expected": expected, "got": self._found()}
        self.source.refuse(self.token.span, problem, detail | ({"hint": hint} if hint else {}))

    # ------------------------------------------------------------------ definitions

    def cell(self) -> tuple[Definition, ...]:
        definitions: list[Definition] = []
        while True:
            while self.token.kind == BREAK or self.at(";"):
                self.take()
            if self.token.kind == END:
                break
            definitions.append(self.definition())
            if self.token.kind not in (BREAK, END) and not self.at(";"):
                self.refuse("the definition does not end here", "an operator, ; or a new line")
        if not definitions:
            detail: dict[str, object] = {"expected": "name = expression", "got": "nothing"}
            self.source.refuse(Span(0, 0), "there is no definition", detail)
        return tuple(definitions)

    def definition(self) -> Definition:
        if self.token.kind != NAME:
            self.refuse("a definition begins with a name", "name = expression")
        token = self.take()
        if self.at("'"):
            self.refuse("a definition is of a vector now, not one step back", f"{token.text} = …")
        self.expect("=", "a definition has the form name = expression")
        self.skip_breaks()
        return Definition(Name(token.span, token.text), self.sum())

    # ------------------------------------------------------------------ expressions

    def sum(self) -> Node:
        self._deeper()
        start = self.token.span
        minus = self.at("-") and bool(self.take())
        terms = [(minus, self.term())]
        while self.at("+", "-"):
            subtracted = self.take().text == "-"
            self.skip_breaks()
            terms.append((subtracted, self.term()))
        self.depth -= 1
        span = start.to(terms[-1][1].span)
        if len(terms) > 1:
            return Sum(span, tuple(terms))
        return Negative(span, terms[0][1]) if minus else terms[0][1]

    def term(self) -> Node:
        operands = [(False, self.factor())]
        while self.at("*", "/"):
            divides = self.take().text == "/"
            self.skip_breaks()
            operands.append((divides, self.factor()))
            if divides:
                self._below_the_line(operands[-1][1])
        if len(operands) == 1:
            return operands[0][1]
        return Entrywise(operands[0][1].span.to(operands[-1][1].span), tuple(operands))

    def _below_the_line(self, divisor: Node) -> None:
        """Refuse several factors without brackets: most who write 1/2 W h mean a half of W h."""
        while isinstance(divisor, Negative):
            divisor = divisor.operand
        if not isinstance(divisor, Product) or divisor.span.start < divisor.factors[0].span.start:
            return
        whole = self.source.written(divisor.span)
        first = self.source.written(divisor.factors[0].span)
        rest = whole[len(first) :].lstrip(" @")
        self.source.refuse(
            divisor.span,
            "it is not clear what is divided by",
            {"expected": f"(… / {first}) {rest}, or … / ({whole})", "got": f"… / {whole}"},
        )

    def factor(self) -> Node:
        if not self.at("-"):
            return self.product()
        start = self.take().span
        self._deeper()
        operand = self.factor()
        self.depth -= 1
        return Negative(start.to(operand.span), operand)

    def product(self) -> Node:
        factors = [self.power()]
        while self._begins_atom() or self.at("@"):
            if self.at("@"):
                self.take()
                self.skip_breaks()
            if self.token.kind == NUMBER:
                self.refuse("a number stands in front of what it multiplies", "2 h or 2 * h")
            factors.append(self.power())
        if len(factors) == 1:
            return factors[0]
        return Product(factors[0].span.to(factors[-1].span), tuple(factors))

    def power(self) -> Node:
        node = self.atom()
        twice = False
        while self.at("^T") or self.token.kind == POWER:
            if self.token.kind == POWER:
                token = self.take()
                exponent = int(token.text.strip("^{}"))
                if exponent == 0:
                    self.source.refuse(token.span, "a power 0 says nothing", {"expected": "1"})
                node = Power(node.span.to(token.span), node, exponent)
                continue
            if twice:
                self.refuse("a transpose of a transpose", "one ^T")
            node, twice = Transpose(node.span.to(self.take().span), node), True
        return node

    def _begins_atom(self) -> bool:
        return self.token.kind in (NUMBER, NAME) or self.at("(", "[")

    def atom(self) -> Node:
        token = self.token
        if token.kind == NUMBER:
            self.take()
            return Number(token.span, Fraction(token.text))
        if token.kind == NAME:
            return self.name()
        if self.at("("):
            return self.bracketed()
        if self.at("["):
            return self.stack()
        self.refuse("an expression is missing here", "a number, a name, ( or [")

    def name(self) -> Node:
        token = self.take()
        kind = self.kind(token.text)
        named = kind is not None or token.text in self.defined
        if kind == FUNCTION or (token.text in CALLED and not named and self.at("(")):
            return self.call(token)
        called = self.at("(") and self.token.span.start == token.span.end
        if called and (kind is None or not token.text[0].isupper()):
            self.refuse_call(token, kind)
        if not self.at("'"):
            return Name(token.span, token.text)
        span = token.span.to(self.take().span)
        if self.at("'"):
            letter = "q" if token.text == "p" else "p"
            self.source.refuse(
                self.token.span,
                f"{token.text}'' is two steps back",
                {
                    "expected": f"{token.text}', one step back",
                    "hint": f"enlarge the state: {letter} = {token.text}' and then {letter}' is "
                    "two steps back",
                },
            )
        return Name(span, token.text, back=True)

    def call(self, token: Token) -> Node:
        if not self.at("("):
            self.refuse(f"{token.text} is a function", f"{token.text}(…)")
        argument = self.bracketed()
        closing = self.tokens[self.position - 1].span
        return Call(token.span.to(closing), token.text, argument)

    def refuse_call(self, token: Token, kind: str | None) -> NoReturn:
        name = token.text
        detail: dict[str, object] = {"found": f"{name}(…)"}
        if kind == SCALAR:
            problem = f"{name} is a scalar, no function"
            detail["hint"] = f"a product is written {name} (…), with a blank, or {name} * (…)"
        else:
            problem = f"unknown function {name}"
            usual = f"an entrywise product is written {name} * (…)"
            detail["hint"] = INSTEAD.get(name) or nearest(name, ()) or usual
        self.source.refuse(token.span, problem, detail)

    def bracketed(self) -> Node:
        opening = self.take()
        self.brackets += 1
        inner = self.sum()
        if not self.at(")"):
            self._unclosed(opening)
        self.brackets -= 1
        closing = self.take()
        return _at(inner, opening.span.to(closing.span))

    def stack(self) -> Node:
        opening = self.take()
        self.brackets += 1
        parts = [self.sum()]
        while self.at(";"):
            self.take()
            parts.append(self.sum())
        if self.at(","):
            self.refuse("vectors stand one below the other", ";")
        if not self.at("]"):
            self._unclosed(opening)
        self.brackets -= 1
        span = opening.span.to(self.take().span)
        return Stack(span, tuple(parts))

    def _unclosed(self, opening: Token) -> NoReturn:
        closing = {"(": ")", "[": "]"}[opening.text]
        end = self.token.kind == END
        self.source.refuse(
            opening.span if end else self.token.span,
            f"{opening.text} is not closed" if end else "this has no place here",
            {"expected": f"an operator or {closing}", "got": self._found()},
            other=None if end else opening.span,
        )

    def _found(self) -> str:
        names = {END: "the end of the text", BREAK: "the end of the line"}
        return names.get(self.token.kind) or repr(self.source.written(self.token.span))

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.source.refuse(self.token.span, f"nested deeper than {MAX_DEPTH} levels")


def _at(node: Node, span: Span) -> Node:
    """The same node, standing at a place that takes in its parentheses; one word stays itself."""
    return node if isinstance(node, Name | Number) else replace(node, span=span)
