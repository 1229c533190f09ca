"""A lecture of the user's own: a folder with statements, prose and a notation."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from symrnn.errors import IllFormedError, ParseError
from symrnn.language.notation import Notation
from symrnn.lecture.appendices import appendices
from symrnn.lecture.prose_file import ProseFile, Said, check_prose, read
from symrnn.lecture.references import WORKS
from symrnn.lecture.statements import Writer, statement_block
from symrnn.recurrence.elman import RNN
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Block, Paragraph, Section
from symrnn.typeset.document import Document
from symrnn.verify.evidence import Evidence

PROSE, NOTATION = "lecture.md", "notation.toml"
"""The files of a project beside its proof files."""


@dataclass(frozen=True)
class Project:
    """What a folder holds.

    library: its statements and those that they use, each after those it uses.
    """

    folder: Path
    prose: ProseFile
    library: Mapping[str, Statement]

    @property
    def notation_file(self) -> Path | None:
        """The folder's notation, where it has one."""
        path = self.folder / NOTATION
        return path if path.is_file() else None


def open_project(folder: Path) -> Project:
    """The project in a folder.

    Raises:
        IllFormedError: for a folder without prose or statements.
        ParseError: naming the file and the line of what cannot be typeset.
    """
    path = folder / PROSE
    if not path.is_file():
        raise IllFormedError(
            f"{folder} holds no lecture", {"expected": PROSE, "make one": f"symrnn new {folder}"}
        )
    prose = read(_text(path), PROSE)
    library = load([folder])
    prose.check(library)
    _check_order(prose, library)
    for statement in library.values():
        for each in (statement, *statement.variants.values()):
            _check_docstring(each, library)
    return Project(folder, prose, library)


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ParseError(
            f"{path.name}, line {line}: this is no text in UTF-8",
            {"byte": f"0x{content[error.start]:02X}"},
        ) from error


def project_document(
    project: Project, evidence: Sequence[Evidence], rnn: RNN, notation: Notation
) -> Document:
    """The project as a document; statements that are used but not placed stand after it.

    Args:
        project: what the folder holds.
        evidence: of every statement of its library.
        rnn: the recurrence that was proved.
        notation: how quantities are lettered.
    """
    by_name = {each.statement.name: each for each in evidence}
    order = project.prose.order
    rest = [name for name in by_name if name not in order]
    number = {name: place for place, name in enumerate((*order, *rest), start=1)}
    writer = Writer(notation, number)

    def block(piece: Said) -> Block:
        if piece.place is None:
            return Paragraph(writer.prose(piece.text))
        return statement_block(by_name[piece.place], rnn, writer, ())

    sections = [
        Section(writer.prose(part.title.text), f"section-{place}", tuple(map(block, part.pieces)))
        for place, part in enumerate(project.prose.parts, start=1)
    ]
    if rest:
        blocks = [statement_block(by_name[name], rnn, writer, ()) for name in rest]
        sections.append(Section("What it builds on", "builds-on", tuple(blocks)))
    author = project.prose.author
    return Document(
        title=writer.prose(project.prose.title.text),
        author=author.text if author is not None else "",
        abstract="\n\n".join(writer.prose(piece.text) for piece in project.prose.abstract),
        blocks=(*sections, *appendices(evidence, tuple(by_name), by_name, rnn, writer)),
        works=WORKS,
    )


def _check_order(prose: ProseFile, library: Mapping[str, Statement]) -> None:
    """Statements that are placed stand after those that they use."""
    places = {
        piece.place: piece.line
        for part in prose.parts
        for piece in part.pieces
        if piece.place is not None
    }
    for name, line in places.items():
        for used in library[name].uses:
            if places.get(used, 0) > line:
                raise ParseError(
                    f"{prose.name}, line {line}: `{name}` stands before `{used}`, which it uses",
                    {"expected": f"`{used}` first", "line of it": places[used]},
                )


def _check_docstring(statement: Statement, library: Mapping[str, Statement]) -> None:
    """Title and prose of a statement, by the lines of its file."""
    file = Path(inspect.getsourcefile(statement.build) or "")
    start = statement.build.__code__.co_firstlineno
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == statement.build.__name__:
            start = node.body[0].lineno
    check_prose(statement.title, file.name, start, library)
    text = inspect.getdoc(statement.build) or ""
    for paragraph in filter(None, statement.prose.split("\n\n")):
        line = start + text[: text.index(paragraph)].count("\n")
        check_prose(paragraph, file.name, line, library)
