"""Errors of Python in a proof file, told by the file's own line."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symrnn.errors import IllFormedError, SymrnnError


class ProofFileError(IllFormedError):
    """A proof file that Python can not read, or code of it that raised; names file and line."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """While a file is read: whatever it raises names its line, or the file where there is none.

    A file that ends the program is refused as well.

    Raises:
        ProofFileError: for an error of Python's.
    """
    try:
        yield
    except SyntaxError as error:
        if error.filename != str(path):
            raise _told(path, error) from error
        source = {"source": error.text.strip()} if error.text else {}
        raise ProofFileError(
            f"{path.name}, line {error.lineno}: SyntaxError: {error.msg}", source
        ) from error
    except SymrnnError as error:
        _place(path, error)
        raise
    except (Exception, SystemExit) as error:
        raise _told(path, error) from error


@contextmanager
def running(path: Path) -> Iterator[None]:
    """While code of a file runs: what it raises names its line; what symrnn itself raises passes.

    Raises:
        ProofFileError: for an error of Python's that came by way of the file.
    """
    try:
        yield
    except SymrnnError as error:
        _place(path, error)
        raise
    except (Exception, SystemExit) as error:
        if _line(path, error) is None:
            raise
        raise _told(path, error) from error


def _told(path: Path, error: BaseException) -> ProofFileError:
    line = _line(path, error)
    says = " ".join(str(error).split())
    raised = f"{type(error).__name__}: {says}" if says else type(error).__name__
    if line is None:
        return ProofFileError(f"{path.name}: {raised}")
    source = linecache.getline(str(path), line).strip()
    return ProofFileError(f"{path.name}, line {line}: {raised}", {"source": source})


def _place(path: Path, error: SymrnnError) -> None:
    line = _line(path, error)
    if line is not None:
        error.detail.setdefault("in", f"{path.name}, line {line}")


def _line(path: Path, error: BaseException) -> int | None:
    """The innermost line of the file on the way to where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return lines[-1] if lines else None
