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
from sympy import Symbol

from symrnn.errors import DisagreementError, EvidenceError
from symrnn.language.norms import Norm
from symrnn.language.writing import text
from symrnn.numeric.differences import relative_error
from symrnn.recurrence.elman import RNN
from symrnn.recurrence.point import assignments
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation
from symrnn.verify.draw import Drawer
from symrnn.verify.lines import Line, Times, line
from symrnn.verify.setting import Setting
from symrnn.verify.within import within

AGREE = 1e-9
"""Largest relative disagreement of two lines: rounding through a few steps stays far below."""

FLOOR = 1e-3
"""Entries below this are compared absolutely: saturated slopes have lost their digits to 1."""

CLIMB = 40

ACTIVATIONS = ("tanh", "logistic", "sin")
KINDS = ("1", "2", "inf")


@dataclass(frozen=True)
class Sampled:
    """What sampling found.

    residual: largest relative disagreement of an equality (0 if there is none).
    tightest: largest ratio of the two sides of an inequality (None if there is none).
    points: how many settings were tried.
    """

    residual: float
    tightest: float | None
    points: int


def sample(
    chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...], points: int = 6
) -> Sampled:
    """Evaluate every line of a chain and compare neighbours.

    Args:
        chain: the lines.
        rnn: the recurrence, unless the chain has one of its own.
        name: for messages.
        facts: the hypotheses in force.
        points: draws for each choice of times, activation and norm.

    Raises:
        DisagreementError: naming the line, with the setting that violates it.
        EvidenceError: when no setting could be drawn.
    """
    rnn = chain.cell or rnn
    relations = [step.relation for step in chain.steps if step.relation != "→"]
    expressions = [chain.start, *(s.after for s in chain.steps if s.relation != "→")]
    residual, tightest, count = 0.0, None, 0
    for number, (times, sigma, kind) in enumerate(_choices(expressions, facts, rnn, chain)):
        rng = np.random.default_rng(number)
        drawer = Drawer(rnn, expressions, facts, times, kind, sigma)
        at = tuple(times.items())
        lines = [line(expression, at, kind) for expression in expressions]
        best: tuple[float, Setting | None] = (-1.0, None)
        inequality = "≤" in relations
        for _ in range(points * (4 if inequality else 1)):
            setting = drawer.draw(rng)
            count += 1
            found = _compare(lines, relations, setting, at, name)
            residual = max(residual, found.residual)
            if found.ratio is not None and found.ratio > best[0]:
                best = (found.ratio, setting)
        if best[1] is not None:
            climbed, more = _climb(drawer, lines, relations, best[1], best[0], rng, name)
            tightest, count = max(tightest or 0.0, climbed), count + more
    if count == 0:
        raise EvidenceError(f"`{name}` was never sampled", {"hypotheses": facts})
    if any(step.relation == "→" for step in chain.steps):
        _vanishes(chain, rnn, name, facts)
    return Sampled(residual, tightest, count)


def _choices(
    expressions: list[Any], facts: tuple[Any, ...], rnn: RNN, chain: Derivation
) -> Iterator[tuple[dict[Symbol, int], str, str]]:
    """Times, activations and norms to try: each at least once, not all combinations."""
    times = list(itertools.islice(_times(expressions, facts, rnn), 2))
    if not times:
        raise EvidenceError("no times satisfy the hypotheses", {"hypotheses": facts})
    known = not rnn.sigma.is_unknown
    sigmas = (rnn.sigma.name,) if known else ACTIVATIONS
    general = any(n.kind == "any" for e in expressions for n in sympy.sympify(e).atoms(Norm))
    kinds = KINDS if general else ("2",)
    for number in range(max(len(times), len(sigmas), len(kinds))):
        yield (
            times[number % len(times)],
            sigmas[number % len(sigmas)],
            kinds[number % len(kinds)],
        )


def _times(
    expressions: list[Any], facts: tuple[Any, ...], rnn: RNN
) -> Iterator[dict[Symbol, int]]:
    order = Context(rnn).assume(f for f in facts if not isinstance(f, bool)).order
    symbols = set().union(*(sympy.sympify(e).free_symbols for e in (*expressions, *facts)))
    free = {s for s in symbols if isinstance(s, Symbol) and s.is_integer and not s.is_positive}
    for chosen in assignments(free, order, latest=4):
        if all(within(sympy.sympify(e).subs(chosen), rnn) for e in expressions):
            yield chosen


def _fail(place: int, lines: list[Line], setting: Setting, name: str, what: str) -> Any:
    raise DisagreementError(
        f"Line {place + 1} of `{name}` does not hold: {what}",
        {
            "left": text(lines[place].expression),
            "right": text(lines[place + 1].expression),
            "at": f"σ = {setting.sigma}, norm {setting.kind}, sizes {setting.sizes}",
            "scalars": {str(s): round(v, 6) for s, v in setting.scalars.items()},
        },
    )


@dataclass(frozen=True)
class _Found:
    """Largest disagreement of equalities, smallest ratio of inequalities (None without any)."""

    residual: float
    ratio: float | None


def _compare(
    lines: list[Line], relations: list[str], setting: Setting, at: Times, name: str
) -> _Found:
    values = [each.value(setting, at) for each in lines]
    residual, ratio = 0.0, None
    for place, relation in enumerate(relations):
        left, right = values[place], values[place + 1]
        if relation == "=":
            error = _disagreement(left, right)
            if error > AGREE and error > 100 * _rounding(lines[place : place + 2], setting, at):
                what = f"the sides differ by {error:.2g} (relative)"
                _fail(place, lines, setting, name, what)
            residual = max(residual, error if error <= AGREE else 0.0)
        else:
            small, large = float(left), float(right)
            if not small <= large + AGREE * max(abs(small), abs(large), 1e-12):
                _fail(place, lines, setting, name, f"{small:.6g} is not ≤ {large:.6g}")
            each = small / large if large > 0 else float(small == large)
            ratio = each if ratio is None else min(ratio, each)
    return _Found(residual, ratio)


def _disagreement(left: Any, right: Any) -> float:
    return float(relative_error(np.broadcast_to(left, np.shape(right)), right, floor=FLOOR))


def _rounding(lines: list[Line], setting: Setting, at: Times) -> float:
    """How much either side moves when its inputs do in their last digits."""
    rng = np.random.default_rng(0)
    arrays = {
        name: value * (1 + 1e-15 * rng.normal(size=value.shape))
        for name, value in setting.arrays.items()
    }
    moved = replace(setting, arrays=arrays)
    return max(_disagreement(each.value(moved, at), each.value(setting, at)) for each in lines)


def _climb(
    drawer: Drawer,
    lines: list[Line],
    relations: list[str],
    setting: Setting,
    best: float,
    rng: Any,
    name: str,
) -> tuple[float, int]:
    """Random ascent of the smallest ratio from the best setting drawn, looking for a violation."""
    tried = 0
    for step in range(CLIMB):
        moved = drawer.nearby(setting, rng, reach=0.5 / (1 + step / 4))
        if moved is None:
            continue
        tried += 1
        ratio = _compare(lines, relations, moved, drawer.at, name).ratio
        if ratio is not None and ratio > best:
            best, setting = ratio, moved
    return best, tried


def _vanishes(chain: Derivation, rnn: RNN, name: str, facts: tuple[Any, ...]) -> None:
    """The first line vanishes (or grows) as the variable does: seen over 60 more steps."""
    variable = chain.variable
    assert variable is not None
    base = next(_times([chain.start], facts, rnn))
    rng = np.random.default_rng(0)
    base_at = tuple((symbol, time) for symbol, time in base.items() if symbol != variable)
    bounded = line(chain.start, (), "2")
    long = {**base, variable: base[variable] + 60}
    drawer = Drawer(rnn, [chain.start], facts, long, "2", "tanh")
    for _ in range(4):
        setting = drawer.draw(rng, tries=3000)
        at = [base[variable], base[variable] + 20, base[variable] + 60]
        sizes = [
            float(bounded.value(setting, ((*base_at, (variable, time))))) for time in at
        ]
        grows = chain.end == sympy.oo
        first, last = (sizes[2], sizes[0]) if grows else (sizes[0], sizes[2])
        if not last <= 0.9 * first + 1e-12 or not np.isfinite(sizes).all():
            raise DisagreementError(
                f"`{name}` does not {'grow' if grows else 'vanish'}",
                {"values": sizes, "at": at, "σ": setting.sigma},
            )
