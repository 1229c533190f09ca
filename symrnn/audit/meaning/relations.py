"""The relations of a document, and what its letters are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from symrnn.audit.meaning.calls import calls_closed, calls_indexed
from symrnn.audit.meaning.classes import by_class
from symrnn.audit.meaning.conventions import called_losses
from symrnn.audit.meaning.hints import Hints
from symrnn.audit.meaning.indices import entries_last
from symrnn.audit.meaning.layers import Layers, layers_bracketed
from symrnn.audit.meaning.letters import (
    LOSSES,
    bare,
    is_capital,
    is_loss,
    letters_of,
    whole_number,
)
from symrnn.audit.meaning.model import Definition, Model
from symrnn.audit.meaning.operators import Operators, operators_written_out
from symrnn.audit.meaning.powers import as_powers
from symrnn.audit.meaning.rewrites import (
    labels_dropped,
    largest_singular,
    last_times,
    placed_at,
    words_joined,
)
from symrnn.audit.meaning.shorthand import (
    Pair,
    Written,
    differentiated,
    partials_marked,
    transitions_written_out,
)
from symrnn.audit.meaning.slots import Applied, slots_written_out
from symrnn.audit.meaning.symbols import Symbols
from symrnn.errors import ParseError
from symrnn.reading.documents import Document
from symrnn.reading.latex.chains import Chain, Side, parse_chains
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Group,
    Product,
    Sym,
    Tree,
    children,
    rebuilt,
    walk,
)
from symrnn.reading.latex.words import EQUAL


@dataclass(frozen=True)
class Relation:
    """One link of a chain, between two sides of one or two formulas; `start`, `end`: its sign."""

    document: int
    formula: int
    left: Side
    right: Side
    kind: str
    written: str
    start: int
    order: int
    left_formula: int
    first: bool
    after: str = ""
    head: Side | None = None
    end: int = 0


@dataclass
class Parsed:
    """A document's formulas, as chains and relations."""

    documents: list[Document]
    hints: Hints
    symbols: Symbols = field(default_factory=Symbols)
    relations: list[Relation] = field(default_factory=list)
    failed: list[tuple[int, int, ParseError]] = field(default_factory=list)
    expressions: list[tuple[int, int, Side]] = field(default_factory=list)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    defining: set[int] = field(default_factory=set)
    instances: list[tuple[Relation, str]] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    turned_indices: frozenset[str] = frozenset()
    summed: set[str] = field(default_factory=set)
    words: set[tuple[str, str]] = field(default_factory=set)
    transitions: Written = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    functions: dict[str, str] = field(default_factory=dict)
    otherwise: set[str] = field(default_factory=set)
    in_cases: list[tuple[int, int, str, str]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    apart: frozenset[Pair] = frozenset()
    end: str = ""
    powers: bool = False
    layers: Layers | None = None
    operators: Operators = field(default_factory=dict)
    applied: Applied = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    loss: Tree | None = None
    letters: dict[tuple[str, str], Sym | None] = field(default_factory=dict)
    probe: Model = field(default_factory=lambda: Model(Symbols()))

    def reread(self, tree: Tree) -> Tree:
        """A tree that was parsed later, with what this document means by its letters."""
        tree = largest_singular(tree)
        if self.layers is not None:
            tree = layers_bracketed(tree, self.layers)
        if self.operators:
            tree = operators_written_out(tree, self.operators)
        tree = as_powers(tree, self.powers)
        if self.applied:
            tree = slots_written_out(tree, self.applied)
        if self.turned_indices:
            tree = entries_last(tree, self.turned_indices)
        if self.apart:
            tree = partials_marked(tree, self.apart)
        if self.end:
            tree = placed_at(tree, {self.end: Sym(tree.start, tree.start, True, "T")})
        if self.words:
            tree = words_joined(tree, self.words)
        if self.transitions:
            tree = transitions_written_out(tree, self.transitions)
        tree = self._closed(self._renamed(self._by_class(self._indexed(labels_dropped(tree)))))
        return (
            tree
            if not self.marks or self.loss is None
            else differentiated(tree, self.marks, self.loss, self.alone)
        )

    def _own_states(self) -> None:
        """C_t beside C_{t-1} is a state and no loss, whatever its letter."""
        for node in (n for tree in self.trees for n in walk(tree)):
            if isinstance(node, Sym) and node.name in LOSSES:
                for index in (*node.subs, *node.sups):
                    if isinstance(bare(index), Addition) and letters_of(index):
                        self.own.add(node.name)
        # A loss has no rows and columns: J_{ij} is an entry of a matrix.
        matrices = {
            node.name for tree in self.trees for node in walk(tree)
            if isinstance(node, Sym) and node.name in LOSSES and self._of_two_entries(node)
        }  # fmt: skip
        # A loss may be shifted too; a state is defined by what it was before.
        self.own = {
            name for name in self.own
            if any(
                r.name == name for tree in self.trees if isinstance(tree, Addition | Product)
                for r in _outside_derivatives(tree) if isinstance(r, Sym)
                and any(isinstance(at := bare(i), Addition) and "-" in at.signs for i in r.subs)
            )
        } | matrices  # fmt: skip

    def _of_two_entries(self, node: Sym) -> bool:
        """Whether a letter stands with the letters of a row and a column."""
        subs = node.subs
        if len(subs) == 1 and isinstance(inner := bare(subs[0]), Product):
            subs = inner.factors
        letters = [bare(each) for each in subs]
        return len(letters) == 2 and all(
            isinstance(each, Sym) and each.name in self.symbols.indices and not each.subs
            and each.name not in self.symbols.times
            for each in letters
        )  # fmt: skip

    def _own_factors(self) -> None:
        """A letter for losses that nothing differentiates, and that multiplies, is a matrix."""
        nodes = [node for tree in self.trees for node in walk(tree)]
        differentiated = {
            inner.name
            for node in nodes
            if isinstance(node, Derivative) and node.of is not None
            for inner in walk(node.of)
            if isinstance(inner, Sym)
        }
        for node in nodes:
            if isinstance(node, Product):
                for place, factor in enumerate(node.factors):
                    called = isinstance((*node.factors, None)[place + 1], Group)
                    if not isinstance(factor, Sym) or called or factor.sups:
                        continue
                    if any(
                        self.symbols.is_time(sub) or whole_number(sub) is not None
                        for sub in factor.subs
                    ):
                        continue  # L_t, L_1; C_u has a label
                    if factor.name in LOSSES - differentiated:
                        self.own.add(factor.name)

    def _indexed(self, tree: Tree) -> Tree:
        return calls_indexed(tree, self.entered, self.symbols.times) if self.entered else tree

    def _by_class(self, tree: Tree) -> Tree:
        return by_class(tree, self.classes, self.symbols) if self.classes else tree

    def _closed(self, tree: Tree) -> Tree:
        if self.symbols.called:
            tree = calls_closed(tree, self.symbols.called)
        return last_times(tree, self.symbols.raised) if self.symbols.raised else tree

    def _summed_losses(self, chains: list[tuple[int, int, Chain]]) -> None:
        """E = Σ_t ε_t: what a loss is the sum of is a loss, whatever its letter.

        So is what the text calls one.
        """
        self.summed |= set(called_losses(chains, self.documents))
        for _, _, chain in chains:
            trees = [bare(side.tree) for side in chain.sides if side.tree is not None]
            head = trees[0] if trees else None
            if not isinstance(head, Sym) or head.subs or head.sups:
                continue
            for value in trees[1:]:
                if _sums_itself(head, value):
                    self.summed.add(head.name)  # Q = Σ_n Q_n
            if not is_loss(head.name):
                continue
            for value in trees[1:]:
                while isinstance(value, Product) and isinstance(value.factors[-1], Big):
                    value = value.factors[-1]
                body = bare(value.body) if isinstance(value, Big) and value.sign == "sum" else None
                if isinstance(body, Product) and len(body.factors) == 2 and body.signs == ("",):
                    first, following = body.factors
                    body = first if isinstance(following, Group) else None
                if (
                    isinstance(body, Sym)
                    and len(body.subs) + len(body.sups) == 1
                    and not is_loss(body.name)
                    and not is_capital(body.name)
                ):
                    self.summed.add(body.name)

    def _renamed(self, tree: Tree) -> Tree:
        if not self.own and not self.summed:
            return tree
        inner = rebuilt(tree, self._renamed)
        if isinstance(inner, Sym) and inner.name in self.own:
            return replace(inner, name=f"own {inner.name}")
        if isinstance(inner, Sym) and inner.name in self.summed:
            return replace(inner, name=f"loss {inner.name}")
        return inner

    def _chains(self) -> Iterator[tuple[int, int, Chain]]:
        for number, document in enumerate(self.documents):
            inline: dict[str, list[Chain]] = {}
            for place, formula in enumerate(document.formulas):
                try:
                    # $h_t$ is read once, however often a text has it.
                    chains = None if formula.display else inline.get(formula.text)
                    if chains is None:
                        chains = list(parse_chains(formula.text, document.macros))
                    if not formula.display:
                        inline[formula.text] = chains
                    for chain in chains:
                        yield number, place, chain
                except ParseError as error:
                    self.failed.append((number, place, error))
                except RecursionError:
                    self.failed.append((number, place, ParseError("nested too deeply")))

    def _numbered(self, chains: list[tuple[int, int, Chain]]) -> list[tuple[int, int, Chain]]:
        """z_3 = V s_3, said of one time: it is meant of each, where nothing else defines z."""
        symbols = self.symbols
        found: dict[str, int] = {}
        for _, _, chain in chains:
            if len(chain.sides) < 2 or chain.links[0].kind != EQUAL:
                continue
            left, right = chain.sides[0].tree, chain.sides[1].tree
            if left is None or right is None or not isinstance(bare(left), Sym):
                continue
            head = bare(left)
            assert isinstance(head, Sym)
            number = whole_number(head.subs[0]) if len(head.subs) == 1 else None
            if (
                number is None
                or number < 1
                or head.sups
                or symbols.has_time(head.name)
                or (is_capital(head.name) and not is_loss(head.name))
            ):
                continue
            timed = [
                n
                for n in walk(right)
                if isinstance(n, Sym) and symbols.has_time(n.name) and len(n.subs) == 1
            ]
            if any(whole_number(n.subs[0]) == number for n in timed) and "t" in symbols.times:
                found[head.name] = number
        if not found:
            return chains
        symbols.sequences |= set(found)
        symbols._resolved.clear()
        return chains

    def _relations(self, chains: list[tuple[int, int, Chain]]) -> None:
        order = 0
        last: tuple[int, int, Side, Side] | None = None
        for number, place, chain in chains:
            formula = self.documents[number].formulas[place]
            sides = list(chain.sides)
            formulas = [place] * len(sides)
            if sides[0].tree is None and sides[0].problem == "the left side is missing":
                # A display that begins with a relation goes on with the display before it.
                if last is None or last[0] != number or not formula.display:
                    continue
                sides[0], head = last[2:]
                formulas[0] = last[1]
            else:
                head = sides[0]
            if not chain.links:
                self.expressions.append((number, place, sides[0]))
                if formula.display and sides[0].tree is not None:
                    last = (number, place, sides[0], head)
                continue
            for at, link in enumerate(chain.links):
                left, home = sides[at], formulas[at]
                self.relations.append(
                    Relation(
                        number, place, left, sides[at + 1], link.kind, link.written,
                        link.start, order, home, at == 0, chain.after, head, link.end,
                    )
                )  # fmt: skip
                order += 1
            if formula.display:
                last = (number, place, sides[-1], head)


def _outside_derivatives(tree: Tree) -> list[Tree]:
    """All nodes that are not differentiated: ∂L_{t-1}/∂h makes no state of L."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, Derivative):
            todo += children(node)
    return found


def _sums_itself(head: Sym, value: Tree) -> bool:
    """Whether Q is said to be Σ_n Q_n."""
    while isinstance(value, Product) and isinstance(value.factors[-1], Big):
        value = value.factors[-1]
    body = bare(value.body) if isinstance(value, Big) and value.sign == "sum" else None
    if isinstance(body, Product) and body.signs == ("",):
        body = body.factors[0]
    return (
        isinstance(body, Sym)
        and body.name == head.name
        and not is_loss(head.name)
        and len(body.subs) + len(body.sups) == 1
    )
