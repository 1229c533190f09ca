"""Mutants of the trusted code: each changed in one place, and put before the tests that hold it.

    python tests/kernel/mutants.py symrnn/kernel/order.py --every 5 --report mutants.json

A mutant that the tests accept survives, and is read by somebody: either it means the same, or a
test is missing. Mutants are made in a copy of the project; nothing here is touched.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What kills most mutants soonest comes first.
TESTS = (
    "tests/kernel/test_false_claims.py",
    "tests/kernel/test_axioms.py",
    "tests/theory/test_rules.py",
    "tests/theory/test_check.py",
    "tests/theory/test_rules_norms.py",
    "tests/theory/test_rules_clipping.py",
    "tests/theory/test_rules_limits.py",
    "tests/theory/test_rules_truncation.py",
    "tests/kernel/test_fuzzer.py",
    "tests/theory/test_context.py",
    "tests/theory/test_statement.py",
)
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and what became of it."""

    file: str
    line: int
    change: str
    verdict: str = "not run"


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """A node changed in one way at a time; None: the statement is left out."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        other = COMPARISONS[type(node.ops[0])]
        yield f"{ast.unparse(node)} turned", _with(node, ops=[other()])
    if isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{ast.unparse(node)[:60]} and/or", _with(node, op=other_op)
        for place in range(len(node.values)):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            short = rest[0] if len(rest) == 1 else _with(node, values=rest)
            yield f"without {ast.unparse(node.values[place])[:60]}", short
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"{ast.unparse(node)[:60]} without its sign", node.operand
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        turned = _with(node, op=ARITHMETIC[type(node.op)]())
        yield f"{ast.unparse(node)[:60]} with another operation", turned
    if isinstance(node, ast.Constant) and type(node.value) in (int, bool):
        value = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} → {value}", ast.Constant(value)
    if isinstance(node, ast.IfExp):
        yield f"{ast.unparse(node)[:60]}: always", node.body
        yield f"{ast.unparse(node)[:60]}: never", node.orelse
    if isinstance(node, ast.If):
        for value in (True, False):
            yield (
                f"if {ast.unparse(node.test)[:60]}: {value}",
                _with(node, test=ast.Constant(value)),
            )
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield f"without {ast.unparse(node)[:60]}", None
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for place in range(len(node.elts)):
            rest = [*node.elts[:place], *node.elts[place + 1 :]]
            yield f"without {ast.unparse(node.elts[place])[:60]}", _with(node, elts=rest)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        other_name = {"all": "any", "any": "all", "min": "max", "max": "min"}.get(node.func.id)
        if other_name:
            yield (
                f"{node.func.id} → {other_name}",
                _with(node, func=ast.Name(other_name, ast.Load())),
            )


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, change and source of every mutant of a file."""
    count = sum(1 for _ in _places(ast.parse(source)))
    for number in range(count):
        tree = ast.parse(source)
        for place, (parent, field, index, node, what, new) in enumerate(_places(tree)):
            if place == number:
                _put(parent, field, index, new)
                yield node.lineno, what, ast.unparse(ast.fix_missing_locations(tree))
                break


def _places(
    tree: ast.AST,
) -> Iterator[tuple[ast.AST, str, int | None, ast.AST, str, ast.AST | None]]:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for index, node in children:
                if isinstance(node, ast.expr | ast.stmt):
                    for what, new in changes(node):
                        yield parent, field, index, node, what, new


def _put(parent: ast.AST, field: str, index: int | None, new: ast.AST | None) -> None:
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = ast.Pass() if new is None else new


def run(copy_of: Path, tests: list[str], seconds: float) -> str:
    """What the tests say of the project as it stands there."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-o", "addopts=", "--import-mode=importlib"]
    environment = {**os.environ, "PYTHONPATH": str(copy_of), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy_of,
            env=environment,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "killed (time)"
    return "survived" if done.returncode == 0 else "killed"


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", help="trusted files, from the project's root")
    parser.add_argument("--every", type=int, default=1, help="only every n-th mutant")
    parser.add_argument("--offset", type=int, default=0, help="the first of them")
    parser.add_argument("--seconds", type=float, default=300, help="time for one mutant")
    parser.add_argument("--report", default="mutants.json", help="where the verdicts are written")
    chosen = parser.parse_args()
    tests = [test for test in TESTS if (ROOT / test).is_file()]
    found: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "project"
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", "*_cache", "coq")
        shutil.copytree(ROOT, place, ignore=ignored)
        for name in chosen.files:
            source = (ROOT / name).read_text(encoding="utf-8")
            for number, (line, what, changed) in enumerate(mutants(source)):
                if number % chosen.every != chosen.offset:
                    continue
                (place / name).write_text(changed, encoding="utf-8")
                verdict = run(place, tests, chosen.seconds)
                found.append(Mutant(name, line, what, verdict))
                print(f"{name}:{line}  {what}  {verdict}", flush=True)  # noqa: T201
                Path(chosen.report).write_text(
                    json.dumps([asdict(each) for each in found], indent=1, ensure_ascii=False),
                    encoding="utf-8",
                )
            (place / name).write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
