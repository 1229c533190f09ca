from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.errors import ParseError
from symrnn.typeset.prose import (
    Citation,
    Code,
    Emphasis,
    Mark,
    Math,
    Reference,
    Text,
    inlines,
    paragraphs,
    plain,
    references,
)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ()),
        ("plain [0, 1] text", (Text("plain [0, 1] text"),)),
        ("a\n  b", (Text("a b"),)),
        ("$a_j$", (Math("a_j"),)),
        (r"$\{a\}$ b", (Math(r"\{a\}"), Text(" b"))),
        (r"costs \$5 \* 2", (Text("costs $5 * 2"),)),
        (r"\\ \q", (Text(r"\ \q"),)),
        ("`W.T * x`", (Code("W.T * x"),)),
        ("see [[step_jacobian]].", (Text("see "), Reference("step_jacobian"), Text("."))),
        ("[[#derived]]", (Mark("derived"),)),
        ("[[@a|aside]]", (Citation("a", aside=True),)),
        ("[[@a|within|S. 3]].", (Citation("a", place="S. 3"), Text("."))),
        ("[[@a|aside|S. 3]].", (Citation("a", aside=True, place="S. 3"), Text("."))),
        ("*so $x$ is*", (Emphasis((Text("so "), Math("x"), Text(" is"))),)),
    ],
)
def test_markup_becomes_inlines(markup: str, expected: tuple[object, ...]) -> None:
    assert inlines(markup) == expected


@pytest.mark.parametrize(
    ("markup", "sign", "column"),
    [("a $b", "$", 3), ("`x", "`", 1), ("see [[x", "[[", 5), ("a *b", "*", 3)],
)
def test_an_unclosed_span_is_refused_with_its_column(markup: str, sign: str, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        inlines(markup)
    assert f"`{sign}` at column {column} " in str(caught.value)
    assert str(caught.value).splitlines()[-1].endswith("^")


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_escaped_text_is_text(text: str) -> None:
    escaped = "".join(f"\\{c}" if c in "$*`[\\" else c for c in text)
    assert inlines(escaped) == ((Text(text),) if text else ())


def test_paragraphs_are_split_at_blank_lines() -> None:
    assert paragraphs("\n a\nb\n \n\nc ") == ("a\nb", "c")


def test_references_are_found_inside_emphasis() -> None:
    found = tuple(references("[[a]] *[[b]] and [[#sampled]]* `[[c]]`"))
    assert found == (Reference("a"), Reference("b"), Mark("sampled"))


def test_plain_keeps_letters() -> None:
    assert plain(r"*At most* $(\gamma\lambda)^{t-k}$, `f`") == "At most (γλ)^(t-k), f"
