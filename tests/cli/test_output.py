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


def test_where_standard_output_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with kept_for_a_record(True):
        print("by print")  # noqa: T201
    say_json({"found": 1})
    assert json.loads(capsys.readouterr().out) == {"found": 1}


def test_nothing_is_moved_where_lines_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with kept_for_a_record(False):
        print("by print")  # noqa: T201
    assert capsys.readouterr().out == "by print\n"
