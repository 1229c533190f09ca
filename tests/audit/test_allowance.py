"""No formula takes longer than it may, however often it is judged; numbers beyond all are none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from symrnn.audit.audit import audit_texts
from symrnn.audit.verdicts import allowance
from symrnn.audit.verdicts.allowance import Allowance
from symrnn.audit.verdicts.verdict import NOT_UNDERSTOOD, TRUE
from symrnn.reading.documents import markdown


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(at=100.0)
    monkeypatch.setattr(allowance.clock, "process_time", lambda: now.at)
    return now


def _relation(order: int, formula: int) -> SimpleNamespace:
    return SimpleNamespace(order=order, document=0, formula=formula)


def test_what_a_relation_has_used_is_not_given_to_it_again(clock: SimpleNamespace) -> None:
    may, one = Allowance(seconds=10), _relation(1, 1)
    with may.deadline(one) as until:
        assert until == 110
        clock.at += 6
    assert not may.again(one)
    with may.deadline(one) as until:
        assert until == clock.at + 4


def test_behind_one_that_used_up_its_time_there_is_little_in_the_same_formula(
    clock: SimpleNamespace,
) -> None:
    may = Allowance(seconds=10)
    with may.deadline(_relation(1, 1)):
        clock.at += 11
    with may.deadline(_relation(2, 1)) as until:
        assert until == clock.at + allowance.BEHIND
    with may.deadline(_relation(3, 2)) as until:
        assert until == clock.at + 10


@pytest.mark.parametrize("base", [r"\mathrm{diag}(1-h_t^2)", r"(1 + w)"])
def test_an_exponent_beyond_all_numbers_is_not_understood(base: str) -> None:
    step = r"\frac{\partial h_t}{\partial h_{t-1}}"
    text = rf"""$$h_t = \tanh(W h_{{t-1}} + w x_t)$$

$${step} = {base}^{{9^{{9^{{9}}}}}} W$$

$${step} = \mathrm{{diag}}(1-h_t^2) W$$
"""
    *_, large, plain = audit_texts([markdown("a.md", text)])
    assert (large.kind, plain.kind) == (NOT_UNDERSTOOD, TRUE)
