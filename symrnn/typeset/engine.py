"""Running pdflatex on generated source: sealed off, bounded in time, its log read and judged."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from symrnn.errors import EvidenceError
from symrnn.typeset.files import write_files

#: What to do when there is no TeX engine, in one command.
ADVICE = (
    "No TeX engine found, so no PDF. Install one, e.g. on Debian or Ubuntu\n"
    "  apt-get install -y --no-install-recommends "
    "texlive-latex-extra texlive-science lmodern latexmk\n"
    "and run `latexmk -pdf {name}.tex`."
)

_PASSES = 4
_TOO_WIDE = 10.0  # pt


class TexError(EvidenceError):
    """The generated source does not compile, or not in time: always our fault, never the user's.

    `name`, `source` and `log` are of the run that failed.
    """

    name: str = ""
    source: str = ""
    log: str = ""


@dataclass(frozen=True)
class Overfull:
    """A box wider (or higher) than its place: by how many points, and where TeX says it is."""

    points: float
    place: str


@dataclass(frozen=True)
class PdfResult:
    """What came of compiling.

    `pdf` is None exactly when there is no engine; then `advice` says how to get one. `undefined`
    are the names referred to in vain, `overfull` the boxes more than 10 pt too large.
    """

    pdf: bytes | None = field(repr=False)
    engine: str
    advice: str = ""
    pages: int = 0
    passes: int = 0
    seconds: float = 0.0
    undefined: tuple[str, ...] = ()
    overfull: tuple[Overfull, ...] = ()

    @property
    def clean(self) -> bool:
        """A PDF without undefined references and without boxes more than 10 pt too large."""
        return self.pdf is not None and not self.undefined and not self.overfull


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
        for passes in range(1, _PASSES + 1):
            try:
                _one_pass(engine, scratch, name, started + time_limit - monotonic(), time_limit)
            except TexError as error:
                error.name, error.source, error.log = name, tex, _log(scratch, name)
                raise
            if bibliography and passes == 1:
                _bibtex(engine, scratch, name, started + time_limit - monotonic(), time_limit)
                continue
            log = _log(scratch, name)
            # longtable and hyperref settle their widths and outlines in the second pass.
            if passes > 1 + bool(bibliography) and not _wants_another_pass(log):
                break
        pdf = Path(scratch, f"{name}.pdf").read_bytes()
    return PdfResult(
        pdf=pdf,
        engine=engine,
        pages=_pages(log),
        passes=passes,
        seconds=monotonic() - started,
        undefined=undefined_references(log),
        overfull=overfull_boxes(log),
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


def _bibtex(engine: str, scratch: str, name: str, seconds: float, limit: float) -> None:
    """The list of references, by the BibTeX that stands beside the engine."""
    program = shutil.which("bibtex", path=str(Path(engine).parent)) or shutil.which("bibtex")
    if program is None:
        raise TexError("bibtex is not installed", {"engine": engine})
    run = _run([program, "-terse", name], scratch, seconds, limit)
    if run.returncode != 0:
        log = run.stdout.decode("utf-8", errors="replace")
        raise TexError("bibtex stopped at an error", {"message": log.strip().splitlines()[0]})


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


_ERROR = re.compile(
    r"^(?:\./)?(?P<file>[^:\n]+\.tex):(?P<line>\d+): (?P<message>.+)$", re.MULTILINE
)
_BARE_ERROR = re.compile(r"^! (?P<message>.+)$", re.MULTILINE)


def first_error(log: str) -> dict[str, str]:
    """The first error of a log: `message`, and where known `place` and the offending `source`."""
    located, bare = _ERROR.search(log), _BARE_ERROR.search(log)
    if located is not None and (bare is None or located.start() <= bare.start()):
        found = {"message": located["message"], "place": f"{located['file']}:{located['line']}"}
        source = re.search(rf"^l\.{located['line']} (.*)$", log[located.end() :], re.MULTILINE)
        return found | ({"source": source[1][-90:]} if source else {})
    return {"message": bare["message"] if bare else "unknown; see the log"}


def undefined_references(log: str) -> tuple[str, ...]:
    """The names of undefined references and citations, each once, in the log's order."""
    found = re.findall(
        r"Warning: (?:Reference|Citation|Hyper reference) [`'](.+?)'.* undefined", log
    )
    return tuple(dict.fromkeys(found))


def overfull_boxes(log: str, *, above: float = _TOO_WIDE) -> tuple[Overfull, ...]:
    """The boxes more than `above` points too large."""
    boxes = re.findall(
        r"^Overfull \\[hv]box \((\d+(?:\.\d+)?)pt too \w+\) (.*)$", log, re.MULTILINE
    )
    return tuple(Overfull(float(points), place) for points, place in boxes if float(points) > above)


def _wants_another_pass(log: str) -> bool:
    return bool(re.search(r"Rerun to get|Rerun LaTeX", log))


def _pages(log: str) -> int:
    found = re.search(r"Output written on .*\((\d+) pages?", log)
    return int(found[1]) if found else 0
