"""Where a second opinion is asked for: telling times of either parity, in the order given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import D, D_plus, Diag, elman, ordered_product, ordered_sum, random_weights
from symrnn.verify.places import (
    Claim,
    elsewhere,
    is_zero_elsewhere,
    telling_times,
    thin,
)
from symrnn.verify.runnable import Runnable

rnn = elman("tanh")
s, L, W = rnn.s, rnn.L, rnn.W
t, k, j = rnn.t, rnn.k, rnn.j
NET = random_weights(d=2, m=1, steps=8, seed=0)
J = rnn.jacobian(s[t], s[k])


def claim(node: Any, formula: Any, **times: int) -> Claim:
    at = tuple((symbol, times[symbol.name]) for symbol in (t, k) if symbol.name in times)
    return Claim(node, formula, Runnable.of_cell(rnn).setting(NET), at)


def test_both_parities_of_the_distance_are_tried() -> None:
    chosen = [dict(times) for times in telling_times(claim(D(s[t], s[k]), J, t=6, k=2), 7)]
    assert {(each[t] - each[k]) % 2 for each in chosen} == {0, 1}
    assert all(each[t] - each[k] >= 3 for each in chosen)
    places = list(elsewhere(claim(D(s[t], s[k]), J, t=6, k=2)))
    assert len({place.setting.arrays["W"].tobytes() for place in places}) == 4
    assert len({(dict(p.times)[t] - dict(p.times)[k]) % 2 for p in places}) == 2


def test_the_order_of_times_stays_and_equal_ones_are_parted() -> None:
    for times in telling_times(claim(D(s[t], s[k]), J, t=2, k=5), 7):
        assert dict(times)[t] < dict(times)[k]
    best = dict(telling_times(claim(D(s[t], s[k]), J, t=3, k=3), 7)[0])
    assert best[t] - best[k] >= 3


def test_a_coincidence_of_one_parity_does_not_pass_everywhere() -> None:
    # (-1)^(t-k): right at even distances only.
    wrong = ordered_product(-Diag(rnn.slope(rnn.a[j])) * W, (j, k + 1, t))
    verdicts = [place.agrees(wrong) for place in elsewhere(claim(D(s[t], s[k]), wrong, t=6, k=2))]
    assert set(verdicts) == {True, False}


def test_times_that_are_numbers_stay() -> None:
    fixed = claim(D(s[9], s[7]), rnn.jacobian(s[9], s[7]))
    places = list(elsewhere(fixed))
    assert all(place.times == () and place.setting.steps >= 9 for place in places)
    assert all(place.agrees(fixed.formula) for place in places)


THIN: dict[str, tuple[Any, dict[Any, int], str | None]] = {
    "no factor": (J, {t: 3, k: 3}, "the product over j has no member"),
    "one factor": (J, {t: 3, k: 2}, "the product over j has 1 member"),
    "two": (J, {t: 4, k: 2}, None),
    "one term": (rnn.gradient(L[t], W), {t: 1}, "the sum over k has 1 member"),
    "inner products of every length": (rnn.gradient(L[t], W), {t: 3}, None),
    "no range": (W, {t: 3}, None),
    "a sum in a sum": (ordered_sum(ordered_sum(s[j], (j, k, t)), (k, 1, t)), {t: 4}, None),
}


@pytest.mark.parametrize(("formula", "times", "said"), THIN.values(), ids=THIN.keys())
def test_what_is_too_short_to_tell(formula: Any, times: dict[Any, int], said: str | None) -> None:
    assert thin(formula, tuple(times.items())) == said


def test_zero_everywhere_is_told_from_zero_by_chance() -> None:
    assert is_zero_elsewhere(claim(D_plus(s[t], s[t - 2]), W, t=5))
    assert not is_zero_elsewhere(claim(D(s[t], s[k]), J, t=5, k=2))
    relu = elman("relu")
    node = D(relu.s[t], relu.s[k])
    dead = Claim(node, W, Runnable.of_cell(relu).setting(NET), ((t, 5), (k, 2)))
    assert not is_zero_elsewhere(dead)
    assert all(np.any(place.expected) for place in elsewhere(dead))
