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
from symrnn.errors import IllFormedError, NotSupportedError

Array = NDArray[Any]
Adapted = tuple[Asked, Callable[..., Any]]


@dataclass(frozen=True)
class TorchModule:
    """A torch module: nn.RNN, nn.LSTM, nn.GRU, or a cell with `forward(x, state)`."""

    module: Any

    def adapted(self, asked: Asked, backward: bool = True) -> Adapted:
        """What is asked, with the module's sizes, layout and names; and a function."""
        torch = _loaded("torch")
        names = from_torch(self.module, asked)
        sizes = _sizes_of(self.module, asked, names)
        recurrent = isinstance(self.module, torch.nn.RNNBase)
        single = getattr(self.module, "num_layers", 1) == 1
        if recurrent and (
            not single
            or self.module.bidirectional
            or (self.module.training and self.module.dropout)
        ):
            raise NotSupportedError(
                "layers, directions or dropout of a torch module",
                {"expected": "one layer, one direction, no dropout"},
            )
        kind = next((p.dtype for p in self.module.parameters()), torch.float64)
        dtype = np.dtype(str(kind).removeprefix("torch."))
        layout = asked.packing.layout
        if recurrent:
            layout = "batch" if self.module.batch_first and asked.batch is not None else "time"
        made = packing(asked.program, names, False, layout, dtype)
        made = replace(made, arrays={n: p for n, p in made.arrays.items() if n in names})
        known = replace(asked, packing=made, sizes={**asked.sizes, **sizes})
        run = _TorchRun(torch, self.module, known, recurrent)
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
        """A recurrent module takes the whole sequence: states have a layer in front."""
        ordered = [states[label].unsqueeze(0) for label in _h_first(states, self.known.output)]
        return module(x, ordered[0] if len(ordered) == 1 else tuple(ordered))[0]

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


def from_torch(module: Any, asked: Asked) -> dict[str, Any]:
    """Which of the cell's parameters a module's hold, by the module's names.

    nn.RNN, nn.LSTM and nn.GRU stack gates in rows and add two biases. Parameters of another module
    have the cell's names, or those given.

    Raises:
        IllFormedError: a module with parameters that are none of the cell's.
    """
    torch = _loaded("torch")
    own = [name for name, _ in module.named_parameters()]
    if asked.packing.arrays.keys() >= set(own):
        return {name: asked.packing.arrays[name] for name in own}
    suffix = "_l0" if isinstance(module, torch.nn.RNNBase) else ""
    kinds = {"weight_ih", "weight_hh"}
    if kinds <= {name.removesuffix(suffix) for name in own}:
        return _stacked_gates(asked, module, suffix)
    given = asked.packing.arrays
    raise IllFormedError(
        f"the parameters of {type(module).__name__}",
        {"expected": ", ".join(given), "got": ", ".join(own), "do": 'names={"theirs": "ours"}'},
    )


def _stacked_gates(asked: Asked, module: Any, suffix: str) -> dict[str, Any]:
    """weight_ih, weight_hh, bias_ih, bias_hh of torch's recurrent modules."""
    program = asked.program
    cell = program.cell
    states, inputs = set(program.state_labels), program.inputs
    order = _order_of_gates(program)
    through: dict[str, dict[str, str]] = {"x": {}, "h": {}, "b": {}, "c": {}}
    for gate, labels in order.items():
        for label in labels:
            line = next(v for v in program.lines if v.label == label)
            for edge in (e for e in program.edges if e.reader == line and not e.is_flow):
                _, cols = edge.leaf.shape
                read = {
                    e.label
                    for e in edge.formula.atoms(type(line))
                    if e.label in states or e.label in inputs
                }
                name = str(edge.leaf.name)
                if cols == 1:
                    through["c" if label != labels[0] else "b"][gate] = name
                else:
                    through["x" if read & inputs else "h"][gate] = name
    arrays: dict[str, Any] = {}
    gates_ = list(order)
    arrays[f"weight_ih{suffix}"] = Packed(tuple((through["x"][g],) for g in gates_))
    arrays[f"weight_hh{suffix}"] = Packed(tuple((through["h"][g],) for g in gates_))
    if any(name == f"bias_ih{suffix}" for name, _ in module.named_parameters()):
        arrays[f"bias_ih{suffix}"] = Packed(tuple((through["b"][g],) for g in gates_))
        second = tuple(through["c"].get(g, through["b"][g]) for g in gates_)
        idle = frozenset(through["b"][g] for g in gates_ if g not in through["c"])
        arrays[f"bias_hh{suffix}"] = Packed(tuple((name,) for name in second), idle=idle)
    held = {n for p in arrays.values() for n in p.parts}
    missing = sorted({str(p.name) for p in cell.parameters} - held)
    if missing and any("bias" in name for name, _ in module.named_parameters()):
        raise IllFormedError(
            f"{type(module).__name__} is no {cell.name}",
            {"expected": ", ".join(str(p.name) for p in cell.parameters), "missing": missing},
        )
    return arrays


def _order_of_gates(program: Any) -> dict[str, list[str]]:
    """The gates in the order of the cell's text, each with the lines that hold its parameters."""
    found: dict[str, list[str]] = {}
    weighed = [
        v
        for v, value in program.lines.items()
        if any(not e.is_flow for e in program.edges if e.reader == v)
    ]
    for vector in weighed:
        gate = vector.label
        while gate not in {each.label for each in program.cell.order}:
            gate = next(
                v.label
                for v, value in program.lines.items()
                if any(leaf.label == gate for leaf in value.atoms(type(v)))
            )
        # The line that reads the input comes first: of two biases it has torch's first one.
        reads = any(
            leaf.label in program.inputs for leaf in program.lines[vector].atoms(type(vector))
        )
        found.setdefault(gate, []).insert(0 if reads else len(found.get(gate, [])), vector.label)
    return found


def _sizes_of(module: Any, asked: Asked, names: Mapping[str, Any]) -> dict[str, int]:
    """The cell's sizes from the shapes of the module's parameters."""
    shapes = {str(p.name): p.shape for p in asked.program.parameters}
    found: dict[str, int] = {}
    for name, parameter in module.named_parameters():
        packed = names[name]
        packed = packed if isinstance(packed, Packed) else Packed(((packed,),))
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
