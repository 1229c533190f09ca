"""A formula in LaTeX as an expression of the language, given the recurrence it speaks of.

Whatever our own printer writes is read back as the same expression. Two things that LaTeX does not
say are supplied: the sizes of 0, 1 and I come from what they stand beside, or from `shape`; and the
formula of a slope, 1 - tanh²(a_j), is recognised by printing the slopes of the activations known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NoReturn

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, ParseError, ShapeError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, activation
from symrnn.language.algebra import (
    Identity,
    Inverse,
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
    power,
)
from symrnn.language.derivatives import (
    NUMERATOR,
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.functions import Determinant, LogSumExp, Softmax
from symrnn.language.norms import KINDS, Norm
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import Shape, is_column, is_scalar, same_size
from symrnn.language.structure import Block, Diag, DiagonalOf, Hadamard, Kronecker, Unvec, Vec
from symrnn.language.time import Sequence, TimeVector
from symrnn.language.writing import NotationPrinter
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.expressions import parse_expression
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
    Words,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL

WINDOW = 6
"""Terms of a sum that may be the formula of one slope."""
_LENGTHS = {"numerator": "num", "denominator": "den"}
_NORMS = {"": "any", "1": "1", "2": "2", "infty": "inf", "F": "F", "max": "max"}
_CALLS = {"diag", "diagonal", "vec", "softmax", "logsumexp", "det"}
_SCALAR_CALLS = {
    "exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh, "sin": sympy.sin, "cos": sympy.cos,
    "arctan": sympy.atan, "cosh": sympy.cosh, "sinh": sympy.sinh, "min": sympy.Min,
    "max": sympy.Max, "erf": sympy.erf, "tan": sympy.tan,
}  # fmt: skip


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
class Letters:
    """What each letter of a notation stands for, as its parsed form says it.

    Args:
        sequences: by letter.
        leaves: parameters and scalars, by their form.
        activations, vector_functions: by letter; `own` are the recurrence's activations.
    """

    sequences: dict[str, Sequence] = field(default_factory=dict)
    leaves: dict[Any, Any] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    vector_functions: dict[str, VectorFunction] = field(default_factory=dict)
    own: list[Activation] = field(default_factory=list)

    @classmethod
    def of(cls, recurrence: Any, more: Mapping[str, Any], notation: Notation) -> Letters:
        """Read off a recurrence's definitions and what is given besides."""
        made = cls()
        printer = NotationPrinter(notation)
        values = [*recurrence.definitions, *recurrence.definitions.values(), *more.values()]
        nodes = {node for value in values for node in sympy.preorder_traversal(value)}
        leaves = sorted((n for n in nodes if isinstance(n, sympy.MatrixSymbol | Symbol)), key=str)
        for leaf in (*TIMES, *leaves):
            tree = parse_expression(printer.doprint(leaf))
            made.leaves.setdefault(shape_of(tree), leaf)
        for leaf in leaves:
            made.leaves[shape_of(parse_expression(printer.doprint(leaf)))] = leaf
        for each in sorted({n.sequence for n in nodes if isinstance(n, TimeVector)}, key=str):
            tree = parse_expression(printer.doprint(each[Symbol("t", integer=True)]))
            plain = notation.plain(each.label) if each.label in notation_sequences() else None
            if isinstance(tree, Sym):
                made.sequences[tree.name] = each
            if plain is not None:
                form = parse_expression(plain)
                if isinstance(form, Sym):
                    made.sequences.setdefault(form.name, each)
        for function in sorted((n for n in nodes if isinstance(n, Activation)), key=str):
            first = activation_of(function)
            made.activations[_letter(printer.doprint(first))] = first
            made.own.append(first)
        for call in sorted((n for n in nodes if isinstance(n, VectorFunction)), key=str):
            made.vector_functions[_letter(printer.doprint(Symbol(call.label)))] = call
        for word, known in _by_name().items():
            made.activations.setdefault(word, known)
        return made


TIMES = tuple(
    Symbol(name, integer=True) for name in ("t", "k", "j", "T", "i", "l", "r", "h", "tau")
)


@cache
def _by_name() -> dict[str, Activation]:
    """The activations known by name, by the word that each is written with."""
    printer = NotationPrinter()
    known = [activation(name) for name in FORMULAS]
    return {word: each for each in known if (word := _letter(printer.doprint(each)))}


def notation_sequences() -> tuple[str, ...]:
    """The sequences that a notation has letters for."""
    return ("s", "a", "x", "L")


def activation_of(function: Activation) -> Activation:
    """σ of σ′, if σ is known by name; else the function itself."""
    if not function.order:
        return function
    return activation(function.name) if function.name in FORMULAS else function


def _letter(written: str) -> str:
    """The word that a function is written with; empty where it is none."""
    tree = parse_expression(written)
    return _word(tree) if isinstance(tree, Sym) else ""


def _word(head: Sym) -> str:
    return head.name + (f"_{head.sub_text}" if head.subs else "")


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
class Builder:
    """Trees to expressions, the wanted shape handed down where it is known."""

    letters: Letters
    notation: Notation
    text: str
    bound: dict[str, Symbol] = field(default_factory=dict)
    rows: Any = None

    def refuse(self, tree: Tree, problem: str) -> NoReturn:
        piece = " ".join(self.text[tree.start : tree.end].split())
        raise ParseError(
            f"formula refused, character {tree.start + 1}: {problem}",
            {"found": piece if len(piece) < 60 else piece[:59] + "…"},
        )

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

    # ------------------------------------------------------------------ one node

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
                return self.derivative(tree, None, ())
            case Bar(body=Derivative() as inner, held=held):
                return self.derivative(inner, None, tuple(map(self.matrix, held)))
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

    # Letters --------------------------------------------------------------------

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
            return self.derivative(inner, layout, ())
        return Entry(self.matrix(body), *map(self.scalar, subs))

    # Sums and products ----------------------------------------------------------

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
        return MatrixProduct(coefficient, *made)

    def raised(self, base: Any, exponent: Tree, tree: Tree) -> Any:
        wanted = self.scalar(exponent)
        if isinstance(base, MatrixExpr):
            if wanted == -1:
                return Inverse(base)
            if is_column(base) and not is_scalar(base):
                self.refuse(tree, "a power of a vector; entrywise it is v ⊙ v")
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

    # Calls ----------------------------------------------------------------------

    def called(self, head: Sym, argument: Group, shape: Shape | None) -> Any:
        """The value of f(x), or None if the letter is no function."""
        name = head.name
        if name in self.letters.sequences and head.subs:
            return None
        if name == "diag":
            inner = self.build(argument, None if shape is None else (shape[0], sympy.S.One))
            return Diag(
                self.closed(inner, None if shape is None else (shape[0], sympy.S.One), argument)
            )
        if name == "diagonal":
            return DiagonalOf(self.matrix(argument))
        if name == "vec":
            return self.unvec(head, argument) if head.sups else Vec(self.matrix(argument))
        if name == "softmax":
            return Softmax(self.matrix(argument))
        if name == "logsumexp":
            return LogSumExp(self.matrix(argument))
        if name == "det":
            return Determinant(self.matrix(argument))
        function = self.letters.activations.get(_word(head))
        call = self.letters.vector_functions.get(_word(head))
        if call is not None and (function is None or len(argument.parts) > 1):
            return VectorFunction(call.label, call.shape[0], *map(self.matrix, argument.parts))
        if function is None and name not in _SCALAR_CALLS:
            # θ(a), the slope of a rectifier, is no function of the cell.
            place = (head.start, argument.end, head.made)
            return self.slope(Product(*place, (head, argument), ("",)))
        order = head.primes
        if head.sups and isinstance(head.sups[0], Group) and isinstance(head.sups[0].parts[0], Num):
            order = int(head.sups[0].parts[0].value)
        elif head.sups:
            inner = self.called(replace(head, sups=()), argument, shape)
            return self.raised(inner, head.sups[0], head)
        values = [self.build(part, shape) for part in argument.parts]
        if function is not None and len(values) == 1:
            value = values[0]
            for _ in range(order):
                function = function.prime
            if isinstance(value, Open):
                value = self.closed(value, shape, argument)
            if isinstance(value, MatrixExpr):
                return Elementwise(function, value)
            return function.at(value)
        if name in _SCALAR_CALLS and not order:
            return _SCALAR_CALLS[name](*(self.scalar(part) for part in argument.parts))
        return None

    def unvec(self, head: Sym, argument: Group) -> MatrixExpr:
        sizes = head.subs[0] if len(head.subs) == 1 else None
        if not isinstance(sizes, Product) or len(sizes.factors) != 2 or sizes.signs != ("times",):
            self.refuse(head, "vec⁻¹ needs its sizes: rows × cols")
        rows, cols = map(self.scalar, sizes.factors)
        return Unvec(self.matrix(argument), rows, cols)

    def partial(self, tree: Product) -> MatrixExpr:
        head = tree.factors[0]
        assert isinstance(head, Derivative) and isinstance(head.by, Num)
        if (
            len(tree.factors) != 2
            or not isinstance(head.of, Sym)
            or not isinstance(tree.factors[1], Group)
        ):
            self.refuse(tree, "a partial derivative is of one function")
        function = self.called(head.of, tree.factors[1], None)
        if not isinstance(function, VectorFunction):
            self.refuse(tree, "a partial derivative is of a function of vectors")
        return Partial(function, int(head.by.value) - 1)

    # Derivatives ----------------------------------------------------------------

    def derivative(self, tree: Derivative, layout: str | None, held: tuple[MatrixExpr, ...]) -> Any:
        if tree.of is None:
            self.refuse(tree, "a derivative of nothing")
        of, by = self.matrix(tree.of), self.matrix(tree.by)
        columns = is_column(of) and is_column(by)
        chosen = layout or (self.notation.layout if columns else NUMERATOR)
        if tree.mark == "+":
            return ImmediateDerivative(of, by, chosen)
        return TotalDerivative(of, by, chosen, held)

    # Slopes ---------------------------------------------------------------------

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
                written = parse_expression(NotationPrinter(self.notation).doprint(made))
                if shape_of(written) == form:
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
            return "theta" in self.text or "max" in self.text or "operatorname{sign}" in self.text
        names = {type(node).__name__ for node in form.atoms(sympy.Function)}
        return (
            any(name in self.text or (name == "exp" and "e^" in self.text) for name in names)
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

    _arguments: dict[int, tuple[Tree, list[MatrixExpr]]] = field(default_factory=dict)
