"""Work shared between forked processes: what they inherit need not be pickled, what they find must.

Only where forking is safe: on Linux, from a process without threads that a fork would lose.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from symrnn.errors import EvidenceError

THREADED = ("jax", "torch")
"""Packages whose own threads do not survive a fork; NumPy's OpenBLAS sees to its own."""


def can_fork() -> bool:
    """Whether this process may be forked."""
    threads = threading.active_count() > 1 or any(name in sys.modules for name in THREADED)
    return sys.platform == "linux" and not threads


def share(
    work: Callable[[int], Any], order: list[int], workers: int, started: Callable[[int], None]
) -> Iterator[tuple[int, Any]]:
    """Pairs of a number and `work(number)`, as they are ready.

    Args:
        work: what is done for a number; it must not raise.
        order: the numbers, in the order in which they are begun.
        workers: how many processes.
        started: hears of each number when a process begins it.

    Raises:
        EvidenceError: a process ended before its work did.
    """
    context = multiprocessing.get_context("fork")
    waiting, busy = list(reversed(order)), dict[Connection, int]()
    processes, finished = [], False
    try:
        for _ in range(min(workers, len(order))):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(work, there), daemon=True)
            process.start()
            there.close()  # so that the end of the process is the end of the pipe
            processes.append((process, here))
            busy[here] = waiting.pop()
            started(busy[here])
            here.send(busy[here])
        while busy:
            ready = wait(list(busy))
            for here in [each for each in busy if each in ready]:
                try:
                    yield busy.pop(here), here.recv()
                except EOFError as error:
                    raise EvidenceError("a worker process ended before its work did") from error
                if waiting:
                    busy[here] = waiting.pop()
                    started(busy[here])
                    here.send(busy[here])
        finished = True
    finally:
        for process, here in processes:
            # Nobody waits for the end of a pipe: processes forked later hold copies of it.
            if finished:
                here.send(None)
            else:
                process.terminate()
            process.join()
            here.close()


def _serve(work: Callable[[int], Any], pipe: Connection) -> None:
    # Ctrl-C reaches the whole group: the parent answers it, and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (number := pipe.recv()) is not None:
        pipe.send(work(number))
