"""Runs one program, and ends it and all it started once whoever asked for it is gone.

A script of its own, started by `symrnn.programs` in a session of its own: `guard.py BYTES PROGRAM
ARGUMENT…`. Standard input is a pipe whose other end only the caller holds; the kernel closes it
when the caller ends, by whatever signal. BYTES bounds each file that the program writes (0: no
bound). The exit code is the program's, 128 + n where signal n ended it, and `NOT_RUN` where it
could not be run; then the reason is on standard error.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
from contextlib import suppress

NOT_RUN = 126


def main(arguments: list[str]) -> int:
    """The exit code of the program."""
    size, *command = arguments
    if int(size):
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        least = int(size) if most == resource.RLIM_INFINITY else min(int(size), most)
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    try:
        program = os.posix_spawn(
            command[0],
            command,
            os.environ,
            # The pipe is not the program's to read, nor to hold open.
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
            setpgroup=0,
            # Python ignores these, and what is ignored would be inherited.
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return NOT_RUN
    threading.Thread(target=_watch, args=(program,), daemon=True).start()
    # Not reaped yet, so that its number is still its own when the rest of its group is ended.
    os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT)
    _end(program)
    _, status = os.waitpid(program, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _watch(program: int) -> None:
    while os.read(0, 1):
        pass
    _end(program)


def _end(program: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(program, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
