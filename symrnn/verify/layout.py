"""Evidence for a statement written in the other layout: its lines are run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symrnn.theory.about import Subject
from symrnn.theory.context import Context
from symrnn.theory.layout import in_denominator_layout
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.theory.turning import in_denominator
from symrnn.verify.evidence import CERTIFIED, GRADES, ChainEvidence, Evidence
from symrnn.verify.explicit import write_out
from symrnn.verify.sampled import sample


def evidence_in_denominator_layout(
    evidence: Evidence, rnn: Subject, library: Mapping[str, Statement]
) -> Evidence:
    """The statement with its Jacobians in denominator layout, and what holds of it there.

    The kernel proves each claim from the one in numerator layout. Every line is put back into
    numerator layout and compared with the line that a rule justified; then the lines are sampled
    and written out as they stand, as in numerator layout.

    Args:
        evidence: of the statement in numerator layout.
        rnn: the recurrence it was proved for.
        library: the statements it may use.

    Raises:
        SideConditionError: a claim does not follow from the one in numerator layout.
        UnjustifiedStepError: a line is not the original's in the other layout.
        DisagreementError: a line does not hold at a point, or in entries.
    """
    original = evidence.statement
    parts = {part.label: part for part in original.parts(rnn)}
    turned = {label: in_denominator_layout(part) for label, part in parts.items()}
    for number, (label, part) in enumerate(parts.items()):
        if turned[label] is not part:
            _require_proved(original, turned[label], rnn, library, number)
    run_before = iter(evidence.chains)  # in the order of the parts and their chains
    chains: list[ChainEvidence] = []
    for label, part in turned.items():
        for caption, chain, facts in part.proof.chains:
            known = next(run_before)
            if part is parts[label] or not chain.steps:
                chains.append(known)
                continue
            name = _name(original, part, caption)
            explicit = write_out(chain, rnn, name, facts)
            sampled = sample(chain, rnn, name, facts)
            chains.append(ChainEvidence(name, len(chain.steps), sampled, explicit))
    proofs = {label: part.proof for label, part in turned.items()}
    # Only the recurrence that was checked has these proofs.
    statement = replace(original, build=lambda _: proofs)
    shown = replace(evidence, statement=statement, chains=tuple(chains))
    if all(part.claim == parts[label].claim for label, part in turned.items()):
        return shown
    # The theorems that a kernel accepted are in numerator layout.
    grades = tuple(grade for grade in evidence.grades if grade in (*GRADES, CERTIFIED))
    return replace(shown, grades=grades, kernel=None)


def _require_proved(
    original: Statement, part: Part, rnn: Subject, library: Mapping[str, Statement], number: int
) -> None:
    theorem = original.theorem(rnn, library, number)
    context = Context(part.cell or rnn).assume(part.given)
    in_denominator(theorem, part.claim, context, _name(original, part, ""))


def _name(statement: Statement, part: Part, caption: str) -> str:
    name = f"{statement.name}, {part.label}" if part.label else statement.name
    return f"{name} ({caption})" if caption else name
