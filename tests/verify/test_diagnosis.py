"""Each hypothesis is planted in several formulas and found; a wrong one is never named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sympy
from sympy import Rational
from sympy.matrices.expressions import MatrixExpr

from symrnn import (
    D,
    D_plus,
    Diag,
    Hadamard,
    Identity,
    Ones,
    Vec,
    activation,
    compare,
    elman,
    ordered_product,
    ordered_sum,
    random_weights,
)
from symrnn.errors import DisagreementError, ShapeError
from symrnn.recurrence.total import adjoint_of
from symrnn.verify.diagnosis import Diagnosis
from symrnn.verify.rewrites import (
    DOUBLED,
    FACTOR,
    MISSING,
    REVERSED,
    SHIFT,
    TRANSPOSE,
    rewrites,
)

rnn = elman("tanh")
s, a, x, L, W, U, b = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b
j, t, k = rnn.j, rnn.t, rnn.k
assert x is not None and U is not None
NET = random_weights(d=4, m=3, steps=8, seed=0)
AT = {"t": 6}

J = rnn.jacobian(s[t], s[k])
STEP = Diag(rnn.slope(a[t])) * W
dW, dU, db = (rnn.gradient(L[t], p) for p in (W, U, b))


def delta(time: Any) -> MatrixExpr:
    """(∂L_t/∂s_k)ᵀ."""
    return adjoint_of(rnn.recurrence, L[t], time)


def term(time: Any, slope_at: Any = None, state_at: Any = None) -> MatrixExpr:
    """The term k of ∂L_t/∂W as one writes it by hand, with room for slips."""
    slope = rnn.slope(a[time if slope_at is None else slope_at])
    return Hadamard(slope, delta(time)) * s[time - 1 if state_at is None else state_at].T


def body(node: Any, change: Any) -> Any:
    """The formula with the factor of its ordered product changed."""
    (product,) = node.find(lambda n: type(n).__name__ == "OrderedProduct")
    return node.xreplace({product: product.func(change(product.body), *product.args[1:])})


@dataclass(frozen=True)
class Slip:
    hypothesis: str
    words: str
    derivative: Any
    formula: Any
    times: dict[str, int]


state = D(s[t], s[k])
both = {"t": 7, "k": 2}
SLIPS = {
    # transposes
    "∂s/∂s, transposed": Slip(TRANSPOSE, "it is transposed", state, J.T, both),
    "∂s/∂s, W": Slip(TRANSPOSE, "W is transposed", state, J.subs(W, W.T), both),
    "one step, W": Slip(
        TRANSPOSE, "W is transposed", D(s[t], s[t - 1]), Diag(rnn.slope(a[t])) * W.T, AT
    ),
    "∂L/∂W, transposed": Slip(TRANSPOSE, "it is transposed", D(L[t], W), dW.T, AT),
    "∂L/∂W, the product": Slip(
        TRANSPOSE,
        "W",
        D(L[t], W),
        dW.xreplace({W: W.T}),
        AT,
    ),
    "∂L/∂U, W": Slip(TRANSPOSE, "W", D(L[t], U), dU.xreplace({W: W.T}), AT),
    # reversed products
    "∂s/∂s, direction": Slip(
        REVERSED, "over j is reversed", state, ordered_product(J.body, (j, k + 1, t), "right"), both
    ),
    "∂s/∂s, order of a factor": Slip(
        REVERSED, "change places", state, body(J, lambda f: W * Diag(rnn.slope(a[j]))), both
    ),
    "one step, order": Slip(
        REVERSED, "change places", D(s[t], s[t - 1]), W * Diag(rnn.slope(a[t])), AT
    ),
    "∂L/∂W, order of a factor": Slip(
        REVERSED,
        "change places",
        D(L[t], W),
        body(dW, lambda f: f.func(*reversed(f.factors))),
        AT,
    ),
    "∂s/∂b, order": Slip(
        REVERSED,
        "change places",
        D(s[t], b),
        ordered_sum(Diag(rnn.slope(a[k])) * ordered_product(J.body, (j, k + 1, t)), (k, 1, t)),
        AT,
    ),
    # index shifts
    "∂s/∂s, slope": Slip(SHIFT, "one later", state, J.xreplace({a[j]: a[j - 1]}), {"t": 7, "k": 2}),
    "∂s/∂s, bounds": Slip(SHIFT, "one later", state, J.over(k, t - 1), both),
    "one step, slope": Slip(
        SHIFT, "one step later, a_t", D(s[t], s[t - 1]), Diag(rnn.slope(a[t - 1])) * W, AT
    ),
    "∂L/∂W, state": Slip(
        SHIFT,
        "s_k is taken one step earlier",
        D(L[t], W),
        ordered_sum(term(k, state_at=k), (k, 1, t)),
        AT,
    ),
    "∂L/∂U, input": Slip(
        SHIFT,
        "x_{k - 1} is taken one step later",
        D(L[t], U),
        dU.xreplace({x[k]: x[k - 1]}),
        {"t": 6},
    ),
    "∂L/∂b, slope": Slip(
        SHIFT, "is taken one step", D(L[t], b, "denominator"), db.xreplace({a[k]: a[k + 1]}), AT
    ),
    # missing terms and factors
    "∂s/∂s, first factor": Slip(MISSING, "factor j = k + 1", state, J.over(k + 2, t), both),
    "∂s/∂s, last factor": Slip(MISSING, "factor j = t", state, J.over(k + 1, t - 1), both),
    "∂L/∂W, direct term": Slip(MISSING, "term k = t", D(L[t], W), dW.over(1, t - 1), AT),
    "∂L/∂W, first term": Slip(MISSING, "term k = 1", D(L[t], W), dW.over(2, t), AT),
    "∂L/∂b, a term in between": Slip(
        MISSING,
        "term k = t - 2",
        D(L[t], b, "denominator"),
        db.over(1, t - 3) + db.over(t - 1, t),
        AT,
    ),
    "∂a/∂W, the direct term": Slip(
        MISSING,
        "the missing term",
        D(a[t], Vec(W)),
        rnn.jacobian(a[t], Vec(W)).args[0],
        AT,
    ),
    # doubled ones
    "∂s/∂s, a factor before": Slip(DOUBLED, "factor j = k, one too", state, J.over(k, t), both),
    "∂L/∂W, last term twice": Slip(DOUBLED, "one too many", D(L[t], W), dW + dW.at(t), AT),
    "∂L/∂b, first term twice": Slip(
        DOUBLED, "one too many", D(L[t], b, "denominator"), db + db.at(1), AT
    ),
    "one step, W twice": Slip(
        DOUBLED, "once, not twice", D(s[t], s[t - 1]), Diag(rnn.slope(a[t])) * W * W, AT
    ),
    "∂s/∂s, plus I": Slip(DOUBLED, "the term I", state, J + Identity(rnn.d), both),
    # constants
    "∂s/∂s, sign": Slip(FACTOR, "it changes its sign", state, -J, both),
    "∂s/∂s, a third": Slip(FACTOR, "it is multiplied by 3", state, J / 3, both),
    "∂s/∂s, in each factor": Slip(FACTOR, "each factor", state, body(J, lambda f: f / 2), both),
    "∂L/∂W, doubled": Slip(FACTOR, "it is halved", D(L[t], W), 2 * dW, AT),
    "∂L/∂W, in each factor": Slip(FACTOR, "is doubled", D(L[t], W), body(dW, lambda f: f / 2), AT),
    "∂L/∂b, 5/7": Slip(
        FACTOR, "multiplied by 7/5", D(L[t], b, "denominator"), Rational(5, 7) * db, AT
    ),
    "∂a/∂W, one term": Slip(
        FACTOR,
        "multiplied by",
        D(a[t], Vec(W)),
        rnn.jacobian(a[t], Vec(W)).args[0] + 3 * rnn.jacobian(a[t], Vec(W)).args[1],
        AT,
    ),
    "the slope, sign": Slip(
        FACTOR,
        "the sign of",
        D_plus(s[t], b),
        Diag(activation(1 + sympy.tanh(sympy.Symbol("x", real=True)) ** 2)(a[t])),
        AT,
    ),
}


def diagnosis(slip: Slip) -> Diagnosis:
    with pytest.raises(DisagreementError) as caught:
        compare(rnn, slip.derivative, slip.formula, NET, **slip.times)
    found = caught.value.detail["diagnosis"]
    assert isinstance(found, Diagnosis)
    return found


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_a_planted_slip_is_named_with_its_agreement(slip: Slip) -> None:
    found = diagnosis(slip)
    assert found.slip is not None
    assert found.slip.hypothesis == slip.hypothesis, str(found)
    assert slip.words in found.slip.words
    assert found.error < 1e-11
    assert str(found).startswith("it agrees to ")
    # What is named is what agrees.
    again = compare(rnn, slip.derivative, found.slip.formula, NET, **slip.times)
    assert again.error < 1e-11


def test_every_hypothesis_is_planted_in_several_formulas() -> None:
    planted = {(slip.hypothesis, str(slip.derivative)) for slip in SLIPS.values()}
    for hypothesis in (TRANSPOSE, REVERSED, SHIFT, MISSING, DOUBLED, FACTOR):
        assert len({of for kind, of in planted if kind == hypothesis}) >= 3, hypothesis


UNEXPLAINED = {
    "three slips": (state, -J.T.subs(W, W.T), both),
    "another derivative": (D(L[t], W), W, AT),
    "a wrong function of a state": (
        D(s[t], s[t - 1]),
        Diag(activation(sympy.sin(sympy.Symbol("x", real=True)))(s[t - 1])) * W * W,
        AT,
    ),
}


@pytest.mark.parametrize("case", UNEXPLAINED.values(), ids=UNEXPLAINED.keys())
def test_what_no_slip_explains_is_said(case: tuple[Any, Any, dict[str, int]]) -> None:
    found = diagnosis(Slip("", "", *case))
    assert found.slip is None and found.tried > 10
    assert str(found).startswith("no single slip and no pair")


def test_a_coincidence_of_one_net_is_not_named() -> None:
    # At d = 1 every number is a constant times the right one, and is its own transpose: the slip
    # that is named is the one that was made.
    net = random_weights(d=1, m=1, steps=8, seed=3)
    with pytest.raises(DisagreementError) as caught:
        compare(rnn, D(s[t], s[t - 1]), Diag(rnn.slope(s[t])) * W, net, t=4)
    assert "a_t takes the place of s_t" in str(caught.value.detail["diagnosis"])
    # W happens to be symmetric: the sign alone mends it here, but nowhere else.
    symmetric = random_weights(d=4, m=3, steps=8, seed=0)
    symmetric.W[:] = (symmetric.W + symmetric.W.T) / 2
    with pytest.raises(DisagreementError) as caught:
        compare(rnn, state, -J.subs(W, W.T), symmetric, t=7, k=2)
    assert "W is transposed, and it changes its sign" in str(caught.value.detail["diagnosis"])


def test_a_vector_that_is_not_there_is_said_and_shifted_back() -> None:
    formula = Diag(rnn.slope(a[t - 1])) * W
    with pytest.raises(DisagreementError, match="speaks of a vector that is not there") as caught:
        compare(rnn, D(s[t], s[t - 1]), formula, NET, t=1)
    assert "a_{t - 1} is taken one step later" in str(caught.value.detail["diagnosis"])


def test_the_transpose_of_a_result_that_is_not_square_is_named() -> None:
    with pytest.raises(ShapeError, match="another shape") as caught:
        compare(rnn, D(L[t], U), dU.T, NET, **AT)
    assert "once it is transposed" in str(caught.value.detail["diagnosis"])


def test_random_directions_are_diagnosed_too() -> None:
    with pytest.raises(DisagreementError) as caught:
        compare(rnn, D(L[t], W), -dW, NET, directions=3, **AT)
    assert "it changes its sign" in str(caught.value.detail["diagnosis"])


def test_rewrites_keep_shape_and_differ() -> None:
    for formula in (J, dW, dU, Ones(rnn.d, 1), b):
        found = list(rewrites(formula))
        assert all(each.formula != formula for each in found)
        assert all(each.formula.shape == formula.shape for each in found)
