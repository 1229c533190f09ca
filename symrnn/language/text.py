"""The plain-text form of every node, for terminals and messages."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.language.activations import Activation, Elementwise, Unknown, X
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
    ImmediateDerivative,
    Partial,
    TotalDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum
from symrnn.language.precedence import (
    ATOM,
    ENTRYWISE,
    PRODUCT,
    SUM,
    entrywise_powers,
    needs_parentheses,
    precedence,
    reaches_on,
    shown_by_formula,
)
from symrnn.language.relations import ForAll, Limit, Relation, Smooth
from symrnn.language.shown import LOGISTIC, condition, indicated, shown
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
    traced,
)
from symrnn.language.tangent import Tangent
from symrnn.language.time import TimeVector
from symrnn.language.told import Part, columns_of, rows_of, sized
from symrnn.language.writing import StandIn, write_text

GREEK = {"sigma": "σ", "phi": "φ", "ell": "ℓ"}


def _operand(node: Any, outer: int, printer: Any, *, last: bool = True) -> str:
    written = str(printer._print(node))
    return f"({written})" if needs_parentheses(node, outer, last=last) else written


def _primes(order: int) -> str:
    return "′" * order


@write_text.register
def _(node: TimeVector, printer: Any) -> str:
    index = printer._print(node.index)
    short = node.index.is_Symbol or node.index.is_Integer
    return f"{node.label}_{index}" if short else f"{node.label}_{{{index}}}"


@write_text.register
def _(node: Identity, printer: Any) -> str:
    return "I"


@write_text.register
def _(node: Zeros, printer: Any) -> str:
    return "0"


@write_text.register
def _(node: Ones, printer: Any) -> str:
    rows, cols = node.shape
    if cols == 1:
        return "1"
    return "1ᵀ" if rows == 1 else "1 1ᵀ"


@write_text.register
def _(node: Transposed, printer: Any) -> str:
    if part := columns_of(node):
        return _part(part, printer)
    inner = node.args[0]
    written = printer._print(inner)
    fraction = isinstance(inner, TotalDerivative | ImmediateDerivative)
    return f"({written})ᵀ" if fraction or precedence(inner) < ATOM else f"{written}ᵀ"


@write_text.register
def _(node: Inverse, printer: Any) -> str:
    inner = node.args[0]
    written = printer._print(inner)
    return f"({written})⁻¹" if precedence(inner) < ATOM else f"{written}⁻¹"


@write_text.register
def _(node: MatrixSum, printer: Any) -> str:
    parts: list[str] = []
    for position, term in enumerate(node.args):
        negative = isinstance(term, MatrixProduct) and term.coefficient.could_extract_minus_sign()
        shown = MatrixProduct(-1, term) if negative and parts else term
        outer = PRODUCT if negative and isinstance(shown, Elementwise | MatrixSum) else SUM
        written = _operand(shown, outer, printer, last=position == len(node.args) - 1)
        parts.append(("" if not parts else (" - " if negative else " + ")) + written)
    return "".join(parts)


@write_text.register
def _(node: MatrixProduct, printer: Any) -> str:
    factors = node.factors
    product = " ".join(
        _operand(factor, PRODUCT, printer, last=position == len(factors) - 1)
        for position, factor in enumerate(factors)
    )
    if node.coefficient == 1:
        return product
    if node.coefficient == -1:
        return f"-{product}"
    coefficient = printer._print(node.coefficient)
    written = f"({coefficient})" if reaches_on(node.coefficient) else coefficient
    return f"{written} {product}"


@write_text.register
def _(node: Hadamard, printer: Any) -> str:
    return " ⊙ ".join(_operand(factor, ENTRYWISE, printer) for factor in node.args)


@write_text.register
def _(node: Kronecker, printer: Any) -> str:
    return " ⊗ ".join(_operand(factor, ENTRYWISE, printer) for factor in node.args)


CALLED = {
    Diag: "diag",
    DiagonalOf: "diagonal",
    Vec: "vec",
    Softmax: "softmax",
    LogSumExp: "logsumexp",
    Determinant: "det",
}
"""Functions of a matrix that are written as such."""


def _called(node: Any, printer: Any) -> str:
    return f"{CALLED[type(node)]}({printer._print(node.args[0])})"


for _kind in CALLED:
    write_text.register(_kind, _called)


@write_text.register
def _(node: Unvec, printer: Any) -> str:
    vector, rows, cols = (printer._print(arg) for arg in node.args)
    return f"unvec({vector}; {rows} × {cols})"


@write_text.register
def _(node: Block, printer: Any) -> str:
    said = sized(node)
    rows = [
        ", ".join(_block(block, (i, k) in said, printer) for k, block in enumerate(row))
        for i, row in enumerate(node.args)
    ]
    return "[" + "; ".join(rows) + "]"


def _block(block: Any, with_size: bool, printer: Any) -> str:
    written = str(printer._print(block))
    rows, cols = map(printer._print, block.shape)
    return f"{written}_{{{rows} × {cols}}}" if with_size else written


@write_text.register
def _(node: Rows, printer: Any) -> str:
    return _part(rows_of(node), printer)


def _part(part: Part, printer: Any) -> str:
    matrix, spans = part
    places = [":" if each is None else ":".join(map(printer._print, each)) for each in spans]
    return f"{_operand(matrix, ATOM, printer)}[{', '.join(places)}]"


@write_text.register
def _(node: Place, printer: Any) -> str:
    matrix, start, total = (printer._print(arg) for arg in node.args)
    return f"place({matrix} at {start} of {total})"


@write_text.register
def _(node: Unknown, printer: Any) -> str:
    name, order, x = node.args
    return f"{GREEK.get(name.name, name.name)}{_primes(int(order))}({printer._print(x)})"


@write_text.register
def _(node: Activation, printer: Any) -> str:
    return GREEK.get(node.name, node.name) + _primes(node.order)


@write_text.register
def _(node: Elementwise, printer: Any) -> str:
    function, argument = node.activation, node.argument
    written = printer._print(argument)
    if (powers := entrywise_powers(node)) is not None:
        base = f"({written})" if precedence(argument) < ATOM else written
        number, exponent = map(printer._print, powers)
        factor = "" if powers[0] == 1 else f"{number} "
        return f"{factor}{base}^⊙{exponent}"
    if not shown_by_formula(node):
        return f"{printer._print(function)}({written})"
    stand_in = written if precedence(argument) == ATOM else f"({written})"
    called = f"logistic({written})"
    stand_ins = {X: StandIn(stand_in, written), LOGISTIC: StandIn(called, called)}

    def formula(part: Expr) -> str:
        return str(printer._print(part.xreplace(stand_ins)))

    form = shown(function.function.expr)
    if not isinstance(form, tuple):
        return formula(form)
    one = indicated(form)
    if one is not None:
        return f"1[{condition(one, stand_in, printer._print)}]"
    cases = (f"{formula(c.formula)} if {condition(c, stand_in, printer._print)}" for c in form)
    return f"{{{', '.join(cases)}}}"


@write_text.register(OrderedProduct)
@write_text.register(OrderedSum)
def _(node: Any, printer: Any) -> str:
    sign = "∏" if isinstance(node, OrderedProduct) else "∑"
    if isinstance(node, OrderedProduct) and node.latest != LEFT:
        sign = "∏→"
    index, lower, upper = (printer._print(part) for part in (node.index, node.lower, node.upper))
    body = _operand(node.body, PRODUCT, printer)
    if isinstance(node, OrderedProduct) and precedence(node.body) == PRODUCT:
        body = f"({body})"
    return f"{sign}_{{{index}={lower}}}^{{{upper}}} {body}"


@write_text.register(TotalDerivative)
@write_text.register(ImmediateDerivative)
def _(node: Any, printer: Any) -> str:
    symbol = "∂" if isinstance(node, TotalDerivative) else "∂⁺"
    of, by = _operand(node.of, ATOM, printer), _operand(node.by, ATOM, printer)
    written = f"{symbol}{of}/∂{by}"
    if node.layout != "numerator":
        written = f"[{written}]_den"
    if node.held:
        written += "|" + ", ".join(printer._print(state) for state in node.held)
    return written


@write_text.register
def _(node: VectorFunction, printer: Any) -> str:
    arguments = ", ".join(printer._print(argument) for argument in node.arguments)
    return f"{GREEK.get(node.label, node.label)}({arguments})"


@write_text.register
def _(node: Partial, printer: Any) -> str:
    function, position = node.args
    return f"∂{position + 1}{printer._print(function)}"


@write_text.register
def _(node: Tangent, printer: Any) -> str:
    return f"d{_operand(node.args[0], ATOM, printer)}"


@write_text.register
def _(node: Entry, printer: Any) -> str:
    matrix, row, col = node.args
    if (inner := traced(matrix)) is not None:
        return f"tr({printer._print(inner)})"
    if matrix.shape == (1, 1):
        return _operand(matrix, ATOM, printer)  # gᵀh is a number
    place = [row] if matrix.shape[1] == 1 else [row, col]
    return f"{_operand(matrix, ATOM, printer)}[{', '.join(map(printer._print, place))}]"


@write_text.register
def _(node: Norm, printer: Any) -> str:
    kind = {"any": "", "inf": "_∞"}.get(node.kind, f"_{node.kind}")
    return f"‖{printer._print(node.matrix)}‖{kind}"


@write_text.register
def _(node: Relation, printer: Any) -> str:
    return f"{printer._print(node.lhs)} {node.symbol} {printer._print(node.rhs)}"


@write_text.register
def _(node: Limit, printer: Any) -> str:
    variable = printer._print(node.variable)
    return f"{printer._print(node.lhs)} → {printer._print(node.rhs)} as {variable} → ∞"


@write_text.register
def _(node: ForAll, printer: Any) -> str:
    times = f"{printer._print(node.index)} ≥ {printer._print(node.since)}"
    return f"{printer._print(node.relation)} for all {times}"


@write_text.register
def _(node: Smooth, printer: Any) -> str:
    activation, matrix = node.args
    return f"{printer._print(activation)} is differentiable at {printer._print(matrix)}"
