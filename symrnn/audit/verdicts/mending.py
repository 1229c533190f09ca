"""Which one slip, undone, makes a relation hold."""

from __future__ import annotations

import itertools
import time as clock
from collections.abc import Iterator
from functools import cache

from symrnn.audit.meaning.functions import NAMES
from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model, split_time
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.mends.diagonals import spelled, with_diagonals
from symrnn.audit.mends.edit import Edit, braced, editable, inside
from symrnn.audit.mends.mend import edits, lacking, moved, often
from symrnn.audit.mends.other_times import at_other_times
from symrnn.audit.mends.powers import raised
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.holding import barred
from symrnn.audit.verdicts.pairs import PAIR_SECONDS, Pairs
from symrnn.errors import SymrnnError
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Product,
    Sym,
    Tree,
    shape_of,
    walk,
)

FIRST_SENSES = 3
"""Of these, in which all mends are tried before the others."""


MEND_SECONDS = 6.0
"""For the mends of one relation in the likeliest ways of reading it."""
MOST_MENDS = 900
"""Mended formulas that are tried at most."""
MORE_MENDS = 150
"""So many more are tried where one has a vector in the place of a diagonal matrix."""


MOST_MOVED = 24
"""Factors at other times that are tried."""
MOST_SENSES = 8
"""Ways of reading in which a mended formula is tried."""


Mend = tuple[Edit, str, Tree, tuple[str, ...]]
"""What is edited, the formula in the author's LaTeX and as it is read, and what it supposes."""


class Mending(Pairs):
    """Mends tried one after the other."""

    def _mended(
        self,
        model: Model,
        relation: Relation,
        sense: Sense,
        deadline: float,
        terms_alone: bool = False,
        held: tuple[Tree, ...] = (),
        moves: bool = False,
    ) -> Mend | None:
        """The slip that undone makes the relation hold, else two; the author's formula without.

        With `terms_alone` it is a term that is missing, and stands elsewhere in the text. `held`
        are the quantities that its sentence says are held. With `moves` it is a time.
        """
        statements, said = self.statements, self.said
        document = statements.documents[relation.document]
        text = document.formulas[relation.formula].text
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        left = barred(left, held)
        source = text[relation.right.start : relation.right.end]
        alone = relation.left_formula != relation.formula
        begin = relation.start if alone else relation.left.start
        pool, elsewhere = self.pool(model, relation)
        addends = self.addends(relation)
        admissible = [s for s in self.senses(model, (left, right)) if not s.one]
        plain = [s for s in admissible if not s.supposes(said)]
        # The author's ways elsewhere in the document count as well as the plain one.
        ways = [s for s in admissible if s in self.shown and s not in plain]
        # A layout that the text names is the one of its mends.
        named = said.layout is not None
        known = [s for s in ways if not (named and any("layout" in u for u in s.supposes(said)))]
        agreed = [s for s in plain if s in self.shown]
        # One slip among columns and rows that are mixed is likelier than two.
        mixed = [s for s in admissible if s.reading.columns][:1]
        likely = [*dict.fromkeys([*agreed, *known, *plain])][:MOST_SENSES] + mixed
        first = max(1, min(len(agreed) + len(known), FIRST_SENSES))
        place = (text, relation.right.start, relation.right.end)

        @cache
        def read(edit: Edit) -> Tree | None:
            piece = edit.applied(text)[relation.right.start : _end(edit, place)]
            try:
                tree = statements.reread(parse_expression(piece, document.macros))
            except (SymrnnError, RecursionError):
                return None
            # That something is itself says nothing.
            empty = _by_what_is_later(model, tree) or shape_of(tree) == shape_of(left)
            return None if empty else barred(tree, held)

        def found(edit: Edit, tree: Tree, way: Sense) -> Mend:
            # A vector before a matrix is a diagonal one, where the author writes such.
            clear = with_diagonals(edit, spelled([text, *pool]))
            clear_tree = None if clear is None else read(clear)
            if clear is not None and clear_tree is not None:
                holds = self._holding(model, (left, clear_tree), [way], deadline)
                if holds is not None and not holds[1]:
                    edit, tree = clear, clear_tree
            mended = edit.applied(text)[begin : _end(edit, place)]
            return edit, mended, tree, tuple(way.supposes(said))

        seen = {source}
        second: Mend | None = None
        later: list[tuple[Edit, Tree]] = []
        most, until = MOST_MENDS, min(deadline, clock.process_time() + MEND_SECONDS)
        # All in the likeliest ways first, so that no mend that needs a condition comes before.
        if moves:
            tried = moved(right, *place)
        elif terms_alone:
            tried = lacking(right, *place, addends)
        else:
            free = self._times_of(right) - self._times_of(left)
            whole = edits(right, *place, pool, addends, elsewhere, sorted(free))
            tried = itertools.chain(raised(model, left, right, text), whole)
        for edit in tried:
            piece = edit.applied(text)[relation.right.start : _end(edit, place)]
            if piece in seen:
                continue
            seen.add(piece)
            if clock.process_time() > until or len(seen) > most:
                break
            tree = read(edit)
            if tree is None:
                continue
            way = self._holding(model, (left, tree), likely[:first], until)
            # One that holds as plainly as others of the document is better than one that does not.
            if way is not None and not way[1] and (not agreed or not way[0].supposes(said)):
                return found(edit, tree, way[0])
            if way is not None and second is None:
                second, most = found(edit, tree, way[0]), len(seen) + MORE_MENDS
            later.append((edit, tree))
        if second is not None or terms_alone or moves:
            return second
        for edit, tree in later:
            if clock.process_time() > deadline - PAIR_SECONDS:
                break
            way = self._holding(model, (left, tree), likely[first:], deadline)
            if way is not None:
                return found(edit, tree, way[0])
        slips = often(right, *place, pool)
        two = self._two_slips(model, (left, right), slips, read, likely[:first], deadline)
        if two is not None:
            return found(*two)
        return None if alone else self._mended_left(model, relation, likely[:first], deadline, held)

    def _times_of(self, tree: Tree) -> set[str]:
        """The times in an expression that are a letter, but for those of its sums."""
        names = {n.name for n in walk(tree) if isinstance(n, Sym) and len(n.name) == 1}
        sums = (bare(n.index) for n in walk(tree) if isinstance(n, Big) and n.index is not None)
        return names & self.statements.symbols.times - {n.name for n in sums if isinstance(n, Sym)}

    def _mended_left(
        self,
        model: Model,
        relation: Relation,
        ways: list[Sense],
        deadline: float,
        held: tuple[Tree, ...],
    ) -> Mend | None:
        """Another time in the derivative on the left: ∂h_t/∂x_t for ∂h_t/∂x_{t-1}."""
        document = self.statements.documents[relation.document]
        text = document.formulas[relation.formula].text
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        start, end = relation.left.start, relation.left.end
        alone = isinstance(editable(left), Derivative)
        for edit in moved(left, text, start, end) if alone else ():
            changed = edit.applied(text)
            more = len(changed) - len(text)
            try:
                tree = parse_expression(changed[start : end + more], document.macros)
            except (SymrnnError, RecursionError):
                continue
            tree = self.statements.reread(tree)
            if _by_what_is_later(model, tree):
                continue
            sides = barred(tree, held), barred(right, held)
            way = self._holding(model, sides, ways, deadline)
            if way is not None and not way[1] and not way[0].supposes(self.said):
                return edit, changed[start : relation.right.end + more], right, ()
        return None

    def addends(self, relation: Relation) -> list[str]:
        """Terms that the document writes elsewhere."""
        found: dict[str, None] = dict.fromkeys(self._path_through_next(relation))
        statements = self.statements
        near = sorted(statements.relations, key=lambda r: abs(r.order - relation.order))
        for other in near[:30]:
            found.update(dict.fromkeys(self._terms_of(other)))
        return list(found)[:20]

    def _terms_of(self, relation: Relation) -> list[str]:
        """The terms that stand on the right side of a relation."""
        if relation.order not in self.terms:
            text = self.statements.documents[relation.document].formulas[relation.formula].text
            right = relation.right.tree
            sums = [] if right is None else walk(editable(right))
            self.terms[relation.order] = [
                text[term.start : term.end].strip()
                for node in sums if isinstance(node, Addition)
                for term in node.terms
                if not term.made and 0 <= term.start < term.end <= len(text)
            ]  # fmt: skip
        return self.terms[relation.order]

    def _path_through_next(self, relation: Relation) -> Iterator[str]:
        """(∂h_{t+1}/∂h_t)ᵀ ∂L/∂h_{t+1}, which ∂L/∂h_t may lack, with columns and with rows."""
        formula = self.statements.documents[relation.document].formulas[relation.left_formula]
        whole = None if relation.left.tree is None else bare(relation.left.tree)
        left = editable(whole) if isinstance(whole, Derivative) else None
        if not isinstance(left, Derivative) or left.of is None:
            return
        of, by = bare(left.of), bare(left.by)
        if not isinstance(by, Sym) or of.made or by.made or len(by.subs or by.sups) != 1:
            return
        index = inside((by.subs or by.sups)[0])
        if index.made or not isinstance(index, Sym):
            return
        text = formula.text
        later = braced(text, index, f"{text[index.start : index.end]}+1")
        here, loss = text[by.start : by.end], text[of.start : of.end]
        following = text[by.start : index.start] + later + text[index.end : by.end]
        step = rf"\frac{{\partial {following}}}{{\partial {here}}}"
        rest = rf"\frac{{\partial {loss}}}{{\partial {following}}}"
        yield rf"\left({step}\right)^\top {rest}"
        yield f"{rest} {step}"

    def pool(self, model: Model, relation: Relation) -> tuple[list[str], list[str]]:
        """Factors that the document writes elsewhere, as LaTeX: one of them may be missing here.

        The second list has slopes of what is differentiated, and those factors at times one step
        off.
        """
        found: dict[str, None] = {}
        moved: dict[str, None] = dict.fromkeys(self._slopes_of(model, relation))
        statements = self.statements
        near = sorted(statements.relations, key=lambda r: abs(r.order - relation.order))
        for other in near[:40]:
            here, elsewhere = self._pieces_of(model, other)
            found.update(dict.fromkeys(here))
            moved.update(dict.fromkeys(elsewhere))
            if len(found) > 60:
                break
        return list(found)[:60], [each for each in moved if each not in found][:MOST_MOVED]

    def _slopes_of(self, model: Model, relation: Relation) -> Iterator[str]:
        """The slope of what the left side speaks of, by its value: 1 - h_t² of h_t = tanh(a_t)."""
        text = self.statements.documents[relation.document].formulas[relation.left_formula].text
        nodes = [] if relation.left.tree is None else walk(editable(relation.left.tree))
        for node in nodes:
            if not isinstance(node, Sym) or node.made or node.primes:
                continue
            definition = model.definition(model.ref(node).name)
            value = None if definition is None else bare(definition.value)
            if not isinstance(value, Product) or len(value.factors) != 2:
                continue
            head = value.factors[0]
            if not isinstance(head, Sym):
                continue
            own = text[node.start : node.end].strip()
            known = model.kinds.get(f"function {head.name}", head.name)
            if known == "tanh":
                yield f"(1 - ({own})^2)" if node.sups else f"(1 - {own}^2)"
            elif NAMES.get(known, known) == "logistic":
                yield rf"({own} \odot (1 - {own}))"

    def _pieces_of(self, model: Model, relation: Relation) -> tuple[list[str], list[str]]:
        """The factors that stand on both sides of a relation, and they at other times."""
        key = (id(model), relation.order)
        if key not in self.pieces:
            found: dict[str, None] = {}
            moved: dict[str, None] = {}
            letters = self.statements.symbols.times
            document = self.statements.documents[relation.document]
            sides = (
                (relation.right, relation.formula),
                (relation.left, relation.left_formula),
            )
            for side, formula in sides:
                text = document.formulas[formula].text
                nodes = [] if side.tree is None else walk(editable(side.tree))
                for node in nodes:
                    for first, last in _pieces(model, node):
                        span = first.start, last.end
                        if 0 <= span[0] < span[1] <= len(text):
                            if isinstance(node, Product):
                                found.setdefault(text[slice(*span)].strip())
                            others = at_other_times((first, last), text, span, letters)
                            moved.update(dict.fromkeys(others))
            self.pieces[key] = list(found), list(moved)
        return self.pieces[key]


def _end(edit: Edit, place: tuple[str, int, int]) -> int:
    """Where the right side ends once it is edited."""
    text, _, end = place
    return end + len(edit.applied(text)) - len(text)


def _pieces(model: Model, node: Tree) -> list[tuple[Tree, Tree]]:
    """First and last tree of each factor of a product, as of f (x), and of x; of a derivative."""
    if isinstance(node, Derivative):
        return [] if node.made else [(node, node)]
    if not isinstance(node, Product):
        return []
    found: list[tuple[Tree, Tree]] = []
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
            found.append((factor, last))
            argument = bare(last) if takes else factor
            if isinstance(argument, Sym) and argument is not factor and not argument.made:
                found.append((argument, argument))  # c_t of tanh(c_t)
        if following is not None and not takes and _is_slope(factor, following):
            found.append((factor, following))
        place += 2 if takes else 1
    return found


def _is_slope(factor: Tree, following: Tree) -> bool:
    """s (1 - s), whose factors are missing together."""
    inner = bare(following)
    if factor.made or following.made or not isinstance(inner, Addition):
        return False
    return any(shape_of(term) == shape_of(factor) for term in inner.terms)


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
