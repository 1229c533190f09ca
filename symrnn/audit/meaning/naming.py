"""What the left side of a relation names, and what else is said of it."""

from __future__ import annotations

from dataclasses import replace

from symrnn.audit.meaning.letters import (
    bare,
    is_loss,
    letters_of,
)
from symrnn.audit.meaning.model import Definition, Model, called_time, split_time
from symrnn.audit.meaning.relations import Parsed, Relation
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Group,
    Product,
    Sym,
    Tree,
    walk,
)
from symrnn.reading.latex.words import EQUAL


class Naming(Parsed):
    """Quantities as relations name them."""

    @staticmethod
    def _named_by_entries(
        model: Model, left: Tree
    ) -> tuple[tuple[str, Tree | None] | None, tuple[str, ...]]:
        """h_{t,i}: the quantity, and the letters of its entries."""
        left = bare(left)
        if not isinstance(left, Sym):
            return None, ()
        ref = model.ref(left)
        letters = [bare(each) for each in ref.entries]
        names = tuple(each.name for each in letters if isinstance(each, Sym))
        if (
            not names
            or len(names) != len(letters)
            or len(set(names)) != len(names)
            or ref.power
            or ref.primes
        ):
            return None, ()
        return (ref.name, ref.time), names

    @staticmethod
    def _without_entries(model: Model, right: Tree, entries: tuple[str, ...]) -> Tree | None:
        """e_i = ∂L/∂a_i, said of every i, is e = ∂L/∂a."""
        value = bare(right)
        by = bare(value.by) if isinstance(value, Derivative) else None
        if not isinstance(value, Derivative) or not isinstance(by, Sym):
            return None
        ref = model.ref(by)
        if tuple(each.name for e in ref.entries if isinstance(each := bare(e), Sym)) != entries:
            return None
        kept = tuple(each for each in by.subs if each not in ref.entries)
        if len(kept) + len(entries) != len(by.subs):
            return None
        return replace(value, by=replace(by, subs=kept))

    def _defined_elsewhere(self, name: str, relation: Relation | None) -> bool:
        """Whether another relation says what a quantity is."""
        for other in self.relations:
            left, right = other.left.tree, other.right.tree
            if other.kind != EQUAL or left is None or right is None or other is relation:
                continue
            named = self._named(self.probe, left)
            if named is None or named[0] != name or self._renames(named, right):
                continue
            derived = self._derived(right, self.probe)
            letter, shift = (None, 0) if named[1] is None else split_time(named[1])
            if (isinstance(bare(right), Derivative) or not derived) and not self._uses_future(
                self.probe, name, right, letter, shift, False
            ):
                return True
        return False

    def _renames(self, named: tuple[str, Tree | None], right: Tree) -> bool:
        """λ = w with a w of which nothing else is said: what holds in an example."""
        inner = bare(right)
        return (
            named[1] is None
            and isinstance(inner, Sym)
            and not (inner.subs or inner.sups or inner.primes)
            and inner.name not in self.definitions
            and inner.name in self.symbols.powers
        )

    @staticmethod
    def _named(model: Model, left: Tree) -> tuple[str, Tree | None] | None:
        left = bare(left)
        if isinstance(left, Product) and len(left.factors) == 2:
            return called_time(model, left.factors[0], left.factors[1]) or (
                _called_loss(model, left)
            )
        if not isinstance(left, Sym):
            return None
        ref = model.ref(left)
        if ref.entries or ref.power is not None or ref.primes or ref.copy is not None:
            return None
        if left.name in ("ones", "infty") or left.name.startswith("bb "):
            return None
        if left.name == "I" and ref.time is None:
            return None
        return ref.name, ref.time

    def _derived(self, tree: Tree, model: Model) -> bool:
        """Whether an expression speaks of derivatives, itself or by a name for one."""
        for node in walk(tree):
            if isinstance(node, Derivative):
                return True
            if isinstance(node, Sym):
                name = model.ref(node).name
                if any(d.derived for d in self.definitions.get(name, ())):
                    return True
        return False

    def _uses_future(
        self, model: Model, name: str, right: Tree, letter: str | None, shift: int, derived: bool
    ) -> bool:
        """Whether a quantity would be computed from its own later values, or from itself."""
        trial = Model(self.symbols, {name: Definition(name, letter, shift, right, 0)})
        trial.primed, trial.applied = model.primed, model.applied
        for read, lag in trial.reads(trial.definitions[name]):
            if read == name and (lag is None or lag <= 0):
                return True
            if not derived and lag is not None and lag < 0:
                return True
        return False

    def _letters_bound(self, model: Model, right: Tree, letter: str | None, derived: bool) -> bool:
        """Whether every time in a definition is its own, bound in it, or the last."""
        bound = {letter, "T", "N"}
        for node in walk(right):
            if isinstance(node, Big) and node.index is not None:
                bound |= {n.name for n in walk(node.index) if isinstance(n, Sym)}
        for node in walk(right):
            if isinstance(node, Sym):
                ref = model.ref(node)
                if ref.time is not None and not (letters_of(ref.time) or set()) <= bound:
                    return False
        return True


def _called_loss(model: Model, left: Product) -> tuple[str, Tree | None] | None:
    """L(θ), L_t(W): a loss with its arguments."""
    head, following = left.factors
    if not isinstance(head, Sym) or not isinstance(following, Group) or left.signs != ("",):
        return None
    if not is_loss(head.name) or head.primes:
        return None
    ref = model.ref(head)
    return ref.name, ref.time
