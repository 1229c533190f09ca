"""Text such as `ds[t]/ds[k]` or `dL/dW`, read without being evaluated."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from symrnn.errors import ParseError
from symrnn.python_text import parsed

TIMES = ("t", "k", "j", "T")
LONGEST = 120

_PART = re.compile(r"\s*d(?P<name>[^\W\d_]\w*(?:\{\w+\})?\w*)\s*(?:\[(?P<time>[^\]]*)\])?\s*")
_AGAIN = re.compile(r"\s*d(?:\^?\{?\d|\s*\()")
"""How a derivative of a derivative begins: d2L, d^2L, d(ds[t]/ds[k])."""


@dataclass(frozen=True)
class Names:
    """What a derivative may be of and by.

    Args:
        defined: what can be differentiated: it has a time.
        timed: what it can be differentiated by that has a time.
        fixed: what it can be differentiated by that has none.
        losses: those of `defined` that can be summed over a range of times.
    """

    defined: tuple[str, ...]
    timed: tuple[str, ...]
    fixed: tuple[str, ...]
    losses: tuple[str, ...]

    @property
    def below(self) -> tuple[str, ...]:
        """What may stand below it."""
        return (*self.timed, *self.fixed)

    def __str__(self) -> str:
        timed = "|".join(f"{name}[time]" for name in self.timed)
        below = "|".join((timed, *self.fixed)) if self.fixed else timed
        example = f"d{self.defined[0]}[t]/d{self.timed[0]}[k]"
        other = f" or d{self.losses[0]}/d{self.fixed[0]}" if self.losses and self.fixed else ""
        return f"d<{'|'.join(self.defined)}>[time]/d<{below}>, for example {example}{other}"


LECTURE = Names(("s", "a", "L"), ("s", "a", "x"), ("W", "U", "b"), ("L",))
"""The names that the lecture gives to the parts of its network."""


@dataclass(frozen=True)
class Quantity:
    """A name and the time it is taken at, None where it has none; or the sum from it until."""

    name: str
    time: Expr | None
    until: Expr | None = None


def parse_derivative(text: str, names: Names = LECTURE) -> tuple[Quantity, Quantity]:
    """What is differentiated, and by what.

    Args:
        text: for example `ds[t]/ds[k]`, `da[j]/ds[j-1]`, `dL[4]/dW`, and `dL[1..T]/dW` for the
            sum of the losses; a missing time in the numerator is t.
        names: what there is.

    Raises:
        ParseError: with the column marked.
    """
    if len(text) > LONGEST:
        raise ParseError(
            f"the derivative is longer than {LONGEST} characters", {"got": text[:LONGEST]}
        )
    above, slash, below = text.partition("/")
    if not slash:
        raise _refuse(text, len(text), "a `/` between two differentials is missing", names)
    return _part(text, above, 0, names, True), _part(text, below, len(above) + 1, names, False)


def _part(text: str, part: str, start: int, names: Names, above: bool) -> Quantity:
    found = _PART.fullmatch(part)
    if found is None:
        where = start + len(part) - len(part.lstrip())
        again = above and _AGAIN.match(part)
        why = (
            "second derivatives are not derived, only first ones"
            if again
            else "expected d<name>[time]"
        )
        raise _refuse(text, where, why, names)
    name, known = found["name"], names.defined if above else names.below
    if name not in known:
        where = start + found.start("name")
        raise _refuse(text, where, f"`{name}` is none of {', '.join(known)}", names)
    timed = above or name in names.timed
    if found["time"] is None:
        if timed and not above:
            where = start + found.end("name")
            raise _refuse(text, where, f"`{name}` needs a time, as in {name}[k]", names)
        return Quantity(name, Symbol("t", integer=True) if timed else None)
    where = start + found.start("time")
    if not timed:
        raise _refuse(text, where - 1, f"`{name}` does not depend on time", names)
    first, dots, last = found["time"].partition("..")
    if not dots:
        return Quantity(name, _time(text, first, where, names))
    if not above or name not in names.losses:
        raise _refuse(text, where, f"`{name}` is no loss: only losses are summed", names)
    lower = _time(text, first, where, names)
    return Quantity(name, lower, _time(text, last, where + len(first) + len(dots), names))


def _time(text: str, inside: str, start: int, names: Names) -> Expr:
    try:
        tree = parsed(inside.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise _refuse(text, start, "this is no time", names) from error
    return _term(text, tree.body, start + len(inside) - len(inside.lstrip()), names)


def _term(text: str, node: ast.expr, start: int, names: Names) -> Expr:
    match node:
        case ast.Name(id=name) if name in TIMES:
            return Symbol(name, integer=True)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int(value)) if value <= 10**6:
            return Integer(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _term(text, left, start, names) + _term(text, right, start, names)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _term(text, left, start, names) - _term(text, right, start, names)
    where = start + node.col_offset
    raise _refuse(text, where, f"a time is made of {', '.join(TIMES)}, integers, + and -", names)


def _refuse(text: str, column: int, why: str, names: Names) -> ParseError:
    return ParseError(
        f"not a derivative: {why}",
        {"text": text, "": " " * column + "^", "expected": str(names)},
    )
