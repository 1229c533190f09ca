"""What is derived when it is asked for, against the recurrence written out and SymPy's `diff`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sympy
from sympy import Integer, Rational, Symbol, ordered

from symrnn.cells import cell, named
from symrnn.cells.readout import with_loss
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, activation
from symrnn.language.algebra import Zeros
from symrnn.language.relations import Inequality
from symrnn.language.writing import text
from symrnn.recurrence.asked import Derived, derived
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import explicit
from symrnn.theory import rules
from symrnn.theory.derivation import derivation
from symrnn.verify.sampled import sample

TANH = activation("tanh")
t, k, T = (Symbol(name, integer=True) for name in ("t", "k", "T"))

READOUT = "h = tanh(W h' + U x + b); y = V h + R h' + c"


@dataclass(frozen=True, eq=False)
class About:
    recurrence: Recurrence
    sigma: Activation = TANH


def about(name: str) -> tuple[Recurrence, dict[str, Any]]:
    """A cell with a loss, and its parts by name."""
    made = cell(name) if "=" in name else named(name)
    recurrence = with_loss(made, "unknown").recurrence
    parts: dict[str, Any] = {of.label: of.sequence for of in recurrence.definitions}
    parts |= {each.label: each for each in recurrence.inputs}
    parts |= {each.name: each for each in (*made.parameters, *made.scalars)}
    return recurrence, parts


def sizes_of(part: Any) -> set[Symbol]:
    shape = () if part is None else getattr(part, "shape", None) or (part.rows, part.cols)
    return {size for size in shape if isinstance(size, Symbol)}


def agree(recurrence: Recurrence, found: Derived, value: Any) -> None:
    """Compare with the complex step through the recurrence, wherever the times may be."""
    given = tuple(sympy.Le(each.lhs, each.rhs) for each in found.conditions)
    sample(derivation(found.asked).equals(value, rules.algebra), About(recurrence), "asked", given)


ASKED = [
    ("lstm", "h", t, "f", k),
    ("lstm", "L", t, "o", k),
    ("gru", "h", t, "x", k),
    ("mgu", "L", t, "U_n", None),
    ("jordan", "L", t, "h", k),
    ("jordan", "h", t, "y", k),
    (READOUT, "y", t, "h", k),
    (READOUT, "L", t, "h", k),
    (READOUT, "L", t, "y", t),
    (READOUT, "y", t, "y", k),
]


@pytest.mark.parametrize(("name", "of", "at", "by", "when"), ASKED)
def test_derivatives_by_anything(name: str, of: str, at: Any, by: str, when: Any) -> None:
    recurrence, parts = about(name)
    below = parts[by] if when is None else parts[by][when]
    found = derived(recurrence, parts[of][at], below, "numerator")
    agree(recurrence, found, found.value)
    if not isinstance(found.value, Zeros):
        with pytest.raises(DisagreementError):
            agree(recurrence, found, found.value * Integer(2))


SUMS = [
    ("lstm", "W_f", None),
    ("gru", "z", k),
    (READOUT, "y", k),
    (READOUT, "h", k),
    ("jordan", "b", None),
]


@pytest.mark.parametrize(("name", "by", "when"), SUMS)
def test_derivatives_of_the_total_loss(name: str, by: str, when: Any) -> None:
    recurrence, parts = about(name)
    below = parts[by] if when is None else parts[by][when]
    found = derived(recurrence, parts["L"][Integer(1)], below, "numerator", until=T)
    agree(recurrence, found, found.value)


@pytest.mark.parametrize("name", ["leaky", "h = tanh(alpha alpha W h' + x) + alpha h'"])
def test_derivatives_by_scalars(name: str) -> None:
    recurrence, parts = about(name)
    alpha, of = parts["alpha"], parts["h"][2]
    found = derived(recurrence, of, alpha, "numerator")
    sizes = {size: 1 for name in ("W", "U", "x", "h") for size in sizes_of(parts.get(name))}
    (state,), (value,) = (explicit(recurrence, each, sizes) for each in (of, found.value))
    gap = state.diff(alpha) - value
    point = {each: Rational(place + 2, 5) for place, each in enumerate(ordered(gap.free_symbols))}
    assert abs(gap.subs(point).evalf(30)) < 1e-25


def test_what_is_earlier_does_not_depend_on_what_is_later() -> None:
    recurrence, parts = about("lstm")
    for of, by in (("c", "c"), ("L", "o"), ("h", "x")):
        found = derived(recurrence, parts[of][t], parts[by][t + 1], "numerator")
        assert isinstance(found.value, Zeros)
    both = derived(recurrence, parts["h"][t], parts["x"][k], "numerator")
    assert [text(each) for each in both.conditions] == ["1 ≤ k", "k ≤ t"]
    beside = derived(recurrence, parts["o"][t], parts["f"][k], "numerator")
    assert [text(each) for each in beside.conditions] == ["1 ≤ k", "k ≤ t - 1"]


REFUSED: list[tuple[str, str, Any, type[Exception], str]] = [
    ("gru", "x", 0, IllFormedError, "no step reads"),
    ("gru", "z", 0, IllFormedError, "no step reads"),
]


@pytest.mark.parametrize(("name", "by", "when", "error", "words"), REFUSED)
def test_what_has_no_derivative(
    name: str, by: str, when: Any, error: type[Exception], words: str
) -> None:
    recurrence, parts = about(name)
    with pytest.raises(error, match=words):
        derived(recurrence, parts["h"][t], parts[by][Integer(when)], "numerator")
    with pytest.raises((IllFormedError, NotSupportedError)):
        derived(recurrence, parts["h"][t], Symbol("nothing"), "numerator")


def test_a_formula_is_shown_with_the_times_it_holds_for() -> None:
    lazy = cell("h = (1 - alpha) h' + alpha tanh(W h' + b)")
    (h,) = lazy.states
    assert str(lazy.derived(h[t], h[k])).endswith(" for 0 ≤ k ≤ t")
    assert lazy.derived(h[t], h[k])._repr_latex_().endswith(r"\qquad \text{for } 0 \leq k \leq t$")
    assert str(lazy.derived(h[k], h[t])).endswith(" for 0 ≤ t ≤ k")
    assert str(lazy.derived(h[t], lazy["W"])).endswith(" for 0 ≤ t")
    earlier, at_numbers = lazy.derived(h[t], h[t + 2]), lazy.derived(h[4], h[2])
    assert earlier.value == Zeros(*earlier.value.shape) and "for" not in str(at_numbers)
    both = Derived(h[t], h[k], (Inequality(1, k), Inequality(0, t), Inequality(t, k)))
    assert both.for_times() == "for 1 ≤ k and 0 ≤ t ≤ k"
