"""The LaTeX form of every node."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixSymbol, Symbol

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
from symrnn.language.notation import with_index
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum
from symrnn.language.precedence import (
    ATOM,
    ENTRYWISE,
    POSTFIX,
    PRODUCT,
    SUM,
    entrywise_powers,
    needs_parentheses,
    precedence,
    reaches_on,
    shown_by_formula,
)
from symrnn.language.shapes import is_column
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
from symrnn.language.told import Part, around, columns_of, rows_of, sized
from symrnn.language.writing import NotationPrinter, StandIn, notation_of, write_latex

FUNCTION_NAMES = {
    "tanh": r"\tanh",
    "sin": r"\sin",
    "arctan": r"\arctan",
    "logistic": r"\operatorname{logistic}",
    "softplus": r"\operatorname{softplus}",
    "clip": r"\operatorname{clip}",
    "relu": r"\operatorname{ReLU}",
    "silu": r"\operatorname{SiLU}",
    "gelu": r"\operatorname{GELU}",
    "leaky_relu": r"\operatorname{LeakyReLU}",
    "elu": r"\operatorname{ELU}",
    "selu": r"\operatorname{SELU}",
    "softsign": r"\operatorname{softsign}",
    "hard_tanh": r"\operatorname{hardtanh}",
}


def _bracket(written: str) -> str:
    return rf"\left({written}\right)"


def _operand(node: Any, outer: int, printer: Any, *, last: bool = True) -> str:
    written = printer._print(node)
    return _bracket(written) if needs_parentheses(node, outer, last=last) else str(written)


def _name(label: str, printer: Any) -> str:
    """The name of a function."""
    if label in FUNCTION_NAMES:
        return FUNCTION_NAMES[label]
    written = str(printer._print(Symbol(label)))
    # A word is set upright: in italics it is a product of letters.
    return rf"\operatorname{{{label}}}" if written == label and len(label) > 1 else written


def _sequence(node: TimeVector, printer: Any, *, entry: bool = False) -> str:
    """The letter of a sequence, which is no scalar of that name, in the font of what it holds."""
    if not isinstance(printer, NotationPrinter):
        return str(printer._print(Symbol(node.label)))
    if entry:
        return printer.unstyled(node.label)
    return printer.quantity(node.label, number=node.shape == (1, 1))


@write_latex.register
def _(node: TimeVector, printer: Any) -> str:
    return with_index(_sequence(node, printer), printer._print(node.index))


@write_latex.register
def _(node: Identity, printer: Any) -> str:
    return "1" if node.args[0] == 1 else "I"


@write_latex.register
def _(node: Zeros, printer: Any) -> str:
    return "0"


@write_latex.register
def _(node: Ones, printer: Any) -> str:
    rows, cols = node.shape
    column, row = r"\mathbf{1}", r"\mathbf{1}^{\mathsf{T}}"
    if cols == 1:
        return "1" if rows == 1 else column
    return row if rows == 1 else rf"{column} \, {row}"


@write_latex.register
def _(node: Transposed, printer: Any) -> str:
    if part := columns_of(node):
        return _part(part, printer)
    inner = node.args[0]
    written = printer._print(inner)
    # Diagonals and brackets close themselves; a fraction ∂y/∂x does not, nor does W^{(1)}.
    raised = "^" in written and isinstance(inner, MatrixSymbol | TimeVector)
    fraction = isinstance(inner, TotalDerivative | ImmediateDerivative)
    if precedence(inner) < ATOM or fraction or raised:
        written = _bracket(written)
    return rf"{written}^{{\mathsf{{T}}}}"


@write_latex.register
def _(node: Inverse, printer: Any) -> str:
    inner = node.args[0]
    written = printer._print(inner)
    return f"{_bracket(written) if precedence(inner) < ATOM else written}^{{-1}}"


@write_latex.register
def _(node: MatrixSum, printer: Any) -> str:
    parts: list[str] = []
    for position, term in enumerate(node.args):
        negative = isinstance(term, MatrixProduct) and term.coefficient.could_extract_minus_sign()
        shown = MatrixProduct(-1, term) if negative and parts else term
        last = position == len(node.args) - 1
        outer = PRODUCT if negative and isinstance(shown, Elementwise | MatrixSum) else SUM
        written = _operand(shown, outer, printer, last=last)
        joiner = "" if not parts else (" - " if negative else " + ")
        parts.append(joiner + written)
    return "".join(parts)


@write_latex.register
def _(node: MatrixProduct, printer: Any) -> str:
    factors = node.factors
    parts = []
    for position, factor in enumerate(factors):
        last = position == len(factors) - 1
        parts.append(_operand(factor, PRODUCT, printer, last=last))
    product = r" \, ".join(parts)
    coefficient = node.coefficient
    if coefficient == 1:
        return product
    if coefficient == -1:
        return f"-{product}"
    written = printer._print(coefficient)
    if reaches_on(coefficient):
        written = _bracket(written)
    return rf"{written} \, {product}"


@write_latex.register
def _(node: Hadamard, printer: Any) -> str:
    return r" \odot ".join(_operand(factor, ENTRYWISE, printer) for factor in node.args)


@write_latex.register
def _(node: Kronecker, printer: Any) -> str:
    return r" \otimes ".join(_operand(factor, ENTRYWISE, printer) for factor in node.args)


CALLED = {
    Diag: r"\operatorname{diag}",
    DiagonalOf: r"\operatorname{diagonal}",
    Vec: r"\operatorname{vec}",
    Softmax: r"\operatorname{softmax}",
    LogSumExp: r"\operatorname{logsumexp}",
    Determinant: r"\det",
}
"""Functions of a matrix that are written as such."""


def _called(node: Any, printer: Any) -> str:
    return rf"{CALLED[type(node)]}\left({printer._print(node.args[0])}\right)"


for _kind in CALLED:
    write_latex.register(_kind, _called)


@write_latex.register
def _(node: Unvec, printer: Any) -> str:
    vector, rows, cols = (printer._print(arg) for arg in node.args)
    return rf"\operatorname{{vec}}^{{-1}}_{{{rows} \times {cols}}}\left({vector}\right)"


@write_latex.register
def _(node: Block, printer: Any) -> str:
    said = sized(node)
    rows = [
        " & ".join(_block(block, (i, k) in said, printer) for k, block in enumerate(row))
        for i, row in enumerate(node.args)
    ]
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"


def _block(block: Any, with_size: bool, printer: Any) -> str:
    written = str(printer._print(block))
    if not with_size:
        return written
    rows, cols = map(printer._print, block.shape)
    return rf"{written}_{{{rows} \times {cols}}}"


@write_latex.register
def _(node: Rows, printer: Any) -> str:
    return _part(rows_of(node), printer)


def _part(part: Part, printer: Any) -> str:
    matrix, spans = part
    places = [":" if each is None else " : ".join(map(printer._print, each)) for each in spans]
    return rf"{_operand(matrix, ATOM, printer)}_{{[{', '.join(places)}]}}"


@write_latex.register
def _(node: Place, printer: Any) -> str:
    above, below = around(node)
    both = above is not None and below is not None
    parts = [_block(zeros, both, printer) for zeros in (above, below) if zeros is not None]
    parts.insert(0 if above is None else 1, printer._print(node.args[0]))
    return r"\begin{bmatrix} " + r" \\ ".join(parts) + r" \end{bmatrix}"


@write_latex.register
def _(node: Unknown, printer: Any) -> str:
    name, order, x = node.args
    return rf"{_name(str(name), printer)}{_primes(int(order))}\left({printer._print(x)}\right)"


def _primes(order: int) -> str:
    return "'" * order if order <= 3 else f"^{{({order})}}"


@write_latex.register
def _(node: Activation, printer: Any) -> str:
    return _name(node.name, printer) + _primes(node.order)


@write_latex.register
def _(node: Elementwise, printer: Any) -> str:
    function, argument = node.activation, node.argument
    written = printer._print(argument)
    if (powers := entrywise_powers(node)) is not None:
        base = _bracket(written) if precedence(argument) < ATOM or "^" in written else written
        number, exponent = map(printer._print, powers)
        factor = "" if powers[0] == 1 else f"{number} \\, "
        return rf"{factor}{base}^{{\odot {exponent}}}"
    if not shown_by_formula(node):
        return rf"{_name(function.name, printer)}{_primes(function.order)}\left({written}\right)"
    # A known derivative is shown by its formula: 1 - tanh²(a_j).
    alone = precedence(argument) == ATOM and "^" not in written
    bracketed = written if alone else _bracket(written)
    logistic = rf"{FUNCTION_NAMES['logistic']}\left({written}\right)"
    stand_ins = {X: StandIn(bracketed, written), LOGISTIC: StandIn(logistic, logistic)}

    def formula(part: Expr) -> str:
        return str(printer._print(part.xreplace(stand_ins)))

    expression = function.function.expr
    form = expression if getattr(printer, "plain", False) else shown(expression)
    if not isinstance(form, tuple):
        return formula(form)
    one = indicated(form)
    if one is not None:
        return rf"1\left[{condition(one, bracketed, printer._print)}\right]"
    cases = r" \\ ".join(
        f"{formula(case.formula)} & {condition(case, bracketed, printer._print)}" for case in form
    )
    return rf"\begin{{cases}} {cases} \end{{cases}}"


@write_latex.register
def _(node: OrderedProduct, printer: Any) -> str:
    # The arrow of plain LaTeX, over an operator that keeps its limits above and below.
    sign = r"\prod" if node.latest == LEFT else r"\mathop{\overset{\to}{\prod}}"
    return _ranged(sign, node, printer, PRODUCT)


@write_latex.register
def _(node: OrderedSum, printer: Any) -> str:
    return _ranged(r"\sum", node, printer, PRODUCT)


def _ranged(sign: str, node: Any, printer: Any, outer: int) -> str:
    index, lower, upper = (printer._print(part) for part in (node.index, node.lower, node.upper))
    body = _operand(node.body, outer, printer)
    if isinstance(node, OrderedProduct) and precedence(node.body) == PRODUCT:
        body = _bracket(body)
    return rf"{sign}_{{{index}={lower}}}^{{{upper}}} {body}"


def _fraction(symbol: str, node: Any, printer: Any) -> str:
    of = _operand(node.of, ATOM, printer)
    by = _operand(node.by, ATOM, printer)
    written = rf"\frac{{{symbol} {of}}}{{\partial {by}}}"
    columns = is_column(node.of) and is_column(node.by)
    if columns and node.layout != notation_of(printer).layout:
        written = rf"\left[{written}\right]_{{\mathrm{{{node.layout[:3]}}}}}"
    if node.held:
        held = ", ".join(printer._print(state) for state in node.held)
        written = rf"\left.{written}\right|_{{{held}}}"
    return written


@write_latex.register
def _(node: TotalDerivative, printer: Any) -> str:
    return _fraction(r"\partial", node, printer)


@write_latex.register
def _(node: ImmediateDerivative, printer: Any) -> str:
    return _fraction(r"\partial^{+}", node, printer)


@write_latex.register
def _(node: VectorFunction, printer: Any) -> str:
    arguments = ", ".join(printer._print(argument) for argument in node.arguments)
    return rf"{_name(node.label, printer)}\left({arguments}\right)"


@write_latex.register
def _(node: Partial, printer: Any) -> str:
    function, position = node.args
    return rf"\partial_{{{position + 1}}} {printer._print(function)}"


@write_latex.register
def _(node: Tangent, printer: Any) -> str:
    return rf"\mathrm{{d}} {_operand(node.args[0], POSTFIX, printer)}"


@write_latex.register
def _(node: Entry, printer: Any) -> str:
    matrix, row, col = node.args
    if (inner := traced(matrix)) is not None:
        return rf"\operatorname{{tr}}\left({printer._print(inner)}\right)"
    place = [row] if matrix.shape[1] == 1 else [row, col]
    if isinstance(matrix, TimeVector):
        place.insert(0, matrix.index)
        written = _sequence(matrix, printer, entry=True)
        return with_index(written, ", ".join(map(printer._print, place)))
    written = _operand(matrix, POSTFIX, printer)
    if matrix.shape == (1, 1):
        return written  # gᵀh is a number
    if isinstance(matrix, MatrixSymbol) and ("_" in written or "^" in written):
        written = _bracket(written)
    return rf"{written}_{{{', '.join(map(printer._print, place))}}}"


@write_latex.register
def _(node: Norm, printer: Any) -> str:
    kind = node.facts.latex
    subscript = f"_{{{kind}}}" if kind else ""
    return rf"\left\lVert {printer._print(node.matrix)} \right\rVert{subscript}"
