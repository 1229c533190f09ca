"""What a quantity may be called: a name that formulas print and generated code can use."""

from __future__ import annotations

import keyword
import unicodedata
from functools import lru_cache
from typing import Any

from sympy.core.symbol import Str

from symrnn.errors import IllFormedError


def written(name: Any) -> Any:
    """A name without SymPy's wrapper."""
    return name.name if isinstance(name, Str) else name


def in_code(name: str) -> str:
    """A name as generated code has it: W_{hh} is W_hh."""
    return name.replace("{", "").replace("}", "")


def require_name(what: str, name: Any) -> str:
    """`name` as text.

    Args:
        what: what is named, for the message.
        name: letters, digits and underscores, not a digit first; braces may group a subscript,
            as in W_{hh}.

    Raises:
        IllFormedError: for anything else, and for words of Python's.
    """
    text = written(name)
    if not isinstance(text, str) or not _is_name(text):
        raise IllFormedError(
            f"{what}: {text!r} is no name",
            {
                "expected": "letters, digits and underscores, as in W, h2 or W_{hh}",
                "got": repr(text),
            },
        )
    return text


@lru_cache(maxsize=1024)
def _is_name(text: str) -> bool:
    plain = in_code(text)
    # Python reads identifiers in this normal form: another one would be another name there.
    normal = unicodedata.normalize("NFKC", plain) == plain
    balanced = text.count("{") == text.count("}")
    return normal and balanced and plain.isidentifier() and not keyword.iskeyword(plain)
