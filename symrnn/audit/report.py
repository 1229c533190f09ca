"""What an audit found, for terminals, editors, machines and readers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from symrnn.audit.audit import BAD_HINT, EXPECTED, NOTE, Finding
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, TRUE, UNDER

FAILING = (FALSE, BAD_HINT)
"""What ends with exit code 1; hints that say nothing are the author's to mend."""
STRICT = (FALSE, BAD_HINT, DISAGREES, NOT_UNDERSTOOD, UNDER)

RULES = {
    TRUE: "symrnn/true", UNDER: "symrnn/only-under", FALSE: "symrnn/false",
    DISAGREES: "symrnn/disagrees", NOT_UNDERSTOOD: "symrnn/not-understood",
    NOT_A_CLAIM: "symrnn/not-a-claim", EXPECTED: "symrnn/false-as-expected",
    NOTE: "symrnn/note", BAD_HINT: "symrnn/hint",
}  # fmt: skip


def fingerprint(finding: Finding) -> str:
    """A finding's name that stays when lines move: its document, its verdict, its formula."""
    text = f"{finding.path}\0{finding.kind}\0{''.join(finding.formula.split())}\0" + (
        finding.message if not finding.formula else ""
    )
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def place(finding: Finding) -> str:
    """`file:line:column`, with the cell of a notebook."""
    cell = f":cell {finding.cell}" if finding.cell is not None else ""
    return f"{finding.path}{cell}:{finding.line}:{finding.column}"


def text(findings: Iterable[Finding], all_: bool = False) -> str:
    """One line a finding, as editors read it, with what belongs to it indented below."""
    lines: list[str] = []
    findings = list(findings)
    for finding in findings:
        if finding.kind == NOT_A_CLAIM and not all_:
            continue
        lines.append(f"{place(finding)}: {finding.kind}: {_one_line(finding)}")
        verdict = finding.verdict
        if finding.reading and finding.kind not in (TRUE, NOT_A_CLAIM):
            lines.append(f"  read as         {_short(finding.reading, 300)}")
        if verdict.what and finding.kind in (FALSE, EXPECTED):
            lines.append(f"  found           {verdict.what}")
        if verdict.counterexample is not None and finding.kind in (FALSE, DISAGREES, EXPECTED):
            lines.append(f"  counterexample  {verdict.counterexample}")
        if verdict.mended:
            lines.append(f"  mended          {' '.join(verdict.mended.split())}")
        if verdict.hint:
            lines.append(f"  hint            symrnn: {verdict.hint}")
    lines.append(summary(findings))
    return "\n".join(lines)


def _one_line(finding: Finding) -> str:
    formula = _short(finding.reading or " ".join(finding.formula.split()), 120)
    return (
        f"{formula} — {finding.message}"
        if finding.message and formula
        else finding.message or formula
    )


def _short(text: str, length: int) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def summary(findings: Iterable[Finding]) -> str:
    """How many of each."""
    counts = Counter(finding.kind for finding in findings)
    order = (TRUE, UNDER, FALSE, EXPECTED, DISAGREES, NOT_UNDERSTOOD, NOT_A_CLAIM, BAD_HINT, NOTE)
    return ", ".join(f"{counts[kind]} {kind}" for kind in order if counts[kind]) or "nothing found"


def record(finding: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    verdict = finding.verdict
    example = verdict.counterexample
    return {
        "path": finding.path, "cell": finding.cell, "line": finding.line, "column": finding.column,
        "verdict": finding.kind, "formula": finding.formula, "reading": finding.reading,
        "display": finding.display, "message": finding.message, "only_under": list(verdict.under),
        "cause": verdict.cause, "hint": verdict.hint,
        "mended": verdict.mended, "mend": verdict.mend,
        "relative_error": verdict.error, "readings_tried": verdict.tried,
        "counterexample": None if example is None else {
            "sizes": example.sizes, "seed": example.seed, "times": example.times,
            "entry": list(example.entry), "left": example.left, "right": example.right,
        },
        "fingerprint": fingerprint(finding),
    }  # fmt: skip


def as_json(findings: Iterable[Finding]) -> str:
    """All findings as JSON."""
    return json.dumps({"findings": [record(f) for f in findings]}, indent=2, ensure_ascii=False)


def as_sarif(findings: Iterable[Finding], version: str) -> str:
    """SARIF 2.1.0."""
    levels = {
        FALSE: "error",
        BAD_HINT: "error",
        DISAGREES: "warning",
        UNDER: "note",
        NOT_UNDERSTOOD: "note",
        NOTE: "note",
    }
    results = [
        {
            "ruleId": RULES[f.kind],
            "level": levels[f.kind],
            "message": {
                "text": _one_line(f) + (f"\nmended: {f.verdict.mended}" if f.verdict.mended else "")
            },
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": f.path},
                        "region": {"startLine": f.line, "startColumn": f.column},
                    }
                }
            ],
            "partialFingerprints": {"formula/v1": fingerprint(f)},
        }
        for f in findings
        if f.kind in levels
    ]
    rules = [{"id": rule, "shortDescription": {"text": kind}} for kind, rule in RULES.items()]
    driver = {"name": "symrnn", "version": version, "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def as_junit(findings: Iterable[Finding]) -> str:
    """JUnit: one case a relation that says something of derivatives."""
    cases = [f for f in findings if f.kind not in (NOT_A_CLAIM, NOTE)]
    failed = [f for f in cases if f.kind in FAILING]
    skipped = [f for f in cases if f.kind in (NOT_UNDERSTOOD, DISAGREES)]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="symrnn audit" tests="{len(cases)}" failures="{len(failed)}"'
        f' skipped="{len(skipped)}">',
    ]
    for f in cases:
        name = quoteattr(_clean(f"{place(f)} {_short(f.reading or f.message, 100)}"))
        head = f"  <testcase classname={quoteattr(_clean(f.path))} name={name}"
        if f.kind in FAILING:
            mended = escape(_clean(f.verdict.mended))
            said = quoteattr(_clean(_one_line(f)))
            lines.append(f"{head}><failure message={said}>{mended}</failure></testcase>")
        elif f.kind in (NOT_UNDERSTOOD, DISAGREES):
            said = quoteattr(_clean(f"{f.kind}: {f.message}"))
            lines.append(f"{head}><skipped message={said}/></testcase>")
        else:
            lines.append(f"{head}/>")
    return "\n".join([*lines, "</testsuite>"])


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)
