"""The weights and the data of a net, from files; nothing in them is run."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.numeric.weights import INPUTS, KINDS, PARAMETERS, STATES, Weights, random_weights

Array = NDArray[Any]

TORCH = (".pt", ".pth")
_FOLDERS = tuple(f"{kind}/" for kind in KINDS)
_NUMERIC = "fiub"


def read_net(
    cell: Cell,
    weights: str | Path,
    data: str | Path | None = None,
    *,
    steps: int = 100,
    seed: int = 0,
) -> Weights:
    """A net with the sequences that it is to see.

    Args:
        cell: what the numbers are of.
        weights: an npz archive with an array for each parameter by name ("W_f" or
            "parameters/W_f", as `save` writes it), or a torch state_dict in a .pt or .pth file.
        data: an npz archive with the inputs by name, (T, n) or (T, sequences, n), and initial
            states, if they are not 0. Without it the inputs are normal numbers.
        steps, seed: of the inputs that are drawn.

    Raises:
        IllFormedError: a file that is none of these, a name too many or too few, a wrong shape.
        NotSupportedError: a torch file without torch.
        OSError: a file that can not be read.
    """
    found = _torch(Path(weights)) if Path(weights).suffix in TORCH else _archive(Path(weights))
    names = {in_code(each.name) for each in (*cell.parameters, *cell.scalars)}
    parameters = _of_kind(found, PARAMETERS, names)
    _require_names(str(weights), parameters, names)
    sizes = _sizes(cell, parameters, str(weights))
    dtype = np.result_type(np.float32, *parameters.values())
    drawn = random_weights(cell, steps=steps, seed=seed, dtype=dtype, **sizes)
    given = {} if data is None else _archive(Path(data))
    inputs = _of_kind(given, INPUTS, {*drawn.inputs}) if data is not None else {**drawn.inputs}
    states = _of_kind(given, STATES, {*drawn.states}) or _of_kind(found, STATES, {*drawn.states})
    if data is not None:
        left = {name for name in given if _plain(name) not in {*inputs, *states}}
        _require_names(str(data), dict.fromkeys([*inputs, *left]), {*drawn.inputs})
    if not inputs and drawn.inputs:
        raise IllFormedError(f"{data} holds no inputs", {"expected": ", ".join(drawn.inputs)})
    batch = np.broadcast_shapes(*(x.shape[1:-1] for x in inputs.values())) if inputs else ()
    start = {
        name: np.broadcast_to(
            np.asarray(states.get(name, np.zeros(value.shape)), dtype), (*batch, *value.shape)
        )
        for name, value in drawn.states.items()
    }
    cast = {name: np.asarray(value, dtype) for name, value in inputs.items()}
    converted = {name: np.asarray(value, dtype) for name, value in parameters.items()}
    return Weights(converted, start, cast, None if cast else steps)


def _of_kind(found: Mapping[str, Array], kind: str, names: set[str]) -> dict[str, Array]:
    """The arrays of a kind: those under its folder, or of these names."""
    return {
        _plain(name): value
        for name, value in found.items()
        if name.startswith(f"{kind}/")
        or (not name.startswith(_FOLDERS) and name in names)
        or (kind == PARAMETERS and not name.startswith(_FOLDERS))
    }


def _plain(name: str) -> str:
    return in_code(name.partition("/")[2] if name.startswith(_FOLDERS) else name)


def _require_names(file: str, found: Mapping[str, Any], expected: set[str]) -> None:
    missing, extra = sorted(expected - {*found}), sorted({*found} - expected)
    if missing or extra:
        raise IllFormedError(
            f"{file}: names that do not fit the cell",
            {
                "expected": ", ".join(sorted(expected)) or "none",
                **({"missing": ", ".join(missing)} if missing else {}),
                **({"unknown": ", ".join(extra)} if extra else {}),
            },
        )


def _sizes(cell: Cell, parameters: Mapping[str, Array], file: str) -> dict[str, Any]:
    """The cell's open sizes, read off the shapes of its parameters."""
    sizes: dict[str, Any] = {}
    for each in cell.parameters:
        name = in_code(each.name)
        shape = tuple(n for n in each.shape if n != 1) if each.shape[1] == 1 else each.shape
        value = parameters[name]
        if value.ndim != len(shape):
            raise IllFormedError(
                f"{file}: {name} has shape {value.shape}", {"expected": f"{each.shape}"}
            )
        for symbol, size in zip(shape, value.shape, strict=True):
            if symbol.is_Symbol and sizes.setdefault(symbol.name, size) != size:
                raise IllFormedError(
                    f"{file}: {name} has shape {value.shape}",
                    {"expected": f"{each.shape} with {symbol} = {sizes[symbol.name]}"},
                )
    return sizes


def _archive(path: Path) -> dict[str, Array]:
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise IllFormedError(
                    f"{path} is no archive of arrays", {"expected": f"npz, or torch's {TORCH}"}
                )
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                found = {name: archive[name] for name in archive.files if name != "steps"}
    except IllFormedError:
        raise
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise IllFormedError(f"{path} can not be read", {"reason": error}) from error
    for name, value in found.items():
        _require_numbers(path, name, value)
    return found


def _require_numbers(path: Path, name: str, value: Array) -> None:
    if value.dtype.kind not in _NUMERIC or not np.isfinite(value).all():
        raise IllFormedError(
            f"{path}: {name} is not all finite real numbers", {"got": str(value.dtype)}
        )


def _torch(path: Path) -> dict[str, Array]:
    """The tensors of a state_dict, by their own names; no code in the file is run."""
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError as error:
        raise NotSupportedError(
            f"{path} is torch's", {"expected": 'pip install "symrnn[torch]", or an npz file'}
        ) from error
    try:
        found = torch.load(path, weights_only=True, map_location="cpu")
    except OSError:
        raise
    except Exception as error:  # torch raises what it likes for a file that is none of its own
        reason = str(error).partition("\n")[0]
        raise IllFormedError(
            f"{path} holds no weights", {"expected": "a state_dict", "reason": reason}
        ) from error
    if not isinstance(found, Mapping) or not all(torch.is_tensor(v) for v in found.values()):
        raise IllFormedError(f"{path} holds no state_dict", {"got": type(found).__name__})
    arrays = {name: value.detach().cpu().numpy() for name, value in found.items()}
    for name, value in arrays.items():
        _require_numbers(path, name, value)
    return arrays
