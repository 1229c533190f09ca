"""Running pdflatex on generated source: sealed off, bounded in time, its log read and judged."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from symrnn.errors import EvidenceError
from symrnn.typeset.files import write_files
from symrnn.typeset.tex_log import (
    Overfull,
    Warned,
    bibtex_warnings,
    first_error,
    overfull_boxes,
    page_count,
    undefined_references,
    wants_another_pass,
    warnings,
)

#: What to do when there is no TeX engine, in one command.
ADVICE = (
    "No TeX engine found, so no PDF. Install one, e.g. on Debian or Ubuntu\n"
    "  apt-get install -y --no-install-recommends "
    "texlive-latex-extra texlive-science lmodern latexmk\n"
    "and run `latexmk -pdf {name}.tex`."
)

_PASSES = 4


class TexError(EvidenceError):
    """The generated source does not compile, or not in time: always our fault, never the user's.

    `name`, `source` and `log` are of the run that failed.
    """

    name: str = ""
    source: str = ""
    log: str = ""


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
    engine: str | None = None,
) -> PdfResult:
    """Compile `tex` and the figures it includes, in a temporary directory.

    `figures` maps relative paths to bytes; `bibliography` is the text of `name`.bib; `time_limit`
    is in seconds, for all passes together;
    `engine` is a path to pdflatex, by default the one on PATH. Shell escape is off, and TeX may
    write below the temporary directory only. Passes are repeated until the references settle.
    Nothing is placed: hand `result.pdf` to `write_files`.

    Raises `TexError` with the first error of the log, or when time is up.
    """
    engine = engine or find_engine()
    if engine is None:
        return PdfResult(None, "", ADVICE.format(name=name))
    started = monotonic()
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as scratch:
        sources = {f"{name}.tex": tex.encode("utf-8"), **(figures or {})}
        if bibliography:
            sources[f"{name}.bib"] = bibliography.encode("utf-8")
        write_files(scratch, sources)
        listed: tuple[Warned, ...] = ()
        for passes in range(1, _PASSES + 1):
            try:
                _one_pass(engine, scratch, name, started + time_limit - monotonic(), time_limit)
            except TexError as error:
                error.name, error.source, error.log = name, tex, _log(scratch, name)
                raise
            if bibliography and passes == 1:
                left = started + time_limit - monotonic()
                listed = bibtex_warnings(_bibtex(engine, scratch, name, left, time_limit))
                continue
            log = _log(scratch, name)
            # longtable and hyperref settle their widths and outlines in the second pass.
            if passes > 1 + bool(bibliography) and not wants_another_pass(log):
                break
        pdf = Path(scratch, f"{name}.pdf").read_bytes()
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


def _log(scratch: str, name: str) -> str:
    path = Path(scratch, f"{name}.log")
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _one_pass(engine: str, scratch: str, name: str, seconds: float, limit: float) -> None:
    options = ["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    run = _run([engine, *options, "-file-line-error", f"{name}.tex"], scratch, seconds, limit)
    if run.returncode != 0:
        log = run.stdout.decode("utf-8", errors="replace")
        raise TexError(
            f"{Path(engine).name} stopped at an error", {"engine": engine, **first_error(log)}
        )


def _bibtex(engine: str, scratch: str, name: str, seconds: float, limit: float) -> str:
    """Makes the list of references by the BibTeX that stands beside the engine; what it printed."""
    program = shutil.which("bibtex", path=str(Path(engine).parent)) or shutil.which("bibtex")
    if program is None:
        raise TexError("bibtex is not installed", {"engine": engine})
    run = _run([program, "-terse", name], scratch, seconds, limit)
    log = run.stdout.decode("utf-8", errors="replace")
    if run.returncode != 0:
        first = next(iter(log.strip().splitlines()), "unknown")
        raise TexError("bibtex stopped at an error", {"message": first})
    return log


def _run(
    command: list[str], scratch: str, seconds: float, limit: float
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "openin_any": "a",
        "openout_any": "p",
        "max_print_line": "1000",  # the log's lines unbroken, so that they can be read
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
    }
    try:
        return subprocess.run(
            command,
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=max(seconds, 0.01),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TexError(
            f"{Path(command[0]).name} did not finish within {limit:g} s", {"engine": command[0]}
        ) from error
