r"""What letters are by the sets that they are said to be of: λ ∈ ℝⁿ is a vector."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.audit.meaning.letters import bare, whole_number
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.relations import Relation
from symrnn.reading.latex.tree import Product, Sym, Tree


def said_sets(relations: Iterable[Relation], model: Model) -> dict[str, str]:
    """The kind of each quantity that is said to be of ℝ, ℝⁿ or ℝ^{n×m}, where all agree."""
    found: dict[str, set[str]] = {}
    for relation in relations:
        letter = None if relation.left.tree is None else bare(relation.left.tree)
        if relation.written != r"\in" or relation.right.tree is None:
            continue
        kind = _kind(bare(relation.right.tree))
        if kind is None or not isinstance(letter, Sym):
            continue
        ref = model.ref(letter)
        if not (ref.entries or ref.primes or ref.power or ref.copy):
            found.setdefault(ref.name, set()).add(kind)
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def _kind(tree: Tree) -> str | None:
    """What the members of a set are; None for a set that is not known."""
    if not isinstance(tree, Sym) or tree.name != "bb R" or len(tree.sups) > 1 or tree.subs:
        return None
    if not tree.sups:
        return "scalar"
    size = bare(tree.sups[0])
    if isinstance(size, Product) and "times" in size.signs[1:]:
        return None
    if not isinstance(size, Product) or size.signs != ("times",):
        return "vector"
    ones = [whole_number(factor) == 1 for factor in size.factors]
    return {(True, True): "scalar", (True, False): "row", (False, True): "vector"}.get(
        (ones[0], ones[1]), "matrix"
    )
