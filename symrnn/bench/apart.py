"""Each party of a piece of work in a process of its own, taking turns.

Two libraries in one process disturb each other: the thread pool of one spins while the other is
timed. Here ours, the matrix products alone, and each peer run in a fresh interpreter, with the same
number of threads; one works while the others wait for a message, and a pause between two turns
lets threads go to sleep.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from symrnn.bench.contender import BOUND, OURS, Arrays, Contender, Work
from symrnn.bench.work.choice import asked_alone
from symrnn.errors import SymrnnError
from symrnn.processors import cores

Works = Callable[[bool], Iterator[Work]]

PAUSE = 0.05
"""Seconds between two turns; OpenBLAS's threads spin for about 0.03 s after their work."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""The variables that pin how many threads a library uses."""


def party_of(contender: str) -> str:
    """Whose contender it is: `OURS`, `BOUND`, or the name of a package."""
    return OURS if contender.startswith(OURS) else contender.partition(" ")[0]


@contextmanager
def apart(works: Works, quick: bool, number: int, parties: tuple[str, ...]) -> Iterator[Work]:
    """A piece of work whose contenders run in processes of their own, ours first.

    Args:
        works: an item, importable by name.
        quick, number: the sizes, and which of the item's pieces of work.
        parties: packages that may have contenders, besides those whose contenders are made here.
    """
    with asked_alone(OURS):
        work = next(itertools.islice(works(quick), number, None))
    with ExitStack() as stack:
        found: list[Contender] = []
        own = (party_of(each.name) for each in work.contenders)
        for party in dict.fromkeys((OURS, *parties, *own, BOUND)):
            if party in work.missing or party in work.left_out:
                continue
            process = stack.enter_context(_Process(works, quick, number, party))
            found += process.contenders()
            if not process.names:
                process.end()
        yield replace(work, contenders=tuple(found))


class _Process:
    """One party's process, seen from outside."""

    def __init__(self, works: Works, quick: bool, number: int, party: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        # Some peers are limited by a process of their own, which a daemon may not have; this one
        # ends with the line to whom it serves.
        self._process = context.Process(target=_serve, args=(there, works, quick, number, party))
        pinned = dict.fromkeys(THREADS, str(cores()))
        before = {name: os.environ.get(name) for name in pinned}
        os.environ.update(pinned)
        try:
            self._process.start()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        there.close()
        self.names: tuple[str, ...] = ()

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def contenders(self) -> Iterator[Contender]:
        """Its contenders, to be run and timed there."""
        described: list[tuple[str, bool, float, bool]] = self._answer()
        self.names = tuple(name for name, *_ in described)
        for name, has_value, tolerance, times_itself in described:
            yield Contender(
                name,
                partial(self._ask, "run", name),
                partial(self._ask, "value", name) if has_value else None,
                tolerance,
                partial(self._ask, "seconds", name) if times_itself else None,
                timed=partial(self._ask, "time", name),
            )

    def _ask(self, what: str, name: str, given: Any = None) -> Any:
        # What was run is kept there; it need not travel to be compared or asked for its time.
        self._here.send((what, name, given if what == "time" else None))
        return self._answer()

    def _answer(self) -> Any:
        try:
            fine, answer = self._here.recv()
        except EOFError as error:
            raise SymrnnError("a process of the benchmark died") from error
        if not fine:
            raise SymrnnError(f"a process of the benchmark failed: {answer}")
        return answer

    def end(self) -> None:
        """Stop the process, if it is not."""
        self._here.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


# ── inside the process ──────────────────────────────────────────────────────────────────────────


def _serve(line: Connection, works: Works, quick: bool, number: int, party: str) -> None:
    """Answer until nobody asks any more."""
    try:
        with asked_alone(party):
            work = next(itertools.islice(works(quick), number, None))
        mine = {each.name: each for each in work.contenders if party_of(each.name) == party}
        line.send((True, [_described(each) for each in mine.values()]))
        results: dict[str, Any] = {}
        gc.disable()
        while True:
            what, name, given = line.recv()
            line.send((True, _ANSWERS[what](mine[name], results, given)))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:  # noqa: BLE001 - told to the process that asked
        line.send((False, f"{party}: {type(error).__name__}: {error}"))


def _described(contender: Contender) -> tuple[str, bool, float, bool]:
    times_itself = contender.seconds is not None
    return contender.name, contender.value is not None, contender.tolerance, times_itself


def _run(contender: Contender, results: dict[str, Any], _: Any) -> Any:
    found = results[contender.name] = contender.run()
    # Further figures come from our own results, and from numbers; the rest is compared by value.
    return found if party_of(contender.name) == OURS or isinstance(found, float) else None


def _value(contender: Contender, results: Mapping[str, Any], _: Any) -> Arrays | None:
    assert contender.value is not None
    return contender.value(results[contender.name])


def _seconds(contender: Contender, results: Mapping[str, Any], _: Any) -> float:
    assert contender.seconds is not None
    return contender.seconds(results[contender.name])


def _time(contender: Contender, _: Any, repeats: int) -> float:
    time.sleep(PAUSE)
    gc.collect()
    start = time.perf_counter()
    for _ in range(repeats):
        contender.run()
    return (time.perf_counter() - start) / repeats


_ANSWERS: dict[str, Callable[[Contender, dict[str, Any], Any], Any]] = {
    "run": _run,
    "value": _value,
    "seconds": _seconds,
    "time": _time,
}
