"""The rows of a sweep: one Parquet dataset, written as they come, whole after any kill.

A folder holds `sweep.toml`, the sweep as it was asked for, and `results/`, the dataset. A row
counts from the moment when its file has its final name; what was being written then is dropped.
When all is done, the files are merged into one order, which does not depend on who was first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from symrnn.cluster import package
from symrnn.errors import IllFormedError
from symrnn.sweep.spec import read_spec

RESULTS, SPEC = "results", "sweep.toml"
_LOCK, _NEW, _OLD = ".lock", ".results.new", ".results.old"
ROWS = 50_000
"""Rows in one file of the merged dataset."""


class Store:
    """The dataset of one sweep, open for writing.

    Attributes:
        folder: where it is.
        schema: the columns, a `pyarrow.Schema`; "key" names a net.
        keys: the nets that are there already.
    """

    def __init__(self, folder: Path, schema: Any) -> None:
        self.folder, self.schema = folder, schema
        self._results = folder / RESULTS
        self._recover()
        self._results.mkdir(parents=True, exist_ok=True)
        self.keys: set[str] = set()
        self._parts = 0
        for file in _files(self._results):
            found = _read(file)
            if found.schema != schema:
                raise IllFormedError(
                    f"{folder} holds a sweep with other columns",
                    {
                        "expected": _differing(schema, found.schema),
                        "got": _differing(found.schema, schema),
                        "hint": "choose another folder",
                    },
                )
            self.keys.update(found.column("key").to_pylist())

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keep rows; they are on the disk when this returns."""
        fresh = {row["key"]: row for row in rows if row["key"] not in self.keys}
        if not fresh:
            return
        table = package("pyarrow").Table.from_pylist([*fresh.values()], schema=self.schema)
        _write(table, self._results, f"part-{min(fresh)}.parquet")
        self.keys.update(fresh)

    def merge(self, order: Iterable[str]) -> None:
        """Bring the rows into the order of their keys in `order`; others follow by key.

        Readers find the old files or the new ones; an interruption leaves all rows.
        """
        files = _files(self._results)
        table = (
            _unique(package("pyarrow").concat_tables([_read(f) for f in files])) if files else None
        )
        if table is None:
            return
        place = {key: index for index, key in enumerate(order)}
        keys = table.column("key").to_pylist()
        sorted_rows = sorted(
            range(len(keys)), key=lambda i: (place.get(keys[i], len(place)), keys[i])
        )
        table = table.take(sorted_rows)
        fresh = self.folder / _NEW
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for first in range(0, table.num_rows, ROWS):
            rows = table.slice(first, ROWS).combine_chunks()
            _write(rows, fresh, f"rows-{first // ROWS:05d}.parquet")
        os.replace(self._results, self.folder / _OLD)
        os.replace(fresh, self._results)
        shutil.rmtree(self.folder / _OLD)

    def _recover(self) -> None:
        """After a kill in `merge`: the rows are in the old files or, all of them, in the new."""
        old, fresh = self.folder / _OLD, self.folder / _NEW
        if old.exists() and not self._results.exists():
            os.replace(old, self._results)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(fresh, ignore_errors=True)
        if self._results.is_dir():
            for left in self._results.glob(".*"):
                left.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time.

    Raises:
        IllFormedError: another process writes there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IllFormedError(
                f"{folder} is being written by another sweep", {"expected": "one at a time"}
            ) from error
        yield


def read_results(folder: str | Path) -> Any:
    """All rows that a sweep has so far, a net at most once: a `pyarrow.Table`.

    Raises:
        IllFormedError: there is no sweep, or what is there can not be read.
    """
    results = Path(folder) / RESULTS
    files = _files(results if results.is_dir() else Path(folder) / _OLD)
    if not files:
        raise IllFormedError(
            f"{folder} holds no results of a sweep", {"expected": f"Parquet files in {results}"}
        )
    return _unique(package("pyarrow").concat_tables([_read(file) for file in files]))


def title_of(folder: str | Path) -> str:
    """The title of the sweep that a folder holds."""
    file = Path(folder) / SPEC
    return read_spec(file).title if file.is_file() else Path(folder).name


def _unique(table: Any) -> Any:
    first: dict[str, int] = {}
    for index, key in enumerate(table.column("key").to_pylist()):
        first.setdefault(key, index)
    return table if len(first) == table.num_rows else table.take([*first.values()])


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []


def _read(file: Path) -> Any:
    try:
        return package("pyarrow.parquet").read_table(file).replace_schema_metadata(None)
    except (package("pyarrow").ArrowInvalid, OSError) as error:
        raise IllFormedError(f"{file} can not be read", {"reason": error}) from error


def _write(table: Any, folder: Path, name: str) -> None:
    """Under another name first: a file with its final name is whole."""
    hidden = folder / f".{name}"
    with hidden.open("wb") as stream:
        package("pyarrow.parquet").write_table(table, stream, compression="zstd")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(hidden, folder / name)


def _differing(these: Any, those: Any) -> str:
    fields = [f"{field.name} ({field.type})" for field in these if field not in list(those)]
    return ", ".join(fields) or "none of them"
