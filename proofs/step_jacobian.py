"""The Jacobian of one step."""

from math import prod

from sympy import Matrix, Rational, symbols

from symrnn import About, D, Diag, Witness, derivation, elman, sigma_inside, statement
from symrnn import rules as by


@statement(
    about=About.ELMAN,
    uses=["activation_jacobian", "preactivation_jacobian"],
    headline=["numerator layout", "denominator layout"],
)
def step_jacobian(rnn):
    """One step multiplies by the slopes and by W

    The chain rule through a_j: first the linear map W, then the slopes. In numerator layout the
    factor that acts first stands on the right. In denominator layout everything is transposed,
    and the order turns round with it. Where σ sits inside, as in Pascanu et al. (2013), the
    slopes are taken at the state before and stand on the other side of W.
    """
    slopes = Diag(rnn.slopes(rnn.j))
    return {
        **in_either_layout(rnn, "activation_jacobian", slopes, "preactivation_jacobian", rnn.W),
        "σ inside": of_the_other_cell(sigma_inside(rnn.sigma)),
    }


@step_jacobian.form(About.SIGMA_INSIDE)
def step_jacobian_inside(rnn):
    """One step multiplies by W and by the slopes at the state before

    The chain rule through a_j = σ(s_{j-1}): first the slopes, then the linear map W. In numerator
    layout the factor that acts first stands on the right. In denominator layout everything is
    transposed, and the order turns round with it: that is how a transposed W gets into print, and
    it must not stand in a product written in the other layout. Where σ sits outside, as in
    Elman (1990), the slopes are taken behind W and stand on its other side.
    """
    slopes = Diag(rnn.slopes(rnn.j))
    return {
        **in_either_layout(rnn, "preactivation_jacobian", rnn.W, "activation_jacobian", slopes),
        "σ outside": of_the_other_cell(elman(rnn.sigma)),
    }


def in_either_layout(rnn, by_late, late, by_early, early):
    """∂s_j/∂s_{j-1} = late early, by the chain rule through a_j and a statement on each factor."""
    s, between, before = rnn.s[rnn.j], rnn.a[rnn.j], rnn.s[rnn.j - 1]
    chained, halfway = D(s, between) * D(between, before), late * D(between, before)
    given = [rnn.j >= 1]
    return {
        "numerator layout": derivation(D(s, before), given=given)
        .equals(chained, by.chain_rule(between))
        .equals(halfway, by.uses(by_late))
        .equals(late * early, by.uses(by_early)),
        "denominator layout": derivation(D(s, before, "denominator"), given=given)
        .equals(D(s, before).T, by.layout)
        .equals(chained.T, by.chain_rule(between))
        .equals(halfway.T, by.uses(by_late))
        .equals((late * early).T, by.uses(by_early))
        .equals(early.T * late.T, by.transpose_of_product)
        .equals(transposed(early) * transposed(late), by.transpose_of_diagonal),
    }


def transposed(factor):
    """The transpose; a diagonal matrix is its own."""
    return factor if isinstance(factor, Diag) else factor.T


def of_the_other_cell(cell):
    """∂s_j/∂s_{j-1} of another cell, from its definitions written into each other."""
    s, a, j = cell.s, cell.a, cell.j
    value, between = (cell.recurrence.definition(node) for node in (s[j], a[j]))
    whole = value.subs(a[j], between)
    slopes = Diag(cell.slope(s[j - 1] if cell.reads_state else between))
    return (
        derivation(D(s[j], s[j - 1]), given=[j >= 1], cell=cell)
        .equals(D(value, s[j - 1]), by.definition)
        .equals(D(whole, s[j - 1]), by.definition)
        .equals(cell.W * slopes if cell.reads_state else slopes * cell.W, by.differentiate)
    )


@step_jacobian.form(About.ONE_ACTIVATION)
def step_jacobian_between_affine_maps(rnn):
    """One step multiplies by the slopes and by the matrices beside them

    The chain rule through what stands between two states: each factor is the Jacobian of one map,
    the one that acts first on the right. In denominator layout everything is transposed, and the
    order turns round with it.
    """
    s, before, given = rnn.s[rnn.j], rnn.s[rnn.j - 1], [rnn.j >= 1]
    between = [of for of, _, _ in rnn.links[1:]]
    chain = derivation(D(s, before), given=given)
    turned = derivation(D(s, before, "denominator"), given=given).equals(D(s, before).T, by.layout)
    lines = [(chained, by.chain_rule(via)) for chained, via in opened(s, before, between)]
    factors = [D(of, read) for of, read, _ in rnn.links]
    for place, (of, _, factor) in enumerate(rnn.links):
        factors[place] = factor
        name = "activation_jacobian" if of == rnn.activated else "preactivation_jacobian"
        lines.append((prod(factors[1:], start=factors[0]), by.uses(name)))
    for line, rule in lines:
        chain, turned = chain.equals(line, rule), turned.equals(line.T, rule)
    *rest, first = [factor.T for factor in factors]
    return {
        "numerator layout": chain,
        "denominator layout": turned.equals(prod(reversed(rest), start=first), by.algebra),
    }


def opened(of, read, between):
    """∂of/∂read through one vector after the other, each line with the vector it goes through."""
    done = []
    for via in between:
        done.append(D(of, via))
        of = via
        yield prod(done[1:], start=done[0]) * D(of, read), via


SLOPES, WEIGHTS = Matrix([1, Rational(1, 2)]), Matrix([[1, 2], [3, 4]])


def exact_step(inside=False):
    """∂s_j/∂s_{j-1} by SymPy's own diff, where the slopes are 1 and 1/2."""
    state = symbols("s_1 s_2")
    slopes = Matrix.diag(*SLOPES)
    step = WEIGHTS * (slopes * Matrix(state)) if inside else slopes * (WEIGHTS * Matrix(state))
    return step.jacobian(state)


@step_jacobian.counterexample("the transpose of W with the numerator's order of factors")
def transposed_in_the_same_order():
    """Wᵀ diag(·) is the denominator layout; in a numerator-layout product it is wrong."""
    wrong = WEIGHTS.T * Matrix.diag(*SLOPES)
    return Witness(exact_step(), wrong, "=", "in numerator layout Wᵀ diag(σ′) is not the step")


@step_jacobian.counterexample("Wᵀ behind the diagonal: the order of neither layout")
def transposed_behind():
    """diag(·) Wᵀ belongs to no layout at all."""
    wrong = Matrix.diag(*SLOPES) * WEIGHTS.T
    return Witness(exact_step(), wrong, "=", "diag(σ′) Wᵀ is not ∂s_j/∂s_{j-1}")


@step_jacobian_inside.counterexample("the transpose of W in a product in numerator layout")
def transposed_inside():
    """diag(·) Wᵀ is the denominator layout; in a numerator-layout product it is wrong."""
    wrong = Matrix.diag(*SLOPES) * WEIGHTS.T
    shows = "in numerator layout diag(σ′) Wᵀ is not the step"
    return Witness(exact_step(inside=True), wrong, "=", shows)


@step_jacobian_inside.counterexample("Wᵀ before the diagonal: the order of neither layout")
def transposed_before():
    """Wᵀ diag(·) belongs to no layout of this cell at all."""
    wrong = WEIGHTS.T * Matrix.diag(*SLOPES)
    return Witness(exact_step(inside=True), wrong, "=", "Wᵀ diag(σ′) is not ∂s_j/∂s_{j-1}")
