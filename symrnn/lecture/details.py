"""What stands behind a line: its rule and the NumPy it lowers to; and what was run for a chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symrnn.errors import NotSupportedError
from symrnn.language.norms import Norm
from symrnn.language.notation import LECTURE, QUANTITIES, Notation
from symrnn.lecture.conditions import written
from symrnn.numeric.lower import lower
from symrnn.theory.derivation import Step
from symrnn.theory.rule import Rule
from symrnn.typeset.blocks import Backing, Detail
from symrnn.typeset.justification import spoken
from symrnn.typeset.maths import scientific
from symrnn.typeset.prose import listed
from symrnn.typeset.unicode_maths import with_maths
from symrnn.typeset.words import phrase
from symrnn.verify.evidence import ChainEvidence

_WHERE = ", where "

ENCLOSED = "An inequality of this statement was enclosed over the whole real line."
IN_COQ = "The claims of this statement are theorems in Coq, named below."

#: Quantities by their names in generated code.
_NAMED = {**{quantity: quantity for quantity in QUANTITIES}, "lambda": "lambda_"}


def detail(step: Step, notation: Notation = LECTURE) -> Detail:
    """The detail of one line.

    Args:
        step: the line and its rule, which was applied to the line above and gave it.
        notation: the letters of the lecture; the code keeps its own.
    """
    rule, _, where = phrase(step.rule.says).partition(phrase(_WHERE))
    return Detail(
        rule=f"*{_capital(spoken(step.rule))}*: {with_maths(rule, notation)}",
        condition=with_maths(where, notation),
        code=numpy_source(step.after),
        anchor=rule_anchor(step.rule),
    )


def rule_anchor(rule: Rule) -> str:
    """The name of a rule's row in the table of rules."""
    return f"rule-{rule.name}"


def backing(
    facts: Sequence[Any],
    found: ChainEvidence,
    grades: Sequence[str],
    notation: Notation = LECTURE,
) -> Backing:
    """What stands behind a chain.

    Args:
        facts: its hypotheses.
        found: what was run for it.
        grades: those that the statement reached.
        notation: the letters of the lecture.
    """
    assumed = ", ".join(f"${formula}$" for formula in written(facts, notation))
    return Backing(assumed, _checked(found, grades))


def code_names(notation: Notation) -> str:
    """What the generated code calls the quantities that the notation letters otherwise, as prose.

    Nothing where the letters are those of the code.
    """
    if notation.spoken.keys() & QUANTITIES.keys():  # of a cell: its own names are those of the code
        return ""
    renamed = {
        quantity: notation.letter(quantity)
        for quantity in _NAMED
        if notation.plain(quantity) != LECTURE.plain(quantity)
    }
    if not renamed:
        return ""
    pairs = [
        phrase("{name} for {letter}", name=f"`{_NAMED[quantity]}`", letter=f"${letter}$")
        for quantity, letter in renamed.items()
    ]
    return phrase(
        "Generated code keeps the names it runs with, whatever the notation: {names}.",
        names=listed(pairs),
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _checked(found: ChainEvidence, grades: Sequence[str]) -> tuple[str, ...]:
    """What was run, strongest first."""
    sampled, explicit = found.sampled, found.explicit
    entries = phrase(
        "{count} of {all} steps equal as symbols, entry by entry",
        count=explicit.symbolic,
        all=found.steps,
    )
    points = phrase(
        ", the rest at {count} exact point"
        if explicit.points == 1
        else ", the rest at {count} exact points",
        count=explicit.points,
    )
    attacked = (
        phrase("largest ratio of the two sides {ratio}", ratio=f"{sampled.tightest:.3g}")
        if sampled.tightest is not None
        else phrase("largest disagreement {number}", number=scientific(sampled.residual))
    )
    settings = phrase(
        "{count} setting" if sampled.points == 1 else "{count} settings", count=sampled.points
    )
    told = {
        "explicit": f"{_capital(entries)}{points if explicit.points else ''}.",
        "certified": phrase(ENCLOSED),
        "machine_checked": phrase(IN_COQ),
        "sampled": f"{settings}, {attacked}.",
    }
    return tuple(f"[[#{grade}]] {told[grade]}" for grade in reversed(grades) if grade in told)


def numpy_source(expression: Any) -> str:
    """The generated NumPy of a line, or nothing where a node has none.

    A norm that the lecture leaves open is computed as the one that ‖·‖₂ induces.
    """
    chosen = expression.replace(
        lambda node: isinstance(node, Norm) and node.kind == "any",
        lambda node: Norm(node.matrix, "2"),
    )
    try:
        return lower(chosen, "line").source
    except NotSupportedError:
        return ""
