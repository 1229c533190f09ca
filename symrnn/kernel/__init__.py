"""The kernel: theorems, the inferences that make them, and axioms. It alone decides `derived`.

What terms mean
===============
*Numbers* are real and exact. A symbol is a real number; an integer, where it is an integer symbol:
every integer that the hypotheses allow, negative ones too. What a symbol is assumed to be besides
(γ ≥ 0, κ > 0, a size ≥ 1) is part of the theorem and printed with it. SymPy's `Add`, `Mul`, `Pow`,
`Max`, `Min`, `Abs`, exp, log and the functions listed in `nodes` have their usual values; 0⁰ is 1.
Where a part of a term has no value (1/0, √-1, log 0, A⁻¹ of a singular A, a step or sign x where it
jumps) the term has none: a theorem says of every part of it, among its hypotheses, what gives it
a value.

*Matrices* have real entries and the shapes they state, of sizes ≥ 1: that a size is one stands
among the hypotheses where its symbols do not say it. Sizes, times and places are made of integers
alone. `Parameter` is any matrix. Where a function in which a step jumps is applied to an entry, the
result is a number of which nothing is known. A vector of a sequence has a value at every time. A
theorem about a recurrence speaks of its runs: from time 1 on each defined vector is what its
definition says; before that, and without a definition, it is given, and may be anything. A theorem
about no recurrence holds in all but those that have a constant which it varies; the kernel joins no
theorem about such a one to it.

*Sums and products over a range* take the times lower … upper in order; where upper < lower there
are none, and the sum is 0, the product 1 or I. That is so for SymPy's `Sum` and `Product` too; of
numbers, which SymPy compares by a rule of its own, one with lower - upper > 1 is no term. A bound
index is a name: it means nothing outside. Of an entry or rows at a place that a matrix has not,
those at the nearest place are meant.

*Derivatives.* ∂y/∂x with H held: cut x and all of H off from their definitions, give them the
values they have in the run, and everything else is a function of x; its derivative there. What is
both varied and held is varied. Hence ∂s_t/∂s_t = I, and ∂s_k/∂s_t = 0 for k < t. ∂⁺v_t/∂x is the
same with all states at t - 1 held but x. Row i of numerator layout is the derivative of entry i of
y, denominator layout is its transpose, and ∂L/∂W of a number by a matrix has the shape of W. A
state of several parts is several vectors: ∂c_t/∂c_k varies c_k alone, and what is computed from it
moves. An unknown σ, and an unknown loss, is assumed to be differentiable, as often as a theorem
differentiates it. Of a σ with kinks, runs are meant in which none of its arguments is at one: that
is a condition of every theorem about such a recurrence, and printed with it; elsewhere it is a
hypothesis, `Smooth`. But for those kinks the definitions of a recurrence are differentiable, and no
other is admitted (`recurrences`). SymPy's `Derivative` is by one real symbol, and likewise. A
derivative that does not exist is a number all the same, of which nothing is known.

*Relations.* = and ≤ hold for all values that the hypotheses allow; x → c as n → ∞ with everything
else fixed. A hypothesis about s_t is about that t; what holds at all times says so (`ForAll`).

Inferences and axioms
=====================
`Theorem` cannot be constructed but by the functions below and by the axioms, which `axioms()`
lists; each is justified against this meaning in its docstring.
"""

from symrnn.kernel.axioms.schema import axioms
from symrnn.kernel.facts import Fact
from symrnn.kernel.inferences import (
    assume,
    congruence,
    discharge,
    entrywise,
    induction,
    instantiate,
    monotone,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
    transposed_norm,
    weaken,
)
from symrnn.kernel.theorem import Theorem

__all__ = [
    "Fact",
    "Theorem",
    "assume",
    "axioms",
    "congruence",
    "discharge",
    "entrywise",
    "induction",
    "instantiate",
    "monotone",
    "reflexivity",
    "specialise",
    "squeeze",
    "symmetry",
    "transitivity",
    "transposed_norm",
    "weaken",
]
