"""The parts of a statement as propositions: printed, or why not; and wrong versions of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Symbol

from symrnn.cells.network import Network
from symrnn.errors import NotSupportedError
from symrnn.language.time import TimeVector
from symrnn.machine.names import about, theorem_name
from symrnn.machine.obligations import Obligation, Planted
from symrnn.machine.own import own
from symrnn.machine.printed_cell import definitions_file
from symrnn.machine.propositions import proposition
from symrnn.machine.real_claims import is_real
from symrnn.machine.sources import Source
from symrnn.machine.transition import Own, cell_key
from symrnn.machine.vocabulary import FIRST, known_name
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement

DROPPED = "a hypothesis dropped"

Slips = Callable[[Any], Iterable[tuple[str, Any]]]
"""From a claim to wrong versions of it, each with the name of the slip."""


@dataclass(frozen=True)
class Stated:
    """One part: the theorem that is to prove it, and the proposition, or why there is none.

    cell: the cell whose file of propositions it stands in; what speaks of no run stands in that
        of the lecture's own cell, and is one theorem for all.
    rnn: the recurrence it is about.
    lettered: how it is written, and wrong versions of it are.
    """

    part: Part
    theorem: str
    cell: str
    rnn: Network | Own
    lettered: _Lettered
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

    @property
    def cells(self) -> dict[str, Source]:
        """The definitions of the cells that parts bring along, by the stems of their files."""
        found = [
            definitions_file(each.rnn.transition, each.rnn)
            for each in self.parts
            if isinstance(each.rnn, Own) and not each.why_not
        ]
        return {each.stem: each for each in found}

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
    cells: dict[str, Source] = {}
    for part in statement.parts(rnn):
        stated = _stated(statement.name, part, rnn)
        if isinstance(stated.rnn, Own) and not stated.why_not:
            file = definitions_file(stated.rnn.transition, stated.rnn)
            if cells.setdefault(file.stem, file) != file:
                why = "another cell of this statement has the same name"
                stated = replace(stated, proposition="", why_not=why)
        if stated.theorem in taken:
            why = "another part has the same name but for signs and spaces"
            stated = replace(stated, proposition="", why_not=why)
        taken.add(stated.theorem)
        found.append(stated)
    return StatedParts(statement.name, tuple(found))


def _stated(statement: str, part: Part, rnn: Network) -> Stated:
    runs = any(node.has(TimeVector) for node in (part.claim, *part.given))
    cell = cell_of(rnn) if runs and not part.cell else FIRST
    theorem = theorem_name(statement, part.label, cell)
    of: Any = rnn if part.cell is None else part.cell
    lettered = _Lettered(rnn, runs)
    try:
        if of != rnn and known_name(of) is None:
            of = own(of)
        printed = lettered.proposition(part.claim, part.given, of)
        if isinstance(of, Own):
            definitions_file(of.transition, of)
    except NotSupportedError as error:
        return Stated(part, theorem, cell, of, lettered, why_not=error.message)
    return Stated(part, theorem, cell, of, lettered, printed)


def cell_of(rnn: Network) -> str:
    """The name of what a statement is about, in names of files and theorems."""
    return rnn.cell.name if known_name(rnn) is not None else cell_key(rnn)


@dataclass(frozen=True)
class _Lettered:
    """What speaks of no run, in the letters of the lecture.

    A cell that has a g lets statements about numbers say y; the proposition, which is quantified
    over it, is the same.
    """

    rnn: Network
    runs: bool

    @property
    def _lettered(self) -> bool:
        """Whether there are letters that are not the lecture's."""
        return known_name(self.rnn) is None

    def proposition(self, claim: Any, given: Iterable[Any], of: Network | Own) -> str:
        """A claim under hypotheses as Coq has it.

        Raises:
            NotSupportedError: something in it has no Coq form.
        """
        return proposition(self._written(claim), [self._written(fact) for fact in given], of)

    def _written(self, node: Any) -> Any:
        if self.runs or not self._lettered or not hasattr(node, "xreplace"):
            return node
        symbols = {
            each: Symbol(self._back(each.name), **each.assumptions0) for each in node.atoms(Symbol)
        }
        matrices = {
            each: type(each)(
                self._back(each.name), *(size.xreplace(symbols) for size in each.shape)
            )
            for each in node.atoms(sympy.MatrixSymbol)
        }
        return node.xreplace({**symbols, **matrices})

    def _back(self, name: str) -> str:
        """What the lecture calls what is called `name` beside this cell."""
        known = {here: there for there, here in self.rnn.letters.items()}
        stem = name.rpartition("_")[0]
        numbered = bool(stem) and self.rnn.letter(stem).name == name
        return known.get(name) or (stem if numbered else name)


def planted(stated: Stated, slips: Slips, right: str) -> list[Planted]:
    """Wrong versions of a part, one of each kind: slips in its claim, a hypothesis left out.

    To read a wrong proposition takes Coq most of what there is to do, and of two of one kind the
    second shows nothing more. `right` is the full name of the part's proposition.
    """
    part = stated.part
    wrong = [(slip, claim, part.given) for slip, claim in slips(part.claim)]
    wrong += [(DROPPED, part.claim, given) for given in _fewer(part.given)]
    found: dict[str, Planted] = {}
    for slip, claim, given in wrong:
        if slip in found:
            continue
        try:
            text = stated.lettered.proposition(claim, given, stated.rnn)
        except NotSupportedError:
            continue  # what has no Coq form can be claimed by no theorem
        if text != stated.proposition:
            found[slip] = Planted(slip, Obligation(part.label, stated.theorem, text), right)
    return list(found.values())


def _fewer(given: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    facts = tuple(dict.fromkeys(fact for fact in given if fact is not sympy.true))
    for place in range(len(facts)):
        yield facts[:place] + facts[place + 1 :]
