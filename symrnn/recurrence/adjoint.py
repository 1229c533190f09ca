"""The adjoint of every vector of a recurrence: reverse accumulation along its definitions.

δ_v = (∂L/∂v_j)ᵀ is the sum of what arrives from all that reads v_j, its definition transposed:

    δ_v[j] = g_v[j] + Σ_w (∂⁺w_j/∂v_j)ᵀ δ_w[j]                  at the same time, w after v
                    + e_v[j],  e_v[j-1] = Σ_w (∂⁺w_j/∂v_{j-1})ᵀ δ_w[j]     from the step after

with g_v = (∂⁺L/∂v_j)ᵀ given, and ∂L/∂θ = Σ_j Σ_w (∂⁺w_j/∂θ)ᵀ δ_w[j]. It is the total derivative
of `total`, factored at every named vector: a gate is differentiated once, whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import vjp
from symrnn.errors import IllFormedError
from symrnn.language.algebra import MatrixSum, Zeros
from symrnn.language.names import in_code
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.named import names_of
from symrnn.recurrence.recurrence import Recurrence


@dataclass(frozen=True, eq=False)
class Adjoint:
    """The adjoint step at one time j, in an order of computation.

    Attributes:
        recurrence: what is differentiated.
        deltas: δ_v[j] of every defined vector, latest first.
        arriving: e_v[j-1] of every state: what reaches it from the step at j.
        inputs: δ_x[j] of every input.
        parameters: (∂⁺·/∂θ)ᵀ δ at time j of every parameter and scalar, with its shape; a scalar's
            is 1 × 1. Their sums over all times are the gradients.
        given: the sequence g_v of every defined vector.
        delta, carry: the sequences δ_v and e_v.
    """

    recurrence: Recurrence
    deltas: Mapping[Sequence, MatrixExpr]
    arriving: Mapping[Sequence, MatrixExpr]
    inputs: Mapping[Sequence, MatrixExpr]
    parameters: Mapping[Any, MatrixExpr]
    given: Mapping[Sequence, Sequence]
    delta: Mapping[Sequence, Sequence]
    carry: Mapping[Sequence, Sequence]


def adjoint(
    recurrence: Recurrence,
    parameters: Iterable[Any] | None = None,
    *,
    sources: Iterable[Sequence] | None = None,
    rewrite: Callable[[MatrixExpr], MatrixExpr] = lambda value: value,
) -> Adjoint:
    """The adjoint step of a recurrence.

    Args:
        recurrence: definitions in time.
        parameters: what gradients are asked for; every parameter and every scalar by default.
        sources: the vectors that a loss reads itself, with g_v ≠ 0; all by default.
        rewrite: what is made of each derived expression, such as slopes by values.

    Raises:
        IllFormedError: no such parameter, or no such vector.
        NotSupportedError: where the calculus has no rule.
    """
    definitions, now = recurrence.definitions, recurrence.index
    order = order_of(recurrence)
    known = differentiable(recurrence)
    wanted = known if parameters is None else tuple(parameters)
    for parameter in wanted:
        if parameter not in known:
            expected = ", ".join(map(str, known))
            raise IllFormedError(
                f"{parameter} is no parameter", {"expected": expected, "got": str(parameter)}
            )
    read = set(order if sources is None else sources)
    if read - set(order):
        unknown = ", ".join(sorted(each.label for each in read - set(order)))
        raise IllFormedError(
            f"{unknown} is not computed in a step",
            {"expected": ", ".join(each.label for each in order), "got": unknown},
        )
    taken = set(names_of(recurrence))
    delta = {each: _beside("delta", each, taken) for each in (*order, *recurrence.inputs)}
    given = {each: _beside("g", each, taken) for each in order}
    carry = {each: _beside("e", each, taken) for each in recurrence.states}

    deltas: dict[Sequence, MatrixExpr] = {}

    def pulled(variable: Any) -> list[MatrixExpr]:
        """What each definition that reads a variable gives back to it; nothing where δ is 0."""
        return [
            vjp(value, variable, delta[defined.sequence][now])
            for defined, value in definitions.items()
            if value.has(variable) and not isinstance(deltas.get(defined.sequence), Zeros)
        ]

    def summed(shape: Any, terms: Iterable[MatrixExpr]) -> MatrixExpr:
        return rewrite(MatrixSum(Zeros(*shape), *terms))

    for each in reversed(order):
        terms = [given[each][now]] if each in read else []
        terms += [carry[each][now]] if each in carry else []
        deltas[each] = summed(each[now].shape, (*terms, *pulled(each[now])))
    return Adjoint(
        recurrence,
        deltas,
        {each: summed(each[now].shape, pulled(each[now - 1])) for each in recurrence.states},
        {each: summed(each[now].shape, pulled(each[now])) for each in recurrence.inputs},
        {each: summed(getattr(each, "shape", (1, 1)), pulled(each)) for each in wanted},
        given,
        delta,
        carry,
    )


def order_of(recurrence: Recurrence) -> tuple[Sequence, ...]:
    """The defined vectors in an order of computation: each after all that it reads."""
    reads = {
        defined: [node for node in value.atoms(TimeVector) if node in recurrence.definitions]
        for defined, value in recurrence.definitions.items()
    }
    return tuple(node.sequence for node in TopologicalSorter(reads).static_order())


def differentiable(recurrence: Recurrence) -> tuple[Any, ...]:
    """The parameters and the scalars of a recurrence, in the order of their names."""
    return (*recurrence.parameters, *scalars_of(recurrence))


def scalars_of(recurrence: Recurrence) -> tuple[Symbol, ...]:
    """The scalars that do not depend on time, in the order of their names."""
    found: set[Any] = set()
    sizes: set[Any] = set()
    parameters = recurrence.parameters
    for defined, value in recurrence.definitions.items():
        found |= value.free_symbols
        for leaf in (defined, *value.atoms(TimeVector), *parameters):
            sizes |= {symbol for size in leaf.shape for symbol in size.free_symbols}
    others = {*parameters, *sizes, recurrence.index}
    return tuple(sorted(found - others, key=str))


def _beside(prefix: str, of: Sequence, taken: set[str]) -> Sequence:
    name, number = f"{prefix}_{in_code(of.label)}", 1
    while (fresh := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    taken.add(fresh)
    return Sequence(fresh, of.rows, of.cols)
