"""A recursion over time, as expressions: what every emitter of loops starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.network import Network
from symrnn.language.algebra import MatrixProduct
from symrnn.language.canonical import transpose
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.rewrites.running import Running
from symrnn.numeric.rewrites.slopes import share_slopes
from symrnn.recurrence import total


@dataclass(frozen=True)
class Recursion:
    """Definitions at one time in terms of the time before (or after), and sums over the times.

    Attributes:
        name: of the generated function.
        index: the time; the function runs it from `first` to `last`.
        definitions: value at `index` of each sequence that is computed, in order.
        descending: run from `last` down to `first`.
        kept: sequences whose every value is returned; of the others only the latest.
        sums: bodies of Σ over the times, by the name of the result.
        places: time of the first place of a sequence's array; 0 where nothing is said.
        local: sequences that are values within a step and have no array of their own.
        returned: those of them whose values at all times are returned, from the time `first` on.
    """

    name: str
    index: Symbol
    definitions: tuple[tuple[TimeVector, MatrixExpr], ...]
    descending: bool = False
    kept: frozenset[str] = frozenset()
    sums: Mapping[str, MatrixExpr] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()

    @cached_property
    def own(self) -> frozenset[str]:
        """The sequences that are computed and have an array."""
        return frozenset(node.label for node, _ in self.definitions) - self.local

    @cached_property
    def carried(self) -> list[str]:
        """The sequences of which only the latest value is returned."""
        return sorted(self.own - self.kept)

    @cached_property
    def results(self) -> list[str]:
        """What the generated function returns beside the kept sequences."""
        return [*self.carried, *self.sums]


PLACES = {"x": 1, "dL_ds": 1, "F": 1}
"""The lecture's x_1 and ∂⁺L_1/∂s_1 stand first in the user's arrays, as the first factor F_1."""


def forward(rnn: Network) -> Recursion:
    """s_j for all j, and before it what it is computed from at its own time (a_j), all kept."""
    j, definition = rnn.j, rnn.recurrence.definition
    nodes = [*rnn.recurrence.same_time(rnn.s[j]), rnn.s[j]]
    definitions = tuple((node, definition(node)) for node in nodes)
    kept = frozenset(node.label for node in nodes)
    return Recursion("forward", j, definitions, kept=kept, places=PLACES)


def adjoint(rnn: Network, delta: Sequence) -> Recursion:
    """δ_k from δ_{k+1}, and with them ∂L/∂θ = Σ_k (∂⁺s_k/∂θ)ᵀ δ_k, of the total loss."""
    k = rnn.k
    step = total.adjoint_recursion(rnn.recurrence, delta, rnn.L, k)
    sums = {}
    for parameter in rnn.parameters:
        over = total.gradient_from_adjoint(rnn.recurrence, delta, parameter, k, k)
        sums[parameter.name] = _next(over, k)
    return _shared(rnn, "adjoint", k, (delta[k], step), sums)


def growing_sum(rnn: Network, sums: Mapping[str, Running]) -> Recursion:
    """y_k from y_{k+1}, and with them the BPTT sums they were taken out of by Horner's rule."""
    first = next(iter(sums.values()))
    k, y = first.index, first.sequence
    bodies = {name: each.body.subs(k, k + 1) for name, each in sums.items()}
    return _shared(rnn, "growing_sum", k, (y[k], first.step), bodies)


def grown(rnn: Network, product: OrderedProduct, applied: Sequence) -> Recursion:
    """∏ A_j applied from the right, factor by factor: Y_j = A_j Y_{j-1}, a column or a matrix."""
    j = product.index
    step = MatrixProduct(product.body, applied[j - 1])
    return _shared(rnn, "grown", j, (applied[j], step), {}, descending=False)


def lengthened(rnn: Network, product: OrderedProduct, result: Sequence) -> Recursion:
    """∏_{j=k+1}^{t} A_j for every k: P_k = P_{k+1} A_{k+1} downwards, all kept."""
    k = product.index
    step = MatrixProduct(result[k + 1], product.at(k + 1))
    return _shared(rnn, "lengthened", k, (result[k], step), {}, keep=True)


def pulled_back(rnn: Network, product: OrderedProduct, y: Sequence) -> Recursion:
    """(∏_{j=k+1}^{t} A_j)ᵀ v: y_t = v, y_k = A_{k+1}ᵀ y_{k+1}; no matrix is formed."""
    k = product.index
    step = MatrixProduct(transpose(product.at(k + 1)), y[k + 1])
    return _shared(rnn, "pulled_back", k, (y[k], step), {})


def factors(rnn: Network, product: OrderedProduct, result: Sequence) -> Recursion:
    """A_j for all times at once."""
    j = product.index
    return _shared(rnn, "factors", j, (result[j], product.body), {}, descending=False, keep=True)


def _next(total_over: MatrixExpr, k: Symbol) -> MatrixExpr:
    """The body of a sum at k + 1: the step from δ_{k+1} to δ_k adds the term of k + 1."""
    body = total_over.body if isinstance(total_over, OrderedSum) else total_over
    index = total_over.index if isinstance(total_over, OrderedSum) else k
    return body.subs(index, k + 1)


def _shared(
    rnn: Network,
    name: str,
    index: Symbol,
    definition: tuple[TimeVector, MatrixExpr],
    sums: Mapping[str, MatrixExpr],
    descending: bool = True,
    keep: bool = False,
) -> Recursion:
    node, step = definition
    return Recursion(
        name,
        index,
        ((node, share_slopes(step, rnn.recurrence)),),
        descending,
        kept=frozenset([node.label] if keep else []),
        sums={key: share_slopes(body, rnn.recurrence) for key, body in sums.items()},
        places=PLACES,
    )
