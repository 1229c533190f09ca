"""What terms and theorems mean, evaluated: written from the docstring of `symrnn.kernel` alone.

SymPy is only the data structure of terms here; nothing of it, of the calculus or of
`language.explicit` computes. Values are rationals, or balls where a root or an exponential is not
rational; derivatives are forward-mode duals in the run that is cut as the docstring says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from exact import (
    BUDGET,
    NO_SLOPE,
    ONE,
    ZERO,
    Dual,
    NoValue,
    Undecided,
    Unspecified,
    absolute,
    apply,
    integer,
    inverse,
    larger,
    length,
    power,
    sign,
    step,
)
from flint import arb, fmpq
from sympy import MatrixSymbol, Symbol

from symrnn.language.activations import Activation, Elementwise, Unknown
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import (
    NUMERATOR,
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
)
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence

Matrix = tuple[tuple[Any, ...], ...]
Names = Mapping[Symbol, Any]
LATEST = 6
"""No run is followed beyond this time."""
ENTRIES = [
    fmpq(p, q) for p, q in ((0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (-1, 3), (3, 2), (-2, 1))
]


class OutsideMeaning(Exception):
    """This is no run that is meant: an argument of σ is at a kink."""


def drawn(seed: int, *key: Any) -> random.Random:
    """Random numbers that depend on the seed and on what they are for alone."""
    return random.Random("|".join(map(str, (seed, *key))))


@dataclass(eq=False)
class Run:
    """A recurrence with random rationals for all that is given; leaves keep their values.

    Args:
        cell: the recurrence, or None: then every vector is given.
        seed: what the random numbers depend on.
        symbols: values of symbols that stand in the cell, such as sizes, or that are set.
        kind: what a norm of kind "any" is here.
        fixed: leaves that have a value other than their own: what is cut.
        level: how many derivatives this run is inside of.
    """

    cell: Recurrence | None
    seed: int
    symbols: dict[Symbol, Any] = field(default_factory=dict)
    kind: str = "1"
    fixed: dict[Any, Matrix] = field(default_factory=dict)
    level: int = 0
    _leaves: dict[Any, Matrix] = field(default_factory=dict)
    _cuts: dict[Any, Any] = field(default_factory=dict)

    def symbol(self, symbol: Symbol) -> Any:
        """A symbol's value: an integer, a real number, as positive as the symbol says."""
        if symbol not in self.symbols:
            draw = drawn(self.seed, symbol.name, sorted(symbol.assumptions0.items()))
            if symbol.is_integer:
                raise Undecided(f"{symbol} has no value")
            value = draw.choice([*ENTRIES, fmpq(3), fmpq(5, 4), fmpq(7)])
            if symbol.is_nonnegative:
                value = abs(draw.choice([value, fmpq(3), fmpq(20), fmpq(200)]))
            self.symbols[symbol] = fmpq(3, 4) if symbol.is_positive and value == 0 else value
        return self.symbols[symbol]

    def leaf(self, key: tuple[Any, ...], rows: int, cols: int) -> Matrix:
        """The value of a parameter (name,) or of a vector (name, time)."""
        if key in self.fixed:
            return self.fixed[key]
        sized = (key, rows, cols)
        if sized not in self._leaves:
            self._leaves[sized] = self._computed(key, rows, cols)
        return self._leaves[sized]

    def _computed(self, key: tuple[Any, ...], rows: int, cols: int) -> Matrix:
        definition = None if len(key) == 1 else self.definition(key[0], key[1])
        if definition is None:
            draw = drawn(self.seed, *key)
            return tuple(tuple(draw.choice(ENTRIES) for _ in range(cols)) for _ in range(rows))
        if key[1] > LATEST:
            raise Undecided("a late time")
        assert self.cell is not None
        return matrix(definition, self, {self.cell.index: fmpq(key[1])})

    def definition(self, label: str, time: int) -> Any:
        """What computes a vector, None where it is given."""
        if self.cell is None or time < 1:
            return None
        for defined, value in self.cell.definitions.items():
            if defined.label == label:
                return value
        return None

    def cut(self, varied: Any, value: Matrix, held: dict[Any, Matrix]) -> Run:
        """The run as a function of what is varied, what is held keeping its values."""
        known = (varied, frozenset(held), len(value), len(value[0]))
        if known not in self._cuts:
            count, level = len(value) * len(value[0]), self.level + 1
            columns = len(value[0])
            variables = tuple(
                tuple(
                    Dual(level, entry, _unit(count, i * columns + j)) for j, entry in enumerate(row)
                )
                for i, row in enumerate(value)
            )
            fixed = {**self.fixed, **held, varied: variables}
            self._cuts[known] = Run(self.cell, self.seed, self.symbols, self.kind, fixed, level)
        found: Run = self._cuts[known]
        return found

    def with_symbol(self, symbol: Symbol, value: Any) -> tuple[Run, Any]:
        """The run as a function of a scalar."""
        level = self.level + 1
        variable = Dual(level, value, (ONE,))
        symbols = {**self.symbols, symbol: variable}
        return Run(self.cell, self.seed, symbols, self.kind, self.fixed, level), variable


def _unit(size: int, place: int) -> tuple[Any, ...]:
    return tuple(ONE if i == place else ZERO for i in range(size))


def _slopes(number: Any, level: int, count: int) -> tuple[Any, ...]:
    of_level = isinstance(number, Dual) and number.level == level
    found = number.slopes if of_level else (ZERO,) * count
    if NO_SLOPE in found:
        raise Unspecified("a derivative at a kink")
    return found


# ------------------------------------------------------------------------------- scalars


def scalar(node: Any, run: Run, names: Names) -> Any:
    """The value of a scalar.

    Raises:
        NoValue: where a part of it has none.
        Undecided: where the evaluator cannot tell.
    """
    for kind in type(node).__mro__:
        if kind in _SCALARS:
            found = _SCALARS[kind](node, run, names)
            BUDGET.spend(found)
            return found
    raise Undecided(f"{type(node).__name__} is not evaluated")


def whole(node: Any, run: Run, names: Names) -> int:
    """The value of an integer: a time or a size."""
    value = integer(scalar(node, run, names))
    if value is None:
        raise NoValue(f"{node} is no integer")
    return value


def _size(node: Any, run: Run, names: Names) -> int:
    size = whole(node, run, names)
    if size < 1:
        raise OutsideMeaning("a size below 1")
    return size


def _sum(node: Any, run: Run, names: Names) -> Any:
    total = ZERO
    for part in node.args:
        total = total + scalar(part, run, names)
    return total


def _product(node: Any, run: Run, names: Names) -> Any:
    total = ONE
    for part in node.args:
        total = total * scalar(part, run, names)
    return total


def _over(node: Any, run: Run, names: Names) -> Iterator[Names]:
    """The values of a bound index, in order."""
    index, lower, upper = (
        node.args[1:4] if isinstance(node, OrderedSum | OrderedProduct) else node.limits[0]
    )
    first, last = whole(lower, run, names), whole(upper, run, names)
    if last - first > 40:
        raise Undecided("a long range")
    for time in range(first, last + 1):
        yield {**names, index: fmpq(time)}


def _power(node: Any, run: Run, names: Names) -> Any:
    base, exponent = node.args
    if exponent.is_Integer and exponent > 0 and exponent % 2 == 0:
        base = _chosen(base, run, names)
    if isinstance(base, Norm) and exponent.is_Integer and exponent > 0 and exponent % 2 == 0:
        inside = matrix(base.args[0], run, names)
        if base.kind == "F" or (base.kind == "2" and 1 in (len(inside), len(inside[0]))):
            # ‖x‖² is differentiable where ‖x‖ is not.
            return power(_added(x * x for row in inside for x in row), fmpq(int(exponent) // 2))
    return power(scalar(base, run, names), scalar(exponent, run, names))


def _chosen(node: Any, run: Run, names: Names) -> Any:
    """What a maximum or minimum is beside a point, where one argument alone is it there."""
    while isinstance(node, sympy.Max | sympy.Min):
        towards = 1 if isinstance(node, sympy.Max) else -1
        values = [scalar(part, run, names) for part in node.args]
        alone = [
            part
            for place, part in enumerate(node.args)
            if all(
                sign(values[place] - other) * towards > 0
                for at, other in enumerate(values)
                if at != place
            )
        ]
        if not alone:
            break
        (node,) = alone
    return node


def _scalar_range(node: Any, run: Run, names: Names) -> Any:
    adds = isinstance(node, sympy.Sum)
    total = ZERO if adds else ONE
    for inner in _over(node, run, names):
        value = scalar(node.args[0], run, inner)
        total = total + value if adds else total * value
    return total


def _derivative(node: Any, run: Run, names: Names) -> Any:
    (symbol,) = node.variables
    inner, variable = run.with_symbol(
        symbol, names[symbol] if symbol in names else run.symbol(symbol)
    )
    value = scalar(node.expr, inner, {**names, symbol: variable})
    try:
        return _slopes(value, inner.level, 1)[0]
    except Unspecified as kink:
        if node.expr.has(Norm):
            # Duals do not see that |u| u is differentiable there, nor ‖u² A‖.
            raise Undecided("a derivative at a norm's kink") from kink
        raise NoValue("a derivative at a kink") from kink


def _entry(node: Any, run: Run, names: Names) -> Any:
    inside = matrix(node.args[0], run, names)
    row, col = (whole(place, run, names) for place in node.args[1:])
    return inside[_nearest(row - 1, inside)][_nearest(col - 1, inside[0])]


def _nearest(place: int, line: tuple[Any, ...]) -> int:
    return min(max(place, 0), len(line) - 1)


def _extreme(towards: int) -> Callable[[Any, Run, Names], Any]:
    def evaluated(node: Any, run: Run, names: Names) -> Any:
        first, *rest = (scalar(part, run, names) for part in node.args)
        for other in rest:
            first = larger(first, other, towards)
        return first

    return evaluated


def _unknown(node: Any, run: Run, names: Names) -> Any:
    """A random polynomial, differentiated: cubic, or of less degree so that runs stay small."""
    name, order, argument = node.args
    draw = drawn(run.seed, "unknown", name)
    degree = (3, 2, 1, 2)[run.seed % 4]
    coefficients = [draw.choice(ENTRIES) for _ in range(degree)] + [fmpq(1, 2)]
    for _ in range(int(order)):
        coefficients = [k * c for k, c in enumerate(coefficients)][1:] or [ZERO]
    x, total = scalar(argument, run, names), ZERO
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def _function(name: str) -> Callable[[Any, Run, Names], Any]:
    return lambda node, run, names: apply(name, scalar(node.args[0], run, names))


_SCALARS: dict[type, Callable[[Any, Run, Names], Any]] = {
    sympy.Rational: lambda node, run, names: fmpq(int(node.p), int(node.q)),
    type(sympy.pi): lambda node, run, names: arb.pi(),
    type(sympy.E): lambda node, run, names: arb(1).exp(),
    Symbol: lambda node, run, names: names[node] if node in names else run.symbol(node),
    sympy.Add: _sum,
    sympy.Mul: _product,
    sympy.Pow: _power,
    sympy.Abs: lambda node, run, names: absolute(scalar(node.args[0], run, names)),
    sympy.sign: lambda node, run, names: step(scalar(node.args[0], run, names), -1, ZERO, 1),
    sympy.Heaviside: lambda node, run, names: step(
        scalar(node.args[0], run, names), 0, scalar(node.args[1], run, names), 1
    ),
    sympy.Max: _extreme(1),
    sympy.Min: _extreme(-1),
    sympy.Sum: _scalar_range,
    sympy.Product: _scalar_range,
    sympy.Derivative: _derivative,
    Entry: _entry,
    Norm: lambda node, run, names: norm(
        matrix(node.args[0], run, names), run.kind if node.kind == "any" else node.kind
    ),
    Unknown: _unknown,
    **{
        getattr(sympy, name): _function(name)
        for name in ("exp", "log", "sin", "cos", "sinh", "cosh", "tanh", "atan", "atanh", "erf")
    },
}


def norm(inside: Matrix, kind: str) -> Any:
    """The norm of one of the kinds 1, 2, inf, F, max."""
    rows, cols = len(inside), len(inside[0])
    if kind == "F" or (kind == "2" and 1 in (rows, cols)):
        return length([entry for row in inside for entry in row])
    if kind == "2":
        if (rows, cols) != (2, 2):
            raise Undecided("a spectral norm beyond 2 × 2")
        (a, b), (c, d) = inside
        sums = (a + d, b - c), (a - d, b + c)
        return _added(map(length, sums)) * fmpq(1, 2)
    sizes = [[absolute(entry) for entry in row] for row in inside]
    if kind == "max":
        found = [entry for row in sizes for entry in row]
    else:
        found = [_added(line) for line in (sizes if kind == "inf" else zip(*sizes, strict=True))]
    largest = found[0]
    for other in found[1:]:
        largest = larger(largest, other)
    return largest


def _added(numbers: Any) -> Any:
    total = ZERO
    for number in numbers:
        total = total + number
    return total


# ------------------------------------------------------------------------------- matrices


def matrix(node: Any, run: Run, names: Names) -> Matrix:
    """The entries of a matrix; errors as of `scalar`."""
    for kind in type(node).__mro__:
        if kind in _MATRICES:
            found = _MATRICES[kind](node, run, names)
            for entry in (entry for row in found for entry in row):
                BUDGET.spend(entry)
            return found
    raise Undecided(f"{type(node).__name__} is not evaluated")


def _filled(rows: int, cols: int, entry: Callable[[int, int], Any]) -> Matrix:
    return tuple(tuple(entry(i, j) for j in range(cols)) for i in range(rows))


def _shape(node: Any, run: Run, names: Names) -> tuple[int, int]:
    rows, cols = node.shape
    return _size(rows, run, names), _size(cols, run, names)


def times(left: Matrix, right: Matrix) -> Matrix:
    """The product of two matrices."""
    columns = tuple(zip(*right, strict=True))
    return tuple(
        tuple(_added(x * y for x, y in zip(row, column, strict=True)) for column in columns)
        for row in left
    )


def flipped(inside: Matrix) -> Matrix:
    """The transpose."""
    return tuple(zip(*inside, strict=True))


def plus(left: Matrix, right: Matrix) -> Matrix:
    """The sum of two matrices."""
    return _paired(left, right, lambda x, y: x + y)


def _paired(left: Matrix, right: Matrix, both: Callable[[Any, Any], Any]) -> Matrix:
    return tuple(
        tuple(both(x, y) for x, y in zip(*rows, strict=True))
        for rows in zip(left, right, strict=True)
    )


def _leaf(node: Any, run: Run, names: Names) -> Matrix:
    return run.leaf(_key(node, run, names), *_shape(node, run, names))


def _key(node: Any, run: Run, names: Names) -> tuple[Any, ...]:
    if isinstance(node, TimeVector):
        return (node.label, whole(node.index, run, names))
    return (node.name,)


def _folded(both: Callable[[Matrix, Matrix], Matrix]) -> Callable[[Any, Run, Names], Matrix]:
    def evaluated(node: Any, run: Run, names: Names) -> Matrix:
        first, *rest = (matrix(part, run, names) for part in node.args)
        for other in rest:
            first = both(first, other)
        return first

    return evaluated


def _multiplied(node: Any, run: Run, names: Names) -> Matrix:
    scale = scalar(node.args[0], run, names)
    first, *rest = (matrix(part, run, names) for part in node.args[1:])
    for other in rest:
        first = times(first, other)
    return tuple(tuple(scale * entry for entry in row) for row in first)


def _elementwise(node: Any, run: Run, names: Names) -> Matrix:
    function = node.args[0].function
    (variable,) = function.variables
    return tuple(
        tuple(scalar(function.expr, run, {**names, variable: entry}) for entry in row)
        for row in matrix(node.args[1], run, names)
    )


def _softmax(inside: Matrix) -> Matrix:
    weights = [apply("exp", entry) for (entry,) in inside]
    return _column(weight * inverse(_added(weights)) for weight in weights)


def _log_sum_exp(inside: Matrix) -> Matrix:
    return _column([apply("log", _added(apply("exp", entry) for (entry,) in inside))])


def determinant(inside: Matrix) -> Any:
    """By its first column; that of no rows is 1."""
    if not inside:
        return ONE
    signs = (ONE if i % 2 == 0 else -ONE for i in range(len(inside)))
    return _added(
        sign_of * row[0] * determinant(without(inside, i, 0))
        for i, (row, sign_of) in enumerate(zip(inside, signs, strict=True))
    )


def without(inside: Matrix, row: int, col: int) -> Matrix:
    """A matrix without one of its rows and columns."""
    kept = (line for i, line in enumerate(inside) if i != row)
    return tuple(line[:col] + line[col + 1 :] for line in kept)


def _inverse(inside: Matrix) -> Matrix:
    """By Cramer's rule."""
    size, scale = len(inside), inverse(determinant(inside))
    return _filled(
        size, size, lambda i, j: fmpq((-1) ** (i + j)) * determinant(without(inside, j, i)) * scale
    )


def _kronecker(left: Matrix, right: Matrix) -> Matrix:
    return tuple(tuple(x * y for x in upper for y in lower) for upper in left for lower in right)


def _column(entries: Any) -> Matrix:
    return tuple((entry,) for entry in entries)


def _block(node: Any, run: Run, names: Names) -> Matrix:
    rows: list[tuple[Any, ...]] = []
    for line in node.args:
        parts = [matrix(part, run, names) for part in line]
        rows.extend(tuple(x for part in parts for x in part[i]) for i in range(len(parts[0])))
    return tuple(rows)


def _rows(node: Any, run: Run, names: Names) -> Matrix:
    inside = matrix(node.args[0], run, names)
    start, count = whole(node.args[1], run, names), _size(node.args[2], run, names)
    return tuple(inside[_nearest(start + row, inside)] for row in range(count))


def _place(node: Any, run: Run, names: Names) -> Matrix:
    inside = matrix(node.args[0], run, names)
    start, total = (whole(place, run, names) for place in node.args[1:])
    if start < 0 or start + len(inside) > total:
        raise NoValue("rows beyond the matrix")
    empty = (ZERO,) * len(inside[0])
    return (empty,) * start + inside + (empty,) * (total - start - len(inside))


def _ordered(node: Any, run: Run, names: Names) -> Matrix:
    rows, cols = _shape(node, run, names)
    if isinstance(node, OrderedSum):
        total = _filled(rows, cols, lambda i, j: ZERO)
        for inner in _over(node, run, names):
            total = plus(total, matrix(node.args[0], run, inner))
        return total
    total = _filled(rows, rows, lambda i, j: ONE if i == j else ZERO)
    for inner in _over(node, run, names):
        later = matrix(node.args[0], run, inner)
        total = times(later, total) if node.latest == LEFT else times(total, later)
    return total


def _vector_function(node: Any, run: Run, names: Names) -> Matrix:
    arguments = [matrix(part, run, names) for part in node.args[2:]]
    return _random_map(node, run, names, [x for part in arguments for (x,) in part])


def _random_map(node: Any, run: Run, names: Names, inputs: list[Any]) -> Matrix:
    """A random quadratic map."""
    draw = drawn(run.seed, "map", node.args[0].name, len(inputs))
    entries = []
    for _ in range(_size(node.args[1], run, names)):
        total = draw.choice(ENTRIES)
        for place, x in enumerate(inputs):
            total = total + draw.choice(ENTRIES) * x
            for y in inputs[: place + 1]:
                total = total + draw.choice(ENTRIES) * x * y
        entries.append(total)
    return _column(entries)


def _partial(node: Any, run: Run, names: Names) -> Matrix:
    function, place = node.args[0], whole(node.args[1], run, names)
    arguments = [matrix(part, run, names) for part in function.args[2:]]
    level, count = run.level + 1, len(arguments[place])
    inputs = [
        # By number: f(u, u) has one vector in two places.
        Dual(level, x, _unit(count, row)) if number == place else x
        for number, part in enumerate(arguments)
        for row, (x,) in enumerate(part)
    ]
    value = _random_map(function, run, names, inputs)
    return tuple(_slopes(entry, level, count) for (entry,) in value)


def _differentiated(node: Any, run: Run, names: Names) -> Matrix:
    """∂y/∂x: x and what is held are cut off and keep their values; all else is a function of x."""
    of, by = node.args[0], node.args[1]
    variable = by.args[0] if isinstance(by, Vec) else by
    held_leaves = list(node.args[3])
    if isinstance(node, ImmediateDerivative):
        if not isinstance(of, TimeVector) or run.cell is None:
            raise Undecided("∂⁺ outside a recurrence")
        held_leaves += [state[of.index - 1] for state in run.cell.states]
    key = _key(variable, run, names)
    value = _leaf(variable, run, names)
    held = {_key(each, run, names): _leaf(each, run, names) for each in held_leaves}
    held.pop(key, None)
    inner = run.cut(key, value, held)
    found = matrix(of, inner, names)
    rows, cols = len(value), len(value[0])
    # Slopes are numbered row by row; vec goes column by column.
    order = [i * cols + j for j in range(cols) for i in range(rows)]
    slopes = [_slopes(entry, inner.level, rows * cols) for row in found for entry in row]
    if is_column(of) and is_column(by):
        jacobian = tuple(tuple(line[place] for place in order) for line in slopes)
        return jacobian if node.layout == NUMERATOR else flipped(jacobian)
    (line,) = slopes
    if isinstance(by, Vec):
        return _column(line[place] for place in order)
    return _filled(rows, cols, lambda i, j: line[i * cols + j])


def is_column(node: Any) -> bool:
    """Whether a matrix has one column for all sizes."""
    return bool(sympy.expand(node.shape[1] - 1) == 0)


def _vec(inside: Matrix) -> Matrix:
    return _column(entry for column in flipped(inside) for entry in column)


def _unvec(node: Any, run: Run, names: Names) -> Matrix:
    inside = matrix(node.args[0], run, names)
    rows, cols = (_size(size, run, names) for size in node.args[1:])
    return _filled(rows, cols, lambda i, j: inside[j * rows + i][0])


def _of_one(made: Callable[[Matrix], Matrix]) -> Callable[[Any, Run, Names], Matrix]:
    return lambda node, run, names: made(matrix(node.args[0], run, names))


def _constant(entry: Callable[[int, int], Any]) -> Callable[[Any, Run, Names], Matrix]:
    return lambda node, run, names: _filled(*_shape(node, run, names), entry)


_MATRICES: dict[type, Callable[[Any, Run, Names], Matrix]] = {
    MatrixSymbol: _leaf,
    TimeVector: _leaf,
    Identity: _constant(lambda i, j: ONE if i == j else ZERO),
    Zeros: _constant(lambda i, j: ZERO),
    Ones: _constant(lambda i, j: ONE),
    Transposed: _of_one(flipped),
    MatrixSum: _folded(plus),
    MatrixProduct: _multiplied,
    Hadamard: _folded(lambda left, right: _paired(left, right, lambda x, y: x * y)),
    Kronecker: _folded(_kronecker),
    Diag: _of_one(lambda v: _filled(len(v), len(v), lambda i, j: v[i][0] if i == j else ZERO)),
    DiagonalOf: _of_one(lambda a: _column(row[i] for i, row in enumerate(a))),
    Vec: _of_one(_vec),
    Unvec: _unvec,
    Block: _block,
    Rows: _rows,
    Place: _place,
    OrderedSum: _ordered,
    OrderedProduct: _ordered,
    Elementwise: _elementwise,
    VectorFunction: _vector_function,
    Partial: _partial,
    Softmax: _of_one(_softmax),
    LogSumExp: _of_one(_log_sum_exp),
    Determinant: _of_one(lambda a: _column([determinant(a)])),
    Inverse: _of_one(_inverse),
    TotalDerivative: _differentiated,
    ImmediateDerivative: _differentiated,
}


def require_meant(run: Run) -> None:
    """Refuse a run in which an argument of σ is at a kink.

    Raises:
        OutsideMeaning: naming the vector.
    """
    for value in run.cell.definitions.values() if run.cell is not None else ():
        for applied in value.atoms(Elementwise):
            for time in range(1, 4) if applied.args[0].function.expr.has(*KINKED) else ():
                require_smooth(applied.args[0], applied.args[1], run, {run.cell.index: fmpq(time)})


KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside)


def require_smooth(activation: Activation, argument: Any, run: Run, names: Names) -> None:
    """Refuse a matrix at an entry of which an elementwise function is not differentiable.

    Raises:
        OutsideMeaning: naming it.
    """
    (variable,) = activation.function.variables
    for entry in (entry for row in matrix(argument, run, names) for entry in row):
        moved = Dual(run.level + 1, entry, (ONE,))
        try:
            _slopes(
                scalar(activation.function.expr, run, {**names, variable: moved}), moved.level, 1
            )
        except NoValue as at_kink:
            raise OutsideMeaning(f"{argument} is at a kink") from at_kink
