"""Rules of clipping: the right step passes, each planted wrong one is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Max, Min, Rational, Symbol

from symrnn import (
    D,
    Identity,
    Inequality,
    Parameter,
    activation,
    derivation,
    elman,
    entry,
    norm,
    stack,
)
from symrnn import rules as by
from symrnn.errors import IllFormedError, SideConditionError, UnjustifiedStepError
from symrnn.kernel.axioms import numbers
from symrnn.numeric import runtime
from symrnn.theory.check import check
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule
from symrnn.theory.rules import clipping

RNN = elman()
N, M = (Symbol(name, integer=True, positive=True) for name in "nm")
I_ROW = Symbol("i", integer=True, positive=True)
X_REAL, Y_REAL = Symbol("x", real=True), Symbol("y", real=True)
C_POS = Symbol("c", positive=True)
G, H, K = Parameter("g", N, 1), Parameter("h", N, 1), Parameter("k", M, 1)
P, Q = norm(G, "2"), norm(H, "2")
KAPPA = RNN.kappa
SCALE = KAPPA / Max(KAPPA, P)
INNER = entry(G.T * H, 1, 1)
CLIP = activation(Max(-KAPPA, Min(KAPPA, X_REAL)), "clip", variable=X_REAL)


def accepts(before: Any, relation: str, after: Any, rule: Any, given: tuple[Any, ...]) -> bool:
    chain = derivation(before, given=given)
    chain = chain.equals(after, rule) if relation == "=" else chain.at_most(after, rule)
    try:
        check(chain, Context(RNN))
    except (UnjustifiedStepError, SideConditionError):
        return False
    return True


# rule, relation, left, right, hypotheses, and right sides that are wrong
STEPS: dict[str, tuple[Any, str, Any, Any, tuple[Any, ...], list[Any]]] = {
    "larger_of": (by.larger_of, "=", Max(KAPPA, P), P, (KAPPA <= P,), [KAPPA, -P, KAPPA + P]),
    "smaller_of": (by.smaller_of, "=", Min(KAPPA, P), KAPPA, (KAPPA <= P,), [P, 2 * KAPPA]),
    "below_maximum": (
        by.below_maximum(Max(KAPPA, P)),
        "≤",
        SCALE * P,
        KAPPA,
        (),
        [KAPPA / 2, Min(KAPPA, P) / 2],
    ),
    "minimum_by_maximum": (
        by.minimum_by_maximum,
        "=",
        Min(KAPPA, P),
        KAPPA * P / Max(KAPPA, P),
        (),
        [KAPPA / Max(KAPPA, P), KAPPA * P / (KAPPA + P), -KAPPA * P / Max(KAPPA, P)],
    ),
    "scaled_maximum": (
        by.scaled_maximum(P),
        "=",
        Max(1, KAPPA / P),
        Max(P, KAPPA) / P,
        (P > 0,),
        [Max(P, KAPPA), Max(P, KAPPA) * P, Max(1, KAPPA) / P],
    ),
    "lipschitz_minimum": (
        by.lipschitz_minimum,
        "≤",
        (Min(KAPPA, P) - Min(KAPPA, Q)) ** 2,
        (P - Q) ** 2,
        (),
        [(P + Q) ** 2 / 4, (P - KAPPA) ** 2, (P - Q) ** 2 / 2],
    ),
    "absolute_bound": (
        by.absolute_bound(KAPPA),
        "≤",
        abs(Max(-KAPPA, Min(KAPPA, X_REAL))),
        KAPPA,
        (),
        [KAPPA / 2, -KAPPA],
    ),
    "entry_of_elementwise": (
        by.entry_of_elementwise,
        "=",
        entry(CLIP(G), I_ROW),
        Max(-KAPPA, Min(KAPPA, entry(G, I_ROW))),
        (),
        [entry(G, I_ROW), Max(-KAPPA, Min(KAPPA, entry(H, I_ROW)))],
    ),
    "norm_of_sum": (
        by.norm_of_sum,
        "=",
        norm(3 * G - H, "2") ** 2,
        9 * P**2 - 6 * INNER + Q**2,
        (),
        [9 * P**2 + 6 * INNER + Q**2, 9 * P**2 - 3 * INNER + Q**2, 9 * P**2 + Q**2],
    ),
    "cauchy_schwarz": (
        by.cauchy_schwarz,
        "≤",
        INNER,
        P * Q,
        (),
        [P * Q / 2, P**2, -P * Q, norm(G, "inf") * norm(H, "inf")],
    ),
    "norm_of_stack": (
        by.norm_of_stack,
        "=",
        norm(stack(G, K), "2"),
        sympy.sqrt(P**2 + norm(K, "2") ** 2),
        (),
        [P + norm(K, "2"), sympy.sqrt(P**2 - norm(K, "2") ** 2), P],
    ),
    "blockwise": (
        by.blockwise,
        "=",
        SCALE * stack(G, K),
        stack(SCALE * G, SCALE * K),
        (),
        [stack(SCALE * G, K), stack(G, K), stack(-SCALE * G, SCALE * K)],
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_right_step_passes(name: str) -> None:
    rule, relation, left, right, given, _ = STEPS[name]
    assert accepts(left, relation, right, rule, given)


@pytest.mark.parametrize(
    ("name", "place"), [(name, i) for name, step in STEPS.items() for i in range(len(step[-1]))]
)
def test_wrong_step_is_refused(name: str, place: int) -> None:
    rule, relation, left, _, given, wrong = STEPS[name]
    assert not accepts(left, relation, wrong[place], rule, given)


def test_every_rule_of_the_module_has_a_step() -> None:
    assert {name for name, rule in vars(clipping).items() if isinstance(rule, Rule)} - {
        "uses_bound"
    } == {*STEPS, "root_of_bound"}


MISSING: dict[str, tuple[Any, str, Any, Any]] = {
    "which is larger": (Max(KAPPA, P), "=", P, by.larger_of),
    "which is smaller": (Min(KAPPA, P), "=", P, by.smaller_of),
    "a positive maximum": (
        Min(X_REAL, Y_REAL),
        "=",
        X_REAL * Y_REAL / Max(X_REAL, Y_REAL),
        by.minimum_by_maximum,
    ),
    "a positive scale": (Max(1, X_REAL), "=", Max(P, X_REAL * P) / P, by.scaled_maximum(P)),
    "bounds of the value": (abs(X_REAL), "≤", KAPPA, by.absolute_bound(KAPPA)),
    "only one of the bounds": (abs(Min(KAPPA, X_REAL)), "≤", KAPPA, by.absolute_bound(KAPPA)),
    "one cut for both minima": (
        (Min(KAPPA, P) - Min(C_POS, Q)) ** 2,
        "≤",
        (P - Q) ** 2,
        by.lipschitz_minimum,
    ),
    "a difference, not a sum": (
        (Min(KAPPA, P) + Min(KAPPA, Q)) ** 2,
        "≤",
        (P - Q) ** 2,
        by.lipschitz_minimum,
    ),
    "a maximum with x in it": (P, "≤", Max(KAPPA, Q), by.below_maximum(Max(KAPPA, Q))),
    "the Euclidean norm": (
        norm(G + H, "1") ** 2,
        "=",
        norm(G, "1") ** 2 + 2 * INNER + norm(H, "1") ** 2,
        by.norm_of_sum,
    ),
    "the Euclidean norm of a stack": (
        norm(stack(G, K), "inf"),
        "=",
        sympy.sqrt(norm(G, "inf") ** 2 + norm(K, "inf") ** 2),
        by.norm_of_stack,
    ),
    "a factor that is ≥ 0": (-INNER, "≤", -P * Q, by.cauchy_schwarz),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_condition_is_noticed(name: str) -> None:
    left, relation, right, rule = MISSING[name]
    assert not accepts(left, relation, right, rule, ())


def shown(squared: Inequality) -> Context:
    """What is given is taken to have been shown: {x² ≤ y} ⊢ x² ≤ y."""
    known = numbers.order(squared.lhs, squared.rhs, [squared])
    return Context(RNN, statements={"squares": (known,)}).assume([squared])


def test_root_of_a_bound_that_was_shown() -> None:
    context = shown(Inequality(norm(G - H, "2") ** 2, P**2))
    step = derivation(norm(G - H, "2")).at_most(P, by.root_of_bound("squares"))
    assert check(step, context) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [(norm(G - H, "2"), P**2), (norm(G - H, "2"), P / 2), (norm(G + H, "2"), P), (X_REAL, P)],
)
def test_root_of_another_bound_is_refused(left: Any, right: Any) -> None:
    square = X_REAL**2 if left == X_REAL else norm(G - H, "2") ** 2
    step = derivation(left).at_most(right, by.root_of_bound("squares"))
    with pytest.raises(UnjustifiedStepError):
        check(step, shown(Inequality(square, P**2)))


# ---------------------------------------------------------------- under a derivative


@pytest.mark.parametrize(("given", "holds"), [(P < KAPPA, True), (P <= KAPPA, False)])
def test_a_case_under_a_derivative_must_hold_nearby(given: Any, holds: bool) -> None:
    left, right = D(SCALE * G, G), D(G, G)
    assert accepts(left, "=", right, by.larger_of, (given,)) is holds


@pytest.mark.parametrize(("given", "holds"), [((P > 0,), True), ((KAPPA < P,), True), ((), False)])
def test_a_norm_is_differentiated_away_from_zero_only(given: tuple[Any, ...], holds: bool) -> None:
    slope = (KAPPA / P) * Identity(N) - (KAPPA / P**3) * G * G.T
    assert accepts(D((KAPPA / P) * G, G), "=", slope, by.differentiate, given) is holds


# ---------------------------------------------------------------- what a context knows of maxima

KNOWN: list[tuple[Callable[[], Any], bool]] = [
    (lambda: 1 - KAPPA / Max(KAPPA, P), True),
    (lambda: 1 - KAPPA**2 / (Max(KAPPA, P) * Max(KAPPA, Q)), True),
    (lambda: KAPPA - Max(-KAPPA, Min(KAPPA, X_REAL)), True),
    (lambda: KAPPA + Max(-KAPPA, Min(KAPPA, X_REAL)), True),
    (lambda: P - Min(KAPPA, P), True),
    (lambda: KAPPA / Max(KAPPA, P) - 1, False),
    (lambda: KAPPA - Max(KAPPA, P), False),
    (lambda: Min(KAPPA, X_REAL), False),
    (lambda: 1 / Max(-KAPPA, X_REAL), False),
    (lambda: KAPPA / 2 - Max(-KAPPA, Min(KAPPA, X_REAL)), False),
]


@pytest.mark.parametrize(("expression", "known"), KNOWN)
def test_signs_by_cases(expression: Callable[[], Any], known: bool) -> None:
    assert (Context(RNN).nonnegative(expression()) is True) is known


def test_what_is_known_by_cases_is_true() -> None:
    """Random differences of maxima and minima: whatever is called ≥ 0 is so at random points."""
    rng = np.random.default_rng(3)
    leaves = [KAPPA, -KAPPA, X_REAL, Y_REAL, sympy.S.One, sympy.S.Zero]

    def pick() -> Any:
        first, second, third = (leaves[int(place)] for place in rng.integers(6, size=3))
        outer, inner = (Max, Min) if rng.random() < 0.5 else (Min, Max)
        return outer(first, inner(second, third))

    known = [e for e in (pick() - pick() for _ in range(40)) if Context(RNN).nonnegative(e)]
    undecided_by_sympy = [e for e in known if e.is_nonnegative is None]
    assert len(undecided_by_sympy) >= 3
    for expression in known:
        for _ in range(20):
            x, y, kappa = (Rational(int(v), 7) for v in rng.integers(-20, 20, size=3))
            assert expression.subs({X_REAL: x, Y_REAL: y, KAPPA: abs(kappa) + 1}) >= 0


# ---------------------------------------------------------------- what clipping needed elsewhere


def test_an_activation_may_have_parameters_when_its_variable_is_named() -> None:
    assert CLIP.at(X_REAL) == Max(-KAPPA, Min(KAPPA, X_REAL))
    assert CLIP(G).free_symbols >= {KAPPA, N}
    with pytest.raises(IllFormedError, match="exactly one variable"):
        activation(Max(-KAPPA, X_REAL), "clip")
    with pytest.raises(IllFormedError, match="exactly one variable"):
        activation(Max(-KAPPA, X_REAL), "clip", variable=Y_REAL)


def test_the_euclidean_norm_has_a_complex_step() -> None:
    column = np.array([[3.0], [4.0]])
    moved = column + 1e-30j * np.array([[1.0], [0.0]])
    assert runtime.norm(moved, 2).imag / 1e-30 == pytest.approx(3 / 5, rel=1e-14)
    assert runtime.norm(column * 1e-300, 2) == pytest.approx(5e-300, rel=1e-14)
    assert runtime.norm(column * 1e300, 2) == pytest.approx(5e300, rel=1e-14)
