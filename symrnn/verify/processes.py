"""Work shared between forked processes: what they inherit need not be pickled, what they find must.

The pool is the standard library's. Only where forking is safe: on Linux, from a process without
threads that a fork would lose.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Final

THREADED = ("jax", "torch")
"""Packages whose own threads do not survive a fork; NumPy's OpenBLAS sees to its own."""


class Lost:
    """Stands for what was not found: the process ended before its work did, twice."""


LOST: Final = Lost()

ALONE: Final = 2
"""How often a number is tried by itself: it may have been another's process that ended."""

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, of <sys/prctl.h>


def can_fork() -> bool:
    """Whether this process may be forked."""
    threads = threading.active_count() > 1 or any(name in sys.modules for name in THREADED)
    return sys.platform == "linux" and not threads


def share(
    work: Callable[[int], Any], order: list[int], workers: int, started: Callable[[int], None]
) -> Iterator[tuple[int, Any]]:
    """Pairs of a number and `work(number)`, as they are ready.

    Where a process ends before its work does (out of memory, a fault in compiled code), what all
    were at is done again, alone, since it is not known which ended first; if a process ends twice
    alone at the same number, `LOST` is found for that number. All others are
    found regardless. What `work` raises is raised here. Whatever ends this process ends the others,
    too, and so does leaving the iterator.

    Args:
        work: what is done for a number.
        order: the numbers, in the order in which they are begun.
        workers: how many processes.
        started: hears of each number when it is begun.
    """
    waiting = deque(order)
    while waiting:
        suspects = yield from _until_one_ends(work, waiting, min(workers, len(waiting)), started)
        for number in suspects:
            left = [number]
            for _ in range(ALONE):
                if left:
                    left = yield from _until_one_ends(work, deque(left), 1, lambda _: None)
            for lost in left:
                yield lost, LOST


def _until_one_ends(
    work: Callable[[int], Any], waiting: deque[int], workers: int, started: Callable[[int], None]
) -> Generator[tuple[int, Any], None, list[int]]:
    """What is found while all processes live; returns what they were at when one of them ended."""
    others = multiprocessing.active_children()
    pool = _pool(work, workers)
    busy: dict[Future[Any], int] = {}
    suspects: list[int] = []
    try:
        while (waiting and not suspects) or busy:
            # No more is handed over than there are processes: what is at work when one ends is
            # little, and known.
            while waiting and not suspects and len(busy) < workers:
                try:
                    future = pool.submit(_work, waiting[0])
                except BrokenProcessPool:
                    break
                busy[future] = waiting.popleft()
                started(busy[future])
            ready, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in ready:
                number = busy.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append(number)
                else:
                    yield number, future.result()
    except BaseException:
        _end_all_but(others)
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return suspects


@contextmanager
def beside(
    work: Callable[[int], Any], order: Sequence[int], workers: int
) -> Iterator[Callable[[], dict[int, Any]]]:
    """Other processes at work while this one is at something else.

    Gives a function that waits for them and has `work(number)` by the number. Where a process ends
    before its work does, or none may be forked, it does the work itself. What `work` raises is
    raised by it.

    Args:
        work: what is done for a number.
        order: the numbers, in the order in which they are begun.
        workers: how many processes; at 0 there are none.
    """
    if workers < 1 or not order or not can_fork():
        yield lambda: {number: work(number) for number in order}
        return
    others = multiprocessing.active_children()
    pool = _pool(work, min(workers, len(order)))

    def found(number: int, future: Future[Any]) -> Any:
        try:
            return future.result()
        except BrokenProcessPool:
            return work(number)

    try:
        busy = {number: pool.submit(_work, number) for number in order}
        yield lambda: {number: found(number, future) for number, future in busy.items()}
    except BaseException:
        _end_all_but(others)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(work: Callable[[int], Any], workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("fork"),
        initializer=_serve,
        initargs=(work, os.getpid()),
    )


def _end_all_but(others: list[Any]) -> None:
    for process in multiprocessing.active_children():
        if process not in others:
            process.kill()


_shared: list[Callable[[int], Any]] = []
"""In a process of the pool: its work, inherited."""


def _serve(work: Callable[[int], Any], parent: int) -> None:
    # Ctrl-C reaches the whole group: the parent answers it, and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # What can not be caught ends the parent without a word: the kernel has it said here.
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _shared.append(work)


def _work(number: int) -> Any:
    return _shared[-1](number)
