"""Real series to train on: sunspot numbers, changes of carbon dioxide, a column of the user's CSV.

`sunspots.csv` holds the yearly mean sunspot numbers 1700-2008, 309 rows `year,sunspots`,
figure by figure those of `statsmodels.datasets.sunspots` (statsmodels 0.15.0), which took
them from the National Geophysical Data Center, http://www.ngdc.noaa.gov/stp/solar/solarda3.html.
`co2.csv` holds the weekly carbon dioxide at Mauna Loa from March 1958 to December 2001 in parts per
million, 2284 rows `date,co2`, 59 of them without a value, figure by figure those of
`statsmodels.datasets.co2`, which took them from C.D. Keeling, T.P. Whorf, Carbon Dioxide
Information Analysis Center, 2004. Both are in the public domain.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric.data.table import read_table

SHORTEST = 50
"""Fewest values that can be trained on and tested."""


@dataclass(frozen=True, eq=False)
class Series:
    """A real series in time.

    Attributes:
        name: what the values are.
        values: shape (n,), n ≥ 50, finite; read-only.
        source: where they come from, for the reader.
        reading: what was read of a file: column, rows, first and last value.
    """

    name: str
    values: NDArray[np.float64]
    source: str
    reading: str = ""

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


def carbon_dioxide() -> Series:
    """Weekly changes of carbon dioxide at Mauna Loa 1958-2001, in parts per million, 2283 values.

    A year is some 52 of its steps: what is ahead depends on what was long ago. Weeks without a
    value are filled in along a straight line.
    """
    text = resources.files(__name__).joinpath("co2.csv").read_text(encoding="utf-8")
    cells = [line.split(",")[1] for line in text.splitlines()[1:]]
    known = np.array([place for place, cell in enumerate(cells) if cell])
    levels = np.interp(np.arange(len(cells)), known, [float(cells[place]) for place in known])
    return Series(
        "weekly changes of carbon dioxide at Mauna Loa 1958-2001",
        np.diff(levels),
        "statsmodels, from the Carbon Dioxide Information Analysis Center",
    )


def read_column(
    path: str | Path,
    column: str | None = None,
    separator: str | None = None,
    decimal: str | None = None,
) -> Series:
    """A column of a table in a text file.

    Args:
        path: UTF-8 text, or UTF-16 with its mark; a first row in which no cell is a number is the
            header; blank lines are skipped, cells may stand in double quotes.
        column: name in the header, or number from 1 where there is none; by default the last
            column whose first value is a number.
        separator: comma, semicolon, tab, bar, space, none (one column); found by default.
        decimal: point or comma; found by default.

    Returns:
        The series, named after its column; `reading` says what was read.

    Raises:
        IllFormedError: the file can not be read, or can be read in several ways; it has no such
            column, a row is of another length, a value is missing or no finite number, or there
            are fewer than 50. The message names file and line and shows what came.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise IllFormedError(
            "path: the file can not be read", {"file": file, "reason": error.strerror}
        ) from error
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise IllFormedError(
            "path: expected UTF-8 text", {"file": file, "first bad byte": error.start}
        ) from error
    return _series(text, str(file), column, separator, decimal)


def _series(
    text: str,
    file: str,
    column: str | None,
    separator: str | None = None,
    decimal: str | None = None,
) -> Series:
    found = read_table(text, file, column, separator, decimal)
    return Series(found.name, found.values, file, f"{file}, {found.reading}")
