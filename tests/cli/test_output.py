"""What stands on standard output is what was asked for, whatever a user's code prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from symrnn.cli.output import kept_for_a_record, say_json

PRINTED = "import os; print('a process'); os.write(1, b'past Python\\n')"


def test_a_record_stands_alone(capfd: pytest.CaptureFixture[str]) -> None:
    with kept_for_a_record(True):
        print("by print")  # noqa: T201
        os.write(1, b"by number\n")
        subprocess.run([sys.executable, "-c", PRINTED], check=True)
    say_json({"found": 1})
    out, err = capfd.readouterr()
    assert json.loads(out) == {"found": 1}
    for words in ("by print", "by number", "a process", "past Python"):
        assert words in err


PAST = """
import ctypes, sys
from symrnn.cli.output import kept_for_a_record, say_json
with kept_for_a_record(True):
    sys.__stdout__.write("past the redirection\\n")
    ctypes.CDLL(None).printf(b"by C\\n")
say_json({"found": 1})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="its C library has another name")
def test_what_a_buffer_holds_is_not_left_for_the_record() -> None:
    # Standard output is a pipe, and Python and C gather what is written there.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    made = subprocess.run(
        [sys.executable, "-c", PAST], check=True, capture_output=True, text=True, env=environment
    )
    assert json.loads(made.stdout) == {"found": 1}
    assert "past the redirection" in made.stderr and "by C" in made.stderr


def test_where_standard_output_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with kept_for_a_record(True):
        print("by print")  # noqa: T201
    say_json({"found": 1})
    assert json.loads(capsys.readouterr().out) == {"found": 1}


def test_nothing_is_moved_where_lines_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with kept_for_a_record(False):
        print("by print")  # noqa: T201
    assert capsys.readouterr().out == "by print\n"
