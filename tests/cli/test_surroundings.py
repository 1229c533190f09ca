"""The command line in bad surroundings: messages and exit codes, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import symrnn
from symrnn.cli import exits
from symrnn.cli import lecture as lecture_command
from symrnn.cli.signals import Stopped, heard

Run = Callable[..., tuple[int, str, str]]
MAIN = "from symrnn.cli import main; main()"
DERIVE = ["derive", "ds[t]/ds[k]"]


def command(
    *arguments: str, limit: int | None = None, shell: str = "", **environment: str
) -> tuple[int, bytes, str]:
    """Exit code, output and complaints of a process of its own; `shell` redirects its streams.

    `limit` bounds the size of files, in units of 1024 bytes.
    """
    bounded = "" if limit is None else f"ulimit -f {limit}; "
    redirected = ["/bin/bash", "-c", f'{bounded}set -o pipefail; "$@" {shell}', "bash"]
    done = subprocess.run(
        [*redirected, sys.executable, "-W", "error", "-c", MAIN, *arguments],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=240,
    )
    errors = done.stderr.decode()
    assert "Traceback" not in errors and "Exception ignored" not in errors
    return done.returncode, done.stdout, errors


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1:strict", "koi8-r"])
def test_output_goes_through_any_encoding(encoding: str) -> None:
    code, out, err = command(*DERIVE, PYTHONIOENCODING=encoding)
    assert (code, err) == (0, "")
    assert b"s_t/" in out and b"numerator layout" in out
    out.decode(encoding.partition(":")[0])


def test_json_is_json_in_any_encoding() -> None:
    asked = ["certify", "--activation", "x**2", "--json"]
    code, out, err = command(*asked, PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert json.loads(out.decode("ascii"))["verdict"] == "unbounded"


VERSION = ["--version"]
STREAMS = [
    (DERIVE, ">/dev/full", exits.UNREADABLE, "standard output: No space left on device\n"),
    (DERIVE, "| true", exits.UNHEARD, ""),
    (DERIVE, "<&- >&- 2>&-", 0, ""),
    (VERSION, ">&-", 0, ""),
    (VERSION, "2>&-", 0, ""),
    (VERSION, "<&-", 0, ""),
    (VERSION, ">/dev/full 2>/dev/full", exits.UNREADABLE, ""),
]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
@pytest.mark.parametrize(("asked", "shell", "code", "complaint"), STREAMS)
def test_standard_streams_closed_or_full(
    asked: list[str], shell: str, code: int, complaint: str
) -> None:
    assert command(*asked, shell=shell)[::2] == (code, complaint)


def a_file(folder: Path) -> Path:
    path = folder / "file"
    path.write_bytes(b"mine")
    return path


def a_folder_for_a_file(folder: Path) -> Path:
    (folder / "out" / "lecture.html").mkdir(parents=True)
    return folder / "out"


def a_pipe_for_a_file(folder: Path) -> Path:
    (folder / "out").mkdir()
    os.mkfifo(folder / "out" / "evidence.json")
    return folder / "out"


def a_file_for_a_folder(folder: Path) -> Path:
    (folder / "figures").write_bytes(b"mine")
    return folder


PLACES = [
    (a_file, "File exists"),
    (lambda folder: a_file(folder) / "below", "File exists"),
    (lambda folder: folder / ("long" * 100), "File name too long"),
    (lambda folder: folder / "/".join(["long" * 40] * 40), "File name too long"),
    (lambda _: Path("/proc/here"), "No such file or directory"),
    (a_folder_for_a_file, "lecture.html is in the way"),
    (a_pipe_for_a_file, "evidence.json is in the way"),
    (a_file_for_a_folder, "File exists"),
]


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, and messages of Linux")
@pytest.mark.parametrize(("place", "reason"), PLACES)
def test_where_nothing_can_be_written_nothing_is_begun(
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path], Path],
    reason: str,
) -> None:
    def worked(*_: object, **__: object) -> None:
        raise AssertionError("the work was begun")

    monkeypatch.setattr("symrnn.lecture.work.prove", worked)
    monkeypatch.setattr("symrnn.cli.bench.run", worked)
    output = place(tmp_path)
    before = everything(tmp_path)
    code, out, err = run("lecture", "-o", str(output))
    assert (code, out) == (exits.ILL_FORMED, "")
    assert reason in err and "Traceback" not in err
    assert everything(tmp_path) == before


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, and messages of Linux")
@pytest.mark.parametrize(("place", "reason"), PLACES[:5])
def test_no_other_command_writes_there_either(
    tmp_path: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path], Path],
    reason: str,
) -> None:
    monkeypatch.delattr("symrnn.cli.bench.run")
    output = place(tmp_path)
    before = everything(tmp_path)
    for asked in (["new", str(output)], ["bench", "--quick", "--json", str(output / "figures")]):
        code, out, err = run(*asked)
        assert (code, out) == (exits.ILL_FORMED, "")
        assert reason in err
    assert everything(tmp_path) == before


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on the size of files")
def test_a_full_disk_is_told_before_the_work(tmp_path: Path) -> None:
    code, out, err = command("lecture", "-o", str(tmp_path / "out"), limit=1000)
    assert (code, out) == (exits.ILL_FORMED, b"")
    assert "can not be written" in err and "File too large" in err and "8.0 MB" in err
    assert everything(tmp_path) == set()


def test_what_the_system_refuses_is_a_message(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(lecture_command, "make", refused)
    assert run("lecture", "-o", str(tmp_path)) == (
        exits.UNREADABLE,
        "",
        "/somewhere: Permission denied\n",
    )


TOML = [
    ('based_on = ["goodfellow"]', "no such notation"),
    ("based_on = {a = 1}", "no such notation"),
    ("based_on = 3", "no such notation"),
    ("letters = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    ("based_on = " + "1" * 5000, "4300 digits"),
    ("x = " + "{a=" * 5000 + "1" + "}" * 5000, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "words"), TOML, ids=range(len(TOML)))
def test_toml_that_is_no_notation(tmp_path: Path, run: Run, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    code, out, err = run(*DERIVE, "--notation", str(path))
    assert (code, out) == (exits.ILL_FORMED, "")
    assert words in err and "mine.toml" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_where_a_file_is_read(tmp_path: Path, run: Run) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    code, _, err = run(*DERIVE, "--notation", str(pipe))
    assert code == exits.ILL_FORMED and "is no file" in err
    os.mkfifo(tmp_path / "pipe.py")
    for given in (tmp_path / "pipe.py", tmp_path):
        code, _, err = run("check", str(given))
        assert code == exits.ILL_FORMED and "proof file" in err


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"symrnn {symrnn.__version__}\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_has_its_exit_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    number = getattr(signal, name)
    # Begun in the background, or under nohup, a process has some of them ignored.
    by_default = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
    found = signal.signal(number, by_default)

    def work(*_: object, **__: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr(lecture_command, "make", work)
    try:
        code, out, err = run("lecture", "-o", str(tmp_path / "out"))
        assert signal.getsignal(number) is by_default
    finally:
        signal.signal(number, found)
    assert (code, out, err) == (128 + number, "", f"ended by {name}\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("loading", "said"),
    [("symrnn.cli", "interrupted"), ("symrnn.cli.start", "ended by SIGINT")],
)
def test_ctrl_c_is_one_line_while_the_commands_are_loaded(
    run: Run, monkeypatch: pytest.MonkeyPatch, loading: str, said: str
) -> None:
    found = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(
        import_module(loading), "import_module", lambda _: signal.raise_signal(signal.SIGINT)
    )
    try:
        assert run("--version") == (130, "", f"{said}\n")
    finally:
        signal.signal(signal.SIGINT, found)


def test_a_second_signal_does_not_end_the_putting_away() -> None:
    put_away = False
    with pytest.raises(Stopped, match="SIGTERM"), heard():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            put_away = True
    assert put_away


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_is_heard_where_python_forgets_exceptions(name: str) -> None:
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)
    alarm = signal.getsignal(signal.SIGALRM)

    class Ends:
        def __del__(self) -> None:
            signal.raise_signal(number)

    try:
        with pytest.raises(Stopped, match=name), heard():
            Ends()
            threading.Event().wait(20)
    finally:
        signal.signal(number, before)
    assert signal.getsignal(signal.SIGALRM) is alarm


def test_what_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heard():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
