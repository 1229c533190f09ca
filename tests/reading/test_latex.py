"""What our own printer writes is read back as the same object; others' hands as they mean it."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy
from sympy import Rational, Symbol

import symrnn
from symrnn import (
    D,
    D_plus,
    Diag,
    Equation,
    Hadamard,
    Inequality,
    Kronecker,
    Parameter,
    Recurrence,
    Sequence,
    Vec,
    activation,
    compare,
    elman,
    from_latex,
    latex,
    named,
    norm,
    random_weights,
    stack,
)
from symrnn.cells.network import Network
from symrnn.errors import DisagreementError, IllFormedError, ParseError, ShapeError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed
from symrnn.language.notation import DENOMINATOR, KNOWN, NUMERATOR
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.reading.latex.expressions import parse_expression
from symrnn.theory.about import EXAMPLES


class Trees:
    """A random expression of a given shape, over the letters of a network."""

    def __init__(self, rnn: Network, seed: int) -> None:
        self.rnn, self.random = rnn, random.Random(seed)
        self.count = 0

    def square(self, depth: int, time: Any) -> Any:
        rnn, rng = self.rnn, self.random
        if depth <= 0:
            held = (rnn.s[time - 2], rnn.a[time])[: rng.choice([1, 2])]
            layout = rng.choice([NUMERATOR, DENOMINATOR])
            return rng.choice(
                [
                    rnn.W,
                    Diag(rnn.s[time]),
                    Diag(rnn.slopes(time)),
                    D(rnn.s[time], rnn.s[time - 1]),
                    D(rnn.s[time], rnn.s[time - 1], layout, held),
                ]
            )
        kind = rng.choice(
            [
                "sum",
                "product",
                "transpose",
                "prod",
                "sigma",
                "scaled",
                "outer",
                "ordered_sum",
                "hadamard",
            ]
        )
        if kind == "sum":
            return MatrixSum(
                self.square(depth - 1, time),
                MatrixProduct(rng.choice([1, -1, 2]), self.square(depth - 1, time)),
            )
        if kind == "product":
            return self.square(depth - 1, time) * self.square(depth - 1, time)
        if kind == "transpose":
            return Transposed(self.square(depth - 1, time))
        if kind == "sigma":
            return rnn.sigma(self.square(depth - 1, time))
        if kind == "scaled":
            return MatrixProduct(self.scalar(depth - 1, time), self.square(depth - 1, time))
        if kind == "outer":
            return self.column(depth - 1, time) * Transposed(self.column(depth - 1, time))
        if kind == "hadamard":
            return Hadamard(self.square(depth - 1, time), self.square(depth - 1, time))
        index = Symbol("jil"[self.count % 3], integer=True)
        self.count += 1
        body = self.square(depth - 1, index)
        lower, upper = rng.choice([(rnn.k + 1, rnn.t), (1, rnn.T), (rnn.k, rnn.t - 2)])
        if kind == "ordered_sum":
            return OrderedSum(body, index, lower, upper)
        return OrderedProduct(body, index, lower, upper, rng.choice([LEFT, RIGHT]))

    def column(self, depth: int, time: Any) -> Any:
        rnn, rng = self.rnn, self.random
        if depth <= 0:
            return rng.choice([rnn.s[time], rnn.a[time], rnn.b, rnn.slopes(time), rnn.s[time - 1]])
        kind = rng.choice(["apply", "sum", "hadamard", "sigma", "slope", "gradient"])
        if kind == "apply":
            return self.square(depth - 1, time) * self.column(depth - 1, time)
        if kind == "sum":
            return MatrixSum(
                self.column(depth - 1, time),
                MatrixProduct(rng.choice([1, -1]), self.column(depth - 1, time)),
            )
        if kind == "hadamard":
            return Hadamard(self.column(depth - 1, time), self.column(depth - 1, time))
        if kind == "gradient":
            held = rng.choice([(), (rnn.s[time - 1],)])
            return Transposed(D(rnn.L[time], rnn.s[time], NUMERATOR, held))
        return (rnn.sigma if kind == "sigma" else rnn.sigma.prime)(
            rng.choice([rnn.a[time], rnn.s[time]])
        )

    def scalar(self, depth: int, time: Any) -> Any:
        rnn = self.rnn
        return self.random.choice(
            [Rational(1, 2), rnn.gamma, rnn.gamma ** (rnn.t - rnn.k), 1 - rnn.eta,
             norm(self.square(depth, time), "2"), symrnn.entry(rnn.W, 1, 2), rnn.lam * rnn.gamma]
        )  # fmt: skip


@pytest.mark.parametrize("notation", KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("activation", ["tanh", "logistic", None])
def test_random_expressions_are_read_back(notation: Any, activation: str | None) -> None:
    rnn = EXAMPLES[notation.cell](activation)
    # The formulas of its slopes are long, and the same in every notation.
    for seed in range(3 if activation == "logistic" else 14):
        trees = Trees(rnn, seed)
        made = trees.square(3, rnn.t) if seed % 2 else trees.column(3, rnn.t)
        written = latex(made, notation)
        assert from_latex(written, rnn, notation=notation, shape=made.shape) == made, written


@pytest.mark.parametrize(
    ("activation", "slope"),
    [
        ("relu", r"1[a_j > 0]"),
        ("relu", r"1\left[a_{j} > 0\right]"),
        ("relu", r"\theta(a_j)"),
        ("hard_tanh", r"1[-1 < a_j < 1]"),
        ("logistic", r"\frac{e^{-a_j}}{(1 + e^{-a_j})^2}"),
        ("logistic", r"\operatorname{logistic}(a_j) (1 - \operatorname{logistic}(a_j))"),
    ],
)
def test_a_slope_is_read_however_it_is_written(activation: str, slope: str) -> None:
    rnn = EXAMPLES["elman"](activation)
    j = rnn.j
    assert from_latex(rf"\operatorname{{diag}}({slope}) W", rnn) == rnn.jacobian(
        rnn.s[j], rnn.s[j - 1]
    )


@pytest.mark.parametrize("notation", KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("activation", ["logistic", "relu", "silu"])
def test_sigma_is_the_activation_there_is(notation: Any, activation: str) -> None:
    rnn = EXAMPLES[notation.cell](activation)
    unnamed = EXAMPLES[notation.cell]()
    for of, by in ((rnn.s[rnn.t], rnn.s[rnn.k]), (rnn.L[rnn.t], rnn.b)):
        written = latex(unnamed.jacobian(of, by), notation)
        assert from_latex(written, rnn, notation=notation) == rnn.jacobian(of, by), written


def test_sigma_of_several_is_the_logistic_function() -> None:
    lstm, two = symrnn.named("lstm"), symrnn.cell("h = tanh(W h') + relu(W h')")
    gate = from_latex(r"\sigma(W_o h_{t-1} + U_o x_t + b_o)", lstm)
    assert gate == lstm.definitions[lstm["o"][lstm.index]].subs(
        lstm.index, Symbol("t", integer=True)
    )
    with pytest.raises(ParseError, match="sigma is not known"):
        from_latex(r"\sigma(W h_t)", two)


def test_what_is_no_cell_and_an_entrywise_quotient_are_refused() -> None:
    with pytest.raises(IllFormedError, match="`cell` is no cell"):
        from_latex("W h_t", "elman")
    with pytest.raises(IllFormedError):
        from_latex(r"s_t \oslash a_t", EXAMPLES["elman"]())


def test_sigma_that_is_a_number_is_no_function() -> None:
    h, j, W = Sequence("h", 2), Symbol("j", integer=True), Parameter("W", 2, 2)
    scaled = Recurrence(j, (h,), (), {h[j]: Symbol("sigma") * activation("tanh")(W * h[j - 1])})
    assert from_latex(r"\sigma (W h_j)", scaled) == Symbol("sigma") * W * h[j]


@pytest.mark.parametrize("slope", [r"1[a_j > 1]", r"1[0 > a_j]", r"1[a_j]"])
def test_another_indicator_is_no_slope(slope: str) -> None:
    with pytest.raises(ParseError):
        from_latex(rf"\operatorname{{diag}}({slope}) W", EXAMPLES["elman"]("relu"))


@pytest.mark.parametrize("notation", KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("activation", ["tanh", "relu", None])
def test_what_is_derived_is_read_back(notation: Any, activation: str | None) -> None:
    rnn = EXAMPLES[notation.cell](activation)
    s, t, k, L = rnn.s, rnn.t, rnn.k, rnn.L
    made = [
        rnn.jacobian(s[t], s[k]),
        rnn.jacobian(s[t], s[k], "denominator"),
        rnn.gradient(L[t], rnn.W),
        D_plus(s[t], s[k]),
        rnn.recurrence.immediate(s[t], Vec(rnn.W)),
        Equation(D(s[t], s[k]), rnn.jacobian(s[t], s[k])),
        Inequality(norm(D(s[t], s[k])), (rnn.gamma * rnn.lam) ** (t - k)),
        rnn.total_loss(),
        stack(s[t], rnn.x[t]),
        MatrixSum(Identity(rnn.d), rnn.W),
        MatrixSum(Ones(rnn.d), MatrixProduct(-1, s[t])),
        Kronecker(Transposed(s[t]), rnn.W),
    ]
    for each in made:
        written = latex(each, notation)
        shape = getattr(each, "shape", None)
        assert from_latex(written, rnn, notation=notation, shape=shape) == each, written


_A, _B, _C = (rf"\frac{{\partial s_t}}{{\partial s_{{t-{back}}}}}" for back in (1, 2, 3))


@pytest.mark.parametrize("notation", KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("layout", [NUMERATOR, DENOMINATOR])
def test_what_is_held_is_read_back_in_products_and_sums(notation: Any, layout: str) -> None:
    rnn = EXAMPLES[notation.cell]("tanh")
    s, t = rnn.s, rnn.t
    one, two, three = (D(s[t], s[t - n], layout, (rnn.a[t],) * (n % 3)) for n in (1, 2, 3))
    made = [
        one * two + rnn.W, rnn.W * one * two * three - two, one + two * three,
        (one + two) * (three + rnn.W), Transposed(one * two + three) * two + one,
        OrderedSum(one * two + three, Symbol("i", integer=True), 1, t) + one,
    ]  # fmt: skip
    assert [from_latex(latex(each, notation), rnn, notation=notation) for each in made] == made


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (rf"\left.{_A}\right|_{{a_t}} \, \left.{_B}\right|_{{a_t}} + {_C}",
         rf"({_A}|_{{a_t}}) ({_B}|_{{a_t}}) + {_C}"),
        (rf"\bigl.{_A}\bigr|_{{a_t}} {_B}\Big|_{{a_t}} \left.{_C}\right\rvert_{{a_t}} - W",
         rf"({_A}|_{{a_t}}) ({_B}|_{{a_t}}) ({_C}|_{{a_t}}) - W"),
        (rf"\left.\left.{_A}\right|_{{a_t}}\right|_{{s_{{t-2}}}} W + W",
         rf"({_A}|_{{a_t}})|_{{s_{{t-2}}}} W + W"),
        (rf"\left(\left.{_A}\right|_{{a_t}} + W\right) \left.{_B}\right|_{{a_t}} + W",
         rf"(({_A}|_{{a_t}}) + W) ({_B}|_{{a_t}}) + W"),
        (rf"\left.{_A}\right|_{{a_t}}^\top W + W", rf"({_A}|_{{a_t}})^\top W + W"),
        (rf"\left({_A} \right. \left. + {_B}\right) W", rf"({_A} + {_B}) W"),
        (rf"\eval{{{_A}}}_{{a_t}} \eval{{{_B}}}_{{a_t}} + W",
         rf"({_A}|_{{a_t}}) ({_B}|_{{a_t}}) + W"),
    ],
)  # fmt: skip
def test_how_far_a_bar_reaches(written: str, meant: str) -> None:
    rnn = EXAMPLES["elman"]("tanh")
    assert from_latex(written, rnn) == from_latex(meant, rnn)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (rf"\left.{_A} + {_B}\right|_{{a_t}}", "behind one derivative"),
        (rf"\left.{_A}\right|_{{a_t = 0}}^{{1}} W", "between two bounds"),
        (rf"\left.{_A}\right| W", "without what is held"),
        (r"\left.\frac{\partial^+ s_t}{\partial s_{t-1}}\right|_{a_t}", "one derivative"),
    ],
)
def test_a_bar_that_is_not_understood_is_refused(written: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        from_latex(written, EXAMPLES["elman"]("tanh"))


def test_a_planted_slip_is_read_as_the_slip() -> None:
    rnn = elman("tanh")
    right = rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k])
    wrong = latex(right).replace("k + 1", "k").replace("W", r"W^{\mathsf{T}}")
    assert from_latex(wrong, rnn) != right


def test_others_hands() -> None:
    rnn = elman("tanh")
    s, t, k = rnn.s, rnn.t, rnn.k
    wanted = rnn.jacobian(s[t], s[k])
    for written in (
        r"\prod_{j=k+1}^t \mathrm{diag}(\tanh'(a_j)) W",
        r"\prod\limits_{j = k+1}^{t} \text{diag}\bigl(\tanh'(\mathbf{a}_j)\bigr) \cdot W",
        r"\prod_{t \ge j > k} \operatorname{diag}\left[1 - \tanh^2(a_j)\right] W",
    ):
        assert from_latex(written, rnn) == wanted, written


def test_for_any_cell() -> None:
    lazy = symrnn.cell("h = (1 - alpha) h' + alpha tanh(W h' + U x + b)", name="leaky")
    (value,) = lazy.definitions.values()
    assert from_latex(latex(value), lazy) == value


def test_one_formula_is_compared() -> None:
    rnn = elman("tanh")
    net = symrnn.random_weights(d=3, m=2, steps=6, seed=0)
    J = D(rnn.s[rnn.t], rnn.s[rnn.k])
    right = r"\prod_{j=k+1}^{t} \operatorname{diag}(1 - \tanh^2(a_j)) W"
    assert symrnn.compare(rnn, J, right, net, t=6, k=2).error < 1e-10
    with pytest.raises(DisagreementError):
        symrnn.compare(rnn, J, right.replace("k+1", "k+2"), net, t=6, k=2)


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("q_t", ParseError), (r"W s_{t", ParseError), ("s_t W", ShapeError), ("I", ParseError),
        ("W + s_t", ShapeError), ("a = b = c", ParseError), ("s_t, a_t", ParseError),
        (r"\prod_j W", ParseError), ("s_t^{1/2}", ParseError), ("", ParseError),
        ("__import__('os')", ParseError),
        (r"s_{1/2}", IllFormedError),
    ],
)  # fmt: skip
def test_what_is_refused(written: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_latex(written, elman("tanh"))


def test_layouts_are_those_of_the_notation() -> None:
    rnn = elman("tanh")
    of, by = rnn.s[rnn.t], rnn.s[rnn.k]
    bare = from_latex(latex(D(of, by)), rnn)
    assert bare == D(of, by, NUMERATOR)
    assert isinstance(sympy.sympify(bare), type(D(of, by)))


@pytest.mark.parametrize("written", [r"\nabla \cdot u", r"\nabla \times B"])
def test_derivatives_of_fields_are_said_to_be_so(written: str) -> None:
    with pytest.raises(ParseError, match="of fields"):
        parse_expression(written, {})


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("h = det(W) W h'", "det(W) W"),
        ("h = tr(W) W h'", "tr(W) W"),
        ("h = tr(W)^2 W^T h' / (1 + tr(W^T))", "tr(W)**2/(tr(Wᵀ) + 1) Wᵀ"),
        ("h = W h' + (b^T W b) h'", "W + (bᵀ W b) I"),
        ("h = logsumexp(b) W h'", "logsumexp(b) W"),
        ("h = W h' + (b^T h') b", "W + b bᵀ"),
    ],
)
def test_a_number_that_stands_before_a_matrix_scales_it(text: str, printed: str) -> None:
    made = symrnn.cell(text)
    h, j = made["h"], made.index
    derived = made.jacobian(h[j], h[j - 1])
    assert str(derived) == printed
    assert from_latex(latex(derived), made) == derived


def test_a_vector_before_a_matrix_is_no_number() -> None:
    made = symrnn.cell("h = W h' + (b^T h') b")
    with pytest.raises(ShapeError, match="do not fit"):
        from_latex(r"b \, W", made)


@pytest.mark.parametrize("name", ["elman", "lstm", "mgu"])
def test_a_slope_by_its_value_reads_back_as_it_is_printed(name: str) -> None:
    """diag(f (1 - f)) and diag(1 - h²), as derived Jacobians have them."""
    of = named(name)
    net = random_weights(of, d=3, m=2, steps=4, seed=1)
    for state in of.states:
        now, back = of[state.label][of.index], of[state.label][of.index - 1]
        read = from_latex(latex(of.jacobian(now, back)), cell=of)
        assert compare(of, D(now, back), read, net, **{str(of.index): 3})


def test_vectors_side_by_side_are_a_slope_only_of_one_vector() -> None:
    of = named("lstm")
    with pytest.raises(ShapeError):
        from_latex("f_t (1 - i_t)", cell=of)
