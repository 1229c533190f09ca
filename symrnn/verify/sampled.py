"""Grade `sampled`: every line of a proof at random and adversarial points.

The derivatives in a line come from the complex step through the recurrence, everything else from
the lowered expression. Equalities must agree to rounding error; inequalities are attacked: many
draws, then a climb towards the largest ratio of the two sides. Every ordering of the times that
the hypotheses allow is tried, boundaries first, and sizes of 1 as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.errors import DisagreementError, EvidenceError, UnmetError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, Unknown, X
from symrnn.language.norms import Norm
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.numeric.differences import STEP
from symrnn.numeric.lower import looked_at
from symrnn.theory.about import Subject
from symrnn.theory.derivation import Derivation
from symrnn.verify.draw import Drawer
from symrnn.verify.functions import sigma_of
from symrnn.verify.limits import tends
from symrnn.verify.lines import Line, line
from symrnn.verify.lowering import UNBOUNDED, inexact
from symrnn.verify.moments import (
    are_there,
    at_times,
    in_force,
    integers_of,
    listed,
    moments,
    sizes_of,
)
from symrnn.verify.nets import Nets
from symrnn.verify.sampling import Sampled as Sampled
from symrnn.verify.setting import Setting, together
from symrnn.verify.ties import ties
from symrnn.verify.within import Times, horizon, telling

Array = NDArray[Any]

AGREE = 1e-9
"""Largest relative disagreement of two lines: rounding through a few steps stays far below."""

NOTHING = 1e10 * STEP**2
"""The complex step is off by h² and the third derivatives: a number that is 0 is found so far from
it, where W = 0 for one, and is no more than 0."""

FLOOR = 1e-3
"""Entries below this are compared absolutely: saturated slopes have lost their digits to 1."""

EPSILON = 1e-15
"""A few units in the last place: what a number or a function's value may be off by."""

WORST_ROUNDING = 1e-4
"""A disagreement beyond this is never put down to rounding."""

CLIMB, BESIDE = 7, 20
"""Rounds of the climb, and how many settings beside the best one are tried in each."""

ACTIVATIONS = ("tanh", "logistic", "sin", UNBOUNDED)
KINDS = ("1", "2", "inf")
SIZES = ((1,), (3, 2), (2, 1), (5, 4))
"""What rows and columns are, in turn; the second where times are told apart least."""

BOUNDARY_ROUNDS = 3
"""How often settings are drawn anew where a boundary meets the hypotheses rarely."""


@dataclass(frozen=True)
class _Choice:
    """Where settings are drawn: times, what stands for σ and for a norm, sizes.

    boundary: one of many; few settings are drawn, and none improved.
    """

    times: dict[Symbol, int]
    sigma: str | Activation
    kind: str
    sizes: dict[Symbol, int]
    boundary: bool

    @property
    def make(self) -> tuple[Any, ...]:
        """Choices of one make differ in their times only."""
        return (self.sigma, self.kind, *self.sizes.items())


def sample(
    chain: Derivation, rnn: Subject, name: str, facts: tuple[Any, ...], each: int = 1
) -> Sampled:
    """Evaluate every line of a chain and compare neighbours.

    Args:
        chain: the lines.
        rnn: the recurrence, unless the chain has one of its own.
        name: for messages.
        facts: the hypotheses in force.
        each: draws out of every family, for each choice of times, activation and norm; four times
            as many where there is an inequality.

    Raises:
        DisagreementError: naming the line, with the setting that violates it.
        EvidenceError: when no setting could be drawn, or the chain has no relation to check.
    """
    with looked_at():  # what is no number is found where values are compared
        return _sampled(chain, chain.cell or rnn, name, in_force(facts), each)


def _sampled(
    chain: Derivation, rnn: Subject, name: str, facts: tuple[Any, ...], each: int
) -> Sampled:
    if not chain.steps:
        raise EvidenceError(f"`{name}` claims nothing", {"start": text(chain.start)})
    relations = tuple(step.relation for step in chain.steps if step.relation != "→")
    expressions = [chain.start, *(s.after for s in chain.steps if s.relation != "→")]
    found = [] if not relations else _compared(expressions, relations, rnn, name, facts, each)
    if len(relations) < len(chain.steps):
        found.append(tends(chain, rnn, name, facts, _sigmas(rnn)[0]))
    tightest = [one.tightest for one in found if one.tightest is not None]
    return Sampled(
        max(one.residual for one in found),
        min(tightest, default=None),
        sum(one.points for one in found),
        sum(one.tried for one in found),
        max(one.moments for one in found),
    )


def _compared(
    expressions: list[Any],
    relations: tuple[str, ...],
    rnn: Subject,
    name: str,
    facts: tuple[Any, ...],
    each: int,
) -> list[Sampled]:
    """Neighbouring lines compared wherever they are to be tried."""
    residual, count, tried = 0.0, 0, 0
    tightest = np.full(relations.count("≤"), -np.inf)
    choices = _choices(expressions, facts, rnn)
    # Where there is little to choose, more is drawn.
    main = sum(not choice.boundary for choice in choices)
    each *= max(1, 3 // main) * (4 if tightest.size else 1)
    met: set[Times] = set()
    shared = _nets(choices, expressions, facts, rnn)
    for number, (choice, nets) in enumerate(zip(choices, shared, strict=True)):
        rng = np.random.default_rng(number)
        drawer = Drawer(
            rnn, expressions, facts, choice.times, choice.kind, choice.sigma, choice.sizes, nets
        )
        at = drawer.at
        prepared = [line(expression, choice.kind) for expression in expressions]
        lines = Lines(prepared, relations, name)
        try:
            if choice.boundary:
                # As they are drawn, so that what is computed of them is of use at other times.
                for setting, places, _ in drawer.batches(rng, rounds=BOUNDARY_ROUNDS):
                    found = lines.compare(setting, at, places)
                    residual, count = max(residual, found.residual), count + len(places)
            else:
                setting = drawer.draw(rng, each)
                found = lines.compare(setting, at)
                residual, count = max(residual, found.residual), count + setting.count
                if tightest.size:
                    ratios, more = _climb(drawer, lines, setting, found.ratios, rng)
                    tightest, count = np.maximum(tightest, ratios), count + more
            met.add(at)
        except UnmetError:
            pass
        tried += drawer.tried
    if not count:
        raise UnmetError(
            f"no setting met the hypotheses of `{name}`",
            {"tried": f"{tried} settings", "hypotheses": listed(facts)},
        )
    return [Sampled(residual, _least(tightest), count, tried, len(met))]


def _nets(
    choices: list[_Choice], expressions: list[Any], facts: tuple[Any, ...], rnn: Subject
) -> list[Nets]:
    """For each choice its nets: one and the same for all of one σ, norm and sizes."""
    spoken = [*expressions, *facts]
    steps = max([horizon(spoken, choice.times) for choice in choices], default=0)
    zeros = ties(expressions, facts)
    shared: dict[tuple[Any, ...], Nets] = {}
    for each in choices:
        if each.make not in shared:
            shared[each.make] = Nets(
                rnn, spoken, each.times, each.kind, each.sigma, each.sizes, steps, zeros
            )
    return [shared[each.make] for each in choices]


def _least(tightest: Array) -> float | None:
    return float(tightest.min()) if tightest.size and np.isfinite(tightest).all() else None


def _choices(expressions: list[Any], facts: tuple[Any, ...], rnn: Subject) -> list[_Choice]:
    """Boundaries first, each ordering of the times once; then the most telling times.

    There activations and norms are each tried at least once, not all combinations.
    """
    integers = integers_of(expressions, facts, rnn)
    every = moments(expressions, facts, rnn, integers)
    spoken_of = [symbolic(e) for e in (*expressions, *facts)]
    # Where nothing is of the recurrence, it does not matter which it is.
    depends = any(e.has(TimeVector, Elementwise, Unknown) for e in spoken_of)
    sigmas = _sigmas(rnn) if depends else _sigmas(rnn)[:1]
    general = any(n.kind == "any" for e in expressions for n in symbolic(e).atoms(Norm))
    kinds = KINDS if general else ("2",)
    sizes = [sizes_of(integers, facts, wanted) for wanted in SIZES]

    def fits(times: dict[Symbol, int], size: dict[Symbol, int]) -> bool:
        return are_there([*expressions, *facts], {**times, **size})

    def choice(number: int, times: dict[Symbol, int], boundary: bool) -> _Choice:
        size = sizes[number % len(sizes) if boundary else 1]
        kind, sigma = kinds[number % len(kinds)], sigmas[number % len(sigmas)]
        return _Choice(times, sigma, kind, size, boundary)

    # Once more where there are few, so that there is no moment without a size of 1.
    again = max(1, -(-len(sizes) // len(every))) if integers.sizes else 1
    boundaries = [choice(at, moment, True) for at, moment in enumerate(every * again)]
    boundaries = [each for each in boundaries if fits(each.times, each.sizes)]
    apart = [at for at in every if fits(at, sizes[1])] or every
    apart = sorted(apart, key=lambda at: -sum(map(abs, at.values())))
    told = [at for _, at in telling(apart, expressions, members=2, wanted=2)]
    rounds = max(len(told), len(sigmas), len(kinds))
    main = [choice(number, told[number % len(told)], False) for number in range(rounds)]
    return [*boundaries, *(each for each in main if fits(each.times, each.sizes))]


def _sigmas(rnn: Subject) -> tuple[str | Activation, ...]:
    sigma = sigma_of(rnn)
    if sigma.is_unknown:
        return ACTIVATIONS
    named = FORMULAS.get(sigma.name) == sigma.at(X)
    return (sigma.name if named else sigma,)


@dataclass(frozen=True)
class Found:
    """What a batch showed: the largest disagreement, and the ratios (inequalities, B)."""

    residual: float
    ratios: Array


@dataclass(frozen=True)
class Lines:
    """The lines of a chain, ready for numbers, and the relations between neighbours."""

    lines: list[Line]
    relations: tuple[str, ...]
    name: str

    def compare(self, setting: Setting, at: Times, places: Array | None = None) -> Found:
        """Compare all neighbours in a batch of settings, or at some places of it.

        Raises:
            DisagreementError: at the first violation.
        """
        places = np.arange(setting.count) if places is None else places
        values = [self._value(line, setting, at, places) for line in range(len(self.lines))]
        residual, ratios = 0.0, []
        for place, relation in enumerate(self.relations):
            left, right = values[place], values[place + 1]
            if relation == "=":
                scale = np.maximum(np.abs(right).max(axis=-1), FLOOR)
                excess = np.abs(left - right).max(axis=-1)
            else:
                scale = np.maximum(np.abs(left), np.abs(right)).max(axis=-1)
                excess = (left - right).max(axis=-1)
                ratios.append(_ratio(left[..., 0], right[..., 0]))
            off = np.flatnonzero(~(excess <= AGREE * scale + NOTHING))
            if off.size:
                chosen = setting.take(places[off])
                self._excused(place, chosen, at, excess[off], scale[off])
            elif relation == "=":
                residual = max(residual, float((excess / scale).max()))
        return Found(residual, np.array(ratios).reshape(-1, len(places)))

    def _value(self, place: int, setting: Setting, at: Times, places: Array) -> Array:
        value = self.lines[place].entries(setting, at)[places]
        unknown = np.flatnonzero(~np.isfinite(value).all(axis=-1))
        if unknown.size:
            # A comparison with what is no number would be no check.
            where = min(place, len(self.relations) - 1)
            self._fail(where, setting.take(places[unknown[:1]]), "a side has no finite value", at)
        return np.asarray(value)

    def _excused(
        self, place: int, setting: Setting, at: Times, excess: Array, scale: Array
    ) -> None:
        """Raise, unless each disagreement is what rounding does to one of the two sides."""
        rounding = self._rounding(place, setting, at)
        allowed = np.minimum(100 * rounding, WORST_ROUNDING * scale)
        worst = np.flatnonzero(~(excess <= allowed))
        if worst.size:
            values = [self.lines[place + side].entries(setting, at)[worst[0]] for side in (0, 1)]
            if self.relations[place] == "=":
                what = f"the sides differ by {excess[worst[0]] / scale[worst[0]]:.2g} (relative)"
            else:
                what = f"{values[0][0]:.6g} is not ≤ {values[1][0]:.6g}"
            self._fail(place, setting.take(worst[:1]), what, at)

    def _rounding(self, place: int, setting: Setting, at: Times) -> Array:
        """How much the two sides move when all numbers, functions and derivatives do in their last
        digits, each by itself: of a difference of two large ones little is left."""
        rng = np.random.default_rng(0)

        def off(value: Array) -> Array:
            return np.asarray(value * (1 + EPSILON * rng.normal(size=np.shape(value))))

        most = np.zeros(setting.count)
        for _ in range(3):
            arrays = {name: off(value) for name, value in setting.arrays.items()}
            erring = inexact(setting.sigma, EPSILON, rng)
            moved = replace(setting, arrays=arrays, functions=erring, erring=off)
            for each in self.lines[place : place + 2]:
                change = np.abs(each.entries(moved, at) - each.entries(setting, at))
                most = np.maximum(most, change.max(axis=-1))
        return most

    def _fail(self, place: int, setting: Setting, what: str, at: Times) -> None:
        raise DisagreementError(
            f"Line {place + 1} of `{self.name}` does not hold: {what}",
            {
                "left": text(self.lines[place].expression),
                "right": text(self.lines[place + 1].expression),
                "times": at_times(dict(at)),
                "at": f"σ = {setting.sigma}, norm {setting.kind}, sizes {setting.sizes}",
                "scalars": {str(s): round(float(v[0]), 6) for s, v in setting.scalars.items()},
            },
        )


def _ratio(small: Array, large: Array) -> Array:
    """small / large; 1 where both are 0 or below, for the relation is then tight or trivial."""
    positive = large > 0
    return np.where(positive, small / np.where(positive, large, 1.0), small == large)


def _climb(
    drawer: Drawer, lines: Lines, setting: Setting, ratios: Array, rng: Generator
) -> tuple[Array, int]:
    """Random ascent of every inequality's ratio from its best setting, looking for a violation."""
    best = ratios.max(axis=-1)
    at_best = setting.take(ratios.argmax(axis=-1))
    tried = 0
    for step in range(CLIMB):
        crowd = at_best.take(np.repeat(np.arange(len(best)), BESIDE))
        moved, met = drawer.nearby(crowd, rng, reach=0.5 / (1 + step) ** 1.5)
        if not met.any():
            continue
        moved = moved.take(np.flatnonzero(met))
        tried += moved.count
        found = lines.compare(moved, drawer.at).ratios
        # Whoever climbs one relation's ratio may as well have reached a high point of another's.
        candidates = together([at_best, moved])
        here = np.concatenate([np.diag(best), found], axis=-1)
        here[:, : len(best)][~np.eye(len(best), dtype=bool)] = -np.inf
        at_best, best = candidates.take(here.argmax(axis=-1)), here.max(axis=-1)
    return best, tried
