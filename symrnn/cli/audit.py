"""`symrnn audit`: the derivations in documents, judged relation by relation."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from symrnn.audit import report
from symrnn.audit.audit import Finding, audit_path
from symrnn.audit.cache import default_folder
from symrnn.audit.elsewhere import audit_elsewhere
from symrnn.cli.audit_page import as_html
from symrnn.cli.exits import FAILED
from symrnn.cli.output import say
from symrnn.cli.progress import progress_bar
from symrnn.errors import IllFormedError
from symrnn.reading.documents import decoded, documents_in
from symrnn.version import __version__


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


def audit(
    paths: Annotated[list[Path], typer.Argument(help="Documents and folders.")],
    form: Annotated[
        Format, typer.Option("--format", help="How findings are written.")
    ] = Format.TEXT,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 for all that is not plainly true, too.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="The JSON of an earlier run: what it has does not fail."),
    ] = None,
    cached: Annotated[
        bool,
        typer.Option(
            "--cache/--no-cache",
            help="Take what is unchanged from the user's cache; not with --scheduler.",
        ),
    ] = True,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", help="A Dask scheduler whose workers share the documents: tcp://…"
        ),
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show what is no claim, too.")] = False,
) -> None:
    """Judge the relations about derivatives in documents; exit code 1 for one that is FALSE."""
    known = _known(baseline)
    findings: list[Finding] = []
    seen: set[Path] = set()
    for path in paths:
        documents = [each for each in documents_in(path) if each.resolve() not in seen]
        seen |= {each.resolve() for each in documents}
        with progress_bar() as listen:
            if scheduler is not None:
                findings += audit_elsewhere(path, documents, scheduler, listen)
                continue
            findings += audit_path(path, documents, listen, default_folder() if cached else None)
    if not findings:
        raise IllFormedError(
            "no documents",
            {"expected": "LaTeX, Markdown, notebooks", "got": ", ".join(map(str, paths))},
        )
    writers = {
        Format.TEXT: lambda: report.text(findings, show_all),
        Format.JSON: lambda: report.as_json(findings),
        Format.SARIF: lambda: report.as_sarif(findings, __version__),
        Format.JUNIT: lambda: report.as_junit(findings),
        Format.HTML: lambda: as_html(findings),
    }
    say(writers[form]())
    failing = report.STRICT if strict else report.FAILING
    if any(f.kind in failing and report.fingerprint(f) not in known for f in findings):
        raise typer.Exit(FAILED)


def _known(baseline: Path | None) -> set[str]:
    """The fingerprints of an earlier run."""
    if baseline is None:
        return set()
    if not baseline.is_file():
        raise IllFormedError(f"--baseline: there is no file {baseline}")
    try:
        record = json.loads(decoded(baseline)[0])
        return {str(each["fingerprint"]) for each in record["findings"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IllFormedError(
            f"--baseline: {baseline} is not what --format json writes", {"problem": error}
        ) from error
