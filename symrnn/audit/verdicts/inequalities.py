"""Inequalities: norms of products, and what a random net violates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

from symrnn.audit.meaning.letters import bare, is_capital, written_number
from symrnn.audit.meaning.model import Model, NotUnderstood
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.mends.mend import edits
from symrnn.audit.mends.powers import missing_powers, norms_of_weights, of_power
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import Net
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.times import assignments
from symrnn.audit.show import named, relation_written, shown
from symrnn.audit.verdicts.bench import Outcome, counterexample
from symrnn.audit.verdicts.bounds import Bounds
from symrnn.audit.verdicts.certified import enclosed, the_letter
from symrnn.audit.verdicts.factors import has_norm, in_norm
from symrnn.audit.verdicts.slopes import SUBMULTIPLICATIVE, by_slopes, of_one_number
from symrnn.audit.verdicts.trials import Trials
from symrnn.audit.verdicts.verdict import (
    DISAGREES,
    FALSE,
    TRUE,
    UNDER,
    Verdict,
)
from symrnn.errors import SymrnnError
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Normed,
    Product,
    Sym,
    Tree,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL

FAR = 1.02
"""How many times as large as its bound a number is that violates it by far."""
VIOLATED = "it is violated at a random net, where no condition is supposed"
TAIL = "it is the tail of a geometric series"
ANY_NORM = frozenset({"‖2", "‖1", "‖infty", "‖F"})
"""What an unnamed norm may be."""

BoundMend = tuple[str, str, str, Tree]
"""Words, the formula in the author's LaTeX, its relation, and its right side as it is read."""


class Inequalities(Trials):
    """What is said with ≤."""

    def _inequality(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        if relation.kind in ("≥", ">"):
            left, right = right, left
        sense = next(iter(self.senses(model, (left, right))))
        bounds = model.bounds() & model.spoken_of((left, right), ())
        nets = self.bench.of_all_sizes(model, sense, bounds, deadline)
        proved = None
        if relation.kind in ("≤", "≥"):
            proved = self._proved(model, relation, (left, right), sense, nets, deadline)
        # What a tail rests on, q < 1, the nets need not have.
        if proved is not None and (proved.kind == UNDER or proved.what == TAIL):
            return proved
        # What a sample violates is never called true, whatever seems to prove it.
        violated = self._violated(model, left, right, sense, nets)
        if violated is not None:
            used = model.spoken_of((left, right), ())
            for condition in self.statements.said_of_numbers:
                sides = (condition.left.tree, condition.right.tree)
                about = {
                    model.ref(n).name for s in sides if s for n in walk(s) if isinstance(n, Sym)
                }
                if not about <= used:
                    continue
                among = [net for net in nets if self.meets(condition, sense, net)]
                if among and self._violated(model, left, right, sense, among) is None:
                    what = f"no sample violates it where {shown_condition(condition, model)}"
                    raise NotUnderstood("inequalities", f"{what}, and nothing here proves it")
        if violated is None and proved is not None:
            under = self.unsaid(self._violated_below_0(model, left, right, sense, deadline))
            others = list(self.of_other_sizes(model, (left, right), sense, deadline))
            if self._violated(model, left, right, sense, others) is not None:
                raise NotUnderstood("max and min", "it hangs on which of the numbers is larger")
            if under:
                return replace(proved, kind=UNDER, under=under)
            self.note(model, proved)
            return proved
        if violated is not None:
            self.no_free_numbers(model, (left, right))
            example = counterexample(violated, model)
            what = VIOLATED
            loose = violated.net is not None and bool(violated.net.loose)
            loose |= self._limited(model, (left, right))
            mend = None if loose else self._mended_bound(model, relation, sense, nets, deadline)
            # A number no less than all slopes, or than a norm, may be any such; one that bounds
            # derivatives may be meant to exist.
            some = any(
                isinstance(node, Derivative)
                for name in bounds for node in walk(model.definitions[name].value)
            )  # fmt: skip
            # What is not above the least of such numbers is above no larger one.
            above = relation.kind in ("≥", ">") and not some
            above &= all(model.definitions[name].bound == "upper" for name in bounds)
            if mend is None and not loose and (above or not bounds):
                mend = self._turned(model, relation, sense, nets, deadline)
            clear = (
                not loose and not some and self._clearly(model, relation, (left, right), deadline)
            )
            if mend is not None:
                words, mended, kind, tree = mend
                written_so = relation_written(relation.left.tree, kind, tree, model)
                return Verdict(
                    FALSE, what=what, counterexample=example, mended=mended, mend=words,
                    mended_as=written_so,
                )  # fmt: skip
            return Verdict(
                FALSE if clear else DISAGREES, what=what, counterexample=example,
                mend="a sample violates it" if clear else "",
            )  # fmt: skip
        raise NotUnderstood("inequalities", "no sample violates it, and nothing here proves it")

    def _proved(
        self,
        model: Model,
        relation: Relation,
        sides: tuple[Tree, Tree],
        sense: Sense,
        nets: list[Net],
        deadline: float,
    ) -> Verdict | None:
        """What proves left ≤ right where a relation stands; None where nothing here does."""
        left, right = sides
        if self._submultiplicative(model, left, right, sense, deadline):
            return Verdict(TRUE, what="‖A B‖ ≤ ‖A‖ ‖B‖", sense=sense, shows=True)
        if by_slopes(model, left, right, sense, nets):
            what = "no slope is above the largest, and each weight counts with its norm"
            return Verdict(TRUE, what=what, sense=sense, shows=True)
        if of_one_number(left, right):
            return Verdict(TRUE, what="it is the largest slope", sense=sense)
        letter = the_letter((left, right))
        ref = model.ref(Sym(0, 0, True, letter))
        alone = letter and ref.time is None and ref.name not in model.definitions
        if alone and enclosed(left, right, letter):
            return Verdict(TRUE, what="it is enclosed over the whole line", sense=sense)
        facts = self.statements.supposed_bounds(relation)
        bounds = Bounds(model, sense, nets, self.known, facts)
        if not bounds.follows(left, right):
            return None
        under = self.unsaid(bounds.supposed)
        tail = any(each.endswith("< 1") for each in bounds.supposed)
        what = TAIL if tail else "it follows factor by factor"
        return Verdict(UNDER if under else TRUE, under, what=what, sense=sense)

    def _limited(self, model: Model, sides: tuple[Tree, Tree]) -> bool:
        """Whether the text says anywhere how large a weight is: that it is orthogonal, ‖W‖ < 1.

        What a random net violates may hold of those.
        """
        weights = set(filter(is_capital, model.spoken_of(sides, ())))
        if weights & {*model.made, *(each.name for each in self.statements.suppositions)}:
            return True
        for said in self.statements.relations:
            left, right = said.left.tree, said.right.tree
            if said.kind not in (EQUAL, "<", ">", "≤", "≥") or left is None or right is None:
                continue
            nodes = [node for side in (left, right) for node in walk(side)]
            timed = any(
                isinstance(n, Sym)
                and (model.ref(n).time is not None or n.name in model.symbols.times)
                for n in nodes
            )
            if timed or any(isinstance(n, Derivative) for n in nodes):
                continue
            if not weights & model.spoken_of((left, right), ()) or _defines(model, left, right):
                continue
            return True
        return False

    @staticmethod
    def _violated(
        model: Model, left: Tree, right: Tree, sense: Sense, nets: list[Net], far: float = 1 + 1e-9
    ) -> Outcome | None:
        """Where left is larger than right: not where only a bound is taken too large, if elsewhere.

        It is larger by more than the factor `far`.

        Raises:
            NotUnderstood: they are no numbers, or can not be evaluated.
        """
        violated = None
        for net in nets:
            for env in assignments(model, (left, right), net):
                a = Evaluator(net, sense.reading, left=True).value(left, env)
                b = Evaluator(net, sense.reading).value(right, env)
                if not a.scalar or not b.scalar:
                    raise NotUnderstood("inequalities", "between what are no numbers")
                x, y = float(a.array[0, 0, 0].real), float(b.array[0, 0, 0].real)
                if x > y * far + 1e-12 and (violated is None or not net.loose):
                    violated = Outcome(False, values=(a, b), net=net, env=env)
        return violated

    def _clearly(
        self, model: Model, relation: Relation, sides: tuple[Tree, Tree], deadline: float
    ) -> bool:
        """Whether a bound is violated by far, at several nets, in every norm and every reading.

        It must be shown on its own, or be said to follow, be of the author's model, and no wish.
        """
        formula = self.statements.documents[relation.document].formulas[relation.formula]
        used = model.spoken_of(sides, ())
        plain = not the_letter(sides) and any(written_number(side) is not None for side in sides)
        said = formula.display or self.statements.asserted(relation)
        if plain or not said or relation.kind not in (AT_MOST, AT_LEAST):
            return False
        if not self._of_the_author(model, relation) or self.statements.special(relation, used):
            return False
        if self.statements.wished(relation) or self.statements.said_of_numbers:
            return False
        for sense in self.senses(model, sides):
            least = 1 if sense.supposes(self.said) else 2
            for kind in sorted(ANY_NORM if has_norm(sides, "‖") else {""}):
                small, large = (in_norm(side, kind) for side in sides)
                nets = self.bench.of_all_sizes(model, sense, frozenset(), deadline)
                try:
                    by_far = (self._violated(model, small, large, sense, [n], FAR) for n in nets)
                    if sum(found is not None for found in by_far) < least:
                        return False
                except NotUnderstood:
                    return False
        return True

    def _violated_below_0(
        self, model: Model, left: Tree, right: Tree, sense: Sense, deadline: float
    ) -> tuple[str, ...]:
        """The numbers that must be no less than 0: what is proved is violated where one is not."""
        found = []
        for name in sorted(model.spoken_of((left, right), ())):
            net = self._with_number(model, name, -1.0, sense, deadline)
            if net is not None and self._violated(model, left, right, sense, [net]) is not None:
                found.append(f"where {named(name)} ≥ 0")
        return tuple(found)

    def _mended_bound(
        self, model: Model, relation: Relation, sense: Sense, nets: list[Net], deadline: float
    ) -> BoundMend | None:
        """The one power that, put right, makes a bound follow, or the one norm that it lacks."""
        left, right = relation.left.tree, relation.right.tree
        if relation.kind != "≤" or not self._of_the_author(model, relation):
            return None
        document = self.statements.documents[relation.document]
        text = document.formulas[relation.formula].text
        start, end = relation.right.start, relation.right.end
        assert left is not None and right is not None

        def read(mended: str) -> tuple[str, Tree] | None:
            last = end + len(mended) - len(text)
            try:
                tree = parse_expression(mended[start:last], document.macros)
            except SymrnnError:
                return None
            alone = relation.left_formula != relation.formula
            begin = relation.start if alone else relation.left.start
            return mended[begin:last], self.statements.reread(tree)

        powers = [e for e in edits(right, text, start, end, [], []) if of_power(e)]
        tried = [(edit.words, edit.applied(text)) for edit in powers[:12]]
        for words, mended in (*tried, *missing_powers(model, left, right, text)):
            found = read(mended)
            if found is not None and by_slopes(model, left, found[1], sense, nets):
                return words, found[0], relation.kind, found[1]
        place = end - len(text[start:end]) + len(text[start:end].rstrip())
        norms = [
            (f"the missing factor {norm} is added", f"{text[:place]} {norm}{text[place:]}")
            for norm in norms_of_weights(self.statements)
        ]
        for words, mended in (*tried[:6], *norms):
            found = read(mended)
            if found is None or self._violated(model, left, found[1], sense, nets) is not None:
                continue
            proved = self._proved(model, relation, (left, found[1]), sense, nets, deadline)
            if proved is not None and proved.kind == TRUE:
                return words, found[0], relation.kind, found[1]
        return None

    def _turned(
        self, model: Model, relation: Relation, sense: Sense, nets: list[Net], deadline: float
    ) -> BoundMend | None:
        """The bound the other way round, ≤ for ≥, where that is proved and nothing violates it."""
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        signs = {"≥": ("≤", r"\le"), ">": ("≤", r"\le"), "≤": ("≥", r"\ge"), "<": ("≥", r"\ge")}
        kind, sign = signs[relation.kind]
        small, large = (left, right) if kind == "≤" else (right, left)
        if relation.left_formula != relation.formula or not self._of_the_author(model, relation):
            return None
        proved = self._proved(model, relation, (small, large), sense, nets, deadline)
        if proved is None or proved.kind != TRUE:
            return None
        if self._violated(model, small, large, sense, nets) is not None:
            return None
        return f"{relation.written} is {sign}", self._with_sign(relation, sign), kind, right

    def _only_a_bound(
        self, model: Model, relation: Relation, sense: Sense, deadline: float
    ) -> Verdict | None:
        """An equation of norms that is only a bound: ≤ for =, where that is proved."""
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        if relation.left_formula != relation.formula or not isinstance(bare(left), Normed):
            return None
        nets = self.bench.of_all_sizes(model, sense, frozenset(), deadline)
        try:
            proved = self._proved(model, relation, (left, right), sense, nets, deadline)
            if proved is None or proved.kind != TRUE:
                return None
            if self._violated(model, left, right, sense, nets) is not None:
                return None
        except NotUnderstood:
            return None
        return Verdict(
            FALSE,
            what="the sides differ in every reading",
            mended=self._with_sign(relation, r"\le"),
            mended_as=relation_written(left, "≤", right, model),
            mend=rf"{relation.written} is \le: it is only a bound",
        )

    def _with_sign(self, relation: Relation, sign: str) -> str:
        """A relation in the author's LaTeX with another sign."""
        text = self.statements.documents[relation.document].formulas[relation.formula].text
        before = text[relation.left.start : relation.start]
        behind = text[relation.end : relation.right.end]
        return f"{before}{sign}{'' if behind[:1].isspace() else ' '}{behind}"

    def _of_the_author(self, model: Model, relation: Relation) -> bool:
        """Whether another relation shows the model, and no words restrict this one."""
        known = id(model) in self.held and not model.clashing
        return known and not self.statements.restricted(relation)

    def _submultiplicative(
        self, model: Model, left: Tree, right: Tree, sense: Sense, deadline: float
    ) -> bool:
        """‖A B …‖ ≤ ‖A‖ ‖B‖ …, the same factors: of three or fewer norms in whatever order."""
        body = bare(left)
        if not isinstance(body, Normed) or body.kind not in SUBMULTIPLICATIVE:
            return False
        joined = _without_norms(right, body.kind)
        if joined is None:
            return False
        orders: Iterable[Tree] = (joined,)
        if isinstance(joined, Product) and len(joined.factors) <= 3:
            orders = (replace(joined, factors=each) for each in permutations(joined.factors))
        return any(self.outcome(model, (body.body, each), sense, deadline).holds for each in orders)


def shown_condition(relation: Relation, model: Model) -> str:
    """What is said of two numbers, as text."""
    left, right = relation.left.tree, relation.right.tree
    assert left is not None and right is not None
    return f"{shown(left, model)} {relation.kind} {shown(right, model)}"


def _defines(model: Model, left: Tree, right: Tree) -> bool:
    """Whether a relation says no more than what a letter stands for: λ = ‖W‖, ‖W‖ ≤ λ."""
    for one, other in ((left, right), (right, left)):
        one = bare(one)
        known = model.definition(model.ref(one).name) if isinstance(one, Sym) else None
        if known is not None and shape_of(bare(known.value)) == shape_of(bare(other)):
            return True
    return False


def _without_norms(tree: Tree, kind: str) -> Tree | None:
    """A B … from ‖A‖ ‖B‖ …; None where there are other factors."""
    tree = bare(tree)
    if isinstance(tree, Normed):
        return tree.body if tree.kind == kind else None
    if isinstance(tree, Product):
        inner = [_without_norms(factor, kind) for factor in tree.factors]
        bare_ones = tuple(each for each in inner if each is not None)
        if len(bare_ones) < len(inner) or "odot" in tree.signs:
            return None
        return replace(tree, factors=bare_ones)
    if isinstance(tree, Big) and tree.sign == "prod":
        body = _without_norms(tree.body, kind)
        return None if body is None else replace(tree, body=body)
    return None
