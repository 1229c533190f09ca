"""Relations that hold where quantities are held: those that the text names, or some of the step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.trials import Trials
from symrnn.audit.verdicts.verdict import TRUE, UNDER, Verdict
from symrnn.reading.latex.tree import Bar, Derivative, Sym, Tree, walk

MOST_HELD = 4
"""Quantities that are held at once."""
MOST_TRIED = 40
"""Ways of holding some that are tried."""
WAYS = 4
"""Ways of reading in which they are."""


class Holding(Trials):
    """Relations between partial derivatives."""

    def as_held(
        self, model: Model, relation: Relation, sides: tuple[Tree, Tree], deadline: float
    ) -> Verdict | None:
        """The verdict on what is true where the sentence around it says that something is held.

        None where it says nothing of the kind, or the relation does not hold so.
        """
        held = self.said_held(model, relation)
        if not held:
            return None
        left, right = (barred(side, held) for side in sides)
        for pair in ((left, right), (left, sides[1])):
            for sense in self._plain(model, sides):
                outcome = self.outcome(model, pair, sense, deadline)
                if outcome.holds and not outcome.diagonal:
                    what = "with that held which its sentence says is held"
                    return Verdict(TRUE, what=what, error=outcome.error, sense=sense)
        return None

    def said_held(self, model: Model, relation: Relation) -> tuple[Tree, ...]:
        """The computed quantities that the sentence around a derivative says are held."""
        left = relation.left.tree
        if left is None or not any(isinstance(node, Derivative) for node in walk(left)):
            return ()
        said = self.statements.said_held(relation)
        return tuple(each for each in said if _is_computed(model, each))

    def with_held(self, model: Model, sides: tuple[Tree, Tree], deadline: float) -> Verdict | None:
        """What must be held at its step for a partial derivative to be right, if that helps."""
        senses = self._plain(model, sides)
        ways = _between(model, sides)
        for count, held in enumerate(itertools.islice(ways, MOST_TRIED), 1):
            for sense in senses:
                tried = replace(sense, reading=replace(sense.reading, held=held))
                outcome = self.outcome(model, sides, tried, deadline)
                if outcome.holds and not outcome.diagonal:
                    under = tuple(tried.supposes(self.said))
                    return Verdict(UNDER, under, error=outcome.error, tried=count, sense=tried)
        return None

    def _plain(self, model: Model, sides: tuple[Tree, Tree]) -> list[Sense]:
        """The likeliest ways of reading, that suppose nothing."""
        found = (s for s in self.senses(model, sides) if not s.supposes(self.said))
        return list(itertools.islice(found, WAYS))


def barred(tree: Tree, held: tuple[Tree, ...]) -> Tree:
    """A side in which some quantities are held, as (∂h/∂x)|_{c}; as it is where none are."""
    return Bar(tree.start, tree.end, True, tree, held, "…") if held else tree


def _is_computed(model: Model, tree: Tree) -> bool:
    """Whether a letter is a quantity of a step: inputs and parameters are held anyway."""
    letter = bare(tree)
    if not isinstance(letter, Sym):
        return False
    ref = model.ref(letter)
    known = model.aliases.get(ref.name, ref.name) in model.definitions
    return known and ref.time is not None and not ref.entries


def _between(model: Model, sides: tuple[Tree, Tree]) -> Iterator[tuple[str, ...]]:
    """What may be held: few before many, and those that the derivative's own formula reads first.

    Each lies on a path within one step from the variable to what is differentiated, and another
    path leads past it.
    """
    found: dict[str, None] = {}
    for node in (n for side in sides for n in walk(side) if isinstance(n, Derivative)):
        of, by = bare(node.of) if node.of is not None else None, bare(node.by)
        if not isinstance(of, Sym) or not isinstance(by, Sym):
            continue
        first, second = (model.aliases.get(n, n) for n in (model.ref(of).name, model.ref(by).name))
        todo = [first]
        seen = {first, second}
        while todo:
            name = todo.pop(0)
            for each in _read_at_once(model, name):
                if each not in seen and _reaches(model, each, second):
                    seen.add(each)
                    found.setdefault(each)
                    todo.append(each)
    names = list(found)
    for count in range(1, min(MOST_HELD, len(names)) + 1):
        yield from itertools.combinations(names, count)


def _read_at_once(model: Model, name: str) -> list[str]:
    """What a quantity is computed from at its own step."""
    definition = model.definitions.get(name)
    if definition is None or definition.derived or definition.letter is None:
        return []
    reads = [each for each, lag in model.reads(definition) if lag == 0]
    return [e for e in reads if (d := model.definitions.get(e)) is not None and d.letter]


def _reaches(model: Model, name: str, variable: str) -> bool:
    """Whether a quantity is computed from a variable."""
    todo, seen = [name], {name}
    while todo:
        definition = model.definitions.get(todo.pop())
        for each, _ in () if definition is None else model.reads(definition):
            if each == variable:
                return True
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return False
