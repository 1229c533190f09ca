"""Where the language and Coq could mean different things: printed as one, or refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

from symrnn import D, D_plus, Parameter, Sequence, Vec, elman, entry, norm, ordered_sum
from symrnn.errors import NotSupportedError
from symrnn.language.activations import unknown
from symrnn.language.algebra import Identity, Ones, Zeros
from symrnn.language.relations import Equation, Inequality, Limit, for_all
from symrnn.lecture.machine import theorems
from symrnn.machine.arithmetic import NAMES, name_of
from symrnn.machine.propositions import proposition
from symrnn.machine.prover import Prover
from tests.machine.test_hostile import check

RNN = elman()
s, a, x, L, W, U, b = RNN.s, RNN.a, RNN.x, RNN.L, RNN.W, RNN.U, RNN.b
j, k, t, T, tau = RNN.j, RNN.k, RNN.t, RNN.T, RNN.tau
gamma, lam, d = RNN.gamma, RNN.lam, RNN.d
n = Symbol("n", integer=True, positive=True)
i = Symbol("i", integer=True, positive=True)
g = Parameter("g", n, 1)
ZERO, ONE = Zeros(d, d), Identity(d)


def written(claim: Any, *given: Any) -> str:
    return " ".join(proposition(claim, given, RNN).split())


# ---------------------------------------------------------------------- derivatives and times


@pytest.mark.parametrize(
    ("given", "function"),
    [
        ((k <= t,), "flow F k t"),
        ((k < t,), "flow F k t"),
        ((t < k,), "fun v => s t"),
        ((), "fun v => run F s0 k v t"),
        ((k >= 1,), "fun v => run F s0 k v t"),
    ],
)
def test_a_state_by_another_whichever_is_earlier(given: tuple[Any, ...], function: str) -> None:
    assert f"jac ({function}) (s k)" in written(Equation(D(s[t], s[k]), ZERO), *given)


def test_the_first_state_by_another() -> None:
    assert "jac (fun v => run F s0 k v 0) (s k) = 0" in written(
        Equation(D(s[0], s[k]), ZERO), k >= 0
    )


@pytest.mark.parametrize(
    ("given", "function"),
    [
        ((k >= 1,), "fun V => elman sigma V U b x k (s (k - 1)%N)"),
        ((), "fun V => step (elman sigma V U b x) s0 k (s (k - 1)%N)"),
    ],
)
def test_a_state_that_may_be_given_depends_on_nothing(
    given: tuple[Any, ...], function: str
) -> None:
    claim = Equation(D_plus(s[k], Vec(W)), Zeros(d, d * d))
    assert f"jacvec ({function}) W" in written(claim, *given)


def test_whether_two_preactivations_are_one_must_be_known() -> None:
    claim = Equation(D(a[t], a[j]), ZERO)
    with pytest.raises(NotSupportedError, match="two times are one"):
        proposition(claim, [j >= 1, t >= 1], RNN)
    assert "fun v =>" in written(claim, t < j)


@pytest.mark.parametrize(
    "derivative",
    [
        D(s[t], x[k]),
        D(s[t], L[k]),
        D_plus(L[t], W),
        D(D(L[t], s[t]).T, s[k]),
        D(s[t], Vec(W), held=[a[k]]),
    ],
    ids=str,
)
def test_derivatives_that_have_no_form(derivative: Any) -> None:
    claim = Equation(derivative, Zeros(*derivative.shape))
    with pytest.raises(NotSupportedError, match="no Coq form for this derivative"):
        proposition(claim, [k >= 1, k <= t], RNN)


EARLIER = """\
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From symrnn Require Import vocabulary.
From claims Require Import mine.
Local Open Scope ring_scope.
Lemma jac_cst (R : realType) n m (y : 'cV[R]_m.+1) (x : 'cV[R]_n.+1) :
  differentiable (fun v : 'cV[R]_n.+1 => y) x /\\ jac (fun v : 'cV[R]_n.+1 => y) x = 0.
Proof. by split; [exact: differentiable_cst|apply/matrixP => i l; rewrite !mxE diff_cst mxE]. Qed.
Theorem mine_claim : mine_printed.
Proof.
move=> R d m sigma sigma' W U b x s0 k F s sigmaP k1.
have -> : (fun v => run F s0 k v 0) = (fun v => s0).
  by apply/funext => v; rewrite /run leqNgt k1.
exact: jac_cst.
Qed.
"""


def test_the_first_state_by_a_later_one_is_zero_in_coq_too(prover: Prover, tmp_path: Path) -> None:
    claim = Equation(D(s[0], s[k]), ZERO)
    # k ≥ 1 is not used to print it: the proof has to.
    general = written(claim, k >= 0)
    assert "run F s0 k v 0" in general
    found = check(tmp_path, {"mine_claims.v": EARLIER}, claim, prover, given=(k >= 0,))
    assert found.theorems == ()  # at k = 0 it is I


# ---------------------------------------------------------------------- numbers of steps


@pytest.mark.parametrize(
    "claim",
    [
        Inequality(norm(D(s[t], s[k])), (gamma * lam) ** (t - k)),
        Equation(ordered_sum(L[j], (j, t - tau, t)), L[t]),
        Equation(sympy.Sum(gamma**j, (j, k, t)), gamma),
        Inequality(gamma ** (-t), 1),
    ],
    ids=str,
)
def test_numbers_that_may_be_below_zero_have_no_form(claim: Any) -> None:
    with pytest.raises(NotSupportedError, match="does not follow from the hypotheses"):
        proposition(claim, [t >= 0], RNN)


def test_an_integer_that_may_be_below_zero_is_no_time() -> None:
    whole = Symbol("q", integer=True)
    with pytest.raises(NotSupportedError, match="whether q is at least 0"):
        proposition(Inequality(0, whole * gamma), [], RNN)
    assert "(q : nat)" in written(Inequality(0, whole * gamma), whole >= 0)


def test_a_size_is_counted_whole() -> None:
    assert "sum_norm (const_mx 1) = n.+1%:R" in written(Equation(norm(Ones(n, 1), "1"), n))
    assert "gamma ^+ n.+1" in written(Inequality(gamma**n, norm(g, "1")))


def test_a_row_is_no_number() -> None:
    with pytest.raises(NotSupportedError, match="counted from 0"):
        proposition(Inequality(entry(g, i), i), [], RNN)
    with pytest.raises(NotSupportedError, match="counted from 0"):
        proposition(Inequality(entry(g, i), gamma), [i >= 2], RNN)


# ---------------------------------------------------------------------- hypotheses


BOUNDED = Inequality(norm(s[j]), gamma)


@pytest.mark.parametrize(
    ("fact", "known", "printed"),
    [
        (for_all(j, BOUNDED), (), "(forall j, (1 <= j)%N -> N _ _ (s j) <= gamma) ->"),
        (for_all(j, BOUNDED, since=0), (), "(forall j : nat, N _ _ (s j) <= gamma) ->"),
        (
            for_all(j, BOUNDED, since=k),
            (k >= 0,),
            "(forall j, (k <= j)%N -> N _ _ (s j) <= gamma) ->",
        ),
        (for_all(j, BOUNDED, since=k - 1), (k >= 0,), "(forall j, (k <= j.+1)%N -> N _ _ (s j)"),
        # A time that is bound is not the free one of its name, of which something is known.
        (for_all(k, BOUNDED.subs(j, k)), (k >= 5,), "(forall k, (1 <= k)%N -> N _ _ (s k)"),
        (for_all(j, Inequality(norm(s[j - 1]), gamma)), (), "(forall j, (1 <= j)%N -> N _ _ (s (j"),
        # s_{j-1} is no state at j = 0, where Coq has one.
        (
            for_all(j, Inequality(norm(s[j - 1]), gamma), since=0),
            (),
            "(forall j, (1 <= j)%N -> N _ _ (s (j - 1)%N) <= gamma) ->",
        ),
        (for_all(j, Inequality(norm(a[j]), gamma), since=0), (), "(forall j, (1 <= j)%N -> N"),
        # Without for_all it is about one time, whether or not the claim speaks of it.
        (BOUNDED, (), "N _ _ (s j) <= gamma ->"),
        (BOUNDED.subs(j, t), (), "N _ _ (s t) <= gamma ->"),
        (Inequality(norm(s[j - 1]), gamma), (j >= 1,), "-> N _ _ (s (j - 1)%N) <= gamma ->"),
        (Inequality(norm(s[j - 1]), gamma), (), "((1 <= j)%N -> N _ _ (s (j - 1)%N) <= gamma) ->"),
    ],
    ids=str,
)
def test_of_one_time_or_of_all(fact: Any, known: tuple[Any, ...], printed: str) -> None:
    text = written(Inequality(norm(s[t]), gamma), *known, fact)
    assert printed in text
    free = {symbol.name for each in (fact, *known) for symbol in each.free_symbols}
    assert f"({' '.join(sorted({'t', *(free & {'j', 'k'})}))} : nat)," in text


def test_the_first_state_at_all_times_is_a_step_or_given() -> None:
    moved = Inequality(norm(D_plus(s[k], Vec(W))), gamma)
    step = "step (elman sigma V U b x) s0 k (s (k - 1)%N)"
    claim = Inequality(norm(s[0]), gamma)
    every = written(claim, for_all(k, moved, since=0))
    assert f"(forall k : nat, N _ _ (jacvec (fun V => {step}) W) <= gamma) ->" in every
    assert "(forall k, (1 <= k)%N -> N _ _ (jacvec (fun V => elman" in written(
        claim, for_all(k, moved)
    )


@pytest.mark.parametrize("vector", [s[-1], a[0], a[-n]], ids=str)
def test_a_hypothesis_about_no_vector_is_refused(vector: Any) -> None:
    with pytest.raises(NotSupportedError, match="no vector at this time"):
        written(Inequality(norm(s[0]), gamma), Inequality(norm(vector), gamma))


def test_what_is_known_of_a_free_time_is_not_known_of_a_bound_one() -> None:
    later = Inequality(norm(s[t]), gamma ** (t - k))
    with pytest.raises(NotSupportedError, match="whether -k \\+ t is at least 0"):
        written(Inequality(norm(s[0]), gamma), k >= 0, k <= t, for_all(t, later))
    assert "(forall t, (k <= t)%N -> N _ _ (s t) <= gamma ^+ (t - k)%N) ->" in written(
        Inequality(norm(s[0]), gamma), k >= 0, for_all(t, later, since=k)
    )


def test_a_bound_time_makes_no_natural_number_of_a_free_one() -> None:
    summed = sympy.Sum(norm(s[j]), (j, 1, 2))
    for fact in (
        for_all(j, BOUNDED),
        Equation(ordered_sum(L[j], (j, 1, 2)), L[0]),
        Inequality(summed, gamma),
    ):
        with pytest.raises(NotSupportedError, match="whether j is at least 0"):
            written(Inequality(0, j * gamma), fact)


def test_a_row_is_no_time_that_ranges() -> None:
    row = Symbol("r", integer=True)
    with pytest.raises(NotSupportedError, match="counted from 0"):
        written(Inequality(norm(g), gamma), for_all(row, Inequality(entry(g, row), gamma)))


def test_a_size_is_no_time_that_ranges() -> None:
    with pytest.raises(NotSupportedError, match="range over sizes"):
        written(Inequality(norm(g), gamma), for_all(n, Inequality(gamma**n, norm(g))))


def test_one_value_of_what_grows_is_no_hypothesis() -> None:
    with pytest.raises(NotSupportedError, match="one value of what grows"):
        written(Limit(norm(D(s[t], s[k])), t), k <= t, Inequality(norm(s[t]), gamma))


# ---------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["s0", "s", "F", "N", "R", "v", "V", "ell", "sigma", "jac", "x"])
def test_a_parameter_hides_nothing(name: str) -> None:
    text = written(Equation(s[0], Parameter(name, d, 1)))
    assert f"({name}_ : 'cV[R]_d.+1)" in text
    assert text.endswith(f"s 0%N = {name}_")


@pytest.mark.parametrize("name", ["W) (b", "W.", "1x", "", "W'", "(*", "W\nAxiom", "σ"])
def test_a_name_is_no_coq(name: str) -> None:
    # The language refuses most of them before; what it lets through stops here.
    with pytest.raises(NotSupportedError, match="no Coq name"):
        name_of(Symbol(name))


identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,4}", fullmatch=True)


@given(identifiers, identifiers)
def test_names_stay_different(one: str, other: str) -> None:
    assert (name_of(Symbol(one)) == name_of(Symbol(other))) == (one == other)


VOCABULARY = re.findall(
    r"^(?:Definition|Record) (\w+)|^\s+(norm_\w+) :", theorems()["vocabulary"].text, re.MULTILINE
)
OF_LIBRARIES = [
    *("map_mx", "const_mx", "col_mx", "differentiable", "ord0", "nat", "realType", "Num"),
    *("expR", "exp", "ln", "sqrt", "ex_derive", "Derive", "fun", "forall", "let", "in"),
]
BOUND_BY_US = ["R", "N", "F", "s", "a", "x", "s0", "ell", "sigma", "v", "V"]
WORDS = [*OF_LIBRARIES, *BOUND_BY_US, *(name for pair in VOCABULARY for name in pair if name)]


@pytest.mark.parametrize("word", WORDS)
def test_no_symbol_has_a_name_of_the_vocabulary(word: str) -> None:
    assert not word.endswith("_")
    assert re.sub(r"_?[0-9]+$", "", word) not in NAMES


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Symbol("g", real=True), norm(g)),
        (Symbol("t", real=True), norm(s[t])),
        (Symbol("y", real=True), Symbol("y", nonnegative=True)),
        (Symbol("W", real=True), norm(s[t])),
        (norm(Parameter("b", n, 1)), norm(s[t])),
        (norm(g), sympy.Sum(gamma ** Symbol("g", integer=True), (Symbol("g", integer=True), 1, 2))),
    ],
    ids=str,
)
def test_two_things_of_one_name_are_refused(first: Any, second: Any) -> None:
    with pytest.raises(NotSupportedError, match="two things of a claim have one name"):
        proposition(Inequality(first, second), [], RNN)


@pytest.mark.parametrize(
    "assumed",
    [{"negative": True}, {"integer": True, "even": True}, {"real": True, "zero": False}, {}],
)
def test_what_is_assumed_of_a_symbol_must_be_printed(assumed: dict[str, bool]) -> None:
    odd = Symbol("y", **assumed)
    with pytest.raises(NotSupportedError, match="assumed of y"):
        proposition(Inequality(odd, norm(g)), [], RNN)


def test_a_vector_of_another_size_is_not_the_networks() -> None:
    for other in (Sequence("s", n), Sequence("a", n), Sequence("z", d)):
        with pytest.raises(NotSupportedError, match="no Coq form for this vector"):
            proposition(Inequality(norm(other[t]), 0), [], RNN)


def test_another_activation_is_not_sigma() -> None:
    rho = unknown("rho")
    with pytest.raises(NotSupportedError, match="no Coq form for this activation"):
        proposition(Equation(RNN.sigma(b), rho(b)), [], RNN)
