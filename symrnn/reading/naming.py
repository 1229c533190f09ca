"""Letters for the sizes of a cell: d for the states, m for the inputs, n for the others."""

from __future__ import annotations

from collections.abc import Iterable

import sympy
from sympy import Expr, Symbol

from symrnn.reading.sizes import Declared, Part, Size

STATE, INPUT, OTHER = "d", "m", "n"
MOST_SHOWN = 4
"""Parts of a long size that a message shows."""


class Naming:
    """A symbol for every size that is left open."""

    def __init__(self) -> None:
        self._declared: dict[str, Declared] = {}
        self._names: dict[Part, str] = {}
        self._shown: dict[Part, str] = {}

    def declare(self, name: str) -> Declared:
        """The size of a declared name, one and the same wherever it is declared."""
        return self._declared.setdefault(name, Declared(name))

    def assign(self, sizes: Iterable[Size], letter: str, taken: Iterable[str]) -> None:
        """Name those parts of sizes that have no name yet: d, then d_2, d_3, …

        `taken` are the names of other quantities.
        """
        used = {*taken, *self.names}
        for size in sizes:
            for part, _ in size.resolved().parts:
                if part in self._names or isinstance(part, Declared):
                    continue
                number = 1
                while (name := letter if number == 1 else f"{letter}_{number}") in used:
                    number += 1
                self._names[part] = name
                used.add(name)

    @property
    def names(self) -> set[str]:
        """The names of all sizes so far."""
        return {*self._names.values(), *self._declared}

    def expression(self, size: Size) -> Expr:
        """A size in symbols, each of which has been named."""
        resolved = size.resolved()
        terms = [count * _symbol(self._name(part)) for part, count in resolved.parts]
        return sympy.Add(*terms, sympy.Integer(resolved.number))

    def show(self, size: Size) -> str:
        """A size for a message, while names are still missing: these are n1, n2, …"""
        resolved = size.resolved()
        number = [str(resolved.number)] if resolved.number or not resolved.parts else []
        parts = [
            f"{count} {self._describe(part)}" if count > 1 else self._describe(part)
            for part, count in resolved.parts[:MOST_SHOWN]
        ]
        more = ["…"] * (len(resolved.parts) > MOST_SHOWN)
        written = " + ".join([*parts, *more, *number])
        return f"({written})" if " " in written else written

    def _name(self, part: Part) -> str:
        return part.name if isinstance(part, Declared) else self._names[part]

    def _describe(self, part: Part) -> str:
        if isinstance(part, Declared):
            return part.name
        place = self._shown.setdefault(part, f"n{len(self._shown) + 1}")
        return self._names.get(part, place)


def _symbol(name: str) -> Symbol:
    return Symbol(name, integer=True, positive=True)
