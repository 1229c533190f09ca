"""Writing results so that a reader finds either all of the new files or all of the old ones."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from symrnn.errors import IllFormedError


def write_files(directory: str | os.PathLike[str], files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write every file below `directory`, or none.

    `files` maps a relative path ("lecture.tex", "figures/decay.pdf") to its bytes; folders are
    made as needed. All bytes are written and synced beside their destination first, then renamed
    into place. Whatever interrupts the work (a full disk, Ctrl-C, a destination that is a folder)
    undoes the renames already done and passes on. Returns the paths, in the mapping's order.

    Raises `IllFormedError` when a path leaves `directory`, `OSError` when writing fails.
    """
    root = Path(directory)
    targets = {name: root / _inside(name) for name in files}
    root.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=root, prefix=".symrnn-") as staging,
        ExitStack() as undo,
    ):
        fresh = [Path(staging, f"{index}.new") for index in range(len(files))]
        for path, content in zip(fresh, files.values(), strict=True):
            _write_synced(path, content)
        for index, target in enumerate(targets.values()):
            target.parent.mkdir(parents=True, exist_ok=True)
            backup = Path(staging, f"{index}.old")
            if target.exists():
                shutil.copy2(target, backup)
            # Registered before the rename, and harmless if the rename never happens.
            undo.callback(_restore, target, backup)
            os.replace(fresh[index], target)
        undo.pop_all()
    return tuple(targets.values())


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise IllFormedError(
            "write_files: expected a relative path below the directory", {"came": repr(name)}
        )
    return path


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _restore(target: Path, backup: Path) -> None:
    if backup.exists():
        os.replace(backup, target)
    elif target.is_file():
        target.unlink()
