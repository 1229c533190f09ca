"""From evidence to a document: every formula is printed from the expression that was proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.errors import IllFormedError
from symrnn.language.relations import Equation, Relation
from symrnn.language.structure import Diag
from symrnn.language.writing import latex
from symrnn.lecture.conditions import assumed, condition
from symrnn.lecture.outline import CHAPTERS, Chapter
from symrnn.recurrence.elman import RNN
from symrnn.theory.derivation import Derivation
from symrnn.theory.rule import Rule
from symrnn.theory.statement import Part, Statement
from symrnn.typeset.document import (
    Block,
    Chain,
    Claim,
    Display,
    Document,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    Table,
)
from symrnn.typeset.justification import spoken, words
from symrnn.typeset.maths import diagonal_display, scientific, shapes_display
from symrnn.typeset.unicode_maths import with_maths
from symrnn.verify.evidence import Evidence

SIGNS = {"=": "=", "≤": r"\le", "→": r"\to"}
CAPTIONS = {"step": "induction step"}
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
    lived = sum(not fault.caught for each in evidence for fault in each.faults)
    caught = f"{lived} of them lived" if lived else "every one was caught"
    return (
        "Why does a recurrent network forget, and why does its training sometimes break down? "
        f"Both questions are answered here from one recurrence, by {len(evidence)} statements and "
        f"{steps} steps. Every displayed line carries its reason, a rule that a program applied "
        "and checked for symbolic sizes and times, and beside it the marks of the evidence. The "
        "lines were also written out in entries at small sizes, their derivatives taken by scalar "
        "differentiation, and evaluated at random and adversarial points against differences "
        f"through the recurrence. {faults} slips were planted among the claims, and {caught}."
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
    shown = [part for part in parts if not _is_likewise(part)]
    headline = [part for part in parts if part.label in statement.headline] or shown[:1]
    said = assumed(headline, parts)
    beside = _Beside(number, statement.name, evidence.grades)
    chains: list[Chain] = []
    known: set[Any] = set(said)
    for part in shown:
        # The box names the condition of a headline; equations last until they are replaced.
        chains += _chains(part, "" if part in headline else condition(part, known), beside)
        known = {*said, *(fact for fact in part.given if isinstance(fact, Equation))}
    return StatementBlock(
        number=number[statement.name],
        name=statement.name,
        title=with_maths(statement.title),
        claims=_claims(headline, said),
        hypotheses=_hypotheses(headline, said),
        prose=_prose(statement, parts),
        illustrations=_displays(headline),
        chains=tuple(chains),
        counterexamples=_counterexamples(evidence),
        grades=evidence.grades,
        blocks=(*extra, *_kernel(evidence)),
    )


def _kernel(evidence: Evidence) -> tuple[Block, ...]:
    """By what theorems of a proof assistant the claims were closed, and from what axioms."""
    if evidence.kernel is None:
        return ()
    theorems = _listed([f"`{name}`" for name in evidence.kernel.theorems])
    axioms = _listed([f"`{name}`" for name in evidence.kernel.axioms])
    several = len(evidence.kernel.theorems) > 1
    return (
        Paragraph(
            f"[[#machine_checked]] In Coq, for every size and all times: {theorems}. "
            f"The kernel accepted {'them' if several else 'it'}, "
            + (f"from the axioms {axioms}." if axioms else "from no axiom.")
        ),
    )


def _prose(statement: Statement, parts: Sequence[Part]) -> str:
    prose = with_maths(statement.prose)
    likewise = [p.label.removeprefix(LIKEWISE).strip() for p in parts if _is_likewise(p)]
    if not likewise:
        return prose
    return f"{prose}\n\nProved in the same way: {with_maths('; '.join(likewise))}."


def _is_likewise(part: Part) -> bool:
    return part.label.startswith(LIKEWISE)


def _claims(headline: Sequence[Part], said: Sequence[Any]) -> tuple[Claim, ...]:
    several = len(headline) > 1
    return tuple(
        Claim(
            latex(part.claim),
            condition(part, said),
            with_maths(part.label) if several else "",
            part.label,
            tuple(f"${latex(fact)}$" for fact in said if fact in part.given),
        )
        for part in headline
    )


def _hypotheses(headline: Sequence[Part], said: Sequence[Any]) -> tuple[str, ...]:
    """One paragraph with the bounds assumed, and for which claims where not for all of them."""
    needed: dict[tuple[str, ...], list[str]] = {}
    for fact in said:
        labels = tuple(part.label for part in headline if fact in part.given)
        needed.setdefault(labels, []).append(f"${latex(fact)}$")
    sentences = []
    for labels, formulas in needed.items():
        everywhere = len(labels) == len(headline)
        named = _listed([f"*{with_maths(label)}*" for label in labels])
        opening = "Assume" if everywhere else f"For {named}, assume"
        sentences.append(f"{opening} {_listed(formulas)}.")
    return (" ".join(sentences),) if sentences else ()


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


@dataclass(frozen=True)
class _Beside:
    """What stands beside a statement's lines: numbers to refer to, and the evidence."""

    number: Mapping[str, int]
    name: str
    grades: tuple[str, ...]


def _chains(part: Part, under: str, beside: _Beside) -> list[Chain]:
    """The part's chains, the first titled with its label and condition."""
    named = ", for ".join(word for word in (_capital(with_maths(part.label)), under) if word)
    result = []
    for caption, chain, _ in part.proof.chains:
        title = ": ".join(word for word in (named, CAPTIONS.get(caption, caption)) if word)
        result.append(Chain(_rows(chain, beside), _capital(title), part.label, caption))
        named = ""
    return result


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _rows(chain: Derivation, beside: _Beside) -> tuple[Row, ...]:
    rows = [Row("", latex(chain.start))]
    for step in chain.steps:
        why = words(step.rule, beside.number, beside.name)
        rows.append(Row(SIGNS[step.relation], latex(step.after), why, beside.grades))
    return tuple(rows)


def _counterexamples(evidence: Evidence) -> tuple[str, ...]:
    shown = dict(evidence.counterexamples)
    return tuple(
        f"*{_capital(with_maths(each.explains))}.* {_capital(with_maths(shown[each.name]))}."
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
                scientific(each.residual),
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
        "What was run for each statement: steps checked by their rule, how many of them have "
        "entries equal as symbols (the others were compared at exact points), settings sampled, "
        "the largest relative disagreement of an equality, slips planted and caught, and "
        "counterexamples.",
        "evidence-table",
        "llrrrrrr",
    )
    return Section(
        "Evidence",
        "evidence",
        (
            Paragraph(
                "Nothing is graded above what was run. [[evidence-table]] lists what that was, "
                "and [[rules]] the rules that the steps name."
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
    said = ((spoken(rule), with_maths(rule.says)) for rule in used.values())
    rows = tuple(sorted(said, key=lambda row: row[0].casefold()))
    return Table(("rule", "what it says"), rows, "The rules that the steps name.", "rules", "lp")
