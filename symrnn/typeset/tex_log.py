"""What TeX says in its log: the first error, and every warning.

The log is to be written with `max_print_line` so large that no line is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: TeX rounds: a box this much too large is no larger.
_ROUNDING = 0.1  # pt


@dataclass(frozen=True)
class Warned:
    """One warning: who gives it ("LaTeX", a package or class, "font", "box", "pdf"), and of what.

    `line` is the line of the source that it names, 0 where it names none.
    """

    source: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


@dataclass(frozen=True)
class Overfull:
    """A box wider (or higher) than its place: by how many points, and where TeX says it is."""

    points: float
    place: str
    high: bool = False

    @property
    def line(self) -> int:
        """The line of the source that it names, 0 where it names none."""
        return _line(self.place)


_ERROR = re.compile(
    r"^(?:\./)?(?P<file>[^:\n]+\.\w+):(?P<line>\d+): (?P<message>.+)$", re.MULTILINE
)
# What stops the engine itself has no blank after the mark, or no mark.
_BARE_ERROR = re.compile(
    r"^(?:! ?|(?=I can't find |\S+: (?:fatal|error)\b))(?P<message>.+)$", re.MULTILINE
)
_LONGEST = 200  # characters of a message that is shown

_FROM_LATEX = re.compile(
    r"^(?:(?:Package|Class|Module) (?P<source>\S+)|LaTeX(?P<font> Font)?) Warning: (?P<message>.*\n"
    # What goes on in the next lines is marked by the name in parentheses, or set in blanks.
    r"(?:\((?:\S+|Font)\) .*\n| {4,}\S.*\n)*)",
    re.MULTILINE,
)
_BOX = re.compile(r"^(?P<message>(?:Over|Under)full \\[hv]box \(.*?\) .*)$", re.MULTILINE)
_MISSING = re.compile(r"^(?P<message>Missing character: .*)$", re.MULTILINE)
_FROM_ENGINE = re.compile(
    r"(?:pdfTeX warning(?: \(.*?\))?|^warning +\(.*?\)|^libpng warning): (?P<message>.*)$",
    re.MULTILINE,
)
_BIBTEX = re.compile(r"^Warning--(?P<message>.*)$", re.MULTILINE)
_LINE = re.compile(r"(?:on input line|at lines?) (\d+)")


def first_error(log: str) -> dict[str, str]:
    """The first error of a log: `message`, and where known `place` and the offending `source`."""
    located, bare = _ERROR.search(log), _BARE_ERROR.search(log)
    if located is not None and (bare is None or located.start() <= bare.start()):
        found = {"message": located["message"], "place": f"{located['file']}:{located['line']}"}
        source = re.search(rf"^l\.{located['line']} (.*)$", log[located.end() :], re.MULTILINE)
        return found | ({"source": source[1][-90:]} if source else {})
    if bare is not None:
        return {"message": bare["message"][:_LONGEST]}
    return {"message": last_words(log) or "unknown: it said nothing"}


def last_words(printed: str) -> str:
    """The last line with something on it, of what need not be text."""
    lines = [
        " ".join(re.sub(r"[^\S\n]|[^ -~\u00a0-\ud7ff]", " ", line).split())
        for line in printed.splitlines()
    ]
    return next((line[:_LONGEST] for line in reversed(lines) if line), "")


def warnings(log: str) -> tuple[Warned, ...]:
    """Every warning of a log, each once: LaTeX's, packages', classes', fonts', boxes', the PDF's.

    A box that is no more than rounding too large is none.
    """
    found: list[tuple[int, Warned]] = []
    for each in _FROM_LATEX.finditer(log + "\n"):
        words = re.sub(r"^\(\S+\)", "", each["message"], flags=re.MULTILINE)
        source = "font" if each["font"] else each["source"] or "LaTeX"
        found.append((each.start(), _warned(source, words)))
    for source, pattern in (("box", _BOX), ("font", _MISSING), ("pdf", _FROM_ENGINE)):
        for each in pattern.finditer(log):
            if _too_large(each["message"]):
                found.append((each.start(), _warned(source, each["message"])))
    ordered = sorted(found, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(warned for _, warned in ordered))


def _too_large(message: str) -> bool:
    points = re.search(r"\((\d+(?:\.\d+)?)pt too", message)
    return points is None or float(points[1]) > _ROUNDING


def _warned(source: str, words: str) -> Warned:
    message = " ".join(words.split())
    return Warned(source, message, _line(message))


def _line(words: str) -> int:
    found = _LINE.search(words)
    return int(found[1]) if found else 0


def bibtex_warnings(printed: str) -> tuple[Warned, ...]:
    """What BibTeX complained about: an entry without a year, a citation of nothing."""
    return tuple(Warned("bibtex", each["message"]) for each in _BIBTEX.finditer(printed))


def undefined_references(log: str) -> tuple[str, ...]:
    """The names of undefined references and citations, each once, in the log's order."""
    found = re.findall(
        r"Warning: (?:Reference|Citation|Hyper reference) [`'](.+?)'.* undefined", log
    )
    return tuple(dict.fromkeys(found))


def overfull_boxes(log: str) -> tuple[Overfull, ...]:
    """The boxes that are too large."""
    boxes = re.findall(
        r"^Overfull \\([hv])box \((\d+(?:\.\d+)?)pt too \w+\) (.*)$", log, re.MULTILINE
    )
    return tuple(
        Overfull(float(points), place, kind == "v")
        for kind, points, place in boxes
        if float(points) > _ROUNDING
    )


def wants_another_pass(log: str) -> bool:
    """Whether references, or the widths of tables, have not settled."""
    return bool(re.search(r"Rerun to get|Rerun LaTeX", log))


def page_count(log: str) -> int:
    """How many pages were written."""
    found = re.search(r"Output written on .*\((\d+) pages?", log)
    return int(found[1]) if found else 0
