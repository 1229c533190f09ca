"""What it costs over `import sympy` to import what derives, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.goals import Goal

OVER = "seconds over sympy"
GOALS = (Goal(OVER, 0.06),)
NAMES = "from symrnn import D, elman, gradient, jacobian, latex"
"""`import symrnn` by itself loads next to nothing."""

PROGRAM = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def works(quick: bool) -> Iterator[Work]:
    """One."""
    contenders = (_importing(OURS, NAMES), _importing("sympy import", "import sympy"))
    yield Work("import", {}, contenders, () if quick else GOALS, quantities=_over)


def _importing(name: str, statement: str) -> Contender:
    return Contender(name, partial(seconds, statement), lambda _: (), seconds=float)


def seconds(statement: str) -> float:
    """How long a fresh interpreter takes for a statement that imports."""
    command = [sys.executable, "-c", PROGRAM.format(statement)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def _over(results: Mapping[str, Any], taken: Mapping[str, float]) -> dict[str, float]:
    return {OVER: taken[OURS] - taken["sympy import"]}
