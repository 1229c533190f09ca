"""`symrnn compare-code`: a backward pass in a Python file against the derived gradients."""

from __future__ import annotations

import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Annotated, Any

import typer

from symrnn.cli.exits import FAILED
from symrnn.cli.output import kept_for_a_record, say, say_json
from symrnn.cli.progress import progress_bar
from symrnn.crosscheck import check_forward, check_gradients
from symrnn.errors import IllFormedError, ParseError


def compare_code(
    code: Annotated[str, typer.Argument(help="FILE.py::function, or FILE.py::module's name.")],
    cell: Annotated[
        str, typer.Option("--cell", help="A name such as lstm, a cell's text, or a TOML file.")
    ],
    forward: Annotated[
        bool, typer.Option("--forward", help="The function is a forward pass.")
    ] = False,
    loss: Annotated[
        str | None,
        typer.Option(
            "--loss", help="linear, squared or cross_entropy; the cell's by default, else linear."
        ),
    ] = None,
    reduction: Annotated[
        str, typer.Option("--reduction", help="sum, or mean, or the mean over: batch, time.")
    ] = "sum",
    last: Annotated[bool, typer.Option("--last", help="The loss is of the last step.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", help="The vector that the loss reads.")
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option("--size", help="A size of the net, d=3; may be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option("--steps", help="T.")] = 5,
    batch: Annotated[int, typer.Option("--batch", help="B; 0 for no batch axis.")] = 2,
    layout: Annotated[str, typer.Option("--layout", help="time, batch or columns.")] = "time",
    transposed: Annotated[
        bool, typer.Option("--transposed", help="The code's matrices are (in, out).")
    ] = False,
    dtype: Annotated[str, typer.Option("--dtype", help="float64 or float32.")] = "float64",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the random nets.")] = 0,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help="Seconds for one call of the code.")
    ] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Compare a backward pass in a file with the derived gradients, and name the slip.

    The file is imported: its code runs, with all that you may do. Exit code 1 if they differ.
    """
    with kept_for_a_record(as_json):
        function = _function(code)
    asked: dict[str, Any] = {
        "output": output, "sizes": _sizes(size or []), "steps": steps, "batch": batch or None,
        "layout": layout, "transposed": transposed, "dtype": dtype, "seed": seed,
        "timeout": timeout,
    }  # fmt: skip
    of: dict[str, Any] = {"loss": loss, "reduction": reduction, "last": last}
    with kept_for_a_record(as_json), progress_bar() as listener:
        if forward:
            report = check_forward(cell, function, **asked)
        else:
            report = check_gradients(cell, function, **of, **asked, progress=listener)
    if as_json:
        say_json(report.record())
    else:
        say(str(report))
    if not report.agrees:
        raise typer.Exit(FAILED)


def _sizes(given: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in given:
        name, equals, number = each.partition("=")
        if not equals or not number.strip().isdecimal():
            raise IllFormedError("--size", {"expected": "d=3", "got": each})
        found[name.strip()] = int(number)
    return found


def _function(code: str) -> Any:
    """What stands in a file under a name."""
    file, mark, name = code.rpartition("::")
    if not mark or not name:
        raise IllFormedError("what is compared", {"expected": "FILE.py::name", "got": code})
    path = Path(file)
    if not path.is_file():
        raise ParseError(f"{file} is no file", {"expected": "FILE.py::name"})
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ParseError(f"{file} is no Python file", {"expected": "FILE.py::name"})
    module = module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # theirs, told as theirs
        raise ParseError(
            f"{file} can not be imported: {type(error).__name__}: {error}", _where(error, path)
        ) from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    if not hasattr(module, name):
        there = ", ".join(n for n, v in vars(module).items() if callable(v) and n[0] != "_")
        raise IllFormedError(f"{name} is not in {file}", {"expected": there, "got": name})
    return getattr(module, name)


def _where(error: BaseException, path: Path) -> dict[str, str]:
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return {f"line {frame.lineno}": str(frame.line) for frame in own[-3:]}
