"""The verdict on one relation.

TRUE where the plain reading holds on random nets; TRUE ONLY UNDER what else must be supposed. FALSE
only if every symbol has one definition, every admissible reading was evaluated, and one slip undone
mends it: never because numbers of a model that was guessed disagree.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.evaluate import Evaluator, Value, diagonal, turned
from symrnn.audit.mend import Edit, editable, edits
from symrnn.audit.model import Clash, Model, NotUnderstood
from symrnn.audit.net import ONE, POOLS, Net
from symrnn.audit.readings import Sense, senses
from symrnn.audit.statements import Relation, Statements
from symrnn.audit.symbols import bare, is_capital, is_loss
from symrnn.audit.times import assignments
from symrnn.errors import SymrnnError
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Normed,
    Product,
    Sym,
    Tree,
    Turned,
    walk,
)
from symrnn.reading.latex.words import EQUAL

Array = NDArray[Any]

TRUE, UNDER, FALSE = "TRUE", "TRUE ONLY UNDER", "FALSE"
DISAGREES, NOT_UNDERSTOOD, NOT_A_CLAIM = "DISAGREES", "NOT UNDERSTOOD", "NOT A CLAIM"

AGREES = 1e-8
"""Largest relative difference of what agrees; the evaluation itself is right to about 1e-13."""
NOTHING = 1e-13
"""Values below this say nothing."""
FIRST_SENSES = 3
"""Of these, in which all mends are tried before the others."""
MOST_MENDS = 900
"""Mended formulas that are tried at most."""
MOST_SENSES = 8
"""Ways of reading in which a mended formula is tried."""
SECONDS = 10.0
"""For one relation."""


@dataclass(frozen=True)
class Counterexample:
    """Where two sides differ: sizes, seed, times, entry, both values."""

    sizes: str
    seed: int
    times: str
    entry: tuple[int, int]
    left: float
    right: float

    def __str__(self) -> str:
        row, col = self.entry
        where = f"entry ({row}, {col})" if (row, col) != (0, 0) else "their values"
        at = f" at {self.times}" if self.times else ""
        sides = f"{self.left:.6g} on the left, {self.right:.6g} on the right"
        return f"{self.sizes}, seed {self.seed}{at}: {where} {sides}"


@dataclass(frozen=True)
class Verdict:
    """What was found of a relation.

    `under` is what must be supposed, `error` the largest relative difference met where it holds.
    """

    kind: str
    under: tuple[str, ...] = ()
    cause: str = ""
    what: str = ""
    hint: str = ""
    counterexample: Counterexample | None = None
    mended: str = ""
    mend: str = ""
    error: float = 0.0
    tried: int = 0
    sense: Sense | None = None
    uses_loss: bool = False


@dataclass
class Bench:
    """The nets that relations of one model are tried at, kept between relations."""

    nets: dict[Any, Net] = field(default_factory=dict)

    def net(self, model: Model, sense: Sense, number: int, deadline: float) -> Net:
        key = (id(model), sense.sigma, sense.first, sense.loss, sense.one, sense.at_rest, number)
        if key not in self.nets:
            pool = ONE if sense.one else POOLS[number % len(POOLS)]
            self.nets[key] = Net(
                model, number + 1, pool, sense.sigma, sense.first, sense.loss, sense.at_rest
            )
        net = self.nets[key]
        net.deadline = deadline
        return net


@dataclass(frozen=True)
class Outcome:
    """One reading: it holds, or differs (with the values), or can not be evaluated."""

    holds: bool
    error: float = 0.0
    problem: NotUnderstood | None = None
    values: tuple[Value, Value] | None = None
    net: Net | None = None
    env: dict[str, int] | None = None
    nothing: bool = False
    shaped: bool = False
    diagonal: bool = False


@dataclass
class Judge:
    """Judges the relations of one document, in its order."""

    statements: Statements
    bench: Bench = field(default_factory=Bench)
    held: set[int] = field(default_factory=set)
    held_losses: set[int] = field(default_factory=set)
    seconds: float = SECONDS
    sides: dict[Any, tuple[Tree, list[Value | NotUnderstood]]] = field(default_factory=dict)
    shown: list[Sense] = field(default_factory=list)
    shaped: bool = False

    def verdict(self, relation: Relation) -> Verdict:
        """What holds of a relation."""
        found = self._without_evaluation(relation)
        if found is not None:
            return found
        deadline = clock.monotonic() + self.seconds
        model = self.statements.model_at(relation)
        assert relation.left.tree is not None and relation.right.tree is not None
        try:
            with np.errstate(all="ignore"):
                if relation.kind != EQUAL:
                    return self._inequality(model, relation, deadline)
                return self._equation(model, relation, deadline)
        except NotUnderstood as problem:
            return Verdict(
                NOT_UNDERSTOOD, cause=problem.cause, what=problem.what, hint=problem.hint
            )
        except (RecursionError, MemoryError):
            return Verdict(
                NOT_UNDERSTOOD, cause="too long", what="it is nested too deeply, or too large"
            )
        except SymrnnError as problem:
            return Verdict(NOT_UNDERSTOOD, cause="not read", what=problem.message)
        except (ValueError, IndexError, FloatingPointError, np.linalg.LinAlgError) as problem:
            return Verdict(NOT_UNDERSTOOD, cause="not evaluated", what=str(problem)[:120])

    def _without_evaluation(self, relation: Relation) -> Verdict | None:
        statements = self.statements
        if not statements.about_derivatives(relation):
            return Verdict(NOT_A_CLAIM, what="it says nothing of derivatives")
        for side in (relation.left, relation.right):
            if side.tree is None:
                return Verdict(NOT_UNDERSTOOD, cause="not parsed", what=side.problem)
        if relation.order in statements.defining:
            return Verdict(NOT_A_CLAIM, what="it defines")
        if relation.kind not in (EQUAL, "≤", "≥", "<", ">"):
            sign = relation.written
            if sign in (
                r"\approx",
                r"\simeq",
                r"\cong",
                r"\sim",
                r"\propto",
                r"\lesssim",
                r"\gtrsim",
                r"\ll",
                r"\gg",
            ):
                return Verdict(
                    NOT_UNDERSTOOD, cause="about equal", what=f"{sign} says too little to be tried"
                )
            if sign in ("+=", "-=", r"\gets", r"\leftarrow"):
                return Verdict(NOT_A_CLAIM, what="an update")
            return Verdict(NOT_UNDERSTOOD, cause="another relation", what=f"{sign} is not judged")
        assert relation.left.tree is not None
        assert relation.right.tree is not None
        return None

    # ------------------------------------------------------------------ equations

    def _equation(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        sides = (left, right)
        hints = self.statements.hints
        outcomes: list[tuple[Sense, Outcome]] = []
        for sense in self.senses(model, sides):
            outcome = self.outcome(model, sides, sense, deadline)
            outcomes.append((sense, outcome))
            if outcome.holds:
                under = tuple(sense.supposes(hints.layout, hints.later, hints.first))
                if outcome.diagonal:
                    under = (*under, "where a vector stands for the diagonal matrix of its entries")
                if sense not in self.shown:
                    self.shown.append(sense)
                self.shaped |= outcome.shaped and not under
                self.held.add(id(model))
                loss = bool(outcome.net and outcome.net.guessed)
                if loss:
                    self.held_losses.add(id(model))
                return Verdict(
                    UNDER if under else TRUE,
                    under,
                    error=outcome.error,
                    tried=len(outcomes),
                    sense=sense,
                )
            plain = not sense.supposes(hints.layout, hints.later, hints.first)
            problem = outcome.problem
            if (
                problem is not None
                and not isinstance(problem, Clash)
                and plain
                and (problem.cause not in ("times", "too long"))
            ):
                raise problem
        if all(isinstance(o.problem, Clash) for _, o in outcomes) and not _has_matrices(sides):
            # Shapes that fit in no reading: it is said of numbers, whatever stands around it.
            for sense in (Sense(s.reading, first=s.first, one=True) for s, _ in outcomes[:4]):
                if self.outcome(model, sides, sense, deadline).holds:
                    under = tuple(sense.supposes(hints.layout, hints.later, hints.first))
                    return Verdict(UNDER, under, tried=len(outcomes), sense=sense)
        return self._not_true(model, relation, outcomes, deadline)

    def senses(self, model: Model, sides: tuple[Tree, Tree]) -> Iterator[Sense]:
        hints = self.statements.hints
        losses = any(
            isinstance(n, Sym) and is_loss(name := model.ref(n).name)
            and name not in model.definitions
            for side in sides for n in walk(side)
        )  # fmt: skip
        return senses(model, sides, hints.layout, hints.later, hints.first, losses, self.shaped)

    def outcome(
        self, model: Model, sides: tuple[Tree, Tree], sense: Sense, deadline: float, nets: int = 2
    ) -> Outcome:
        """Whether a relation holds in one sense, at several nets and times."""
        worst = 0.0
        last: Outcome | None = None
        for number in range(nets):
            net = self.bench.net(model, sense, number, deadline)
            for env in assignments(model, sides, net):
                if sense.last in env:
                    env[sense.last] = net.last
                outcome = self._tried(net, sense, sides, env)
                if not outcome.holds:
                    return outcome
                worst = max(worst, outcome.error)
                last = outcome
        if last is None:
            problem = NotUnderstood("times", "no times could be chosen for its letters")
            return Outcome(False, problem=problem)
        return replace(last, error=worst)

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
                shaped |= error <= AGREES and 1 not in pair[0].shape[1:] and _by_matrix(sides[0])
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

    # ------------------------------------------------------------------ not true

    def _not_true(
        self,
        model: Model,
        relation: Relation,
        outcomes: list[tuple[Sense, Outcome]],
        deadline: float,
    ) -> Verdict:
        differing = [(s, o) for s, o in outcomes if o.values is not None and not o.nothing]
        unknown = [
            o.problem
            for _, o in outcomes
            if o.problem is not None and not isinstance(o.problem, Clash)
        ]
        clashes = [o.problem for _, o in outcomes if isinstance(o.problem, Clash)]
        sense, outcome = differing[0] if differing else outcomes[0]
        example = _counterexample(outcome, model) if differing else None
        if not differing and unknown:
            first = unknown[0]
            return Verdict(
                NOT_UNDERSTOOD,
                cause=first.cause,
                what=first.what,
                hint=first.hint,
                tried=len(outcomes),
            )
        used = set().union(*(o.net.used for _, o in outcomes if o.net is not None))
        guessed = set().union(*(o.net.guessed for _, o in outcomes if o.net is not None))
        reason = ""
        if used & model.clashing:
            reason = f"{', '.join(sorted(used & model.clashing))} has two definitions"
        elif self._shape_problem(model, used, outcomes):
            reason = "the shapes in a definition do not fit"
        elif id(model) not in self.held and not self._given(model):
            reason = "no other relation shows that the model is the author's"
        elif guessed and id(model) not in self.held_losses:
            reason = f"the loss {', '.join(sorted(guessed))} is not defined"
        elif any(problem.cause not in ("times", "zero") for problem in unknown):
            reason = f"not every reading could be tried ({unknown[0].what})"
        what = "the sides differ in every reading"
        if not differing:
            shapes = f"shapes do not fit in any reading ({clashes[0].what})" if clashes else ""
            what = shapes or "one side is 0 in every reading"
        if reason:
            return Verdict(
                DISAGREES,
                what=f"{what}; not called false: {reason}",
                counterexample=example,
                tried=len(outcomes),
            )
        mend = self._mended(model, relation, sense, deadline)
        if mend is None:
            return Verdict(
                DISAGREES,
                what=f"{what}; no single slip explains it",
                counterexample=example,
                tried=len(outcomes),
            )
        edit, mended, under = mend
        note = f" ({'; '.join(under)})" if under else ""
        if example is None:
            what = f"shapes do not fit: {clashes[0].what}" if clashes else what
        return Verdict(
            FALSE,
            what=what,
            counterexample=example,
            mended=mended,
            mend=edit.words + note,
            tried=len(outcomes),
        )

    @staticmethod
    def _shape_problem(model: Model, used: set[str], outcomes: list[tuple[Sense, Outcome]]) -> bool:
        net = next((o.net for _, o in outcomes if o.net is not None), None)
        return net is not None and any(name in net.shapes.clashes for name in used)

    def _given(self, model: Model) -> bool:
        """Whether the author has stated the recurrence in a hint."""
        return any(
            d.given and d.letter is not None and not d.derived for d in model.definitions.values()
        )

    def _mended(
        self, model: Model, relation: Relation, sense: Sense, deadline: float
    ) -> tuple[Edit, str, tuple[str, ...]] | None:
        """The one slip that undone makes the relation hold, and the author's formula without it."""
        statements, hints = self.statements, self.statements.hints
        document = statements.documents[relation.document]
        text = document.formulas[relation.formula].text
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        source = text[relation.right.start : relation.right.end]
        pool = self._pool(model, relation)
        admissible = [s for s in self.senses(model, (left, right)) if not s.one]
        plain = [s for s in admissible if not s.supposes(hints.layout, hints.later, hints.first)]
        # The author's ways elsewhere in the document count as well as the plain one.
        known = [s for s in admissible if s in self.shown and s not in plain]
        near = [
            s
            for s in admissible
            if s.reading.along != "total"
            and len(s.supposes(hints.layout, hints.later, hints.first)) == 1
        ]
        agreed = [s for s in plain if s in self.shown]
        likely = list(dict.fromkeys([*agreed, *known, *plain, *near]))[:MOST_SENSES]
        first = max(1, min(len(agreed) + len(known), FIRST_SENSES))
        candidates: dict[str, tuple[Edit, str, Tree]] = {}
        for edit in edits(right, text, relation.right.start, relation.right.end, pool):
            mended = edit.applied(text)
            piece = mended[relation.right.start : relation.right.end + len(mended) - len(text)]
            if piece in candidates or piece == source:
                continue
            if clock.monotonic() > deadline or len(candidates) >= MOST_MENDS:
                break
            try:
                tree = statements.reread(parse_expression(piece, document.macros))
                candidates[piece] = edit, mended.strip(), tree
            except (SymrnnError, RecursionError):
                continue
        # All in the likeliest ways first, so that no mend that needs a condition comes before.
        for ways in (likely[:first], likely[first:]):
            for edit, mended, tree in candidates.values():
                for each in ways:
                    try:
                        if self.outcome(model, (left, tree), each, deadline).holds:
                            return (
                                edit,
                                mended,
                                tuple(each.supposes(hints.layout, hints.later, hints.first)),
                            )
                    except NotUnderstood as problem:
                        if problem.cause == "too long":
                            return None
                    except (
                        ValueError,
                        IndexError,
                        RecursionError,
                        SymrnnError,
                        np.linalg.LinAlgError,
                    ):
                        continue
        return None

    def _pool(self, model: Model, relation: Relation) -> list[str]:
        """Factors that the document writes elsewhere, as LaTeX: one of them may be missing here."""
        found: dict[str, None] = {}
        statements = self.statements
        near = sorted(statements.relations, key=lambda r: abs(r.order - relation.order))
        for other in near[:40]:
            document = statements.documents[other.document]
            for side, formula in ((other.right, other.formula), (other.left, other.left_formula)):
                if side.tree is None:
                    continue
                text = document.formulas[formula].text
                for node in walk(editable(side.tree)):
                    if isinstance(node, Product):
                        for piece in _pieces(model, node):
                            a, b = piece
                            if 0 <= a < b <= len(text):
                                found.setdefault(text[a:b].strip())
            if len(found) > 60:
                break
        return list(found)[:60]

    # ------------------------------------------------------------------ inequalities

    def _inequality(self, model: Model, relation: Relation, deadline: float) -> Verdict:
        left, right = relation.left.tree, relation.right.tree
        assert left is not None and right is not None
        if relation.kind in ("≥", ">"):
            left, right = right, left
        sense = next(iter(self.senses(model, (left, right))))
        if relation.kind in ("≤", "≥") and self._submultiplicative(
            model, left, right, sense, deadline
        ):
            self.held.add(id(model))
            return Verdict(TRUE, what="‖A B‖ ≤ ‖A‖ ‖B‖", sense=sense)
        violated = None
        for number in range(6):
            net = self.bench.net(model, sense, number, deadline)
            for env in assignments(model, (left, right), net):
                a = Evaluator(net, sense.reading, left=True).value(left, env)
                b = Evaluator(net, sense.reading).value(right, env)
                if not a.scalar or not b.scalar:
                    raise NotUnderstood("inequalities", "between what are no numbers")
                x, y = float(a.array[0, 0, 0].real), float(b.array[0, 0, 0].real)
                if x > y * (1 + 1e-9) + 1e-12:
                    violated = Outcome(False, values=(a, b), net=net, env=env)
        if violated is not None:
            example = _counterexample(violated, model)
            return Verdict(
                DISAGREES,
                what="it is violated at a random net, where no condition is supposed",
                counterexample=example,
            )
        raise NotUnderstood("inequalities", "no sample violates it, and nothing here proves it")

    def _submultiplicative(
        self, model: Model, left: Tree, right: Tree, sense: Sense, deadline: float
    ) -> bool:
        """‖A B …‖ ≤ ‖A‖ ‖B‖ …, the same factors in the same order."""
        body = bare(left)
        if not isinstance(body, Normed) or body.kind not in ("‖", "‖2", "‖F", "‖1", "‖infty"):
            return False
        joined = _without_norms(right, body.kind)
        if joined is None:
            return False
        return self.outcome(model, (body.body, joined), sense, deadline).holds


def _without_norms(tree: Tree, kind: str) -> Tree | None:
    """A B … from ‖A‖ ‖B‖ …; None where there are other factors."""
    tree = bare(tree)
    if isinstance(tree, Normed):
        return tree.body if tree.kind == kind else None
    if isinstance(tree, Product):
        inner = [_without_norms(factor, kind) for factor in tree.factors]
        if any(each is None for each in inner) or "odot" in tree.signs:
            return None
        return replace(tree, factors=tuple(inner))  # type: ignore[arg-type]
    if isinstance(tree, Big) and tree.sign == "prod":
        body = _without_norms(tree.body, kind)
        return None if body is None else replace(tree, body=body)
    return None


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


# ── comparing ───────────────────────────────────────────────────────────────────────────────────


def matched(a: Value, b: Value) -> tuple[Array, Array]:
    """Both sides in one shape.

    Raises:
        Clash: there is none.
    """
    x, y = a.array, b.array
    if a.eye and not b.eye and b.shape[0] == b.shape[1]:
        return x * np.eye(b.shape[0]), y
    if b.eye and not a.eye and a.shape[0] == a.shape[1]:
        return x, y * np.eye(a.shape[0])
    if x.shape[1:] == y.shape[1:]:
        return x, y
    # ∂c_t/∂c_{t-1} = f_t, said of each entry.
    for one, other, swap in ((x, y, False), (y, x, True)):
        rows, cols = other.shape[1:]
        if one.shape[1:] == (rows, 1) and rows == cols > 1 and _is_diagonal(other):
            made = diagonal(one)
            return (other, made) if swap else (made, other)
    # All entries of a matrix in a row or a column, and the matrix.
    for one, other, swap in ((x, y, False), (y, x, True)):
        rows, cols = other.shape[1:]
        if (
            1 in one.shape[1:]
            and one.shape[1] * one.shape[2] == rows * cols
            and rows > 1
            and cols > 1
        ):
            flat = turned(other).reshape(1, *one.shape[1:])
            return (flat, one) if swap else (one, flat)
    for one, other, swap in ((x, y, False), (y, x, True)):
        if one.shape[1:] == (1, 1) and not np.any(np.abs(one) > 0):
            zeros = np.zeros_like(other)
            return (other, zeros) if swap else (zeros, other)
    raise Clash(
        f"{x.shape[1]} × {x.shape[2]} on the left, {y.shape[1]} × {y.shape[2]} on the right"
    )


def _has_matrices(sides: tuple[Tree, Tree]) -> bool:
    """Whether a relation writes what only matrices have: transposes, diagonals, ⊗, norms."""
    for side in sides:
        for node in walk(side):
            if isinstance(node, Turned) or (isinstance(node, Normed) and node.kind != "|"):
                return True
            if isinstance(node, Sym) and node.name in ("diag", "Diag", "vec"):
                return True
            if isinstance(node, Product) and "otimes" in node.signs:
                return True
    return False


def _is_diagonal(array: Array) -> bool:
    """Whether all entries beside the diagonal are 0."""
    beside = array * (1 - np.eye(array.shape[1]))
    return bool(np.max(np.abs(beside)) <= NOTHING * max(1.0, float(np.max(np.abs(array)))))


def _by_matrix(tree: Tree) -> bool:
    """Whether a side is a derivative by a capital without time."""
    node = bare(tree)
    return (
        isinstance(node, Derivative)
        and isinstance(by := bare(node.by), Sym)
        and is_capital(by.name)
    )


def difference(a: Array, b: Array) -> float:
    """The largest relative difference."""
    scale = max(float(np.max(np.abs(a))), float(np.max(np.abs(b))), 1e-300)
    return float(np.max(np.abs(a - b))) / scale


def _counterexample(outcome: Outcome, model: Model) -> Counterexample | None:
    if outcome.values is None or outcome.net is None:
        return None
    a, b = (value.array[0].real for value in outcome.values)
    row, col = np.unravel_index(int(np.argmax(np.abs(a - b))), a.shape)
    net = outcome.net
    known = set(model.definitions) | Evaluator(net).reads()
    timed = [n for n in sorted(net.used & known) if model.symbols.has_time(n.split("_")[0])]
    rows = {name: net.extent(name)[0] for name in timed}
    sizes = (
        ", ".join(
            f"{name.removeprefix('own ')} has {size}" for name, size in rows.items() if size > 1
        )
        or "numbers"
    )
    times = ", ".join(f"{k} = {v}" for k, v in sorted((outcome.env or {}).items()))
    place = (0, 0) if a.shape == (1, 1) else (int(row) + 1, int(col) + 1)
    return Counterexample(sizes, net.seed, times, place, float(a[row, col]), float(b[row, col]))
