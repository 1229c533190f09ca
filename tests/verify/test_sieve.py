"""Settings that are out are left behind, and nothing but time is saved by that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Symbol

from symrnn.cells.elman import elman
from symrnn.theory.library import load
from symrnn.verify import sieve as sieve_module
from symrnn.verify.draw import Drawer, _rises
from symrnn.verify.moments import in_force
from symrnn.verify.sieve import MANY, Sieve

A, B = (Symbol(name, nonnegative=True) for name in "ab")


def _drawn(many: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Any]]:
    """How many settings were left in all batches, and what is wanted of them."""
    monkeypatch.setattr(sieve_module, "MANY", many)
    rnn = elman()
    (part,) = load()["gradients_vanish"].parts(rnn)[:1]
    (_, chain, facts), *_ = part.proof.chains
    drawer = Drawer(rnn, [chain.start], in_force(facts), {rnn.t: 6, rnn.k: 2}, "2", "tanh")
    left, found = 0, []
    for setting, met, wanted in drawer.batches(np.random.default_rng(0), each=4):
        left += setting.count
        chosen = setting.take(wanted)
        found += [chosen.arrays["W"], *chosen.scalars.values(), len(met)]
    return left, found


def test_the_same_settings_are_found_with_and_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    (few, small), (many, whole) = _drawn(2, monkeypatch), _drawn(10**9, monkeypatch)
    assert few < many / 2
    assert len(small) == len(whole) > 3
    for ours, theirs in zip(small, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def _batch(count: int) -> Any:
    rnn = elman()
    (part,) = load()["step_bound"].parts(rnn)[:1]
    (_, chain, facts), *_ = part.proof.chains
    drawer = Drawer(rnn, [chain.start], in_force(facts), {rnn.j: 1}, "2", "tanh")
    return drawer.draw(np.random.default_rng(0)).take(np.zeros(count, dtype=int))


def test_places_are_those_of_the_first_batch_and_what_stands_beside_goes_along() -> None:
    sieve = Sieve(_batch(MANY))
    number = np.arange(MANY)
    (left,) = sieve.pass_on(number % 3 == 0, number)
    assert left.tolist() == sieve.places.tolist() == [*range(0, MANY, 3)]
    assert sieve.setting.count == len(left) == len(sieve.met)
    # A few do not make another batch.
    (same,) = sieve.pass_on(left > 0, left)
    assert same is left and sieve.met.tolist() == (left > 0).tolist()
    assert not sieve.hopeless
    sieve.pass_on(left < 0)
    assert sieve.hopeless and sieve.setting.count == len(left)


@pytest.mark.parametrize(
    ("gap", "rises"),
    [
        (A - 1, True),
        (A * B - 1, True),
        (A**2 * B - 3, True),
        (1 - A, False),
        (A - B, False),
        (A * Symbol("c", nonnegative=True) - 1, False),
        (A * Symbol("x", real=True), False),
        (sympy.Integer(1), False),
        (sympy.sin(A), False),
    ],
)
def test_which_conditions_are_missed_for_good(gap: Any, rises: bool) -> None:
    assert _rises(gap, {A, B}) is rises
