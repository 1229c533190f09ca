"""One column of numbers from a text table, read strictly.

Separator and decimal mark are told or found: every reading of the whole file is tried, and it is
read only where exactly one of them makes sense. Two that do are an error that names both; nothing
is guessed from a sample.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " ", "none": ""}
"""Separators by name; "space" is any run of blanks, "none" one column."""

DECIMALS = {"point": ".", "comma": ","}

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "?", ".", "#n/a"})

_NUMBER = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)
_DATE = r"\d{1,2}[.]\d{1,2}[.]\d{2,4}"
# A sign or a currency, digits of any script, an exponent as Fortran writes it, a unit.
_NEARLY = re.compile(
    rf"(?!{_DATE}$)[^\w,;|]{{0,3}}\d[\d.,'_ ]*([eEdD][+−-]?\d+)?\s*[^\W\d_]{{0,3}}[^\w,;|]{{0,3}}"
    r"|0[xXbBoO][\da-fA-F]+"
)
_SAID = re.compile(r"sep=([,;|\t])")
_NAMES = {sign: name for name, sign in SEPARATORS.items()}
_SEVERAL = re.compile(r"(?=.*\d[\d.]*[,;|\s]+[+.-]*\d)[\d.,;|\s+-]+", re.ASCII | re.DOTALL)


@dataclass(frozen=True, eq=False)
class Column:
    """The column that was read, and how.

    Attributes:
        name: from the header, or `column 2`.
        values: one number a row, finite.
        place: its number, from 1.
        separator, decimal: names, keys of `SEPARATORS` and `DECIMALS`.
        header: the line that the names stand in; None where there is none.
    """

    name: str
    values: NDArray[np.float64]
    place: int
    separator: str
    decimal: str
    header: int | None

    @property
    def reading(self) -> str:
        """What was read, in words: column, rows, first and last value, separator, header."""
        first, last = float(self.values[0]), float(self.values[-1])
        head = "no header" if self.header is None else f"header in line {self.header}"
        apart = "one column" if self.separator == "none" else f"separator {self.separator}"
        return (
            f"column {self.place} ({self.name}): {len(self.values)} rows, first {first:g}, "
            f"last {last:g}; {apart}, decimal {self.decimal}, {head}"
        )


@dataclass(frozen=True)
class _Failure:
    """Why a reading makes no sense, and how far it came."""

    rank: int
    error: IllFormedError


@dataclass(frozen=True)
class _Reading:
    """One way to read the file, to be tried."""

    text: str
    file: str
    separator: str
    decimal: str
    told: bool
    """Whether the caller said which decimal mark it is."""

    def column(self, asked: str | None) -> Column | _Failure:
        """The column asked for, or why this reading has none."""
        try:
            rows = list(self._rows())
        except csv.Error as error:
            line = self.text.count("\n") if "unexpected end" in str(error) else None
            where = {} if line is None else {"line": line}
            said = "path: expected comma-separated values"
            return self._fails(2, said, **where, reason=error)
        if not rows:
            return self._fails(0, "path: expected rows of numbers, all cells are empty")
        width = len(rows[0][1])
        if width == 1 and self.separator != "none":
            return self._fails(1, f"path: no {self.separator} separates the cells", came=rows[0][1])
        for line, row in rows:
            if len(row) != width:
                size = "short" if len(row) < width else "long"
                came = SEPARATORS[self.separator].join(row)
                return self._fails(2, f"path: a row is too {size}", line=line, came=came)
        numeric = any(self._number(cell) is not None for cell in rows[0][1])
        header, body = (None, rows) if numeric else (rows[0], rows[1:])
        if header is not None and self._another(_outside_quotes(self._line(header[0]))):
            return self._fails(1, "path: a name holds a separator", line=header[0], came=header[1])
        for line, row in body:
            for cell in row:
                if self._number(cell) is None and self._is_otherwise_a_number(cell):
                    said = "path: a cell holds several numbers, or another decimal mark"
                    return self._fails(2, said, line=line, came=repr(cell))
        return self._chosen(header, body, asked)

    def _chosen(self, header: Row | None, body: list[Row], asked: str | None) -> Column | _Failure:
        names = None if header is None else header[1]
        if asked is None:
            index = self._last_numeric(body)
            if index is None:
                line = body[0][0] if body else "none after the header"
                came = ",".join(body[0][1]) if body else ""
                return self._fails(3, "path: expected a column of numbers", line=line, came=came)
            for later in range(index + 1, len(body[0][1])):
                if (nearly := self._nearly_numbers(body, later)) is not None:
                    said = f"path: column {later + 1} is nearly one of numbers"
                    odd, cell = nearly
                    expected = "numbers in it, or which column to read"
                    return self._fails(5, said, line=odd, came=repr(cell), expected=expected)
        elif names is None and asked.isdecimal() and 0 < int(asked) <= len(body[0][1]):
            index = int(asked) - 1
        elif names is not None and names.count(asked) == 1:
            index = names.index(asked)
        else:
            shown = "none" if names is None else ", ".join(names)
            return self._fails(4, f"column: expected one column named {asked!r}", header=shown)
        values = []
        for line, row in body:
            value = self._number(row[index])
            if value is None or not np.isfinite(value):
                lost = ", a value is missing" if row[index].lower() in MISSING else ""
                said = f"path: expected a finite number{lost}"
                return self._fails(5, said, line=line, column=index + 1, came=repr(row[index]))
            values.append(value)
        mark = DECIMALS[self.decimal]
        marked = [row[index] for _, row in body if mark in row[index]]
        # A point beside commas that separate is no group of thousands.
        doubtful = self.decimal == "comma" or self.separator == "semicolon"
        if doubtful and marked and not self.told and all(map(_THOUSANDS.fullmatch, marked)):
            said = f"path: is the {self.decimal} a decimal mark, or does it group thousands?"
            return self._fails(5, said, came=repr(marked[0]), expected="the decimal mark, told")
        if not values:
            return self._fails(
                3, "path: expected a column of numbers", line="none after the header"
            )
        name = f"column {index + 1}" if names is None else names[index]
        place = None if header is None else header[0]
        return Column(name, np.array(values), index + 1, self.separator, self.decimal, place)

    def _rows(self) -> Iterator[Row]:
        """Line and cells of each row that is not blank."""
        if self.separator == "space":
            for line, written in enumerate(self.text.split("\n"), 1):
                if written.strip():
                    yield line, written.split()
            return
        # One column is a table whose separator, a control character, does not occur.
        delimiter = SEPARATORS[self.separator] or "\x1f"
        reader = csv.reader(io.StringIO(self.text), strict=True, delimiter=delimiter)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]

    def _another(self, line: str) -> bool:
        """Whether a line holds a separator that is not this reading's."""
        own = SEPARATORS[self.separator]
        return any(sign in line for sign in (",", ";", "\t", "|") if sign != own)

    def _line(self, number: int) -> str:
        return self.text.split("\n")[number - 1]

    def _number(self, cell: str) -> float | None:
        """The number a cell holds; None where it holds none."""
        if self.decimal == "comma":
            if "." in cell:
                return None
            cell = cell.replace(",", ".")
        return float(cell) if _NUMBER.fullmatch(cell) else None

    def _is_otherwise_a_number(self, cell: str) -> bool:
        """Whether a cell that is no number here is one, or several, in another reading."""
        other = not self.told and self.decimal == "comma" and _NUMBER.fullmatch(cell)
        return bool(other or _SEVERAL.fullmatch(cell))

    def _nearly_numbers(self, body: list[Row], place: int) -> tuple[int, str] | None:
        """The first cell that is no number in a column of numbers, but for how some are written."""
        odd = None
        some = False
        for line, row in body:
            number, nearly = self._number(row[place]) is not None, _NEARLY.fullmatch(row[place])
            if not (number or nearly or row[place].lower() in MISSING):
                return None
            some = some or number or nearly is not None
            if not number and odd is None:
                odd = line, row[place]
        return odd if some else None

    def _last_numeric(self, body: list[Row]) -> int | None:
        start = body[0][1] if body else []
        numeric = [i for i, cell in enumerate(start) if self._number(cell) is not None]
        return numeric[-1] if numeric else None

    def _fails(self, rank: int, message: str, **detail: Any) -> _Failure:
        return _Failure(rank, IllFormedError(message, {"file": self.file, **detail}))


Row = tuple[int, list[str]]


def read_table(
    text: str,
    file: str,
    column: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
) -> Column:
    """One column of a text table.

    Args:
        text: the whole file.
        file: what it is called in messages.
        column: a name in the header, or the number of the column from 1 where there is none; by
            default the last column whose first value is a number, unless one behind it is nearly
            one of numbers: with signs or units in its cells, or missing values.
        separator, decimal: keys of `SEPARATORS` and `DECIMALS`; found by default. A first line
            `sep=;`, as spreadsheets write it, tells the separator.

    Raises:
        IllFormedError: no reading, or several; no such column; a row of another length; a missing
            value; a cell that is no number.
    """
    _require_known("separator", separator, SEPARATORS)
    _require_known("decimal", decimal, DECIMALS)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    if (said := _SAID.fullmatch(first.strip(" "))) is not None:
        text = "\n" + rest  # a blank line keeps the numbers of the others
        separator = separator or _NAMES[said[1]]
    if not text.strip():
        raise IllFormedError("path: expected rows of numbers, the file is empty", {"file": file})
    found: list[Column] = []
    failures: list[_Failure] = []
    for pairs in _rounds(separator, decimal):
        for pair in pairs:
            result = _Reading(text, file, *pair, told=decimal is not None).column(column)
            if isinstance(result, _Failure):
                failures.append(result)
            elif not any(_same(result, other) for other in found):
                found.append(result)
        if found:
            break
    if not found:
        # The reading that came furthest says what is wrong; the first of several.
        raise max(failures, key=lambda failure: failure.rank).error
    if len(found) > 1:
        raise IllFormedError(
            "path: the file can be read in several ways",
            {
                "file": file,
                **{f"reading {n}": each.reading for n, each in enumerate(found, 1)},
                "to do": "say the separator and the decimal mark",
            },
        )
    return found[0]


def _require_known(name: str, given: str | None, known: dict[str, str]) -> None:
    if given is not None and given not in known:
        raise IllFormedError(f"{name}: unknown", {"expected": ", ".join(known), "got": repr(given)})


def _rounds(separator: str | None, decimal: str | None) -> Iterator[list[tuple[str, str]]]:
    """The readings to try: blanks separate only where nothing else makes sense."""
    pairs = [
        (apart, mark)
        for apart in (SEPARATORS if separator is None else [separator])
        for mark in (DECIMALS if decimal is None else [decimal])
        if SEPARATORS[apart] != DECIMALS[mark]
    ]
    yield [pair for pair in pairs if pair[0] != "space"]
    yield [pair for pair in pairs if pair[0] == "space"]


def _same(one: Column, other: Column) -> bool:
    """Whether two readings differ in nothing but a decimal mark that does not occur."""
    alike = one.separator == other.separator and one.place == other.place
    return alike and np.array_equal(one.values, other.values)


def _outside_quotes(line: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', "", line)
