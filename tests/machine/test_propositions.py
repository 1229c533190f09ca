"""Claims as Coq propositions: against what a lecturer would write down by hand."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import Integer, Max, Min, Rational, Symbol, sqrt

from symrnn import (
    D,
    D_plus,
    Diag,
    Parameter,
    Vec,
    cell,
    elman,
    entry,
    norm,
    ordered_product,
    ordered_sum,
    sigma_inside,
)
from symrnn.cells.subject import network
from symrnn.errors import NotSupportedError
from symrnn.language.relations import Equation, Inequality, Limit, for_all
from symrnn.machine.arithmetic import time
from symrnn.machine.names import theorem_name
from symrnn.machine.naturals import facts_of
from symrnn.machine.printer import coq
from symrnn.machine.propositions import proposition
from symrnn.machine.scope import Scope
from symrnn.machine.vocabulary import cell_name

RNN = elman()
s, a, x, L, W, U, b = RNN.s, RNN.a, RNN.x, RNN.L, RNN.W, RNN.U, RNN.b
j, k, t, T, tau = RNN.j, RNN.k, RNN.t, RNN.T, RNN.tau
kappa, gamma, lam = RNN.kappa, RNN.gamma, RNN.lam
n = Symbol("n", integer=True, positive=True)
g, h = Parameter("g", n, 1), Parameter("h", n, 1)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (t, "t"),
        (Integer(4), "4"),
        (t + 1, "t.+1"),
        (t + 5, "(t + 5)%N"),
        (t - k, "(t - k)%N"),
        (t - k - 1, "(t - k.+1)%N"),
        (t - tau + 1, "(t.+1 - tau)%N"),
        (j - 1, "(j - 1)%N"),
        (t + k, "(k + t)%N"),
    ],
)
def test_times(expression: Any, written: str) -> None:
    assert time(expression).text == written


def test_half_a_time_has_no_form() -> None:
    with pytest.raises(NotSupportedError):
        time(t / 2)


KNOWN = facts_of([k <= t, k >= 1, j >= 1])

NODES: list[tuple[Any, str]] = [
    (W * s[j - 1] + U * x[j] + b, "W *m s (j - 1)%N + U *m x j + b"),
    (Diag(RNN.slope(a[j])) * W, "dg (map_mx sigma' (a j)) *m W"),
    (W.T * Diag(RNN.slope(a[j])), "W^T *m dg (map_mx sigma' (a j))"),
    ((W * s[j]).T, "(W *m s j)^T"),
    (-(W * s[j]), "- (W *m s j)"),
    (b - W * s[j], "b - W *m s j"),
    (2 * b, "2%:R *: b"),
    (D(s[t], s[k]), "jac (flow F k t) (s k)"),
    (D(s[j], a[j]), "jac (map_mx sigma) (a j)"),
    (D(a[j], s[j - 1]), "jac (preactivation W U b x j) (s (j - 1)%N)"),
    (D(s[t], s[k], "denominator"), "(jac (flow F k t) (s k))^T"),
    (D(L[t], s[t]), "jac (ell t) (s t)"),
    (D(L[t], s[k]), "jac (fun v => ell t (flow F k t v)) (s k)"),
    (D(s[t], Vec(W)), "jacvec (fun V => state (elman sigma V U b x) s0 t) W"),
    (D(s[t], b), "jac (fun v => state (elman sigma W U v x) s0 t) b"),
    (
        D(L[t], Vec(W), held=[s[k]]),
        "jacvec (fun V => ell t (flow (elman sigma V U b x) k t (s k))) W",
    ),
    (D(L[t], W), "grad (fun V => ell t (state (elman sigma V U b x) s0 t)) W"),
    (D_plus(s[k], Vec(U)), "jacvec (fun V => elman sigma W V b x k (s (k - 1)%N)) U"),
    (
        ordered_product(D(s[j], s[j - 1]), (j, k + 1, t)),
        "oprod k.+1 t.+1 (fun j => jac (flow F (j - 1)%N j) (s (j - 1)%N))",
    ),
    (ordered_product(W * Diag(b), (j, 1, t), "right"), "oprod_right 1 t.+1 (fun j => W *m dg b)"),
    (b * ordered_sum(L[t], (t, 1, T)), "b *m (\\sum_(1 <= t < T.+1) ell t (s t))"),
    (norm(W) ** 2, "N _ _ W ^+ 2"),
    (norm(W, "2"), "norm2 W"),
    (norm(g, "2"), "euclidean g"),
    (norm(b, "inf"), "largest_entry b"),
    (kappa / Max(kappa, norm(g, "2")), "kappa / Num.max kappa (euclidean g)"),
    (Min(1, kappa), "Num.min 1 kappa"),
    ((gamma * lam) ** (t - k), "(gamma * lambda) ^+ (t - k)%N"),
    (1 / (1 - gamma), "(1 - gamma)^-1"),
    (Rational(-3, 4) * gamma, "- (3%:R * gamma / 4%:R)"),
    (sqrt(norm(g, "2") ** 2 + norm(h, "2") ** 2), "Num.sqrt (euclidean g ^+ 2 + euclidean h ^+ 2)"),
    (abs(entry(g, Symbol("i"))), "`|g i 0|"),
]


@pytest.mark.parametrize(("node", "written"), NODES, ids=[written for _, written in NODES])
def test_nodes(node: Any, written: str) -> None:
    assert coq(sympy.sympify(node), Scope(RNN, facts=KNOWN)).text == written


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_bound_with_all_its_hypotheses() -> None:
    claim = Inequality(norm(D(s[t], s[k])), (gamma * lam) ** (t - k))
    slopes = for_all(j, Inequality(norm(RNN.slope(a[j]), "inf"), gamma))
    written = proposition(claim, [k >= 0, k <= t, slopes, Inequality(norm(W), lam)], RNN)
    assert flat(written) == flat(
        """
        forall (R : realType) (d m : nat) (sigma sigma' : R -> R) (W : 'M[R]_d.+1)
          (U : 'M[R]_(d.+1, m.+1)) (b : 'cV[R]_d.+1) (x : nat -> 'cV[R]_m.+1)
          (s0 : 'cV[R]_d.+1) (N : forall m n, 'M[R]_(m, n) -> R) (gamma lambda : R) (k t : nat),
        let F := elman sigma W U b x in
        let s := state F s0 in
        let a := fun j => preactivation W U b x j (s (j - 1)%N) in
        slope sigma sigma' ->
        lecture_norm N ->
        0 <= gamma ->
        0 <= lambda ->
        (k <= t)%N ->
        (forall j, (1 <= j)%N -> largest_entry (map_mx sigma' (a j)) <= gamma) ->
        N _ _ W <= lambda ->
        differentiable (flow F k t) (s k) /\\
        N _ _ (jac (flow F k t) (s k)) <= (gamma * lambda) ^+ (t - k)%N
        """
    )


def test_a_limit_binds_what_grows() -> None:
    given = [k <= t, for_all(t, Inequality(norm(D(L[t], s[t])), gamma), since=k)]
    written = flat(proposition(Limit(norm(D(s[t], s[k])), t), given, RNN))
    assert "(k : nat)," in written
    assert "(forall t, (k <= t)%N -> N _ _ (jac (ell t) (s t)) <= gamma) ->" in written
    assert written.endswith("(fun t => N _ _ (jac (flow F k t) (s k))) --> (0 : R)")


def test_times_are_compared_without_differences() -> None:
    # In ℕ, τ ≤ t - 1 would hold for τ = t = 0.
    written = proposition(Equation(D(s[t], s[t]), W), [tau >= 0, tau <= t - 1, k > 2], RNN)
    assert "(tau.+1 <= t)%N ->" in written and "(2 < k)%N ->" in written


def test_existence_is_claimed_with_every_derivative() -> None:
    total = ordered_sum(D(s[t], s[k]) * D_plus(s[k], Vec(W)), (k, 1, t))
    written = flat(proposition(Equation(D(s[t], Vec(W)), total), [t >= 0], RNN))
    for clause in (
        "differentiable (fun V => state (elman sigma V U b x) s0 t) W /\\",
        "(forall k, (1 <= k < t.+1)%N -> differentiable (flow F k t) (s k)) /\\",
        "(forall k, (1 <= k < t.+1)%N -> "
        "differentiable (fun V => elman sigma V U b x k (s (k - 1)%N)) W) /\\",
    ):
        assert clause in written


def test_a_cell_of_another_kind_has_no_form() -> None:
    rnn = network(cell("h = tanh(V h')"))
    with pytest.raises(NotSupportedError, match="no Coq form for this recurrence"):
        cell_name(rnn)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("", "bptt_claim"),
        ("σ inside", "bptt_sigma_inside_claim"),
        ("t steps multiply by (19/50)ᵗ", "bptt_t_steps_multiply_by_19_50_t_claim"),
        ("the lecture's τ counts factors", "bptt_the_lectures_tau_counts_factors_claim"),
    ],
)
def test_names_of_theorems(label: str, name: str) -> None:
    assert theorem_name("bptt", label) == name


def test_a_theorem_about_another_cell_has_another_name() -> None:
    own, other = theorem_name("bptt", ""), theorem_name("bptt", "", "sigma_inside")
    assert (own, other) == ("bptt_claim", "bptt_of_sigma_inside_claim")


INSIDE = sigma_inside()


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (INSIDE.a[j], "a j"),
        (D(INSIDE.a[j], INSIDE.s[j - 1]), "jac (map_mx sigma) (s (j - 1)%N)"),
        (D(INSIDE.s[j], INSIDE.a[j]), "jac (preactivation W U b x j) (a j)"),
        (
            D(INSIDE.s[j + 1], INSIDE.a[j]),
            "jac (fun v => flow F j j.+1 (preactivation W U b x j v)) (a j)",
        ),
        (D(INSIDE.s[j], INSIDE.s[j - 1]), "jac (flow F (j - 1)%N j) (s (j - 1)%N)"),
    ],
)
def test_nodes_of_the_cell_with_sigma_inside(expression: Any, written: str) -> None:
    assert coq(expression, Scope(INSIDE, facts=KNOWN)).text == written


def test_what_stands_between_two_states_is_what_the_cell_says() -> None:
    for rnn, says in (
        (RNN, "preactivation W U b x j (s (j - 1)%N)"),
        (INSIDE, "map_mx sigma (s (j - 1)%N)"),
    ):
        written = proposition(Equation(D(rnn.s[j], rnn.a[j]), W), [j >= 1], rnn)
        assert f"let a := fun j => {says} in" in written
