"""The differential of an expression: one rule for each kind of node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Expr, S
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel.axioms.derivatives import _total
from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.dependence import definition
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS, SMOOTH
from symrnn.kernel.substitution import renamed, substitute
from symrnn.kernel.theorem import Theorem, _make
from symrnn.kernel.values import is_round, smooth
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixProduct,
    MatrixSum,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import NUMERATOR, D, Partial, TotalDerivative, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedSum
from symrnn.language.relations import Equation, Smooth
from symrnn.language.shapes import is_column
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Place, Rows, Vec
from symrnn.language.time import TimeVector
from symrnn.recurrence.definitions import Definitions


@schema
def differential(node: Any, cell: Definitions | None = None) -> Theorem:
    """One step of ∂e/∂x, by what e is at its root, where every part of e is differentiable.

    Sums: ∂(u + v) = ∂u + ∂v. Products: ∂(c A y) = c A ∂y + c (yᵀ ⊗ I) ∂vec A + A y ∂c.
    ∂f(a) = diag(f′(a)) ∂a. ∂(u ⊙ v) = diag(v) ∂u + diag(u) ∂v. ∂f(u, v) = ∂₁f ∂u + ∂₂f ∂v.
    ∂softmax(z) = (diag(y) - y yᵀ) ∂z with y = softmax(z), ∂logsumexp(z) = softmax(z)ᵀ ∂z,
    ∂vec(A⁻¹) = -(A⁻ᵀ ⊗ A⁻¹) ∂vec A, and ∂det A = det A vec(A⁻ᵀ)ᵀ ∂vec A where A has an inverse.
    Stacks, rows and sums over times term by term. ∂‖g‖ = gᵀ ∂g/‖g‖ where ‖g‖ > 0. Where a σ with
    kinks is applied as the recurrence applies it, from time 1 on, no more is assumed than of runs.
    """
    node = _total(node)
    right = MatrixSum(Zeros(*node.shape), *_terms(node.of, node))
    needs, about = set(), None
    for need in smooth(node.of):
        time = _applied(need, cell) if isinstance(need, Smooth) and cell is not None else None
        about = about if time is None else cell
        needs.add(need if time is None else Fact.nonnegative(time - 1))
    return _make(needs, Equation(node, right), about)


def _applied(need: Smooth, cell: Definitions) -> Expr | None:
    """The time at which the recurrence applies that function to that argument, if it does.

    What it applies it to may be written by its name or, of that very time, by its definition.
    """
    activation, argument = need.args
    applied = (own for value in cell.definitions.values() for own in value.atoms(Elementwise))
    of_it = [own.argument for own in applied if own.activation == activation]
    now = (each for each in of_it if isinstance(each, TimeVector) and each.index == cell.index)
    for own in (*of_it, *filter(None, (definition(cell, each) for each in now))):
        for vector in own.atoms(TimeVector):
            for met in argument.atoms(TimeVector):
                time = met.index - (vector.index - cell.index)
                if substitute(own, {cell.index: time}) == argument:
                    return sympy.expand(time)
    return None


def _terms(of: MatrixExpr, node: TotalDerivative) -> Iterator[MatrixExpr]:
    def moved(part: MatrixExpr) -> MatrixExpr:
        return D(part if is_column(part) else Vec(part), node.by, NUMERATOR, node.held)

    match of:
        case MatrixSum():
            yield from map(moved, of.args)
        case MatrixProduct():
            yield from _of_product(of, moved)
        case Elementwise():
            yield Diag(of.activation.prime(of.argument)) * moved(of.argument)
        case Hadamard():
            for place, factor in enumerate(of.args):
                rest = of.args[:place] + of.args[place + 1 :]
                yield MatrixProduct(*map(Diag, rest), moved(factor))
        case Block() if all(len(row) == 1 for row in of.args):
            yield Block(*([moved(row[0])] for row in of.args))
        case Rows() | Place() if is_column(of.args[0]):
            yield of.func(moved(of.args[0]), *of.args[1:])
        case OrderedSum():
            if of.index in node.free_symbols:
                of = renamed(of, sympy.Dummy(of.index.name, integer=True))
            yield OrderedSum(moved(of.body), *of.args[1:])
        case VectorFunction():
            for place, argument in enumerate(of.arguments):
                yield Partial(of, sympy.Integer(place)) * moved(argument)
        case Softmax():
            yield (Diag(of) - of * Transposed(of)) * moved(of.args[0])
        case LogSumExp():
            yield Transposed(Softmax(of.args[0])) * moved(of.args[0])
        case Determinant():
            row = Transposed(Vec(Transposed(Inverse(of.args[0]))))
            yield Entry(of, 1) * row * moved(of.args[0])
        case Vec():
            yield from _of_vec(of.args[0], moved)
        case _:
            raise inapplicable(of, "an expression with a differential rule")


def _of_product(of: MatrixProduct, moved: Any) -> Iterator[MatrixExpr]:
    *before, last = of.factors
    scale = of.coefficient
    if not before and isinstance(last, Identity):
        yield from _of_scalar(scale, moved)
        return
    product = MatrixProduct(*of.factors)
    yield MatrixProduct(scale, *before, moved(last))
    if before:
        factor = MatrixProduct(*before)
        spread = Kronecker(Transposed(last), Identity(factor.shape[0]))
        yield MatrixProduct(scale, spread, moved(Vec(factor)))
    yield product * moved(_number(scale))


def _number(scalar: Expr) -> MatrixExpr:
    return MatrixProduct(scalar, Identity(1))


def _of_vec(inside: MatrixExpr, moved: Any) -> Iterator[MatrixExpr]:
    match inside:
        case MatrixSum():
            yield from (moved(Vec(term)) for term in inside.args)
        case Elementwise():
            slope = inside.activation.prime(inside.argument)
            yield Diag(Vec(slope)) * moved(Vec(inside.argument))
        case Inverse():
            yield -Kronecker(Transposed(inside), inside) * moved(Vec(inside.args[0]))
        case Transposed() if is_column(inside.args[0]):
            yield moved(inside.args[0])
        case MatrixProduct():
            *before, last = inside.factors
            scale = inside.coefficient
            yield Vec(MatrixProduct(*inside.factors)) * moved(_number(scale))
            if not before:
                yield MatrixProduct(scale, moved(Vec(last)))
                return
            factor = MatrixProduct(*before)
            late = Kronecker(Identity(last.shape[1]), factor) * moved(Vec(last))
            early = Kronecker(Transposed(last), Identity(factor.shape[0])) * moved(Vec(factor))
            yield from (scale * late, scale * early)
        case _:
            raise inapplicable(inside, "a matrix with a differential rule")


def _of_scalar(scalar: Expr, moved: Any) -> Iterator[MatrixExpr]:
    match scalar:
        case sympy.Add():
            yield from (moved(_number(term)) for term in scalar.args)
        case sympy.Mul():
            for place, factor in enumerate(scalar.args):
                rest = sympy.Mul(*scalar.args[:place], *scalar.args[place + 1 :])
                yield rest * moved(_number(factor))
        case sympy.Pow() if not scalar.exp.has(MatrixExpr):
            rate = scalar.exp * scalar.base ** (scalar.exp - 1)
            yield rate * moved(_number(scalar.base))
        case sympy.log() if not scalar.args[0].has(*BINDERS):
            yield 1 / scalar.args[0] * moved(_number(scalar.args[0]))
        case Norm() if is_round(scalar):
            row = Transposed(Vec(scalar.matrix))
            yield MatrixProduct(1 / scalar, row, moved(Vec(scalar.matrix)))
        case Entry() if is_column(scalar.matrix):
            yield Rows(moved(scalar.matrix), scalar.args[1] - 1, S.One)
        case _ if isinstance(scalar, SMOOTH) and len(scalar.args) == 1:
            yield scalar.fdiff(1) * moved(_number(scalar.args[0]))
        case _:
            raise inapplicable(scalar, "a scalar with a differential rule")
