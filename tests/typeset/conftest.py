"""A small lecture with everything a backend must set, shared by the tests of the backends."""

from __future__ import annotations

import math
import os
import shutil

import pytest

from symrnn.typeset.algorithms import algorithm
from symrnn.typeset.blocks import (
    Chain,
    Claim,
    Display,
    Graph,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Result,
    Row,
    Section,
    StatementBlock,
    Table,
)
from symrnn.typeset.document import Document
from symrnn.typeset.figures import Curve, Slopes, activation_slopes, norm_decay

STEP = r"\frac{\partial s_{j}}{\partial s_{j-1}}"
DIAGONAL = (
    r"\begin{pmatrix} \sigma'(a_{j1}) & 0 & \cdots & 0 \\ 0 & \sigma'(a_{j2}) & \cdots & 0 \\"
    r" \vdots & \vdots & \ddots & \vdots \\ 0 & 0 & \cdots & \sigma'(a_{jd}) \end{pmatrix}"
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ff"
    "ff3f0005fe02fea7359a0d0000000049454e44ae426082"
)
PROVED = ("derived", "explicit")


def norm(g: float) -> float:
    return abs(g)


def clip_by_norm(g: float, kappa: float) -> float:
    """Shorten g to length kappa when it is longer."""
    length = norm(g)
    if length <= kappa:
        return g
    return g * (kappa / length)


def truncated_gradient(delta, W, slope, s, t, tau):
    total = 0
    for k in range(t, t - tau - 1, -1):
        local = slope[k] * delta
        total += local @ s[k - 1].T
        delta = W.T @ local
    return total


def recurrence() -> StatementBlock:
    return StatementBlock(
        number=1,
        name="recurrence",
        title="The recurrence",
        hypotheses=(
            r"$W$ is $d\times d$, $U$ is $d\times m$, and $b$ and $s_0$ have $d$ entries.",
            r"$\sigma$ acts *elementwise* and is differentiable.",
        ),
        claims=(
            Claim(r"s_j = \sigma(a_j)", note="the state"),
            Claim(r"a_j = W s_{j-1} + U x_j + b", "$j \\ge 1$", "the *pre-activation*"),
        ),
        prose="States are columns, although slides often write rows. The input $x_j$ is given: "
        "it does not depend on an earlier state.\n\nNothing below uses more than this.",
        grades=("derived",),
    )


def step_jacobian() -> StatementBlock:
    return StatementBlock(
        number=6,
        name="step_jacobian",
        title=r"One step multiplies by the slopes and by $W$",
        hypotheses=(r"$s_j = \sigma(a_j)$ with $a_j$ from [[recurrence]].",),
        claims=(
            Claim(
                rf"{STEP} = \underbrace{{\operatorname{{diag}}(\sigma'(a_j))}}_{{d\times d}}"
                r"\,\underbrace{W}_{d\times d}",
                "$j \\ge 1$",
            ),
        ),
        prose=r"The Jacobian is in *numerator layout*; with `layout=\"denominator\"` it is the "
        r"transpose $W^{\top}\operatorname{diag}(\sigma'(a_j))$.".replace('\\"', '"'),
        chains=(
            Chain(
                (
                    Row("", STEP),
                    Row(
                        "=",
                        r"\frac{\partial s_{j}}{\partial a_{j}}\,"
                        r"\frac{\partial a_{j}}{\partial s_{j-1}}",
                        "chain rule",
                        PROVED,
                    ),
                    Row("=", DIAGONAL + r"\, W", "$\\sigma$ acts elementwise", PROVED),
                    Row(
                        "=",
                        r"\operatorname{diag}(\sigma'(a_j))\, W",
                        "the diagonal matrix, and $b$ and $U x_j$ do not depend on $s_{j-1}$, "
                        "as [[recurrence]] says",
                        ("derived", "explicit", "sampled"),
                    ),
                )
            ),
        ),
        counterexamples=(
            r"With the softmax, which is not elementwise, $\partial s_j/\partial a_j$ is not "
            r"diagonal: entry $(1,2)$ is $-0.25$ at $a_j = 0$, $d = 2$.",
            r"$\operatorname{diag}(\sigma'(a_j))\,W^{\top}$ differs by 0.31 at a random point.",
        ),
        grades=("derived", "explicit", "sampled"),
    )


def decay() -> StatementBlock:
    measured = norm_decay(
        [
            Curve("before training", range(30), [0.55**i for i in range(30)], "first"),
            Curve(
                r"$(\gamma\lambda)^{t-k}$, before",
                range(30),
                [0.7**i for i in range(30)],
                "first bound",
            ),
            Curve("after training", range(30), [0.92**i for i in range(30)], "second"),
            Curve(
                r"$(\gamma\lambda)^{t-k}$, after",
                range(30),
                [1.1**i for i in range(30)],
                "second bound",
            ),
        ]
    )
    long_sum = " + ".join(
        rf"\frac{{\partial L_t}}{{\partial s_t}} J_t J_{{t-1}} \cdots J_{{{k}}}"
        rf" \frac{{\partial^{{+}} s_{{{k}}}}}{{\partial W}}"
        for k in range(2, 7)
    )
    return StatementBlock(
        number=10,
        name="norm_bound",
        title=r"The product of Jacobians is at most $(\gamma\lambda)^{t-k}$",
        hypotheses=(
            r"$\lVert\cdot\rVert$ is submultiplicative and $\lVert\operatorname{diag}(v)\rVert = "
            r"\max_i\lvert v_i\rvert$.",
            r"$\gamma = \sup_{x\in\mathbb{R}}\lvert\sigma'(x)\rvert$ and "
            r"$\lambda \ge \lVert W\rVert$.",
        ),
        claims=(
            Claim(
                r"\left\lVert \frac{\partial s_t}{\partial s_k} \right\rVert"
                r" \le (\gamma\lambda)^{t-k}"
            ),
        ),
        chains=(
            Chain(
                (
                    Row("", r"\left\lVert \frac{\partial s_t}{\partial s_k} \right\rVert"),
                    Row(
                        "=",
                        r"\biggl\lVert \prod_{j=k+1}^{t} " + STEP + r"\biggr\rVert",
                        "[[step_jacobian]], latest factor on the left",
                        PROVED,
                    ),
                    Row(
                        r"\le",
                        r"\prod_{j=k+1}^{t}"
                        r" \bigl\lVert \operatorname{diag}(\sigma'(a_j)) \bigr\rVert"
                        r" \, \lVert W \rVert",
                        "submultiplicativity, $t-k$ times, and the norm of a diagonal matrix; "
                        "see [[step]]",
                        PROVED,
                    ),
                    Row(r"\le", r"(\gamma\lambda)^{t-k}", "$t-k$ equal factors", ("sampled",)),
                )
            ),
            Chain(
                (
                    Row(
                        "",
                        r"\frac{\partial L_t}{\partial s_t} \sum_{k=1}^{t}"
                        r" \frac{\partial s_t}{\partial s_k} \frac{\partial^{+} s_k}{\partial W}"
                        r" - \frac{\partial L_t}{\partial s_t}"
                        r" \frac{\partial s_t}{\partial s_1}\frac{\partial^{+} s_1}{\partial W}",
                    ),
                    Row("=", long_sum, "five terms, for $t = 6$, with nothing left out", PROVED),
                    Row(r"\xrightarrow[t-k\to\infty]{}", "0", "a geometric sequence", ("sampled",)),
                ),
                title="A line that is too long",
            ),
        ),
        blocks=(measured,),
        grades=("derived", "sampled"),
    )


def sample() -> Document:
    xs = [i / 10 for i in range(-60, 61)]
    logistic = [1 / (1 + math.exp(-x)) for x in xs]
    return Document(
        title="Vanishing and exploding gradients",
        subtitle=r"One recurrence, derived and checked: $\gamma\lambda < 1$ & $\gamma\lambda > 1$",
        author="symrnn",
        abstract="Every displayed line carries the *evidence* that it is right; "
        "[[decay]] is what the lecture is about.",
        blocks=(
            Result("norm_bound", decay().title, decay().claims, decay().hypotheses),
            Section(
                "The recurrence and its Jacobian",
                "jacobian",
                (
                    Paragraph(
                        "50% of it is _notation_: {a}, #1, ~x^2, <tag>, “quotes” – ‖∂s_t‖ ≤ γ."
                    ),
                    recurrence(),
                    Display(rf"{STEP} = \operatorname{{diag}}(\sigma'(a_j))\, W", "step"),
                    step_jacobian(),
                ),
            ),
            Section(
                r"Norms: why $\gamma\lambda$ decides",
                "decay",
                (
                    activation_slopes(
                        [Slopes("logistic", xs, logistic, [y * (1 - y) for y in logistic], 0.25)]
                    ),
                    decay(),
                ),
            ),
            Section(
                "Remedies and evidence",
                "remedies",
                (
                    algorithm(
                        clip_by_norm,
                        "Clip by norm",
                        caption="It is the identity inside the ball.",
                        label="clip",
                    ),
                    algorithm(
                        truncated_gradient,
                        "Truncated BPTT",
                        label="tbptt",
                        arrays={"slope", "delta", "local"},
                    ),
                    Paragraph(
                        "[[clip]] and [[tbptt]] are read off the code that runs; "
                        "[[evidence]], [[slopes]], [[norm_decay]]."
                    ),
                    Heading("Of a lecturer's $own$"),
                    Items(((Paragraph("one"),), (Paragraph("two"), Items(((Paragraph("in"),),))))),
                    Items(((Paragraph("third"),),), 3),
                    Quote((Paragraph("Somebody else said."),)),
                    Picture("dot", "A dot.", "a dot", {"png": PNG}),
                    Graph(
                        (("recurrence",), ("step_jacobian",), ("norm_bound",)),
                        (("recurrence", "step_jacobian"), ("recurrence", "norm_bound")),
                        "What uses what.",
                        "uses",
                    ),
                    Listing(
                        "def f(x):\n    return {x: r'\\n'}  # σ' ≤ 1/4, 100% _sure_\n",
                        "python",
                        "The code, `f`:",
                    ),
                    Table(
                        ("Statement", "Grades", "Residual", "What was done"),
                        tuple(
                            (f"[[{name}]]", "[[#derived]] [[#sampled]]", "$4\\cdot10^{-16}$", done)
                            for name, done in (
                                ("recurrence", "nothing to check"),
                                (
                                    "step_jacobian",
                                    "three steps, re-checked; every entry at $d = 3$, 200 points",
                                ),
                                ("norm_bound", "ten thousand adversarial points"),
                            )
                        ),
                        caption="The evidence.",
                        label="evidence",
                    ),
                ),
            ),
        ),
    )


@pytest.fixture(scope="session")
def lecture() -> Document:
    return sample()


@pytest.fixture(scope="session")
def pdflatex() -> str:
    """pdflatex; its absence fails the test where CI is set and skips it elsewhere."""
    found = shutil.which("pdflatex")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set, so TeX must be installed: pdflatex is not on PATH")
        pytest.skip("pdflatex is not installed")
    return found
