"""Back-propagation through time."""

from sympy import symbols

from symrnn import (
    About,
    D,
    D_plus,
    Diag,
    Equation,
    Identity,
    Kronecker,
    Unvec,
    Vec,
    Witness,
    Zeros,
    derivation,
    induction,
    ordered_product,
    ordered_sum,
    statement,
)
from symrnn import rules as by


def sensitivity(rnn, parameter, since, held):
    """∂s_t/∂θ with the state at `since` given or held constant, by induction over t."""
    s, k, t = rnn.s, rnn.k, rnn.t

    def term(last):
        return D(s[last], s[k]) * D_plus(s[k], parameter)

    by_parameter = D(s[t], parameter, held=held)
    before = D(s[t - 1], parameter, held=held)
    direct = D_plus(s[t], parameter)
    return induction(
        Equation(by_parameter, ordered_sum(term(t), (k, since + 1, t))),
        over=t,
        base=since,
        base_case=derivation(D(s[since], parameter, held=held)).equals(
            Zeros(rnn.d, parameter.shape[0]), by.constant
        ),
        step=derivation(by_parameter)
        .equals(direct + D(s[t], s[t - 1]) * before, by.total_derivative)
        .equals(
            direct + D(s[t], s[t - 1]) * ordered_sum(term(t - 1), (k, since + 1, t - 1)),
            by.induction_hypothesis,
        )
        .equals(
            direct + ordered_sum(D(s[t], s[t - 1]) * term(t - 1), (k, since + 1, t - 1)),
            by.algebra,
        )
        .equals(
            direct + ordered_sum(term(t), (k, since + 1, t - 1)),
            by.chain_rule(s[t - 1]).backwards,
        )
        .equals(
            D(s[t], s[t]) * direct + ordered_sum(term(t), (k, since + 1, t - 1)),
            by.derivative_of_itself.backwards,
        )
        .equals(ordered_sum(term(t), (k, since + 1, t)), by.split_latest.backwards),
        given=[since >= 0, since <= t],
    )


def loss_by(rnn, parameter, since, held):
    """∂L_t/∂θ = ∂L_t/∂s_t Σ_k ∂s_t/∂s_k ∂⁺s_k/∂θ."""
    s, k, t, L = rnn.s, rnn.k, rnn.t, rnn.L
    total = ordered_sum(D(s[t], s[k]) * D_plus(s[k], parameter), (k, since + 1, t))
    return (
        derivation(D(L[t], parameter, held=held), given=[since >= 0, since <= t, t >= 1])
        .equals(D(L[t], s[t]) * D(s[t], parameter, held=held), by.chain_rule(s[t]))
        .equals(D(L[t], s[t]) * total, by.uses("bptt"))
    )


@statement(
    about=About.ELMAN,
    uses=["product_of_jacobians", "step_jacobian"],
    headline=["the loss by W", "the adjoint recursion", "the gradient in the shape of W"],
)
def bptt(rnn):
    """The gradient of the loss sums over every time the parameter was used

    W enters at every step. Its total effect on s_t is the immediate effect at each earlier time
    k, carried forward by ∂s_t/∂s_k; the immediate derivative ∂⁺ on the right holds all earlier
    states fixed, for otherwise the earlier steps would be counted twice. The sum costs O(t²)
    matrix products as written. Horner's rule for ordered products turns it into the adjoint
    recursion, O(t) vector-matrix products: that is what every framework runs.
    """
    slopes, arrived = Diag(rnn.slopes(rnn.k)), D(rnn.L[rnn.t], rnn.s[rnn.k]).T
    factor, turned = slopes * rnn.W, rnn.W.T * slopes
    return parts_of(rnn, factor, turned, slopes * arrived, rnn.s[rnn.k - 1])


@bptt.form(About.SIGMA_INSIDE)
def bptt_inside(rnn):
    """The gradient of the loss sums over every time the parameter was used

    W enters at every step. Its total effect on s_t is the immediate effect at each earlier time
    k, carried forward by ∂s_t/∂s_k; the immediate derivative ∂⁺ on the right holds all earlier
    states fixed, for otherwise the earlier steps would be counted twice. The sum costs O(t²)
    matrix products as written. Horner's rule for ordered products turns it into the adjoint
    recursion, O(t) vector-matrix products: that is what every framework runs. What W multiplies is
    a_k = σ(s_{k-1}), so that the slopes are missing from the outer products: they are on the way to
    the state before.
    """
    slopes, arrived = Diag(rnn.slopes(rnn.k)), D(rnn.L[rnn.t], rnn.s[rnn.k]).T
    factor, turned = rnn.W * slopes, slopes * rnn.W.T
    return parts_of(rnn, factor, turned, arrived, rnn.a[rnn.k])


@bptt.form(
    About.ANY_CELL,
    uses=["product_of_jacobians"],
    headline=["the initial state", "the total loss", "the adjoint recursion"],
)
def bptt_of_any_cell(rnn):
    """The gradient of the loss sums over every time the parameter was used

    A parameter enters at every step. Its total effect on s_t is the immediate effect at each
    earlier time k, on all parts of the state together, carried forward by ∂s_t/∂s_k; the immediate
    derivative ∂⁺ on the right holds all earlier states fixed, for otherwise the earlier steps would
    be counted twice. Horner's rule for ordered products turns the sum into the adjoint recursion,
    O(t) vector-matrix products: that is what every framework runs. One parameter of each kind is
    shown; the proof is the same for all.
    """
    parameters = [as_column(each) for each in rnn.shown_parameters]
    labels = [
        (f"{{}} by `{each.name}`", parameter)
        for each, parameter in zip(rnn.shown_parameters, parameters, strict=True)
    ]
    parts = by_parameters(rnn, labels, rnn.letter("h", integer=True))
    for parameter in parameters[:1]:
        parts |= of_the_total_loss(rnn, parameter)
    return parts | adjoint_of(rnn)


def as_column(parameter):
    """A column for itself, and a matrix as its vec."""
    return parameter if parameter.shape[1] == 1 else Vec(parameter)


def parts_of(rnn, factor, turned, driven, read):
    """All parts of the statement.

    `factor` is ∂s_k/∂s_{k-1}, `turned` its transpose; what L_t owes to the use of W at time k is
    the outer product of `driven` and `read`, the vector that W multiplies there.
    """
    s, k, t, T, W = rnn.s, rnn.k, rnn.t, rnn.T, rnn.W
    L, h = rnn.L, rnn.letter("h", integer=True)
    labels = (("{} by W", Vec(W)), ("likewise {} by U", Vec(rnn.U)), ("likewise {} by b", rnn.b))
    parts = by_parameters(rnn, labels, h)
    four = ordered_sum(D(s[4], s[k]) * D_plus(s[k], Vec(W)), (k, 1, 4))
    parts["the worked case L_4"] = (
        derivation(D(L[4], Vec(W)))
        .equals(D(L[4], s[4]) * four, by.uses("bptt"))
        .equals(D(L[4], s[4]) * four.doit(), by.write_out)
    )
    parts |= of_the_total_loss(rnn, Vec(W)) | adjoint_of(rnn)
    whole = ordered_sum(D(s[t], s[k]) * D_plus(s[k], Vec(W)), (k, 1, t))
    own, arriving = D(L[k - 1], s[k - 1]), arriving_at(rnn)
    parts["the adjoint recursion, as columns"] = (
        derivation((own + arriving * D(s[k], s[k - 1])).T, given=[k >= 2, k <= T])
        .equals((own + arriving * factor).T, by.uses("step_jacobian"))
        .equals(own.T + turned * arriving.T, by.algebra)
    )
    local = D_plus(s[k], Vec(W))
    parts["the gradient from the adjoint"] = (
        derivation(D(L[t], Vec(W)), given=[t >= 1])
        .equals(D(L[t], s[t]) * whole, by.uses("bptt"))
        .equals(ordered_sum(D(L[t], s[t]) * D(s[t], s[k]) * local, (k, 1, t)), by.algebra)
        .equals(ordered_sum(D(L[t], s[k]) * local, (k, 1, t)), by.chain_rule(s[t]).backwards)
    )
    immediate = rnn.recurrence.immediate(s[k], Vec(W))
    spread = Kronecker(read, Identity(rnn.d)) * driven
    row = ordered_sum(D(L[t], s[k]) * immediate, (k, 1, t))
    parts["the gradient in the shape of W"] = (
        derivation(D(L[t], W), given=[t >= 1])
        .equals(Unvec(D(L[t], Vec(W)).T, *W.shape), by.gradient_as_matrix)
        .equals(Unvec(ordered_sum(D(L[t], s[k]) * local, (k, 1, t)).T, *W.shape), by.uses("bptt"))
        .equals(Unvec(row.T, *W.shape), by.immediate_derivative)
        .equals(ordered_sum(Unvec(spread, *W.shape), (k, 1, t)), by.algebra)
        .equals(ordered_sum(driven * read.T, (k, 1, t)), by.vec_of_product)
    )
    return parts


def by_parameters(rnn, labels, h):
    """State and loss by each parameter, from the start and with s_h held; and by the start."""
    s, t, L, j = rnn.s, rnn.t, rnn.L, rnn.j
    parts = {}
    for label, parameter in labels:
        parts[label.format("the state")] = sensitivity(rnn, parameter, 0 * t, ())
        parts[label.format("the loss")] = loss_by(rnn, parameter, 0 * t, ())
    steps = ordered_product(D(s[j], s[j - 1]), (j, 1, t))
    parts["the initial state"] = (
        derivation(D(L[t], s[0]), given=[t >= 1])
        .equals(D(L[t], s[t]) * D(s[t], s[0]), by.chain_rule(s[t]))
        .equals(D(L[t], s[t]) * steps, by.uses("product_of_jacobians"))
    )
    for label, parameter in labels:
        held = f"{label}, with s_h held"
        parts[held.format("the state")] = sensitivity(rnn, parameter, h, (s[h],))
        parts[held.format("the loss")] = loss_by(rnn, parameter, h, (s[h],))
    return parts


def of_the_total_loss(rnn, parameter):
    """The sum over all losses."""
    s, k, t, T, L = rnn.s, rnn.k, rnn.t, rnn.T, rnn.L
    whole = ordered_sum(D(s[t], s[k]) * D_plus(s[k], parameter), (k, 1, t))
    return {
        "the total loss": derivation(D(rnn.total_loss(), parameter), given=[T >= 1])
        .equals(ordered_sum(D(L[t], parameter), (t, 1, T)), by.derivative_of_sum)
        .equals(ordered_sum(D(L[t], s[t]) * whole, (t, 1, T)), by.uses("bptt"))
    }


def arriving_at(rnn):
    """δ_kᵀ = Σ_{i=k}^{T} ∂L_i/∂s_i ∏_{j=k+1}^{i} ∂s_j/∂s_{j-1}: what arrives at time k."""
    s, k, T, j, L = rnn.s, rnn.k, rnn.T, rnn.j, rnn.L
    i = rnn.letter("i", integer=True)
    return ordered_sum(D(L[i], s[i]) * ordered_product(D(s[j], s[j - 1]), (j, k + 1, i)), (i, k, T))


def adjoint_of(rnn):
    """One step of the adjoint recursion, from the sum."""
    s, k, T, j, L = rnn.s, rnn.k, rnn.T, rnn.j, rnn.L
    i, step = rnn.letter("i", integer=True), D(s[j], s[j - 1])
    earlier = ordered_sum(D(L[i], s[i]) * ordered_product(step, (j, k, i)), (i, k - 1, T))
    later = ordered_sum(D(L[i], s[i]) * ordered_product(step, (j, k, i)), (i, k, T))
    pulled = ordered_sum(
        D(L[i], s[i]) * ordered_product(step, (j, k + 1, i)) * D(s[k], s[k - 1]), (i, k, T)
    )
    own = D(L[k - 1], s[k - 1])
    return {
        "the adjoint recursion": derivation(earlier, given=[k >= 2, k <= T])
        .equals(own + later, by.split_earliest)
        .equals(own + pulled, by.split_earliest)
        .equals(own + arriving_at(rnn) * D(s[k], s[k - 1]), by.algebra)
    }


# A concrete case: one hidden unit, σ the identity, s_j = w s_{j-1} + x_j, L_2 = s_2.
w, x1, x2, s0 = symbols("w x_1 x_2 s_0")
STATES = [s0, w * s0 + x1, w * (w * s0 + x1) + x2]
AT = {w: 2, x1: 3, x2: 5, s0: 7}


def gradient():
    """dL_2/dw by SymPy's own diff of the unrolled recurrence."""
    return STATES[2].diff(w).subs(AT)


def forward(t, k):
    """∂s_t/∂s_k = w^{t-k}."""
    return (w ** (t - k)).subs(AT)


def immediate(k):
    """∂⁺s_k/∂w = s_{k-1}."""
    return STATES[k - 1].subs(AT) if k >= 1 else 0


@bptt.counterexample("the sum ends at k = t: over k = 0 … t-1 the direct term is lost")
def direct_term_lost():
    """The term k = t is ∂⁺s_t/∂w itself."""
    wrong = sum(forward(2, k) * immediate(k) for k in range(2))
    return Witness(gradient(), wrong, "=", "without the term k = t the gradient lacks ∂⁺s_t/∂W")


@bptt.counterexample("the derivative on the right is the immediate one")
def total_on_both_sides():
    """With ∂s_k/∂w on the right, earlier steps are counted several times."""
    wrong = sum(forward(2, k) * STATES[k].diff(w).subs(AT) for k in range(1, 3))
    return Witness(gradient(), wrong, "=", "total derivatives on both sides count steps twice")
