"""How many processors there are to share work between, and work that one of them does alone."""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def one_thread() -> threadpool_limits:
    """A context in which NumPy multiplies in one thread.

    For small matrices a second one costs more than it does, and most where others are at work: a
    net of 32 units was trained in 10 s by two threads, in 2.5 s by one.
    """
    return threadpool_limits(1, user_api="blas")
