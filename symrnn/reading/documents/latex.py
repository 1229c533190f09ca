"""Formulas in LaTeX files, with what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.reading.documents.decode import MOST_FILES, decoded
from symrnn.reading.documents.document import Document, Formula, Remark
from symrnn.reading.documents.typesetting import Shown, displays, setting
from symrnn.reading.latex.macros import Macro, macros_in

INPUT = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]*)\}")


_ENVIRONMENTS = (
    "equation|align|gather|multline|eqnarray|flalign|alignat|displaymath|math|dmath|empheq"
    "|IEEEeqnarray|subequations"
)


MATHS = re.compile(
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


REMARK = re.compile(r"\s*symrnn\s*:\s*(.*)", re.DOTALL)


def blank(match: re.Match[str]) -> str:
    """As many blanks, line ends kept: positions hold."""
    return re.sub(r"[^\n]", " ", match[0])


def without_comments(text: str) -> str:
    """A text whose comments are blanks."""
    return _COMMENT.sub(lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)


def file_of(folder: Path, name: str) -> Path | None:
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


def latex(path: Path, text: str, problems: tuple[tuple[int, str], ...]) -> list[Document]:
    """A LaTeX file and, after it, those that it reads."""
    documents: list[Document] = []
    macros: dict[str, Macro] = _local_packages(path.parent, text)
    shown_by: dict[str, Shown] = {}
    seen: set[Path] = set()

    def read(file: Path, content: str, wrong: tuple[tuple[int, str], ...]) -> None:
        seen.add(file.resolve())
        plain = without_comments(_VERBATIM.sub(blank, content))
        sets, plain = setting(plain)
        shown_by.update(sets)
        found, bare = macros_in(plain)
        macros.update(found)
        macros.update(
            {name: Macro(1, "#1") for sign, each in sets.items() if each == Shown(1, 1, False)
             and (name := sign.removeprefix("\\")) in found and found[name].count == 1}
        )  # fmt: skip
        shown = latex_document(str(file), content, macros, wrong, bare, shown_by)
        here = list(shown.problems)
        documents.append(shown)
        slot = len(documents) - 1
        for match in INPUT.finditer(bare):
            name = match[1].strip()
            target = file_of(path.parent, name) or file_of(file.parent, name)
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
            target = file_of(folder, name.strip() + ".sty")
            if target is not None:
                try:
                    found |= macros_in(without_comments(decoded(target)[0]))[0]
                except IllFormedError:
                    continue
    return found


def latex_document(
    path: str,
    text: str,
    macros: dict[str, Macro],
    problems: tuple[tuple[int, str], ...] = (),
    bare: str | None = None,
    shown_by: dict[str, Shown] | None = None,
) -> Document:
    """A LaTeX text; `bare` is the same without comments and definitions of macros.

    `shown_by` are the author's own macros and environments that set displays.
    """
    shown = _VERBATIM.sub(blank, text)
    remarks = [
        Remark(found[1].strip(), match.start())
        for match in _COMMENT.finditer(shown)
        if (found := REMARK.fullmatch(match[2]))
    ]
    bare = without_comments(shown) if bare is None else bare
    formulas = list(formulas_in(bare, doubled=True))
    within = [(f.start, f.start + len(f.text)) for f in formulas]
    formulas += [
        each for each in displays(bare, shown_by or {})
        if not any(a <= each.start < b for a, b in within)
    ]  # fmt: skip
    inside = [(f.start, f.start + len(f.text)) for f in formulas if f.display]
    formulas = [
        f for f in sorted(formulas, key=lambda f: f.start)
        if f.display or not any(a < f.start and f.start + len(f.text) < b for a, b in inside)
    ]  # fmt: skip
    return Document(
        path, text, tuple(formulas), tuple(remarks), macros, prose_of(bare, formulas), problems
    )


def formulas_in(text: str, doubled: bool = False) -> Iterator[Formula]:
    """The formulas between dollars, brackets and in environments.

    `doubled` says that $$ always sets a display, as in LaTeX; in Markdown it may stand in a line.
    """
    for match in MATHS.finditer(text):
        kind = str(match.lastgroup) if match.lastgroup != "env" else "inenv"
        if kind == "inenv" or match["env"]:
            env = match["env"].rstrip("*")
            if env == "subequations":
                for inner in formulas_in(match["inenv"], doubled):
                    yield Formula(inner.text, match.start("inenv") + inner.start, inner.display)
                continue
            body, start = match["inenv"], match.start("inenv")
            columns = re.match(r"\s*\{\d+\}", body) if env.startswith("alignat") else None
            cut = columns.end() if columns else 0
            yield Formula(body[cut:], start + cut, env != "math")
            continue
        body, start = match[kind], match.start(kind)
        if body.strip():
            alone = (
                kind == "display"
                or (kind == "dollars" and (doubled or _stands_alone(text, match)))
                or (kind == "dollars" and "\n" in body)
            )
            yield Formula(body, start, alone)


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    end = text.find("\n", match.end())
    after = text[match.end() : len(text) if end < 0 else end]
    return not before.strip(" \t>*-") and not after.strip(" \t.,;:")


def prose_of(text: str, formulas: list[Formula]) -> str:
    """What stands between the formulas."""
    pieces, done = [], 0
    for formula in formulas:
        pieces += [text[done : formula.start], "\N{OBJECT REPLACEMENT CHARACTER}"]
        done = formula.start + len(formula.text)
    return "".join([*pieces, text[done:]])
