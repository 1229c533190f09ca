"""The commands, each loaded when it is asked for; errors become one message and an exit code."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from symrnn.cli.exits import FAILED, ILL_FORMED, UNHEARD, UNREADABLE
from symrnn.cli.output import OutputError, complain, say
from symrnn.errors import EvidenceError, SymrnnError
from symrnn.version import __version__

COMMANDS = {
    "lecture": "lecture",
    "check": "check",
    "derive": "derive",
    "certify": "certify",
    "inspect": "inspect",
    "audit": "audit",
    "bench": "bench",
    "sweep": "sweep",
    "plot": "sweep",
    "export": "export",
    "cookbook": "cookbook",
    "new": "new",
    "compare-code": "compare_code",
}
"""The commands, in the order of the help; each with the module of this package that has it."""

_PLAIN: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,  # ds[t] is no markup
}


class Commands(TyperGroup):
    """A command is loaded when it is asked for: none waits for what the others need."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Their names are what is suggested for one that there is not.
        self.commands = {name: TyperCommand(name) for name in COMMANDS}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"symrnn.cli.{COMMANDS[cmd_name]}")
        alone = typer.Typer(**_PLAIN)
        alone.command(name=cmd_name)(getattr(module, cmd_name.replace("-", "_")))
        return typer.main.get_command(alone)


app = typer.Typer(
    name="symrnn",
    cls=Commands,
    help="Derive, check, run and typeset the gradients of recurrent networks.",
    no_args_is_help=True,
    **_PLAIN,
)


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


def run() -> None:
    """Run a command; what goes wrong is printed without a traceback."""
    try:
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
