"""From a recursion to a plan: which operations are done once, for all times at once, in each step.

The operations are few: products of a matrix and a vector or of two matrices, broadcasts of a
diagonal over rows or columns, sums, elementwise products and functions. Equal subexpressions
become one operation (value numbering), so that the loop and the sums over time share their work.

A vector, column or row, is stored as its entries in the last axis; `transposed` says how it lies.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce, singledispatchmethod
from typing import Any

import sympy
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import (
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.shapes import is_column, same_size
from symrnn.language.structure import Block, Diag, Hadamard, Place, Rows
from symrnn.language.time import TimeVector
from symrnn.numeric.loops.operations import ACROSS, EACH, ONCE, Operand, Operation, OverTime, Plan
from symrnn.numeric.loops.recursion import Recursion
from symrnn.numeric.printer import derivative_name, parameter_name
from symrnn.numeric.rewrites.association import Pair, associate
from symrnn.recurrence.slopes import THROUGH_VALUE


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
    operations, stored = tuple(planner.operations), frozenset(planner.stored)
    return Plan(recursion, operations, tuple(sums), stored, planner.returned)


class _Planner:
    def __init__(self, recursion: Recursion, hoisted: bool) -> None:
        self.recursion = recursion
        self.hoisted = hoisted
        self.own = recursion.own
        self.operations: list[Operation] = []
        self.known: dict[Any, Operand] = {}
        self.stored: set[str] = set()
        self.taken = _names_in(recursion)
        self.local: dict[str, Operand] = {}
        self.returned: dict[str, Operand] = {}

    def define(self, node: TimeVector, value: MatrixExpr) -> None:
        """Let the operation that computes `value` write into the sequence."""
        result = self.operand(value)
        if node.label in self.recursion.local:
            if node.label in self.recursion.returned:
                fresh = result.offset is None and result.level != ONCE and not result.transposed
                result = result if fresh else self._copied(result, node)
                self.stored.add(result.name)
                self.returned[parameter_name(node)] = result
            self.local[node.label] = result
            return
        target = self.operand(node)
        # What is done once fills no sequence: its one value is copied at each time.
        fresh = result.offset is None and result.level != ONCE and not result.transposed
        for place, operation in enumerate(self.operations):
            if fresh and result.name not in self.stored and operation.target.name == result.name:
                level = operation.target.level
                self.operations[place] = replace(operation, target=replace(target, level=level))
                self._rename(result, replace(target, level=level))
                return
        self.operations.append(Operation("copy", (result,), target))

    def _copied(self, value: Operand, node: TimeVector) -> Operand:
        """A value at every time, although it may be the same at all."""
        name = f"{_WORDS['copy']}{len(self.operations)}"
        while name in self.taken:
            name += "_"
        target = Operand(name, node.shape[0], node.shape[1], max(value.level, ACROSS))
        self.operations.append(Operation("copy", (value.T if value.transposed else value,), target))
        return target

    def _rename(self, old: Operand, new: Operand) -> None:
        self.known = {key: new if got == old else got for key, got in self.known.items()}
        self.local = {key: new if got == old else got for key, got in self.local.items()}
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
                # u (vᵀw) is a column: a number is no row.
                outer = right.is_row and left.is_vector and not _is_number(right)
                if outer and ONCE not in (left.level, right.level):
                    return [OverTime(name, self._stored(left), self._stored(right.T))]
        value = self.operand(body)
        if not value.is_vector or value.level == ONCE:
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
        if node.label in self.local:
            if sympy.expand(node.index - self.recursion.index) != 0:
                raise self._unsupported(node)
            return self.local[node.label]
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

    @operand.register(Ones)
    @operand.register(Zeros)
    def _(self, node: Any) -> Operand:
        number = sympy.Integer(isinstance(node, Ones))
        return self._result("fill", (), node.shape, formula=number)

    @operand.register
    def _(self, node: Identity) -> Operand:
        return self._result("identity", (), node.shape)

    @operand.register
    def _(self, node: Inverse) -> Operand:
        matrix = self.operand(node.args[0])
        if matrix.level != ONCE:
            raise self._unsupported(node)
        return self._result("inverse", (matrix,), node.shape)

    @operand.register(Softmax)
    @operand.register(LogSumExp)
    def _(self, node: Any) -> Operand:
        name = "softmax" if isinstance(node, Softmax) else "logsumexp"
        return self._result(name, (self.operand(node.args[0]),), node.shape)

    @operand.register
    def _(self, node: Block) -> Operand:
        if same_size(node.shape[0], 1) and not is_column(node):
            return self.operand(transpose(node)).T
        if any(len(row) != 1 for row in node.args) or not is_column(node):
            raise self._unsupported(node)
        parts = tuple(self.operand(row[0]) for row in node.args)
        if all(part.level == ONCE for part in parts):
            raise self._unsupported(node)
        return self._result("stack", parts, node.shape)

    @operand.register(Rows)
    @operand.register(Place)
    def _(self, node: Any) -> Operand:
        matrix, start, count = node.args
        if not is_column(matrix):
            raise self._unsupported(node)
        if isinstance(node, Place):
            count = matrix.shape[0]
        name = "rows" if isinstance(node, Rows) else "place"
        span = sympy.Tuple(start, count)
        return self._result(name, (self.operand(matrix),), node.shape, formula=span)

    @operand.register
    def _(self, node: Diag) -> Operand:
        return replace(self.operand(node.args[0]), diagonal=True)

    @operand.register
    def _(self, node: Elementwise) -> Operand:
        argument = self.operand(node.argument)
        if node.activation.function.free_symbols:
            raise self._unsupported(node)
        # A slope through the value is a polynomial of it as it stands: nothing is to be rewritten.
        op = "polynomial" if node.activation.name.endswith(THROUGH_VALUE) else "apply"
        return self._result(op, (argument,), node.shape, formula=node.activation.function)

    @operand.register
    def _(self, node: Hadamard) -> Operand:
        return self._entrywise("times", [self.operand(factor) for factor in node.args], node)

    @operand.register
    def _(self, node: MatrixSum) -> Operand:
        # What is known earliest is added first, so that it is added for all times at once.
        terms = sorted((self.operand(term) for term in node.args), key=lambda term: term.level)
        return self._entrywise("plus", terms, node)

    def _entrywise(self, word: str, operands: list[Operand], node: MatrixExpr) -> Operand:
        if all(each.is_vector and each.is_row for each in operands):
            # Rows are columns that are read across: one and the same product serves both.
            shape = (node.shape[1], node.shape[0])
            columns = (each.T for each in operands)
            return reduce(lambda u, v: self._result(word, (u, v), shape), columns).T
        return reduce(lambda u, v: self._result(word, (u, v), node.shape), operands)

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
            if _is_number(left) or _is_number(right):
                wider = right if _is_number(left) else left
                return self._result("times", (left, right), _shape(wider))
            if left.is_row and not right.is_row:
                return self._result("inner", (left.T, right), (sympy.S.One, sympy.S.One))
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
        if coefficient.has(MatrixExpr):
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
        key = (op, arguments, formula, shape if not arguments else None)
        if key not in self.known:
            level = max((argument.level for argument in arguments), default=ONCE)
            if level == ACROSS and not self.hoisted and op not in ("matvec", "matmul", "plus"):
                level = EACH
            name = f"{_WORDS[op]}{len(self.operations)}"
            while name in self.taken:
                name += "_"
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
    "polynomial": "f",
    "scale": "c",
    "copy": "v",
    "inner": "n",
    "softmax": "s",
    "logsumexp": "l",
    "stack": "k",
    "rows": "u",
    "place": "u",
    "fill": "c",
    "identity": "I",
    "inverse": "I",
}


def _names_in(recursion: Recursion) -> set[str]:
    """What quantities are called in the code."""
    values = [v for node, value in recursion.definitions for v in (node, value)]
    values += recursion.sums.values()
    leaves = {leaf for v in values for leaf in v.atoms(sympy.MatrixSymbol, TimeVector)}
    symbols = {symbol.name for v in values for symbol in v.free_symbols if symbol.is_Symbol}
    return {parameter_name(leaf) for leaf in leaves} | symbols


def _is_number(operand: Operand) -> bool:
    return same_size(operand.rows, 1) and same_size(operand.cols, 1)


def _vector(diagonal: Operand) -> Operand:
    return replace(diagonal, diagonal=False)


def _shape(operand: Operand) -> tuple[Expr, Expr]:
    return operand.rows, operand.cols
