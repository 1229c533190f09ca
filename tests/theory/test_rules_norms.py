"""Rules about norms: each right step passes, and each planted wrong one is refused."""

import pytest
from sympy import Product, Sum, sqrt

from symrnn import (
    D,
    Diag,
    Equation,
    Identity,
    Inequality,
    Parameter,
    derivation,
    elman,
    largest_entry,
    norm,
    ordered_product,
    ordered_sum,
)
from symrnn import rules as by
from symrnn.errors import SideConditionError, UnjustifiedStepError
from symrnn.theory.check import check
from symrnn.theory.context import Context

RNN = elman()
W, U, d, j, k, t, gamma, lam = RNN.W, RNN.U, RNN.d, RNN.j, RNN.k, RNN.t, RNN.gamma, RNN.lam
V, v = Parameter("V", d, d), Parameter("v", d, 1)
m, x = RNN.m, RNN.x[j]
ORTHOGONAL = [Equation(W.T * W, Identity(d))]
F = D(RNN.s[j], RNN.s[j - 1])
PRODUCT, TERMS = ordered_product(F, (j, k + 1, t)), ordered_sum(F, (j, k, t))


def product_of_norms(kind="any"):
    return Product(norm(F, kind), (j, k + 1, t))


def checked(chain):
    return check(chain, Context(RNN))


def at_most(before, after, rule, given=()):
    return derivation(before, given).at_most(after, rule)


def equals(before, after, rule, given=()):
    return derivation(before, given).equals(after, rule)


RIGHT = {
    "two factors": at_most(norm(W * V), norm(W) * norm(V), by.submultiplicative),
    "three factors": at_most(
        norm(W * V * U, "F"), norm(W, "F") * norm(V, "F") * norm(U, "F"), by.submultiplicative
    ),
    "a number in front": at_most(norm(-2 * W * V), 2 * norm(W) * norm(V), by.submultiplicative),
    "over time": at_most(norm(PRODUCT), product_of_norms(), by.submultiplicative, [k <= t]),
    "over time, not empty": at_most(
        norm(PRODUCT, "F"), product_of_norms("F"), by.submultiplicative, [k + 1 <= t]
    ),
    **{
        f"diagonal {kind}": equals(norm(Diag(v), kind), largest_entry(v), by.norm_of_diagonal)
        for kind in ("1", "2", "inf", "any", "max")
    },
    "mixed": at_most(norm(Diag(v) * W, "F"), norm(Diag(v), "2") * norm(W, "F"), by.frobenius_mixed),
    "homogeneous": equals(norm(-RNN.eta * W, "F"), RNN.eta * norm(W, "F"), by.homogeneous),
    "identity": equals(norm(Identity(d)), 1, by.norm_of_identity),
    "zero": equals(norm(0 * W, "F"), 0, by.homogeneous),
    "gram": equals(norm(W, "2") ** 2, norm(W.T * W, "2"), by.norm_of_gram),
    "gram of a column": equals(norm(v.T * v, "2"), norm(v, "2") ** 2, by.norm_of_gram.backwards),
    "orthogonal": equals(norm(W, "2"), 1, by.orthogonal, ORTHOGONAL),
    "orthogonal, in front": equals(
        norm(W * V * v, "2"), norm(V * v, "2"), by.orthogonal, ORTHOGONAL
    ),
    "columns that are orthonormal": equals(
        norm(U * x, "2"), norm(x, "2"), by.orthogonal, [Equation(U.T * U, Identity(m))]
    ),
    "assumed within a product": equals(2 * V * W.T * W * v, 2 * V * v, by.hypothesis, ORTHOGONAL),
    "assumed of symmetric factors": equals(
        V * W.T * W * v, V * W * W * v, by.hypothesis, [Equation(W.T, W)]
    ),
    "assumed, and nothing beside it but a number": equals(
        -W.T * W, -Identity(d), by.hypothesis, ORTHOGONAL
    ),
    "of given norm": equals(
        norm(W, "2") ** 2, lam**2, by.hypothesis, [Equation(norm(W, "2"), lam)]
    ),
    "triangle": at_most(norm(W - V), norm(W) + norm(V), by.triangle),
    "triangle over time": at_most(norm(TERMS), Sum(norm(F), (j, k, t)), by.triangle, [k <= t]),
    # Where t < k there are no times: 1 ≤ 1, and 0 ≤ 0.
    "a product over what may be no times": at_most(
        norm(PRODUCT), product_of_norms(), by.submultiplicative
    ),
    "a sum over what may be no times": at_most(norm(TERMS), Sum(norm(F), (j, k, t)), by.triangle),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_step_passes(name):
    assert checked(RIGHT[name]) == 1


WRONG = {
    "a factor lost": at_most(norm(W * V), norm(W), by.submultiplicative),
    "another norm on the right": at_most(
        norm(W * V, "1"), norm(W, "1") * norm(V, "inf"), by.submultiplicative
    ),
    "the sign kept": at_most(norm(-2 * W * V), -2 * norm(W) * norm(V), by.submultiplicative),
    "a factor too many": at_most(
        norm(PRODUCT), Product(norm(F), (j, k, t)), by.submultiplicative, [k <= t]
    ),
    "an equation out of a bound": equals(norm(W * V), norm(W) * norm(V), by.submultiplicative),
    "the diagonal of another vector": equals(
        norm(Diag(v)), largest_entry(W * v), by.norm_of_diagonal
    ),
    "not diagonal": equals(norm(W), largest_entry(v), by.norm_of_diagonal),
    "mixed, the other way round": at_most(
        norm(Diag(v) * W, "F"), norm(Diag(v), "2") * norm(W, "2"), by.frobenius_mixed
    ),
    "mixed, for another norm": at_most(
        norm(Diag(v) * W, "1"), norm(Diag(v), "2") * norm(W, "F"), by.frobenius_mixed
    ),
    "a negative norm": equals(norm(-RNN.eta * W), -RNN.eta * norm(W), by.homogeneous),
    "the square of the scalar": equals(norm(2 * W), 4 * norm(W), by.homogeneous),
    "the size of the identity": equals(norm(Identity(d)), d, by.norm_of_identity),
    "orthogonal behind, not in front": equals(
        norm(V * W, "2"), norm(V, "2"), by.orthogonal, ORTHOGONAL
    ),
    "orthogonal, in another norm": equals(norm(W, "1"), 1, by.orthogonal, ORTHOGONAL),
    "orthogonal rows are not assumed": equals(norm(W.T, "2"), 1, by.orthogonal, ORTHOGONAL),
    "orthogonal up to a number": equals(norm(2 * W, "2"), 1, by.orthogonal, ORTHOGONAL),
    "another matrix is orthogonal": equals(norm(V, "2"), 1, by.orthogonal, ORTHOGONAL),
    "orthogonal, and assumed nowhere": equals(norm(W, "2"), 1, by.orthogonal),
    "gram without its square": equals(norm(W, "2"), norm(W.T * W, "2"), by.norm_of_gram),
    "assumed of factors that stand apart": equals(
        W.T * V * W * v, V * v, by.hypothesis, ORTHOGONAL
    ),
    "assumed of factors the other way round": equals(
        V * W * W.T * v, V * v, by.hypothesis, ORTHOGONAL
    ),
    "a difference of norms": at_most(norm(W - V), norm(W) - norm(V), by.triangle),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_step_is_not_justified(name):
    with pytest.raises(UnjustifiedStepError):
        checked(WRONG[name])


CONDITIONS = {
    "the largest-entry norm is not submultiplicative": at_most(
        norm(W * V, "max"), norm(W, "max") * norm(V, "max"), by.submultiplicative
    ),
    "an empty product, where ‖I‖ is not 1": at_most(
        norm(PRODUCT, "F"), product_of_norms("F"), by.submultiplicative, [k <= t]
    ),
    "the Frobenius norm of a diagonal": equals(
        norm(Diag(v), "F"), largest_entry(v), by.norm_of_diagonal
    ),
    "the Frobenius norm of the identity": equals(
        norm(Identity(d), "F"), sqrt(d), by.norm_of_identity
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_step_without_its_side_condition_is_refused(name):
    with pytest.raises(SideConditionError):
        checked(CONDITIONS[name])


def test_assumed_bounds_enlarge_only_what_they_name():
    given = [Inequality(norm(W), lam)]
    assert checked(at_most(gamma * norm(W), gamma * lam, by.assumed_bound, given)) == 1
    for before, after in (
        (norm(V), lam),
        (norm(W, "2"), lam),
        (-norm(W), -lam),
        (norm(W), gamma),
    ):
        with pytest.raises(UnjustifiedStepError):
            checked(at_most(before, after, by.assumed_bound, given))


def test_an_assumed_value_does_not_reach_under_a_derivative():
    """∂s_0/∂s_0 is I, also where s_0 is 0; ∂(W s)/∂vec(W) is no derivative of a constant."""
    s = RNN.s
    given = [Equation(s[0], 0 * s[0])]
    chain = derivation(D(s[0], s[0]), given).equals(D(0 * s[0], s[0]), by.hypothesis)
    with pytest.raises(UnjustifiedStepError):
        checked(chain)
