"""`ds[t]/ds[k]` from the command line: read, or refused with the column marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Symbol

from symrnn.derivative_text import parse_derivative
from symrnn.errors import ParseError

t, k, j, T = (Symbol(name, integer=True) for name in ("t", "k", "j", "T"))

READ = [
    ("ds[t]/ds[k]", ("s", t), ("s", k)),
    ("da[j]/ds[j-1]", ("a", j), ("s", j - 1)),
    ("dL/dW", ("L", t), ("W", None)),
    ("ds[t]/dx[k]", ("s", t), ("x", k)),
    ("dL[4]/db", ("L", Integer(4)), ("b", None)),
    (" ds[ t ] / dU ", ("s", t), ("U", None)),
    ("ds[T - 2 + 1]/ds[0]", ("s", T - 1), ("s", Integer(0))),
]


@pytest.mark.parametrize(("text", "of", "by"), READ, ids=[case[0] for case in READ])
def test_what_is_read(text: str, of: tuple[str, Expr | None], by: tuple[str, Expr | None]) -> None:
    found = parse_derivative(text)
    assert [(part.name, part.time) for part in found] == [of, by]


REFUSED = [
    ("ds[t]", 5, "missing"),
    ("ds[t]/ds", 8, "needs a time"),
    ("dW/ds[k]", 1, "none of s, a, L"),
    ("ds[t]/dx", 8, "needs a time"),
    ("ds[t]/dL", 7, "none of s, a, x, W, U, b"),
    ("ds[1..T]/dW", 3, "no loss"),
    ("dL[1..q]/dW", 6, "a time is made of"),
    ("dL[1..]/dW", 6, "no time"),
    ("ds[t]/dW[k]", 8, "does not depend on time"),
    ("ds[q]/ds[k]", 3, "a time is made of"),
    ("ds[t*2]/ds[k]", 3, "a time is made of"),
    ("ds[t]/ds[k**k]", 9, "a time is made of"),
    ("ds[t]/ds[__import__('os')]", 9, "a time is made of"),
    ("ds[True]/dW", 3, "a time is made of"),
    ("ds[1.5]/dW", 3, "a time is made of"),
    ("ds[]/dW", 3, "no time"),
    ("", 0, "missing"),
    ("x/y", 0, "expected d<name>"),
    ("d2L/dW2", 0, "second derivatives are not"),
    (" d^2L/dW^2", 1, "second derivatives are not"),
    ("d(ds[t]/ds[k])/dW", 0, "second derivatives are not"),
]


@pytest.mark.parametrize(("text", "column", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_refused(text: str, column: int, words: str) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        parse_derivative(text)
    assert caught.value.detail["text"] == text
    assert caught.value.detail[""] == " " * column + "^"


def test_losses_are_summed() -> None:
    of, by = parse_derivative("dL[1..T-1]/da[k]")
    assert (of.name, of.time, of.until, by.name, by.time) == ("L", 1, T - 1, "a", k)


def test_long_text_is_refused() -> None:
    with pytest.raises(ParseError, match="longer than"):
        parse_derivative("ds[t]/ds[" + "k+" * 100 + "k]")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        of, by = parse_derivative(text)
    except ParseError:
        return
    assert of.name in "saL" and by.name in "sWUb"
