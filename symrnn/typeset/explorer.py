"""An explorer of the page: formulas to compute with, and what they are computed on.

Everything that is computed is a function printed from an expression (`javascript.script`); the
scripts in templates/ only feed them and draw. What is common to all explorers is here, one of a
network in `explorer_network`, one of single units in `explorer_units`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any


class Explorer(ABC):
    """What a page computes.

    template: the part of the page, a name in templates/.
    program: the script that feeds the generated functions and draws, likewise.
    statements: names of the statements that the pictures refer to, by what refers.
    """

    template: str
    program: str
    statements: Mapping[str, str]

    @abstractmethod
    def generated(self) -> str:
        """The JavaScript of its formulas."""

    @abstractmethod
    def given(self) -> Mapping[str, Any]:
        """What the script reads besides, as JSON has it."""

    @abstractmethod
    def shown(self) -> Mapping[str, Any]:
        """What the template asks for besides."""

    def data(self) -> str:
        """What is given as JSON that can stand inside a <script> element: no < in it."""
        return json.dumps(self.given(), ensure_ascii=False).replace("<", "\\u003c")
