"""Running pdflatex on generated source: sealed off, bounded in time, its log read and judged."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep, time
from typing import IO

from symrnn.errors import EvidenceError
from symrnn.programs import NOT_RUN, start, stop
from symrnn.typeset.files import write_files
from symrnn.typeset.tex_log import (
    Overfull,
    Warned,
    bibtex_warnings,
    first_error,
    last_words,
    overfull_boxes,
    page_count,
    undefined_references,
    wants_another_pass,
    warnings,
)
from symrnn.typeset.tex_packages import Package, bringing

#: What to do when there is no TeX engine, in one command.
ADVICE = (
    "No TeX engine found, so no PDF. Install one, e.g. on Debian or Ubuntu\n"
    "  apt-get install -y --no-install-recommends "
    "texlive-latex-extra texlive-science lmodern latexmk\n"
    "and run `latexmk -pdf {name}.tex`."
)

_PASSES = 4

_PREFIX, _STALE = "symrnn-tex-", 3600.0
"""Of the folders in which TeX runs, and after how many seconds one is in nobody's use."""

_LARGEST = 1 << 26
"""Bytes of the largest file that TeX may write; our documents have less than a hundredth."""

_QUIET = 60.0
"""Seconds without a word after which TeX hangs."""


class TexError(EvidenceError):
    """No PDF came of the generated source: an error, a package that is missing, no end in time.

    `name`, `source` and `log` are of the run that failed. `hopeless` says that it is the program
    that fails, whatever it is given.
    """

    name: str = ""
    source: str = ""
    log: str = ""
    hopeless: bool = False


@dataclass(frozen=True)
class PdfResult:
    """What came of compiling.

    `pdf` is None exactly when there is no engine; then `advice` says how to get one. `warnings` is
    all that the last pass and BibTeX complained about; among it `undefined`, the names referred to
    in vain, and `overfull`, the boxes that are too large.
    """

    pdf: bytes | None = field(repr=False)
    engine: str
    advice: str = ""
    pages: int = 0
    passes: int = 0
    seconds: float = 0.0
    undefined: tuple[str, ...] = ()
    overfull: tuple[Overfull, ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def clean(self) -> bool:
        """A PDF, and not one warning."""
        return self.pdf is not None and not self.warnings


def find_engine() -> str | None:
    """The path of pdflatex, or None."""
    return shutil.which("pdflatex")


def compile_pdf(
    tex: str,
    figures: Mapping[str, bytes] | None = None,
    *,
    bibliography: str = "",
    name: str = "lecture",
    time_limit: float = 300.0,
    quiet_limit: float = _QUIET,
    engine: str | None = None,
) -> PdfResult:
    """Compile `tex` and the figures it includes, in a temporary directory.

    `figures` maps relative paths to bytes; `bibliography` is the text of `name`.bib; `time_limit`
    is in seconds, for all passes together, `quiet_limit` how long TeX may say nothing;
    `engine` is a path to pdflatex, by default the one on PATH. Shell escape is off, and TeX may
    write below the temporary directory only. Passes are repeated until the references settle.
    Nothing is placed: hand `result.pdf` to `write_files`.

    Raises `TexError` with the first error of the log, and the package that mends it where it is
    known; when time is up; when the engine can not be run, or makes no PDF; or when the temporary
    directory can not be written. Whatever ends this process ends TeX, and all that TeX started.
    """
    engine = engine or find_engine()
    if engine is None:
        return PdfResult(None, "", ADVICE.format(name=name))
    started = monotonic()
    clock = _Clock(started + time_limit, time_limit, quiet_limit)
    try:
        pdf, log, passes, listed = _compiled(engine, clock, tex, figures or {}, bibliography, name)
    except OSError as error:
        raise _no_room(error, name, tex) from error
    return PdfResult(
        pdf=pdf,
        engine=engine,
        pages=page_count(log),
        passes=passes,
        seconds=monotonic() - started,
        undefined=undefined_references(log),
        overfull=overfull_boxes(log),
        warnings=warnings(log) + listed,
    )


@dataclass(frozen=True)
class _Clock:
    """When all passes must have ended, and how long that was and one may be quiet, in seconds."""

    end: float
    limit: float
    quiet: float


def _no_room(error: OSError, name: str, tex: str) -> TexError:
    failure = TexError(
        "TeX can not be run in the temporary folder",
        {"folder": tempfile.gettempdir(), "reason": error.strerror or error},
    )
    failure.name, failure.source, failure.hopeless = name, tex, True
    return failure


def _compiled(
    engine: str,
    clock: _Clock,
    tex: str,
    figures: Mapping[str, bytes],
    bibliography: str,
    name: str,
) -> tuple[bytes, str, int, tuple[Warned, ...]]:
    """The PDF, the log of the last pass, how many passes there were, and BibTeX's warnings."""
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as scratch:
        sources = {f"{name}.tex": tex.encode("utf-8"), **figures}
        if bibliography:
            sources[f"{name}.bib"] = bibliography.encode("utf-8")
        write_files(scratch, sources)
        listed: tuple[Warned, ...] = ()
        for passes in range(1, _PASSES + 1):
            try:
                _one_pass(engine, scratch, name, clock)
                if bibliography and passes == 1:
                    listed = bibtex_warnings(_bibtex(engine, scratch, name, clock))
                    continue
            except TexError as error:
                error.name, error.source = name, tex
                error.log = _log(scratch, name)
                raise
            log = _log(scratch, name)
            # longtable and hyperref settle their widths and outlines in the second pass.
            if passes > 1 + bool(bibliography) and not wants_another_pass(log):
                break
        return _pdf(scratch, name), log, passes, listed


def _sweep() -> None:
    """Remove what runs left that were killed: a signal that can not be heard."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if time() - path.lstat().st_mtime > _STALE:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # another run has removed it


def _pdf(scratch: str, name: str) -> bytes:
    return Path(scratch, f"{name}.pdf").read_bytes()


def _is_pdf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _log(scratch: str, name: str) -> str:
    path = Path(scratch, f"{name}.log")
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _one_pass(engine: str, scratch: str, name: str, clock: _Clock) -> None:
    options = ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    command = [engine, *options, "-file-line-error", f"{name}.tex"]
    code, said = _run(command, scratch, clock)
    if code > 128:
        by = _signal(code - 128)
        raise _hopeless(engine, f"was ended by {by}", {"it said last": last_words(said)})
    if code != 0:
        error = first_error(said)
        package = bringing(error["message"])
        advice = {} if package is None else package.advice
        raise TexError(
            f"{Path(engine).name} stopped at an error", {"engine": engine, **error, **advice}
        )
    if not _is_pdf(Path(scratch, f"{name}.pdf")):
        raise _hopeless(engine, "ended well, but wrote no PDF")


def _signal(number: int) -> str:
    if number == signal.SIGXFSZ:
        return f"the limit of {_LARGEST >> 20} MB for a file"
    return next((each.name for each in signal.Signals if each == number), f"signal {number}")


def _hopeless(program: str, why: str, detail: Mapping[str, object] | None = None) -> TexError:
    failure = TexError(f"{Path(program).name} {why}", {"engine": program, **(detail or {})})
    failure.hopeless = True
    return failure


def _bibtex(engine: str, scratch: str, name: str, clock: _Clock) -> str:
    """Makes the list of references by the BibTeX that stands beside the engine; what it printed."""
    program = shutil.which("bibtex", path=str(Path(engine).parent)) or shutil.which("bibtex")
    if program is None:
        raise TexError(
            "bibtex is not installed",
            {"engine": engine, **Package("texlive-binaries", "bibtex").advice},
        )
    code, log = _run([program, "-terse", name], scratch, clock)
    if code != 0:
        first = next(iter(log.strip().splitlines()), "unknown")
        raise TexError("bibtex stopped at an error", {"message": first})
    return log


def _run(command: list[str], scratch: str, clock: _Clock) -> tuple[int, str]:
    """The exit code, and what was printed.

    Raises:
        TexError: it could not be run, had not ended in time, or had said nothing for too long.
    """
    environment = {
        **os.environ,
        "openin_any": "a",
        "openout_any": "p",
        "max_print_line": "1000",  # the log's lines unbroken, so that they can be read
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
    }
    # Files: a pipe would be held open by whatever the program leaves running.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(
            command, out, err, folder=scratch, environment=environment, largest=_LARGEST
        )
        try:
            size, heard = 0, monotonic()
            while (code := process.poll()) is None:
                sleep(0.02)
                now, length = monotonic(), os.fstat(out.fileno()).st_size
                if length != size:
                    size, heard = length, now
                if now > clock.end:
                    raise _hopeless(command[0], f"did not finish within {clock.limit:g} s")
                if now > heard + clock.quiet:
                    raise _hopeless(command[0], f"hangs: it said nothing for {clock.quiet:g} s")
        finally:
            stop(process)
        said, complaint = map(_printed, (out, err))
    if code == NOT_RUN:
        raise _hopeless(command[0], "can not be run", {"reason": complaint.rpartition(": ")[2]})
    return code, said if said.strip() else complaint


def _printed(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace").strip()
