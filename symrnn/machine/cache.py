"""What the prover accepted, kept by content: a file, all it requires, and the prover's versions."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from symrnn.machine.prover import Outcome, Prover, Verdict
from symrnn.machine.sources import Source, required_by

if sys.platform != "win32":
    import fcntl

_FORMAT = "3"


def default_folder() -> Path:
    """Where results are kept: in the user's cache folder, as the platform has it."""
    return user_cache_path("symrnn") / "machine"


def keys(ordered: Iterable[Source], prover: Prover) -> dict[str, str]:
    """A key for each source, given each after those it requires.

    It changes with the text, with the text of anything required, with Coq and with its libraries.
    """
    base = f"{_FORMAT}\0{prover.version}\0{prover.libraries}"
    found: dict[str, str] = {}
    for source in ordered:
        required = "".join(found[stem] for stem in sorted(source.requires))
        material = f"{base}\0{required}\0{source.key}\0{source.text}"
        found[source.key] = hashlib.sha256(material.encode()).hexdigest()
    return found


@dataclass(frozen=True)
class Prepared:
    """A file about to be compiled, by this process and no other.

    place: a fresh folder that holds the source.
    claimed: the folder around it, whose lock the system frees when we end, however we do.
    """

    place: Path
    claimed: Path
    lock: int

    def discard(self) -> None:
        """Leave nothing of it, and let others have it."""
        shutil.rmtree(self.claimed, ignore_errors=True)
        os.close(self.lock)


@dataclass(frozen=True)
class Cache:
    """Accepted files in a folder, each with its compiled form, by key."""

    folder: Path

    def place(self, key: str) -> Path:
        """The folder of a key."""
        return self.folder / key

    def find(self, key: str, source: Source) -> Outcome | None:
        """What was accepted under a key; None where nothing was, or it is damaged."""
        place = self.place(key)
        try:
            record = json.loads((place / "outcome.json").read_text(encoding="utf-8"))
            known = Outcome(
                source.key,
                Verdict.ACCEPTED,
                record["said"],
                None,
                record["seconds"],
                True,
                record["context"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known if (place / f"{source.stem}.vo").is_file() else None

    def prepare(self, key: str, source: Source) -> Prepared | None:
        """A fresh folder that holds the source, to compile it in; None while another process
        compiles the same."""
        claimed = self.folder / f".compiling-{key}"
        claimed.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(claimed, os.O_RDONLY)
        except FileNotFoundError:  # the other has just done
            return None
        if not _locked(lock, claimed):
            os.close(lock)
            return None
        place = Path(tempfile.mkdtemp(dir=claimed))
        (place / f"{source.stem}.v").write_text(source.text, encoding="utf-8")
        return Prepared(place, claimed, lock)

    def keep(self, key: str, source: Source, prepared: Prepared, outcome: Outcome) -> None:
        """Keep what was compiled in a prepared folder; only what was accepted is ever kept."""
        if not outcome.accepted:
            raise ValueError(f"{outcome.stem}: only what was accepted is kept")
        (prepared.place / "outcome.json").write_text(_record(outcome), encoding="utf-8")
        if self.find(key, source) is None:
            shutil.rmtree(self.place(key), ignore_errors=True)
            with suppress(OSError):  # where there are no locks, another run was faster
                os.replace(prepared.place, self.place(key))

    def learn(self, key: str, outcome: Outcome) -> None:
        """Keep what the independent checker said of a file that is kept."""
        with suppress(OSError):  # it is asked again next time
            fresh = self.place(key) / f"outcome.{os.getpid()}"
            fresh.write_text(_record(outcome), encoding="utf-8")
            os.replace(fresh, self.place(key) / "outcome.json")

    def libraries(
        self, source: Source, sources: Mapping[str, Source], of: Mapping[str, str]
    ) -> list[tuple[Path, str]]:
        """The folders of all that a source requires, itself and through others, with their library.

        Args:
            source: what requires.
            sources: all files, by key.
            of: the key in this cache of each.
        """
        required = required_by(source, sources)
        return [(self.place(of[each.key]), each.library) for each in required]


def _locked(lock: int, claimed: Path) -> bool:
    """Whether a folder, opened as `lock`, is now ours: still there, and locked by no other."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this file system knows no locks
        return True
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(lock), os.stat(claimed))
    return False


def _record(outcome: Outcome) -> str:
    kept = {"said": outcome.said, "seconds": outcome.seconds, "context": outcome.context}
    return json.dumps(kept)
