"""LaTeX mathematics as tokens that know where they stand; macros are expanded, within bounds.

Nothing is run: a macro is a list of tokens that is put in the place of its call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symrnn.errors import ParseError

MAX_LENGTH = 20_000
"""Characters in one formula."""
MAX_TOKENS = 20_000
"""Tokens of one formula, macros expanded."""
MAX_EXPANSIONS = 2_000
"""Calls of macros in one formula, those inside macros counted."""
MAX_DEPTH = 60
"""Macros inside macros."""

COMMAND, LETTER, NUMBER, SIGN, TEXT, END = "command", "letter", "number", "sign", "text", "end"

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρσςτυφχψωϑϕϵϱΓΔΘΛΞΠΣΥΦΨΩ",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "varsigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
            "vartheta",
            "varphi",
            "epsilon",
            "varrho",
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
        ],
        strict=True,
    )
)
_UNICODE = {
    **{letter: "\\" + name for letter, name in _GREEK.items()},
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "·": r"\cdot", "⋅": r"\cdot",
    "×": r"\times", "⊙": r"\odot", "∘": r"\circ", "⊗": r"\otimes", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "→": r"\to", "←": r"\gets", "∞": r"\infty", "∈": r"\in",
    "⊤": r"\top", "≡": r"\equiv", "⟨": r"\langle", "⟩": r"\rangle", "…": r"\dots", "⋯": r"\dots",
    "‖": r"\|", "∥": r"\|", "√": r"\sqrt", "∝": r"\propto", "⇒": r"\Rightarrow", "ℓ": r"\ell",
    "′": "'", "″": "''", "’": "'", "−": "-", "∗": "*", "–": "-", "≜": r"\triangleq",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "½": r"\frac{1}{2}",
}  # fmt: skip
_RAISED = {"ᵀ": r"\top", "²": "2", "³": "3", "⁺": "+", "⁻": "-", "¹": "1", "ᵗ": "t", "ᵏ": "k"}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₜₖⱼᵢₙₘₕₓₛₚₗ", "0123456789+-tkjinmhxspl", strict=True))

# What only changes how a formula looks, without and with an argument.
_DROPPED = frozenset(
    [
        r"left",
        r"right",
        r"middle",
        r"displaystyle",
        r"textstyle",
        r"scriptstyle",
        r"limits",
        r"nolimits",
        r"nonumber",
        r"notag",
        r"hfill",
        r"hfil",
        r"big",
        r"Big",
        r"bigg",
        r"Bigg",
        r"bigl",
        r"bigr",
        r"Bigl",
        r"Bigr",
        r"biggl",
        r"biggr",
        r"Biggl",
        r"Biggr",
        r"bigm",
        r"Bigm",
        r"biggm",
        r"Biggm",
        r"allowbreak",
        r"noindent",
        r"strut",
        r"mathstrut",
        r"centering",
        r"small",
        r"large",
        r"normalsize",
        r"footnotesize",
        r"itshape",
        r"relax",
        r"hline",
        r"mathopen",
        r"mathclose",
        r"unicode",
        r"medspace",
        r"thinspace",
        r"thickspace",
        r"negthinspace",
        r"break",
    ]
)
_DROPPED_WITH_ARGUMENT = frozenset(
    [
        "tag",
        "label",
        "color",
        "vspace",
        "hspace",
        "phantom",
        "vphantom",
        "hphantom",
        "cite",
        "eqref",
        "ref",
        "footnote",
        "intertext",
        "shortintertext",
        "mspace",
        "kern",
        "rule",
        "qedhere",
        "cline",
        "vskip",
        "hskip",
    ]
)
_TRANSPARENT = frozenset(
    [
        "boxed",
        "fbox",
        "mathclap",
        "mathrlap",
        "smash",
        "ensuremath",
        "mathop",
        "mathbin",
        "mathrel",
        "mathord",
        "mathinner",
    ]
)
_SECOND_ARGUMENT = frozenset(
    ["textcolor", "colorbox", "href", "htmlClass", "class", "cssId", "style", "bbox"]
)

_TEXTS = frozenset(
    [
        "text",
        "textrm",
        "textbf",
        "textit",
        "textsf",
        "texttt",
        "mbox",
        "hbox",
        "textnormal",
        "emph",
        "mathnormal",
        "operatorname",
        "operatorname*",
    ]
)

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*\n?)|(?P<blank>\s+|~)|\\(?P<command>[A-Za-z]+\*?|[^A-Za-z])"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<letter>[A-Za-z])|(?P<sign>.)",
    re.DOTALL,
)
_SPACES = frozenset([",", ";", ":", "!", ">", "/"]) | {" ", "\n", "\t"}


@dataclass(frozen=True)
class Token:
    """One token: its kind, its text in one spelling, and what of the source it stands for.

    `made` says that a macro made it: the source has the macro's call in its place.
    """

    kind: str
    text: str
    start: int
    end: int
    made: bool = False

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these commands (written with a backslash) or signs."""
        shown = "\\" + self.text if self.kind == COMMAND else self.text
        return self.kind in (COMMAND, SIGN) and shown in texts


@dataclass(frozen=True)
class Macro:
    """`\\newcommand{\\name}[count][default]{body}`."""

    count: int
    body: str
    default: str | None = None


Macros = Mapping[str, Macro]


def refuse(problem: str, start: int, end: int | None = None) -> ParseError:
    """The error of this reader: what is wrong, and the characters it is about."""
    error = ParseError(f"formula refused: {problem}", {"at character": start + 1})
    error.detail["until"] = start + 1 if end is None else end
    return error


def scan(text: str, macros: Macros | None = None) -> list[Token]:
    """The tokens of a formula, without what only changes how it looks.

    Raises:
        ParseError: for a formula too long, macros without end, braces that do not match.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    tokens = _expanded(_words(text), dict(macros or {}))
    return _without_looks(tokens, text)


def _words(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None
        start, position = position, found.end()
        kind, word = str(found.lastgroup), found[str(found.lastgroup)]
        if kind in ("comment", "blank"):
            continue
        if kind == "command":
            tokens.append(Token(COMMAND, word, start, position))
            name = word.rstrip("*")
            if (
                word in _TEXTS
                or name in _TEXTS
                or name in ("begin", "end", "label", "tag", "ref", "eqref", "cite", "color")
            ):
                position = _raw(text, position, tokens)
        elif word in _RAISED or word in _LOWERED:
            table, mark = (_RAISED, "^") if word in _RAISED else (_LOWERED, "_")
            end = start
            while end < len(text) and text[end] in table:
                end += 1
            tokens += [Token(SIGN, mark, start, start), Token(SIGN, "{", start, start)]
            for at in range(start, end):
                tokens += [replace(each, start=at, end=at + 1) for each in _words(table[text[at]])]
            tokens.append(Token(SIGN, "}", end, end))
            position = end
        elif word in _UNICODE:
            tokens += [replace(each, start=start, end=position) for each in _words(_UNICODE[word])]
        else:
            tokens.append(Token(kind, word, start, position))
    return tokens


def _raw(text: str, position: int, tokens: list[Token]) -> int:
    """The argument of a command whose argument is no mathematics, as one token."""
    opening = re.compile(r"\s*\{").match(text, position)
    if opening is None:
        return position
    end = matching(text, opening.end() - 1)
    tokens.append(Token(TEXT, text[opening.end() : end - 1], opening.end(), end))
    return end


def matching(text: str, start: int) -> int:
    """The place behind the brace that closes the one at `start`.

    Raises:
        ParseError: there is none.
    """
    depth = 0
    position = start
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
            continue
        depth += (character == "{") - (character == "}")
        position += 1
        if depth == 0:
            return position
    raise refuse("a brace that is never closed", start)


# ── macros ──────────────────────────────────────────────────────────────────────────────────────


def _expanded(tokens: list[Token], macros: dict[str, Macro]) -> list[Token]:
    if not macros:
        return tokens
    out: list[Token] = []
    # What is still to be read, last first, each with how many macros it came through.
    todo = [(token, 0) for token in reversed(tokens)]
    calls = 0
    while todo:
        token, depth = todo.pop()
        macro = macros.get(token.text) if token.kind == COMMAND else None
        if macro is None:
            out.append(token)
            if len(out) > MAX_TOKENS:
                raise refuse(f"more than {MAX_TOKENS} tokens, macros expanded", token.start)
            continue
        calls += 1
        if calls > MAX_EXPANSIONS or depth >= MAX_DEPTH:
            raise refuse(f"the macro \\{token.text} expands without end", token.start, token.end)
        arguments, end = _arguments(todo, macro, token)
        body = _words(macro.body)
        made: list[tuple[Token, int]] = []
        at = 0
        while at < len(body):
            word = body[at]
            following = body[at + 1] if at + 1 < len(body) else None
            if word.is_("#") and following is not None and following.kind == NUMBER:
                number, rest = int(following.text[0]), following.text[1:]
                if 1 <= number <= len(arguments):
                    made += [(each, depth + 1) for each in arguments[number - 1]]
                if rest:
                    made.append((Token(NUMBER, rest, token.start, end, True), depth + 1))
                at += 2
                continue
            made.append((replace(word, start=token.start, end=end, made=True), depth + 1))
            at += 1
        if len(made) + len(todo) > MAX_TOKENS:
            raise refuse(f"more than {MAX_TOKENS} tokens, macros expanded", token.start)
        todo += reversed(made)
    return out


def _arguments(
    todo: list[tuple[Token, int]], macro: Macro, call: Token
) -> tuple[list[list[Token]], int]:
    found: list[list[Token]] = []
    end = call.end
    if macro.default is not None:
        if todo and todo[-1][0].is_("["):
            taken, end = _until(todo, "]", end)
            found.append(taken)
        else:
            made = _words(macro.default)
            found.append([replace(t, start=call.start, end=call.end, made=True) for t in made])
    while len(found) < macro.count:
        if not todo:
            raise refuse(f"the macro \\{call.text} lacks an argument", call.start, call.end)
        token, _ = todo.pop()
        end = max(end, token.end)
        if token.is_("{"):
            taken, end = _until(todo, "}", end)
            # A group stays a group, so that x_#1 takes all of it.
            inner = [Token(SIGN, "{", token.start, token.end), *taken]
            found.append([*inner, Token(SIGN, "}", end - 1, end)])
        else:
            found.append([token])
    return found, end


def _until(todo: list[tuple[Token, int]], closing: str, end: int) -> tuple[list[Token], int]:
    taken: list[Token] = []
    depth = 0
    while todo:
        token, _ = todo.pop()
        end = max(end, token.end)
        if depth == 0 and token.is_(closing):
            return taken, end
        depth += token.is_("{") - token.is_("}")
        taken.append(token)
    raise refuse("the argument of a macro is never closed", end)


# ── looks ───────────────────────────────────────────────────────────────────────────────────────


def _without_looks(tokens: list[Token], text: str) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind != COMMAND:
            out.append(token)
        elif token.text in _SPACES or token.text in _DROPPED or token.text in _TRANSPARENT:
            # `\left.` and `\right.` draw nothing.
            sided = token.text in ("left", "right", "middle") or token.text.lower().startswith(
                "big"
            )
            if sided and at < len(tokens) and tokens[at].is_("."):
                at += 1
                if token.text == "left":
                    out.append(Token(COMMAND, "leftnothing", token.start, token.end))
        elif token.text.rstrip("*") in _DROPPED_WITH_ARGUMENT:
            if at < len(tokens) and tokens[at].is_("["):
                at = _beyond(tokens, at, "[", "]")
            at = _group(tokens, at)
        elif token.text in _SECOND_ARGUMENT:
            if at < len(tokens) and tokens[at].is_("["):
                at = _beyond(tokens, at, "[", "]")
            else:
                at = _group(tokens, at)
        else:
            out.append(token)
    out.append(Token(END, "", len(text), len(text)))
    return out


def _group(tokens: list[Token], at: int) -> int:
    """The place behind the argument at `at`: a text, a group, or one token."""
    if at >= len(tokens) or tokens[at].kind == TEXT:
        return at + 1
    return _beyond(tokens, at, "{", "}") if tokens[at].is_("{") else at + 1


def _beyond(tokens: list[Token], at: int, opening: str, closing: str) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].is_(opening) - tokens[place].is_(closing)
        if depth == 0:
            return place + 1
    return len(tokens)


# ── definitions of macros ───────────────────────────────────────────────────────────────────────

_NEW = re.compile(
    r"\\(?:re)?newcommand\*?\s*(?:\{\s*\\(?P<a>[A-Za-z]+)\s*\}|\\(?P<b>[A-Za-z]+))"
    r"\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?=\{)"
    r"|\\providecommand\*?\s*\{?\s*\\(?P<e>[A-Za-z]+)\s*\}?\s*(?:\[(?P<ecount>\d)\])?\s*(?=\{)"
    r"|\\DeclareMathOperator(?P<star>\*?)\s*(?:\{\s*\\(?P<c>[A-Za-z]+)\s*\}|\\(?P<g>[A-Za-z]+))\s*(?=\{)"
    r"|\\(?:def|gdef)\s*\\(?P<d>[A-Za-z]+)\s*(?P<places>(?:#\d)*)\s*(?=\{)"
    r"|\\let\s*\\(?P<l>[A-Za-z]+)\s*=?\s*(?P<same>\\[A-Za-z]+)"
)


def macros_in(text: str) -> tuple[dict[str, Macro], str]:
    """The macros that a text defines, and the text with their definitions blanked out."""
    found: dict[str, Macro] = {}
    pieces: list[str] = []
    done = 0
    for match in _NEW.finditer(text):
        if match.start() < done:
            continue
        if match["l"]:
            found[match["l"]] = Macro(0, match["same"])
            end = match.end()
        else:
            try:
                end = matching(text, match.end())
            except ParseError:
                continue
            body = text[match.end() + 1 : end - 1]
            name = next(match[g] for g in "abcdeg" if match[g])
            if match["c"] or match["g"]:
                found[name] = Macro(0, rf"\operatorname{{{body}}}")
            elif match["d"]:
                found[name] = Macro(match["places"].count("#"), body)
            else:
                count = int(match["count"] or match["ecount"] or 0)
                found[name] = Macro(count, body, match["default"])
        pieces += [text[done : match.start()], re.sub(r"[^\n]", " ", text[match.start() : end])]
        done = end
    return found, "".join([*pieces, text[done:]])
