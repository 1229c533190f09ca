"""A statement about a printed cell: the files with the cell, and with proofs about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symrnn.errors import NotSupportedError
from symrnn.machine.instances import (
    ANY_CELL,
    Instance,
    instance,
    instances_file,
    instances_stem,
)
from symrnn.machine.printed_cell import (
    definitions_file,
    definitions_stem,
    differentiable_file,
    differentiable_stem,
)
from symrnn.machine.prover import Outcome, Verdict
from symrnn.machine.sources import CLAIMS, INSTANCES, Source, key_of
from symrnn.machine.stated import StatedParts
from symrnn.machine.transition import Transition, transition_of


@dataclass(frozen=True)
class Printed:
    """What is printed for a statement beside its propositions.

    cell: the cell.
    statement: its name.
    instances: how its parts follow from what holds of any cell, by label.
    definitions, differentiable: the files about the cell alone.
    """

    cell: Transition
    statement: str
    instances: Mapping[str, Instance]
    definitions: Source
    differentiable: Source

    @property
    def key(self) -> str:
        """The file with the proofs, among all."""
        return key_of(INSTANCES, instances_stem(self.statement, self.cell))

    def files(self, labels: Iterable[str] | None = None) -> list[Source]:
        """The cell, that it is differentiable, and the proofs of some parts, or of all."""
        return [self.definitions, self.differentiable, self._proofs(labels).source]

    def _proofs(self, labels: Iterable[str] | None) -> Any:
        wanted = set(self.instances if labels is None else labels)
        chosen = {label: each for label, each in self.instances.items() if label in wanted}
        return instances_file(self.statement, self.cell, chosen)

    def unproved(self, labels: Iterable[str], outcomes: Mapping[str, Outcome]) -> dict[str, str]:
        """Which parts the proofs written for them do not prove, and why; nothing if all is well."""
        mine = [label for label in labels if label in self.instances]
        for name, what in (
            (key_of(CLAIMS, definitions_stem(self.cell)), "Coq cannot read the cell"),
            (key_of(INSTANCES, differentiable_stem(self.cell)), "no proof that it has a slope"),
        ):
            outcome = outcomes.get(name)
            if outcome is not None and not outcome.accepted:
                return dict.fromkeys(mine, f"{what}: {_line(outcome)}")
        outcome = outcomes.get(self.key)
        if outcome is None or outcome.accepted or outcome.verdict is Verdict.BLOCKED:
            return {}
        label = self._proofs(mine).at(outcome.line)
        failed = [label] if label is not None else mine
        return dict.fromkeys(failed, f"no proof of it was found: {_line(outcome)}")


def _line(outcome: Outcome) -> str:
    return f"{outcome.verdict.value}: {re.sub(r'^File [^:]*:', '', outcome.said)}".strip()


def printed_of(
    statement: str, rnn: Any, parts: StatedParts, sources: Mapping[str, Source]
) -> Printed | None:
    """What is printed for a statement; None where its cell is one of the vocabulary's, or has no
    Coq form, which then its parts say."""
    try:
        cell = transition_of(rnn)
        if cell is None:
            return None
        definitions = definitions_file(cell, rnn)
        parameters = rnn.shown_parameters
        differentiable = differentiable_file(cell, parameters)
    except NotSupportedError:
        return None
    known = sources[ANY_CELL].theorems if ANY_CELL in sources else ()
    found = {}
    for each in parts.parts:
        if not each.why_not and each.cell == cell.key:
            how = instance(statement, each.label, each.part.claim, each.theorem, parameters, known)
            if how is not None:
                found[each.label] = how
    return Printed(cell, statement, found, definitions, differentiable)
