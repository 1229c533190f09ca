"""What is said beside formulas, or by their letters, and what it changes."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import NOTE, Finding, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.reading.documents import latex_document
from symrnn.reading.latex.macros import macros_in

NET = r"\[ h_t = \tanh(a_t), \quad a_t = W h_{t-1} + U x_t \]"
STEP = r"\frac{\partial h_t}{\partial h_{t-1}}"
STEPS = rf"\[ {STEP} = \operatorname{{diag}}(1 - h_t^2) W \]"


def _found(text: str) -> list[Finding]:
    macros, rest = macros_in(text)
    found = audit_texts([latex_document("a.tex", rest, macros)])
    return [f for f in found if f.kind != NOT_A_CLAIM]


def _kinds(text: str) -> list[str]:
    return [f.kind for f in _found(text)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        # A macro's argument in a text is part of that text.
        (r"\newcommand{\W}[1]{W_{\text{#1}}} \[ h_t = \tanh(\W{in} x_t + \W{rec} h_{t-1}) \]"
         rf"\[ {STEP} = \operatorname{{diag}}(1 - h_t^2) \W{{rec}} \]"
         rf"\[ {STEP} = \operatorname{{diag}}(1 - h_t^2) \W{{in}} \]", [TRUE, FALSE]),
        # C_u multiplies, and nothing derives it: no loss.
        (r"\[ h_t = \operatorname{sig}(C_u h_{t-1} + x_t) \]"
         rf"\[ {STEP} = \operatorname{{diag}}(h_t \odot (1 - h_t)) C_u \]", [TRUE]),
        # A function by its name, and one that is so in an example only.
        (rf"Let $\varphi = \tanh$. \[ h_t = \varphi(W h_{{t-1}} + x_t) \] {STEPS}"
         rf"\[ {STEP} = \operatorname{{diag}}(1 - h_t) W \]", [TRUE, FALSE]),
        (rf"\[ h_t = \varphi(W h_{{t-1}} + x_t) \] If, for example, $\varphi = \tanh$: {STEPS}",
         [UNDER]),
        # d for whole derivatives and ∂ for what is immediate.
        (r"\[ h_t = F(h_{t-1}, x_t, \theta) \] \[ \frac{dh_t}{d\theta} = \frac{\partial h_t}"
         r"{\partial \theta} + \frac{\partial h_t}{\partial h_{t-1}} \frac{dh_{t-1}}{d\theta} \]"
         r"\[ \frac{dh_t}{d\theta} = \frac{\partial h_t}{\partial \theta} \]", [TRUE, FALSE]),
        # λ by the set that it is of.
        (r"Let $\lambda \in \mathbb{R}^n$. \[ h_t = \lambda \odot h_{t-1} + U x_t \]"
         rf"\[ {STEP} = \operatorname{{diag}}(\lambda) \]", [TRUE]),
        # n is the last time, where no T is.
        (rf"{NET} \[ L = \sum_{{t=1}}^{{n}} L_t(h_t) \] \[ \frac{{\partial L}}{{\partial W}} ="
         r"\sum_{t=1}^{n} \left(\frac{\partial L}{\partial a_t}\right)^\top h_{t-1}^\top \]",
         [TRUE]),
        # y^* is data, and Q is its own transpose.
        (rf"{NET} \[ L = \frac12 \sum_{{t=1}}^T (h_t - y^*_t)^\top Q (h_t - y^*_t), \quad "
         r"Q = Q^\top \] \[ \frac{\partial L}{\partial h_T} = (h_T - y^*_T)^\top Q \]", [TRUE]),
        (rf"{NET} \[ L = \frac12 \sum_{{t=1}}^T (h_t - y^*_t)^\top Q (h_t - y^*_t) \]"
         r"\[ \frac{\partial L}{\partial h_T} = (h_T - y^*_T)^\top Q \]", [DISAGREES]),
        # dz is a name, where there is no z.
        (rf"{NET} The loss $L$ is a function of $h_t$. \[ dz_t = (1 - h_t^2) \odot dh_t \]"
         r"\[ \frac{\partial L}{\partial W} = \sum_t dz_t h_{t-1}^\top \]", [TRUE]),
        # A weight decay, and what has no reading: it is a claim all the same.
        (rf"{NET} \[ L = \sum_t L_t(h_t), \quad J = L + \frac{{\lambda}}{{2}} \|W\|_F^2 \]"
         r"\[ \frac{\partial J}{\partial W} = \frac{\partial L}{\partial W} + \lambda W \]",
         [TRUE]),
        (rf"{NET} \[ \frac{{\partial^2 h_t}}{{\partial x_t^2}} = -2 h_t (1 - h_t^2) U^2 \]",
         [NOT_UNDERSTOOD]),
        # What stands in brackets beside a formula is no claim.
        (rf"{NET} \[ \frac{{\partial h_t}}{{\partial h_k}} = \prod_{{j=k+1}}^t"
         r"\operatorname{diag}(1 - h_j^2) W \qquad (k < t) \]", [TRUE]),
        (r"\begin{align} h_t &= \tanh(W h_{t-1}) && \text{(state)} \\"
         rf"{STEP} &= \operatorname{{diag}}(1 - h_t^2) W && \text{{slopes}} \end{{align}}", [TRUE]),
    ],
)  # fmt: skip
def test_what_is_said_is_heard(text: str, kinds: list[str]) -> None:
    assert _kinds(text) == kinds


GENERAL = r"\[ h_t = \phi(a_t), \quad a_t = W h_{t-1} + U x_t \]"
SLOPE = rf"\[ {STEP} = \operatorname{{diag}}(\phi'(a_t)) W \]"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        # What stands in brackets beside a formula restricts it, if it is no range of times.
        (rf"{GENERAL} {SLOPE} \[ {STEP} = W \qquad (\phi'(a) = 1) \]", [TRUE, DISAGREES]),
        (rf"{GENERAL} {SLOPE} \[ \begin{{aligned}} {STEP} &= W & (\phi = \mathrm{{id}}) \\"
         rf"{STEP} &= W & \text{{(no nonlinearity)}} \end{{aligned}} \]",
         [TRUE, DISAGREES, UNDER]),
        (rf"{GENERAL} {SLOPE} \[ {STEP} = W \qquad (k < t) \]", [TRUE, FALSE]),
        (rf"{GENERAL} {SLOPE} \[ {STEP} = W \qquad (t = 1, \dots, T) \]", [TRUE, FALSE]),
        (rf"{GENERAL} {SLOPE} At the origin \[ \left\| {STEP} \right\| = \| W \| \]",
         [TRUE, DISAGREES]),
        # An equation that holds in one case, and times for which all is said.
        (rf"{GENERAL} {SLOPE} When $\phi(a) = a$ \[ {STEP} = W \] For $t > 1$ \[ {STEP} = W \]",
         [TRUE, UNDER, FALSE]),
        (rf"{GENERAL} {SLOPE} For all $t = 1, \dots, T$ \[ {STEP} = W \]", [TRUE, FALSE]),
        # What is said in a case is not said of the whole text.
        (rf"{GENERAL} If $W = W^\top$, much is simple. {SLOPE} \[ {STEP} ="
         r"\operatorname{diag}(\phi'(a_t)) W^\top \]", [TRUE, FALSE]),
        (rf"{GENERAL} {SLOPE} In the scalar case, $h_t \in \mathbb{{R}}$.", [TRUE]),
        (rf"{GENERAL} {SLOPE} {STEPS} In the first run, $\phi = \tanh$.", [TRUE, UNDER]),
        # Values of a function that are written out, and are those of none that is known.
        (r"We use $\operatorname{sig}(z) = 2/(1 + e^{-z}) - 1$."
         r"\[ h_t = \operatorname{sig}(a_t), \quad a_t = W h_{t-1} + U x_t \]"
         r"\[ \frac{\partial h_t}{\partial a_t} = \operatorname{diag}(\operatorname{sig}'(a_t)) \]"
         rf"\[ {STEP} = \operatorname{{diag}}(\tfrac12 (1 - h_t^2)) W \]"
         rf"\[ {STEP} = \operatorname{{diag}}(\operatorname{{sig}}'(a_t)) U \]",
         [TRUE, DISAGREES, FALSE]),
        # d and ∂ that are said to be equal are the same.
        (rf"{NET} \[ L = \sum_t \ell_t, \quad \ell_t = \tfrac12 \| h_t - y_t \|^2 \]"
         r"\[ \frac{d\ell_t}{dh_t} = \frac{\partial \ell_t}{\partial h_t} \]"
         r"\[ \frac{\partial L}{\partial h_t} = (h_t - y_t)"
         rf"+ \left(\frac{{\partial h_{{t+1}}}}{{\partial h_t}}\right)^\top"
         r"\frac{\partial L}{\partial h_{t+1}} \]", [TRUE]),
        # d and ∂ are told apart of the letters that are so written, and of no others.
        (r"\[ z_t = W h_{t-1} + U x_t, \quad h_t = \phi(z_t), \quad p_t = V h_t \]"
         r"\[ J = \sum_t J_t(p_t) \] \[ \frac{dh_t}{dW} = \frac{\partial h_t}{\partial W}"
         r"+ \frac{\partial h_t}{\partial h_{t-1}} \frac{dh_{t-1}}{dW} \]"
         r"\[ \frac{\partial J}{\partial z_t} = \frac{\partial J}{\partial h_t}"
         r"\operatorname{diag}(\phi'(z_t)) \]", [TRUE, TRUE]),
        # Rows, with a loss that has no other definition than by what it reads.
        (r"\[ a_t = h_{t-1} W + x_t U, \quad h_t = \tanh(a_t), \quad L = \sum_t L_t(h_t) \]"
         r"\[ \frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_t}"
         r"\odot (1 - h_t^2) \]", [TRUE]),
    ],
)  # fmt: skip
def test_what_restricts_is_heard(text: str, kinds: list[str]) -> None:
    assert _kinds(text) == kinds


@pytest.mark.parametrize("index", ["{%s,t}", "{t,%s}"])
def test_a_letter_beside_a_time_is_that_of_a_gate(index: str) -> None:
    """i, r and n stand for gates; where i counts, a_{t,i} is an entry, and nothing is FALSE."""
    gates = "".join(
        rf"\[ a_{index % g} = W_{g} x_t + U_{g} h_{{t-1}}, \quad {g}_t = {f}(a_{index % g}) \]"
        for g, f in (("i", r"\sigma"), ("r", r"\sigma"), ("n", r"\tanh"))
    )
    step = r"\[ \frac{\partial r_t}{\partial h_{t-1}} = \operatorname{diag}(r_t (1 - r_t)) U_%s \]"
    text = (
        rf"With the logistic function $\sigma$ {gates}"
        r"\[ h_t = r_t \odot h_{t-1} + i_t \odot n_t \]"
        rf"\[ \frac{{\partial i_t}}{{\partial a_{index % 'i'}}}"
        r" = \operatorname{diag}(i_t (1 - i_t)) \]"
    )
    assert _kinds(text + step % "r" + step % "i") == [TRUE, TRUE, FALSE]


def test_an_index_that_counts_is_no_gate() -> None:
    entries = (
        r"\[ a_{t,i} = \sum_j W_{ij} h_{t-1,j} + b_i, \quad h_{t,i} = \tanh(a_{t,i}) \]"
        r"\[ i_t = x_t \]"
        r"\[ \frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2) W_{ij} \]"
    )
    assert _kinds(entries) == [TRUE]
    # h_t has the entries h_{t,i}, so that e_{t,i} is an entry, though i_t is a vector.
    read_out = (
        rf"{NET} \[ i_t = \tanh(V h_t), \quad L = \sum_t L_t(i_t) \]"
        r"\[ e_{t,i} = \frac{\partial L}{\partial a_{t,i}} \]"
        r"\[ e_{t,i} = \frac{\partial L}{\partial h_{t,i}} (1 - h_{t,i}^2) \]"
    )
    assert _kinds(read_out) == [TRUE]


def test_an_example_ends_with_its_item() -> None:
    slip = rf"\[ {STEP} = \operatorname{{diag}}(1 - h_t) W \]"
    example = r"\item If $W = 0$ nothing is left."
    items = r"\begin{itemize} %s \end{itemize}"
    assert _kinds(NET + STEPS + items % f"{example} {slip}") == [TRUE, DISAGREES]
    assert _kinds(NET + STEPS + items % rf"{example} \item {slip}") == [TRUE, FALSE]
    assert _kinds(NET + STEPS + items % example + slip) == [TRUE, FALSE]


BOUND = r"\left\| \frac{\partial h_t}{\partial h_k} \right\|"
KNOWN = rf"{NET} Let $\gamma = \|W\|$. {STEPS}"


@pytest.mark.parametrize("sign", [r"\ge", "=", ">"])
def test_a_bound_said_the_wrong_way_round_is_mended(sign: str) -> None:
    first, found = _found(rf"{KNOWN} \[ {BOUND} {sign} \gamma^{{t-k}} \]")
    assert (first.kind, found.kind) == (TRUE, FALSE)
    assert found.verdict.mended == rf"{BOUND} \le \gamma^{{t-k}}"


def test_a_bound_by_a_letter_for_the_jacobian_follows() -> None:
    named = rf"\[ J_t = {STEP} \]"
    said = rf"{KNOWN} {named} \[ \prod_{{j=k+1}}^t \|J_j\| \le %s^{{t-k}} \]"
    assert _kinds(said % r"\gamma") == [TRUE, TRUE]
    assert _kinds(said % r"\left(\frac{\gamma}{2}\right)")[-1] in (DISAGREES, NOT_UNDERSTOOD)


LOSS = (
    r"\[ y_t = V h_t, \quad L = \sum_{t=1}^T \ell(y_t), \quad"
    r" \delta_t = \frac{\partial L}{\partial a_t} \]"
)
SUM = r"\[ \frac{\partial L}{\partial W} = \sum_{t=1}^{T} \delta_t h_{t-1}^\top \]"
STATE = r"\frac{\partial L}{\partial h_t} = "
RIGHT = STATE + r"W^\top \delta_{t+1} + V^\top \frac{\partial L}{\partial y_t}"


@pytest.mark.parametrize(
    ("slips", "right"),
    [
        # In different terms, in one factor and a bound, in factors side by side.
        (STATE + r"W \delta_{t+1} - V^\top \frac{\partial L}{\partial y_t}", RIGHT),
        (r"\frac{\partial h_t}{\partial h_k} = \prod_{j=k}^{t} \mathrm{diag}(1 - h_j) W",
         r"\frac{\partial h_t}{\partial h_k} = \prod_{j=k+1}^{t} \mathrm{diag}(1 - h_j^2) W"),
        (rf"{STEP} = -\mathrm{{diag}}(1 - h_t^2) W^\top",
         rf"{STEP} = \mathrm{{diag}}(1 - h_t^2) W"),
        # One slip, made twice.
        (rf"{STEP} = \mathrm{{diag}}(1 - a_t \odot a_t) W",
         rf"{STEP} = \mathrm{{diag}}(1 - h_t \odot h_t) W"),
    ],
)  # fmt: skip
def test_two_slips_in_one_formula_are_mended(slips: str, right: str) -> None:
    found = _found(rf"{NET} {LOSS} {SUM} \[ {slips} \]")[-1]
    assert found.kind == FALSE
    assert found.verdict.mended.replace("h_{t}", "h_t") == right


def test_brackets_are_moved_with_the_commands_for_their_size() -> None:
    slip = rf"{STEP} = W \left(I - \operatorname{{diag}}(h_t^2)\right)"
    found = _found(rf"{NET} {STEPS} \[ {slip} \]")[-1]
    assert found.verdict.mended == rf"{STEP} = \left(I - \operatorname{{diag}}(h_t^2)\right) W"


def test_a_definition_with_a_bracket_that_is_not_closed_is_named() -> None:
    found = _found(r"\[ h_t = \tanh(W h_{t-1} \] \[ x_t = 1 \]")
    assert [(f.kind, f.message) for f in found] == [
        (NOTE, "no formulas about derivatives"),
        (NOTE, "not read: ( is not closed before the end"),
    ]


_SLIP = r"\[ \frac{\partial E}{\partial V} = \sum_t (y_t - d_t) h_{t-1}^\top \]"
_WITH_LOSS = NET + r"\[ y_t = V h_t \] \[ E = \sum_{t=1}^T \tfrac12 \| y_t - d_t \|^2 \]" + STEPS


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (r"For $E = \sum_{t=1}^T \tfrac12 \| y_t - d_t \|^2$ we get ", FALSE),
        (r"For \(if\) we get ", FALSE),
        (r"For $p = 3$ we get ", FALSE),
        (r"For $a = 1$ we get ", DISAGREES),
        (r"For $h_0 = 0$ we get ", DISAGREES),
        (r"If \(y\) is read, ", DISAGREES),
    ],
)
def test_only_words_and_letters_of_the_net_restrict_what_is_said(said: str, kind: str) -> None:
    """E that is said again, a formula's letters and what stands in \\partial are no conditions."""
    assert _kinds(_WITH_LOSS + said + _SLIP)[-1] == kind
