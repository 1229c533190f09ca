"""Formulas in Markdown of any dialect, and in notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.reading.documents.document import Document, Formula, Remark
from symrnn.reading.documents.latex import (
    REMARK,
    blank,
    formulas_in,
    prose_of,
)
from symrnn.reading.latex.macros import macros_in

_FENCE = re.compile(
    r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?([\w+.-]*)[^\n]*\n(.*?)(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)


_HTML_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


_CODE_MATHS = re.compile(r"\$`([^`]+)`\$")


_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


_DOUBLED = re.compile(r"\\\\\[(?P<display>.*?)\\\\\]|\\\\\((?P<round>.*?)\\\\\)", re.DOTALL)


_LIQUID = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")


_IMAGE = re.compile(
    r"!\[(?P<alt>[^\]]*)\]\((?P<to>[^)]*)\)|<img[^>]*src=[\"'](?P<src>[^\"']*)[^>]*"
)


_EQUATION_IMAGE = re.compile(
    r"codecogs|latex|equation|formula|eqn|math|\beq[-_]?\d*\.", re.IGNORECASE
)
_WRITTEN = re.compile(r"\\[A-Za-z]{2}|[_^]\{")
"""What the words that stand for an image are written with if it is a formula."""


def markdown(path: str, text: str, problems: tuple[tuple[int, str], ...] = ()) -> Document:
    """A Markdown text of any dialect."""
    formulas: list[Formula] = []
    remarks: list[Remark] = []
    wrong = list(problems)
    shown = _LIQUID.sub(blank, text)

    def fence(match: re.Match[str]) -> str:
        if match[2].lower() in ("math", "latex", "katex", "tex") and match[3].strip():
            formulas.append(Formula(match[3], match.start(3), True))
        return blank(match)

    def comment(match: re.Match[str]) -> str:
        for line in re.finditer(r"[^\n]+", match[1]):
            found = REMARK.fullmatch(line[0])
            if found:
                remarks.append(Remark(found[1].strip(), match.start(1) + line.start()))
        return blank(match)

    def coded(match: re.Match[str]) -> str:
        formulas.append(Formula(match[1], match.start(1), False))
        return blank(match)

    def doubled(match: re.Match[str]) -> str:
        kind = str(match.lastgroup)
        body = match[kind].replace("\\\\\\\\", "\\\\")
        # Positions hold where nothing is written twice; else they are those of the formula.
        formulas.append(Formula(body, match.start(kind), kind == "display"))
        return blank(match)

    shown = _FENCE.sub(fence, shown)
    shown = _HTML_COMMENT.sub(comment, shown)
    shown = _CODE_MATHS.sub(coded, shown)
    shown = _CODE.sub(blank, shown)
    shown = _DOUBLED.sub(doubled, shown)
    for match in _IMAGE.finditer(shown):
        written = _WRITTEN.search(match[0] if match["to"] is None else match["alt"])
        if written or _EQUATION_IMAGE.search(match["to"] or match["src"] or ""):
            wrong.append((match.start(), "a formula as an image is not read"))
    macros, bare = macros_in(shown)
    found = list(formulas_in(bare))
    prose = prose_of(bare, found)
    formulas += [_unquoted(each) for each in found if not _is_money(each)]
    formulas.sort(key=lambda each: each.start)
    return Document(path, text, tuple(formulas), tuple(remarks), macros, prose, tuple(wrong))


def _unquoted(formula: Formula) -> Formula:
    """Inside a quotation each line begins with >, which is no relation."""
    text = re.sub(r"(?m)(?<=\n)[ \t]*>[ \t]?", lambda m: " " * len(m[0]), formula.text)
    # Markdown takes \_ for _ and \* for *.
    text = text.replace(r"\_", " _").replace(r"\*", " *")
    return Formula(text, formula.start, formula.display)


def _is_money(formula: Formula) -> bool:
    """`costs $5 and $6`: what stands between has blanks at its edges and no sign of TeX."""
    text = formula.text
    return (not formula.display and "\n\n" in text) or (
        not formula.display and bool(re.fullmatch(r"\d[\w\s,.]*\s", text))
    )


def notebook(path: Path, text: str) -> Document:
    """The Markdown cells of a notebook, as one text."""
    try:
        record = json.loads(text)
        cells = record["cells"]
        sources = [
            (number, "".join(cell["source"]))
            for number, cell in enumerate(cells, 1)
            if cell.get("cell_type") == "markdown"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IllFormedError(f"{path}: not a notebook", {"problem": error}) from error
    joined, firsts, line = [], [], 1
    for number, source in sources:
        firsts.append((number, line))
        source = source.rstrip("\n") + "\n\n"
        joined.append(source)
        line += source.count("\n")
    whole = markdown(str(path), "".join(joined))
    return Document(
        whole.path, whole.text, whole.formulas, whole.remarks, whole.macros, whole.prose,
        whole.problems, tuple(firsts),
    )  # fmt: skip
