"""∂F/∂x (x_{t-1}, u_t, θ): the slope of a function in one of its arguments, where it is applied."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.audit.meaning.letters import (
    FUNCTIONS,
    UNKNOWN_FUNCTIONS,
    bare,
    fraction,
    moved,
    whole_number,
)
from symrnn.audit.meaning.model import split_time
from symrnn.audit.meaning.rewrites import placed_at, standing
from symrnn.reading.latex.chains import Chain
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    lifted,
    lowered,
    neighbours_joined,
    shape_of,
)

Applied = dict[str, tuple[Sym, str, tuple[Tree, ...]]]
"""By function: the quantity that is its value, the letter of its time, and the arguments."""


def applied_functions(chains: Iterable[tuple[int, int, Chain]]) -> Applied:
    """The functions of several arguments, each of one quantity: x_t = F(x_{t-1}, u_t, θ)."""
    found: Applied = {}
    twice: set[str] = set()
    for _, _, chain in chains:
        trees = [bare(side.tree) for side in chain.sides if side.tree is not None]
        if len(trees) < 2 or not isinstance(head := trees[0], Sym):
            continue
        scripts = (*head.subs, *head.sups)
        letter = split_time(scripts[0])[0] if len(scripts) == 1 else None
        value = trees[1]
        if letter is None or not isinstance(value, Product) or len(value.factors) != 2:
            continue
        function, group = value.factors
        if not isinstance(function, Sym) or not isinstance(group, Group) or function.primes:
            continue
        if function.name in FUNCTIONS | UNKNOWN_FUNCTIONS or function.subs or function.sups:
            continue
        known = found.setdefault(function.name, (head, letter, group.parts))
        if shape_of(known) != shape_of((head, letter, group.parts)):
            twice.add(function.name)
    return {name: known for name, known in found.items() if name not in twice}


def slots_written_out(tree: Tree, known: Applied) -> Tree:
    """The same with ∂⁺x_t/∂x_{t-1} for the slope of F where F(x_{t-1}, u_t, θ) is x_t."""

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        group = lifted(factor)
        of = bare(head.of) if isinstance(head, Derivative) and head.of is not None else None
        if sign or not isinstance(of, Sym) or of.name not in known or of.subs or of.sups:
            return None
        by = bare(head.by) if isinstance(head, Derivative) else None
        if not isinstance(group, Group) or not isinstance(by, Sym):
            return None
        value, letter, arguments = known[of.name]
        time = _time_of(group.parts, letter, arguments)
        if time is None:
            return None
        there = [placed_at(each, {letter: time}) for each in arguments]
        slots = [
            place for place, (own, at) in enumerate(zip(arguments, there, strict=True))
            if isinstance(inner := bare(own), Sym)
            and (_alike(at, by)
                 or (inner.name == by.name and not (by.subs or by.sups)))
        ]  # fmt: skip
        if len(slots) != 1:
            return None
        start, end = head.start, group.end
        made = standing(placed_at(value, {letter: time}), start, end)
        slope = Derivative(start, end, True, made, group.parts[slots[0]], "+")
        return lowered(factor, slope)

    return neighbours_joined(tree, join)


def _time_of(parts: tuple[Tree, ...], letter: str, arguments: tuple[Tree, ...]) -> Tree | None:
    """The time at which the arguments are these; none where they are others."""
    if len(parts) != len(arguments):
        return None
    for one, other in zip(arguments, parts, strict=True):
        a, b = bare(one), bare(other)
        if isinstance(a, Sym) and isinstance(b, Sym) and len(a.subs) == 1 == len(b.subs):
            (name, shift), (there, further) = split_time(a.subs[0]), split_time(b.subs[0])
            if name == letter:
                time = _at(other, there, further - shift)
                alike = map(_alike, (placed_at(e, {letter: time}) for e in arguments), parts)
                return time if all(alike) else None
    return None


def _at(place: Tree, letter: str | None, shift: int) -> Tree:
    """The time t + n, or a number."""
    if letter is None:
        return Num(place.start, place.end, True, fraction(shift))
    return moved(Sym(place.start, place.end, True, letter), shift)


def _alike(one: Tree, other: Tree) -> bool:
    """Whether two arguments are one, however their time is written: x_{t-1-1} is x_{t-2}."""
    a, b = bare(one), bare(other)
    if not (isinstance(a, Sym) and isinstance(b, Sym)) or len(a.subs) != 1 or len(b.subs) != 1:
        return bool(shape_of(a) == shape_of(b))
    return a.name == b.name and _counted(a.subs[0]) == _counted(b.subs[0])


def _counted(time: Tree) -> tuple[str | None, int]:
    """The letter of a time and what is added to it, in one or more steps: t - 1 - 1."""
    inner = bare(time)
    if isinstance(inner, Addition) and len(inner.terms) == 2 and inner.signs[0] == "+":
        number = whole_number(inner.terms[1])
        if number is not None:
            letter, first = _counted(inner.terms[0])
            return letter, first + (number if inner.signs[1] == "+" else -number)
    return split_time(inner)
