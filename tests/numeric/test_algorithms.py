"""The printed algorithms: what latexify makes of them, and that they compute it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import elman_by_hand as simulate
import latexify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.numeric import algorithms
from symrnn.numeric.differences import complex_step, relative_error

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
        r"\Function{clip\_by\_global\_norm}{$gradients, \kappa$}",
        r"\State $n \gets \sqrt{ \sum_{g \in \mathrm{gradients}}^{}({(norm(g))^{2}}) }$",
        r"\If{$n \le \kappa$}",
        r"\State \Return $\mathrm{gradients}$",
        r"\EndIf",
        r"\State \Return $[ \kappa \frac{g}{n} \mid g \in \mathrm{gradients} ]$",
        r"\EndFunction",
    ],
    algorithms.truncated_gradient: [
        r"\Function{truncated\_gradient}{$\theta, J, P, g, t, \tau$}",
        r"\State $G \gets zeros(\theta)$",
        r"\State $\delta \gets g$",
        r"\State $k \gets t$",
        r"\While{$k \ge max(1, t - \tau)$}",
        r"\State $G \gets G + \mathrm{transpose}(P_{k}) \cdot \delta$",
        r"\State $\delta \gets \mathrm{transpose}(J_{k}) \cdot \delta$",
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
    J = slopes[:, :, None] * W
    P = np.stack([np.kron(s[k - 1], np.diag(slopes[k])) for k in range(len(s))])
    found = algorithms.truncated_gradient(np.zeros(d * d), J, P, g, t, tau)
    held = max(t - tau - 1, 0)
    oracle = simulate.truncated_gradient(W, U, b, s0, x, np.tanh, lambda v: v @ g, t, held)
    assert relative_error(found.reshape(d, d).T, oracle.W, 1e-12) < 1e-11


@dataclass(frozen=True)
class Inside:
    """A net with σ inside, s_j = W tanh(s_{j-1}) + U x_j + b, L_t = ⟨g, s_t⟩, by hand."""

    W: np.ndarray
    drives: np.ndarray
    s0: np.ndarray
    g: np.ndarray

    def after(self, W: np.ndarray, start: np.ndarray, first: int, last: int) -> np.ndarray:
        """The states s_{first-1} … s_last from the first of them, for each of the weights W."""
        found = [np.broadcast_to(start, (*W.shape[:-2], len(start))).astype(W.dtype)]
        for drive in self.drives[first : last + 1]:
            found.append((W @ np.tanh(found[-1])[..., None])[..., 0] + drive)
        return np.array(found)

    def held(self, t: int, tau: int) -> np.ndarray:
        """∂L_t/∂W with s_{t-τ-1} held constant, by complex steps."""
        since = max(t - tau - 1, 0)
        start = self.after(self.W, self.s0, 1, since)[-1]
        return complex_step(lambda W: self.after(W, start, since + 1, t)[-1] @ self.g, self.W)

    def told(self, t: int, tau: int, shift: int = 0) -> np.ndarray:
        """The algorithm's, with the slopes of `shift` steps later."""
        d = len(self.s0)
        before = np.concatenate(
            [np.full_like(self.s0[None], np.nan), self.after(self.W, self.s0, 1, t + 1)]
        )
        slopes = np.cosh(before) ** -2.0
        J = self.W * slopes[shift:, None, :]
        P = np.stack([np.kron(np.tanh(each), np.eye(d)) for each in before])
        found = algorithms.truncated_gradient(np.zeros(d * d), J, P, self.g, t, tau)
        return found.reshape(d, d).T


def inside(seed: int, d: int) -> Inside:
    random = np.random.default_rng(seed)
    return Inside(*(random.normal(size=shape) for shape in ((d, d), (8, d), d, d)))


@given(
    seed=st.integers(0, 10_000),
    d=st.integers(1, 4),
    t=st.integers(0, 6),
    tau=st.integers(0, 8),
)
def test_with_sigma_inside_it_is_the_exact_one_with_an_old_state_held(
    seed: int, d: int, t: int, tau: int
) -> None:
    net = inside(seed, d)
    assert relative_error(net.told(t, tau), net.held(t, tau), 1e-12) < 1e-11


def test_slopes_of_the_state_that_comes_out_are_another_cells() -> None:
    net = inside(0, 3)
    assert relative_error(net.told(5, 3, shift=1), net.held(5, 3), 1e-12) > 0.01
