"""What every part of the builder asks of it: values of one kind, refusals with their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import ParseError
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    Ones,
    Zeros,
)
from symrnn.language.entry import Entry
from symrnn.language.notation import Notation
from symrnn.language.shapes import Shape, is_scalar, same_size
from symrnn.reading.latex.letters import (
    Letters,
)
from symrnn.reading.latex.tree import Group, Product, Sym, Tree


@dataclass(frozen=True)
class Open:
    """0, 1 or I of a size that is not known yet, times a coefficient."""

    kind: str
    coefficient: Expr

    def of(self, shape: Shape) -> MatrixExpr:
        """The matrix, once its shape is known."""
        if self.kind == "I":
            return MatrixProduct(self.coefficient, Identity(shape[0]))
        made = Ones(*shape) if self.kind == "1" else Zeros(*shape)
        return MatrixProduct(self.coefficient, made)


@dataclass
class Building:
    """Trees to expressions, the wanted shape handed down where it is known."""

    letters: Letters
    notation: Notation
    text: str
    bound: dict[str, Symbol] = field(default_factory=dict)
    rows: Any = None
    _arguments: dict[int, tuple[Tree, list[MatrixExpr]]] = field(default_factory=dict)

    def refuse(self, tree: Tree, problem: str) -> NoReturn:
        piece = " ".join(self.text[tree.start : tree.end].split())
        raise ParseError(
            f"formula refused, character {tree.start + 1}: {problem}",
            {"found": piece if len(piece) < 60 else piece[:59] + "…"},
        )

    def closed(self, value: Any, shape: Shape | None, tree: Tree) -> Any:
        """A value with a size."""
        if isinstance(value, Open):
            if shape is None:
                if value.kind == "0":
                    return sympy.S.Zero
                self.refuse(tree, f"the size of {value.kind} is not known; give shape=(rows, cols)")
            return value.of(shape)
        if shape is not None and isinstance(value, Expr) and not isinstance(value, MatrixExpr):
            if value == 0:
                return Zeros(*shape)
            if same_size(shape[0], 1) and same_size(shape[1], 1):
                return MatrixProduct(value, Identity(1))
            return MatrixProduct(value, Ones(*shape))
        return value

    def matrix(self, tree: Tree, shape: Shape | None = None) -> MatrixExpr:
        value = self.closed(self.build(tree, shape), shape, tree)
        if not isinstance(value, MatrixExpr):
            self.refuse(tree, "a matrix is expected here")
        return value

    def scalar(self, tree: Tree) -> Expr:
        value = self.build(tree)
        if isinstance(value, Open) and value.kind == "0":
            return sympy.S.Zero
        if isinstance(value, MatrixExpr) and is_scalar(value):
            return Entry(value, 1)
        if not isinstance(value, Expr) or isinstance(value, MatrixExpr):
            self.refuse(tree, "a number is expected here")
        return value

    def time(self, tree: Tree) -> Expr:
        value = self.scalar(tree)
        if value.is_integer is False:
            self.refuse(tree, "a time is an integer")
        return value

    def build(self, tree: Tree, shape: Shape | None = None) -> Any:
        """A matrix expression, a scalar, or `Open`."""
        raise NotImplementedError

    def called(self, head: Sym, argument: Group, shape: Shape | None) -> Any:
        """A function with its argument."""
        raise NotImplementedError

    def partial(self, tree: Product) -> MatrixExpr:
        """∂f/∂x(…), with its arguments."""
        raise NotImplementedError
