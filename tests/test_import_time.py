"""`import symrnn` is silent, light, and hardly slower than `import sympy`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 0.100
"""Seconds of processor time that `import symrnn` may take beyond `import sympy`."""
ATTEMPTS = 12
"""Fresh interpreters tried: noise only ever adds time, so the best of them is the measure."""
HEAVY = {
    *("hypothesis", "jax", "jinja2", "math_core", "latexify", "matplotlib", "pytest"),
    *("rich", "scipy", "torch", "typer"),
}


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def _seconds() -> float:
    run = _python(
        "import sympy, sys, time; start = time.process_time(); import symrnn;"
        "print(time.process_time() - start)"
    )
    return float(run.stdout)


def test_import_prints_nothing_and_warns_of_nothing() -> None:
    run = _python("import warnings; warnings.simplefilter('always'); import symrnn")
    assert (run.stdout, run.stderr) == ("", "")


def test_import_leaves_heavy_packages_alone() -> None:
    run = _python("import json, sys, symrnn; print(json.dumps(sorted(sys.modules)))")
    loaded = {name.partition(".")[0] for name in json.loads(run.stdout)}
    assert loaded & HEAVY == set()


def test_import_takes_little_longer_than_sympy() -> None:
    best = float("inf")
    for _ in range(ATTEMPTS):
        best = min(best, _seconds())
        if best <= LIMIT:
            break
    assert best <= LIMIT, f"import symrnn takes {best * 1000:.0f} ms beyond import sympy"
