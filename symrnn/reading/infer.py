"""The shape of every piece of a cell, by unification: nothing is guessed.

A name has one shape wherever it stands. A capital letter is rows × columns, both unknown; a small
one a column; every operation gives equations between sizes. What they leave open stays a size of
its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatchmethod
from itertools import pairwise
from typing import NoReturn

from symrnn.errors import NotSupportedError, ShapeError
from symrnn.reading import sizes
from symrnn.reading.declarations import Declarations, Extent
from symrnn.reading.functions import WHOLE
from symrnn.reading.letters import COLUMN, IDENTITY, MATRIX, SCALAR, nearest
from symrnn.reading.naming import Naming
from symrnn.reading.sizes import ONE, Equations, Size
from symrnn.reading.source import Source, Span
from symrnn.reading.tree import (
    Call,
    Definition,
    Entrywise,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Stack,
    Sum,
    Transpose,
)

Shape = tuple[Size, Size] | None
"""Rows and columns; None for a scalar."""


def _is_column(shape: tuple[Size, Size]) -> bool:
    """Whether it is a column that nothing before says is a number."""
    return shape[1].is_one and not shape[0].is_one


def _is_row(shape: tuple[Size, Size]) -> bool:
    return shape[0].is_one and not shape[1].is_one


def _column(name: str) -> str:
    """How a vector may be called by a capital."""
    return f'a vector has a small letter, or is declared: shapes {{"{name}": "d"}}'


class Shapes:
    """The shapes of all names and pieces of a cell.

    Args:
        source: the text, for messages.
        definitions: what it says.
        declared: what is declared beside it.

    Raises:
        ParseError: for a name that says nothing of what it is.
        ShapeError: for shapes that do not fit, with both places.
    """

    def __init__(
        self, source: Source, definitions: Sequence[Definition], declared: Declarations
    ) -> None:
        self.source, self.declared = source, declared
        self.defined = {definition.name.name for definition in definitions}
        self.of_name: dict[str, Shape] = {}
        self.scalars: dict[str, Node] = {}
        self.naming = Naming()
        self._of_node: dict[int, Shape] = {}
        self._equations = Equations()
        for definition in definitions:
            self._define(definition)
        self._settle()

    def of(self, node: Node) -> Shape:
        """The shape of a piece that was seen."""
        return self._of_node[id(node)]

    def show(self, shape: Shape) -> str:
        """A shape as it stands in messages: `d × 1`."""
        if shape is None:
            return "a scalar"
        return " × ".join(self.naming.show(size) for size in shape)

    # ------------------------------------------------------------------ names

    def name(self, name: str, place: Span) -> Shape:
        """The shape of a name, new where it is met first."""
        if name not in self.of_name:
            self.of_name[name] = self._new(name, place)
        return self.of_name[name]

    def _new(self, name: str, place: Span) -> Shape:
        if name in self.declared.shapes:
            extents = self.declared.extents(name)
            given = [self._declared(extent) for extent in extents]
            return (given[0], given[1] if len(given) == 2 else ONE) if given else None
        kind = self.declared.kind(name)
        if kind == MATRIX:
            return sizes.unknown(may_be_one=False), sizes.unknown(may_be_one=False)
        if kind == COLUMN or (kind is None and name in self.defined):
            return sizes.unknown(), ONE
        if kind == SCALAR:
            return None
        known = {*self.defined, *self.of_name, *self.declared.shapes}
        near = nearest(name, known)
        advice = "one letter, maybe with a subscript (W_h, b_f), a Greek word, or a declaration"
        self.source.refuse(
            place,
            f"unknown name {name}",
            {"expected": advice, **({"hint": near} if near else {})},
        )

    def _declared(self, extent: Extent) -> Size:
        if isinstance(extent, int):
            return Size(number=extent)
        return sizes.declared(self.naming.declare(extent))

    def _define(self, definition: Definition) -> None:
        name, value = definition.name, definition.value
        if name.name == IDENTITY:
            self.source.refuse(name.span, f"{IDENTITY} is the identity: it can not be defined")
        shape = self._of_node[id(name)] = self.name(name.name, name.span)
        if shape is not None and not shape[1].is_one:
            self.source.refuse(
                name.span,
                f"{name.name} is a matrix; only vectors and scalars can be defined yet",
                {"hint": f"write the matrix out where it is used; {_column(name.name)}"},
                error=NotSupportedError,
            )
        found = self.infer(value)
        if shape is None and found is None:
            self.scalars[name.name] = value
            return
        if shape is not None and found is None and isinstance(value, Product):
            found = (ONE, ONE)  # a row times a column
        if shape is None or found is None or not self._fit(shape, found, value.span, name.span):
            hint = "what is a scalar has a Greek name: mu = …" if found is None else ""
            if found is not None and _is_row(found):
                column = (
                    self._written(value.operand)
                    if isinstance(value, Transpose)
                    else f"({self._written(value)})^T"
                )
                hint = f"what is defined is a column: {name.name} = {column}"
            self.source.refuse(
                name.span,
                f"{name.name} is {self.show(shape)}, its definition {self.show(found)}",
                {"hint": hint} if hint else {},
                other=value.span,
                error=ShapeError,
            )

    # ------------------------------------------------------------------ pieces

    def infer(self, node: Node) -> Shape:
        """The shape of an expression."""
        shape = self._infer(node)
        self._of_node[id(node)] = shape
        return shape

    @singledispatchmethod
    def _infer(self, node: Node) -> Shape:
        raise NotSupportedError(f"no rule for the shape of {type(node).__name__}")

    @_infer.register
    def _(self, node: Number) -> Shape:
        return None

    @_infer.register
    def _(self, node: Name) -> Shape:
        if node.name == IDENTITY and not node.back:
            size = sizes.unknown()
            return size, size
        shape = self.name(node.name, node.span)
        if node.back and (shape is None or not shape[1].is_one):
            what = "scalar" if shape is None else "matrix"
            hint = "a transpose is written ^T"
            if shape is not None:
                hint += f"; {_column(node.name)}"
            problem = f"{node.name} is a {what}: only a vector is known one step back"
            self.source.refuse(node.span, problem, {"hint": hint})
        return shape

    @_infer.register
    def _(self, node: Call) -> Shape:
        shape, whole = self.infer(node.argument), WHOLE.get(node.function)
        if whole is None:
            return shape
        if whole.of_column:
            fits, what = shape is not None and shape[1].is_one, "a column"
        else:
            span, what = node.argument.span, "a square matrix"
            fits = (
                shape is not None
                and not shape[1].is_one
                and self._equate(shape[0], shape[1], span, span)
            )
        if not fits:
            problem = f"{node.function} acts on {what}, and this is {self.show(shape)}"
            self.source.refuse(node.argument.span, problem, error=ShapeError)
        return None if whole.is_scalar else shape

    @_infer.register
    def _(self, node: Power) -> Shape:
        shape = self.infer(node.operand)
        if shape is None or shape[1].is_one:
            return shape
        if not self._equate(shape[0], shape[1], node.operand.span, node.operand.span):
            problem = f"only a square matrix has a power, and this is {self.show(shape)}"
            hint = f"the entrywise square is {(w := self._written(node.operand))} * {w}"
            self.source.refuse(node.operand.span, problem, {"hint": hint}, error=ShapeError)
        return shape

    @_infer.register
    def _(self, node: Transpose) -> Shape:
        shape = self.infer(node.operand)
        return None if shape is None else (shape[1], shape[0])

    @_infer.register
    def _(self, node: Negative) -> Shape:
        return self.infer(node.operand)

    @_infer.register
    def _(self, node: Stack) -> Shape:
        parts = [(part, self.infer(part)) for part in node.parts]
        for part, shape in parts:
            if shape is None or not shape[1].is_one:
                problem = f"columns are stacked, and this is {self.show(shape)}"
                self.source.refuse(part.span, problem, error=ShapeError)
        return sizes.total(shape[0] for _, shape in parts if shape is not None), ONE

    @_infer.register
    def _(self, node: Product) -> Shape:
        shaped = [(factor, self.infer(factor)) for factor in node.factors]
        matrices = [(factor, shape) for factor, shape in shaped if shape is not None]
        for (left, a), (right, b) in pairwise(matrices):
            if a[1].is_one and not b[0].is_one:
                self._refuse_column_first(left, right, b)
            if (_is_row(a) and _is_row(b)) or not self._equate(a[1], b[0], left.span, right.span):
                self._refuse_product(left, a, right, b)
        if not matrices:
            return None
        (first, (rows, _)), (_, (_, cols)) = matrices[0], matrices[-1]
        # A row and a column: their inner product is a number.
        row = isinstance(first, Transpose) and rows.is_one
        return None if row and cols.is_one and len(matrices) > 1 else (rows, cols)

    @_infer.register
    def _(self, node: Entrywise) -> Shape:
        met: tuple[Node, tuple[Size, Size]] | None = None
        for divides, operand in node.operands:
            shape = self.infer(operand)
            if shape is None:
                continue
            if divides and not shape[1].is_one:
                self.source.refuse(
                    operand.span,
                    "only a scalar or, entry by entry, a column can be divided by",
                    {
                        "expected": "a number, a Greek letter or a column",
                        "got": self.show(shape),
                        "hint": f"the inverse of a matrix is {self._written(operand)}^-1",
                    },
                    error=ShapeError,
                )
            if met is None:
                met = operand, shape
            elif not self._fit(met[1], shape, met[0].span, operand.span):
                self._refuse_pair("the entrywise product of", *met, operand, shape)
        return met and met[1]

    @_infer.register
    def _(self, node: Sum) -> Shape:
        shaped = [(term, self.infer(term)) for _, term in node.terms]
        matrices = [(term, shape) for term, shape in shaped if shape is not None]
        if not matrices:
            return None
        first, of_first = matrices[0]
        for term, shape in matrices[1:]:
            if not self._fit(of_first, shape, first.span, term.span):
                self._refuse_pair("the sum of", first, of_first, term, shape)
        for term, kind in shaped:
            if kind is None and not of_first[1].is_one:
                self.source.refuse(
                    term.span,
                    "a scalar is added to the entries of a column, not of a matrix",
                    {
                        "hint": f"a multiple of the identity is written {self._written(term)} "
                        f"{IDENTITY}"
                    },
                    other=first.span,
                    error=ShapeError,
                )
        return of_first

    # ------------------------------------------------------------------ equations

    def _fit(
        self, left: tuple[Size, Size], right: tuple[Size, Size], here: Span, there: Span
    ) -> bool:
        # That a column and a row have one entry each is nothing that a text says by adding them.
        if (_is_column(left) and _is_row(right)) or (_is_row(left) and _is_column(right)):
            return False
        pairs = zip(left, right, strict=True)
        return all(self._equate(a, b, here, there) for a, b in pairs)

    def _equate(self, left: Size, right: Size, here: Span, there: Span) -> bool:
        return self._equations.equate(left, right, (left, right, here, there))

    def _settle(self) -> None:
        left_over = self._equations.settle()
        if left_over is None:
            return
        about, false = left_over
        assert isinstance(about, tuple)
        left, right, here, there = about
        problem = "do not fit" if false else "are left open: declare the shape of one of the names"
        self.source.refuse(
            here,
            f"the sizes {self.naming.show(left)} and {self.naming.show(right)} {problem}",
            other=there,
            error=ShapeError,
        )

    # ------------------------------------------------------------------ complaints

    def _written(self, node: Node) -> str:
        return self.source.written(node.span)

    def _refuse_column_first(self, left: Node, right: Node, shape: tuple[Size, Size]) -> NoReturn:
        a, b = self._written(left), self._written(right)
        if shape[1].is_one:
            problem = f"{a} and {b} are both columns"
            hint = f"their entrywise product is {a} * {b}; a matrix has a capital letter"
        else:
            problem = f"{a} is a column, and {b} to the right of it is {self.show(shape)}"
            hint = f"a matrix stands to the left: {b} {a}"
        self.source.refuse(left.span, problem, {"hint": hint}, other=right.span, error=ShapeError)

    def _refuse_product(
        self, left: Node, a: tuple[Size, Size], right: Node, b: tuple[Size, Size]
    ) -> NoReturn:
        self.source.refuse(
            left.span,
            f"{self._written(left)} and {self._written(right)} do not multiply",
            {
                "expected": "columns of the left operand = rows of the right one",
                "left": f"{self.show(a)}  {self._written(left)}",
                "right": f"{self.show(b)}  {self._written(right)}",
            },
            other=right.span,
            error=ShapeError,
        )

    def _refuse_pair(
        self,
        operation: str,
        left: Node,
        a: tuple[Size, Size],
        right: Node,
        b: tuple[Size, Size],
    ) -> NoReturn:
        one, two = self._written(left), self._written(right)
        detail: dict[str, object] = {
            "expected": "operands of one shape",
            "left": f"{self.show(a)}  {one}",
            "right": f"{self.show(b)}  {two}",
        }
        if operation.startswith("the entrywise") and b[1].is_one and not a[1].is_one:
            detail["hint"] = f"the product of a matrix and a column is {one} {two}"
        problem = f"{operation} {one} and {two}: their shapes do not fit"
        self.source.refuse(left.span, problem, detail, other=right.span, error=ShapeError)
