"""Generated functions as machine code by numba, which is kept for later processes.

For a gated cell numba takes seconds. What it made of a function it keeps beside that function's
file, and finds again for the same file, types of arguments, processor and version of numba. A
generated function has no file; so its source is written into the user's cache folder, in a folder
named by that source, by that of what it calls, by the options, and by our modules that both come
from. What is compiled is the source made now; the file is only compared with it.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from symrnn import content
from symrnn.numeric.loops.code import function_of

KEPT = 256
"""Functions of which machine code is kept, about a megabyte each; the oldest makes room."""

WRITERS = ("numeric/loops", "numeric/stable")
"""Folders of the modules whose functions generated source calls."""


def compiled(function: Any, **options: Any) -> Any:
    """A function compiled as every one of ours is: with IEEE's division, in the order in which it
    stands unless `options` say more.

    numba has to be installed.
    """
    numba = importlib.import_module("numba")
    return numba.njit(function, **{"fastmath": False, "error_model": "numpy", **options})


def kept(
    source: str, namespace: Mapping[str, Any], *, calls: Iterable[str] = (), **options: Any
) -> Any:
    """The compiled function of generated source; an earlier process's machine code serves again.

    Args:
        source: of one function.
        namespace: what it calls, by name.
        calls: the source of what it calls, where that was generated as well.
        options: for numba.
    """
    key = content.key((source, *calls, options, content.program(*WRITERS)))
    file = _file(user_cache_path("symrnn") / "machine code", key, source)
    if file is not None:
        # Where numba finds that it can not write there, it says so at once.
        with suppress(RuntimeError):
            return compiled(function_of(source, namespace, file), cache=True, **options)
    return compiled(function_of(source, namespace), **options)


def _file(folder: Path, key: str, source: str) -> Path | None:
    """The file with a source; None where it can not be written."""
    file = folder / key / "loop.py"
    try:
        if file.is_file() and file.read_text(encoding="utf-8") == source:
            # The folder's time, not the file's, by which numba tells whether that is the same.
            os.utime(file.parent)
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(source)
        os.replace(name, file)
        _make_room(folder)
    except (OSError, UnicodeDecodeError):
        return None
    return file


def _make_room(folder: Path) -> None:
    """Remove what was not asked for the longest, where there is too much."""
    by_age = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in by_age[KEPT:]:
        shutil.rmtree(each, ignore_errors=True)
