"""What moves along when the state one step before moves: forward accumulation along definitions.

    v̇_j = Σ_w (∂⁺v_j/∂w_j) ẇ_j + Σ_s (∂⁺v_j/∂s_{j-1}) ṡ_{j-1}

over what v reads at its own time, and over the states before. With ṡ_{j-1} a column this is a
product with ∂s_j/∂s_{j-1}; with the columns of the identity it is that matrix itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian, jvp
from symrnn.language.algebra import MatrixProduct, MatrixSum, Zeros
from symrnn.language.shapes import is_column
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence


def tangents(
    recurrence: Recurrence,
    order: Iterable[Sequence],
    before: Mapping[Sequence, MatrixExpr],
    named: Callable[[Sequence, MatrixExpr], MatrixExpr],
    rewrite: Callable[[MatrixExpr], MatrixExpr] = lambda value: value,
) -> dict[Sequence, MatrixExpr]:
    """The tangent of each vector at the time j of the definitions.

    Args:
        recurrence: definitions in time.
        order: the vectors that are asked for, each after all that it reads.
        before: ṡ_{j-1} of every state, n × q, all of as many columns.
        named: what a tangent is called by those that are read after it.
        rewrite: what is made of each derived expression, such as slopes by values.

    Raises:
        NotSupportedError: where the calculus has no rule.
    """
    definitions, now = recurrence.definitions, recurrence.index
    known = {each[now - 1]: start for each, start in before.items()}
    columns = next(iter(before.values())).shape[1]
    found: dict[Sequence, MatrixExpr] = {}
    for each in order:
        value = definitions[each[now]]
        read = sorted((node for node in value.atoms(TimeVector) if node in known), key=str)
        moved = [node for node in read if not isinstance(known[node], Zeros)]
        terms = [_pushed(value, node, known[node]) for node in moved]
        found[each] = rewrite(MatrixSum(Zeros(each[now].shape[0], columns), *terms))
        known[each[now]] = named(each, found[each])
    return found


def _pushed(value: MatrixExpr, by: TimeVector, tangent: MatrixExpr) -> MatrixExpr:
    """The Jacobian of a value times a tangent, or times a matrix of them."""
    if is_column(tangent):
        return jvp(value, by, tangent)
    found = jacobian(value, by)
    # (diag(u) - diag(v)) M is two scaled matrices, and no product of matrices.
    terms = found.args if isinstance(found, MatrixSum) else (found,)
    return MatrixSum(*(MatrixProduct(term, tangent) for term in terms))
