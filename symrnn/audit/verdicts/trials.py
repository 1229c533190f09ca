"""Relations tried on random nets, in one reading after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.meaning.conventions import Conventions
from symrnn.audit.meaning.letters import bare, is_loss, whole_number
from symrnn.audit.meaning.model import Clash, Model, NotUnderstood
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import Net
from symrnn.audit.numbers.quantities import latex_name
from symrnn.audit.numbers.readings import Sense, senses
from symrnn.audit.numbers.times import assignments
from symrnn.audit.numbers.values import Value
from symrnn.audit.show import named, shown
from symrnn.audit.verdicts.allowance import Allowance
from symrnn.audit.verdicts.bench import Bench, Outcome
from symrnn.audit.verdicts.compare import (
    AGREES,
    NOTHING,
    by_matrix,
    difference,
    matched,
)
from symrnn.audit.verdicts.equations import Known
from symrnn.audit.verdicts.verdict import (
    TRUE,
    UNDER,
    Verdict,
)
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Fraction_,
    Group,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Sym,
    Tree,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import EQUAL, LESS

Array = NDArray[Any]


MOST_KNOWN = 400
"""Equations of a document that bounds may rest on."""

OTHER_SIZES = (1e3, 1e-3)
"""How many times as large as usual a number is tried where the largest of numbers is taken."""


@dataclass
class Trials:
    """The nets of one document, and what was found on them."""

    statements: Statements
    bench: Bench = field(default_factory=Bench)
    held: set[int] = field(default_factory=set)
    held_losses: set[int] = field(default_factory=set)
    allowance: Allowance = field(default_factory=Allowance)
    sides: dict[Any, tuple[Tree, list[Value | NotUnderstood]]] = field(default_factory=dict)
    pieces: dict[tuple[int, int], tuple[list[str], list[str]]] = field(default_factory=dict)
    terms: dict[int, list[str]] = field(default_factory=dict)
    shown: list[Sense] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    plainly: set[tuple[int, object]] = field(default_factory=set)
    shaped: bool = False
    linear: bool = False
    votes: int = 0
    settled: bool = False
    numbered: bool = False

    @property
    def said(self) -> Conventions:
        """The document's conventions, with what its formulas show of them."""
        said = self.statements.conventions
        return replace(said, first=1) if self.numbered and said.first is None else said

    def senses(self, model: Model, sides: tuple[Tree, Tree]) -> Iterator[Sense]:
        losses = any(
            isinstance(n, Sym) and is_loss(name := model.ref(n).name)
            and name not in model.definitions
            for side in sides for n in walk(side)
        )  # fmt: skip
        found = senses(model, sides, self.said, losses, self.shaped, self.linear)
        # Once the document is seen to give derivatives by matrices their shapes, it always does.
        own = self.settled and by_matrix(sides[0])
        return (s for s in found if s.reading.gradient) if own else found

    def note(self, model: Model, verdict: Verdict) -> None:
        """What a relation that holds shows of its document."""
        if not verdict.shows or verdict.sense is None:
            return
        if verdict.sense not in self.shown:
            self.shown.append(verdict.sense)
        self.shaped |= verdict.shaped
        self.numbered |= verdict.numbered
        self.votes += verdict.shaped - verdict.turned
        self.held.add(id(model))
        if verdict.uses_loss and verdict.sense.loss == self.said.loss:
            self.held_losses.add(id(model))

    def learn(self, relation: Relation, verdict: Verdict) -> None:
        """Keep an equation that holds: bounds may rest on it."""
        left, right = relation.left.tree, relation.right.tree
        turned = all("layout" in each for each in verdict.under)
        if relation.kind != EQUAL or verdict.kind not in (TRUE, UNDER) or not turned:
            return
        if left is None or right is None or len(self.known) >= MOST_KNOWN:
            return
        model = id(self.statements.model_at(relation))
        if verdict.kind == TRUE and isinstance(left, Derivative):
            self.plainly.add((model, shape_of(left)))
        if all(
            (model, left) != (each.model, each.left) or right != each.right for each in self.known
        ):
            self.known.append(Known(model, left, right, bool(verdict.under)))

    def counts_from_one(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float
    ) -> bool:
        """Whether a relation that holds with a first step 1 shows that the first step is no 0."""
        if self.numbered or self.said.first is not None or sense.first != 1:
            return False
        from_one = any(
            isinstance(n, Big) and n.lower is not None and whole_number(n.lower) == 1
            for side in sides for n in walk(side)
        )  # fmt: skip
        if not from_one:
            return False
        other = self.outcome(model, sides, replace(sense, first=0), deadline)
        return other.values is not None and not other.holds

    def outcome(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float, nets: int = 2
    ) -> Outcome:
        """Whether a relation holds in one sense, at several nets and times."""
        worst = 0.0
        last: Outcome | None = None
        nothing: Outcome | None = None
        for number in range(nets):
            net = self.bench.net(model, sense, number, deadline)
            for env in assignments(model, sides, net):
                if sense.last in env:
                    env[sense.last] = net.last
                outcome = self._tried(net, sense, sides, env)
                if outcome.problem is not None and outcome.problem.cause == "zero":
                    nothing = outcome  # δ_{ij} of two entries that differ
                    continue
                if not outcome.holds:
                    return outcome
                worst = max(worst, outcome.error)
                last = outcome
        if last is None and nothing is not None:
            return nothing
        if last is None:
            problem = NotUnderstood("times", "no times could be chosen for its letters")
            return Outcome(False, problem=problem)
        return replace(last, error=worst)

    def supposed_positive(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float
    ) -> tuple[str, ...]:
        """Of which numbers it must be supposed that they are no less than 0, as they are in nets.

        Only a norm, |a|, a root or the largest of numbers shows the difference: ‖α A‖ = α ‖A‖.
        """
        chooses = _chooses(model, sides)
        shows = any(_hides_signs(node) for side in sides for node in walk(side))
        if not chooses and not shows:
            return ()
        found = []
        for name in sorted(model.spoken_of(sides, ())):
            for size in (1.0, *OTHER_SIZES) if chooses else (1.0,):
                net = self._with_number(model, name, -size, sense, deadline)
                if net is not None and self._differs(model, sides, sense, net):
                    found.append(f"where {named(name)} ≥ 0")
                    break
        return self.unsaid(found)

    def of_other_sizes(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float
    ) -> Iterator[Net]:
        """Nets that choose otherwise where the largest or smallest of numbers is taken; else none.

        One number after the other is far larger and far smaller than usual, and the weights are.
        """
        if not _chooses(model, sides):
            return
        for name in sorted(model.spoken_of(sides, ())):
            for size in OTHER_SIZES:
                net = self._with_number(model, name, size, sense, deadline)
                if net is not None:
                    yield net
        yield from self.bench.of_all_sizes(model, sense, model.bounds(), deadline)

    def holds_at_all_sizes(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float
    ) -> None:
        """That max and min chose alike at the usual nets shows nothing.

        Raises:
            NotUnderstood: what holds there differs where they choose otherwise.
        """
        for net in self.of_other_sizes(model, sides, sense, deadline):
            if self._differs(model, sides, sense, net):
                raise NotUnderstood("max and min", "it hangs on which of the numbers is larger")

    @staticmethod
    def meets(condition: Relation, sense: Sense, net: Net) -> bool:
        """Whether a net has what the text says of two numbers somewhere: γλ < 1."""
        left, right = condition.left.tree, condition.right.tree
        assert left is not None and right is not None
        try:
            a, b = (Evaluator(net, sense.reading).value(side, {}) for side in (left, right))
        except NotUnderstood:
            return False
        x, y = float(a.array[0, 0, 0].real), float(b.array[0, 0, 0].real)
        return a.scalar and b.scalar and (x < y if condition.kind in ("<", "≤") else x > y)

    def where_said(
        self,
        model: Model,
        relation: Relation,
        sides: tuple[Tree, Tree],
        sense: Sense,
        deadline: float,
    ) -> Verdict | None:
        """The verdict on what holds where one number is below another, as its sentence says.

        None where the text says nothing of the kind, or it does not hold there.
        """
        conditions = self.statements.said_beside(relation) if _chooses(model, sides) else []
        if not conditions:
            return None
        usual = (self.bench.net(model, sense, number, deadline) for number in range(2))
        nets = [*usual, *self.of_other_sizes(model, sides, sense, deadline)]
        among = [n for n in nets if all(self.meets(each, sense, n) for each in conditions)]
        if not among or any(self._differs(model, sides, sense, net) for net in among):
            return None
        under = []
        for each in conditions:
            left, right = each.left.tree, each.right.tree
            if left is not None and right is not None:
                words = f"{shown(left, model)} {each.kind} {shown(right, model)}"
                under.append(f"where {words}")
        return Verdict(UNDER, self.unsaid(under), sense=sense)

    def _differs(self, model: Model, sides: tuple[Tree, Tree], sense: Sense, net: Net) -> bool:
        tried = (self._tried(net, sense, sides, env) for env in assignments(model, sides, net))
        return any(o.values is not None and o.problem is None and not o.holds for o in tried)

    def unsaid(self, supposed: Iterable[str]) -> tuple[str, ...]:
        """What must be supposed and is not said in the text."""
        said = {f"where {named(name)} ≥ 0" for name in self.statements.said_positive}
        for relation in self.statements.relations:
            left, right = relation.left.tree, relation.right.tree
            if left is None or right is None or relation.kind != LESS:
                continue
            if whole_number(right) == 1:
                said.add(f"where {shown(left, self.statements.probe)} < 1")
        return tuple(each for each in supposed if each not in said)

    def no_free_numbers(self, model: Model, sides: tuple[Tree | None, Tree | None]) -> None:
        """That a relation does not hold says nothing where a number was chosen for it.

        Raises:
            NotUnderstood: a letter in it stands for any number.
        """
        net = self.bench.net(model, Sense(), 0, float("inf"))
        used = model.spoken_of([side for side in sides if side is not None], ())
        for name in sorted(used):
            if model.free_number(name) and name not in net.read:
                hint = f"define: {latex_name(name, False)} = …"
                raise NotUnderstood("a symbol without definition", name, hint)

    def _with_number(
        self, model: Model, name: str, size: float, sense: Sense, deadline: float
    ) -> Net | None:
        """A net in which a number is so many times as large; None where the name is of none."""
        first = self.bench.net(model, sense, 0, deadline)
        timed = name in model.symbols.times or model.symbols.has_time(name.split("_")[0])
        if name in model.definitions or timed:
            return None
        if name not in first.read and not model.free_number(name):
            return None
        if first.extent(name) != (1, 1):
            return None
        net = self.bench.net(model, sense, f"{size:g} {name}", deadline)
        if ("leaf", name, None) not in net.values:
            net.values["leaf", name, None] = size * np.abs(net.leaf(name, None))
        return net

    def _tried(
        self, net: Net, sense: Sense, sides: tuple[Tree, Tree], env: dict[str, int]
    ) -> Outcome:
        problem: NotUnderstood | None = None
        kept: tuple[Value, Value] | None = None
        best = np.inf
        shaped = entrywise = False
        lefts = self._forms(net, sense, sides[0], env, True)
        rights = self._forms(net, sense, sides[1], env, False)
        for a in lefts:
            for b in rights:
                try:
                    if isinstance(a, NotUnderstood):
                        raise a
                    if isinstance(b, NotUnderstood):
                        raise b
                    pair = matched(a, b)
                except NotUnderstood as found:
                    if problem is None or isinstance(problem, Clash):
                        problem = found
                    continue
                error = difference(*pair)
                # A derivative by a matrix beside a matrix, entry by entry.
                shaped |= error <= AGREES and 1 not in pair[0].shape[1:] and by_matrix(sides[0])
                if error < best:
                    squared = pair[0].shape[1] == pair[0].shape[2] > 1
                    entrywise = squared and a.shape != b.shape and not (a.eye or b.eye)
                    best, kept = error, (Value(pair[0]), Value(pair[1]))
        if kept is None:
            return Outcome(False, problem=problem, net=net, env=env)
        size = max(float(np.max(np.abs(kept[0].array))), float(np.max(np.abs(kept[1].array))))
        both = min(float(np.max(np.abs(kept[0].array))), float(np.max(np.abs(kept[1].array))))
        if not np.isfinite(size):
            problem = NotUnderstood("not evaluated", "values that are not finite")
            return Outcome(False, problem=problem, net=net, env=env)
        if size < NOTHING and any(whole_number(side) == 0 for side in sides):
            # ∂h_0/∂W = 0: what is not linked was told apart before.
            return Outcome(True, 0.0, None, kept, net, env)
        if size < NOTHING:
            # 0 = 0 holds of whatever is multiplied by nothing.
            problem = NotUnderstood("zero", "both sides are 0 on the nets that were tried")
            return Outcome(False, problem=problem, values=kept, net=net, env=env, nothing=True)
        holds = bool(best <= AGREES)
        return Outcome(holds, float(best), None, kept, net, env, both < NOTHING, shaped, entrywise)

    def _forms(
        self, net: Net, sense: Sense, tree: Tree, env: dict[str, int], left: bool
    ) -> list[Value | NotUnderstood]:
        """A side's value, with derivatives by matrices as rows of all entries, and as matrices."""
        key = (id(net), sense.reading, id(tree), tuple(sorted(env.items())), left)
        kept = self.sides.get(key)
        if kept is not None and kept[0] is tree:
            return kept[1]
        found: list[Value | NotUnderstood] = []
        for flat in (True, False):
            evaluator = Evaluator(net, sense.reading, flat, left=left)
            try:
                found.append(evaluator.value(tree, env))
            except NotUnderstood as problem:
                if problem.cause == "too long":
                    raise
                found.append(problem)
            if not evaluator.flat_mattered:
                break
        if left:
            self.sides[key] = (tree, found)
        return found


def _hides_signs(node: Tree) -> bool:
    """Whether a node is a norm, |a| or a root, written √a or a^{1/2}."""
    if not isinstance(node, Raised):
        return isinstance(node, Normed | Root)
    power = bare(node.power)
    return isinstance(power, Num | Fraction_) and whole_number(power) is None


def _chooses(model: Model, sides: tuple[Tree, Tree]) -> bool:
    """Whether the largest or the smallest of some numbers is taken: in the sides, or before."""
    used = model.spoken_of(sides, ())
    values = [model.definitions[name].value for name in used if name in model.definitions]
    return any(
        isinstance(one, Sym) and one.name in ("max", "min")
        and isinstance(other, Group) and len(other.parts) > 1
        for tree in (*sides, *values) for node in walk(tree) if isinstance(node, Product)
        for one, other in pairwise(node.factors)
    )  # fmt: skip
