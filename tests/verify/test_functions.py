"""Evidence for any cell: functions without a name, what is held at time 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Rational, Symbol

from symrnn import D, Diag, derivation, named, ordered_product
from symrnn import rules as by
from symrnn.cells.elman import elman
from symrnn.errors import DisagreementError, SymrnnError
from symrnn.language.derivatives import VectorFunction
from symrnn.language.relations import Equation, Inequality
from symrnn.language.time import Sequence
from symrnn.recurrence.recurrence import Recurrence
from symrnn.theory.derivation import Derivation
from symrnn.verify.claim_slips import slips
from symrnn.verify.explicit import write_out
from symrnn.verify.functions import field, sigma_of
from symrnn.verify.hypotheses import scalars_given
from symrnn.verify.sampled import sample

T = Symbol("t", integer=True)


class Bare:
    """A recurrence, and nothing else: h_j = F(h_{j-1}, x_j)."""

    def __init__(self) -> None:
        d, m = (Symbol(name, integer=True, positive=True) for name in "dm")
        j = Symbol("j", integer=True)
        self.h, x = Sequence("h", d), Sequence("x", m)
        step = VectorFunction("F", d, self.h[j - 1], x[j])
        self.recurrence = Recurrence(j, (self.h,), (x,), {self.h[j]: step})


BARE = Bare()


def both(chain: Derivation, facts: tuple[Any, ...] = ()) -> None:
    sample(chain, elman(), "it", (*chain.given, *facts))
    write_out(chain, elman(), "it", (*chain.given, *facts))


def refused(chain: Derivation) -> list[str]:
    found = []
    for check in (sample, write_out):
        try:
            check(chain, elman(), "it", chain.given)
        except DisagreementError:
            found.append(check.__name__)
    return found


def line(left: Any, right: Any, about: Any, *given: Any) -> Derivation:
    return derivation(left, given=given, cell=about).equals(right, by.algebra)


def test_a_recurrence_of_an_unnamed_function_has_evidence() -> None:
    h = BARE.h
    steps = D(h[T], h[T - 1]) * D(h[T - 1], h[T - 2])
    both(line(D(h[T], h[T - 2]), steps, BARE, T >= 2))
    turned = D(h[T - 1], h[T - 2]) * D(h[T], h[T - 1])
    assert "sample" in refused(line(D(h[T], h[T - 2]), turned, BARE, T >= 2))
    assert refused(line(D(h[T], h[T - 2]), D(h[T], h[T - 1]), BARE, T >= 2)) == [
        "sample",
        "write_out",
    ]


def test_an_unnamed_function_is_nothing_special() -> None:
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    f = field("F", 2)
    assert f(u, v).shape == (2, 1)
    assert np.array_equal(f(u, v), f(u, v))
    assert not np.allclose(f(u, v), field("G", 2)(u, v))
    assert not np.allclose(f(2 * u, v), 2 * f(u, v))
    columns = [f(u + 1j * 1e-30 * e[:, None], v).imag / 1e-30 for e in np.eye(2)]
    assert abs(np.linalg.det(np.hstack(columns))) > 1e-3


def test_sigma_is_the_unknown_function_if_there_is_one() -> None:
    assert sigma_of(elman("tanh")).name == "tanh"
    assert sigma_of(elman()).is_unknown
    assert sigma_of(BARE).is_unknown
    assert sigma_of(named("lstm")).name == "logistic"


def test_states_that_are_not_held_keep_their_start() -> None:
    lstm = named("lstm")
    c, f = lstm["c"], lstm["f"]
    gates = [lstm[name][T] for name in "fig"]
    both(line(D(c[T], c[T - 1], held=gates), Diag(f[T]), lstm, T >= 1))
    wrong = line(D(c[T], c[T - 1], held=gates[1:]), Diag(f[T]), lstm, T >= 1)
    assert refused(wrong) == ["sample", "write_out"]  # f reads h_{t-1}, which moves with c_{t-1}
    through = line(D(c[T], c[T - 2]), Diag(f[T]) * Diag(f[T - 1]), lstm, T >= 2)
    assert refused(through) == ["sample", "write_out"]


GIVEN = [
    ("1 + φ m", 1, Rational(1, 2), 2),
    ("3 + φ m", 3, Rational(2, 3), 9),
]


@pytest.mark.parametrize(("name", "start", "phi", "least"), GIVEN, ids=lambda each: str(each))
def test_a_bound_by_itself_is_solved(name: str, start: int, phi: Any, least: int) -> None:
    m, p = (Symbol(each, nonnegative=True) for each in ("m", "phi"))
    ((symbol, bounds, exact),) = scalars_given((Inequality(start + p * m, m),))
    assert (symbol, exact) == (m, False)
    assert bounds[0].subs(p, phi) == least


def test_bounds_in_a_circle_are_refused() -> None:
    m, n = (Symbol(each, nonnegative=True) for each in "mn")
    with pytest.raises(SymrnnError, match="circle"):
        scalars_given((Inequality(2 * n, m), Inequality(3 * m, n)))


def test_diagonal_matrices_commute_and_their_order_is_no_slip() -> None:
    lstm = named("lstm")
    j, k = lstm.index, Symbol("k", integer=True)
    f, W = lstm["f"], lstm["W_f"]
    told = {slip for slip, _ in slips(Equation(W, ordered_product(Diag(f[j]), (j, k + 1, T))))}
    assert "the order of a product" not in told and "the last term or factor dropped" in told
    told = {slip for slip, _ in slips(Equation(W, ordered_product(Diag(f[j]) * W, (j, k + 1, T))))}
    assert "the order of a product" in told
