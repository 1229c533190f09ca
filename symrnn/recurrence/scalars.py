"""A scalar of a recurrence as a 1 × 1 parameter: what a derivative by it is taken by."""

from __future__ import annotations

import keyword
from collections.abc import Callable

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import Parameter, as_matrix
from symrnn.language.entry import entry
from symrnn.recurrence.recurrence import Recurrence


def parameter_of(scalar: Symbol) -> Parameter:
    """The 1 × 1 parameter in the place of a scalar: of its name, but for what Python calls so."""
    return Parameter(f"{scalar.name}_" if keyword.iskeyword(scalar.name) else scalar.name, 1, 1)


def with_parameter(rnn: Recurrence, scalar: Symbol) -> tuple[Recurrence, Parameter]:
    """The recurrence with a 1 × 1 parameter of its name in the place of a scalar.

    Raises:
        IllFormedError: the recurrence has no such scalar.
        NotSupportedError: it is a size.
    """
    if not any(value.has(scalar) for value in rnn.definitions.values()):
        raise IllFormedError(
            f"{scalar} is no scalar of the recurrence", {"got": str(scalar), "in": repr(rnn)}
        )
    column = parameter_of(scalar)
    sizes = {size for of in rnn.definitions for n in of.shape for size in n.free_symbols}
    if scalar in sizes:
        raise NotSupportedError(f"a derivative by the size {scalar}", {"got": str(scalar)})
    definitions = {
        of: value.xreplace({scalar: entry(column, 1, 1)}) for of, value in rnn.definitions.items()
    }
    return (
        Recurrence(rnn.index, rnn.states, rnn.inputs, definitions, rnn.outputs),
        column,
    )


def by_scalar(
    rnn: Recurrence, scalar: Symbol, derive: Callable[[Recurrence, Parameter], MatrixExpr]
) -> MatrixExpr:
    """What `derive` makes of the recurrence and the 1 × 1 parameter, in terms of the scalar.

    Raises:
        As `with_parameter`.
    """
    lifted, column = with_parameter(rnn, scalar)
    return as_matrix(derive(lifted, column).xreplace({entry(column, 1, 1): scalar}))
