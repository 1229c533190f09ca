"""Tables as people have them: one reading that makes sense, or an error that shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from symrnn.errors import IllFormedError, SymrnnError
from symrnn.numeric.data import read_column
from symrnn.numeric.data.table import DECIMALS, SEPARATORS, read_table

# (text, name, values)
READ: list[tuple[str, str, list[float]]] = [
    ("year;v\n0;20,0\n1;21,5\n", "v", [20, 21.5]),
    ("0;20,0\n1;21,5\n", "column 2", [20, 21.5]),
    ("year,v\n1700,5\n1701,11\n", "v", [5, 11]),
    ("year\tv\n0\t1.5\n1\t2\n", "v", [1.5, 2]),
    ("year\tv\n0\t1,5\n1\t2\n", "v", [1.5, 2]),
    ("a|b\n1|2.5\n", "b", [2.5]),
    ("v\n1,5\n2,25\n", "v", [1.5, 2.25]),
    ("v\n1\n2\n", "v", [1, 2]),
    ("year v\n0 1.5\n1   2e3\n", "v", [1.5, 2000]),
    ('"a, b"\n"1"\n2\n', "a, b", [1, 2]),
    ('day,"v, in °C"\nMon,"-1.5"\nTue,+.5\n', "v, in °C", [-1.5, 0.5]),
    ('day;v\n"a;b";1,5\n', "v", [1.5]),
    ("sep=;\nyear;v\n0;1\n1;2\n", "v", [1, 2]),
    ("sep=;\r\n0;1,5\r\n1;2,5\r\n", "column 2", [1.5, 2.5]),
    ("date,v\n2020-01-01,1\n2020-01-02,2\n", "v", [1, 2]),
    ("date;v\n01.02.2020;1,5\n", "v", [1.5]),
    ("\n\nv\n1\n\n2\n\n", "v", [1, 2]),
    ("v\r1\r2\r", "v", [1, 2]),
    ("a,b,\n1,2,\n", "b", [2]),
    ("v,day\n1.5,2020-01-01\n2,2020-01-02\n", "v", [1.5, 2]),
    ("v;day\n1,5;01.02.2020\n", "v", [1.5]),
    ("v,note\n1.5,ok\n2,3\n", "v", [1.5, 2]),
]


@pytest.mark.parametrize(("text", "name", "values"), READ, ids=[repr(t)[:24] for t, *_ in READ])
def test_one_reading_makes_sense(text: str, name: str, values: list[float]) -> None:
    found = read_table(text, "f.csv")
    assert found.name == name
    np.testing.assert_array_equal(found.values, values)
    assert f"{len(values)} rows, first {values[0]:g}, last {values[-1]:g}" in found.reading


# What is read differently by different people is told, or refused.
SEVERAL: list[tuple[str, str | None, str | None, list[float] | None]] = [
    ("1,5\n2,5\n", None, None, None),
    ("1,5\n2,5\n", "comma", None, [5, 5]),
    ("1,5\n2,5\n", "none", None, [1.5, 2.5]),
    ("1,5\n2,5\n", None, "comma", [1.5, 2.5]),
    ("1,5\n2,5\n", None, "point", [5, 5]),
    ("v\n1,234\n5,678\n", None, None, None),
    ("v\n1,234\n5,678\n", None, "comma", [1.234, 5.678]),
    ("v;w\n1;1,234\n2;5,678\n", None, None, None),
    ("v;w\n1;1.234\n2;5.678\n", None, None, None),
    ("v;w\n1;1.234\n2;5.678\n", None, "point", [1.234, 5.678]),
    ("v,w\n1,1.234\n2,5.678\n", None, None, [1.234, 5.678]),
]


@pytest.mark.parametrize(("text", "separator", "decimal", "values"), SEVERAL)
def test_two_readings_are_shown(
    text: str, separator: str | None, decimal: str | None, values: list[float] | None
) -> None:
    if values is not None:
        found = read_table(text, "f.csv", None, separator, decimal)
        np.testing.assert_array_equal(found.values, values)
        return
    with pytest.raises(IllFormedError, match=r"several ways|decimal mark, or does it") as caught:
        read_table(text, "f.csv", None, separator, decimal)
    assert "f.csv" in str(caught.value)


# Blanks apart and decimal commas: a comma would part each row as well.
MIXED = [("0 0,0\n1 1,0\n", [0, 1]), ("a b\n0 0,5\n1 1,0\n", [0.5, 1])]


@pytest.mark.parametrize(("text", "values"), MIXED)
def test_blanks_and_decimal_commas(text: str, values: list[float]) -> None:
    np.testing.assert_array_equal(read_table(text, "f.csv").values, values)


REFUSED: list[tuple[str, str, dict[str, object]]] = [
    ("v\n1_0\n", "expected", {"file": "f.csv"}),
    ("v\n1\n1_0\n", "finite number", {"line": 3, "came": "'1_0'"}),
    ("v\n1\n１２\n", "finite number", {"line": 3}),
    ("v\n1\n0x10\n", "finite number", {"line": 3}),
    ("v\n1\ninf\n", "finite number", {"line": 3}),
    ("y,v\n0,1\n1,\n", "a value is missing", {"line": 3, "column": 2}),
    ("y,v\n0,1\n1,NA\n", "a value is missing", {"line": 3}),
    ("y,v\n0,1\n1,2,3\n", "too long", {"line": 3}),
    ("y;v\n0;1,5\n1;2.5\n", "several numbers, or another decimal mark", {}),
    ('y,v\n0,"1,234.5"\n', "several numbers", {"line": 2}),
    ('v\n"1"2\n', "comma-separated", {}),
    ("# a comment\ny,v\n0,1\n", "expected a column of numbers", {"line": 2}),
]


# The last column of numbers would be y: it is not taken in place of one that is nearly readable.
NEARLY = ["2%", "$2", "2,5 €", "2.5kg", "−2", "2.5D3", "0x10", "٣", "１", "1'000", "2\0", "NA"]
REFUSED += [(f'y,v\n0,"{cell}"\n1,3\n', "column 2 is nearly", {"line": 2}) for cell in NEARLY]


@pytest.mark.parametrize(("text", "says", "detail"), REFUSED, ids=[repr(t) for t, *_ in REFUSED])
def test_what_cannot_be_read_is_shown(text: str, says: str, detail: dict[str, object]) -> None:
    with pytest.raises(IllFormedError, match=says) as caught:
        read_table(text, "f.csv")
    assert detail.items() <= caught.value.detail.items()


def test_columns_by_number_where_there_is_no_header() -> None:
    assert list(read_table("1.5,2\n3,4\n", "f.csv", "1").values) == [1.5, 3]
    with pytest.raises(IllFormedError, match="one column named '3'"):
        read_table("1.5,2\n3,4\n", "f.csv", "3")
    with pytest.raises(IllFormedError, match="separator: unknown"):
        read_table("1\n", "f.csv", None, "colon")
    with pytest.raises(IllFormedError, match="decimal: unknown"):
        read_table("1\n", "f.csv", None, None, "dot")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_marks_of_encodings(tmp_path: Path, encoding: str) -> None:
    text = "größe;v\n" + "".join(f"{i};{i},5\n" for i in range(60))
    path = tmp_path / "v.csv"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + text.encode(encoding))
    series = read_column(path)
    assert series.values[3] == 3.5
    assert "column 2 (v): 60 rows, first 0.5, last 59.5" in series.reading
    assert "separator semicolon, decimal comma, header in line 1" in series.reading


numbers = st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), min_size=2, max_size=5)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    values=numbers,
    separator=st.sampled_from(list(SEPARATORS)),
    decimal=st.sampled_from(list(DECIMALS)),
    named=st.booleans(),
)
@example(values=[1.234, 5.678], separator="none", decimal="comma", named=True)
def test_what_is_written_is_read_or_refused(
    values: list[float], separator: str, decimal: str, named: bool
) -> None:
    sign, mark = SEPARATORS[separator], DECIMALS[decimal]
    if sign == mark:
        return
    rows = [
        (f"{place}{sign}" if sign else "") + str(value).replace(".", mark)
        for place, value in enumerate(values)
    ]
    head = [f"year{sign}v" if sign else "v"] if named else []
    text = "\n".join([*head, *rows])
    told = read_table(text, "f.csv", None, separator, decimal)
    np.testing.assert_array_equal(told.values, values)
    try:
        found = read_table(text, "f.csv")
    except IllFormedError:
        return
    np.testing.assert_array_equal(found.values, values)


ALPHABET = st.sampled_from(list("01259.,;|\t -+eE\"'#\n\rax_/%\0é\ufeff"))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.one_of(st.text(ALPHABET, max_size=60), st.text(max_size=40)), st.none() | st.text("12v"))
def test_any_text_is_read_or_refused(text: str, column: str | None) -> None:
    try:
        found = read_table(text, "f.csv", column)
    except SymrnnError:
        return
    assert np.isfinite(found.values).all() and len(found.values) > 0
    assert found.reading
