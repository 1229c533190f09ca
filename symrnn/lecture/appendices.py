"""What stands after the lecture: the notation, the evidence, what uses what, the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symrnn.language.notation import ARRAYS, LECTURE, NUMERATOR, QUANTITIES, SEQUENCES
from symrnn.lecture.details import code_names, rule_anchor
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

_Row = tuple[str, str, str]

_SOURCES = {
    "goodfellow": "These are the letters of [[@goodfellow2016]].",
    "pascanu": "These are the letters of [[@pascanu2013]], and this is its cell, with $\\sigma$ "
    "inside.",
    "d2l": "These are the letters of [[@zhang2023]].",
}

EACH = "acts on each entry"

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


def _quantities(rnn: Subject, writer: Writer, used: Collection[str]) -> list[_Row]:
    """Every quantity of the lecture or of the cell: its letter, what it is, its shape."""
    return _of_the_lecture(rnn, writer) if rnn.is_elman else _of_the_cell(rnn, writer, used)


def _of_the_cell(rnn: Subject, writer: Writer, used: Collection[str]) -> list[_Row]:
    now, cell = rnn.j, rnn.cell
    kinds = {each.label: phrase("state") for each in rnn.states}
    kinds |= {each.label: phrase("input") for each in cell.inputs}
    kinds |= {each.label: phrase("computed in a step") for each in cell.intermediates}
    if len(rnn.states) > 1:
        parts = phrase(", then ").join(writer.math(each[now]) for each in rnn.states)
        kinds[rnn.s.label] = phrase("the whole state, stacked: {parts}", parts=parts)
    if rnn.one_activation:
        kinds.setdefault(rnn.argument.label, phrase("what goes into the activation"))
        kinds.setdefault(rnn.activated.label, phrase("what comes out of the activation"))
    kinds[rnn.L.label] = phrase("loss")
    vectors = {v.label: v.sequence for of in rnn.recurrence.definitions for v in (of,)}
    vectors |= {each.label: each for each in rnn.recurrence.inputs}
    rows = [
        (writer.math(vectors[name][now]), kind, _shape(vectors[name][now].shape, writer))
        for name, kind in kinds.items()
    ]
    rows += [
        (writer.math(each), phrase("parameter"), _shape(each.shape, writer))
        for each in cell.parameters
    ]
    rows += [(writer.math(each), phrase("parameter"), phrase("number")) for each in cell.scalars]
    kind = phrase("activation; the statements hold for any differentiable one")
    rows += [(writer.math(f), kind, phrase(EACH)) for f in cell.activations]
    rows += [(writer.math(size), phrase("size"), phrase("number")) for size in cell.sizes]
    spoken = writer.notation.spoken
    for each in ("gamma", "lambda", "kappa", "eta", "tau", "t", "k", "h", "T"):
        if rnn.letters.get(each, each) in used:
            what = phrase(writer.notation.meaning(each))
            rows.append((f"${spoken[each]}$", what, phrase("number")))
    return rows


def _shape(shape: Sequence[Any], writer: Writer) -> str:
    rows, columns = shape
    if (rows, columns) == (1, 1):
        return phrase("number")
    return (
        f"${writer.latex(rows)}$"
        if columns == 1
        else (f"${writer.latex(rows)} \\times {writer.latex(columns)}$")
    )


def _of_the_lecture(rnn: Subject, writer: Writer) -> list[_Row]:
    shapes = {
        **dict.fromkeys(("s", "a", "b"), (rnn.d,)),
        "x": (rnn.m,),
        "W": (rnn.d, rnn.d),
        "U": (rnn.d, rnn.m),
    }
    defined = {sequence.label for sequence in rnn.recurrence.states + rnn.recurrence.inputs}
    defined |= {vector.label for vector in rnn.recurrence.definitions}
    rows = []
    for quantity in QUANTITIES:
        if quantity in SEQUENCES and quantity not in defined:
            continue
        letter = writer.notation.letter(quantity)
        timed = f"{letter}_{{{writer.notation.letter('j')}}}" if quantity in SEQUENCES else letter
        sizes = r" \times ".join(map(writer.latex, shapes.get(quantity, ())))
        shape = f"${sizes}$" if quantity in ARRAYS else phrase("number")
        if quantity == "sigma":
            shape = phrase(EACH)
        meaning = writer.notation.meaning(quantity)
        if quantity == "a" and rnn.reads_state:
            meaning = "activation of the state before"
        rows.append((f"${timed}$", phrase(meaning), shape))
    return rows


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
                tuple(_quantities(rnn, writer, used)),
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
            _graph(order, by_name),
            _rules(evidence, rnn, writer),
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
