"""The quantities of a model on a net: computed, given, or named derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np

from symrnn.audit.meaning.letters import TOTAL, bare, is_loss, letters_of, whole_number
from symrnn.audit.meaning.model import (
    Clash,
    Definition,
    Model,
    NotUnderstood,
)
from symrnn.audit.meaning.references import Ref
from symrnn.audit.numbers.net import STEP, STILL, Net, World
from symrnn.audit.numbers.reading import Reading
from symrnn.audit.numbers.values import Algebra, Value, turned
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Product,
    Sym,
    Tree,
    walk,
)

Env = Mapping[str, int]


LAST = frozenset({"T", "N"})
"""Letters of the last time, whatever else is free."""
BUNDLES = frozenset({"theta", "Theta", "vartheta", "w"})
"""Letters for all parameters at once."""


@dataclass
class Quantities(Algebra, ABC):
    """The quantities of a net, in one reading.

    Args:
        flat: a scalar's derivative by a matrix is a row of all entries.
        left: whether the left side of a relation is evaluated.
        beyond: steps behind the last one that are computed: a sum may reach to T + 1.
        running: the letters that sums and products around what is evaluated run through.
    """

    net: Net
    reading: Reading = field(default_factory=Reading)
    flat: bool = True
    left: bool = False
    within: int = 0
    beyond: int = 0
    running: frozenset[str] = frozenset()
    named: dict[Any, Value] = field(default_factory=dict)
    overridden: dict[int, int] = field(default_factory=dict)
    held: frozenset[tuple[str, int]] = frozenset()
    flat_mattered: bool = False
    shaped: bool = False

    @property
    def model(self) -> Model:
        return self.net.model

    def quantity(self, name: str, time: int | None, world: World = STILL) -> Value:
        """The value of a quantity at a time."""
        net = self.net
        definition = self.model.definition(name)
        moved = world.moved
        if moved is not None and moved[:2] == (name, time) and moved[2] is None:
            base = self.quantity(name, time).array
            rows, cols = base.shape[1:]
            count = rows * cols
            directions = np.zeros((count, cols, rows))
            directions.reshape(count, count)[np.arange(count), np.arange(count)] = 1
            return Value(base + 1j * STEP * turned(directions))
        if moved is not None and time is not None:
            earlier = moved[1] is not None and time < moved[1] and not net.looks_ahead
            if earlier or world.holds(name, time):
                return self.quantity(name, time)
        if moved is not None and time is None and world.mode in ("all",):
            return self.quantity(name, time)
        if definition is None:
            return self._given(name, time, world)
        if definition.bound and (definition.derived or self._timed(definition)):
            return self.extreme(definition)
        if definition.derived:
            if moved is not None:
                raise NotUnderstood("a derivative of a derivative", f"of {name}")
            return self._derived(definition, time)
        if definition.letter is None:
            if time is not None:
                raise NotUnderstood("times", f"{name} has no time in its definition")
            return self._computed((name, None), definition, {}, world)
        if time is None:
            raise NotUnderstood("times", f"{name} has a time in its definition, and none here")
        if time < net.first:
            if name in net.states and time == net.first - 1:
                return Value(net.leaf(name, time))
            if time == net.first - 1 and self.model.next_of(name) & net.states:
                return self._computed((name, time), definition, {definition.letter: time}, world)
            raise NotUnderstood("times", f"{name} at time {time} is before the first step")
        if time > net.last + self.beyond:
            raise NotUnderstood("times", f"{name} at time {time} is behind the last step")
        env = {definition.letter: time - definition.shift}
        return self._computed((name, time), definition, env, world)

    def _computed(self, key: Any, definition: Definition, env: Env, world: World) -> Value:
        cache = (key, world)
        values = self.net.values
        if cache not in values:
            self.within += 1
            if self.within > 400:
                raise NotUnderstood("a circle", f"the definition of {definition.name} uses itself")
            try:
                plain = (
                    self
                    if self.reading == Reading()
                    else type(self)(self.net, within=self.within, beyond=self.beyond)
                )
                if definition.entries:
                    value = plain.by_entries(definition, env, world)
                else:
                    value = plain.value(definition.value, env, world)
            finally:
                self.within -= 1
            array = value.array
            if definition.bound:
                array = array * self.net.slack(definition.name)
            rows, cols = self.net.extent(definition.name)
            value = value.whole() if value.beside else value
            if value.eye and rows == cols:
                value = Value(array * np.eye(rows))
                array = value.array
            if value.eye or array.shape[1:] != (rows, cols):
                if array.shape[1:] == (cols, rows) and min(rows, cols) == 1:
                    array = turned(array)
                elif array.shape[1:] == (1, 1) and not value.eye:
                    array = np.broadcast_to(array, (array.shape[0], rows, cols))
                elif (
                    (rows, cols) == (1, 1)
                    and is_loss(definition.name)
                    and min(array.shape[1:]) == 1
                ):
                    # A loss that is written entrywise is meant as their sum.
                    array = array.sum(axis=(1, 2), keepdims=True)
                else:
                    its = f"{array.shape[1]} × {array.shape[2]}"
                    raise Clash(f"{definition.name} is {rows} × {cols}, its definition {its}")
            values[cache] = np.array(array)
        return Value(values[cache])

    def extreme(self, definition: Definition) -> Value:
        """The least number that bounds an expression at all times; a larger one in loose nets."""
        net, model = self.net, self.model
        key = ("bound", definition.name, self.reading, self.flat, self.held)
        if key not in net.values:
            nodes = walk(definition.value)
            times = [model.ref(node).time for node in nodes if isinstance(node, Sym)]
            free = {each for time in times if time is not None for each in letters_of(time) or ()}
            indices = [node.index for node in nodes if isinstance(node, Big)]
            bound = {
                each for index in indices if index is not None for each in letters_of(index) or ()
            }
            letters = sorted(free - bound - LAST)
            if len(letters) > 2:
                raise NotUnderstood("bounds", f"{definition.name}, a bound at three times")
            found = []
            for at in product(range(net.first, net.last + 1), repeat=len(letters)):
                try:
                    value = self.value(definition.value, dict(zip(letters, at, strict=True)))
                except NotUnderstood as problem:
                    if problem.cause in ("times", "quantities not linked"):
                        continue  # before the first step
                    raise
                found.append(float(value.array[0, 0, 0].real))
            if not found:
                raise NotUnderstood("times", f"{definition.name} bounds what no time has")
            size = max(found) if definition.bound == "upper" else min(found)
            net.values[key] = np.full((1, 1, 1), size + 0j)
        slack = net.slack(definition.name)
        return Value(net.values[key] * (slack if definition.bound == "upper" else 1 / slack))

    def _abbreviates(self, definition: Definition) -> bool:
        """Whether a letter without a time stands for what has one, that of the formula around."""
        named = definition.bound or definition.derived
        return definition.letter is None and not named and self._timed(definition)

    def _timed(self, definition: Definition) -> bool:
        nodes = (node for node in walk(definition.value) if isinstance(node, Sym))
        return any(self.model.ref(node).time is not None for node in nodes)

    def by_entries(self, definition: Definition, env: Env, world: World) -> Value:
        """A quantity that is defined entry by entry."""
        rows, cols = self.net.extent(definition.name)
        letters = definition.entries
        parts = []
        for place in range(rows * cols):
            row, col = place % rows, place // rows
            at = (row + 1, col + 1) if len(letters) == 2 else (place + 1,)
            parts.append(
                self.value(
                    definition.value, {**env, **dict(zip(letters, at, strict=True))}, world
                ).array
            )
        count = max(part.shape[0] for part in parts)
        flat = np.concatenate([np.broadcast_to(p, (count, 1, 1)) for p in parts], axis=2)
        return Value(turned(flat.reshape(count, cols, rows)))

    def _derived(self, definition: Definition, time: int | None) -> Value:
        key = (definition.name, time, self.flat, self.held)
        if key not in self.named:
            env: dict[str, int] = {}
            if definition.letter is not None:
                if time is None:
                    raise NotUnderstood("times", f"{definition.name} has a time in its definition")
                env[definition.letter] = time - definition.shift
            self.within += 1
            if self.within > 60:
                raise NotUnderstood("a circle", f"the definition of {definition.name} uses itself")
            kept = self.reading
            immediate = kept.immediate_named
            gradient = kept.gradient or kept.columns
            self.reading = replace(
                kept, immediate=immediate, immediate_left=immediate, gradient=gradient
            )
            try:
                self.named[key] = self.value(definition.value, env, STILL)
            finally:
                self.within -= 1
                self.reading = kept
        return self.named[key]

    def _given(self, name: str, time: int | None, world: World) -> Value:
        """What has no definition: an input, a parameter, a loss that the text leaves open."""
        net, model = self.net, self.model
        base = name.split("_")[0]
        if is_loss(name):
            return self._loss(name, time, world)
        if name in model.symbols.times:
            raise NotUnderstood("times", f"the time {name} has no value here")
        read = self.net.read
        if name in model.variables and time is None:
            return Value(net.leaf(name, None))
        free = time is None and model.free_number(name)
        said = time is None and model.kinds.get(name) in ("vector", "matrix")
        if name not in read and not self.is_bundle(name) and not free and not said:
            raise NotUnderstood(
                "a symbol without definition",
                name,
                f"define: {latex_name(name, time is not None)} = …",
            )
        if time is not None and not model.symbols.has_time(base):
            raise NotUnderstood("times", f"{name} has no time elsewhere")
        if time is None and model.symbols.has_time(base) and not model.apart(name):
            raise NotUnderstood("times", f"{name} has a time elsewhere")
        value = net.leaf(name, time)
        moved = world.moved
        if moved is not None and time is None and self.is_bundle(moved[0]):
            rows, cols = value.shape[1:]
            count = int(np.prod(self.quantity(moved[0], None).shape))
            return Value(
                value + 1j * STEP * net.rng("bundle", name).normal(size=(count, rows, cols))
            )
        if moved is not None and moved[0] == name and moved[2] is not None:
            raise NotUnderstood("copies", f"{name} outside a step")
        return Value(value)

    def is_bundle(self, name: str) -> bool:
        """Whether θ stands for all parameters: the text derives by it and computes nothing from it.

        Each parameter is then a linear function of θ, with random coefficients.
        """
        if name.split("_")[0] not in BUNDLES or name in self.model.definitions:
            return False
        stated = [d for d in self.model.definitions.values() if not d.derived]
        read = {each for definition in stated for each, _ in self.model.reads(definition)}
        return name not in read and any(
            each not in self.model.definitions and not self.model.symbols.has_time(each)
            for each in read
        )

    def _loss(self, name: str, time: int | None, world: World) -> Value:
        net = self.net
        cache = (("loss", name, time), world)
        if cache in net.values:
            return Value(net.values[cache])
        definitions = self.model.definitions
        outputs = net.outputs
        if not outputs:
            raise NotUnderstood("a symbol without definition", name, "loss: L = \\sum_t \\ell(h_t)")
        if time is None:
            times = range(net.first, net.last + 1) if net.loss == "each" else [net.last]
            parts: list[Value] = []
            base = name.removesuffix("_" + TOTAL)
            other = (
                base
                if base != name
                else next(
                    (
                        n
                        for n, d in definitions.items()
                        if is_loss(n) and d.letter and not d.derived
                    ),
                    None,
                )
            )
            for at in times:
                parts.append(
                    self._reading(name, outputs, at, world)
                    if other is None
                    else self.quantity(other, at, world)
                )
            total = parts[0].array
            for part in parts[1:]:
                total = total + part.array
            value = total
        else:
            if not net.first <= time <= net.last:
                raise NotUnderstood("times", f"{name} at time {time}")
            value = self._reading(name, outputs, time, world).array
        net.values[cache] = value
        return Value(value)

    def _reading(self, name: str, outputs: list[str], time: int, world: World) -> Value:
        arguments = [self.quantity(each, time, world).array for each in outputs]
        return Value(self.net.opaque(f"{name}@{time}", arguments, 1))

    def _reads_named(self) -> set[str]:
        return {name for name in self.net.read if name != "I"}

    def named_value(self, ref: Ref, env: Env, world: World) -> Value:
        name = self.model.aliases.get(ref.name, ref.name)
        self.net.used.add(name)
        if ref.copy is not None:
            return self.quantity(name, None, world)
        moved = world.moved
        if ref.time is None:
            known = self.model.definition(name)
            itself = moved is not None and moved[:2] == (name, None)  # ∂s_t/∂c, where c is h_T
            if env and known is not None and self._abbreviates(known) and not itself:
                return self.value(known.value, env, world)
            if moved is not None and moved[0] == name and moved[1] is None and moved[2] is not None:
                # A parameter's copy at one step: the definition's own time says which.
                here = next(iter(env.values()), None)
                shift = moved[2]
                if here == shift:
                    return self.quantity(name, None, World((name, None, None)))
                return self.quantity(name, None)
            return self.quantity(name, None, world)
        return self.quantity(name, self.index(ref.time, env), world)

    @abstractmethod
    def value(self, tree: Tree, env: Env, world: World = STILL) -> Value:
        """The value of an expression."""

    @abstractmethod
    def operands(self, tree: Product, env: Env, world: World) -> list[tuple[str, Value]]:
        """The operands of a product, each with the sign before it; a function with its argument."""

    def index(self, tree: Tree, env: Env) -> int:
        """The value of a time."""
        if id(tree) in self.overridden:
            return self.overridden[id(tree)]
        inner = bare(tree)
        if id(inner) in self.overridden:
            return self.overridden[id(inner)]
        whole = whole_number(inner)
        if whole is not None:
            return whole
        if isinstance(inner, Sym) and not inner.subs and not inner.sups:
            if inner.name in env:
                return env[inner.name]
            if inner.name in LAST:
                return self.net.last
            raise NotUnderstood("times", f"the time {inner.name} has no value here")
        if isinstance(inner, Addition):
            signs = [1 if sign == "+" else -1 for sign in inner.signs]
            return sum(
                s * self.index(term, env) for s, term in zip(signs, inner.terms, strict=True)
            )
        raise NotUnderstood("times", "an index that is no time")

    def is_index(self, name: str, env: Env) -> bool:
        return name in env or (name in LAST and name in self.model.symbols.times)


def latex_name(name: str, timed: bool) -> str:
    """A quantity as an author would write it."""
    base, _, label = name.partition("_")
    letter = "\\" + base if len(base) > 2 and " " not in base else base
    scripts = ",".join([*([label] if label else []), *(["t"] if timed else [])])
    return letter + (f"_{{{scripts}}}" if scripts else "")
