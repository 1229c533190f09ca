"""A state of several parts is one stacked state."""

from dataclasses import dataclass

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    Block,
    D,
    Equation,
    Identity,
    Recurrence,
    Sequence,
    VectorFunction,
    Witness,
    Zeros,
    derivation,
    induction,
    ordered_product,
    statement,
)
from symrnn import rules as by


@dataclass(frozen=True)
class Unnamed:
    """A recurrence, and nothing else."""

    recurrence: Recurrence

    @property
    def index(self):
        """The time that its definitions are written in."""
        return self.recurrence.index

    @property
    def states(self):
        """Its parts."""
        return self.recurrence.states


def of_two_parts():
    """Any cell with a state (h, c): h_j = F(h_{j-1}, c_{j-1}, x_j), c_j = G(…), sizes apart."""
    d, n, m = (Symbol(name, integer=True, positive=True) for name in "dnm")
    j = Symbol("j", integer=True)
    h, c, x = Sequence("h", d), Sequence("c", n), Sequence("x", m)
    read = (h[j - 1], c[j - 1], x[j])
    definitions = {h[j]: VectorFunction("F", d, *read), c[j]: VectorFunction("G", n, *read)}
    return Unnamed(Recurrence(j, (h, c), (x,), definitions))


ANY = of_two_parts()


@statement(about=About.NO_CELL)
def stacked_state(rnn):
    """A state of several parts is one stacked state

    Stack h_t below c_t, and the Jacobian of t steps has four blocks, in each of which the other
    part at the start is held. The product formula is the old one: the latest factor on the left,
    a factor a step. For one of the parts alone it is false, since what reaches h_t from h_k goes
    through the cells between them as well.
    """
    return product_formula(ANY)


def jacobian(cell, later, earlier):
    """∂(h, c)_t/∂(h, c)_k in four blocks, the other part at k held."""
    parts = [state[earlier] for state in cell.states]
    return Block(
        *(
            [
                D(state[later], part, held=[other for other in parts if other != part])
                for part in parts
            ]
            for state in cell.states
        )
    )


def product_formula(cell):
    """By induction over t, from k on."""
    t, k, j = Symbol("t", integer=True), Symbol("k", integer=True), cell.index
    sizes = [state.rows for state in cell.states]
    product = ordered_product(jacobian(cell, j, j - 1), (j, k + 1, t))
    before = product.subs(t, t - 1)
    at_once = jacobian(cell, k, k)
    unit = Block(
        *(
            [
                Identity(rows) if row == column else Zeros(rows, columns)
                for column, columns in enumerate(sizes)
            ]
            for row, rows in enumerate(sizes)
        )
    )
    through = Block(
        *(
            [
                sum_of(cell, state[t], part[k], [o[k] for o in cell.states if o != part], t)
                for part in cell.states
            ]
            for state in cell.states
        )
    )
    return induction(
        Equation(jacobian(cell, t, k), product),
        over=t,
        base=k,
        base_case=derivation(at_once, cell=cell)
        .equals(with_identities(cell, k), by.derivative_of_itself)
        .equals(unit, by.constant)
        .equals(Identity(sum(sizes)), by.identity_in_blocks(*sizes).backwards)
        .equals(product.subs(t, k), by.empty_range.backwards),
        step=derivation(jacobian(cell, t, k), cell=cell)
        .equals(through, by.chain_rule(*(state[t - 1] for state in cell.states)))
        .equals(jacobian(cell, t, t - 1) * jacobian(cell, t - 1, k), by.block_algebra.backwards)
        .equals(jacobian(cell, t, t - 1) * before, by.induction_hypothesis)
        .equals(product, by.split_latest.backwards),
        given=[k >= 0, k <= t],
    )


def with_identities(cell, k):
    """The blocks at one and the same time, ∂h_k/∂h_k being I."""
    blocks = jacobian(cell, k, k).args
    return Block(
        *(
            [
                Identity(block.shape[0]) if row == column else block
                for column, block in enumerate(line)
            ]
            for row, line in enumerate(blocks)
        )
    )


def sum_of(cell, of, part, held, t):
    """Σ_u ∂of/∂u ∂u/∂part over the parts u of the state at t - 1."""
    between = [state[t - 1] for state in cell.states]
    one, other = (
        D(of, u, held=[o for o in between if o != u]) * D(u, part, held=held) for u in between
    )
    return one + other


@stacked_state.counterexample("for h alone the product formula fails: the cell carries on as well")
def one_part_alone():
    """Two steps of one unit, W_g = 1: ∂h_2/∂h_0 with c_0 held is not ∂h_2/∂h_1 ∂h_1/∂h_0."""
    h, c = Symbol("h", real=True), Symbol("c", real=True)

    def step(state, cell):
        after = cell / 2 + tanh(state) / 2
        return tanh(after) / 2, after

    first, second = step(h, c), step(*step(h, c))
    at_zero = {h: 0, c: 0}
    one = first[0].diff(h).subs(at_zero)
    return Witness(
        second[0].diff(h).subs(at_zero),
        one * one,
        "=",
        f"∂h₂/∂h₀ is 3/16, and the product of the two steps of h alone {Rational(1, 16)}",
    )
