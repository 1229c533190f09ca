"""Displays as rows, statements and chains of relations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.errors import ParseError
from symrnn.reading.latex.expressions import Parser
from symrnn.reading.latex.macros import Macros
from symrnn.reading.latex.scan import scan
from symrnn.reading.latex.signs import matching, relation, skip_to
from symrnn.reading.latex.tokens import COMMAND, END, LETTER, NUMBER, TEXT, Token
from symrnn.reading.latex.tree import (
    Tree,
)
from symrnn.reading.latex.words import (
    DOTS,
    MATRICES,
    PRODUCTS,
    ROWS,
    SEPARATORS,
)


@dataclass(frozen=True)
class Link:
    """One relation of a chain: what it says, how it is written, where the sign stands."""

    kind: str
    written: str
    start: int
    end: int


@dataclass(frozen=True)
class Side:
    """One side of a relation; `problem` is why it was not read, then there is no tree."""

    tree: Tree | None
    start: int
    end: int
    problem: str = ""


@dataclass(frozen=True)
class Chain:
    """`sides[0] links[0] sides[1] …`; a chain without links is an expression.

    `after` is text that follows: a condition, a name.
    """

    sides: tuple[Side, ...]
    links: tuple[Link, ...]
    after: str = ""


def parse_chains(text: str, macros: Macros | None = None) -> list[Chain]:
    """The chains of relations in a display, or in a formula inside a text.

    Raises:
        ParseError: for a formula that can not be divided: braces, environments, bounds.
    """
    tokens = scan(text, macros)
    # What a macro sets as a whole, \fit{a = b}, stands in braces that say nothing.
    while len(tokens) > 3 and tokens[0].is_("{") and matching(tokens, 0) == len(tokens) - 1:
        tokens = [*tokens[1:-2], tokens[-1]]
    return _Divided(tokens).chains()


@dataclass
class _Divided:
    """A display as rows, cells and chains."""

    tokens: list[Token]

    def chains(self) -> list[Chain]:
        found: list[Chain] = []
        for statement in self._statements():
            chain = _chain(statement, found[-1] if found else None)
            if chain is None:
                continue
            if chain[1] and found:
                found[-1] = chain[0]
            else:
                found.append(chain[0])
        return found

    def _statements(self) -> list[list[Token]]:
        statements: list[list[Token]] = []
        for row in self._rows(self.tokens[:-1]):
            parts = _separated(row)
            for number, part in enumerate(parts):
                if not part:
                    continue
                if number == 0 and statements and _continues(statements[-1], part):
                    statements[-1] = [*statements[-1], *part]
                else:
                    statements.append(part)
        return statements

    def _rows(self, tokens: list[Token]) -> list[list[Token]]:
        rows: list[list[Token]] = []
        cells: list[list[Token]] = [[]]
        depth, at = 0, 0

        def finish() -> None:
            rows.extend(_paired(cells))
            cells[:] = [[]]

        while at < len(tokens):
            token = tokens[at]
            if token.kind == COMMAND and token.text in ("begin", "end"):
                name = tokens[at + 1].text.strip() if at + 1 < len(tokens) else ""
                if name in ROWS and depth == 0:
                    at += 2
                    if name.startswith("alignat") or name == "alignedat":
                        at = _skip_group(tokens, at)
                    elif at < len(tokens) and tokens[at].is_("["):
                        at = skip_to(tokens, at, "]")
                    if token.text == "begin" and any(cells):
                        # What stands before an inner alignment goes with its first row.
                        pass
                    continue
                if name in ("cases", "cases*") and depth == 0 and _system(tokens, at, cells):
                    at += 2
                    continue
                if name == "array" and depth == 0 and _after_brace(tokens, at, cells):
                    at += 2
                    if token.text == "begin":
                        cells[-1].clear()
                        at = _skip_group(tokens, at)
                    continue
                if name == "cases" or name == "cases*" or name in MATRICES or depth:
                    depth += 1 if token.text == "begin" else -1
                    cells[-1] += tokens[at : at + 2]
                    at += 2
                    continue
                at += 2
                continue
            depth += token.is_("{") - token.is_("}")
            if depth == 0 and token.is_("\\\\", r"\newline", r"\cr"):
                finish()
                at += 1
                if at < len(tokens) and tokens[at].is_("["):
                    inner = skip_to(tokens, at, "]")
                    if inner - at <= 5 and any(t.kind == NUMBER for t in tokens[at:inner]):
                        at = inner
                elif at < len(tokens) and tokens[at].is_("*"):
                    at += 1
                continue
            if depth == 0 and token.is_("&"):
                cells.append([])
            else:
                cells[-1].append(token)
            at += 1
        finish()
        return [row for row in rows if row]


def _after_brace(tokens: list[Token], at: int, cells: list[list[Token]]) -> bool:
    """Whether an array is a system of equations behind a large brace."""
    if tokens[at].text == "begin":
        return len(cells) == 1 and len(cells[0]) == 1 and cells[0][0].is_(r"\{", r"\lbrace")
    depth = 0
    for place in range(at, -1, -1):
        token = tokens[place]
        if token.kind == COMMAND and token.text in ("begin", "end"):
            depth += 1 if token.text == "end" else -1
            if depth == 0:
                return place > 0 and tokens[place - 1].is_(r"\{", r"\lbrace")
    return False


def _system(tokens: list[Token], at: int, cells: list[list[Token]]) -> bool:
    """Whether a large brace holds equations, and no cases of one value."""
    if tokens[at].text == "end":
        # Its beginning was taken as that of rows: there is no other that is open.
        return True
    if len(cells) > 1 or cells[0]:
        return False
    depth = 0
    for place in range(at + 2, len(tokens)):
        token = tokens[place]
        if token.kind == COMMAND and token.text == "end" and tokens[place + 1].text == "cases":
            return False
        depth += token.is_("{", "(") - token.is_("}", ")")
        if depth == 0 and token.is_("="):
            return True
    return False


def _paired(cells: list[list[Token]]) -> list[list[Token]]:
    """Alignment: columns 1 and 2 belong together, 3 and 4, … where each pair has its relation."""
    if len(cells) >= 4 and len(cells) % 2 == 0:
        pairs = [cells[i] + cells[i + 1] for i in range(0, len(cells), 2)]
        if all(any(relation(p, i) for i in range(len(p))) for p in pairs) and all(
            cells[i] for i in range(2, len(cells), 2)
        ):
            return pairs
    joined: list[Token] = []
    for place, cell in enumerate(cells):
        if place > 1 and joined and cell and (all(map(_is_text, cell)) or _is_aside(cell)):
            joined.append(replace(joined[-1], kind=COMMAND, text="quad"))  # a remark
        joined += cell
    return [joined]


def _is_text(token: Token) -> bool:
    return token.kind == TEXT or (
        token.kind == COMMAND and (token.text.startswith("text") or token.text in ("mbox", "hbox"))
    )


def _skip_group(tokens: list[Token], at: int) -> int:
    if at < len(tokens) and tokens[at].is_("{"):
        return skip_to(tokens, at, "}")
    return at


def _continues(before: list[Token], row: list[Token]) -> bool:
    """Whether a row goes on with the expression that the row before began."""
    first, last = row[0], before[-1]
    ends_open = last.is_("+", "-", *PRODUCTS) or relation(before, len(before) - 1) is not None
    starts = first.is_("+", "-", ")", "]", *PRODUCTS) and relation(row, 0) is None
    return ends_open or starts or _depth(before) > 0


def _depth(tokens: list[Token]) -> int:
    """How many brackets are open at the end."""
    return sum(t.is_("(", "[") - t.is_(")", "]") for t in tokens)


def _separated(row: list[Token]) -> list[list[Token]]:
    """A row at what stands between statements: wide blanks, arrows, texts, commas."""
    parts: list[list[Token]] = [[]]
    depth = 0
    environments = 0
    at = 0
    while at < len(row):
        token = row[at]
        if token.kind == COMMAND and token.text in ("begin", "end"):
            environments += 1 if token.text == "begin" else -1
        depth += token.is_("{", "(", "[", r"\{") - token.is_("}", ")", "]", r"\}")
        outside = depth <= 0 and environments == 0
        if outside and token.is_(*SEPARATORS):
            parts.append([])
        elif outside and _is_prose(row, at):
            end = _remark(row, at)
            parts.append([t for t in row[at:end] if _is_text(t)])
            parts.append([])
            at = end - 1
        elif outside and token.is_(",", ".") and not _in_list(row, at):
            parts.append([])
        else:
            parts[-1].append(token)
        at += 1
    return [part for part in parts if part]


def _remark(row: list[Token], at: int) -> int:
    """The place behind a text, and behind the letters named in it: `chain rule (`c_t`, `h_t`)`."""
    opened = 0
    for end in range(at + 2, len(row) + 1):
        if row[end - 1].kind == TEXT:
            opened += row[end - 1].text.count("(") - row[end - 1].text.count(")")
            if opened <= 0:
                return end
        elif relation(row, end - 1) is not None or row[end - 1].is_("&", *SEPARATORS):
            break
    return at + 2


def _is_prose(row: list[Token], at: int) -> bool:
    """Whether a text is said beside the formula: it has a blank, or is a word for that."""
    token = row[at]
    if token.kind != COMMAND or token.text not in (
        "text",
        "textrm",
        "mbox",
        "textit",
        "textnormal",
        "hbox",
        "textbf",
    ):
        return False
    if at + 1 >= len(row) or row[at + 1].kind != TEXT:
        return False
    words = row[at + 1].text
    bare = words.strip().strip(",.;:()").lower()
    plain = {"where", "if", "for", "and", "with", "or", "when", "since", "as", "then", "thus", "so",
             "hence", "because", "let", "otherwise", "while", "i.e.", "using", "else",
             ""}  # fmt: skip
    aside = words.strip().startswith("(") and words.strip().endswith(")")
    return " " in words.strip() or aside or bare in plain


def _in_list(row: list[Token], at: int) -> bool:
    """Whether a comma separates members of a list and no statements: t = 1, …, T."""
    around = row[at + 1 : at + 2]
    before = row[at - 1] if at else None
    dots = [*around, *([before] if before else [])]
    return any(t.kind == COMMAND and t.text in DOTS for t in dots)


def _chain(tokens: list[Token], before: Chain | None) -> tuple[Chain, bool] | None:
    """A chain from the tokens of a statement, and whether it goes on with the one before."""
    texts = [t.text for t in tokens if t.kind == TEXT]
    if all(map(_is_text, tokens)):
        if before is not None and texts:
            return replace(before, after=f"{before.after} {' '.join(texts)}".strip()), True
        return None
    pieces: list[list[Token]] = [[]]
    links: list[Link] = []
    depth = environments = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == COMMAND and token.text in ("begin", "end"):
            environments += 1 if token.text == "begin" else -1
        depth += token.is_("{", "(", "[", r"\{") - token.is_("}", ")", "]", r"\}")
        found = relation(tokens, at) if depth <= 0 and environments == 0 else None
        if found is None:
            pieces[-1].append(token)
            at += 1
            continue
        kind, written, count = found
        links.append(Link(kind, written, token.start, tokens[at + count - 1].end))
        pieces.append([])
        at += count
    # An equation number at the end, `(5.2)` after a wide blank, or what is supposed: `(k < t)`.
    if not links and _is_aside(pieces[0]) and before is not None and not _is_range(pieces[0]):
        return replace(before, after=f"{before.after} {PROVIDED}".strip()), True
    if not links and (_is_number_of_equation(pieces[0]) or _is_aside(pieces[0])):
        return None
    sides = tuple(_side(piece, tokens) for piece in pieces)
    if not pieces[0] and before is not None and links:
        joined = Chain((*before.sides, *sides[1:]), (*before.links, *links), before.after)
        return joined, True
    if not pieces[0] and links:
        sides = (Side(None, links[0].start, links[0].start, "the left side is missing"), *sides[1:])
    return Chain(sides, tuple(links)), False


def _is_aside(tokens: list[Token]) -> bool:
    """Whether a relation stands in brackets that hold all of a statement."""
    if len(tokens) < 3 or not tokens[0].is_("(") or not tokens[-1].is_(")"):
        return False
    inner = tokens[1:-1]
    closed = all(_depth(inner[:at]) >= 0 for at in range(len(inner) + 1))
    return closed and any(relation(inner, at) for at in range(len(inner)))


PROVIDED = "provided"
"""What is said behind a formula that a relation in brackets restricts: `(W = W^T)`."""


def _is_range(tokens: list[Token]) -> bool:
    """Whether an aside only says which times or entries there are: (k < t), (i = 1, …, n)."""
    dotted = any(t.kind == COMMAND and t.text in DOTS for t in tokens)
    for at, token in enumerate(tokens):
        sign = relation(tokens, at)
        if token.is_("=") and not dotted:
            return False
        letter = token.kind == LETTER and (token.text.islower() or token.text in "TN")
        plain = letter or token.kind == NUMBER or token.is_("(", ")", ",", "+", "-")
        if not (plain or sign or (token.kind == COMMAND and token.text in DOTS)):
            return False
    return True


def _is_number_of_equation(tokens: list[Token]) -> bool:
    return (
        len(tokens) >= 3
        and tokens[0].is_("(")
        and tokens[-1].is_(")")
        and all(t.kind in (NUMBER, LETTER) or t.is_(".", "*", "'", "-") for t in tokens[1:-1])
        and len(tokens) <= 8
    )


def _side(tokens: list[Token], around: list[Token]) -> Side:
    while tokens and tokens[-1].is_(",", ".", ";", ":"):
        tokens = tokens[:-1]
    if not tokens:
        place = around[-1].end
        return Side(None, place, place, "one side is missing")
    start, end = tokens[0].start, max(t.end for t in tokens)

    try:
        tree = Parser([*tokens, Token(END, "", end, end)]).whole()
    except ParseError as error:
        return Side(None, start, end, error.message.removeprefix("formula refused: "))
    except RecursionError:
        return Side(None, start, end, "nested too deeply")
    return Side(tree, start, end)
