"""How far what a text supposes in an example is in force."""

from __future__ import annotations

import re

from symrnn.reading.latex.words import ROWS

FAR = 6000
"""How many characters an example's values are thought to be in force."""


_PARTS = re.compile(r"\\(?P<sign>begin|end)\s*\{(?P<name>[^{}]*)\}|\\item\b|\b[Ii]n general\b")


def in_force(between: str) -> bool:
    """Whether what an example supposes is still in force behind a text.

    It ends with the item, proof or frame that it stands in, and where the text goes on in general.
    """
    depth = 0
    for found in _PARTS.finditer(between):
        if found["sign"] is None:
            if depth == 0 or not found[0].startswith("\\"):
                return False
        elif found["name"] not in ROWS:
            depth += 1 if found["sign"] == "begin" else -1
            if depth < 0:
                return False
    return True
