"""The text of a program in Python, as a tree."""

from __future__ import annotations

import ast
import threading
from typing import Literal, cast, overload

# Until Python 3.13 the threads of a process share what counts how deep a tree is built; where one
# builds while another is not ready, both fail with a SystemError.
_ONE_AT_A_TIME = threading.Lock()


@overload
def parsed(source: str, file: str = ...) -> ast.Module: ...
@overload
def parsed(source: str, file: str = ..., *, mode: Literal["eval"]) -> ast.Expression: ...
def parsed(
    source: str, file: str = "<text>", *, mode: Literal["exec", "eval"] = "exec"
) -> ast.Module | ast.Expression:
    """What `ast.parse` makes of a text, whichever thread asks. Nothing is run.

    Args:
        source: the text.
        file: the name of its file, for errors.
        mode: "exec" for statements, "eval" for one expression.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds a null byte.
        RecursionError, MemoryError: it is nested too deeply.
    """
    with _ONE_AT_A_TIME:
        tree = ast.parse(source, file, mode)
    return cast(ast.Module | ast.Expression, tree)


def names_read(source: str) -> set[str]:
    """The names that stand in the body of a function."""
    return {
        node.id for node in ast.walk(parsed(f"def f():\n{source}")) if isinstance(node, ast.Name)
    }
