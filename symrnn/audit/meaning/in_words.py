"""What words alone define: abbreviations, marks, norms, and pre-activations: the a of f = σ(a)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symrnn.audit.meaning.adjoints import adjoints
from symrnn.audit.meaning.defining import Defining
from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Definition, Model, split_time
from symrnn.audit.meaning.rewrites import one_expression
from symrnn.audit.meaning.said_numbers import definition_of, said_numbers
from symrnn.audit.meaning.suppositions import Scopes
from symrnn.errors import ParseError
from symrnn.reading.documents import Document, Formula
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.tree import Group, Product, Sym, Tree

_SAID = re.compile(
    r"\b(?:pre-?\s?activations?|net\s+inputs?|(?:arguments?|inputs?)\s+(?:of|to)\s+the\s+"
    r"(?:gates?|activations?|nonlinearit\w+|non-linearit\w+|sigmoids?))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|no|never|without|rather|unlike)\b", re.IGNORECASE)


def named_in_words(document: Document) -> Iterator[Formula]:
    """The inline formulas of sentences that speak of pre-activations."""
    scopes = Scopes(document)
    for formula in document.formulas:
        if formula.display:
            continue
        start, end = scopes.sentence(formula.start)
        sentence = scopes.text[start:end]
        if _SAID.search(sentence) and not _DENIED.search(sentence):
            yield formula


def argument_of(definition: Definition) -> Tree | None:
    """What is within the brackets of q_t = σ(…); nothing for a quantity that is no such value."""
    value = bare(definition.value)
    if not isinstance(value, Product) or len(value.factors) != 2 or value.signs != ("",):
        return None
    head, group = value.factors
    if not isinstance(head, Sym) or not isinstance(group, Group) or len(group.parts) != 1:
        return None
    inner = bare(group.parts[0])
    return None if isinstance(inner, Sym) else inner


def gate_of(name: str, applied: dict[str, Definition]) -> Definition | None:
    """The gate that a name is about: f of f̂ and of a_f; the only one where there is one alone.

    Args:
        name: of a quantity that nothing defines.
        applied: the quantities that are a function of an argument, by name.
    """
    for letter in (name.rpartition(" ")[2], re.split(r"[_^]", name)[-1]):
        for known in (letter, f"tilde {letter}", f"hat {letter}", f"bar {letter}"):
            if known in applied and known != name:
                return applied[known]
    return next(iter(applied.values())) if len(applied) == 1 else None


class InWords(Defining):
    """Definitions that no formula is."""

    def _preactivations(self, model: Model) -> None:
        """`$\\hat f_t$ for the pre-activation of the gate`: it is what the gate is taken of."""
        applied = {
            name: each
            for name, known in self.definitions.items() for each in known[:1]
            if each.letter is not None and not each.derived and argument_of(each) is not None
        }  # fmt: skip
        for document in self.documents if applied else ():
            for formula in named_in_words(document):
                for symbol in self._list_of(formula.text, document):
                    named = self._named(model, symbol)
                    if named is None or named[1] is None or named[0] in self.definitions:
                        continue
                    gate = gate_of(named[0], applied)
                    value = None if gate is None else argument_of(gate)
                    if gate is None or value is None:
                        continue
                    if split_time(named[1]) == (gate.letter, gate.shift):
                        made = replace(gate, name=named[0], value=value, symbol=symbol)
                        self.definitions[named[0]] = [made]

    def _marked_gradients(self, model: Model, marks: set[str]) -> None:
        """h̄_t is ∂L/∂h_t for every letter, where a bar is said to stand for a gradient."""
        for symbol, value in adjoints(self.trees, marks) if marks else ():
            named = self._named(model, symbol)
            if named is None or self.definitions.get(named[0]):
                continue
            letter, shift = (None, 0) if named[1] is None else split_time(named[1])
            if named[1] is None or letter in self.symbols.times:
                self.definitions[named[0]] = [Definition(named[0], letter, shift, value, 0)]

    def _said_numbers(self, model: Model) -> None:
        """What words alone say to be a norm, or a largest slope, and no formula defines.

        Of what is said of the recurrence, without a letter, its definitions are asked.
        """
        stated = [each for known in self.definitions.values() for each in known]
        for document in self.documents:
            for said in said_numbers(document):
                found = definition_of(said, model, stated)
                if found is None or self.definitions.get(found.name):
                    continue
                if not self._defined_elsewhere(found.name, None):
                    self.definitions[found.name] = [found]

    def _list_of(self, text: str, document: Document) -> list[Sym]:
        """The letters of a formula that is a list of them."""
        try:
            chains = parse_chains(text, document.macros)
        except (ParseError, ValueError, IndexError):
            return []
        trees = [side.tree for chain in chains if not chain.links for side in chain.sides]
        found = [bare(self.reread(tree)) for tree in trees if tree is not None]
        letters = [each for each in found if isinstance(each, Sym)]
        return letters if len(letters) == len(found) else []

    _WRITE = re.compile(r"\b(?:write|denote|abbreviate|let|use)\s*[\s$\\(`]*$", re.IGNORECASE)
    _FOR = re.compile(
        r"[\s$\\)`]*(?:for|stands?\s+for|denotes?|abbreviates?|as\s+(?:a\s+)?(?:short(?:hand)?"
        r"|abbreviation)\s+for)[\s$\\(`]*",
        re.IGNORECASE,
    )

    def _written_for(self, document: Document, these: tuple[Formula, ...]) -> bool:
        """Whether words say that the first of two formulas is written for the second."""
        before = document.text[max(0, these[0].start - 40) : these[0].start]
        said = self._WRITE.search(before) is not None
        return said and self._FOR.fullmatch("".join(self._between(document, these))) is not None

    def _abbreviation(self, model: Model, document: Document, name: Formula, said: Formula) -> None:
        """A name for an expression at its time: write $a_t$ for $W h_{t-1}$."""
        left, value = one_expression(name.text, document), one_expression(said.text, document)
        if left is None or value is None:
            return
        left, value = self.reread(left), self.reread(value)
        named = self._named(model, left)
        if named is None or named[1] is None or named[0] in self.definitions:
            return
        symbol, (letter, shift) = bare(left), split_time(named[1])
        if isinstance(bare(value), Sym) or letter is None or self._derived(value, model):
            return
        if isinstance(symbol, Sym) and not self._uses_future(
            model, named[0], value, letter, shift, False
        ):
            made = Definition(named[0], letter, shift, value, 0, symbol=symbol)
            self.definitions[named[0]] = [made]

    @staticmethod
    def _between(document: Document, these: tuple[Formula, ...]) -> list[str]:
        """What stands between formulas; nothing where it is too long."""
        ends = [each.start + len(each.text) for each in these]
        parts = [document.text[e : f.start] for e, f in zip(ends, these[1:], strict=False)]
        return [] if sum(map(len, parts)) > 200 or any("\n\n" in each for each in parts) else parts
