"""The statements of a document, in order: what defines, what claims, what is neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from symrnn.audit.hints import Hints, read_hints
from symrnn.audit.model import Definition, Model, called_time, split_time
from symrnn.audit.symbols import (
    GREEK,
    LOSSES,
    Symbols,
    bare,
    fraction,
    is_capital,
    is_loss,
    letters_of,
    whole_number,
)
from symrnn.errors import ParseError
from symrnn.reading.documents import Document, Formula
from symrnn.reading.latex.chains import Chain, Side, parse_chains
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Dots,
    Group,
    Normed,
    Num,
    Product,
    Sym,
    Tree,
    Turned,
    Words,
    rebuilt,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import ABOUT, DEFINING, EQUAL, OTHER


@dataclass(frozen=True)
class Relation:
    """One link of a chain, between two sides of one or two formulas."""

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


@dataclass
class Statements:
    """All of a document (and what it reads), parsed."""

    documents: list[Document]
    hints: Hints
    symbols: Symbols = field(default_factory=Symbols)
    relations: list[Relation] = field(default_factory=list)
    failed: list[tuple[int, int, ParseError]] = field(default_factory=list)
    expressions: list[tuple[int, int, Side]] = field(default_factory=list)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    defining: set[int] = field(default_factory=set)
    trees: list[Tree] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    loss: Tree | None = None

    @classmethod
    def of(cls, documents: list[Document], hints: Hints | None = None) -> Statements:
        """Parse a document's files, as one text."""
        made = cls(documents, hints or read_hints(documents))
        chains = list(made._chains())
        made.marks, made.loss = _differentials(chains)
        chains = [(n, p, _mapped(c, made.reread)) for n, p, c in chains]
        made.trees = [side.tree for _, _, c in chains for side in c.sides if side.tree is not None]
        made.trees += [d.value for d in made.hints.definitions] + made.hints.trees
        made.symbols = Symbols.of(made.trees)
        made._own_states()
        made._own_factors()
        if made.own:
            chains = [(n, p, _mapped(c, made._renamed)) for n, p, c in chains]
            made.trees = list(map(made._renamed, made.trees))
            made.symbols = Symbols.of(made.trees)
        chains = made._numbered(chains)
        made._relations(chains)
        made._define()
        return made

    def reread(self, tree: Tree) -> Tree:
        """A tree that was parsed later, with what this document means by its letters."""
        tree = self._renamed(tree)
        return (
            tree
            if not self.marks or self.loss is None
            else _differentiated(tree, self.marks, self.loss)
        )

    def _own_states(self) -> None:
        """C_t beside C_{t-1} is a state and no loss, whatever its letter."""
        for node in (n for tree in self.trees for n in walk(tree)):
            if isinstance(node, Sym) and node.name in LOSSES:
                for index in (*node.subs, *node.sups):
                    if isinstance(bare(index), Addition) and letters_of(index):
                        self.own.add(node.name)
        # A loss may be shifted too; a state is defined by what it was before.
        self.own = {
            name for name in self.own
            if any(
                r.name == name for tree in self.trees if isinstance(tree, Addition | Product)
                for r in walk(tree) if isinstance(r, Sym)
                and any(isinstance(bare(i), Addition) and "-" in bare(i).signs for i in r.subs)  # type: ignore[attr-defined]
            )
        }  # fmt: skip

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
                    if not isinstance(factor, Sym) or called or factor.subs or factor.sups:
                        continue
                    if factor.name in LOSSES - differentiated:
                        self.own.add(factor.name)

    def _renamed(self, tree: Tree) -> Tree:
        if not self.own:
            return tree
        inner = rebuilt(tree, self._renamed)
        if isinstance(inner, Sym) and inner.name in self.own:
            return replace(inner, name=f"own {inner.name}")
        return inner

    # ------------------------------------------------------------------ parsing

    def _chains(self) -> Iterator[tuple[int, int, Chain]]:
        for number, document in enumerate(self.documents):
            for place, formula in enumerate(document.formulas):
                try:
                    for chain in parse_chains(formula.text, document.macros):
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
        last: tuple[int, int, Side] | None = None
        for number, place, chain in chains:
            formula = self.documents[number].formulas[place]
            sides = list(chain.sides)
            formulas = [place] * len(sides)
            if sides[0].tree is None and sides[0].problem == "the left side is missing":
                # A display that begins with a relation goes on with the display before it.
                if last is None or last[0] != number or not formula.display:
                    continue
                sides[0] = last[2]
                formulas[0] = last[1]
            if not chain.links:
                self.expressions.append((number, place, sides[0]))
                continue
            for at, link in enumerate(chain.links):
                left, home = sides[at], formulas[at]
                self.relations.append(
                    Relation(
                        number, place, left, sides[at + 1], link.kind, link.written,
                        link.start, order, home, at == 0, chain.after,
                    )
                )  # fmt: skip
                order += 1
            if formula.display:
                last = (number, place, sides[-1])

    # ------------------------------------------------------------------ defining

    def _define(self) -> None:
        for definition in self.hints.definitions:
            self.definitions.setdefault(definition.name, []).append(definition)
        probe = Model(self.symbols)
        probe.learn_functions(self.trees)
        self._probe = probe
        self._prose_definitions(probe)
        self._called_losses(probe)
        links: dict[int, Tree | None] = {}
        previous: Relation | None = None
        head: Tree | None = None
        for relation in self.relations:
            if relation.first or previous is None:
                head = relation.left.tree
            previous = relation
            links[relation.order] = head
            if relation.kind != EQUAL or relation.right.tree is None:
                continue
            for left, right in ((head, relation.right.tree), (relation.right.tree, head)):
                if left is None or right is None:
                    continue
                backwards = left is relation.right.tree
                found = self._definition(probe, left, right, relation, backwards)
                if found is not None:
                    self._add(found, relation)
                    break
        self._link_arguments(probe)

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
            general = _at_each_time(right, shift, model)
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
            return None
        if not self._letters_bound(model, right, letter, derived):
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
        if any(isinstance(node, Words | Dots) for node in walk(right)):
            return None
        return Definition(name, letter, shift, right, relation.order, False, entries, symbol)

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

    def _defined_elsewhere(self, name: str, relation: Relation) -> bool:
        """Whether another relation says what a quantity is."""
        for other in self.relations:
            left, right = other.left.tree, other.right.tree
            if other.kind != EQUAL or left is None or right is None or other is relation:
                continue
            named = self._named(self._probe, left)
            if named is None or named[0] != name:
                continue
            derived = self._derived(right, self._probe)
            letter, shift = (None, 0) if named[1] is None else split_time(named[1])
            if (isinstance(bare(right), Derivative) or not derived) and not self._uses_future(
                self._probe, name, right, letter, shift, False
            ):
                return True
        return False

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
        if left.name in ("ones", "I", "infty") or left.name.startswith("bb "):
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
        bound = {letter, "T"}
        for node in walk(right):
            if isinstance(node, Big) and node.index is not None:
                bound |= {n.name for n in walk(node.index) if isinstance(n, Sym)}
        for node in walk(right):
            if isinstance(node, Sym):
                ref = model.ref(node)
                if ref.time is not None and not (letters_of(ref.time) or set()) <= bound:
                    return False
        return True

    def _is_update(self, name: str, right: Tree, model: Model) -> bool:
        return any(isinstance(n, Sym) and model.ref(n).name == name for n in walk(right))

    def _add(self, found: Definition, relation: Relation) -> None:
        known = self.definitions.setdefault(found.name, [])
        if any(d.given for d in known):
            return
        bare_derivative = isinstance(bare(found.value), Derivative)
        if found.derived or self._derived(found.value, self._probe):
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
                and not self._may_define(found, relation)
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
            if not relation.first and self._more_concrete(found, other):
                known.remove(other)
                break
        known.append(found)
        self.defining.add(relation.order)

    def _may_define(self, found: Definition, relation: Relation) -> bool:
        """δ_t = (∂L/∂h_t) ⊙ σ′(a_t): an expression may define, where nothing else does."""
        base = found.name.split("_")[0]
        del relation
        return base in GREEK or base in ("e", "J", "D", "G", "A", "P", "Q", "M", "S")

    def _more_concrete(self, found: Definition, other: Definition) -> bool:
        """Whether h = f(x, h) is said anew as h = tanh(…), in the same chain."""
        del found
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

    _GRADIENT = re.compile(
        r"(?:gradient|derivative|sensitivity|error signal|backpropagated error|error)\b"
        r"(?P<middle>.*?)(?:with\s+respect\s+to|w\.\s?r\.\s?t\.?|wrt|by)\b(?P<rest>[^.;]*)$",
        re.DOTALL | re.IGNORECASE,
    )

    def _prose_definitions(self, model: Model) -> None:
        """`$\\delta_t$ denotes the gradient of the loss with respect to $a_t$`."""
        for number, document in enumerate(self.documents):
            formulas = document.formulas
            for at, first in enumerate(formulas[:-1]):
                if first.display:
                    continue
                for count in (1, 2):
                    if at + count >= len(formulas):
                        continue
                    self._from_prose(
                        model, number, document, first, formulas[at + 1 : at + count + 1]
                    )

    def _from_prose(
        self,
        model: Model,
        number: int,
        document: Document,
        first: Formula,
        rest: tuple[Formula, ...],
    ) -> None:
        del number
        last = rest[-1]
        between = document.text[first.start + len(first.text) : last.start]
        if len(between) > 200 or "\n\n" in between:
            return
        for inner in rest[:-1]:
            between = between.replace(inner.text, " ", 1)
        if not re.match(
            r"[\s$\\)`]*(?:\s*\(?\s*(?:to\s+)?"
            r"(?:be|is|are|denotes?|for|stands? for|as|we\s+call|write|means?|the)\b|[,:])",
            between,
        ):
            return
        if not re.search(r"\b(?:be|is|denotes?|for|stands? for|means?|as)\b", between):
            return
        if not self._GRADIENT.search(between):
            return
        try:
            (name_chain,) = parse_chains(first.text, document.macros)
            (by_chain,) = parse_chains(last.text, document.macros)
            of_chains = [parse_chains(f.text, document.macros)[0] for f in rest[:-1]]
        except (ParseError, ValueError, IndexError):
            return
        if name_chain.links or by_chain.links or any(c.links for c in of_chains):
            return
        left, by = name_chain.sides[0].tree, by_chain.sides[0].tree
        if left is None or by is None:
            return
        named = self._named(model, left)
        if named is None or named[0] in self.definitions or not isinstance(bare(by), Sym):
            return
        of = of_chains[0].sides[0].tree if of_chains else self._loss_symbol()
        if of is None or not isinstance(bare(of), Sym) or not is_loss(model.ref(bare(of)).name):  # type: ignore[arg-type]
            return
        letter, shift = (None, 0) if named[1] is None else split_time(named[1])
        value = Derivative(by.start, by.end, True, of, by)
        self.definitions[named[0]] = [Definition(named[0], letter, shift, value, 0)]

    def _loss_symbol(self) -> Tree | None:
        for tree in self.trees:
            for node in walk(tree):
                if isinstance(node, Derivative) and node.of is not None:
                    of = bare(node.of)
                    if isinstance(of, Sym) and of.name in LOSSES and not of.subs:
                        return of
        return None

    # ------------------------------------------------------------------ models

    def model_at(self, relation: Relation) -> Model:
        """The definitions in force at a relation."""
        chosen: dict[str, Definition] = {}
        clashing: set[str] = set()
        for name, found in self.definitions.items():
            if not found:
                continue
            before = [d for d in found if d.given or d.start <= relation.order]
            chosen[name] = before[-1] if before else found[0]
            if len(found) > 1 and not any(d.given for d in found):
                clashing.add(name)
        key = tuple(sorted((name, id(d)) for name, d in chosen.items()))
        if key not in self._models:
            made = replace(self._probe, definitions=_linked(chosen), clashing=clashing)
            made.kinds = {**self.hints.kinds, **self._said_kinds()}
            made.aliases = dict(self.hints.aliases)
            made.vectorial = self._vectorial() and not self.hints.scalar
            made.scalar = self.hints.scalar or self._all_scalar(made)
            self._models[key] = made
        return self._models[key]

    _models: dict[tuple[tuple[str, int], ...], Model] = field(default_factory=dict)
    _probe: Model = field(default_factory=lambda: Model(Symbols()))

    def _said_kinds(self) -> dict[str, str]:
        """σ is the logistic function, or tanh, only where the text says so."""
        if "function sigma" in self.hints.kinds:
            return {}
        prose = " ".join(document.prose for document in self.documents)
        sigma = any(
            isinstance(n, Sym) and n.name == "sigma" for tree in self.trees for n in walk(tree)
        )
        logistic = re.search(r"\b(?:sigmoid|logistic)\b", prose, re.IGNORECASE)
        other = re.search(
            r"\btanh\b|any (?:smooth|differentiable|activation)|ReLU"
            r"|e\.\s?g\.[^.]{0,30}(?:sigmoid|logistic)",
            prose,
            re.IGNORECASE,
        )
        return {"function sigma": "logistic"} if sigma and logistic and not other else {}

    def _vectorial(self) -> bool:
        for tree in self.trees:
            for node in walk(tree):
                if isinstance(node, Turned) or (
                    isinstance(node, Normed) and node.kind.startswith("‖")
                ):
                    return True
                if isinstance(node, Product) and ("odot" in node.signs or "otimes" in node.signs):
                    return True
                if isinstance(node, Sym) and node.name in ("diag", "Diag", "ones", "bb R", "vec"):
                    return True
        prose = " ".join(document.prose for document in self.documents)
        return (
            bool(re.search(r"\bJacobian|\bmatri(?:x|ces)\b|\bvectors?\b", prose, re.IGNORECASE))
            and False
        )

    def _all_scalar(self, model: Model) -> bool:
        """Whether the recurrence has small letters for weights: then all are numbers."""
        recurrences = [
            d for d in model.definitions.values()
            if d.letter is not None and not d.derived
            and any((lag or 0) > 0 for _, lag in model.reads(d))
        ]  # fmt: skip
        if not recurrences or self._vectorial():
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

    def about_derivatives(self, relation: Relation) -> bool:
        """Whether a relation speaks of derivatives."""
        return any(
            side.tree is not None and self._derived(side.tree, self._probe)
            for side in (relation.left, relation.right)
        )


_AnyTree = TypeVar("_AnyTree", bound=Tree)


def _linked(definitions: dict[str, Definition]) -> dict[str, Definition]:
    """ŷ_t = softmax(V s_t) reads z_t, where z_t = V s_t is said: one node for one expression."""
    known: dict[object, Definition] = {}
    for definition in definitions.values():
        value = bare(definition.value)
        if (
            definition.derived
            or definition.shift
            or definition.entries
            or definition.letter is None
        ):
            continue
        if isinstance(value, Product | Addition):
            known.setdefault(_said(value, definition.letter), definition)

    def read(node: Tree, letter: str | None, own: str) -> Tree:
        found = None
        if letter is not None and isinstance(node, Product | Addition):
            found = known.get(_said(node, letter))
        if found is not None and found.name != own and found.symbol is not None:
            symbol = _at_letter(found.symbol, found.letter, letter)
            return replace(symbol, start=node.start, end=node.end, made=True)
        return rebuilt(node, lambda inner: read(inner, letter, own))

    linked = {}
    for name, definition in definitions.items():
        linked[name] = definition
        if not definition.derived:
            value = read(definition.value, definition.letter, name)
            if shape_of(value) != shape_of(definition.value):
                linked[name] = replace(definition, value=value)
    return linked


_TIME = "the time"
"""The name that every letter of time has where expressions are compared."""


def _said(tree: Tree, letter: str) -> object:
    """What an expression says at its time, whatever the time's letter and the order of terms."""

    def sorted_out(shape: Any) -> Any:
        if not isinstance(shape, tuple):
            return shape
        inner = tuple(map(sorted_out, shape))
        if inner and inner[0] == Addition.__name__:
            _, terms, signs = inner
            return (inner[0], *sorted(zip(signs, terms, strict=True), key=repr))
        return inner

    return sorted_out(shape_of(_at_letter(tree, letter, _TIME)))


def _at_letter(tree: _AnyTree, old: str | None, new: str | None) -> _AnyTree:
    """An expression with another letter for its time."""

    def read(node: Tree) -> Tree:
        if isinstance(node, Sym) and node.name == old and not (node.subs or node.sups):
            return replace(node, name=str(new))
        changed = rebuilt(node, read)
        if isinstance(changed, Sym) and changed.sub_text == old:
            return replace(changed, sub_text=str(new))
        return changed

    return cast("_AnyTree", read(tree))


def _at_each_time(tree: Tree, number: int, model: Model) -> Tree | None:
    """V s_3, said at time 3, as V s_t; None where a time is none of numbers."""
    timed = [n for n in walk(tree) if isinstance(n, Sym) and model.ref(n).time is not None]
    if not timed or any(split_time(model.ref(n).time)[0] is not None for n in timed):  # type: ignore[arg-type]
        return None

    def read(node: Tree) -> Tree:
        if isinstance(node, Sym):
            if model.ref(node).time is None or len(node.subs) != 1:
                return node
            lag = number - split_time(node.subs[0])[1]
            sub = node.subs[0]
            index: Tree = Sym(sub.start, sub.end, True, "t")
            if lag:
                count = Num(sub.start, sub.end, True, fraction(abs(lag)))
                index = Addition(
                    sub.start, sub.end, True, (index, count), ("+", "-" if lag > 0 else "+")
                )
            return replace(node, subs=(index,))
        return rebuilt(node, read)

    return read(tree)


def _mapped(chain: Chain, change: Callable[[Tree], Tree]) -> Chain:
    """A chain with each side changed."""
    sides = (s if s.tree is None else replace(s, tree=change(s.tree)) for s in chain.sides)
    return replace(chain, sides=tuple(sides))


def _differentials(chains: list[tuple[int, int, Chain]]) -> tuple[set[str], Tree | None]:
    """δh_t and dh_t are ∂L/∂h_t, in a document where δ or d never stands for itself.

    Returns which of the two are so used, and the loss.
    """
    trees = [side.tree for _, _, chain in chains for side in chain.sides if side.tree is not None]
    nodes = [node for tree in trees for node in walk(tree)]
    loss = next(
        (of for node in nodes if isinstance(node, Derivative) and node.of is not None
         and isinstance(of := bare(node.of), Sym) and of.name in LOSSES
         and not of.subs and not of.sups),
        None,
    )  # fmt: skip
    if loss is None:
        return set(), None
    marks = set()
    for mark in ("delta", "d"):
        whole = sum(isinstance(n, Sym) and n.name == mark for n in nodes)
        before = sum(
            isinstance(a, Sym) and a.name == mark and not a.subs and not a.sups
            and isinstance(b, Sym)
            for n in nodes if isinstance(n, Product)
            for a, b, s in zip(n.factors, n.factors[1:], n.signs, strict=False) if s == ""
        )  # fmt: skip
        if whole and whole == before:
            marks.add(mark)
    return marks, loss


def _differentiated(tree: Tree, marks: set[str], loss: Tree) -> Tree:
    """The same tree with δh_t read as ∂L/∂h_t."""

    def read(tree: Tree) -> Tree:
        if isinstance(tree, Product):
            factors: list[Tree] = []
            signs: list[str] = []
            place = 0
            while place < len(tree.factors):
                head = tree.factors[place]
                taken = 1
                node = read(head)
                if isinstance(head, Sym) and head.name in marks and place + 1 < len(tree.factors):
                    by = tree.factors[place + 1]
                    node = Derivative(head.start, by.end, head.made or by.made, loss, by)
                    taken = 2
                if factors:
                    signs.append(tree.signs[place - 1])
                factors.append(node)
                place += taken
            return (
                factors[0]
                if len(factors) == 1
                else replace(tree, factors=tuple(factors), signs=tuple(signs))
            )
        return rebuilt(tree, read)

    return read(tree)


def _called_loss(model: Model, left: Product) -> tuple[str, Tree | None] | None:
    """L(θ), L_t(W): a loss with its arguments."""
    head, following = left.factors
    if not isinstance(head, Sym) or not isinstance(following, Group) or left.signs != ("",):
        return None
    if not is_loss(head.name) or head.primes:
        return None
    ref = model.ref(head)
    return ref.name, ref.time


CLAIMS = frozenset({EQUAL, "≤", "≥", "<", ">"})
NO_CLAIMS = frozenset({ABOUT, OTHER})
