"""Names for parts of a formula that no line holds; what they stand for is written below it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import MatrixNode, MatrixSum
from symrnn.language.ordered import Ranged
from symrnn.language.relations import Equation
from symrnn.language.time import TimeVector

_LETTERS = "ABCEFGHJKMNPQRSVXYZ"

_LEAST = 4.0
"""Em below which a part is not worth a name."""

_SIGNS = 5.5
"""Em for a name, the sign after it and the indent."""


class Name(MatrixNode):
    """A letter for a matrix, with the times that it depends on: A, A_j or A_{k, t}."""

    @staticmethod
    def of(letter: str, part: Any, times: Collection[Any]) -> Name:
        """A name for a part of a formula, which depends on some of the formula's times."""
        free = sorted(part.free_symbols.intersection(times), key=str)
        return Name(sympy.Symbol(letter), *part.shape, *free)

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[1], self.args[2]

    def _latex(self, printer: Any, exp: Any = None) -> str:
        letter, _, _, *times = self.args
        below = ", ".join(map(printer.doprint, times))
        # In braces: it may get another index.
        return f"{{{letter}_{{{below}}}}}" if below else str(letter)


def terms(formula: Any) -> tuple[Any, ...]:
    """What begins a line each where a formula is broken."""
    return formula.args if isinstance(formula, MatrixSum | sympy.Add) else (formula,)


def abbreviated(
    formulas: Sequence[Equation],
    room: float,
    width: Callable[[Any], float],
    taken: Collection[str] = (),
) -> tuple[Equation, ...]:
    """Formulas with names for parts, each followed by what its new names stand for.

    Broken at the terms of its right side, every line of one is at most as wide as the room, as far
    as names help: A_j for what depends on a time j, A for what depends on none. A name means the
    same in all of them.

    Args:
        formulas: equations.
        room: the width of a line, in em.
        width: that of an expression, in em.
        taken: letters that mean something else.
    """
    letters = (each for each in _LETTERS if each not in taken)
    times = {time for formula in formulas for time in _times(formula)}
    names: dict[Any, Any] = {}
    written = []
    for formula in formulas:
        pending = [formula]
        while pending:
            equation = pending.pop(0)
            others = {part: name for part, name in names.items() if name != equation.lhs}
            right = equation.rhs.xreplace(others)
            while max(map(width, terms(right))) > room - _SIGNS:
                part, letter = _widest(right, room, width), next(letters, None)
                if part is None or letter is None:
                    break
                names[part] = Name.of(letter, part, times)
                right = right.xreplace({part: names[part]})
                pending.append(Equation(names[part], part))
            written.append(Equation(equation.lhs, right))
    return tuple(written)


def _widest(formula: Any, room: float, width: Callable[[Any], float]) -> Any:
    """The widest part that can have a name and a line of its own, or lines; None for none."""
    found = [
        (width(part), part)
        for part in set(_parts(formula))
        if max(map(width, terms(part))) <= room - _SIGNS
    ]
    wide = [(size, part) for size, part in found if size > _LEAST]
    if not wide:
        return None
    widest = max(size for size, _ in wide)
    return min((part for size, part in wide if size == widest), key=sympy.default_sort_key)


def _parts(formula: Any) -> Iterator[Any]:
    """Matrices inside of a formula that are made of others."""
    for inner in formula.args:
        if isinstance(inner, MatrixExpr):
            if inner.args and not isinstance(inner, TimeVector | sympy.MatrixSymbol):
                yield inner
                yield from _parts(inner)
        elif isinstance(inner, sympy.Basic):
            yield from _parts(inner)


def _times(formula: Any) -> set[Any]:
    """The symbols that are times in a formula, bound ones too."""
    times = {symbol for each in formula.atoms(TimeVector) for symbol in each.index.free_symbols}
    for each in formula.atoms(Ranged):
        times |= {each.index, *each.lower.free_symbols, *each.upper.free_symbols}
    return times
