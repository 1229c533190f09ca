from __future__ import annotations

import pytest
from sympy import Ge, Gt, Le, Lt, Ne, symbols
from sympy.core.relational import Relational

from symrnn.cells.elman import elman
from symrnn.lecture.conditions import assumed, condition, merged
from symrnn.theory.library import load
from symrnn.theory.part import Part

k, t, T, tau = symbols("k t T tau", integer=True)

CASES: list[tuple[list[Relational], list[str]]] = [
    ([Ge(k, 0), Le(k, t)], [r"0 \le k \le t"]),
    ([Le(k, t), Ge(k, 1), Le(t, T)], [r"1 \le k \le t \le T"]),
    ([Ge(k, 0), Le(k, tau), Ge(tau, 0), Le(tau, t - 1)], [r"0 \le k \le \tau \le t - 1"]),
    ([Ge(t, 0)], [r"t \ge 0"]),
    ([Gt(t, 0)], ["t > 0"]),
    ([Lt(k, t), Lt(T, 1)], ["k < t", "T < 1"]),
    ([Ge(k, 0), Gt(k, 0)], ["k > 0"]),
    ([Le(k, t), Le(t, k)], [r"k \le t \le k"]),
    ([Ne(k, t)], [r"k \neq t"]),
    ([], []),
]


@pytest.mark.parametrize(("facts", "written"), CASES, ids=[str(facts) for facts, _ in CASES])
def test_inequalities_are_linked(facts: list[Relational], written: list[str]) -> None:
    assert merged(facts) == written


def parts_of(name: str) -> dict[str, Part]:
    return {part.label: part for part in load()[name].parts(elman())}


def test_bounds_of_norms_are_said_once_and_the_rest_beside_the_claim() -> None:
    parts = parts_of("product_bound")
    said = assumed(list(parts.values()), list(parts.values()))
    assert len(said) == 2
    assert condition(parts[""], said) == r"$0 \le k \le t$, $\gamma \ge 0$, $\lambda \ge 0$"


def test_a_bound_of_one_part_among_many_stays_with_its_claim() -> None:
    parts = parts_of("update_length")
    assert assumed(list(parts.values()), list(parts.values())) == ()
    assert r"\le \epsilon" in condition(parts["stuck"], ())


def test_equations_come_after_inequalities() -> None:
    shown = condition(parts_of("gradients_could_explode")["it explodes"], ())
    assert shown == r"$t \ge 0$, $w > 1$, $W = w \, I$, $b = 0$, $s_{0} = 0$"
