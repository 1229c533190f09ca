"""Content as a key: of the program's own text, and of what a question is about.

Two things have one key only where they are equal: of the same class, with equal parts. What has no
content that can be told (a function, a class made as it goes) has no key.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from sympy import Basic
from sympy.core.function import UndefinedFunction


class NoContentError(TypeError):
    """Something whose content can not be told."""


@cache
def program(*packages: str) -> str:
    """A digest of the text of our modules.

    Args:
        packages: folders of the package, with all that is in them; the whole package by default.
    """
    found = hashlib.sha256()
    for package in packages or ("",):
        todo = [files("symrnn").joinpath(package)]
        while todo:
            for entry in sorted(todo.pop().iterdir(), key=lambda each: each.name):
                if entry.is_dir():
                    todo.append(entry)
                elif entry.name.endswith(".py"):
                    found.update(f"{entry.name}\0".encode() + entry.read_bytes())
    return found.hexdigest()


def key(thing: Any) -> str:
    """A digest of a thing's content: of numbers, text, tables, records, SymPy's expressions.

    Raises:
        NoContentError: something in it has no content that can be told.
    """
    found = hashlib.sha256()
    for each in _written(thing):
        # The length tells where one word ends and the next begins.
        found.update(f"{len(each)}\0{each}".encode())
    return found.hexdigest()


def _written(thing: Any) -> Iterator[str]:
    """Words that no other content has."""
    if isinstance(thing, UndefinedFunction):
        # A class that SymPy makes of a name and what is supposed.
        yield f"function {thing.__name__} {sorted(thing._kwargs.items())}"
    elif isinstance(thing, type):
        yield f"class {_place(thing)}"
    else:
        yield from _written(type(thing))
        yield from _parts(thing)


def _parts(thing: Any) -> Iterator[str]:
    if thing is None or isinstance(thing, Enum | bool | int | float | complex | str | bytes):
        yield repr(thing)
    elif isinstance(thing, Basic):
        # What SymPy compares by.
        yield from _row(thing._hashable_content())
    elif isinstance(thing, tuple | list):
        yield from _row(thing)
    elif isinstance(thing, set | frozenset):
        yield from _row(sorted(map(key, thing)))
    elif isinstance(thing, Mapping):
        yield from _row([each for pair in thing.items() for each in pair])
    elif is_dataclass(thing):
        yield from _row([getattr(thing, each.name) for each in fields(thing)])
    else:
        raise NoContentError(f"{type(thing).__name__} has no content that can be told")


def _row(things: Any) -> Iterator[str]:
    row = tuple(things)
    yield str(len(row))
    for each in row:
        yield from _written(each)


def _place(kind: type) -> str:
    """Where a class is found; one that is not there can not be told from another."""
    found: Any = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    if found is not kind and kind.__module__ != "builtins":
        raise NoContentError(f"{kind.__qualname__} is in no module")
    return f"{kind.__module__}.{kind.__qualname__}"
