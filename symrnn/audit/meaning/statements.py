"""The statements of a document, in order: what defines, what claims, what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from symrnn.audit.meaning.adjoints import marks_defined, marks_of_gradients
from symrnn.audit.meaning.calls import entered
from symrnn.audit.meaning.classes import classes_in
from symrnn.audit.meaning.conventions import Conventions
from symrnn.audit.meaning.functions import terms_of_losses, written_out
from symrnn.audit.meaning.hints import Hints, Named, read_hints
from symrnn.audit.meaning.indices import entries_first
from symrnn.audit.meaning.layers import (
    counted_layers,
    layers_above,
    numbered_layers,
    of_layers,
)
from symrnn.audit.meaning.letters import (
    bare,
    is_capital,
    is_loss,
    whole_number,
    written_number,
)
from symrnn.audit.meaning.memberships import said_sets
from symrnn.audit.meaning.model import Definition, Model, split_time, written_in_rows
from symrnn.audit.meaning.operators import operators
from symrnn.audit.meaning.powers import of_vectors, powers_meant
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.rewrites import last_letter, linked, mapped, words_of
from symrnn.audit.meaning.sections import Sections
from symrnn.audit.meaning.shorthand import differentials, partials_apart, transitions
from symrnn.audit.meaning.slots import applied_functions
from symrnn.audit.meaning.supposing import of_one
from symrnn.audit.meaning.suppositions import CLASS, SYMMETRIC
from symrnn.audit.meaning.symbols import Symbols
from symrnn.reading.documents import Document
from symrnn.reading.latex.tree import (
    Derivative,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Sym,
    Tree,
    Turned,
    Words,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL, LESS, MORE


@dataclass
class Statements(Sections):
    """All of a document (and what it reads), parsed."""

    @classmethod
    def of(cls, documents: list[Document], hints: Hints | None = None) -> Statements:
        """Parse a document's files, as one text."""
        made = cls(documents, hints or read_hints(documents))
        chains = list(made._chains())
        made.marks, made.loss, made.alone = differentials(chains)
        made.apart = partials_apart(chains)
        made.end = last_letter(chains)
        made.words = words_of(chains)
        made.functions, made.otherwise, made.in_cases = written_out(chains, documents)
        made.transitions = transitions(chains)
        read = [side.tree for _, _, c in chains for side in c.sides if side.tree is not None]
        made.powers = powers_meant(read)
        made.layers = counted_layers(read, documents)
        made.operators = operators(chains, documents)
        made.applied = applied_functions(chains)
        made.turned_indices = entries_first([*read, *made.hints.trees])
        chains = [(n, p, mapped(c, made.reread)) for n, p, c in chains]
        made.trees = [side.tree for _, _, c in chains for side in c.sides if side.tree is not None]
        made.trees += [made.reread(d.value) for d in made.hints.definitions]
        made.trees += map(made.reread, made.hints.trees)
        made._learn()
        made.entered = entered(made.trees, made.symbols)
        if made.entered:
            chains = [(n, p, mapped(c, made._indexed)) for n, p, c in chains]
            made.trees = list(map(made._indexed, made.trees))
            made._learn()
        made.classes = classes_in(made.trees, made.symbols)
        if made.classes:
            chains = [(n, p, mapped(c, made._by_class)) for n, p, c in chains]
            made.trees = list(map(made._by_class, made.trees))
            made._learn()
        made._own_states()
        made._own_factors()
        made._summed_losses(chains)
        if made.own or made.summed:
            chains = [(n, p, mapped(c, made._renamed)) for n, p, c in chains]
            made.trees = list(map(made._renamed, made.trees))
            made._learn()
        if made.symbols.called or made.symbols.raised:
            chains = [(n, p, mapped(c, made._closed)) for n, p, c in chains]
            made.trees = list(map(made._closed, made.trees))
        chains = made._numbered(chains)
        made._relations(chains)
        made._define()
        return made

    def _learn(self) -> None:
        self.symbols = Symbols.of(self.trees, self.layers.letter if self.layers else "")

    def _define(self) -> None:
        probe = Model(self.symbols)
        probe.learn_functions(self.trees)
        equal = [r for r in self.relations if r.kind == EQUAL]
        probe.costs = terms_of_losses([(r.left.tree, r.right.tree) for r in equal])
        for definition in self.hints.definitions:
            entered = self._entered_hint(probe, definition)
            self.definitions.setdefault(entered.name, []).append(entered)
        self.probe = probe
        self._prose_definitions(probe)
        self._marked_gradients(probe, marks_of_gradients(self.documents))
        self._said_numbers(probe)
        self._labels(probe)
        layers, above = numbered_layers(self.trees), layers_above(self.trees)
        previous: Relation | None = None
        head: Tree | None = None
        for relation in self.relations:
            if relation.first or previous is None:
                head = relation.left.tree
            previous = relation
            if relation.kind in (AT_MOST, AT_LEAST):
                self._bounded(probe, relation)
            if relation.kind != EQUAL or relation.right.tree is None:
                continue
            for left, right in ((head, relation.right.tree), (relation.right.tree, head)):
                if left is None or right is None:
                    continue
                backwards = left is relation.right.tree
                found = self._definition(probe, left, right, relation, backwards)
                if found is not None:
                    self._add(found, relation)
                    for each in of_layers(found, layers, above):
                        self._add(each, relation)
                    break
        stated = [each for known in self.definitions.values() for each in known]
        self._marked_gradients(probe, marks_defined(stated))
        self._said_numbers(probe)
        self._called_losses(probe)
        self._link_arguments(probe)
        self._preactivations(probe)

    def _entered_hint(self, model: Model, definition: Definition) -> Definition:
        """A hint that says what each entry is: h_{i,t} = …; any other as it stands."""
        assert definition.symbol is not None
        left = self.reread(definition.symbol)
        named, entries = self._named_by_entries(model, left)
        if named is None or named[1] is None or not entries:
            return replace(definition, symbol=None)
        letter, shift = split_time(named[1])
        right = self.reread(definition.value)
        start = definition.start
        return Definition(named[0], letter, shift, right, start, True, entries)

    def _labels(self, model: Model) -> None:
        """What stands above an underbrace defines its label."""
        for relation in self.relations:
            for side in (relation.left, relation.right):
                for node in walk(side.tree) if side.tree is not None else ():
                    if isinstance(node, Labelled) and node.label is not None:
                        found = self._definition(model, node.label, node.body, relation, False)
                        if found is None or self._defined_elsewhere(found.name, relation):
                            continue
                        if not self.definitions.get(found.name):
                            self.definitions[found.name] = [found]

    def model_at(self, relation: Relation) -> Model:
        """The definitions in force at a relation."""
        chosen, clashing = self.chosen(relation)
        key = (*sorted((name, id(d)) for name, d in chosen.items()), *sorted(clashing))
        if key not in self._models:
            made = replace(self.probe, definitions=linked(chosen), clashing=clashing)
            made.kinds = {
                **self.said_sets,
                **self.said_slopes,
                **self.hints.kinds,
                **self._said_kinds(),
            }
            made.aliases = dict(self.hints.aliases)
            made.vectorial = self._vectorial() and not self.hints.scalar
            made.scalar = self.hints.scalar or self._all_scalar(made)
            made.variables = self._variables(made)
            made.made = dict.fromkeys(self.symmetric, SYMMETRIC)
            made.made |= dict.fromkeys(self.classes, CLASS)
            made.rows = not made.scalar and written_in_rows(made)
            self._models[key] = made
        return self._models[key]

    @cached_property
    def said_sets(self) -> dict[str, str]:
        """What letters are by the sets that they are said to be of."""
        sets = [r for r in self.relations if r.written == r"\in" and not self.supposed(r)]
        return said_sets(sets, self.probe)

    @cached_property
    def said_slopes(self) -> dict[str, str]:
        """The largest slope that the text gives a function without a formula: |f′| ≤ 1."""
        found: dict[str, str] = {}
        for relation in self.relations:
            slope, most = relation.left.tree, relation.right.tree
            if relation.kind in (AT_LEAST, MORE):
                slope, most = most, slope
            if (
                relation.kind not in (AT_MOST, AT_LEAST, LESS, MORE)
                or slope is None
                or most is None
            ):
                continue
            size, name = written_number(most), _slope_of(slope)
            if name and size and size > 0:
                found[f"slope {name}"] = str(size)
        return found

    @cached_property
    def conventions(self) -> Conventions:
        """The conventions that hints and words state."""
        hints, layout = self.hints, self.said_layout()
        return Conventions(
            hints.layout or layout,
            hints.layout is not None,
            hints.later,
            0 if hints.first is None and self._before_zero() else hints.first,
            self.said_loss(),
        )

    def _before_zero(self) -> bool:
        """Whether the state before the first step is h_{-1}: then the first step is 0."""
        symbols = self.symbols
        return any(
            isinstance(node, Sym) and symbols.has_time(node.name)
            and any(whole_number(index) == -1 for index in (*node.subs, *map(bare, node.sups)))
            for tree in self.trees for node in walk(tree)
        )  # fmt: skip

    def _variables(self, model: Model) -> dict[str, str]:
        """x of d/dx tanh(x), which no definition reads: a number, or a vector that has a norm."""
        read = {
            name for each in model.definitions.values() if not each.derived
            for name, _ in model.reads(each)
        }  # fmt: skip
        found: dict[str, str] = {}
        for by, of in (pair for tree in self.trees for pair in _differentiated(tree)):
            ref = model.ref(by)
            name = ref.name
            if ref.time is not None or name in model.definitions or name in read:
                continue
            nodes = [node for each in of for node in walk(each)]
            letters = [n for n in nodes if isinstance(n, Sym) and model.ref(n).name == name]
            if letters and not (len(of) == 1 and isinstance(bare(of[0]), Sym)):
                turned = any(isinstance(node, Normed | Turned) for node in nodes)
                vector = turned or found.get(name) == "vector"
                found[name] = "vector" if vector else "number"
        return found

    @cached_property
    def said_positive(self) -> frozenset[str]:
        """The letters that the text says to be no less than 0: η ≥ 0, 0 < γ."""
        found = set()
        for relation in self.relations:
            sides = (relation.left.tree, relation.right.tree)
            small, large = sides if relation.kind in ("≤", "<") else sides[::-1]
            if relation.kind not in ("≤", "<", "≥", ">", EQUAL) or small is None or large is None:
                continue
            letter, least = bare(large), bare(small)
            if isinstance(letter, Sym) and isinstance(least, Num) and least.value >= 0:
                found.add(self.probe.ref(letter).name)
        return frozenset(found)

    @cached_property
    def said_of_numbers(self) -> list[Relation]:
        """What the text says of numbers that are bounds, γλ < 1: once each."""
        bounds = {name for name, known in self.definitions.items() if any(d.bound for d in known)}
        found: dict[object, Relation] = {}
        for relation in self.relations:
            sides = [side.tree for side in (relation.left, relation.right)]
            if relation.kind not in ("<", ">", "≤", "≥") or None in sides:
                continue
            nodes = [n for side in sides if side is not None for n in walk(side)]
            names = {self.probe.ref(n).name for n in nodes if isinstance(n, Sym)}
            plain = all(isinstance(n, Sym | Num | Product | Group) for n in nodes)
            if plain and names and names <= bounds and not of_one(sides):
                found.setdefault((relation.kind, *map(shape_of, sides)), relation)
        return list(found.values())

    @cached_property
    def turned(self) -> bool:
        """Whether a matrix is transposed somewhere: then none is meant as a number."""
        return any(
            isinstance(node, Turned) and isinstance(body := bare(node.body), Sym)
            and is_capital(body.name) and not self.symbols.has_time(body.name)
            for tree in self.trees for node in walk(tree)
        )  # fmt: skip

    _models: dict[tuple[object, ...], Model] = field(default_factory=dict)

    def _vectorial(self) -> bool:
        if self.symbols.by_entries:
            return True
        return any(of_vectors(node) for tree in self.trees for node in walk(tree))

    def _all_scalar(self, model: Model) -> bool:
        """Whether the recurrence has small letters for weights: then all are numbers."""
        recurrences = [
            d for d in model.definitions.values()
            if d.letter is not None and not d.derived
            and any((lag or 0) > 0 for _, lag in model.reads(d))
        ]  # fmt: skip
        if not recurrences:
            return False
        if self._vectorial() and not any(map(self._scalar_beside, recurrences)):
            return False
        for definition in model.definitions.values():
            if definition.derived:
                continue
            for node in walk(definition.value):
                if isinstance(node, Sym) and (
                    node.bold
                    or (
                        is_capital(node.name)
                        and not is_loss(node.name)
                        and node.name not in model.symbols.times
                    )
                ):
                    return False
                if isinstance(node, Group) and len(node.parts) > 1:
                    return False
        return True

    def _scalar_beside(self, definition: Definition) -> bool:
        """Whether w h stands for what the text writes W h elsewhere: one number, in this part."""
        others = [d for d in self.definitions.get(definition.name, ()) if d is not definition]
        capitals, own = (
            [
                {n.name for n in walk(d.value) if isinstance(n, Sym) and is_capital(n.name)}
                for d in known
            ]
            for known in (others, [definition])
        )
        return not own[0] and any(names - set(self.symbols.times) for names in capitals)

    def unused_hints(self) -> list[Named]:
        """Hints about letters that the document does not have."""
        letters = {
            node.name.removeprefix("own ").removeprefix("loss ")
            for relation in self.relations for side in (relation.left, relation.right)
            if side.tree is not None for node in walk(side.tree) if isinstance(node, Sym)
        }  # fmt: skip
        letters |= {
            node.name for _, _, side in self.expressions if side.tree is not None
            for node in walk(side.tree) if isinstance(node, Sym)
        }  # fmt: skip
        # Those of audit.toml, at no place, are said of all documents of a folder.
        own = [hint for hint in self.hints.named if hint.start]
        return [hint for hint in own if not letters & set(hint.letters)]


def _slope_of(tree: Tree) -> str:
    """The function f of |f′|, |f′(x)| and ‖f′‖_∞; nothing for what has a time."""
    body = bare(tree)
    body = bare(body.body) if isinstance(body, Normed) and body.kind in ("|", "‖infty") else body
    if isinstance(body, Product) and len(body.factors) == 2:
        argument = bare(body.factors[1])
        plain = isinstance(argument, Sym | Words) and not getattr(argument, "subs", ())
        body = body.factors[0] if plain else body
    return body.name if isinstance(body, Sym) and body.primes == 1 and not body.subs else ""


def _differentiated(tree: Tree) -> Iterator[tuple[Sym, tuple[Tree, ...]]]:
    """What is differentiated by a letter: ∂f/∂x, the factors behind d/dx, and f′(x)."""
    for node in walk(tree):
        if isinstance(node, Product):
            for head, group in zip(node.factors, node.factors[1:], strict=False):
                argument = bare(group)
                primed = isinstance(head, Sym) and head.primes == 1
                if primed and isinstance(group, Group) and isinstance(argument, Sym):
                    yield argument, (group, node)
        if isinstance(node, Derivative) and node.of is not None:
            of: tuple[Tree, ...] = (node.of,)
            derivative = node
        elif isinstance(node, Product) and isinstance(node.factors[0], Derivative):
            derivative, of = node.factors[0], node.factors[1:]
            if derivative.of is not None:
                continue
        else:
            continue
        by = bare(derivative.by)
        if isinstance(by, Sym):
            yield by, of
