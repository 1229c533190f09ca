"""Real series to train on: the yearly sunspot numbers, or a column of the user's own CSV.

`sunspots.csv` holds the yearly mean sunspot numbers 1700-2008, 309 rows `year,sunspots`,
figure by figure those of `statsmodels.datasets.sunspots` (statsmodels 0.15.0), which took
them from the National Geophysical Data Center, http://www.ngdc.noaa.gov/stp/solar/solarda3.html.
The data are in the public domain.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError

SHORTEST = 50
"""Fewest values that can be trained on and tested."""


@dataclass(frozen=True, eq=False)
class Series:
    """A real series in time.

    Attributes:
        name: what the values are.
        values: shape (n,), n ≥ 50, finite; read-only.
        source: where they come from, for the reader.
    """

    name: str
    values: NDArray[np.float64]
    source: str

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            IllFormedError: not one axis, too few values, or one that is not finite.
        """
        values = np.array(self.values, dtype=np.float64)
        where = {"series": self.name, "source": self.source}
        if values.ndim != 1:
            raise IllFormedError("values: expected one axis", {**where, "shape": values.shape})
        if values.size < SHORTEST:
            raise IllFormedError(
                f"values: expected at least {SHORTEST}", {**where, "values": values.size}
            )
        if not np.all(np.isfinite(values)):
            first = int(np.argmin(np.isfinite(values)))
            raise IllFormedError(
                "values: expected finite numbers", {**where, "first bad index": first}
            )
        values.flags.writeable = False
        object.__setattr__(self, "values", values)


def sunspots() -> Series:
    """Yearly mean sunspot numbers 1700-2008, 309 values."""
    text = resources.files(__name__).joinpath("sunspots.csv").read_text(encoding="utf-8")
    return replace(
        _series(text, "sunspots.csv", "sunspots"),
        name="yearly sunspot numbers 1700-2008",
        source="statsmodels, from the National Geophysical Data Center",
    )


def read_column(path: str | Path, column: str | None = None) -> Series:
    """A column of a comma-separated file.

    Args:
        path: UTF-8 text; a first row in which no cell is a number is the header; blank lines
            are skipped.
        column: name in the header; by default the last column whose first value is a number.

    Returns:
        The series, named after its column.

    Raises:
        IllFormedError: the file can not be read, has no such column, a row is too short, a
            cell is not a finite number, or there are fewer than 50. The message names file
            and line and shows what came.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise IllFormedError(
            "path: the file can not be read", {"file": file, "reason": error.strerror}
        ) from error
    except UnicodeDecodeError as error:
        raise IllFormedError(
            "path: expected UTF-8 text", {"file": file, "first bad byte": error.start}
        ) from error
    return _series(text, str(file), column)


def _series(text: str, file: str, column: str | None) -> Series:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise IllFormedError(
            "path: expected comma-separated values",
            {"file": file, "line": reader.line_num, "reason": error},
        ) from error
    if not rows:
        raise IllFormedError("path: expected rows of numbers, the file is empty", {"file": file})
    first = [cell.strip() for cell in rows[0][1]]
    header = None if any(_number(cell) is not None for cell in first) else first
    body = rows if header is None else rows[1:]
    index = _index(header, body, file, column)
    name = f"column {index + 1}" if header is None or index >= len(header) else header[index]
    return Series(name, np.array([_cell(row, line, index, file) for line, row in body]), file)


def _index(
    header: list[str] | None, body: list[tuple[int, list[str]]], file: str, column: str | None
) -> int:
    """Position of the column asked for, or of the last one that starts with a number."""
    if column is not None:
        if header is None or header.count(column) != 1:
            raise IllFormedError(
                f"column: expected one column named {column!r}",
                {"file": file, "header": "none" if header is None else ", ".join(header)},
            )
        return header.index(column)
    start = body[0][1] if body else []
    numeric = [i for i, cell in enumerate(start) if _number(cell) is not None]
    if not numeric:
        raise IllFormedError(
            "path: expected a column of numbers",
            {
                "file": file,
                "line": body[0][0] if body else "none after the header",
                "came": ",".join(start),
            },
        )
    return numeric[-1]


def _cell(row: list[str], line: int, index: int, file: str) -> float:
    where: dict[str, object] = {"file": file, "line": line, "column": index + 1}
    if index >= len(row):
        raise IllFormedError("path: a row is too short", {**where, "came": ",".join(row)})
    value = _number(row[index])
    if value is None or not np.isfinite(value):
        raise IllFormedError("path: expected a finite number", {**where, "came": repr(row[index])})
    return value


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
