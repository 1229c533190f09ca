"""Every reader of text from outside, on text that nobody would write: an answer, or our error.

Token soup, and valid texts with pieces cut, doubled and exchanged. The seeds are fixed and the
number of texts is bounded, so that a run takes a few seconds for each reader; `FUZZ` in the
environment multiplies the number for a longer one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from symrnn.activation_text import parse_activation
from symrnn.derivative_text import parse_derivative
from symrnn.errors import SymrnnError
from symrnn.lecture.given import image_in
from symrnn.lecture.notation_file import read_notation
from symrnn.lecture.outline import outline
from symrnn.numeric.data.table import read_table

TIMES = int(os.environ.get("FUZZ", "1"))

ACTIVATION = [
    "x / (1 + exp(-x))",
    "max(0, x) + 0.5*x**2",
    "x*tanh(log(1+exp(x)))",
    "heaviside(x)*abs(x)**(1/3) - sqrt(pi)*erf(x/2)",
    "min(1, max(-1, x)) + sign(sin(100*x))*e**-x",
    "1e-3*atan(x) + asinh(cosh(x)/2)",
]
DERIVATIVE = ["ds[t]/ds[k]", "dL/dW", "da[j]/ds[j-1]", "dL[4]/db", "ds[T-(k+1)]/dU", "da/ds[10]"]
TOML = [
    'based_on = "goodfellow"\nvectors = "bold"\nlayout = "denominator"\ncell = "elman"\n',
    '[letters]\ns = "h"\nh = "r"\nsigma = "\\\\phi"\n',
    "letters = {L = 'E', x = \"u\"}\nvectors = 'upright'\n",
    "based_on = ['goodfellow']\n[letters]\n'a' = 1979-05-27\n",
]
PROSE = [
    "# A title\nby The Author\n\nAn abstract with $\\gamma\\lambda < 1$.\n\n## A section\n\n"
    "Prose, *emphasis*, `code`, [[two_steps]].\n\n[[two_steps]]\n",
    "# T\n\n## S\n\n$\\frac{\\partial s_t}{\\partial s_k}$ and **no** `x$` \\$ \\* $a_{b}$\n",
    "---\ntitle: T\nauthor: [A, B]\ndate: 2026-10-05\nlanguage: de\n---\n\n"
    "## S\n\n- a\n- b\n\n1. c\n",
    "# T\n\n## S\n\n> q\n\n| a | b |\n|---|--:|\n| 1 | [l](https://a.b) |\n\n"
    "$$\na = b\n$$ (one)\n\nSaid.[^1] And [@pascanu2013].\n\n"
    "[^1]: Below.\n\n---\n\n```notes\nn\n```\n",
    "# T $x^2$\n\n## *S*\n\n[[two_steps]]\n\n[[two_steps]]\n\n### no\n",
    "# T\n\n## S\n\n$\\begin{pmatrix}a & b\\\\c & d\\end{pmatrix} \\left(\\sum_{k=1}^t\\right)$\n",
]
TABLE = [
    "year;v\n0;20,0\n1;21,5\n",
    'day,"v, in °C"\nMon,"-1.5"\nTue,+.5\n',
    "sep=\t\n0\t1.5\n1\t2e3\n",
    "0 0,0\n1 1,0\n",
]


def _prose(text: str) -> Any:
    found = outline(text, "lecture.md", image_in(Path(__file__).parent, "lecture.md"))
    found.check(["two_steps"], ["pascanu2013"])
    return found


def _table(text: str) -> Any:
    values = read_table(text, "f.csv").values
    assert values.size and np.isfinite(values).all()
    return values


FORMULA = ["**", "x", "(", ")", "9" * 41, "1e40", "lambda", "if", "__", "\\", "π", "0/0", "exp("]
QUOTIENT = ["d", "[", "]", "/", "True", "10**9", "-", "~", "\0", "９", "s", "(((", "(t,)", "t if t"]
SETTING = ["[", "]", "=", '"""', "\\u0000", "[[a]]", "{", "}", "letters", "s.t = 1\n", "\\", "𝒲"]
MARKUP = [
    "- ",
    "---\n",
    "> ",
    "|",
    "[^1]",
    "[@k]",
    "<b>",
    "![x](y.png)",
    "]{",
    "$",
    "$$",
    "*",
    "`",
    "[[",
    "]]",
    "\\",
    "{",
    "}",
    "_",
    "^",
    "&",
    "#",
    "%",
    "\\left(",
    "~",
]
CELLS = [",", ";", '"', "\t", "|", "\r", "\n", "1", "1e999", "\0", "é", "-", " ", "1,234", "sep=;"]
# reader: (how it is called, texts that are mostly valid, further tokens)
READERS: dict[str, tuple[Callable[[str], Any], list[str], list[str]]] = {
    "activation": (parse_activation, ACTIVATION, FORMULA),
    "derivative": (parse_derivative, DERIVATIVE, QUOTIENT),
    "notation": (lambda text: read_notation(text, "mine"), TOML, SETTING),
    "prose": (_prose, PROSE, MARKUP),
    "table": (_table, TABLE, CELLS),
}
ANY = st.characters(exclude_categories=("Cs",))


@st.composite
def texts(draw: Any, valid: list[str], tokens: list[str]) -> str:
    """A valid text with some pieces of it, of another one or of anything in new places."""
    text: str = draw(st.sampled_from(valid))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 8)))
        other = draw(st.sampled_from(valid))
        cut = draw(st.integers(0, len(other)))
        pieces = [
            st.sampled_from(tokens),
            st.sampled_from(tokens).map(lambda token: token * 50),
            st.text(ANY, max_size=4),
            st.just(text[start:stop] * 2),
            st.just(other[cut : cut + 8]),
            st.just(""),
        ]
        text = text[:start] + draw(st.one_of(pieces)) + text[stop:]
    return text


def soup(tokens: list[str]) -> Any:
    return st.lists(st.sampled_from(tokens) | st.text(ANY, max_size=3), max_size=30).map("".join)


@pytest.mark.parametrize("reader", READERS)
def test_any_text_is_read_or_refused(reader: str) -> None:
    ask, valid, tokens = READERS[reader]

    @seed(20)
    @settings(
        max_examples=150 * TIMES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(texts(valid, tokens), soup(tokens)))
    def refused_or_read(text: str) -> None:
        try:
            ask(text)
        except SymrnnError as error:
            assert (error.message and str(error).isprintable()) or "\n" in str(error)

    refused_or_read()


@pytest.mark.parametrize("reader", READERS)
def test_the_valid_texts_are_near_what_is_read(reader: str) -> None:
    """Most texts start from one that is read: the fuzzing reaches past the first refusal."""
    ask, valid, _ = READERS[reader]
    read_ = []
    for text in valid:
        try:
            read_.append(ask(text))
        except SymrnnError:
            continue
    assert len(read_) * 2 >= len(valid)


def test_a_reader_that_raises_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(text: str) -> Any:
        return text.index("/")

    monkeypatch.setitem(READERS, "derivative", (careless, DERIVATIVE, ["d", "["]))
    with pytest.raises(ValueError, match="substring"):
        test_any_text_is_read_or_refused("derivative")


DEEP = [
    ("activation", "(" * 199 + "x" + ")" * 199),
    ("activation", "-" * 399 + "x"),
    ("activation", "x" + "**x" * 100),
    ("derivative", "ds[" + "(" * 50 + "t" + "]/dW"),
    ("derivative", "ds[" + "-" * 50 + "t]/dW"),
    ("notation", "a = " + "[" * 5000 + "]" * 5000),
    ("notation", "a = " + "{a = " * 2000 + "1" + "}" * 2000),
    ("notation", "a" + ".a" * 3000 + " = 1"),
    ("prose", "# T\n\n" + "*" * 5000),
    ("prose", "# T\n\n$" + "{" * 3000 + "}" * 3000 + "$"),
    ("prose", "# T\n\n$" + "\\frac{1}{" * 500 + "x" + "}" * 500 + "$"),
    ("prose", "# T\n\n" + "[[" * 3000),
    ("table", '"' * 10_001),
    ("table", "1," * 100_000),
    ("table", "1" * 200_000),
    ("table", "v\n" + "9" * 5000),
]


@pytest.mark.parametrize(("reader", "text"), DEEP, ids=[f"{r}: {t[:12]!r}" for r, t in DEEP])
def test_deep_and_long_texts(reader: str, text: str) -> None:
    try:
        READERS[reader][0](text)
    except SymrnnError as error:
        assert error.message
