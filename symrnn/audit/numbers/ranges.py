"""Sums and products over times and entries, and those written with dots."""

from __future__ import annotations

import numpy as np

from symrnn.audit.meaning.letters import bare, letters_of
from symrnn.audit.meaning.model import (
    NotUnderstood,
)
from symrnn.audit.numbers.net import World
from symrnn.audit.numbers.quantities import Env, Quantities
from symrnn.audit.numbers.values import LARGEST_RANGE, Value, number
from symrnn.reading.latex.tree import (
    Big,
    Dots,
    Product,
    Subscripted,
    Sym,
    Tree,
    children,
    shape_of,
    walk,
)

TYPICAL = {"T": 12, "t": 7, "n": 7, "tau": 3, "j": 4, "i": 4, "k": 2, "s": 2, "l": 3, "r": 3}
"""Where times usually lie to each other: decides which way a product runs."""


class Ranges(Quantities):
    """Values of sums and products."""

    def big(self, tree: Big, env: Env, world: World) -> Value:
        if tree.condition or tree.index is None:
            raise NotUnderstood("bounds", f"a sum or product over “{tree.condition or 'nothing'}”")
        index = bare(tree.index)
        if not isinstance(index, Sym) or index.subs:
            raise NotUnderstood("bounds", "an index that is no letter")
        name = index.name
        body, rest = (
            self.reach(tree.body, name)
            if tree.sign == "prod" and self.reading.near
            else (tree.body, None)
        )
        times, descending = self.range(tree, name, env)
        if len(times) > LARGEST_RANGE:
            raise NotUnderstood("bounds", f"more than {LARGEST_RANGE} terms")
        values = [self.value(body, {**env, name: at}, world) for at in times]
        if tree.sign == "sum":
            if not values:
                return number(0)
            return self.added(values, ("+",) * len(values))
        ordered = values
        if not descending and not tree.arrow and self.reading.later == "left":
            ordered = values[::-1]
        whole = Value(np.ones((1, 1, 1), dtype=complex), True) if not values else ordered[0]
        for value in ordered[1:]:
            whole = self.times(whole, value)
        if not values and not self._matrix_body(body, name, env, world):
            whole = number(1)
        return whole if rest is None else self.times_rest(whole, rest, env, world)

    def times_rest(
        self, whole: Value, rest: tuple[tuple[str, ...], Product | Tree], env: Env, world: World
    ) -> Value:
        signs, tree = rest
        if isinstance(tree, Product):
            parts = self.operands(tree, env, world)
            return self.multiplied(
                [whole, *(v for _, v in parts)], [signs[0], *(s for s, _ in parts[1:])]
            )
        return self.multiplied([whole, self.value(tree, env, world)], [signs[0]])

    def _matrix_body(self, body: Tree, name: str, env: Env, world: World) -> bool:
        for at in (self.net.first + 2, self.net.first + 3):
            try:
                value = self.value(body, {**env, name: at}, world)
            except NotUnderstood:
                continue
            return not value.scalar
        return True

    def reach(self, body: Tree, name: str) -> tuple[Tree, tuple[tuple[str, ...], Tree] | None]:
        """How far a product sign reaches: to the last factor that has its index."""
        if not isinstance(body, Product):
            return body, None
        last = 0
        for place, factor in enumerate(body.factors):
            if any(
                isinstance(node, Sym) and node.name == name and not node.subs
                for node in walk(factor)
            ):
                last = place
        # A function goes with its argument.
        if (
            last == 0
            and isinstance(body.factors[0], Sym)
            and len(body.factors) > 1
            and self.model.is_function(body.factors[0], body.factors[1])
        ):
            last = 1
        if last == 0 and not any(isinstance(n, Sym) and n.name == name for n in walk(body)):
            last = len(body.factors) - 1  # nothing has it: ∏ γλ is a power of both
        if last == len(body.factors) - 1:
            return body, None
        inside = body.factors[: last + 1]
        kept: Tree = (
            inside[0]
            if last == 0
            else Product(inside[0].start, inside[-1].end, body.made, inside, body.signs[:last])
        )
        after = body.factors[last + 1 :]
        rest: Tree = (
            after[0]
            if len(after) == 1
            else Product(after[0].start, after[-1].end, body.made, after, body.signs[last + 1 :])
        )
        return kept, ((body.signs[last],), rest)

    def range(self, tree: Big, name: str, env: Env) -> tuple[list[int], bool]:
        net = self.net
        size = self._entries_range(tree.body, name, env)
        if tree.lower is None and tree.upper is None:
            if size is not None:
                return list(range(1, size + 1)), False
            if tree.sign == "prod" or not self.model.symbols.times & {name}:
                raise NotUnderstood("bounds", f"a {tree.sign} over {name} without bounds", "sum: …")
            return list(range(net.first, net.last + 1)), False
        if size is not None:
            lower = 1 if tree.lower is None else self.index(tree.lower, env)
            upper = size
            if tree.upper is not None:
                inner = bare(tree.upper)
                # The upper bound of entries is the size, whatever letter stands for it.
                if not (isinstance(inner, Sym) and not inner.subs):
                    upper = self.index(tree.upper, env)
            return list(range(lower, upper + 1)), False
        lower = net.first if tree.lower is None else self.index(tree.lower, env)
        upper = net.last if tree.upper is None else self.index(tree.upper, env)
        descending = False
        if tree.lower is not None and tree.upper is not None and tree.sign == "prod":
            low, high = self._typical(tree.lower), self._typical(tree.upper)
            descending = low is not None and high is not None and low - high > 1
        if descending:
            return list(range(lower, upper - 1, -1)), True
        if lower > upper + 1 and tree.sign == "prod":
            raise NotUnderstood("bounds", f"a product from {lower} up to {upper}")
        return list(range(lower, upper + 1)), False

    def _typical(self, tree: Tree) -> int | None:
        try:
            return self.index(tree, TYPICAL)
        except NotUnderstood:
            return None

    def _entries_range(self, body: Tree, name: str, env: Env) -> int | None:
        """The size that an index of entries runs over; None if the index is a time."""
        for node in walk(body):
            if not isinstance(node, Sym):
                continue
            ref = self.model.ref(node, frozenset(set(env) | {name}))
            for axis, place in enumerate(ref.entries):
                inner = bare(place)
                if isinstance(inner, Sym) and inner.name == name:
                    rows, cols = self.net.extent(self.model.aliases.get(ref.name, ref.name))
                    return rows if axis == 0 else cols
        for node in walk(body):
            if isinstance(node, Subscripted) and any(letters_of(s) == {name} for s in node.subs):
                raise NotUnderstood("entries", "a sum over entries of an expression")
        return None

    def dotted_product(self, tree: Product, env: Env, world: World) -> Value:
        factors = [bare(f) if isinstance(bare(f), Dots) else f for f in tree.factors]
        if isinstance(factors[-1], Dots) or isinstance(factors[0], Dots):
            raise NotUnderstood("dots", "a product that begins or ends in dots")
        places = [p for p, f in enumerate(factors) if isinstance(f, Dots)]
        if len(places) != 1:
            raise NotUnderstood("dots", "dots twice")
        place = places[0]
        # The first of its kind before the dots, and the last behind them.
        before, after = factors[place - 1], factors[place + 1]
        left = [self._operand_at(tree, p, env, world) for p in range(place)]
        right = [self._operand_at(tree, p, env, world) for p in range(place + 1, len(factors))]
        middle = self._between(before, after, env, world)
        parts = [*left, *middle, *right]
        return self.chained(parts, [""] * (len(parts) - 1))

    def _operand_at(self, tree: Product, place: int, env: Env, world: World) -> Value:
        factor = tree.factors[place]
        if isinstance(factor, Sym) and self.model.is_function(
            factor, tree.factors[place + 1] if place + 1 < len(tree.factors) else None
        ):
            raise NotUnderstood("dots", "functions beside dots")
        if isinstance(factor, Sym) and factor.name in self.model.symbols.called:
            raise NotUnderstood("dots", "calls beside dots")
        return self.value(factor, env, world)

    def _between(self, before: Tree, after: Tree, env: Env, world: World) -> list[Value]:
        pairs = _differing(before, after)
        if not pairs:
            raise NotUnderstood("dots", "the factors around the dots are of different kinds")
        starts = [self.index(a, env) for a, _ in pairs]
        ends = [self.index(b, env) for _, b in pairs]
        gaps = {b - a for a, b in zip(starts, ends, strict=True)}
        if len(gaps) != 1:
            raise NotUnderstood("dots", "the indices around the dots do not run together")
        gap = gaps.pop()
        step = 1 if gap > 0 else -1
        found = []
        for offset in range(step, gap, step):
            kept = self.overridden
            self.overridden = {
                **kept,
                **{id(a): s + offset for (a, _), s in zip(pairs, starts, strict=True)},
            }
            try:
                found.append(self.value(before, env, world))
            finally:
                self.overridden = kept
        if gap == 0 or abs(gap) > LARGEST_RANGE:
            raise NotUnderstood("dots", "dots between equal factors")
        return found

    def dotted_sum(
        self, terms: tuple[Tree, ...], signs: tuple[str, ...], env: Env, world: World
    ) -> Value:
        places = [p for p, term in enumerate(terms) if isinstance(bare(term), Dots)]
        if len(places) != 1 or places[0] in (0, len(terms) - 1) or "-" in signs:
            raise NotUnderstood("dots", "a sum that is not dotted in its middle")
        place = places[0]
        values = [self.value(t, env, world) for p, t in enumerate(terms) if p != place]
        values += self._between(terms[place - 1], terms[place + 1], env, world)
        return self.added(values, ("+",) * len(values))


def _differing(a: Tree, b: Tree) -> list[tuple[Tree, Tree]]:
    """The index expressions in which two trees of one form differ; none where the forms do."""
    if shape_of(a) == shape_of(b):
        return []
    if isinstance(a, Sym) and isinstance(b, Sym):
        if a.name != b.name or a.primes != b.primes:
            return []
        pairs: list[tuple[Tree, Tree]] = []
        for mine, theirs in ((a.subs, b.subs), (a.sups, b.sups)):
            if len(mine) != len(theirs):
                return []
            for x, y in zip(mine, theirs, strict=True):
                if shape_of(x) != shape_of(y):
                    if letters_of(x) is None or letters_of(y) is None:
                        return []
                    pairs.append((x, y))
        return pairs
    if type(a) is not type(b):
        return []
    ours, others = children(a), children(b)
    if len(ours) != len(others):
        return []
    found: list[tuple[Tree, Tree]] = []
    for x, y in zip(ours, others, strict=True):
        if shape_of(x) == shape_of(y):
            continue
        inner = _differing(x, y)
        if not inner:
            return []
        found += inner
    return found
