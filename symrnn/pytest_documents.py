"""The pytest plugin for documents: `symrnn_documents = ["notes/*.md"]`, one test a relation.

Registered where symrnn is installed, it is loaded by every run of pytest there: what judges a
document comes with the first document that is asked for.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

import pytest

OPTION = "symrnn_documents"
DOCUMENTS = pytest.StashKey[frozenset[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the list of documents, as patterns beside the configuration file."""
    parser.addini(OPTION, "documents whose derivations are tests: notes/*.md", "args", [])


def pytest_configure(config: pytest.Config) -> None:
    """Find the documents; they are run where no other paths are asked for on the command line."""
    found: set[Path] = set()
    for pattern in config.getini(OPTION):
        matched = [path.resolve() for path in config.rootpath.glob(pattern) if path.is_file()]
        if not matched:
            raise pytest.UsageError(f"{OPTION}: no file matches {pattern}")
        found.update(matched)
    config.stash[DOCUMENTS] = frozenset(found)
    if found and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args.extend(str(path) for path in sorted(found))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a document that the option names."""
    if file_path.resolve() not in parent.config.stash.get(DOCUMENTS, frozenset()):
        return None
    made = import_module("symrnn.audit.as_tests").DocumentFile.from_parent(parent, path=file_path)
    return cast(pytest.Collector, made)
