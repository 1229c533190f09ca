"""Documents judged by the workers of a cluster, one task for each.

A document is read here, with all that it inputs, so that a worker needs nothing but symrnn of the
same version. Documents are only read, wherever that is: nothing in them is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from symrnn.audit.audit import Finding, audit_texts, finding_of, hints_for, no_document
from symrnn.cluster import connected, found_by, package
from symrnn.errors import IllFormedError
from symrnn.reading.documents import Document, read_document
from symrnn.version import __version__


def audit_elsewhere(
    path: Path,
    documents: list[Path],
    address: str,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Finding]:
    """Every document under a path judged by workers: what `audit_path` finds here, in its order.

    Args:
        path: the folder or document that was asked for; its audit.toml holds for all below.
        documents: the documents.
        address: of a Dask scheduler, as tcp://host:8786.
        progress: hears which document is there, how many are, and how many there will be.

    Raises:
        IllFormedError: the scheduler can not be reached, has no workers, or these have another
            version of symrnn.
        NotSupportedError: Dask is missing.
    """
    found: dict[Path, list[Finding]] = {}
    with connected(address) as client:
        asked = {}
        for document in documents:
            try:
                texts, outside = read_document(document), hints_for(document, path)
            except (IllFormedError, OSError) as error:
                found[document] = [no_document(document, error)]
                continue
            asked[client.submit(task, texts, outside, pure=False)] = document
        for future in package("distributed").as_completed(list(asked), with_results=False):
            document = asked[future]
            found[document] = _findings_of(found_by(future), document)
            if progress is not None:
                progress(str(document), len(found), len(documents))
    return [finding for document in documents for finding in found[document]]


def _findings_of(records: list[dict[str, Any]] | None, document: Path) -> list[Finding]:
    if records is None:
        problem = IllFormedError("the workers that were asked died of it")
        return [no_document(document, problem)]
    return [finding_of(record) for record in records]


# A worker may have many threads, and the time of one formula is that of the whole process.
_ALONE = threading.Lock()


def task(texts: list[Document], outside: list[str]) -> tuple[str, list[dict[str, Any]]]:
    """What a worker does: judge one document. Returns its version of symrnn and the findings."""
    with _ALONE:
        return __version__, [asdict(finding) for finding in audit_texts(texts, outside)]
