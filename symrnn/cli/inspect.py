"""`symrnn inspect`: what a trained net's weights and data make of its gradients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from symrnn.cells import read_cell
from symrnn.cli.output import say, say_json
from symrnn.cli.progress import progress_bar
from symrnn.inspection import inspect as look
from symrnn.inspection import read_net
from symrnn.inspection.report import document, lines, record
from symrnn.typeset.files import require_room, write_files
from symrnn.typeset.html import page


def inspect(
    weights: Annotated[
        Path, typer.Argument(help="An npz archive of arrays by name, or torch's state_dict (.pt).")
    ],
    cell: Annotated[
        str, typer.Option("--cell", help="What the weights are of: a name, a text, a TOML file.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="An npz archive of inputs, (T, n) or (T, sequences, n)."),
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", min=1, help="Without data: so many random inputs.")
    ] = 100,
    clip: Annotated[float, typer.Option("--clip", help="The threshold of clipping.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report as a page here.")
    ] = None,
) -> None:
    """Norms, bounds, growth of gradients, exponents, saturation and clipping of a net."""
    if out is not None:
        require_room(out.parent, [out.name])
    read = read_cell(cell)
    net = read_net(read, weights, data, steps=steps)
    with progress_bar() as listener:
        found = look(net.cell, net.weights, clip=clip, drawn=data is None, listener=listener)
    if net.left:
        found = replace(found, remarks=(*found.remarks, f"not read: {', '.join(net.left)}"))
    if as_json:
        say_json(record(found))
    else:
        for line in lines(found):
            say(line)
    if out is not None:
        write_files(out.parent, {out.name: page(document(found)).encode()})
        if not as_json:
            say(f"  {out}")
