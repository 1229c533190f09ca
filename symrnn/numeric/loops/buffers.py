"""A plan as NumPy source that writes into buffers: no allocation inside the loop over time.

Arrays have the time first, then one axis for the batch or none, then the entries. Names end in
`_before`, `_now`, `_after` for a whole sequence beside the loop's times, and in the index for its
member in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import sympy

from symrnn.numeric import runtime
from symrnn.numeric.loops.code import LoopKernel, beside, function_of
from symrnn.numeric.loops.elementwise import Registers, assignments
from symrnn.numeric.loops.groups import Group, Step, Written, steps_of, write
from symrnn.numeric.loops.merging import merged
from symrnn.numeric.loops.operations import (
    ACROSS,
    EACH,
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
from symrnn.numeric.loops.statements import STATEMENTS
from symrnn.python_text import names_read

SETTING = ("first", "last", "batch", "lanes", "dtype", "summed")


def emit(plan: Plan, *, shared: bool = True, grouped: bool = False) -> LoopKernel:
    """The NumPy function of a plan.

    Its arguments are the parameters, the sequences' arrays (those that the recursion defines and
    keeps are written into; those it does not keep are the value to start from), the sizes, and
    `first`, `last` (times), `batch` (shape of the sequences' batch), `lanes` (that of the
    recursion's own values: the batch, or directions before it), `dtype`, `summed` (whether sums run
    over the batch).

    Args:
        plan: from `plan`.
        shared: one set of weights for the whole batch, with at most one batch axis; otherwise
            parameters may have batch axes of their own, in front.
        grouped: what a step does entry by entry is compiled by numba, in groups; every array has
            exactly one batch axis, the same of all, and its entries in order.
    """
    writer = _Writer(plan, shared, grouped)
    source = writer.source()
    namespace = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
    namespace |= {name: each.function for name, each in writer.groups.items()}
    function = function_of(source, namespace | runtime.NAMESPACE)
    sources = (*(each.source for each in writer.groups.values()), source)
    return LoopKernel(plan, writer.arguments, function, "\n".join(sources))


class _Writer:
    def __init__(self, plan: Plan, shared: bool, grouped: bool) -> None:
        self.steps: list[Step] = [*plan.at(EACH)]
        if grouped:
            plan, self.steps = steps_of(plan)
        self.groups: dict[str, Written] = {}
        self.plan, self.shared = plan, shared
        self.recursion = plan.recursion
        self.index = str(self.recursion.index)
        self.own = self.recursion.own
        self.carried = self.own - self.recursion.kept
        # In groups what is used at once has no array that could be shared.
        self.buffers = {} if grouped else merged(plan)
        self.transposes: set[str] = set()
        self.registers: dict[tuple[int, tuple[Any, ...]], Registers] = {}
        self.sizes = sizes_of(plan)
        self.given = (*plan.parameters, *scalars_of(plan), *plan.labels)
        self.arguments: tuple[str, ...] = ()

    def source(self) -> str:
        """The whole function."""
        across = [line for o in self.plan.at(ONCE) + self.plan.at(ACROSS) for line in self._do(o)]
        each = [line for step in self.steps for line in self._step(step)]
        head = [*self._slices(), *self._allocated(), *self._transposed(), *across]
        swap = [
            f"{name}_{self._beside(name)}, {name}_now = {name}_now, {name}_{self._beside(name)}"
            for name in sorted(self.carried)
        ]
        loop = [self._loop_line(), *("    " + line for line in each + swap)] if each else []
        body = [*head, *loop, *self._totals(), self._results()]
        written = "\n".join(f"    {line}" for line in body) + "\n"
        used = names_read(written)
        self.arguments = tuple(n for n in (*self.given, *self.sizes, *SETTING) if n in used)
        return f"def {self.recursion.name}({', '.join(self.arguments)}):\n{written}"

    # ------------------------------------------------------------------ names

    def _whole(self, operand: Operand) -> str:
        if operand.offset is None:
            return operand.name
        return f"{operand.name}_{beside(operand.offset)}"

    def _name(self, operand: Operand, level: int) -> str:
        """The operand in a statement of a level."""
        operand = self.buffers.get(operand.name, operand) if operand.offset is None else operand
        if operand.level == ONCE:
            return operand.name
        if level == ACROSS or operand.name in self.carried:
            return self._whole(operand)
        over_time = operand.offset is not None or self._is_over_time(operand)
        return f"{self._whole(operand)}_{self.index}" if over_time else operand.name

    def _is_over_time(self, operand: Operand) -> bool:
        return operand.level == ACROSS or operand.name in self.plan.stored

    def _beside(self, name: str) -> str:
        return beside(1 if self.recursion.descending else -1)

    # ------------------------------------------------------------------ statements

    def _slices(self) -> list[str]:
        lines = []
        for name, offset in self.plan.sequences:
            whole = f"{name}_{beside(offset)}"
            if name in self.carried:
                continue
            start = offset - self.recursion.places.get(name, 0)
            low, high = _plus("first", start), _plus("last", start + 1)
            lines.append(f"{whole} = {name}[{low}:{high}]")
        for name in sorted(self.carried):
            lines.append(f"{name}_{self._beside(name)} = array({name}, dtype=dtype)")
            lines.append(f"{name}_now = empty_like({name}_{self._beside(name)})")
        return lines

    def _transposed(self) -> list[str]:
        lines = []
        if any(o.op == "matvec" and o.target.level == EACH for o in self.plan.operations):
            lines.append("product = dot if len(lanes) < 2 else matmul")
        if any(o.op == "matmul" and o.target.level == EACH for o in self.plan.operations):
            lines.append("matrix_product = matmul if lanes else dot")
        return lines + [f"{name}_T = {name}.mT" for name in sorted(self.transposes)]

    def _allocated(self) -> list[str]:
        lines = self._empty(self.plan.vectors.values())
        for name, view in self.plan.views.items():
            span = f"{printed(view.start)}:{printed(sympy.expand(view.start + view.size))}"
            lines.append(f"{name} = {view.of}[..., {span}]")
        placed = {*self.plan.vectors, *self.plan.views, *self.buffers}
        placed.update(*(step.unwritten for step in self.steps if isinstance(step, Group)))
        targets = [operation.target for operation in self.plan.operations]
        lines += self._empty(t for t in targets if t.offset is None and t.name not in placed)
        for name, members in self.plan.matrices.items():
            lines.append(f"{name} = concatenate(({', '.join(members)}), axis=-2)")
        words = {ONCE: "once", ACROSS: "across", EACH: "each"}
        for (level, axes), registers in self.registers.items():
            like = self._scratch_shape(level, axes)
            for name in registers.names:
                lines.append(f"{name} = empty({like}, dtype)  # scratch, {words[level]}")
            lines += [f"{name} = empty({like}, bool)" for name in registers.masks]
        return lines

    def _empty(self, targets: Iterable[Operand]) -> list[str]:
        """Their arrays: those of all times side by side, what is returned apart from the rest."""
        lines: list[str] = []
        returned = {value.name for value in self.plan.returned.values()}
        together: dict[bool, list[Operand]] = {}
        for target in targets:
            if target.level and self._is_over_time(target):
                together.setdefault(target.name in returned, []).append(target)
            else:
                lines.append(f"{target.name} = empty({self._shape(target)}, dtype)")
        for members in together.values():
            names = "".join(f"{member.name}, " for member in members)
            shapes = ", ".join(map(self._shape, members))
            lines.append(f"{names}= side_by_side(dtype, {shapes})")
        return lines

    def _shape(self, target: Operand) -> str:
        shape = [
            *(["last - first + 1"] if self._is_over_time(target) else []),
            *(["*lanes" if target.level == EACH else "*batch"] if target.level else []),
            *(printed(size) for size in axes_of(target)),
        ]
        return f"({', '.join(shape)},)"

    def _scratch(self, target: Operand) -> Registers:
        """The scratch arrays for one level and one shape."""
        key = (target.level, tuple(axes_of(target)))
        if key not in self.registers:
            others = sum(level == target.level for level, _ in self.registers)
            prefix = {ONCE: "q", ACROSS: "w", EACH: "r"}[target.level] + "_" * others
            while any(name.startswith(prefix) and name != prefix for name in self.given):
                prefix += "w"
            self.registers[key] = Registers(prefix)
        return self.registers[key]

    def _scratch_shape(self, level: int, axes: tuple[Any, ...]) -> str:
        sizes = ", ".join(printed(size) for size in axes)
        before = {ONCE: "", ACROSS: "last - first + 1, *batch, ", EACH: "*lanes, "}[level]
        return f"({before}{sizes},)"

    def _loop_line(self) -> str:
        names: dict[str, str] = {}
        for operand in self._handled():
            item = self._name(operand, EACH)
            operand = self.buffers.get(operand.name, operand)
            if item.endswith(f"_{self.index}"):
                names[item] = self._whole(operand)
        backwards = "[::-1]" if self.recursion.descending else ""
        items, wholes = ", ".join(names), ", ".join(f"{w}{backwards}" for w in names.values())
        if not names:
            return "for _ in range(first, last + 1):"
        if len(names) == 1:
            return f"for {items} in {wholes}:"
        return f"for {items} in zip({wholes}, strict=True):"

    def _handled(self) -> Iterator[Operand]:
        """What the statements of a step name, in order."""
        groups = iter(self.groups.values())
        for step in self.steps:
            if isinstance(step, Group):
                yield from next(groups).arrays
            else:
                yield from (*step.arguments, step.target)

    def _results(self) -> str:
        parts = [f'"{name}": {name}_{self._beside(name)}' for name in sorted(self.carried)]
        sums: dict[str, list[str]] = {}
        for each in self.plan.sums:
            sums.setdefault(each.name, []).append(self._sum(each))
        parts += [f'"{name}": {" + ".join(calls)}' for name, calls in sums.items()]
        parts += [f'"{name}": {operand.name}' for name, operand in self.plan.returned.items()]
        return f"return {{{', '.join(parts)}}}"

    def _totals(self) -> list[str]:
        """Sums over time whose left sides are parts of one vector: for all of it at once."""
        lines = []
        for (pack, right), members in self._shared_sums().items():
            if len(members) > 1:
                call = self._over_time(pack, right)
                lines.append(f"{self._total(pack, right)} = {call}")
        return lines

    def _shared_sums(self) -> dict[tuple[str, Operand | None], list[OverTime]]:
        found: dict[tuple[str, Operand | None], list[OverTime]] = {}
        for each in self.plan.sums:
            view = self.plan.views.get(each.left.name)
            if view is not None:
                found.setdefault((view.of, each.right), []).append(each)
        wide = {view.of: 0 for view in self.plan.views.values()}
        for view in self.plan.views.values():
            wide[view.of] += 1
        # All parts of the vector, or there would be products that nobody asks for.
        return {key: each for key, each in found.items() if len(each) == wide[key[0]]}

    def _total(self, pack: str, right: Operand | None) -> str:
        return f"{pack}_over_{'time' if right is None else self._whole(right)}"

    def _over_time(self, left: str, right: Operand | None) -> str:
        if right is None:
            return f"sum_over_time({left}, summed)"
        return f"outer_over_time({left}, {self._whole(right)}, summed)"

    def _sum(self, each: OverTime) -> str:
        view = self.plan.views.get(each.left.name)
        together = self._shared_sums().get((view.of, each.right), ()) if view else ()
        if view is None or len(together) < 2:
            return self._over_time(self._whole(each.left), each.right)
        span = f"{printed(view.start)}:{printed(sympy.expand(view.start + view.size))}"
        axes = "" if each.right is None else ", :"
        return f"{self._total(view.of, each.right)}[..., {span}{axes}]"

    # ------------------------------------------------------------------ operations

    def _step(self, step: Step) -> list[str]:
        if not isinstance(step, Group):
            return self._do(step)
        name = f"group{len(self.groups)}"
        written = self.groups[name] = write(name, step, self.plan)
        parts = [*(self._name(each, EACH) for each in written.arrays), *written.once]
        return [f"{name}({', '.join(parts)})"]

    def _do(self, operation: Operation) -> list[str]:
        level = operation.target.level
        parts = [self._name(argument, level) for argument in operation.arguments]
        out = self._name(operation.target, level)
        if operation.op in ("apply", "polynomial"):
            scratch = self._scratch(operation.target)
            exact = operation.op == "polynomial"
            return assignments(operation.formula, parts[0], out, scratch, exact=exact)
        if operation.op == "matvec":
            return [self._matvec(operation, parts, out)]
        if operation.op == "matmul":
            return [self._matmul(operation, parts, out)]
        return [STATEMENTS[operation.op](operation, parts, out)]

    def _matvec(self, operation: Operation, parts: list[str], out: str) -> str:
        matrix, vector = operation.arguments
        M, v = parts
        if not self.shared or matrix.level != ONCE:
            M = f"{M}.mT" if matrix.transposed else M
            return f"matmul({M}, {v}[..., None], out={out}[..., None])"
        # (M v)ᵀ = vᵀ Mᵀ, for all rows vᵀ of the batch (and all times) at once.
        if not matrix.transposed:
            self.transposes.add(M)
            M = f"{M}_T"
        if operation.target.level == ACROSS and vector.level == ACROSS:
            return f"dot(flat({v}), {M}, out=flat({out}))"
        return f"product({v}, {M}, out={out})"

    def _matmul(self, operation: Operation, parts: list[str], out: str) -> str:
        sides = [
            f"{part}.mT" if operand.transposed else part
            for part, operand in zip(parts, operation.arguments, strict=True)
        ]
        each = operation.target.level == EACH and self.shared
        return f"{'matrix_product' if each else 'matmul'}({', '.join(sides)}, out={out})"


def _plus(name: str, number: int) -> str:
    return name if number == 0 else f"{name} {'+' if number > 0 else '-'} {abs(number)}"
