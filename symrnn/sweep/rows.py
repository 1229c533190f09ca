"""The columns of a sweep's dataset."""

from __future__ import annotations

from typing import Any

from symrnn.cluster import package
from symrnn.sweep.design import Point
from symrnn.sweep.spec import TABLES, Range, Spec
from symrnn.version import __version__

TRAINED = ("loss_before", "loss_after", "trained_gradient_norm")


def lag_column(lag: int) -> str:
    """ln ‖∂s_T/∂s_{T-lag}‖₂; -∞ where the product is 0."""
    return f"log_norm_{lag}"


def exponent_column(rank: int) -> str:
    """A Lyapunov exponent in nats per step, the largest first, ranks from 1."""
    return f"exponent_{rank}"


def bias_column(tau: int) -> str:
    """‖truncated - full‖ / ‖full‖ of the gradient of one loss at T, truncated to τ steps."""
    return f"truncation_error_{tau}"


def measured_columns(spec: Spec) -> list[str]:
    """The columns that hold numbers found, in order."""
    return [
        *map(lag_column, spec.lags),
        *(exponent_column(rank + 1) for rank in range(spec.exponents)),
        *map(bias_column, spec.truncation),
        *(TRAINED if spec.training else ()),
    ]


def schema(spec: Spec) -> Any:
    """The columns of a sweep, a `pyarrow.Schema`: what a net is; what was found, or why not."""
    pa = package("pyarrow")
    axes = [pa.field(name, _type(pa, name, values)) for name, values in spec.axes.items()]
    found = [pa.field(name, pa.float64()) for name in measured_columns(spec)]
    return pa.schema(
        [
            pa.field("key", pa.string()),
            pa.field("version", pa.string()),
            *axes,
            pa.field("repeat", pa.int64()),
            pa.field("seed", pa.int64()),
            *found,
            pa.field("failure", pa.string()),
        ]
    )


def row(point: Point, found: dict[str, float], failure: str | None) -> dict[str, Any]:
    """What stands in the dataset for a net."""
    return {
        "key": point.key,
        "version": __version__,
        **point.at,
        "repeat": point.repeat,
        "seed": point.seed,
        **found,
        "failure": failure,
    }


def _type(pa: Any, name: str, values: tuple[Any, ...] | Range) -> Any:
    table = name.partition(".")[0]
    if table in ("cell", "activation"):
        return pa.string()
    return pa.float64() if table in TABLES else pa.int64()
