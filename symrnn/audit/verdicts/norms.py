"""Bounds of sums: ‖A + B C‖ ≤ ‖A‖ + ‖B‖ ‖C‖, and no gate above 1, compared term by term.

Both sides are polynomials in numbers no less than 0: norms of weights, what the text supposes to
bound others, and norms that the right side has itself. A bound follows where no coefficient of the
left is above that of the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from symrnn.audit.meaning.functions import NAMES
from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Definition, Model
from symrnn.audit.meaning.rewrites import at_other_times, placed_at
from symrnn.audit.show import shown
from symrnn.audit.verdicts.equations import Known, said_equal
from symrnn.audit.verdicts.factors import is_unit, joined, units
from symrnn.audit.verdicts.polynomials import (
    ONE,
    Polynomial,
    TooLarge,
    added,
    largest,
    put,
    scaled,
    times,
)
from symrnn.audit.verdicts.slopes import INDUCED, SUBMULTIPLICATIVE
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Derivative,
    Fraction_,
    Grid,
    Group,
    Normed,
    Num,
    Product,
    Sym,
    Tree,
    Turned,
    shape_of,
    walk,
)

SQUASHING = frozenset({"tanh", "logistic", "sin", "cos"})
"""Functions whose values are nowhere above 1, nor below -1."""
BETWEEN_0_AND_1 = frozenset({"logistic"})
DEEPEST = 40


class Open(Exception):
    """That nothing here bounds an expression."""


@dataclass
class Norms:
    """What is needed to bound one expression by another, term by term.

    `known` are equations that hold, `facts` what the text supposes to be at most what. `slope` is
    the largest of the slopes that a vector has, `number` says whether an expression is a number.
    `supposed` is told what must be supposed besides.
    """

    model: Model
    known: Sequence[Known]
    facts: Sequence[tuple[Tree, Tree]]
    slope: Callable[[Tree], float | None]
    number: Callable[[Tree], bool]
    supposed: dict[str, None]
    right: frozenset[Any] = frozenset()
    letters: frozenset[Any] = frozenset()
    deep: int = 0
    opened: list[Any] = field(default_factory=list)

    def follow(self, left: Tree, right: Tree) -> bool:
        """Whether left ≤ right follows."""
        norms = (node for node in walk(right) if isinstance(node, Normed))
        self.right = frozenset(_key(node) for node in norms)
        found: dict[str, None] = {}
        kept, self.supposed = self.supposed, found
        try:
            large = self._lower(right)
            self.letters = frozenset(factor for monomial in large for factor in monomial)
            small = self._upper(left)
        except (Open, TooLarge):
            return False
        finally:
            self.supposed = kept
        over = added(large, scaled(small, Fraction(-1)))
        if any(coefficient < 0 for coefficient in over.values()):
            return False
        self.supposed |= found
        return True

    def _lower(self, tree: Tree) -> Polynomial:
        """The right side, each number that is only a bound as the least that it may be."""
        found = self._exact(tree)
        for factor in {each for monomial in found for each in monomial}:
            bound = self._bound(factor)
            if bound is None or not isinstance(bare(bound.value), Addition):
                continue
            found = put(found, factor, self._exact(bound.value))
        return found

    def _bound(self, factor: Any) -> Definition | None:
        for name, definition in self.model.definitions.items():
            if definition.bound == "upper" and factor == ("letter", name):
                return definition
        return None

    # Numbers

    def _exact(self, tree: Tree) -> Polynomial:
        """A number as it stands, as a polynomial."""
        tree = bare(tree)
        if isinstance(tree, Num):
            return {(): tree.value}
        if isinstance(tree, Normed):
            return self._size(tree.body) if tree.kind == "|" else {(_key(tree),): Fraction(1)}
        if isinstance(tree, Addition):
            return self._sum(tree, self._exact)
        return self._composed(tree, self._exact)

    def _upper(self, tree: Tree) -> Polynomial:
        """A polynomial that is no less than a number."""
        tree = bare(tree)
        if isinstance(tree, Normed) and tree.kind in SUBMULTIPLICATIVE:
            return self._norm(tree)
        if isinstance(tree, Num):
            return {(): tree.value}
        if isinstance(tree, Addition):
            return self._sum(tree, self._upper)
        return self._composed(tree, self._upper)

    def _sum(self, tree: Addition, of: Callable[[Tree], Polynomial]) -> Polynomial:
        found: Polynomial = {}
        for term, sign in zip(tree.terms, tree.signs, strict=True):
            part = of(term) if sign == "+" else scaled(self._exact(term), Fraction(-1))
            found = added(found, part)
        return found

    def _composed(self, tree: Tree, of: Callable[[Tree], Polynomial]) -> Polynomial:
        """Products, quotients by digits, powers and letters of numbers."""
        if isinstance(tree, Fraction_) and isinstance(below := bare(tree.below), Num):
            return scaled(of(tree.above), 1 / below.value)
        if isinstance(tree, Product) and not {"odot", "otimes"} & set(tree.signs):
            head, last = tree.factors[0], tree.factors[-1]
            if isinstance(head, Sym) and head.name == "max" and isinstance(last, Group):
                return self._largest([of(part) for part in last.parts])
            found = ONE
            for factor in tree.factors:
                found = times(found, self._no_less_than_0(of(factor), factor))
            return found
        if isinstance(tree, Sym) and not tree.sups and not tree.primes:
            ref = self.model.ref(tree)
            if ref.time is None and not ref.entries and self.number(tree):
                return {(("letter", ref.name),): Fraction(1)}
        raise Open

    def _no_less_than_0(self, found: Polynomial, tree: Tree) -> Polynomial:
        """A factor of a product, for which it is supposed that it is no less than 0."""
        letters = any(each[0] == "letter" for monomial in found for each in monomial)
        if any(value < 0 for value in found.values()) or letters:
            self._suppose(bare(tree))
        return found

    def _suppose(self, tree: Tree) -> None:
        """That a number is no less than 0: a bound of norms is."""
        definition = self.model.definition(tree.name) if isinstance(tree, Sym) else None
        if isinstance(tree, Addition) and set(tree.signs) == {"+"}:
            for term in tree.terms:
                self._suppose(bare(term))
        elif isinstance(tree, Product | Fraction_):
            for part in tree.factors if isinstance(tree, Product) else (tree.above,):
                self._suppose(bare(part))
        elif not isinstance(tree, Normed | Num) and not (definition and definition.bound):
            self.supposed[f"where {shown(tree, self.model)} ≥ 0"] = None

    def _size(self, tree: Tree) -> Polynomial:
        """|c| of a number c of letters: c, or -c where c begins with what is subtracted."""
        found = self._exact(tree)
        if found.get((), Fraction(0)) < 0:
            found = scaled(found, Fraction(-1))
            inner = bare(tree)
            if isinstance(inner, Addition):
                swap = {"+": "-", "-": "+"}
                order = sorted(
                    zip(inner.terms, (swap[sign] for sign in inner.signs), strict=True),
                    key=lambda each: each[1],
                )
                tree = replace(inner, terms=tuple(t for t, _ in order),
                               signs=tuple(s for _, s in order))  # fmt: skip
            elif isinstance(inner, Num):
                return found
        self._no_less_than_0(found, tree)
        return found

    def _largest(self, found: list[Polynomial]) -> Polynomial:
        """What is no less than each of several: the largest of their coefficients."""
        if any(value < 0 for each in found for value in each.values()):
            raise Open
        return largest(found)

    # Norms

    def _norm(self, tree: Normed) -> Polynomial:
        """A polynomial that is no less than a norm."""
        body, key = bare(tree.body), _key(tree)
        if key in self.right:
            return {(key,): Fraction(1)}
        said = self._said(tree)
        if said is not None:
            return said
        if tree.kind == "|":
            return self._size(body)
        if key in self.opened or self.deep > DEEPEST:
            raise Open
        self.opened.append(key)
        self.deep += 1
        try:
            for other in said_equal(tree, self.known, self.model, tree.kind == "‖2"):
                with suppress(Open):
                    return self._upper(other)
            return self._taken_apart(tree, body)
        finally:
            self.opened.pop()
            self.deep -= 1

    def _taken_apart(self, tree: Normed, body: Tree) -> Polynomial:
        if is_unit(tree):
            return ONE
        if isinstance(body, Num):
            return scaled(ONE, abs(body.value))
        if isinstance(body, Addition):
            return added(*(self._norm(replace(tree, body=term)) for term in body.terms))
        if isinstance(body, Grid) and tree.kind == "‖infty":
            rows = [[self._norm(replace(tree, body=cell)) for cell in row] for row in body.rows]
            return self._largest([added(*row) for row in rows])
        if isinstance(body, Turned) and tree.kind in ("‖2", "‖F"):
            return self._norm(replace(tree, body=body.body))
        if isinstance(body, Derivative | Bar):
            return self._of_derivative(tree, body)
        if isinstance(body, Product) and not {"odot", "otimes"} & set(body.signs):
            parts = list(units(self.model, body))
            if len(parts) > 1:
                return self._product(tree, parts)
            if isinstance(parts[0][0], Sym) and parts[0][0].name in ("diag", "Diag"):
                if tree.kind not in INDUCED:
                    raise Open
                return self._vector(parts[0][1])
        if tree.kind == "‖infty" and not self._is_weight(body):
            return self._vector(body)
        return {(_key(tree),): Fraction(1)}

    def _product(self, tree: Normed, parts: Sequence[tuple[Tree, ...]]) -> Polynomial:
        """The norms of factors; those stay together of which the right side has the norm."""
        found, at = ONE, 0
        while at < len(parts):
            for end in range(len(parts) - (at == 0), at + 1, -1):
                flat = tuple(factor for part in parts[at:end] for factor in part)
                key = _key(replace(tree, body=joined(flat)))
                if key in self.right:
                    found = times(found, {(key,): Fraction(1)})
                    at = end
                    break
            else:
                found = times(found, self._factor(tree, parts[at]))
                at += 1
        return found

    def _factor(self, tree: Normed, part: tuple[Tree, ...]) -> Polynomial:
        """The norm of a factor, the size of one that is a number."""
        whole = joined(part)
        if not isinstance(bare(whole), Normed | Num) and not self.number(whole):
            return self._norm(replace(tree, body=whole))
        return self._size(whole)

    def _of_derivative(self, tree: Normed, body: Derivative | Bar) -> Polynomial:
        """What other lines say that a derivative is, or its steps."""
        for other in map(bare, said_equal(body, self.known, self.model, tree.kind == "‖2")):
            with suppress(Open):
                return self._norm(replace(tree, body=other))
        raise Open

    def _said(self, tree: Tree) -> Polynomial | None:
        """What the text supposes that a norm is at most."""
        for name, definition in self.model.definitions.items():
            if definition.bound != "upper" or ("letter", name) not in self.letters:
                continue
            if at_other_times(definition.value, tree, self.model):
                return {(("letter", name),): Fraction(1)}
        for small, large in self.facts:
            if at_other_times(small, tree, self.model):
                found = self._exact(large)
                if not all(each in self.letters for monomial in found for each in monomial):
                    continue
                words = f"where {shown(small, self.model)} ≤ {shown(large, self.model)}"
                self.supposed[words] = None
                return found
        return None

    def _is_weight(self, tree: Tree) -> bool:
        return isinstance(tree, Sym) and self.model.ref(tree).time is None

    # Entries of vectors

    def _vector(self, tree: Tree) -> Polynomial:
        """A polynomial that is no less than any entry of a vector."""
        tree = bare(tree)
        norm = Normed(tree.start, tree.end, True, tree, "‖infty")
        if _key(norm) in self.right:
            return {(_key(norm),): Fraction(1)}
        said = self._said(norm)
        if said is not None:
            return said
        slope = None if isinstance(tree, Sym) else self.slope(tree)
        if slope is not None:
            return {(): Fraction(slope)}
        if self.deep > DEEPEST:
            raise Open
        self.deep += 1
        try:
            return self._entries(tree)
        finally:
            self.deep -= 1

    def _entries(self, tree: Tree) -> Polynomial:
        if self._calls(tree, SQUASHING):
            return ONE
        if isinstance(tree, Addition):
            rest = self._beside_ones(tree)
            if rest is not None and self._calls(rest, BETWEEN_0_AND_1):
                return ONE
            return added(*map(self._vector, tree.terms))
        if isinstance(tree, Product) and set(tree.signs) <= {"odot", ""}:
            found = ONE
            for part in units(self.model, tree):
                whole = joined(part)
                if self.number(whole):
                    found = times(found, self._size(whole))
                elif self._is_weight(bare(whole)) and bare(whole) is not tree:
                    raise Open
                else:
                    found = times(found, self._vector(whole))
            return found
        value = self._value(tree)
        name = self.model.ref(tree).name if isinstance(tree, Sym) else ""
        if value is None or name in self.opened:
            raise Open  # a state is no smaller for the one before
        self.opened.append(name)
        try:
            return self._vector(value)
        finally:
            self.opened.pop()

    def _value(self, tree: Tree) -> Tree | None:
        """What a quantity is computed as, at its time."""
        ref = self.model.ref(tree) if isinstance(tree, Sym) else None
        if ref is None or ref.time is None or ref.power is not None or ref.primes or ref.entries:
            return None
        known = self.model.definition(ref.name)
        if known is None or known.letter is None or known.shift or known.bound or known.derived:
            return None
        return bare(placed_at(known.value, {known.letter: ref.time}))

    def _calls(self, tree: Tree, functions: frozenset[str]) -> bool:
        """Whether an expression is the value of such a function, or computed as one."""
        for each in (tree, self._value(tree)):
            if isinstance(each, Product) and len(each.factors) == 2:
                head, called = each.factors
                if isinstance(head, Sym) and isinstance(called, Group) and not head.primes:
                    name = self.model.kinds.get(f"function {head.name}", head.name)
                    if NAMES.get(name, name) in functions and not head.sups:
                        return True
        return False

    def _beside_ones(self, tree: Addition) -> Tree | None:
        """v of 1 - v."""
        if len(tree.terms) != 2 or tree.signs != ("+", "-"):
            return None
        first = bare(tree.terms[0])
        ones = isinstance(first, Sym) and first.name in ("bb 1", "bf 1", "ones", "1")
        ones |= isinstance(first, Num) and first.value == 1
        return bare(tree.terms[1]) if ones else None


def _key(tree: Normed) -> Any:
    return ("norm", tree.kind, shape_of(bare(tree.body)))
