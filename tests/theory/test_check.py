"""The checker: what it accepts, and how it says what is wrong."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from sympy import Add, Dummy, Integer, Lambda, Sum, Symbol, exp, sqrt

from symrnn.cells.elman import elman
from symrnn.errors import (
    EvidenceError,
    IllFormedError,
    ShapeError,
    SideConditionError,
    UnjustifiedStepError,
)
from symrnn.kernel import reflexivity, weaken
from symrnn.kernel.axioms import derivatives, limits
from symrnn.language.activations import Activation, X, activation, unknown
from symrnn.language.algebra import Identity, Ones, Parameter, Zeros
from symrnn.language.derivatives import D
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, Inequality, Limit, Smooth, for_all
from symrnn.language.structure import Diag, Kronecker, Vec
from symrnn.language.time import Sequence
from symrnn.recurrence.point import number
from symrnn.recurrence.recurrence import Recurrence
from symrnn.theory import rules as by
from symrnn.theory.check import _saying, check
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Step, derivation, induction
from symrnn.theory.rule import Rule

rnn = elman()
CONTEXT = Context(rnn)
d, t, k, j = rnn.d, rnn.t, rnn.k, rnn.j
A, B, C = (Parameter(name, d, d) for name in "ABC")
F = Sequence("F", d, d)
q = Symbol("q", nonnegative=True)


def fails(proof: Any, error: type[Exception] = UnjustifiedStepError) -> Any:
    with pytest.raises(error) as caught:
        check(proof, CONTEXT, "example")
    return caught.value


def test_the_message_names_everything() -> None:
    chain = (
        derivation((A * B).T + C)
        .equals(C + (A * B).T, by.algebra)
        .equals(C + A.T * B.T, by.transpose_of_product)
    )
    message = str(fails(chain))
    lines = message.splitlines()
    assert lines[0] == "Step 2 of `example` is not justified by `transpose_of_product`"
    assert lines[1].split(maxsplit=1) == ["before", "C + (A B)ᵀ"]
    assert lines[2].split(maxsplit=1) == ["after", "C + Aᵀ Bᵀ"]
    assert lines[3].split(maxsplit=1) == ["expected", "C + Bᵀ Aᵀ"]
    assert lines[4].startswith("  counterexample  d = 2, ")
    assert "entry (" in lines[4] and "differs by" in lines[4]


def test_a_true_line_by_the_wrong_rule_has_no_counterexample() -> None:
    error = fails(derivation(A * (B + C)).equals(A * B + A * C, by.transpose_of_diagonal))
    assert "does not apply" in error.detail["expected"]
    assert error.detail["counterexample"].startswith("none found")


def test_a_counterexample_says_which_hypothesis_it_does_not_meet() -> None:
    orthogonal = Equation(A.T * A, Identity(d))
    for given, said in (([orthogonal], " (where Aᵀ A = I does not hold)"), ([], "")):
        error = fails(derivation(A * B * A, given=given).equals(B, by.algebra))
        found = error.detail["counterexample"]
        assert found.startswith("d = 2, ") and found.partition(" (where")[0] + said == found


def test_a_number_is_read_part_by_part() -> None:
    deep: Any = sqrt(2)
    for _ in range(4):
        deep = exp(-deep) + 1 / (1 + deep**2)
    expected = 2**0.5
    for _ in range(4):
        expected = math.exp(-expected) + 1 / (1 + expected**2)
    known: dict[Any, Any] = {}
    assert float(number(deep, known)) == pytest.approx(expected)
    assert len(known) < 40


def test_a_side_condition_that_is_missing_names_rule_and_need() -> None:
    product = ordered_product(F[j], (j, k, t))
    split = derivation(product).equals(F[t] * product.over(k, t - 1), by.split_latest)
    error = fails(split, SideConditionError)
    assert error.message == "Step 1 of `example`: the range k … t may be empty"
    assert error.detail["needed"] == "k ≤ t"
    assert error.detail["rule"].startswith("split_latest: ")
    assert check(replace(split, given=(k <= t,)), CONTEXT) == 1


def test_every_step_is_counted_and_an_empty_chain_claims_nothing_new() -> None:
    chain = derivation(A * (B + C)).equals(A * B + A * C, by.algebra)
    assert check(chain.equals(A * C + A * B, by.algebra), CONTEXT) == 2
    assert check(derivation(A), CONTEXT) == 0
    assert derivation(A).claim == Equation(A, A)


def test_steps_must_join() -> None:
    forged = Derivation(A, (Step(A + B, "=", B + A, by.algebra),))
    assert "does not start where" in fails(forged).message


def test_a_rule_of_anybody_shows_what_it_shows_and_no_more() -> None:
    idle = Rule("idle", "x = x", prove=lambda before, *_: reflexivity(before))
    assert "is not justified by `idle`" in fails(derivation(A).equals(B, idle)).message
    bound = derivation(norm(A)).equals(norm(A), idle).at_most(norm(B), idle)
    assert "Step 2 of `example` is not justified by `idle`" in fails(bound).message
    assert check(derivation(norm(A)).at_most(norm(A), idle), CONTEXT) == 1


def test_what_is_shown_of_another_recurrence_is_not_shown() -> None:
    s, W = rnn.s, rnn.W
    linear = Recurrence(j, (s,), (), {s[j]: W * s[j - 1]}, ())
    rule = Rule(
        "linear", "s = W s", rewrite=lambda node, _: iter([derivatives.defined(node, linear)])
    )
    chain = derivation(s[j], given=[j >= 1]).equals(W * s[j - 1], rule)
    assert "of another recurrence" in fails(chain).message


def test_a_limit_of_anybody_is_of_the_variable_that_is_claimed() -> None:
    n = Symbol("n", integer=True)
    shown = limits.geometric_decay(1, q, t, t)
    rule = Rule("decay", "qᵗ → 0", relation="→", prove=lambda *_: shown)
    given = [q < 1, t >= 0]
    assert check(derivation(q**t, given=given).tends_to(0, rule, t), CONTEXT) == 1
    assert "something else" in fails(derivation(q**t, given=given).tends_to(0, rule, n)).message
    assert "not justified" in fails(derivation(q**t, given=given).tends_to(1, rule, t)).message


def test_shapes_are_compared_at_the_line() -> None:
    with pytest.raises(ShapeError, match="d × d and d × 1"):
        derivation(A).equals(rnn.b, by.algebra)
    with pytest.raises(IllFormedError, match="needs a rule"):
        derivation(A).equals(B, "algebra")  # type: ignore[arg-type]
    with pytest.raises(IllFormedError):
        derivation(A).at_most(B, by.algebra)


def test_an_equation_may_stand_in_a_chain_of_bounds_but_not_the_reverse() -> None:
    bound = Inequality(norm(A), rnn.lam)
    chain = derivation(2 * norm(A), given=[bound]).equals(norm(A) * 2, by.scalar_algebra)
    chain = chain.at_most(2 * rnn.lam, by.assumed_bound)
    assert check(chain, CONTEXT) == 2
    assert chain.claim == Inequality(2 * norm(A), 2 * rnn.lam)
    weak = derivation(norm(A)).at_most(norm(A), by.scalar_algebra)
    assert check(weak, CONTEXT) == 1
    strong = derivation(norm(A), given=[bound]).equals(rnn.lam, by.assumed_bound)
    assert "claims =" in fails(strong).message


# ------------------------------------------------------------------ limits


def decay(start: Any, *given: Any) -> Derivation:
    return derivation(start, given=given)


def test_a_limit_by_squeezing() -> None:
    size = for_all(t, Inequality(norm(F[t]), q**t), since=0)
    chain = decay(norm(F[t]), size, q < 1).at_most(q**t, by.assumed_bound)
    chain = chain.tends_to(0, by.geometric_decay, t)
    assert check(chain, CONTEXT) == 2
    assert chain.claim == Limit(norm(F[t]), t, 0)


def test_a_negative_start_is_not_squeezed() -> None:
    chain = decay(Integer(-1), q < 1, q**t >= 0).at_most(q**t, by.nonnegative_difference)
    fails(chain.tends_to(0, by.geometric_decay, t), SideConditionError)


def test_q_must_be_below_one() -> None:
    for given in ((), (q <= 1,), (q < 2,)):
        fails(decay(q**t, *given).tends_to(0, by.geometric_decay, t), EvidenceError)
    assert check(decay(q**t, q < 1).tends_to(0, by.geometric_decay, t), CONTEXT) == 1
    fails(decay(q**t, q < 1).tends_to(1, by.geometric_decay, t), EvidenceError)
    fails(decay(q**-t, q < 1).tends_to(0, by.geometric_decay, t), EvidenceError)


def test_nothing_follows_a_limit() -> None:
    chain = decay(q**t, q < 1).tends_to(0, by.geometric_decay, t)
    fails(chain.at_most(Integer(5), by.nonnegative_difference))


# ------------------------------------------------------------------ induction

CLAIM = Equation(D(rnn.s[t], rnn.s[k]), ordered_product(D(rnn.s[j], rnn.s[j - 1]), (j, k + 1, t)))


def by_induction(**changes: Any) -> Any:
    """The chain rule over time, one part of it replaced."""
    s = rnn.s
    factor = D(s[j], s[j - 1])
    parts: dict[str, Any] = {
        "claim": CLAIM,
        "over": t,
        "base": k,
        "base_case": derivation(D(s[k], s[k])).equals(Identity(d), by.derivative_of_itself),
        "step": derivation(D(s[t], s[k]))
        .equals(D(s[t], s[t - 1]) * D(s[t - 1], s[k]), by.chain_rule(s[t - 1]))
        .equals(
            D(s[t], s[t - 1]) * ordered_product(factor, (j, k + 1, t - 1)),
            by.induction_hypothesis,
        )
        .equals(ordered_product(factor, (j, k + 1, t)), by.split_latest.backwards),
        "given": [k >= 0, k <= t],
    }
    return induction(**{**parts, **changes})


def test_an_induction_is_checked_in_both_parts() -> None:
    assert check(by_induction(), CONTEXT) == 4


def test_faults_of_an_induction() -> None:
    s = rnn.s
    identity = derivation(Identity(d))
    assert "(base case)" in fails(by_induction(base_case=identity.equals(A, by.algebra))).message
    wrong_end = derivation(D(s[t], s[k])).equals(D(s[t], s[k]), by.algebra)
    assert "(step)" in fails(by_induction(step=wrong_end)).message
    unproved = derivation(D(s[t], s[k])).equals(CLAIM.rhs, by.algebra)
    assert "Step 1 of `example (step)`" in fails(by_induction(step=unproved)).message
    assert "where it begins" in fails(by_induction(given=[k >= 0]), SideConditionError).message
    assert "where it begins" in fails(by_induction(given=[]), SideConditionError).message


def test_the_claim_itself_is_not_its_own_hypothesis() -> None:
    circular = derivation(CLAIM.lhs).equals(CLAIM.rhs, by.induction_hypothesis)
    fails(by_induction(step=circular))


def test_the_hypothesis_is_about_the_time_before_only() -> None:
    s = rnn.s
    before = ordered_product(D(s[j], s[j - 1]), (j, k + 1, t - 2))
    step = derivation(D(s[t], s[k])).equals(
        D(s[t], s[t - 2]) * D(s[t - 2], s[k]), by.chain_rule(s[t - 2])
    )
    with pytest.raises(EvidenceError):
        check(
            by_induction(
                step=step.equals(D(s[t], s[t - 2]) * before, by.induction_hypothesis).equals(
                    CLAIM.rhs, by.algebra
                )
            ),
            CONTEXT,
        )


def test_a_part_may_not_assume_more() -> None:
    extra = Equation(A, B)
    for part in ("base_case", "step"):
        proof = by_induction()
        assuming = replace(getattr(proof, part), given=(extra,))
        assert "assumes more" in fails(replace(proof, **{part: assuming})).message


def test_a_hypothesis_at_one_time_does_not_carry_an_induction() -> None:
    zero = Zeros(d, d)
    claim = Equation(F[t], zero)
    given = [t >= 0, Equation(F[t], zero)]
    proof = induction(
        claim,
        t,
        0,
        derivation(F[0]).equals(zero, by.hypothesis),
        derivation(F[t]).equals(zero, by.hypothesis),
        given,
    )
    fails(proof, SideConditionError)


def test_an_inequality_is_proved_by_a_bound_or_an_equation_only() -> None:
    total = ordered_sum(F[j], (j, 1, t))
    claim = Equation(norm(total), Integer(0))
    limit = derivation(q**t, given=[q < 1]).tends_to(0, by.geometric_decay, t)
    proof = induction(claim, t, 0, derivation(norm(Zeros(d, d))), limit, [t >= 0])
    fails(proof)


def test_an_equation_assumed_at_a_point_is_not_differentiated() -> None:
    s = rnn.s
    chain = derivation(D(s[1], s[1]), given=[Equation(s[1], rnn.b)])
    fails(chain.equals(D(rnn.b, s[1]), by.hypothesis), EvidenceError)


def test_a_chain_shows_itself() -> None:
    shown = derivation(A * (B + C)).equals(A * B + A * C, by.algebra)._repr_latex_()
    assert r"\begin{aligned}" in shown
    assert "algebra" in shown


def test_that_a_function_is_differentiable_is_given_or_known() -> None:
    """σ of what no step applies it to may be at a kink: that it is not is a hypothesis, said."""
    relu, v = activation("relu"), Parameter("v", d, 1)
    slope = Diag(relu.prime(v))
    open_proof = derivation(D(relu(v), v)).equals(slope, by.differentiate)
    assert "relu is differentiable at v" in str(fails(open_proof, SideConditionError))
    said = derivation(D(relu(v), v), given=[Smooth(relu, v)]).equals(slope, by.differentiate)
    assert check(said, CONTEXT) == 1


def test_a_line_is_read_by_names() -> None:
    n, other = Symbol("n", integer=True), Dummy("n", integer=True)
    inner = Sum(other, (other, 1, 4))
    said = derivation(Sum(n * other, (other, 1, 4))).equals(n * inner, by.constant_factor)
    assert "two different things are called n" in str(fails(said, IllFormedError))
    # Of two that are written alike the one does not change with the other, as the line then says.
    b, scalar, column = rnn.b, Symbol("lambda"), Parameter("V_hh", d)
    alike = [(scalar * b, scalar), (Symbol("c1") * b, Parameter("c_1", 1))]
    alike += [(Symbol("alpha") * b, Parameter("α", 1)), (column, Parameter("V_{hh}", d))]
    for of, varied in alike:
        said = derivation(D(of, varied)).equals(D(of, varied), by.algebra)
        assert "two different things are called" in str(fails(said, IllFormedError))
    for name in ("s_t", "s_{0}", "x_j"):
        of = Parameter(name, d)
        said = derivation(D(of, b)).equals(D(of, b), by.algebra)
        assert "is read as" in str(fails(said, IllFormedError))


def test_a_function_that_has_a_name_is_that_function() -> None:
    twos = 2 * Ones(d, 1)
    taken = [("tanh", 0), ("tanh", 1), ("exp", 0), ("Tanh", 0), ("sigmoid", 0), ("abs", 0)]
    for name, order in [*taken, ("sqrt", 0), ("sign", 0)]:
        other = Activation(name, Lambda(X, X + 1), order)
        said = derivation(other(Ones(d, 1))).equals(twos, by.elementwise_constant)
        assert "is not seen to be that function" in str(fails(said, IllFormedError))
    # The same function may be written otherwise, and in another variable.
    y = Symbol("y", real=True)
    for called in ("logistic", "sigmoid"):
        same = Activation(called, Lambda(y, exp(y) / (1 + exp(y))))
        said = derivation(same(Zeros(d, 1))).equals(Ones(d, 1) / 2, by.elementwise_constant)
        assert check(said, CONTEXT) == 1
    mine = Activation("mine", Lambda(X, X + 1))
    assert check(derivation(mine(Ones(d, 1))).equals(twos, by.elementwise_constant), CONTEXT) == 1
    # What is shown of every function that is called so is shown of that one.
    v, tanh = Parameter("v", d, 1), unknown("tanh")
    said = derivation(D(tanh(v), v), given=[Smooth(tanh, v)]).equals(
        Diag(tanh.prime(v)), by.differentiate
    )
    assert check(said, CONTEXT) == 1
    slope = activation("relu").prime(-Ones(d, 1))
    assert check(derivation(slope).equals(Zeros(d, 1), by.elementwise_constant), CONTEXT) == 1


def test_a_rule_is_told_what_it_asks() -> None:
    v = Sequence("v", d)
    first, moved = ordered_sum(v[j], (j, 1, t)), ordered_sum(v[j + 1], (j, 0, t - 1))
    assert check(derivation(first).equals(moved, by.reindex(1)), CONTEXT) == 1
    for rule, says in (
        (by.reindex, "reindex is told less than it asks\n.*expected +reindex\\(by\\)"),
        (by.algebra(3), "algebra is told more than it asks"),
        (by.cauchy_schwarz(v[1], v[2]), "cauchy_schwarz is told more than it asks"),
    ):
        with pytest.raises(IllFormedError) as refused:
            derivation(first).equals(moved, rule)
        assert re.search(says, str(refused.value))
    for rule in (by.split_at("r"), by.reversed_range(t, 3)):
        message = str(fails(derivation(first).equals(moved, rule), IllFormedError))
        assert f"Step 1 of `example`: `{rule.name}` makes nothing of what it is told" in message


def test_what_a_rule_raises_is_said_of_the_step() -> None:
    e = Symbol("e", integer=True, positive=True)
    X, E = Parameter("X", d, e), Parameter("E", e, e)
    wrong = derivation(Kronecker(A, E.T) * Vec(X)).equals(Vec(A * X * E), by.vec_of_product)
    assert str(fails(wrong, ShapeError)).startswith("Step 1 of `example`: product: shapes")


class Agreeing(Add):
    """A sum that is equal to whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = Add.__hash__


def test_a_line_of_another_class_is_not_compared() -> None:
    idle = Rule("idle", "x = x", prove=lambda before, *_: reflexivity(before))
    false = Agreeing(q, 1, evaluate=False)
    for chain in (derivation(q).equals(false, idle), derivation(false).equals(q, idle)):
        assert "Agreeing has no meaning here" in str(fails(chain, IllFormedError))
    with pytest.raises(IllFormedError, match="Agreeing has no meaning here"):
        _saying(reflexivity(q), Equation(q, false), CONTEXT, "example")


def test_what_is_assumed_besides_is_no_part_of_a_proof() -> None:
    x, y = (Symbol(name, real=True) for name in "xy")
    claim, bound = Equation(x, x), Inequality(x**-1, y)
    context = Context(elman()).assume([bound])
    shown = _saying(weaken(reflexivity(x), context.given), claim, context, "a proof")
    # That 1/x has a value is said by its being there.
    assert len(shown.hypotheses) == 2
    with pytest.raises(UnjustifiedStepError, match="more than it says"):
        _saying(weaken(shown, [x >= 0]), claim, context, "a proof")
