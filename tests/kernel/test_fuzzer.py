"""Random derivations: no accepted conclusion is false, and a planted fault is found.

A longer run is `pytest -m slow`, a long one
`python tests/kernel/fuzz.py --seed N --conclusions 100000`.
"""

from __future__ import annotations

from typing import Any

import pytest
from fuzz import fuzz
from sympy import Derivative, Min, StrictLessThan, Sum, erf
from verdict import FALSE, HOLDS, UNJUDGED, Claim, Models
from worlds import W, cells, gamma, i, j, k, s, t, u, y

from symrnn.kernel import Fact, inferences, theorem
from symrnn.kernel.axioms import differentials
from symrnn.language.derivatives import D, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.language.structure import Vec


@pytest.mark.parametrize("conclusions", [800, pytest.param(4000, marks=pytest.mark.slow)])
def test_no_accepted_conclusion_is_false_and_every_inference_takes_part(conclusions: int) -> None:
    report = fuzz(seed=7, conclusions=conclusions)
    assert report.conclusions == conclusions
    assert report.false == []
    assert report.held > conclusions // 2
    assert len(report.steps) >= 12


W_SIZE = Norm(W, "F")
VARIED = Equation(Derivative(u * Entry(y[t], 1, 1), u), Derivative(u * Entry(s[j], 1, 1), u))
NEAR_0 = Equation(
    D((1 / (Min(gamma, W_SIZE) ** 2 + 1)) * s[2], Vec(W)), D((1 / (W_SIZE**2 + 1)) * s[2], Vec(W))
)
IN_TWO_PLACES = differentials.differential(D(VectorFunction("f", 2, s[t - k], s[2]), s[0]))
BELOW = Fact.of(StrictLessThan(W_SIZE, gamma))
TRUE = {
    # No recurrence of which u is a constant is meant: there s_j would vary with u, y_t would not.
    "what is varied is no constant": Claim(frozenset({Equation(y[t], s[j])}), VARIED),
    "erf, differentiated twice": Claim(
        frozenset(),
        Equation(Derivative(u * Derivative(erf(u), u), u), (1 - 2 * u**2) * Derivative(erf(u), u)),
    ),
    # The square of a norm is differentiable at 0, also as the minimum that it is there.
    "a square beside a kink": Claim(frozenset({BELOW}), NEAR_0),
    # |u| u is differentiable at 0, which duals do not see: there both sides are one number.
    "two forms of a norm, differentiated at its kink": Claim(
        frozenset(),
        Equation(
            Derivative(u * Norm(u * (W + W.T), "1"), u),
            Derivative(u * Norm(u * W + u * W.T, "1"), u),
        ),
    ),
    # At t - k = 2 both arguments of f are s_2, and ∂₁f is by the first alone.
    "one vector in two places": Claim(frozenset(), IN_TWO_PLACES.relation),
}


@pytest.mark.parametrize("claim", TRUE.values(), ids=TRUE)
def test_what_is_true_is_not_called_false(claim: Claim) -> None:
    everywhere = Models(cells(), breadth=9).verdict(claim, 200)
    assert everywhere.counts[HOLDS] and not everywhere.counts[FALSE], everywhere.false_at


def test_of_integers_is_what_has_no_vector_in_it() -> None:
    size, time = Fact.positive(Norm(s[t], "2")), Fact.nonnegative(t - 1)
    assert Claim(frozenset({size, time}), Equation(u, u)).of_integers == [time]


def test_what_is_false_beside_it_is_found() -> None:
    twice = Equation(VARIED.lhs, Derivative(2 * u * Entry(s[j], 1, 1), u))
    claim = Claim(frozenset({Equation(y[t], s[j])}), twice)
    assert Models(cells(), breadth=9).verdict(claim, 200).counts[FALSE]


def _anywhere(term: Any, path: Any, needs: Any, pure: Any) -> Any:
    return needs


@pytest.mark.parametrize("name", ["require_equal_there", "_conditions"])
def test_a_fault_that_is_planted_in_the_kernel_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = {"require_equal_there": inferences, "_conditions": theorem}
    planted = {"require_equal_there": _anywhere, "_conditions": lambda relation: ()}
    monkeypatch.setattr(where[name], name, planted[name])
    report = fuzz(seed=9, conclusions=3000, until_false=True)
    assert report.false


TOO_LONG = {
    "long numbers": Inequality(0, ((u**999 + 2) ** 999 - 1) ** 2),
    "many numbers": Inequality(
        0, Sum(Sum(Sum(Sum((u + j + k + t) ** 2, (j, 1, 40)), (k, 1, 40)), (t, 1, 40)), (i, 1, 40))
    ),
}


@pytest.mark.parametrize("relation", TOO_LONG.values(), ids=TOO_LONG)
def test_what_takes_too_long_is_not_judged(relation: Inequality) -> None:
    found = Models(cells()).verdict(Claim(frozenset(), relation), 3)
    assert found.counts[UNJUDGED] and not found.counts[FALSE]
