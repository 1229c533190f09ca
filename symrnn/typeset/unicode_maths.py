"""Mathematics typed as Unicode in prose, ∂s_t/∂s_k = ∏_{j=k+1}^{t} F_j, as $…$ markup.

Proofs write their prose for a reader of the source. A small recursive-descent parser finds the
longest formulas in it; whatever it can not read as a formula stays ordinary text. Which letters
and signs mean what is in `unicode_table`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from symrnn.language.notation import LECTURE, PARAMETERS, SCALARS, SEQUENCES, Notation
from symrnn.typeset.unicode_cursor import Cursor, Piece
from symrnn.typeset.unicode_table import (
    ALONE,
    FUNCTIONS,
    LARGE,
    LETTERS,
    LOWERED,
    OPERATORS,
    PAIRS,
    PRODUCTS,
    RAISED,
    RELATIONS,
    SUMS,
    SYMBOLS,
)
from symrnn.typeset.words import is_word

# Markup that is left alone: escapes, formulas, code, references and marks.
_MARKUP = re.compile(
    r"(\\[$*`\[\\]|\$(?:[^$\\]|\\.)+\$|`[^`]+`"
    r"|\[\[>[^\s|]+\||\[\[\^\||\|\]\]|\[\[[^\]|]+(?:\|(?:aside|within)(?:\|[^\[\]|]*)?)?\]\])",
    re.DOTALL,
)


def with_maths(prose: str, notation: Notation = LECTURE) -> str:
    """Prose markup in which every formula typed as plain Unicode stands between dollars.

    The formulas are typed in the lecture's letters, and come out in those of the notation.

    Code, formulas, references and escapes are left as they are; so is every word. No sign of the
    tables is left outside a formula.
    """
    pieces = _MARKUP.split(prose)
    return "".join(
        piece if place % 2 else _Reader(piece, notation).translated()
        for place, piece in enumerate(pieces)
    )


class _Reader:
    """Recursive descent over the tokens of one stretch of plain text."""

    def __init__(self, text: str, notation: Notation) -> None:
        self._cursor = Cursor(text)
        self._notation = notation
        self._depth = 0
        self._closing = ""  # ‖ or |, inside such a pair

    def translated(self) -> str:
        written = []
        after_word = False
        while self._cursor.at < len(self._cursor.tokens):
            start, token = self._cursor.at, self._cursor.tokens[self._cursor.at]
            glued = after_word and not token.gap
            found = None if glued else self._one_sided() or self._relation()
            if found is not None and (found.counts or self._is_identity(start)):
                written.append(f"{token.gap}${found.latex}$")
                after_word = True
                continue
            self._cursor.at = start + 1
            alone = token.text in ALONE and not token.text.isascii() and token.text != "…"
            shown = f"${self._sign(token.text)}$" if alone else token.typeset
            written.append(token.gap + shown)
            after_word = token.text[0].isalnum()
        return "".join(written) + self._cursor.rest

    def _is_identity(self, start: int) -> bool:
        """Whether the token is the identity matrix: *I* at the end of a clause is no pronoun."""
        ends = self._cursor.peek() in ("", ".", ",", ";", ":", ")")
        return (
            start > 0
            and self._cursor.at == start + 1
            and self._cursor.tokens[start].text == "I"
            and ends
        )

    def _one_sided(self) -> Piece | None:
        """A relation whose left side is a word: *at times ≥ 1*."""
        sign = self._cursor.peek()
        if sign not in RELATIONS or sign == "…":
            return None
        right = self._cursor.after(1, self._sum)
        return right and Piece(f"{RELATIONS[sign]} {right.latex}")

    # ------------------------------------------------------------------ the grammar

    def _relation(self) -> Piece | None:
        left = self._sum()
        related = False
        while left is not None and (sign := self._cursor.peek()) in RELATIONS:
            right = self._cursor.after(1, self._sum)
            if right is None or (sign == "…" and not (left.counts or right.counts)):
                break
            left, related = Piece(f"{left.latex} {RELATIONS[sign]} {right.latex}"), True
        return replace(left, kind="statement") if left is not None and related else left

    def _sum(self) -> Piece | None:
        sign = self._cursor.peek()
        if sign in SUMS and not self._cursor.gap(1):
            first = self._cursor.after(1, self._product)
            left = first and first.signed(SUMS[sign])
        else:
            left = self._product()
        while left is not None and (sign := self._cursor.peek()) in SUMS:
            tight = not self._cursor.gap()
            if tight == self._cursor.gap(1):
                break
            start = self._cursor.at
            right = self._cursor.after(1, self._product)
            if right is None:
                break
            if tight and not self._depth and left.kind == right.kind == "number":
                self._cursor.at = start  # 1700-2008 is no difference
                break
            left = Piece(f"{left.latex} {SUMS[sign]} {right.latex}")
        return left

    def _product(self) -> Piece | None:
        left = self._factor()
        while left is not None:
            sign = self._cursor.peek()
            if sign in PRODUCTS:
                right = self._cursor.after(1, self._factor)
                if right is None:
                    break
                space = "" if sign == "/" else " "
                left = Piece(f"{left.latex}{space}{PRODUCTS[sign]}{space}{right.latex}")
                continue
            start, gap = self._cursor.at, self._cursor.gap()
            right = self._factor()
            if right is None or not self._may_touch(left, right, gap):
                self._cursor.at = start
                break
            body = r"\mathbf{1}" if right.kind == "number" else right.latex
            kind = "call" if right.kind == "call" else "plain"
            space = r" \, " if gap and left.kind != "large" else " "
            left = Piece(left.latex + space + body, kind)
        return left

    def _may_touch(self, left: Piece, right: Piece, gap: bool) -> bool:
        """Whether two factors side by side are a product, and no words that follow each other."""
        if right.kind == "number":  # c 1 with the column of ones
            ones = gap and right.latex == "1" and self._closing != "]"
            return ones and bool(self._depth or left.kind == "call")
        if self._depth or not gap:
            return True
        return left.counts and right.counts and "statement" not in (left.kind, right.kind)

    def _factor(self) -> Piece | None:
        first = self._cursor.peek()
        found = self._primary()
        letter = first in SYMBOLS or (len(first) == 1 and first.isalpha())
        # The scripts that the piece has already; a notation's letter may have some.
        taken = "".join(mark for mark in "_^" if letter and found and mark in found.latex)
        while found is not None and not self._cursor.gap():
            sign = self._cursor.peek()
            place = "^" if sign in RAISED else "_" if sign in LOWERED else sign
            if place in ("_", "^"):
                script = self._scripted(sign)
                if script is None:
                    break
                if place in taken:  # TeX takes one script of each kind: {x^{2}}^{2}
                    found, taken = replace(found, latex=f"{{{found.latex}}}"), ""
                kind = "large" if found.kind == "large" else "plain"
                found, taken = Piece(found.latex + script, kind), taken + place
            elif sign == "(" and found.kind != "number" and self._callable():
                arguments = self._group("(", ")")
                if arguments is None:
                    break
                found, taken = Piece(found.latex + arguments.latex, "call"), ""
            else:
                break
        return found

    def _scripted(self, sign: str) -> str | None:
        if sign in RAISED:
            return self._raised()
        if sign in LOWERED:
            return f"_{{{self._cursor.signs(LOWERED)}}}"
        script = self._cursor.after(1, self._script)
        return None if script is None else f"{sign}{{{script.latex}}}"

    def _callable(self) -> bool:
        """Whether what stands before this bracket names a function: a letter or its mark ′."""
        before = self._cursor.tokens[self._cursor.at - 1].text
        return before in ("σ", "f", "O", "′")

    def _raised(self) -> str:
        primes = 0
        while self._cursor.peek() == "′" and not (primes and self._cursor.gap()):
            primes, self._cursor.at = primes + 1, self._cursor.at + 1
        signs = (
            self._cursor.signs(RAISED)
            if not self._cursor.gap() and self._cursor.peek() in RAISED
            else ""
        )
        return "'" * primes + (f"^{{{signs}}}" if signs else "")

    def _script(self) -> Piece | None:
        text = self._cursor.peek()
        if self._cursor.gap():
            return None
        if text == "{":
            return self._group("{", "}")
        if (
            text.isdecimal()
            or text in SYMBOLS
            or (len(text) == 1 and text.isascii() and text.isalpha())
        ):
            self._cursor.at += 1
            return Piece(self._letter(text))
        return None

    # ------------------------------------------------------------------ operands

    def _primary(self) -> Piece | None:
        text = self._cursor.peek()
        if text in ("‖", "|"):
            return None if text == self._closing else self._between(text)
        match text:
            case "(":
                return self._group("(", ")")
            case "[":
                return self._matrix()
            case "√":
                return self._root()
            case "∂":
                return self._partial()
        if text in LARGE:
            self._cursor.at += 1
            return Piece(LARGE[text], "large")
        if text in OPERATORS:
            return self._applied(text)
        return self._atom(text)

    def _atom(self, text: str) -> Piece | None:
        if name := self._cursor.named(PARAMETERS):
            self._cursor.at += 3
            return Piece(self._notation.styled(self._notation.arrays.get(*name)))
        if text in SYMBOLS:
            found = Piece(self._letter(text))
        elif text[:1].isdecimal():
            found = Piece(text, "number")
        elif len(text) == 1 and text.isascii() and text.isalpha():
            kind = "plain" if text in LETTERS and not is_word(text) else "letter"
            found = Piece(self._letter(text, self._cursor.peek(1)), kind)
        elif text in PAIRS or (self._depth and re.fullmatch(r"[a-z]{2}", text) and self._inner()):
            found = Piece(" ".join(map(self._letter, text)))
        elif re.fullmatch(r"[a-z]\d+", text) and text[0] in LETTERS:
            # s0, as identifiers have it
            found = Piece(f"{self._letter(text[0], '_')}_{{{text[1:]}}}")
        else:
            return None
        self._cursor.at += 1
        return found

    def _sign(self, text: str) -> str:
        return self._letter(text) if text in SYMBOLS else ALONE[text]

    def _letter(self, text: str, following: str = "") -> str:
        """A letter in the notation: x is the input where a time follows, and else a variable.

        L is the loss at a time, and alone the sum of all.
        """
        name = SYMBOLS[text].removeprefix("\\") if text in SYMBOLS else text
        # s₃ is a state, but a₂ the second entry of any column.
        timed = following == "_" or name == "L" or (following in LOWERED and name == "s")
        if name in SCALARS or name in PARAMETERS or (name in SEQUENCES and timed):
            return self._notation.letter(name)
        if name not in SEQUENCES and name in self._notation.spoken:
            return self._notation.spoken[name]
        return SYMBOLS.get(text, text)

    def _inner(self) -> bool:
        """Whether this token is a script by itself: the two indices of A_{il}."""
        return self._cursor.peek(-1) == "{" and self._cursor.peek(1) == "}"

    def _inside(self, read: Callable[[], Piece | None], closing: str = "") -> Piece | None:
        outer, self._closing = self._closing, closing
        self._depth += 1
        found = read()
        self._depth -= 1
        self._closing = outer
        return found

    def _placeholder(self) -> Piece | None:
        """An item of a list: a formula, or the dots that stand for any."""
        text = self._cursor.peek()
        if text in ("·", "…"):
            self._cursor.at += 1
            return Piece(r"\cdot" if text == "·" else r"\ldots")
        return self._relation()

    def _group(self, opening: str, closing: str) -> Piece | None:
        start = self._cursor.at
        items: list[Piece] = []
        while not items or self._cursor.peek() == ",":
            item = self._cursor.after(1, lambda: self._inside(self._placeholder))
            if item is None:
                break
            items.append(item)
        if not items or self._cursor.peek() != closing:
            self._cursor.at = start
            return None
        self._cursor.at += 1
        body = ", ".join(item.latex for item in items)
        if opening == "{":
            return Piece(body)
        single = items[0].kind if len(items) == 1 else "statement"
        return Piece(f"({body})", "group" if single in ("plain", "call", "group") else single)

    def _between(self, bar: str) -> Piece | None:
        start = self._cursor.at
        inner = self._cursor.after(1, lambda: self._inside(self._placeholder, bar))
        if inner is None or self._cursor.peek() != bar:
            self._cursor.at = start
            return None
        self._cursor.at += 1
        name = "Vert" if bar == "‖" else "vert"
        return Piece(rf"\l{name} {inner.latex} \r{name}")

    def _matrix(self) -> Piece | None:
        """[1 1; 1 1], and [A; B] for one block below the other."""
        start = self._cursor.at
        rows: list[list[str]] = [[]]
        self._cursor.at += 1
        while self._cursor.peek() not in ("]", ""):
            if self._cursor.peek() == ";" and rows[-1]:
                self._cursor.at += 1
                rows.append([])
            entry = self._inside(self._sum, "]")
            if entry is None:
                break
            rows[-1].append(entry.latex)
        if self._cursor.peek() != "]" or len(rows) < 2:
            self._cursor.at = start
            return None
        self._cursor.at += 1
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return Piece(rf"\left(\begin{{smallmatrix}} {body} \end{{smallmatrix}}\right)")

    def _root(self) -> Piece | None:
        under = self._product if self._cursor.peek(1) in LARGE else self._primary
        inner = self._cursor.after(1, under)
        if inner is None:
            return None
        body = inner.latex
        bracketed = inner.kind in ("group", "number") and body.startswith("(")
        return Piece(rf"\sqrt{{{body[1:-1] if bracketed else body}}}")

    def _partial(self) -> Piece:
        self._cursor.at += 1
        sign = r"\partial"
        if not self._cursor.gap() and self._cursor.peek() in RAISED:
            sign += self._raised()
        of = None if self._cursor.gap() else self._factor()
        return Piece(f"{sign} {of.latex}" if of else sign)

    def _applied(self, name: str) -> Piece | None:
        """A named function with its argument; without one it is a word."""
        start = self._cursor.at
        self._cursor.at += 1
        power = self._raised() if not self._cursor.gap() and self._cursor.peek() in RAISED else ""
        argument = None
        if not self._cursor.gap() and self._cursor.peek() in ("(", "|"):
            argument = self._inside(self._primary)
        elif self._cursor.gap() and name in FUNCTIONS:
            argument = self._inside(self._argument)
        if argument is None:
            self._cursor.at = start
            return None
        space = "" if argument.latex.startswith("(") else " "
        return Piece(f"{OPERATORS[name]}{power}{space}{argument.latex}", "call")

    def _argument(self) -> Piece | None:
        """x², 3x, x/2 after the name of a function: factors that touch, and no bare word."""
        found = self._factor()
        while found is not None and not self._cursor.gap() and self._cursor.peek() not in RELATIONS:
            more = self._factor()
            if more is None:
                break
            found = Piece(f"{found.latex} {more.latex}")
        return found if found is not None and found.kind != "letter" else None
