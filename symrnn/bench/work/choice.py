"""Which peers are run: those installed, at sizes they are meant for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from symrnn.bench.contender import Contender, Peer
from symrnn.bench.packages import installed

_alone: ContextVar[str | None] = ContextVar("alone", default=None)


@contextmanager
def asked_alone(party: str) -> Iterator[None]:
    """Within, no peer but this one is asked for its contenders, or imported."""
    token = _alone.set(party)
    try:
        yield
    finally:
        _alone.reset(token)


@dataclass(frozen=True)
class Choice:
    """The contenders of the peers that are run, and the names of the others."""

    contenders: tuple[Contender, ...]
    missing: tuple[str, ...]
    left_out: dict[str, str]


def chosen(peers: Mapping[str, Peer], largest: Mapping[str, int], d: int, *inputs: Any) -> Choice:
    """Ask every installed peer for its contenders.

    Args:
        peers: by the name of the package.
        largest: the largest d a peer is run at, where there is one.
        d: the size.
        inputs: what the peers are given.
    """
    missing = tuple(name for name in peers if not installed(name))
    left_out = {
        name: f"not run above d = {limit}"
        for name, limit in largest.items()
        if name in peers and name not in missing and d > limit
    }
    run = (
        name
        for name in peers
        if name not in missing and name not in left_out and _alone.get() in (None, name)
    )
    contenders = tuple(contender for name in run for contender in peers[name](*inputs))
    return Choice(contenders, missing, left_out)
