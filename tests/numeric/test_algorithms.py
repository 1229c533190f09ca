"""The printed algorithms: what latexify makes of them, and that they compute it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import latexify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.numeric import algorithms, simulate
from symrnn.numeric.differences import relative_error

RENDERED = {
    algorithms.clip_by_norm: [
        r"\Function{clip\_by\_norm}{$g, \kappa$}",
        r"\State $n \gets norm(g)$",
        r"\If{$n \le \kappa$}",
        r"\State \Return $g$",
        r"\EndIf",
        r"\State \Return $\kappa \frac{g}{n}$",
        r"\EndFunction",
    ],
    algorithms.clip_by_global_norm: [
        r"\Function{clip\_by\_global\_norm}{$g, \kappa$}",
        r"\State $n \gets \sqrt{ \sum_{h \in g}^{}({(norm(h))^{2}}) }$",
        r"\If{$n \le \kappa$}",
        r"\State \Return $g$",
        r"\EndIf",
        r"\State \Return $[ \kappa \frac{h}{n} \mid h \in g ]$",
        r"\EndFunction",
    ],
    algorithms.truncated_gradient: [
        r"\Function{truncated\_gradient}{$W, v, s, g, t, \tau$}",
        r"\State $G \gets zeros(W)$",
        r"\State $\delta \gets g$",
        r"\State $k \gets t$",
        r"\While{$k \ge max(1, t - \tau)$}",
        r"\State $\alpha \gets diag(v_{k}) \cdot \delta$",
        r"\State $G \gets G + outer(\alpha, s_{k - 1})$",
        r"\State $\delta \gets \mathbf{W}^\intercal \cdot \alpha$",
        r"\State $k \gets k - 1$",
        r"\EndWhile",
        r"\State \Return $G$",
        r"\EndFunction",
    ],
}


def _plain(latex: str) -> list[str]:
    """The lines between begin and end, without spacing commands and roman type."""
    for old, new in (
        (r"\mathopen{}\left( ", "("),
        (r" \mathclose{}\right)", ")"),
        (r"\mathopen{}\left(", "("),
        (r"\mathclose{}\right)", ")"),
        (r"\mathopen{}\left[ ", "[ "),
        (r" \mathclose{}\right]", " ]"),
        (" (", "("),
    ):
        latex = latex.replace(old, new)
    for name in ("norm", "max", "diag", "outer", "zeros"):
        latex = latex.replace(rf"\mathrm{{{name}}}", name)
    return [line.strip() for line in latex.splitlines()][1:-1]


@pytest.mark.parametrize("algorithm", algorithms.ALGORITHMS, ids=lambda f: f.__name__)
def test_latexify_prints_the_intended_formulas(algorithm: Callable[..., Any]) -> None:
    latex = latexify.get_latex(
        algorithm,
        style=latexify.Style.ALGORITHMIC,
        use_math_symbols=True,
        identifiers=algorithms.IDENTIFIERS,
    )
    assert _plain(latex) == RENDERED[algorithm]
    # A docstring would reach TeX unescaped.
    assert algorithm.__doc__ is None


@pytest.mark.parametrize(
    ("g", "expected"),
    [
        ([], 0.0),
        ([0.0, 0.0], 0.0),
        ([3.0, -4.0], 5.0),
        ([3e300, 4e300], 5e300),
        ([3e-300, 4e-300], 5e-300),
        ([15e-324, 20e-324], 25e-324),
        ([1.7e308, 1.7e308], np.inf),
    ],
)
def test_norm(g: list[float], expected: float) -> None:
    assert algorithms.norm(np.array(g)) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_norm_of_short_floats_is_that_of_float64(dtype: type) -> None:
    g = np.full(10, 5e4, dtype=dtype)
    assert algorithms.norm(g) == pytest.approx(5e4 * np.sqrt(10), rel=1e-3)


def test_clipping_by_global_norm_is_clipping_of_the_long_vector() -> None:
    g = [np.array([3.0, 0.0]), np.array([[4.0], [12.0]])]
    clipped = algorithms.clip_by_global_norm(g, 6.5)
    np.testing.assert_allclose(clipped[0], [1.5, 0.0], rtol=1e-15)
    np.testing.assert_allclose(clipped[1], [[2.0], [6.0]], rtol=1e-15)
    assert algorithms.clip_by_global_norm(g, 13.5) is g


def test_clipping_by_norm_leaves_the_ball_alone_and_shortens_the_rest() -> None:
    g = np.array([3.0, 4.0])
    assert algorithms.clip_by_norm(g, 5.0) is g
    np.testing.assert_allclose(algorithms.clip_by_norm(g, 1.0), [0.6, 0.8], rtol=1e-15)


@given(
    seed=st.integers(0, 10_000),
    d=st.integers(1, 4),
    t=st.integers(0, 6),
    tau=st.integers(0, 8),
)
def test_truncated_gradient_is_the_exact_one_with_an_old_state_held(
    seed: int, d: int, t: int, tau: int
) -> None:
    random = np.random.default_rng(seed)
    W, U, b, s0 = (random.normal(size=shape) for shape in ((d, d), (d, 2), d, d))
    x, g = random.normal(size=(6, 2)), random.normal(size=d)
    a, s = simulate.simulate(W, U, b, s0, x, np.tanh)
    # Not 1 - tanh(a)², which loses its digits where the unit saturates.
    slopes = np.cosh(a) ** -2.0

    # L_t = ⟨g, s_t⟩: a quadratic loss would add the cancellation in s_t - y_t to both sides.
    found = algorithms.truncated_gradient(W, slopes, s, g, t, tau)
    held = max(t - tau - 1, 0)
    oracle = simulate.truncated_gradient(W, U, b, s0, x, np.tanh, lambda v: v @ g, t, held)
    assert relative_error(found, oracle.W, 1e-12) < 1e-11
