"""The work of a sweep, shared: by this process alone, by the cores there are, or by a cluster.

Nets are handed out in tasks of about a second, a few for each worker at a time, so that neither
the scheduler nor this process holds more than it needs. A worker that dies costs its tasks only:
they are handed out again. Each net draws its own random numbers, and each task computes with one
thread, so that what is found does not depend on who found it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from symrnn.cluster import connected, found_by, package, quiet
from symrnn.errors import NotSupportedError
from symrnn.processors import cores, one_thread
from symrnn.sweep.cells import Cells
from symrnn.sweep.design import Point, points
from symrnn.sweep.net import measured
from symrnn.sweep.rows import schema
from symrnn.sweep.spec import Spec
from symrnn.sweep.store import Store, locked
from symrnn.version import __version__

TASK_SECONDS = 1.0
"""How long a task is meant to take; the scheduler needs about a millisecond for each."""
AHEAD = 3
"""Tasks handed out for each thread of a worker: one runs, the others wait beside it."""
FLUSH_SECONDS = 5.0
"""Rows are on the disk after at most so many seconds."""
MOST_IN_TASK = 1000

Rows = list[dict[str, Any]]


class Listener(Protocol):
    """Hears how many nets are done, out of how many, and how many seconds are left, if known."""

    def __call__(self, done: int, of: int, left: float | None, /) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes:
        nets: how many the sweep has.
        known: how many were in the folder before.
        failed: how many have no numbers; their rows say why.
        lost: nets whose worker died again and again; they have no row, and a new run tries them.
    """

    nets: int
    known: int
    failed: int
    lost: int


def run(
    spec: Spec,
    folder: str | Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    base: str | Path = ".",
    listener: Listener | None = None,
) -> Outcome:
    """Measure every net of a sweep that the folder does not have yet.

    Args:
        spec: the sweep.
        folder: where the dataset is, or is to be.
        workers: processes; 0 for this process alone, by default one a core.
        scheduler: the address of a Dask scheduler, which is used instead.
        base: the folder that files of cells are relative to.
        listener: hears how far it is.

    Raises:
        IllFormedError: a point that has no meaning (the first is named), a folder that holds
            another sweep or is in use, a scheduler that can not be reached or whose workers have
            another version of symrnn.
        NotSupportedError: Dask is needed and missing.
    """
    folder = Path(folder)
    cells = Cells(spec, Path(base))
    listen = listener or (lambda done, of, left: None)
    with locked(folder):
        store = Store(folder, schema(spec))
        everything = points(spec, cells)
        order = [point.key for point in everything]
        known = sum(key in store.keys for key in dict.fromkeys(order))
        nets = len(set(order))
        todo = (p for p in points(spec, cells) if p.key not in store.keys)
        failed = lost = 0
        if known < nets:
            with _hands(workers, scheduler, nets - known) as hands:
                failed, lost = _work(hands, todo, store, known, nets, listen)
        if not lost:
            store.merge(order)
    return Outcome(nets, known, failed, lost)


def task(chunk: list[Point]) -> tuple[str, tuple[float, Rows]]:
    """What a worker does: measure some nets, with one thread each.

    Returns: the version that measured them; how many seconds it took, a row for each.
    """
    start = time.perf_counter()
    with one_thread():
        rows = [measured(point) for point in chunk]
    return __version__, (time.perf_counter() - start, rows)


class _Hands(Protocol):
    """Who does the tasks."""

    def room(self) -> int:
        """How many more tasks may be handed out."""
        ...

    def give(self, chunk: list[Point]) -> None: ...

    def take(self) -> tuple[list[Point], tuple[float, Rows] | None]:
        """The next task that is done, and what came of it; None where its workers died."""
        ...


def _work(
    hands: _Hands, todo: Iterator[Point], store: Store, known: int, nets: int, listen: Listener
) -> tuple[int, int]:
    out = failed = lost = done = 0
    size, pending = 1, Rows()
    start = flushed = time.monotonic()
    listen(known, nets, None)
    try:
        while True:
            while hands.room() and (chunk := list(itertools.islice(todo, size))):
                hands.give(chunk)
                out += 1
            if not out:
                return failed, lost
            chunk, result = hands.take()
            out -= 1
            if result is None:
                lost += len(chunk)
            else:
                seconds, rows = result
                failed += sum(row["failure"] is not None for row in rows)
                pending += rows
                size = _next_size(len(chunk), seconds)
            done += len(chunk)
            now = time.monotonic()
            if now - flushed > FLUSH_SECONDS:
                store.add(pending)
                pending, flushed = Rows(), now
            left = (now - start) / done * (nets - known - done)
            listen(known + done, nets, left)
    finally:
        store.add(pending)


def _next_size(size: int, seconds: float) -> int:
    """Nets in the next task: towards tasks of a second, at most twice as many at a time."""
    wished = size * TASK_SECONDS / max(seconds, 1e-6)
    return max(1, min(int(wished), 2 * size, MOST_IN_TASK))


# ── who does it ─────────────────────────────────────────────────────────────────────────────────


class _Here:
    """This process, one task at a time."""

    def __init__(self) -> None:
        self._waiting: list[list[Point]] = []

    def room(self) -> int:
        return 1 - len(self._waiting)

    def give(self, chunk: list[Point]) -> None:
        self._waiting.append(chunk)

    def take(self) -> tuple[list[Point], tuple[float, Rows] | None]:
        chunk = self._waiting.pop()
        _, found = task(chunk)
        return chunk, found


class _Dask:
    """The workers of a Dask scheduler."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._out: dict[Any, list[Point]] = {}
        self._threads = 1
        self._done = package("distributed").as_completed(with_results=False)

    def room(self) -> int:
        if not self._out:
            self._count()
        return AHEAD * self._threads - len(self._out)

    def give(self, chunk: list[Point]) -> None:
        future = self._client.submit(task, chunk, key=f"symrnn-{chunk[0].key}", pure=False)
        self._out[future] = chunk
        self._done.add(future)

    def take(self) -> tuple[list[Point], tuple[float, Rows] | None]:
        future = next(self._done)
        chunk = self._out.pop(future)
        self._count()
        return chunk, found_by(future)

    def _count(self) -> None:
        """Workers come and go."""
        self._threads = max(1, sum(self._client.nthreads().values()))


@contextmanager
def _hands(workers: int | None, scheduler: str | None, nets: int) -> Iterator[_Hands]:
    if workers == 0 and scheduler is None:
        yield _Here()
        return
    if scheduler is not None:
        with connected(scheduler) as client:
            yield _Dask(client)
        return
    distributed = package("distributed")
    many = min(cores() if workers is None else workers, nets)
    with quiet():
        try:
            started = distributed.LocalCluster(
                n_workers=many,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=50,
                memory_limit=0,
            )
        except RuntimeError as error:  # a process that ended, or was ended, while it started
            raise NotSupportedError(
                f"{many} processes could not be started",
                {"reason": error, "do": "the same command again, or --workers 0"},
            ) from error
        with started as local, distributed.Client(local) as client:
            yield _Dask(client)
