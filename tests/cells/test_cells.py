"""What is read off a cell, cells from files, and layers."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from symrnn.cells import (
    Cell,
    cell,
    named,
    names,
    read_cell_file,
    stacked,
    with_loss,
    with_readout,
)
from symrnn.cells.elman import elman
from symrnn.cells.written import written
from symrnn.errors import IllFormedError, NotSupportedError, ParseError, ShapeError
from symrnn.language.activations import Elementwise
from symrnn.language.time import TimeVector


def labels(sequences: Any) -> list[str]:
    return [sequence.label for sequence in sequences]


# state, intermediates, scalars, activations
READ_OFF: dict[str, tuple[str, str, str, str]] = {
    "antisymmetric": ("h", "", "epsilon gamma", "tanh"),
    "coupled_gates": ("c h", "f g o", "", "logistic tanh"),
    "elman": ("h", "", "", "tanh"),
    "gru": ("h", "r z n", "", "logistic tanh"),
    "gru_reset_before": ("h", "r z n", "", "logistic tanh"),
    "gru_without_reset": ("h", "z n", "", "logistic tanh"),
    "indrnn": ("h", "", "", "relu"),
    "jordan": ("y", "h", "", "logistic tanh"),
    "leaky": ("h", "", "alpha", "tanh"),
    "lstm": ("c h", "i f g o", "", "logistic tanh"),
    "lstm_1997": ("c h", "i o g", "", "logistic"),
    "lstm_lecture": ("c h", "f i o g", "", "logistic"),
    "mgu": ("h", "f n", "", "logistic tanh"),
    "peephole": ("c h", "i f g o", "", "logistic tanh"),
    "residual": ("h", "", "", "tanh"),
    "sigma_inside": ("s", "", "", "tanh"),
}


@pytest.mark.parametrize("name", names())
def test_everything_is_read_off_the_definitions(name: str) -> None:
    made = named(name)
    states, others, scalars, functions = (each.split() for each in READ_OFF[name])
    assert labels(made.states) == states
    assert labels(made.intermediates) == others
    assert [str(s) for s in made.scalars] == scalars
    assert [str(f) for f in made.activations] == functions
    assert labels(made.inputs) == ["x"] and made.name == name and made.reference
    assert {*labels(made.order)} == {*states, *others}
    read: set[str] = set()
    for sequence in made.order:
        now = made.definitions[sequence[made.index]].atoms(type(sequence[made.index]))
        assert {v.label for v in now if v.index == made.index} <= read | {"x"}
        read.add(sequence.label)
    assert {p.name for p in made.parameters} | read | {"x"} == {*made.shapes}


@pytest.mark.parametrize("name", names())
def test_every_cell_that_comes_along_reads_back(name: str) -> None:
    made = named(name)
    again = cell(made.text)
    assert again.definitions == made.definitions and again.text == made.text
    layers = stacked(made, 2)
    # By itself each layer may have a size of its own.
    shapes = {of.label: str(of.shape[0]) for of in layers.definitions}
    assert cell(layers.text, shapes=shapes).definitions == layers.definitions


@pytest.mark.parametrize(
    "text",
    [
        "a = W h'; mu = mean(a); nu = sqrt(mean((a - mu)^2) + 0.001); h = tanh(g * (a - mu) / nu)",
        "h = exp(-alpha) h' / (2 beta * norm(b)) + logsumexp(V h') log(1 + exp(h'))",
        "h = trace(V) (h' - 2 mean(h')) + det(W)^2 inv(W) h' / (1 + h'^T W h')^2",
        "y = c^T h; h = sum(tanh(V h')) b + abs(sum(h' * b) - alpha) softmax(h')",
        "h = h' / sqrt(alpha) + b / (beta * sqrt(1 + beta)^3)",
    ],
)
def test_scalars_of_whole_vectors_and_matrices_read_back(text: str) -> None:
    made = cell(text)
    again = cell(made.text)
    assert again.definitions == made.definitions and again.text == made.text


def test_shapes_and_sizes() -> None:
    made = named("jordan")
    assert {name: " ".join(map(str, shape)) for name, shape in made.shapes.items()} == {
        "U": "n m", "V": "d n", "W": "n d", "b": "n 1", "c": "d 1",
        "h": "n 1", "x": "m 1", "y": "d 1",
    }  # fmt: skip
    assert [str(size) for size in made.sizes] == ["d", "m", "n"]
    sized = made.sized(d=3, n=4)
    assert sized.shapes["W"] == (4, 3) and [str(size) for size in sized.sizes] == ["m"]
    assert made.shapes["W"] != sized.shapes["W"]


def test_the_order_is_of_computation_not_of_writing() -> None:
    made = cell("h = o * tanh(c); c = f * c'; f = σ(W h'); o = σ(V h')")
    order = labels(made.order)
    assert order.index("f") < order.index("c") < order.index("h")
    assert labels(made.states) == ["h", "c"]


def test_a_cell_never_changes() -> None:
    made = cell("h = tanh(W h')", letters={"W": r"W_{\text{rec}}"})
    with pytest.raises(FrozenInstanceError):
        made.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.letters["W"] = "V"  # type: ignore[index]
    assert repr(made) == "Cell('cell': h = tanh(W h'))"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sizes": {"k": 3}}, "the size k of cell"),
        ({"sizes": {"d": 0}}, "the size d of cell"),
        ({"sizes": {"d": True}}, "the size d of cell"),
        ({"sizes": {"self": 3}}, "the size self of cell"),
        ({"letters": {"Q": "Q"}}, "a letter for Q"),
        ({"letters": {"W": " "}}, "no letter for W"),
        ({"letters": {"W": 3}}, "no letter for W"),
    ],
)
def test_sizes_and_letters_are_checked(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(IllFormedError, match=message):
        cell("h = tanh(W h' + U x + b)", **arguments)


@pytest.mark.parametrize("name", names())
def test_preactivations_by_name_are_what_went_into_the_functions(name: str) -> None:
    cell_, made = named(name), named(name).with_preactivations()
    new = {of: value for of, value in made.definitions.items() if of not in cell_.definitions}
    back = {of: v.xreplace(new) for of, v in made.definitions.items() if of not in new}
    assert back == dict(cell_.definitions)
    outer = [v for of, v in made.definitions.items() if isinstance(v, Elementwise)]
    assert all(isinstance(value.argument, TimeVector) for value in outer)
    assert {of.label for of in new} <= {f"a_{of.label}" for of in cell_.definitions}


def test_a_name_that_is_taken_is_no_preactivations() -> None:
    with pytest.raises(IllFormedError, match="pre-activations by name"):
        cell("h = tanh(W h' + a_h)").with_preactivations()


@pytest.mark.parametrize("name", names())
def test_a_cell_without_inputs_has_the_same_text_without_their_terms(name: str) -> None:
    made = named(name).without_inputs()
    assert not made.inputs and "m" not in map(str, made.sizes)
    text = re.sub(r"U(_\w)? x \+ ", "", named(name).text)
    assert made.text == text and cell(text).definitions == made.definitions


def test_an_input_in_a_stack_can_not_be_left_out() -> None:
    with pytest.raises(NotSupportedError, match="without inputs"):
        cell("h = tanh(W [h'; x])").without_inputs()
    letters = {"U": "V", "W": "W_h"}
    lettered = cell("h = tanh(W h' + U x)", letters=letters).without_inputs()
    assert lettered.letters == {"W": "W_h"}


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(IllFormedError, match="did you mean peephole"):
        named("peephole_")


def test_what_has_no_text_is_refused() -> None:
    assert written(elman().recurrence).splitlines()[-1] == "# L_j = ℓ(s_j)"
    with pytest.raises(NotSupportedError, match="Zeros has no form"):
        _ = cell("h = tanh(h' - h') + b + c; c = h'").text


# ── layers ──────────────────────────────────────────────────────────────────────────────────────


def test_layers_have_parameters_of_their_own_and_read_the_layer_below() -> None:
    made = stacked(cell("h = tanh(W_{hh} [h'; x] + alpha b)"), 3)
    assert made.text.splitlines() == [
        "h_1 = tanh(W_{hh1} [h_1'; x] + alpha b_1)",
        "h_2 = tanh(W_{hh2} [h_2'; h_1] + alpha b_2)",
        "h_3 = tanh(W_{hh3} [h_3'; h_2] + alpha b_3)",
    ]
    assert str(made.shapes["W_{hh1}"]) == "(d, d + m)" and str(made.shapes["W_{hh2}"]) == "(d, 2*d)"
    assert labels(made.states) == ["h_1", "h_2", "h_3"] and labels(made.inputs) == ["x"]


def test_the_output_of_a_layer_can_be_chosen() -> None:
    made = stacked(named("jordan"), 2, output="h")
    assert "h_2 = tanh(W_2 y_2' + U_2 h_1 + b_2)" in made.text
    assert str(made.shapes["U_2"]) == "(n, n)"


@pytest.mark.parametrize(
    ("text", "arguments", "error", "message"),
    [
        ("h = W h' + U x", (0,), IllFormedError, "the number of layers"),
        ("h = W h' + U x", (True,), IllFormedError, "the number of layers"),
        ("h = W h'", (2,), IllFormedError, "can not be stacked"),
        ("h = W h' + U x + V x_2", (2,), IllFormedError, "can not be stacked"),
        ("h = W h' + U x", (2, "x"), IllFormedError, "x is no vector"),
        ("h = W h' + U x; c = c' * h'", (2,), IllFormedError, "reads h and c"),
        ("h = W h' + W_2 x", (21,), IllFormedError, "two quantities become W_21"),
    ],
)
def test_what_can_not_be_stacked(
    text: str, arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        stacked(cell(text), *arguments)


def test_a_fixed_input_that_is_no_output_can_not_be_stacked() -> None:
    with pytest.raises(ShapeError, match="it reads x and gives h"):
        stacked(named("elman").sized(m=2, d=3), 2)
    assert stacked(named("elman").sized(m=3, d=3), 2).shapes["U_2"] == (3, 3)


# ── files ───────────────────────────────────────────────────────────────────────────────────────

FILE = r"""
name = "mine"
text = '''
f = gate(W_f h' + U_f u + bias)
h = f * h' + alpha * phi(W h')
'''
reference = "a paper"
inputs = ["u"]

[shapes]
bias = "d"
alpha = "d"

[activations]
gate = "sigmoid"
phi = "unknown"

[sizes]
d = 3

[letters]
W = 'W_{\text{rec}}'
"""


def test_a_cell_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(FILE, encoding="utf-8")
    made = read_cell_file(path)
    assert isinstance(made, Cell) and made.name == "mine" and made.reference == "a paper"
    assert made.shapes["alpha"] == (3, 1) and labels(made.inputs) == ["u"]
    assert [str(f) for f in made.activations] == ["logistic", "φ"]
    assert made.letters == {"W": r"W_{\text{rec}}"}


def test_a_file_builds_on_a_cell_that_comes_along(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    said = 'layers = 2\nreadout = "softmax"\nloss = "cross_entropy"\nsizes.d = 3\n'
    path.write_text(f'cell = "lstm"\n{said}letters.V = "V_y"', encoding="utf-8")
    made = read_cell_file(path)
    expected = with_loss(with_readout(stacked(named("lstm"), 2), "softmax"), "cross_entropy")
    assert made.definitions == expected.sized(d=3).definitions
    assert made.name == "deep" and made.reference == named("lstm").reference
    assert made.letters == {"V": "V_y"}
    path.write_text(f'text = "h = tanh(W h\' + U x)"\n{said}', encoding="utf-8")
    assert labels(read_cell_file(path).states) == ["h_1", "h_2"]


BAD_FILES: list[tuple[str, type[Exception], str]] = [
    ("", ParseError, "cell.toml: the key text is missing"),
    ("text = ", ParseError, "cell.toml: "),
    ("text = 3", ParseError, "cell.toml, key text: not of the right type"),
    ("test = 'h'", ParseError, "cell.toml, key test: there is no such key"),
    ('text = """\nh = h\'\'\n"""', ParseError, "key text: cell text refused, line 1, column 7"),
    ('text = "h = W * h\'"', ShapeError, "cell.toml, key text: cell text refused"),
    ('text = "h = [h\', x]"', ParseError, "cell.toml, key text: "),
    ('text = "h = h\'"\nshapes = 3', ParseError, "key shapes: not of the right type"),
    ('text = "h = h\'"\nshapes.h = 1.5', IllFormedError, "key shapes: the shape of h is none"),
    ('text = "h = h\'"\ninputs = [1]', IllFormedError, "key inputs: 1 is declared"),
    ("text = \"h = h'\"\nactivations.f = 'tan'", IllFormedError, "key activations: .*'tan'"),
    ('text = "h = h\'"\nactivations.f = 2', IllFormedError, "key activations: .*2 is not known"),
    ('text = "h = h\'"\nsizes.k = 2', IllFormedError, "key sizes: the size k"),
    ('text = "h = h\'"\nsizes.self = 2', IllFormedError, "key sizes: the size self"),
    ("text = \"h = h'\"\nletters.W = 'V'", IllFormedError, "key letters: a letter for W"),
    ('cell = "lstn"', IllFormedError, "key cell: there is no cell 'lstn'"),
    ('cell = "lstm"\ntext = "h = h\'"', ParseError, "key text: the cell has a text"),
    ('cell = "lstm"\ninputs = ["x"]', ParseError, "key inputs: the cell has a text"),
    ('cell = "lstm"\nlayers = 0', IllFormedError, "key layers: the number of layers"),
    ('cell = "lstm"\nlayers = true', IllFormedError, "key layers: the number of layers"),
    ('cell = "lstm"\nlayers = "2"', ParseError, "key layers: not of the right type"),
    ('cell = "lstm"\nreadout = "max"', IllFormedError, "key readout: the readout 'max'"),
    ('cell = "lstm"\nloss = "cross_entropy"', IllFormedError, "key loss: the cross-entropy of h"),
    ("text = " + "[" * 20_000, ParseError, "cell.toml"),
    ("#" * 70_000, ParseError, "cell.toml is too long for a cell"),
]


@pytest.mark.parametrize(("content", "error", "message"), BAD_FILES)
def test_a_bad_file_is_refused(
    content: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message) as caught:
        read_cell_file(path)
    assert type(caught.value) is error and "cell.toml" in str(caught.value)


def test_a_file_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"none\.toml: No such file"):
        read_cell_file(tmp_path / "none.toml")
    with pytest.raises(ParseError, match="is no file"):
        read_cell_file(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"text = '\xe9'")
    with pytest.raises(ParseError, match="is no text in UTF-8"):
        read_cell_file(str(tmp_path / "latin.toml"))
