"""Settings meet the hypotheses, come from every family, and reach the corners they are for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Rational, Symbol

from symrnn.cells import named
from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import EvidenceError, UnmetError
from symrnn.language.algebra import Ones, Parameter
from symrnn.language.derivatives import D
from symrnn.language.norms import Norm, largest_entry
from symrnn.language.relations import Equation, ForAll, Inequality, for_all
from symrnn.language.time import Sequence
from symrnn.numeric.printer import slope_name
from symrnn.theory.about import subject_of
from symrnn.verify.draw import Drawer
from symrnn.verify.hypotheses import scalars_given
from symrnn.verify.lines import line
from symrnn.verify.lowering import functions
from symrnn.verify.nets import FAMILIES, _drawings
from symrnn.verify.setting import Setting

rnn = elman()
s, a, j, k, t, W = rnn.s, rnn.a, rnn.j, rnn.k, rnn.t, rnn.W
C = Symbol("C", nonnegative=True)
BOUNDS = (
    for_all(j, Inequality(largest_entry(rnn.slope(a[j])), rnn.gamma)),
    Inequality(Norm(W), rnn.lam),
)


def drawer(*given: Any, sigma: str = "tanh", cell: Any = rnn) -> Drawer:
    return Drawer(cell, [D(cell.s[t], cell.s[k])], given, {t: 4, k: 1}, "2", sigma)


def test_every_family_is_drawn_from() -> None:
    setting = drawer(*BOUNDS).draw(np.random.default_rng(0), each=3)
    assert setting.count == 3 * len(FAMILIES)
    assert setting.arrays["W"].shape == (setting.count, 3, 3)
    assert setting.arrays["x"].shape == (5, setting.count, 3, 1)
    assert setting.scalars[rnn.gamma].shape == (setting.count,)


@pytest.mark.parametrize("sigma", ["tanh", "logistic", "sin"])
def test_bounds_bound_at_every_time_and_are_attained(sigma: str) -> None:
    setting = drawer(*BOUNDS, sigma=sigma).draw(np.random.default_rng(0), each=4)
    slopes = line(largest_entry(rnn.slope(a[j])), "2")
    largest = np.max([slopes.entries(setting, ((j, time),)) for time in range(1, 5)], axis=0)
    excess = setting.scalars[rnn.gamma] - largest[:, 0]
    assert (excess >= 0).all()
    assert (excess == 0).any()
    norms = np.linalg.norm(setting.arrays["W"], ord=2, axis=(-2, -1))
    assert (setting.scalars[rnn.lam] >= norms).all()


def test_conditions_hold_in_every_setting() -> None:
    contracting = (*BOUNDS, rnn.gamma * rnn.lam < 1)
    setting = drawer(*contracting).draw(np.random.default_rng(1), each=4)
    assert (setting.scalars[rnn.gamma] * setting.scalars[rnn.lam] < 1 + 1e-12).all()
    near, met = drawer(*contracting).nearby(setting, np.random.default_rng(2), 0.1)
    products = near.scalars[rnn.gamma] * near.scalars[rnn.lam]
    assert met.any() and not met.all()
    assert (products[met] < 1).all()


def test_a_leaf_that_is_fixed_has_its_value() -> None:
    setting = drawer(Equation(W, 2 * W.T.T * 0), Equation(s[0], 0 * s[0])).draw(
        np.random.default_rng(0)
    )
    assert not setting.arrays["W"].any()
    assert not setting.arrays["s_0"].any()


Z = Sequence("z", rnn.d)


@pytest.mark.parametrize(
    "given", [Equation(Z[t], s[t]), for_all(j, Equation(Z[j], s[j]), since=1)], ids=["once", "ever"]
)
def test_a_vector_that_nothing_defines_has_its_value_at_its_times(given: Any) -> None:
    setting = drawer(given).draw(np.random.default_rng(0))
    states = np.array([setting.trajectory["s"][time] for time in range(5)])
    held = (setting.arrays["z"] == states).all(axis=(1, 2, 3))
    assert held.tolist() == [False, *[isinstance(given, ForAll)] * 3, True]


def test_a_hypothesis_on_a_vector_that_is_defined_defines_it_no_other_way() -> None:
    v = Parameter("v", rnn.d, 1)
    setting = drawer(Equation(s[t], v)).draw(np.random.default_rng(0))
    assert np.abs(setting.trajectory["s"][4] - setting.arrays["v"]).max() < 1e-12
    with pytest.raises(EvidenceError, match="no setting met the hypotheses"):
        drawer(Equation(s[t], v), Equation(v, 2 * Ones(rnn.d, 1))).draw(np.random.default_rng(0))


def test_two_bounds_by_one_symbol_both_hold() -> None:
    given = (Inequality(Norm(W), C), Inequality(Norm(rnn.U), C))
    setting = drawer(*given).draw(np.random.default_rng(0), each=2)
    for name in ("W", "U"):
        norms = np.linalg.norm(setting.arrays[name], ord=2, axis=(-2, -1))
        assert (setting.scalars[C] >= norms * (1 - 1e-12)).all()


def test_a_bound_that_speaks_of_another_comes_after_it() -> None:
    given = (Inequality(C * Norm(rnn.U), rnn.lam), Inequality(Norm(W), C))
    assert [symbol for symbol, *_ in scalars_given(given)] == [C, rnn.lam]
    setting = drawer(*given).draw(np.random.default_rng(0))
    norms = np.linalg.norm(setting.arrays["U"], ord=2, axis=(-2, -1))
    assert (setting.scalars[rnn.lam] >= setting.scalars[C] * norms * (1 - 1e-12)).all()


def test_contradictory_hypotheses_raise() -> None:
    with pytest.raises(EvidenceError, match="circle"):
        scalars_given((Inequality(Norm(W) * rnn.lam, C), Inequality(Norm(W) * C, rnn.lam)))
    with pytest.raises(EvidenceError, match="twice"):
        scalars_given((Equation(C, 1), Equation(C, 2)))
    with pytest.raises(EvidenceError, match="met the hypotheses"):
        drawer(Inequality(Norm(W), -1)).draw(np.random.default_rng(0))


@pytest.mark.parametrize("cell", [rnn, sigma_inside()], ids=["elman", "σ inside"])
@pytest.mark.parametrize("sigma", ["tanh", "logistic", "sin"])
def test_held_states_stay(cell: Any, sigma: str) -> None:
    setting = drawer(sigma=sigma, cell=cell).draw(np.random.default_rng(0))
    held = [place for place, family in enumerate(FAMILIES) if family.state == "held"]
    states = np.array(setting.take(held).trajectory["s"])
    np.testing.assert_allclose(states[1:], states[:-1], rtol=1e-9, atol=1e-14)


def test_chains_of_the_same_quantities_share_their_nets_whoever_is_first() -> None:
    def raw(count: int, sigma: str = "tanh") -> Setting:
        return drawer(sigma=sigma).nets.raw(FAMILIES[:2], count, ())

    _drawings.cache_clear()
    two, three = raw(2), raw(3)
    assert raw(2) is two and raw(2, "sin") is not two
    _drawings.cache_clear()
    again = raw(3), raw(2)
    for one, other in zip((three, two), again, strict=True):
        assert one is not other
        assert all(np.array_equal(value, other.arrays[name]) for name, value in one.arrays.items())


def test_second_slopes_are_those_of_the_function() -> None:
    second = functions("sin")[slope_name(2)]
    assert np.allclose(second(np.array([0.3, -1.1])), [-0.2955202066613396, 0.8912073600614354])


def test_where_others_meet_nothing_a_state_is_turned_round() -> None:
    # h + tanh(W h + …) is a contraction only where W takes back what is added.
    residual = subject_of(named("residual"))
    h, q = residual.s, residual.letter("q", nonnegative=True)
    step = Inequality(Norm(D(h[1], h[0])), q)
    contracting = Drawer(residual, [D(h[1], h[0])], (step, q < 1), {}, "2", "tanh")
    setting = contracting.draw(np.random.default_rng(0), rounds=2)
    assert setting.count and (setting.scalars[q] < 1).all()
    assert (np.trace(setting.arrays["W"], axis1=-2, axis2=-1) < 0).all()
    with pytest.raises(UnmetError):
        Drawer(residual, [D(h[1], h[0])], (step, q < Rational(1, 10**9)), {}, "2", "tanh").draw(
            np.random.default_rng(0), rounds=2
        )


def test_a_derivative_is_taken_for_what_it_may_be_off_to() -> None:
    setting = drawer().draw(np.random.default_rng(0))
    moved = replace(setting, erring=lambda value: 2 * value)
    over = line(D(s[t], s[k]), "2")
    at = ((t, 4), (k, 1))
    assert np.array_equal(over.entries(moved, at), 2 * over.entries(setting, at))
