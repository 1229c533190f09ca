"""Rules of calculus in letters of their own: ∂y/∂x = ∂y/∂u ∂u/∂x, ∂(Σ y)/∂x = Σ ∂y/∂x.

They speak of no net: they are judged by their form.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from symrnn.audit.meaning.letters import TOTAL, bare
from symrnn.audit.meaning.model import Model
from symrnn.audit.show import shown
from symrnn.audit.verdicts.verdict import TRUE, UNDER, Verdict
from symrnn.reading.latex.tree import Big, Derivative, Product, Sym, Tree, rebuilt, shape_of


def by_rule(model: Model, left: Tree, right: Tree) -> Verdict | None:
    """The verdict on a rule of calculus; None for what is none."""
    if _sums_outside(left) == _sums_outside(right) and shape_of(left) != shape_of(right):
        return Verdict(TRUE, what="a derivative of a sum is the sum of the derivatives")
    first = _derivative(model, left)
    product = bare(right)
    if first is None or not isinstance(product, Product) or set(product.signs) - {"", "cdot"}:
        return None
    factors = [_derivative(model, factor) for factor in product.factors]
    if None in factors:
        return None
    (of, by), steps = first, [step for step in factors if step is not None]
    names = [of, *(step[1] for step in steps)]
    for way, under in ((steps, ()), (steps[::-1], ("in denominator layout",))):
        ends = way[0][0] == of and way[-1][1] == by
        if ends and all(a[1] == b[0] for a, b in pairwise(way)):
            between = ", ".join(step[1] for step in way[:-1])
            through = f"where every path from {by} to {of} leads through {between}"
            return Verdict(UNDER, (*under, through)) if len(set(names)) > 2 else None
    return None


def _derivative(model: Model, tree: Tree) -> tuple[str, str] | None:
    """y and x of ∂y/∂x, where nothing defines y: it is no quantity of the text."""
    tree = bare(tree)
    if not isinstance(tree, Derivative) or tree.of is None:
        return None
    letters = [bare(tree.of), bare(tree.by)]
    found = []
    for letter in letters:
        if not isinstance(letter, Sym) or letter.subs or letter.sups or letter.primes:
            return None
        name = model.ref(letter).name
        if name in model.definitions or model.ref(letter).time is not None:
            return None
        found.append(shown(replace(letter), model).removesuffix(f"_{TOTAL}"))
    return found[0], found[1]


def _sums_outside(tree: Tree) -> object:
    """What a tree says, with sums before derivatives of their terms."""

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        of = bare(inner.of) if isinstance(inner, Derivative) and inner.of is not None else None
        if isinstance(inner, Derivative) and isinstance(of, Big) and of.sign == "sum":
            return replace(of, body=read(replace(inner, of=of.body)))
        return inner

    return shape_of(read(tree))
