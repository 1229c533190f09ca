"""A plan as a function without buffers, for array libraries that differentiate or compile.

The loop is a `scan`: a step from carried values and the row of each input to new carried values and
the row of each output. jax has it as a primitive; for torch (and NumPy) it is a loop over time. The
scalar formulas come from SymPy's printer for the library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import sympy

from symrnn.numeric.loops.code import LoopKernel, beside, function_of
from symrnn.numeric.loops.operations import (
    ACROSS,
    EACH,
    ONCE,
    Operand,
    Operation,
    Plan,
    axes_of,
    printed,
    scalars_of,
    sizes_of,
)
from symrnn.numeric.stable.printing import folded
from symrnn.python_text import names_read

SETTING = ("first", "last", "summed")

Formula = Callable[[Any, str], str]


def emit(
    plan: Plan, formula: Formula, namespace: Mapping[str, Any], *, shared: bool = True
) -> LoopKernel:
    """The function of a plan for one array library.

    Its arguments are those of `buffers.emit`, but for what only buffers need: a sequence that the
    recursion defines is given by its value before the first step. It returns a dict with the values
    of the sequences that are kept, the last value of the others, and the sums.

    Args:
        plan: from `plan`.
        formula: source of a scalar formula (a `Lambda`) at an argument already printed.
        namespace: what the source calls: `scan`, and the modules that `formula` names.
        shared: one set of weights for the whole batch.
    """
    writer = _Writer(plan, formula, shared)
    source = writer.source()
    return LoopKernel(plan, writer.arguments, function_of(source, {**RUNTIME, **namespace}), source)


class _Writer:
    def __init__(self, plan: Plan, formula: Formula, shared: bool) -> None:
        self.plan, self.formula, self.shared = plan, formula, shared
        self.recursion = plan.recursion
        self.index = str(self.recursion.index)
        self.own = self.recursion.own
        self.beside = 1 if self.recursion.descending else -1
        targets = (o.target for o in plan.operations)
        self.written = {o.name: int(o.offset or 0) for o in targets if o.name in self.own}
        self.given = (*plan.parameters, *scalars_of(plan), *plan.labels, *sizes_of(plan), *SETTING)
        self.arguments: tuple[str, ...] = ()

    def source(self) -> str:
        """The whole function."""
        before = [self._line(o) for o in self.plan.at(ONCE) + self.plan.at(ACROSS)]
        each = [self._line(o) for o in self.plan.at(EACH)]
        scan = [*self._scan(each), *self._later()] if each else []
        body = [*self._slices(), *before, *scan, self._results()]
        written = "\n".join(f"    {line}" for line in body) + "\n"
        used = names_read(written)
        self.arguments = tuple(name for name in self.given if name in used)
        return f"def {self.recursion.name}({', '.join(self.arguments)}):\n{written}"

    def _whole(self, operand: Operand) -> str:
        if operand.offset is None:
            return operand.name
        return f"{operand.name}_{beside(operand.offset)}"

    def _name(self, operand: Operand, level: int) -> str:
        whole = self._whole(operand)
        inside = level == EACH and operand.level != ONCE
        return f"{whole}_{self.index}" if inside else whole

    def _new(self, name: str) -> str:
        return f"{name}_{beside(self.written[name])}"

    def _old(self, name: str) -> str:
        return f"{name}_{beside(self.written[name] + self.beside)}"

    def _slices(self) -> list[str]:
        lines = []
        for name, offset in self.plan.sequences:
            if name in self.own:
                continue
            start = offset - self.recursion.places.get(name, 0)
            whole = f"{name}_{beside(offset)}"
            lines.append(f"{whole} = {name}[first + {start} : last + {start + 1}]")
        return lines

    def _scan(self, each: list[str]) -> list[str]:
        read = [o for o in self._operands() if o.level == ACROSS]
        inputs = sorted({self._whole(operand) for operand in read})
        kept = sorted(self.own & self.recursion.kept)
        made = {o.target.name for o in self.plan.at(EACH)}
        stored = sorted(self.plan.stored & made - self.own)
        new = [f"{self._new(name)}_{self.index}" for name in self._carried]
        out = [
            *(f"{self._new(n)}_{self.index}" for n in kept),
            *(f"{n}_{self.index}" for n in stored),
        ]
        result = [*map(self._new, kept), *stored]
        return [
            "def step(carried, row):",
            f"    {_tuple(f'{self._old(n)}_{self.index}' for n in self._carried)} = carried",
            f"    {_tuple(f'{name}_{self.index}' for name in inputs)} = row",
            *("    " + line for line in each),
            f"    return {_tuple(new)}, {_tuple(out)}",
            f"{_tuple(f'{n}_last' for n in self._carried)}, {_tuple(result)} = "
            f"scan(step, {_tuple(self._carried)}, {_tuple(inputs)},"
            f" last - first + 1, {self.recursion.descending})",
        ]

    @cached_property
    def _carried(self) -> list[str]:
        """What a step reads of the one before, and of what only the last value is returned.

        What it makes and reads itself needs no start.
        """
        own = [o for o in self._operands() if o.name in self.own]
        read = {o.name for o in own if int(o.offset or 0) != self.written[o.name]}
        return sorted(read | ({o.name for o in own} - self.recursion.kept))

    def _later(self) -> list[str]:
        """What a step read of a sequence, at all times: the sums over time may read it as well."""
        lines = []
        sides = {side for each in self.plan.sums for side in (each.left, each.right) if side}
        for name in sorted(self.own & self.recursion.kept):
            if any(side.name == name and self._whole(side) == self._old(name) for side in sides):
                new, start = self._new(name), f"{name}[None]"
                parts = f"{new}[1:], {start}" if self.beside == 1 else f"{start}, {new}[:-1]"
                lines.append(f"{self._old(name)} = joined([{parts}])")
        return lines

    def _operands(self) -> list[Operand]:
        return [o for each in self.plan.at(EACH) for o in (*each.arguments, each.target)]

    def _results(self) -> str:
        loops = bool(self.plan.at(EACH))
        parts = []
        for name in sorted(self.own):
            kept = name in self.recursion.kept or not loops
            parts.append(f'"{name}": {self._new(name) if kept else f"{name}_last"}')
        sums: dict[str, list[str]] = {}
        for each in self.plan.sums:
            left = self._whole(each.left)
            call = (
                f"sum_over_time({left}, summed)"
                if each.right is None
                else f"outer_over_time({left}, {self._whole(each.right)}, summed)"
            )
            sums.setdefault(each.name, []).append(call)
        parts += [f'"{name}": {" + ".join(calls)}' for name, calls in sums.items()]
        parts += [f'"{name}": {operand.name}' for name, operand in self.plan.returned.items()]
        return f"return {{{', '.join(parts)}}}"

    # ------------------------------------------------------------------ operations

    def _line(self, operation: Operation) -> str:
        level = operation.target.level
        parts = [self._name(argument, level) for argument in operation.arguments]
        return f"{self._name(operation.target, level)} = {self._value(operation, parts)}"

    def _value(self, operation: Operation, parts: list[str]) -> str:
        facing = [
            f"{part}.mT" if operand.transposed and not operand.is_vector else part
            for part, operand in zip(parts, operation.arguments, strict=True)
        ]
        formula = operation.formula
        if operation.op == "copy" and operation.target.name in self.own:
            # What is the same at all times may be the same for the whole batch too.
            return f"broadcast_to({facing[0]}, {operation.target.name}.shape)"
        if operation.op == "matvec":
            matrix, (M, v) = operation.arguments[0], parts
            if not self.shared or matrix.level != ONCE:
                return f"({facing[0]} @ {v}[..., None])[..., 0]"
            return f"{v} @ {M if matrix.transposed else f'{M}.mT'}"
        if operation.op == "apply":
            return self.formula(formula, parts[0])
        if operation.op == "polynomial":
            (variable,) = formula.variables
            named = folded(formula.expr).xreplace({variable: sympy.Symbol(parts[0])})
            # A constant slope has the shape of its argument all the same.
            return printed(named) if formula.expr.has(variable) else f"0 * {parts[0]} + {named}"
        if operation.op == "scale":
            shown = repr(float(formula)) if formula.is_number else f"({printed(formula)})"
            return f"{shown} * {facing[0]}"
        target = operation.target
        if operation.op == "fill":
            sizes = "".join(f"{printed(size)}, " for size in axes_of(target))
            return f"filled({self.plan.labels[0]}, {formula}, ({sizes}))"
        if operation.op == "identity":
            return f"eye({printed(target.rows)}, like={self.plan.labels[0]})"
        if operation.op == "stack":
            return f"side_by_side([{', '.join(parts)}])"
        if operation.op in ("rows", "place"):
            start, count = formula
            stop = printed(sympy.expand(start + count))
            if operation.op == "rows":
                return f"{parts[0]}[..., {printed(start)}:{stop}]"
            after = printed(sympy.expand(axes_of(target)[0] - start - count))
            return f"placed({parts[0]}, {printed(start)}, {after})"
        return _VALUES[operation.op].format(*facing)


_VALUES = {
    "matmul": "{0} @ {1}",
    "scale_rows": "{0}[..., None] * {1}",
    "scale_columns": "{0} * {1}[..., None, :]",
    "times": "{0} * {1}",
    "plus": "{0} + {1}",
    "copy": "{0}",
    "inner": "({0} * {1}).sum(-1)[..., None]",
    "softmax": "softmax_of_rows({0})",
    "logsumexp": "logsumexp_of_rows({0})",
    "inverse": "inverse({0})",
}


def _tuple(names: Any) -> str:
    return "(" + "".join(f"{name}, " for name in names) + ")"


def _flat(array: Any) -> Any:
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])


def _sum_over_time(left: Any, summed: bool) -> Any:
    return _flat(left).sum(0) if summed else left.sum(0)


def _outer_over_time(left: Any, right: Any, summed: bool) -> Any:
    if summed or left.ndim == right.ndim == 2:
        return _flat(left).mT @ _flat(right)
    axes = (*range(1, left.ndim - 1), left.ndim - 1, 0)
    return _permuted(left, axes) @ _permuted(right, (*range(1, right.ndim - 1), 0, right.ndim - 1))


def _permuted(array: Any, axes: tuple[int, ...]) -> Any:
    return array.permute(axes) if hasattr(array, "permute") else array.transpose(axes)


RUNTIME = {"sum_over_time": _sum_over_time, "outer_over_time": _outer_over_time}
