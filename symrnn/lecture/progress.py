"""Whoever watches the work."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears what is being done, how far it is, and out of how much."""

    def __call__(self, what: str, done: int, of: int, /) -> None: ...


def silent(what: str, done: int, of: int, /) -> None:
    """Progress that nobody watches."""
