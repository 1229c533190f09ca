"""How much work one answer may take, counted in operations and not in seconds.

The same question then has the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import sympy
from sympy import Expr

from symrnn.enclosure.undecided import UndecidedError
from symrnn.errors import EvidenceError

WORK = 300_000
"""Nodes of expressions evaluated over boxes, and products of terms towards infinity."""

_left: ContextVar[int | None] = ContextVar("_left", default=None)


class SpentError(EvidenceError):
    """The work is spent. No part of a search takes that for an answer: `budget` does."""


@contextmanager
def budget(work: int = WORK) -> Iterator[None]:
    """Allow no more work than this inside.

    Raises:
        UndecidedError: it did not do.
    """
    token = _left.set(work)
    try:
        yield
    except SpentError as error:
        raise UndecidedError(str(error)) from error
    finally:
        _left.reset(token)


def spend(work: int, doing: str) -> None:
    """Count work, where there is a budget.

    Raises:
        SpentError: there is none left.
    """
    left = _left.get()
    if left is None:
        return
    _left.set(left - work)
    if left < work:
        raise SpentError("the work allowed for one answer is spent", {"on": doing})


@lru_cache(maxsize=1024)
def size(f: Expr) -> int:
    """The nodes of an expression."""
    return sum(1 for _ in sympy.preorder_traversal(f))
