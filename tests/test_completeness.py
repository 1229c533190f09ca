"""The global audit: every node of the language is known to every layer.

Shape, text, LaTeX, canonical round trip, explicit entries, differential rule, linear readings and
NumPy lowering. What a node lacks by its nature stands in one table, with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Expr, Integer, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn import language
from symrnn.calculus.differential import d as differential_rules
from symrnn.calculus.linear import _matrix as matrix_readings
from symrnn.calculus.linear import _pull as transposed_readings
from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Elementwise, Unknown, activation, unknown
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixNode,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.canonical import canonical, normal_form, same
from symrnn.language.derivatives import (
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.explicit import Field, entries
from symrnn.language.explicit import _entries as explicit_rules
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Relation, Smooth
from symrnn.language.slope_at import Slope, SlopeValue
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
    stack,
)
from symrnn.language.tangent import Tangent
from symrnn.language.time import Sequence, TimeVector
from symrnn.language.writing import StandIn, Written, latex, text, write_latex, write_text
from symrnn.numeric.lower import lower
from symrnn.numeric.printer import KernelPrinter

n = Symbol("n", integer=True, positive=True)
j, k, t = sympy.symbols("j k t", integer=True)
W, v = Parameter("W", n, n), Parameter("v", n, 1)
s = Sequence("s", n)
f = VectorFunction("f", n, v, s[j])

# One of each; the audit fails for a class that has none.
EXAMPLES: dict[type, Any] = {
    TimeVector: s[j],
    Parameter: W,
    Identity: Identity(n),
    Zeros: Zeros(n, n),
    Ones: Ones(n),
    Transposed: W.T,
    MatrixSum: W + W.T,
    MatrixProduct: 2 * W * v,
    Inverse: Inverse(W),
    Determinant: Determinant(W),
    Softmax: Softmax(v),
    LogSumExp: LogSumExp(v),
    Diag: Diag(v),
    DiagonalOf: DiagonalOf(W),
    Hadamard: Hadamard(W, W.T),
    Kronecker: Kronecker(W, W.T),
    Vec: Vec(W),
    Unvec: Unvec(Vec(W) + Vec(W.T), n, n),
    Block: Block([W, W.T], [W.T, W]),
    Rows: Rows(stack(v, v) + Ones(2 * n), 0, n),
    Place: Place(v, n, 2 * n),
    OrderedProduct: OrderedProduct(Diag(s[j]) * W, j, k, t),
    OrderedSum: OrderedSum(W * s[j], j, k, t),
    Elementwise: activation("tanh")(v),
    TotalDerivative: TotalDerivative(s[t], s[k]),
    ImmediateDerivative: ImmediateDerivative(s[t], s[t - 1]),
    VectorFunction: f,
    Partial: Partial(f, 0),
    Tangent: Tangent(v),
    Norm: Norm(W, "F"),
    Entry: Entry(W, 1, 2),
    Unknown: unknown().at(Symbol("x", real=True)),
    Activation: activation("tanh"),
    Equation: Equation(W, W.T),
    Inequality: Inequality(Norm(W, "F"), Integer(1)),
    Limit: Limit(Norm(W, "F") ** t, t),
    ForAll: ForAll(j, Inequality(Norm(s[j], "F"), Integer(1))),
    Smooth: Smooth(activation("relu"), v),
}

SCALAR = "a function of scalars: SymPy's own diff differentiates it, inside Elementwise"
CLAIM = "a claim about matrices, not one itself; both its sides are lowered and compared"
DIRECTION = "a direction that only stands in differentials, and is replaced before anything is run"
OUTER = "a derivative of a derivative: constant, or refused"
GIVEN = "a constant or a symbol: its differential is 0 or a tangent, so no tangent stands in it"
APART = "handled where it meets a tangent: its differential is made of other nodes"

# (class, layer): why it is not there. Layers: see `LAYERS`.
BY_NATURE: dict[tuple[type, str], str] = {
    **{(kind, layer): SCALAR for kind in (Unknown, Activation) for layer in ("differential",)},
    **{
        (kind, layer): SCALAR
        for kind in (Unknown, Activation)
        for layer in ("shape", "explicit", "matrix reading", "transposed reading")
    },
    (Activation, "lowering"): "lowered as part of Elementwise",
    **{
        (kind, layer): CLAIM
        for kind in (Equation, Inequality, Limit, ForAll, Smooth)
        for layer in ("shape", "differential", "matrix reading", "transposed reading", "lowering")
    },
    (ForAll, "explicit"): "a hypothesis, read at each time apart",
    (Smooth, "explicit"): "a hypothesis about a function, not about entries",
    (Limit, "explicit"): "a limit has no entries at finite times",
    (Norm, "shape"): "a scalar of SymPy's",
    (Entry, "shape"): "a scalar of SymPy's",
    (Tangent, "explicit"): DIRECTION,
    (Tangent, "lowering"): DIRECTION,
    (Partial, "lowering"): "the derivative of a function of which only the name is known",
    **{
        (kind, layer): GIVEN
        for kind in (Parameter, TimeVector, Identity, Zeros, Ones)
        for layer in ("matrix reading", "transposed reading")
    },
    **{
        (kind, layer): APART
        for kind in (
            *(OrderedProduct, Elementwise, VectorFunction, Norm, Entry),
            *(Inverse, Determinant, Softmax, LogSumExp),
        )
        for layer in ("matrix reading", "transposed reading")
    },
    **{
        (kind, layer): OUTER
        for kind in (TotalDerivative, ImmediateDerivative, Partial)
        for layer in ("matrix reading", "transposed reading")
    },
    (Diag, "matrix reading"): "diag(y) r is read as diag(r) y, in the product's rule",
    (DiagonalOf, "matrix reading"): "vec(diagonal X) needs a selection that has no node: refused",
}
SKELETON = {MatrixNode, Ranged, Relation, Written, StandIn, Field, Slope, SlopeValue}


def discovered() -> Iterator[type]:
    """Every class of ours in `symrnn.language` that can stand in an expression."""
    for module in pkgutil.iter_modules(language.__path__):
        for _, kind in inspect.getmembers(
            importlib.import_module(f"symrnn.language.{module.name}"), inspect.isclass
        ):
            ours = kind.__module__.startswith("symrnn.language")
            if ours and issubclass(kind, sympy.Basic) and not kind.__name__.startswith("_"):
                yield kind


def concrete() -> list[type]:
    """Those that have instances, each once."""
    return sorted(set(discovered()) - SKELETON, key=lambda kind: kind.__name__)


# ------------------------------------------------------------------ one check a layer


def has_shape(kind: type, example: Any) -> bool:
    shape = example.shape
    return len(shape) == 2 and all(isinstance(size, Expr) for size in map(sympy.sympify, shape))


def has_text(kind: type, example: Any) -> bool:
    own = write_text.dispatch(kind) is not write_text.dispatch(object)
    return bool(text(example)) and (own or issubclass(kind, sympy.MatrixSymbol))


def has_latex(kind: type, example: Any) -> bool:
    own = write_latex.dispatch(kind) is not write_latex.dispatch(object)
    return bool(latex(example)) and (own or issubclass(kind, sympy.MatrixSymbol))


def is_canonical(kind: type, example: Any) -> bool:
    rebuilt = example.func(*example.args)
    formed = normal_form(example)
    return bool(
        same(rebuilt, example)
        and canonical(canonical(example)) == canonical(example)
        and normal_form(formed) == formed
    )


def registered(table: Any) -> Any:
    return lambda kind, example: table.dispatch(kind) is not table.dispatch(object)


WHOLE = {"n": 3, "k": 1, "t": 3, "j": 2}
DRAWN = np.random.default_rng(0)
NUMBERS = {
    "W": DRAWN.uniform(0.5, 1.5, (3, 3)) + np.eye(3),
    "v": DRAWN.uniform(0.5, 1.5, (3, 1)),
    "s": DRAWN.uniform(0.5, 1.5, (5, 3, 1)),
}


class Drawn:
    """What the leaves stand for in entries: the numbers above."""

    def leaf(self, node: Any) -> Any:
        if isinstance(node, TimeVector):
            return sympy.Matrix(NUMBERS[node.label][int(node.index)])
        return sympy.Matrix(NUMBERS[node.name])

    def derivative(self, node: Any) -> Any:
        raise NotSupportedError("a derivative has no number of its own", {"node": node})

    def apply(self, function: Activation, value: Expr) -> Expr:
        return function.at(value)


def is_lowered(kind: type, example: Any) -> bool:
    """Whether there is code, and it computes the entries, in their shape."""
    # SymPy's printer has methods of the same names (Limit, Identity) for its own classes.
    if f"_print_{kind.__name__}" not in vars(KernelPrinter):
        return False
    kernel = lower(example)
    bindings = {**WHOLE, **NUMBERS, "dtype": float}
    if not set(kernel.arguments) <= set(bindings):
        return True  # what it is of is given by whoever calls it
    of = {size: WHOLE[size.name] for size in (n, k, t, j)}
    expected = entries(example.subs(of), Drawn())
    matrix = isinstance(expected, sympy.MatrixBase)
    expected = np.array(expected.tolist() if matrix else expected, dtype=float)
    value = np.asarray(kernel(bindings))
    return value.shape == expected.shape and bool(np.allclose(value, expected, rtol=1e-9))


LAYERS = {
    "shape": has_shape,
    "text": has_text,
    "latex": has_latex,
    "canonical": is_canonical,
    "explicit": registered(explicit_rules),
    "differential": registered(differential_rules),
    "matrix reading": registered(matrix_readings),
    "transposed reading": registered(transposed_readings),
    "lowering": is_lowered,
}


def audit(kind: type, example: Any) -> list[str]:
    """The layers that do not know a node, those that need not aside."""
    return [
        layer
        for layer, known in LAYERS.items()
        if (kind, layer) not in BY_NATURE and not known(kind, example)
    ]


@pytest.mark.parametrize("kind", concrete(), ids=lambda kind: kind.__name__)
def test_every_layer_knows_the_node(kind: type) -> None:
    assert kind in EXAMPLES, f"{kind.__name__} has no example here"
    assert type(EXAMPLES[kind]) is kind
    assert audit(kind, EXAMPLES[kind]) == []


def test_examples_and_exceptions_are_of_nodes_that_exist() -> None:
    assert set(EXAMPLES) == set(concrete())
    assert {kind for kind, _ in BY_NATURE} <= set(concrete())
    assert {layer for _, layer in BY_NATURE} <= set(LAYERS)


@pytest.mark.parametrize(("kind", "layer"), BY_NATURE, ids=lambda x: getattr(x, "__name__", x))
def test_no_exception_is_out_of_date(kind: type, layer: str) -> None:
    try:
        known = LAYERS[layer](kind, EXAMPLES[kind])
    except (AttributeError, NotSupportedError):
        known = False
    if layer == "explicit" and kind is Limit:
        known = False  # registered, in order to say why there are none
    if layer == "shape" and kind in (Norm, Entry, Unknown):
        known = False
    assert not known, f"{kind.__name__} has the layer {layer!r} now: take it out of the table"


# ------------------------------------------------------------------ the audit is itself tested


class Bare(MatrixNode):
    """A node that no layer knows."""

    @property
    def shape(self) -> Any:
        return self.args[0].shape


def test_a_node_that_no_layer_knows_is_found() -> None:
    missing = set()
    for layer, known in LAYERS.items():
        try:
            found = known(Bare, Bare(v))
        except NotSupportedError:
            found = False
        if not found:
            missing.add(layer)
    expected = set(LAYERS) - {"shape", "canonical"}
    assert missing == expected


@pytest.mark.parametrize(
    ("table", "layer"),
    [
        (write_text, "text"),
        (write_latex, "latex"),
        (explicit_rules, "explicit"),
        (differential_rules, "differential"),
        (transposed_readings, "transposed reading"),
    ],
)
def test_a_layer_that_forgets_a_node_is_found(
    table: Any, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = {key: rule for key, rule in table.registry.items() if key is not Hadamard}
    unregistered = table.registry[object]
    real = table.dispatch
    monkeypatch.setattr(
        table,
        "dispatch",
        lambda kind: unregistered if kind is Hadamard and Hadamard not in forgetful else real(kind),
    )
    assert layer in audit(Hadamard, EXAMPLES[Hadamard])


def test_a_lowering_that_is_missing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(KernelPrinter, "_print_Hadamard")
    assert "lowering" in audit(Hadamard, EXAMPLES[Hadamard])


def test_a_lowering_to_another_shape_or_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KernelPrinter, "_print_Vec", lambda self, node: self._print(node.args[0]))
    assert audit(Vec, EXAMPLES[Vec]) == ["lowering"]
    monkeypatch.setattr(
        KernelPrinter, "_print_Transposed", lambda self, node: self._print(node.args[0])
    )
    assert audit(Transposed, EXAMPLES[Transposed]) == ["lowering"]


def test_discovery_sees_a_new_class(monkeypatch: pytest.MonkeyPatch) -> None:
    structure = importlib.import_module("symrnn.language.structure")
    planted = type("Planted", (MatrixNode,), {"__module__": structure.__name__})
    monkeypatch.setattr(structure, "Planted", planted, raising=False)
    assert planted in concrete()
    assert planted not in EXAMPLES
    assert issubclass(planted, MatrixExpr)
