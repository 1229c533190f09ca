"""SymPy on the unrolled recurrence: scalars, and `diff`. In a process of its own, under a limit."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symrnn.bench.contender import Arrays, Contender

LIMIT = 120.0
"""Seconds after which the unrolled derivation is given up; its time is then at least this."""

STATE, LOSS = "∂s_t/∂s_0", "∂L/∂W"


@dataclass(frozen=True)
class Unrolled:
    """What came of it: seconds to derive, and the entries at the numbers given; or only a limit."""

    seconds: float
    values: NDArray[np.float64] | None


def derivation(
    what: str, W: NDArray[np.float64], b: NDArray[np.float64], s0: NDArray[np.float64], steps: int
) -> Iterator[Contender]:
    """The entries of ∂s_t/∂s_0, or of ∂L/∂W with L = ‖s_t‖²/2, by `diff`."""

    def value(found: Unrolled) -> Arrays | None:
        return None if found.values is None else (found.values,)

    yield Contender(
        "sympy unrolled",
        lambda: in_process(what, W, b, s0, steps),
        value,
        seconds=lambda found: float(found.seconds),
    )


def in_process(what: str, *numbers: Any, limit: float = LIMIT) -> Unrolled:
    """Derive and evaluate in another process, which is ended at the limit."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(sender, what, *numbers), daemon=True)
    worker.start()
    sender.close()
    try:
        if receiver.poll(limit):
            return Unrolled(*receiver.recv())
        return Unrolled(limit, None)
    finally:
        worker.terminate()
        worker.join()
        receiver.close()


def _work(sender: Connection, what: str, *numbers: Any) -> None:
    W, b, s0, steps = numbers
    start = time.perf_counter()
    entries, symbols = unrolled(what, len(W), steps)
    seconds = time.perf_counter() - start
    given = dict(zip(symbols, np.concatenate([W.ravel(), b, s0]), strict=True))
    sender.send((seconds, evaluated(entries, given)))
    sender.close()


def unrolled(what: str, d: int, steps: int) -> tuple[sympy.Matrix, list[sympy.Symbol]]:
    """The entries, and the symbols of W (row by row), b and s_0."""
    W = sympy.Matrix(d, d, sympy.symbols(f"w:{d * d}"))
    b, start = (sympy.Matrix(sympy.symbols(f"{name}:{d}")) for name in "bs")
    s = start
    for _ in range(steps):
        s = (W * s + b).applyfunc(sympy.tanh)
    if what == STATE:
        entries = s.jacobian(start)
    else:
        loss = (s.T * s)[0] / 2
        entries = W.applyfunc(loss.diff)
    return entries, [*W, *b, *start]


def evaluated(entries: sympy.Matrix, given: dict[sympy.Symbol, float]) -> NDArray[np.float64]:
    """Numbers for the symbols; each subexpression once, for a million share a few thousand."""
    known: dict[Any, float] = dict(given)

    def value(node: Any) -> float:
        if node not in known:
            if node.is_Number:
                known[node] = float(node)
            else:
                parts = [value(part) for part in node.args]
                known[node] = float(OPERATIONS[node.func](parts))
        return known[node]

    flat = [value(entry) for entry in entries]
    return np.array(flat).reshape(entries.shape)


OPERATIONS: dict[Any, Callable[[list[float]], Any]] = {
    sympy.Add: sum,
    sympy.Mul: np.prod,
    sympy.Pow: lambda parts: parts[0] ** parts[1],
    sympy.tanh: lambda parts: np.tanh(parts[0]),
}
