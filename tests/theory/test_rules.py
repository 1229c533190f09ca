"""Each rule of algebra, derivatives and facts: the right step passes, wrong ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
import sympy
from sympy import Sum, Symbol, symbols

from symrnn.cells.elman import elman
from symrnn.errors import EvidenceError, IllFormedError, SideConditionError, UnjustifiedStepError
from symrnn.language.algebra import Identity, Parameter, Zeros
from symrnn.language.derivatives import D, D_plus
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, Inequality
from symrnn.language.structure import Diag, Kronecker, Unvec, Vec
from symrnn.language.time import Sequence
from symrnn.theory import rules as by
from symrnn.theory.check import check, prove
from symrnn.theory.context import Context
from symrnn.theory.derivation import derivation
from symrnn.theory.rule import Rule

# The package exports rules under its modules' names: the modules themselves are asked for so.
algebra, derivatives, facts = (
    import_module(f"symrnn.theory.rules.{name}") for name in ("algebra", "derivatives", "facts")
)
rnn = elman()
s, a, x, L, W, U, b = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b
j, k, t, T, d = rnn.j, rnn.k, rnn.t, rnn.T, rnn.d
i, l_, r = symbols("i l r", integer=True)
A, B, C = (Parameter(name, d, d) for name in "ABC")
u, v = Parameter("u", d, 1), Parameter("v", d, 1)
p, q = symbols("p q", real=True)
F = Sequence("F", d, d)
row = Symbol("row", integer=True, positive=True)
slope = rnn.slope


def product(lower: Any, upper: Any, side: str = "left") -> Any:
    return ordered_product(F[j], (j, lower, upper), side)


def total(lower: Any, upper: Any) -> Any:
    return ordered_sum(F[j], (j, lower, upper))


# (rule, before, right, wrong ones, hypotheses)
TABLE: list[tuple[Any, Any, Any, list[Any], list[Any]]] = [
    (by.algebra, A * (B + C), A * B + A * C, [A * B + C, A * B + C * A, A * B - A * C], []),
    (by.algebra, (A * B).T, B.T * A.T, [A.T * B.T, B.T * A], []),
    (by.scalar_algebra, (p + q) ** 2, p**2 + 2 * p * q + q**2, [p**2 + q**2, -((p + q) ** 2)], []),
    (by.transpose_of_product, (A * B * v).T, v.T * B.T * A.T, [v.T * A.T * B.T, B.T * A.T], []),
    (
        by.transpose_of_product,
        product(k, t).T,
        ordered_product(F[j].T, (j, k, t), "right"),
        [ordered_product(F[j].T, (j, k, t)), product(k, t, "right")],
        [],
    ),
    (by.transpose_of_diagonal, (A * Diag(v)).T + Diag(u).T, (A * Diag(v)).T + Diag(u), [], []),
    (by.transpose_of_diagonal, Diag(u).T * A.T, Diag(u) * A.T, [Diag(u) * A, -Diag(u) * A.T], []),
    (
        by.split_latest,
        product(k, t),
        F[t] * product(k, t - 1),
        [product(k, t - 1) * F[t], F[t] * product(k, t), F[t] * product(k + 1, t - 1)],
        [k <= t],
    ),
    (by.split_latest, product(k, t, "right"), product(k, t - 1, "right") * F[t], [], [k <= t]),
    (by.split_latest, total(k, t), total(k, t - 1) + F[t], [total(k, t - 1) - F[t]], [k <= t]),
    (
        by.split_earliest,
        product(k, t),
        product(k + 1, t) * F[k],
        [F[k] * product(k + 1, t), product(k, t) * F[k]],
        [k <= t],
    ),
    (by.split_earliest, total(k, t), F[k] + total(k + 1, t), [total(k + 1, t)], [k <= t]),
    (
        by.split_at(r),
        product(k, t),
        product(r + 1, t) * product(k, r),
        [product(k, r) * product(r + 1, t), product(r, t) * product(k, r)],
        [k <= r, r <= t],
    ),
    (by.split_at(r), total(k, t), total(k, r) + total(r + 1, t), [], [k - 1 <= r, r <= t]),
    (by.empty_range, product(t + 1, k), Identity(d), [Zeros(d, d)], [k <= t]),
    (by.empty_range, total(t + 1, k), Zeros(d, d), [Identity(d)], [k <= t]),
    (
        by.reindex(1),
        product(k + 1, t),
        ordered_product(F[j + 1], (j, k, t - 1)),
        [product(k, t - 1), ordered_product(F[j + 1], (j, k + 1, t))],
        [],
    ),
    (by.write_out, product(k, k + 1), F[k + 1] * F[k], [F[k] * F[k + 1]], []),
    (by.write_out, total(1, 3), F[1] + F[2] + F[3], [F[1] + F[2]], []),
    (
        by.entries_of,
        entry(A * v, row),
        Sum(entry(A, row, l_) * entry(v, l_), (l_, 1, d)),
        [
            Sum(entry(A, l_, row) * entry(v, l_), (l_, 1, d)),
            Sum(entry(A, row, l_) * entry(v, l_), (l_, 0, d)),
        ],
        [],
    ),
    (by.entries_of, entry(u + v, row), entry(u, row) + entry(v, row), [entry(u, row)], []),
    (
        by.vec_of_product,
        Kronecker(v, A) * u,
        Vec(A * u * v.T),
        [Vec(A * v * u.T), Vec(v * u.T * A)],
        [],
    ),
    # derivatives
    (by.definition, s[j], rnn.sigma(a[j]), [rnn.sigma(a[j - 1]), a[j]], [j >= 1]),
    (
        by.definition,
        a[t],
        W * s[t - 1] + U * x[t] + b,
        [W * s[t] + U * x[t] + b, W * s[t - 1]],
        [t >= 1],
    ),
    (by.derivative_of_itself, D(s[t], s[t]), Identity(d), [Zeros(d, d)], []),
    (by.differentiate, D(W * s[j - 1] + b, s[j - 1]), W, [W.T, W + W], []),
    (by.differentiate, D(rnn.sigma(a[j]), a[j]), Diag(slope(a[j])), [Diag(rnn.sigma(a[j]))], []),
    (by.differentiate, D(v.T * v, v, "denominator"), 2 * v, [v], []),
    (
        by.immediate_derivative,
        D_plus(s[j], s[j - 1]),
        Diag(slope(a[j])) * W,
        [W * Diag(slope(a[j])), Diag(slope(a[j])) * W.T],
        [j >= 1],
    ),
    (
        by.chain_rule(a[t]),
        D(s[t], s[t - 1]),
        D(s[t], a[t]) * D(a[t], s[t - 1]),
        [D(a[t], s[t - 1]) * D(s[t], a[t]), D(s[t], a[t])],
        [],
    ),
    (
        by.chain_rule(s[2]),
        D(s[3], s[1], "denominator"),
        (D(s[3], s[2]) * D(s[2], s[1])).T,
        [D(s[3], s[2]) * D(s[2], s[1])],
        [],
    ),
    (
        by.total_derivative,
        D(s[t], Vec(W)),
        D_plus(s[t], Vec(W)) + D(s[t], s[t - 1]) * D(s[t - 1], Vec(W)),
        [
            D_plus(s[t], Vec(W)),
            D(s[t], s[t - 1]) * D(s[t - 1], Vec(W)),
            D_plus(s[t], Vec(W)) - D(s[t], s[t - 1]) * D(s[t - 1], Vec(W)),
        ],
        [t >= 1],
    ),
    (
        by.total_derivative,
        D(s[t], Vec(W), held=[s[t - 1]]),
        D_plus(s[t], Vec(W)),
        [D_plus(s[t], Vec(W)) + D(s[t], s[t - 1]) * D(s[t - 1], Vec(W))],
        [t >= 1],
    ),
    (by.constant, D(s[0], Vec(W)), Zeros(d, d**2), [D_plus(s[0], Vec(W))], []),
    (by.constant, D(s[3], s[1], held=[s[3]]), Zeros(d, d), [Identity(d)], []),
    (by.layout, D(s[t], s[k], "denominator"), D(s[t], s[k]).T, [D(s[t], s[k])], []),
    (by.layout, D(s[t], s[k]), D(s[t], s[k], "denominator").T, [D(s[k], s[t]).T], []),
    (
        by.derivative_of_sum,
        D(rnn.total_loss(), Vec(W)),
        ordered_sum(D(L[t], Vec(W)), (t, 1, T)),
        [ordered_sum(D(L[t], Vec(W)), (t, 0, T)), D(L[T], Vec(W))],
        [],
    ),
    (by.no_dependence, D(s[k], s[t]), Zeros(d, d), [Identity(d)], [k <= t - 1]),
    (
        by.gradient_as_matrix,
        D(L[t], W),
        Unvec(D(L[t], Vec(W)).T, d, d),
        [Unvec(D(L[t], Vec(W)).T, d, d).T],
        [],
    ),
    # facts
    (by.hypothesis, A * v, A * u, [A * A * u, u], [Equation(v, u)]),
]


@pytest.mark.parametrize(
    ("rule", "before", "right", "given"), [(*c[:3], c[4]) for c in TABLE], ids=lambda c: str(c)[:30]
)
def test_the_right_step_passes(rule: Rule, before: Any, right: Any, given: Any) -> None:
    assert check(derivation(before, given=given).equals(right, rule), Context(rnn)) == 1


WRONG = [
    (rule, before, wrong, given) for rule, before, _, others, given in TABLE for wrong in others
]


@pytest.mark.parametrize(("rule", "before", "wrong", "given"), WRONG, ids=lambda c: str(c)[:30])
def test_a_wrong_step_is_refused(rule: Rule, before: Any, wrong: Any, given: Any) -> None:
    if tuple(getattr(before, "shape", ())) != tuple(getattr(wrong, "shape", ())):
        with pytest.raises(IllFormedError):
            derivation(before, given=given).equals(wrong, rule)
        return
    with pytest.raises((UnjustifiedStepError, SideConditionError)):
        check(derivation(before, given=given).equals(wrong, rule), Context(rnn))


BACKWARDS = [c for c in TABLE if c[0].rewrite is not None and c[0].name not in ("definition",)]


@pytest.mark.parametrize(
    ("rule", "before", "right", "given"),
    [(*c[:3], c[4]) for c in BACKWARDS],
    ids=lambda c: str(c)[:30],
)
def test_an_equation_reads_backwards(rule: Rule, before: Any, right: Any, given: Any) -> None:
    chain = derivation(right, given=given).equals(before, rule.backwards)
    assert check(chain, Context(rnn)) == 1
    with pytest.raises(EvidenceError):
        check(derivation(before, given=given).equals(2 * before, rule.backwards), Context(rnn))


def test_every_rule_of_the_three_modules_has_a_row() -> None:
    named = {
        rule.name
        for module in (algebra, derivatives, facts)
        for rule in vars(module).values()
        if isinstance(rule, Rule)
    }
    rows = {case[0].name for case in TABLE} | {case[0].name for case in BOUNDS}
    elsewhere = {"reversed_range", "constant_factor"}
    assert named - rows - elsewhere == {
        "uses",
        "uses_bound",
        "induction_hypothesis",
        "induction_bound",
        # In test_rules_blocks.py.
        "directly_and_through",
        "not_held",
        "from_bounds",
        "one_step",
    }


# ------------------------------------------------------------------ inequalities

c = Symbol("c", nonnegative=True)
bound = Inequality(norm(A), rnn.lam)
BOUNDS: list[tuple[Any, Any, Any, list[Any], list[Any]]] = [
    (by.assumed_bound, norm(A), rnn.lam, [2 * rnn.lam, rnn.gamma], [bound]),
    (by.assumed_bound, c * norm(A), c * rnn.lam, [rnn.lam], [bound]),
    (by.assumed_bound, norm(A) ** 2 + 1, rnn.lam**2 + 1, [rnn.lam**2], [bound]),
    (by.assumed_bound, norm(A) + norm(B), rnn.lam + norm(B), [2 * rnn.lam], [bound]),
    (by.assumed_bound, c, q, [p], [c <= q]),
    (by.nonnegative_difference, 2 * p * q, p**2 + q**2, [(p - q) ** 2, p * q], []),
    (by.nonnegative_difference, p, q, [p - 1], [p <= q]),
]


@pytest.mark.parametrize(
    ("rule", "before", "right", "wrongs", "given"), BOUNDS, ids=lambda c: str(c)[:30]
)
def test_bounds(rule: Rule, before: Any, right: Any, wrongs: Any, given: Any) -> None:
    assert check(derivation(before, given=given).at_most(right, rule), Context(rnn)) == 1
    for wrong in wrongs:
        with pytest.raises(EvidenceError):
            check(derivation(before, given=given).at_most(wrong, rule), Context(rnn))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (-norm(A), -rnn.lam),  # a negative coefficient turns the sign round
        (p * norm(A), p * rnn.lam),  # nothing is known of p
        (1 / norm(A), 1 / rnn.lam),
        (norm(A) - norm(A) ** 2, rnn.lam - rnn.lam**2),
        (norm(A * v), norm(rnn.lam * v)),
        (Sum(-norm(A), (i, 1, 3)), Sum(-rnn.lam, (i, 1, 3))),
        (norm(A) ** p, rnn.lam**p),
        (sympy.Product(norm(A) - 1, (i, 1, 3)), sympy.Product(rnn.lam - 1, (i, 1, 3))),
    ],
    ids=str,
)
def test_only_places_that_enlarge_are_enlarged(before: Any, after: Any) -> None:
    with pytest.raises(EvidenceError):
        check(derivation(before, given=[bound]).at_most(after, by.assumed_bound), Context(rnn))


def test_a_product_of_nonnegative_factors_is_enlarged() -> None:
    chain = derivation(sympy.Product(norm(A), (i, 1, t)), given=[bound, t >= 1])
    chain = chain.at_most(sympy.Product(rnn.lam, (i, 1, t)), by.assumed_bound)
    assert check(chain, Context(rnn)) == 1


# ------------------------------------------------------------------ side conditions

MISSING: list[tuple[str, Callable[[], Any]]] = [
    (
        "may be empty",
        lambda: derivation(product(k, t)).equals(F[t] * product(k, t - 1), by.split_latest),
    ),
    (
        "may be empty",
        lambda: derivation(total(k, t)).equals(F[k] + total(k + 1, t), by.split_earliest),
    ),
    (
        "may lie outside",
        lambda: derivation(product(k, t), given=[k <= r]).equals(
            product(r + 1, t) * product(k, r), by.split_at(r)
        ),
    ),
    (
        "may depend on",
        lambda: derivation(D(W * s[2] + s[1], s[1])).equals(Identity(d), by.differentiate),
    ),
    (
        "every path",
        lambda: derivation(D(s[3], Vec(W))).equals(
            D(s[3], s[2]) * D(s[2], Vec(W)), by.chain_rule(s[2])
        ),
    ),
    (
        "every path",
        lambda: derivation(D(W * s[3] + s[2], s[2])).equals(
            D(W * s[3] + s[2], s[3]) * D(s[3], s[2]), by.chain_rule(s[3])
        ),
    ),
    (
        "initial state",
        lambda: derivation(D(s[t], Vec(W))).equals(
            D_plus(s[t], Vec(W)) + D(s[t], s[t - 1]) * D(s[t - 1], Vec(W)), by.total_derivative
        ),
    ),
    ("not among the statements", lambda: derivation(A).equals(B, by.uses("nothing"))),
]


@pytest.mark.parametrize(("says", "build"), MISSING, ids=[says for says, _ in MISSING])
def test_a_missing_side_condition_is_named(says: str, build: Callable[[], Any]) -> None:
    with pytest.raises(SideConditionError, match=says) as caught:
        check(build(), Context(rnn))
    assert "rule" in caught.value.detail


def test_what_is_held_has_no_immediate_derivative() -> None:
    held = D(s[3], Vec(W), held=[s[3]])
    wrong = D_plus(s[3], Vec(W)) + D(s[3], s[2]) * D(s[2], Vec(W), held=[s[3]])
    with pytest.raises(EvidenceError):
        check(derivation(held).equals(wrong, by.total_derivative), Context(rnn))


def test_an_expression_has_no_immediate_derivative() -> None:
    wrong = derivation(D_plus(s[3] + a[3], a[3])).equals(Identity(d), by.immediate_derivative)
    with pytest.raises(IllFormedError, match="no meaning"):
        check(wrong, Context(rnn))


# ------------------------------------------------------------------ binding


def test_a_hypothesis_on_a_free_time_says_nothing_of_a_bound_one() -> None:
    before, after = ordered_sum(s[j], (j, 1, t)), ordered_sum(v, (j, 1, t))
    with pytest.raises(UnjustifiedStepError):
        check(
            derivation(before, given=[Equation(s[j], v)]).equals(after, by.hypothesis), Context(rnn)
        )


def test_the_order_of_a_free_time_says_nothing_of_a_bound_one() -> None:
    nested = ordered_sum(ordered_sum(A, (i, 1, j)), (j, 0, t))
    wrong = ordered_sum(ordered_sum(A, (i, 1, j - 1)) + A, (j, 0, t))
    with pytest.raises(SideConditionError):
        check(derivation(nested, given=[j >= 5]).equals(wrong, by.split_latest), Context(rnn))


def test_the_range_of_a_bound_time_is_known_under_its_binder() -> None:
    def inner(upper: Any) -> Any:
        return ordered_product(F[i], (i, k, upper))

    nested = ordered_sum(inner(j), (j, k, t))
    right = ordered_sum(F[j] * inner(j - 1), (j, k, t))
    renamed = ordered_sum(F[r] * inner(r - 1), (r, k, t))
    for after in (right, renamed):
        assert check(derivation(nested).equals(after, by.split_latest), Context(rnn)) == 1


def test_an_entry_of_three_factors_uses_two_names() -> None:
    once = Sum(entry(A, row, l_) * entry(B * C, l_, row), (l_, 1, d))
    (twice, *_) = by.entries_of.results(once, Context(rnn))
    inner = twice.relation.rhs.function.atoms(Sum).pop()
    assert inner.limits[0][0] != l_


# ------------------------------------------------------------------ statements that are used


def used(proof: Any) -> Context:
    return Context(rnn, statements={"fact": (prove(proof, Context(rnn)),)})


def test_a_used_equation_is_instantiated_in_its_times() -> None:
    step = derivation(D(s[j], a[j]), given=[j >= 1]).equals(D(rnn.sigma(a[j]), a[j]), by.definition)
    context = used(step.equals(Diag(slope(a[j])), by.differentiate)).assume([t >= 2])
    right = derivation(D(s[t + 1], a[t + 1])).equals(Diag(slope(a[t + 1])), by.uses("fact"))
    assert check(right, context) == 1
    wrong = derivation(D(s[t + 1], a[t + 1])).equals(Diag(slope(a[t])), by.uses)
    with pytest.raises(UnjustifiedStepError):
        check(wrong, context)
    other_leaf = derivation(D(s[t], a[t - 1])).equals(Diag(slope(a[t])), by.uses)
    with pytest.raises(UnjustifiedStepError):
        check(other_leaf, context)


def test_a_used_statement_brings_its_hypotheses() -> None:
    context = used(
        derivation(product(k, t), given=[k <= t]).equals(F[t] * product(k, t - 1), by.split_latest)
    )
    chain = derivation(product(2, T)).equals(F[T] * product(2, T - 1), by.uses)
    with pytest.raises(SideConditionError, match="needs a hypothesis"):
        check(chain, context)
    assert check(replace(chain, given=(T >= 2,)), context) == 1
    assert check(replace(chain, given=(T >= 7,)), context) == 1


def test_a_used_bound_needs_its_relations() -> None:
    needs = Inequality(norm(W), rnn.lam)
    context = used(
        derivation(norm(W * s[j]), given=[needs])
        .at_most(norm(W) * norm(s[j]), by.submultiplicative)
        .at_most(rnn.lam * norm(s[j]), by.assumed_bound)
    )
    chain = derivation(norm(W * s[t])).at_most(rnn.lam * norm(s[t]), by.uses_bound)
    with pytest.raises(SideConditionError, match="needs a hypothesis"):
        check(chain, context)
    assert check(replace(chain, given=(needs,)), context) == 1
    with pytest.raises(EvidenceError):
        check(replace(chain, given=(Inequality(norm(W.T), rnn.lam),)), context)


def test_a_used_bound_is_had_at_a_value_of_its_symbol_with_its_relations_there() -> None:
    context = used(
        derivation(norm(W * s[j]), given=[Inequality(norm(W), rnn.lam)])
        .at_most(norm(W) * norm(s[j]), by.submultiplicative)
        .at_most(rnn.lam * norm(s[j]), by.assumed_bound)
    )
    chain = derivation(norm(W * s[t])).at_most(norm(s[t]), by.uses_bound((rnn.lam, 1)))
    assert check(replace(chain, given=(Inequality(norm(W), 1),)), context) == 1
    for given in ((), (Inequality(norm(W), 2),), (Inequality(norm(W), rnn.lam),)):
        with pytest.raises(SideConditionError, match="needs a hypothesis"):
            check(replace(chain, given=given), context)


def test_a_step_may_fold_a_definition_back() -> None:
    written_out = W * s[j - 1] + U * x[j] + b
    fold = by.definition(a[j]).backwards
    chain = derivation(Diag(rnn.slope(written_out)) * W, given=[j >= 1])
    right = chain.equals(Diag(rnn.slope(a[j])) * W, fold)
    assert check(right, Context(rnn)) == 1
    with pytest.raises(SideConditionError, match="before the first step"):
        check(replace(right, given=()), Context(rnn))
    with pytest.raises(UnjustifiedStepError):
        check(chain.equals(Diag(rnn.slope(a[j - 1])) * W, fold), Context(rnn))


def test_an_equation_is_no_bound_and_a_bound_no_equation() -> None:
    split = norm(A) * norm(B)
    context = used(derivation(norm(A * B)).at_most(split, by.submultiplicative))
    with pytest.raises(UnjustifiedStepError):
        check(derivation(norm(A * B)).equals(split, by.uses), context)
    with pytest.raises(UnjustifiedStepError, match="claims ="):
        check(derivation(norm(A * B)).equals(split, by.uses_bound), context)
    assert check(derivation(norm(A * B)).at_most(split, by.uses_bound), context) == 1


def test_a_bound_cannot_be_read_backwards() -> None:
    for rule in (by.assumed_bound, by.algebra):
        with pytest.raises(IllFormedError, match="backwards"):
            _ = rule.backwards


def test_rules_show_what_they_were_told() -> None:
    assert str(by.chain_rule(a[t])) == "chain_rule(a_t)"
    assert str(by.split_latest.backwards) == "split_latest backwards"
