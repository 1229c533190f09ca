"""The weights of torch's recurrent modules, with the cell that they are the weights of.

    cell, weights = from_torch(torch.nn.LSTM(3, 8, num_layers=2), steps=30)

`RNN`, `LSTM`, `GRU` and their cells. Torch stacks its gates in one matrix (LSTM: i, f, g, o; GRU:
r, z, n) and has two biases, one beside each product; only their sum matters, but for the candidate
of the GRU, whose reset lies between them. torch is not imported here: a module brings it along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell, cell, named, stacked
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.numeric.weights import Weights, require_steps

Array = NDArray[Any]

GATES: Mapping[str, tuple[str, ...]] = {"RNN": ("",), "LSTM": ("_i", "_f", "_g", "_o"),
                                        "GRU": ("_r", "_z", "_n")}  # fmt: skip
"""The gates of each kind in torch's order, as the endings of our names."""

KINDS = ", ".join(f"nn.{kind}, nn.{kind}Cell" for kind in GATES)


def from_torch(
    module: Any,
    *,
    steps: int | None = None,
    inputs: Any = None,
    states: Mapping[str, Any] | None = None,
) -> tuple[Cell, Weights]:
    """A recurrent module of torch as a cell and its weights.

    Args:
        module: a `torch.nn.RNN`, `LSTM` or `GRU`, or a `RNNCell`, `LSTMCell` or `GRUCell`.
        steps: T of the inputs, which say it themselves where they are given.
        inputs: x, (T, …, m) with the time first whatever `batch_first` says; zeros by default.
        states: initial states by name, h and c (h_1, c_1, … of several layers), (…, d); zeros
            by default, as torch has them.

    Returns:
        The cell, its layers stacked, and arrays that are copies of the module's.

    Raises:
        IllFormedError: for what is no such module, or for states that it does not have; neither
            steps nor inputs, or two that differ.
        NotSupportedError: for projections and modules in both directions.
    """
    kind = kind_of(module)
    steps = _steps(steps, inputs)
    single = type(module).__name__.endswith("Cell")
    layers = 1 if single else int(module.num_layers)
    made = cell_of(kind, module, layers)
    arrays = {n: p.detach().cpu().numpy() for n, p in module.named_parameters()}
    parameters: dict[str, Array] = {}
    for layer in range(layers):
        suffix = "" if single else f"_l{layer}"
        own = _layer(kind, arrays, suffix)
        parameters |= {in_layer(name, layer, layers): value for name, value in own.items()}
    some = next(iter(arrays.values()))
    hidden, width = int(module.hidden_size), int(module.input_size)
    given = {in_code(name): value for name, value in (states or {}).items()}
    names = [in_code(each.label) for each in made.states]
    if {*given} - {*names}:
        raise IllFormedError(
            f"states {', '.join(sorted({*given} - {*names}))}", {"expected": ", ".join(names)}
        )
    starts = {name: given.get(name, np.zeros(hidden, some.dtype)) for name in names}
    x = np.zeros((steps, width), some.dtype) if inputs is None else inputs
    return made, Weights(parameters, starts, {"x": x})


def _steps(steps: int | None, inputs: Any) -> int:
    """T, from what says it."""
    if inputs is None:
        if steps is None:
            raise IllFormedError(
                "the module does not say how many steps there are",
                {"expected": "from_torch(module, steps=30), or inputs=…", "got": "neither"},
            )
        return require_steps(steps)
    there = np.shape(inputs)[0] if np.ndim(inputs) else 0
    if steps is not None and require_steps(steps) != there:
        raise IllFormedError(
            "steps and inputs differ", {"expected": f"inputs of {steps} steps", "got": str(there)}
        )
    return require_steps(there)


def from_state_dict(
    arrays: Mapping[str, Array], of: Cell
) -> tuple[Cell, dict[str, Array], tuple[str, ...]] | None:
    """The weights of a recurrent module of torch among the arrays of a state_dict.

    The module may be a part of another one: its names then begin with that part's.

    Args:
        arrays: by torch's names, `weight_ih_l0` or `rnn.weight_ih_l0`.
        of: the cell of one layer.

    Returns:
        The cell, its layers stacked, its parameters by name, and the names that were left; None
        where no name is one of torch's.

    Raises:
        IllFormedError: several modules, layers missing, other gates than the cell's.
        NotSupportedError: projections, both directions.
    """
    parts: dict[str, dict[str, Array]] = {}
    for name, value in arrays.items():
        found = _NAMED.fullmatch(name)
        if found is not None:
            parts.setdefault(found["module"], {})[name.removeprefix(found["module"])] = value
    if not parts:
        return None
    if len(parts) > 1:
        shown = ", ".join(repr(part) for part in parts)
        raise IllFormedError(
            "weights of several recurrent modules", {"expected": "those of one", "got": shown}
        )
    ((prefix, own),) = parts.items()
    for word, what in (("_reverse", "both directions"), ("weight_hr", "projections")):
        if any(word in name for name in own):
            raise NotSupportedError(f"weights of a module with {what}", {"of": prefix or "it"})
    layers = sum(name.startswith("weight_hh") for name in own)
    suffixes = [f"_l{layer}" for layer in range(layers)] if "weight_hh" not in own else [""]
    missing = [f"{w}{s}" for s in suffixes for w in _WEIGHTS if f"{w}{s}" not in own]
    if missing:
        raise IllFormedError(
            f"{', '.join(prefix + name for name in missing)} missing",
            {"got": ", ".join(prefix + name for name in own)},
        )
    kind = _kind_of_shapes(of, own, suffixes)
    known = {in_code(each.name) for each in of.parameters}
    parameters: dict[str, Array] = {}
    for layer, suffix in enumerate(suffixes):
        one = _layer(kind, own, suffix)
        if {*one} != known:
            raise IllFormedError(
                f"the weights of torch's {kind} are not those of {of.name}",
                {"expected": ", ".join(sorted(known)), "got": ", ".join(sorted(one))},
            )
        parameters |= {in_layer(name, layer, len(suffixes)): v for name, v in one.items()}
    whole = of if len(suffixes) == 1 else stacked(of, len(suffixes), output="h")
    left = tuple(name for name in arrays if name.removeprefix(prefix) not in own)
    return whole, parameters, left


_WEIGHTS = ("weight_ih", "weight_hh")
_NAMED = re.compile(r"(?P<module>(?:.*\.)?)(?:weight|bias)_(?:ih|hh|hr)(?:_l\d+(?:_reverse)?)?")


def _kind_of_shapes(of: Cell, own: Mapping[str, Array], suffixes: list[str]) -> str:
    """The kind whose gates the matrices have."""
    by_gates = {len(gates): kind for kind, gates in GATES.items()}
    for suffix in suffixes:
        W, U = (own[f"{name}{suffix}"] for name in ("weight_hh", "weight_ih"))
        fits = W.ndim == U.ndim == 2 and len(W) == len(U) and len(W) % W.shape[1] == 0
        if not fits or len(W) // W.shape[1] not in by_gates:
            raise IllFormedError(
                f"weight_hh{suffix}", {"expected": "(gates · d, d)", "got": f"{W.shape}, {U.shape}"}
            )
    W = own[f"weight_hh{suffixes[0]}"]
    return by_gates[len(W) // W.shape[1]]


def kind_of(module: Any) -> str:
    """RNN, LSTM or GRU.

    Raises:
        IllFormedError: another module.
        NotSupportedError: projections, both directions.
    """
    name = type(module).__name__
    kind = name.removesuffix("Cell")
    origin = str(type(module).__module__)
    if kind not in GATES or not origin.startswith("torch.nn"):
        raise IllFormedError(
            "from_torch takes a recurrent module of torch",
            {"expected": KINDS, "got": f"{origin}.{name}"},
        )
    if getattr(module, "proj_size", 0):
        raise NotSupportedError(
            f"nn.{name} with projections",
            {"expected": "proj_size = 0", "got": f"proj_size = {module.proj_size}"},
        )
    if getattr(module, "bidirectional", False):
        raise NotSupportedError(
            f"nn.{name} in both directions",
            {"expected": "bidirectional = False", "got": "bidirectional = True"},
        )
    if getattr(module, "dropout", 0) and getattr(module, "training", False):
        raise NotSupportedError(
            f"nn.{name} with dropout between its layers",
            {"expected": "module.eval(), or dropout = 0", "got": f"dropout = {module.dropout}"},
        )
    return kind


def cell_of(kind: str, module: Any, layers: int) -> Cell:
    """The cell of a module, its layers stacked."""
    if kind == "RNN":
        function = str(module.nonlinearity)
        one = cell(f"h = {function}(W h' + U x + b)", name=f"torch, {function}")
    else:
        one = named(kind.lower())
    return one if layers == 1 else stacked(one, layers, output="h")


def _layer(kind: str, arrays: Mapping[str, Array], suffix: str) -> dict[str, Array]:
    """The parameters of one layer by our names; a module without biases has zeros."""
    gates = GATES[kind]
    W = np.split(arrays[f"weight_hh{suffix}"], len(gates))
    U = np.split(arrays[f"weight_ih{suffix}"], len(gates))
    none = np.zeros(len(arrays[f"weight_hh{suffix}"]), W[0].dtype)
    before, inside = (
        np.split(arrays.get(f"bias_{side}{suffix}", none), len(gates)) for side in ("ih", "hh")
    )
    own: dict[str, Array] = {}
    for gate, w, u, b, c in zip(gates, W, U, before, inside, strict=True):
        own |= {f"W{gate}": w.copy(), f"U{gate}": u.copy()}
        if (kind, gate) == ("GRU", "_n"):
            own |= {"b_n": b.copy(), "c_n": c.copy()}
        else:
            own[f"b{gate}"] = b + c
    return own


def in_layer(name: str, layer: int, layers: int) -> str:
    """What `stacked` calls a parameter of a layer: W_2 of W, W_f2 of W_f."""
    if layers == 1:
        return name
    return f"{name}{layer + 1}" if "_" in name else f"{name}_{layer + 1}"
