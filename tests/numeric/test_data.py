"""The sunspot series, and what reading a user's file accepts and refuses."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from symrnn.errors import IllFormedError
from symrnn.numeric.data import Series, read_column, sunspots

NUMBERS = [str(0.5 * i) for i in range(60)]


def _write(folder: Path, text: str) -> Path:
    path = folder / "figures.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_sunspots_are_those_of_statsmodels() -> None:
    series = sunspots()
    assert series.values.shape == (309,)
    assert list(series.values[:5]) == [5.0, 11.0, 16.0, 23.0, 36.0]
    assert list(series.values[-3:]) == [15.2, 7.5, 2.9]
    assert float(np.max(series.values)) == 190.2
    assert "statsmodels" in series.source


def test_the_file_of_sunspots_has_every_year_once() -> None:
    path = resources.files("symrnn.numeric.data").joinpath("sunspots.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "year,sunspots"
    assert [int(line.split(",")[0]) for line in lines[1:]] == list(range(1700, 2009))
    # The rows of statsmodels 0.15.0, byte for byte.
    digest = hashlib.sha256("\n".join(lines[1:]).encode()).hexdigest()
    assert digest == "0d7b9eb0fcef71a4d9575d21429b90647dd6cd2cb74f3e88e2fe9ca6270e5d22"


@pytest.mark.parametrize(
    ("text", "column", "name"),
    [
        ("\n".join(NUMBERS), None, "column 1"),
        ("y\n" + "\n".join(NUMBERS), None, "y"),
        ("year,y\n" + "\n".join(f"{i},{n}" for i, n in enumerate(NUMBERS)), None, "y"),
        ("y,year\n" + "\n".join(f"{n},{i}" for i, n in enumerate(NUMBERS)), "y", "y"),
        ("day, y ,note\n" + "\n".join(f"Mon,{n},-" for n in NUMBERS), None, "y"),
        ("\ufeffy\r\n\r\n" + "\r\n".join(NUMBERS) + "\r\n\r\n", "y", "y"),
        ('"a ""b"""\n' + "\n".join(f'"{n}"' for n in NUMBERS), None, 'a "b"'),
    ],
)
def test_columns_that_can_be_read(tmp_path: Path, text: str, column: str | None, name: str) -> None:
    series = read_column(_write(tmp_path, text), column)
    np.testing.assert_array_equal(series.values, [float(n) for n in NUMBERS])
    assert series.name == name
    assert "figures.csv" in series.source


@pytest.mark.parametrize(
    ("text", "column", "message", "detail"),
    [
        ("", None, "the file is empty", {}),
        ("a,b\n", None, "expected a column of numbers", {"line": "none after the header"}),
        ("a,b\nx,y\n", None, "expected a column of numbers", {"line": 2, "came": "x,y"}),
        ("1\n2\nn/a\n", None, "expected a finite number", {"line": 3, "came": "'n/a'"}),
        ("y\n1\n\nnan\n", None, "expected a finite number", {"line": 4, "came": "'nan'"}),
        ("y\n1\n1e999\n", None, "expected a finite number", {"line": 3, "came": "'1e999'"}),
        ("x,y\n1,2\n3\n", None, "a row is too short", {"line": 3, "came": "3"}),
        ("x,y\n1,2\n", "z", "expected one column named 'z'", {"header": "x, y"}),
        ("y,y\n1,2\n", "y", "expected one column named 'y'", {"header": "y, y"}),
        ("1,2\n", "y", "expected one column named 'y'", {"header": "none"}),
        ("1\n2\n3\n", None, "expected at least 50", {"values": 3}),
        ('y\n"1\n', None, "expected comma-separated values", {"line": 2}),
        ("y\n1\0\n", None, "expected comma-separated values|expected a", {"line": 2}),
    ],
)
def test_files_that_are_refused(
    tmp_path: Path, text: str, column: str | None, message: str, detail: dict[str, object]
) -> None:
    with pytest.raises(IllFormedError, match=message) as caught:
        read_column(_write(tmp_path, text), column)
    assert detail.items() <= caught.value.detail.items()
    assert "figures.csv" in str(caught.value)


def test_files_that_can_not_be_opened(tmp_path: Path) -> None:
    with pytest.raises(IllFormedError, match="can not be read"):
        read_column(tmp_path / "none.csv")
    with pytest.raises(IllFormedError, match="can not be read"):
        read_column(tmp_path)
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"y\n\xff\xfe")
    with pytest.raises(IllFormedError, match="UTF-8"):
        read_column(binary)


def test_a_series_is_checked_and_read_only() -> None:
    values = np.zeros(50)
    series = Series("y", values, "here")
    values[0] = 1
    assert series.values[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 1
    with pytest.raises(IllFormedError, match="one axis"):
        Series("y", np.zeros((50, 1)), "here")
    with pytest.raises(IllFormedError, match="finite") as caught:
        Series("y", np.array([*range(50), np.nan]), "here")
    assert caught.value.detail["first bad index"] == 50
