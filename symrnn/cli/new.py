"""`symrnn new`: the beginnings of a lecture of the user's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.output import say
from symrnn.errors import IllFormedError
from symrnn.lecture.project import NOTATION, PROSE
from symrnn.typeset.files import require_room, write_files

SUFFIX = ".txt"
"""What template files carry that must not be taken for modules of the package."""


def new(
    directory: Annotated[Path, typer.Argument(help="The folder: made if missing, else empty.")],
) -> None:
    """Make a small lecture of your own: a statement, prose and a notation; build it, change it."""
    made = template()
    require_room(directory, ())
    if directory.exists() and any(directory.iterdir()):
        raise IllFormedError(f"{directory} is not empty", {"expected": "a new or an empty folder"})
    for path in write_files(directory, made):
        say(f"  {path}")
    say(f"symrnn lecture {directory} builds it")


def template() -> dict[str, bytes]:
    """The files of a new project, prose first."""
    found = {
        entry.name.removesuffix(SUFFIX): entry.read_bytes()
        for entry in files("symrnn.lecture").joinpath("template").iterdir()
    }
    return dict(sorted(found.items(), key=lambda each: (each[0] not in (PROSE, NOTATION), each[0])))
