"""Writing results so that a reader finds either all of the new files or all of the old ones."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from symrnn.errors import IllFormedError

_BEGINNING = 2000
"""Bytes of a file in which its mark is looked for."""


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
                _keep(target, backup)
            # Registered before the rename, and harmless if the rename never happens.
            undo.callback(_restore, target, backup)
            os.replace(fresh[index], target)
        undo.pop_all()
    return tuple(targets.values())


def remove_marked(path: Path, marks: Iterable[bytes]) -> bool:
    """Remove a file that has one of the marks near its beginning, and only then; whether it is
    gone. One without a mark, or that can not be read, is somebody else's."""
    try:
        with path.open("rb") as stream:
            beginning = stream.read(_BEGINNING)
        ours = any(mark in beginning for mark in marks)
        if ours:
            path.unlink()
    except OSError:
        return False
    return ours


def require_room(
    directory: str | os.PathLike[str], names: Iterable[str], room: int = 1 << 16
) -> None:
    """Raise now what `write_files` would raise after the work; nothing is left behind.

    Args:
        directory: where files are to be written.
        names: relative paths of files that are to be written.
        room: bytes that they take.

    Raises:
        IllFormedError: the directory can not be made or written to, has no room, or holds a folder
            (a pipe, a device) where a file is to be.
    """
    root = Path(directory)
    targets = [root / _inside(name) for name in names]
    with ExitStack() as undo:
        try:
            for folder in dict.fromkeys([root, *(target.parent for target in targets)]):
                _make(folder, undo)
            for target in targets:
                if target.exists() and not target.is_file():
                    raise IllFormedError(
                        f"{target} is in the way", {"expected": "a file, or nothing there"}
                    )
            with tempfile.TemporaryFile(dir=root) as probe:
                _reserve(probe.fileno(), room)
        except OSError as error:
            raise IllFormedError(
                f"{directory} can not be written",
                {"reason": error.strerror or error, "needed": f"about {room / 1e6:.1f} MB"},
            ) from error


def _make(folder: Path, undo: ExitStack) -> None:
    """Make a folder and those above it; to be removed again."""
    if not folder.is_dir():
        _make(folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)


def _reserve(file: int, room: int) -> None:
    """Raises OSError where the disk, a quota or a limit of ours has less room."""
    try:
        os.posix_fallocate(file, 0, room)
    except OSError as error:
        # Not every file system knows how.
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS):
            raise


def _keep(target: Path, backup: Path) -> None:
    """A second name for a file, or a copy where the file system has no such names."""
    try:
        os.link(target, backup)
    except OSError:
        shutil.copy2(target, backup)


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
