"""A recurrence as the text of a cell, which reads back as the same definitions; its letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, singledispatch
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.entrywise import ENTRYWISE, entrywise
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import FORMULAS, POWER, Elementwise, X
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Softmax,
    Transposed,
    split_coefficient,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.notation import LECTURE
from symrnn.language.structure import Block, Hadamard, traced
from symrnn.language.time import TimeVector
from symrnn.language.writing import NotationPrinter
from symrnn.recurrence.recurrence import Recurrence

LARGEST_POWER = 16
"""A power of a scalar is written out as a product."""


def written(recurrence: Recurrence) -> str:
    """The definitions, one a line; a loss, which a cell's text can not say, as a comment.

    Raises:
        NotSupportedError: for what has no form in the text of a cell.
    """
    now = recurrence.index
    return "\n".join(
        f"# {of} = {value}"
        if of.sequence in recurrence.outputs
        else f"{of.label} = {_write(value, now)}"
        for of, value in recurrence.definitions.items()
    )


@singledispatch
def _write(node: Any, now: Symbol) -> str:
    kind = type(node).__name__
    raise NotSupportedError(f"{kind} has no form in the text of a cell", {"node": str(node)})


@_write.register
def _(node: Parameter, now: Symbol) -> str:
    return str(node.name)


@_write.register
def _(node: TimeVector, now: Symbol) -> str:
    steps = sympy.expand(now - node.index)
    if steps not in (0, 1):
        raise NotSupportedError(f"{node} is {steps} steps back", {"expected": "at most one"})
    return node.label + "'" * int(steps)


@_write.register
def _(node: Identity, now: Symbol) -> str:
    return "I"


@_write.register
def _(node: Elementwise, now: Symbol) -> str:
    if node.activation.name == POWER and not node.activation.order:
        exponent = int(node.activation.function.expr.as_base_exp()[1])
        return f"{_operand(node.argument, now)}^{exponent}"
    if node.activation.order:
        raise NotSupportedError(f"{node.activation}: a slope has no form in the text of a cell")
    return f"{node.activation.name}({_write(node.argument, now)})"


@_write.register
def _(node: Softmax, now: Symbol) -> str:
    return f"softmax({_write(node.args[0], now)})"


@_write.register
def _(node: Inverse, now: Symbol) -> str:
    return f"{_operand(node.args[0], now)}^-1"


@_write.register
def _(node: Transposed, now: Symbol) -> str:
    return f"{_operand(node.args[0], now)}^T"


@_write.register
def _(node: Block, now: Symbol) -> str:
    if any(len(row) != 1 for row in node.args):
        raise NotSupportedError("blocks beside each other have no form in the text of a cell")
    return "[" + "; ".join(_write(row[0], now) for row in node.args) + "]"


@_write.register
def _(node: Hadamard, now: Symbol) -> str:
    return " * ".join(_operand(factor, now) for factor in node.args)


@_write.register
def _(node: MatrixProduct, now: Symbol) -> str:
    if node.factors == (Ones(1, 1),):
        return _scalar(node.coefficient, now)
    factors = " ".join(_operand(factor, now) for factor in node.factors)
    if node.coefficient == 1:
        return factors
    if _is_negative(node.coefficient):
        return f"-{_subtracted(MatrixProduct(-node.coefficient, *node.factors), now)}"
    return f"{_factor(node.coefficient, now)} {factors}"


@_write.register
def _(node: MatrixSum, now: Symbol) -> str:
    parts: list[str] = []
    for term in node.args:
        coefficient, core = split_coefficient(term)
        minus = bool(parts) and _is_negative(coefficient)
        if minus:
            parts.append(f" - {_subtracted(MatrixProduct(-coefficient, core), now)}")
        else:
            parts.append((" + " if parts else "") + _term(term, now))
    return "".join(parts)


def _term(node: MatrixExpr, now: Symbol) -> str:
    """A term of a sum; a multiple of ones is the scalar itself, added to each entry."""
    coefficient, core = split_coefficient(node)
    return _factor(coefficient, now) if isinstance(core, Ones) else _write(node, now)


def _subtracted(node: MatrixExpr, now: Symbol) -> str:
    """What stands behind a minus sign: a sum in parentheses."""
    return f"({_write(node, now)})" if isinstance(node, MatrixSum) else _term(node, now)


def _operand(node: MatrixExpr, now: Symbol) -> str:
    """An operand of a product or a transpose: in parentheses unless it is one word."""
    raised = isinstance(node, Elementwise) and node.activation.name == POWER
    compound = raised or isinstance(node, MatrixSum | MatrixProduct | Hadamard | Inverse)
    return f"({_write(node, now)})" if compound else _write(node, now)


# ── scalars ─────────────────────────────────────────────────────────────────────────────────────


def _factor(scalar: Expr, now: Symbol) -> str:
    """A scalar as a factor or a term."""
    written = _scalar(scalar, now)
    called = isinstance(scalar, Entry | Norm) or _mean(scalar, now) is not None
    plain = scalar.is_Symbol or scalar.is_Function or (scalar.is_Integer and scalar >= 0)
    return written if plain or called else f"({written})"


def _is_negative(scalar: Expr) -> bool:
    """Whether a minus sign stands in front: of a number or a product, not of a sum."""
    return not scalar.is_Add and bool(scalar.could_extract_minus_sign())


def _scalar(scalar: Expr, now: Symbol) -> str:
    if scalar.is_Symbol:
        return str(scalar.name)
    if scalar.is_Rational:
        return str(scalar)
    if isinstance(scalar, Entry | Norm):
        return _of_whole(scalar, now)
    for name, formula in _functions().items():
        for inner in sympy.preorder_traversal(scalar):
            if _is_scalar(inner) and formula.xreplace({X: inner}) == scalar != inner:
                return f"{name}({_scalar(inner, now)})"
    if scalar.is_Add:
        # What is added first: 1 - alpha, not -alpha + 1.
        first, *rest = sorted(scalar.args, key=_is_negative)
        return _factor(first, now) + "".join(
            f" - {_factor(-term, now)}" if _is_negative(term) else f" + {_factor(term, now)}"
            for term in rest
        )
    mean = _mean(scalar, now)
    if mean is not None:
        found, rest = mean
        return found if rest == 1 else f"{_factor(rest, now)} * {found}"
    if scalar.is_Mul:
        return " * ".join(_factor(factor, now) for factor in scalar.args)
    if scalar.is_Pow and scalar.exp.is_Rational and scalar.exp.q <= 2:
        # A half is a root.
        times, root = abs(int(scalar.exp.p)), scalar.exp.q == 2
        if times <= LARGEST_POWER:
            base = f"sqrt({_scalar(scalar.base, now)})" if root else _factor(scalar.base, now)
            repeated = " * ".join([base] * times)
            return repeated if scalar.exp > 0 else f"1 / ({repeated})"
    raise NotSupportedError(f"{scalar} has no form in the text of a cell")


@cache
def _functions() -> Mapping[str, Expr]:
    """Functions of a number, by name, as expressions in `X`."""
    return {**FORMULAS, **{name: entrywise(name).at(X) for name in sorted(ENTRYWISE)}}


def _is_scalar(node: Any) -> bool:
    """Whether it is a scalar that is no number."""
    return isinstance(node, Expr) and not isinstance(node, MatrixExpr) and node.has(Symbol)


def _of_whole(scalar: Entry | Norm, now: Symbol) -> str:
    """A scalar of a whole vector or matrix."""
    if isinstance(scalar, Norm) and scalar.kind == "2" and scalar.matrix.shape[1] == 1:
        return f"norm({_write(scalar.matrix, now)})"
    matrix = scalar.matrix
    if isinstance(scalar, Entry) and matrix.shape == (1, 1):
        if isinstance(matrix, LogSumExp):
            return f"logsumexp({_write(matrix.args[0], now)})"
        if isinstance(matrix, Determinant):
            return f"det({_write(matrix.args[0], now)})"
        if (whole := traced(matrix)) is not None:
            return f"trace({_write(whole, now)})"
        if isinstance(matrix, MatrixProduct) and isinstance(matrix.factors[0], Ones):
            return f"sum({_write(MatrixProduct(*matrix.factors[1:]), now)})"
        if isinstance(matrix, MatrixProduct):
            return f"({_write(matrix, now)})"
    raise NotSupportedError(f"{scalar} has no form in the text of a cell")


def _mean(scalar: Expr, now: Symbol) -> tuple[str, Expr] | None:
    """A sum of entries over their number as a mean, and what else is multiplied; or None."""
    for factor in scalar.args if scalar.is_Mul else ():
        if isinstance(factor, Entry) and (summed := _of_whole(factor, now)).startswith("sum("):
            rest = scalar / factor * factor.matrix.factors[0].shape[1]
            if not {*rest.free_symbols} & {*factor.matrix.factors[0].shape[1].free_symbols}:
                return summed.replace("sum", "mean", 1), rest
    return None


FIXED = {"I": "the identity", r"\mathbf{1}": "the column of ones"}
"""What the printer writes itself."""


def letters_by_name(
    owner: str, names: Iterable[str], given: Mapping[str, str], sizes: Iterable[str] = ()
) -> dict[str, str]:
    """LaTeX of some names, and of those that are given a letter.

    Args:
        owner: whose names they are.
        names: of vectors, parameters and scalars.
        given: letters by name.
        sizes: what else is written as it is called.

    Raises:
        IllFormedError: one letter for two.
    """
    plain = NotationPrinter(LECTURE)
    own = {name: given.get(name) or plain.name(name) for name in sorted({*names, *given})}
    owners = {**FIXED, **{size: size for size in sizes if size not in own}}
    for name, letter in own.items():
        other = owners.setdefault(letter, name)
        if other != name:
            raise IllFormedError(
                f"{owner}: {other} and {name} have one letter",
                {"expected": f"another letter for {name}", "got": letter},
            )
    return own
