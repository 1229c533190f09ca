"""Coq where it is installed: one file compiled, bounded in time, and what it said, judged."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from time import monotonic

from symrnn.errors import NotSupportedError
from symrnn.machine.sources import LIBRARY
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

    line: of the file, where the error is.
    said: the prover's standard output, or its error message.
    cached: whether an earlier run found this.
    """

    stem: str
    verdict: Verdict
    said: str = ""
    line: int | None = None
    seconds: float = 0.0
    cached: bool = False

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

    def start(self, folder: Path, stem: str, libraries: Iterable[Path], seconds: float) -> Running:
        """Begin to compile `stem`.v in `folder`, with compiled files of ours in `libraries`."""
        paths = [part for each in (*libraries, folder) for part in ("-Q", str(each), LIBRARY)]
        # In test mode Coq says why a line under `Fail` failed.
        command = [self.command, "-q", "-test-mode", *paths, str(folder / f"{stem}.v")]
        output, errors = (folder / f"{stem}.{name}" for name in ("out", "err"))
        with output.open("wb") as out, errors.open("wb") as err:
            process = start(command, out, err)
        return Running(stem, process, output, errors, monotonic(), seconds)


@dataclass
class Running:
    """A compilation under way."""

    stem: str
    process: subprocess.Popen[bytes]
    output: Path
    errors: Path
    started: float
    limit: float

    def poll(self) -> Outcome | None:
        """What came of it; None while it is under way. When its time is up, it is ended."""
        seconds = monotonic() - self.started
        code = self.process.poll()
        if code is not None:
            self.stop()
            output, errors = map(_text, (self.output, self.errors))
            return judge(self.stem, code, output, errors, seconds)
        if seconds > self.limit:
            self.stop()
            said = f"no answer within {self.limit:g} s"
            return Outcome(self.stem, Verdict.TIMED_OUT, said, None, seconds)
        return None

    def stop(self) -> None:
        """End the process and all it started."""
        stop(self.process)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


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
