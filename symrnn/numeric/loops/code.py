"""Generated source made into a function that tracebacks and `inspect` can read."""

from __future__ import annotations

import builtins
import itertools
import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from symrnn.errors import IllFormedError
from symrnn.numeric.loops.operations import Plan
from symrnn.python_text import parsed

_NUMBER = itertools.count()


@dataclass(frozen=True, eq=False)
class LoopKernel:
    """A generated loop over time.

    Attributes:
        plan: the operations it was written from.
        arguments: what a binding must hold.
        function: the generated function; it returns a dict of results.
        source: its Python source.
    """

    plan: Plan
    arguments: tuple[str, ...]
    function: Callable[..., Any]
    source: str

    def __call__(self, bindings: Mapping[str, Any]) -> dict[str, Any]:
        """The results for a binding of every argument; others in the mapping are ignored."""
        missing = [name for name in self.arguments if name not in bindings]
        if missing:
            raise IllFormedError(
                f"the loop {self.plan.recursion.name} lacks {', '.join(missing)}",
                {"expected": ", ".join(self.arguments), "got": ", ".join(bindings)},
            )
        return dict(self.function(*(bindings[name] for name in self.arguments)))


def function_of(
    source: str, namespace: Mapping[str, Any], file: Path | None = None
) -> Callable[..., Any]:
    """The one function that generated source defines.

    The source is made by an emitter from a plan, never from text of a user's.

    Args:
        source, namespace: the text, and what it calls, by name.
        file: with this source, where there is one.
    """
    name = f"<symrnn loop {next(_NUMBER)}>" if file is None else str(file)
    module = compile(parsed(source, name), name, "exec")
    code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    if file is None:
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    # Machine code that is kept is read back into the module that its globals name.
    return FunctionType(code, {"__builtins__": builtins, "__name__": __name__, **namespace})


def beside(offset: int) -> str:
    """What is put behind a name for its value some steps off: "before", "now", "after2", …"""
    if offset == 0:
        return "now"
    word = "after" if offset > 0 else "before"
    return word if abs(offset) == 1 else f"{word}{abs(offset)}"
