"""Coq where it is installed: one file compiled, bounded in time, and what it said, judged."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from time import monotonic

from symrnn.errors import NotSupportedError
from symrnn.machine.sources import Source
from symrnn.programs import start, stop

PACKAGES = (
    "coq",
    "libcoq-mathcomp",
    "libcoq-mathcomp-analysis",
    "libcoq-mathcomp-algebra-tactics",
    "libcoq-mathcomp-zify",
    "libcoq-coquelicot",
    "libcoq-interval",
)
"""Debian's names for the prover and the libraries that the theorems use."""

ADVICE = (
    "No Coq found, so nothing is machine checked. On Debian or Ubuntu\n"
    "  apt-get install -y --no-install-recommends " + " ".join(PACKAGES)
)

LARGEST = 64 * 2**20
"""Bytes of the largest file that Coq may write."""

SHOWN = 1_000_000
"""Characters that are read of what a compilation printed."""

_ERROR = re.compile(r'^File "[^"]*", line (\d+), characters \d+-\d+:\nError:', re.MULTILINE)
_MALFORMED = re.compile(
    r"Syntax error|Lexer|was not found in the current environment|Unknown interpretation"
    r"|Cannot find a physical path|Unable to locate library|already exists|Unknown scope"
)


class Verdict(StrEnum):
    """What came of a file."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The kernel or the type checker says no: a proof that does not prove its proposition."""
    MALFORMED = "malformed"
    """The text is no Coq, or speaks of what is not there."""
    TIMED_OUT = "timed out"
    BLOCKED = "blocked"
    """A file it requires was not accepted."""


@dataclass(frozen=True)
class Outcome:
    """What the prover made of one file.

    stem: the file's key.
    line: of the file, where the error is.
    said: the prover's standard output, or its error message.
    context: of a file that closes propositions, what the independent checker lists: all that is
        assumed in it or in anything it loads.
    cached: whether an earlier run found this.
    """

    stem: str
    verdict: Verdict
    said: str = ""
    line: int | None = None
    seconds: float = 0.0
    cached: bool = False
    context: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the kernel accepted every line of it."""
        return self.verdict is Verdict.ACCEPTED


def judge(stem: str, code: int, output: str, errors: str, seconds: float) -> Outcome:
    """What an ended process showed, from its exit code and what it wrote."""
    if code == 0:
        return Outcome(stem, Verdict.ACCEPTED, output, None, seconds)
    place = _ERROR.search(errors)
    message = errors[place.start() :].strip() if place else errors.strip()
    # Whatever is no clear error message (a crash, a kill) is no refusal.
    refused = place is not None and not _MALFORMED.search(message)
    verdict = Verdict.REFUSED if refused else Verdict.MALFORMED
    return Outcome(stem, verdict, message, int(place.group(1)) if place else None, seconds)


@dataclass(frozen=True)
class Prover:
    """A Coq compiler; `command` is the path of coqc."""

    command: str

    @cached_property
    def version(self) -> str:
        """What it says of itself, on one line."""
        said = subprocess.run(
            [self.command, "--version"], capture_output=True, text=True, check=True, timeout=60
        )
        return " ".join(said.stdout.split())

    @cached_property
    def libraries(self) -> str:
        """A digest of the libraries installed for it: names, sizes and dates of their files."""
        said = subprocess.run(
            [self.command, "-where"], capture_output=True, text=True, check=True, timeout=60
        )
        root = Path(said.stdout.strip())
        digest = hashlib.sha256(str(root).encode())
        for path in sorted(root.rglob("*.vo")):
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    @property
    def checker(self) -> str:
        """The path of coqchk, which checks compiled files again and runs none of their commands."""
        beside = Path(self.command).with_name("coqchk")
        return str(beside) if beside.is_file() else (shutil.which("coqchk") or str(beside))

    def start(
        self,
        folder: Path,
        source: Source,
        libraries: Iterable[tuple[Path, str]],
        seconds: float,
    ) -> Running:
        """Begin to compile a source, which lies in `folder`.

        Args:
            libraries: folders with compiled files, each with the library that they belong to.
            seconds: when they are over, it is ended.
        """
        paths = _paths((*libraries, (folder, source.library)))
        # In test mode Coq says why a line under `Fail` failed.
        command = [self.command, "-q", "-test-mode", *paths, str(folder / f"{source.stem}.v")]
        return _begun(source.key, command, folder, seconds, makes=f"{source.stem}.vo")

    def check(
        self,
        folder: Path,
        modules: Iterable[str],
        libraries: Iterable[tuple[Path, str]],
        seconds: float,
    ) -> Running:
        """Begin to check compiled modules again, in what they say and how it is proved.

        The outcome's context lists all that is assumed in them and in what they load.

        Args:
            folder: for what the checker prints.
            modules: by their full names.
            libraries, seconds: as of `start`.
        """
        names = tuple(modules)
        asked = [part for name in names for part in ("-norec", name)]
        command = [self.checker, "-silent", "-o", *_paths(libraries), *asked]
        return _begun(" ".join(names), command, folder, seconds)


def _paths(places: Iterable[tuple[Path, str]]) -> list[str]:
    """Where compiled files lie, as Coq and its checker are told."""
    return [part for place, library in places for part in ("-Q", str(place), library)]


MEMORY = "s=4M,o=1000,i=32M"
"""How OCaml keeps house for Coq: words of the heap for what is new, percent of waste, and by how
many words the heap grows. With Coq's own choice, a heap beyond any cache that grows by little, it
takes a quarter more time to load libraries."""


def _environment(folder: Path) -> dict[str, str]:
    """Ours, but that compiled files are taken from nowhere but from the folders given."""
    elsewhere = {name: str(folder / "none") for name in ("XDG_DATA_HOME", "XDG_DATA_DIRS")}
    inherited = {name: value for name, value in os.environ.items() if name != "COQPATH"}
    return {"OCAMLRUNPARAM": MEMORY, **inherited, **elsewhere}


@dataclass(frozen=True)
class Running:
    """A process of the prover under way.

    name: of the outcome.
    folder: what it prints is kept here.
    limit: seconds; when they are over, it is ended.
    makes: the file that is there afterwards, if it is to make one.
    """

    name: str
    folder: Path
    process: subprocess.Popen[bytes]
    started: float
    limit: float
    makes: str | None

    def poll(self) -> Outcome | None:
        """What came of it; None while it is under way. When its time is up, it is ended."""
        seconds = monotonic() - self.started
        code = self.process.poll()
        if code is not None:
            self.stop()
            return self._outcome(code, seconds)
        if seconds > self.limit:
            self.stop()
            said = f"no answer within {self.limit:g} s"
            return Outcome(self.name, Verdict.TIMED_OUT, said, None, seconds)
        return None

    def _outcome(self, code: int, seconds: float) -> Outcome:
        output, errors = (_text(self.folder / name) for name in _PRINTED)
        judged = judge(self.name, code, output, errors, seconds)
        if self.makes is None:
            # The summary is among the checker's messages.
            return replace(judged, context=errors)
        if judged.accepted and not (self.folder / self.makes).is_file():
            said = "Coq ended before the end of the file"
            return replace(judged, verdict=Verdict.MALFORMED, said=said)
        return judged

    def stop(self) -> None:
        """End the process and all it started."""
        stop(self.process)


_PRINTED = ("printed.out", "printed.err")
"""Files for what a process prints."""


def _begun(
    name: str, command: list[str], folder: Path, seconds: float, makes: str | None = None
) -> Running:
    output, errors = (folder / each for each in _PRINTED)
    with output.open("wb") as out, errors.open("wb") as err:
        process = start(
            command, out, err, folder=folder, environment=_environment(folder), largest=LARGEST
        )
    return Running(name, folder, process, monotonic(), seconds, makes)


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(SHOWN)


def find_prover() -> Prover | None:
    """The Coq compiler on PATH, or None."""
    command = shutil.which("coqc")
    return None if command is None else Prover(command)


def require_prover() -> Prover:
    """The Coq compiler on PATH.

    Raises:
        NotSupportedError: there is none; the message says how to install it.
    """
    prover = find_prover()
    if prover is None:
        raise NotSupportedError(ADVICE)
    return prover
