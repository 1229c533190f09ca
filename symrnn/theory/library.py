"""The statements of a folder of proof files, loaded without being on the import path."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

from symrnn.errors import IllFormedError, SymrnnError
from symrnn.python_text import parsed
from symrnn.theory.blame import reading
from symrnn.theory.folder import lecture_folder
from symrnn.theory.graph import in_order
from symrnn.theory.intact import guarded
from symrnn.theory.statement import Statement


def everything() -> dict[str, Statement]:
    """The statements of all of symrnn's own lectures, the first one's first.

    They are the same objects whenever they are asked for, so that none is proved twice.
    """
    return dict(_everything())


@cache
def _everything() -> dict[str, Statement]:
    found = load()
    for path in sorted(lecture_folder().glob("*/")):
        if any(path.glob("*.py")):
            found |= load([path], alone=True)
    return {statement.name: statement for statement in in_order(found)}


def load(paths: Iterable[Path] | None = None, alone: bool = False) -> dict[str, Statement]:
    """The statements of proof files, each after those it uses.

    Args:
        paths: files, or folders whose `*.py` files (not starting with `_` or `conftest`) are
            read; the lecture's own by default. Statements that a file uses and that are not
            among the paths are taken from the lecture.
        alone: the statements of the paths only, as they were declared.

    Raises:
        IllFormedError: for a missing path, a file without a statement, or a name used twice.
        ProofFileError: for an error of Python's in a file, naming its line.
    """
    chosen = [lecture_folder()] if paths is None else list(paths)
    statements: dict[str, Statement] = {}
    for path in (file for given in chosen for file in proof_files(Path(given))):
        for statement in _statements(path):
            require_other(statement, statements.get(statement.name))
            statements[statement.name] = statement
    if alone:
        return statements
    found = statements if paths is None else with_used(statements)
    return {statement.name: statement for statement in in_order(found)}


def with_used(
    statements: Mapping[str, Statement], beside: Mapping[str, Statement] | None = None
) -> dict[str, Statement]:
    """Statements with all that they use, however indirectly: from `beside`, or the lectures."""
    found, others = dict(statements), beside or {}
    pending = [name for each in found.values() for name in each.uses]
    while pending:
        name = pending.pop()
        if name not in found:
            used = others.get(name) or everything().get(name)
            if used is not None:
                found[name] = used
                pending.extend(used.uses)
    return found


def declared(
    files: Iterable[Path],
) -> tuple[dict[Path, dict[str, Statement]], dict[Path, SymrnnError]]:
    """What each of some proof files declares, and of those that are broken why."""
    found: dict[Path, dict[str, Statement]] = {}
    broken: dict[Path, SymrnnError] = {}
    known: dict[str, Statement] = {}
    for file in files:
        try:
            own = load([file], alone=True)
            for name, each in own.items():
                require_other(each, known.get(name))
        except SymrnnError as error:
            broken[file] = error
        else:
            found[file] = own
            known.update(own)
    return found, broken


def require_other(statement: Statement, known: Statement | None) -> None:
    """Raise an `IllFormedError` with both places where a statement has the name of a known one."""
    if known is not None:
        folders = known.file.parent, statement.file.parent
        told = [each.place for each in (known, statement)]
        if folders[0] != folders[1]:
            told = [f"{folder}/{place}" for folder, place in zip(folders, told, strict=True)]
        raise IllFormedError(
            f"two statements are called `{statement.name}`",
            {"first": told[0], "second": told[1], "expected": "another name"},
        )


def _require_once(path: Path) -> None:
    """Raise where a file declares two statements with one name: Python would keep the second."""
    first: dict[str, int] = {}
    for node in parsed(path.read_text(encoding="utf-8-sig")).body:
        if not isinstance(node, ast.FunctionDef) or not any(map(_declares, node.decorator_list)):
            continue
        line = first.setdefault(node.name, node.lineno)
        if line != node.lineno:
            raise IllFormedError(
                f"two statements are called `{node.name}`",
                {
                    "first": f"{path.name}, line {line}",
                    "second": f"{path.name}, line {node.lineno}",
                    "expected": "another name",
                },
            )


def _declares(decorator: ast.expr) -> bool:
    """Whether it is `@statement(…)`, under that name, or `@….form(…)`."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(called, "id", getattr(called, "attr", "")) in ("statement", "form")


def proof_files(path: Path) -> list[Path]:
    """The proof files of a folder, or the one that is named."""
    if path.is_dir():
        found = sorted(path.glob("*.py"))
        # A pipe or a device may never end.
        files = [
            f for f in found if f.is_file() and not f.name.startswith(("_", "conftest", "test_"))
        ]
        if files:
            return files
        raise IllFormedError(f"no proof files in {path}", {"expected": "*.py", "got": "none"})
    if not path.is_file():
        raise IllFormedError(f"no such proof file or folder: {path}", {"got": str(path)})
    return [path]


class _FromText(SourceFileLoader):
    """Reads what stands in the file now.

    The bytecode that Python keeps of a file is taken for it where size and second are the same, and
    may be of an earlier text, or of none.
    """

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _statements(path: Path) -> list[Statement]:
    name = f"symrnn_proofs.{path.stem}"
    ours = path.is_relative_to(lecture_folder())
    loader = None if ours else _FromText(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise IllFormedError(f"{path} is no Python file", {"expected": "*.py", "got": path.name})
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with guarded(path), reading(path):
        spec.loader.exec_module(module)
        _require_once(path)
    declared = [value for value in vars(module).values() if isinstance(value, Statement)]
    for each in declared:
        if type(each) is not Statement:
            raise IllFormedError(
                f"`{each.name}` is of a class of its own, which may check as it likes",
                {"expected": "@statement(…)", "got": type(each).__name__},
            )
    # A form stands beside the statement that it is one of, and goes with it.
    beside = [other for each in declared for other in each.forms]
    found = [each for each in declared if not any(each is other for other in beside)]
    if not found:
        raise IllFormedError(f"{path} declares no statement", {"expected": "@statement(…)"})
    return found
