"""Nodes as NumPy source: diag(v) M is a broadcast, an ordered product a fold from the right.

Each `_print_X` is one line of the lowering table; SymPy's `lambdify` calls them.
"""

from __future__ import annotations

from itertools import chain, count
from typing import Any

import sympy
from sympy import Dummy, Expr, Lambda, Symbol
from sympy.matrices.expressions import MatrixExpr
from sympy.printing.numpy import NumPyPrinter

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Elementwise, Unknown, X
from symrnn.language.algebra import Identity, MatrixProduct, Ones, Zeros
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.ordered import LEFT, OrderedProduct
from symrnn.language.shapes import is_column, same_size
from symrnn.language.structure import Diag, Vec
from symrnn.language.time import TimeVector
from symrnn.numeric.parts import parts_of
from symrnn.numeric.stable import nodes
from symrnn.numeric.stable.plan import plan
from symrnn.numeric.stable.printing import ArrayRules

_NORMS = {"1": "1", "2": "2", "inf": "inf", "F": "'fro'", "max": "'max'"}


STABLE = (
    nodes.Choice,
    nodes.Damped,
    nodes.Decay,
    nodes.Erfc,
    nodes.FineDecay,
    nodes.Fold,
    nodes.Least,
    nodes.Multiple,
    nodes.Reciprocal,
    nodes.Series,
    nodes.Tail,
    nodes.Within,
)
"""A formula that holds one of these is long: it is printed once, as a function of its own."""


class Written(sympy.MatrixSymbol):  # type: ignore[misc]
    """A stand-in that prints as source already written."""


def _free(name: str, node: Any) -> str:
    """`name`, or the first of name_1, name_2, … that no quantity of an expression has."""
    taken = {parameter_name(each) for each in parts_of(node, sympy.MatrixSymbol, TimeVector)}
    taken |= {each.name for each in parts_of(node, Symbol)}
    options = chain([name], (f"{name}_{number}" for number in count(1)))
    return next(each for each in options if each not in taken)


def parameter_name(node: MatrixExpr) -> str:
    """A Python identifier for a parameter or sequence."""
    label = node.label if isinstance(node, TimeVector) else node.name
    return str(label).replace("{", "").replace("}", "")


def slope_name(order: int) -> str:
    """`sigma`, `sigma_prime`, … for a function of which only the name is known."""
    return "sigma" + "_prime" * order


def derivative_name(node: Any) -> str | None:
    """`dL_ds` for an immediate derivative between vectors of one time; None otherwise."""
    of, by = node.of, node.by
    both = isinstance(of, TimeVector) and isinstance(by, TimeVector)
    if isinstance(node, ImmediateDerivative) and both and of.index == by.index:
        return f"d{of.label}_d{by.label}"
    return None


class KernelPrinter(ArrayRules, NumPyPrinter):  # type: ignore[misc]
    """SymPy's NumPy printer, taught the language."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True})
        self.helpers: dict[Activation, str] = {}
        """Functions that the source calls by name: their definitions stand beside it."""
        self.scales = False
        """Whether a factor of a matrix is being written."""
        self._last: tuple[Any, str] | None = None

    def doprint(self, expr: Any, assign_to: Any = None) -> str:
        """As SymPy's. `lambdify` asks once more for what was printed last: it is kept."""
        if assign_to is not None:
            return str(super().doprint(expr, assign_to))
        if self._last is None or self._last[0] is not expr:
            self._last = (expr, str(super().doprint(expr)))
        return self._last[1]

    # Leaves ---------------------------------------------------------------

    def _print_TimeVector(self, node: TimeVector) -> str:
        return f"{parameter_name(node)}[{self._print(node.index)}]"

    def _print_Parameter(self, node: Any) -> str:
        return parameter_name(node)

    def _print_Written(self, node: Any) -> str:
        return str(node.name)

    def _print_Identity(self, node: Identity) -> str:
        return f"eye({self._print(node.shape[0])}, dtype=dtype)"

    def _print_Zeros(self, node: Zeros) -> str:
        return self._filled("zeros", node)

    def _print_Ones(self, node: Ones) -> str:
        return self._filled("ones", node)

    def _filled(self, name: str, node: MatrixExpr) -> str:
        rows, cols = (self._print(size) for size in node.shape)
        return f"{name}(({rows}, {cols}), dtype=dtype)"

    # Algebra --------------------------------------------------------------

    def _print_MatrixSum(self, node: Any) -> str:
        return "(" + " + ".join(self._print(term) for term in node.args) + ")"

    def _print_MatrixProduct(self, node: MatrixProduct) -> str:
        first, last = node.factors[0], node.factors[-1]
        is_row = same_size(first.shape[0], 1) and not same_size(first.shape[1], 1)
        if is_row and len(node.factors) > 1 and not is_column(last):
            # A row times matrices: the cheap side is the left, so run the transpose.
            return f"{self._print(transpose(node))}.mT"
        source = self._associated(node.factors)
        if node.coefficient == 1:
            return source
        return f"({self._scaled(node.coefficient)} * {source})"

    def _associated(self, factors: tuple[MatrixExpr, ...]) -> str:
        """The product from the right, in two halves where a column meets a row."""
        for place in range(1, len(factors)):
            if same_size(factors[place].shape[0], 1):
                left, right = self._associated(factors[:place]), self._associated(factors[place:])
                return f"({left} @ {right})"
        *before, last = factors
        if before and isinstance(last, Diag) and not isinstance(before[-1], Diag):
            # W diag(v): column l of W times v_l.
            source = f"({self._print(before.pop())} * {self._print(last.args[0])}.mT)"
        else:
            source = str(self._print(last))
        for factor in reversed(before):
            source = self._applied(factor, source)
        return source

    def _scaled(self, coefficient: Expr) -> str:
        """A factor of a matrix: what is a number for each batch scales all entries of its own."""
        within, self.scales = self.scales, True
        written = f"({self._print(coefficient)})"
        self.scales = within
        return written

    def _number(self, source: str) -> str:
        """A number read off a matrix: it has the axes of the batch, beside matrices two more."""
        return f"asarray({source})[..., None, None]" if self.scales else source

    def _applied(self, factor: MatrixExpr, right: str) -> str:
        """Source of `factor @ right`."""
        if isinstance(factor, Diag):
            return f"({self._print(factor.args[0])} * {right})"
        if isinstance(factor, OrderedProduct):
            return self._fold(factor, right)
        return f"({self._print(factor)} @ {right})"

    def _fold(self, node: OrderedProduct, start: str) -> str:
        lower, upper = self._print(node.lower), self._print(sympy.expand(node.upper + 1))
        times = f"range({lower}, {upper})"
        if node.latest != LEFT:
            times = f"reversed({times})"
        name = _free("P", node)
        carried = Written(name, *node.shape)
        applied = MatrixProduct(node.body, carried)
        # A factor 0 forgets what it is applied to, and with it how many columns that has.
        body = self._print(applied) if applied.has(carried) else f"(0 * {name})"
        return f"fold(lambda {name}, {self._print(node.index)}: {body}, {times}, {start})"

    def _print_OrderedProduct(self, node: OrderedProduct) -> str:
        return self._fold(node, self._print(Identity(node.shape[0])))

    def _print_OrderedSum(self, node: Any) -> str:
        lower, upper = self._print(node.lower), self._print(sympy.expand(node.upper + 1))
        term = f"lambda {self._print(node.index)}: {self._print(node.body)}"
        return f"total({term}, range({lower}, {upper}), {self._print(Zeros(*node.shape))})"

    def _print_Transposed(self, node: Any) -> str:
        return f"{self._print(node.args[0])}.mT"

    def _print_Hadamard(self, node: Any) -> str:
        return "(" + " * ".join(self._print(factor) for factor in node.args) + ")"

    # Structure ------------------------------------------------------------

    def _call(self, name: str, *parts: Any) -> str:
        return f"{name}({', '.join(self._print(part) for part in parts)})"

    def _print_Diag(self, node: Any) -> str:
        return self._call("diag", *node.args)

    def _print_DiagonalOf(self, node: Any) -> str:
        return self._call("diagonal", *node.args)

    def _print_Softmax(self, node: Any) -> str:
        return self._call("softmax", *node.args)

    def _print_LogSumExp(self, node: Any) -> str:
        return self._call("logsumexp", *node.args)

    def _print_Determinant(self, node: Any) -> str:
        return self._call("determinant", *node.args)

    def _print_Inverse(self, node: Any) -> str:
        return self._call("inverse", *node.args)

    def _print_Kronecker(self, node: Any) -> str:
        return self._call("kron", *node.args)

    def _print_Vec(self, node: Any) -> str:
        return self._call("vec", *node.args)

    def _print_Unvec(self, node: Any) -> str:
        return self._call("unvec", *node.args)

    def _print_Place(self, node: Any) -> str:
        return self._call("place", *node.args)

    def _print_Rows(self, node: Any) -> str:
        matrix, start, count = node.args
        stop = sympy.expand(start + count)
        return f"{self._print(matrix)}[..., {self._print(start)}:{self._print(stop)}, :]"

    def _print_Block(self, node: Any) -> str:
        rows = ["[" + ", ".join(self._print(block) for block in row) + "]" for row in node.args]
        return f"block([{', '.join(rows)}])"

    # Functions ------------------------------------------------------------

    def _print_Elementwise(self, node: Elementwise) -> str:
        argument = self._print(node.argument)
        if node.activation.is_unknown:
            return f"{slope_name(node.activation.order)}({argument})"
        body = formula_at(node.activation, argument)
        if not body.has(*STABLE) or len(node.activation.function.expr.free_symbols) > 1:
            return f"({self._print(body)})"
        if node.activation not in self.helpers:
            self.helpers[node.activation] = self._helper_name(node.activation)
        return f"{self.helpers[node.activation]}({argument})"

    def _helper_name(self, activation: Activation) -> str:
        """`tanh_prime`; `f_prime` where the name is no identifier, numbered where it is taken."""
        spelled = activation.name.isascii() and activation.name.isidentifier()
        name = (activation.name if spelled else "f") + "_prime" * activation.order
        taken, number = set(self.helpers.values()), 1
        while (candidate := name if number == 1 else f"{name}_{number}") in taken:
            number += 1
        return candidate

    def _print_VectorFunction(self, node: Any) -> str:
        return self._call(node.label, *node.arguments)

    def _print_Unknown(self, node: Unknown) -> str:
        return f"{slope_name(node.order)}({self._print(node.args[2])})"

    def _print_Product(self, node: Any) -> str:
        (index, lower, upper), *_ = node.limits
        start, stop = self._print(lower), self._print(sympy.expand(upper + 1))
        body = self._print(node.function)
        return f"prod([{body} for {self._print(index)} in range({start}, {stop})], axis=0)"

    def _print_Entry(self, node: Any) -> str:
        matrix, row, col = node.args
        place = f"{self._print(row - 1)}, {self._print(col - 1)}"
        return self._number(f"{self._print(matrix)}[..., {place}]")

    def _print_log(self, node: Any) -> str:
        # log(1 + exp(u)) without overflow
        rest = node.args[0] - 1
        if isinstance(rest, sympy.exp):
            return f"log1p_exp({self._print(rest.args[0])})"
        return f"log({self._print(node.args[0])})"

    def _print_erf(self, node: Any) -> str:
        return f"erf({self._print(node.args[0])})"

    def _print_Norm(self, node: Any) -> str:
        if node.kind not in _NORMS:
            raise NotSupportedError(
                "a norm that is not chosen has no value",
                {"expected": f"a kind out of {', '.join(_NORMS)}", "got": str(node)},
            )
        return self._number(f"norm({self._print(node.matrix)}, {_NORMS[node.kind]})")

    def _print_Max(self, node: Any) -> str:
        return self._nested("maximum", node)

    def _print_Min(self, node: Any) -> str:
        return self._nested("minimum", node)

    def _nested(self, name: str, node: Any) -> str:
        first, *rest = (str(self._print(arg)) for arg in node.args)
        for other in rest:
            first = f"{name}({first}, {other})"
        return first

    # Derivatives that are given -------------------------------------------

    def _print_ImmediateDerivative(self, node: ImmediateDerivative) -> str:
        name = derivative_name(node)
        return f"{name}[{self._print(node.of.index)}]" if name else self._given("immediate", node)

    def _print_TotalDerivative(self, node: TotalDerivative) -> str:
        return self._given("derivative", node)

    def _given(self, name: str, node: Any) -> str:
        parts = [self._reference(node.of), self._reference(node.by)]
        held = [self._reference(state) for state in node.held]
        if held:
            parts.append(f"held={held[0]}" if len(held) == 1 else f"held=({', '.join(held)})")
        source = f"{name}({', '.join(parts)})"
        return source if node.layout == "numerator" else f"{source}.mT"

    def _reference(self, node: MatrixExpr) -> str:
        if isinstance(node, Vec):
            return f"('vec', {parameter_name(node.args[0])!r})"
        if isinstance(node, TimeVector):
            return f"({parameter_name(node)!r}, {self._print(node.index)})"
        if isinstance(node, sympy.MatrixSymbol):
            return f"({parameter_name(node)!r},)"
        return f"({str(node)!r},)"


def formula_at(activation: Activation, source: str) -> Expr:
    """The activation's formula in its numerically stable form, at an argument already printed."""
    (variable,) = activation.function.variables
    return stable(activation.function.expr).xreplace({variable: Source(source, real=True)})


def formula_of(formula: Lambda, source: str) -> str:
    """A function of one variable as NumPy source, at an argument already printed."""
    (variable,) = formula.variables
    body = stable(formula.expr).xreplace({variable: Source(source, real=True)})
    return str(KernelPrinter().doprint(body))


class Source(sympy.Symbol):  # type: ignore[misc]
    """An argument that is source already."""

    def _numpycode(self, printer: Any) -> str:
        return str(self.name)


def stable(formula: Expr) -> Expr:
    """The formula of one variable as `stable.plan` chooses it; with parameters besides, see below.

    A formula with parameters is only rewritten: fractions over 1 + e^u by tanh, so that nothing
    overflows. Its digits are not measured.
    """
    symbols = formula.free_symbols
    if not symbols:
        return formula
    if len(symbols) > 1:
        return _by_tanh(formula)
    (variable,) = symbols
    return plan(formula.xreplace({variable: X})).form.xreplace({X: variable})


def _by_tanh(formula: Expr) -> Expr:
    """With exp(u) in fractions over 1 + exp(u) rewritten by tanh.

    With ℓ = 1/(1 + exp(u)) = (1 - tanh(u/2))/2 we have exp(u) = (1 - ℓ)/ℓ.
    """
    for power in formula.atoms(sympy.exp):
        fractions = formula.find(lambda node: node.is_Pow and node.base == 1 + power)  # noqa: B023
        if fractions:
            logistic, rest = Dummy("l"), Dummy("e")
            inner = formula.xreplace({power: rest}).subs(rest, (1 - logistic) / logistic)
            polynomial = sympy.cancel(sympy.together(inner))
            half = (1 - sympy.tanh(power.args[0] / 2)) / 2
            formula = sympy.expand(polynomial.subs(logistic, half))
    return formula
