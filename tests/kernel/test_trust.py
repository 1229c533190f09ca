"""What is trusted: which files, how many lines, and that nothing else makes a theorem."""

from __future__ import annotations

import ast
import copy
import pickle
import sys
from inspect import signature, unwrap
from pathlib import Path

import pytest
from numpy import int64
from sympy import Integer, Symbol

from symrnn import kernel
from symrnn.errors import IllFormedError
from symrnn.kernel import Theorem, axioms, inferences, reflexivity
from symrnn.kernel.axioms import numbers
from symrnn.language.algebra import Parameter
from symrnn.language.relations import Equation

ROOT = Path(__file__).resolve().parents[2]
KERNEL = sorted((ROOT / "symrnn" / "kernel").rglob("*.py"))
# What gives the kernel's terms their form; printers and messages decide nothing.
TERMS = [
    ROOT / "symrnn" / name
    for name in (
        *(f"language/{name}.py" for name in ("activations", "algebra", "derivatives", "entry")),
        *(f"language/{name}.py" for name in ("norms", "ordered", "relations", "shapes")),
        *(f"language/{name}.py" for name in ("structure", "time", "names")),
        "recurrence/definitions.py",
    )
]
UNTRUSTED = {"errors.py", "language/__init__.py", "language/notation.py", "language/writing.py"}
MAKES = {"_make", "_RECORDS", "_Record", "__new__"}


def imported(path: Path) -> set[str]:
    """The files of the project that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("symrnn"):
            continue
        for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
            file = ROOT / str(name).replace(".", "/")
            for candidate in (file.with_suffix(".py"), file / "__init__.py"):
                if candidate.is_file():
                    found.add(candidate.relative_to(ROOT / "symrnn").as_posix())
    return found - {"__init__.py", "recurrence/__init__.py"}


def trusted() -> list[Path]:
    return [*KERNEL, *TERMS]


def test_the_trusted_files_import_each_other_and_nothing_else_of_the_project() -> None:
    names = {path.relative_to(ROOT / "symrnn").as_posix() for path in trusted()}
    for path in trusted():
        assert imported(path) <= names | UNTRUSTED, path


def test_the_kernel_is_read_in_one_sitting() -> None:
    lines = [line for path in KERNEL for line in path.read_text(encoding="utf-8").splitlines()]
    written = sum(bool(line.strip()) for line in lines)
    assert written - sum(map(import_lines, KERNEL)) <= 2600
    assert sum(map(code_lines, trusted())) <= 3000


def import_lines(path: Path) -> int:
    """Lines that name what comes from elsewhere: more files have more of them."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in imports)


def code_lines(path: Path) -> int:
    """Lines of code: no imports, docstrings, comments, blank lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held: set[int] = set()
    for node in ast.walk(tree):
        lines = set(range(getattr(node, "lineno", 1), getattr(node, "end_lineno", 0) + 1))
        prose = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Import | ast.ImportFrom) or prose:
            held -= lines
        elif isinstance(node, ast.stmt) and not hasattr(node, "body"):
            held |= lines
        elif isinstance(node, ast.stmt):
            first = node.body[0].lineno  # type: ignore[attr-defined]
            held |= set(range(node.lineno, max(first, node.lineno + 1)))
    return len(held)


def test_nothing_outside_the_kernel_makes_a_theorem() -> None:
    for path in sorted((ROOT / "symrnn").rglob("*.py")) + sorted((ROOT / "proofs").rglob("*.py")):
        if path in KERNEL:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("symrnn.kernel"):
                taken = {alias.name for alias in node.names}
                assert not any(name.startswith("_") for name in taken), path
            if isinstance(node, ast.Attribute) and node.attr in MAKES - {"__new__"}:
                raise AssertionError(f"{path} reaches into the kernel")
            if isinstance(node, ast.ClassDef):
                assert not any(isinstance(b, ast.Name) and b.id == "Theorem" for b in node.bases)


def test_a_theorem_is_not_constructed_subclassed_copied_or_changed() -> None:
    theorem = reflexivity(Integer(2))
    with pytest.raises(IllFormedError, match="kernel alone"):
        Theorem()
    with pytest.raises(IllFormedError, match="derived from Theorem"):
        type("Forged", (Theorem,), {})
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(IllFormedError, match="does not leave"):
            leave(theorem)
    forged = object.__new__(Theorem)
    with pytest.raises(IllFormedError, match="no theorem"):
        _ = forged.relation
    with pytest.raises(IllFormedError, match="no theorem"):
        inferences.symmetry(forged)
    for name in ("relation", "hypotheses", "cell", "anything"):
        with pytest.raises(AttributeError):
            object.__setattr__(theorem, name, Equation(2, 1))
    assert theorem.relation == Equation(2, 2)


class Seeming:
    """It has what a theorem has, and is none."""

    hypotheses: frozenset[object] = frozenset()
    relation, cell = Equation(0, 1), None


INFERENCES = {
    name: inference
    for name in kernel.__all__
    if (inference := getattr(kernel, name)) not in (Theorem, kernel.Fact, axioms)
}


@pytest.mark.parametrize("name", INFERENCES)
def test_an_inference_takes_theorems_of_the_kernel_alone(name: str) -> None:
    inference = INFERENCES[name]
    kinds = {key: str(each.annotation) for key, each in signature(inference).parameters.items()}
    given = {key: Seeming() if "Theorem" in kind else 0 for key, kind in kinds.items()}
    if not any(isinstance(each, Seeming) for each in given.values()):
        given = dict.fromkeys(given, Seeming())
    with pytest.raises(IllFormedError, match="of the kernel"):
        inference(**given)
    with pytest.raises(IllFormedError, match="of the kernel"):
        unwrap(inference)(**given)


def test_what_is_no_theorem_and_no_hypothesis_for_all_times_is_refused() -> None:
    x, y = (Symbol(name, real=True) for name in "xy")
    with pytest.raises(IllFormedError, match="no theorem"):
        kernel.symmetry(None)  # type: ignore[arg-type]
    for assumed in (Equation(x, y), None, 3):
        with pytest.raises(IllFormedError, match="at one time only"):
            kernel.specialise(assumed, 3)  # type: ignore[arg-type]


def test_a_position_is_made_of_whole_numbers() -> None:
    x, y = (Symbol(name, real=True) for name in "xy")
    equal, place = kernel.assume(Equation(x, y)), (x + 1).args.index(x)
    for written in (place, int64(place), Integer(place)):
        assert kernel.congruence(equal, x + 1, (written,)).relation == Equation(x + 1, y + 1)
    for wrong in (x, 2, -1, None, (place,)):
        with pytest.raises(IllFormedError, match="nothing can be replaced"):
            kernel.congruence(equal, x + 1, (wrong,))  # type: ignore[arg-type]


def test_no_axiom_is_asked_without_its_arguments_being_read() -> None:
    for axiom in axioms().values():
        assert unwrap(axiom) is axiom
        assert signature(axiom).parameters


class Counting:
    """Whenever it is asked, it is another number."""

    asked = 0

    def _sympy_(self) -> Integer:
        self.asked += 1
        return Integer(self.asked)


class TwoFaced(dict[object, object]):
    """What is listed, and what is looked up, are two things."""

    def __getitem__(self, key: object) -> object:
        return Integer(7)


def test_what_is_given_is_read_once() -> None:
    x = Symbol("x", real=True)
    with pytest.raises(IllFormedError, match="no argument of the kernel"):
        reflexivity(Counting())
    with pytest.raises(IllFormedError, match="no argument of the kernel"):
        kernel.instantiate(reflexivity(x), {x: Counting()})
    W = Parameter("W", 2, 2)
    bounded = numbers.order(
        abs(x), Symbol("c", nonnegative=True), [abs(x) <= Symbol("c", nonnegative=True)]
    )
    found = kernel.entrywise(bounded, W, TwoFaced({x: W}))
    assert found.hypotheses == kernel.entrywise(bounded, W, {x: W}).hypotheses


def test_every_axiom_is_listed_and_says_what_it_states() -> None:
    listed = axioms()
    assert len(listed) >= 50
    assert numbers.order in listed.values()
    # Every file of axioms is read with the kernel, whoever asks.
    files = {path.stem for path in KERNEL if path.parent.name == "axioms"}
    assert files - {"__init__", "schema"} == set(sys.modules["symrnn.kernel.axioms"].__all__)
    for name, axiom in listed.items():
        assert axiom.__name__ == name
        assert axiom.__doc__, name
        assert axiom.__module__.startswith("symrnn.kernel.axioms")
    with pytest.raises(TypeError):
        listed["mine"] = axiom  # type: ignore[index]


def test_a_name_for_bound_indices_is_kept_for_them() -> None:
    with pytest.raises(IllFormedError, match="kept for bound indices"):
        reflexivity(Symbol("_0", integer=True))
