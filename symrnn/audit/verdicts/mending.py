"""Which one slip, undone, makes a relation hold."""

from __future__ import annotations

import time as clock

import numpy as np

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model, NotUnderstood, split_time
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.mends.edit import Edit, editable
from symrnn.audit.mends.mend import edits
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.trials import Trials
from symrnn.errors import SymrnnError
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Product,
    Sym,
    Tree,
    walk,
)

FIRST_SENSES = 3
"""Of these, in which all mends are tried before the others."""


MEND_SECONDS = 6.0
"""For the mends of one relation in the likeliest ways of reading it."""
MOST_MENDS = 900
"""Mended formulas that are tried at most."""


MOST_SENSES = 8
"""Ways of reading in which a mended formula is tried."""


class Mending(Trials):
    """Mends tried one after the other."""

    def _mended(
        self, model: Model, relation: Relation, sense: Sense, deadline: float
    ) -> tuple[Edit, str, Tree, tuple[str, ...]] | None:
        """The one slip that undone makes the relation hold, and the author's formula without it."""
        statements, said = self.statements, self.said
        document = statements.documents[relation.document]
        text = document.formulas[relation.formula].text
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        source = text[relation.right.start : relation.right.end]
        alone = relation.left_formula != relation.formula
        begin = relation.start if alone else relation.left.start
        pool, addends = self.pool(model, relation), self.addends(relation)
        admissible = [s for s in self.senses(model, (left, right)) if not s.one]
        plain = [s for s in admissible if not s.supposes(said)]
        # The author's ways elsewhere in the document count as well as the plain one.
        known = [s for s in admissible if s in self.shown and s not in plain]
        agreed = [s for s in plain if s in self.shown]
        likely = list(dict.fromkeys([*agreed, *known, *plain]))[:MOST_SENSES]
        first = max(1, min(len(agreed) + len(known), FIRST_SENSES))
        seen = {source}
        later: list[tuple[Edit, str, Tree]] = []
        until = min(deadline, clock.process_time() + MEND_SECONDS)
        # All in the likeliest ways first, so that no mend that needs a condition comes before.
        for edit in edits(right, text, relation.right.start, relation.right.end, pool, addends):
            mended = edit.applied(text)
            end = relation.right.end + len(mended) - len(text)
            piece = mended[relation.right.start : end]
            if piece in seen:
                continue
            seen.add(piece)
            if clock.process_time() > until or len(seen) > MOST_MENDS:
                break
            try:
                tree = statements.reread(parse_expression(piece, document.macros))
            except (SymrnnError, RecursionError):
                continue
            if _by_what_is_later(model, tree):
                continue
            way = self._holding(model, (left, tree), likely[:first], until)
            if way is not None:
                return edit, mended[begin:end], tree, tuple(way.supposes(said))
            later.append((edit, mended[begin:end], tree))
        for edit, mended, tree in later:
            if clock.process_time() > deadline:
                break
            way = self._holding(model, (left, tree), likely[first:], deadline)
            if way is not None:
                return edit, mended, tree, tuple(way.supposes(said))
        return None

    def _holding(
        self, model: Model, sides: tuple[Tree, Tree], ways: list[Sense], deadline: float
    ) -> Sense | None:
        """The first way in which a mended formula holds."""
        for each in ways:
            try:
                if self.outcome(model, sides, each, deadline).holds:
                    return each
            except NotUnderstood as problem:
                if problem.cause == "too long":
                    return None
            except (ValueError, IndexError, RecursionError, SymrnnError, np.linalg.LinAlgError):
                continue
        return None

    def addends(self, relation: Relation) -> list[str]:
        """Terms that the document writes elsewhere."""
        found: dict[str, None] = {}
        statements = self.statements
        near = sorted(statements.relations, key=lambda r: abs(r.order - relation.order))
        for other in near[:30]:
            text = statements.documents[other.document].formulas[other.formula].text
            if other.right.tree is None:
                continue
            for node in walk(editable(other.right.tree)):
                if isinstance(node, Addition):
                    for term in node.terms:
                        if not term.made and 0 <= term.start < term.end <= len(text):
                            found.setdefault(text[term.start : term.end].strip())
        return list(found)[:20]

    def pool(self, model: Model, relation: Relation) -> list[str]:
        """Factors that the document writes elsewhere, as LaTeX: one of them may be missing here."""
        found: dict[str, None] = {}
        statements = self.statements
        near = sorted(statements.relations, key=lambda r: abs(r.order - relation.order))
        for other in near[:40]:
            for piece in self._pieces_of(model, other):
                found.setdefault(piece)
            if len(found) > 60:
                break
        return list(found)[:60]

    def _pieces_of(self, model: Model, relation: Relation) -> list[str]:
        """The factors that stand on both sides of a relation."""
        key = (id(model), relation.order)
        if key not in self.pieces:
            found: dict[str, None] = {}
            document = self.statements.documents[relation.document]
            sides = (
                (relation.right, relation.formula),
                (relation.left, relation.left_formula),
            )
            for side, formula in sides:
                text = document.formulas[formula].text
                nodes = [] if side.tree is None else walk(editable(side.tree))
                for node in nodes:
                    if isinstance(node, Product):
                        for a, b in _pieces(model, node):
                            if 0 <= a < b <= len(text):
                                found.setdefault(text[a:b].strip())
            self.pieces[key] = list(found)
        return self.pieces[key]


def _pieces(model: Model, node: Product) -> list[tuple[int, int]]:
    """Start and end of each factor of a product, a function with its argument."""
    found = []
    place = 0
    while place < len(node.factors):
        factor = node.factors[place]
        following = node.factors[place + 1] if place + 1 < len(node.factors) else None
        takes = (
            following is not None
            and isinstance(factor, Sym)
            and node.signs[place] == ""
            and model.is_function(factor, following)
        )
        last = following if takes and following is not None else factor
        if not factor.made and not last.made:
            found.append((factor.start, last.end))
        place += 2 if takes else 1
    return found


def _by_what_is_later(model: Model, tree: Tree) -> bool:
    """Whether a derivative is by a later step, ∂h_t/∂h_{t+1}: it is 0, and nobody means it."""
    for node in walk(tree):
        of = bare(node.of) if isinstance(node, Derivative) and node.of is not None else None
        by = bare(node.by) if isinstance(node, Derivative) else None
        if not isinstance(of, Sym) or not isinstance(by, Sym):
            continue
        one, other = model.ref(of).time, model.ref(by).time
        if one is not None and other is not None:
            (a, upper), (b, lower) = split_time(one), split_time(other)
            if a == b and lower > upper:
                return True
    return False
