"""`import symrnn` is silent and loads next to nothing; what is asked for comes when asked for.

How long that takes is a figure for the benchmark; what makes it slow would be a package more.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import symrnn
from symrnn import pytest_gradients, testing

ROOT = Path(__file__).resolve().parent.parent
OURS = {"symrnn", "sympy", "mpmath"}
MODULES = 4
"""Modules of its own that `import symrnn` may load."""
FIRST = 57
"""Modules of its own that are loaded for a derivation: more would be felt."""


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


def _own(loaded: set[str]) -> list[str]:
    return [name for name in loaded if name.startswith("symrnn")]


def test_import_loads_itself_only() -> None:
    loaded = _loaded("pass", "import symrnn")
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - {"symrnn"} - sys.stdlib_module_names == set()
    assert len(_own(loaded)) <= MODULES


def test_what_derives_loads_sympy_and_little_of_ours() -> None:
    loaded = _loaded("import sympy", "from symrnn import D, elman, jacobian, latex")
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - OURS - sys.stdlib_module_names == set()
    assert len(_own(loaded)) <= FIRST
    # SymPy loads these at the first sum of symbols: they are a third of what symrnn would add.
    assert "sympy.tensor.tensor" not in loaded


def test_what_is_loaded_later_is_noticed_here() -> None:
    later = _loaded("import sympy", "import symrnn; symrnn.lower")
    assert "numpy" in {name.partition(".")[0] for name in later}


def test_every_public_name_is_there_and_type_checkers_see_it_where_it_is() -> None:
    stub = ast.parse((ROOT / "symrnn" / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    seen = {each.name: node.module for node in imports for each in node.names}
    assert seen.pop("__version__") == "symrnn.version"
    assert sorted(seen) == symrnn.__all__
    for name, module in seen.items():
        assert getattr(symrnn, name) is getattr(sys.modules[str(module)], name)
    assert {*symrnn.__all__} <= {*dir(symrnn)}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        symrnn.nothing  # noqa: B018


@pytest.mark.parametrize("plugin", ["symrnn.pytest_gradients", "symrnn.pytest_documents"])
def test_a_run_of_pytest_that_asks_for_nothing_loads_nothing(plugin: str) -> None:
    loaded = _loaded("import pytest", f"import {plugin}")
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - {"symrnn"} - sys.stdlib_module_names == set()
    assert len(_own(loaded)) <= MODULES


def test_the_variable_that_the_plugin_sets_is_the_one_that_is_read() -> None:
    assert pytest_gradients.SEED == testing.SEED


@pytest.mark.parametrize("library", ["torch", "jax", "numba"])
def test_no_framework_is_loaded_until_it_is_asked_for(library: str) -> None:
    loaded = _loaded("import numpy", "import symrnn.numeric.backends, symrnn.numeric.kernels")
    assert library not in {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize("command", ["check", "derive", "audit"])
def test_a_command_that_draws_nothing_loads_nothing_that_draws(command: str) -> None:
    loaded = _loaded("import numpy", f"import symrnn.cli.{command}")
    assert {name.partition(".")[0] for name in loaded}.isdisjoint({"matplotlib", "PIL"})
