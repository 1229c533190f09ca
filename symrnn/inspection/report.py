"""What is found in a net, said: as text, as a record, as a document with figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.inspection.findings import FLAT, Findings
from symrnn.typeset.blocks import Block, Paragraph, Section, Table
from symrnn.typeset.document import Document
from symrnn.typeset.figures.phases import Axis, curve_family
from symrnn.typeset.prose import escaped

Array = NDArray[Any]
Rows = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def record(found: Findings) -> dict[str, Any]:
    """As JSON has it; what has no number is null."""
    return {
        "cell": found.cell.name,
        "sizes": dict(found.sizes),
        "parameters": found.parameters,
        "steps": found.steps,
        "sequences": found.sequences,
        "followed": found.followed,
        "inputs_drawn": found.drawn,
        "gamma": {
            each.name: list(each.gamma) if isinstance(each.gamma, tuple) else each.gamma
            for each in found.slopes
        },
        "lambda": {
            each.name: {**each.norms, "spectral_radius": each.radius} for each in found.multipliers
        },
        "step_bound": dict(found.step_bounds),
        "log_norms": {
            str(lag): [_finite(v) for v in column]
            for lag, column in zip(found.lags, found.log_norms.T, strict=True)
        },
        "lyapunov_exponents": [[_finite(v) for v in row] for row in found.exponents],
        "saturation": [
            {
                "vector": each.vector,
                "applied": each.applied,
                "share": each.share,
                "dead": each.dead,
            }
            for each in found.saturation
        ],
        "gradient_norms": [_finite(v) for v in found.gradient_norms],
        "loss": "the cell's own" if found.own_loss else "a random direction of the last state",
        "clip": found.clip,
        "clipped": found.clipped,
        "remarks": list(found.remarks),
    }


def lines(found: Findings) -> Iterator[str]:
    """The report as text."""
    yield _opening(found)
    for title, (header, rows) in _tables(found):
        yield ""
        yield title
        yield from _aligned(header, rows)
    yield ""
    yield _clipping(found)
    yield from found.remarks


def document(found: Findings) -> Document:
    """The report as a document, with the norms drawn."""
    blocks: list[Block] = [Paragraph(escaped(_opening(found)))]
    medians = [_middle(column) for column in found.log_norms.T]
    largest = [float(column.max()) for column in found.log_norms.T]
    places, curves = ["median", "largest"], [medians, largest]
    bound = found.step_bounds["2"]
    if bound:
        places.append("bound")
        curves.append([lag * math.log(bound) for lag in found.lags])
    drawable = [[v if math.isfinite(v) else math.nan for v in curve] for curve in curves]
    if np.isfinite(drawable).any():
        caption = "$\\ln\\lVert\\partial s_t/\\partial s_k\\rVert$ over the sequences, $t = T$"
        caption += ", and what the weights allow." if bound else "."
        blocks.append(
            curve_family(
                found.lags,
                Axis("over the sequences", tuple(places)),
                drawable,
                name="growth",
                caption=caption,
            )
        )
    for number, (title, (header, rows)) in enumerate(_tables(found), start=1):
        table = Table(tuple(map(escaped, header)), tuple(tuple(map(escaped, r)) for r in rows))
        heading = escaped(title[0].upper() + title[1:])
        blocks.append(Section(heading, f"part-{number}", (table,)))
    last = [_clipping(found), *found.remarks]
    blocks.append(Section("Clipping", "clipping", tuple(Paragraph(escaped(each)) for each in last)))
    return Document(f"Inspection of {escaped(found.cell.name)}", blocks=tuple(blocks))


def _opening(found: Findings) -> str:
    sizes = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    inputs = "random inputs" if found.drawn else "the data"
    plural = "" if found.sequences == 1 else "s"
    return (
        f"{found.cell.name} with {sizes}: {found.parameters} parameters, "
        f"{found.sequences} sequence{plural} of {found.steps} steps of {inputs}"
    )


def _clipping(found: Findings) -> str:
    of = "the cell's loss" if found.own_loss else "a random direction of the last state"
    low, middle, high = np.quantile(found.gradient_norms, [0, 0.5, 1], method="nearest")
    return (
        f"the gradient of {of} has norms from {low:.3g} to {high:.3g}, median {middle:.3g}; "
        f"clipping to {found.clip:g} shortens {found.clipped:.0%} of them"
    )


def _tables(found: Findings) -> Iterator[tuple[str, Rows]]:
    yield (
        "slopes",
        (
            ("activation", "γ"),
            tuple((each.name, _interval(each.gamma)) for each in found.slopes),
        ),
    )
    kinds = tuple(found.step_bounds)
    multipliers = tuple(
        (each.name, *(f"{each.norms[k]:.4g}" for k in kinds), _shown(each.radius))
        for each in found.multipliers
    )
    bound = ("step, at most", *(_shown(found.step_bounds[k]) for k in kinds), "")
    header = ("multiplies a state", *(f"λ, norm {k}" for k in kinds), "spectral radius")
    yield "norms", (header, (*multipliers, bound))
    growth = tuple(
        (
            str(lag),
            f"{_middle(column):.4g}",
            f"{column.max():.4g}",
            _shown(lag * math.log(found.step_bounds["2"]) if found.step_bounds["2"] else None),
        )
        for lag, column in zip(found.lags, found.log_norms.T, strict=True)
    )
    yield "growth of gradients", (("t - k", "ln norm, median", "largest", "at most"), growth)
    exponents = tuple(
        (str(rank), f"{_middle(column):.4g}", f"{column.min():.4g}", f"{column.max():.4g}")
        for rank, column in enumerate(found.exponents.T, start=1)
    )
    yield "Lyapunov exponents, nats per step", (("rank", "median", "least", "largest"), exponents)
    flat = tuple(
        (each.vector, each.applied, f"{each.share:.1%}", f"{each.dead:.1%}")
        for each in found.saturation
    )
    title = f"saturation: slope below {FLAT:.0%} of γ"
    yield title, (("in", "activation", "share", "units always so"), flat)


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        yield "  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()


def _interval(gamma: tuple[str, str] | str) -> str:
    if isinstance(gamma, str):
        return gamma
    low, high = map(float, gamma)
    return f"{high:.9g}" if high - low < 1e-9 else f"{gamma[0]} … {gamma[1]}"


def _middle(values: Array) -> float:
    return float(np.quantile(values, 0.5, method="lower"))


def _shown(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4g}"


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
