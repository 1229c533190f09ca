"""A plan as scalar loops, compiled by numba: for small sizes, where a NumPy call costs most.

Every operation becomes loops over entries, all of one step side by side, so that nothing is left of
Python's cost per step. Real dtypes and shared weights only; numba is an extra.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
import sympy

from symrnn.errors import NotSupportedError
from symrnn.language.shapes import same_size
from symrnn.numeric.loops import native
from symrnn.numeric.loops.code import LoopKernel, beside, function_of
from symrnn.numeric.loops.operations import (
    ONCE,
    Operand,
    Operation,
    OverTime,
    Plan,
    axes_of,
    printed,
    scalars_of,
    sizes_of,
)
from symrnn.numeric.loops.scalars import functions, scalar_code
from symrnn.python_text import names_read

SETTING = ("first", "last", "summed")

FAST = {"reassoc", "contract", "nsz"}
"""What the compiler may do: sums in another order and fused multiply-adds; ∞ and NaN stay."""


def available() -> bool:
    """Whether numba is installed; it is not imported."""
    return importlib.util.find_spec("numba") is not None


def require() -> None:
    """Refuse to go on without numba.

    Raises:
        NotSupportedError: it is not installed.
    """
    if not available():
        raise NotSupportedError(
            "the compiled path needs numba, which is not installed",
            {"install": 'pip install "symrnn[compiled]"'},
        )


def emit(plan: Plan) -> LoopKernel:
    """The compiled function of a plan; `source` is what numba was given.

    Its arguments are those of `buffers.emit` that loops need; every sequence has exactly one axis
    for the batch.

    Raises:
        NotSupportedError: numba is not installed, or a formula has no scalar code.
    """
    require()
    writer = _Writer(plan)
    source, formulas = writer.source(), writer.formulas()
    function, results = _compiled(source, tuple(formulas.items())), writer.results

    def named(*values: Any) -> dict[str, Any]:
        return dict(zip(results, function(*values), strict=True))

    return LoopKernel(plan, writer.arguments, named, "\n".join([*formulas.values(), source]))


@lru_cache(maxsize=128)
def _compiled(source: str, formulas: tuple[tuple[str, str], ...]) -> Any:
    """The compiled function of a source, and of the formulas that it calls, by name."""
    names = _names()
    # What is compiled while a loop is, inherits what the loop's compiler may do; these keep theirs.
    own = {name: native.compiled(function_of(text, names)) for name, text in formulas}
    called = {"empty": np.empty, "zeros": np.zeros, "exp": math.exp, "log": math.log}
    texts = [text for _, text in formulas]
    return native.kept(source, {**names, **own, **called}, calls=texts, fastmath=FAST)


@cache
def _names() -> dict[str, Any]:
    """What formulas call."""
    return functions(native.compiled)


class _Writer:
    """The source of a plan; what it calls its own begins with an underscore, no quantity does."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.recursion = plan, plan.recursion
        self.index = str(self.recursion.index)
        self.own = self.recursion.own
        self.carried = self.recursion.carried
        self.beside = beside(1 if self.recursion.descending else -1)
        self.sums = list(self.recursion.sums)
        self.results = [*self.recursion.results, *plan.returned]
        self.given = (*plan.parameters, *scalars_of(plan), *plan.labels, *sizes_of(plan), *SETTING)
        self.arguments: tuple[str, ...] = ()
        self.called: dict[Any, str] = {}

    def formulas(self) -> dict[str, str]:
        """The scalar formulas that the loop calls, as functions of their own.

        They are compiled apart: in the loop sums may be taken in another order, and a stable form
        in another order is not stable (SiLU's slope beside its zero lost 100 ulp).
        """
        return {
            name: f"def {name}(_x):\n    return {scalar_code(formula, '_x', exact=exact)}\n"
            for (formula, exact), name in self.called.items()
        }

    def _call(self, formula: Any, argument: str, exact: bool) -> str:
        name = self.called.setdefault((formula, exact), f"_formula{len(self.called)}")
        return f"{name}({argument})"

    def source(self) -> str:
        """The whole function."""
        once = [line for o in self.plan.at(ONCE) for line in self._do(o)]
        inner = [line for o in self.plan.operations if o.target.level for line in self._do(o)]
        inner += [line for each in self.plan.sums for line in self._accumulate(each)]
        inner += [
            line for name, value in self.plan.returned.items() for line in self._out(name, value)
        ]
        span = "range(first, last + 1)"
        times = "range(last, first - 1, -1)" if self.recursion.descending else span
        swap = [f"{n}_{self.beside}, {n}_now = {n}_now, {n}_{self.beside}" for n in self.carried]
        finals = [f"{name}_{self.beside}" for name in self.carried]
        totals = [f"_sum_{name}" for name in self.sums]
        outs = [f"_out_{name}" for name in self.plan.returned]
        body = [
            *self._allocated(),
            *once,
            f"for {self.index} in {times}:",
            f"    for _lane in range({self._lanes()}):",
            *("        " + line for line in inner),
            *("    " + line for line in swap),
            "return (" + "".join(f"{n}, " for n in (*finals, *totals, *outs)) + ")",
        ]
        written = "\n".join(f"    {line}" for line in body) + "\n"
        used = names_read(written)
        self.arguments = tuple(name for name in self.given if name in used)
        return f"def {self.recursion.name}({', '.join(self.arguments)}):\n{written}"

    def _lanes(self) -> str:
        name = self.plan.labels[0]
        return f"{name}.shape[{0 if name in self.carried else 1}]"

    def _allocated(self) -> list[str]:
        lines = []
        dtype = f"{self.plan.labels[0]}.dtype"
        for name in self.carried:
            lines += [f"{name}_{self.beside} = {name}.copy()", f"{name}_now = {name}.copy()"]
        for operation in self.plan.operations:
            target = operation.target
            if target.offset is None:
                lines.append(f"{target.name} = empty(({self._shape(target)}), {dtype})")
        groups = f"1 if summed else {self._lanes()}"
        for each in {each.name: each for each in self.plan.sums}.values():
            sides = [self._shape(side) for side in (each.left, each.right) if side]
            lines.append(f"_sum_{each.name} = zeros(({groups}, {' '.join(sides)}), {dtype})")
        for name, value in self.plan.returned.items():
            shape = f"last - first + 1, {self._lanes()}, {self._shape(value)}"
            lines.append(f"_out_{name} = empty(({shape}), {dtype})")
        return lines

    def _shape(self, operand: Operand) -> str:
        return " ".join(f"{printed(size)}," for size in axes_of(operand))

    # ------------------------------------------------------------------ entries

    def _at(self, operand: Operand, *indices: str) -> str:
        """An entry of an operand."""
        if operand.transposed and not operand.is_vector:
            indices = indices[::-1]
        inner = ", ".join(indices)
        if operand.offset is None:
            return f"{operand.name}[{inner}]"
        if operand.name in self.carried:
            return f"{operand.name}_{beside(operand.offset)}[_lane, {inner}]"
        place = operand.offset - self.recursion.places.get(operand.name, 0)
        time = f"{self.index} + {place}" if place >= 0 else f"{self.index} - {-place}"
        return f"{operand.name}[{self.index if place == 0 else time}, _lane, {inner}]"

    def _do(self, operation: Operation) -> list[str]:
        target = operation.target
        if operation.op in _OWN_LOOPS:
            lines: list[str] = _OWN_LOOPS[operation.op](self, operation)
            return lines
        indices = ("_i",) if target.is_vector else ("_i", "_l")
        loops = [f"for _i in range({printed(axes_of(target)[0])}):"]
        if len(indices) == 2:
            loops.append(f"    for _l in range({printed(axes_of(target)[1])}):")
        value = self._value(operation, indices)
        return [*loops, "    " * len(loops) + f"{self._at(target, *indices)} = {value}"]

    def _value(self, operation: Operation, indices: tuple[str, ...]) -> str:
        if operation.op == "scale_rows":
            v, M = operation.arguments
            return f"{self._at(v, '_i')} * {self._at(M, '_i', '_l')}"
        if operation.op == "scale_columns":
            M, v = operation.arguments
            return f"{self._at(M, '_i', '_l')} * {self._at(v, '_l')}"
        if operation.op == "identity":
            return "1 if _i == _l else 0"
        parts = [
            self._at(argument, *(("0",) if _is_number(argument) else indices))
            for argument in operation.arguments
        ]
        if operation.op in ("apply", "polynomial"):
            return self._call(operation.formula, parts[0], operation.op == "polynomial")
        if operation.op == "scale":
            factor = operation.formula
            shown = repr(float(factor)) if factor.is_number else f"({printed(factor)})"
            return f"{shown} * {parts[0]}"
        if operation.op == "fill":
            return str(operation.formula)
        if operation.op in _JOINED:
            return _JOINED[operation.op].join(parts)
        raise NotSupportedError(
            "the compiled path has no such operation", {"operation": operation.op}
        )

    def _matvec(self, operation: Operation) -> list[str]:
        M, v = operation.arguments
        target = operation.target
        rows, cols = map(printed, axes_of(M))
        if not M.transposed:
            return [
                f"for _i in range({rows}):",
                f"    _total = 0 * {self._at(v, '0')}",
                f"    for _l in range({cols}):",
                f"        _total += {self._at(M, '_i', '_l')} * {self._at(v, '_l')}",
                f"    {self._at(target, '_i')} = _total",
            ]
        # Along the rows of what is stored, as it lies in memory.
        return [
            f"for _i in range({rows}):",
            f"    {self._at(target, '_i')} = 0",
            f"for _l in range({cols}):",
            f"    _factor = {self._at(v, '_l')}",
            f"    for _i in range({rows}):",
            f"        {self._at(target, '_i')} += {self._at(M, '_i', '_l')} * _factor",
        ]

    def _matmul(self, operation: Operation) -> list[str]:
        A, B = operation.arguments
        target = operation.target
        rows, middle = map(printed, axes_of(A))
        cols = printed(axes_of(B)[1])
        return [
            f"for _i in range({rows}):",
            f"    for _c in range({cols}):",
            f"        {self._at(target, '_i', '_c')} = 0",
            f"    for _l in range({middle}):",
            f"        _factor = {self._at(A, '_i', '_l')}",
            f"        for _c in range({cols}):",
            f"            {self._at(target, '_i', '_c')} += _factor * {self._at(B, '_l', '_c')}",
        ]

    def _inner(self, operation: Operation) -> list[str]:
        u, v = operation.arguments
        return [
            f"_total = 0 * {self._at(u, '0')}",
            f"for _i in range({printed(axes_of(u)[0])}):",
            f"    _total += {self._at(u, '_i')} * {self._at(v, '_i')}",
            f"{self._at(operation.target, '0')} = _total",
        ]

    def _softmax(self, operation: Operation) -> list[str]:
        (z,), target = operation.arguments, operation.target
        size = printed(axes_of(z)[0])
        term = f"exp({self._at(z, '_i')} - _largest)"
        lines = [
            f"_largest = {self._at(z, '0')}",
            f"for _i in range(1, {size}):",
            f"    _largest = max(_largest, {self._at(z, '_i')})",
            f"_total = 0 * {self._at(z, '0')}",
            f"for _i in range({size}):",
            f"    _total += {term}",
        ]
        if operation.op == "logsumexp":
            return [*lines, f"{self._at(target, '0')} = _largest + log(_total)"]
        return [
            *lines,
            f"for _i in range({size}):",
            f"    {self._at(target, '_i')} = {term} / _total",
        ]

    def _stack(self, operation: Operation) -> list[str]:
        lines, start = [], sympy.S.Zero
        for part in operation.arguments:
            size = axes_of(part)[0]
            place = f"{printed(start)} + _i"
            lines += [
                f"for _i in range({printed(size)}):",
                f"    {self._at(operation.target, place)} = {self._at(part, '_i')}",
            ]
            start = sympy.expand(start + size)
        return lines

    def _rows(self, operation: Operation) -> list[str]:
        (whole,), (start, count) = operation.arguments, operation.formula
        value = self._at(whole, f"{printed(start)} + _i")
        return [
            f"for _i in range({printed(count)}):",
            f"    {self._at(operation.target, '_i')} = {value}",
        ]

    def _place(self, operation: Operation) -> list[str]:
        (part,), (start, count) = operation.arguments, operation.formula
        target = operation.target
        return [
            f"for _i in range({printed(axes_of(target)[0])}):",
            f"    {self._at(target, '_i')} = 0",
            f"for _i in range({printed(count)}):",
            f"    {self._at(target, f'{printed(start)} + _i')} = {self._at(part, '_i')}",
        ]

    def _accumulate(self, each: OverTime) -> list[str]:
        total, rows = f"_sum_{each.name}", printed(axes_of(each.left)[0])
        group = "_group = 0 if summed else _lane"
        left = self._at(each.left, "_i")
        if each.right is None:
            return [group, f"for _i in range({rows}):", f"    {total}[_group, _i] += {left}"]
        cols = printed(axes_of(each.right)[0])
        return [
            group,
            f"for _i in range({rows}):",
            f"    _factor = {left}",
            f"    for _l in range({cols}):",
            f"        {total}[_group, _i, _l] += _factor * {self._at(each.right, '_l')}",
        ]

    def _out(self, name: str, value: Operand) -> list[str]:
        return [
            f"for _i in range({printed(axes_of(value)[0])}):",
            f"    _out_{name}[{self.index} - first, _lane, _i] = {self._at(value, '_i')}",
        ]


_JOINED = {"times": " * ", "plus": " + ", "copy": ""}
_OWN_LOOPS: dict[str, Callable[[Any, Operation], list[str]]] = {
    "matvec": _Writer._matvec,
    "matmul": _Writer._matmul,
    "inner": _Writer._inner,
    "softmax": _Writer._softmax,
    "logsumexp": _Writer._softmax,
    "stack": _Writer._stack,
    "rows": _Writer._rows,
    "place": _Writer._place,
}


def _is_number(operand: Operand) -> bool:
    return same_size(operand.rows, 1) and same_size(operand.cols, 1)
