"""Random and adversarial settings that meet a proof's hypotheses, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

from symrnn.errors import EvidenceError, UnmetError
from symrnn.language.activations import Activation
from symrnn.language.relations import Equation
from symrnn.language.time import TimeVector
from symrnn.numeric.printer import parameter_name
from symrnn.theory.about import Subject
from symrnn.verify.hypotheses import fixes_leaf, gives_scalar, scalars_given
from symrnn.verify.lines import Line, line
from symrnn.verify.moments import assumed_at, opened
from symrnn.verify.nets import FAMILIES, RARE, Family, Nets
from symrnn.verify.setting import Setting, together
from symrnn.verify.sieve import Sieve
from symrnn.verify.ties import ties
from symrnn.verify.within import (
    Times,
    at_integers,
    concerning,
    horizon,
)

Array = NDArray[Any]
ROUNDING = 1e-12
"""How far a hypothesis may be missed: rounding, in settings that meet it exactly."""

LOST = 1e-6
"""A slope below this, computed as a difference of numbers near 1, has lost its digits."""

ROUNDS = 6


class Drawer:
    """Draws settings for one chain at fixed times.

    Args:
        rnn: the chain's recurrence.
        expressions: everything a value is needed for.
        given: the hypotheses.
        times: integers for the free times.
        kind: the norm that stands for "any".
        sigma: the activation that stands for an unknown σ.
        sizes: the value of each symbolic size; 3 by default.
        nets: what is shared with other times, which reaches as far as any of them.
    """

    def __init__(
        self,
        rnn: Subject,
        expressions: list[Any],
        given: tuple[Any, ...],
        times: dict[Symbol, int],
        kind: str,
        sigma: str | Activation,
        sizes: Mapping[Symbol, int] | None = None,
        nets: Nets | None = None,
    ) -> None:
        self.tried = 0
        given = tuple(map(opened, given))
        self.rnn, self.kind, self.sigma = rnn, kind, sigma
        self.at: Times = tuple(times.items())
        spoken = [*expressions, *given]
        self.steps = horizon(spoken, times)
        self.nets = nets or Nets(
            rnn, spoken, times, kind, sigma, sizes, self.steps, ties(expressions, given)
        )
        self._read(given, times)

    def _read(self, given: tuple[Any, ...], times: dict[Symbol, int]) -> None:
        """Sort the hypotheses: values of leaves, suprema, and what a draw must satisfy."""
        self.fixed: list[tuple[Any, Line, tuple[Times, ...]]] = []
        self.suprema: list[tuple[Symbol, list[tuple[Line, tuple[Times, ...]]]]] = []
        self.conditions: list[tuple[str, Line, tuple[Times, ...]]] = []
        fixing = [fact for fact in given if fixes_leaf(self._here(fact), self.rnn.recurrence)]
        for fact in fixing:
            when = self._when(fact.lhs - fact.rhs)
            self.fixed.append((fact.lhs, self._line(fact.rhs), when))
        for symbol, expressions, exact in scalars_given(given):
            if exact:
                self.fixed.append((symbol, self._line(expressions[0]), (self.at,)))
                continue
            bounds = [(self._line(each), self._when(each)) for each in expressions]
            if not all(times_of for _, times_of in bounds):
                raise EvidenceError(f"no time at which {symbol} bounds anything", {"steps": times})
            self.suprema.append((symbol, bounds))
        for fact in given:
            if fact in fixing or gives_scalar(fact):
                continue
            if isinstance(fact, Relational):
                if set(fact.free_symbols) - set(times):
                    strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
                    self._condition("<" if strict else "≤", fact.lts - fact.gts)
            else:
                equal = isinstance(fact, Equation)
                self._condition("=" if equal else "≤", fact.lhs - fact.rhs)

        # Conditions on bounds alone that are missed for good once they are missed.
        bounding = {symbol for symbol, _ in self.suprema}
        self.rising = [
            (relation, gap, frozenset(gap.expression.free_symbols))
            for relation, gap, _ in self.conditions
            if relation != "=" and _rises(gap.expression, bounding)
        ]

    def _here(self, fact: Any) -> Any:
        """A hypothesis at these times."""
        return (
            at_integers(fact, concerning(fact, dict(self.at)))
            if isinstance(fact, Equation)
            else fact
        )

    def _condition(self, relation: str, gap: Any) -> None:
        self.conditions.append((relation, self._line(gap), self._when(gap)))

    def _when(self, expression: Any) -> tuple[Times, ...]:
        """The times at which something is assumed: one moment, or all where it is universal."""
        moments = assumed_at(expression, dict(self.at), self.steps, self.rnn)
        return tuple((*self.at, *at.items()) for at in moments)

    def _line(self, expression: Any) -> Line:
        return line(expression, self.kind)

    # ------------------------------------------------------------------ drawing

    def batches(
        self, rng: Generator, each: int = 1, rounds: int = ROUNDS
    ) -> Iterator[tuple[Setting, Array, Array]]:
        """Batches until there are `each` settings out of every family that can meet the hypotheses.

        Yields:
            the batch, where in it the hypotheses are met, and as many of these places as are wanted
            out of every family.
        """
        for families in (FAMILIES, RARE):
            found = False
            for batch in self._batches(families, rng, each, rounds):
                found = True
                yield batch
            if found:
                return
        raise UnmetError(
            "no setting met the hypotheses",
            {"times": self.at, "activation": self.sigma, "norm": self.kind},
        )

    def _batches(
        self, families: Iterable[Family], rng: Generator, each: int, rounds: int
    ) -> Iterator[tuple[Setting, Array, Array]]:
        """Batches out of some families."""
        missing = dict.fromkeys(families, each)
        found = False
        for attempt in range(rounds):
            count = 2 * each * 4**attempt
            raw = self.nets.raw(missing, count, self.at)
            self.tried += raw.count
            sieve = self._complete(raw, rng)
            met = np.zeros(raw.count, dtype=bool)
            met[sieve.places] = sieve.met
            wanted: list[int] = []
            for number, family in enumerate(list(missing)):
                block = np.arange(number * count, (number + 1) * count)
                chosen = block[met[block]][: missing[family]]
                wanted.extend(chosen)
                missing[family] -= len(chosen)
            if wanted:
                found = True
                # The places of a sieve are in order.
                there = np.searchsorted(sieve.places, wanted)
                yield sieve.setting, np.flatnonzero(sieve.met), there
            missing = {family: left for family, left in missing.items() if left}
            # A family that some hypothesis excludes altogether is given up after a while.
            if not missing or (found and attempt >= ROUNDS // 2):
                break

    def draw(self, rng: Generator, each: int = 1, rounds: int = ROUNDS) -> Setting:
        """A batch that meets the hypotheses: `each` settings out of every family that can.

        Raises:
            UnmetError: when none was found; a check that never ran must not pass.
        """
        every = self.batches(rng, each, rounds)
        return together([setting.take(wanted) for setting, _, wanted in every])

    def nearby(self, setting: Setting, rng: Generator, reach: float) -> tuple[Setting, Array]:
        """Settings close to others, and which of them meet the hypotheses."""
        arrays = {
            name: value * (1 + reach * rng.normal(size=value.shape))
            + reach * 0.1 * rng.choice((0.0, 1.0)) * rng.normal(size=value.shape)
            for name, value in setting.arrays.items()
        }
        scalars = {
            symbol: value * np.exp(reach * rng.normal(size=value.shape))
            for symbol, value in setting.scalars.items()
        }
        sieve = self._complete(replace(setting, arrays=arrays, scalars=scalars), rng)
        return sieve.setting, sieve.met

    def _place(self, leaf: Any, at: Times) -> tuple[str, Any]:
        """Where in the arrays of a setting a leaf stands."""
        if not isinstance(leaf, TimeVector):
            return parameter_name(leaf), ...
        if self.rnn.recurrence.is_state(leaf):
            return f"{leaf.label}_0", ...
        return leaf.label, int(at_integers(leaf.index, concerning(leaf.index, dict(at))))

    def _complete(self, setting: Setting, rng: Generator) -> Sieve:
        """Put in what the hypotheses fix; and where in the batch all of them hold."""
        count = setting.count
        for leaf, given, times in self.fixed:
            for at in times:
                value = given.value(setting, at)
                if isinstance(leaf, Symbol):
                    filled = np.array(np.broadcast_to(value, (count,)), dtype=float)
                    setting = setting.with_scalars({leaf: filled})
                else:
                    name, place = self._place(leaf, at)
                    filled = setting.arrays[name].copy()
                    filled[place] = value
                    setting = replace(setting, arrays={**setting.arrays, name: filled})
        sieve = Sieve(setting)
        self._bounded(sieve, rng)
        for relation, gap, times in self.conditions:
            for at in times:
                if sieve.hopeless:
                    return sieve
                sieve.pass_on(_holds(relation, gap.entries(sieve.setting, at)))
        return sieve

    def _bounded(self, sieve: Sieve, rng: Generator) -> None:
        """Give each scalar that bounds something the largest that this is, or a little more."""
        count = sieve.setting.count
        bounds: dict[Symbol, Array] = {}
        # Several bounds at once are attained only where none of them has any slack.
        loose = rng.random(count) < 0.4
        for symbol, bounded in self.suprema:
            slack = loose * rng.choice((0.0, 1.0), count) * rng.random(count)
            if any(bounds.keys() & each.expression.free_symbols for each, _ in bounded):
                sieve.setting = sieve.setting.with_scalars(bounds)
            largest = np.full(sieve.setting.count, -np.inf)
            for each, times in bounded:
                for at in times:
                    largest = np.maximum(largest, each.entries(sieve.setting, at).max(axis=-1))
                    good = self._may_hold(sieve.setting, {**bounds, symbol: largest})
                    largest, *known = sieve.pass_on(good, largest, *bounds.values())
                    bounds = dict(zip(bounds, known, strict=True))
            if any(_is_slope(each.expression) for each, _ in bounded):
                # Saturated slopes have lost their digits: what is computed bounds nothing.
                lost = (largest < LOST) & (largest >= 0)
                largest, *known = sieve.pass_on(~lost, largest, *bounds.values())
                bounds = dict(zip(bounds, known, strict=True))
            bounds[symbol] = largest * (1.0 + slack[sieve.places])
        if bounds:
            sieve.setting = sieve.setting.with_scalars(bounds)

    def _may_hold(self, setting: Setting, least: dict[Symbol, Array]) -> Array:
        """Where no condition is missed yet, if some scalars are what they are at least."""
        met = np.ones(setting.count, dtype=bool)
        for relation, gap, grows in self.rising:
            if grows <= least.keys() and all(np.isfinite(least[each]).all() for each in grows):
                known = setting.with_scalars({each: least[each] for each in grows})
                met &= _holds(relation, gap.entries(known, self.at))
        return met


def _holds(relation: str, value: Array) -> Array:
    """Where a difference of two sides, (B, entries), is as a relation has it."""
    missed = np.abs(value) if relation == "=" else value
    allowed = -ROUNDING if relation == "<" else ROUNDING
    return np.asarray((missed <= allowed).all(axis=-1))


def _rises(gap: Any, symbols: set[Symbol]) -> bool:
    """Whether something is made of some symbols alone, and is no smaller where they are larger."""
    if not isinstance(gap, sympy.Expr) or not gap.free_symbols or gap.free_symbols - symbols:
        return False
    return all(gap.diff(each).is_nonnegative is True for each in gap.free_symbols)


def _is_slope(expression: Any) -> bool:
    return any(node.order > 0 for node in expression.atoms(Activation))
