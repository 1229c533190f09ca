"""Rules about blocks, entries and bounds of numbers: each right step passes, wrong ones do not."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Max, Rational, Symbol, exp, sqrt, tanh

from symrnn import (
    Block,
    D,
    Diag,
    Hadamard,
    Identity,
    Inequality,
    Kronecker,
    Parameter,
    Vec,
    Zeros,
    activation,
    derivation,
    largest_entry,
    named,
    norm,
)
from symrnn import rules as by
from symrnn.errors import SymrnnError
from symrnn.theory.check import prove
from symrnn.theory.context import Context

LSTM = named("lstm")
d, j = LSTM["h"].rows, LSTM.index
h, c, f = (LSTM[name] for name in "hcf")
A, B, P = (Parameter(name, d, d) for name in "ABP")
v, u = Parameter("v", d, 1), Parameter("u", d, 1)
x, y = Symbol("x", real=True), Symbol("y", real=True)
q, n = Symbol("q", nonnegative=True), Symbol("n", integer=True, positive=True)
LOGISTIC = activation("logistic")
stacked, row = Block([A], [B]), Block([A, B])


def equals(before: Any, after: Any, rule: Any, *given: Any) -> Any:
    return derivation(before, given=given, cell=LSTM).equals(after, rule)


def at_most(before: Any, after: Any, rule: Any, *given: Any) -> Any:
    return derivation(before, given=given, cell=LSTM).at_most(after, rule)


def known() -> dict[str, Any]:
    """Statements that may be used: bounds of numbers."""
    squashed = at_most(tanh(x) ** 2, tanh(x) ** 2 + 1, by.nonnegative_difference)
    gate = at_most(LOGISTIC.at(x), 1, by.nonnegative_difference)
    product = at_most(abs(x) + abs(y), 2 * q, by.assumed_bound, abs(x) <= q, abs(y) <= q)
    power = at_most(1 + x, exp(x), by.exp_exceeds)
    chains = {"squashed": squashed, "gate": gate, "both": product, "tangent": power}
    return {name: (prove(chain, Context(LSTM)),) for name, chain in chains.items()}


RIGHT = {
    "blocks multiplied": equals(row * stacked, A * A + B * B, by.block_algebra),
    "outer product of blocks": equals(
        stacked * row, Block([A * A, A * B], [B * A, B * B]), by.block_algebra
    ),
    "blocks added": equals(stacked + 2 * stacked, 3 * stacked, by.algebra),
    "other blocks added": equals(
        stacked - 2 * Block([P], [A]), Block([A - 2 * P], [B - 2 * A]), by.block_algebra
    ),
    "identity": equals(
        Identity(2 * d),
        Block([Identity(d), Zeros(d, d)], [Zeros(d, d), Identity(d)]),
        by.identity_in_blocks(d, d),
    ),
    "row sums": at_most(
        norm(stacked, "inf"), Max(norm(A, "inf"), norm(B, "inf")), by.norm_of_blocks
    ),
    "column sums": at_most(norm(stacked, "1"), norm(A, "1") + norm(B, "1"), by.norm_of_blocks),
    "Euclidean": at_most(
        norm(row, "2"), sqrt(norm(A, "2") ** 2 + norm(B, "2") ** 2), by.norm_of_blocks
    ),
    "entries": at_most(largest_entry(LOGISTIC(v)), 1, by.entry_by_entry("gate", (x, v))),
    "an absolute value": equals(abs(x), x, by.absolute_value, x >= 0),
    "minus an absolute value": equals(abs(x), -x, by.absolute_value, x <= 0),
    "below an absolute value": at_most(x, abs(x), by.below_absolute_value),
    "the exponential": at_most(1 + x, exp(x), by.exp_exceeds),
    "from a bound": at_most(2 * LOGISTIC.at(x) + 1, 3, by.from_bounds("gate")),
    "from a bound, for a value": at_most(
        2 * LOGISTIC.at(3) + 1, 3, by.from_bounds("gate", (x, Rational(3)))
    ),
    "a bound for a value": at_most(
        1 - Rational(1, 3), exp(-Rational(1, 3)), by.uses_bound("tangent", (x, -Rational(1, 3)))
    ),
    "one step": equals(D(c[j], c[j - 1], held=[h[j - 1]]), Diag(f[j]), by.one_step, j >= 1),
    "past and through": equals(
        D(c[j], c[j - 1]),
        D(c[j], c[j - 1], held=[h[j - 1]]) + D(c[j], h[j - 1]) * D(h[j - 1], c[j - 1]),
        by.directly_and_through(h[j - 1]),
        j >= 2,
    ),
    "what does not move": equals(
        D(c[j], h[j - 1], held=[c[j - 1]]), D(c[j], h[j - 1]), by.not_held, j >= 1
    ),
    "all that does not move": equals(
        D(c[j], h[j - 1], held=[c[j - 1], h[j - 2], c[j - 2]]),
        D(c[j], h[j - 1], held=[h[j - 2], c[j - 2]]),
        by.not_held,
        j >= 2,
    ),
    "two gates that do not move": equals(
        D(h[j], f[j], held=[LSTM["i"][j], LSTM["g"][j]]), D(h[j], f[j]), by.not_held, j >= 1
    ),
    "vec of a product, backwards": equals(
        Vec(A * P * B), Kronecker(B.T, A) * Vec(P), by.vec_of_product.backwards
    ),
    "the norm of 0": equals(norm(Zeros(d, d)), 0, by.homogeneous),
}

WRONG = {
    "vec of a product, the wrong way round": equals(
        Kronecker(B.T, A) * Vec(P), Vec(B * P * A), by.vec_of_product
    ),
    "blocks in the other order": equals(
        stacked * row, Block([A * A, B * A], [A * B, B * B]), by.block_algebra
    ),
    "blocks added, a sign lost": equals(
        stacked - 2 * Block([P], [A]), Block([A + 2 * P], [B - 2 * A]), by.block_algebra
    ),
    "an identity of other sizes": equals(
        Identity(2 * d),
        Block([Identity(d), Identity(d)], [Zeros(d, d), Identity(d)]),
        by.identity_in_blocks(d, d),
    ),
    "the larger block": at_most(
        norm(row, "inf"), Max(norm(A, "inf"), norm(B, "inf")), by.norm_of_blocks
    ),
    "any norm": at_most(norm(stacked), norm(A) + norm(B), by.norm_of_blocks),
    "entries of a product": at_most(
        largest_entry(A * LOGISTIC(v)), 1, by.entry_by_entry("gate", (x, v))
    ),
    "entries of another function": at_most(
        largest_entry(2 * LOGISTIC(v)), 1, by.entry_by_entry("gate", (x, v))
    ),
    "an absolute value of anything": equals(abs(x), x, by.absolute_value),
    "above an absolute value": at_most(abs(x), x, by.below_absolute_value),
    "twice the tangent": at_most(1 + 2 * x, exp(x), by.exp_exceeds),
    "more than a bound says": at_most(2 * LOGISTIC.at(x), 1, by.from_bounds("gate")),
    "a bound that is not told": at_most(exp(-x), 1 - x, by.from_bounds("gate")),
    "a bound for another value": at_most(
        1 - Rational(1, 3), exp(-Rational(1, 2)), by.uses_bound("tangent", (x, -Rational(1, 3)))
    ),
    "the direct path alone": equals(
        D(c[j], c[j - 1]),
        D(c[j], c[j - 1], held=[h[j - 1]]),
        by.directly_and_through(h[j - 1]),
        j >= 2,
    ),
    "the direct path twice": equals(
        D(c[j], c[j - 1]),
        D(c[j], c[j - 1]) + D(c[j], h[j - 1]) * D(h[j - 1], c[j - 1]),
        by.directly_and_through(h[j - 1]),
        j >= 2,
    ),
    "what moves is held": equals(
        D(c[j], c[j - 1], held=[h[j - 1]]), D(c[j], c[j - 1]), by.not_held, j >= 2
    ),
    "the norm of something": equals(norm(A), 0, by.homogeneous),
    "nothing is held": equals(D(c[j], c[j - 1]), Diag(f[j]), by.one_step, j >= 1),
    "another gate": equals(
        D(c[j], c[j - 1], held=[h[j - 1]]), Diag(LSTM["i"][j]), by.one_step, j >= 1
    ),
    "a step that there is not": equals(D(c[j], c[j - 1], held=[h[j - 1]]), Diag(f[j]), by.one_step),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_step_passes(name: str) -> None:
    prove(RIGHT[name], Context(LSTM, statements=known()), explain=False)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_step_is_refused(name: str) -> None:
    with pytest.raises(SymrnnError):
        prove(WRONG[name], Context(LSTM, statements=known()), explain=False)


def test_a_hypothesis_about_a_number_becomes_one_about_all_entries() -> None:
    mixture = Hadamard(LOGISTIC(u), v)
    bound = at_most(abs(LOGISTIC.at(y) * x), q, by.from_bounds("below", "above"), abs(x) <= q)
    below = {
        "below": (prove(at_most(x, abs(x), by.below_absolute_value), Context(LSTM)),),
        "above": (prove(at_most(-x, abs(x), by.below_absolute_value), Context(LSTM)),),
    }
    theorem = prove(bound, Context(LSTM, statements=below))
    chain = at_most(largest_entry(mixture), q, by.entry_by_entry("m", (x, v), (y, u)))
    with pytest.raises(SymrnnError):
        prove(chain, Context(LSTM, statements={"m": (theorem,)}), explain=False)
    given = (Inequality(largest_entry(v), q),)
    chain = at_most(largest_entry(mixture), q, by.entry_by_entry("m", (x, v), (y, u)), *given)
    shown = prove(chain, Context(LSTM, statements={"m": (theorem,)}))
    assert shown.relation == Inequality(largest_entry(mixture), q)
