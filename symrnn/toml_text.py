"""The text of a file in TOML, of which nothing is known yet."""

from __future__ import annotations

from pathlib import Path

from symrnn.errors import ParseError

_EXPECTED = {"expected": "a file in TOML"}


def toml_text(given: str | Path, what: str, longest: int) -> str:
    """What a file holds.

    Args:
        given: the file, as messages name it.
        what: what it is to be: "a cell".
        longest: bytes that it may have.

    Raises:
        ParseError: there is no such file, it can not be read, is too long, or no text in UTF-8.
    """
    path = Path(given)
    try:
        # A pipe or a device may never end.
        if path.exists() and not path.is_file():
            raise ParseError(f"{given} is no file", _EXPECTED)
        content = path.read_bytes()
    except OSError as error:
        raise ParseError(f"{given}: {error.strerror}", _EXPECTED) from error
    if len(content) > longest:
        raise ParseError(f"{given} is too long for {what}", {"bytes": len(content)})
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"{given} is no text in UTF-8", {"byte": error.start}) from error
