"""What stands after the lecture: the notation, the evidence, what uses what, the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from symrnn.language.notation import LECTURE, NUMERATOR
from symrnn.lecture.details import code_names, rule_anchor
from symrnn.lecture.letters_table import quantities
from symrnn.lecture.statements import Writer
from symrnn.theory.about import Subject
from symrnn.theory.applicable import Asides
from symrnn.theory.rule import Rule
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Graph, Paragraph, Section, Table
from symrnn.typeset.justification import spoken
from symrnn.typeset.maths import scientific
from symrnn.typeset.words import phrase
from symrnn.verify.evidence import Evidence

_SOURCES = {
    "goodfellow": "These are the letters of [[@goodfellow2016]].",
    "pascanu": "These are the letters of [[@pascanu2013]], and this is its cell, with $\\sigma$ "
    "inside.",
    "d2l": "These are the letters of [[@zhang2023]].",
}

ABOUT = "What a statement is about is read off the definitions. [[asides]] has those left out."

CONVENTION = (
    "Vectors are columns, and derivatives are in {layout}: row $i$ and column $l$ of {quotient} "
    "hold {entry}. The gradient of a number by a matrix has that matrix's shape. {total} is the "
    "total derivative, through all earlier states, and {immediate} the immediate one, earlier "
    "states held fixed. In products over time the latest factor stands on the {side}; the empty "
    "product is $I$."
)

RUN = (
    "What was run for each statement: steps checked by their rule, how many of them have entries "
    "equal as symbols (the others were compared at exact points), settings sampled, the largest "
    "relative disagreement of an equality, slips planted and caught, and counterexamples."
)

GRADED = (
    "Nothing is graded above what was run. [[evidence-table]] lists what that was, [[uses]] shows "
    "which statement uses which, and [[rules]] lists the rules that the steps name."
)


def _phrases(*words: str) -> tuple[str, ...]:
    return tuple(map(phrase, words))


def appendices(
    evidence: Sequence[Evidence],
    order: Sequence[str],
    by_name: Mapping[str, Evidence],
    rnn: Subject,
    writer: Writer,
) -> tuple[Section, ...]:
    """The sections after the lecture's own.

    Args:
        evidence: of every statement.
        order: the statements' names, as they stand in the document.
        by_name: the evidence by statement.
        rnn: the recurrence that was proved.
        writer: the notation.
    """
    used = {
        str(symbol)
        for each in evidence
        for part in each.statement.parts(rnn)
        for symbol in part.claim.free_symbols
    }
    return (
        _notation_section(rnn, writer, used),
        _evidence_section(evidence, order, by_name, rnn, writer),
    )


def set_aside(
    library: Mapping[str, Statement], asides: Asides, writer: Writer
) -> tuple[Section, ...]:
    """A section on the statements that do not speak of the cell, where there are any."""
    # What they are about is not this cell: their titles keep the letters of the lecture.
    titled = Writer(LECTURE, writer.number)
    rows = [
        (
            titled.prose(library[name].title),
            each.about,
            writer.prose(
                each.why if each.holds is False else phrase("not known: {why}", why=each.why)
            ),
        )
        for name, each in asides.items()
        if name in library
    ]
    if not rows:
        return ()
    table = Table(
        _phrases("statement", "is about", "of this cell"),
        tuple(rows),
        phrase("Statements that say nothing of this cell, and why."),
        "asides",
        "ppp",
    )
    said = phrase(ABOUT)
    title = phrase("What is not said of this cell")
    return (Section(title, "not-about-the-cell", (Paragraph(said), table)),)


def _notation_section(rnn: Subject, writer: Writer, used: Collection[str]) -> Section:
    numerator = writer.notation.layout == NUMERATOR
    # Any y and x, whatever the letters of the notation.
    entry = r"\partial y_i/\partial x_l" if numerator else r"\partial y_l/\partial x_i"
    convention = phrase(
        CONVENTION,
        layout=phrase("numerator layout" if numerator else "denominator layout"),
        quotient=r"$\partial y/\partial x$",
        entry=f"${entry}$",
        total=r"$\partial$",
        immediate=r"$\partial^{+}$",
        side=phrase("left" if numerator else "right"),
    )
    source = phrase(_SOURCES.get(writer.notation.name, ""))
    return Section(
        phrase("Notation"),
        "notation",
        (
            Paragraph(" ".join(filter(None, (convention, source, code_names(writer.notation))))),
            Table(
                _phrases("symbol", "what it is", "shape"),
                tuple(quantities(rnn, writer, used)),
                phrase("The letters."),
                "letters",
                "lll",
            ),
        ),
    )


def _graph(order: Sequence[str], by_name: Mapping[str, Evidence]) -> Graph:
    """Which statement uses which, in layers: none uses one of its own layer or a later one."""
    used = {name: [u for u in by_name[name].statement.uses if u in order] for name in order}
    depth: dict[str, int] = {}
    for name in order:  # each after those it uses
        depth[name] = max((depth[other] + 1 for other in used[name]), default=0)
    count = max(depth.values(), default=-1) + 1
    layers = tuple(tuple(n for n in order if depth[n] == level) for level in range(count))
    # What a used statement uses already needs no arrow of its own.
    edges = tuple((other, name) for name in order for other in used[name])
    return Graph(layers, edges, phrase("Which statement uses which."), "uses")


def _evidence_section(
    evidence: Sequence[Evidence],
    order: Sequence[str],
    by_name: Mapping[str, Evidence],
    rnn: Subject,
    writer: Writer,
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
                phrase("{count} of {all}", count=faults, all=len(each.faults)),
                str(len(each.counterexamples)),
            )
        )
    header = _phrases(
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
        phrase(RUN),
        "evidence-table",
        "llrrrrrr",
    )
    return Section(
        phrase("Evidence"),
        "evidence",
        (
            Paragraph(phrase(GRADED)),
            table,
            _rules(evidence, rnn, writer),
            # Behind the tables: a figure does not pass a table that goes over pages.
            _graph(order, by_name),
        ),
    )


def _rules(evidence: Sequence[Evidence], rnn: Subject, writer: Writer) -> Table:
    used: dict[str, Rule] = {}
    for each in evidence:
        for part in each.statement.parts(rnn):
            for _, chain, _ in part.proof.chains:
                used.update({step.rule.name: step.rule for step in chain.steps})
    ordered = sorted(used.values(), key=lambda rule: spoken(rule).casefold())
    return Table(
        _phrases("rule", "what it says"),
        tuple((spoken(rule), writer.prose(phrase(rule.says))) for rule in ordered),
        phrase("The rules that the steps name."),
        "rules",
        "lp",
        tuple(rule_anchor(rule) for rule in ordered),
    )
