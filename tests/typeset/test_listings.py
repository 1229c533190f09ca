from __future__ import annotations

import ast

import pytest

from symrnn.cells.elman import elman
from symrnn.numeric.lower import lower
from symrnn.typeset.listings import wrapped

LONG = "    return fold(lambda P, j: ((1 - f(a[j])) * (W @ P)), range(k + 1, t + 1), eye(d))"


def test_a_long_line_is_split_at_the_commas_of_its_widest_bracket() -> None:
    assert wrapped(LONG, 60).splitlines() == [
        "    return fold(",
        "        lambda P, j: ((1 - f(a[j])) * (W @ P)),",
        "        range(k + 1, t + 1),",
        "        eye(d),",
        "    )",
    ]


@pytest.mark.parametrize("line", ["short(a, b)", "x" * 100, "f()" + " + y" * 30])
def test_what_fits_or_has_nowhere_to_break_stays(line: str) -> None:
    assert wrapped(line) == line


@pytest.mark.parametrize("width", [30, 40, 60, 72])
def test_generated_source_keeps_its_meaning(width: int) -> None:
    rnn = elman("tanh")
    source = lower(rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]), "state_jacobian").source
    assert ast.dump(ast.parse(wrapped(source, width))) == ast.dump(ast.parse(source))


def test_brackets_with_one_item_get_no_comma() -> None:
    assert ast.dump(ast.parse(wrapped("y = (aaaaaaaa + bbbbbbbbbbbb)", 20))) == ast.dump(
        ast.parse("y = (aaaaaaaa + bbbbbbbbbbbb)")
    )
