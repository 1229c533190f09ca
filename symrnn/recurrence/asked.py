"""A derivative as it is asked for: of a vector, of a loss or of the sum of losses; by a vector at
a time, a parameter of any shape, or a scalar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import MatrixSum
from symrnn.language.derivatives import D
from symrnn.language.entry import entry
from symrnn.language.ordered import OrderedSum, fresh_index
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import is_column, is_scalar
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.language.writing import latex, text
from symrnn.recurrence.recurrence import Recurrence, with_parameter
from symrnn.recurrence.times import conditions, is_before, left_open, read_times, reads_beside
from symrnn.recurrence.total import gradient, jacobian


@dataclass(frozen=True)
class Derived:
    """A derivative, what it is, and what the symbolic times must satisfy for it.

    It is shown with these: a product over j = k+1 … t is ∂s_t/∂s_k for k ≤ t alone; where k > t the
    product is I, and the derivative 0.
    """

    asked: MatrixExpr
    value: MatrixExpr
    conditions: tuple[Inequality, ...]

    @property
    def formula(self) -> Equation:
        """What is asked for = what it is."""
        return Equation(self.asked, self.value)

    @property
    def times(self) -> tuple[tuple[Expr, ...], ...]:
        """What the times must satisfy, as chains (0, k, t): 0 ≤ k ≤ t."""
        chains: list[list[Expr]] = []
        for each in self.conditions:
            if chains and chains[-1][-1] == each.lhs:
                chains[-1].append(each.rhs)
            else:
                chains.append([each.lhs, each.rhs])
        return tuple(map(tuple, chains))

    def for_times(self, write: Callable[[Expr], str] = text, sign: str = "≤") -> str:
        """`for 0 ≤ k ≤ t`, its times written by a printer; nothing where the formula holds at all
        times that there are."""
        said = " and ".join(f" {sign} ".join(map(write, chain)) for chain in self.times)
        return f"for {said}" if said else ""

    def __str__(self) -> str:
        return f"{text(self.formula)} {self.for_times()}".rstrip()

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """The same in LaTeX."""
        return latex(self.formula) + among_times(self.times, latex)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex}$"


def among_times(
    chains: Iterable[Iterable[Expr]], write: Callable[[Expr], str], space: str = r" \qquad "
) -> str:
    r"""Chains of times beside a formula in LaTeX: `\qquad \text{for } 0 \leq k \leq t`.

    Where none compares two times they say that what is differentiated exists: nothing is printed.
    """
    chains = [tuple(chain) for chain in chains]
    if not any(sum(not time.is_number for time in chain) > 1 for chain in chains):
        return ""
    said = r" \text{ and } ".join(r" \leq ".join(map(write, chain)) for chain in chains)
    return rf"{space}\text{{for }} {said}" if said else ""


def derived(
    rnn: Recurrence, of: TimeVector, by: Any, layout: str, until: Expr | None = None
) -> Derived:
    """The total derivative ∂of/∂by, evaluated.

    Args:
        rnn: the recurrence.
        of: a vector at a time; a loss, or its first time where losses are summed.
        by: a vector at a time, a parameter of any shape, or a scalar of the recurrence.
        layout: "numerator" or "denominator".
        until: the last time of a sum of losses.

    Raises:
        IllFormedError: for what the recurrence does not have, or not at that time.
        NotSupportedError: where the calculus has no rule.
    """
    if isinstance(by, Symbol):  # what is asked is ∂of/∂θ, θ the 1 × 1 parameter of its name
        lifted, column = with_parameter(rnn, by)
        found = derived(lifted, of, column, layout, until)
        value = found.value.xreplace({entry(column, 1, 1): by})
        return Derived(found.asked, value, found.conditions)
    if until is not None:
        return _of_sum(rnn, of, by, layout, until)
    needed = conditions(rnn, of, by)
    if is_scalar(of) and not isinstance(by, TimeVector):
        return Derived(D(of, by, layout), gradient(rnn, of, by, layout=layout), needed)
    variable = by if is_column(by) else Vec(by)
    return Derived(D(of, variable, layout), jacobian(rnn, of, variable, layout), needed)


def _of_sum(rnn: Recurrence, first: TimeVector, by: MatrixExpr, layout: str, last: Expr) -> Derived:
    """∂(Σ L_t)/∂x, loss by loss; those before x do not depend on it."""
    if is_before(last, first.index):
        raise IllFormedError(
            "a sum of no losses", {"expected": f"{first.index} ≤ {last}", "got": str(last)}
        )
    taken = {*first.index.free_symbols, *last.free_symbols, *by.free_symbols, rnn.index}
    t = Symbol("t", integer=True)
    t = fresh_index({*taken, t}) if t in taken else t
    whole = OrderedSum(first.sequence[t], t, first.index, last)
    asked = D(whole, by, layout)
    rnn.require_exists(first)
    if not isinstance(by, TimeVector):
        one = gradient(rnn, first.sequence[t], by, layout=layout)
        pairs = [(first.index, last), *_pairs(conditions(rnn, first, by))]
        return Derived(asked, OrderedSum(one, t, first.index, last), left_open(pairs))
    # Losses before x do not depend on it: the sum begins at its time, where that is later.
    earlier = is_before(first.index, by.index)
    begins = first.index if earlier is False else by.index
    at_once = first.sequence[begins]
    later = OrderedSum(jacobian(rnn, first.sequence[t], by, layout), t, begins, last)
    if begins == by.index and _differs_at_once(rnn, at_once, by):
        rest = later.over(begins + 1, last) if isinstance(later, OrderedSum) else later
        later = MatrixSum(jacobian(rnn, at_once, by, layout), rest)
    needed = [(first.index, begins), *_pairs(conditions(rnn, first.sequence[last], by))]
    return Derived(asked, later, left_open(needed))


def _pairs(needed: Iterable[Inequality]) -> list[tuple[Expr, Expr]]:
    return [(each.lhs, each.rhs) for each in needed]


def _differs_at_once(rnn: Recurrence, of: TimeVector, by: TimeVector) -> bool:
    """Whether the formula for later times is not that for the time of `by` itself."""
    return reads_beside(rnn, of, by) or sympy.expand(of.index - 1) in read_times(rnn, of)
