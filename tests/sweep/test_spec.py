"""Sweeps are read from TOML, and what is none is refused by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.errors import IllFormedError, ParseError
from symrnn.sweep.cells import Cells
from symrnn.sweep.design import points
from symrnn.sweep.spec import Range, parse_spec, read_spec

ELMAN = 'axes.cell = ["elman"]\naxes.d = [3]\naxes.m = [2]\n'


def _points(content: str):
    spec = parse_spec(content)
    return [*points(spec, Cells(spec, Path()))]


def test_a_grid_has_every_combination_of_its_axes_and_repeats() -> None:
    found = _points("repeats = 3\n" + ELMAN + "axes.scale = { from = 0.5, to = 2, count = 4 }\n")
    assert len(found) == 12
    assert sorted({each.at["scale"] for each in found}) == [0.5, 1.0, 1.5, 2.0]
    assert {each.repeat for each in found} == {0, 1, 2}


def test_a_random_design_goes_on_where_a_shorter_one_ends() -> None:
    text = 'design = "random"\n' + ELMAN + "axes.scale = { from = 0.1, to = 10, log = true }\n"
    short, long = _points("count = 5\n" + text), _points("count = 20\n" + text)
    assert [p.key for p in long[:5]] == [p.key for p in short]
    assert all(0.1 <= p.at["scale"] <= 10 for p in long)


def test_integers_of_a_random_range_are_all_as_likely() -> None:
    drawn = [Range(1, 4, None, False, True).drawn((i + 0.5) / 400) for i in range(400)]
    assert [drawn.count(n) for n in (1, 2, 3, 4)] == [100] * 4


def test_a_net_is_named_by_its_content() -> None:
    one, other = _points(ELMAN)[0], _points("steps = 99\n" + ELMAN)[0]
    same = _points(ELMAN.replace('"elman"', '"h = tanh(W h\' + U x + b)"'))[0]
    assert one.key == same.key != other.key
    # What is measured does not change the net that is drawn.
    assert one.generator("net").random() == other.generator("net").random()
    assert (
        _points("seed = 1\n" + ELMAN)[0].generator("net").random() != one.generator("net").random()
    )


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("", "axes.cell"),
        ("axes = 3", "axes"),
        ("nets = 3\n" + ELMAN, "nets"),
        ("steps = 0\n" + ELMAN, "steps"),
        ("steps = true\n" + ELMAN, "steps"),
        ("steps = 10\nlags = [11]\n" + ELMAN, "lags"),
        ("lags = 3\n" + ELMAN, "lags"),
        ("truncation = [0]\n" + ELMAN, "truncation"),
        ("seed = -1\n" + ELMAN, "seed"),
        ('dtype = "float16"\n' + ELMAN, "dtype"),
        ('design = "sobol"\n' + ELMAN, "design"),
        ('design = "random"\n' + ELMAN, "count"),
        ("count = 3\n" + ELMAN, "count"),
        ("rate = 0.0\n" + ELMAN, "rate"),
        ("axes.cell = []", "axes.cell"),
        ("axes.cell = [3]", "axes.cell"),
        (ELMAN + "axes.scale = []", "axes.scale"),
        (ELMAN + 'axes.scale = ["a"]', "axes.scale"),
        (ELMAN + "axes.scale = [inf]", "axes.scale"),
        (ELMAN + "axes.scale = { from = 2, to = 1, count = 3 }", "axes.scale"),
        (ELMAN + "axes.scale = { from = 1, to = 2 }", "axes.scale.count"),
        (ELMAN + "axes.scale = { from = 0, to = 2, count = 3, log = true }", "axes.scale"),
        ('axes.cell = ["elman"]\naxes.d = [0]', "axes.d"),
        ('axes.cell = ["elman"]\naxes.d = [1.5]', "axes.d"),
        (ELMAN + "axes.scale = { from = 1, to = 2, count = 100000000 }", "axes"),
    ],
)
def test_what_is_no_sweep_is_refused_by_its_key(content: str, key: str) -> None:
    with pytest.raises(ParseError, match=rf"key {key}(?![\w.])"):
        parse_spec(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('axes.cell = ["elmann"]', "elmann"),
        (
            'axes.cell = ["elman", "h = tanh(W h\' + U x + b)"]\naxes.d = [3]\naxes.m = [2]',
            "once more",
        ),
        ('axes.cell = ["elman"]\naxes.d = [3]', "sizes without a value"),
        (
            """axes.cell = ["h = tanh(W h' + V u + U x)"]\naxes.d = [3]\naxes.m = [2]""",
            r"of V \(d × n\), u \(n × 1, a parameter: inputs are called x\)",
        ),
        (ELMAN + "axes.n = [3]", "axes.n"),
        (ELMAN + "axes.scale.V = [1.0]", "axes.scale.V"),
        (ELMAN + "axes.bias.W = [1.0]", "axes.bias.W"),
        (ELMAN + "axes.scalar.alpha = [1.0]", "axes.scalar.alpha"),
        (ELMAN + 'axes.activation.relu = ["tanh"]', "axes.activation.relu"),
        (ELMAN + 'axes.activation.tanh = ["import os"]', "axes.activation.tanh"),
        ('axes.cell = ["leaky"]\naxes.d = [3]\naxes.m = [2]', "scalars without a value"),
        ('training = 1\naxes.cell = ["h = tanh(W h\')"]\naxes.d = [3]', "no input"),
        ('axes.cell = ["h = sigma(W h\')"]\naxes.d = [3]', "nothing is known"),
    ],
)
def test_an_axis_about_what_a_cell_has_not_is_refused(content: str, said: str) -> None:
    spec = parse_spec(content)
    with pytest.raises(IllFormedError, match=said):
        Cells(spec, Path())


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"none\.toml"):
        read_spec(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe4"')
    with pytest.raises(ParseError, match="UTF-8"):
        read_spec(tmp_path / "latin.toml")


BOTH = (
    'axes.cell = ["elman", "leaky"]\naxes.d = [3]\naxes.m = [2]\naxes.scale = [0.5, 2]\n'
    "axes.scalar.alpha = [0.1, 0.5, 0.9]\n"
)


def test_an_axis_of_some_cells_takes_no_place_in_the_others() -> None:
    found = _points(BOTH)
    assert len(found) == 2 + 2 * 3, "the net without α once for each scale, not three times"
    assert len({each.key for each in found}) == len(found)
    assert all(("scalar.alpha" in each.at) == (each.at["cell"] == "leaky") for each in found)
    drawn = _points('design = "random"\ncount = 20\n' + BOTH)
    assert {each.at["cell"] for each in drawn} == {"elman", "leaky"}
    assert all(("scalar.alpha" in each.at) == (each.at["cell"] == "leaky") for each in drawn)


def test_an_axis_of_none_of_several_cells_is_refused() -> None:
    with pytest.raises(IllFormedError, match="beta: nothing in 'elman' or 'leaky'"):
        Cells(parse_spec(BOTH + "axes.scalar.beta = [1.0]\n"), Path())
