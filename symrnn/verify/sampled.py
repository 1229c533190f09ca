"""Grade `sampled`: every line of a proof at random and adversarial points.

The derivatives in a line come from the complex step through the recurrence, everything else from
the lowered expression. Equalities must agree to rounding error; inequalities are attacked: many
draws, then a climb towards the largest ratio of the two sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.errors import DisagreementError, EvidenceError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, Unknown, X
from symrnn.language.norms import Norm
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence.elman import RNN
from symrnn.recurrence.point import assignments
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation
from symrnn.verify.draw import Drawer
from symrnn.verify.lines import Line, line
from symrnn.verify.setting import Setting, inexact, together
from symrnn.verify.within import Times, all_make_sense, is_time, telling

Array = NDArray[Any]

AGREE = 1e-9
"""Largest relative disagreement of two lines: rounding through a few steps stays far below."""

FLOOR = 1e-3
"""Entries below this are compared absolutely: saturated slopes have lost their digits to 1."""

EPSILON = 1e-15
"""A few units in the last place: what a number or a function's value may be off by."""

TINY = 1e-12
"""What has become as small as this has vanished."""

WORST_ROUNDING = 1e-4
"""A disagreement beyond this is never put down to rounding."""

CLIMB, BESIDE = 7, 20
"""Rounds of the climb, and how many settings beside the best one are tried in each."""

ACTIVATIONS = ("tanh", "logistic", "sin")
KINDS = ("1", "2", "inf")


@dataclass(frozen=True)
class Sampled:
    """What sampling found.

    residual: largest relative disagreement of an equality (0 if there is none).
    tightest: largest ratio of the two sides of an inequality, that of the loosest line where there
        are several (None if there is none).
    points: how many settings were tried.
    """

    residual: float
    tightest: float | None
    points: int


def sample(
    chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...], each: int = 1
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
    rnn = chain.cell or rnn
    if not chain.steps:
        raise EvidenceError(f"`{name}` claims nothing", {"start": text(chain.start)})
    relations = tuple(step.relation for step in chain.steps if step.relation != "→")
    expressions = [chain.start, *(s.after for s in chain.steps if s.relation != "→")]
    residual, count = 0.0, 0
    tightest = np.full(relations.count("≤"), -np.inf)
    choices = list(_choices(expressions, facts, rnn))
    # Where there is little to choose, more is drawn.
    each *= max(1, len(ACTIVATIONS) // len(choices)) * (4 if tightest.size else 1)
    for number, (times, sigma, kind) in enumerate(choices):
        if not relations:
            break  # a limit alone: seen below
        rng = np.random.default_rng(number)
        drawer = Drawer(rnn, expressions, facts, times, kind, sigma)
        at = tuple(times.items())
        lines = Lines([line(expression, at, kind) for expression in expressions], relations, name)
        setting = drawer.draw(rng, each)
        found = lines.compare(setting, at)
        residual, count = max(residual, found.residual), count + setting.count
        if tightest.size:
            ratios, more = _climb(drawer, lines, setting, found.ratios, rng)
            tightest, count = np.maximum(tightest, ratios), count + more
    if len(relations) < len(chain.steps):
        count += _vanishes(chain, rnn, name, facts)
    return Sampled(residual, float(tightest.min()) if tightest.size else None, count)


def _choices(
    expressions: list[Any], facts: tuple[Any, ...], rnn: RNN
) -> Iterator[tuple[dict[Symbol, int], str | Activation, str]]:
    """Times, activations and norms to try: each at least once, not all combinations."""
    valid = _times(expressions, facts, rnn)
    if all(is_time(symbol) for e in expressions for symbol in sympy.sympify(e).free_symbols):
        # A relation between times alone: where its sides are closest, and at the first.
        every = list(valid)
        times = [*sorted(every, key=lambda at: _distance(expressions, at))[:2], *every[:1]]
    else:
        times = [at for _, at in telling(valid, expressions, members=2, wanted=2)]
    if not times:
        raise EvidenceError("no times satisfy the hypotheses", {"hypotheses": facts})
    spoken_of = [sympy.sympify(e) for e in (*expressions, *facts)]
    # Where nothing is of the recurrence, it does not matter which it is.
    depends = any(e.has(TimeVector, Elementwise, Unknown) for e in spoken_of)
    sigmas = _sigmas(rnn) if depends else _sigmas(rnn)[:1]
    general = any(n.kind == "any" for e in expressions for n in sympy.sympify(e).atoms(Norm))
    kinds = KINDS if general else ("2",)
    for number in range(max(len(times), len(sigmas), len(kinds))):
        yield (
            times[number % len(times)],
            sigmas[number % len(sigmas)],
            kinds[number % len(kinds)],
        )


def _distance(expressions: list[Any], times: dict[Symbol, int]) -> int:
    values = [sympy.sympify(expression).subs(times) for expression in expressions]
    return int(min(abs(one - other) for one, other in itertools.pairwise(values)))


def _times(expressions: list[Any], facts: tuple[Any, ...], rnn: RNN) -> Iterator[dict[Symbol, int]]:
    order = Context(rnn).assume(f for f in facts if not isinstance(f, bool)).order
    symbols = set().union(*(sympy.sympify(e).free_symbols for e in (*expressions, *facts)))
    free = {s for s in symbols if is_time(s)}
    for chosen in assignments(free, order, latest=4):
        if all_make_sense(expressions, chosen, rnn):
            yield chosen


def _sigmas(rnn: RNN) -> tuple[str | Activation, ...]:
    if rnn.sigma.is_unknown:
        return ACTIVATIONS
    named = FORMULAS.get(rnn.sigma.name) == rnn.sigma.at(X)
    return (rnn.sigma.name if named else rnn.sigma,)


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

    def compare(self, setting: Setting, at: Times) -> Found:
        """Compare all neighbours in a batch of settings; raises at the first violation."""
        values = [self._value(place, setting, at) for place in range(len(self.lines))]
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
            off = np.flatnonzero(~(excess <= AGREE * scale))
            if off.size:
                self._excused(place, setting.take(off), at, excess[off], scale[off])
            elif relation == "=":
                residual = max(residual, float((excess / scale).max()))
        return Found(residual, np.array(ratios).reshape(-1, setting.count))

    def _value(self, place: int, setting: Setting, at: Times) -> Array:
        value = self.lines[place].entries(setting, at)
        unknown = np.flatnonzero(~np.isfinite(value).all(axis=-1))
        if unknown.size:
            # A comparison with what is no number would be no check.
            where = min(place, len(self.relations) - 1)
            self._fail(where, setting.take(unknown[:1]), "a side has no finite value")
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
            self._fail(place, setting.take(worst[:1]), what)

    def _rounding(self, place: int, setting: Setting, at: Times) -> Array:
        """How much the two sides move when all numbers and functions do in their last digits."""
        rng = np.random.default_rng(0)
        most = np.zeros(setting.count)
        for _ in range(3):
            arrays = {
                name: value * (1 + EPSILON * rng.normal(size=value.shape))
                for name, value in setting.arrays.items()
            }
            erring = inexact(setting.sigma, EPSILON, rng)
            moved = replace(setting, arrays=arrays, functions=erring)
            for each in self.lines[place : place + 2]:
                change = np.abs(each.entries(moved, at) - each.entries(setting, at))
                most = np.maximum(most, change.max(axis=-1))
        return most

    def _fail(self, place: int, setting: Setting, what: str) -> None:
        raise DisagreementError(
            f"Line {place + 1} of `{self.name}` does not hold: {what}",
            {
                "left": text(self.lines[place].expression),
                "right": text(self.lines[place + 1].expression),
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


def _vanishes(chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...]) -> int:
    """The first line vanishes (or grows) as the variable does: seen over 60 more steps.

    Returns how many settings were tried.
    """
    variable = chain.variable
    if variable is None:
        raise EvidenceError(f"`{name}` has a limit, but nothing that grows", {"end": chain.end})
    base = next(_times([chain.start], facts, rnn), None)
    if base is None or variable not in base:
        raise EvidenceError("no times satisfy the hypotheses", {"hypotheses": facts})
    rest = tuple((symbol, time) for symbol, time in base.items() if symbol != variable)
    bounded = line(chain.start, (), "2")
    first = base[variable]
    drawer = Drawer(rnn, [chain.start], facts, {**base, variable: first + 60}, "2", _sigmas(rnn)[0])
    setting = drawer.draw(np.random.default_rng(0))
    sizes = np.array(
        [
            bounded.entries(setting, (*rest, (variable, time)))[:, 0]
            for time in (first, first + 20, first + 60)
        ]
    )
    grows = chain.end == sympy.oo
    early, late = (sizes[2], sizes[0]) if grows else (sizes[0], sizes[2])
    wrong = np.flatnonzero(~((late <= 0.9 * early + TINY) & np.isfinite(sizes).all(axis=0)))
    if wrong.size:
        raise DisagreementError(
            f"`{name}` does not {'grow' if grows else 'vanish'}",
            {"values": sizes[:, wrong[0]].tolist(), "σ": setting.sigma},
        )
    return setting.count
