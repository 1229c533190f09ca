"""Reading an `algorithmic` environment line by line, for backends that are not LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.errors import NotSupportedError


@dataclass(frozen=True)
class Line:
    """One line of pseudocode: nesting depth, then keywords and maths in turn.

    `parts` alternates: keyword, maths, keyword, …; either may be empty.
    """

    depth: int
    parts: tuple[str, ...]


#: How algorithmicx prints each of its commands: words before, between and after its maths.
_WORDS = {
    "Function": ("function",),
    "State": ("",),
    "Return": ("return",),
    "If": ("if", "then"),
    "ElsIf": ("else if", "then"),
    "Else": ("else",),
    "For": ("for", "do"),
    "While": ("while", "do"),
}

_COMMAND = re.compile(
    r"""
    \\(?P<command>State[ ]\\Return|State|Function|If|ElsIf|Else|For|While)
    (?:\{(?P<name>[\w\\]+)\}(?=\{))?      # the name of a function
    (?:\{?[ ]?\$(?P<maths>.*)\$\}?)?
    """,
    re.VERBOSE,
)


def lines(latex: str) -> Iterator[Line]:
    """The lines of an `algorithmic` environment written by `symrnn.typeset.algorithms`.

    The closing commands only change the depth; they are no lines of their own.
    Raises `NotSupportedError` on a line that is no algorithmicx command known here.
    """
    depth = 0
    for raw in (line.strip() for line in latex.splitlines()):
        if raw.startswith((r"\begin{", r"\end{")):
            continue
        if raw.startswith(r"\End"):
            depth -= 1
            continue
        match = _COMMAND.fullmatch(raw)
        if match is None:
            raise NotSupportedError(
                "algorithm: a line of pseudocode is not understood", {"line": raw}
            )
        command = match["command"].removeprefix("State \\")
        maths = match["maths"] or ""
        if match["name"]:
            maths = rf"\texttt{{{match['name']}}}({maths})"
        before, *after = _WORDS[command]
        outdent = command in ("Else", "ElsIf")
        yield Line(depth - outdent, (before, maths, *after))
        depth += command in ("Function", "If", "For", "While")
