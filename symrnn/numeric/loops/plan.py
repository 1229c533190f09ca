"""From a recursion to a plan: which operations are done once, for all times at once, in each step.

The operations are few: products of a matrix and a vector or of two matrices, broadcasts of a
diagonal over rows or columns, sums, elementwise products and functions. Equal subexpressions
become one operation (value numbering), so that the loop and the sums over time share their work.

A vector, column or row, is stored as its entries in the last axis; `transposed` says how it lies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, reduce, singledispatchmethod
from typing import Any

import sympy
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.shapes import same_size
from symrnn.language.structure import Diag, Hadamard
from symrnn.language.time import TimeVector
from symrnn.numeric.loops.recursion import Recursion
from symrnn.numeric.printer import derivative_name, parameter_name
from symrnn.numeric.rewrites.association import Pair, associate

ONCE, ACROSS, EACH = 0, 1, 2


@dataclass(frozen=True)
class Operand:
    """A named value: a parameter, the member of a sequence at `index + offset`, or a result.

    `level` is when it is known: `ONCE` before all times, `ACROSS` for each time but from values
    that stand before the loop runs, `EACH` in the step.
    """

    name: str
    rows: Expr
    cols: Expr
    level: int
    offset: int | None = None
    transposed: bool = False
    diagonal: bool = False

    @property
    def is_vector(self) -> bool:
        """Whether its entries lie in one axis."""
        return same_size(self.cols, 1) or same_size(self.rows, 1)

    @property
    def is_row(self) -> bool:
        """Whether it is a vector that lies."""
        return same_size(self.rows, 1)

    @property
    def T(self) -> Operand:
        """The transpose: another reading of the same entries."""
        return replace(self, rows=self.cols, cols=self.rows, transposed=not self.transposed)


@dataclass(frozen=True)
class Operation:
    """target = op(arguments).

    op: matvec (M, v), matmul (A, B), scale_rows (v, M), scale_columns (M, v), times, plus, copy,
    apply (one argument, `formula`), scale (one argument, `formula` a scalar).
    """

    op: str
    arguments: tuple[Operand, ...]
    target: Operand
    formula: Any = None


@dataclass(frozen=True)
class OverTime:
    """A sum over all times: Σ left rightᵀ, or Σ left where there is no right."""

    name: str
    left: Operand
    right: Operand | None


@dataclass(frozen=True)
class Plan:
    """A recursion in operations."""

    recursion: Recursion
    operations: tuple[Operation, ...]
    sums: tuple[OverTime, ...]
    stored: frozenset[str]

    def at(self, level: int) -> list[Operation]:
        """The operations of one level, in order."""
        return [operation for operation in self.operations if operation.target.level == level]

    @cached_property
    def sequences(self) -> list[tuple[str, int]]:
        """Every sequence that is read or written, with its offset from the index."""
        found = {
            (operand.name, operand.offset)
            for operand in self.operands()
            if operand.offset is not None
        }
        return sorted(found)

    @cached_property
    def labels(self) -> list[str]:
        """Every sequence that is read or written, by name."""
        return sorted({name for name, _ in self.sequences})

    @cached_property
    def parameters(self) -> list[str]:
        """What does not depend on time and is given."""
        made = {operation.target.name for operation in self.operations}
        return sorted({o.name for o in self.operands() if o.level == ONCE and o.name not in made})

    def operands(self) -> Iterable[Operand]:
        """Every operand of every operation and sum."""
        for operation in self.operations:
            yield from (*operation.arguments, operation.target)
        for each in self.sums:
            yield each.left
            if each.right is not None:
                yield each.right


def plan(recursion: Recursion, *, hoisted: bool = True) -> Plan:
    """The operations of a recursion.

    Args:
        recursion: what to compute.
        hoisted: elementwise work that does not need the recursion's own values (a slope) is done
            for all times at once, before the loop; otherwise in the step, near the cache.
            Products such as U x_j are always taken out.

    Raises:
        NotSupportedError: for an expression with a node that loops do not know.
    """
    planner = _Planner(recursion, hoisted)
    for node, value in recursion.definitions:
        planner.define(node, value)
    sums = [part for name, body in recursion.sums.items() for part in planner.over_time(name, body)]
    return Plan(recursion, tuple(planner.operations), tuple(sums), frozenset(planner.stored))


class _Planner:
    def __init__(self, recursion: Recursion, hoisted: bool) -> None:
        self.recursion = recursion
        self.hoisted = hoisted
        self.own = {node.label for node, _ in recursion.definitions}
        self.operations: list[Operation] = []
        self.known: dict[Any, Operand] = {}
        self.stored: set[str] = set()

    def define(self, node: TimeVector, value: MatrixExpr) -> None:
        """Let the operation that computes `value` write into the sequence."""
        result = self.operand(value)
        target = self.operand(node)
        for place, operation in enumerate(self.operations):
            fresh = result.offset is None and not result.transposed
            if fresh and operation.target.name == result.name:
                level = operation.target.level
                self.operations[place] = replace(operation, target=replace(target, level=level))
                self._rename(result, replace(target, level=level))
                return
        self.operations.append(Operation("copy", (result,), target))

    def _rename(self, old: Operand, new: Operand) -> None:
        self.known = {key: new if got == old else got for key, got in self.known.items()}
        self.operations = [
            replace(o, arguments=tuple(new if a == old else a for a in o.arguments))
            for o in self.operations
        ]

    def over_time(self, name: str, body: MatrixExpr) -> list[OverTime]:
        """The sum of a body over time: an outer product is not formed, its sides are stored."""
        if isinstance(body, MatrixSum):
            return [part for term in body.args for part in self.over_time(name, term)]
        if isinstance(body, MatrixProduct):
            tree = associate(body.factors)
            if isinstance(tree, Pair):
                left, right = self._associated(tree.left), self._associated(tree.right)
                left = self._scaled(body.coefficient, left)
                if right.is_row and left.is_vector:
                    return [OverTime(name, self._stored(left), self._stored(right.T))]
        value = self.operand(body)
        if not value.is_vector:
            raise self._unsupported(body)
        return [OverTime(name, self._stored(value), None)]

    def _stored(self, operand: Operand) -> Operand:
        """The operand, its values at all times there after the loop."""
        if operand.name in self.own - self.recursion.kept:
            operand = self._result("copy", (operand,), _shape(operand))
        if operand.offset is None:
            self.stored.add(operand.name)
        return operand

    # ------------------------------------------------------------------ expressions

    @singledispatchmethod
    def operand(self, node: Any) -> Operand:
        """The operand that holds the value of a node, its operations appended."""
        raise self._unsupported(node)

    @operand.register
    def _(self, node: sympy.MatrixSymbol) -> Operand:
        return Operand(parameter_name(node), node.shape[0], node.shape[1], ONCE)

    @operand.register
    def _(self, node: TimeVector) -> Operand:
        level = EACH if node.label in self.own else ACROSS
        return self._member(parameter_name(node), node, node.shape, level)

    @operand.register
    def _(self, node: ImmediateDerivative) -> Operand:
        name = derivative_name(node)
        if name is None:
            raise self._unsupported(node)
        rows, cols = node.shape
        return self._member(name, node.of, (cols, rows), ACROSS).T

    def _member(self, name: str, node: TimeVector, shape: Any, level: int) -> Operand:
        offset = sympy.expand(node.index - self.recursion.index)
        if not offset.is_Integer:
            raise self._unsupported(node)
        return Operand(name, shape[0], shape[1], level, int(offset))

    @operand.register
    def _(self, node: Transposed) -> Operand:
        return self.operand(node.args[0]).T

    @operand.register
    def _(self, node: Diag) -> Operand:
        return replace(self.operand(node.args[0]), diagonal=True)

    @operand.register
    def _(self, node: Elementwise) -> Operand:
        argument = self.operand(node.argument)
        return self._result("apply", (argument,), node.shape, formula=node.activation.function)

    @operand.register
    def _(self, node: Hadamard) -> Operand:
        operands = [self.operand(factor) for factor in node.args]
        return reduce(lambda u, v: self._result("times", (u, v), node.shape), operands)

    @operand.register
    def _(self, node: MatrixSum) -> Operand:
        # What is known earliest is added first, so that it is added for all times at once.
        terms = sorted((self.operand(term) for term in node.args), key=lambda term: term.level)
        return reduce(lambda u, v: self._result("plus", (u, v), node.shape), terms)

    @operand.register
    def _(self, node: MatrixProduct) -> Operand:
        value = self._associated(associate(node.factors))
        return self._scaled(node.coefficient, value)

    # ------------------------------------------------------------------ products

    def _associated(self, tree: Any) -> Operand:
        if not isinstance(tree, Pair):
            return self.operand(tree)
        left, right = self._associated(tree.left), self._associated(tree.right)
        if left.diagonal and right.diagonal:
            vector = self._result("times", (_vector(left), _vector(right)), (left.rows, 1))
            return replace(vector, diagonal=True)
        if left.diagonal:
            if right.is_vector:
                return self._result("times", (_vector(left), right), _shape(right))
            return self._result("scale_rows", (_vector(left), right), _shape(right))
        if right.diagonal:
            return self._associated_on_the_right(left, right)
        if right.is_vector and left.is_vector:
            raise self._unsupported(tree)
        shape = (left.rows, right.cols)
        if right.is_vector:
            return self._result("matvec", (left, right), shape)
        if left.is_row:
            return self._result("matvec", (right.T, left.T), (right.cols, left.rows)).T
        return self._result("matmul", (left, right), shape)

    def _associated_on_the_right(self, left: Operand, right: Operand) -> Operand:
        if left.is_vector:
            return self._result("times", (left.T, _vector(right)), _shape(left.T)).T
        return self._result("scale_columns", (left, _vector(right)), _shape(left))

    def _scaled(self, coefficient: Expr, value: Operand) -> Operand:
        if coefficient == 1:
            return value
        if not coefficient.is_number:
            raise self._unsupported(coefficient)
        return self._result("scale", (value,), _shape(value), formula=coefficient)

    def _result(
        self, op: str, arguments: tuple[Operand, ...], shape: Any, formula: Any = None
    ) -> Operand:
        if op in ("times", "plus", "apply", "scale", "copy") and all(
            a.is_vector for a in arguments
        ):
            # Entry by entry a row and a column are the same numbers.
            arguments = tuple(a.T if a.transposed else a for a in arguments)
        key = (op, arguments, formula)
        if key not in self.known:
            level = max(argument.level for argument in arguments)
            if level == ACROSS and not self.hoisted and op not in ("matvec", "matmul", "plus"):
                level = EACH
            name = f"{_WORDS[op]}{len(self.operations)}"
            target = Operand(name, shape[0], shape[1], level)
            self.operations.append(Operation(op, arguments, target, formula))
            self.known[key] = target
        return self.known[key]

    def _unsupported(self, node: Any) -> NotSupportedError:
        return NotSupportedError(
            f"the loop of {self.recursion.name} has no operation for a part of it",
            {
                "expected": "parameters, sequences near the index, products, sums, diagonals",
                "got": f"{type(node).__name__}  {node}",
            },
        )


_WORDS = {
    "matvec": "p",
    "matmul": "P",
    "scale_rows": "R",
    "scale_columns": "C",
    "times": "h",
    "plus": "z",
    "apply": "f",
    "scale": "c",
    "copy": "v",
}


def _vector(diagonal: Operand) -> Operand:
    return replace(diagonal, diagonal=False)


def _shape(operand: Operand) -> tuple[Expr, Expr]:
    return operand.rows, operand.cols
