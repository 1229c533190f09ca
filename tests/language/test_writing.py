# ruff: noqa: E501  (a row of the table is one line)
"""The text and the LaTeX of every node: notation, primes, order of terms, parentheses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Derivative, Integer, Max, Product, Sum, Symbol, symbols

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Unknown, activation, entrywise_power, unknown
from symrnn.language.algebra import Identity, MatrixProduct, Ones, Parameter, Transposed, Zeros
from symrnn.language.derivatives import D, D_plus, Partial, VectorFunction
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.notation import KNOWN
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, Inequality, Limit
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
    stack,
)
from symrnn.language.tangent import Tangent
from symrnn.language.time import Sequence
from symrnn.language.writing import latex, text, write_latex, write_text
from symrnn.reading.functions import trace

d, m = symbols("d m", integer=True, positive=True)
j, k, t, tau = symbols("j k t tau", integer=True)
c, q = symbols("c q")
W, V = Parameter("W", d, d), Parameter("V", d, d)
b, v = Parameter("b", d, 1), Parameter("v", d, 1)
s, a, L = Sequence("s", d), Sequence("a", d), Sequence("L", 1)
sig, tanh, slope = unknown(), activation("tanh"), activation("tanh").prime
f = VectorFunction("ell", 1, s[t], a[t])
P = ordered_product(Diag(sig.prime(a[j])) * W, (j, k + 1, t))
S = ordered_sum(s[j], (j, 1, t))

# (node, text, LaTeX)
TABLE: list[tuple[Any, str, str]] = [
    (s[j], "s_j", "s_{j}"),
    (s[t - k], "s_{t - k}", "s_{t - k}"),
    (s[-k + t - tau - 1], "s_{t - k - tau - 1}", r"s_{t - k - \tau - 1}"),
    (Identity(d), "I", "I"),
    (Zeros(d, m), "0", "0"),
    (Ones(d), "1", r"\mathbf{1}"),
    (W.T, "Wᵀ", r"W^{\mathsf{T}}"),
    ((W + V).T, "(W + V)ᵀ", r"\left(W + V\right)^{\mathsf{T}}"),
    ((W * V).T, "(W V)ᵀ", r"\left(W \, V\right)^{\mathsf{T}}"),
    (Hadamard(b, v).T, "(b ⊙ v)ᵀ", r"\left(b \odot v\right)^{\mathsf{T}}"),
    (
        D(s[t], s[k]).T,
        "(∂s_t/∂s_k)ᵀ",
        r"\left(\frac{\partial s_{t}}{\partial s_{k}}\right)^{\mathsf{T}}",
    ),
    (W + V, "W + V", "W + V"),
    (W - V, "W - V", "W - V"),
    (-W + V, "-W + V", "-W + V"),
    (W * V, "W V", r"W \, V"),
    (-W, "-W", "-W"),
    (2 * W, "2 W", r"2 \, W"),
    (-2 * W, "-2 W", r"-2 \, W"),
    ((c + 1) * W, "(c + 1) W", r"\left(c + 1\right) \, W"),
    ((t - k) * W, "(t - k) W", r"\left(t - k\right) \, W"),
    (W - 2 * V, "W - 2 V", r"W - 2 \, V"),
    (W * (V + W), "W (V + W)", r"W \, \left(V + W\right)"),
    ((W + V) * b, "(W + V) b", r"\left(W + V\right) \, b"),
    (W - (t - k) * V, "W + (k - t) V", r"W + \left(k - t\right) \, V"),
    (Hadamard(b, v), "b ⊙ v", r"b \odot v"),
    (Hadamard(W * b, v), "(W b) ⊙ v", r"\left(W \, b\right) \odot v"),
    (Hadamard(b + v, v), "(b + v) ⊙ v", r"\left(b + v\right) \odot v"),
    (W * Hadamard(b, v), "W (b ⊙ v)", r"W \, \left(b \odot v\right)"),
    (Kronecker(W, V), "W ⊗ V", r"W \otimes V"),
    (Kronecker(W + V, V), "(W + V) ⊗ V", r"\left(W + V\right) \otimes V"),
    (
        Hadamard(Kronecker(W, V), Kronecker(V, W)),
        "(W ⊗ V) ⊙ (V ⊗ W)",
        r"\left(W \otimes V\right) \odot \left(V \otimes W\right)",
    ),
    (Diag(b), "diag(b)", r"\operatorname{diag}\left(b\right)"),
    (Diag(b) * W, "diag(b) W", r"\operatorname{diag}\left(b\right) \, W"),
    (trace(W), "tr(W)", r"\operatorname{tr}\left(W\right)"),
    (DiagonalOf(W), "diagonal(W)", r"\operatorname{diagonal}\left(W\right)"),
    (Vec(W), "vec(W)", r"\operatorname{vec}\left(W\right)"),
    (
        Unvec(Vec(W) + Vec(V), d, d),
        "unvec(vec(W) + vec(V); d × d)",
        r"\operatorname{vec}^{-1}_{d \times d}\left(\operatorname{vec}\left(W\right) + \operatorname{vec}\left(V\right)\right)",
    ),
    (Block([W, V], [V, W]), "[W, V; V, W]", r"\begin{bmatrix} W & V \\ V & W \end{bmatrix}"),
    (stack(b, v), "[b; v]", r"\begin{bmatrix} b \\ v \end{bmatrix}"),
    (Rows(b, 0, 2), "b[1:2]", "b_{[1 : 2]}"),
    (Rows(W + V, 1, 2), "(W + V)[2:3]", r"\left(W + V\right)_{[2 : 3]}"),
    (Place(b, 0, d + m), "place(b at 0 of d + m)", r"\begin{bmatrix} b \\ 0 \end{bmatrix}"),
    (Place(b, m, d + m), "place(b at m of d + m)", r"\begin{bmatrix} 0 \\ b \end{bmatrix}"),
    (sig(a[j]), "σ(a_j)", r"\sigma\left(a_{j}\right)"),
    (sig.prime(a[j]), "σ′(a_j)", r"\sigma'\left(a_{j}\right)"),
    (sig.prime.prime(a[j]), "σ′′(a_j)", r"\sigma''\left(a_{j}\right)"),
    (tanh(a[j]), "tanh(a_j)", r"\tanh\left(a_{j}\right)"),
    (slope(a[j]), "1 - tanh(a_j)**2", r"1 - \tanh^{2}\left(a_{j}\right)"),
    (slope(W * b), "1 - tanh(W b)**2", r"1 - \tanh^{2}\left(W \, b\right)"),
    (entrywise_power(v, 2), "v**2", "v^{2}"),
    (entrywise_power(W, 2), "W^⊙2", r"W^{\odot 2}"),
    (entrywise_power(W * V, -1), "(W V)^⊙-1", r"\left(W \, V\right)^{\odot -1}"),
    (
        entrywise_power(W.T, 3).T,
        "((Wᵀ)^⊙3)ᵀ",
        r"\left(\left(W^{\mathsf{T}}\right)^{\odot 3}\right)^{\mathsf{T}}",
    ),
    (slope(W), "tanh′(W)", r"\tanh'\left(W\right)"),
    (tanh(W * b + v), "tanh(W b + v)", r"\tanh\left(W \, b + v\right)"),
    (
        P,
        "∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)",
        r"\prod_{j=k + 1}^{t} \left(\operatorname{diag}\left(\sigma'\left(a_{j}\right)\right) \, W\right)",
    ),
    (
        P * b,
        "(∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)) b",
        r"\left(\prod_{j=k + 1}^{t} \left(\operatorname{diag}\left(\sigma'\left(a_{j}\right)\right) \, W\right)\right) \, b",
    ),
    (
        W * P,
        "W ∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)",
        r"W \, \prod_{j=k + 1}^{t} \left(\operatorname{diag}\left(\sigma'\left(a_{j}\right)\right) \, W\right)",
    ),
    (
        ordered_product(W, (j, 1, t), "right"),
        "∏→_{j=1}^{t} W",
        r"\mathop{\overset{\to}{\prod}}_{j=1}^{t} W",
    ),
    (
        ordered_product(W + V, (j, 1, t)),
        "∏_{j=1}^{t} (W + V)",
        r"\prod_{j=1}^{t} \left(W + V\right)",
    ),
    (S, "∑_{j=1}^{t} s_j", r"\sum_{j=1}^{t} s_{j}"),
    (W * S, "W (∑_{j=1}^{t} s_j)", r"W \, \left(\sum_{j=1}^{t} s_{j}\right)"),
    (S + b, "(∑_{j=1}^{t} s_j) + b", r"\left(\sum_{j=1}^{t} s_{j}\right) + b"),
    (b + S, "b + ∑_{j=1}^{t} s_j", r"b + \sum_{j=1}^{t} s_{j}"),
    (
        S + S.subs(t, k),
        "(∑_{j=1}^{t} s_j) + ∑_{j=1}^{k} s_j",
        r"\left(\sum_{j=1}^{t} s_{j}\right) + \sum_{j=1}^{k} s_{j}",
    ),
    (
        ordered_sum(W * b + s[j], (j, 1, t)),
        "∑_{j=1}^{t} (W b + s_j)",
        r"\sum_{j=1}^{t} \left(W \, b + s_{j}\right)",
    ),
    (
        P * W,
        "(∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)) W",
        r"\left(\prod_{j=k + 1}^{t} \left(\operatorname{diag}\left(\sigma'\left(a_{j}\right)\right) \, W\right)\right) \, W",
    ),
    (D(s[t], s[k]), "∂s_t/∂s_k", r"\frac{\partial s_{t}}{\partial s_{k}}"),
    (
        D(s[t], s[k], "denominator"),
        "[∂s_t/∂s_k]_den",
        r"\left[\frac{\partial s_{t}}{\partial s_{k}}\right]_{\mathrm{den}}",
    ),
    (
        D(s[t], Vec(W), held=[s[k]]),
        "∂s_t/∂vec(W)|s_k",
        r"\left.\frac{\partial s_{t}}{\partial \operatorname{vec}\left(W\right)}\right|_{s_{k}}",
    ),
    (
        D_plus(s[k], Vec(W)),
        "∂⁺s_k/∂vec(W)",
        r"\frac{\partial^{+} s_{k}}{\partial \operatorname{vec}\left(W\right)}",
    ),
    (D(W * b, b), "∂(W b)/∂b", r"\frac{\partial \left(W \, b\right)}{\partial b}"),
    (
        D(s[t], s[k]) * D(s[k], b),
        "∂s_t/∂s_k ∂s_k/∂b",
        r"\frac{\partial s_{t}}{\partial s_{k}} \, \frac{\partial s_{k}}{\partial b}",
    ),
    (f, "ℓ(s_t, a_t)", r"\ell\left(s_{t}, a_{t}\right)"),
    (Partial(f, Integer(1)), "∂2ℓ(s_t, a_t)", r"\partial_{2} \ell\left(s_{t}, a_{t}\right)"),
    (Tangent(W), "dW", r"\mathrm{d} W"),
    (Tangent(s[j]), "ds_j", r"\mathrm{d} s_{j}"),
    (entry(b, 1), "b[1]", "b_{1}"),
    (entry(W, j, k), "W[j, k]", "W_{j, k}"),
    (entry(s[t], 2), "s_t[2]", "s_{t, 2}"),
    (entry(W * V, 1, 2), "(W V)[1, 2]", r"\left(W \, V\right)_{1, 2}"),
    (entry(W + V, 1, 2), "(W + V)[1, 2]", r"\left(W + V\right)_{1, 2}"),
    (norm(W), "‖W‖", r"\left\lVert W \right\rVert"),
    (norm(W, "1"), "‖W‖_1", r"\left\lVert W \right\rVert_{1}"),
    (norm(W, "2"), "‖W‖_2", r"\left\lVert W \right\rVert_{2}"),
    (norm(W, "inf"), "‖W‖_∞", r"\left\lVert W \right\rVert_{\infty}"),
    (norm(W, "F"), "‖W‖_F", r"\left\lVert W \right\rVert_{\mathrm{F}}"),
    (norm(W, "max"), "‖W‖_max", r"\left\lVert W \right\rVert_{\max}"),
    (
        norm(P) ** 2,
        "‖∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)‖**2",
        r"\left\lVert \prod_{j=k + 1}^{t} \left(\operatorname{diag}\left(\sigma'\left(a_{j}\right)\right) \, W\right) \right\rVert^{2}",
    ),
    (Equation(W, V), "W = V", "W = V"),
    (Inequality(norm(W), q), "‖W‖ ≤ q", r"\left\lVert W \right\rVert \le q"),
    (Limit(q**t, t), "q**t → 0 as t → ∞", r"q^{t} \xrightarrow[t \to \infty]{} 0"),
    (t - k, "t - k", "t - k"),
    (k - t, "k - t", "k - t"),
    (-k - 1, "-k - 1", "- k - 1"),
    (sig.at(q), "σ(q)", r"\sigma\left(q\right)"),
    (sig, "σ", r"\sigma"),
    (sig.prime, "σ′", r"\sigma'"),
    (L[t], "L_t", "L_{t}"),
    (Sequence("sigma", d)[1], "sigma_1", r"\sigma_{1}"),
    (Rows(b, k, t - k), "b[k + 1:t]", "b_{[k + 1 : t]}"),
    (
        Hadamard(slope(b), v),
        "(1 - tanh(b)**2) ⊙ v",
        r"\left(1 - \tanh^{2}\left(b\right)\right) \odot v",
    ),
    (
        slope(b) * v.T,
        "(1 - tanh(b)**2) vᵀ",
        r"\left(1 - \tanh^{2}\left(b\right)\right) \, v^{\mathsf{T}}",
    ),
    (v - slope(b), "v - (1 - tanh(b)**2)", r"v - \left(1 - \tanh^{2}\left(b\right)\right)"),
    (V - (W - V.T), "V - (W - Vᵀ)", r"V - \left(W - V^{\mathsf{T}}\right)"),
    (slope(b).T, "(1 - tanh(b)**2)ᵀ", r"\left(1 - \tanh^{2}\left(b\right)\right)^{\mathsf{T}}"),
    (v + slope(b), "v + 1 - tanh(b)**2", r"v + 1 - \tanh^{2}\left(b\right)"),
]


@pytest.mark.parametrize(("node", "plain", "typeset"), TABLE, ids=lambda case: str(case)[:40])
def test_the_notation(node: Any, plain: str, typeset: str) -> None:
    assert text(node) == plain
    assert latex(node) == typeset


@pytest.mark.parametrize(("node", "plain", "typeset"), TABLE, ids=lambda case: str(case)[:40])
def test_inside_sympys_own_printers(node: Any, plain: str, typeset: str) -> None:
    if hasattr(node, "_repr_latex_"):
        assert node._repr_latex_().startswith("$")
    assert str(node)


@settings(max_examples=60)
@given(data=st.data())
def test_parentheses_balance_in_any_expression(data: Any, trees: Any) -> None:
    node = data.draw(trees(3))
    plain, typeset = text(node), latex(node)
    assert plain.count("(") == plain.count(")")
    assert typeset.count(r"\left") == typeset.count(r"\right")
    assert typeset.count("{") == typeset.count("}")
    assert typeset.count(r"\begin") == typeset.count(r"\end")


@settings(max_examples=60)
@given(data=st.data())
def test_different_sums_and_products_are_written_differently(data: Any, trees: Any) -> None:
    # x y with x a sum, and x + y with x a product, keep their parentheses apart.
    x, y, z = (data.draw(trees(1, 2, 2)) for _ in range(3))
    if len({text(x * (y + z)), text(x * y + z)}) == 1:
        assert x * (y + z) == x * y + z


def test_a_node_without_a_form_says_so() -> None:
    for write in (write_text, write_latex):
        with pytest.raises(NotSupportedError, match="object"):
            write(object(), None)


def test_what_has_a_name_is_written_by_it_wherever_it_stands() -> None:
    kappa, g = symbols("kappa", positive=True), Parameter("g", d, 1)
    size = Max(kappa, norm(g, "2"))
    named = {size: "n"}
    assert latex(kappa / size * g, named=named) == r"\frac{\kappa}{n} \, g"
    # SymPy hands the power of a function down to it, and that of a sum it does not.
    assert latex(kappa / size**2, named=named) == r"\frac{\kappa}{{n}^{2}}"
    assert latex((kappa + c) ** 2 * c, named={kappa + c: "n"}) == r"c n^{2}"
    assert "n" not in latex(kappa / Max(kappa, norm(b, "2")), named=named).replace("min", "")


def test_a_product_that_is_a_number_is_written_without_a_place() -> None:
    assert latex(entry(b.T * v, 1)) == r"\left(b^{\mathsf{T}} \, v\right)"
    assert latex(entry(b, 1)) == "b_{1}"


def test_a_name_that_python_has_a_use_for_has_an_underscore_behind_it() -> None:
    assert text(Parameter("lambda_", 1, 1)) == "lambda"
    assert latex(Parameter("lambda_", 1, 1)) == r"\lambda"


def test_a_word_is_upright_and_no_product_of_letters() -> None:
    x, y = symbols("x y", real=True)
    assert latex(symbols("xy")) == r"\operatorname{xy}"
    assert latex(Parameter("rate_h", 1, 1)) == r"\operatorname{rate}_{h}"
    assert latex(x * y) == "x y"


x, g = Symbol("x", real=True), Symbol("g")
each, whole = Symbol("q", nonnegative=True) ** j, Sequence("F", d, d)
ALIKE: dict[str, tuple[Any, Any]] = {
    "f(x) and its square": (Unknown(g, 0, x), Unknown(g, 0, x) ** 2),
    "f'(x) and a power of it": (Unknown(g, 1, x), Unknown(g, 1, x) ** t),
    "a sum of numbers, times a matrix, and a sum of matrices": (
        MatrixProduct(Sum(each, (j, 1, t)), whole[j]),
        ordered_sum(each * whole[j], (j, 1, t)),
    ),
    "a product of numbers, times a matrix, and a product of matrices": (
        MatrixProduct(c * Product(each, (j, 1, t)), whole[j]),
        c * ordered_product(each * whole[j], (j, 1, t)),
    ),
    "a slope, times a matrix, and a slope of both": (
        MatrixProduct(Derivative(x**2, x), Unknown(g, 0, x) * W),
        MatrixProduct(Derivative(x**2 * Unknown(g, 0, x), x), W),
    ),
    "a column between zeros": (Place(b, 1, d + 3), Place(b, 2, d + 3)),
    "a block between zeros": (
        stack(Zeros(1, 1), b, Zeros(2, 1)),
        stack(Zeros(2, 1), b, Zeros(1, 1)),
    ),
    "blocks of ones": (stack(Ones(1), 2 * Ones(2)), stack(Ones(2), 2 * Ones(1))),
    "diagonal blocks": (
        Block([Identity(1), Zeros(1, 2)], [Zeros(2, 1), 2 * Identity(2)]),
        Block([Identity(2), Zeros(2, 1)], [Zeros(1, 2), 2 * Identity(1)]),
    ),
    "columns of zeros": (
        Block([Zeros(d, 1), b, Zeros(d, 2)]),
        Block([Zeros(d, 2), b, Zeros(d, 1)]),
    ),
    "a column of ones and a matrix of them": (W * Ones(d), W * Ones(d, d)),
}


@pytest.mark.parametrize("pair", ALIKE)
def test_two_things_are_written_in_two_ways(pair: str) -> None:
    first, second = ALIKE[pair]
    assert text(first) != text(second)
    for notation in KNOWN.values():
        assert latex(first, notation) != latex(second, notation)


def test_blocks_that_letters_tell_are_written_without_sizes() -> None:
    assert text(Block([W, Zeros(d, 1)], [Zeros(1, d), Ones(1)])) == "[W, 0; 0, 1]"
    unit = Block([Identity(d), Zeros(d, m)], [Zeros(m, d), Identity(m)])
    assert text(unit) == "[I, 0; 0, I]"


def test_columns_are_no_rows_of_a_transpose() -> None:
    n = Symbol("n", integer=True, positive=True)
    both = Parameter("J", 2 * n, 2 * n)
    right = Transposed(Rows(both.T, n, n))
    assert (text(right), latex(right)) == ("J[:, n + 1:2*n]", r"J_{[:, n + 1 : 2 n]}")
    assert text(Rows(right, 0, n)) == "J[1:n, n + 1:2*n]"
    assert latex(Rows(right, 0, n)) == r"J_{[1 : n, n + 1 : 2 n]}"
    assert text(Rows(both, 0, n).T) == "J[1:n]ᵀ"
    assert text(right * Rows(both, 0, n)) == "J[:, n + 1:2*n] J[1:n]"
