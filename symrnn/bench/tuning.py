"""The thresholds of this machine, measured: two ways to compute the same, size by size."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from symrnn.bench.inputs import net
from symrnn.cells.elman import elman
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.loops import compiled
from symrnn.numeric.thresholds import Thresholds, assuming

SIZES = (4, 8, 16, 24, 32, 48, 64, 96, 128)
STEPS = 30
RUNS = 7
EVERYTHING = 1 << 62

Work = Callable[[], Any]
Clock = Callable[[], float]


def measured(sizes: Sequence[int] = SIZES, clock: Clock = time.perf_counter) -> Thresholds:
    """Those of this machine; some seconds, most of them to compile.

    Raises:
        NotSupportedError: numba is not installed.
    """
    compiled.require()
    kernels = Kernels(elman("tanh"), compiled=True)
    entries = last_won(sizes, partial(_passes, kernels), "compiled_entries", clock)
    size = last_won(sizes, partial(_product, kernels), "compiled_size", clock)
    return Thresholds(compiled_entries=entries**2, compiled_size=size)


def last_won(sizes: Sequence[int], work: Callable[[int], Work], name: str, clock: Clock) -> int:
    """The last size up to which, at all sizes, the compiled way takes no longer; 0 for none.

    Args:
        sizes: in ascending order.
        work: what is done at a size.
        name: the threshold that decides how.
        clock: seconds.
    """
    won = 0
    for size in sizes:
        run = work(size)
        seconds = []
        for limit in (EVERYTHING, 0):
            with assuming(Thresholds(**{name: limit})):
                run()  # what is compiled is not measured
                seconds.append(min(_timed(run, clock) for _ in range(RUNS)))
        if seconds[0] > seconds[1]:
            break
        won = size
    return won


def _timed(run: Work, clock: Clock) -> float:
    start = clock()
    run()
    return clock() - start


def _passes(kernels: Kernels, size: int) -> Work:
    numbers = net(size, STEPS)

    def run() -> None:
        kernels.backward(kernels.run(*numbers.arguments()), {"s": numbers.g}, inputs=False)

    return run


def _product(kernels: Kernels, size: int) -> Work:
    numbers = net(size, STEPS)
    done = kernels.run(*numbers.arguments())
    return partial(kernels.jacobian, done, STEPS, 0)
