"""Which relations define a quantity, and what they say of it."""

from __future__ import annotations

import re
from dataclasses import replace

from symrnn.audit.meaning.letters import (
    FUNCTIONS,
    GREEK,
    TOTAL,
    bare,
    is_capital,
    is_loss,
    whole_number,
)
from symrnn.audit.meaning.model import Definition, Model, split_time
from symrnn.audit.meaning.naming import Naming
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.rewrites import at_each_time, at_other_times
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Dots,
    Group,
    Normed,
    Product,
    Sym,
    Tree,
    Turned,
    Words,
    outside_scripts,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import AT_LEAST, DEFINING, EQUAL


class Defining(Naming):
    """Definitions found in relations."""

    def _definition(
        self, model: Model, left: Tree, right: Tree, relation: Relation, backwards: bool
    ) -> Definition | None:
        named = self._named(model, left)
        entries: tuple[str, ...] = ()
        if named is None:
            named, entries = self._named_by_entries(model, left)
        if named is None:
            return None
        name, time = named
        if name in self.functions:
            return None  # φ = tanh
        derived = self._derived(right, model)
        letter, shift = (None, 0) if time is None else split_time(time)
        head = bare(left)
        symbol = head if isinstance(head, Sym) and time is not None else None
        if (
            letter is None
            and time is not None
            and shift >= 1
            and not derived
            and not backwards
            and "t" in self.symbols.times
        ):
            general = at_each_time(right, shift, model)
            letter, shift = "t", 0
            if isinstance(symbol, Sym) and len(symbol.subs) == 1:
                symbol = replace(symbol, subs=(Sym(symbol.start, symbol.end, True, "t"),))
            if (
                general is None
                or name in self.definitions
                or self._defined_elsewhere(name, relation)
            ):
                return None
            right = general
        if time is not None and whole_number(time) == 0 and not (derived or backwards):
            if self._is_instance(model, name, time, right, relation):
                self.instances.append((relation, name))
            return None
        if time is not None and (letter is None or letter not in self.symbols.times):
            return None
        if backwards:
            # ∂L/∂h_t = δ_t names the derivative, if nothing else says what δ is.
            bare_derivative = isinstance(bare(right), Derivative)
            if (
                not bare_derivative
                or name in self.definitions
                or self._defined_elsewhere(name, relation)
            ):
                return None
        if time is None and name in self.symbols.times and "_" not in name:
            return None
        if self._uses_future(model, name, right, letter, shift, derived):
            return None
        if entries and (derived or backwards):
            whole = self._without_entries(model, right, entries)
            if whole is None:
                return None
            right, entries = whole, ()
        bound = self._letters_bound(model, right, letter, derived)
        # "with $p = f(z_t)$" abbreviates what holds a time that the formulas around it have.
        brief = time is None and not derived and not is_loss(name) and self._supposed(relation)
        if not (bound or (brief and not is_capital(name) and name not in self.definitions)):
            return None
        base = name.split("_")[0]
        if (
            time is None
            and is_capital(base)
            and not is_loss(name)
            and not derived
            and not isinstance(right, Big)
            and self._is_update(name, right, model)
        ):
            return None
        if _in_words(right):
            return None
        if not backwards and not derived and self._is_instance(model, name, time, right, relation):
            self.instances.append((relation, name))
            return None
        return Definition(name, letter, shift, right, relation.order, False, entries, symbol)

    def _bounded(self, model: Model, relation: Relation) -> None:
        """|σ′(x)| ≤ γ, ‖W‖ ≤ λ and ‖∂L/∂h_t‖ ≤ C, where nothing else says what γ, λ and C are.

        Such a number may be any that is no less: it is tried as the least, and as a larger one.
        """
        left, right = relation.left.tree, relation.right.tree
        if relation.kind == AT_LEAST:
            left, right = right, left
        for letter, norm, which in ((right, left, "upper"), (left, right, "lower")):
            supposed = which == "upper" and self._supposed(relation)
            if (
                letter is not None and norm is not None
                and self._bounds(model, letter, norm, which, supposed)
            ):  # fmt: skip
                self.defining.add(relation.order)
                return
        if relation.kind == AT_LEAST:
            return
        named = None if right is None else self._named(model, right)
        if left is None or right is None or named is None or named[1] is not None:
            return
        name, letter = named[0], bare(right)
        if name in self.definitions or self._defined_elsewhere(name, relation):
            return
        if not isinstance(letter, Sym) or is_capital(name) or is_loss(name):
            return
        nodes = [node for node in walk(left) if isinstance(node, Sym)]
        primed = next((node for node in nodes if node.primes == 1), None)
        body = bare(outer.body) if isinstance(outer := bare(left), Normed) else None
        body = bare(body.body) if isinstance(body, Turned) else body
        value: Tree | None = None
        if primed is not None and not any(isinstance(n, Derivative) for n in walk(left)):
            others = [n for n in nodes if is_capital(n.name) and model.ref(n).time is None]
            bare_slope = replace(primed, subs=(), sups=())
            if not others:
                value = Normed(left.start, left.end, True, bare_slope, "‖infty")
        elif isinstance(body, Sym) and model.ref(body).time is None and is_capital(body.name):
            value = bare(left)
        if value is not None:
            found = Definition(name, None, 0, value, relation.order, bound="upper")
            self.definitions[name] = [found]

    def _bounds(self, model: Model, letter: Tree, norm: Tree, which: str, supposed: bool) -> bool:
        """Whether a letter is only known as a bound of a norm of derivatives.

        It may be one of any norms where that is `supposed`.
        """
        named = self._named(model, letter)
        inner = bare(letter)
        nodes = list(walk(norm))
        normed = supposed and self._of_quantities(model, nodes)
        if named is None or named[1] is not None or not (normed or isinstance(bare(norm), Normed)):
            return False
        name = named[0]
        about = normed or any(isinstance(node, Derivative) for node in nodes)
        if not about or is_loss(name) or shape_of(inner) in map(shape_of, nodes):
            return False
        plain = (
            isinstance(inner, Sym) and not inner.primes and not self.symbols.has_time(inner.name)
        )
        known = self.definitions.get(name)
        if known:
            # Said again, with other letters for its times or the same ones.
            return any(d.bound == which and at_other_times(d.value, norm, model) for d in known)
        read = {
            each for found in self.definitions.values() for d in found if not d.derived
            for each, _ in model.reads(d)
        }  # fmt: skip
        if not plain or name in read or self._defined_elsewhere(name, None):
            return False
        self.definitions[name] = [Definition(name, None, 0, norm, 0, bound=which)]
        return True

    @staticmethod
    def _of_quantities(model: Model, nodes: list[Tree]) -> bool:
        """Whether norms of quantities, or a sum of norms, are bounded: no slopes, no weight."""
        symbols = [node for node in nodes if isinstance(node, Sym)]
        timed = any(model.ref(node).time is not None for node in symbols)
        normed = any(isinstance(node, Normed) for node in nodes)
        summed = isinstance(bare(nodes[0]), Addition)
        return normed and (timed or summed) and not any(node.primes for node in symbols)

    def _is_instance(
        self, model: Model, name: str, time: Tree | None, right: Tree, relation: Relation
    ) -> bool:
        """W = 2 I, or "with $x_t = V h_{t-1}$": what holds in an example, and is no definition.

        So is a number for a matrix, and what a sentence supposes of a quantity that was read before
        without saying what it is.
        """
        first = time is not None and whole_number(time) == 0
        if is_loss(name) or (name in self.definitions and not first):
            return False
        letters = {node.name for node in walk(right) if isinstance(node, Sym)}
        number = (time is None or first) and letters <= FUNCTIONS | {
            "I",
            "e",
            "pi",
            "ones",
            "sqrt",
        }
        multiple = time is None and "I" in letters and not any(map(is_capital, letters - {"I"}))
        if (number or multiple) and is_capital(name.split("_")[0]):
            return True
        if first:
            return number  # h_0 = 0
        if number and name.endswith(f"_{TOTAL}"):
            return True  # x = 0, of what has a time elsewhere
        read = any(
            name == each
            for known in self.definitions.values() for d in known
            if not d.derived and (d.given or d.start < relation.order)
            for each, _ in model.reads(d)
        )  # fmt: skip
        if read and time is None and self._of_parameters(model, right, relation):
            return True
        return read and (number or self._supposed(relation))

    def _of_parameters(self, model: Model, right: Tree, relation: Relation) -> bool:
        """Whether an expression is made of letters alone that were read before: U = W."""
        names = {model.ref(node).name for node in walk(right) if isinstance(node, Sym)}
        known = {
            each
            for found in self.definitions.values() for d in found
            if not d.derived and (d.given or d.start < relation.order)
            for each, _ in model.reads(d)
            if each not in self.definitions and not self.symbols.has_time(each.split("_")[0])
        }  # fmt: skip
        return bool(names & known) and names <= known | {"I", "e", "pi", "ones", "sqrt"}

    # "Suppose $W = 2 I$ and $x_t = 0$": formulas before it in the same list count for nothing.
    _SUPPOSED = re.compile(
        r"\b(?:if|suppos\w*|assum\w*|take|say)\b"
        r"(?:\$[^$]*\$|\\\([^)]*\\\)|`[^`]*`|\b(?:and|that|both|also)\b|[\s,])*[\s$\\(`]*$",
        re.IGNORECASE,
    )

    def _supposed(self, relation: Relation) -> bool:
        """Whether a formula in a sentence stands behind a word that supposes it."""
        document = self.documents[relation.document]
        formula = document.formulas[relation.formula]
        before = document.text[max(0, formula.start - 2000) : formula.start]
        return not formula.display and self._SUPPOSED.search(before) is not None

    def _is_update(self, name: str, right: Tree, model: Model) -> bool:
        return any(isinstance(n, Sym) and model.ref(n).name == name for n in walk(right))

    def _add(self, found: Definition, relation: Relation) -> None:
        known = self.definitions.setdefault(found.name, [])
        if any(d.given for d in known):
            derived = found.derived or self._derived(found.value, self.probe)
            if found.letter is not None and not derived:
                known.append(found)  # it is in force where it is said, if it is another
            return
        if any(d.bound for d in known) and self._renames((found.name, None), found.value):
            return
        if known and found.letter in ("T", "N") and known[0].letter not in ("T", "N"):
            return  # λ_N = …, of a λ_k that is known, says something of the last step
        bare_derivative = isinstance(bare(found.value), Derivative)
        if found.derived or self._derived(found.value, self.probe):
            # A second formula for a named derivative is a claim; a second name is another one.
            if known and not (
                bare_derivative
                and not any(shape_of(d.value) == shape_of(found.value) for d in known)
            ):
                return
            if known and not known[0].derived:
                return
            if (
                not bare_derivative
                and relation.written not in DEFINING
                and not known
                and not self._may_define(found)
            ):
                return
            known.append(found)
            self.defining.add(relation.order)
            return
        if known and known[0].derived:
            return
        for other in known:
            if (other.letter, other.shift) == (found.letter, found.shift) and shape_of(
                other.value
            ) == shape_of(found.value):
                self.defining.add(relation.order)
                return
            if not relation.first and self._more_concrete(other):
                known.remove(other)
                break
        known.append(found)
        self.defining.add(relation.order)

    def _may_define(self, found: Definition) -> bool:
        """δ_t = (∂L/∂h_t) ⊙ σ′(a_t), p_t = (∂L/∂h_t)ᵀ: what defines if nothing else does."""
        base = found.name.split("_")[0]
        marked = len(base) > 1 and base[0] in "dδ"  # dz
        value = bare(found.value)
        turned = isinstance(value, Turned) and isinstance(bare(value.body), Derivative)
        return (
            marked
            or turned
            or base in GREEK
            or base in ("e", "J", "D", "G", "A", "P", "Q", "M", "S")
        )

    def _more_concrete(self, other: Definition) -> bool:
        """Whether h = f(x, h) is said anew as h = tanh(…), in the same chain."""
        value = bare(other.value)
        if not isinstance(value, Product) or not isinstance(value.factors[0], Sym):
            return False
        following = value.factors[1] if len(value.factors) > 1 else None
        return isinstance(following, Group)

    def _link_arguments(self, model: Model) -> None:
        """h = σ(a) = σ(W h + b): what stands in the same place is the same, so it defines a."""
        for relation in self.relations:
            left, right = relation.left.tree, relation.right.tree
            if relation.kind != EQUAL or left is None or right is None:
                continue
            for one, other in ((left, right), (right, left)):
                one, other = bare(one), bare(other)
                if not (isinstance(one, Product) and isinstance(other, Product)):
                    continue
                if len(one.factors) != 2 or len(other.factors) != 2:
                    continue
                if shape_of(one.factors[0]) != shape_of(other.factors[0]):
                    continue
                head = one.factors[0]
                if not isinstance(head, Sym) or model.is_function(head, one.factors[1]) not in (
                    "known",
                    "elementwise",
                ):
                    continue
                argument = bare(one.factors[1])
                named = self._named(model, argument)
                if named is None or named[0] in self.definitions or named[1] is None:
                    continue
                letter, shift = split_time(named[1])
                if letter is None:
                    continue
                found = Definition(named[0], letter, shift, other.factors[1], relation.order)
                if not self._uses_future(model, named[0], found.value, letter, shift, False):
                    self.definitions.setdefault(named[0], []).append(found)

    def _called_losses(self, model: Model) -> None:
        """L_t(y_t) says what the loss at a time reads."""
        for tree in self.trees:
            for node in walk(tree):
                if not isinstance(node, Product):
                    continue
                for head, group, sign in zip(
                    node.factors, node.factors[1:], node.signs, strict=False
                ):
                    if not isinstance(head, Sym) or not isinstance(group, Group) or sign:
                        continue
                    ref = model.ref(head)
                    if not is_loss(ref.name) or ref.time is None or ref.name in self.definitions:
                        continue
                    letter, shift = split_time(ref.time)
                    if letter is None or model.is_function(head, group) != "opaque":
                        continue
                    function = Sym(head.start, head.end, True, f"function {head.name}")
                    value = Product(head.start, group.end, True, (function, group), ("",))
                    model.applied.add(function.name)
                    found = Definition(ref.name, letter, shift, value, 0)
                    self.definitions[ref.name] = [found]


def _in_words(tree: Tree) -> bool:
    """Whether a part of an expression is words or dots; those in scripts are labels: y^*."""
    return any(isinstance(node, Words | Dots) for node in outside_scripts(tree))
