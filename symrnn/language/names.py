"""What a quantity may be called: a name that formulas print and generated code can use."""

from __future__ import annotations

import keyword
import re
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
        name: Latin or Greek letters and digits, not a digit first, and subscripts, which braces
            may group, as in W_{hh}. Other scripts have letters that look like these, or none.

    Raises:
        IllFormedError: for anything else, and for words of Python's.
    """
    text = written(name)
    if not isinstance(text, str) or not is_name(text):
        raise IllFormedError(
            f"{what}: {text!r} is no name",
            {
                "expected": "Latin or Greek letters, digits and subscripts: W, h2, α, W_{hh}",
                "got": repr(text),
            },
        )
    return text


_GREEK = "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΦΨΩ"
_SIGN = f"[A-Za-z0-9{_GREEK}]"
_NAME = re.compile(rf"(?![0-9])_?{_SIGN}+(?:_(?:{_SIGN}+|{{{_SIGN}+(?:_{_SIGN}+)*}}))*")


@lru_cache(maxsize=1024)
def is_name(text: str) -> bool:
    """Whether text is a name, as of `require_name`; a word of Python's has an underscore."""
    plain = in_code(text)
    if keyword.iskeyword(plain.removesuffix("_")):
        return plain.endswith("_")
    return _NAME.fullmatch(text) is not None
