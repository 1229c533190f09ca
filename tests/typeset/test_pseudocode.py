"""The pseudocode that latexify makes, put right where it would mislead, and its lines."""

from __future__ import annotations

import pytest

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.typeset.algorithms import algorithm
from symrnn.typeset.pseudocode import Line, lines

# Functions to be read, never run: what they call need not exist, nor what they set be used.
# ruff: noqa: F821, F841, F842, B007


def clip_by_norm(g, threshold):
    """The _docstring_ & its signs must not reach TeX."""
    length: float = norm(g)
    if length <= threshold:
        return g
    return g * (threshold / length)


def accumulate(W, x, tau):
    total = 0
    for k in range(1, tau + 1):
        total += W.T @ x[k - 1]
        if k > 3:
            break
        elif k == 2:
            continue
        else:
            pass
    while total > 1:
        total = total / 2
    return total


def test_clip_by_norm_reads_as_intended() -> None:
    shown = algorithm(clip_by_norm, "Clip", names={"threshold": "kappa"}, caption="c")
    assert (shown.title, shown.label, shown.caption) == ("Clip", "clip_by_norm", "c")
    assert (
        shown.latex
        == r"""\begin{algorithmic}[1]
    \Function{clip\_by\_norm}{$g, \kappa$}
        \State $\mathrm{length} \gets \left\lVert g \right\rVert$
        \If{$\mathrm{length} \le \kappa$}
            \State \Return $g$
        \EndIf
        \State \Return $g \cdot \frac{\kappa}{\mathrm{length}}$
    \EndFunction
\end{algorithmic}"""
    )


def test_a_loop_reads_as_intended() -> None:
    shown = algorithm(accumulate, "Accumulate").latex
    assert r"\For{$k = 1, \dots, \tau$}" in shown
    assert r"\State $\mathrm{total} \gets \mathrm{total} + W^{\mathsf{T}} \, x_{k - 1}$" in shown
    assert r"\ElsIf{$k = 2$}" in shown


def test_lines_carry_depth_keywords_and_maths() -> None:
    assert list(lines(algorithm(accumulate, "").latex)) == [
        Line(0, ("function", r"\texttt{accumulate}(W, x, \tau)")),
        Line(1, ("", r"\mathrm{total} \gets 0")),
        Line(1, ("for", r"k = 1, \dots, \tau", "do")),
        Line(2, ("", r"\mathrm{total} \gets \mathrm{total} + W^{\mathsf{T}} \, x_{k - 1}")),
        Line(2, ("if", "k > 3", "then")),
        Line(3, ("", r"\mathbf{break}")),
        Line(2, ("else if", "k = 2", "then")),
        Line(3, ("", r"\mathbf{continue}")),
        Line(2, ("else", "")),
        Line(3, ("", r"\mathbf{pass}")),
        Line(1, ("while", r"\mathrm{total} > 1", "do")),
        Line(2, ("", r"\mathrm{total} \gets \frac{\mathrm{total}}{2}")),
        Line(1, ("return", r"\mathrm{total}")),
    ]


def products(A, B, u, v, kappa):
    a = A @ (u * v)
    b = (u * v) @ B
    c = A @ B @ u
    d = kappa * u
    e = (A - B) @ -u
    f = (A @ B).T
    g = min(1, kappa / np.linalg.norm(u))


@pytest.mark.parametrize(
    "expected",
    [
        r"a \gets A \, \mathopen{}\left( u \odot v \mathclose{}\right)",
        r"b \gets \mathopen{}\left( u \odot v \mathclose{}\right) \, B",
        r"c \gets A \, B \, u",
        r"d \gets \kappa \, u",
        r"e \gets \mathopen{}\left( A - B \mathclose{}\right) \, "
        r"\mathopen{}\left( -u \mathclose{}\right)",
        r"f \gets \mathopen{}\left( A \, B \mathclose{}\right)^{\mathsf{T}}",
        r"g \gets \min \mathopen{}\left( 1, \frac{\kappa}{\left\lVert u \right\rVert} "
        r"\mathclose{}\right)",
    ],
)
def test_products_keep_their_parentheses(expected: str) -> None:
    assert rf"\State ${expected}$" in algorithm(products, "", arrays={"u", "v"}).latex


def ranges(n, t, tau):
    for a in range(n):
        pass
    for b in range(t, 0, -1):
        pass
    for c in reversed(range(t - tau, t)):
        pass
    for e in range(2, 9):
        pass
    for f in pairs(n):
        pass


@pytest.mark.parametrize(
    "expected",
    [
        r"a = 0, \dots, n - 1",
        r"b = t, t - 1, \dots, 1",
        r"c = t - 1, t - 2, \dots, t - \tau",
        r"e = 2, \dots, 8",
        r"f \in \mathrm{pairs} \mathopen{}\left( n \mathclose{}\right)",
    ],
)
def test_a_range_shows_its_last_value(expected: str) -> None:
    assert rf"\For{{${expected}$}}" in algorithm(ranges, "").latex


def keyword(g):
    return norm(g, axis=0)


def assertion(g):
    assert g > 0
    return g


def bare(g):
    x: float
    return g


@pytest.mark.parametrize(
    ("function", "reason"),
    [(keyword, "axis"), (assertion, "Assert"), (bare, "bare annotation")],
)
def test_what_would_be_lost_is_refused(function, reason: str) -> None:
    with pytest.raises(NotSupportedError) as caught:
        algorithm(function, "")
    assert reason in str(caught.value)


def test_only_a_function_with_source_is_read() -> None:
    with pytest.raises(IllFormedError, match="can not be read"):
        algorithm(len, "")
    with pytest.raises(IllFormedError, match="defined with `def`"):
        algorithm(Line, "")


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="not understood"):
        list(lines("\\begin{algorithmic}\n\\Repeat\n\\end{algorithmic}"))
