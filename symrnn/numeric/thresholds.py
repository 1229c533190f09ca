"""Up to which size each way to compute is the faster one: as measured on this machine, or as said.

`symrnn bench --tune` measures, and keeps what it found in the user's cache folder. It is for
`Kernels(…, compiled=True)` alone: what else is computed is the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_path

from symrnn import json_file


@dataclass(frozen=True)
class Thresholds:
    """The last size at which one way is the faster one.

    Attributes:
        compiled_entries: batch times the entries of the largest weight up to which a pass is
            compiled as a whole; beyond, NumPy's products are faster than compiled loops.
        compiled_size: size of the state up to which ∂s_t/∂s_k is.
    """

    compiled_entries: int = 4096
    compiled_size: int = 16


UNMEASURED = Thresholds()
"""What is taken on a machine where nothing was measured."""

_assumed: ContextVar[Thresholds | None] = ContextVar("assumed", default=None)


def thresholds() -> Thresholds:
    """Those of this machine, measured or not."""
    return _assumed.get() or _found()


@contextmanager
def assuming(these: Thresholds) -> Iterator[None]:
    """Within, these are taken, whatever was measured."""
    token = _assumed.set(these)
    try:
        yield
    finally:
        _assumed.reset(token)


def keep(found: Thresholds) -> Path:
    """Keep what was measured on this machine.

    Raises:
        OSError: it can not be written.
    """
    place = _place()
    json_file.keep(place, asdict(found))
    _found.cache_clear()
    return place


@cache
def _found() -> Thresholds:
    """What was kept; a file that holds something else is none."""
    try:
        kept = json.loads(_place().read_text(encoding="utf-8"))
        return Thresholds(**{each.name: _size(kept[each.name]) for each in fields(Thresholds)})
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return UNMEASURED


def _size(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _place() -> Path:
    """By machine, and by whose code was measured."""
    versions = []
    for package in ("symrnn", "numpy", "numba"):
        try:
            versions.append(metadata.version(package))
        except metadata.PackageNotFoundError:
            versions.append("none")
    about = " ".join((*versions, platform.machine(), platform.processor(), platform.node()))
    key = hashlib.sha256(about.encode()).hexdigest()
    return user_cache_path("symrnn") / "thresholds" / f"{key}.json"
