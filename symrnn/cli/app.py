"""The commands, gathered; errors of ours become one message and an exit code."""

from __future__ import annotations

import sys

import typer

from symrnn.cli.bench import bench
from symrnn.cli.certify import certify
from symrnn.cli.check import check
from symrnn.cli.derive import derive
from symrnn.cli.exits import FAILED, ILL_FORMED, INTERRUPTED
from symrnn.cli.lecture import lecture
from symrnn.cli.new import new
from symrnn.errors import EvidenceError, SymrnnError

app = typer.Typer(
    name="symrnn",
    help="Derive, check, run and typeset the gradients of recurrent networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # ds[t] is no markup
)

for command in (lecture, check, derive, certify, bench, new):
    app.command()(command)


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
