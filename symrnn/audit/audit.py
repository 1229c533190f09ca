"""A document audited: one finding a relation, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from symrnn.audit.cache import Kept, verdict_of
from symrnn.audit.meaning.hints import Mark, hints_of_folder, read_hints
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.show import relation_written, shown
from symrnn.audit.verdicts.inequalities import VIOLATED
from symrnn.audit.verdicts.judge import Judge
from symrnn.audit.verdicts.together import together
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, Verdict
from symrnn.errors import IllFormedError
from symrnn.reading.documents import Document, read_document

EXPECTED = "FALSE, AS EXPECTED"
NOTE = "NOTE"
BAD_HINT = "HINT"


@dataclass(frozen=True)
class Finding:
    """One relation of a document, or something to be said of it.

    Attributes:
        path, line, column: where it stands, from 1; in a notebook the line is the cell's.
        cell: the number of the notebook's cell, else None.
        kind: the verdict's, or NOTE for what could not be read, HINT for a wrong hint.
        formula: the relation in the author's LaTeX.
        reading, latex: the relation as it was read, in symrnn's notation, as text and in LaTeX.
        display: whether it stands on its own.
    """

    path: str
    line: int
    column: int
    cell: int | None
    kind: str
    formula: str
    reading: str
    display: bool
    verdict: Verdict
    message: str
    latex: str = ""


def audit_document(
    path: Path,
    outside: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
    cache: Path | None = None,
) -> list[Finding]:
    """Every relation of a document judged; what is unchanged is taken from the folder `cache`.

    Raises:
        IllFormedError: the document can not be read.
    """
    return audit_texts(read_document(path), outside, progress, cache)


def audit_texts(
    documents: list[Document],
    outside: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
    cache: Path | None = None,
) -> list[Finding]:
    """The same for documents that are read already."""
    outside = list(outside)
    kept = Kept.of(cache, documents, outside)
    if kept.findings is not None:
        with suppress(KeyError, TypeError, ValueError):
            return [finding_of(record) for record in kept.findings]
    findings = _judged(documents, outside, progress, kept)
    kept.write([asdict(finding) for finding in findings])
    return findings


def finding_of(record: dict[str, Any]) -> Finding:
    """A finding from its record."""
    return Finding(**{**record, "verdict": verdict_of(record["verdict"])})


def _judged(
    documents: list[Document],
    outside: list[str],
    progress: Callable[[int, int], None] | None,
    kept: Kept,
) -> list[Finding]:
    statements = Statements.of(documents, read_hints(documents, outside))
    judge = Judge(statements)
    findings: list[Finding] = []
    for number, document in enumerate(documents):
        for start, problem in document.problems:
            findings.append(_note(document, start, NOTE, problem))
        if not document.formulas and number == 0 and len(documents) == 1:
            findings.append(_note(document, 0, NOTE, "no formulas"))
    for number, place, error in statements.failed:
        document = documents[number]
        formula = document.formulas[place]
        if formula.display:
            verdict = Verdict(
                NOT_UNDERSTOOD,
                cause="not parsed",
                what=error.message.removeprefix("formula refused: "),
            )
            offset = formula.start + int(str(error.detail.get("at character", 1))) - 1
            findings.append(_finding(document, offset, verdict, formula.text.strip(), "", True))
    for number, place, side in statements.expressions:
        formula = documents[number].formulas[place]
        if side.problem and formula.display:
            verdict = Verdict(NOT_UNDERSTOOD, cause="not parsed", what=side.problem)
            start = formula.start + side.start
            shown_as = formula.text[side.start : side.end].strip()
            findings.append(_finding(documents[number], start, verdict, shown_as, "", True))
    for wrong in statements.hints.wrong:
        findings.append(_note(documents[wrong.document], wrong.start, BAD_HINT, wrong.message))
    # In two turns: what shows that a model is the author's may stand behind what is judged by it.
    verdicts: dict[int, Verdict] = {}
    relations = [r for r in statements.relations if statements.about_derivatives(r)]
    if not relations and any(document.formulas for document in documents):
        findings.append(_note(documents[0], 0, NOTE, "no formulas about derivatives"))
    for count, relation in enumerate(relations):
        if progress is not None:
            progress(count, len(relations))
        verdicts[relation.order] = kept.verdict(relation, judge)
        judge.learn(relation, verdicts[relation.order])
    judge.settled = judge.votes > 0
    for relation in relations:
        if _again(verdicts[relation.order], judge) and judge.allowance.again(relation):
            verdicts[relation.order] = kept.verdict(relation, judge)
    verdicts = together(statements, relations, verdicts)
    used: set[Mark] = set()
    for relation in statements.relations:
        document = documents[relation.document]
        formula = document.formulas[relation.formula]
        verdict = verdicts.get(relation.order) or Verdict(
            NOT_A_CLAIM, what="it says nothing of derivatives"
        )
        mark = _mark_of(statements.hints.marks, relation, document)
        kind = verdict.kind
        if relation.order not in verdicts and formula.display:
            findings += _unbalanced(relation, document)
        if mark is not None:
            used.add(mark)
            if mark.kind == "ignore":
                kind = NOT_A_CLAIM
            elif kind == FALSE:
                kind = EXPECTED
            elif kind not in (NOT_A_CLAIM, DISAGREES) and verdict.kind != NOT_UNDERSTOOD:
                findings.append(
                    _note(
                        document,
                        mark.start,
                        BAD_HINT,
                        f"expected to be false, and it is {verdict.kind}",
                    )
                )
        offset = (
            formula.start + relation.left.start
            if relation.left_formula == relation.formula
            else formula.start + relation.start
        )
        source = (
            formula.text[relation.left.start : relation.right.end]
            if relation.left_formula == relation.formula
            else formula.text[relation.start : relation.right.end]
        )
        found = _finding(
            document,
            offset,
            verdict,
            source.strip(),
            _reading(relation, statements),
            formula.display,
        )
        latex = relation_written(
            relation.left.tree, relation.kind, relation.right.tree, statements.probe
        )
        findings.append(Finding(**{**found.__dict__, "kind": kind, "latex": latex}))
    for hint in statements.unused_hints():
        message = f"hint “{hint.text[:60]}”: nothing in the document has its letters"
        findings.append(_note(documents[hint.document], hint.start, BAD_HINT, message))
    for mark in statements.hints.marks:
        if mark not in used:
            findings.append(
                _note(
                    documents[mark.document],
                    mark.start,
                    BAD_HINT,
                    f"no formula follows “{mark.kind}”",
                )
            )
    findings.sort(
        key=lambda f: ([d.path for d in documents].index(f.path), f.cell or 0, f.line, f.column)
    )
    return findings


def _unbalanced(relation: Relation, document: Document) -> Iterator[Finding]:
    """Sides that are no claims and whose brackets do not match: what they define is not read."""
    sides = ((relation.left, relation.left_formula), (relation.right, relation.formula))
    for side, formula in sides:
        if side.tree is None and "closed" in side.problem:
            start = document.formulas[formula].start + side.start
            yield _note(document, start, NOTE, f"not read: {side.problem}")


def _again(verdict: Verdict, judge: Judge) -> bool:
    """Whether what stands behind a relation may change its verdict."""
    transposed = verdict.sense is not None and verdict.sense.reading.transposed and judge.shaped
    turned = verdict.turned and judge.settled
    early = verdict.kind == DISAGREES and "not called false" in verdict.what
    moved = verdict.sense is not None and verdict.sense.first == 0 and judge.said.first == 1
    unproved = verdict.cause == "inequalities" or verdict.what == VIOLATED
    return transposed or turned or early or moved or unproved


def _mark_of(marks: list[Mark], relation: Relation, document: Document) -> Mark | None:
    """The mark that stands between the formula before and this one."""
    formula = document.formulas[relation.formula]
    earlier = [f.start for f in document.formulas if f.display and f.start < formula.start]
    since = earlier[-1] if earlier else -1
    until = formula.start + max(relation.start, len(formula.text))
    for mark in reversed(marks):
        if mark.document == relation.document and since < mark.start < until and formula.display:
            return mark
    return None


def _reading(relation: Relation, statements: Statements) -> str:
    sides = [
        shown(side.tree, statements.probe) if side.tree is not None else "?"
        for side in (relation.left, relation.right)
    ]
    sign = relation.kind if relation.kind != "other" else relation.written
    anew = [
        f"{shown(each.symbol, statements.probe)} = {shown(each.value, statements.probe)}"
        for each in statements.said_locally(relation) if each.symbol is not None
    ]  # fmt: skip
    beside = f" (here {', '.join(anew)})" if anew and statements.about_derivatives(relation) else ""
    return f"{sides[0]} {sign} {sides[1]}{beside}"


def _finding(
    document: Document, offset: int, verdict: Verdict, formula: str, reading: str, display: bool
) -> Finding:
    line, column = document.place(offset)
    cell = document.cell(line)
    if cell is not None:
        line = cell[1]
    return Finding(
        document.path, line, column, None if cell is None else cell[0], verdict.kind,
        formula, reading, display, verdict, message_of(verdict),
    )  # fmt: skip


def _note(document: Document, start: int, kind: str, message: str) -> Finding:
    found = _finding(document, start, Verdict(kind, what=message), "", "", False)
    return Finding(**{**found.__dict__, "message": message})


def message_of(verdict: Verdict) -> str:
    """A verdict in words."""
    if verdict.under:
        return "; ".join(verdict.under)
    if verdict.cause:
        return f"{verdict.cause}: {verdict.what}"
    if verdict.kind == FALSE:
        return verdict.mend
    return verdict.what


def audit_path(
    path: Path,
    documents: list[Path],
    progress: Callable[[str, int, int], None] | None = None,
    cache: Path | None = None,
) -> list[Finding]:
    """Every document under a path; one that can not be read is a note."""
    findings: list[Finding] = []
    for document in documents:
        seen = (lambda a, b, d=document: progress(str(d), a, b)) if progress is not None else None
        try:
            findings += audit_document(document, hints_for(document, path), seen, cache)
        except (IllFormedError, OSError) as error:
            findings.append(no_document(document, error))
    return findings


def hints_for(document: Path, path: Path) -> list[str]:
    """The hints of the audit.toml beside a document, else of the folder that was asked for."""
    return hints_of_folder(document) or hints_of_folder(path)


def no_document(document: Path, error: IllFormedError | OSError) -> Finding:
    """What is said of a document that can not be read."""
    message = error.message if isinstance(error, IllFormedError) else str(error)
    verdict = Verdict(NOTE, what=message)
    return Finding(str(document), 1, 1, None, NOTE, "", "", False, verdict, message)
