"""The formula of a slope, 1 - tanh²(a_j), recognised by printing those that are known."""

from __future__ import annotations

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, ParseError, ShapeError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.shapes import is_scalar
from symrnn.language.writing import NotationPrinter
from symrnn.reading.latex.building import Building
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Addition,
    Fraction_,
    Group,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    Words,
    shape_of,
    walk,
)

WINDOW = 6
"""Terms of a sum that may be the formula of one slope."""


def _shape_of(written: str) -> object:
    """The shape of what our printer wrote; None where it writes what is not read (yet)."""
    try:
        return shape_of(parse_expression(written))
    except ParseError:
        return None


class Slopes(Building):
    """Slopes in sums and on their own."""

    def slope(self, tree: Tree) -> MatrixExpr | None:
        """σ′(v), where a tree is its formula, as our printer writes it."""
        if not isinstance(tree, Addition | Product | Raised | Fraction_ | Sym):
            return None
        if not self.slopes or (isinstance(tree, Sym) and not tree.sups):
            return None
        form = shape_of(tree)
        for function in self.slopes:
            for argument in self.arguments(tree):
                made = Elementwise(function, argument)
                for plain in (False, True):
                    written = NotationPrinter(self.notation, plain=plain).doprint(made)
                    if _shape_of(written) == form:
                        return made
        return None

    def slope_in(self, tree: Addition, place: int) -> tuple[MatrixExpr, int] | None:
        """A slope among the terms of a sum from a place on, and how many terms it takes."""
        if not self.slopes:
            return None
        for count in range(min(WINDOW, len(tree.terms) - place), 1, -1):
            if count == len(tree.terms):
                continue
            terms, signs = tree.terms[place : place + count], tree.signs[place : place + count]
            part = Addition(terms[0].start, terms[-1].end, tree.made, terms, signs)
            found = self.slope(part)
            if found is not None:
                return found, count
        return None

    @property
    def slopes(self) -> list[Activation]:
        """σ′, σ″ of the activations with a formula that the text can speak of."""
        if not hasattr(self, "_slopes"):
            found = []
            for function in self.letters.own:
                if not function.is_unknown and self._spoken_of(function):
                    first = function if function.order else function.prime
                    found += [first, first.prime]
            self._slopes = found
        return self._slopes

    def _spoken_of(self, function: Activation) -> bool:
        form = function.function.expr
        if form.has(sympy.Max, sympy.Min, sympy.Abs, sympy.Heaviside):
            return any(sign in self.text for sign in ("theta", "max", "operatorname{sign}", "["))
        names = {type(node).__name__ for node in form.atoms(sympy.Function)}
        return (
            any(name in self.text for name in names)
            or ("exp" in names and ("e^" in self.text or "logistic" in self.text))
            or not names
        )

    def arguments(self, tree: Tree) -> list[MatrixExpr]:
        """The vectors and matrices in a tree that a slope can be of, the largest first."""
        kept = self._arguments.get(id(tree))
        if kept is not None and kept[0] is tree:
            return kept[1]
        found: dict[MatrixExpr, None] = {}
        for node in walk(tree):
            if node is tree or isinstance(node, Num | Words):
                continue
            if isinstance(node, Sym) and node.sups:
                node = Sym(node.start, node.end, node.made, node.name, node.subs, (), node.primes)
            if len(found) >= WINDOW:
                break
            if not isinstance(node, Sym | Group | Turned | Raised):
                continue
            node = node.base if isinstance(node, Raised) else node
            try:
                value = self.build(node)
            except (ParseError, IllFormedError, ShapeError, TypeError, ValueError):
                continue
            if isinstance(value, MatrixExpr) and not is_scalar(value):
                found.setdefault(value)
        self._arguments[id(tree)] = (tree, list(found))
        return list(found)
