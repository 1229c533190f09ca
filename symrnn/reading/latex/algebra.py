"""Sums, products, powers and stacks as objects of the language."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import entrywise_power
from symrnn.language.algebra import (
    Inverse,
    MatrixProduct,
    MatrixSum,
    power,
    written_as_entry,
)
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.language.shapes import Shape, is_column, is_scalar, same_size
from symrnn.language.structure import Block, Hadamard, Kronecker
from symrnn.language.time import TimeVector
from symrnn.reading.latex.building import Open
from symrnn.reading.latex.slopes import Slopes
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    shape_of,
)


class Algebra(Slopes):
    """Trees of operators."""

    def addition(self, tree: Addition, shape: Shape | None) -> Any:
        values: list[Any] = []
        place = 0
        while place < len(tree.terms):
            taken = self.slope_in(tree, place)
            if taken is not None:
                values.append(taken[0])
                place += taken[1]
                continue
            value = self.build(tree.terms[place], shape)
            values.append(
                self.scaled(sympy.S.NegativeOne, value) if tree.signs[place] == "-" else value
            )
            place += 1
        shapes = [v.shape for v in values if isinstance(v, MatrixExpr)]
        known = shapes[0] if shapes else shape
        sized = any(isinstance(v, Open) and v.kind != "0" for v in values)
        if known is None and not sized:
            return sympy.Add(*(sympy.S.Zero if isinstance(v, Open) else v for v in values))
        if known is None or (not shapes and not sized):
            if not shapes and not sized:
                return sympy.Add(*(sympy.S.Zero if isinstance(v, Open) else v for v in values))
            if all(isinstance(v, Open) for v in values) and len({v.kind for v in values}) == 1:
                return Open(values[0].kind, sympy.Add(*(v.coefficient for v in values)))
            self.refuse(tree, "the size of this sum is not known; give shape=(rows, cols)")
        return MatrixSum(
            *(self.closed(v, known, t) for v, t in zip(values, [tree] * len(values), strict=True))
        )

    def scaled(self, factor: Expr, value: Any) -> Any:
        if isinstance(value, Open):
            return Open(value.kind, factor * value.coefficient)
        return MatrixProduct(factor, value) if isinstance(value, MatrixExpr) else factor * value

    def product(self, tree: Product, shape: Shape | None) -> Any:
        if (
            isinstance(tree.factors[0], Derivative)
            and tree.factors[0].of is not None
            and isinstance(tree.factors[0].by, Num)
        ):
            return self.partial(tree)
        operands: list[tuple[str, Any, Tree]] = []
        place = 0
        while place < len(tree.factors):
            factor = tree.factors[place]
            following = tree.factors[place + 1] if place + 1 < len(tree.factors) else None
            adjacent = place < len(tree.signs) and tree.signs[place] == ""
            called = None
            if isinstance(factor, Sym) and isinstance(following, Group) and adjacent:
                called = self.called(factor, following, shape)
            sign = tree.signs[place - 1] if place else ""
            if called is None:
                before = [v for _, v, _ in operands if isinstance(v, MatrixExpr)]
                kept = self.rows
                self.rows = before[-1].shape[1] if before else None if shape is None else shape[0]
                called = self.build(factor)
                self.rows = kept
                value, taken = called, 1
            else:
                value, taken = called, 2
            operands.append((sign, value, factor))
            place += taken
        if len(operands) == 1:
            return operands[0][1]
        entrywise = {sign for sign, _, _ in operands[1:]} & {"odot", "otimes"}
        if entrywise:
            return self.entrywise(tree, operands, shape)
        return self.chain(operands, shape)

    def entrywise(
        self, tree: Tree, operands: list[tuple[str, Any, Tree]], shape: Shape | None
    ) -> Any:
        groups: list[list[tuple[str, Any, Tree]]] = [[operands[0]]]
        kinds: list[str] = []
        for operand in operands[1:]:
            if operand[0] in ("odot", "otimes"):
                kinds.append(operand[0])
                groups.append([operand])
            else:
                groups[-1].append(operand)
        # A coefficient in front scales the whole: -1/2 A ⊙ B.
        front: Expr = sympy.S.One
        while len(groups[0]) > 1 and not isinstance(groups[0][0][1], MatrixExpr | Open):
            front *= groups[0].pop(0)[1]
        values = [group[0][1] if len(group) == 1 else self.chain(group, None) for group in groups]
        known = next((v.shape for v in values if isinstance(v, MatrixExpr)), shape)
        whole = values[0]
        if set(kinds) == {"odot"}:
            whole = Hadamard(*(self.closed(v, known, tree) for v in values))
        elif set(kinds) == {"otimes"}:
            rows = self.rows if shape is None else shape[0]
            whole = self.kronecker(values, rows, tree)
        else:
            self.refuse(tree, "⊙ and ⊗ without brackets")
        return self.scaled(front, whole) if front != 1 else whole

    def kronecker(self, values: list[Any], rows: Any, tree: Tree) -> Any:
        """A ⊗ B ⊗ …; the size of one I is what is left of the rows."""
        opened = [v for v in values if isinstance(v, Open)]
        if opened:
            known = [v.shape[0] for v in values if isinstance(v, MatrixExpr)]
            if len(opened) > 1 or opened[0].kind != "I" or rows is None:
                self.refuse(tree, "the size of a factor of ⊗ is not known; give shape=(rows, cols)")
            size = sympy.cancel(rows / sympy.Mul(*known))
            values = [v.of((size, size)) if isinstance(v, Open) else v for v in values]
        whole = values[0]
        for value in values[1:]:
            whole = Kronecker(whole, value)
        return whole

    def chain(self, operands: list[tuple[str, Any, Tree]], shape: Shape | None) -> Any:
        """c A B …, scalars in front, sizes of 0, 1 and I from their neighbours."""
        coefficient: Expr = sympy.S.One
        matrices: list[tuple[Any, Tree]] = []
        for _, value, tree in operands:
            if isinstance(value, Open | MatrixExpr):
                matrices.append((value, tree))
            else:
                coefficient *= value
        if not matrices:
            return coefficient
        if len(matrices) == 1 and isinstance(matrices[0][0], Open):
            return self.scaled(coefficient, matrices[0][0])
        others = [value for value, _ in matrices if isinstance(value, Open)]
        if len(others) == 1 and others[0].kind == "I" and (shape is None or shape != (1, 1)):
            numbers = [value for value, _ in matrices if isinstance(value, MatrixExpr)]
            if all(map(is_scalar, numbers)):
                coefficient *= sympy.Mul(*map(written_as_entry, numbers))
                return self.scaled(coefficient, others[0])
        # gᵀh W: a number that fits no neighbour scales the product.
        scaling = [at for at in range(len(matrices)) if _only_scales(matrices, at)]
        for at in reversed(scaling[: len(matrices) - 1]):
            coefficient *= written_as_entry(matrices.pop(at)[0])
        made: list[MatrixExpr] = []
        for place, (value, tree) in enumerate(matrices):
            if isinstance(value, Open):
                before = made[-1].shape[1] if made else None if shape is None else shape[0]
                after = matrices[place + 1][0] if place + 1 < len(matrices) else None
                behind = after.shape[0] if isinstance(after, MatrixExpr) else None
                if after is None and shape is not None:
                    behind = shape[1]
                if value.kind == "I":
                    coefficient *= value.coefficient
                    if len(matrices) > 1:
                        continue
                # A 1 at an end of a product is a column, or a row.
                rows = before if before is not None else sympy.S.One
                cols = behind if behind is not None else sympy.S.One
                value = value.of((rows, cols))
                del tree
            made.append(value)
        if _of_one_vector(made):
            return self.scaled(coefficient, Hadamard(*made))
        return MatrixProduct(coefficient, *made)

    def raised(self, base: Any, exponent: Tree, tree: Tree) -> Any:
        wanted = self.scalar(exponent)
        if isinstance(base, MatrixExpr):
            if wanted == -1 and not is_column(base):
                return Inverse(base)
            if is_column(base) and not is_scalar(base):
                if not getattr(wanted, "is_Integer", False):
                    self.refuse(tree, "a power of a vector that is no whole number")
                return entrywise_power(base, int(wanted))  # as it is printed: 1 - h_t²
            return power(base, wanted)
        if isinstance(base, Open):
            self.refuse(tree, "a power of what has no size")
        return base**wanted

    def big(self, tree: Big, shape: Shape | None) -> Any:
        if tree.index is None or tree.lower is None or tree.upper is None or tree.condition:
            self.refuse(tree, "a sum or product needs an index and both bounds")
        if not isinstance(tree.index, Sym) or tree.index.subs:
            self.refuse(tree, "an index is a letter")
        lower, upper = self.time(tree.lower), self.time(tree.upper)
        name = tree.index.name
        known = self.letters.leaves.get(shape_of(tree.index))
        index = (
            known if isinstance(known, Symbol) and known.is_integer else Symbol(name, integer=True)
        )
        kept = dict(self.bound)
        self.bound[name] = index
        try:
            body = self.build(tree.body, shape)
        finally:
            self.bound = kept
        body = self.closed(body, shape, tree.body) if isinstance(body, Open) else body
        if isinstance(body, MatrixExpr):
            if tree.sign == "sum":
                return OrderedSum(body, index, lower, upper)
            side = RIGHT if tree.arrow == "right" else LEFT
            return OrderedProduct(body, index, lower, upper, side)
        made = sympy.Sum if tree.sign == "sum" else sympy.Product
        return made(body, (index, lower, upper))

    def grid(self, tree: Tree, rows: tuple[tuple[Tree, ...], ...]) -> MatrixExpr:
        if len({len(row) for row in rows}) != 1:
            self.refuse(tree, "rows of unequal length")
        cells = [[self.build(cell) for cell in row] for row in rows]
        heights = [
            next((v.shape[0] for v in row if isinstance(v, MatrixExpr)), None) for row in cells
        ]
        widths = [
            next((row[c].shape[1] for row in cells if isinstance(row[c], MatrixExpr)), None)
            for c in range(len(cells[0]))
        ]
        made = []
        for row, height in zip(cells, heights, strict=True):
            line = []
            for value, width in zip(row, widths, strict=True):
                rows_, cols_ = height, width
                if isinstance(value, Open) and value.kind == "I":
                    rows_, cols_ = rows_ or cols_, cols_ or rows_
                if rows_ is None or cols_ is None:
                    self.refuse(tree, "the size of a block is not known")
                line.append(self.closed(value, (rows_, cols_), tree))
            made.append(line)
        return Block(*made)


def _only_scales(matrices: list[tuple[Any, Tree]], at: int) -> bool:
    """Whether a 1 × 1 stands beside matrices of which none has the size 1 there."""
    value = matrices[at][0]
    if not isinstance(value, MatrixExpr) or not is_scalar(value):
        return False
    before = matrices[at - 1][0] if at else None
    after = matrices[at + 1][0] if at + 1 < len(matrices) else None
    sizes = [before.shape[1]] if isinstance(before, MatrixExpr) else []
    sizes += [after.shape[0]] if isinstance(after, MatrixExpr) else []
    return bool(sizes) and not any(same_size(size, 1) for size in sizes)


def _of_one_vector(columns: list[MatrixExpr]) -> bool:
    """Whether columns side by side are a slope by its value, f (1 - f), which is entrywise."""
    if len(columns) < 2 or any(is_scalar(each) or not is_column(each) for each in columns):
        return False
    vectors = {vector for each in columns for vector in each.atoms(TimeVector)}
    return len(vectors) == 1 and all(each.has(TimeVector) for each in columns)
