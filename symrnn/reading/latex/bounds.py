"""What stands below a sum or product sign."""

from __future__ import annotations

from fractions import Fraction

from symrnn.errors import ParseError
from symrnn.reading.latex.cursor import Cursor
from symrnn.reading.latex.signs import bare, by_commas, relation
from symrnn.reading.latex.tokens import COMMAND, END, Token, refuse
from symrnn.reading.latex.tree import (
    Addition,
    Num,
    Tree,
)
from symrnn.reading.latex.words import (
    AT_LEAST,
    AT_MOST,
    DOTS,
    EQUAL,
    LESS,
    MORE,
)


def bounds(
    tokens: list[Token], depth: int, reader: type[Cursor]
) -> tuple[Tree | None, Tree | None, Tree | None, str]:
    """What stands below a sum or product sign: the index, its bounds, or a condition."""
    text = "".join(bare(t) for t in tokens)
    tokens = [t for t in tokens if not (t.kind == COMMAND and t.text == "substack")]
    while len(tokens) >= 2 and tokens[0].is_("{") and tokens[-1].is_("}"):
        tokens = tokens[1:-1]
    pieces: list[list[Token]] = [[]]
    signs: list[str] = []
    for at, token in enumerate(tokens):
        found = relation(tokens, at)
        if found is None:
            pieces[-1].append(token)
        else:
            signs.append(found[0])
            pieces.append([])

    def read(piece: list[Token]) -> Tree:
        if not piece:
            raise refuse("a bound is missing", tokens[0].start if tokens else 0)
        end = max(t.end for t in piece)
        parser = reader([*piece, Token(END, "", end, end)])
        parser.depth = depth
        return parser.whole()

    if not tokens:
        return None, None, None, ""
    if signs == [EQUAL]:
        # j = 1, j ≠ k and the like keep what follows the comma as a condition.
        head, *rest = by_commas(pieces[1])
        extra = "".join(bare(t) for piece in rest for t in piece)
        # j = k, …, t has both bounds below.
        if (
            rest
            and len(rest) >= 1
            and any(t.kind == COMMAND and t.text in DOTS for p in rest for t in p)
        ):
            return read(pieces[0]), read(head), read(rest[-1]), ""
        return read(pieces[0]), read(head), None, extra
    if not signs:
        try:
            return read(tokens), None, None, ""
        except ParseError:
            return None, None, None, text
    if (len(signs) == 2 and set(signs) <= {AT_LEAST, MORE}) or (
        len(signs) == 2 and set(signs) <= {AT_MOST, LESS}
    ):
        high, low = (0, 2) if signs[0] in (AT_LEAST, MORE) else (2, 0)
        high_sign, low_sign = (signs[0], signs[1]) if high == 0 else (signs[1], signs[0])
        index, upper, lower = read(pieces[1]), read(pieces[high]), read(pieces[low])
        if high_sign in (MORE, LESS):
            upper = _shifted(upper, "-")
        if low_sign in (MORE, LESS):
            lower = _shifted(lower, "+")
        return index, lower, upper, ""
    if len(signs) == 1 and signs[0] in (AT_MOST, LESS, AT_LEAST, MORE):
        left, right = read(pieces[0]), read(pieces[1])
        bound = (
            right
            if signs[0] in (AT_MOST, AT_LEAST)
            else _shifted(right, "-" if signs[0] == LESS else "+")
        )
        if signs[0] in (AT_MOST, LESS):
            return left, None, bound, ""
        return left, bound, None, ""
    return None, None, None, text


def _shifted(tree: Tree, sign: str) -> Tree:
    one = Num(tree.end, tree.end, True, Fraction(1))
    return Addition(tree.start, tree.end, True, (tree, one), ("+", sign))
