"""What else a Jacobian is in a bound: as another line says, a product of steps, a sum of powers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model, split_time
from symrnn.audit.meaning.rewrites import at_other_times, placed_at
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Fraction_,
    Normed,
    Num,
    Raised,
    Sym,
    Tree,
    shape_of,
    walk,
)

ONE = Fraction(1)


@dataclass(frozen=True)
class Known:
    """An equation of the text that holds; `turned` where it does in the other layout."""

    model: int
    left: Tree
    right: Tree
    turned: bool = False


def said_equal(tree: Tree, known: Iterable[Known], model: Model, turned: bool) -> Iterator[Tree]:
    """What true lines of the text say that a derivative is, at its times.

    Args:
        tree: the derivative.
        known: the equations that hold.
        model: of the letters.
        turned: whether one that holds in the other layout will do, as for its norm.
    """
    for equation in known:
        if equation.model != id(model) or (equation.turned and not turned):
            continue
        for one, other in ((equation.left, equation.right), (equation.right, equation.left)):
            times = _times(bare(one), tree, model)
            if times is not None and shape_of(bare(other)) != shape_of(tree):
                yield placed_at(other, times)


def _times(pattern: Tree, tree: Tree, model: Model) -> dict[str, Tree] | None:
    """At which times a formula is another one; None where it is none."""
    if not isinstance(pattern, Derivative | Bar | Normed) or not at_other_times(
        pattern, tree, model
    ):
        return None
    found: dict[str, Tree] = {}
    letters: set[str] = set()
    for mine, other in zip(walk(pattern), walk(tree), strict=False):
        if not isinstance(mine, Sym) or not isinstance(other, Sym):
            continue
        here, there = model.ref(mine).time, model.ref(other).time
        letter, shift = (None, 0) if here is None else split_time(here)
        if letter is None or there is None:
            continue
        letters.add(letter)
        if shift == 0:
            found[letter] = there
    return found if letters <= set(found) else None


def in_steps(tree: Derivative, model: Model) -> Tree | None:
    """∏_{t=k+1}^{t} ∂h_t/∂h_{t-1} for ∂h_t/∂h_k; None where the times are no two letters."""
    of, by = (None if each is None else bare(each) for each in (tree.of, tree.by))
    if not isinstance(of, Sym) or not isinstance(by, Sym):
        return None
    last, first = model.ref(of).time, model.ref(by).time
    if last is None or first is None or model.ref(of).name != model.ref(by).name:
        return None
    (late, shift), (early, _) = split_time(last), split_time(first)
    if late is None or late == early:
        return None
    if (early is None and len(by.subs) != 1) or (shift and len(of.subs) != 1):
        return None
    # The later letter is that of all factors: the bounds are outside its reach.
    index = Sym(tree.start, tree.end, True, late)
    one = Num(tree.start, tree.end, True, ONE)
    before = Addition(tree.start, tree.end, True, (index, one), ("+", "-"))
    after = Addition(tree.start, tree.end, True, (first, one), ("+", "+"))
    start = replace(by, subs=(before,)) if early is None else placed_at(by, {early: before})
    end = replace(of, subs=(index,)) if shift else placed_at(of, {late: index})
    step = replace(tree, of=end, by=start)
    return Big(tree.start, tree.end, True, "prod", index, after, last, "", step)


def geometric_tail(tree: Tree) -> tuple[Tree, Tree] | None:
    """q and q^a / (1 - q), which Σ_{i=a}^{b} q^i never exceeds where 0 ≤ q < 1; else None."""
    tree = bare(tree)
    if not isinstance(tree, Big) or tree.sign != "sum" or tree.lower is None:
        return None
    index = None if tree.index is None else bare(tree.index)
    power = bare(tree.body)
    if not isinstance(power, Raised) or not isinstance(index, Sym):
        return None
    if shape_of(bare(power.power)) != shape_of(index):
        return None
    if any(isinstance(n, Sym) and n.name == index.name for n in walk(power.base)):
        return None
    one = Num(tree.start, tree.end, True, ONE)
    rest = Addition(tree.start, tree.end, True, (one, power.base), ("+", "-"))
    first = Raised(tree.start, tree.end, True, power.base, tree.lower)
    return power.base, Fraction_(tree.start, tree.end, True, first, rest)
