"""Sums and products over times and entries, and those written with dots."""

from __future__ import annotations

import numpy as np

from symrnn.audit.meaning.letters import bare, letters_of
from symrnn.audit.meaning.model import (
    NotUnderstood,
    called_time,
    split_time,
)
from symrnn.audit.meaning.references import Ref
from symrnn.audit.numbers.net import World
from symrnn.audit.numbers.quantities import LAST, Env, Quantities
from symrnn.audit.numbers.values import LARGEST_RANGE, Value, number
from symrnn.reading.latex.tree import (
    Big,
    Dots,
    Normed,
    Product,
    Subscripted,
    Sym,
    Tree,
    children,
    shape_of,
    walk,
)

TYPICAL = {
    "T": 12,
    "N": 12,
    "t": 7,
    "n": 7,
    "tau": 3,
    "j": 4,
    "i": 4,
    "k": 2,
    "s": 2,
    "l": 3,
    "r": 3,
}
"""Where times usually lie to each other: decides which way a product runs."""


LONGEST_PERIOD = 4
"""Factors that repeat around dots, at most."""


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
        kept, self.beyond = self.beyond, max(self.beyond, int(reaches_beyond(tree)))
        around, self.running = self.running, self.running | {name}
        try:
            values = [self.value(body, {**env, name: at}, world) for at in times]
        finally:
            self.beyond, self.running = kept, around
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
                # The upper bound of entries is the size, whatever stands for it: n, d_h, |V|.
                if not isinstance(inner, Sym | Normed):
                    upper = self.index(tree.upper, env)
            return list(range(lower, upper + 1)), False
        lower = net.first if tree.lower is None else self.index(tree.lower, env)
        upper = net.last if tree.upper is None else self.index(tree.upper, env)
        descending = False
        if tree.lower is not None and tree.upper is not None and tree.sign == "prod":
            descending = self._runs_down(tree.lower, tree.upper, env) and lower >= upper - 1
        if descending:
            return list(range(lower, upper - 1, -1)), True
        if lower > upper + 1 and tree.sign == "prod":
            raise NotUnderstood("bounds", f"a product from {lower} up to {upper}")
        return list(range(lower, upper + 1)), False

    def _runs_down(self, lower: Tree, upper: Tree, env: Env) -> bool:
        """Whether a product runs from late to early: as free times lie, else as letters usually do.

        Free times lie far apart, but what a sum runs through comes close to its bounds.
        """
        letters = (letters_of(lower) or set()) | (letters_of(upper) or set())
        free = not self.within and letters <= set(env) - self.running
        try:
            among = env if free else TYPICAL
            return self.index(lower, among) - self.index(upper, among) > 1
        except NotUnderstood:
            return False

    def _entries_range(self, body: Tree, name: str, env: Env) -> int | None:
        """The size that an index of entries runs over; None if the index is a time."""
        for node in walk(body):
            if not isinstance(node, Sym):
                continue
            ref = self.model.ref(node, frozenset(set(env) | {name}))
            for axis, place in enumerate(ref.entries):
                inner = bare(place)
                if isinstance(inner, Sym) and inner.name == name:
                    rows, cols = self._extent(ref, env)
                    return rows if axis == 0 else cols
        for node in walk(body):
            if isinstance(node, Subscripted) and any(letters_of(s) == {name} for s in node.subs):
                raise NotUnderstood("entries", "a sum over entries of an expression")
        return None

    def _extent(self, ref: Ref, env: Env) -> tuple[int, int]:
        """Rows and columns of a quantity; of a named derivative those of its value."""
        name = self.model.aliases.get(ref.name, ref.name)
        definition = self.model.definition(name)
        if definition is None or not definition.derived:
            return self.net.extent(name)
        time = None if ref.time is None else self.index(ref.time, env)
        rows, cols = self.quantity(name, time).shape
        return max(rows, cols), cols if rows > 1 else rows

    def dotted_product(self, tree: Product, env: Env, world: World) -> Value:
        """D_t W ⋯ D_{k+1} W: the factors around the dots, and what their indices run through."""
        units, signs = self._units(tree)
        places = [p for p, unit in enumerate(units) if isinstance(bare(unit), Dots)]
        if len(places) != 1:
            raise NotUnderstood("dots", "dots twice")
        place = places[0]
        before, after = units[:place], units[place + 1 :]
        if not before or not after:
            raise NotUnderstood("dots", "a product that begins or ends in dots")
        middle = self._between(before, after, env, world)
        parts = [
            *(self.value(unit, env, world) for unit in before),
            *middle,
            *(self.value(unit, env, world) for unit in after),
        ]
        around = [s for s in (signs[place - 1], signs[place]) if s]
        if "odot" in signs and (len(set(around)) > 1 or middle):
            raise NotUnderstood("dots", "entrywise products beside dots")
        return self.chained(parts, [""] * (len(parts) - 1))

    def _units(self, tree: Product) -> tuple[list[Tree], list[str]]:
        """The factors, each function with its argument."""
        units: list[Tree] = []
        signs: list[str] = []
        place = 0
        while place < len(tree.factors):
            factor = tree.factors[place]
            following = tree.factors[place + 1] if place + 1 < len(tree.factors) else None
            if units:
                signs.append(tree.signs[place - 1])
            joined = (
                isinstance(factor, Sym)
                and following is not None
                and tree.signs[place] == ""
                and (
                    self.model.is_function(factor, following)
                    or called_time(self.model, factor, following)
                )
            )
            if joined and following is not None:
                call = (factor, following)
                units.append(Product(factor.start, following.end, tree.made, call, ("",)))
                place += 2
            else:
                units.append(factor)
                place += 1
        return units, signs

    def _between(
        self, before: list[Tree], after: list[Tree], env: Env, world: World
    ) -> list[Value]:
        """What dots stand for: as many factors as are needed repeat, one index after the other."""
        problem = NotUnderstood("dots", "the factors around the dots are of different kinds")
        for period in range(1, min(len(before), len(after), LONGEST_PERIOD) + 1):
            pairs: list[tuple[Tree, Tree]] = []
            for one, other in zip(before[-period:], after[:period], strict=True):
                found = _differing(one, other)
                if found is None:
                    break
                pairs += found
            else:
                if not pairs:
                    continue
                starts = [self.index(a, env) for a, _ in pairs]
                ends = [self.index(b, env) for _, b in pairs]
                gaps = {b - a for a, b in zip(starts, ends, strict=True)}
                if len(gaps) != 1:
                    problem = NotUnderstood("dots", "the indices around the dots do not agree")
                    continue
                gap = gaps.pop()
                if gap == 0 or abs(gap) > LARGEST_RANGE:
                    problem = NotUnderstood("dots", "dots between equal factors")
                    continue
                return self._repeated(before[-period:], pairs, starts, gap, env, world)
        raise problem

    def _repeated(
        self,
        units: list[Tree],
        pairs: list[tuple[Tree, Tree]],
        starts: list[int],
        gap: int,
        env: Env,
        world: World,
    ) -> list[Value]:
        step = 1 if gap > 0 else -1
        found = []
        for offset in range(step, gap, step):
            kept = self.overridden
            moved = {id(a): s + offset for (a, _), s in zip(pairs, starts, strict=True)}
            self.overridden = {**kept, **moved}
            try:
                found += [self.value(unit, env, world) for unit in units]
            finally:
                self.overridden = kept
        return found

    def dotted_sum(
        self, terms: tuple[Tree, ...], signs: tuple[str, ...], env: Env, world: World
    ) -> Value:
        places = [p for p, term in enumerate(terms) if isinstance(bare(term), Dots)]
        if len(places) != 1 or places[0] in (0, len(terms) - 1) or "-" in signs:
            raise NotUnderstood("dots", "a sum that is not dotted in its middle")
        place = places[0]
        values = [self.value(t, env, world) for p, t in enumerate(terms) if p != place]
        values += self._between([terms[place - 1]], [terms[place + 1]], env, world)
        return self.added(values, ("+",) * len(values))


def reaches_beyond(tree: Tree) -> bool:
    """Whether a sum or product goes to T + 1."""
    if not isinstance(tree, Big) or tree.upper is None:
        return False
    letter, shift = split_time(tree.upper)
    return letter in LAST and shift == 1


def _differing(a: Tree, b: Tree) -> list[tuple[Tree, Tree]] | None:
    """The index expressions in which two trees of one form differ; None where the forms do."""
    if shape_of(a) == shape_of(b):
        return []
    if isinstance(a, Sym) and isinstance(b, Sym):
        if a.name != b.name or a.primes != b.primes:
            return None
        pairs: list[tuple[Tree, Tree]] = []
        for mine, theirs in ((a.subs, b.subs), (a.sups, b.sups)):
            if len(mine) != len(theirs):
                return None
            for x, y in zip(mine, theirs, strict=True):
                if shape_of(x) != shape_of(y):
                    if letters_of(x) is None or letters_of(y) is None:
                        return None
                    pairs.append((x, y))
        return pairs
    if letters_of(a) and letters_of(b) is not None:
        return [(a, b)]  # the time of h(t)
    if type(a) is not type(b):
        return None
    ours, others = children(a), children(b)
    if len(ours) != len(others):
        return None
    found: list[tuple[Tree, Tree]] = []
    for x, y in zip(ours, others, strict=True):
        inner = _differing(x, y)
        if inner is None:
            return None
        found += inner
    return found
