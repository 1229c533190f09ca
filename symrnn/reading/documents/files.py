"""Which files of a folder are documents, and how each is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.reading.documents.decode import MOST_FILES, decoded
from symrnn.reading.documents.document import Document
from symrnn.reading.documents.latex import (
    INPUT,
    file_of,
    latex,
    without_comments,
)
from symrnn.reading.documents.markdown import markdown, notebook
from symrnn.reading.documents.restructured import restructured

LATEX_ENDINGS = frozenset({".tex", ".ltx", ".latex"})


MARKDOWN_ENDINGS = frozenset({".md", ".markdown", ".mkd", ".rmd", ".qmd", ".mdx", ".txt"})


ENDINGS = LATEX_ENDINGS | MARKDOWN_ENDINGS | {".ipynb", ".rst"}


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
    for match in INPUT.finditer(without_comments(text)):
        target = file_of(path.parent, match[1].strip())
        if target is not None:
            yield target.resolve()


def read_document(path: Path) -> list[Document]:
    """A document and, for LaTeX, the files that it reads, in the order of reading.

    Raises:
        IllFormedError: no text, too large, a notebook that is none.
    """
    text, guessed = decoded(path)
    problems = ((0, guessed),) if guessed else ()
    suffix = path.suffix.lower()
    if suffix == ".ipynb":
        return [notebook(path, text)]
    if suffix in LATEX_ENDINGS:
        return latex(path, text, problems)
    if suffix == ".rst":
        return [restructured(str(path), text, problems)]
    return [markdown(str(path), text, problems)]
