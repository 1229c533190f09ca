"""A sweep shared among processes of this machine: what a second worker saves, what a task costs.

The tasks are of about a second; a scheduler and its workers run before the clock does. Instead of
a peer, the same nets with one worker, and in one process without tasks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from symrnn.bench.contender import OURS, Arrays, Contender, Work
from symrnn.bench.goals import Goal
from symrnn.bench.packages import installed
from symrnn.cluster import package, quiet
from symrnn.sweep import read_results, run
from symrnn.sweep.spec import parse_spec

NAME = "sweep, two workers"
ONE, ALONE = f"{OURS}, one worker", f"{OURS}, no tasks"
SCALING, OVERHEAD = "one worker / two workers", "one worker / no tasks"
GOALS = (Goal(SCALING, 1.8, at_least=True), Goal(OVERHEAD, 1.05))

SIZES = (64, 2000, 16)
QUICK = (2, 20, 3)
"""d, steps, nets."""

SPEC = """
repeats = {nets}
steps = {steps}
[axes]
cell = ["elman"]
d = [{d}]
m = [4]
"""


@dataclass(frozen=True)
class Swept:
    """Every number that was found, in the order of the dataset, and how long it took."""

    numbers: Arrays
    seconds: float


def works(quick: bool) -> Iterator[Work]:
    """One, where the libraries for it are installed; the quick one compares two ways alone."""
    if not installed("distributed"):
        return
    d, steps, nets = QUICK if quick else SIZES
    spec = SPEC.format(d=d, steps=steps, nets=nets)
    ways = {OURS: 2, ALONE: 0} if quick else {OURS: 2, ONE: 1, ALONE: 0}
    contenders = tuple(
        Contender(name, partial(apart, spec, workers), _numbers, tolerance=0.0, seconds=_seconds)
        for name, workers in ways.items()
    )
    sizes = {"d": d, "steps": steps, "nets": nets}
    yield Work(NAME, sizes, contenders, () if quick else GOALS, quantities=_ratios)


def apart(spec: str, workers: int) -> Swept:
    """What `main` writes in a fresh interpreter, which may start processes of its own."""
    command = [sys.executable, "-m", __name__, spec, str(workers)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    return Swept(tuple(map(np.array, found["numbers"])), found["seconds"])


def main(spec: str, workers: int) -> None:
    """Sweep, and write the numbers and the seconds to standard output."""
    with quiet(), tempfile.TemporaryDirectory() as folder:
        with nullcontext() if workers == 0 else _cluster(workers) as cluster:
            who = {"workers": 0} if cluster is None else {"scheduler": cluster.scheduler_address}
            start = time.perf_counter()
            run(parse_spec(spec), Path(folder), **who)
            seconds = time.perf_counter() - start
        table = read_results(folder)
    kept = [each.name for each in table.schema if str(each.type) == "double"]
    numbers = [np.nan_to_num(table.column(name).to_numpy()).tolist() for name in kept]
    sys.stdout.write(json.dumps({"numbers": numbers, "seconds": seconds}))


def _cluster(workers: int) -> Any:
    return package("distributed").LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
    )


def _numbers(found: Swept) -> Arrays:
    return found.numbers


def _seconds(found: Swept) -> float:
    return found.seconds


def _ratios(results: Mapping[str, Any], taken: Mapping[str, float]) -> dict[str, float]:
    if ONE not in taken:
        return {}
    return {SCALING: taken[ONE] / taken[OURS], OVERHEAD: taken[ONE] / taken[ALONE]}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
