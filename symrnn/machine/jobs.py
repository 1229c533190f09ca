"""A statement on its way through the prover: what is to be closed, by which file, what was not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from symrnn.cells.network import Network
from symrnn.machine.names import about, claims_stem
from symrnn.machine.obligations import (
    Closing,
    Generated,
    Obligation,
    Planted,
    claims_file,
    closing_file,
    slips_file,
)
from symrnn.machine.printed import Printed, printed_of
from symrnn.machine.printed_cell import definitions_stem
from symrnn.machine.prover import Outcome, Verdict
from symrnn.machine.sources import CLAIMS, LIBRARY, USER, Source, key_of
from symrnn.machine.stated import Slips, Stated, StatedParts, cell_of, planted, stated_parts
from symrnn.machine.vocabulary import FIRST, KNOWN
from symrnn.theory.statement import Statement

NO_THEOREM = "no theorem yet"

SHOWN = 300
"""Characters that are shown of a message; what Coq expected stands at its end."""

_PLACE = re.compile(r'File "[^"]*?([^"/]*)", line (\d+), characters -?\d+--?\d+:')


@dataclass
class Job:
    """One statement.

    stem: the statement's name, with the cell where that is not the lecture's.
    sources: the Coq files there are, by key.
    parts: all its parts.
    claims: its propositions for each cell of which a file is needed, by the cell's name.
    closings: what is to be closed still, by label.
    faults: wrong propositions that are compared still.
    left_out: why a part is not closed, by label.
    unstated: labels of the parts for which there is no theorem.
    unreadable: theorems whose propositions Coq cannot read.
    closing, compared: what came of the file that closes, and of the one with the slips.
    printed: the cell and the proofs about it, where it is printed from its definitions.
    """

    stem: str
    sources: Mapping[str, Source]
    parts: StatedParts
    claims: dict[str, StatedParts]
    closings: dict[str, Closing] = field(default_factory=dict)
    faults: list[Planted] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    unstated: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    closing: Outcome | None = None
    compared: Outcome | None = None
    printed: Printed | None = None

    def files(self) -> list[Source]:
        """All that is written for it."""
        return [
            *(self.printed.files(self.closings) if self.printed is not None else ()),
            *self.parts.cells.values(),
            *(file.source for file in self._propositions()),
            self.closes().source,
            *([self.compares().source] if self.faults else []),
        ]

    def _propositions(self) -> list[Generated[Obligation]]:
        found = []
        for cell, parts in self.claims.items():
            stem, stated = parts.about(cell)
            read = [each for each in stated if each.theorem not in self.unreadable]
            mine = self.printed is not None and cell == self.printed.cell.key
            defined = self.defined if mine else " ".join(parts.cells)
            found.append(claims_file(stem, read, parts.reals, defined))
        return found

    def closes(self) -> Generated[Closing]:
        """The file in which its theorems close propositions."""
        return closing_file(self.stem, self.closings.values())

    def compares(self) -> Generated[Planted]:
        """The file with its slips."""
        return slips_file(self.stem, self.faults, self.parts.reals, self.defined)

    @property
    def defined(self) -> str:
        """The names of the files with the definitions of printed cells."""
        printed = [] if self.printed is None else [definitions_stem(self.printed.cell)]
        return " ".join([*printed, *self.parts.cells])

    def answered(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Whether both questions have an answer."""
        asked = [self.closes().source, *([self.compares().source] if self.faults else [])]
        return all(each.key in outcomes for each in asked)

    def learns(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Take in what the prover said; whether to ask it again, without what failed."""
        closes, compares = self.closes(), self.compares()
        before = (len(self.closings), len(self.faults))
        for file in self._propositions():
            self._reads(file, outcomes)
        if self.printed is not None and before[0] == len(self.closings):
            for label, why in self.printed.unproved(self.closings, outcomes).items():
                self.unstated.add(label)
                self._drop(label, why)
        if before[0] == len(self.closings):
            for label, each in list(self.closings.items()):
                if each.file.key in outcomes and not outcomes[each.file.key].accepted:
                    self._drop(label, _cause(outcomes, required([each.file.key], self.sources)))
        self.closing = outcomes[closes.source.key]
        failed = closes.at(self.closing.line)
        if not self.closing.accepted and failed is not None:
            self._drop(failed.label, _why(self.closing))
        self.compared = outcomes.get(compares.source.key)
        if self.compared is not None and not self.compared.accepted:
            nonsense = compares.at(self.compared.line)
            # What is no proposition at all can be closed by no theorem.
            self.faults = [fault for fault in self.faults if fault is not nonsense]
        changed = before != (len(self.closings), len(self.faults))
        if changed:
            self.closing = self.compared = None
        return changed and bool(self.closings)

    def _reads(self, file: Generated[Obligation], outcomes: Mapping[str, Outcome]) -> None:
        outcome = outcomes.get(file.source.key)
        unread = None if outcome is None or outcome.accepted else file.at(outcome.line)
        if outcome is None or unread is None:
            return
        self.unreadable.add(unread.theorem)
        for label, each in list(self.closings.items()):
            if each.theorem == unread.theorem:
                self._drop(label, f"Coq cannot read the proposition: {_why(outcome)}")

    def _drop(self, label: str, why: str) -> None:
        """Go on without a part."""
        self.closings.pop(label, None)
        self.faults = [fault for fault in self.faults if fault.obligation.label != label]
        self.left_out.setdefault(label, why)


def job_of(statement: Statement, rnn: Network, sources: Mapping[str, Source], slips: Slips) -> Job:
    """What is to be done for a statement.

    A theorem of a folder comes before one of ours, and is told from it by its full name; where
    there is none about a printed cell, one is written from what holds of any cell.
    """
    # Of what is said of this cell, a theorem may be about what is said of another.
    statement = statement.form_of or statement
    parts, base, cell = stated_parts(statement, rnn), None, cell_of(rnn)
    if any(each.cell != cell for each in parts.parts):
        base = stated_parts(statement, KNOWN[FIRST].build(None))
        parts = parts.beside(base, cell)
    printed = printed_of(statement.name, rnn, parts, sources)
    if printed is not None:
        sources = {**sources, **{each.key: each for each in printed.files()}}
    made = Job(about(statement.name, cell), sources, parts, {cell: parts}, printed=printed)
    for each in parts.parts:
        file = _file_of(each, statement.name, sources)
        if file is None and printed is not None and each.label in printed.instances:
            file = sources[printed.key]
        if each.why_not or file is None:
            made.left_out[each.label] = each.why_not or NO_THEOREM
            made.unstated.add(each.label)
            continue
        if base is not None and each.cell == FIRST:
            made.claims[FIRST] = base
        stem = about(statement.name, each.cell)
        right = f"{CLAIMS}.{stem}.{each.obligation.printed}"
        made.closings[each.label] = Closing(each.label, right, each.theorem, file)
        made.faults += planted(each, slips, right)
    needed = required([each.file.key for each in made.closings.values()], sources)
    for other in KNOWN.keys() - made.claims.keys():
        if key_of(CLAIMS, about(statement.name, other)) in needed:
            made.claims[other] = stated_parts(statement, KNOWN[other].build(None))
    return made


def _file_of(stated: Stated, statement: str, sources: Mapping[str, Source]) -> Source | None:
    """The file with the theorem of a part."""
    for library in (USER, LIBRARY):
        file = sources.get(key_of(library, claims_stem(statement, stated.cell)))
        if file is not None and (file.flaw or stated.theorem in file.theorems):
            return file
    return None


def required(keys: Iterable[str], sources: Mapping[str, Source]) -> list[str]:
    """Keys of files and of all that they require, each before what it requires."""
    found: dict[str, None] = {}
    pending = list(keys)
    while pending:
        key = pending.pop()
        if key not in found:
            found[key] = None
            pending += sources[key].requires if key in sources else ()
    return list(found)


def _cause(outcomes: Mapping[str, Outcome], keys: Iterable[str]) -> str:
    """Of files that were not accepted, why: what Coq said of the one that the others need."""
    failed = [outcomes[key] for key in keys if key in outcomes and not outcomes[key].accepted]
    causes = [each for each in failed if each.verdict is not Verdict.BLOCKED]
    return "; ".join(f"{each.stem}: {_why(each)}" for each in (causes or failed)[:1])


def _why(outcome: Outcome) -> str:
    return f"{outcome.verdict.value}: {first_lines(outcome.said)}"


def first_lines(said: str) -> str:
    """A message on one line, its middle left out if it is long; files by their names alone."""
    line = _PLACE.sub(r"\1, line \2:", " ".join(said.split()))
    if len(line) > SHOWN:
        line = f"{line[: SHOWN // 3]} … {line[-2 * SHOWN // 3 :]}"
    return "".join(letter if letter.isprintable() else "?" for letter in line)
