"""Why a line holds, in words: a rule as prose markup."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sympy import Basic

from symrnn.language.writing import latex
from symrnn.theory.rule import Rule

_USES = {"uses", "uses_bound"}


def words(rule: Rule, statements: Collection[str]) -> str:
    """A rule and what it was told, as prose markup.

    Args:
        rule: as it stands in the step.
        statements: names that can be referred to; a rule that uses one becomes a reference.
    """
    if rule.name in _USES and rule.arguments:
        names = [_reference(name, statements) for name in rule.arguments]
        return "by " + " and ".join(names)
    said = rule.name.replace("_", " ")
    told = [_told(argument, statements) for argument in rule.arguments]
    at = f" ({', '.join(told)})" if told else ""
    return f"{said}{at}{', read backwards' if rule.reverse else ''}"


def _reference(name: Any, statements: Collection[str]) -> str:
    return f"[[{name}]]" if name in statements else str(name).replace("_", " ")


def _told(argument: Any, statements: Collection[str]) -> str:
    if isinstance(argument, Basic):
        return f"${latex(argument)}$"
    return _reference(argument, statements)
