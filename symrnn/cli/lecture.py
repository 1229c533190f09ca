"""`symrnn lecture`: the main job."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from symrnn.cells import read_cell
from symrnn.cli.cells import HELP as CELL_HELP
from symrnn.cli.exits import NO_PDF
from symrnn.cli.output import complain, say
from symrnn.cli.progress import progress_bar
from symrnn.errors import ParseError
from symrnn.language.notation import KNOWN, LECTURE
from symrnn.lecture.formats import DEFAULT, FORMATS, Wishes, chosen
from symrnn.lecture.notation_file import lettered_in
from symrnn.lecture.project import FIRST, found, known, lecture_of, open_project, title
from symrnn.lecture.theme import themed
from symrnn.lecture.work import Lecture, make
from symrnn.machine.prover import require_prover
from symrnn.numeric.data import read_column
from symrnn.numeric.data.table import DECIMALS, SEPARATORS
from symrnn.typeset.prose import listed
from symrnn.typeset.words import staying_english
from symrnn.verify.kept import Kept, default_folder

KEPT_HELP = (
    "Take evidence for symrnn's own statements that this very version found from the user's cache."
)


class Detail(StrEnum):
    """How much of a derivation is shown."""

    result = "result"
    steps = "steps"
    full = "full"


class Aspect(StrEnum):
    """The shape of slides."""

    wide = "169"
    narrow = "43"


def lecture(
    project: Annotated[
        str | None,
        typer.Argument(
            help=f"A folder made by `symrnn new`, or a lecture of symrnn's own: "
            f"{', '.join(known())}; {FIRST} by default. A folder of such a name is ./NAME."
        ),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Folder for the lecture, made if missing; `lecture`, in the project's folder.",
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="CSV file whose column the network learns.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="Name of the column; the last numeric one.")
    ] = None,
    separator: Annotated[
        str | None,
        typer.Option("--separator", help=f"Of --data: {', '.join(SEPARATORS)}; found by default."),
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option("--decimal", help=f"Of --data: {', '.join(DECIMALS)}; found by default."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            help=f"Out of {', '.join(FORMATS)}; several times, or with commas. "
            f"By default {' and '.join(DEFAULT)}.",
        ),
    ] = None,
    letters: Annotated[
        str | None,
        typer.Option(
            "--notation",
            help=f"Letters, fonts and layout: {', '.join(KNOWN)}, or a file FILE.toml; a project's "
            f"own by default.",
        ),
    ] = None,
    handout: Annotated[
        bool, typer.Option("--handout", help="With slides: the same on paper, without overlays.")
    ] = False,
    notes: Annotated[
        bool, typer.Option("--notes", help="With slides: the same with notes for the speaker.")
    ] = False,
    detail: Annotated[
        Detail | None,
        typer.Option(
            "--detail",
            help="Of derivations: claim and reason, the key lines, or every line; by default "
            "every line, and on slides the key lines.",
        ),
    ] = None,
    overlays: Annotated[
        bool, typer.Option("--overlays/--no-overlays", help="Of slides: lines come one by one.")
    ] = True,
    aspect: Annotated[
        Aspect, typer.Option("--aspect", help="Of slides: 16:9 or 4:3.")
    ] = Aspect.wide,
    theme: Annotated[
        str | None,
        typer.Option("--theme", help="Of slides: the name of a beamer theme, or a file FILE.sty."),
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", help=f"{CELL_HELP} The lecture is of what is about it."),
    ] = None,
    machine: Annotated[
        bool, typer.Option("--machine", help="Have Coq check the statements as theorems, too.")
    ] = False,
    cached: Annotated[bool, typer.Option("--cache/--no-cache", help=KEPT_HELP)] = True,
    listing: Annotated[
        bool, typer.Option("--list", help="Name symrnn's own lectures, and make none.")
    ] = False,
) -> None:
    """Prove a lecture's statements, train its network, and write the lecture and its evidence."""
    if listing:
        _list()
        return
    asked = chosen(formats or ())
    of_slides = {
        "--handout": handout,
        "--notes": notes,
        "--no-overlays": not overlays,
        "--aspect": aspect is not Aspect.wide,
        "--theme": theme is not None,
    }
    for option, wanted in of_slides.items():
        if wanted and "slides" not in asked:
            raise ParseError(f"{option} is about slides", {"expected": "--format slides"})
    about = {"--column": column, "--separator": separator, "--decimal": decimal}
    for option, given in about.items():
        if given is not None and data is None:
            raise ParseError(f"{option} is about a file", {"expected": "--data FILE.csv"})
    wishes = Wishes(
        None if detail is None else detail.value, handout, notes, overlays, themed(theme, aspect)
    )
    about_cell = None if cell is None else read_cell(cell)
    folder = found(project) if project or about_cell is None else lecture_of(about_cell)
    opened = open_project(folder)
    if data is not None and not opened.network:
        raise ParseError("--data is about the network of a lecture", {"got": str(project)})
    prover = require_prover() if machine else None
    own = opened.notation_file
    given = letters or (str(own) if own is not None else LECTURE.name)
    subject, lettered = lettered_in(given, cell)
    series = None if data is None else read_column(data, column, separator, decimal)
    english = staying_english(opened.prose.front.language)
    if english:
        say(f"in {opened.prose.front.language}, but in English: {english}")
    with progress_bar() as listener:
        made = make(
            opened,
            directory or (folder / "lecture" if opened.own else Path("lecture")),
            listener,
            asked,
            series=series,
            notation=lettered,
            wishes=wishes,
            prover=prover,
            subject=subject,
            kept=Kept(default_folder()) if cached else None,
        )
    if series is not None:
        say(f"read {series.reading}")
    _report(made, machine)


def _list() -> None:
    """A line for each of symrnn's own lectures: its name, its title, which one is the default."""
    width = max(map(len, known()))
    for name in sorted(known(), key=lambda name: (name != FIRST, name)):
        note = " (by default)" if name == FIRST else ""
        say(f"{name:<{width}}  {title(name)}{note}")


def _report(made: Lecture, machine: bool) -> None:
    net = made.network
    number = len(made.evidence)
    earlier = sum(each.earlier for each in made.evidence)
    note = f", {earlier} of them by an earlier run (--no-cache: by this one)" if earlier else ""
    say(f"{number} statement{'s' * (number != 1)} proved and checked{note}")
    if machine:
        accepted = sum(each.kernel is not None for each in made.evidence)
        say(f"{accepted} of them are theorems that Coq accepted")
    if net is not None:
        say(
            f"network on {net.net.series}: held-out loss {net.held_out_first:.3f} → "
            f"{net.net.held_out:.3f}, predicting the last value {net.net.baseline:.3f}"
        )
    if made.untaught:
        say(f"no network is trained: {made.untaught}")
    for path in made.files:
        say(f"  {path}")
    _report_missing(made)


def _report_missing(made: Lecture) -> None:
    """What could not be made, each reason once; ends with the exit code for it."""
    if not made.missing:
        return
    for why in dict.fromkeys(made.missing.values()):
        paths = [path for path, reason in made.missing.items() if reason == why]
        complain(f"{listed([str(path) for path in paths])} not made: {why}")
    logs = [str(path) for path in made.files if path.suffix == ".log"]
    if logs:
        complain(f"what TeX said stands in {listed(logs)}")
    old = [str(path) for path in made.missing if path.exists()]
    if old:
        complain(f"{listed(old)} of an earlier run: kept as before, and not of these sources")
    raise typer.Exit(NO_PDF)
