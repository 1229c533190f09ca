"""The text of a cell: what it means, and what it means no longer once the reader is wrong."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, symbols

from symrnn.cells import cell
from symrnn.errors import IllFormedError, NotSupportedError, ParseError
from symrnn.language.activations import X, activation, unknown
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    Ones,
    Parameter,
    Softmax,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.structure import DiagonalOf, Hadamard, stack
from symrnn.language.time import Sequence
from symrnn.reading import parse, read_recurrence
from symrnn.reading.declarations import Declarations
from symrnn.reading.tree import Entrywise, Product

d, m, n = symbols("d m n", integer=True, positive=True)
j = Symbol("j", integer=True)
alpha, beta = Symbol("alpha", real=True), Symbol("beta", real=True)
h, x, r, y = Sequence("h", d), Sequence("x", m), Sequence("r", d), Sequence("y", n)
W, U, b = Parameter("W", d, d), Parameter("U", d, m), Parameter("b", d, 1)
# Between two factors a size is open.
A, B = Parameter("W", d, n), Parameter("V", n, d)
V, P, v = Parameter("V", d, d), Parameter("P", d, d + m), Parameter("v", d, 1)
tanh, logistic, sigma = activation("tanh"), activation("logistic"), unknown("sigma")

MEANS: dict[str, Any] = {
    "h = tanh(W h' + U x + b)": tanh(W * h[j - 1] + U * x[j] + b),
    "h=tanh(W@h'+U@x+b)": tanh(W * h[j - 1] + U * x[j] + b),
    "h = tanh(P [h'; x])": tanh(P * stack(h[j - 1], x[j])),
    # juxtaposition binds tighter than *, and * tighter than +
    "h = v * W h'": Hadamard(v, W * h[j - 1]),
    "h = W h' * v": Hadamard(W * h[j - 1], v),
    "h = W (h' * v)": W * Hadamard(h[j - 1], v),
    "h = b + v * h'": b + Hadamard(v, h[j - 1]),
    "h = W V h'": A * B * h[j - 1],
    "h = (W * V) h'": Hadamard(W, V) * h[j - 1],
    "h = W^T h'": W.T * h[j - 1],
    "h = W.T h'": W.T * h[j - 1],
    "h = W Vᵀ h′ ⊙ v": Hadamard(A * Parameter("V", d, n).T * h[j - 1], v),
    "h = (W V)^{T} h'": (A * B).T * h[j - 1],
    "h = (W - W^T - alpha I) h'": (W - W.T - alpha * Identity(d)) * h[j - 1],
    "h = (h' v^T) h'": h[j - 1] * v.T * h[j - 1],
    # scalars and numbers
    "h = (1 - alpha) h' + alpha tanh(W h')": (1 - alpha) * h[j - 1] + alpha * tanh(W * h[j - 1]),
    "h = α β * h'": alpha * beta * h[j - 1],
    "h = -v * h'": -Hadamard(v, h[j - 1]),
    "h = v * -h'": Hadamard(v, -h[j - 1]),
    "h = -W h' / 2": Rational(-1, 2) * W * h[j - 1],
    "h = (1/2) W h' + 1/3 * W h'": Rational(5, 6) * W * h[j - 1],
    "h = h' / (alpha β)": h[j - 1] / (alpha * beta),
    "h = h' / (alpha * beta)": h[j - 1] / (alpha * beta),
    "h = 0.1 h' + 1e-2 b": Rational(1, 10) * h[j - 1] + Rational(1, 100) * b,
    "h = 2 h' − 3": 2 * h[j - 1] - 3 * Ones(d),
    "h = h' * (1 - tanh(h'))": Hadamard(h[j - 1], Ones(d) - tanh(h[j - 1])),
    "h = h' - -b": h[j - 1] + b,
    # functions
    "h = sigmoid(h') + logistic(b)": logistic(h[j - 1]) + logistic(b),
    "h = σ(h') + sigma (b)": sigma(h[j - 1]) + sigma(b),
    "h = phi_2(h')": unknown("phi_2")(h[j - 1]),
    "h = softplus(h')": activation("softplus")(h[j - 1]),
    "h = exp(-alpha) cos(h')": sympy.exp(-alpha) * activation(sympy.cos(X), "cos")(h[j - 1]),
    # of a whole
    "h = softmax(h')": Softmax(h[j - 1]),
    "h = (b^T h') b": Entry(b.T * h[j - 1], 1) * b,
    "h = b / (1 + h'^T h')": b / (1 + Entry(h[j - 1].T * h[j - 1], 1)),
    "h = logsumexp(h') b": Entry(LogSumExp(h[j - 1]), 1) * b,
    "h = b / norm(h')": b / Norm(h[j - 1], "2"),
    "h = h' - mean (h')": h[j - 1] - Entry(Ones(1, d) * h[j - 1], 1) / d * Ones(d),
    "μ = sum(h'); h = mu b": Entry(Ones(1, d) * h[j - 1], 1) * b,
    "h = nu h'; nu = 2 mu; mu = trace(W) + h'^T W b": 2
    * (Entry(Ones(1, d) * DiagonalOf(W), 1) + Entry(h[j - 1].T * W * b, 1))
    * h[j - 1],
    "h = det(W) inv(W) h'": Entry(Determinant(W), 1) * Inverse(W) * h[j - 1],
    # lines
    "# a remark\n\n h = tanh(W h'\n  + b) # and another\n": tanh(W * h[j - 1] + b),
    "h = W h' +\n b": W * h[j - 1] + b,
    "; h = h' ;": h[j - 1],
}


def check(text: str, meaning: Any) -> None:
    recurrence = read_recurrence(text)
    assert recurrence.definitions == {h[j]: meaning}
    assert recurrence.states == (h,)


@pytest.mark.parametrize("text", MEANS)
def test_a_text_means_what_it_says(text: str) -> None:
    check(text, MEANS[text])


def entrywise_first(self: Any) -> Any:
    """The grammar with * above juxtaposition: v * W h' is (v * W) h'."""
    operands = [(False, self.power())]
    while self.at("*"):
        self.take()
        operands.append((False, self.power()))
    if len(operands) == 1:
        return operands[0][1]
    return Entrywise(operands[0][1].span.to(operands[-1][1].span), tuple(operands))


def products_last(self: Any) -> Any:
    factors = [entrywise_first(self)]
    while self._begins_atom() or self.at("@"):
        factors.append(entrywise_first(self))
    if len(factors) == 1:
        return factors[0]
    return Product(factors[0].span.to(factors[-1].span), tuple(factors))


FAULTS = {
    "* binds tighter than juxtaposition": ("product", products_last, "h = W h' * v"),
    "a minus sign is lost": ("factor", lambda self: self.take() and self.product()
                             if self.at("-") else self.product(), "h = v * -h'"),
    "a transpose is lost": ("power", lambda self: [self.atom(), self.at("^T") and self.take()][0],
                            "h = W^T h'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, wrong, text = FAULTS[fault]
    monkeypatch.setattr(parse._Parser, method, wrong)
    with pytest.raises((AssertionError, IllFormedError)):
        check(text, MEANS[text])


def test_a_word_that_is_called_is_a_function_and_else_a_name() -> None:
    named = Sequence("sum", d)
    read = read_recurrence("sum = W sum' + mean(b); h = sum (h')^T b")
    assert set(read.definitions) == {named[j], h[j]}
    assert read.definitions[named[j]].has(named[j - 1])


def test_a_row_times_a_column_defines_a_single_number() -> None:
    read = read_recurrence("y = c^T h; h = tanh(W h' + b)")
    (y, _) = read.definitions
    assert y.shape == (1, 1) and read.definitions[y] == Parameter("c", d, 1).T * h[j]


# ── what is read off ────────────────────────────────────────────────────────────────────────────


def test_states_inputs_and_sizes_are_read_off() -> None:
    read = read_recurrence("h = tanh(W y' + U x + b)\ny = sigmoid(V h + c)")
    assert [s.label for s in read.states] == ["y"] and read.inputs == (Sequence("x", m),)
    shapes = {p.name: p.shape for p in read.parameters}
    assert shapes == {"U": (n, m), "V": (d, n), "W": (n, d), "b": (n, 1), "c": (d, 1)}


def test_a_name_that_is_a_size_or_a_time_leaves_it_another_letter() -> None:
    read = read_recurrence("d = tanh(W d' + U x + j)")
    size = Symbol("d_2", integer=True, positive=True)
    assert read.states == (Sequence("d", size),) and read.index.name == "p"
    assert read_recurrence("h = h' + j + p + q + l").index.name == "j_2"


def test_unknown_sizes_have_letters_of_their_own() -> None:
    read = read_recurrence("h = A B h' + C x + D x_2; c = tanh(F c')")
    shapes = {p.name: tuple(map(str, p.shape)) for p in read.parameters}
    assert shapes["A"] == ("d", "n") and shapes["B"] == ("n", "d")
    assert shapes["D"] == ("d", "m_2") and shapes["F"] == ("d_2", "d_2")


def test_equal_sizes_follow_from_sums_with_common_parts() -> None:
    read = read_recurrence("p = [h'; x] + [c'; y]; h = A p; c = B p + 0 * h",
                           Declarations(inputs=("x", "y")))  # fmt: skip
    assert {str(s.rows) for s in read.inputs} == {"m"}


def test_declarations_override_letters() -> None:
    declared = Declarations(
        inputs=["u"],
        shapes={"bias": "k", "alpha": "k", "A": "scalar", "w": ["k", 3], "u": 3},
        activations={"f": "tanh", "sigma": "relu", "g": None},
    )
    read = read_recurrence("h = alpha * f(w u + A h' + bias) + sigma(h') + g(h')", declared)
    k = Symbol("k", integer=True, positive=True)
    u, state = Sequence("u", 3), Sequence("h", k)
    column, scalar = Parameter("bias", k, 1), Symbol("A", real=True)
    inner = Parameter("w", k, 3) * u[j] + scalar * state[j - 1] + column
    expected = (
        Hadamard(Parameter("alpha", k, 1), tanh(inner))
        + activation("relu")(state[j - 1])
        + unknown("g")(state[j - 1])
    )
    assert read.definitions == {state[j]: expected}


# ── printed and read back ───────────────────────────────────────────────────────────────────────

SCALARS = st.recursive(
    st.sampled_from(["alpha", "beta", "2", "0.5", "3"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
    max_leaves=3,
)
MATRICES = st.recursive(
    st.sampled_from(["W", "V", "I", "W^T"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "", "*"]), inner),
        st.builds("({})^T".format, inner),
        st.builds("({} {})".format, SCALARS, inner),
    ),
    max_leaves=3,
)
COLUMNS = st.recursive(
    st.sampled_from(["h'", "x", "b", "g"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({} {})".format, MATRICES, inner),
        st.builds("({} {})".format, SCALARS, inner),
        st.builds("({} - {})".format, SCALARS, inner),
        st.builds("{} / {}".format, inner, SCALARS),
        st.builds("{}({})".format, st.sampled_from(["tanh", "sigmoid", "σ"]), inner),
        st.builds("P [{}; {}]".format, inner, inner),
        st.builds("-{}".format, inner),
    ),
    max_leaves=8,
)
SHAPES = {"h": "d", "x": "d", "b": "d", "g": "d", "W": ["d", "d"], "V": ["d", "d"]}


@given(COLUMNS, COLUMNS)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_printed_reads_back_the_same(gate: str, state: str) -> None:
    text = f"g = {gate.replace('g', 'x')}\nh = {state} + tanh(g + h')"
    standing = {name: shape for name, shape in SHAPES.items() if name in text}
    try:
        made = cell(text, shapes=standing)
        written = made.text
    except (IllFormedError, NotSupportedError):
        # A division by zero, or a sum that came to nothing.
        assume(False)
    left = {name: shape for name, shape in standing.items() if name in made.shapes}
    again = cell(written, shapes=left)
    assert again.definitions == made.definitions
    assert again.text == written


# ── any text ────────────────────────────────────────────────────────────────────────────────────

WORDS = ["h", "h'", "x", "W", "c", "alpha", "2", "tanh(", "(", ")", "[", "]", ";", "\n", "=",
         "+", "-", "*", "/", "@", "^T", "I", " ", "σ(", "softmax(", "h''", "bias", ",", "_", "é",
         "h = ", "tanh(W h' + b)", "c = ", "1e9", "0"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read_or_refused(words: list[str]) -> None:
    try:
        read = read_recurrence(" ".join(words))
    except (IllFormedError, NotSupportedError) as error:
        assert error.message.startswith("cell text refused, line ")
        assert str(error.detail[""]).strip() == "^"
    else:
        assert read.states


def test_nothing_is_evaluated() -> None:
    for text in ("h = __import__('os')", "h = h'.__class__", "h = exec(h')", "h = lambda: 1"):
        with pytest.raises(IllFormedError, match="cell text refused, line 1"):
            read_recurrence(text)


def test_an_activation_may_be_a_formula() -> None:
    declared = Declarations(activations={"act": "x / (1 + abs(x))", "gate": "max(0, min(1, x))"})
    (value,) = read_recurrence("h = gate(W h') * act(b)", declared).definitions.values()
    step = sympy.Max(0, sympy.Min(1, X))
    soft = activation(X / (1 + sympy.Abs(X)), "act")
    assert value == Hadamard(activation(step, "gate")(W * h[j - 1]), soft(b))
    for wrong, message in (("x +", "not a formula"), ("y * 2", "the one variable is x")):
        with pytest.raises(ParseError, match=message):
            Declarations(activations={"act": wrong})
    with pytest.raises(IllFormedError, match="the activation act: 'tahn' is not known"):
        Declarations(activations={"act": "tahn"})
