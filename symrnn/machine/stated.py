"""The parts of a statement as propositions: printed, or why not; and wrong versions of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy

from symrnn.cells.network import Network
from symrnn.errors import NotSupportedError
from symrnn.language.notation import ELMAN
from symrnn.language.time import TimeVector
from symrnn.machine.names import about, theorem_name
from symrnn.machine.obligations import Obligation, Planted
from symrnn.machine.propositions import proposition
from symrnn.machine.real_claims import is_real
from symrnn.theory.statement import Part, Statement

DROPPED = "a hypothesis dropped"

Slips = Callable[[Any], Iterable[tuple[str, Any]]]
"""From a claim to wrong versions of it, each with the name of the slip."""


@dataclass(frozen=True)
class Stated:
    """One part: the theorem that is to prove it, and the proposition, or why there is none.

    cell: the cell whose file of propositions it stands in; what speaks of no run stands in that
        of the lecture's own cell, and is one theorem for all.
    rnn: the recurrence it is about.
    """

    part: Part
    theorem: str
    cell: str
    rnn: Network
    proposition: str = ""
    why_not: str = ""

    @property
    def label(self) -> str:
        """The part's."""
        return self.part.label

    @property
    def obligation(self) -> Obligation:
        """What is to be closed."""
        return Obligation(self.label, self.theorem, self.proposition)


@dataclass(frozen=True)
class StatedParts:
    """All parts of a statement for one cell."""

    statement: str
    parts: tuple[Stated, ...]

    @property
    def reals(self) -> bool:
        """Whether all of them are about functions of one real variable."""
        return all(is_real(each.part.claim) for each in self.parts)

    def beside(self, base: StatedParts, cell: str) -> StatedParts:
        """These parts, with those in this cell's own file that the lecture's cell has not.

        A theorem is taken from the lecture's file only if just this proposition stands there.
        """
        there = {(each.theorem, each.proposition) for each in base.parts}
        own = [
            each if (each.theorem, each.proposition) in there else replace(each, cell=cell)
            for each in self.parts
        ]
        return replace(self, parts=tuple(own))

    def about(self, cell: str) -> tuple[str, tuple[Obligation, ...]]:
        """The name of a cell's file of propositions, and what stands in it."""
        found = [each.obligation for each in self.parts if each.cell == cell and not each.why_not]
        return about(self.statement, cell), tuple(found)


def stated_parts(statement: Statement, rnn: Network) -> StatedParts:
    """Every part of a statement, printed where it can be."""
    taken: set[str] = set()
    found: list[Stated] = []
    for part in statement.parts(rnn):
        stated = _stated(statement.name, part, rnn)
        if stated.theorem in taken:
            why = "another part has the same name but for signs and spaces"
            stated = Stated(part, stated.theorem, stated.cell, stated.rnn, why_not=why)
        taken.add(stated.theorem)
        found.append(stated)
    return StatedParts(statement.name, tuple(found))


def _stated(statement: str, part: Part, rnn: Network) -> Stated:
    runs = any(node.has(TimeVector) for node in (part.claim, *part.given))
    cell = rnn.cell.name if runs and not part.cell else ELMAN
    theorem = theorem_name(statement, part.label, cell)
    of = part.cell if isinstance(part.cell, Network) else rnn
    try:
        printed = proposition(part.claim, part.given, of)
    except NotSupportedError as error:
        return Stated(part, theorem, cell, of, why_not=error.message)
    return Stated(part, theorem, cell, of, printed)


def planted(stated: Stated, slips: Slips, right: str) -> list[Planted]:
    """Wrong versions of a part: slips in its claim, and each of its hypotheses left out.

    `right` is the full name of its proposition.
    """
    part = stated.part
    wrong = [(slip, claim, part.given) for slip, claim in slips(part.claim)]
    wrong += [(DROPPED, part.claim, given) for given in _fewer(part.given)]
    found = []
    for slip, claim, given in wrong:
        try:
            text = proposition(claim, given, stated.rnn)
        except NotSupportedError:
            continue  # what has no Coq form can be claimed by no theorem
        if text != stated.proposition:
            found.append(Planted(slip, Obligation(part.label, stated.theorem, text), right))
    return found


def _fewer(given: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    facts = tuple(dict.fromkeys(fact for fact in given if fact is not sympy.true))
    for place in range(len(facts)):
        yield facts[:place] + facts[place + 1 :]
