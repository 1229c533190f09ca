"""Signals that can be caught: they end the work as an exception does, so that all is put away."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

_PATIENCE = 5.0
"""Seconds in which what was begun is put away; a signal within them is not heard."""


_AGAIN = 0.05
"""Seconds after which a signal is raised again that came where exceptions are not heard."""


class Stopped(BaseException):
    """A signal; no `Exception`, so that nothing that handles errors goes on after it."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@contextmanager
def heard() -> Iterator[None]:
    """Within, a signal to end raises.

    What is ignored (SIGHUP, under nohup) stays so. Outside of the main thread nothing changes:
    signals are heard there alone. One that comes in a callback of Python's own (of a fork, of the
    garbage collector), which prints exceptions and goes on, is raised again a little later.

    Raises:
        Stopped: where a signal came.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    first: list[float] = []

    def end(number: int, _: FrameType | None = None) -> None:
        now = monotonic()
        if first and now < first[-1] + _PATIENCE:
            return
        first.append(now)
        raise Stopped(number)

    def unheard(what: sys.UnraisableHookArgs, /) -> None:
        stopped = what.exc_value
        if not isinstance(stopped, Stopped):
            hook(what)
        elif hasattr(signal, "setitimer"):
            first.clear()
            alarm = signal.signal(signal.SIGALRM, lambda *_: end(stopped.number))
            before.setdefault(signal.SIGALRM, alarm)
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)

    before: dict[int, Any] = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, end)
    hook, sys.unraisablehook = sys.unraisablehook, unheard
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
