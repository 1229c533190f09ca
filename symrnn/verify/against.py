"""A formula of the user's against differences through the recurrence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixSymbol, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.errors import (
    DisagreementError,
    IllFormedError,
    NotSupportedError,
    ShapeError,
    UndecidedError,
)
from symrnn.language.activations import Unknown
from symrnn.language.algebra import Transposed, as_matrix
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.shapes import same_shape, show
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.numeric import arguments
from symrnn.numeric.differences import MEMORY_BUDGET, STEP
from symrnn.numeric.printer import parameter_name
from symrnn.numeric.random_directions import MISSED, linear_share, scalar_share
from symrnn.numeric.weights import Weights
from symrnn.reading.latex.build import from_latex
from symrnn.verify.derived import as_claimed
from symrnn.verify.diagnosis import diagnose
from symrnn.verify.functions import applied
from symrnn.verify.interpreter import value_at
from symrnn.verify.kinks_met import require_no_kink
from symrnn.verify.net import Net
from symrnn.verify.oracle import Found
from symrnn.verify.places import (
    AGREES,
    Claim,
    elsewhere,
    is_zero_elsewhere,
    says_little,
)
from symrnn.verify.resolution import is_lost, require_finite, resolved
from symrnn.verify.rounding import require_digits
from symrnn.verify.runnable import Runnable
from symrnn.verify.setting import Setting
from symrnn.verify.within import Times

Array = NDArray[Any]

TINY = float(np.finfo(np.float64).tiny)


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
        besides: where else it was compared, because it says little at these numbers; else empty.
    """

    error: float
    entries: int
    oracle: str
    directions: int
    run: int
    step: float
    noticed: float
    probability: float = 0.0
    besides: str = ""

    def __str__(self) -> str:
        said = f"{self.entries} entries; would notice {self.noticed:.0e}"
        if self.probability > 0:
            chance = f"but for a chance of {self.probability:.0e}"
            said = f"{self.directions} random directions; would notice {self.noticed:.0e} {chance}"
        besides = f"; {self.besides}" if self.besides else ""
        return f"agrees to {self.error:.0e} ({self.oracle}, {said}){besides}"


def compare(
    rnn: Network | Cell,
    derivative: Any,
    formula: Any,
    net: Net | Weights,
    *,
    directions: int | None = None,
    budget: int = MEMORY_BUDGET,
    seed: int = 0,
    **times: int,
) -> Comparison:
    """Compare a formula with the derivative it is said to be, at the numbers of a net.

    Args:
        rnn: a cell, or one with a loss as statements speak of it, `elman("tanh")`; its functions
            are known.
        derivative: `D(…)` or `D_plus(…)`, unevaluated: what the formula claims to be. By a scalar α
            of the cell it is `D(…, Parameter("alpha", 1, 1))`.
        formula: a matrix expression of the same shape, or LaTeX for one; of a scalar's derivative
            also a column for a row, or a matrix for its vec.
        net: weights and inputs of one sequence; `random_weights(rnn, steps=…, d=…)` makes some.
        directions: move the variable in so many random directions, instead of in every one: for
            sizes at which every one is too many.
        budget: bytes that the perturbed copies of one run may take; 32 MiB by default.
        seed: of the random directions.
        times: an integer for each free time, by name: `t=30, k=3`.

    Where they would agree whatever the formula (at t = k, with d = 1), they are compared at other
    times and nets as well.

    Returns:
        How well they agree, and what error would have been noticed; printing it says so in words.

    Raises:
        DisagreementError: saying by how much they differ, and which slip, or which two, explain it,
            with the formula mended; or that none is found that does.
        UndecidedError: nothing can be compared: a unit lies at a kink, the derivative is zero or
            underflows, the forward pass overflows, no differences resolve the function.
        IllFormedError, ShapeError: for arguments that do not fit.
    """
    node = as_matrix(derivative)
    if not isinstance(node, TotalDerivative | ImmediateDerivative):
        raise IllFormedError(
            "compare: `derivative` must be unevaluated", {"expected": "D(…)", "got": text(node)}
        )
    run = Runnable.of_cell(rnn).by(node.by)
    node = run.spoken(node)
    if isinstance(formula, str):
        formula = from_latex(formula, run, shape=node.shape)
    formula = as_matrix(run.spoken(as_matrix(formula)))
    if directions is not None and directions < 1:
        raise IllFormedError(
            "compare: directions", {"expected": "at least 1, or None for all", "got": directions}
        )
    fractions = {name: time for name, time in times.items() if not isinstance(time, Integral)}
    if fractions:
        raise IllFormedError("compare: times", {"expected": "integers", "got": fractions})
    setting = run.setting(net)
    _require_known(node, formula, setting)
    defined = {of.label for of in setting.rnn.recurrence.definitions}
    if both := sorted({*times} & {*setting.arrays, *defined}):
        raise IllFormedError(
            f"compare: {both[0]} is a time and a quantity of the cell",
            {"expected": "another symbol for the time", "got": ", ".join(times)},
        )
    at = tuple((Symbol(name, integer=True), int(time)) for name, time in times.items())
    _require_times(node, formula, at, setting)
    claim = Claim(node, _in_shape(node, formula, at, setting), setting, at)
    if directions is None:
        return _everywhere(claim, budget)
    return _along_random(claim, budget, directions, seed)


def _everywhere(claim: Claim, budget: int) -> Comparison:
    """Every entry, the variable moved in every direction."""
    found = resolved(claim.outcome, budget)
    if is_lost(found.value):
        return _of_nothing(claim, found)
    here = claim.trial(found)
    error = here.error(claim.formula)

    def agrees_here(formula: Any) -> float | None:
        error = here.error(formula)
        return error if error <= here.tolerance else None

    if not error <= here.tolerance:
        require_digits(claim, found, budget)
        raise _refusal(claim, error, found.oracle, agrees_here)
    outcome = claim.outcome
    count = outcome.point.size
    run = min(outcome.directions_per_run(budget), count)
    noticed = here.tolerance + error
    besides = _besides(claim, agrees_here)
    size = found.value.size
    return Comparison(error, size, found.oracle, count, run, found.step, noticed, 0.0, besides)


def _of_nothing(claim: Claim, found: Found) -> Comparison:
    """A derivative without digits: whatever is multiplied by it agrees.

    A formula that is not as small differs; only one that is zero, of a derivative that is zero at
    other nets as well, can be said to agree.
    """
    largest = float(np.max(np.abs(found.value), initial=0.0))
    exactly = largest == 0
    value = claim.formula_value
    if value is None or not is_lost(value):

        def agrees_here(formula: Any) -> float | None:
            value = value_at(formula, claim.setting, claim.times)
            return 0.0 if value is not None and is_lost(value) else None

        raise _refusal(claim, float("inf"), found.oracle, agrees_here)
    claims_zero = not np.any(value)
    if exactly and claims_zero and is_zero_elsewhere(claim):
        besides = "it is zero at every other net tried, too"
        size = found.value.size
        return Comparison(0.0, size, found.oracle, size, size, found.step, 0.0, 0.0, besides)
    detail: dict[str, object] = {"formula": text(claim.formula)}
    places = list(elsewhere(claim))
    if places:
        wrong = [place for place in places if not place.agrees(claim.formula)]
        at = (wrong or places)[0]
        detail["elsewhere"] = f"at a random net with {at.words} it " + (
            f"differs by {at.error(claim.formula):.2g}" if wrong else "agrees"
        )
    # A product of what is not 0 may come out as 0.
    said = "is 0 or underflows" if exactly else f"underflows (its largest entry is {largest:.0e})"
    raise UndecidedError(
        f"compare: {text(claim.node)} {said} at these numbers, so nothing can be compared", detail
    )


def _besides(claim: Claim, agrees_here: Callable[[Any], float | None]) -> str:
    """Where else a formula was compared that says little here.

    Raises:
        DisagreementError: it does not agree there.
    """
    reason = says_little(claim)
    if reason is None:
        return ""
    places = list(elsewhere(claim))
    for place in places:
        if not place.agrees(claim.formula):
            there = place.error(claim.formula)
            raise _refusal(
                claim,
                there,
                f"at {place.words}; at the numbers given it does not show, since {reason}",
                agrees_here,
            )
    if not places:
        return f"which says little, since {reason}"
    return f"since {reason}, also compared at {places[0].words}"


def _refusal(
    claim: Claim, error: float, oracle: str, agrees_here: Callable[[Any], float | None]
) -> DisagreementError:
    """What is raised: by how much they differ, and the slip that explains it."""
    what = text(claim.node)
    if claim.is_backwards:
        return DisagreementError(
            f"{what} is 0 here, since nothing earlier depends on what is later; the formula is not",
            {
                "formula": text(claim.formula),
                "expected": "0, or times in the other order",
                "got": ", ".join(f"{symbol} = {time}" for symbol, time in claim.times),
            },
        )
    if claim.formula_value is None:
        message = f"{what}: the formula speaks of a vector that is not there at these times"
    elif not np.all(np.isfinite(claim.formula_value)):
        message = f"{what}: the formula is not finite at these numbers"
    elif error == float("inf"):
        message = f"{what} is 0 or underflows at these numbers and times, the formula does not"
    else:
        message = f"{what} differs by {error:.2g} (relative, {oracle})"
    found = diagnose(claim, agrees_here, list(elsewhere(claim)))
    detail: dict[str, object] = {"formula": text(claim.formula), "diagnosis": found}
    if found.slip is not None:
        detail["mended"] = text(found.slip.formula)
    return DisagreementError(message, detail)


def _along_random(claim: Claim, budget: int, directions: int, seed: int) -> Comparison:
    """‖(F - J) u‖ against ‖J u‖ for random u."""
    outcome = claim.outcome
    if not outcome.is_holomorphic:
        raise NotSupportedError(
            "compare: random directions need the complex step",
            {"expected": "holomorphic functions", "got": _functions(claim)},
        )
    require_finite(claim.setting)
    require_no_kink(outcome)
    rng = arguments.random_numbers(seed)
    moves = rng.normal(size=(directions, *outcome.point.shape))
    run = min(outcome.directions_per_run(budget), directions)
    with np.errstate(all="ignore"):
        rates = np.concatenate(
            [outcome.rates(moves[start : start + run]) for start in range(0, directions, run)]
        )[..., 0]
    if not np.all(np.isfinite(rates)):
        raise UndecidedError("compare: the derivative is not finite at these numbers")
    if is_lost(rates):
        raise UndecidedError(
            f"compare: {text(claim.node)} is 0 or underflows along these directions, so nothing can"
            " be compared",
            {"largest": f"{float(np.max(np.abs(rates))):.0e}"},
        )
    sizes = np.linalg.norm(rates, axis=-1)

    def error_of(formula: Any) -> float:
        value = value_at(formula, claim.setting, claim.times)
        if value is None or value.shape != _shape_of(claim) or not np.all(np.isfinite(value)):
            return float("inf")
        gaps = np.linalg.norm(outcome.moved(value, moves) - rates, axis=-1)
        return float(np.max(np.where(gaps > 0, gaps / np.maximum(sizes, TINY), 0.0)))

    def agrees_here(formula: Any) -> float | None:
        error = error_of(formula)
        return error if error <= AGREES else None

    error = error_of(claim.formula)
    if not error <= AGREES:
        raise _refusal(claim, error, "complex step", agrees_here)
    count = int(np.prod(_shape_of(claim)))
    share = scalar_share(directions) if rates.shape[-1] == 1 else linear_share(directions)
    spread = float(np.max(sizes) / np.sqrt(np.mean(sizes**2)))
    noticed = AGREES * spread / share
    besides = _besides(claim, agrees_here)
    return Comparison(error, count, "complex step", directions, run, STEP, noticed, MISSED, besides)


def _functions(claim: Claim) -> str:
    return ", ".join(each.name for each in applied(claim.runnable.recurrence))


def _shape_of(claim: Claim) -> tuple[int, ...]:
    return tuple(int(size.xreplace(claim.setting.sizes)) for size in claim.node.shape)


def _require_known(node: Any, formula: Any, setting: Setting) -> None:
    """Raise `IllFormedError` for letters that are not in the recurrence, or have no number."""
    given = {*setting.arrays, *(v.label for v in setting.rnn.recurrence.definitions)}
    for expression in (node, formula):
        letters = expression.atoms(MatrixSymbol, TimeVector)
        strange = sorted({parameter_name(letter) for letter in letters} - given)
        symbols = {s for s in expression.free_symbols if isinstance(s, Symbol)}
        numbers = {s for s in symbols if not s.is_integer or s.is_positive}
        strange += sorted(s.name for s in numbers - {*setting.sizes, *setting.scalars})
        if strange:
            raise IllFormedError(
                f"compare: {', '.join(strange)} is not in the recurrence",
                {"expected": ", ".join(sorted(given)), "got": text(expression)},
            )
        if expression.has(Unknown):
            raise IllFormedError(
                "compare: an unknown σ cannot be run",
                {"expected": "the recurrence's own σ", "got": text(expression)},
            )
    if isinstance(node, ImmediateDerivative) and not isinstance(node.of, TimeVector):
        raise NotSupportedError(
            "compare: the immediate derivative of an expression",
            {"expected": "∂⁺ of a vector at a time", "got": text(node)},
        )


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


def _in_shape(node: Any, formula: MatrixExpr, at: Times, setting: Setting) -> MatrixExpr:
    """The formula in the shape of the derivative.

    Raises:
        ShapeError: it has another one; the message says whether a transpose would make it agree.
    """
    shaped = as_claimed(node, formula)
    if shaped is not None:
        return shaped
    detail: dict[str, object] = {"expected": show(node.shape), "got": show(formula.shape)}
    turned = Transposed(formula)
    if same_shape(turned.shape, node.shape):
        claim = Claim(node, turned, setting, at)
        here = claim.trial(resolved(claim.outcome))
        if here.agrees(turned):
            detail["diagnosis"] = f"it agrees to {here.error(turned):.0e} once it is transposed"
    raise ShapeError("compare: the formula has another shape than the derivative", detail)
