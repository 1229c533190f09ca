"""Other programs, run so that they end when we do: whatever ends us, and with all they started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")
_GUARDED = sys.platform != "win32"

NOT_RUN = 126
"""The exit code where a program could not be run; standard error says why."""


def start(
    command: Sequence[str],
    out: IO[bytes],
    err: IO[bytes],
    *,
    folder: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    largest: int = 0,
) -> subprocess.Popen[bytes]:
    """Begin to run a program, without input and in a session of its own.

    Args:
        command: the path of the program, and its arguments.
        out, err: files, never pipes: what a program leaves running would hold a pipe open.
        folder: where it runs; here by default.
        environment: its environment; ours by default.
        largest: bytes of the largest file that it may write; 0 for no bound.

    Returns:
        its process, to be handed to `stop`. Where a signal n ended the program, its exit code is
        128 + n.
    """
    guard = [sys.executable, "-I", "-S", str(_GUARD), str(largest)] if _GUARDED else []
    return subprocess.Popen(
        [*guard, *command],
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=err,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program that `start` began, and all it started; nothing, where it has ended."""
    if process.stdin is not None:
        # The guard hears of it.
        with suppress(BrokenPipeError):
            process.stdin.close()
    if not _GUARDED:
        process.kill()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
