"""A plan as scalar loops, compiled by numba: for small sizes, where a NumPy call costs most.

Every operation becomes loops over entries, all of one step side by side, so that nothing is left of
Python's cost per step. Real dtypes and shared weights only; numba is an extra.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy.printing.pycode import PythonCodePrinter

from symrnn.errors import NotSupportedError
from symrnn.numeric.loops.code import LoopKernel, beside, function_of
from symrnn.numeric.loops.operations import ONCE, Operand, Operation, Plan
from symrnn.numeric.printer import stable
from symrnn.numeric.stable.printing import ScalarRules
from symrnn.numeric.stable.runtime import FLOAT64, arithmetic

SETTING = ("first", "last", "summed")

FAST = {"reassoc", "contract", "nsz"}
"""What the compiler may do: sums in another order and fused multiply-adds; ∞ and NaN stay."""


def available() -> bool:
    """Whether numba is installed; it is not imported."""
    return importlib.util.find_spec("numba") is not None


def emit(plan: Plan) -> LoopKernel:
    """The compiled function of a plan; `source` is what numba was given.

    Its arguments are those of `buffers.emit` that loops need; every sequence has exactly one axis
    for the batch.

    Raises:
        NotSupportedError: numba is not installed, or a formula has no scalar code.
    """
    if not available():
        raise NotSupportedError(
            "the compiled path needs numba, which is not installed",
            {"install": 'pip install "symrnn[compiled]"'},
        )
    numba = importlib.import_module("numba")
    writer = _Writer(plan)
    source = writer.source()
    # What is compiled while a loop is, inherits what the loop's compiler may do.
    exactly = numba.njit(fastmath=False, error_model="numpy")
    names = functions(exactly)
    formulas = writer.formulas()
    names |= {name: exactly(function_of(text, names)) for name, text in formulas.items()}
    python = function_of(source, {**names, "empty": np.empty, "zeros": np.zeros})
    function = numba.njit(python, fastmath=FAST, error_model="numpy")
    results = writer.results

    def named(*values: Any) -> dict[str, Any]:
        return dict(zip(results, function(*values), strict=True))

    return LoopKernel(plan, writer.arguments, named, "\n".join([*formulas.values(), source]))


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.recursion = plan, plan.recursion
        self.index = str(self.recursion.index)
        self.own = {node.label for node, _ in self.recursion.definitions}
        self.carried = self.recursion.carried
        self.beside = beside(1 if self.recursion.descending else -1)
        self.sums = list(self.recursion.sums)
        self.results = self.recursion.results
        names = sorted({name for name, _ in plan.sequences})
        self.given = (*plan.parameters, *names, *SETTING)
        self.arguments: tuple[str, ...] = ()
        self.called: dict[Any, str] = {}

    def formulas(self) -> dict[str, str]:
        """The scalar formulas that the loop calls, as functions of their own.

        They are compiled apart: in the loop sums may be taken in another order, and a stable form
        in another order is not stable (SiLU's slope beside its zero lost 100 ulp).
        """
        return {
            name: f"def {name}(x):\n    return {scalar_code(formula, 'x')}\n"
            for formula, name in self.called.items()
        }

    def _call(self, formula: Any, argument: str) -> str:
        if formula not in self.called:
            taken = {*self.given, *(operand.name for operand in self.plan.operands())}
            names = (f"formula_{n}" for n in itertools.count(len(self.called) + 1))
            self.called[formula] = next(name for name in names if name not in taken)
        return f"{self.called[formula]}({argument})"

    def source(self) -> str:
        """The whole function."""
        inner = [line for o in self.plan.operations for line in self._do(o)]
        inner += [line for each in self.plan.sums for line in self._accumulate(each)]
        span = "range(first, last + 1)"
        times = "range(last, first - 1, -1)" if self.recursion.descending else span
        swap = [f"{n}_{self.beside}, {n}_now = {n}_now, {n}_{self.beside}" for n in self.carried]
        finals = [f"{name}_{self.beside}" for name in self.carried]
        body = [
            *self._allocated(),
            f"for {self.index} in {times}:",
            f"    for lane in range({self._lanes()}):",
            *("        " + line for line in inner),
            *("    " + line for line in swap),
            "return (" + "".join(f"{n}, " for n in (*finals, *self._totals())) + ")",
        ]
        if not self.results:
            body[-1] = "return ()"
        written = "\n".join(f"    {line}" for line in body) + "\n"
        tree = ast.parse(f"def f():\n{written}")
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self.arguments = tuple(name for name in self.given if name in used)
        return f"def {self.recursion.name}({', '.join(self.arguments)}):\n{written}"

    def _lanes(self) -> str:
        name = next(iter(sorted(self.own)))
        return f"{name}.shape[{0 if name in self.carried else 1}]"

    def _totals(self) -> list[str]:
        return [f"sum_{name}" for name in self.sums]

    def _allocated(self) -> list[str]:
        lines = []
        dtype = f"{next(iter(sorted(self.own)))}.dtype"
        for name in self.carried:
            lines += [f"{name}_{self.beside} = {name}.copy()", f"{name}_now = {name}.copy()"]
        for operation in self.plan.operations:
            target = operation.target
            if target.offset is None:
                sizes = ", ".join(self._size(size) for size in _axes(target))
                lines.append(f"{target.name} = empty(({sizes},), {dtype})")
        groups = f"1 if summed else {self._lanes()}"
        for each in {each.name: each for each in self.plan.sums}.values():
            axes = [_axes(each.left)[0], *([_axes(each.right)[0]] if each.right else [])]
            sizes = ", ".join(self._size(size) for size in axes)
            lines.append(f"sum_{each.name} = zeros(({groups}, {sizes}), {dtype})")
        return lines

    def _size(self, size: Any) -> str:
        """A size read off an array that has it."""
        for operand in self.plan.operands():
            given = operand.offset is not None or operand.level == ONCE
            made = operand.offset is None and operand.name not in self.plan.parameters
            if not given or made:
                continue
            straight = operand.T if operand.transposed else operand
            for axis, own in enumerate(_axes(straight)):
                if own == size:
                    before = 0 if operand.offset is None else 1 + (operand.name not in self.carried)
                    return f"{operand.name}.shape[{before + axis}]"
        raise NotSupportedError("no array has this size", {"size": size})

    # ------------------------------------------------------------------ entries

    def _at(self, operand: Operand, *indices: str) -> str:
        """An entry of an operand."""
        if operand.transposed and not operand.is_vector:
            indices = indices[::-1]
        inner = ", ".join(indices)
        if operand.offset is None:
            return f"{operand.name}[{inner}]"
        if operand.name in self.carried:
            return f"{operand.name}_{beside(operand.offset)}[lane, {inner}]"
        place = operand.offset - self.recursion.places.get(operand.name, 0)
        time = f"{self.index} + {place}" if place >= 0 else f"{self.index} - {-place}"
        return f"{operand.name}[{self.index if place == 0 else time}, lane, {inner}]"

    def _do(self, operation: Operation) -> list[str]:
        target = operation.target
        if operation.op == "matvec":
            matrix, vector = operation.arguments
            return self._matvec(matrix, vector, target)
        if operation.op == "matmul":
            left, right = operation.arguments
            return self._matmul(left, right, target)
        indices = ("i",) if target.is_vector else ("i", "l")
        loops = [f"for i in range({self._size(_axes(target)[0])}):"]
        if len(indices) == 2:
            loops.append(f"    for l in range({self._size(_axes(target)[1])}):")
        value = self._value(operation, indices)
        return [*loops, "    " * len(loops) + f"{self._at(target, *indices)} = {value}"]

    def _value(self, operation: Operation, indices: tuple[str, ...]) -> str:
        if operation.op == "scale_rows":
            v, M = operation.arguments
            return f"{self._at(v, 'i')} * {self._at(M, 'i', 'l')}"
        if operation.op == "scale_columns":
            M, v = operation.arguments
            return f"{self._at(M, 'i', 'l')} * {self._at(v, 'l')}"
        parts = [self._at(argument, *indices) for argument in operation.arguments]
        if operation.op == "apply":
            return self._call(operation.formula, parts[0])
        if operation.op == "scale":
            return f"{float(operation.formula)!r} * {parts[0]}"
        return {"times": " * ", "plus": " + ", "copy": ""}[operation.op].join(parts)

    def _matvec(self, M: Operand, v: Operand, target: Operand) -> list[str]:
        rows, cols = (self._size(size) for size in _axes(M))
        if not M.transposed:
            return [
                f"for i in range({rows}):",
                f"    total = 0 * {self._at(v, '0')}",
                f"    for l in range({cols}):",
                f"        total += {self._at(M, 'i', 'l')} * {self._at(v, 'l')}",
                f"    {self._at(target, 'i')} = total",
            ]
        # Along the rows of what is stored, as it lies in memory.
        return [
            f"for i in range({rows}):",
            f"    {self._at(target, 'i')} = 0",
            f"for l in range({cols}):",
            f"    factor = {self._at(v, 'l')}",
            f"    for i in range({rows}):",
            f"        {self._at(target, 'i')} += {self._at(M, 'i', 'l')} * factor",
        ]

    def _matmul(self, A: Operand, B: Operand, target: Operand) -> list[str]:
        rows, middle = (self._size(size) for size in _axes(A))
        cols = self._size(_axes(B)[1])
        return [
            f"for i in range({rows}):",
            f"    for c in range({cols}):",
            f"        {self._at(target, 'i', 'c')} = 0",
            f"    for l in range({middle}):",
            f"        factor = {self._at(A, 'i', 'l')}",
            f"        for c in range({cols}):",
            f"            {self._at(target, 'i', 'c')} += factor * {self._at(B, 'l', 'c')}",
        ]

    def _accumulate(self, each: Any) -> list[str]:
        total, rows = f"sum_{each.name}", self._size(_axes(each.left)[0])
        group = "group = 0 if summed else lane"
        left = self._at(each.left, "i")
        if each.right is None:
            return [group, f"for i in range({rows}):", f"    {total}[group, i] += {left}"]
        cols = self._size(_axes(each.right)[0])
        return [
            group,
            f"for i in range({rows}):",
            f"    factor = {left}",
            f"    for l in range({cols}):",
            f"        {total}[group, i, l] += factor * {self._at(each.right, 'l')}",
        ]


class _Scalars(ScalarRules, PythonCodePrinter):  # type: ignore[misc]
    """SymPy's printer for Python's own mathematics, with the nodes of stable forms."""

    exponential = "math.exp"


def functions(compiled: Callable[[Any], Any]) -> dict[str, Any]:
    """What scalar code calls.

    Compiled apart from the loops, as the formulas are.
    """

    def where(condition: Any, value: Any, other: Any) -> Any:
        return value if condition else other

    def real(x: Any) -> Any:
        return x

    def splitter(x: Any) -> float:
        return FLOAT64

    choose, value, halves = (compiled(function) for function in (where, real, splitter))
    functions = arithmetic(math.exp, math.erfc, choose, value, halves, compiled)
    return {"math": math, **functions}


def scalar_code(formula: Any, argument: str) -> str:
    """Python source of a scalar formula at an argument already printed."""
    (variable,) = formula.variables
    body = stable(formula.expr).xreplace({variable: sympy.Symbol(argument, real=True)})
    return str(_Scalars({"fully_qualified_modules": True}).doprint(body))


def _axes(operand: Operand) -> list[Any]:
    if operand.is_vector:
        return [operand.cols if operand.is_row else operand.rows]
    return [operand.rows, operand.cols]
