"""What `import symrnn` costs over `import sympy`, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.goals import Goal

OVER = "seconds over sympy"
GOALS = (Goal(OVER, 0.1),)

PROGRAM = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def works(quick: bool) -> Iterator[Work]:
    """One."""
    contenders = (_importing(OURS, "symrnn"), _importing("sympy import", "sympy"))
    yield Work("import", {}, contenders, () if quick else GOALS, quantities=_over)


def _importing(name: str, module: str) -> Contender:
    return Contender(name, partial(seconds, module), lambda _: (), seconds=float)


def seconds(module: str) -> float:
    """How long a fresh interpreter takes to import a module."""
    command = [sys.executable, "-c", PROGRAM.format(module)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _over(results: Mapping[str, Any], taken: Mapping[str, float]) -> dict[str, float]:
    return {OVER: taken[OURS] - taken["sympy import"]}
