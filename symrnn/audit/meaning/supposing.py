"""The suppositions of a document, and those that are in force at a relation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from symrnn.audit.meaning.letters import bare, whole_number
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.prose import Prose
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.rewrites import one_expression
from symrnn.audit.meaning.suppositions import (
    RESTRICTED,
    SYMMETRIC,
    Scopes,
    Supposition,
    property_of,
    said_properties,
    said_restrictions,
)
from symrnn.audit.show import shown
from symrnn.reading.latex.chains import Side
from symrnn.reading.latex.tree import Product, Sym, Tree, walk
from symrnn.reading.latex.words import AT_MOST, EQUAL


class Supposing(Prose):
    """What is in force for a sentence, a paragraph or a section, and is no definition."""

    @cached_property
    def scopes(self) -> list[Scopes]:
        """The scopes of each document."""
        return [Scopes(document) for document in self.documents]

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """The matrices that are said to be their transposes where they are first used: Q = Qᵀ."""
        return frozenset(
            self.probe.ref(found[0]).name
            for relation in self.relations
            if (found := self._property(relation)) is not None and found[1] == SYMMETRIC
            and self._belongs(relation, found[0])
        )  # fmt: skip

    @cached_property
    def suppositions(self) -> list[Supposition]:
        """All of them, in their order."""
        found: list[Supposition] = []
        for relation, name in self.instances:
            left, value = relation.left.tree, relation.right.tree
            symbol = None if left is None else bare(left)
            if left is None or not isinstance(symbol, Sym) or value is None:
                continue
            time = self.probe.ref(symbol).time
            number = None if time is None else whole_number(time)
            words = f"where {shown(left, self.probe)} = {shown(value, self.probe)}"
            place = self._place(relation), relation.document
            found.append(self._made(name, number, symbol, value, "", words, place))
        for relation in self.relations:
            said = self._property(relation)
            if said is not None and not self._belongs(relation, said[0]):
                found.append(self._of_matrix(*said, self._place(relation), relation.document))
        for number, at, name, known in self.in_cases:
            here = self.documents[number].formulas[at].start, number
            made, words = (known, f"where {name} is {known}") if known else (RESTRICTED, name)
            found.append(self._made(f"function {name}", None, None, None, made, words, here))
        for number, scopes in enumerate(self.scopes):
            document = scopes.document
            for at, made in said_properties(scopes):
                formula = document.formulas[at]
                letter = self._letter(formula.text, document)
                if letter is not None and not self._is_matrix_of_steps(letter):
                    found.append(self._of_matrix(letter, made, formula.start, number))
            for at, words in [*said_restrictions(scopes), *self._said_sizes(scopes)]:
                found.append(self._made("", None, None, None, RESTRICTED, words, (at, number)))
        return sorted(found, key=lambda each: (each.document, each.start))

    def _said_sizes(self, scopes: Scopes) -> Iterator[tuple[int, str]]:
        """Where a size is 1: for $d = 1$."""
        for formula in scopes.document.formulas:
            said = _SIZE_ONE.fullmatch(formula.text)
            if said and not formula.display and said[1] not in self.symbols.times:
                yield formula.start, formula.text.strip()

    def _property(self, relation: Relation) -> tuple[Sym, str] | None:
        left, right = relation.left.tree, relation.right.tree
        if left is None or right is None or relation.kind != EQUAL:
            return None
        found = property_of(left, right)
        return None if found is None or self._is_matrix_of_steps(found[0]) else found

    def _is_matrix_of_steps(self, letter: Sym) -> bool:
        """Whether a letter has a time: what is said of it is a claim."""
        return self.symbols.has_time(letter.name)

    def _place(self, relation: Relation) -> int:
        return self.documents[relation.document].formulas[relation.formula].start

    def _belongs(self, relation: Relation, letter: Sym) -> bool:
        """Whether a property is said where a letter is brought in: L = eᵀ Q e with Q = Qᵀ."""
        scopes, at = self.scopes[relation.document], self._place(relation)
        if scopes.standing(at, False) or self.supposed(relation):
            return False
        start, end = scopes.sentence(at)
        name = self.probe.ref(letter).name
        for other in self.relations:
            if other.document == relation.document and other.order in self.defining:
                nodes = walk(other.right.tree) if other.right.tree is not None else ()
                names = {self.probe.ref(node).name for node in nodes if isinstance(node, Sym)}
                if start <= self._place(other) < end and name in names:
                    return True
        return False

    def _of_matrix(self, letter: Sym, made: str, at: int, document: int) -> Supposition:
        name = self.probe.ref(letter).name
        words = f"where {shown(letter, self.probe)} is {made}"
        return self._made(name, None, letter, None, made, words, (at, document))

    def _made(
        self,
        name: str,
        time: int | None,
        symbol: Sym | None,
        value: Tree | None,
        made: str,
        words: str,
        place: tuple[int, int],
    ) -> Supposition:
        at, document = place
        scopes = self.scopes[document]
        alone = self._claims_nothing(at, document)
        start, sure, perhaps = scopes.of(at, alone, self._is_example(value))
        if made == RESTRICTED and not alone:
            perhaps = sure
        return Supposition(name, time, symbol, value, made, words, document, start, sure, perhaps)

    def _claims_nothing(self, at: int, document: int) -> bool:
        """Whether the sentence around a place claims nothing."""
        start, end = self.scopes[document].sentence(at)
        return not any(
            other.document == document and start <= self._place(other) < end
            and self.about_derivatives(other)
            for other in self.relations
        )  # fmt: skip

    def _is_example(self, value: Tree | None) -> bool:
        """Whether a value is made of numbers and letters that nothing else has: W = w I."""
        if value is None:
            return False
        names = {self.probe.ref(node).name for node in walk(value) if isinstance(node, Sym)}
        return not names & self._read

    @cached_property
    def _read(self) -> set[str]:
        """The letters that definitions read."""
        stated = (d for known in self.definitions.values() for d in known if not d.derived)
        return {name for each in stated for name, _ in self.probe.reads(each)} - {"I"}

    def examples(self, relation: Relation) -> dict[tuple[str, int | None], Supposition]:
        """What is, or may be, supposed of parameters and first states at a relation."""
        at = self._place(relation)
        return {
            (each.name, each.time): each
            for each in self.suppositions
            if each.document == relation.document and each.start <= at < each.perhaps
            and each.made != RESTRICTED
        }  # fmt: skip

    def surely(self, relation: Relation, each: Supposition) -> bool:
        """Whether a supposition is in force at a relation without a doubt."""
        return self._place(relation) < each.sure

    def supposed_bounds(self, relation: Relation) -> list[tuple[Tree, Tree]]:
        """What the text supposes at a relation to be at most what: ‖h_j‖ ≤ 1."""
        at, found = self._place(relation), []
        for other in self.relations:
            place, left, right = self._place(other), other.left.tree, other.right.tree
            if other.document != relation.document or place >= at or not self._supposed(other):
                continue
            if other.kind != AT_MOST or left is None or right is None:
                continue
            scopes = self.scopes[other.document]
            start, sure, _ = scopes.of(place, self._claims_nothing(place, other.document), False)
            if start <= at < sure:
                found.append((left, right))
        return found

    def special(self, relation: Relation, used: set[str]) -> str:
        """What the text surely supposes at a relation of a parameter that is used; else nothing."""
        for each in self.examples(relation).values():
            if each.time is None and each.name in used and self.surely(relation, each):
                return each.words
        return ""

    def restricted(self, relation: Relation) -> str:
        """The words that restrict a relation: beside it, or for what follows them."""
        at = self._place(relation)
        words = [
            each.words for each in self.suppositions
            if each.made == RESTRICTED and each.document == relation.document
            and each.start <= at < each.perhaps
        ]  # fmt: skip
        return self.condition(relation) or (words[-1] if words else "")

    def said_held(self, relation: Relation) -> tuple[Tree, ...]:
        """What the sentence around a relation says is held: with $h_{t-1}$ held fixed."""
        document = self.documents[relation.document]
        found: list[Tree] = []
        for part in (self._sentence(relation), self._behind(relation)):
            for said in _HELD.finditer(part):
                if _NOT_HELD.search(said[0]) or _NOT_HELD.search(part[: said.start()][-30:]):
                    continue
                for letter in re.findall(_INLINE, said[0]):
                    tree = one_expression(letter.strip("$\\()` "), document)
                    found += [] if tree is None else [self.reread(tree)]
        return tuple(found)

    def said_beside(self, relation: Relation) -> list[Relation]:
        """What the sentence around a relation, or before its chain, says of numbers: κ < ‖g‖."""
        scopes, at = self.scopes[relation.document], self._place(relation)
        found = []
        for other in self.relations:
            if other.document != relation.document or other.kind not in ("<", ">"):
                continue
            place = self._place(other)
            if (
                place > at
                or self.about_derivatives(other)
                or of_one([other.left.tree, other.right.tree])
            ):
                continue
            start, sure, _ = scopes.of(place, True, False)
            if start <= at < sure:
                found.append((bisect_right(scopes.displays, (place, 0)), other))
        # What is said behind a display is of another case.
        return [other for shown_before, other in found if shown_before == found[-1][0]]

    def about_derivatives(self, relation: Relation) -> bool:
        """Whether a relation speaks of derivatives."""
        if relation.kind != EQUAL and of_one([relation.left.tree, relation.right.tree]):
            return False  # C ≥ 0
        if (
            relation.kind == EQUAL
            and relation.head is not None
            and is_slope(relation.head.tree, self.probe)
        ):
            return True
        # What a chain begins with is said of all its members.
        for side in (relation.left, relation.right, relation.head):
            if side is None:
                continue
            if side.tree is None and _DERIVED.search(self._source(relation, side)):
                return True
            if side.tree is not None and self._derived(side.tree, self.probe):
                return True
        return False

    def _source(self, relation: Relation, side: Side) -> str:
        """A side that was not read, as it is written."""
        place = relation.left_formula if side is relation.left else relation.formula
        return self.documents[relation.document].formulas[place].text[side.start : side.end]


_INLINE = r"\$[^$\n]+\$|\\\([^$\n]+?\\\)"
_FIXED = r"(?:fixed|constants?|frozen)"
_AND = rf"(?:{_INLINE})(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:{_INLINE})){{0,5}}"
_HELD = re.compile(
    rf"{_AND}(?:\s*,)?\s+\(?(?:(?:is|are|was|were|be|being|it?self)\s+)?(?:\w+\s+)?(?:(?:held|kept|taken|treated|regarded)\s+(?:as\s+)?"
    rf"(?:an?\s+)?)?{_FIXED}\b|\b(?:holding|keeping|freezing|fixing|(?:for|at|with)\s+fixed)\s+(?:\w+\s+){{0,3}}{_AND}"
    rf"|{_AND}\s+(?:(?:is|are|being)\s+)?held\b",
    re.IGNORECASE,
)
"""With $h_{t-1}$ and $r_t$ held fixed; holding the gate $r_t$."""
_NOT_HELD = re.compile(
    r"\b(?:not|no|never|neither|without|instead|unless|rather|un\w+ed|cannot)\b|n't\b",
    re.IGNORECASE,
)
_SIZE = r"([dmnDHN])(?:_\{?\w+\}?)?\s*=\s*"
_SIZE_ONE = re.compile(rf"\s*{_SIZE}(?:{_SIZE})?1\s*")
"""d = 1, d_h = d_x = 1."""
_DERIVED = re.compile(r"\\partial|∂|\\nabla|∇|\\p?dv\b|\\frac\s*\{\s*d\s*\^")
"""What a derivative is written with."""


def is_slope(tree: Tree | None, model: Model) -> bool:
    """Whether a side is the slope of a function somewhere: σ′(z), f′(a_t)."""
    product = None if tree is None else bare(tree)
    if not isinstance(product, Product) or len(product.factors) != 2 or product.signs != ("",):
        return False
    head, argument = product.factors
    if not isinstance(head, Sym) or head.primes != 1 or head.subs or head.sups:
        return False
    return model.is_function(head, argument) in ("elementwise", "known")


def of_one(sides: list[Tree | None]) -> bool:
    """Whether a letter stands beside a number."""
    one, other = (None if side is None else bare(side) for side in sides)
    return any(
        isinstance(a, Sym) and b is not None and whole_number(b) is not None
        for a, b in ((one, other), (other, one))
    )
