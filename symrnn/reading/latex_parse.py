"""Formulas in LaTeX as trees: rows, chains of relations, expressions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from symrnn.errors import ParseError
from symrnn.reading.latex_tokens import (
    COMMAND,
    END,
    LETTER,
    NUMBER,
    SIGN,
    TEXT,
    Macros,
    Token,
    refuse,
    scan,
)
from symrnn.reading.latex_tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Dots,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
    walk,
)

MAX_NESTING = 60
"""Brackets, fractions and scripts inside each other."""

EQUAL, AT_MOST, AT_LEAST, LESS, MORE, ABOUT, OTHER = "=", "≤", "≥", "<", ">", "≈", "other"

RELATIONS = {
    "=": EQUAL, r"\equiv": EQUAL, r"\triangleq": EQUAL, r"\coloneqq": EQUAL, r"\doteq": EQUAL,
    r"\le": AT_MOST, r"\leq": AT_MOST, r"\leqslant": AT_MOST, r"\ge": AT_LEAST, r"\geq": AT_LEAST,
    r"\geqslant": AT_LEAST, "<": LESS, ">": MORE, r"\lt": LESS, r"\gt": MORE, r"\approx": ABOUT,
    r"\simeq": ABOUT, r"\sim": OTHER, r"\propto": OTHER, r"\to": OTHER, r"\rightarrow": OTHER,
    r"\longrightarrow": OTHER, r"\mapsto": OTHER, r"\in": OTHER, r"\gets": OTHER, r"\ne": OTHER,
    r"\leftarrow": OTHER, r"\neq": OTHER, r"\ll": OTHER, r"\gg": OTHER, r"\cong": ABOUT,
    r"\lesssim": OTHER, r"\gtrsim": OTHER, r"\subset": OTHER, r"\notin": OTHER,
    r"\xrightarrow": OTHER, r"\perp": OTHER, r"\mid": OTHER,
}  # fmt: skip
DEFINING = frozenset({r"\triangleq", r"\coloneqq", r"\equiv", ":=", "def"})
"""Relations that say that the left side is defined."""
_SEPARATORS = frozenset(
    {r"\quad", r"\qquad", r"\Rightarrow", r"\implies", r"\iff", r"\Leftrightarrow", r"\because",
     r"\therefore", r"\Longrightarrow", r"\forall", r"\longmapsto", r"\rightsquigarrow",
     r"\impliedby", r"\hookrightarrow", ";"}
)  # fmt: skip

_FONTS = frozenset(
    [
        "mathbf",
        "boldsymbol",
        "bm",
        "mathrm",
        "mathit",
        "mathsf",
        "mathbb",
        "mathtt",
        "pmb",
        "vec",
        "bold",
        "rm",
        "bf",
        "symbf",
    ]
)
_SCRIPTS = {"mathcal": "cal", "mathscr": "cal", "mathfrak": "frak", "cal": "cal"}
_ACCENTS = {
    "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar",
    "overline": "bar", "dot": "dot", "underline": "under", "check": "check", "ddot": "ddot",
    "breve": "breve", "acute": "acute", "underbar": "under", "ring": "ring", "grave": "grave",
}  # fmt: skip
_SAME = {"varepsilon": "epsilon", "vartheta": "theta", "varphi": "phi", "varrho": "rho",
         "varsigma": "varsigma", "ell": "ell"}  # fmt: skip
LETTERS = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "varepsilon",
        "zeta",
        "eta",
        "theta",
        "vartheta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "varpi",
        "rho",
        "varrho",
        "sigma",
        "varsigma",
        "tau",
        "upsilon",
        "phi",
        "varphi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
        "ell",
        "infty",
        "top",
        "hbar",
        "imath",
        "jmath",
        "Re",
        "Im",
        "aleph",
    ]
)
FUNCTION_COMMANDS = frozenset(
    [
        "tanh",
        "sin",
        "cos",
        "exp",
        "log",
        "ln",
        "max",
        "min",
        "det",
        "dim",
        "arctan",
        "cosh",
        "sinh",
        "arg",
        "sup",
        "inf",
        "lim",
        "Pr",
        "tan",
        "deg",
        "arcsin",
        "arccos",
    ]
)
WORDS = (
    "softmax", "sigmoid", "logistic", "softplus", "diagonal", "identity", "logits", "tanh", "diag",
    "relu", "ReLU", "Loss", "loss", "GRU", "LSTM", "RNN", "net", "vec", "exp", "log", "sech",
    "cosh",
    "sigm", "clip", "sgn", "sign", "max", "min", "Diag", "ELU", "GELU", "SiLU", "trace",
    "leaky", "softsign", "selu", "elu", "hard", "gelu",
)  # fmt: skip
"""Words that are written as letters side by side and are no product."""
_PRODUCTS = {
    r"\cdot": "cdot", r"\times": "times", "*": "ast", r"\ast": "ast", r"\odot": "odot",
    r"\circ": "odot", r"\otimes": "otimes", r"\star": "odot", r"\bullet": "cdot",
    r"\bigodot": "odot", r"\ltimes": "cdot",
}  # fmt: skip
_DOTS = frozenset(
    ["dots", "cdots", "ldots", "dotsc", "dotsb", "dotsm", "dotso", "hdots", "vdots", "ddots"]
)
_OPEN = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", r"\lbrace": r"\rbrace",
         r"\lparen": r"\rparen", r"\lbrack": r"\rbrack"}  # fmt: skip
_MATRICES = frozenset(
    ["matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array"]
)
_ROWS = frozenset(
    [
        "align",
        "align*",
        "aligned",
        "alignedat",
        "alignat",
        "alignat*",
        "split",
        "gather",
        "gather*",
        "gathered",
        "multline",
        "multline*",
        "eqnarray",
        "eqnarray*",
        "equation",
        "equation*",
        "flalign",
        "flalign*",
        "displaymath",
        "math",
        "dcases",
    ]
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


def parse_expression(text: str, macros: Macros | None = None) -> Tree:
    """One expression.

    Raises:
        ParseError: for what is none, with the character.
    """
    return _Parser(scan(text, macros)).whole()


def parse_chains(text: str, macros: Macros | None = None) -> list[Chain]:
    """The chains of relations in a display, or in a formula inside a text.

    Raises:
        ParseError: for a formula that can not be divided: braces, environments, bounds.
    """
    return _Divided(scan(text, macros)).chains()


# ── dividing ────────────────────────────────────────────────────────────────────────────────────


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
                if name in _ROWS and depth == 0:
                    at += 2
                    if name.startswith("alignat") or name == "alignedat":
                        at = _skip_group(tokens, at)
                    elif at < len(tokens) and tokens[at].is_("["):
                        at = _skip_to(tokens, at, "]")
                    if token.text == "begin" and any(cells):
                        # What stands before an inner alignment goes with its first row.
                        pass
                    continue
                if name == "cases" or name == "cases*" or name in _MATRICES or depth:
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
                    inner = _skip_to(tokens, at, "]")
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


def _paired(cells: list[list[Token]]) -> list[list[Token]]:
    """Alignment: columns 1 and 2 belong together, 3 and 4, … where each pair has its relation."""
    if len(cells) >= 4 and len(cells) % 2 == 0:
        pairs = [cells[i] + cells[i + 1] for i in range(0, len(cells), 2)]
        if all(any(_relation(p, i) for i in range(len(p))) for p in pairs) and all(
            cells[i] for i in range(2, len(cells), 2)
        ):
            return pairs
    return [[token for cell in cells for token in cell]]


def _skip_group(tokens: list[Token], at: int) -> int:
    if at < len(tokens) and tokens[at].is_("{"):
        return _skip_to(tokens, at, "}")
    return at


def _skip_to(tokens: list[Token], at: int, closing: str) -> int:
    for place in range(at, len(tokens)):
        if tokens[place].is_(closing):
            return place + 1
    return len(tokens)


def _continues(before: list[Token], row: list[Token]) -> bool:
    """Whether a row goes on with the expression that the row before began."""
    first, last = row[0], before[-1]
    ends_open = last.is_("+", "-", *_PRODUCTS) or _relation(before, len(before) - 1) is not None
    starts = first.is_("+", "-", ")", "]", *_PRODUCTS) and _relation(row, 0) is None
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
        if outside and token.is_(*_SEPARATORS):
            parts.append([])
        elif outside and _is_prose(row, at):
            parts.append([token, row[at + 1]])
            parts.append([])
            at += 1
        elif outside and token.is_(",", ".") and not _in_list(row, at):
            parts.append([])
        else:
            parts[-1].append(token)
        at += 1
    return [part for part in parts if part]


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
    return " " in words.strip() or bare in plain


def _in_list(row: list[Token], at: int) -> bool:
    """Whether a comma separates members of a list and no statements: t = 1, …, T."""
    around = row[at + 1 : at + 2]
    before = row[at - 1] if at else None
    dots = [*around, *([before] if before else [])]
    return any(t.kind == COMMAND and t.text in _DOTS for t in dots)


def _relation(tokens: list[Token], at: int) -> tuple[str, str, int] | None:
    """Which relation begins at a token, how it is written, and how many tokens it takes."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.is_(":") and following is not None and following.is_("="):
        return EQUAL, ":=", 2
    if token.is_("+", "-") and following is not None and following.is_("="):
        return OTHER, token.text + "=", 2
    if token.kind == COMMAND and token.text in ("stackrel", "overset", "underset"):
        end = at + 1
        groups = []
        for _ in range(2):
            if end < len(tokens) and tokens[end].is_("{"):
                begin = end
                end = _matching(tokens, end)
                groups.append(tokens[begin + 1 : end - 1])
            elif end < len(tokens):
                groups.append([tokens[end]])
                end += 1
        if len(groups) == 2 and len(groups[1]) <= 2 and groups[1]:
            inner = _relation(groups[1], 0)
            if inner is not None:
                above = "".join(t.text for t in groups[0]).lower()
                defines = "def" in above or above in ("!", "triangle", "Δ")
                return inner[0], "def" if defines else inner[1], end - at
        return None
    shown = "\\" + token.text if token.kind == COMMAND else token.text
    if token.kind in (COMMAND, SIGN) and shown in RELATIONS:
        count = 1
        if shown == r"\xrightarrow":
            end = at + 1
            if end < len(tokens) and tokens[end].is_("["):
                end = _skip_to(tokens, end, "]")
            if end < len(tokens) and tokens[end].is_("{"):
                end = _matching(tokens, end)
            count = end - at
        return RELATIONS[shown], shown, count
    return None


def _matching(tokens: list[Token], at: int) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].is_("{") - tokens[place].is_("}")
        if depth == 0:
            return place + 1
    raise refuse("a brace that is never closed", tokens[at].start, tokens[at].end)


def _chain(tokens: list[Token], before: Chain | None) -> tuple[Chain, bool] | None:
    """A chain from the tokens of a statement, and whether it goes on with the one before."""
    texts = [t.text for t in tokens if t.kind == TEXT]
    if all(
        t.kind in (TEXT, COMMAND)
        and (t.kind == TEXT or t.text.startswith("text") or t.text in ("mbox", "hbox"))
        for t in tokens
    ):
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
        found = _relation(tokens, at) if depth <= 0 and environments == 0 else None
        if found is None:
            pieces[-1].append(token)
            at += 1
            continue
        kind, written, count = found
        links.append(Link(kind, written, token.start, tokens[at + count - 1].end))
        pieces.append([])
        at += count
    # An equation number at the end: `(5.2)` after a wide blank stands alone.
    if not links and _is_number_of_equation(pieces[0]):
        return None
    sides = tuple(_side(piece, tokens) for piece in pieces)
    if not pieces[0] and before is not None and links:
        joined = Chain((*before.sides, *sides[1:]), (*before.links, *links), before.after)
        return joined, True
    if not pieces[0] and links:
        sides = (Side(None, links[0].start, links[0].start, "the left side is missing"), *sides[1:])
    return Chain(sides, tuple(links)), False


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
        tree = _Parser([*tokens, Token(END, "", end, end)]).whole()
    except ParseError as error:
        return Side(None, start, end, error.message.removeprefix("formula refused: "))
    except RecursionError:
        return Side(None, start, end, "nested too deeply")
    return Side(tree, start, end)


# ── expressions ─────────────────────────────────────────────────────────────────────────────────


class _Parser:
    """Recursive descent over tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.closers: list[str] = []

    # Reading on -----------------------------------------------------------------

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

    def whole(self) -> Tree:
        tree = self.expression()
        if self.next.kind != END:
            raise self.fail(f"{_shown(self.next)} has no place here")
        for node in walk(tree):
            if isinstance(node, Derivative) and isinstance(node.by, Words) and node.by.text == "∂":
                raise refuse("a ∂ without what it differentiates by", node.start, node.end)
        return tree

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail("nested too deeply")

    # Sums -----------------------------------------------------------------------

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

    # Products -------------------------------------------------------------------

    def product(self) -> Tree:
        first = self.at
        factors = [self.factor()]
        signs: list[str] = []
        while True:
            token = self.next
            shown = "\\" + token.text if token.kind == COMMAND else token.text
            if token.kind in (COMMAND, SIGN) and shown in _PRODUCTS:
                self.take()
                if self.next.is_("-"):
                    raise self.fail("a minus sign behind a product sign")
                signs.append(_PRODUCTS[shown])
                factors.append(self.factor())
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
        factors, signs = _calls_closed(factors, signs)
        if len(factors) == 1:
            return factors[0]
        return Product(*self.span(first), tuple(factors), tuple(signs))

    def divided(self, above: Tree, below: Tree, first: int) -> Tree:
        place = (above.start, below.end, above.made or below.made)
        upper, lower = _differential(above), _differential(below)
        if upper is not None and lower is not None and lower[0] is not None:
            return Derivative(*place, upper[0], lower[0], upper[1])
        return Fraction_(*place, above, below)

    def begins_factor(self) -> bool:
        token = self.next
        if token.kind == END or token.is_("}", ")", "]", r"\}", "&", "\\\\", r"\rangle", ",", ";"):
            return False
        if token.is_(r"\rbrace", r"\rparen", r"\rbrack"):
            return False
        if token.is_("|", r"\|", r"\Vert", r"\vert"):
            return not self.closers or self.closers[-1] != _bar(token)
        if token.is_(r"\rVert", r"\rvert", r"\end"):
            return False
        return not token.is_("+", "-", r"\pm", r"\mp", "=", "<", ">", ":")

    # Factors --------------------------------------------------------------------

    def factor(self) -> Tree:
        self.deeper()
        tree = self.scripts(self.atom(), self.at)
        self.depth -= 1
        return tree

    def scripts(self, tree: Tree, _: int) -> Tree:
        """Subscripts, superscripts, primes and bars behind an atom."""
        while True:
            token = self.next
            if token.is_("_"):
                self.take()
                tree = self.subscripted(tree)
            elif token.is_("^"):
                self.take()
                tree = self.superscripted(tree)
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
                first = self.at
                self.take()
                self.take()
                held, text = self.script()
                tree = Bar(tree.start, self.tokens[self.at - 1].end, tree.made, tree, held, text)
                del first
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
            tree = self.atom()
            return (tree,), "".join(_bare(t) for t in self.tokens[first : self.at])
        end = _matching(self.tokens, self.at)
        inner = self.tokens[self.at + 1 : end - 1]
        text = "".join(_bare(t) for t in inner)
        closing = self.tokens[end - 1]
        self.at = end
        if not inner:
            return (), ""
        parts: list[Tree] = []
        for piece in _by_commas(inner):
            if not piece:
                continue
            try:
                stop = max(t.end for t in piece)
                parser = _Parser([*piece, Token(END, "", stop, stop)])
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
            label = subs[0] if len(subs) == 1 else None
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
                parts = _Parser(inner).whole()
                text = "".join(_bare(t) for t in rest)
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
        sups, text = self.script()
        end = self.tokens[self.at - 1].end
        if isinstance(tree, Sym):
            return replace(tree, sups=(*tree.sups, *sups), sup_text=tree.sup_text + text, end=end)
        if isinstance(tree, Labelled):
            return replace(tree, end=end)
        if len(sups) != 1:
            raise self.fail("a power that is none")
        return Raised(tree.start, end, tree.made, tree, sups[0])

    def inside(self) -> list[Token]:
        """The tokens of the script that follows."""
        if self.next.is_("{"):
            return self.tokens[self.at + 1 : _matching(self.tokens, self.at) - 1]
        return [self.next]

    def script_end(self) -> None:
        self.at = _matching(self.tokens, self.at) if self.next.is_("{") else self.at + 1

    def transposing(self) -> tuple[list[Token], bool] | None:
        """If the superscript transposes: what it says besides, and whether by a letter."""
        inner = self.inside()
        bare = [t for t in inner if not t.is_("{", "}")]
        if (
            bare
            and bare[0].kind == COMMAND
            and bare[0].text in (*_FONTS, "text", "textsf", "textrm")
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
            and bare[-2].is_(")", ",")
        ):
            self.script_end()
            return [t for t in bare[:-1] if not t.is_(",")], True
        return None

    # Atoms ----------------------------------------------------------------------

    def number(self, token: Token) -> Num:
        return Num(token.start, token.end, token.made, Fraction(token.text))

    def atom(self) -> Tree:
        first = self.at
        token = self.take()
        if token.kind == NUMBER:
            if len(token.text) > 40:
                raise self.fail("a number of more than 40 digits", token)
            return self.number(token)
        if token.kind == LETTER:
            return self.letter(first, token)
        if token.kind == TEXT:
            return Words(token.start, token.end, token.made, token.text)
        if token.is_("{"):
            end = _matching(self.tokens, first)
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
        if token.is_(*_OPEN) or token.is_(r"\leftnothing"):
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
        raise self.fail(f"{_shown(token)} has no place here", token)

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

    def after_d(self) -> bool:
        """Whether a d is a differential: `dL/dW`, `\\frac{dL}{dW}`."""
        if self.at >= 2 and self.tokens[self.at - 2].is_("_", "^"):
            return False
        token = self.next
        before = self.tokens[self.at - 2] if self.at >= 2 else None
        opens = before is None or before.is_("{", "/") or self.in_fraction
        letter = token.kind == LETTER or (
            token.kind == COMMAND
            and (
                token.text in LETTERS
                or token.text in _FONTS
                or token.text in _SCRIPTS
                or token.text in _ACCENTS
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
        mark = ""
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
            return Derivative(*self.span(first), None, Words(*self.span(place), "∂"), mark)
        of = self.factor()
        # h(x, w) with its arguments, as in ∂f(x, h)/∂w.
        while isinstance(of, Sym) and self.next.is_("("):
            group = self.factor()
            of = Product(of.start, group.end, of.made, (of, group), ("",))
        return Derivative(*self.span(first), of, Words(*self.span(place), "∂"), mark)

    def inside_after_caret(self) -> list[Token]:
        if self.peek().is_("{"):
            return self.tokens[self.at + 2 : _matching(self.tokens, self.at + 1) - 1]
        return [self.peek()]

    def closing(self, expected: str, opened: Token) -> None:
        if not self.next.is_(expected):
            what = _shown(self.next) if self.next.kind != END else "the end"
            raise self.fail(f"{_shown(opened)} is not closed before {what}")
        self.take()

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
            if self.next.is_("|", r"\vert") and self.peek().is_("_"):
                self.take()
                self.take()
                held, text = self.script()
                return Bar(*self.span(first), inner, held, text)
            return Group(*self.span(first), "{", (inner,))
        shown = "\\" + token.text if token.kind == COMMAND else token.text
        closers = {_OPEN[shown], *((")", "]") if shown in "([" else ())}
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
                self.closing(_OPEN[shown], token)
                break
        self.closers.pop()
        self.take()
        if not parts:
            raise self.fail("empty brackets", token)
        return Group(*self.span(first), kind, tuple(parts), separator)

    def normed(self, first: int, token: Token) -> Tree:
        bar = _bar(token)
        doubled = bar == "|" and self.next.is_("|", r"\vert", r"\lvert")
        if doubled:  # ||x||
            self.take()
            bar = "‖"
        self.closers.append("|" if doubled else bar)
        body = self.expression()
        self.closers.pop()
        if doubled:
            if not self.next.is_("|", r"\vert", r"\rvert"):
                raise self.fail("|| is not closed")
            self.take()
        if not self.next.is_("|", r"\|", r"\Vert", r"\vert", r"\rVert", r"\rvert"):
            raise self.fail(f"{_shown(token)} is not closed")
        # ‖x‖ as two bars on either side.
        self.take()
        return Normed(*self.span(first), body, "|" if bar == "|" else "‖")

    # Commands -------------------------------------------------------------------

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
        if name in _FONTS:
            return self.font(first, name)
        if name in _SCRIPTS:
            return self.prefixed(first, _SCRIPTS[name])
        if name in _ACCENTS:
            return self.prefixed(first, _ACCENTS[name])
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
        if name in ("overrightarrow", "overleftarrow"):
            inner = self.group()
            if isinstance(inner, Words):
                return inner
            raise self.fail("an arrow over a formula", token)
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
        if name in _DOTS:
            return Dots(*self.span(first))
        if name in ("dv", "pdv", "odv"):
            return self.physics(first)
        if name == "substack":
            return self.group()
        if name in ("mathbbm", "mathds"):
            return self.font(first, "mathbb")
        if name in LETTERS or name in FUNCTION_COMMANDS:
            return Sym(*self.span(first), _SAME.get(name, name))
        if name == "infin":
            return Sym(*self.span(first), "infty")
        raise self.fail(f"the command \\{name} is not known", token)

    def font(self, first: int, name: str) -> Tree:
        """A letter in a font is that letter; several are a word, if upright, else a product."""
        if self.next.is_("{"):
            end = _matching(self.tokens, self.at)
            inner = self.tokens[self.at + 1 : end - 1]
            letters = all(t.kind in (LETTER, NUMBER) or t.is_("_", "-") for t in inner)
            word = "".join(t.text for t in inner)
            if letters and len(inner) > 1:
                self.at = end
                return Sym(*self.span(first), word)
            if name == "mathbb" and word not in ("1", "I"):
                self.at = end
                return Sym(*self.span(first), f"bb {word}")
        tree = self.group()
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

    def d_follows(self) -> bool:
        token = self.next
        return (
            self.in_fraction
            or token.kind == LETTER
            or (token.kind == COMMAND and token.text in LETTERS)
        )

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
        return Sym(
            *self.span(first),
            bare if text.replace("-", "").replace("_", "").isalnum() or " " not in text else text,
        )

    def fraction(self, first: int) -> Tree:
        before, self.in_fraction = self.in_fraction, True
        above = self.fraction_part()
        below = self.fraction_part()
        self.in_fraction = before
        upper, lower = _differential(above), _differential(below)
        if upper is not None and lower is not None and lower[0] is not None:
            return Derivative(*self.span(first), upper[0], lower[0], upper[1] or lower[1])
        scaled = _scaled_differential(below) if upper is not None else None
        if upper is not None and scaled is not None:
            # ∂L/(T ∂h) is ∂L/∂h, divided by T.
            by, rest = scaled
            place = self.span(first)
            one = Fraction_(*place, Num(*place, Fraction(1)), rest)
            return Product(*place, (one, Derivative(*place, upper[0], by, upper[1])), ("",))
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
            raise self.fail("∇ without the variable that it differentiates by", self.tokens[first])
        self.take()
        by, _ = self.script()
        if len(by) != 1 or isinstance(by[0], Words):
            raise self.fail("a gradient by several variables")
        if self.next.is_("^"):
            raise self.fail("a derivative of higher order")
        of = self.factor()
        return Derivative(*self.span(first), of, by[0], "", True)

    def physics(self, first: int) -> Tree:
        of, by = self.group(), self.group()
        return Derivative(*self.span(first), of, by, "")

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
                index, lower, upper_, condition = _bounds(inner, self.depth)
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
        if name not in _MATRICES:
            raise self.fail(f"the environment {name}", self.tokens[first])
        if name == "array" and self.next.is_("{"):
            self.at = _matching(self.tokens, self.at)
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


def _is_function(head: Sym) -> bool:
    """Whether a letter is a function whatever the document: by its name, or its prime."""
    if head.subs:
        return False
    named = head.name in WORDS or head.name in FUNCTION_COMMANDS
    return named or head.primes > 0 or head.name in ("sigma", "phi", "psi", "f", "g")


def _differential(tree: Tree) -> tuple[Tree | None, str] | None:
    """What a ∂x differentiates, and its mark; None for what is no differential."""
    if isinstance(tree, Derivative) and isinstance(tree.by, Words) and tree.by.text == "∂":
        return tree.of, tree.mark
    # ∂ tanh(W h), ∂ L(θ): the rest of the product belongs to it.
    if isinstance(tree, Product):
        head = _differential(tree.factors[0])
        if (
            head is not None
            and head[0] is not None
            and not any(_differential(f) for f in tree.factors[1:])
        ):
            rest = (head[0], *tree.factors[1:])
            return Product(head[0].start, tree.end, tree.made, rest, tree.signs), head[1]
    if isinstance(tree, Group) and len(tree.parts) == 1 and tree.kind == "{":
        return _differential(tree.parts[0])
    return None


def _scaled_differential(tree: Tree) -> tuple[Tree, Tree] | None:
    """The variable and the factor of c ∂x."""
    if not isinstance(tree, Product):
        return None
    last = _differential(tree.factors[-1])
    if last is None or last[0] is None or any(_differential(f) for f in tree.factors[:-1]):
        return None
    rest = tree.factors[:-1]
    if len(rest) == 1:
        return last[0], rest[0]
    return last[0], Product(tree.start, rest[-1].end, tree.made, rest, tree.signs[:-1])


def _bounds(tokens: list[Token], depth: int) -> tuple[Tree | None, Tree | None, Tree | None, str]:
    """What stands below a sum or product sign: the index, its bounds, or a condition."""
    text = "".join(_bare(t) for t in tokens)
    tokens = [t for t in tokens if not (t.kind == COMMAND and t.text == "substack")]
    while len(tokens) >= 2 and tokens[0].is_("{") and tokens[-1].is_("}"):
        tokens = tokens[1:-1]
    pieces: list[list[Token]] = [[]]
    signs: list[str] = []
    for at, token in enumerate(tokens):
        found = _relation(tokens, at)
        if found is None:
            pieces[-1].append(token)
        else:
            signs.append(found[0])
            pieces.append([])

    def read(piece: list[Token]) -> Tree:
        if not piece:
            raise refuse("a bound is missing", tokens[0].start if tokens else 0)
        end = max(t.end for t in piece)
        parser = _Parser([*piece, Token(END, "", end, end)])
        parser.depth = depth
        return parser.whole()

    if not tokens:
        return None, None, None, ""
    if signs == [EQUAL]:
        # j = 1, j ≠ k and the like keep what follows the comma as a condition.
        head, *rest = _by_commas(pieces[1])
        extra = "".join(_bare(t) for piece in rest for t in piece)
        # j = k, …, t has both bounds below.
        if (
            rest
            and len(rest) >= 1
            and any(t.kind == COMMAND and t.text in _DOTS for p in rest for t in p)
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


def _by_commas(tokens: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.is_("{", "(", "[") - token.is_("}", ")", "]")
        if depth == 0 and token.is_(",", ";"):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _bar(token: Token) -> str:
    return "|" if token.is_("|", r"\vert", r"\lvert", r"\rvert") else "‖"


def _bare(token: Token) -> str:
    if token.kind == COMMAND and (
        token.text in _FONTS
        or token.text.startswith("text")
        or token.text in ("operatorname", "mbox")
    ):
        return ""
    return "" if token.is_("{", "}") else token.text


def _shown(token: Token) -> str:
    return ("\\" if token.kind == COMMAND else "") + token.text
