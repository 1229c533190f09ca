"""What the definitions of a cell say: whether one activation stands between two affine maps."""

from __future__ import annotations

from dataclasses import dataclass

from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian
from symrnn.errors import SymrnnError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Identity, Parameter, as_matrix, split_coefficient
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence


@dataclass(frozen=True)
class Between:
    """s_j = A σ(a_j) + …, a_j = B s_{j-1} + …, where nothing else reads s_{j-1}.

    Attributes:
        sigma: σ.
        argument: a_j, in terms of s_{j-1}, inputs and parameters.
        value: σ(a_j).
        whole: s_j, in the same terms.
        late, early: A and B; an identity where there is none.
    """

    sigma: Activation
    argument: MatrixExpr
    value: MatrixExpr
    whole: MatrixExpr
    late: MatrixExpr
    early: MatrixExpr

    def outer(self, value: MatrixExpr) -> MatrixExpr:
        """s_j with another vector in the place of σ(a_j)."""
        return as_matrix(self.whole.xreplace({self.value: value}))


@dataclass(frozen=True)
class NotBetween:
    """Why a step is not that, in words; `undecided` where it is not known."""

    says: str
    undecided: bool = False


def between(recurrence: Recurrence) -> Between | NotBetween:
    """The one activation of a step and the affine maps beside it, or in words why there is none."""
    if len(recurrence.states) != 1:
        return NotBetween(f"the state is {len(recurrence.states)} vectors")
    (s,) = recurrence.states
    now, before = s[recurrence.index], s[recurrence.index - 1]
    whole = recurrence.expanded(now)
    bent = [node for node in whole.atoms(Elementwise) if node.has(before)]
    if not bent:
        return NotBetween("no activation is applied to what reads the state")
    if len(bent) > 1:
        names = ", ".join(sorted(str(node.activation) for node in bent))
        return NotBetween(f"{len(bent)} activations read the state before: {names}")
    (value,) = bent
    stand_in = Parameter("_between", *value.shape)
    outer = as_matrix(whole.xreplace({value: stand_in}))
    if outer.has(before):
        return NotBetween(f"{before} is read beside the activation as well")
    try:
        late, early = jacobian(outer, stand_in), jacobian(value.argument, before)
    except SymrnnError as error:
        return NotBetween(f"beside the activation: {error.message}", undecided=True)
    for name, map_ in (("behind", late), ("before", early)):
        if map_.has(stand_in) or map_.atoms(TimeVector):
            return NotBetween(f"the map {name} the activation is not affine, or changes with time")
    if any(
        isinstance(split_coefficient(map_)[1], Identity)
        for map_ in (late, early)
        if not isinstance(map_, Identity)
    ):
        return NotBetween("a scalar, and no matrix, stands beside the activation")
    if isinstance(late, Identity) and isinstance(early, Identity):
        return NotBetween("no weights stand beside the activation")
    return Between(value.activation, value.argument, value, whole, late, early)
