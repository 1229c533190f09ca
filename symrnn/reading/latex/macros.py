"""Macros: their definitions, and their calls expanded, within bounds.

Nothing is run: a macro is a list of tokens that is put in the place of its call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from symrnn.errors import ParseError
from symrnn.reading.latex.tokens import (
    COMMAND,
    MAX_TOKENS,
    NUMBER,
    SIGN,
    TEXT,
    Token,
    matching,
    refuse,
    words,
)


@dataclass(frozen=True)
class Macro:
    """`\\newcommand{\\name}[count][default]{body}`."""

    count: int
    body: str
    default: str | None = None


Macros = Mapping[str, Macro]


def expanded(tokens: list[Token], macros: dict[str, Macro]) -> list[Token]:
    """The tokens with every call of a macro replaced by what it stands for."""
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
        body = words(macro.body)
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
            if word.kind == TEXT:
                word = replace(word, text=_filled(word.text, arguments))
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
            made = words(macro.default)
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


def _filled(text: str, arguments: list[list[Token]]) -> str:
    r"""A text with the arguments that are said in it: `#1` of \text{#1}."""

    def argument(place: re.Match[str]) -> str:
        number = int(place[1])
        return _as_text(arguments[number - 1]) if number <= len(arguments) else place[0]

    return re.sub(r"#([1-9])", argument, text)


def _as_text(tokens: list[Token]) -> str:
    """Tokens as they are written, each gap between them as one blank."""
    text, end = "", None
    for token in tokens:
        if token.is_("{", "}"):
            continue
        gap = end is not None and token.start > end
        text += " " * gap + ("\\" if token.kind == COMMAND else "") + token.text
        end = token.end
    return text


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


MAX_EXPANSIONS = 2_000
"""Calls of macros in one formula, those inside macros counted."""


MAX_DEPTH = 60
"""Macros inside macros."""
