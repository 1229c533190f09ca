"""`import symrnn` is silent, and loads nothing but SymPy, the standard library and itself.

How long that takes is a figure for the benchmark; what makes it slow would be a package more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = {"symrnn", "sympy", "mpmath"}
MODULES = 130
"""Modules that symrnn may load of its own: more would be felt."""


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def _loaded(before: str, then: str) -> set[str]:
    """The modules that the second line loads beyond those of the first."""
    code = (
        f"import json, sys; {before}; known = set(sys.modules); {then};"
        "print(json.dumps(sorted(set(sys.modules) - known)))"
    )
    return set(json.loads(_python(code).stdout))


def test_import_prints_nothing_and_warns_of_nothing() -> None:
    run = _python("import warnings; warnings.simplefilter('always'); import symrnn")
    assert (run.stdout, run.stderr) == ("", "")


def test_import_loads_sympy_and_itself_only() -> None:
    loaded = _loaded("import sympy", "import symrnn")
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - OURS - sys.stdlib_module_names == set()
    assert len([name for name in loaded if name.startswith("symrnn")]) <= MODULES
    # SymPy loads these at the first sum of symbols: they are a third of what symrnn would add.
    assert "sympy.tensor.tensor" not in loaded


def test_what_is_loaded_later_is_noticed_here() -> None:
    later = _loaded("import sympy", "import symrnn; symrnn.lower")
    assert "numpy" in {name.partition(".")[0] for name in later}
