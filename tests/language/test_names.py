"""What a quantity may be called, and that one name is one quantity."""

from __future__ import annotations

import ast
import keyword
import re
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol

from symrnn.errors import IllFormedError
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code, require_name
from symrnn.language.time import Sequence
from symrnn.language.writing import latex, text
from symrnn.numeric.lower import lower
from symrnn.recurrence.recurrence import Recurrence

d = Symbol("d", integer=True, positive=True)
j = Symbol("j", integer=True)
s, x = Sequence("s", d), Sequence("x", d)
W = Parameter("W", d, d)

NAMES = ["W", "W_hh", "W_{hh}", "σ", "h2", "a_1_2", "W_{h_1}", "lambda_", "delta", "Wz"]
NO_NAMES = ["a^z", "W'", "a b", "", "lambda", "class", "1a", "x.y", "a⊙", "W_{h", "ﬁ", "a\n", "a-b"]
# Written as A is, or as nothing: an empty subscript, signs without width, letters of other scripts.
NO_NAMES += ["A_", "A__", "A__2", "A{}", "A_{}", "{A}", "a}{b", "_", "é", "A\ufe0f", "A\u034f"]
NO_NAMES += ["\u0391", "\u0410", "\u043e", "\u1d43"]
NO_TEXT = [3, None, b"W", 1.5, Symbol("W"), ["W"]]


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert require_name("a parameter", name) == name
    assert in_code(name).isidentifier()
    product = Parameter(name, d, d) * Sequence("v", d)[j]
    assert text(product) and latex(product)
    assert in_code(name) in lower(product).arguments


@pytest.mark.parametrize("name", [*NO_NAMES, *NO_TEXT], ids=repr)
def test_what_is_no_name(name: Any) -> None:
    for make in (
        lambda: Parameter(name, d, d),
        lambda: Sequence(name, d),
        lambda: VectorFunction(name, 1, s[j]),
    ):
        with pytest.raises(IllFormedError, match="is no name"):
            make()


@settings(derandomize=True, max_examples=60)
@given(st.text(max_size=6))
def test_any_text_is_a_name_of_code_or_refused(name: str) -> None:
    try:
        parameter = Parameter(name, d, d)
    except IllFormedError:
        assert keyword.iskeyword(name) or not re.fullmatch("[A-Za-z][A-Za-z0-9]*", name)
        return
    tree = ast.parse(in_code(parameter.name), mode="eval")
    assert isinstance(tree.body, ast.Name) and tree.body.id == in_code(name)


TAKEN: list[tuple[str, Any]] = [
    ("W", {s[j]: W * s[j - 1] + Parameter("W", d, 1)}),
    ("W", {s[j]: W * s[j - 1] + sympy.MatrixSymbol("W", d, d) * x[j]}),
    ("W_hh", {s[j]: Parameter("W_hh", d, d) * s[j - 1] + Parameter("W_{hh}", d, d) * x[j]}),
    ("s", {s[j]: Parameter("s", d, d) * s[j - 1]}),
    ("d", {s[j]: Parameter("d", d, d) * s[j - 1]}),
    ("d", {s[j]: s[j - 1] + Sequence("d", d)[j], Sequence("d", d)[j]: W * s[j - 1]}),
    ("j", {s[j]: s[j - 1] + Parameter("j", d, 1)}),
    ("x", {s[j]: s[j - 1] + Parameter("x", d, 1) + x[j]}),
]


@pytest.mark.parametrize(("name", "definitions"), TAKEN, ids=[str(case[0]) for case in TAKEN])
def test_a_name_is_one_quantity_in_a_recurrence(name: str, definitions: Any) -> None:
    with pytest.raises(IllFormedError, match=f"two quantities have the name {name}"):
        Recurrence(j, (s,), (x,), definitions)


def test_generated_code_has_one_meaning_for_a_name() -> None:
    from_one = lower(W * s[j])
    assert set(from_one.arguments) == {"W", "j", "s"}
    for expression in (W * Parameter("W", d, 1), d * (Parameter("d", d, 1) + s[j])):
        with pytest.raises(IllFormedError, match="another quantity, too"):
            lower(expression)
    with pytest.raises(IllFormedError, match="something of the generated code, too"):
        lower(Parameter("eye", d, d) + 2 * sympy.Identity(d))
