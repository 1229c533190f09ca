"""The layers import one way, and `proofs/` uses public names only; a planted violation is caught.

Read off the syntax trees, so that an import hidden in a branch, in a function or in a call of
`import_module` counts too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import symrnn

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "symrnn"

# Lowest layer first; what stands in one row may not import each other.
LAYERS = [
    {"errors", "python_text", "version"},
    {
        "activation_text",
        "cluster",
        "content",
        "derivative_text",
        "guard",
        "json_file",
        "processors",
        "programs",
        "toml_text",
    },
    {"language"},
    {"calculus", "entrywise"},
    {"recurrence"},
    {"kernel", "enclosure", "reading"},
    {"cells"},
    {"theory", "numeric"},
    {"verify", "typeset", "machine", "audit"},
    {"lecture", "crosscheck", "sweep"},
    {"bench", "testing", "inspection"},
    {"cli", "pytest_plugin", "pytest_gradients", "pytest_documents"},
    {"__main__"},
]
# The package's own `__init__` gathers the public names; the command line is not among them.
FACADE = "__init__"
# Modules that may import less than their layer allows.
CLOSED: dict[str, set[str]] = {
    "activation_text": {"errors", "python_text"},
    "derivative_text": {"errors", "python_text"},
}
# The text parser is used by the command line alone: nothing below is ever given text.
USED_BY: dict[str, set[str]] = {
    "activation_text": {"cli", "entrywise", "reading", "sweep", FACADE},
    "derivative_text": {"cli"},
    "reading": {"cells", "verify", "audit", "cli", FACADE},
}
LATE = {
    # Ctrl-C is heard while these load the rest, each under what hears it.
    *("symrnn/cli/__init__.py", "symrnn/cli/start.py"),
    # Every run of pytest where symrnn is installed loads these.
    *("symrnn/pytest_documents.py", "symrnn/pytest_gradients.py"),
}
# Recipes of the cookbook use what a user uses, as proofs do.
RECIPES = "lecture/recipes"
PROOFS_MAY_IMPORT = {PACKAGE, "numpy", "sympy"} | sys.stdlib_module_names


@dataclass(frozen=True)
class Import:
    """One imported module, written out in full, and the names taken from it."""

    file: str
    line: int
    module: str
    names: tuple[str, ...]
    in_function: bool

    @property
    def component(self) -> str | None:
        """The part of symrnn that is imported, or None for other packages."""
        top, _, rest = self.module.partition(".")
        return (rest.partition(".")[0] or FACADE) if top == PACKAGE else None

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def _imports(path: Path, root: Path) -> Iterator[Import]:
    package = path.relative_to(root).parent.parts
    file = path.relative_to(root).as_posix()

    def visit(node: ast.AST, in_function: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, (), in_function)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            taken = tuple(alias.name for alias in node.names)
            # `from symrnn import theory` takes a component: the name is the module then.
            parts = [name for name in taken if module == PACKAGE and name in _components(root)]
            for part in parts:
                yield Import(file, node.lineno, f"{module}.{part}", (), in_function)
            rest = tuple(name for name in taken if name not in parts)
            if rest:
                yield Import(file, node.lineno, module, rest, in_function)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            names = [each.value for each in node.args if isinstance(each, ast.Constant)]
            for name in names:
                if isinstance(name, str) and name.partition(".")[0] == PACKAGE:
                    yield Import(file, node.lineno, name, (), in_function)
        within = in_function or isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        )
        for child in ast.iter_child_nodes(node):
            yield from visit(child, within)

    yield from visit(ast.parse(path.read_text(encoding="utf-8"), str(path)), False)


def _called(node: ast.Call) -> str:
    """The last name of what is called: `import_module` of `importlib.import_module(…)`."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return str(name)
    return ""


def _components(root: Path) -> set[str]:
    """The parts of symrnn: the modules and folders right inside the package."""
    package = root / PACKAGE
    modules = {path.stem for path in package.glob("*.py")}
    folders = {path.name for path in package.iterdir() if any(path.glob("*.py"))}
    return (modules | folders) - {FACADE}


def _level(component: str) -> int:
    return next((i for i, layer in enumerate(LAYERS) if component in layer), -1)


def _allowed(component: str) -> set[str]:
    """What a component may import, itself included."""
    if component == FACADE:
        return set.union(*LAYERS) - {"cli"}
    below = CLOSED.get(component, set.union(set(), *LAYERS[: _level(component)]))
    closed_to = {name for name, users in USED_BY.items() if component not in users}
    return (below - closed_to) | {component}


def _package_violations(root: Path) -> list[str]:
    violations = [
        f"symrnn/{component}: not in the contract; give it a layer"
        for component in sorted(_components(root))
        if _level(component) < 0
    ]
    for path in sorted((root / PACKAGE).rglob("*.py")):
        if path.parent == root / PACKAGE / RECIPES:
            continue  # written as a user would: see below
        component = path.relative_to(root / PACKAGE).parts[0].removesuffix(".py")
        for found in _imports(path, root):
            if found.in_function and found.file not in LATE:
                violations.append(f"{found} inside a function")
            if found.component is not None and found.component not in _allowed(component):
                violations.append(f"{found}, which {component} may not")
    return violations


def _proof_violations(root: Path, public: set[str]) -> list[str]:
    violations = []
    recipes = (root / PACKAGE / RECIPES).glob("*.py")
    for path in sorted([*(root / "proofs").rglob("*.py"), *recipes]):
        if path.name == "conftest.py":
            continue
        for found in _imports(path, root):
            if found.in_function:
                violations.append(f"{found} inside a function")
            if found.module.partition(".")[0] not in PROOFS_MAY_IMPORT:
                violations.append(f"{found}, which a proof may not")
            if found.component not in (None, FACADE) and found.component not in public:
                violations.append(f"{found}: write `from symrnn import …`")
            private = sorted(set(found.names) - public) if found.module == PACKAGE else []
            if private:
                violations.append(f"{found}: {', '.join(private)} is no public name")
    return violations


def test_layers_import_one_way() -> None:
    assert _package_violations(ROOT) == []


def test_proofs_import_public_names_only() -> None:
    assert _proof_violations(ROOT, set(symrnn.__all__)) == []


def test_public_names_are_there_and_sorted_out_once() -> None:
    names = symrnn.__all__
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(symrnn, name)] == []


CLEAN = {
    "symrnn/__init__.py": "from symrnn.language.time import s",
    "symrnn/errors.py": "",
    "symrnn/activation_text.py": "import ast\nimport sympy\nfrom symrnn.errors import ParseError",
    "symrnn/language/time.py": "from symrnn.errors import ShapeError",
    "symrnn/language/norms.py": "from symrnn.language.time import s\nfrom .time import s",
    "symrnn/calculus/rules.py": "from symrnn.language import time",
    "symrnn/recurrence/total.py": "from symrnn import calculus, language",
    "symrnn/reading/parse.py": "from symrnn.language import time",
    "symrnn/cells/step.py": "from symrnn.reading import parse\nfrom symrnn.recurrence import elman",
    "symrnn/theory/rules.py": "from symrnn.cells.elman import elman",
    "symrnn/numeric/lower.py": "import numpy\nfrom ..recurrence import elman",
    "symrnn/verify/report.py": "import symrnn.theory.rules\nfrom symrnn.numeric import lower",
    "symrnn/typeset/latex.py": "from symrnn.theory import rules",
    "symrnn/cli.py": "from symrnn import activation_text\nfrom symrnn.typeset import latex",
    "proofs/chain.py": "import sympy\nfrom symrnn import D, derivation",
    "symrnn/lecture/recipes/leaky.py": "import sympy\nfrom symrnn import D, derivation",
}


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def test_clean_tree_has_no_violation(tmp_path: Path) -> None:
    root = _tree(tmp_path, CLEAN)
    assert _package_violations(root) == []
    assert _proof_violations(root, {"D", "derivation"}) == []


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        # upwards
        ("symrnn/errors.py", "import symrnn.language.time", "which errors may not"),
        ("symrnn/language/norms.py", "from symrnn.calculus import rules", "language may not"),
        ("symrnn/calculus/rules.py", "from symrnn.cells.elman import x", "calculus may not"),
        ("symrnn/recurrence/total.py", "import symrnn.theory", "recurrence may not"),
        ("symrnn/numeric/lower.py", "from ..verify import report", "numeric may not"),
        ("symrnn/typeset/latex.py", "from symrnn import cli", "typeset may not"),
        ("symrnn/__init__.py", "from symrnn.cli import main", "__init__ may not"),
        # through the facade, which imports everything
        ("symrnn/language/norms.py", "from symrnn import D", "language may not"),
        # between siblings
        ("symrnn/theory/rules.py", "from symrnn.numeric import lower", "theory may not"),
        ("symrnn/numeric/lower.py", "from symrnn.theory.rules import r", "numeric may not"),
        ("symrnn/verify/report.py", "from symrnn.typeset import latex", "verify may not"),
        ("symrnn/typeset/latex.py", "from ..verify.report import r", "typeset may not"),
        # the text parser
        ("symrnn/activation_text.py", "from symrnn.language import time", "may not"),
        ("symrnn/language/time.py", "import symrnn.activation_text", "language may not"),
        ("symrnn/theory/rules.py", "from symrnn.reading import parse", "theory may not"),
        ("symrnn/kernel/facts.py", "from symrnn.reading import parse", "kernel may not"),
        ("symrnn/kernel/facts.py", "from symrnn.cells import cell", "kernel may not"),
        ("symrnn/recurrence/total.py", "import symrnn.cells.step", "recurrence may not"),
        ("symrnn/reading/parse.py", "from symrnn.cells.step import cell", "reading may not"),
        # hidden ones
        ("symrnn/errors.py", "if 1:\n    import symrnn.cli", "which errors may not"),
        ("symrnn/cli.py", "def main():\n    import sympy", "inside a function"),
        ("symrnn/errors.py", "x = import_module('symrnn.cli')", "which errors may not"),
        ("symrnn/theory/rules.py", "importlib.import_module('symrnn.numeric')", "theory may not"),
        ("symrnn/helpers.py", "", "not in the contract"),
        # proofs
        ("proofs/chain.py", "from symrnn.theory.rules import chain_rule", "from symrnn import"),
        ("proofs/chain.py", "import symrnn.theory", "from symrnn import"),
        ("proofs/chain.py", "from symrnn import _private", "no public name"),
        ("proofs/chain.py", "import scipy", "a proof may not"),
        ("proofs/chain.py", "def f():\n    import math", "inside a function"),
        ("symrnn/lecture/recipes/leaky.py", "import symrnn.theory", "from symrnn import"),
    ],
)
def test_planted_violation_is_caught(tmp_path: Path, file: str, text: str, reason: str) -> None:
    root = _tree(tmp_path, CLEAN | {file: text})
    violations = _package_violations(root) + _proof_violations(root, {"D", "derivation"})
    assert len(violations) == 1
    assert file.removesuffix(".py") in violations[0] and reason in violations[0]
