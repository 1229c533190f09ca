"""Modules and functions of torch and jax as backward passes: gradients by their own means."""

from __future__ import annotations

import copy
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.asked import Asked
from symrnn.crosscheck.losses import ENTROPY, SQUARED
from symrnn.crosscheck.packing import Packed, packing
from symrnn.crosscheck.program import program_of
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.numeric.torch_weights import GATES, cell_of, in_layer, kind_of

Array = NDArray[Any]
Adapted = tuple[Asked, Callable[..., Any]]


@dataclass(frozen=True)
class TorchModule:
    """A torch module: nn.RNN, nn.LSTM, nn.GRU, or a cell with `forward(x, state)`."""

    module: Any

    def adapted(self, asked: Asked, backward: bool = True) -> Adapted:
        """What is asked, with the module's sizes, layout and names; and a function."""
        torch = _loaded("torch")
        module = self.module
        whole = isinstance(module, torch.nn.RNNBase)
        if whole and module.num_layers > 1:
            asked = _in_layers(asked, module)
        names = _names(torch, module, asked)
        kind = next((p.dtype for p in module.parameters()), torch.float64)
        dtype = np.dtype(str(kind).removeprefix("torch."))
        layout = asked.packing.layout
        if whole:
            layout = "batch" if module.batch_first and asked.batch is not None else "time"
        made = packing(asked.program, names, False, layout, dtype)
        made = replace(made, arrays={n: p for n, p in made.arrays.items() if n in names})
        sizes = {**asked.sizes, **_sizes_of(module, asked, names)}
        known = replace(asked, packing=made, sizes=sizes)
        run = _TorchRun(torch, module, known, whole)
        return known, run.gradients if backward else run.outputs


@dataclass(frozen=True)
class _TorchRun:
    """A copy of a module with other numbers, run on a sequence."""

    torch: ModuleType
    module: Any
    known: Asked
    recurrent: bool

    @property
    def __name__(self) -> str:
        return type(self.module).__name__

    def gradients(self, parameters: Any, inputs: Any, initial: Any, data: Any) -> Any:
        """Gradients by the module's own names."""
        module, states, outputs = self._run(parameters, inputs, initial)
        _torch_loss(self.torch, self.known, outputs, data).backward()
        found = {
            name: parameter.grad
            if parameter.grad is not None
            else parameter.new_zeros(parameter.shape)
            for name, parameter in module.named_parameters()
            if name in parameters
        }
        given = {f"{label}_0": value.grad for label, value in states.items()}
        return {**found, **{name: g for name, g in given.items() if g is not None}}

    def outputs(self, parameters: Any, inputs: Any, initial: Any) -> Any:
        """The outputs over time."""
        return self._run(parameters, inputs, initial)[2].detach()

    def _run(self, parameters: Any, inputs: Any, initial: Any) -> Any:
        torch = self.torch
        kind = torch.as_tensor(inputs).dtype
        module = copy.deepcopy(self.module).to(device="cpu", dtype=kind)
        module.train(self.module.training)
        with torch.no_grad():
            own = dict(module.named_parameters())
            for name, value in parameters.items():
                own[name].copy_(torch.as_tensor(value).reshape(own[name].shape))
                own[name].grad = None
        labels = self.known.program.state_labels
        start = initial if isinstance(initial, Mapping) else {labels[0]: initial}
        states = {k: torch.tensor(v, requires_grad=True) for k, v in start.items()}
        x = torch.as_tensor(inputs)
        outputs = (
            self._whole(module, x, states) if self.recurrent else self._steps(module, x, states)
        )
        return module, states, outputs

    def _whole(self, module: Any, x: Any, states: Mapping[str, Any]) -> Any:
        """A recurrent module takes the whole sequence: h, then c, the layers in front."""
        kinds: dict[str, list[Any]] = {}
        for label in _h_first(states, self.known.output):
            kinds.setdefault(label[0], []).append((label, states[label]))
        stacked = [self.torch.stack([s for _, s in sorted(each)]) for each in kinds.values()]
        return module(x, stacked[0] if len(stacked) == 1 else tuple(stacked))[0]

    def _steps(self, module: Any, x: Any, states: Mapping[str, Any]) -> Any:
        """A cell takes one step: (x, state) to the state, or to (output, state)."""
        order = _h_first(states, self.known.output)
        state: Any = tuple(states[label] for label in order)
        state = state[0] if len(state) == 1 else state
        batch = self.known.packing.layout == "batch" and self.known.batch is not None
        found = []
        for time in range(x.shape[1] if batch else x.shape[0]):
            made = module(x[:, time] if batch else x[time], state)
            if isinstance(made, tuple) and len(order) == 1:
                output, state = made[0], made[1]
            elif isinstance(made, tuple) and len(made) == 2 and isinstance(made[1], tuple):
                output, state = made
            elif isinstance(made, tuple):
                output, state = made[0], made
            else:
                output = state = made
            found.append(output)
        return self.torch.stack(found, dim=1 if batch else 0)


@dataclass(frozen=True)
class Differentiated:
    """A forward pass written with a framework, which differentiates it by its own means."""

    framework: str
    function: Callable[..., Any]

    def adapted(self, asked: Asked, backward: bool = True) -> Adapted:
        """What is asked, and a function from numbers to gradients."""
        module = _loaded(self.framework)
        if not backward:
            return asked, _named(
                self.function, lambda p, x, s: self.function(*_tensors(module, p, x, s))
            )
        made = _torch_gradients if self.framework == "torch" else _jax_gradients
        return asked, _named(self.function, made(module, self.function, asked))


def torch_module(module: Any) -> TorchModule:
    """A torch module as something to check: what `check_gradients` makes of one by itself."""
    return TorchModule(module)


def torch_function(function: Callable[..., Any]) -> Differentiated:
    """A forward pass in torch, a `torch.autograd.Function` in it or not.

    Args:
        function: `function(parameters, inputs, initial)` on tensors, parameters by name in a dict,
            to the outputs over time, a tensor, or a tuple that begins with it.
    """
    return Differentiated("torch", function)


def jax_function(function: Callable[..., Any]) -> Differentiated:
    """A forward pass in jax; as `torch_function`, on jax arrays."""
    return Differentiated("jax", function)


def _in_layers(asked: Asked, module: Any) -> Asked:
    """The cell stacked as often as the module has layers, where it is the module's cell."""
    kind, layers = kind_of(module), int(module.num_layers)
    one = cell_of(kind, module, 1)
    if asked.program.cell.definitions != one.definitions:
        return asked
    program = program_of(cell_of(kind, module, layers))
    output = f"h_{layers}"
    made = packing(program, None, False, asked.packing.layout, asked.packing.dtype)
    return replace(asked, program=program, output=output, packing=made)


def _names(torch: ModuleType, module: Any, asked: Asked) -> dict[str, Packed]:
    """Which of the cell's parameters a module's hold, by the module's names.

    Raises:
        IllFormedError: a module with parameters that are none of the cell's.
        NotSupportedError: projections, both directions, dropout.
    """
    own = [name for name, _ in module.named_parameters()]
    given = asked.packing.arrays
    if given.keys() >= set(own):
        return {name: given[name] for name in own}
    cell = asked.program.cell
    if isinstance(module, torch.nn.RNNBase | torch.nn.RNNCellBase):
        known = {str(p.name) for p in cell.parameters}
        found = {name: _stacked_gates(module, name, known) for name in own}
        held = {part for packed in found.values() for part in packed.parts}
        biases = {n for n in known if cell.shapes[n][1] == 1} if not module.bias else set()
        if held <= known <= held | biases:
            return found
    raise IllFormedError(
        f"the parameters of {type(module).__name__} are not those of {cell.name}",
        {"expected": ", ".join(given), "got": ", ".join(own), "do": 'names={"theirs": "ours"}'},
    )


def _stacked_gates(module: Any, name: str, known: set[str]) -> Packed:
    """What a weight_ih, weight_hh, bias_ih or bias_hh of torch's holds: its gates in rows.

    Of the two biases the second adds nothing, but for the candidate of the GRU.
    """
    base, _, layer = name.partition("_l")
    layers = int(getattr(module, "num_layers", 1))
    letter = {"weight_ih": "U", "weight_hh": "W"}.get(base, "b")
    rows, idle = [], set()
    for gate in GATES[kind_of(module)]:
        part = in_layer(f"{letter}{gate}", int(layer or 0), layers)
        apart = in_layer(f"c{gate}", int(layer or 0), layers)
        if base == "bias_hh" and apart in known:
            part = apart
        elif base == "bias_hh":
            idle.add(part)
        rows.append((part,))
    return Packed(tuple(rows), idle=frozenset(idle))


def _sizes_of(module: Any, asked: Asked, names: Mapping[str, Packed]) -> dict[str, int]:
    """The cell's sizes from the shapes of the module's parameters."""
    shapes = {str(p.name): p.shape for p in asked.program.parameters}
    found: dict[str, int] = {}
    for name, parameter in module.named_parameters():
        packed = names[name]
        rows, cols = shapes[packed.parts[0]]
        whole = tuple(parameter.shape)
        height = whole[-1] if packed.transposed else whole[0]
        if len({shapes[row[0]][0] for row in packed.rows}) == 1 and str(rows) in asked.sizes:
            found.setdefault(str(rows), height // len(packed.rows))
        if len(whole) == 2 and len(packed.rows[0]) == 1 and str(cols) in asked.sizes:
            found.setdefault(str(cols), whole[0] if packed.transposed else whole[1])
    return found


def _h_first(states: Mapping[str, Any], output: str) -> list[str]:
    """The order of a framework's state: what is given out, then the rest."""
    return sorted(states, key=lambda label: label != output)


def _torch_loss(torch: Any, known: Asked, outputs: Any, data: Any) -> Any:
    loss = known.loss
    batched = known.packing.layout == "batch" and known.batch is not None
    steps = outputs.shape[1] if batched else outputs.shape[0]
    width = 1 if known.batch is None else outputs.shape[0 if batched else 1]
    if loss.last:
        outputs = outputs[:, -1] if batched else outputs[-1]
    given = torch.as_tensor(data)
    if loss.name == ENTROPY:
        total = torch.nn.functional.cross_entropy(
            outputs.reshape(-1, outputs.shape[-1]), given.reshape(-1), reduction="sum"
        )
    elif loss.name == SQUARED:
        total = ((outputs - given.to(outputs.dtype)) ** 2).sum() / 2
    else:
        total = (outputs * given.to(outputs.dtype)).sum()
    return loss.factor(steps, width) * total


def _torch_gradients(torch: Any, function: Callable[..., Any], known: Asked) -> Callable[..., Any]:
    def gradients(parameters: Any, inputs: Any, initial: Any, data: Any) -> Any:
        p, x, s = _tensors(torch, parameters, inputs, initial, grad=True)
        made = function(p, x, s)
        outputs = made[0] if isinstance(made, tuple) else made
        _torch_loss(torch, known, outputs, data).backward()
        return {name: torch.zeros_like(v) if v.grad is None else v.grad for name, v in p.items()}

    return gradients


def _tensors(module: Any, parameters: Any, inputs: Any, initial: Any, grad: bool = False) -> Any:
    """Arrays of a framework from NumPy's."""
    if module.__name__ == "torch":

        def one(value: Any) -> Any:
            return module.tensor(value, requires_grad=grad)
    else:

        def one(value: Any) -> Any:
            return module.numpy.asarray(value)

    def each(value: Any) -> Any:
        return {k: one(v) for k, v in value.items()} if isinstance(value, Mapping) else one(value)

    return each(parameters), each(inputs), each(initial)


def _jax_gradients(jax: Any, function: Callable[..., Any], known: Asked) -> Callable[..., Any]:
    def gradients(parameters: Any, inputs: Any, initial: Any, data: Any) -> Any:
        with jax.enable_x64(True):
            p, x, s = _tensors(jax, parameters, inputs, initial)

            def loss(p: Any) -> Any:
                made = function(p, x, s)
                return _jax_loss(jax, known, made[0] if isinstance(made, tuple) else made, data)

            return {name: np.asarray(v) for name, v in jax.grad(loss)(p).items()}

    return gradients


def _jax_loss(jax: Any, known: Asked, outputs: Any, data: Any) -> Any:
    loss = known.loss
    batched = known.packing.layout == "batch" and known.batch is not None
    steps = outputs.shape[1] if batched else outputs.shape[0]
    width = 1 if known.batch is None else outputs.shape[0 if batched else 1]
    if loss.last:
        outputs = outputs[:, -1] if batched else outputs[-1]
    if loss.name == ENTROPY:
        scores = jax.nn.log_softmax(outputs, axis=-1)
        chosen = jax.numpy.take_along_axis(scores, jax.numpy.asarray(data)[..., None], axis=-1)
        total = -chosen.sum()
    elif loss.name == SQUARED:
        total = ((outputs - data) ** 2).sum() / 2
    else:
        total = (outputs * data).sum()
    return loss.factor(steps, width) * total


def _named(function: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    made.__name__ = getattr(function, "__name__", type(function).__name__)
    return made


def _loaded(name: str) -> ModuleType:
    """Import the library at its first use: it takes seconds.

    Raises:
        NotSupportedError: it is not installed.
    """
    if importlib.util.find_spec(name) is None:
        raise NotSupportedError(
            f"this needs {name}, which is not installed",
            {"install": f'pip install "symrnn[{name}]"'},
        )
    return importlib.import_module(name)
