"""`symrnn cookbook`: recipes that run, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.output import say
from symrnn.lecture.cookbook import cookbook as made
from symrnn.typeset.files import require_room, write_files

_ROOM = 1_000_000


def cookbook(
    output: Annotated[Path, typer.Option("-o", "--output", help="The page.")] = Path(
        "cookbook.html"
    ),
) -> None:
    """Run the recipes and write them as a page, with all rules of derivations and examples."""
    require_room(output.parent, (output.name,), _ROOM)
    for path in write_files(output.parent, {output.name: made().encode()}):
        say(f"  {path}")
