"""Whether a bound follows factor by factor: ‖A B‖ ‖C‖ ≤ ‖A‖ ‖B‖ c where ‖C‖ ≤ c.

Nothing is sampled but that two numbers are equal, that a number is no less than the largest slope
of an activation, and how many factors a product over times has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import NotUnderstood
from symrnn.audit.meaning.rewrites import at_other_times, placed_at
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.functions import steepest_of
from symrnn.audit.numbers.times import assignments
from symrnn.audit.show import shown
from symrnn.audit.verdicts.equations import Known, geometric_tail, in_steps, said_equal
from symrnn.audit.verdicts.factors import as_power, factors, is_unit, joined, terms, units
from symrnn.audit.verdicts.measured import Measured
from symrnn.audit.verdicts.norms import Norms
from symrnn.audit.verdicts.slopes import (
    INDUCED,
    ROUNDING,
    SUBMULTIPLICATIVE,
    at_time,
    by_slopes,
)
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Normed,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    shape_of,
    walk,
)

MOST = 400
"""Comparisons of one relation."""
TURNABLE = frozenset({"‖", "‖2", "‖F"})
"""Norms that a matrix shares with its transpose."""


@dataclass
class Bounds(Measured):
    """What is needed to follow one bound."""

    known: Sequence[Known] = ()
    facts: Sequence[tuple[Tree, Tree]] = ()
    supposed: dict[str, None] = field(default_factory=dict)
    tried: int = 0
    opened: list[object] = field(default_factory=list)

    def follows(self, left: Tree, right: Tree) -> bool:
        """Whether left ≤ right follows, term by term where both are sums."""
        a, b = bare(left), bare(right)
        if isinstance(a, Normed) and isinstance(inner := bare(a.body), Addition):
            a = replace(inner, terms=tuple(replace(a, body=t) for t in inner.terms),
                        signs=("+",) * len(inner.terms))  # fmt: skip
        if isinstance(a, Addition) and isinstance(b, Addition):
            return self._term_by_term(a, b) or self._by_norms(left, right)
        if isinstance(a, Normed) and isinstance(b, Addition) and self._said_sum(a, b):
            return True
        if isinstance(a, Big) and isinstance(b, Big) and a.sign == b.sign == "sum":
            alike = shape_of(replace(a, body=b.body)) == shape_of(b)
            return alike and self.follows(a.body, b.body)
        return self._at_most(factors(left), factors(right)) or self._by_norms(left, right)

    def _by_norms(self, left: Tree, right: Tree) -> bool:
        """Whether a bound follows as one of sums of norms."""
        norms = Norms(
            self.model, self.known, self.facts, self._slope_of, self._is_number, self.supposed
        )
        return norms.follow(left, right)

    def _term_by_term(self, a: Addition, b: Addition) -> bool:
        """Whether each term of a sum is at most one of another: 1 - α counts as one term."""
        if set(a.signs) != {"+"}:
            return False
        left, right = list(a.terms), terms(b)
        if len(left) != len(right):
            return False
        for term in left:
            found = next((at for at, other in enumerate(right) if self.follows(term, other)), None)
            if found is None:
                return False
            del right[found]
        return True

    def _said_sum(self, a: Normed, b: Addition) -> bool:
        """Whether a norm is of what a true line says is a sum, each term at most one of another."""
        body = bare(a.body)
        if not isinstance(body, Derivative) or a.kind not in SUBMULTIPLICATIVE:
            return False
        others = map(bare, said_equal(body, self.known, self.model, a.kind in TURNABLE))
        return any(
            isinstance(other, Addition) and self.follows(replace(a, body=other), b)
            for other in others
        )

    def _at_most(self, left: list[Tree], right: list[Tree]) -> bool:
        """Whether a product is at most another: every factor is no less than 0."""
        self.tried += 1
        if self.tried > MOST or not all(map(self._no_less_than_0, left)):
            return False
        if not left:
            return not right
        first, rest = left[0], left[1:]
        slopes = right and not rest
        if slopes and by_slopes(self.model, first, joined(right), self.sense, self.all_nets):
            return True
        slope = self._written_slope(first)
        small = is_unit(first) or self._flat(first) or (slope is not None and slope <= 1)
        if small and self._at_most(rest, right):
            return True
        for place, factor in enumerate(left):
            tail = geometric_tail(factor)
            if tail is not None:
                others = [*left[:place], *left[place + 1 :]]
                return self._tail(tail[0], joined([tail[1], *others]), joined(right))
        for place, other in enumerate(right):
            if self._single(first, other) and self._at_most(
                rest, right[:place] + right[place + 1 :]
            ):
                return True
        shape = shape_of(first)
        if shape in self.opened:
            return False  # J for ∂h_t/∂h_{t-1}, and that for J
        self.opened.append(shape)
        apart = [*self._apart(first), *self._through(first, right)]
        found = any(self._at_most(parts + rest, right) for parts in apart)
        self.opened.pop()
        return found

    def _apart(self, tree: Tree) -> Iterator[list[Tree]]:
        """Factors whose product is no less: ‖A‖ ‖B‖ for ‖A B‖."""
        tree = bare(tree)
        if not isinstance(tree, Normed) or tree.kind not in SUBMULTIPLICATIVE:
            return
        body = bare(tree.body)
        if isinstance(body, Product) and "odot" not in body.signs:
            parts = [list(part) for part in units(self.model, body)]
            if len(parts) > 1:
                yield [replace(tree, body=joined(part)) for part in parts]
        said = self._said_of(body)
        if said is not None:
            yield [replace(tree, body=said)]
        if isinstance(body, Derivative):
            turnable = tree.kind in TURNABLE
            for other in said_equal(body, self.known, self.model, turnable):
                yield [replace(tree, body=other)]
            steps = in_steps(body, self.model)
            if steps is not None and self._equal(body, steps):
                yield [replace(tree, body=steps)]
            yield from self._where_it_enters(tree, body)
        if isinstance(body, Big) and body.sign in ("prod", "sum"):
            yield [replace(body, body=replace(tree, body=body.body))]
        power = as_power(self.model, body)
        if isinstance(power, Raised) and tree.kind in INDUCED and self._natural(power.power):
            yield [replace(power, base=replace(tree, body=power.base))]

    def _where_it_enters(self, tree: Normed, body: Derivative) -> Iterator[list[Tree]]:
        """‖∂h_t/∂h_k‖ ‖∂h_k/∂x_k‖ for ‖∂h_t/∂x_k‖ of an input x, which enters at its step."""
        of, by = (None if each is None else bare(each) for each in (body.of, body.by))
        if not isinstance(of, Sym) or not isinstance(by, Sym):
            return
        first, second = self.model.ref(of), self.model.ref(by)
        if first.time is None or second.time is None or second.name in self.model.definitions:
            return
        if shape_of(first.time) == shape_of(second.time) or first.name not in self.model.states():
            return
        middle = at_time(self.model, of, second.time)
        parts = replace(body, by=middle), replace(body, of=middle)
        if self._equal(body, Product(body.start, body.end, True, parts, ("",))):
            yield [replace(tree, body=each) for each in parts]

    def _said_of(self, tree: Tree) -> Tree | None:
        """What a letter is defined as, at its time: ∂h_j/∂h_{j-1} for J_j."""
        definition = self._defined(tree)
        time = self.model.ref(tree).time if isinstance(tree, Sym) else None
        if definition is None or definition.bound or definition.entries or definition.shift:
            return None
        if definition.letter is None or time is None:
            return None
        return placed_at(definition.value, {definition.letter: time})

    def _through(self, tree: Tree, right: list[Tree]) -> Iterator[list[Tree]]:
        """‖∂L/∂h_t‖ ‖∂h_t/∂h_k‖ for ‖∂L/∂h_k‖, where the chain rule goes through h_t alone."""
        body = bare(tree.body) if isinstance(tree, Normed) else None
        if not isinstance(tree, Normed) or tree.kind not in SUBMULTIPLICATIVE:
            return
        if not isinstance(body, Derivative) or body.of is None:
            return
        for other in map(bare, right):
            first = bare(other.body) if isinstance(other, Normed) else None
            if not isinstance(first, Derivative) or first.of is None:
                continue
            middle = first.by
            same = shape_of(first.of) == shape_of(body.of) and shape_of(middle) != shape_of(body.by)
            second = replace(body, of=middle)
            if same and self._equal(
                body, Product(body.start, body.end, True, (first, second), ("",))
            ):
                yield [replace(tree, body=first), replace(tree, body=second)]

    def _single(self, a: Tree, b: Tree) -> bool:
        """Whether one factor is at most another."""
        a, b = bare(a), bare(b)
        if shape_of(a) == shape_of(b):
            return True
        steps = isinstance(a, Normed) and isinstance(bare(a.body), Derivative)
        if steps and by_slopes(self.model, a, b, self.sense, self.all_nets):
            return True
        if isinstance(a, Normed) and isinstance(b, Addition) and self._said_sum(a, b):
            return True
        bound = self._defined(b)
        if (
            bound is not None
            and bound.bound == "upper"
            and at_other_times(bound.value, a, self.model)
        ):
            return True
        least = self._defined(a)
        if (
            least is not None
            and least.bound == "lower"
            and at_other_times(least.value, b, self.model)
        ):
            return True
        if isinstance(a, Big) and isinstance(b, Big) and a.sign == b.sign == "sum":
            return self.follows(a, b)
        if isinstance(a, Big) and a.sign == "prod":
            if isinstance(b, Big) and b.sign == "prod":
                alike = shape_of(replace(a, body=b.body)) == shape_of(b)
                return alike and self._at_most(factors(a.body), factors(b.body))
            b = as_power(self.model, b)
            if isinstance(b, Raised):
                free = not any(
                    isinstance(n, Sym) and shape_of(n) == shape_of(a.index) for n in walk(b.base)
                )
                return (
                    free
                    and self._count(a, b.power)
                    and self._at_most(factors(a.body), factors(b.base))
                )
            return False
        return self._measured(a, b) or (isinstance(a, Normed) and self._by_norms(a, b))

    def _tail(self, ratio: Tree, tail: Tree, right: Tree) -> bool:
        """Whether a bound has the tail of a geometric series, whose ratio must be below 1."""
        if not self._equal(tail, right) or not all(map(self._no_less_than_0, factors(ratio))):
            return False
        self.supposed[f"where {shown(bare(ratio), self.model)} < 1"] = None
        return True

    def _measured(self, a: Tree, b: Tree) -> bool:
        """Whether two numbers are equal on every net, or one is a bound of the other's slopes."""
        slopes = self._of_slopes(a)
        try:
            for net in self.nets:
                for env in assignments(self.model, (a, b), net):
                    evaluator = Evaluator(net, self.sense.reading)
                    bound = evaluator.value(b, env)
                    if not bound.scalar:
                        return False
                    size = float(bound.array[0, 0, 0].real)
                    if slopes is not None:
                        if size < evaluator.steepest(slopes) * (1 - ROUNDING):
                            return False
                        continue
                    value = evaluator.value(a, env)
                    if not value.scalar or abs(value.array[0, 0, 0] - size) > 1e-9 * abs(size):
                        return False
        except NotUnderstood:
            return False
        return slopes is None or not any(
            isinstance(n, Sym) and self.model.ref(n).time is not None for n in walk(b)
        )

    def _no_less_than_0(self, tree: Tree) -> bool:
        """Whether a factor on the left is a norm, or a product of such.

        Of a letter for a number that nothing says more of, it is supposed.
        """
        tree = bare(tree)
        if isinstance(tree, Big):
            return all(map(self._no_less_than_0, factors(tree.body)))
        if isinstance(tree, Raised):
            return all(map(self._no_less_than_0, factors(tree.base)))
        if isinstance(tree, Num):
            return tree.value >= 0
        if isinstance(tree, Addition):
            self.supposed[f"where {shown(tree, self.model)} ≥ 0"] = None
            return self._is_number(tree)
        if not isinstance(tree, Sym):
            return isinstance(tree, Normed)
        definition = self._defined(replace(tree, sups=()))
        value = None if definition is None else bare(definition.value)
        if value is not None and all(
            isinstance(factor, Normed) or steepest_of(self.model, factor) is not None
            for factor in factors(value)
        ):
            return True
        if isinstance(value, Num):
            return value.value >= 0
        name = self.model.ref(tree).name
        known = name in self.nets[0].read or name in self.model.definitions
        if (known or self.model.symbols.has_time(name)) and not self._is_number(tree):
            return False
        self.supposed[f"where {shown(tree, self.model)} ≥ 0"] = None
        return True

    def _natural(self, power: Tree) -> bool:
        """Whether an exponent is no less than 0 at all times that are tried: ‖Wⁿ‖ ≤ ‖W‖ⁿ."""
        try:
            return all(
                Evaluator(net, self.sense.reading).value(power, env).array[0, 0, 0].real >= 0
                for net in self.nets[:2] for env in assignments(self.model, (power,), net)
            )  # fmt: skip
        except NotUnderstood:
            return False

    def _count(self, product: Big, power: Tree) -> bool:
        """Whether a product over times has as many factors as a power says."""
        index = bare(product.index) if product.index is not None else None
        if not isinstance(index, Sym):
            return False
        whole = replace(product, body=index)
        try:
            for net in self.nets[:2]:
                for env in assignments(self.model, (whole, power), net):
                    evaluator = Evaluator(net, self.sense.reading)
                    times, _ = evaluator.range(product, index.name, env)
                    if len(times) != round(float(evaluator.value(power, env).array[0, 0, 0].real)):
                        return False
        except NotUnderstood:
            return False
        return True
