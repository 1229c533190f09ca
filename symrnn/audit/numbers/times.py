"""Times and entries for the free letters of a relation."""

from __future__ import annotations

from symrnn.audit.meaning.letters import bare, letters_of
from symrnn.audit.meaning.model import Model, called_time
from symrnn.audit.numbers.net import ONE, Net
from symrnn.audit.numbers.quantities import LAST
from symrnn.audit.numbers.ranges import TYPICAL
from symrnn.reading.latex.tree import Addition, Big, Derivative, Product, Sym, Tree, children, walk

_HIGH = ("T", "n", "N", "t", "m")
_LOW = ("k", "s", "i", "j", "l", "p", "q", "r", "u", "v", "tau")


def assignments(model: Model, sides: tuple[Tree, ...], net: Net) -> list[dict[str, int]]:
    """Times for the free letters of a relation, far apart; entries beside them."""
    free, entries, below = _free(model, sides)
    lags = dict.fromkeys(sorted(free & _lags(model, sides)), 3)
    order = _ordered(free - set(lags), below)
    first, last = net.first, net.last
    if not order:
        choices: list[dict[str, int]] = [{}]
    elif len(order) == 1:
        # Lags must not reach before the first step.
        start = first + (5 if lags else 3)
        choices = [{order[0]: start}, {order[0]: start + 1}]
    elif len(order) == 2:
        choices = [
            {order[0]: first + 1, order[1]: first + 6},
            {order[0]: first + 2, order[1]: first + 6},
        ]
    else:
        count = len(order) - 1
        choices = []
        for top in (last - 1,):
            spread = [first + 1 + round((top - first - 1) * n / count) for n in range(len(order))]
            choices.append(dict(zip(order, spread, strict=True)))
    made = []
    names = sorted(entries)
    for choice in ({**choice, **lags} for choice in choices):
        if not names:
            made.append(choice)
            continue
        for numbers in ([1, 2, 1, 2], [2, 1, 2, 1], [1, 1, 1, 1]):
            if net.pool == ONE:
                numbers = [1, 1, 1, 1]
            made.append({**choice, **{n: numbers[p % 4] for p, n in enumerate(names)}})
    return made


def _free(
    model: Model, sides: tuple[Tree, ...]
) -> tuple[set[str], set[str], list[tuple[str, str]]]:
    """Free letters for times and for entries; pairs of which the first is earlier."""
    times: set[str] = set()
    entries: set[str] = set()
    below: list[tuple[str, str]] = []

    def visit(tree: Tree, bound: frozenset[str]) -> None:

        if isinstance(tree, Big):
            index = bare(tree.index) if tree.index is not None else None
            within = bound | ({index.name} if isinstance(index, Sym) else set())
            low = letters_of(tree.lower) if tree.lower is not None else None
            high = letters_of(tree.upper) if tree.upper is not None else None
            for a in low or ():
                for b in high or ():
                    if a != b:
                        below.append(
                            (a, b) if tree.sign == "sum" or not _descends(tree) else (b, a)
                        )
            if isinstance(index, Sym):
                for b in high or ():
                    below.append((index.name, b))
            for bound_tree in (tree.lower, tree.upper):
                if bound_tree is not None:
                    note(bound_tree, bound)
            visit(tree.body, within)
            return
        if isinstance(tree, Product):
            skip: set[int] = set()
            for place in range(len(tree.factors) - 1):
                call = called_time(model, tree.factors[place], tree.factors[place + 1])
                if call is not None:
                    note(call[1], bound)
                    skip |= {place, place + 1}
            for place, factor in enumerate(tree.factors):
                if place not in skip:
                    visit(factor, bound)
            return
        if isinstance(tree, Sym):
            ref = model.ref(tree, bound)
            if ref.time is not None:
                note(ref.time, bound)
            if ref.copy is not None:
                note(ref.copy, bound)
            for entry in ref.entries:
                inner = bare(entry)
                if isinstance(inner, Sym) and inner.name not in bound:
                    entries.add(inner.name)
            if ref.power is not None:
                visit(ref.power, bound)
            if (
                ref.time is None
                and not ref.entries
                and ref.name in model.symbols.times
                and ref.name not in bound
                and ref.name not in model.definitions
            ):
                times.add(ref.name)
            return
        for child in children(tree):
            visit(child, bound)

    def note(tree: Tree, bound: frozenset[str]) -> None:

        times.update((letters_of(tree) or set()) - bound)

    for side in sides:
        visit(side, frozenset())
    # Of ∂X_t/∂X_k the variable is earlier, whatever bounds seem to say.
    sure: list[tuple[str, str]] = []
    for side in sides:
        for node in walk(side):
            if isinstance(node, Derivative) and node.of is not None:
                of, by = bare(node.of), bare(node.by)
                if isinstance(of, Sym) and isinstance(by, Sym):
                    upper, lower = model.ref(of).time, model.ref(by).time
                    if upper is not None and lower is not None:
                        a, b = letters_of(lower) or set(), letters_of(upper) or set()
                        sure += [(x, y) for x in a for y in b if x != y]
    below = sure + [(x, y) for x, y in below if (y, x) not in sure]
    return times - LAST, entries - times, below


def _lags(model: Model, sides: tuple[Tree, ...]) -> set[str]:
    """Letters that are always added to a time, n of h_{t+n}: they count steps."""
    added: set[str] = set()
    alone: set[str] = set()
    for side in sides:
        for node in walk(side):
            if not isinstance(node, Sym):
                continue
            time = model.ref(node).time
            letters = letters_of(time) or set() if time is not None else set()
            if len(letters) == 1:
                alone |= letters
            elif len(letters) > 1:
                inner = bare(time) if time is not None else None
                head = bare(inner.terms[0]) if isinstance(inner, Addition) else None
                added |= letters - ({head.name} if isinstance(head, Sym) else set())
    return added - alone


def _descends(tree: Big) -> bool:

    low = letters_of(tree.lower) if tree.lower is not None else set()
    high = letters_of(tree.upper) if tree.upper is not None else set()
    return max((TYPICAL.get(x, 4) for x in low or ()), default=0) > max(
        (TYPICAL.get(x, 4) for x in high or ()), default=0
    )


def _ordered(free: set[str], below: list[tuple[str, str]]) -> list[str]:
    """Earlier letters first: by the pairs known, else as they are usual."""
    rank = {letter: number for number, letter in enumerate([*_LOW, *reversed(_HIGH)])}
    remaining = sorted(free, key=lambda each: rank.get(each, 5))
    pairs = {(a, b) for a, b in below if a in free and b in free and (b, a) not in set(below)}
    found: list[str] = []
    while remaining:
        ready = [
            each for each in remaining if not any(b == each and a in remaining for a, b in pairs)
        ]
        found.append((ready or remaining)[0])
        remaining.remove(found[-1])
    return found
