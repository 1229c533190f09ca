"""The verdict on one relation.

TRUE where the plain reading holds on random nets; TRUE ONLY UNDER what else must be supposed. FALSE
only if every symbol has one definition, every admissible reading was evaluated, and a slip undone,
or two, mends it, or a bound is violated by far: never because numbers of a model that was guessed
disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symrnn.audit.meaning.letters import bare, is_capital
from symrnn.audit.meaning.model import Clash, Model, NotUnderstood
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import Net
from symrnn.audit.numbers.ranges import reaches_beyond
from symrnn.audit.numbers.readings import Sense, senses
from symrnn.audit.show import relation_written
from symrnn.audit.verdicts.bench import Outcome, counterexample
from symrnn.audit.verdicts.compare import (
    NOTHING,
    has_matrices,
)
from symrnn.audit.verdicts.doubts import Doubts
from symrnn.audit.verdicts.examples import Examples
from symrnn.audit.verdicts.inequalities import Inequalities
from symrnn.audit.verdicts.limits import TENDS
from symrnn.audit.verdicts.mending import Mending
from symrnn.audit.verdicts.rules import by_rule
from symrnn.audit.verdicts.verdict import (
    DISAGREES,
    FALSE,
    NOT_A_CLAIM,
    NOT_UNDERSTOOD,
    TRUE,
    UNDER,
    Verdict,
)
from symrnn.errors import SymrnnError
from symrnn.reading.latex.tree import Derivative, Product, Sym, Tree, shape_of, walk
from symrnn.reading.latex.words import EQUAL

ABOUT = frozenset({r"\approx", r"\simeq", r"\cong", r"\sim", r"\propto", r"\lesssim", r"\gtrsim",
                   r"\ll", r"\gg"})  # fmt: skip
"""Signs that say too little to be tried."""


class Judge(Inequalities, Mending, Examples, Doubts):
    """Judges the relations of one document, in its order."""

    def verdict(self, relation: Relation) -> Verdict:
        """What holds of a relation."""
        found = self._without_evaluation(relation)
        if found is not None:
            return found
        model = self.statements.model_at(relation)
        with self.allowance.deadline(relation) as deadline:
            return self._evaluated(model, relation, deadline)

    def _evaluated(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        assert relation.left.tree is not None and relation.right.tree is not None
        try:
            with np.errstate(all="ignore"):
                if relation.kind != EQUAL:
                    return self._bound(model, relation, deadline)
                return self._equation(model, relation, deadline)
        except NotUnderstood as problem:
            rule = by_rule(model, relation.left.tree, relation.right.tree)
            if relation.kind == EQUAL and rule is not None:
                return rule
            return Verdict(
                NOT_UNDERSTOOD, cause=problem.cause, what=problem.what, hint=problem.hint
            )
        except (RecursionError, MemoryError):
            return Verdict(
                NOT_UNDERSTOOD, cause="too long", what="it is nested too deeply, or too large"
            )
        except SymrnnError as problem:
            return Verdict(NOT_UNDERSTOOD, cause="not read", what=problem.message)
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as problem:
            return Verdict(NOT_UNDERSTOOD, cause="not evaluated", what=str(problem)[:120])

    def _bound(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        """What holds of an inequality, with what the text supposes of its matrices."""
        found = self._inequality(model, relation, deadline)
        assert relation.left.tree is not None and relation.right.tree is not None
        supposed = self.with_properties(model, relation, (relation.left.tree, relation.right.tree))
        if found.kind not in (DISAGREES, FALSE) or supposed is None:
            return found
        special, words = supposed
        there = self._inequality(special, relation, deadline)
        if there.kind in (TRUE, UNDER):
            return replace(there, kind=UNDER, under=(*words, *there.under), shows=False)
        return there

    def _without_evaluation(self, relation: Relation) -> Verdict | None:
        statements = self.statements
        if not statements.about_derivatives(relation):
            return Verdict(NOT_A_CLAIM, what="it says nothing of derivatives")
        for side in (relation.left, relation.right):
            if side.tree is None:
                return Verdict(NOT_UNDERSTOOD, cause="not parsed", what=side.problem)
        same = [
            None if side.tree is None else shape_of(side.tree)
            for side in (relation.left, relation.right)
        ]
        if same[0] is not None and same[0] == same[1]:
            return Verdict(NOT_A_CLAIM, what="it defines")
        if relation.order in statements.defining:
            return Verdict(NOT_A_CLAIM, what="it defines")
        if relation.kind not in (EQUAL, "≤", "≥", "<", ">"):
            sign = relation.written
            if sign in ABOUT:
                return Verdict(
                    NOT_UNDERSTOOD, cause="about equal", what=f"{sign} says too little to be tried"
                )
            if sign in ("+=", "-=", r"\gets", r"\leftarrow"):
                return Verdict(NOT_A_CLAIM, what="an update")
            if sign in TENDS:
                return Verdict(NOT_UNDERSTOOD, cause="limits", what="no bound here leads to it")
            return Verdict(NOT_UNDERSTOOD, cause="another relation", what=f"{sign} is not judged")
        assert relation.left.tree is not None
        assert relation.right.tree is not None
        return None

    def _equation(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        sides = (left, right)
        self.linear = any(
            word in self.statements.restricted(relation) for word in ("linear", "identity")
        )
        said = self.said
        held = self.as_held(model, relation, sides, deadline)
        if held is not None:
            return held
        outcomes: list[tuple[Sense, Outcome]] = []
        in_entries: Verdict | None = None
        plainly = (id(model), shape_of(left)) in self.plainly
        whole = plainly and isinstance(left, Derivative) and left.straight
        for sense in self.senses(model, sides):
            if in_entries is not None and sense.supposes(said):
                return in_entries
            if sense.reading.immediate_left and whole:
                continue  # the text has it as the whole derivative
            outcome = self.outcome(model, sides, sense, deadline)
            if sense.reading.along == "direct" and (
                _has_cause(outcome, "zero") or _of_identities(outcome)
            ):
                continue  # there is no direct path, or it says nothing: nobody can mean it
            if outcome.holds and sense.at_rest and _still(outcome.net):
                continue  # where nothing moves whatever is multiplied by a state is right
            outcomes.append((sense, outcome))
            if outcome.holds:
                under = tuple(sense.supposes(said))
                if outcome.diagonal and in_entries is not None:
                    continue
                if outcome.diagonal:
                    under = (*under, "where a vector stands for the diagonal matrix of its entries")
                under = (*under, *self.supposed_positive(model, sides, sense, deadline))
                if any(reaches_beyond(node) for side in sides for node in walk(side)):
                    under = (*under, "where a step behind the last one is computed as well")
                said_so = self.where_said(model, relation, sides, sense, deadline)
                if said_so is not None:
                    return said_so
                self.holds_at_all_sizes(model, sides, sense, deadline)
                whole = outcome.shaped and not under
                found = Verdict(
                    UNDER if under else TRUE,
                    under,
                    error=outcome.error,
                    tried=len(outcomes),
                    sense=sense,
                    uses_loss=bool(self._guessed(model, sides, outcome.net)),
                    shaped=whole and sense.reading.gradient,
                    turned=whole and not sense.reading.gradient,
                    shows=True,
                    numbered=not under and self.counts_from_one(model, sides, sense, deadline),
                )
                if outcome.diagonal and len(under) == 1:
                    in_entries = found  # unless a plainer way is found
                    continue
                self.note(model, found)
                return found
            plain = not sense.supposes(said)
            problem = outcome.problem
            if (
                problem is not None
                and not isinstance(problem, Clash)
                and plain
                and (problem.cause not in ("times", "too long"))
            ):
                raise problem
        if in_entries is not None:
            return in_entries
        clash = all(isinstance(o.problem, Clash) for _, o in outcomes)
        matrices = _names_matrices(model, sides) or (
            id(model) in self.held and _multiplies_weights(model, right)
        )
        numbers = not has_matrices(sides) and not matrices and not plainly
        if clash and numbers and not self.statements.turned:
            # Shapes that fit in no reading: it is said of numbers, whatever stands around it.
            for sense in (replace(s, one=True) for s, _ in outcomes[:4]):
                if self.outcome(model, sides, sense, deadline).holds:
                    under = tuple(sense.supposes(said))
                    return Verdict(UNDER, under, tried=len(outcomes), sense=sense)
        return self._not_true(model, relation, outcomes, deadline)

    def _not_true(
        self,
        model: Model,
        relation: Relation,
        outcomes: list[tuple[Sense, Outcome]],
        deadline: float,
    ) -> Verdict:
        assert relation.left.tree is not None and relation.right.tree is not None
        both = (relation.left.tree, relation.right.tree)
        example_holds = self.where_said(model, relation, both, outcomes[0][0], deadline)
        if example_holds is None:
            example_holds = self.in_example(model, relation, both, deadline)
        if example_holds is not None:
            return example_holds
        self.no_free_numbers(model, (relation.left.tree, relation.right.tree))
        differing = [(s, o) for s, o in outcomes if o.values is not None and not o.nothing]
        unknown = [
            o.problem
            for _, o in outcomes
            if o.problem is not None and not isinstance(o.problem, Clash)
        ]
        clashes = [o.problem for _, o in outcomes if isinstance(o.problem, Clash)]
        sense, outcome = differing[0] if differing else outcomes[0]
        example = counterexample(outcome, model) if differing else None
        if not differing and unknown:
            first = unknown[0]
            from_zero = self._from_zero(model, both, outcomes, deadline)
            if from_zero is not None:
                return from_zero
            return self._too_early(model, relation, outcomes, deadline) or Verdict(
                NOT_UNDERSTOOD,
                cause=first.cause,
                what=first.what,
                hint=first.hint,
                tried=len(outcomes),
            )
        assert relation.left.tree is not None and relation.right.tree is not None
        said_held = self.said_held(model, relation)
        reason = self.doubt(model, relation, outcomes)
        what = "the sides differ in every reading"
        if not differing:
            shapes = f"shapes do not fit in any reading ({clashes[0].what})" if clashes else ""
            what = shapes or "one side is 0 in every reading"
        held = self.with_held(model, both, deadline)
        if reason and held is not None:
            return held
        if reason:
            return Verdict(
                DISAGREES,
                what=f"{what}; not called false: {reason}",
                counterexample=example,
                tried=len(outcomes),
            )
        layout = self._in_other_layout(model, both, deadline)
        if layout is not None:
            return layout
        # A path past what is held is forgotten only where the text writes it.
        mend = self._mended(model, relation, sense, deadline, held is not None, said_held)
        if mend is None and held is not None:
            return held
        bound = self._only_a_bound(model, relation, sense, deadline) if mend is None else None
        if bound is not None:
            return replace(bound, counterexample=example, tried=len(outcomes))
        if mend is None:
            return Verdict(
                DISAGREES,
                what=f"{what}; no slip explains it, and no two do",
                counterexample=example,
                tried=len(outcomes),
            )
        edit, mended, tree, under = mend
        note = f" ({'; '.join(under)})" if under else ""
        if example is None:
            what = f"shapes do not fit: {clashes[0].what}" if clashes else what
        return Verdict(
            FALSE,
            what=what,
            counterexample=example,
            mended=mended,
            mended_as=relation_written(relation.left.tree, relation.kind, tree, model),
            mend=edit.words + note,
            tried=len(outcomes),
        )

    def _from_zero(
        self,
        model: Model,
        sides: tuple[Tree, Tree],
        outcomes: list[tuple[Sense, Outcome]],
        deadline: float,
    ) -> Verdict | None:
        """What holds where there is a step 0, as a sum from 0 says, though others begin with 1."""
        if not all(_has_cause(outcome, "times") for _, outcome in outcomes):
            return None
        plain = [replace(s, first=0) for s, _ in outcomes if not s.supposes(self.said) and s.first]
        for sense in plain:
            if self.outcome(model, sides, sense, deadline).holds:
                return Verdict(UNDER, tuple(sense.supposes(self.said)), sense=sense)
        return None

    def _too_early(
        self,
        model: Model,
        relation: Relation,
        outcomes: list[tuple[Sense, Outcome]],
        deadline: float,
    ) -> Verdict | None:
        """FALSE where a sum reads a step that is not there, and reads it at another time rightly.

        Not where its bounds would have to change: what is not there may be meant to be 0.
        """
        problem = outcomes[0][1].problem
        early = all(_has_cause(outcome, "times") for _, outcome in outcomes)
        right = relation.right.tree
        if problem is None or not early or right is None or self.doubt(model, relation, []):
            return None
        mend = self._mended(model, relation, outcomes[0][0], deadline, moves=True)
        if mend is None or mend[3]:
            return None
        return Verdict(
            FALSE,
            what=problem.what,
            mended=mend[1],
            mended_as=relation_written(relation.left.tree, relation.kind, mend[2], model),
            mend=mend[0].words,
            tried=len(outcomes),
        )

    def _in_other_layout(
        self, model: Model, sides: tuple[Tree, Tree], deadline: float
    ) -> Verdict | None:
        """What holds in the layout that is not the document's, and that its text speaks of, too."""
        said = self.said
        others = self.statements.named_layouts() - {said.layout}
        if said.layout is None or not others:
            return None
        free = replace(said, layout=None)
        for sense in senses(model, sides, free, losses=False):
            plain = replace(sense, reading=replace(sense.reading, layout="numerator"))
            if sense.reading.layout not in others or plain.supposes(free):
                continue
            if self.outcome(model, sides, sense, deadline).holds:
                return Verdict(UNDER, tuple(sense.supposes(said)), sense=sense)
        return None


def _has_cause(outcome: Outcome, cause: str) -> bool:
    return outcome.problem is not None and outcome.problem.cause == cause


def _still(net: Net | None) -> bool:
    """Whether every state of a net is 0 at all times."""
    if net is None:
        return False
    try:
        states = [Evaluator(net).quantity(name, net.last).array for name in sorted(net.states)]
    except NotUnderstood:
        return False
    return not any(np.any(np.abs(state) > NOTHING) for state in states)


def _of_identities(outcome: Outcome) -> bool:
    """Whether both sides are the identity."""
    if outcome.values is None:
        return False
    arrays = [value.array[0] for value in outcome.values]
    return all(a.shape[0] == a.shape[1] > 1 and np.allclose(a, np.eye(a.shape[0])) for a in arrays)


def _multiplies_weights(model: Model, tree: Tree) -> bool:
    """Whether two weights stand in one product: B and G of B Λ G."""
    for node in walk(tree):
        factors = [bare(f) for f in node.factors] if isinstance(node, Product) else []
        letters = {f.name for f in factors if isinstance(f, Sym) and is_capital(f.name)}
        if len({n for n in letters if not model.symbols.has_time(n)} - set(model.definitions)) > 1:
            return True
    return False


def _names_matrices(model: Model, sides: tuple[Tree, Tree]) -> bool:
    """Whether a letter stands for a diagonal matrix: D_t = diag(σ′(a_t))."""
    named = {model.ref(node).name for side in sides for node in walk(side) if isinstance(node, Sym)}
    values = [model.definitions[name].value for name in named if name in model.definitions]
    return any(
        isinstance(head, Sym) and head.name in ("diag", "Diag")
        for value in map(bare, values) if isinstance(value, Product) for head in value.factors[:1]
    )  # fmt: skip
