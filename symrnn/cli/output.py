"""What the commands print: it goes through whatever standard output is, or fails by a message."""

from __future__ import annotations

import codecs
import ctypes
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, TextIO


class OutputError(Exception):
    """Standard output could not be written; `unheard` where its reader closed it."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror or error}")
        self.unheard = isinstance(error, BrokenPipeError)


def prepare() -> None:
    """Make the standard streams fit for use.

    A letter that their encoding lacks is written as an escape. Where one is closed, the null device
    takes its number, so that no file opened later does, and is written into.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print lines to standard output.

    Raises:
        OutputError: it is full, or closed by its reader.
    """
    try:
        _write(sys.stdout, text)
    except OSError as error:
        _give_up()
        raise OutputError(error) from error


def say_json(record: Mapping[str, Any]) -> None:
    """Print a record as JSON; in ASCII where the encoding of standard output is not Unicode's."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    unicode = codecs.lookup(encoding).name.startswith("utf")
    say(json.dumps(record, indent=2, ensure_ascii=not unicode))


@contextmanager
def kept_for_a_record(wanted: bool) -> Iterator[None]:
    """While a user's code runs: what it prints goes to standard error, not into the JSON.

    So it is with what processes of ours print, and what is written past Python.
    """
    if not wanted:
        yield
        return
    _flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        # What was written past the redirection may still stand in a buffer.
        _flush()
        os.dup2(kept, 1)
        os.close(kept)


def _flush() -> None:
    """Write what the standard streams hold, those that Python began with and those of C too."""
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    if sys.platform != "win32":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).fflush(None)


def complain(text: str) -> None:
    """Print lines to standard error, where that is possible."""
    with suppress(OSError):
        _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    """Not by way of a library that takes ASCII for a mistake, and writes UTF-8."""
    if stream is not None:  # it is closed
        stream.write(f"{text}\n")
        stream.flush()


def _give_up() -> None:
    """What could not be written is dropped: Python would try again at the end, and complain."""
    with suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
