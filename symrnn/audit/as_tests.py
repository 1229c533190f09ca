"""A document as a file of pytest's, each of its relations as a test.

A relation that is FALSE, and a hint that says nothing, fails; what DISAGREES or is NOT UNDERSTOOD
is skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symrnn.audit import report
from symrnn.audit.audit import NOTE, Finding, audit_path
from symrnn.audit.cache import default_folder
from symrnn.audit.verdicts.verdict import DISAGREES, NOT_A_CLAIM, NOT_UNDERSTOOD
from symrnn.errors import DisagreementError


class DocumentFile(pytest.File):
    """A document; its relations about derivatives are the tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each relation, and for each hint that says nothing."""
        for finding in audit_path(self.path, [self.path], cache=default_folder()):
            unread = finding.kind == NOTE and not finding.verdict.what.startswith("no formulas")
            if finding.kind != NOT_A_CLAIM and (unread or finding.kind != NOTE):
                name = f"{finding.line}:{finding.column} {finding.reading or finding.message}"
                yield RelationItem.from_parent(self, name=name[:100], finding=finding)


class RelationItem(pytest.Item):
    """One relation of a document."""

    def __init__(self, *, finding: Finding, **rest: Any) -> None:
        super().__init__(**rest)
        self.finding = finding

    def runtest(self) -> None:
        """Fail for what is FALSE, skip what could not be judged."""
        finding = self.finding
        if finding.kind in report.FAILING:
            raise DisagreementError(report.text([finding]).rsplit("\n", 1)[0])
        if finding.kind in (DISAGREES, NOT_UNDERSTOOD, NOTE):
            pytest.skip(f"{finding.kind}: {finding.message}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What `symrnn audit` says, without Python's way to it."""
        if isinstance(excinfo.value, DisagreementError):
            return excinfo.value.args[0]
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the relation stands."""
        return self.path, self.finding.line - 1, self.name
