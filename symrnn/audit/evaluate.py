"""The value of a formula on a net, in one reading; derivatives by the complex step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.model import (
    Clash,
    Definition,
    Model,
    NotUnderstood,
    called_time,
    drops_arguments,
    function_name,
)
from symrnn.audit.net import FUNCTIONS, STEP, STILL, Net, World, softmax
from symrnn.audit.symbols import TOTAL, Ref, bare, is_loss, letters_of, whole_number
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Dots,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
    children,
    shape_of,
    walk,
)

Array = NDArray[Any]
Env = Mapping[str, int]

LARGEST_RANGE = 64
"""Terms of one sum or product."""
TYPICAL = {"T": 12, "t": 7, "n": 7, "tau": 3, "j": 4, "i": 4, "k": 2, "s": 2, "l": 3, "r": 3}
"""Where times usually lie to each other: decides which way a product runs."""


@dataclass(frozen=True)
class Reading:
    """How what a document leaves open is read.

    Args:
        layout: "numerator" or "denominator".
        gradient: a scalar's derivative by a vector or a matrix has the shape of the variable, and
            not the layout's.
        later: on which side of a product over times the later factors stand, "left" or "right".
        immediate: the derivatives by parameters on the right side are immediate ones.
        immediate_left: those on the left side.
        along: "total"; "block" (the other states at that time are held); "direct" (all else is).
        transposed: a scalar's derivative by a matrix has the transposed shape of the matrix, though
            those by vectors are columns.
        near: a product sign reaches to the last factor with its index, and not to the end.
    """

    layout: str = "numerator"
    gradient: bool = True
    later: str = "left"
    immediate: bool = False
    immediate_left: bool = False
    along: str = "total"
    near: bool = False
    transposed: bool = False


@dataclass(frozen=True)
class Value:
    """Numbers (batch, rows, columns); `eye` says that they stand for a multiple of the identity."""

    array: Array
    eye: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        return self.array.shape[1], self.array.shape[2]

    @property
    def scalar(self) -> bool:
        return self.shape == (1, 1) and not self.eye


def number(value: complex) -> Value:
    """A number as a value."""
    return Value(np.full((1, 1, 1), value, dtype=complex))


def turned(array: Array) -> Array:
    """The transpose of each matrix of a batch."""
    return np.swapaxes(array, -1, -2)


def diagonal(array: Array) -> Array:
    """diag of a column or a row."""
    flat = array.reshape(array.shape[0], -1)
    return np.asarray(flat[:, :, None] * np.eye(flat.shape[1]))


@dataclass
class Evaluator:
    """A net and a reading.

    Args:
        flat: a scalar's derivative by a matrix is a row of all entries.
        left: whether the left side of a relation is evaluated.
    """

    net: Net
    reading: Reading = field(default_factory=Reading)
    flat: bool = True
    left: bool = False
    within: int = 0
    named: dict[Any, Value] = field(default_factory=dict)
    overridden: dict[int, int] = field(default_factory=dict)
    flat_mattered: bool = False
    shaped: bool = False

    @property
    def model(self) -> Model:
        return self.net.model

    # ------------------------------------------------------------------ quantities

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
            earlier = moved[1] is not None and time < moved[1]
            if earlier or world.holds(name, time):
                return self.quantity(name, time)
        if moved is not None and time is None and world.mode in ("all",):
            return self.quantity(name, time)
        if definition is None:
            return self._given(name, time, world)
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
            raise NotUnderstood("times", f"{name} at time {time} is before the first step")
        if time > net.last:
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
                    self if self.reading == Reading() else Evaluator(self.net, within=self.within)
                )
                if definition.entries:
                    value = plain.by_entries(definition, env, world)
                else:
                    value = plain.value(definition.value, env, world)
            finally:
                self.within -= 1
            array = value.array
            rows, cols = self.net.extent(definition.name)
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
        key = (definition.name, time, self.flat)
        if key not in self.named:
            env: dict[str, int] = {}
            if definition.letter is not None:
                if time is None:
                    raise NotUnderstood("times", f"{definition.name} has a time in its definition")
                env[definition.letter] = time - definition.shift
            self.within += 1
            if self.within > 60:
                raise NotUnderstood("a circle", f"the definition of {definition.name} uses itself")
            try:
                self.named[key] = self.value(definition.value, env, STILL)
            finally:
                self.within -= 1
        return self.named[key]

    def _given(self, name: str, time: int | None, world: World) -> Value:
        """What has no definition: an input, a parameter, a loss that the text leaves open."""
        net, model = self.net, self.model
        base = name.split("_")[0]
        if is_loss(name):
            return self._loss(name, time, world)
        if name in model.symbols.times:
            raise NotUnderstood("times", f"the time {name} has no value here")
        read = self.reads()
        if name not in read:
            raise NotUnderstood(
                "a symbol without definition",
                name,
                f"define: {_latex(name, time is not None)} = …",
            )
        if time is not None and not model.symbols.has_time(base):
            raise NotUnderstood("times", f"{name} has no time elsewhere")
        if time is None and model.symbols.has_time(base):
            raise NotUnderstood("times", f"{name} has a time elsewhere")
        value = net.leaf(name, time)
        moved = world.moved
        if moved is not None and moved[0] == name and moved[2] is not None:
            raise NotUnderstood("copies", f"{name} outside a step")
        return Value(value)

    def reads(self) -> set[str]:
        """All that the definitions read, and functions' arguments."""
        if not hasattr(self.net, "_read"):
            found: set[str] = set()
            for definition in self.model.definitions.values():
                found |= {name for name, _ in self.model.reads(definition)}
            self.net._read = found  # type: ignore[attr-defined]
        return self.net._read  # type: ignore[attr-defined,no-any-return]

    def _loss(self, name: str, time: int | None, world: World) -> Value:
        net = self.net
        net.guessed.add(name)
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

    # ------------------------------------------------------------------ expressions

    def value(self, tree: Tree, env: Env, world: World = STILL) -> Value:
        """The value of an expression."""
        self.net.check_time()
        match tree:
            case Num(value=exact):
                return number(float(exact))
            case Sym():
                return self.symbol(tree, env, world)
            case Labelled(body=body):
                return self.value(body, env, world)
            case Group(parts=parts):
                if len(parts) == 1:
                    return self.value(parts[0], env, world)
                return self.stacked([self.value(part, env, world) for part in parts])
            case Addition(terms=terms, signs=signs):
                return self.addition(terms, signs, env, world)
            case Product():
                return self.product(tree, env, world)
            case Fraction_(above=above, below=below):
                return self.divided(self.value(above, env, world), self.value(below, env, world))
            case Raised(base=base, power=power):
                return self.raised(self.value(base, env, world), power, env)
            case Turned(body=body):
                if isinstance(body, Group) and len(body.parts) > 1:
                    return self.value(body, env, world)
                inner = self.value(body, env, world)
                return Value(turned(inner.array), inner.eye)
            case Derivative():
                if world.moved is not None:
                    raise NotUnderstood("a derivative of a derivative", "in a definition")
                return self.derivative(tree, env)
            case Big():
                return self.big(tree, env, world)
            case Normed(body=body, kind=kind):
                return self.norm(self.value(body, env, world), kind, world)
            case Root(body=body):
                inner = self.value(body, env, world)
                return Value(np.sqrt(inner.array))
            case Subscripted(body=body, subs=subs) if (lay := _layout_of(subs)) is not None:
                # [∂y/∂x]_num says its layout.
                kept, self.reading = self.reading, replace(self.reading, layout=lay, gradient=False)
                try:
                    return self.value(body, env, world)
                finally:
                    self.reading = kept
            case Subscripted(body=body, subs=subs):
                return self.entry(self.value(body, env, world), subs, env)
            case Grid(rows=rows):
                return self.grid(rows, env, world)
            case Bar(text=text):
                raise NotUnderstood("held quantities", f"X|_{{{text}}}")
            case Dots():
                raise NotUnderstood("dots", "dots alone")
            case Words(text=text):
                raise NotUnderstood("text in a formula", text[:40])
        raise NotUnderstood("not read", type(tree).__name__)

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
            if inner.name == "T":
                return self.net.last
            raise NotUnderstood("times", f"the time {inner.name} has no value here")
        if isinstance(inner, Addition):
            signs = [1 if sign == "+" else -1 for sign in inner.signs]
            return sum(
                s * self.index(term, env) for s, term in zip(signs, inner.terms, strict=True)
            )
        raise NotUnderstood("times", "an index that is no time")

    def is_index(self, name: str, env: Env) -> bool:
        return name in env or (name == "T" and name in self.model.symbols.times)

    def symbol(self, node: Sym, env: Env, world: World) -> Value:
        ref = self.model.ref(node, frozenset(env))
        if (
            node.name == "I"
            and not node.subs
            and "I" not in self.model.definitions
            and "I" not in self._reads_named()
        ):
            return Value(np.ones((1, 1, 1), dtype=complex), True)
        if node.name in ("bb 1", "bb I") or (node.name == "ones"):
            return number(1)
        if node.name == "e" and not node.subs and not self.model.symbols.has_time("e"):
            value = number(np.e)
            return (
                value
                if ref.power is None
                else Value(np.exp(self.value(ref.power, env, world).array))
            )
        if node.name == "pi" and not node.subs:
            return number(np.pi)
        if (
            ref.time is None
            and not ref.entries
            and self.is_index(ref.name, env)
            and ref.name not in self.model.definitions
        ):
            value = number(self.index(Sym(node.start, node.end, node.made, node.name), env))
        else:
            if ref.primes:
                raise NotUnderstood("primes", f"{ref.name}′ without its argument")
            value = self.named_value(ref, env, world)
        if ref.entries:
            value = self.entry(value, ref.entries, env)
        return value if ref.power is None else self.raised(value, ref.power, env)

    def _reads_named(self) -> set[str]:
        return {name for name in self.reads() if name != "I"}

    def named_value(self, ref: Ref, env: Env, world: World) -> Value:
        name = self.model.aliases.get(ref.name, ref.name)
        self.net.used.add(name)
        if ref.copy is not None:
            return self.quantity(name, None, world)
        moved = world.moved
        if ref.time is None:
            if moved is not None and moved[0] == name and moved[1] is None and moved[2] is not None:
                # A parameter's copy at one step: the definition's own time says which.
                here = next(iter(env.values()), None)
                shift = moved[2]
                if here == shift:
                    return self.quantity(name, None, World((name, None, None)))
                return self.quantity(name, None)
            return self.quantity(name, None, world)
        return self.quantity(name, self.index(ref.time, env), world)

    # Sums and products ----------------------------------------------------------

    def addition(
        self, terms: tuple[Tree, ...], signs: tuple[str, ...], env: Env, world: World
    ) -> Value:
        if any(isinstance(bare(term), Dots) for term in terms):
            return self.dotted_sum(terms, signs, env, world)
        values = [self.value(term, env, world) for term in terms]
        return self.added(values, signs)

    def added(self, values: list[Value], signs: tuple[str, ...]) -> Value:
        shapes = {v.shape for v in values if not v.scalar and not v.eye}
        if len(shapes) > 1:
            shown = ", ".join(sorted(f"{r} × {c}" for r, c in shapes))
            raise Clash(f"terms of a sum: {shown}")
        if not shapes:
            eye = any(v.eye for v in values)
            if eye and not all(v.eye for v in values):
                raise Clash("a number added to the identity")
            whole = sum(
                (1 if s == "+" else -1) * v.array for s, v in zip(signs, values, strict=True)
            )
            return Value(np.asarray(whole), eye)
        rows, cols = next(iter(shapes))
        total = np.zeros((1, rows, cols), dtype=complex)
        for sign, value in zip(signs, values, strict=True):
            array = value.array
            if value.eye:
                if rows != cols:
                    raise Clash(f"the identity added to {rows} × {cols}")
                array = array * np.eye(rows)
            elif value.scalar and rows != 1 and cols != 1 and np.any(array != 0):
                raise Clash("a number added to a matrix")
            total = total + (array if sign == "+" else -array)
        return Value(np.asarray(total))

    def product(self, tree: Product, env: Env, world: World) -> Value:
        factors, signs = tree.factors, tree.signs
        first = bare(factors[0])
        if isinstance(first, Derivative) and first.of is None:
            rest = (
                factors[1]
                if len(factors) == 2
                else Product(factors[1].start, tree.end, tree.made, factors[1:], signs[1:])
            )
            return self.value(
                Derivative(tree.start, tree.end, tree.made, rest, first.by, first.mark), env, world
            )
        if any(isinstance(bare(factor), Dots) for factor in factors):
            return self.dotted_product(tree, env, world)
        operands: list[Value] = []
        between: list[str] = []
        for sign, part in self.operands(tree, env, world):
            if operands:
                between.append(sign)
            operands.append(part)
        return self.multiplied(operands, between)

    def multiplied(self, operands: list[Value], between: list[str]) -> Value:
        if "odot" not in between:
            return self.chained(operands, between)
        # a ⊙ b c: juxtaposition binds tighter; where that does not fit, ⊙ does.
        try:
            groups: list[list[Value]] = [[operands[0]]]
            inner: list[list[str]] = [[]]
            for sign, value in zip(between, operands[1:], strict=True):
                if sign == "odot":
                    groups.append([value])
                    inner.append([])
                else:
                    groups[-1].append(value)
                    inner[-1].append(sign)
            parts = [self.chained(g, s) for g, s in zip(groups, inner, strict=True)]
            whole = parts[0]
            for part in parts[1:]:
                whole = self.entrywise(whole, part)
            return whole
        except Clash:
            merged: list[Value] = [operands[0]]
            rest: list[str] = []
            for sign, value in zip(between, operands[1:], strict=True):
                if sign == "odot":
                    merged[-1] = self.entrywise(merged[-1], value)
                else:
                    merged.append(value)
                    rest.append(sign)
            return self.chained(merged, rest)

    def chained(self, operands: list[Value], between: list[str]) -> Value:
        whole = operands[0]
        for sign, value in zip(between, operands[1:], strict=True):
            whole = self.kronecker(whole, value) if sign == "otimes" else self.times(whole, value)
        return whole

    def entrywise(self, a: Value, b: Value) -> Value:
        if a.scalar or b.scalar or (a.eye and b.eye):
            return Value(a.array * b.array, a.eye or b.eye)
        if a.eye or b.eye:
            raise Clash("an entrywise product with the identity")
        if a.shape != b.shape:
            raise Clash(f"entrywise: {a.shape[0]} × {a.shape[1]} and {b.shape[0]} × {b.shape[1]}")
        return Value(a.array * b.array)

    def kronecker(self, a: Value, b: Value) -> Value:
        if a.scalar or b.scalar:
            return self.times(a, b)
        # Many write ⊗ for the outer product of two columns.
        if a.shape[1] == 1 and b.shape[1] == 1:
            return Value(a.array @ turned(b.array))
        if a.eye or b.eye:
            raise NotUnderstood("products", "a Kronecker product with an identity of no size")
        made = (
            np.einsum("bij,ckl->bikjl", a.array, b.array)
            if a.array.shape[0] == 1 or b.array.shape[0] == 1
            else None
        )
        if made is None or a.array.shape[0] != 1 or b.array.shape[0] != 1:
            raise NotUnderstood("products", "a Kronecker product in a definition")
        rows, cols = a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]
        return Value(made.reshape(1, rows, cols))

    def times(self, a: Value, b: Value) -> Value:
        if a.scalar or b.scalar or a.eye or b.eye:
            eye = (a.eye or a.scalar) and (b.eye or b.scalar) and (a.eye or b.eye)
            return Value(a.array * b.array, eye)
        (r1, c1), (r2, c2) = a.shape, b.shape
        if c1 == r2:
            return Value(a.array @ b.array)
        if (r1, c1) == (r2, c2) and 1 in (r1, c1):
            # Equal vectors side by side multiply entrywise.
            return Value(a.array * b.array)
        if c1 == 1 and r1 == r2:
            # A vector before a matrix scales its rows: diag(v) M.
            return Value(a.array * b.array)
        if c1 == 1 and r1 == c2 and r2 != 1 and r1 == r2:
            return Value(a.array * b.array)
        raise Clash(f"a product of {r1} × {c1} and {r2} × {c2}")

    def operands(self, tree: Product, env: Env, world: World) -> list[tuple[str, Value]]:
        """The operands of a product, each with the sign before it; a function with its argument."""
        found: list[tuple[str, Value]] = []
        factors = tree.factors
        place = 0
        while place < len(factors):
            sign = tree.signs[place - 1] if place else ""
            factor = factors[place]
            adjacent = place < len(tree.signs) and tree.signs[place] == ""
            following = factors[place + 1] if adjacent else None
            value, used = self.operand(factor, following, env, world)
            found.append((sign, value))
            place += used
        return found

    def operand(
        self, factor: Tree, following: Tree | None, env: Env, world: World
    ) -> tuple[Value, int]:
        if not isinstance(factor, Sym):
            return self.value(factor, env, world), 1
        if following is not None:
            call = called_time(self.model, factor, following)
            if call is not None:
                return self.quantity(call[0], self.index(call[1], env), world), 2
        kind = self.model.is_function(factor, following)
        if kind is None or following is None:
            if following is not None and drops_arguments(self.model, factor, following):
                return self.symbol(factor, env, world), 2
            if kind == "known":
                raise NotUnderstood("functions", f"{factor.name} without its argument")
            return self.symbol(factor, env, world), 1
        if kind == "opaque":
            assert isinstance(following, Group)
            key = function_name(self.model, factor)
            if key not in self.net.shapes.functions:
                raise NotUnderstood(
                    "a symbol without definition", f"the function {key}", f"define: h_t = {key}(…)"
                )
            arguments = [self.value(part, env, world).array for part in following.parts]
            rows = self.net.number(self.net.shapes.functions[key][0])
            return Value(self.net.opaque(key, arguments, rows)), 2
        return self.applied(factor, kind, self.value(following, env, world), env), 2

    def applied(self, node: Sym, kind: str, inner: Value, env: Env) -> Value:
        name, order = node.name, node.primes
        array = inner.array
        if kind == "known" and name in ("diag", "Diag"):
            if inner.scalar:
                return inner
            if 1 not in inner.shape:
                raise Clash("diag of a matrix")
            return Value(diagonal(array))
        if name in ("trace", "tr"):
            return Value(np.trace(array, axis1=1, axis2=2)[:, None, None])
        if name == "softmax":
            if order:
                raise NotUnderstood("functions", "softmax′")
            return Value(softmax(array) if inner.shape[1] == 1 else turned(softmax(turned(array))))
        if name == "vec":
            return Value(turned(array).reshape(array.shape[0], -1, 1))
        if name in ("max", "min", "sign", "sgn", "clip", "GELU", "gelu", "tan", "diagonal"):
            raise NotUnderstood("functions", f"{name} is not evaluated")
        table = FUNCTIONS.get(name) if kind == "known" else None
        if table is None:
            said = self.model.kinds.get("function " + name)
            key = function_name(self.model, node)
            table = (
                FUNCTIONS[said]
                if said in FUNCTIONS
                else self.net.unknown(name if key == name else key)
            )
        if order >= len(table):
            raise NotUnderstood("functions", f"a derivative of {name} of order {order}")
        if inner.eye:
            raise Clash(f"{name} of the identity")
        made = Value(np.asarray(table[order](array)))
        ref = self.model.ref(node, frozenset(env))
        return made if ref.power is None else self.raised(made, ref.power, env)

    def divided(self, a: Value, b: Value) -> Value:
        if b.scalar or (a.shape == b.shape and 1 in a.shape):
            return Value(a.array / b.array, a.eye)
        if a.scalar and 1 in b.shape:
            return Value(a.array / b.array)
        raise Clash("a quotient of matrices")

    def raised(self, base: Value, power: Tree, env: Env) -> Value:
        inner = bare(power)
        exponent = self.value(power, env).array
        if exponent.shape != (1, 1, 1):
            raise NotUnderstood("powers", "an exponent that is no number")
        wanted = float(exponent[0, 0, 0].real)
        del inner
        if base.eye or 1 in base.shape:
            return Value(
                base.array**wanted
                if wanted != int(wanted) or wanted < 0
                else base.array ** int(wanted),
                base.eye,
            )
        if base.shape[0] != base.shape[1]:
            raise Clash("a power of a matrix that is not square")
        if wanted != int(wanted) or abs(wanted) > LARGEST_RANGE:
            raise NotUnderstood("powers", f"a matrix to the power {wanted:g}")
        return Value(np.linalg.matrix_power(base.array, int(wanted)))

    def stacked(self, parts: list[Value]) -> Value:
        if all(part.shape[1] == 1 for part in parts):
            count = max(part.array.shape[0] for part in parts)
            grown = [np.broadcast_to(p.array, (count, *p.array.shape[1:])) for p in parts]
            return Value(np.concatenate(grown, axis=1))
        raise Clash("a stack of what are no columns")

    def grid(self, rows: tuple[tuple[Tree, ...], ...], env: Env, world: World) -> Value:
        if any(isinstance(bare(cell), Dots) for row in rows for cell in row):
            raise NotUnderstood("matrices written out", "dots in a matrix")
        if len({len(row) for row in rows}) != 1:
            raise NotUnderstood("matrices written out", "rows of unequal length")
        cells = [[self.value(cell, env, world) for cell in row] for row in rows]
        heights = [max(v.shape[0] for v in row) for row in cells]
        widths = [max(row[c].shape[1] for row in cells) for c in range(len(cells[0]))]
        count = max(v.array.shape[0] for row in cells for v in row)
        blocks = []
        for row, height in zip(cells, heights, strict=True):
            line = []
            for value, width in zip(row, widths, strict=True):
                array = value.array
                if value.eye:
                    array = array * np.eye(max(height, width))
                if array.shape[1:] != (height, width):
                    if value.scalar and not np.any(array):
                        array = np.zeros((1, height, width), dtype=complex)
                    else:
                        raise Clash("blocks of a matrix")
                line.append(np.broadcast_to(array, (count, height, width)))
            blocks.append(np.concatenate(line, axis=2))
        return Value(np.concatenate(blocks, axis=1))

    def entry(self, value: Value, subs: tuple[Tree, ...], env: Env) -> Value:
        places = [self.index(each, env) for each in subs]
        rows, cols = value.shape
        if len(places) == 1 and cols == 1:
            places.append(1)
        elif len(places) == 1 and rows == 1:
            places.insert(0, 1)
        if len(places) != 2:
            raise NotUnderstood("entries", "a number of indices that does not fit")
        row, col = places
        if not (1 <= row <= rows and 1 <= col <= cols):
            raise NotUnderstood("entries", f"entry {row}, {col} of {rows} × {cols}")
        return Value(value.array[:, row - 1 : row, col - 1 : col])

    def norm(self, value: Value, kind: str, world: World) -> Value:
        array = value.array
        if kind.startswith("|"):
            if not value.scalar:
                raise NotUnderstood("norms", "|a| of what is no number")
            return Value(np.where(array.real < 0, -array, array))
        if world.moved is not None and 1 not in value.shape:
            raise NotUnderstood("norms", "the norm of a matrix in a definition")
        if kind in ("‖F", "‖mathrmF", "‖Frob") or (1 in value.shape and kind in ("‖", "‖2")):
            return Value(np.sqrt((array**2).sum(axis=(1, 2), keepdims=True)))
        if kind in ("‖", "‖2"):
            return number(float(np.linalg.norm(array[0], 2)))
        if kind in ("‖infty", "‖1"):
            return number(float(np.linalg.norm(array[0], np.inf if "infty" in kind else 1)))
        raise NotUnderstood("norms", f"the norm {kind}")

    # Ranges ---------------------------------------------------------------------

    def big(self, tree: Big, env: Env, world: World) -> Value:
        if tree.condition or tree.index is None:
            raise NotUnderstood("bounds", f"a sum or product over “{tree.condition or 'nothing'}”")
        index = bare(tree.index)
        if not isinstance(index, Sym) or index.subs:
            raise NotUnderstood("bounds", "an index that is no letter")
        name = index.name
        body, rest = (
            self.reach(tree.body, name)
            if tree.sign == "prod" and self.reading.near
            else (tree.body, None)
        )
        times, descending = self.range(tree, name, env)
        if len(times) > LARGEST_RANGE:
            raise NotUnderstood("bounds", f"more than {LARGEST_RANGE} terms")
        values = [self.value(body, {**env, name: at}, world) for at in times]
        if tree.sign == "sum":
            if not values:
                return number(0)
            return self.added(values, ("+",) * len(values))
        ordered = values
        if not descending and not tree.arrow and self.reading.later == "left":
            ordered = values[::-1]
        whole = Value(np.ones((1, 1, 1), dtype=complex), True) if not values else ordered[0]
        for value in ordered[1:]:
            whole = self.times(whole, value)
        if not values and not self._matrix_body(body, name, env, world):
            whole = number(1)
        return whole if rest is None else self.times_rest(whole, rest, env, world)

    def times_rest(
        self, whole: Value, rest: tuple[tuple[str, ...], Product | Tree], env: Env, world: World
    ) -> Value:
        signs, tree = rest
        if isinstance(tree, Product):
            parts = self.operands(tree, env, world)
            return self.multiplied(
                [whole, *(v for _, v in parts)], [signs[0], *(s for s, _ in parts[1:])]
            )
        return self.multiplied([whole, self.value(tree, env, world)], [signs[0]])

    def _matrix_body(self, body: Tree, name: str, env: Env, world: World) -> bool:
        for at in (self.net.first + 2, self.net.first + 3):
            try:
                value = self.value(body, {**env, name: at}, world)
            except NotUnderstood:
                continue
            return not value.scalar
        return True

    def reach(self, body: Tree, name: str) -> tuple[Tree, tuple[tuple[str, ...], Tree] | None]:
        """How far a product sign reaches: to the last factor that has its index."""
        if not isinstance(body, Product):
            return body, None
        last = 0
        for place, factor in enumerate(body.factors):
            if any(
                isinstance(node, Sym) and node.name == name and not node.subs
                for node in walk(factor)
            ):
                last = place
        # A function goes with its argument.
        if (
            last == 0
            and isinstance(body.factors[0], Sym)
            and len(body.factors) > 1
            and self.model.is_function(body.factors[0], body.factors[1])
        ):
            last = 1
        if last == 0 and not any(isinstance(n, Sym) and n.name == name for n in walk(body)):
            last = len(body.factors) - 1  # nothing has it: ∏ γλ is a power of both
        if last == len(body.factors) - 1:
            return body, None
        inside = body.factors[: last + 1]
        kept: Tree = (
            inside[0]
            if last == 0
            else Product(inside[0].start, inside[-1].end, body.made, inside, body.signs[:last])
        )
        after = body.factors[last + 1 :]
        rest: Tree = (
            after[0]
            if len(after) == 1
            else Product(after[0].start, after[-1].end, body.made, after, body.signs[last + 1 :])
        )
        return kept, ((body.signs[last],), rest)

    def range(self, tree: Big, name: str, env: Env) -> tuple[list[int], bool]:
        net = self.net
        size = self._entries_range(tree.body, name, env)
        if tree.lower is None and tree.upper is None:
            if size is not None:
                return list(range(1, size + 1)), False
            if tree.sign == "prod" or not self.model.symbols.times & {name}:
                raise NotUnderstood("bounds", f"a {tree.sign} over {name} without bounds", "sum: …")
            return list(range(net.first, net.last + 1)), False
        if size is not None:
            lower = 1 if tree.lower is None else self.index(tree.lower, env)
            upper = size
            if tree.upper is not None:
                inner = bare(tree.upper)
                # The upper bound of entries is the size, whatever letter stands for it.
                if not (isinstance(inner, Sym) and not inner.subs):
                    upper = self.index(tree.upper, env)
            return list(range(lower, upper + 1)), False
        lower = net.first if tree.lower is None else self.index(tree.lower, env)
        upper = net.last if tree.upper is None else self.index(tree.upper, env)
        descending = False
        if tree.lower is not None and tree.upper is not None and tree.sign == "prod":
            low, high = self._typical(tree.lower), self._typical(tree.upper)
            descending = low is not None and high is not None and low - high > 1
        if descending:
            return list(range(lower, upper - 1, -1)), True
        if lower > upper + 1 and tree.sign == "prod":
            raise NotUnderstood("bounds", f"a product from {lower} up to {upper}")
        return list(range(lower, upper + 1)), False

    def _typical(self, tree: Tree) -> int | None:
        try:
            return self.index(tree, TYPICAL)
        except NotUnderstood:
            return None

    def _entries_range(self, body: Tree, name: str, env: Env) -> int | None:
        """The size that an index of entries runs over; None if the index is a time."""
        for node in walk(body):
            if not isinstance(node, Sym):
                continue
            ref = self.model.ref(node, frozenset(set(env) | {name}))
            for axis, place in enumerate(ref.entries):
                inner = bare(place)
                if isinstance(inner, Sym) and inner.name == name:
                    rows, cols = self.net.extent(self.model.aliases.get(ref.name, ref.name))
                    return rows if axis == 0 else cols
        for node in walk(body):
            if isinstance(node, Subscripted) and any(letters_of(s) == {name} for s in node.subs):
                raise NotUnderstood("entries", "a sum over entries of an expression")
        return None

    # Dots -----------------------------------------------------------------------

    def dotted_product(self, tree: Product, env: Env, world: World) -> Value:
        factors = [bare(f) if isinstance(bare(f), Dots) else f for f in tree.factors]
        if isinstance(factors[-1], Dots) or isinstance(factors[0], Dots):
            raise NotUnderstood("dots", "a product that begins or ends in dots")
        places = [p for p, f in enumerate(factors) if isinstance(f, Dots)]
        if len(places) != 1:
            raise NotUnderstood("dots", "dots twice")
        place = places[0]
        # The first of its kind before the dots, and the last behind them.
        before, after = factors[place - 1], factors[place + 1]
        left = [self._operand_at(tree, p, env, world) for p in range(place)]
        right = [self._operand_at(tree, p, env, world) for p in range(place + 1, len(factors))]
        middle = self._between(before, after, env, world)
        parts = [*left, *middle, *right]
        return self.chained(parts, [""] * (len(parts) - 1))

    def _operand_at(self, tree: Product, place: int, env: Env, world: World) -> Value:
        factor = tree.factors[place]
        if isinstance(factor, Sym) and self.model.is_function(
            factor, tree.factors[place + 1] if place + 1 < len(tree.factors) else None
        ):
            raise NotUnderstood("dots", "functions beside dots")
        if isinstance(factor, Sym) and factor.name in self.model.symbols.called:
            raise NotUnderstood("dots", "calls beside dots")
        return self.value(factor, env, world)

    def _between(self, before: Tree, after: Tree, env: Env, world: World) -> list[Value]:
        pairs = _differing(before, after)
        if not pairs:
            raise NotUnderstood("dots", "the factors around the dots are of different kinds")
        starts = [self.index(a, env) for a, _ in pairs]
        ends = [self.index(b, env) for _, b in pairs]
        gaps = {b - a for a, b in zip(starts, ends, strict=True)}
        if len(gaps) != 1:
            raise NotUnderstood("dots", "the indices around the dots do not run together")
        gap = gaps.pop()
        step = 1 if gap > 0 else -1
        found = []
        for offset in range(step, gap, step):
            kept = self.overridden
            self.overridden = {
                **kept,
                **{id(a): s + offset for (a, _), s in zip(pairs, starts, strict=True)},
            }
            try:
                found.append(self.value(before, env, world))
            finally:
                self.overridden = kept
        if gap == 0 or abs(gap) > LARGEST_RANGE:
            raise NotUnderstood("dots", "dots between equal factors")
        return found

    def dotted_sum(
        self, terms: tuple[Tree, ...], signs: tuple[str, ...], env: Env, world: World
    ) -> Value:
        places = [p for p, term in enumerate(terms) if isinstance(bare(term), Dots)]
        if len(places) != 1 or places[0] in (0, len(terms) - 1) or "-" in signs:
            raise NotUnderstood("dots", "a sum that is not dotted in its middle")
        place = places[0]
        values = [self.value(t, env, world) for p, t in enumerate(terms) if p != place]
        values += self._between(terms[place - 1], terms[place + 1], env, world)
        return self.added(values, ("+",) * len(values))

    # ------------------------------------------------------------------ derivatives

    def variable(
        self, tree: Tree, env: Env
    ) -> tuple[str, int | None, int | None, tuple[Tree, ...]]:
        """What a derivative is by: name, time, the step of a copy, entries."""
        tree = bare(tree)
        if isinstance(tree, Product) and len(tree.factors) == 2:
            call = called_time(self.model, tree.factors[0], tree.factors[1])
            if call is not None:
                return self.model.aliases.get(call[0], call[0]), self.index(call[1], env), None, ()
            head = tree.factors[0]
            if isinstance(head, Sym) and head.name == "vec":
                return self.variable(tree.factors[1], env)
        if isinstance(tree, Turned):
            raise NotUnderstood("derivatives", "a derivative by a transpose")
        if not isinstance(tree, Sym):
            raise NotUnderstood("derivatives", "a derivative by what is no letter")
        ref = self.model.ref(tree, frozenset(env))
        if ref.power is not None or ref.primes:
            raise NotUnderstood("derivatives", "a derivative by a power")
        name = self.model.aliases.get(ref.name, ref.name)
        time = None if ref.time is None else self.index(ref.time, env)
        copy = None if ref.copy is None else self.index(ref.copy, env)
        definition = self.model.definition(name)
        if definition is not None and definition.derived:
            raise NotUnderstood("derivatives", f"a derivative by {name}, which is one itself")
        if definition is None and name not in self.reads():
            raise NotUnderstood(
                "a symbol without definition",
                f"{name}, which nothing is computed from",
                f"define: … = … {_latex(name, time is not None)} …",
            )
        return name, time, copy, ref.entries

    def derivative(self, tree: Derivative, env: Env) -> Value:
        assert tree.of is not None
        name, time, copy, entries = self.variable(tree.by, env)
        self.net.used.add(name)
        of = bare(tree.of)
        jacobian, scalar_of = self.jacobian(of, tree, (name, time, copy), env)
        rows, cols = self.quantity(name, time).shape
        if entries:
            place = [self.index(each, env) for each in entries]
            if len(place) == 1 and cols == 1:
                place.append(1)
            if len(place) != 2 or not (1 <= place[0] <= rows and 1 <= place[1] <= cols):
                raise NotUnderstood("entries", "an entry that is not there")
            column = (place[1] - 1) * rows + place[0] - 1
            jacobian = jacobian[:, column : column + 1]
            rows = cols = 1
        return self.laid_out(jacobian, scalar_of, rows, cols, tree)

    def laid_out(
        self, jacobian: Array, scalar_of: bool, rows: int, cols: int, tree: Derivative
    ) -> Value:
        """A Jacobian, entries of the function by those of the variable, in the reading's layout."""
        numerator = self.reading.layout == "numerator"
        whole = jacobian[None]
        if scalar_of and (rows, cols) != (1, 1):
            self.flat_mattered |= 1 not in (rows, cols) and not tree.nabla
            shaped = tree.nabla or self.reading.gradient or not numerator
            if 1 not in (rows, cols) and self.flat and not tree.nabla:
                return Value(whole if numerator else turned(whole))
            if 1 not in (rows, cols):
                matrix = jacobian.reshape(cols, rows).T[None]
                self.shaped |= shaped
                return Value(turned(matrix) if self.reading.transposed or not shaped else matrix)
            if not self.reading.gradient and numerator and not tree.nabla:
                return Value(whole if rows > 1 else turned(whole))
            return Value(turned(whole) if cols == 1 else whole)
        return Value(whole if numerator else turned(whole))

    def jacobian(
        self, of: Tree, tree: Derivative, moved: tuple[str, int | None, int | None], env: Env
    ) -> tuple[Array, bool]:
        """∂of/∂moved, entries by entries (columns first), and whether `of` is a number."""
        name, time, copy = moved
        ref, index, entries = self._node(of, env)
        partial = ref is None and self._is_call(of)
        mode, at = "total", 0
        by_parameter = time is None
        if partial:
            mode = "all"
        elif by_parameter:
            immediate = tree.mark == "+" or (
                self.reading.immediate_left if self.left else self.reading.immediate
            )
            if immediate and copy is None:
                if index is None and ref is not None:
                    if not is_loss(ref):
                        raise NotUnderstood("times", "an immediate derivative of what has no time")
                elif index is not None:
                    mode, at = "before", index
                else:
                    mode = "before"
                    at = self._time_of(of, env)
        elif tree.mark == "+":
            mode = "direct"
        elif ref is not None and self.reading.along != "total":
            mode = self.reading.along
        along = tuple(sorted({name, ref or ""})) if mode == "direct" else ()
        world = World((name, time, copy), mode, at, along)
        key = (
            id(of) if ref is None else (ref, index),
            tuple(sorted(env.items())) if ref is None else (),
            world,
        )
        cache = self.net.jacobians
        if key not in cache:
            value = (
                self.quantity(ref, index, world) if ref is not None else self.value(of, env, world)
            )
            if value.eye:
                raise NotUnderstood("derivatives", "a derivative of an identity")
            rates = value.array.imag / STEP
            flat = turned(rates).reshape(rates.shape[0], -1)
            count = int(np.prod(self.quantity(name, time).shape))
            if flat.shape[0] == 1 and count > 1:
                flat = np.zeros((count, flat.shape[1]))
            later = time is None or (index is not None and index >= time)
            first = ref in self.net.states and index is not None and index < self.net.first
            if mode == "direct" and index != time and not np.any(flat):
                raise NotUnderstood("zero", "there is no direct path")
            linked = np.any(flat) or first or self.net.at_rest
            if mode == "total" and ref is not None and later and not linked:
                # Rather two quantities that the reader has not linked than a derivative of 0.
                raise NotUnderstood(
                    "quantities not linked",
                    f"{ref} is not computed from {name}, as the document is read",
                )
            cache[key] = flat.T + 0j
            if ref is None:
                self.net.values[("kept", id(of))] = of  # type: ignore[assignment]
        jacobian = cache[key]
        scalar_of = jacobian.shape[0] == 1
        if entries:
            places = [self.index(each, env) for each in entries]
            if len(places) != 1 or not 1 <= places[0] <= jacobian.shape[0]:
                raise NotUnderstood("entries", "an entry that is not there")
            jacobian = jacobian[places[0] - 1 : places[0]]
            scalar_of = True
        return jacobian, scalar_of

    def _node(self, of: Tree, env: Env) -> tuple[str | None, int | None, tuple[Tree, ...]]:
        """The quantity that is differentiated, its time, entries; None for an expression."""
        if isinstance(of, Product) and len(of.factors) == 2 and isinstance(of.factors[0], Sym):
            head, following = of.factors
            assert isinstance(head, Sym)
            call = called_time(self.model, head, following)
            if call is not None:
                return self.model.aliases.get(call[0], call[0]), self.index(call[1], env), ()
            if self.model.is_function(head, following) is None and drops_arguments(
                self.model, head, following
            ):
                of = head
        if isinstance(of, Sym):
            ref = self.model.ref(of, frozenset(env))
            if ref.power is None and not ref.primes and ref.copy is None:
                name = self.model.aliases.get(ref.name, ref.name)
                self.net.used.add(name)
                time = None if ref.time is None else self.index(ref.time, env)
                definition = self.model.definition(name)
                if definition is not None and definition.derived:
                    raise NotUnderstood("derivatives of higher order", f"the derivative of {name}")
                if definition is None and not is_loss(name) and name not in self.reads():
                    raise NotUnderstood(
                        "a symbol without definition",
                        name,
                        f"define: {_latex(name, time is not None)} = …",
                    )
                return name, time, ref.entries
        return None, None, ()

    def _is_call(self, of: Tree) -> bool:
        if isinstance(of, Product) and len(of.factors) == 2 and isinstance(of.factors[0], Sym):
            return self.model.is_function(of.factors[0], of.factors[1]) == "opaque"
        return False

    def _time_of(self, of: Tree, env: Env) -> int:
        """The latest time in an expression."""
        found = []
        for node in walk(of):
            if isinstance(node, Sym):
                ref = self.model.ref(node, frozenset(env))
                if ref.time is not None:
                    found.append(self.index(ref.time, env))
        # An expression of the states one step back belongs to the next step: all of it is held.
        return max(found, default=0) + 1


def _layout_of(subs: tuple[Tree, ...]) -> str | None:
    """The layout that a subscript names."""
    inner = bare(subs[0]) if len(subs) == 1 else None
    names = {"num": "numerator", "den": "denominator"}
    return names.get(inner.name) if isinstance(inner, Sym) else None


def _latex(name: str, timed: bool) -> str:
    """A quantity as an author would write it."""
    base, _, label = name.partition("_")
    letter = "\\" + base if len(base) > 2 and " " not in base else base
    scripts = ",".join([*([label] if label else []), *(["t"] if timed else [])])
    return letter + (f"_{{{scripts}}}" if scripts else "")


def _differing(a: Tree, b: Tree) -> list[tuple[Tree, Tree]]:
    """The index expressions in which two trees of one form differ; none where the forms do."""
    if shape_of(a) == shape_of(b):
        return []
    if isinstance(a, Sym) and isinstance(b, Sym):
        if a.name != b.name or a.primes != b.primes:
            return []
        pairs: list[tuple[Tree, Tree]] = []
        for mine, theirs in ((a.subs, b.subs), (a.sups, b.sups)):
            if len(mine) != len(theirs):
                return []
            for x, y in zip(mine, theirs, strict=True):
                if shape_of(x) != shape_of(y):
                    if letters_of(x) is None or letters_of(y) is None:
                        return []
                    pairs.append((x, y))
        return pairs
    if type(a) is not type(b):
        return []
    ours, others = children(a), children(b)
    if len(ours) != len(others):
        return []
    found: list[tuple[Tree, Tree]] = []
    for x, y in zip(ours, others, strict=True):
        if shape_of(x) == shape_of(y):
            continue
        inner = _differing(x, y)
        if not inner:
            return []
        found += inner
    return found
