"""The grade `certified`: inequalities in one real variable, enclosed over the whole line."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sympy import Expr, Symbol

from symrnn.enclosure.inequality import require_at_most
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.relations import Inequality
from symrnn.theory.part import Part

TOLERANCE = Fraction(1, 10**12)
"""How far the ball around the largest left - right may reach above 0."""


def certify(parts: Iterable[Part]) -> int:
    """How many inequalities of a statement are enclosed; 0 if one is not decided.

    Only those between functions of one real variable, under no hypothesis, can be.

    Raises:
        EvidenceError: an inequality is not confirmed.
    """
    count = 0
    try:
        for part in parts:
            variable = _variable(part)
            if variable is not None:
                left, right = (side.doit().xreplace({variable: X}) for side in part.claim.args)
                require_at_most(left, right, TOLERANCE)
                count += 1
    except UndecidedError:
        return 0
    return count


def _variable(part: Part) -> Symbol | None:
    """The real variable of an inequality between two functions of it; None for other claims."""
    claim = part.claim
    if not isinstance(claim, Inequality) or part.given or part.cell is not None:
        return None
    if not all(isinstance(side, Expr) and not side.is_Matrix for side in claim.args):
        return None
    symbols = claim.free_symbols
    if len(symbols) != 1:
        return None
    (variable,) = symbols
    return variable if isinstance(variable, Symbol) and variable.is_extended_real else None
