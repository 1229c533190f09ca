"""What stands before the text of a lecture: YAML between two lines of `---`.

Titles and names are Markdown, as they are in the text.

---
title: A lecture
subtitle: Of gradients
author: [One, Another]
institute: A university
date: 2026-10-05
bibliography: works.bib
language: de
detail: steps
cells: [elman, lstm]
opening: [slopes, product_bound]
---
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from symrnn.cells import names as known
from symrnn.errors import ParseError
from symrnn.lecture.markdown import inline
from symrnn.typeset.detail import DETAILS
from symrnn.typeset.prose import escaped

_FENCE = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

MOST_CELLS = 4
"""Trained cells that can be told apart in one figure."""


@dataclass(frozen=True)
class FrontMatter:
    """What is said of a lecture as a whole, in markup; empty where nothing is said.

    cells: what is trained on real series and compared at the end.
    lines: the line of each key that is there.
    """

    title: str = ""
    subtitle: str = ""
    author: str = ""
    institute: str = ""
    date: str = ""
    bibliography: str = ""
    language: str = "en"
    detail: str = ""
    network: bool = False
    cells: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict, compare=False)


def split(text: str, file: str) -> tuple[FrontMatter, str]:
    """The front matter of a text, and the text with it blanked, so that lines keep their numbers.

    Raises:
        ParseError: naming file and line, for a key that is not known or a value of another type.
    """
    found = _FENCE.match(text)
    if found is None:
        return FrontMatter(), text
    given = _loaded(found[1] or "", file)
    lines = {key: _line(found[0], key) for key in given}
    read: dict[str, Any] = {}
    for key, value in given.items():
        if key not in _KEYS:
            raise _refused(file, lines[key], "there is no such key", ", ".join(_KEYS), key)
        if value is None:
            continue
        read[key] = _KEYS[key](value, f"`{key}`", file, lines[key])
    read["language"] = read.get("language", "en")
    if "date" in read:
        read["date"] = _dated(read["date"], read["language"])
    return FrontMatter(**read, lines=lines), "\n" * found[0].count("\n") + text[found.end() :]


def _loaded(text: str, file: str) -> dict[str, Any]:
    try:
        given = yaml.load(text, _UniqueKeys)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark is not None else 0)
        why = getattr(error, "problem", None) or "this can not be read"
        raise ParseError(f"{file}, line {line}: {why}", {"expected": "key: value"}) from error
    except RecursionError as error:
        raise ParseError(f"{file}, line 2: nested too deeply", {"expected": "YAML"}) from error
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _refused(file, 2, "the front matter is no table", "key: value", given)
    return {str(key): value for key, value in given.items()}


class _UniqueKeys(yaml.SafeLoader):
    """YAML of plain values in which no key is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is one word", key.start_mark
                )
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"`{key.value}` is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
            kind = node.tag.rpartition(":")[2]
            kind = {"timestamp": "date", "int": "number", "float": "number"}.get(kind, kind)
            given = str(node.value)[:40]
            raise yaml.constructor.ConstructorError(
                None, None, f"`{given}` is no {kind}", node.start_mark
            ) from error


def _refused(file: str, line: int, why: str, expected: str, got: Any) -> ParseError:
    return ParseError(f"{file}, line {line}: {why}", {"expected": expected, "got": repr(got)})


def _line(text: str, key: str) -> int:
    found = re.search(rf"""^["']?{re.escape(key)}["']?\s*:""", text, re.MULTILINE)
    return 1 + (text[: found.start()].count("\n") if found is not None else 1)


# ---------------------------------------------------------------------- values


def _text(value: Any, what: str, file: str, line: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refused(file, line, f"{what} is no text", "text", value)
    return inline(" ".join(str(value).split()), file, line)


def _names(value: Any, what: str, file: str, line: int) -> str:
    names = value if isinstance(value, list) else [value]
    if not names:
        raise _refused(file, line, f"{what} names nobody", "a name, or a list of names", value)
    # With commas: they are right in every language.
    return ", ".join(_text(name, what, file, line) for name in names)


def _date(value: Any, what: str, file: str, line: int) -> str | datetime.date:
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date | str | int):
        raise _refused(file, line, f"{what} is no date", "2026-10-05, or text", value)
    return value if isinstance(value, datetime.date) else _text(value, what, file, line)


def _dated(value: str | datetime.date, language: str) -> str:
    if isinstance(value, str):
        return value
    return escaped(format_date(value, "long", Locale.parse(language, sep="-")))


def _language(value: Any, what: str, file: str, line: int) -> str:
    if not isinstance(value, str):
        raise _refused(file, line, f"{what} is no language", "en, de, fr, …", value)
    try:
        Locale.parse(value, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise _refused(file, line, f"{what} is no language", "en, de, fr, …", value) from error
    return value


def _path(value: Any, what: str, file: str, line: int) -> str:
    if not isinstance(value, str) or Path(value).is_absolute() or ".." in Path(value).parts:
        raise _refused(file, line, f"{what} is no file of the folder", "works.bib", value)
    return value


def _detail(value: Any, what: str, file: str, line: int) -> str:
    if value not in DETAILS:
        raise _refused(file, line, f"{what} is none that there is", ", ".join(DETAILS), value)
    return str(value)


def _opening(value: Any, what: str, file: str, line: int) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        expected = "names of figures and statements, each once"
        raise _refused(file, line, f"{what} names nothing", expected, value)
    return tuple(names)


def _cells(value: Any, what: str, file: str, line: int) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    there = all(name in known() for name in names)
    if not there or len(set(names)) < len(names) or len(names) > MOST_CELLS:
        expected = f"up to {MOST_CELLS}, each once, out of {', '.join(known())}"
        raise _refused(file, line, f"{what} names no cell", expected, value)
    return tuple(names)


def _switch(value: Any, what: str, file: str, line: int) -> bool:
    if not isinstance(value, bool):
        raise _refused(file, line, f"{what} is yes or no", "true or false", value)
    return value


_KEYS = {
    "title": _text,
    "subtitle": _text,
    "author": _names,
    "institute": _text,
    "date": _date,
    "bibliography": _path,
    "language": _language,
    "detail": _detail,
    "network": _switch,
    "cells": _cells,
    "opening": _opening,
}
