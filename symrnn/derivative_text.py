"""Text such as `ds[t]/ds[k]` or `dL/dW`, read without being evaluated."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from symrnn.errors import ParseError

NUMERATORS = ("s", "a", "L")
DENOMINATORS = ("s", "W", "U", "b")
TIMES = ("t", "k", "j", "T")
ALLOWED = "d<s|a|L>[time]/d<s[time]|W|U|b>, for example ds[t]/ds[k] or dL/dW"
LONGEST = 60

_PART = re.compile(r"\s*d(?P<name>[A-Za-z]+)\s*(?:\[(?P<time>[^\]]*)\])?\s*")


@dataclass(frozen=True)
class Quantity:
    """A name and the time it is taken at; None where it has none."""

    name: str
    time: Expr | None


def parse_derivative(text: str) -> tuple[Quantity, Quantity]:
    """What is differentiated, and by what.

    Args:
        text: for example `ds[t]/ds[k]`, `da[j]/ds[j-1]`, `dL[4]/dW`; a missing time of a state,
            pre-activation or loss in the numerator is t.

    Raises:
        ParseError: with the column marked.
    """
    if len(text) > LONGEST:
        raise ParseError(
            f"the derivative is longer than {LONGEST} characters", {"got": text[:LONGEST]}
        )
    above, slash, below = text.partition("/")
    if not slash:
        raise _refuse(text, len(text), "a `/` between two differentials is missing")
    return _part(text, above, 0, NUMERATORS, True), _part(
        text, below, len(above) + 1, DENOMINATORS, False
    )


def _part(text: str, part: str, start: int, names: tuple[str, ...], above: bool) -> Quantity:
    found = _PART.fullmatch(part)
    if found is None:
        raise _refuse(text, start + len(part) - len(part.lstrip()), "expected d<name>[time]")
    name = found["name"]
    if name not in names:
        raise _refuse(text, start + found.start("name"), f"`{name}` is none of {', '.join(names)}")
    timed = name in NUMERATORS
    if found["time"] is None:
        if timed and not above:
            raise _refuse(
                text, start + found.end("name"), f"`{name}` needs a time, as in {name}[k]"
            )
        return Quantity(name, Symbol("t", integer=True) if timed else None)
    if not timed:
        raise _refuse(text, start + found.start("time") - 1, f"`{name}` does not depend on time")
    return Quantity(name, _time(text, found["time"], start + found.start("time")))


def _time(text: str, inside: str, start: int) -> Expr:
    try:
        tree = ast.parse(inside.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise _refuse(text, start, "this is no time") from error
    return _term(text, tree.body, start + len(inside) - len(inside.lstrip()))


def _term(text: str, node: ast.expr, start: int) -> Expr:
    match node:
        case ast.Name(id=name) if name in TIMES:
            return Symbol(name, integer=True)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int(value)) if value <= 10**6:
            return Integer(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _term(text, left, start) + _term(text, right, start)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _term(text, left, start) - _term(text, right, start)
    where = start + node.col_offset
    raise _refuse(text, where, f"a time is made of {', '.join(TIMES)}, integers, + and -")


def _refuse(text: str, column: int, why: str) -> ParseError:
    return ParseError(
        f"not a derivative: {why}",
        {"text": text, "": " " * column + "^", "expected": ALLOWED},
    )
