"""The entries of a chain's lines at small sizes and times, kept for all chains that need them.

What times change is only which entries are asked for: states, derivatives and exact points at
some sizes are shared by all of them.

Norms are not written out: each is a symbol that stands for the norm of some entries, and is
computed where these have become numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy import Dummy, Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Unknown
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.explicit import Field, entries, written_out
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import free_symbols, parts, replaced
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import Unrolled, at_sizes, symbols_of
from symrnn.theory.about import Subject
from symrnn.verify.exact import Number, Point, Undefined, holds, norm
from symrnn.verify.functions import sigma_of
from symrnn.verify.hypotheses import fixes_leaf
from symrnn.verify.moments import assumed_at
from symrnn.verify.within import at_integers, atoms_of, concerning, is_time

CLOSED = (TotalDerivative, ImmediateDerivative, sympy.Derivative, Ranged)
"""What is written out as a whole: norms inside stay where they are."""


@dataclass(frozen=True)
class Written:
    """Entries of an expression, row by row, with symbols for the norms in them.

    width: how many columns.
    norms: for each such symbol the kind of norm, and what it is the norm of.
    """

    entries: tuple[Expr, ...]
    width: int
    norms: tuple[tuple[Symbol, str, Written], ...]

    def at(self, point: Point) -> list[Number]:
        """The entries at a point.

        Raises:
            NotSupportedError: one has no value there, or a norm no closed form.
        """
        for symbol, kind, inside in self.norms:
            if symbol not in point.values:
                values = inside.at(point)
                starts = range(0, len(values), inside.width)
                rows = [values[start : start + inside.width] for start in starts]
                point.values[symbol] = norm(kind, rows)
        return [point.of(entry) for entry in self.entries]

    @property
    def symbols(self) -> set[Symbol]:
        """All that it is made of, also within norms."""
        inside = (each.symbols for _, _, each in self.norms)
        return set().union(*map(free_symbols, self.entries), *inside)


class Meaning(Unrolled):
    """The unrolled recurrence in which leaves fixed by a hypothesis have their value.

    Args:
        rnn: the recurrence.
        recurrence: the same with integer sizes.
        fixed: the hypotheses that fix a leaf, at integer sizes and times.
    """

    def __init__(self, rnn: Subject, recurrence: Recurrence, fixed: tuple[Equation, ...]) -> None:
        super().__init__(recurrence)
        self.rnn = rnn
        self.generic = Point(seed=1)
        self._written: dict[tuple[Any, str], Written] = {}
        self._norms: dict[tuple[Norm, str], NormOf] = {}
        self._norm_of: dict[tuple[str, Written], NormOf] = {}
        self._norm_node: dict[Symbol, Norm] = {}
        self._points: dict[int, Point] = {}
        self._numbers: dict[int, dict[MatrixExpr, dict[Symbol, Number]]] = {}
        for fact in fixed:
            self.values[fact.lhs] = entries(fact.rhs, self)
        self._fixed = frozenset(self.values)

    def write(self, sized: Any, kind: str) -> Written:
        """The entries of an expression of integers; `kind` is the norm that stands for "any".

        Raises:
            NotSupportedError: it has none.
        """
        if not any(node.kind == "any" for node in atoms_of(sized, Norm)):
            kind = ""
        key = (sized, kind)
        if key not in self._written:
            self._written[key] = self._write(sized, kind)
        return self._written[key]

    def _write(self, sized: Any, kind: str) -> Written:
        if isinstance(sized, Expr) and not isinstance(sized, MatrixExpr | Norm):
            sized = written_out(sized)
        norms = {node: self._norm(node, kind) for node in set(_norms(sized))}
        inside = sized.xreplace({node: symbol for node, (symbol, *_) in norms.items()})
        if any(node.kind == "any" for node in atoms_of(inside, Norm)):
            inside = inside.replace(
                lambda node: isinstance(node, Norm) and node.kind == "any",
                lambda node: Norm(node.matrix, kind),
            )
        found = entries(inside, self)
        ordered = tuple(sorted(norms.values(), key=lambda each: str(each[0])))
        if isinstance(found, sympy.MatrixBase):
            return Written(tuple(found), found.cols, ordered)
        return Written((found,), 1, ordered)

    def _norm(self, node: Norm, kind: str) -> NormOf:
        key = (node, kind if node.kind == "any" else node.kind)
        if key not in self._norms:
            inside = self._write(node.matrix, kind)
            # A norm of the same entries is the same number.
            same = (key[1], inside)
            if same not in self._norm_of:
                symbol = Dummy(f"norm_{len(self._norm_of)}", nonnegative=True)
                self._norm_of[same] = (symbol, *same)
                self._norm_node[symbol] = Norm(node.matrix, key[1])
            self._norms[key] = self._norm_of[same]
        return self._norms[key]

    def equal(self, left: Written, right: Written) -> bool | None:
        """Whether all entries are equal as expressions; None where algebra does not decide it."""
        pairs = zip(left.entries, right.entries, strict=True)
        different = [(one, other) for one, other in pairs if one != other]
        if not different:
            return True
        try:
            values = zip(left.at(self.generic), right.at(self.generic), strict=True)
            if not all(holds(one, "=", other) for one, other in values):
                return False
        except Undefined:
            return None
        merged = self._merged(left, right)
        ones, others = (replaced(side, merged) for side in zip(*different, strict=True))
        gaps = [one - other for one, other in zip(ones, others, strict=True)]
        if all(map(_is_zero, gaps)):
            return True
        if not left.norms and not right.norms:
            return None
        return True if all(_is_zero(self._with_norms(gap)) for gap in gaps) else None

    def _merged(self, left: Written, right: Written) -> dict[Symbol, Symbol]:
        """For norms on the right that are equal to one on the left, that one."""
        merged = {}
        for symbol, kind, inside in right.norms:
            for known, known_kind, other in left.norms:
                comparable = kind == known_kind and len(inside.entries) == len(other.entries)
                if comparable and symbol != known and self.equal(inside, other):
                    merged[symbol] = known
        return merged

    def _with_norms(self, entry: Expr) -> Expr:
        """An entry in which the norms are written out, as maxima and roots."""
        wanted = free_symbols(entry) & self._norm_node.keys()
        norms = {symbol: entries(self._norm_node[symbol], self) for symbol in wanted}
        return replaced([entry], norms)[0]

    def point(self, seed: int, alone: bool) -> Point:
        """A point at which the entries of all leaves have their numbers.

        Args:
            seed: of the point.
            alone: whether it gets numbers that others must not see.
        """
        shared = self._points.setdefault(seed, Point(seed))
        numbers = self._numbers.setdefault(seed, {})
        for leaf in self.values:
            if leaf not in numbers and leaf not in self._fixed and self._is_given(leaf):
                numbers[leaf] = self._of_leaf(leaf, shared)
                shared.values.update(numbers[leaf])
        if not alone:
            return shared
        return Point(seed, {s: value for each in numbers.values() for s, value in each.items()})

    def _of_leaf(self, leaf: MatrixExpr, point: Point) -> dict[Symbol, Number]:
        """Numbers for the entries of a leaf.

        At a point where the functions are constant, states are that constant and square
        parameters multiples of the identity: a state at rest.
        """
        symbols, label = symbols_of(leaf), f"{leaf}"
        choices = (-1, 0, 1) if point.pick(f"{label} extreme", range(10)) < 3 else range(-6, 7)
        found = {}
        for place, symbol in enumerate(symbols):
            number = Fraction(int(point.pick(symbol.name, choices)), 3)
            if point.whole:
                number = Fraction(0 if point.zero else int(point.pick(symbol.name, (-1, 0, 1))))
            elif point.constant and self.recurrence.is_state(leaf):
                number = point.of(Unknown(Symbol(sigma_of(self.rnn).name), 0, symbol))
            elif point.constant and symbols.rows == symbols.cols > 1:
                row, col = divmod(place, symbols.cols)
                factor = Fraction(int(point.pick(label, (1, 2, 3, 5, 8, 12, 18))), 8)
                number = factor if row == col else Fraction(0)
            found[symbol] = number
        return found


NormOf = tuple[Symbol, str, Written]
"""The symbol of a norm, of which kind it is, and of what."""


@dataclass(frozen=True)
class Moment:
    """Integers for sizes and times, and the meaning of everything at these sizes."""

    sizes: dict[Any, int]
    meaning: Meaning

    @property
    def rnn(self) -> Subject:
        """The recurrence."""
        return self.meaning.rnn

    def write(self, expression: Any, kind: str) -> Written:
        """The entries of an expression; `kind` is the norm that stands for "any".

        Raises:
            NotSupportedError: it has none.
        """
        sized = at_integers(expression, concerning(expression, self.sizes))
        return self.meaning.write(sized, kind)


def _norms(node: Any) -> Iterator[Norm]:
    """The outermost norms of an expression that stand at no bound time."""
    if isinstance(node, Norm):
        yield node
    elif not isinstance(node, CLOSED):
        for arg in node.args:
            yield from _norms(arg)


def _is_zero(gap: Expr) -> bool:
    """Whether expanding shows that an expression is zero for all values of its symbols."""
    if gap == 0:
        return True
    names = {node: Dummy() for node in parts(gap) if isinstance(node, Unknown | Field)}
    return bool(sympy.expand(replaced([gap], names)[0]) == 0)


def assumed(fact: Any, sizes: Mapping[Any, int], rnn: Subject) -> list[Any]:
    """A hypothesis at the one moment it is of, or at each where it is assumed at all."""
    last = max([value for symbol, value in sizes.items() if is_time(symbol)] + [1])
    moments = assumed_at(fact, sizes, last, rnn)
    return [at_integers(fact, concerning(fact, at)) for at in moments]


def moment(rnn: Subject, sizes: dict[Any, int], facts: tuple[Any, ...]) -> Moment:
    """The meaning of everything at some sizes, under the hypotheses that fix a leaf."""
    equations = (
        each for fact in facts if isinstance(fact, Equation) for each in assumed(fact, sizes, rnn)
    )
    sized = (at_integers(each, concerning(each, sizes)) for each in equations)
    fixed = tuple(each for each in sized if fixes_leaf(each, rnn.recurrence))
    spoken = _symbols(rnn.recurrence)
    own = tuple(sorted((item for item in sizes.items() if item[0] in spoken), key=str))
    return Moment(sizes, _meaning(rnn, own, fixed))


@lru_cache(maxsize=64)
def _symbols(recurrence: Recurrence) -> frozenset[Any]:
    """What a recurrence speaks of, in its definitions and in the shapes of its sequences."""
    shapes = [
        symbolic(size)
        for each in (*recurrence.states, *recurrence.inputs, *recurrence.outputs)
        for size in (each.rows, each.cols)
    ]
    nodes = (*recurrence.definitions, *recurrence.definitions.values(), *shapes)
    return frozenset().union(*(node.free_symbols for node in nodes))


@lru_cache(maxsize=64)
def _meaning(
    rnn: Subject, sizes: tuple[tuple[Any, int], ...], fixed: tuple[Equation, ...]
) -> Meaning:
    return Meaning(rnn, at_sizes(rnn.recurrence, dict(sizes)), fixed)
