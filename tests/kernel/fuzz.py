"""Random derivations: whatever the kernel accepts is evaluated, and must never be false.

    python tests/kernel/fuzz.py --seed 1 --conclusions 100000

An episode is about one recurrence and grows a pool of theorems by axioms and inferences, taken at
random positions, with random instances, premises and proofs of hypotheses.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy
from instances import INSTANCES
from sympy import Basic, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr
from verdict import FALSE, HOLDS, Claim, Models
from worlds import World, cells, d, gamma, i, k, kappa, n, t, u, v

from symrnn.errors import SymrnnError
from symrnn.kernel import (
    Fact,
    Theorem,
    assume,
    axioms,
    congruence,
    discharge,
    entrywise,
    induction,
    instantiate,
    monotone,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
    weaken,
)
from symrnn.kernel.entries import entry_of
from symrnn.kernel.substitution import substitute
from symrnn.language.activations import activation
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed
from symrnn.language.derivatives import D
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.relations import Equation, ForAll, Inequality, Limit
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.structure import Diag, Hadamard, Vec

Path = tuple[int, ...]
EPISODE, MODELS, LARGEST = 80, 10, 60
"""Steps of an episode, models a conclusion is evaluated at, nodes of the largest term kept."""


@dataclass
class Report:
    """What a run of the fuzzer found."""

    conclusions: int = 0
    held: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)


class Episode:
    """A pool of theorems about one recurrence, and the steps that make it grow."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.cell = draw.choice(cells())
        self.world = World(draw, self.cell)
        self.pool: list[Theorem] = []
        self.steps: list[tuple[int, Callable[[], Theorem]]] = [
            (30, self.axiom),
            (3, self.assumed),
            (2, self.reflexive),
            (3, self.special),
            (6, self.turned),
            (20, self.chained),
            (30, self.replaced),
            (14, self.enlarged),
            (20, self.instance),
            (14, self.discharged),
            (5, self.weakened),
            (8, self.by_induction),
            (5, self.arithmetic_induction),
            (5, self.squeezed),
            (10, self.by_entries),
        ]

    def step(self) -> tuple[str, Theorem]:
        """One more theorem; errors of the kernel where a step is refused."""
        weights = [weight for weight, _ in self.steps]
        made = self.draw.choices([made for _, made in self.steps], weights)[0]
        return made.__name__, made()

    def keep(self, theorem: Theorem) -> None:
        """Adds a theorem to the pool, if it is small."""
        if sum(1 for _ in sympy.preorder_traversal(theorem.relation)) <= LARGEST:
            self.pool.append(theorem)

    def some(self, *kinds: type) -> Theorem:
        """A theorem of the pool."""
        found = [each for each in self.pool if isinstance(each.relation, kinds)]
        return self.draw.choice(found) if found else self.axiom()

    # ------------------------------------------------------------------ the steps

    def axiom(self) -> Theorem:
        name = self.draw.choice(list(axioms()))
        return axioms()[name](*INSTANCES[name](self.world))

    def assumed(self) -> Theorem:
        return assume(self.world.assumption())

    def reflexive(self) -> Theorem:
        return reflexivity(self.world.one(self.world.scalar, self.world.column, self.world.matrix))

    def special(self) -> Theorem:
        relation = self.some(Equation, Inequality).relation
        if self.draw.random() < 0.5:
            relation = Inequality(Norm(self.world.leaf(), "1"), self.world.number())
        return specialise(ForAll(self.world.index(), relation, 1), self.world.time())

    def turned(self) -> Theorem:
        return symmetry(self.some(Equation))

    def chained(self) -> Theorem:
        first = self.some(Equation, Inequality)
        right = first.relation.rhs
        fitting = [
            each
            for each in self.pool
            if isinstance(each.relation, Equation | Inequality) and each.relation.lhs == right
        ]
        if fitting and self.draw.random() < 0.5:
            return transitivity(first, self.draw.choice(fitting))
        rule = self.some(Equation)
        paths = list(positions(right, rule.relation.lhs))
        if not paths:
            name, made = self.draw.choice(_AT_A_NODE)
            parts = [(path, part) for path, part in nodes(right) if made(part)]
            path, part = self.draw.choice(parts or [((), right)])
            rule = axioms()[name](*_arguments(name, part, self))
            paths = [path]
        if isinstance(rule.relation, Inequality):
            step = monotone(rule, right, self.draw.choice(paths), self.world.facts())
        else:
            step = congruence(rule, right, self.draw.choice(paths), self.world.facts())
        return transitivity(first, step)

    def replaced(self) -> Theorem:
        rule = self.some(Equation)
        term = self.around(rule.relation.lhs)
        paths = list(positions(term, rule.relation.lhs))
        return congruence(rule, term, self.draw.choice(paths or [()]), self.world.facts())

    def enlarged(self) -> Theorem:
        rule = self.some(Inequality)
        term = self.around(rule.relation.lhs)
        paths = list(positions(term, rule.relation.lhs))
        return monotone(rule, term, self.draw.choice(paths or [()]), self.world.facts())

    def around(self, part: Any) -> Any:
        """A term in which a part stands: in the open, under a binder, in a derivative."""
        for _ in range(self.draw.choice([1, 1, 2])):
            part = (
                self._scalar_around(part)
                if not isinstance(part, MatrixExpr)
                else self._matrix_around(part)
            )
        return part

    def _range(self, part: Any) -> tuple[Any, Any, Any]:
        free = sorted(
            (
                each
                for each in part.free_symbols
                if isinstance(each, Symbol) and each.is_integer and not each.is_positive
            ),
            key=str,
        )
        index = self.draw.choice(free) if free and self.draw.random() < 0.8 else self.world.index()
        return index, self.world.apart(index), self.world.apart(index)

    def _scalar_around(self, part: Any) -> Any:
        w = self.world
        return w.one(
            lambda: part + w.scalar(0),
            lambda: part * w.scalar(0),
            lambda: part**2,
            lambda: abs(part),
            lambda: sympy.Max(part, w.scalar(0)),
            lambda: sympy.Sum(part, self._range(part)),
            lambda: sympy.Sum(part * i, self._range(part)),
            lambda: sympy.Product(part, self._range(part)),
            lambda: part * w.column(0),
            lambda: sympy.exp(part),
            lambda: 1 / part,
            lambda: sympy.Derivative(part * u, u),
            lambda: D(part * Identity(1), w.variable()),
            lambda: w.number() ** part,
        )

    def _matrix_around(self, part: Any) -> Any:
        w = self.world
        options = [
            lambda: Norm(part, w.kind()),
            lambda: Entry(part, 1, 1),
            lambda: MatrixSum(part, part),
            lambda: w.scalar(0) * part,
            lambda: OrderedSum(part, *self._range(part)),
            lambda: Transposed(part),
            lambda: Hadamard(part, part),
            lambda: w.sigma()(part),
            lambda: D(part if is_column(part) else Vec(part), w.variable(), held=w.held()),
        ]
        if part.shape == (d, d):
            options += [
                lambda: OrderedProduct(part, *self._range(part)),
                lambda: part * w.column(0),
                lambda: MatrixProduct(w.matrix(), part),
            ]
        if is_column(part) and not is_scalar(part):
            options += [lambda: Diag(part)]
        return self.draw.choice(options)()

    def instance(self) -> Theorem:
        theorem = self.some(Equation, Inequality, Limit)
        symbols = {each for part in Claim.of(theorem).parts for each in part.free_symbols}
        usual = [each for each in (t, k, i, n, u, v, gamma, kappa) if each in symbols]
        if not usual:
            return weaken(theorem, self.world.facts())
        values: dict[Symbol, Any] = {}
        for symbol in self.draw.sample(usual, min(len(usual), self.draw.choice([1, 1, 2]))):
            time = symbol.is_integer
            values[symbol] = (
                self.world.time() if time else self.world.scalar(self.draw.choice([0, 1]))
            )
        return instantiate(theorem, values)

    def discharged(self) -> Theorem:
        theorem = self.some(Equation, Inequality, Limit)
        if not theorem.hypotheses:
            return self.instance()
        gone = self.draw.choice(sorted(theorem.hypotheses, key=str))
        if self.draw.random() < 0.4:
            return discharge(theorem, gone)
        if isinstance(gone, Fact) and not gone.strict:
            proof = self.draw.choice(
                [
                    lambda: axioms()["order"](0, gone.expression, self.world.facts()),
                    lambda: axioms()["order"](
                        0, gone.expression, sorted(theorem.hypotheses - {gone}, key=str)
                    ),
                    lambda: self.some(Inequality),
                    lambda: assume(gone),
                ]
            )()
        else:
            proof = self.some(Equation, Inequality)
        return discharge(theorem, gone, proof)

    def weakened(self) -> Theorem:
        return weaken(self.some(Equation, Inequality), [self.world.assumption()])

    def by_induction(self) -> Theorem:
        """A theorem about t by induction, from itself: its hypotheses decide whether it goes."""
        step, over = self.some(Equation, Inequality), self.draw.choice([t, k])
        start = sympy.sympify(self.draw.choice([0, 1, 2, i, -1]))
        base = instantiate(step, {over: start})
        before = substitute(step.relation, {over: over - 1})
        choice = self.draw.random()
        if choice < 0.3:
            step = weaken(step, [before])
        elif choice < 0.6:
            step = weaken(step, [Fact.nonnegative(over - 1 - start)])
        for gone in sorted(base.hypotheses, key=str):
            if isinstance(gone, Fact) and gone.follows_from(()):
                base = discharge(base, gone)
        return induction(base, step, over, start)

    def arithmetic_induction(self) -> Theorem:
        """x ≤ y + c t by the order procedure from the same at t - 1, and facts."""
        over, start = self.draw.choice([t, k]), sympy.sympify(self.draw.choice([0, 1, i]))
        slope = self.draw.choice([1, -1, 0, gamma, u])
        left, right = self.world.scalar(0), self.world.scalar(0) + slope * over
        claim = Inequality(left, right)
        before = substitute(claim, {over: over - 1})
        facts = [*self.world.facts(), Fact.nonnegative(over - 1 - start)]
        step = axioms()["order"](left, right, [before, *facts])
        at_start = substitute(claim, {over: start})
        base = axioms()["order"](*at_start.args, [self.world.assumption(), *self.world.facts()])
        return induction(base, step, over, start)

    def by_entries(self) -> Theorem:
        """A bound of numbers, and matrices for them: of every sort that the pool has, and new."""
        w, draw = self.world, self.draw
        limit = draw.choice([gamma, kappa, w.scalar(0), sympy.Integer(1)])
        first, second = w.one(w.column, w.leaf), w.one(w.leaf, w.column)
        matrix = w.one(
            lambda: Hadamard(first, second),
            lambda: MatrixSum(Hadamard(w.sigma()(first), second), draw.choice([1, u, v]) * first),
            lambda: activation("tanh")(first),
            lambda: draw.choice([2, gamma]) * first + Diag(second) * first,
            lambda: MatrixSum(first, Ones(d)),
        )
        names = {first: u, second: v}
        if draw.random() < 0.5:
            bound = self.some(Inequality)
        else:
            left = abs(entry_of(matrix, names))
            given = [Inequality(left, limit)] if draw.random() < 0.3 else []
            given += [Inequality(abs(draw.choice([u, v])), w.scalar(0)) for _ in range(2)]
            bound = axioms()["order"](left, limit if given else left, given)
        return entrywise(bound, matrix, {u: first, v: second})

    def squeezed(self) -> Theorem:
        limits = [each for each in self.pool if isinstance(each.relation, Limit)]
        limit = (
            self.draw.choice(limits)
            if limits
            else axioms()["geometric_decay"](*INSTANCES["geometric_decay"](self.world))
        )
        right = limit.relation.lhs
        fitting = [
            each
            for each in self.pool
            if isinstance(each.relation, Equation | Inequality) and each.relation.rhs == right
        ]
        if fitting:
            return squeeze(self.draw.choice(fitting), limit)
        left = self.draw.choice(
            [abs(right), sympy.Min(right, self.world.scalar(0)), right, right / 2]
        )
        return squeeze(
            axioms()["order"](left, right, [*self.world.facts(), self.world.assumption()]), limit
        )


_AT_A_NODE: list[tuple[str, Callable[[Any], bool]]] = [
    ("homogeneous", lambda node: isinstance(node, Norm)),
    ("triangle", lambda node: isinstance(node, Norm)),
    ("submultiplicative", lambda node: isinstance(node, Norm)),
    ("norm_of_ordered_product", lambda node: isinstance(node, Norm)),
    ("differential", lambda node: type(node).__name__ == "TotalDerivative"),
    ("independent", lambda node: type(node).__name__ == "TotalDerivative"),
    ("layout", lambda node: type(node).__name__ == "TotalDerivative"),
    ("defined", lambda node: type(node).__name__ == "TimeVector"),
    ("split_range", lambda node: isinstance(node, OrderedProduct | OrderedSum | sympy.Sum)),
    ("reindex", lambda node: isinstance(node, OrderedProduct | OrderedSum | sympy.Sum)),
    ("empty_range", lambda node: isinstance(node, OrderedProduct | OrderedSum | sympy.Sum)),
    ("single_time", lambda node: isinstance(node, OrderedProduct | OrderedSum | sympy.Sum)),
    ("larger", lambda node: isinstance(node, sympy.Max | sympy.Min)),
    ("entry_of_sum", lambda node: isinstance(node, Entry)),
    ("block_product", lambda node: isinstance(node, MatrixProduct)),
    ("block_sum", lambda node: isinstance(node, MatrixSum)),
    ("norm_of_blocks", lambda node: isinstance(node, Norm)),
]


def _arguments(name: str, node: Any, episode: Episode) -> tuple[Any, ...]:
    world = episode.world
    if name in ("split_range", "reindex"):
        return (node, world.time())
    if name == "larger":
        return (node, episode.draw.choice(node.args or (node,)))
    if name in ("defined", "differential"):
        return (node, world.cell)
    if name == "independent":
        return (node, world.cell, world.facts())
    return (node,)


def nodes(term: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All parts of a term with their positions, those that are no values too."""
    if len(path) > 6 or not isinstance(term, Basic) or isinstance(term, Str):
        return
    if not isinstance(term, Tuple):
        yield path, term
    for place, part in enumerate(term.args):
        yield from nodes(part, (*path, place))


def positions(term: Any, part: Any) -> Iterator[Path]:
    """Where a part stands in a term."""
    return (path for path, each in nodes(term) if each == part)


def fuzz(
    seed: int,
    conclusions: int,
    say: Callable[[str], Any] | None = None,
    until_false: bool = False,
) -> Report:
    """Grows theorems and evaluates each that is new, until there are enough, or one is false."""
    report, models = Report(), Models(cells(), breadth=1)
    number = 0
    while report.conclusions < conclusions and not (until_false and report.false):
        number += 1
        draw = random.Random(f"{seed}|{number}")
        _episode(Episode(draw), report, models, conclusions, say)
        if number % 50 == 0:
            models = Models(cells(), breadth=1)
            if say is not None:
                say(
                    f"{report.conclusions} conclusions, {report.held} with hypotheses met "
                    f"somewhere, {len(report.false)} false"
                )
    return report


def _episode(
    episode: Episode,
    report: Report,
    models: Models,
    conclusions: int,
    say: Callable[[str], Any] | None,
) -> None:
    seen = set()
    for _ in range(EPISODE):
        try:
            name, theorem = episode.step()
        except SymrnnError as refused:
            report.errors[type(refused).__name__] += 1
            continue
        except (ValueError, TypeError, AttributeError, ZeroDivisionError) as broken:
            # SymPy's own: the kernel made no theorem, but its message is not ours.
            report.errors[f"{type(broken).__name__}: {str(broken)[:60]}"] += 1
            continue
        key = (theorem.hypotheses, theorem.relation)
        if key in seen:
            continue
        seen.add(key)
        episode.keep(theorem)
        found = models.verdict(Claim.of(theorem), MODELS, report.conclusions)
        report.conclusions += 1
        report.steps[name] += 1
        report.outcomes.update(found.counts)
        report.held += found.counts[HOLDS] > 0
        if found.counts[FALSE]:
            text = f"{name}: {Claim.of(theorem)}\n   at {found.false_at[0]}"
            report.false.append(text)
            if say is not None:
                say(text)
        if report.conclusions >= conclusions:
            return


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--conclusions", type=int, default=1000)
    given = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    report = fuzz(given.seed, given.conclusions, say)
    say(
        f"{report.conclusions} conclusions in {time.monotonic() - began:.0f} s, "
        f"{len(report.false)} false"
    )
    say(f"with hypotheses met at some model: {report.held}; models: {dict(report.outcomes)}")
    say(f"steps: {dict(report.steps)}; refused: {dict(report.errors)}")
    return 1 if report.false else 0


if __name__ == "__main__":
    sys.exit(main())
