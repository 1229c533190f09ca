"""Right claims and wrong ones that both checks by values are put before."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Rational, Symbol

from symrnn.cells.elman import elman
from symrnn.language.derivatives import D, D_plus
from symrnn.language.norms import Norm, largest_entry
from symrnn.language.ordered import OrderedSum
from symrnn.language.relations import Inequality, for_all
from symrnn.language.structure import Diag, Vec
from symrnn.theory import rules as by
from symrnn.theory.derivation import Derivation, derivation

RNN = elman()


def one_line(left: Any, relation: str, right: Any, *given: Any, cell: Any = None) -> Derivation:
    """A chain of one line, not derived by anything."""
    start = derivation(left, given=given, cell=cell)
    step = start.equals if relation == "=" else start.at_most
    return step(right, by.algebra)


def _claims() -> tuple[dict[str, Derivation], dict[str, Derivation]]:
    r = RNN
    j, k, t, s, a, W, L = r.j, r.k, r.t, r.s, r.a, r.W, r.L
    slopes = Diag(r.slope(a[j]))
    one_step, term = D(s[j], s[j - 1]), D(s[t], s[k]) * D_plus(s[k], Vec(W))
    total = OrderedSum(term, k, 1, t)
    bounds = (
        for_all(j, Inequality(largest_entry(r.slope(a[j])), r.gamma)),
        Inequality(Norm(W), r.lam),
    )
    power = (r.gamma * r.lam) ** (t - k)
    far = Norm(D(s[t], s[k]))
    times = (k >= 0, k <= t)
    right = {
        "a step": one_line(one_step, "=", slopes * W, j >= 1),
        "a sum over time": one_line(D(s[t], Vec(W)), "=", total, t >= 0),
        "a bound": one_line(far, "≤", power, *times, *bounds),
        "a shape": one_line(D(L[t], W), "=", D(L[t], W), t >= 1),
    }
    wrong = {
        "a transpose": one_line(one_step, "=", slopes * W.T, j >= 1),
        "an order": one_line(one_step, "=", W * slopes, j >= 1),
        "a sign": one_line(one_step, "=", -slopes * W, j >= 1),
        "a constant": one_line(one_step, "=", 2 * slopes * W, j >= 1),
        "a term dropped": one_line(D(s[t], Vec(W)), "=", OrderedSum(term, k, 1, t - 1), t >= 0),
        "a vector that is not there": one_line(
            D(s[t], Vec(W)), "=", OrderedSum(term.subs(k, k - 1), k, 1, t), t >= 0
        ),
        "half a bound": one_line(far, "≤", power / 2, *times, *bounds),
        "nine tenths of a bound": one_line(far, "≤", Rational(9, 10) * power, *times, *bounds),
        "no bound at all": one_line(Norm(W), "≤", Symbol("c", nonnegative=True)),
    }
    return right, wrong


RIGHT, WRONG = _claims()


@pytest.fixture(params=RIGHT)
def right(request: pytest.FixtureRequest) -> Derivation:
    return RIGHT[request.param]


@pytest.fixture(params=WRONG)
def wrong(request: pytest.FixtureRequest) -> Derivation:
    return WRONG[request.param]
