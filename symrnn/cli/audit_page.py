"""What an audit found as one page: each formula set as mathematics as it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from symrnn.audit.audit import BAD_HINT, EXPECTED, NOTE, Finding
from symrnn.audit.report import place
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.errors import NotSupportedError
from symrnn.typeset.mathml import mathml
from symrnn.typeset.shell import still_page


class Kind(NamedTuple):
    """A verdict by its name and its class in the style sheet."""

    name: str
    css: str


KINDS = {
    FALSE: ("wrong", "the sides differ in every reading, and a slip undone, or two, mends it;"
        " or a bound is violated by far"),
    DISAGREES: ("open", "the sides differ, and it is not explained"),
    UNDER: ("under", "it holds under what is named"),
    TRUE: ("right", "it holds as it stands"),
    EXPECTED: ("right", "a slip that is shown on purpose"),
    BAD_HINT: ("wrong", "a hint that is wrong, or of no use"),
    NOT_UNDERSTOOD: ("open", "with the cause, and the hint that would help"),
    NOTE: ("open", "what could not be read"),
}  # fmt: skip
"""In the order of the table: the class in the style sheet, and what a verdict says."""


@dataclass(frozen=True)
class Item:
    """One finding as the page shows it; what is no Markup is escaped by the template."""

    name: str
    kind: str
    css: str
    place: str
    math: Markup | None
    found: str
    example: str
    mended: str
    mended_math: Markup | None
    hint: str
    formula: str
    reading: str


@dataclass(frozen=True)
class Group:
    """Findings under one heading."""

    title: str
    items: list[Item]


def as_html(findings: Iterable[Finding]) -> str:
    """One page that needs nothing else; all that comes from documents is escaped.

    What is not understood stands at the end, grouped by its cause.
    """
    shown = [f for f in findings if f.kind != NOT_A_CLAIM]
    items = {f"f{number}": finding for number, finding in enumerate(shown, 1)}
    by_title: dict[str, list[Item]] = {}
    for name, finding in items.items():
        if finding.kind != NOT_UNDERSTOOD:
            by_title.setdefault(finding.path, []).append(_item(name, finding))
    causes = Counter(f.verdict.cause for f in shown if f.kind == NOT_UNDERSTOOD)
    for cause, _ in causes.most_common():
        by_title[f"Not understood: {cause}"] = [
            _item(name, f) for name, f in items.items()
            if f.kind == NOT_UNDERSTOOD and f.verdict.cause == cause
        ]  # fmt: skip
    counted = Counter(f.kind for f in shown)
    counts = [
        (Kind(kind, css), counted[kind], says, next(n for n, f in items.items() if f.kind == kind))
        for kind, (css, says) in KINDS.items()
        if counted[kind]
    ]
    return still_page(
        "audit.html",
        "audit.css",
        title="symrnn audit",
        paths=sorted({f.path for f in findings}),
        counts=counts,
        groups=[Group(title, each) for title, each in by_title.items()],
    )


def _item(name: str, finding: Finding) -> Item:
    verdict = finding.verdict
    math = _set(finding.latex)
    explained = finding.kind in (FALSE, EXPECTED) and verdict.what
    found = f"{finding.message} ({verdict.what})" if explained else finding.message
    example = verdict.counterexample if finding.kind in (FALSE, DISAGREES, EXPECTED) else None
    return Item(
        name,
        finding.kind,
        KINDS[finding.kind][0],
        place(finding),
        math,
        found,
        "" if example is None else str(example),
        verdict.mended,
        _set(verdict.mended_as) if verdict.mended else None,
        verdict.hint,
        finding.formula,
        "" if math is not None else finding.reading,
    )


def _set(latex: str) -> Markup | None:
    """A formula as mathematics; None where there is none, or it can not be set."""
    if not latex:
        return None
    try:
        return mathml(latex, display=True, source=False)
    except NotSupportedError:
        return None
