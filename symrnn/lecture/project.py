"""A lecture: a folder with an outline, and what may stand beside it: slides, proofs, letters."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, ParseError
from symrnn.lecture.bibliography import works_in
from symrnn.lecture.given import image_in
from symrnn.lecture.outline import Outline, check_prose, outline
from symrnn.lecture.pictures import ALGORITHMS, DRAWN, LEARNED
from symrnn.lecture.pieces import Place
from symrnn.lecture.references import WORKS
from symrnn.python_text import parsed
from symrnn.theory.about import known_as
from symrnn.theory.graph import in_order
from symrnn.theory.library import everything, load, require_other
from symrnn.theory.statement import Statement
from symrnn.typeset.bibliography import Work

PROSE, SLIDES, NOTATION = "lecture.md", "slides.md", "notation.toml"
"""The files of a lecture beside its proof files."""

LECTURES = Path(__file__).resolve().parent / "lectures"
"""symrnn's own lectures, a folder each."""

FIRST = "gradients"
"""The lecture that is made where none is named."""

ANY = "cell"
"""The lecture of a cell that is none of those the first one is about."""


@dataclass(frozen=True)
class Project:
    """What a folder holds.

    slides: the text of its slides, where that is another than the lecture's.
    library: the statements that it shows and those that they use, each after those it uses.
    works: what its bibliography has.
    own: whether it is somebody's own, and not one of symrnn's.
    """

    folder: Path
    prose: Outline
    slides: Outline | None
    library: Mapping[str, Statement]
    works: tuple[Work, ...] = ()
    own: bool = True

    @property
    def notation_file(self) -> Path | None:
        """The folder's notation, where it has one."""
        path = self.folder / NOTATION
        return path if path.is_file() else None

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """Its texts."""
        return (self.prose,) if self.slides is None else (self.prose, self.slides)

    @property
    def network(self) -> bool:
        """Whether a network is trained for it."""
        return self.prose.front.network


def known() -> tuple[str, ...]:
    """The names of symrnn's own lectures."""
    return tuple(sorted(path.parent.name for path in LECTURES.glob(f"*/{PROSE}")))


def title(name: str) -> str:
    """The title of one of symrnn's own lectures."""
    folder = LECTURES / name
    return outline(_text(folder / PROSE), PROSE, image_in(folder, PROSE)).title


def found(given: str | None) -> Path:
    """The folder of a lecture: one of symrnn's own by its name, or a folder by its path.

    A name means symrnn's own, whatever folders there are: a folder of that name is `./name`.
    """
    if given is None:
        return LECTURES / FIRST
    return LECTURES / given if given in known() else Path(given)


def lecture_of(cell: Cell) -> Path:
    """The folder of the lecture that is made of a cell where none is named."""
    return LECTURES / (FIRST if known_as(cell) else ANY)


def statements() -> dict[str, Statement]:
    """The statements that a lecture can place."""
    return everything()


def _proofs(folder: Path) -> list[Path]:
    """Files of a folder that declare statements, by their names."""
    return [
        path
        for path in sorted(folder.glob("*.py"))
        if path.is_file() and not path.name.startswith(("_", "conftest", "test_"))
    ]


def open_project(folder: Path) -> Project:
    """The lecture in a folder.

    Raises:
        IllFormedError: for a folder without an outline.
        ParseError: naming the file and the line of what cannot be typeset.
    """
    path = folder / PROSE
    if not path.is_file():
        raise IllFormedError(
            f"{folder} holds no lecture",
            {
                "expected": f"a folder with {PROSE}, or {', '.join(known())}",
                "make one": f"symrnn new {folder}",
            },
        )
    prose = outline(_text(path), PROSE, image_in(folder, PROSE))
    slides = None
    if (folder / SLIDES).is_file():
        text = _text(folder / SLIDES)
        slides = outline(text, SLIDES, image_in(folder, SLIDES), prose.title)
    local = load([folder], alone=True) if _proofs(folder) else {}
    ours = statements()
    for name, statement in local.items():
        require_other(statement, ours.get(name))
    every = {**ours, **local}
    drawn = (*DRAWN, *ALGORITHMS, *(LEARNED if prose.front.network else ()))
    works = _works(folder, prose)
    keys = {work.key for work in (*works, *WORKS)}
    for each in filter(None, (prose, slides)):
        each.check((*every, *drawn), keys)
    prose.require_once((*every, *drawn), drawn)
    named = (name for each in (prose, slides) if each is not None for name in each.named())
    library = _needed(every, [*local, *named])
    _check_order(prose, library)
    for statement in library.values():
        for form in (statement, *statement.forms):
            _check_docstring(form, every)
    return Project(folder, prose, slides, library, works, folder.parent != LECTURES)


def _works(folder: Path, prose: Outline) -> tuple[Work, ...]:
    name = prose.front.bibliography
    if not name:
        return ()
    path = folder / name
    if not path.is_file():
        raise ParseError(
            f"{prose.file}, line {prose.front.lines['bibliography']}: there is no such file",
            {"expected": "a file of BibTeX in the folder", "got": name},
        )
    return works_in(_text(path), name)


def _needed(every: Mapping[str, Statement], wanted: list[str]) -> dict[str, Statement]:
    """The statements that are wanted and all that they use, each after those it uses."""
    chosen: dict[str, Statement] = {}
    pending = [name for name in wanted if name in every]
    while pending:
        name = pending.pop()
        if name not in chosen and name in every:
            chosen[name] = every[name]
            pending += every[name].uses
    return {statement.name: statement for statement in in_order(chosen)}


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ParseError(
            f"{path.name}, line {line}: this is no text in UTF-8",
            {"byte": f"0x{content[error.start]:02X}"},
        ) from error


def _check_order(prose: Outline, library: Mapping[str, Statement]) -> None:
    """Statements that are placed stand after those that they use."""
    places: dict[str, Place] = {place.name: place for place in prose.places()}
    for name, place in places.items():
        for used in library[name].uses if name in library else ():
            if used in places and places[used].line > place.line:
                raise ParseError(
                    f"{prose.file}, line {place.line}: `{name}` stands before `{used}`, which it "
                    "uses",
                    {"expected": f"`{used}` first", "line of it": places[used].line},
                )


def _check_docstring(statement: Statement, library: Mapping[str, Statement]) -> None:
    """Title and prose of a statement, by the lines of its file."""
    file = Path(inspect.getsourcefile(statement.build) or "")
    start = statement.build.__code__.co_firstlineno
    tree = parsed(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == statement.build.__name__:
            start = node.body[0].lineno
    check_prose(statement.title, file.name, start, library)
    text = inspect.getdoc(statement.build) or ""
    for paragraph in filter(None, statement.prose.split("\n\n")):
        line = start + text[: text.index(paragraph)].count("\n")
        check_prose(paragraph, file.name, line, library)
