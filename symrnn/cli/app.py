"""The commands, gathered; errors of ours and of the system become one message and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from symrnn.cli.audit import audit
from symrnn.cli.bench import bench
from symrnn.cli.certify import certify
from symrnn.cli.check import check
from symrnn.cli.compare_code import compare_code
from symrnn.cli.cookbook import cookbook
from symrnn.cli.derive import derive
from symrnn.cli.exits import FAILED, ILL_FORMED, INTERRUPTED, UNHEARD, UNREADABLE
from symrnn.cli.export import export
from symrnn.cli.inspect import inspect
from symrnn.cli.lecture import lecture
from symrnn.cli.new import new
from symrnn.cli.output import OutputError, complain, prepare, say
from symrnn.cli.signals import Stopped, heard
from symrnn.cli.sweep import plot, sweep
from symrnn.errors import EvidenceError, SymrnnError
from symrnn.version import __version__

app = typer.Typer(
    name="symrnn",
    help="Derive, check, run and typeset the gradients of recurrent networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # ds[t] is no markup
)

COMMANDS = (
    lecture,
    check,
    derive,
    certify,
    inspect,
    audit,
    bench,
    sweep,
    plot,
    export,
    cookbook,
    new,
)
for command in COMMANDS:
    app.command()(command)
app.command(name="compare-code")(compare_code)


def _version(asked: bool) -> None:
    if asked:
        say(f"symrnn {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Derive, check, run and typeset the gradients of recurrent networks."""


def main() -> None:
    """Run the command line; what goes wrong is printed without a traceback."""
    prepare()
    try:
        with heard():
            app(standalone_mode=True)
    except EvidenceError as error:
        complain(str(error))
        sys.exit(FAILED)
    except SymrnnError as error:
        complain(str(error))
        sys.exit(ILL_FORMED)
    except OutputError as error:
        if error.unheard:
            sys.exit(UNHEARD)
        complain(str(error))
        sys.exit(UNREADABLE)
    except OSError as error:
        about = "" if error.filename is None else f"{error.filename}: "
        complain(f"{about}{error.strerror or error}")
        sys.exit(UNREADABLE)
    except UnicodeError as error:
        complain(f"a text that can not be read or written: {error}")
        sys.exit(UNREADABLE)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(INTERRUPTED)
    except Stopped as stopped:
        complain(f"ended by {stopped}")
        sys.exit(128 + stopped.number)
