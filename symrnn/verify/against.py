"""A formula of the user's against differences through the recurrence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError, ShapeError
from symrnn.language.algebra import Transposed, as_matrix
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.writing import text
from symrnn.numeric.differences import MEMORY_BUDGET
from symrnn.numeric.random_directions import MISSED, linear_share, scalar_share
from symrnn.recurrence.elman import RNN
from symrnn.verify.diagnosis import Trial, diagnose, value_at
from symrnn.verify.network import Weights, random_weights
from symrnn.verify.oracle import STEP, Found, Outcome, derivative_of, numerator
from symrnn.verify.setting import Setting
from symrnn.verify.within import Times

Array = NDArray[Any]

AGREES = 1e-9
"""Relative disagreement with the complex step below which two matrices count as equal."""

TINY = float(np.finfo(np.float64).tiny)

SMALL = 3
"""d of the net at which a diagnosis is confirmed."""


@dataclass(frozen=True)
class Comparison:
    """A formula that agrees, and what error would have been noticed.

    Attributes:
        error: largest relative disagreement, over all entries or all directions.
        entries: entries of the derivative.
        oracle: "complex step", or "Richardson" where σ is not holomorphic.
        directions: how many directions the variable was moved in; all, unless they were random.
        run: directions per run, chosen to fit the memory budget.
        step: h of the complex step; the smallest step used by Richardson.
        noticed: relative size of the smallest error that would have been noticed: of one entry, to
            the largest; along random directions, of the Frobenius norm of all.
        probability: that an error of that size is missed all the same; 0 if all directions were
            compared.
    """

    error: float
    entries: int
    oracle: str
    directions: int
    run: int
    step: float
    noticed: float
    probability: float = 0.0

    def __str__(self) -> str:
        agrees = f"agrees to {self.error:.0e} ({self.oracle}, "
        if self.probability == 0:
            return f"{agrees}{self.entries} entries; would notice {self.noticed:.0e})"
        return (
            f"{agrees}{self.directions} random directions; would notice {self.noticed:.0e}"
            f" but for a chance of {self.probability:.0e})"
        )


def compare(
    rnn: RNN,
    derivative: Any,
    formula: Any,
    net: Weights,
    *,
    directions: int | None = None,
    budget: int = MEMORY_BUDGET,
    seed: int = 0,
    **times: int,
) -> Comparison:
    """Compare a formula with the derivative it is said to be, at the numbers of a net.

    Args:
        rnn: the recurrence, with a known activation.
        derivative: `D(…)` or `D_plus(…)`, unevaluated: what the formula claims to be.
        formula: a matrix expression of the same shape.
        net: weights and inputs; `random_weights(d, m, steps, seed)` makes some.
        directions: move the variable in so many random directions, instead of in every one: for
            sizes at which every one is too many.
        budget: bytes that the perturbed copies of one run may take; 32 MiB by default.
        seed: of the random directions.
        times: an integer for each free time, by name: `t=30, k=3`.

    Returns:
        How well they agree, and what error would have been noticed; printing it says so in words.

    Raises:
        DisagreementError: saying by how much they differ, and which single slip explains it: a
            transpose, a reversed product, an index shift, a missing or doubled term, a constant
            factor; or that none does.
        IllFormedError, ShapeError: for arguments that do not fit.
    """
    node, formula = as_matrix(derivative), as_matrix(formula)
    if not isinstance(node, TotalDerivative | ImmediateDerivative):
        raise IllFormedError(
            "compare: `derivative` must be unevaluated", {"expected": "D(…)", "got": text(node)}
        )
    if rnn.sigma.is_unknown:
        raise IllFormedError(
            "compare: an unknown σ cannot be run", {"expected": 'elman("tanh")', "got": "elman()"}
        )
    if directions is not None and directions < 1:
        raise IllFormedError(
            "compare: directions", {"expected": "at least 1, or None for all", "got": directions}
        )
    setting = _setting(rnn, net)
    at = tuple((Symbol(name, integer=True), time) for name, time in times.items())
    _require_times(node, formula, at, setting)
    claim = Claim(node, formula, setting, at)
    if directions is None:
        return _everywhere(claim, budget, net)
    return _along_random(claim, budget, net, directions, seed)


@dataclass(frozen=True)
class Claim:
    """That a formula is a derivative, at the numbers of a net and at integer times."""

    node: Any
    formula: MatrixExpr
    setting: Setting
    times: Times

    @property
    def outcome(self) -> Outcome:
        """What is differentiated, as a function of the variable."""
        named = {symbol.name: time for symbol, time in self.times}
        closed = self.node.subs(dict(self.times))
        return Outcome(closed, self.setting, numerator(self.node), named)

    def trial(self, found: Found) -> Trial:
        """Where this and other formulas are tried."""
        tolerance = max(AGREES, 10 * found.uncertain)
        return Trial(self.setting, self.times, found.value, tolerance)

    def elsewhere(self, net: Weights, seed: int) -> Trial:
        """The same claim at a second, small net: the numbers of a coincidence do not repeat."""
        rnn = self.setting.rnn
        d = SMALL if isinstance(rnn.d, Symbol) else int(rnn.d)
        m = SMALL - 1 if isinstance(rnn.m, Symbol) else int(rnn.m)
        other = _setting(rnn, random_weights(d, max(m, 1), len(net.x), seed))
        claim = replace(self, setting=other)
        return claim.trial(derivative_of(claim.outcome))

    def refusal(self, error: float, oracle: str, here: Trial, there: Trial) -> DisagreementError:
        """What is raised: by how much they differ, and the slip that explains it."""
        found = diagnose(self.setting.rnn, self.node, self.formula, here, there)
        what = text(self.node)
        if here.value(self.formula) is None:
            message = f"{what}: the formula speaks of a vector that is not there at these times"
        else:
            message = f"{what} differs by {error:.2g} (relative, {oracle})"
        return DisagreementError(message, {"formula": text(self.formula), "diagnosis": found})


def _everywhere(claim: Claim, budget: int, net: Weights) -> Comparison:
    """Every entry, the variable moved in every direction."""
    outcome = claim.outcome
    found = derivative_of(outcome, budget)
    here = claim.trial(found)
    _require_shape(claim, here)
    error = here.error(claim.formula)
    if not error <= here.tolerance:
        raise claim.refusal(error, found.oracle, here, claim.elsewhere(net, 1))
    count = outcome.point.size
    run = min(outcome.directions_per_run(budget), count)
    noticed = here.tolerance + error
    return Comparison(error, found.value.size, found.oracle, count, run, found.step, noticed)


def _along_random(
    claim: Claim, budget: int, net: Weights, directions: int, seed: int
) -> Comparison:
    """‖(F - J) u‖ against ‖J u‖ for random u."""
    outcome = claim.outcome
    if not outcome.is_holomorphic:
        raise NotSupportedError(
            "compare: random directions need the complex step",
            {"expected": "a holomorphic σ", "got": claim.setting.rnn.sigma.name},
        )
    rng = np.random.default_rng(seed)
    moves = rng.normal(size=(directions, *outcome.point.shape))
    run = min(outcome.directions_per_run(budget), directions)
    rates = np.concatenate(
        [outcome.rates(moves[start : start + run]) for start in range(0, directions, run)]
    )[..., 0]
    value = value_at(claim.formula, claim.setting, claim.times)
    claimed = rates * np.inf if value is None else outcome.moved(value, moves)
    sizes = np.linalg.norm(rates, axis=-1)
    gaps = np.linalg.norm(claimed - rates, axis=-1)
    error = float(np.max(np.where(gaps > 0, gaps / np.maximum(sizes, TINY), 0.0)))
    if value is None or not error <= AGREES:
        here, there = claim.elsewhere(net, 1), claim.elsewhere(net, 2)
        raise claim.refusal(error, "complex step", here, there)
    share = scalar_share(directions) if rates.shape[-1] == 1 else linear_share(directions)
    spread = float(np.max(sizes) / np.sqrt(np.mean(sizes**2)))
    noticed = AGREES * spread / share
    return Comparison(error, value.size, "complex step", directions, run, STEP, noticed, MISSED)


def _setting(rnn: RNN, net: Weights) -> Setting:
    arrays = {"W": net.W, "b": net.b[:, None], "s_0": net.s0[:, None]}
    sizes = {rnn.d: net.W.shape[0]}
    if rnn.U is not None:
        first = np.full_like(net.x[:1], np.nan)
        arrays |= {"U": net.U, "x": np.concatenate([first, net.x])[..., None]}
        sizes[rnn.m] = net.U.shape[1]
    chosen = {size: value for size, value in sizes.items() if isinstance(size, Symbol)}
    return Setting(rnn, "tanh", chosen, arrays, steps=len(net.x))


def _require_times(node: Any, formula: Any, at: Any, setting: Setting) -> None:
    free = {s for s in node.free_symbols | formula.free_symbols if isinstance(s, Symbol)}
    needed = {s.name for s in free if s.is_integer and not s.is_positive}
    given = {symbol.name for symbol, _ in at}
    if needed - given:
        raise IllFormedError(
            "compare: a time is missing",
            {"expected": ", ".join(sorted(needed)), "got": ", ".join(sorted(given)) or "none"},
        )
    wrong = {s.name: v for s, v in at if not 0 <= v <= setting.steps}
    if wrong:
        raise IllFormedError(
            "compare: times out of range", {"expected": f"0 … {setting.steps}", "got": wrong}
        )


def _require_shape(claim: Claim, here: Trial) -> None:
    value = here.value(claim.formula)
    expected = here.expected
    if value is None or value.shape == expected.shape:
        return
    detail: dict[str, object] = {"expected": expected.shape, "got": value.shape}
    turned = Transposed(claim.formula)
    if value.shape == expected.T.shape and here.error(turned) <= here.tolerance:
        detail["diagnosis"] = f"it agrees to {here.error(turned):.0e} once it is transposed"
    raise ShapeError("compare: the formula has another shape than the derivative", detail)
