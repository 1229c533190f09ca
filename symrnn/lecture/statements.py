"""One statement as a block of the document: every formula is printed from what was proved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Symbol, preorder_traversal

from symrnn.language.notation import Notation
from symrnn.language.relations import Equation, Relation
from symrnn.language.structure import Diag
from symrnn.language.writing import NotationPrinter, latex
from symrnn.lecture.conditions import assumed, condition
from symrnn.lecture.details import backing, detail
from symrnn.lecture.references import cited
from symrnn.theory.about import Subject
from symrnn.theory.derivation import Derivation
from symrnn.theory.matching import match
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Block, Chain, Claim, Display, Paragraph, Row, StatementBlock
from symrnn.typeset.justification import words
from symrnn.typeset.maths import diagonal_display, shapes_display
from symrnn.typeset.prose import listed
from symrnn.typeset.unicode_maths import with_maths
from symrnn.typeset.words import phrase
from symrnn.verify.evidence import GRADES, ChainEvidence, Evidence

SIGNS = {"=": "=", "≤": r"\le", "→": r"\to"}
REWRITING = frozenset(
    [
        *("algebra", "block_algebra", "constant_factor", "definition", "derivative_of_itself"),
        *("elementwise_constant", "empty_range", "entries_of", "entry_of_elementwise"),
        *("identity_in_blocks", "reindex", "reversed_range", "scalar_algebra"),
        *("transpose_of_diagonal", "transpose_of_product"),
    ]
)
"""Rules that only write the line before in another way; their lines are no key steps."""

_NAME = re.compile(r"`([^`\n]+)`")
CAPTIONS = {"step": "induction step"}
LIKEWISE = "likewise"
"""Parts whose label starts so are proved and counted, but their lines are not shown."""


@dataclass(frozen=True)
class Writer:
    """Writes formulas and prose in a notation; `number` has the number of each statement, `parts`
    what rows of a stacked state are called, `named` letters for expressions."""

    notation: Notation
    number: Mapping[str, int]
    parts: Callable[[Any], Any] = lambda node: node
    named: Mapping[Any, Symbol] = field(default_factory=dict)

    def latex(self, node: Any) -> str:
        """A formula, in which letters stand for what is named."""
        letters = {each: latex(letter, self.notation) for each, letter in self.named.items()}
        return latex(self.parts(node), self.notation, letters)

    def names(self, nodes: Iterable[Any]) -> tuple[str, ...]:
        """What letters in formulas stand for, as prose."""
        used = {each for node in nodes for each in self.named if node.has(each)}
        return tuple(
            f"${latex(letter, self.notation)} := {latex(self.parts(each), self.notation)}$"
            for each, letter in self.named.items()
            if each in used
        )

    def math(self, node: Any) -> str:
        """A formula in prose."""
        return f"${self.latex(node)}$"

    def prose(self, text: str) -> str:
        """Prose as proofs write it, in markup: formulas between dollars, works cited.

        What stands between backticks and is the name of a quantity of the cell is that quantity.
        """
        named = _NAME.sub(self._named, text)
        return with_maths(cited(named), self.notation)

    def _named(self, found: re.Match[str]) -> str:
        name, printer = found[1], NotationPrinter(self.notation)
        if name in self.notation.arrays:
            return f"${printer.quantity(name)}$"
        return f"${self.notation.numbers[name]}$" if name in self.notation.numbers else found[0]

    def condition(self, part: Part, said: Iterable[Any]) -> str:
        """The hypotheses of a part but those already said."""
        return condition(part, said, self.notation)


def statement_block(
    evidence: Evidence, rnn: Subject, writer: Writer, extra: Sequence[Block]
) -> StatementBlock:
    """A statement with all that was proved of it.

    Args:
        evidence: what was run for it.
        rnn: the recurrence that was proved.
        writer: the notation, and the numbers of all statements.
        extra: blocks to stand after the derivations.
    """
    statement = evidence.statement
    parts = statement.parts(rnn)
    writer = replace(writer, named=statement.named(rnn))
    shown = [part for part in parts if not _is_likewise(part)]
    headline = statement.headlined(shown)
    said = assumed(headline, parts)
    # Enclosure and kernel judged the claims, not the lines between: their marks stand above.
    of_lines = tuple(grade for grade in evidence.grades if grade in GRADES)
    beside = _Beside(writer, statement.name, of_lines, rnn)
    found = _found(evidence, parts)
    chains: list[Chain] = []
    known: set[Any] = set(said)
    for part in shown:
        # The box names the condition of a headline; equations last until they are replaced.
        under = "" if part in headline else writer.condition(part, known)
        rests = tuple(writer.math(fact) for fact in said if fact in part.given)
        before = parts[: parts.index(part)]
        chains += _chains(part, under, beside, found[part.label], rests, before)
        known = {*said, *(fact for fact in part.given if isinstance(fact, Equation))}
    return StatementBlock(
        number=writer.number[statement.name],
        name=statement.name,
        title=writer.prose(statement.title),
        claims=_claims(headline, said, writer),
        hypotheses=_hypotheses(headline, said, writer, shown),
        prose=_prose(statement, parts, writer),
        illustrations=_displays(headline, writer),
        chains=tuple(chains),
        counterexamples=_counterexamples(evidence, writer),
        grades=evidence.grades,
        blocks=(*extra, *_kernel(evidence)),
    )


def _kernel(evidence: Evidence) -> tuple[Block, ...]:
    """By what theorems of a proof assistant the claims were closed, and from what axioms."""
    if evidence.kernel is None:
        return ()
    theorems, axioms = (
        [f"`{name}`" for name in names]
        for names in (evidence.kernel.theorems, evidence.kernel.axioms)
    )
    said = phrase("In Coq, for every size and all times: {theorems}.", theorems=listed(theorems))
    rests = (
        phrase("The kernel accepted this from the axioms {axioms}.", axioms=listed(axioms))
        if axioms
        else phrase("The kernel accepted this from no axiom.")
    )
    return (Paragraph(f"[[#machine_checked]] {said} {rests}"),)


def _prose(statement: Statement, parts: Sequence[Part], writer: Writer) -> str:
    prose = writer.prose(statement.prose)
    likewise = [p.label.removeprefix(LIKEWISE).strip() for p in parts if _is_likewise(p)]
    if not likewise:
        return prose
    others = phrase("Proved in the same way: {parts}.", parts=writer.prose("; ".join(likewise)))
    return f"{prose}\n\n{others}"


def _is_likewise(part: Part) -> bool:
    return part.label.startswith(LIKEWISE)


def _claims(headline: Sequence[Part], said: Sequence[Any], writer: Writer) -> tuple[Claim, ...]:
    several = len(headline) > 1
    return tuple(
        Claim(
            writer.latex(part.claim),
            writer.condition(part, said),
            writer.prose(part.label) if several else "",
            part.label,
            tuple(writer.math(fact) for fact in said if fact in part.given),
            writer.names([part.claim]),
        )
        for part in headline
    )


def _hypotheses(
    headline: Sequence[Part], said: Sequence[Any], writer: Writer, shown: Sequence[Part]
) -> tuple[str, ...]:
    """One paragraph: what letters stand for, and the bounds assumed, and for which claims where
    not for all of them."""
    needed: dict[tuple[str, ...], list[str]] = {}
    for fact in said:
        labels = tuple(part.label for part in headline if fact in part.given)
        needed.setdefault(labels, []).append(writer.math(fact))
    lines = [line for part in shown for _, chain, _ in part.proof.chains for line in _lines(chain)]
    names = writer.names(lines)
    sentences = [phrase("Let {names}.", names=listed(names))] if names else []
    for labels, formulas in needed.items():
        everywhere = len(labels) == len(headline)
        named = listed([f"*{writer.prose(label)}*" for label in labels])
        facts = listed(formulas)
        sentences.append(
            phrase("Assume {facts}.", facts=facts)
            if everywhere
            else phrase("For {parts}, assume {facts}.", parts=named, facts=facts)
        )
    return (" ".join(sentences),) if sentences else ()


@dataclass(frozen=True)
class _Beside:
    """What stands beside a statement's lines: the notation, and the evidence."""

    writer: Writer
    name: str
    grades: tuple[str, ...]
    rnn: Subject

    def said_anew(self, part: Part, before: Sequence[Part]) -> list[str]:
        """What a part defines otherwise than the lecture's recurrence and the part before it."""
        own = self.rnn.recurrence.definitions
        other = _definitions(part)
        if before and _definitions(before[-1]) == other:
            return []
        return [
            self.writer.math(Equation(of, value))
            for of, value in other.items()
            if own.get(of, value) != value
        ]


def _definitions(part: Part) -> Mapping[Any, Any]:
    return {} if part.cell is None else part.cell.recurrence.definitions


def _found(evidence: Evidence, parts: Sequence[Part]) -> dict[str, list[ChainEvidence]]:
    """What was run for the chains of each part, by its label; they were run in this order."""
    chains = iter(evidence.chains)
    return {part.label: [next(chains) for _ in part.proof.chains] for part in parts}


def _chains(
    part: Part,
    under: str,
    beside: _Beside,
    found: Sequence[ChainEvidence],
    rests: tuple[str, ...],
    before: Sequence[Part],
) -> list[Chain]:
    """The part's chains, the first titled with its label, its own definitions and condition.

    `rests` is what is assumed of it above, `before` are the statement's parts before it.
    """
    anew = beside.said_anew(part, before)
    label = ", ".join(
        [_capital(beside.writer.prose(part.label)), *([listed(anew)] if anew else [])]
    )
    named = phrase(", for ").join(word for word in (label, under) if word)
    result = []
    for (caption, chain, facts), run in zip(part.proof.chains, found, strict=True):
        title = ": ".join(word for word in (named, phrase(CAPTIONS.get(caption, caption))) if word)
        rows = _rows(chain, beside)
        behind = backing(facts, run, beside.grades, beside.writer.notation)
        names = beside.writer.names(_lines(chain))
        earlier = tuple(
            (each.label, beside.writer.math(each.claim))
            for each in _used(chain, before, beside.name)
        )
        title = _capital(title)
        result.append(Chain(rows, title, part.label, caption, behind, names, rests, earlier))
        named = ""
    return result


def _used(chain: Derivation, before: Sequence[Part], name: str) -> Iterator[Part]:
    """The parts of a statement that lines of a later one use, as far as their left sides tell."""
    used: list[Part] = []
    left = chain.start
    for step in chain.steps:
        if step.rule.name in ("uses", "uses_bound") and name in step.rule.arguments:
            nodes = list(preorder_traversal(left))
            fitting = (
                part
                for part in reversed(before)
                if isinstance(part.claim, Relation)
                and any(match(part.claim.lhs, node) is not None for node in nodes)
            )
            used += [part for part in [next(fitting, None)] if part and part not in used]
        left = step.after
    yield from used


def _lines(chain: Derivation) -> list[Any]:
    """The expressions of a derivation."""
    return [chain.start, *(step.after for step in chain.steps)]


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _rows(chain: Derivation, beside: _Beside) -> tuple[Row, ...]:
    writer = beside.writer
    rows = [Row("", writer.latex(chain.start))]
    for step in chain.steps:
        why = words(step.rule, writer.number, beside.name, writer.latex)
        behind = detail(step, writer.notation)
        after = writer.latex(step.after)
        key = step.rule.name not in REWRITING
        rows.append(Row(SIGNS[step.relation], after, why, beside.grades, behind, key))
    return tuple(rows)


def _counterexamples(evidence: Evidence, writer: Writer) -> tuple[str, ...]:
    shown = dict(evidence.counterexamples)
    return tuple(
        f"*{_capital(writer.prose(each.explains))}.* {_capital(writer.prose(shown[each.name]))}."
        for each in evidence.statement.counterexamples
        if each.name in shown
    )


def _displays(parts: Sequence[Part], writer: Writer) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for part in parts:
        display = shapes_display(part.claim, writer.notation)
        if display is not None:
            blocks.append(Display(display))
        if isinstance(part.claim, Relation) and isinstance(part.claim.rhs, Diag):
            blocks.append(Display(diagonal_display(part.claim.rhs, writer.notation)))
    return tuple(blocks)
