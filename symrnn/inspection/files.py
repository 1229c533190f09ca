"""The weights and the data of a net, from files; nothing in them is run."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, NotSupportedError, SymrnnError
from symrnn.language.names import in_code
from symrnn.numeric.torch_weights import from_state_dict
from symrnn.numeric.weights import INPUTS, KINDS, PARAMETERS, STATES, Weights, random_weights

Array = NDArray[Any]

TORCH = (".pt", ".pth")
_FOLDERS = tuple(f"{kind}/" for kind in KINDS)
_NUMERIC = "fiub"


@dataclass(frozen=True)
class Net:
    """What stands in files.

    Attributes:
        cell: the one asked for, its layers stacked where the weights are of several.
        weights: its numbers, and the sequences that it is to see.
        left: names in the file that are nothing of the cell's.
    """

    cell: Cell
    weights: Weights
    left: tuple[str, ...] = ()


def read_net(
    cell: Cell,
    weights: str | Path,
    data: str | Path | None = None,
    *,
    steps: int = 100,
    seed: int = 0,
) -> Net:
    """A net with the sequences that it is to see.

    Args:
        cell: what the numbers are of.
        weights: an npz archive with an array for each parameter by name ("W_f" or
            "parameters/W_f", as `save` writes it), or a torch state_dict in a .pt or .pth file. The
            names are the cell's, or those of an nn.RNN, nn.LSTM or nn.GRU, of one layer or several,
            by itself or as a part of a larger module.
        data: an npz archive with the inputs by name, (T, n) or (T, sequences, n), and initial
            states, if they are not 0. Without it the inputs are normal numbers.
        steps, seed: of the inputs that are drawn.

    Raises:
        IllFormedError: a file that is none of these, a name too many or too few, a wrong shape.
        NotSupportedError: a torch file without torch.
        OSError: a file that can not be read.
    """
    found = _torch(Path(weights)) if Path(weights).suffix in TORCH else _archive(Path(weights))
    of_torch = _in_torchs_names(found, cell, str(weights))
    unread: tuple[str, ...] = ()
    if of_torch is not None:
        cell, found, unread = of_torch
    names = {in_code(each.name) for each in (*cell.parameters, *cell.scalars)}
    parameters = _of_kind(found, PARAMETERS, names)
    _require_names(str(weights), parameters, names)
    columns = {in_code(each.name) for each in cell.parameters if each.shape[1] == 1}
    parameters = {
        name: v[:, 0] if name in columns and v.ndim == 2 and v.shape[1] == 1 else v
        for name, v in parameters.items()
    }
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
    return Net(cell, Weights(converted, start, cast, None if cast else steps), unread)


def _in_torchs_names(
    found: Mapping[str, Array], cell: Cell, file: str
) -> tuple[Cell, dict[str, Array], tuple[str, ...]] | None:
    try:
        return from_state_dict(found, cell)
    except SymrnnError as error:
        raise type(error)(f"{file}: {error.message}", error.detail) from error


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


def _state_dict(torch: Any, found: Any) -> Mapping[str, Any] | None:
    """Tensors by name; of a checkpoint the one member that is such a thing."""

    def is_one(value: Any) -> bool:
        return (
            isinstance(value, Mapping) and bool(value) and all(map(torch.is_tensor, value.values()))
        )

    if is_one(found):
        return dict(found)
    inner = [v for v in found.values() if is_one(v)] if isinstance(found, Mapping) else []
    return dict(inner[0]) if len(inner) == 1 else None


def _array(torch: Any, tensor: Any) -> Array:
    value = tensor.detach().cpu()
    return np.asarray((value.float() if value.dtype == torch.bfloat16 else value).numpy())


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
        raise IllFormedError(
            f"{path} holds no weights alone", {"expected": "torch.save(module.state_dict(), file)"}
        ) from error
    tensors = _state_dict(torch, found)
    if tensors is None:
        raise IllFormedError(f"{path} holds no state_dict", {"got": type(found).__name__})
    arrays = {name: _array(torch, value) for name, value in tensors.items()}
    for name, value in arrays.items():
        _require_numbers(path, name, value)
    return arrays
