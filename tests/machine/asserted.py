"""Claims that nothing shows: the prover is asked of them all the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symrnn.language.relations import Equation, Limit
from symrnn.theory import rules
from symrnn.theory.derivation import Derivation, derivation


def asserted(claim: Any, given: Iterable[Any] = (), cell: Any = None) -> Derivation:
    """A chain of one line that says what is claimed; checked, it would be refused."""
    start = derivation(claim.lhs, given, cell)
    if isinstance(claim, Limit):
        return start.tends_to(claim.rhs, rules.geometric_decay, claim.variable)
    chain = start.equals if isinstance(claim, Equation) else start.at_most
    return chain(claim.rhs, rules.algebra)
