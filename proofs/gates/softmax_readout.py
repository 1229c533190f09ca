"""What comes back to a softmax: its probabilities less the targets."""

from dataclasses import dataclass

import sympy
from sympy import Matrix, Rational, Symbol, log

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Kronecker,
    Ones,
    Parameter,
    Recurrence,
    Sequence,
    Unvec,
    Vec,
    VectorFunction,
    Witness,
    activation,
    derivation,
    entry,
    statement,
)
from symrnn import rules as by

EXP = activation(sympy.exp(Symbol("x", real=True)), "exp")


@dataclass(frozen=True)
class Read:
    """Any cell that is read by a softmax: h_j = F(h_{j-1}, x_j), z_j = V h_j + b, and a loss."""

    recurrence: Recurrence
    V: Parameter

    @property
    def index(self):
        """The time that its definitions are written in."""
        return self.recurrence.index

    def at(self, name, time):
        """A vector of it at a time."""
        defined = (each.sequence for each in self.recurrence.definitions)
        known = (*self.recurrence.inputs, *defined)
        return next(each for each in known if each.label == name)[time]


def added(column):
    """1ᵀ v, a number: what the entries of a column add up to."""
    return entry(Ones(1, column.shape[0]) * column, 1)


def softmax(z):
    """eᶻ/(1ᵀ eᶻ)."""
    return 1 / added(EXP(z)) * EXP(z)


def cross_entropy(z, y):
    """-yᵀ log softmax(z) = (1ᵀ y) log(1ᵀ eᶻ) - yᵀ z."""
    return added(y) * log(added(EXP(z))) * Identity(1) - y.T * z


def read_by_a_softmax():
    """d units, n classes, and targets y_j."""
    d, m, n = (Symbol(name, integer=True, positive=True) for name in "dmn")
    j = Symbol("j", integer=True)
    h, z, loss = Sequence("h", d), Sequence("z", n), Sequence("L", 1)
    x, y, V = Sequence("x", m), Sequence("y", n), Parameter("V", n, d)
    definitions = {
        h[j]: VectorFunction("F", d, h[j - 1], x[j]),
        z[j]: V * h[j] + Parameter("b", n, 1),
        loss[j]: cross_entropy(z[j], y[j]),
    }
    return Read(Recurrence(j, (h,), (x, y), definitions, (loss,)), V)


CELL = read_by_a_softmax()


@statement(
    about=About.NO_CELL,
    headline=["the Jacobian of a softmax", "to the logits", "to V", "to the state"],
)
def softmax_readout(rnn):
    """To the logits of a softmax come its probabilities less the targets

    A cell is read by V h + b, a softmax makes probabilities p of these logits, and the loss is the
    cross-entropy with targets y that add up to 1, a class among others. A softmax is not
    elementwise: each probability falls where another logit rises, and its Jacobian has -p pᵀ
    beside the diagonal. Into the logarithm of the loss goes but the sum of the exponentials, and
    what is left is p - y. From there it goes on to V as an outer product, and to the cell
    by V.
    """
    t = Symbol("t", integer=True)
    h, z, y, L = (CELL.at(name, t) for name in "hzyL")
    p = Parameter("p", *z.shape)
    V, written = CELL.V, CELL.recurrence.definition
    named, one = Equation(p, softmax(z)), Equation(added(y), 1)
    exponentials, total = EXP(z), added(EXP(z))
    slopes = Ones(1, z.shape[0]) * Diag(exponentials)
    arrives, gap = D(L, z), p.T - y.T

    def reached(variable):
        return derivation(D(L, variable), given=[t >= 1, named, one], cell=CELL)

    def shaped(row):
        return Unvec(row.T, *V.shape)

    return {
        "the Jacobian of a softmax": derivation(D(softmax(z), z), given=[t >= 1, named], cell=CELL)
        .equals(
            1 / total * Diag(exponentials) - 1 / total**2 * (exponentials * slopes),
            by.differentiate,
        )
        .equals(Diag(softmax(z)) - softmax(z) * softmax(z).T, by.algebra)
        .equals(Diag(p) - p * p.T, by.hypothesis.backwards),
        "to the logits": reached(z)
        .equals(D(written(L), z), by.definition(L))
        .equals(added(y) / total * slopes - y.T, by.differentiate)
        .equals(1 / total * slopes - y.T, by.hypothesis)
        .equals(softmax(z).T - y.T, by.algebra)
        .equals(gap, by.hypothesis.backwards),
        "to V": reached(V)
        .equals(shaped(D(L, Vec(V))), by.gradient_as_matrix)
        .equals(shaped(arrives * D(z, Vec(V))), by.chain_rule(z))
        .equals(shaped(arrives * D(written(z), Vec(V))), by.definition(z))
        .equals(shaped(arrives * Kronecker(h.T, Identity(z.shape[0]))), by.differentiate)
        .equals(Unvec(Kronecker(h, Identity(z.shape[0])) * arrives.T, *V.shape), by.algebra)
        .equals(arrives.T * h.T, by.vec_of_product)
        .equals(gap.T * h.T, by.uses("softmax_readout"))
        .equals((p - y) * h.T, by.algebra),
        "to the state": reached(h)
        .equals(arrives * D(z, h), by.chain_rule(z))
        .equals(arrives * D(written(z), h), by.definition(z))
        .equals(arrives * V, by.differentiate)
        .equals(gap * V, by.uses("softmax_readout")),
    }


def probabilities(*logits):
    """A softmax of given logits, as SymPy has exp."""
    total = sum(sympy.exp(each) for each in logits)
    return Matrix([sympy.exp(each) / total for each in logits])


@softmax_readout.counterexample("targets add up to 1")
def two_right_classes():
    """Two classes that are both called right, y = (1, 1), at equal logits: nothing comes back,
    p - y is (-1/2, -1/2)."""
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    loss = -sum(probabilities(a, b).applyfunc(log))
    found = Matrix([[loss.diff(each).subs({a: 0, b: 0}) for each in (a, b)]])
    half = Rational(1, 2)
    return Witness(
        found, Matrix([[-half, -half]]), "=", "with y = (1, 1) nothing comes back, and p is no y"
    )


@softmax_readout.counterexample("a softmax is not elementwise: its Jacobian is not diag(p(1 - p))")
def across_classes():
    """Two equal logits: the first probability falls by 1/4 for what the second logit rises."""
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    p = probabilities(a, b)
    found = p.jacobian([a, b]).subs({a: 0, b: 0})
    quarter = Rational(1, 4)
    return Witness(
        found,
        sympy.diag(quarter, quarter),
        "=",
        "a logit lowers the other probability: beside the diagonal stands -1/4",
    )


@softmax_readout.counterexample("p - y comes back of the cross-entropy, not of the squared error")
def of_the_squared_error():
    """Two equal logits, y = (1, 0): of ‖p - y‖²/2 comes (-1/4, 1/4), half of p - y."""
    a, b = Symbol("a", real=True), Symbol("b", real=True)
    gap = probabilities(a, b) - Matrix([1, 0])
    loss = gap.dot(gap) / 2
    found = Matrix([[loss.diff(each).subs({a: 0, b: 0}) for each in (a, b)]])
    half = Rational(1, 2)
    return Witness(found, Matrix([[-half, half]]), "=", "the squared error brings half of it here")
