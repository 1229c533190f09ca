"""A formula in LaTeX as an expression of the language, given the recurrence it speaks of.

Whatever our own printer writes is read back as the same expression. Two things that LaTeX does not
say are supplied: the sizes of 0, 1 and I come from what they stand beside, or from `shape`; and the
formula of a slope, 1 - tanh²(a_j), is recognised by printing the slopes that are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, ParseError
from symrnn.language.algebra import (
    Transposed,
)
from symrnn.language.derivatives import (
    NUMERATOR,
    ImmediateDerivative,
    TotalDerivative,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import KINDS, Norm
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import Shape, is_column
from symrnn.reading.latex.building import Open
from symrnn.reading.latex.calls import Calls
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.letters import (
    Letters,
)
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    shape_of,
)
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL
from symrnn.recurrence.recurrence import Recurrence

_LENGTHS = {"numerator": "num", "denominator": "den"}


_NORMS = {"": "any", "1": "1", "2": "2", "infty": "inf", "F": "F", "max": "max"}


def from_latex(
    text: str,
    cell: Any,
    *,
    notation: Notation = LECTURE,
    shape: Shape | None = None,
    names: Mapping[str, Any] | None = None,
) -> Any:
    """The expression, or the relation, that a formula in LaTeX writes.

    Args:
        text: one formula: an expression, an equation or an inequality, without `$`.
        cell: the network or cell whose letters it uses: `elman("tanh")`, `cell("h = …")`.
        notation: the letters and the layout of bare derivatives.
        shape: of the whole, where the formula does not say it: `I`, 0.
        names: further quantities, whatever their names; they are known by how they are printed.

    Returns:
        A matrix expression of the language, a scalar of SymPy, or a relation between two of them.

    Raises:
        ParseError: what is no formula, or has a letter that is not known.
        ShapeError: shapes that do not fit.
        IllFormedError: a size that can not be known.
    """
    if not isinstance(text, str):
        raise IllFormedError(
            "a formula is read from text", {"expected": "str", "got": type(text).__name__}
        )
    recurrence = getattr(cell, "recurrence", cell)
    if not isinstance(recurrence, Recurrence):
        expected = 'a network or a cell, such as elman("tanh")'
        got = type(cell).__name__
        raise IllFormedError("`cell` is no cell", {"expected": expected, "got": got})
    # γ, λ, κ and η, which a network names besides its definitions.
    more = {
        each: getattr(cell, each)
        for each in ("gamma", "lam", "kappa", "eta")
        if hasattr(cell, each)
    }
    builder = Builder(Letters.of(recurrence, {**more, **(names or {})}, notation), notation, text)
    try:
        return builder.formula(shape)
    except RecursionError:
        raise ParseError("formula refused: nested too deeply", {"text": text[:60]}) from None


@dataclass
class Builder(Calls):
    """Trees to expressions, the wanted shape handed down where it is known."""

    def formula(self, shape: Shape | None) -> Any:
        chains = parse_chains(self.text)
        if len(chains) != 1 or len(chains[0].links) > 1 or chains[0].after:
            found = sum(max(1, len(c.links)) for c in chains)
            raise ParseError("expected one formula", {"found": f"{found} formulas"})
        (chain,) = chains
        for side in chain.sides:
            if side.tree is None:
                raise ParseError(f"formula refused: {side.problem}", {"text": self.text[:80]})
        sides = [side.tree for side in chain.sides if side.tree is not None]
        if not chain.links:
            return self.closed(self.build(sides[0], shape), shape, sides[0])
        left = self.build(sides[0], shape)
        known = left.shape if isinstance(left, MatrixExpr) else shape
        right = self.build(sides[1], known)
        if isinstance(left, Open) and isinstance(right, MatrixExpr):
            known = right.shape
        left, right = self.closed(left, known, sides[0]), self.closed(right, known, sides[1])
        kind = chain.links[0].kind
        if kind == EQUAL:
            return Equation(left, right)
        if kind in (AT_MOST, AT_LEAST):
            return Inequality(left, right) if kind == AT_MOST else Inequality(right, left)
        raise ParseError("formula refused: a relation that is not known", {"text": self.text[:80]})

    def build(self, tree: Tree, shape: Shape | None = None) -> Any:
        """A matrix expression, a scalar, or `Open`."""
        slope = self.slope(tree)
        if slope is not None:
            return slope
        match tree:
            case Num(value=value):
                number = sympy.Rational(value.numerator, value.denominator)
                return Open("0", sympy.S.One) if number == 0 else number
            case Sym():
                return self.symbol(tree)
            case Labelled(body=body):
                return self.build(body, shape)
            case Group(parts=parts):
                if len(parts) == 1:
                    return self.build(parts[0], shape)
                self.refuse(tree, "a list is no expression")
            case Addition():
                return self.addition(tree, shape)
            case Product():
                return self.product(tree, shape)
            case Fraction_(above=above, below=below):
                upper, lower = self.build(above, shape), self.scalar(below)
                if isinstance(upper, MatrixExpr | Open):
                    return self.scaled(1 / lower, upper)
                return upper / lower
            case Raised(base=base, power=exponent):
                return self.raised(self.build(base), exponent, tree)
            case Root(body=body):
                return sympy.sqrt(self.scalar(body))
            case Turned(body=body):
                flipped = None if shape is None else (shape[1], shape[0])
                inner = self.build(body, flipped)
                if isinstance(inner, Open):
                    return inner
                return Transposed(inner) if isinstance(inner, MatrixExpr) else inner
            case Big():
                return self.big(tree, shape)
            case Derivative():
                return self.derivative(tree, None)
            case Bar(body=body, held=held):
                return self.held(tree, self.build(body, shape), held)
            case Subscripted(body=body, subs=subs):
                return self.subscripted(tree, body, subs)
            case Normed(body=body, kind=kind):
                name = kind[1:].removeprefix("mathrm")
                if kind.startswith("|"):
                    return sympy.Abs(self.scalar(body))
                if name not in _NORMS or _NORMS[name] not in KINDS:
                    self.refuse(tree, "this norm is not known")
                return Norm(self.matrix(body), _NORMS[name])
            case Grid(rows=rows):
                return self.grid(tree, rows)
        self.refuse(tree, f"{type(tree).__name__.rstrip('_').lower()} has no form in the language")

    def symbol(self, tree: Sym) -> Any:
        letters = self.letters
        if tree.name in self.bound and not tree.subs and not tree.sups:
            return self.bound[tree.name]
        if tree.name == "I" and not tree.subs and not tree.sups:
            return Open("I", sympy.S.One)
        if tree.name == "ones":
            return Open("1", sympy.S.One)
        sequence = letters.sequences.get(tree.name)
        if sequence is not None and tree.subs and not tree.primes:
            vector = sequence[self.time(tree.subs[0])]
            value: Any = vector
            if len(tree.subs) > 1:
                value = Entry(vector, *map(self.scalar, tree.subs[1:]))
            return value if not tree.sups else self.raised(value, tree.sups[-1], tree)
        leaf = letters.leaves.get(shape_of(tree))
        if leaf is not None:
            return leaf
        if tree.sups:
            base = Sym(
                tree.start, tree.end, tree.made, tree.name, tree.subs, tree.sups[:-1], tree.primes
            )
            return self.raised(self.symbol(base), tree.sups[-1], tree)
        if tree.subs:
            base = Sym(tree.start, tree.end, tree.made, tree.name)
            inner = letters.leaves.get(shape_of(base))
            if isinstance(inner, MatrixExpr):
                return Entry(inner, *map(self.scalar, tree.subs))
        if tree.name == "e":
            return sympy.E
        if tree.name == "pi":
            return sympy.pi
        if tree.name == "infty":
            return sympy.oo
        known = sorted({*letters.sequences, *(f[1] for f in letters.leaves if f[0] == "Sym")})
        self.refuse(tree, f"{tree.name} is not known here; known: {', '.join(known)}")

    def subscripted(self, tree: Tree, body: Tree, subs: tuple[Tree, ...]) -> Any:
        inner = body.parts[0] if isinstance(body, Group) and len(body.parts) == 1 else body
        layout = next(
            (
                full
                for full, short in _LENGTHS.items()
                if len(subs) == 1 and isinstance(subs[0], Sym) and subs[0].name == short
            ),
            None,
        )
        if layout is not None and isinstance(inner, Derivative):
            return self.derivative(inner, layout)
        return Entry(self.matrix(body), *map(self.scalar, subs))

    def held(self, tree: Tree, body: Any, held: tuple[Tree, ...]) -> Any:
        if not isinstance(body, TotalDerivative):
            self.refuse(tree, "a bar stands behind one derivative ∂y/∂x")
        both = (*body.held, *map(self.matrix, held))
        return TotalDerivative(body.of, body.by, body.layout, both)

    def derivative(self, tree: Derivative, layout: str | None) -> Any:
        if tree.of is None:
            self.refuse(tree, "a derivative of nothing")
        of, by = self.matrix(tree.of), self.matrix(tree.by)
        columns = is_column(of) and is_column(by)
        chosen = layout or (self.notation.layout if columns else NUMERATOR)
        if tree.mark == "+":
            return ImmediateDerivative(of, by, chosen)
        return TotalDerivative(of, by, chosen)

    _arguments: dict[int, tuple[Tree, list[MatrixExpr]]] = field(default_factory=dict)
