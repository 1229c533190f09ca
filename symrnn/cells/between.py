"""What the definitions of a cell say: whether one activation stands between two affine maps, and
whether these are W v + U x + b and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian
from symrnn.errors import SymrnnError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Identity, Parameter, as_matrix, split_coefficient
from symrnn.language.time import Sequence, TimeVector
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


@dataclass(frozen=True)
class Driven:
    """W v + U x_j + b, where v is the state before, or what σ makes of it.

    Attributes:
        W, b: the weights beside the activation, and the bias.
        U, x: what an input is multiplied by, and the input; None where nothing enters.
    """

    W: Parameter
    b: Parameter
    U: Parameter | None = None
    x: Sequence | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """W, U where there is an input, and b."""
        return (self.W, self.b) if self.U is None else (self.W, self.U, self.b)


def driven(recurrence: Recurrence, found: Between) -> Driven | None:
    """The affine map of a step σ(W s_{j-1} + U x_j + b), or W σ(s_{j-1}) + U x_j + b.

    None where the step has more in it, or less.
    """
    inner = isinstance(found.late, Identity)
    W, whole = (found.early, found.argument) if inner else (found.late, found.whole)
    behind = found.late if inner else found.early
    named = [of for of in recurrence.definitions if of.sequence not in recurrence.outputs]
    if not isinstance(W, Parameter) or not isinstance(behind, Identity):
        return None
    if len(recurrence.inputs) > 1 or len(named) > 2:
        return None
    now = recurrence.index
    value = recurrence.states[0][now - 1] if inner else found.value
    try:
        U = next((jacobian(whole, x[now]) for x in recurrence.inputs), None)
        rest = [each for each in recurrence.parameters if each not in (W, U)]
        if len(rest) != 1 or U == W or not isinstance(U, Parameter | None):
            return None
        (b,) = rest
        terms = [W * value, *(U * x[now] for x in recurrence.inputs), b]
        made = as_matrix(sum(terms[1:], start=terms[0]))
    except SymrnnError:
        return None
    return Driven(W, b, U, next(iter(recurrence.inputs), None)) if made == whole else None
