"""Documents: where their formulas stand, what their authors say to the reader, their macros.

LaTeX (with `\\input` inside the folder), Markdown in its dialects, reStructuredText, notebooks.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.reading.latex.macros import Macro, macros_in

LARGEST = 10_000_000
"""Bytes in one document."""
MOST_FILES = 500
"""Documents in one folder, and files that one document reads."""

LATEX_ENDINGS = frozenset({".tex", ".ltx", ".latex"})
MARKDOWN_ENDINGS = frozenset({".md", ".markdown", ".mkd", ".rmd", ".qmd", ".mdx", ".txt"})
ENDINGS = LATEX_ENDINGS | MARKDOWN_ENDINGS | {".ipynb", ".rst"}


@dataclass(frozen=True)
class Formula:
    """One formula: its LaTeX, the character where it begins, whether it stands on its own."""

    text: str
    start: int
    display: bool


@dataclass(frozen=True)
class Remark:
    """What the author says to symrnn in a comment: `key: value`."""

    text: str
    start: int


@dataclass(frozen=True)
class Document:
    """A document as read.

    `text` is what positions count in; `cells` are the first lines of a notebook's cells in it.
    `prose` is the text with its formulas left out. `problems` are what could not be read.
    """

    path: str
    text: str
    formulas: tuple[Formula, ...]
    remarks: tuple[Remark, ...]
    macros: dict[str, Macro]
    prose: str = ""
    problems: tuple[tuple[int, str], ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    _lines: list[int] = field(default_factory=list, compare=False, repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, from 1."""
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(m.end() for m in re.finditer(r"\n", self.text))
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def cell(self, line: int) -> tuple[int, int] | None:
        """The number of the notebook cell that a line is in, and the line in it; None elsewhere."""
        found = [(number, first) for number, first in self.cells if first <= line]
        return (found[-1][0], line - found[-1][1] + 1) if found else None


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def documents_in(path: Path) -> list[Path]:
    """The documents that a path names: itself, or all in its folders, in the order of their names.

    Links are not followed, so circles end; hidden folders are left out.

    Raises:
        IllFormedError: the path does not exist, or no document is found.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise IllFormedError(f"there is no file or folder {path}")
    found: list[Path] = []
    todo = [path]
    while todo:
        folder = todo.pop(0)
        for entry in sorted(folder.iterdir()):
            if entry.is_symlink() or entry.name.startswith("."):
                continue
            if entry.is_dir():
                todo.append(entry)
            elif entry.suffix.lower() in ENDINGS - {".txt"}:
                found.append(entry)
                if len(found) > MOST_FILES:
                    raise IllFormedError(f"{path} has more than {MOST_FILES} documents")
    # What another document reads is judged there.
    read = {file for each in found if each.suffix in LATEX_ENDINGS for file in _inputs(each)}
    return [each for each in found if each.resolve() not in read]


def _inputs(path: Path) -> Iterator[Path]:
    try:
        text, _ = decoded(path)
    except IllFormedError:
        return
    for match in _INPUT.finditer(_without_comments(text)):
        target = _target(path.parent, match[1].strip())
        if target is not None:
            yield target.resolve()


def decoded(path: Path) -> tuple[str, str]:
    """The text of a file, and what had to be guessed of its encoding.

    Raises:
        IllFormedError: too large, or no text.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise IllFormedError(f"{path}: larger than {LARGEST:,} bytes", {"bytes": f"{size:,}"})
    data = path.read_bytes()
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name).replace("\r\n", "\n"), ""
            except UnicodeDecodeError as error:
                raise IllFormedError(f"{path}: no text in {name}") from error
    if b"\0" in data:
        raise IllFormedError(f"{path}: no text (it has zero bytes)")
    try:
        return data.decode("utf-8").replace("\r\n", "\n"), ""
    except UnicodeDecodeError:
        return data.decode("latin-1").replace("\r\n", "\n"), "read as Latin-1: it is no UTF-8"


def read_document(path: Path) -> list[Document]:
    """A document and, for LaTeX, the files that it reads, in the order of reading.

    Raises:
        IllFormedError: no text, too large, a notebook that is none.
    """
    text, guessed = decoded(path)
    problems = ((0, guessed),) if guessed else ()
    suffix = path.suffix.lower()
    if suffix == ".ipynb":
        return [_notebook(path, text)]
    if suffix in LATEX_ENDINGS:
        return _latex(path, text, problems)
    if suffix == ".rst":
        return [_rst(str(path), text, problems)]
    return [markdown(str(path), text, problems)]


# ── LaTeX ───────────────────────────────────────────────────────────────────────────────────────

_INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]*)\}")
_ENVIRONMENTS = (
    "equation|align|gather|multline|eqnarray|flalign|alignat|displaymath|math|dmath|empheq"
    "|IEEEeqnarray|subequations"
)
_MATHS = re.compile(
    rf"\\begin\{{(?P<env>(?:{_ENVIRONMENTS})\*?)\}}(?P<inenv>.*?)\\end\{{(?P=env)\}}"
    r"|(?<!\\)\\\[(?P<display>.*?)(?<!\\)\\\]"
    r"|(?<!\\)\\\((?P<round>.*?)(?<!\\)\\\)"
    r"|(?<!\\)\$\$(?P<dollars>.*?)(?<!\\)\$\$"
    r"|(?<![\\$])\$(?P<dollar>(?:[^$\\]|\\.)+?)\$",
    re.DOTALL,
)
_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|comment|Verbatim)\}.*?\\end\{\1\}|\\verb\*?([^A-Za-z\s*]).*?\2",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%([^\n]*)")
_REMARK = re.compile(r"\s*symrnn\s*:\s*(.*)", re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _without_comments(text: str) -> str:
    return _COMMENT.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)


def _target(folder: Path, name: str) -> Path | None:
    """The file that `\\input{name}` reads, if it is inside the folder."""
    for candidate in (name, name + ".tex"):
        path = folder / candidate
        try:
            inside = path.resolve().is_relative_to(folder.resolve())
            if inside and path.is_file():
                return path
        except (OSError, ValueError, RuntimeError):
            return None
    return None


def _latex(path: Path, text: str, problems: tuple[tuple[int, str], ...]) -> list[Document]:
    documents: list[Document] = []
    macros: dict[str, Macro] = _local_packages(path.parent, text)
    seen: set[Path] = set()

    def read(file: Path, content: str, wrong: tuple[tuple[int, str], ...]) -> None:
        seen.add(file.resolve())
        found, bare = macros_in(_without_comments(_VERBATIM.sub(_blank, content)))
        macros.update(found)
        shown = latex_document(str(file), content, macros, wrong, bare)
        here = list(shown.problems)
        documents.append(shown)
        slot = len(documents) - 1
        for match in _INPUT.finditer(bare):
            name = match[1].strip()
            target = _target(path.parent, name) or _target(file.parent, name)
            if target is None:
                here.append((match.start(), f"\\input{{{name}}} is not a file inside the folder"))
            elif target.resolve() in seen:
                here.append(
                    (match.start(), f"\\input{{{name}}} is read already: a circle, or twice")
                )
            elif len(seen) >= MOST_FILES:
                here.append((match.start(), f"more than {MOST_FILES} files are read"))
            else:
                try:
                    inner, guessed = decoded(target)
                except IllFormedError as error:
                    here.append((match.start(), error.message))
                    continue
                read(target, inner, ((0, guessed),) if guessed else ())
        before = documents[slot]
        documents[slot] = Document(
            before.path,
            before.text,
            before.formulas,
            before.remarks,
            macros,
            before.prose,
            tuple(here),
        )

    read(path, text, problems)
    return documents


def _local_packages(folder: Path, text: str) -> dict[str, Macro]:
    """The macros of `\\usepackage{name}` where name.sty lies in the folder."""
    found: dict[str, Macro] = {}
    for match in re.finditer(
        r"\\(?:usepackage|RequirePackage)\s*(?:\[[^\]]*\])?\{([^{}]*)\}", text
    ):
        for name in match[1].split(","):
            target = _target(folder, name.strip() + ".sty")
            if target is not None:
                try:
                    found |= macros_in(_without_comments(decoded(target)[0]))[0]
                except IllFormedError:
                    continue
    return found


def latex_document(
    path: str,
    text: str,
    macros: dict[str, Macro],
    problems: tuple[tuple[int, str], ...] = (),
    bare: str | None = None,
) -> Document:
    """A LaTeX text; `bare` is the same without comments and definitions of macros."""
    shown = _VERBATIM.sub(_blank, text)
    remarks = [
        Remark(found[1].strip(), match.start())
        for match in _COMMENT.finditer(shown)
        if (found := _REMARK.fullmatch(match[2]))
    ]
    bare = _without_comments(shown) if bare is None else bare
    formulas = list(_formulas(bare))
    return Document(
        path, text, tuple(formulas), tuple(remarks), macros, _prose(bare, formulas), problems
    )


def _formulas(text: str) -> Iterator[Formula]:
    for match in _MATHS.finditer(text):
        kind = str(match.lastgroup) if match.lastgroup != "env" else "inenv"
        if kind == "inenv" or match["env"]:
            env = match["env"].rstrip("*")
            if env == "subequations":
                for inner in _formulas(match["inenv"]):
                    yield Formula(inner.text, match.start("inenv") + inner.start, inner.display)
                continue
            yield Formula(match["inenv"], match.start("inenv"), env != "math")
            continue
        body, start = match[kind], match.start(kind)
        if body.strip():
            alone = (
                kind == "display"
                or (kind == "dollars" and _stands_alone(text, match))
                or (kind == "dollars" and "\n" in body)
            )
            yield Formula(body, start, alone)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    end = text.find("\n", match.end())
    after = text[match.end() : len(text) if end < 0 else end]
    return not before.strip(" \t>*-") and not after.strip(" \t.,;:")


def _prose(text: str, formulas: list[Formula]) -> str:
    pieces, done = [], 0
    for formula in formulas:
        pieces += [text[done : formula.start], "\N{OBJECT REPLACEMENT CHARACTER}"]
        done = formula.start + len(formula.text)
    return "".join([*pieces, text[done:]])


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────

_FENCE = re.compile(
    r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?([\w+.-]*)[^\n]*\n(.*?)(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_HTML_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_CODE_MATHS = re.compile(r"\$`([^`]+)`\$")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_DOUBLED = re.compile(r"\\\\\[(?P<display>.*?)\\\\\]|\\\\\((?P<round>.*?)\\\\\)", re.DOTALL)
_LIQUID = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)]*)\)|<img[^>]*src=[\"']([^\"']*)")
_EQUATION_IMAGE = re.compile(r"codecogs|latex|equation|formula|eqn|math", re.IGNORECASE)


def markdown(path: str, text: str, problems: tuple[tuple[int, str], ...] = ()) -> Document:
    """A Markdown text of any dialect."""
    formulas: list[Formula] = []
    remarks: list[Remark] = []
    wrong = list(problems)
    shown = _LIQUID.sub(_blank, text)

    def fence(match: re.Match[str]) -> str:
        if match[2].lower() in ("math", "latex", "katex", "tex") and match[3].strip():
            formulas.append(Formula(match[3], match.start(3), True))
        return _blank(match)

    def comment(match: re.Match[str]) -> str:
        for line in re.finditer(r"[^\n]+", match[1]):
            found = _REMARK.fullmatch(line[0])
            if found:
                remarks.append(Remark(found[1].strip(), match.start(1) + line.start()))
        return _blank(match)

    def coded(match: re.Match[str]) -> str:
        formulas.append(Formula(match[1], match.start(1), False))
        return _blank(match)

    def doubled(match: re.Match[str]) -> str:
        kind = str(match.lastgroup)
        body = match[kind].replace("\\\\\\\\", "\\\\")
        # Positions hold where nothing is written twice; else they are those of the formula.
        formulas.append(Formula(body, match.start(kind), kind == "display"))
        return _blank(match)

    shown = _FENCE.sub(fence, shown)
    shown = _HTML_COMMENT.sub(comment, shown)
    shown = _CODE_MATHS.sub(coded, shown)
    shown = _CODE.sub(_blank, shown)
    shown = _DOUBLED.sub(doubled, shown)
    for match in _IMAGE.finditer(shown):
        if _EQUATION_IMAGE.search(match[1] or match[2] or ""):
            wrong.append((match.start(), "a formula as an image is not read"))
    macros, bare = macros_in(shown)
    found = list(_formulas(bare))
    prose = _prose(bare, found)
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


# ── reStructuredText, notebooks ─────────────────────────────────────────────────────────────────

_DIRECTIVE = re.compile(
    r"^([ \t]*)\.\. math::[ \t]*([^\n]*)\n((?:\1[ \t]+[^\n]*\n?|[ \t]*\n)*)", re.MULTILINE
)
_ROLE = re.compile(r":math:`([^`]+)`")
_RST_COMMENT = re.compile(r"^[ \t]*\.\.[ \t]+(symrnn[ \t]*:[^\n]*)", re.MULTILINE)


def _rst(path: str, text: str, problems: tuple[tuple[int, str], ...]) -> Document:
    formulas: list[Formula] = []
    remarks = [
        Remark(found[1].strip(), match.start(1))
        for match in _RST_COMMENT.finditer(text)
        if (found := _REMARK.fullmatch(match[1]))
    ]

    def directive(match: re.Match[str]) -> str:
        start = match.start(2) if match[2].strip() else match.start(3)
        body = re.sub(r"(?m)^[ \t]*:\w+:[^\n]*$", _blank, text[start : match.end()])
        # A blank line between two formulas of one directive begins a row.
        if body.strip():
            body = re.sub(r"\n([ \t]*)\n(?=[ \t]*\S)", lambda m: "\\\\" + m[0][2:], body.rstrip())
            formulas.append(Formula(body, start, True))
        return _blank(match)

    def role(match: re.Match[str]) -> str:
        formulas.append(Formula(match[1], match.start(1), False))
        return _blank(match)

    prose = _ROLE.sub(role, _DIRECTIVE.sub(directive, text))
    formulas.sort(key=lambda each: each.start)
    macros, _ = macros_in(text)
    return Document(path, text, tuple(formulas), tuple(remarks), macros, prose, problems)


def _notebook(path: Path, text: str) -> Document:
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
