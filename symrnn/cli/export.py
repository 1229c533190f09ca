"""`symrnn export`: a part for somebody else's document."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.cells import HELP as CELL_HELP
from symrnn.cli.lecture import KEPT_HELP, Detail
from symrnn.cli.output import say
from symrnn.errors import ParseError
from symrnn.language.notation import KNOWN, LECTURE
from symrnn.lecture.export import TEXTS
from symrnn.lecture.export import export as exported
from symrnn.lecture.notation_file import lettered_in
from symrnn.typeset.files import require_room, write_files
from symrnn.verify.kept import Kept, default_folder


class Kind(StrEnum):
    """What a part is written as."""

    tex = "tex"
    beamer = "beamer"
    markdown = "markdown"
    pdf = "pdf"
    svg = "svg"
    png = "png"
    tikz = "tikz"
    csv = "csv"


_PRINTED = (*TEXTS, "svg", "tikz", "csv")


def export(
    name: Annotated[str, typer.Argument(help="A statement or a figure, by its name.")],
    kind: Annotated[
        Kind,
        typer.Option(
            "--as",
            help="tex to \\input, beamer frames, markdown with $$; or a drawing.",
        ),
    ] = Kind.tex,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file; printed by default.")
    ] = None,
    detail: Annotated[
        Detail, typer.Option("--detail", help="Claim and reason, the key lines, or every line.")
    ] = Detail.steps,
    width: Annotated[
        str, typer.Option("--width", help="Of the text that LaTeX is to stand in: 8cm, 240pt.")
    ] = "",
    letters: Annotated[
        str, typer.Option("--notation", help=f"{', '.join(KNOWN)}, or a file FILE.toml.")
    ] = LECTURE.name,
    cell: Annotated[
        str | None, typer.Option("--cell", help=f"{CELL_HELP} The statement is proved for it.")
    ] = None,
    cached: Annotated[bool, typer.Option("--cache/--no-cache", help=KEPT_HELP)] = True,
) -> None:
    """Prove a statement, or draw a figure, and write it for a document of your own."""
    if output is None and kind.value not in _PRINTED:
        raise ParseError(f"{kind.value} is no text", {"expected": "-o FILE"})
    if width and kind.value not in ("tex", "svg", "png", "pdf"):
        raise ParseError("--width is about LaTeX and pictures", {"got": f"--as {kind.value}"})
    if output is not None:
        require_room(output.parent, (output.name,))
    subject, lettered = lettered_in(letters, cell)
    content = exported(
        name,
        kind.value,
        detail=detail.value,
        width=width,
        notation=lettered,
        subject=subject,
        kept=Kept(default_folder()) if cached else None,
    )
    if output is None:
        say(content.decode().rstrip("\n"))
        return
    write_files(output.parent, {output.name: content})
    say(f"  {output}")
