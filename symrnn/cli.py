"""The command line: `symrnn lecture`, `symrnn check`, `symrnn derive`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sympy.matrices.expressions import MatrixExpr

from symrnn.activation_text import parse_activation
from symrnn.derivative_text import Quantity, parse_derivative
from symrnn.errors import EvidenceError, ParseError, SymrnnError
from symrnn.language.activations import FORMULAS, Activation, activation
from symrnn.language.derivatives import DENOMINATOR, NUMERATOR, D
from symrnn.language.relations import Equation
from symrnn.language.structure import Vec
from symrnn.language.writing import latex, text
from symrnn.lecture.work import Progress as Listener
from symrnn.lecture.work import make, prove, records
from symrnn.numeric.data import read_column, sunspots
from symrnn.numeric.lower import lower
from symrnn.recurrence.elman import RNN, elman
from symrnn.recurrence.total import gradient
from symrnn.theory.library import load
from symrnn.verify.evidence import Evidence

app = typer.Typer(
    name="symrnn",
    help="Derive, check, run and typeset the gradients of recurrent networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FAILED, ILL_FORMED, INTERRUPTED = 1, 2, 130


class Layout(StrEnum):
    """Whose shape comes first in ∂y/∂x."""

    numerator = NUMERATOR
    denominator = DENOMINATOR


class Format(StrEnum):
    """How a derived formula is printed."""

    text = "text"
    latex = "latex"
    numpy = "numpy"


@app.command("lecture")
def lecture_command(
    directory: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the lecture; made if missing.")
    ] = Path("lecture"),
    data: Annotated[
        Path | None, typer.Option("--data", help="CSV file whose column the network learns.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="Name of the column; the last numeric one.")
    ] = None,
) -> None:
    """Prove the lecture's statements, train a network, and write LaTeX, page and evidence."""
    if column is not None and data is None:
        raise ParseError("--column names a column of a file", {"expected": "--data FILE.csv"})
    series = sunspots() if data is None else read_column(data, column)
    with _progress() as listener:
        made = make(load(), series, directory, listener)
    net = made.network
    typer.echo(f"{len(made.evidence)} statements proved and checked")
    typer.echo(
        f"network on {net.net.series}: held-out loss {net.held_out_first:.3f} → "
        f"{net.net.held_out:.3f}, predicting the last value {net.net.baseline:.3f}"
    )
    for path in made.files:
        typer.echo(f"  {path}")
    if made.pdf.pdf is None:
        typer.echo(made.pdf.advice)


@app.command("check")
def check_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Proof files or folders; the lecture's by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    name: Annotated[
        str | None,
        typer.Option("--activation", help="Check for this σ; for every σ by default."),
    ] = None,
) -> None:
    """Check statements: one line each with its grades; exit code 1 if any check fails."""
    if name is not None and name not in FORMULAS:
        raise ParseError(f"unknown activation {name!r}", {"expected": ", ".join(FORMULAS)})
    library = load(paths or None)
    with _progress() as listener:
        evidence = prove(library, listener, name)
    if as_json:
        typer.echo(json.dumps({"statements": records(evidence)}, indent=2, ensure_ascii=False))
    else:
        _report(evidence)
    for each in evidence:
        if each.failure is not None:
            typer.echo(f"\n{each.failure}", err=True)
    if not all(each.complete for each in evidence):
        raise typer.Exit(FAILED)


def _report(evidence: tuple[Evidence, ...]) -> None:
    width = max(len(each.statement.name) for each in evidence)
    for each in evidence:
        mark = "✓" if each.complete else "✗"
        caught = sum(fault.caught for fault in each.faults)
        grades = " ".join(each.grades) or "(no grade)"
        typer.echo(
            f"{mark} {each.statement.name:<{width}}  {grades:<25}  residual {each.residual:.0e}"
            f"  slips {caught}/{len(each.faults)}  {each.seconds:.1f} s"
        )


@app.command("derive")
def derive_command(
    derivative: Annotated[str, typer.Argument(help='For example "ds[t]/ds[k]" or "dL/dW".')],
    sigma: Annotated[
        str | None,
        typer.Option("--activation", help="A name, or a formula in x; unknown by default."),
    ] = None,
    layout: Annotated[Layout, typer.Option(help="Layout of ∂y/∂x.")] = Layout.numerator,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.text,
) -> None:
    """Derive one formula of the Elman recurrence, for symbolic sizes and times."""
    of, by = parse_derivative(derivative)
    rnn = elman(_activation(sigma))
    left, right = _derived(rnn, of, by, layout.value)
    if form is Format.numpy:
        typer.echo(
            f"# {text(left)}, {layout.value} layout\n{lower(right, 'formula').source.rstrip()}"
        )
        return
    written = latex if form is Format.latex else text
    typer.echo(written(Equation(left, right)))
    if form is Format.text:
        typer.echo(f"({layout.value} layout)")


def _derived(rnn: RNN, of: Quantity, by: Quantity, layout: str) -> tuple[MatrixExpr, MatrixExpr]:
    """The derivative as it is asked for, and what it is."""
    numerator = {"s": rnn.s, "a": rnn.a, "L": rnn.L}[of.name][of.time]
    if by.time is not None:
        state = rnn.s[by.time]
        return D(numerator, state, layout), rnn.jacobian(numerator, state, layout)
    parameter = {"W": rnn.W, "U": rnn.U, "b": rnn.b}[by.name]
    assert parameter is not None
    if of.name == "L":
        value = gradient(rnn.recurrence, numerator, parameter, layout=layout)
        return D(numerator, parameter, layout), value
    variable = parameter if by.name == "b" else Vec(parameter)
    return D(numerator, variable, layout), rnn.jacobian(numerator, variable, layout)


def _activation(given: str | None) -> Activation | None:
    """An activation from the command line: a known name, or a formula that is only read."""
    if given is None:
        return None
    if given in FORMULAS:
        return activation(given)
    return activation(parse_activation(given))


@contextmanager
def _progress() -> Iterator[Listener]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting", total=None)

        def listen(what: str, done: int, of: int, /) -> None:
            bar.update(task, description=what.replace("_", " "), completed=done, total=of)

        yield listen


def main() -> None:
    """Run the command line; errors of ours are printed without a traceback."""
    try:
        app(standalone_mode=True)
    except EvidenceError as error:
        typer.echo(str(error), err=True)
        sys.exit(FAILED)
    except SymrnnError as error:
        typer.echo(str(error), err=True)
        sys.exit(ILL_FORMED)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing was written", err=True)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
