"""Code of others that is run beside ours leaves symrnn and SymPy as they are, or is refused.

A name that is bound anew in one of their modules or classes is bound anew for every file that is
read later, and for the checks themselves. That happens by accident (`by.chain_rule = …`, a class
mended for one's own use); what is done on purpose, past every name, nobody in one process can keep
another from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from symrnn.errors import IllFormedError
from symrnn.theory.folder import is_ours

OURS = "symrnn"
SYMPY = (
    *("sympy", "sympy.core", "sympy.matrices.expressions", "sympy.functions.elementary"),
    *("sympy.concrete", "sympy.simplify", "sympy.polys.polytools"),
)
"""What is watched of SymPy: what expressions are made of, and how they are compared."""

SHOWN = 3
"""How many names a message holds."""

Bound = list[tuple[Any, dict[str, Any]]]
_METHODS = (property, classmethod, staticmethod)


def guarded(path: Path) -> AbstractContextManager[None]:
    """While code of a proof file runs: `intact`, where the file is none of ours."""
    return nullcontext() if is_ours(path) else intact(path)


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """While code of a file runs: what it binds anew in symrnn or SymPy is bound back.

    Raises:
        IllFormedError: naming it.
    """
    before = _bound()
    try:
        yield
    finally:
        changed = list(_changed(before))
        for owner, name, old in changed:
            setattr(owner, name, old)
    if changed:
        names = [f"{_called(owner)}.{name}" for owner, name, _ in changed]
        raise IllFormedError(
            f"{path.name} replaces what is not its own",
            {
                "expected": "a name of its own",
                "got": ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else ""),
            },
        )


def _bound() -> Bound:
    """The names of all modules that are watched, and of their classes."""
    found: Bound = []
    for name, module in list(sys.modules.items()):
        if module is None or not _watched(name):
            continue
        own = dict(vars(module))
        found.append((module, own))
        classes = (each for each in own.values() if isinstance(each, type))
        found.extend((each, dict(vars(each))) for each in classes if each.__module__ == name)
    return found


def _watched(name: str) -> bool:
    if name == OURS or name.startswith(f"{OURS}."):
        return True
    return name.startswith("sympy") and any(
        name == each or (each != "sympy" and name.startswith(f"{each}.")) for each in SYMPY
    )


def _changed(before: Bound) -> Iterator[tuple[Any, str, Any]]:
    for owner, names in before:
        now = vars(owner)
        for name, old in names.items():
            if now.get(name) is not old and (callable(old) or isinstance(old, _METHODS)):
                yield owner, name, old


def _called(owner: Any) -> str:
    module = getattr(owner, "__module__", None)
    return f"{module}.{owner.__qualname__}" if isinstance(owner, type) else str(owner.__name__)
