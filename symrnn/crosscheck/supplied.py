"""What code may ask for, by every name that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.crosscheck.packing import Packing
from symrnn.crosscheck.point import Point
from symrnn.language.names import in_code

DICTS = ("params", "parameters", "weights", "theta", "p")
SEQUENCES = ("inputs", "input", "x", "xs", "X", "seq", "sequence")
STATES = ("initial", "initial_state", "init", "state", "state0", "states", "hidden", "hx", "s0")
HIDDEN = "h"
DATA = (
    "data", "target", "targets", "labels", "classes", "y", "ys", "y_true", "cotangents",
    "cotangent", "upstream", "g", "gs", "dy", "dys", "dout", "douts", "grad", "grads",
    "grad_output", "grad_outputs", "grad_out", "output_grad", "delta", "dL", "dl", "d_out",
    "d_outputs", "doutputs", "G",
)  # fmt: skip


def supplied(packing: Packing, point: Point) -> dict[str, Any]:
    """Everything, laid out as code has it."""
    numbers = {in_code(s.name): packing.dtype.type(v) for s, v in point.scalars.items()}
    parameters = {**packing.parameters(point), **numbers}
    inputs = {label: packing.sequence(value, point) for label, value in point.inputs.items()}
    initial = {label: packing.state(value, point) for label, value in point.initial.items()}
    data = packing.data(point)
    supply: dict[str, Any] = {}
    one = next(iter(inputs.values())) if len(inputs) == 1 else dict(inputs)
    start = next(iter(initial.values())) if len(initial) == 1 else dict(initial)
    supply.update(dict.fromkeys(DATA, data))
    for label in (point.output, point.output.partition("_")[0], HIDDEN):
        forms = ("d{}", "d{}s", "grad_{}", "d_{}", "d{}_t", "dL_d{}", "dLd{}", "d{}_out")
        supply.update({form.format(label): data for form in forms})
    supply[point.loss.word] = data
    supply.update(dict.fromkeys(DICTS, parameters))
    supply.update(dict.fromkeys(SEQUENCES, one))
    supply.update(dict.fromkeys(STATES, start))
    for label, value in inputs.items():
        supply.update({label: value, f"{label}s": value, f"{label}_seq": value})
    # One state has the name of its cell, or the one that everybody's has.
    called: dict[str, Any] = {**initial, **({HIDDEN: start} if len(initial) == 1 else {})}
    for label, value in called.items():
        for form in ("{}0", "{}_0", "{}_init", "{}_prev", "init_{}", "{}prev", "{}init", "prev_{}"):
            supply[form.format(label)] = value
        supply.setdefault(label, value)
    supply.update(parameters)
    supply["parameters"], supply["inputs"] = parameters, one
    supply["initial"], supply["data"] = start, data
    return supply


def looked_up(name: str, known: Mapping[str, Any]) -> str | None:
    """Which of the known names one is; underscores and capitals are nothing."""
    if name in known:
        return name
    plain = name.replace("_", "").lower()
    near = [each for each in known if each.replace("_", "").lower() == plain]
    # Several names of one thing are no ambiguity.
    first = near[0] if near else None
    return first if first is None or all(known[n] is known[first] for n in near) else None
