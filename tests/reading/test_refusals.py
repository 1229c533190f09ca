"""What the reader refuses: the error, the place of the caret, and what it says.

▸ stands before the character that the caret points at, ▹ before that of the second caret.
"""

from __future__ import annotations

from typing import Any

import pytest

from symrnn.errors import IllFormedError, NotSupportedError, ParseError, ShapeError
from symrnn.reading import read_recurrence
from symrnn.reading.declarations import Declarations
from symrnn.reading.parse import MAX_DEPTH
from symrnn.reading.tokens import MAX_LENGTH

REFUSED: list[tuple[str, type[Exception], str, str]] = [
    # characters and numbers
    ("h = ▸é h'", ParseError, "this character has no place", "'é'"),
    ("h = tanh(W▸{hh} h')", ParseError, "no place", "parentheses are round"),
    ("h = h▸_{t-1}", ParseError, "no place", "one step back is written h'"),
    ("h = ▸\\alpha h'", ParseError, "no place", "without TeX"),
    ("h = W ▸× h'", ParseError, "no place", "written *"),
    ("h = h'▸^n", ParseError, "no place", "an integer of one or two digits"),
    ("h = h'▸^0", ParseError, "a power 0", ""),
    ("h ▸:= h'", ParseError, "no place", "h = …"),
    ("h = ▸", ParseError, "an expression is missing", "the end of the text"),
    ("h = 2▸h'", ParseError, "runs into something else", "a blank"),
    ("h = 0▸x10 h'", ParseError, "runs into something else", "0x"),
    ("h = 1.5▸.2 h'", ParseError, "runs into something else", ""),
    ("h = h' ▸2", ParseError, "a number stands in front", "2 h"),
    ("h = ▸1e99 h'", ParseError, "more than 40 digits", ""),
    ("h = ▸" + "1" * 5000 + " h'", ParseError, "more than 40 digits", "…"),
    ("h = ▸.", ParseError, "this is no number", ""),
    # the grammar
    ("▸", ParseError, "there is no definition", "name = expression"),
    ("▸\n # nothing ; \n", ParseError, "there is no definition", "nothing"),
    ("h▸", ParseError, "has the form name = expression", "the end of the text"),
    ("▸2 = h'", ParseError, "a definition begins with a name", "'2'"),
    ("h▸' = h", ParseError, "a vector now", "h = …"),
    ("h = tanh ▸W h'", ParseError, "tanh is a function", "tanh(…)"),
    ("h = ▸tahn(W h')", ParseError, "unknown function tahn", "did you mean tanh?"),
    ("h = ▸f(h')", ParseError, "unknown function f", "f * (…)"),
    ("h = ▸diag(w) h'", ParseError, "unknown function diag", "written w * h"),
    ("h = W▸.t h'", ParseError, "this is no number", ""),
    ("h = W▸.Tx h'", ParseError, "this is no number", ""),
    ("h = ▸alpha(h')", ParseError, "alpha is a scalar, no function", "with a blank"),
    ("h = tanh▸(W h' + b", ParseError, "( is not closed", "the end of the text"),
    ("h = tanh▹(W h' + b\nc ▸= h", ParseError, "this has no place here", "an operator or )"),
    ("h = W h' + b▸)", ParseError, "does not end here", "')'"),
    ("h = W h' +\n▸", ParseError, "an expression is missing", ""),
    ("h = [h'▸, x]", ParseError, "one below the other", ";"),
    ("h = ▹[h'; x▸)", ParseError, "this has no place here", "an operator or ]"),
    ("h = W^T▸^T h'", ParseError, "a transpose of a transpose", ""),
    ("h = h'▸'", ParseError, "h'' is two steps back", "enlarge the state: p = h'"),
    ("h = W h'; c = h ▸= c'", ParseError, "does not end here", ""),
    # names
    ("h = tanh(▸alhpa h')", ParseError, "unknown name alhpa", "did you mean alpha?"),
    ("h = ▸Wh h'", ParseError, "unknown name Wh", "one letter"),
    ("h = W h' + ▸x'", ParseError, "x' is not a state: only h exists", "p = x, then p'"),
    (
        "h = f * c' + h'\nc = h + ▸g'",
        ParseError,
        "g' is not a state: only h, c",
        "exist one step back",
    ),
    ("▸h = W x", ParseError, "there is no state", "h'"),
    ("▹h = h'\n▸h = W h'", ParseError, "h is defined twice", "one definition"),
    ("c = tanh(▸h); h = c * h'; r = c", ParseError, "in a circle", "c reads h reads c"),
    ("h = ▹W_{hh} h' + ▸W_hh b", ParseError, "are one name without braces", "one spelling"),
    ("h = h' + ▸h", ParseError, "in a circle", "h reads h"),
    ("▸I = h; h = h'", ParseError, "I is the identity", ""),
    (
        "▸W = h' h'^T; h = W h'",
        NotSupportedError,
        "W is a matrix; only vectors",
        "write the matrix",
    ),
    ("▸alpha = ▹2 h'; h = alpha h'", ShapeError, "alpha is a scalar, its definition n1 × 1", ""),
    ("mu = ▸nu; nu = mu; h = mu h'", ParseError, "in a circle", "mu reads nu reads mu"),
    ("mu = mean(h'); h = ▸mu' h'", ParseError, "mu is a scalar: only a vector", ""),
    ("h = W h'; V = ▸W'; c = V", ParseError, "W' is not a state", ""),
    # shapes
    ("f = tanh(c'); c = ▸f ▹c'", ShapeError, "f and c' are both columns", "f * c'"),
    ("h = ▸o ▹tanh(h')", ShapeError, "o and tanh(h') are both columns", "o * tanh(h')"),
    ("h = ▸w ▹h'", ShapeError, "w and h' are both columns", "a matrix has a capital letter"),
    ("h = tanh(▸h' ▹W)", ShapeError, "h' is a column, and W", "W h'"),
    ("h = ▸W h' + ▹V", ShapeError, "the sum of W h' and V", "operands of one shape"),
    ("h = ▸W * ▹h'", ShapeError, "the entrywise product of W and h'", "W h'"),
    ("▸h = ▹[h'; x]", ShapeError, "h is n1 × 1, its definition (n1 + n2) × 1", ""),
    ("▸h = ▹1 + alpha\nc = c' + h'", ShapeError, "its definition a scalar", "a Greek name"),
    ("▸h = ▹mean(c')\nc = c' + h'", ShapeError, "its definition a scalar", "a Greek name"),
    ("▸h = ▹W\nc = h' + c'", ShapeError, "its definition", ""),
    ("h = (▹W + ▸1) h'", ShapeError, "a scalar is added to the entries of a column", "1 I"),
    ("▸h = ▹W (v^T h')", ShapeError, "its definition n1 × n2", ""),
    ("h = [h'; ▸W] + x", ShapeError, "columns are stacked", ""),
    ("h = [h'; ▸2] + x", ShapeError, "columns are stacked", "a scalar"),
    ("h = ▸[a; b] + ▹[c; e] + h'", ShapeError, "are left open", "n"),
    ("▸h = ▹h'^T", ShapeError, "h is n1 × 1, its definition 1 × n1", "a column: h = h'"),
    ("▸h = ▹tanh(h'^T W)", ShapeError, "its definition 1 × n", "h = (tanh(h'^T W))^T"),
    ("h = ▸h' + ▹b^T", ShapeError, "the sum of h' and b^T", "1 × n2  b^T"),
    ("h = ▸b^T * ▹h'", ShapeError, "the entrywise product of b^T and h'", ""),
    ("h = ▸x^T ▹h'^T", ShapeError, "x^T and h'^T do not multiply", "1 × n2  h'^T"),
    # what has a meaning, but is not known here
    ("h = h' / ▸W", ShapeError, "can be divided by", "W^-1"),
    ("h = softmax(▸alpha) h'", ShapeError, "softmax acts on a column", ""),
    ("h = softmax(▸W) h'", ShapeError, "softmax acts on a column", ""),
    ("h = mean(▸W) h'", ShapeError, "mean acts on a column", ""),
    ("h = det(▸h') h'", ShapeError, "det acts on a square matrix", ""),
    ("h = trace▸([h'; h'] h'^T) h'", ShapeError, "trace acts on a square matrix", ""),
    ("h = inv(▸alpha) h'", ShapeError, "inv acts on a square matrix", "a scalar"),
    ("h = ▸norm h'", ParseError, "unknown name norm", ""),
    ("h = ▸max(W h', b)", ParseError, "unknown function max", ""),
    ("h = h' / ▸(1 - 1)^2", ParseError, "division by zero", ""),
    ("h = ▸(1 - 1)^-1 h'", ParseError, "division by zero", ""),
    ("h = ▸1e40 * 1e40 * 1e40 * 1e40 * h'", ParseError, "more than 512 bits arises", ""),
    ("h = h' / ▸0", ParseError, "division by zero", ""),
    ("h = 1/▸0 * h'", ParseError, "division by zero", ""),
    ("h = 1/▸2 W h'", ParseError, "not clear what is divided by", "(… / 2) W h', or … / (2 W h')"),
    ("h = h' / -▸alpha @ beta", ParseError, "not clear what is divided by", "(… / alpha) beta"),
    ("p = p'▸'", ParseError, "p'' is two steps back", "enlarge the state: q = p'"),
    ("h = h' / ▸(1 - 1)", ParseError, "division by zero", ""),
    ("▸C = tanh(W C')", NotSupportedError, "C is a matrix", 'declared: shapes {"C": "d"}'),
]


def places(marked: str) -> tuple[str, list[tuple[int, int] | None]]:
    """The text without marks, and line and column (from 1) of either mark."""
    text = marked.replace("▸", "").replace("▹", "")
    found: list[tuple[int, int] | None] = []
    for mark, other in ("▸▹", "▹▸"):
        before, met, _ = marked.replace(other, "").partition(mark)
        column = len(before) - (before.rfind("\n") + 1) + 1
        found.append((before.count("\n") + 1, column) if met else None)
    return text, found


def at_caret(detail: dict[str, Any], line: str, caret: str) -> str:
    """What stands at a caret in the line above it, up to its end."""
    return str(detail[line])[len(str(detail[caret])) - 1 :]


@pytest.mark.parametrize(("marked", "error", "message", "said"), REFUSED)
def test_the_reader_refuses(marked: str, error: type[Exception], message: str, said: str) -> None:
    text, (first, second) = places(marked)
    with pytest.raises(error) as caught:
        read_recurrence(text)
    assert type(caught.value) is error
    refusal: Any = caught.value
    assert first is not None
    where = f"cell text refused, line {first[0]}, column {first[1]}: "
    assert refusal.message.startswith(where), refusal
    assert message in refusal.message, refusal
    assert said in str(refusal), refusal
    lines = text.split("\n")
    rest = at_caret(refusal.detail, "text", "")
    assert lines[first[0] - 1][first[1] - 1 :].startswith(rest.removesuffix("…"))
    if second is not None:
        rest = at_caret(refusal.detail, "and", " ")
        assert lines[second[0] - 1][second[1] - 1 :].startswith(rest.removesuffix("…"))


def test_what_a_refusal_looks_like() -> None:
    with pytest.raises(ShapeError) as caught:
        read_recurrence("i = tanh(b)\nc = f * c' + i\nh = o tanh(c) + h'")
    assert str(caught.value).splitlines() == [
        "cell text refused, line 3, column 5: o and tanh(c) are both columns",
        "  text  h = o tanh(c) + h'",
        "            ^",
        "  and   h = o tanh(c) + h'",
        "              ^",
        "  hint  their entrywise product is o * tanh(c); a matrix has a capital letter",
    ]


def test_a_long_line_is_shown_around_the_caret() -> None:
    with pytest.raises(ParseError) as caught:
        read_recurrence("h = " + "h' + " * 40 + "é" + " + h'" * 40)
    shown, caret = caught.value.detail["text"], caught.value.detail[""]
    assert len(str(shown)) < 110 and str(shown)[len(str(caret)) - 1] == "é"


DEEP = [
    ("(", ")"),
    ("tanh(", ")"),
    ("[", "; x]"),
    ("-", ""),
]


@pytest.mark.parametrize(("opening", "closing"), DEEP)
@pytest.mark.parametrize("times", [MAX_DEPTH + 1, 1500])
def test_deep_nesting_is_refused(opening: str, closing: str, times: int) -> None:
    with pytest.raises(ParseError, match=r"nested deeper than|longer than"):
        read_recurrence(f"h = {opening * times}h'{closing * times}")


def test_what_is_within_the_bounds_is_read() -> None:
    inner = MAX_DEPTH - 2
    assert read_recurrence(f"h = {'(' * inner}h'{')' * inner}").states
    assert read_recurrence("h = h'" + " + b" * (MAX_LENGTH // 5)).states
    assert read_recurrence("h = " + "W " * (MAX_LENGTH // 3) + "h'").states
    with pytest.raises(ParseError, match=f"longer than {MAX_LENGTH}"):
        read_recurrence("h = h'" + " " * MAX_LENGTH)
    lines = [f"a{number} = h'" for number in range(200)]
    with pytest.raises(ParseError, match="more than 200 definitions"):
        read_recurrence("\n".join([*lines, "h = h'"]))


DECLARED: list[tuple[dict[str, Any], str]] = [
    ({"shapes": {"W": "wide open"}}, "the shape of W is none"),
    ({"shapes": {"W": ["d", "d", "d"]}}, "the shape of W is none"),
    ({"shapes": {"W": []}}, "the shape of W is none"),
    ({"shapes": {"W": 0}}, "the shape of W is none"),
    ({"shapes": {"W": True}}, "the shape of W is none"),
    ({"shapes": {"2": "d"}}, "'2' is declared, but is no name"),
    ({"shapes": {"I": "d"}}, "I is the identity"),
    ({"shapes": {"Q": "d"}}, "Q is declared, but does not stand in the text"),
    ({"inputs": ["u"]}, "u is declared, but does not stand in the text"),
    ({"inputs": ["h"]}, "h is an input: it can not be defined"),
    ({"inputs": [3]}, "3 is declared, but is no name"),
    ({"activations": {"f": "thanh"}}, "'thanh' is not known"),
    ({"activations": {"f": 3}}, "3 is not known"),
    ({"activations": {"W": "tanh"}, "shapes": {"W": "d"}}, "W is declared twice"),
    ({"shapes": {"h": "k", "x": "l", "W": ["l", "k"]}}, "h is k × 1, its definition l × 1"),
    ({"shapes": {"h": 2, "W": [2, 3]}}, "do not multiply"),
    ({"shapes": {"W": "d"}}, "both columns"),
]


@pytest.mark.parametrize(("declared", "message"), DECLARED)
def test_declarations_are_checked(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(IllFormedError, match=message):
        read_recurrence("h = tanh(W h' + U x + b)", Declarations(**declared))


def test_only_text_is_read() -> None:
    with pytest.raises(IllFormedError, match="a cell is read from text"):
        read_recurrence(b"h = h'")  # type: ignore[arg-type]
