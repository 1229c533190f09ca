"""Bytes to text, whatever the encoding, within a limit."""

from __future__ import annotations

from pathlib import Path

from symrnn.errors import IllFormedError

LARGEST = 10_000_000
"""Bytes in one document."""


MOST_FILES = 500
"""Documents in one folder, and files that one document reads."""


def decoded(path: Path) -> tuple[str, str]:
    """The text of a file, and what had to be guessed of its encoding.

    Raises:
        IllFormedError: too large, or no text.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise IllFormedError(f"{path}: larger than {LARGEST:,} bytes", {"bytes": f"{size:,}"})
    data = path.read_bytes()
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name).replace("\r\n", "\n"), ""
            except UnicodeDecodeError as error:
                raise IllFormedError(f"{path}: no text in {name}") from error
    if b"\0" in data:
        raise IllFormedError(f"{path}: no text (it has zero bytes)")
    try:
        return data.decode("utf-8").replace("\r\n", "\n"), ""
    except UnicodeDecodeError:
        return data.decode("latin-1").replace("\r\n", "\n"), "read as Latin-1: it is no UTF-8"
