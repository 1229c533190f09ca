"""What a step does entry by entry, put together: one pass over the entries, compiled by numba.

NumPy goes over a whole array for each sum, product and function. In a group every operation that
can follow is done for an entry before the next entry is read, and only what is asked for later is
written. The products of matrices between the groups stay NumPy's.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from symrnn.language.shapes import same_size
from symrnn.numeric.loops import native
from symrnn.numeric.loops.code import function_of
from symrnn.numeric.loops.operations import (
    ACROSS,
    EACH,
    ONCE,
    Operand,
    Operation,
    Plan,
    axes_of,
    printed,
    symbols_of,
)
from symrnn.numeric.loops.scalars import functions, scalar_steps
from symrnn.numeric.loops.vectorised import functions as vectorised
from symrnn.python_text import parsed

HELPERS = ("decay", "tail", "series", "within")
"""What stable forms call with numbers behind the argument."""

ENTRYWISE = ("times", "plus", "scale", "copy", "apply", "polynomial")


@dataclass(frozen=True)
class Group:
    """Operations on vectors of one size, in order; of the targets `written` are asked for later."""

    operations: tuple[Operation, ...]
    written: frozenset[str]

    @property
    def size(self) -> Any:
        """How many entries the targets have."""
        return axes_of(self.operations[0].target)[0]

    @property
    def unwritten(self) -> frozenset[str]:
        """The targets that need no array."""
        return frozenset(o.target.name for o in self.operations) - self.written


Step = Operation | Group


def steps_of(plan: Plan) -> tuple[Plan, list[Step]]:
    """The plan with all that may wait for the step moved into it, and its steps in order."""
    plan = _waiting(plan)
    pending, done = plan.at(EACH), set[Any]()
    made = {_key(o.target) for o in pending}
    steps: list[Step] = []

    parts: dict[str, set[Any]] = {}
    for name, view in plan.views.items():
        parts.setdefault(view.of, set()).add((name, None))
        parts.setdefault(name, set()).add((view.of, None))

    def ready(operation: Operation, group: set[Any]) -> bool:
        # A vector with parts is there when they are, and a part when the vector is.
        read = {key for a in operation.arguments for key in (_key(a), *parts.get(a.name, ()))}
        return read & made <= done | group

    while pending:
        alone = next((o for o in pending if not _is_entrywise(o) and ready(o, set())), None)
        if alone is not None:
            steps.append(alone)
            done.add(_key(alone.target))
            pending.remove(alone)
            continue
        taken: list[Operation] = []
        keys = set[Any]()
        for operation in pending:
            alike = not taken or axes_of(operation.target) == axes_of(taken[0].target)
            if _is_entrywise(operation) and alike and ready(operation, keys):
                taken.append(operation)
                keys.add(_key(operation.target))
        pending = [o for o in pending if o not in taken]
        done |= keys
        steps.append(Group(tuple(taken), _asked_for(plan, taken)))
    return plan, steps


def _key(operand: Operand) -> tuple[str, int | None]:
    return operand.name, operand.offset


def _is_entrywise(operation: Operation) -> bool:
    return operation.op in ENTRYWISE and operation.target.is_vector


def _waiting(plan: Plan) -> Plan:
    """Entrywise work for all times that only steps read is done in the step."""
    operations = list(plan.operations)
    for place in reversed(range(len(operations))):
        operation = operations[place]
        target = operation.target
        readers = [o for o in operations if any(a.name == target.name for a in o.arguments)]
        free = target.offset is None and target.name not in plan.stored
        free = free and target.name not in plan.views
        if not (free and target.level == ACROSS and _is_entrywise(operation) and readers):
            continue
        if all(reader.target.level == EACH for reader in readers):
            moved = replace(target, level=EACH)
            operations[place] = replace(operation, target=moved)
            operations = [
                replace(o, arguments=tuple(moved if a == target else a for a in o.arguments))
                for o in operations
            ]
    return replace(plan, operations=tuple(operations))


def _asked_for(plan: Plan, group: list[Operation]) -> frozenset[str]:
    read = {a.name for o in plan.operations if o not in group for a in o.arguments}
    read |= {value.name for value in plan.returned.values()}
    read |= {*plan.stored, *plan.views}
    return frozenset(
        o.target.name for o in group if o.target.offset is not None or o.target.name in read
    )


# ── as code ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Written:
    """A group as a function of arrays.

    Attributes:
        function: compiled, at its first call for each precision.
        arrays: what it is given of the step, in order: vectors side by side, (lanes, entries).
        once: names of what else it is given: parameters, sizes.
        source: its Python source.
    """

    function: Any
    arrays: tuple[Operand, ...]
    once: tuple[str, ...]
    source: str


def write(name: str, group: Group, plan: Plan) -> Written:
    """The function of a group.

    Args:
        name: what it is called.
        group, plan: from `steps_of`.
    """
    writer = _Writer(group, plan)
    lines = [line for operation in group.operations for line in writer.lines(operation)]
    arrays, once = tuple(writer.arrays), tuple(writer.once)
    given = [*(writer.arrays[each] for each in arrays), *once]
    # A size that is read off the arrays needs no argument of its own.
    lanes = f"{writer.arrays[arrays[0]]}.shape[0]"
    source = "\n".join(
        [
            f"def {name}({', '.join(given)}):",
            f"    for _lane in range({lanes}):",
            f"        for _i in range({printed(group.size)}):",
            *("            " + line for line in lines),
            "",
        ]
    )
    texts = tuple(
        (called, _in_one_precision(formula_function(called, formula, exact=exact)))
        for (formula, exact), called in writer.called.items()
    )
    function = _compiled(source, texts)
    return Written(function, arrays, once, "\n".join([*(text for _, text in texts), source]))


@lru_cache(maxsize=256)
def _compiled(source: str, formulas: tuple[tuple[str, str], ...]) -> Any:
    """The function of a source, and of the formulas that it calls, by name; see `compiled`."""
    names = dict(_names())
    for called, text in formulas:
        names[called] = native.compiled(function_of(text, names))
    return native.kept(source, names, calls=[text for _, text in formulas])


@cache
def _names() -> dict[str, Any]:
    """What functions call."""
    own = vectorised()
    names = {each: getattr(math, each) for each in dir(math) if not each.startswith("_")}
    names |= functions(native.compiled, own["exp"]) | {"_like": own["like"]}
    return names | {"exp": own["exp"], "tanh": own["tanh"]}


def formula_function(name: str, formula: Any, *, exact: bool) -> str:
    """The source of a scalar formula, what it has twice computed once."""
    shared, result = scalar_steps(formula, "_x", exact=exact)
    lines = [f"    {symbol} = {value}" for symbol, value in shared]
    return "\n".join([f"def {name}(_x):", *lines, f"    return {result}", ""])


class _Writer:
    def __init__(self, group: Group, plan: Plan) -> None:
        self.group, self.plan = group, plan
        self.inside = {_key(o.target): f"_v{place}" for place, o in enumerate(group.operations)}
        self.arrays: dict[Operand, str] = {}
        self.once: dict[str, None] = {}
        self.called: dict[Any, str] = {}
        self._sized(group.size)

    def lines(self, operation: Operation) -> list[str]:
        target = operation.target
        local = self.inside[_key(target)]
        lines = [f"{local} = {self._value(operation)}"]
        if target.name in self.group.written:
            lines.append(f"{self._entry(target, inside=False)} = {local}")
        return lines

    def _value(self, operation: Operation) -> str:
        parts = [self._entry(argument) for argument in operation.arguments]
        if operation.op in ("apply", "polynomial"):
            exact = operation.op == "polynomial"
            key = (operation.formula, exact)
            name = self.called.setdefault(key, f"_formula{len(self.called)}")
            return f"{name}({parts[0]})"
        if operation.op == "scale":
            factor = operation.formula
            if factor.is_number:
                return f"_like({parts[0]}, {float(factor)!r}) * {parts[0]}"
            self._sized(factor)
            return f"_like({parts[0]}, {printed(factor)}) * {parts[0]}"
        return {"times": " * ", "plus": " + ", "copy": ""}[operation.op].join(parts)

    def _entry(self, operand: Operand, *, inside: bool = True) -> str:
        if inside and _key(operand) in self.inside:
            return self.inside[_key(operand)]
        index = "0" if self._is_number(operand) else "_i"
        if operand.level == ONCE:
            self.once[operand.name] = None
            return f"{operand.name}[{index}]"
        view = self.plan.views.get(operand.name) if operand.offset is None else None
        if view is not None:
            level = operand.level
            operand = replace(self.plan.vectors[view.of], level=level)
            self._sized(view.start)
            index = f"{printed(view.start)} + {index}"
        # A vector that lies, and one that stands, are the same entries.
        operand = operand.T if operand.transposed else operand
        name = self.arrays.setdefault(operand, f"_a{len(self.arrays)}")
        return f"{name}[_lane, {index}]"

    def _is_number(self, operand: Operand) -> bool:
        return same_size(operand.rows, 1) and same_size(operand.cols, 1)

    def _sized(self, size: Any) -> None:
        self.once.update(dict.fromkeys(symbols_of(size)))


def _in_one_precision(source: str) -> str:
    """The source with every constant in the precision of the argument `_x`."""
    return ast.unparse(_Constants().visit(parsed(source))) + "\n"


class _Constants(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        like = ast.Call(ast.Name("_like", ast.Load()), [ast.Name("_x", ast.Load()), node], [])
        return ast.copy_location(like, node)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        node.left = self.visit(node.left)
        whole = isinstance(node.right, ast.Constant) and isinstance(node.right.value, int)
        if not (isinstance(node.op, ast.Pow) and whole):
            node.right = self.visit(node.right)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        # Of these all but the first are data, in as many floats as they need.
        of_data = isinstance(node.func, ast.Name) and node.func.id in HELPERS
        own, data = (node.args[:1], node.args[1:]) if of_data else (node.args, [])
        node.args = [*map(self.visit, own), *data]
        return node
