"""From evidence to a document: every formula is printed from the expression that was proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sympy.core.relational import Relational

from symrnn.errors import IllFormedError
from symrnn.language.relations import Relation
from symrnn.language.structure import Diag
from symrnn.language.writing import latex
from symrnn.lecture.outline import CHAPTERS, Chapter
from symrnn.recurrence.elman import RNN
from symrnn.theory.derivation import Derivation
from symrnn.theory.rule import Rule
from symrnn.theory.statement import Part, Statement
from symrnn.typeset.document import (
    Block,
    Chain,
    Display,
    Document,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    Table,
)
from symrnn.typeset.justification import words
from symrnn.typeset.maths import diagonal_display, shapes_display
from symrnn.verify.evidence import Evidence

SIGNS = {"=": "=", "≤": r"\le", "→": r"\to"}
LIKEWISE = "likewise"
"""Parts whose label starts so are proved and counted, but their lines are not shown."""

TITLE = "Exploding and vanishing gradients"
SUBTITLE = "The derivation, with the evidence beside each line"


def lecture(
    evidence: Sequence[Evidence], rnn: RNN, extra: Mapping[str, Sequence[Block]], ending: Block
) -> Document:
    """The lecture as a document.

    Args:
        evidence: of every statement, each after those it uses.
        rnn: the recurrence that was proved.
        extra: blocks to stand with a statement, by its name, after the derivations.
        ending: the section about the network.
    """
    by_name = {each.statement.name: each for each in evidence}
    chapters = [*CHAPTERS, *_others(by_name)]
    order = [name for chapter in chapters for name in chapter.statements if name in by_name]
    _require_order(order, by_name)
    number = {name: place for place, name in enumerate(order, start=1)}
    sections: list[Block] = []
    for chapter in chapters:
        names = [name for name in chapter.statements if name in by_name]
        if not names:
            continue
        blocks: list[Block] = [Paragraph(chapter.opening)]
        for name in names:
            blocks.append(_statement(by_name[name], number, rnn, extra.get(name, ())))
        sections.append(Section(chapter.title, chapter.label, tuple(blocks)))
    return Document(
        title=TITLE,
        subtitle=SUBTITLE,
        abstract=_abstract(evidence),
        blocks=(*sections, ending, _evidence_section(evidence, order, by_name, rnn)),
    )


def _abstract(evidence: Sequence[Evidence]) -> str:
    steps = sum(chain.steps for each in evidence for chain in each.chains)
    faults = sum(len(each.faults) for each in evidence)
    return (
        f"{len(evidence)} statements about the gradients of a recurrent network, in {steps} steps. "
        "Each step is justified by a rule that a program applied and checked for symbolic sizes and "
        "times; each line was also written out entry by entry at small sizes and compared with "
        "scalar differentiation, and evaluated at random and adversarial points against "
        f"differences through the recurrence. {faults} slips were planted, and every one was "
        "caught."
    )


def _others(by_name: Mapping[str, Evidence]) -> list[Chapter]:
    known = {name for chapter in CHAPTERS for name in chapter.statements}
    rest = tuple(name for name in by_name if name not in known)
    opening = "These statements were added to the lecture's own."
    return [Chapter("Further statements", "further", rest, opening)] if rest else []


def _require_order(order: list[str], by_name: Mapping[str, Evidence]) -> None:
    for place, name in enumerate(order):
        for used in by_name[name].statement.uses:
            if used in order[place:]:
                raise IllFormedError(
                    f"the lecture shows `{name}` before `{used}`, which it uses",
                    {"expected": f"{used} first", "order": " → ".join(order)},
                )


# ---------------------------------------------------------------------- one statement


def _statement(
    evidence: Evidence, number: Mapping[str, int], rnn: RNN, extra: Sequence[Block]
) -> StatementBlock:
    statement = evidence.statement
    parts = statement.parts(rnn)
    shown = [part for part in parts if not part.label.startswith(LIKEWISE)]
    headline = [part for part in parts if part.label in statement.headline] or shown[:1]
    chains = [
        chain for part in shown for chain in _chains(part, number, evidence.grades)
    ]
    return StatementBlock(
        number=number[statement.name],
        name=statement.name,
        title=statement.title,
        claims=tuple(latex(part.claim) for part in headline),
        hypotheses=_hypotheses(headline),
        prose=_prose(statement, parts),
        chains=tuple(chains),
        counterexamples=_counterexamples(evidence),
        grades=evidence.grades,
        blocks=(*_displays(headline), *extra),
    )


def _prose(statement: Statement, parts: Sequence[Part]) -> str:
    likewise = [p.label.removeprefix(LIKEWISE).strip() for p in parts if _is_likewise(p)]
    if not likewise:
        return statement.prose
    return f"{statement.prose}\n\nProved in the same way: {'; '.join(likewise)}."


def _is_likewise(part: Part) -> bool:
    return part.label.startswith(LIKEWISE)


def _hypotheses(parts: Sequence[Part]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for part in parts:
        for fact in part.given:
            if isinstance(fact, Relation | Relational):
                found[f"${latex(fact)}$"] = None
    return tuple(found)


def _chains(part: Part, number: Mapping[str, int], grades: tuple[str, ...]) -> list[Chain]:
    result = []
    for caption, chain, _ in part.proof.chains:
        title = ", ".join(word for word in (part.label, caption) if word)
        result.append(Chain(_rows(chain, number, grades), title))
    return result


def _rows(chain: Derivation, number: Mapping[str, int], grades: tuple[str, ...]) -> tuple[Row, ...]:
    rows = [Row("", latex(chain.start))]
    for step in chain.steps:
        why = words(step.rule, number)
        rows.append(Row(SIGNS[step.relation], latex(step.after), why, grades))
    return tuple(rows)


def _counterexamples(evidence: Evidence) -> tuple[str, ...]:
    shown = dict(evidence.counterexamples)
    return tuple(
        f"*{each.explains}.* Otherwise: {shown[each.name]}."
        for each in evidence.statement.counterexamples
        if each.name in shown
    )


def _displays(parts: Sequence[Part]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for part in parts:
        display = shapes_display(part.claim)
        if display is not None:
            blocks.append(Display(display))
        if isinstance(part.claim, Relation) and isinstance(part.claim.rhs, Diag):
            blocks.append(Display(diagonal_display(part.claim.rhs)))
    return tuple(blocks)


# ---------------------------------------------------------------------- the evidence


def _evidence_section(
    evidence: Sequence[Evidence],
    order: Sequence[str],
    by_name: Mapping[str, Evidence],
    rnn: RNN,
) -> Section:
    rows = []
    for name in order:
        each = by_name[name]
        points = sum(chain.sampled.points for chain in each.chains)
        exact = sum(chain.explicit.symbolic for chain in each.chains)
        faults = sum(fault.caught for fault in each.faults)
        rows.append(
            (
                f"[[{name}]]",
                ", ".join(f"[[#{grade}]]" for grade in each.grades),
                str(sum(chain.steps for chain in each.chains)),
                str(exact),
                str(points),
                f"{each.residual:.0e}",
                f"{faults} of {len(each.faults)}",
                str(len(each.counterexamples)),
            )
        )
    header = (
        "statement",
        "grades",
        "steps",
        "entrywise",
        "points",
        "residual",
        "slips",
        "counter",
    )
    table = Table(
        header,
        tuple(rows),
        "What was run for each statement: steps checked by their rule, pairs of lines whose "
        "entries are equal as symbols, settings sampled, the largest relative disagreement of an "
        "equality, slips planted and caught, and counterexamples.",
        "evidence-table",
        "llrrrrrr",
    )
    return Section(
        "Evidence",
        "evidence",
        (
            Paragraph(
                "Nothing is graded above what was run. The table lists what that was; the rules "
                "below are those that the steps name."
            ),
            table,
            _rules(evidence, rnn),
        ),
    )


def _rules(evidence: Sequence[Evidence], rnn: RNN) -> Table:
    used: dict[str, Rule] = {}
    for each in evidence:
        for part in each.statement.parts(rnn):
            for _, chain, _ in part.proof.chains:
                used.update({step.rule.name: step.rule for step in chain.steps})
    rows = tuple((name.replace("_", " "), rule.says) for name, rule in sorted(used.items()))
    return Table(("rule", "what it says"), rows, "The rules.", "rules", "lp")

