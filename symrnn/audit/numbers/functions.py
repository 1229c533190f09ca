"""Functions of values: activations, their slopes, and powers."""

from __future__ import annotations

from functools import cache

import numpy as np

from symrnn.audit.meaning.letters import bare, whole_number
from symrnn.audit.meaning.model import (
    Clash,
    Model,
    NotUnderstood,
    function_name,
)
from symrnn.audit.numbers.differentiate import Derivatives
from symrnn.audit.numbers.net import ACTIVATIONS, Scalar, softmax
from symrnn.audit.numbers.quantities import Env
from symrnn.audit.numbers.values import LARGEST_RANGE, Value, diagonal, turned
from symrnn.reading.latex.tree import (
    Normed,
    Product,
    Sym,
    Tree,
    Words,
    shape_of,
)


class Functions(Derivatives):
    """Functions on a net, in a reading."""

    @staticmethod
    def largest(parts: list[Value], sign: int) -> Value:
        """The largest of numbers, or the smallest, with its rate of change."""
        best = parts[0].array
        for part in parts[1:]:
            best = np.where(sign * part.array.real > sign * best.real, part.array, best)
        return Value(best)

    def applied(self, node: Sym, kind: str, inner: Value, env: Env) -> Value:
        name, order = node.name, node.primes
        if name == "vec" and inner.eye and (size := self._size_of_states()):
            inner = Value(inner.array * np.eye(size))
        inner = inner.whole()
        array = inner.array
        if kind == "known" and any(whole_number(each) is not None for each in node.subs):
            raise NotUnderstood("functions", f"{name} to another base")
        if name == "vec" and [whole_number(each) for each in node.sups] == [-1]:
            return self.unstacked(node, inner)
        if kind == "known" and any((whole_number(each) or 0) < 0 for each in node.sups):
            raise NotUnderstood("functions", f"{name} to the power -1: an inverse, or 1/{name}")
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
        table = self.table(node)
        if order >= len(table):
            raise NotUnderstood("functions", f"a derivative of {name} of order {order}")
        made = Value(np.asarray(table[order](array)))
        ref = self.model.ref(node, frozenset(env))
        return made if ref.power is None else self.raised(made, ref.power, env)

    def _size_of_states(self) -> int:
        """The size that all states have; 0 if they differ."""
        sizes = {self.net.extent(name)[0] for name in self.net.states}
        return sizes.pop() if len(sizes) == 1 else 0

    def unstacked(self, node: Sym, column: Value) -> Value:
        """The matrix whose columns a column stacks: vec⁻¹ with its sizes, d × d or d × m, below."""
        count = column.shape[0]
        if column.shape[1] != 1 or column.eye:
            raise Clash("vec⁻¹ of what is no column")
        inner = node.subs[0] if len(node.subs) == 1 else None
        sides = inner.factors if isinstance(inner, Product) and len(inner.factors) == 2 else ()
        named = [self.model.ref(each).name if isinstance(each, Sym) else "" for each in sides]
        rows = cols = 0
        if sides and shape_of(sides[0]) == shape_of(sides[1]):
            rows = cols = round(count**0.5)
        elif known := [name for name in STATE_SIZES if name in named]:
            # One of them is the state's, as in all that a step computes from an input, or reads.
            size = self._size_of_states()
            other = count // size if size else 0
            rows, cols = (size, other) if named[0] == known[0] else (other, size)
        if not rows or rows * cols != count:
            raise NotUnderstood("functions", "vec⁻¹ without the sizes of its matrix")
        return Value(turned(column.array.reshape(-1, cols, rows)))

    def table(self, node: Sym) -> tuple[Scalar, ...]:
        """A function and its derivatives."""
        name = node.name
        if name in ACTIVATIONS and f"function {name}" not in self.model.kinds:
            return ACTIVATIONS[name]
        said = self.model.kinds.get("function " + name)
        key = function_name(self.model, node)
        known = said in ACTIVATIONS
        return ACTIVATIONS[str(said)] if known else self.net.unknown(name if key == name else key)

    def steepest(self, node: Sym) -> float:
        """The largest slope of an activation, on a fine grid."""
        table = self.table(node)
        if len(table) < 2:
            raise NotUnderstood("functions", f"the slope of {node.name}")
        return _steepest(table[1])

    def raised(self, base: Value, power: Tree, env: Env) -> Value:
        base = base.whole() if base.beside else base
        exponent = self.value(power, env).whole().array
        if exponent.shape != (1, 1, 1):
            raise NotUnderstood("powers", "an exponent that is no number")
        wanted = float(exponent[0, 0, 0].real)
        if not np.isfinite(wanted):
            raise NotUnderstood("powers", "an exponent beyond all numbers")
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


STATE_SIZES = ("d", "d_h", "n_h", "H", "n")
"""Letters for the size of a state, where another stands for that of an input."""


GRID = np.linspace(-40, 40, 80_001)
"""Where the largest slope of an activation is looked for."""


@cache
def _steepest(slope: Scalar) -> float:
    return float(np.max(np.abs(slope(GRID + 0j).real)))


def steepest_of(model: Model, tree: Tree) -> Sym | None:
    """The σ of sup |σ′|, max_x |σ′(x)| and ‖σ′‖_∞; max_i |σ′(a_i)| is no such: a is one place."""
    inner: Tree | None = None
    if isinstance(tree, Normed) and tree.kind == "‖infty":
        inner = bare(tree.body)
    elif isinstance(tree, Product) and len(tree.factors) == 2:
        head, body = tree.factors[0], bare(tree.factors[1])
        if not isinstance(head, Sym) or head.name not in ("sup", "max") or head.sups:
            return None
        inner = bare(body.body) if isinstance(body, Normed) and body.kind == "|" else body
        if isinstance(inner, Product) and len(inner.factors) == 2:
            inner, argument = inner.factors
            if not _runs(model, head, bare(argument)):
                return None
        elif isinstance(inner, Sym) and {shape_of(each) for each in inner.subs} & {
            shape_of(each) for each in head.subs
        }:
            return None
    return inner if isinstance(inner, Sym) and inner.primes == 1 else None


def _runs(model: Model, head: Sym, argument: Tree) -> bool:
    """Whether the argument of σ′ is the letter below sup, or one that means nothing else."""
    if not isinstance(argument, Sym) or argument.subs or argument.sups or argument.primes:
        return False
    if head.subs:
        below = head.subs[0]
        text = below.text if isinstance(below, Words) else head.sub_text
        return text == argument.name or text.startswith(f"{argument.name}in")
    return argument.name not in model.definitions and not model.symbols.has_time(argument.name)
