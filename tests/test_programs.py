"""Other programs end when we do, with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from symrnn import guard
from symrnn.programs import NOT_RUN, start, stop

MARK = "SYMRNN_TEST_MARK"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are read off /proc")


def marked(mark: str) -> list[int]:
    """The processes whose environment has the mark, and that have not ended."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            inherited = (entry / "environ").read_bytes().split(b"\0")
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in inherited and state != "Z":
            found.append(int(entry.name))
    return found


def appear(mark: str, number: int, seconds: float = 20.0) -> bool:
    """Whether so many of them come to be: what has just been forked has no environment yet."""
    end = time.monotonic() + seconds
    while len(marked(mark)) < number and time.monotonic() < end:
        time.sleep(0.05)
    return len(marked(mark)) >= number


@contextmanager
def killed_in_the_end(parent: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leaving a process waits for it: where the test fails before it is ended, that is for ever."""
    with parent:
        try:
            yield
        finally:
            parent.kill()


def gone(mark: str, seconds: float = 20.0) -> bool:
    """Whether all of them end."""
    end = time.monotonic() + seconds
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return not marked(mark)


def ran(command: list[str], largest: int = 0) -> tuple[int, str]:
    with tempfile.TemporaryFile() as out:
        process = start(command, out, out, largest=largest)
        try:
            code = process.wait(timeout=60)
        finally:
            stop(process)
        out.seek(0)
        return code, out.read().decode()


@pytest.mark.parametrize(
    ("script", "code", "printed"),
    [
        ("echo hello", 0, "hello\n"),
        ("exit 3", 3, ""),
        ("kill -9 $$", 137, ""),
        ("cat", 0, ""),  # there is no input, and nobody waits for it
        ("sleep 1000 & exit 4", 4, ""),
    ],
)
def test_exit_code_and_output(script: str, code: int, printed: str) -> None:
    assert ran(["/bin/sh", "-c", script]) == (code, printed)


def test_what_can_not_be_run_is_told(tmp_path: Path) -> None:
    assert guard.NOT_RUN == NOT_RUN
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"garbage")
    assert ran([str(garbage)]) == (NOT_RUN, f"{garbage}: Permission denied\n")
    garbage.chmod(0o755)
    assert ran([str(garbage)]) == (NOT_RUN, f"{garbage}: Exec format error\n")
    nothing = tmp_path / "nothing"
    assert ran([str(nothing)]) == (NOT_RUN, f"{nothing}: No such file or directory\n")


def test_a_program_that_writes_for_ever_is_ended() -> None:
    code, printed = ran(["/bin/sh", "-c", "exec yes"], largest=10_000)
    assert code == 128 + signal.SIGXFSZ
    assert len(printed) == 10_000


def test_stop_ends_all_that_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(tmp_path))

    with (tmp_path / "out").open("wb") as out:
        process = start(["/bin/sh", "-c", "trap '' TERM HUP; sleep 1000 & sleep 1000"], out, out)
        stop(process)
    assert gone(str(tmp_path))


PARENT = """
import signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it would stay ignored
from symrnn.programs import start
with open(sys.argv[1], "wb") as out:
    start(["/bin/sh", "-c", "trap '' TERM HUP INT; sleep 1000 & sleep 1000"], out, out)
print("started", flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_parent_that_is_killed_leaves_nothing_running(tmp_path: Path, number: str) -> None:
    mark = str(tmp_path)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        env={**os.environ, MARK: mark},
    )
    assert parent.stdout is not None
    with killed_in_the_end(parent), parent.stdout:
        assert parent.stdout.readline() == b"started\n"
        assert appear(mark, 2)
        parent.send_signal(getattr(signal, number))
        assert parent.stdout.read() == b""  # ends: nobody else holds the pipe
    assert gone(mark)
