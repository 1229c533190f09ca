"""What a document says besides its recurrence: its functions, layout, loss, examples, macros."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.audit.audit import audit_texts
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.verdicts.verdict import FALSE, NOT_A_CLAIM, TRUE, UNDER
from symrnn.reading.documents import latex_document, markdown, read_document

NET = "$$h_t = \\sigma(a_t), \\quad a_t = W h_{t-1} + U x_t$$\n\n"


def _statements(text: str) -> Statements:
    return Statements.of([markdown("a.md", NET + text)])


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "logistic"),
        (r"\sigma(z) = 1/(1 + \exp(-z))", "logistic"),
        (r"\sigma(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}", "tanh"),
        (r"\sigma(u) = \max(0, u)", "relu"),
        (r"\sigma(u) = \log(1 + e^u)", "softplus"),
        (r"\sigma(z) = \frac{1}{1 + e^{z}}", None),
        (r"\sigma(z) = \frac{z}{y}", None),
        (r"\sigma(z) = \frac{1}{z - z}", None),
        (r"\sigma(z) = \tanh^2(z)", None),
        (r"\sigma(z) = \tanh'(z)", None),
        (r"\sigma(z) = \sin^{-1}(z)", None),
        (r"\sigma(z) = \log_2(1 + e^z)", None),
        (r"\sigma(z) = \exp_2(z) / (1 + \exp(z))", None),
        (r"\sigma(z) = \frac{z}{1 + e^{-z}} \approx \max(0, z)", None),
        (r"\sigma(z) = \log(1 + e^z) \approx \max(0, z)", "softplus"),
        (r"\sigma(z) = \frac{z}{1 + e^{-z}} \le \max(0, z)", None),
        (r"\sigma(z) = \tanh(z)$ or $\sigma(z) = \max(0, z)", None),
        (r"\sigma(z) = \tanh(z)$ or $\sigma(z) = z / (1 + e^{-z})", None),
        (r"\sigma(z) = \tanh(z)$, that is $\sigma(u) = \tanh(u)", "tanh"),
    ],
)
def test_an_activation_is_known_by_its_values(formula: str, name: str | None) -> None:
    assert _statements(f"${formula}$").functions.get("sigma") == name


@pytest.mark.parametrize("words", ["e.g.", "for example", "For instance,", "such as", "If"])
def test_an_example_of_an_activation_is_no_definition(words: str) -> None:
    assert not _statements(f"The activation, {words} $\\sigma(z) = \\tanh(z)$.").functions
    assert _statements("The activation is $\\sigma(z) = \\tanh(z)$, for example.").functions


@pytest.mark.parametrize(
    ("words", "layout"),
    [
        ("We use the **denominator layout** throughout.", "denominator"),
        ("All derivatives are in numerator-layout.", "numerator"),
        ("Some authors use numerator layout, we use denominator layout.", None),
        ("There is a denominator layout.", None),
        ("We do not use denominator layout.", None),
        ("", None),
    ],
)
def test_a_layout_is_taken_from_the_words_that_use_it(words: str, layout: str | None) -> None:
    assert _statements(words).conventions.layout == layout


@pytest.mark.parametrize(
    ("words", "reads"),
    [
        ("The loss $L$ depends on the last state.", "last"),
        ("Let $L$ be a cost which depends on $h_T$:", "last"),
        ("The loss $L$ depends only on the final output.", "last"),
        ("The loss $L$ reads every $h_t$.", "each"),
        ("The loss $L$ is small. The last state depends on all inputs.", "each"),
        ("The loss $L$ depends on all states, not only the last.", "each"),
        ("The loss $L$ depends on every state up to the final one.", "each"),
        ("The loss $L$ doesn't depend on the last state alone.", "each"),
        ("The loss $L$ depends on the last state and on all earlier ones.", "each"),
        ("The loss $L$ depends not only on $h_T$ but on what was before it.", "each"),
        ("The loss $L$ depends on $h_T$ and on every other state.", "each"),
    ],
)
def test_a_loss_reads_what_the_words_say(words: str, reads: str) -> None:
    assert _statements(words).conventions.loss == reads


def test_the_state_before_the_first_step_says_when_that_is() -> None:
    assert _statements("$h_{-1} = 0$").conventions.first == 0
    assert _statements("$h_0 = 0$").conventions.first is None


def test_values_in_an_example_define_nothing() -> None:
    text = (
        "Suppose $W = 2 I$ and $x_t = 0$.\n\n$$\\frac{\\partial a_t}{\\partial h_{t-1}} = 2 I$$\n"
    )
    claims = "$$\\frac{\\partial a_t}{\\partial h_{t-1}} = W$$\n\n"
    found = audit_texts([markdown("a.md", NET + claims + text)])
    kinds = [f.kind for f in found if f.display and "partial" in f.formula]
    assert kinds == [TRUE, UNDER]


def test_a_slope_has_no_place_in_what_an_undefined_loss_reads() -> None:
    text = (
        "With $D_t = \\mathrm{diag}(\\sigma'(a_t))$ and the cost $C$, which depends on $h_T$:\n\n"
        "$$\\frac{\\partial C}{\\partial h_t} = \\frac{\\partial C}{\\partial h_T}"
        " \\frac{\\partial h_T}{\\partial h_t}$$\n\n"
        "$$\\frac{\\partial C}{\\partial h_{t}} ="
        " \\frac{\\partial C}{\\partial h_{t+1}} D_{%s} W$$\n"
    )
    right, wrong = (
        [f.kind for f in audit_texts([markdown("a.md", NET + text % at)]) if f.display][-2:]
        for at in ("t+1", "t")
    )
    assert right == [TRUE, TRUE] and wrong == [TRUE, FALSE]


MACROS = r"""\documentclass{article}
\newcommand{\fact}[2]{\par\noindent$\displaystyle #1$\hfill(#2)\par}
\newcommand{\step}[3]{\par\quad$#1 #2$\hfill #3\par}
\newenvironment{lines}[1]{\par$\displaystyle #1$}{\par}
\newcommand{\wide}[1]{\sbox0{$\displaystyle #1$}\usebox0}
\begin{document}
\fact{h_t = \tanh(a_t)}{state}
\fact{a_t = W h_{t-1} + U x_t}{before it}
\begin{lines}{\frac{\partial h_t}{\partial h_{t-1}}}
  \step{=}{\frac{\partial h_t}{\partial a_t} \frac{\partial a_t}{\partial h_{t-1}}}{chain rule}
  \step{=}{\operatorname{diag}(1 - h_t^2) W}{by $\tanh' = 1 - \tanh^2$}
\end{lines}
\[ \wide{\frac{\partial h_t}{\partial x_t} = \operatorname{diag}(1 - h_t^2) W} \]
\end{document}
"""


def test_an_authors_macros_that_set_displays_are_read(tmp_path: Path) -> None:
    path = tmp_path / "macros.tex"
    path.write_text(MACROS)
    (document,) = read_document(path)
    for formula in document.formulas:
        there = document.text[formula.start : formula.start + len(formula.text)]
        assert formula.text == there.replace("}{", "  ", 1) or formula.text == there
    found = [f for f in audit_texts([document]) if f.display and f.kind != NOT_A_CLAIM]
    assert [f.kind for f in found] == [TRUE, TRUE, FALSE]
    assert found[-1].verdict.mended.endswith(" U")


def test_an_indicator_is_shown_with_its_condition() -> None:
    text = r"Let $h_t = \mathrm{ReLU}(a_t)$ and $a_t = W h_{t-1}$."
    text += r"\[ \frac{\partial h_t}{\partial a_t} = \mathrm{diag}(\mathbf{1}_{a_t > 0}) \]"
    found = audit_texts([latex_document("rectifier.tex", text, {})])[-1]
    assert found.reading == "∂h_t/∂a_t = diag(1(a_t > 0))"
    assert r"\mathbf{1}\left(a_{t} > 0\right)" in found.latex


@pytest.mark.parametrize(
    ("unit", "meant"),
    [
        (r"v_t = \tanh(r v_{t-1} + g x_t)", True),
        (r"v_t = \tanh(w^T x_t + r v_{t-1})", False),
        (r"v_t = \tanh(r v_{t-1} + g x_t), \quad \| v_t \| \le 1", False),
        (r"v_t = \tanh(R v_{t-1} + g x_t)", False),
        (r"v_t = \tanh(r v_{t-1} + g x_t), \quad r^\top = r", False),
    ],
)
def test_a_power_of_the_last_time_is_no_transpose_of_a_vector(unit: str, meant: bool) -> None:
    text = rf"$${unit}$$ $$\frac{{d v_T}}{{d v_0}} = r^T \prod_{{t=1}}^T (1 - v_t^2)$$"
    assert Statements.of([markdown("a.md", text)]).powers is meant
