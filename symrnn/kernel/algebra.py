"""Equality of matrices, decided: both sides as sums of words, a word being a product of atoms.

Products are distributed over sums, transposes pushed inward, constant factors pulled out of sums
over time and everything else into them; diag, vec, ⊗ and ⊙ are linear; diagonal matrices commute.
Bound indices have names that no other symbol has. Two sides are equal where, word by word, the
scalars in front are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, singledispatch
from itertools import pairwise, takewhile
from itertools import product as choices
from typing import Any

import sympy
from sympy import Expr, S, Symbol
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import scalars
from symrnn.kernel.binders import bound
from symrnn.kernel.nodes import is_made_of_known
from symrnn.kernel.substitution import rebuilt, renamed
from symrnn.language import shapes
from symrnn.language.activations import Activation
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
    as_matrix,
    split_coefficient,
)
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.ordered import OrderedProduct, OrderedSum
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

Word = tuple[MatrixExpr, ...]
Terms = dict[Word, Expr]


def equal(left: Any, right: Any) -> bool:
    """Whether two terms are equal, as matrices or as scalars, wherever both have a value."""
    if not (is_made_of_known(left) and is_made_of_known(right)):
        return False
    if isinstance(left, MatrixExpr) != isinstance(right, MatrixExpr):
        return False
    if not isinstance(left, MatrixExpr):
        return scalars.equal(left, right, _normal)
    if not shapes.same_shape(left.shape, right.shape):
        return False
    gap = _plus((_terms(left), _scaled(_terms(right), S.NegativeOne)))
    return all(scalars.equal(scalar, S.Zero, _normal) for scalar in gap.values())


@lru_cache(maxsize=16384)
def _normal(node: Any) -> Any:
    """The normal form of a term, of an atom of one, or of an activation (itself)."""
    if isinstance(node, MatrixExpr):
        return _matrix(_terms(node), node.shape)
    if isinstance(node, Activation | Symbol | Str) or not node.args:
        return node
    if bound(node):
        return _with_canonical_index(node)
    if isinstance(node, sympy.Add | sympy.Mul | sympy.Pow | sympy.exp):
        return scalars.normal(node, _normal)
    return node.func(*map(_normal, node.args))


def _with_canonical_index(node: Any) -> Any:
    """A binder whose parts are in normal form, its index named by how many stand within it."""
    aside = sympy.Dummy(integer=True)
    inner = renamed(node, aside)
    inner = rebuilt(inner, (part if part == aside else _normal(part) for part in inner.args))
    if bound(inner) != (aside,):
        return inner
    depths = [int(s.name[1:]) for s in inner.atoms(Symbol) if _CANONICAL.fullmatch(s.name)]
    return renamed(inner, Symbol(f"_{max(depths, default=-1) + 1}", integer=True))


_CANONICAL = re.compile(r"_\d+")


def _plus(parts: Iterable[Terms]) -> Terms:
    total: Terms = {}
    for part in parts:
        for word, scalar in part.items():
            total[word] = total.get(word, S.Zero) + scalar
    return {word: scalar for word, scalar in total.items() if scalar != 0}


def _scaled(part: Terms, by: Expr) -> Terms:
    return {word: by * scalar for word, scalar in part.items()}


def _matrix(terms: Terms, shape: shapes.Shape) -> MatrixExpr:
    written = [
        MatrixProduct(scalars.normal(scalar, _normal), *(word or (Identity(shape[0]),)))
        for word, scalar in terms.items()
    ]
    if not written:
        return Zeros(*shape)
    return MatrixSum(*sorted(written, key=sympy.default_sort_key))


# --------------------------------------------------------------------------- terms of a node


@singledispatch
def _terms(node: Any) -> Terms:
    """The words of a matrix with the scalars in front."""
    return _atom(node.func(*map(_normal, node.args)) if node.args else node)


def _atom(node: MatrixExpr) -> Terms:
    return {(node,): S.One}


@_terms.register(sympy.MatrixSymbol)
def _(node: Any) -> Terms:
    return _atom(node)


@_terms.register
def _(node: Zeros) -> Terms:
    return {}


@_terms.register
def _(node: Identity) -> Terms:
    return {(): S.One}


@_terms.register
def _(node: MatrixSum) -> Terms:
    return _plus(map(_terms, node.args))


@_terms.register
def _(node: MatrixProduct) -> Terms:
    found = [_terms(factor) for factor in node.factors]
    parts = []
    for chosen in choices(*(terms.items() for terms in found)):
        word = tuple(atom for part, _ in chosen for atom in part)
        parts.append(_scaled(_joined(word), sympy.Mul(node.coefficient, *(s for _, s in chosen))))
    return _plus(parts)


def _joined(word: Word) -> Terms:
    """A word that was put together: into a sum over time goes what stands beside it."""
    for place, atom in enumerate(word):
        if isinstance(atom, OrderedSum) and len(word) > 1:
            aside = renamed(atom, sympy.Dummy(integer=True))
            body = MatrixProduct(*word[:place], aside.body, *word[place + 1 :])
            return _terms(OrderedSum(body, *aside.args[1:]))
    ordered: list[MatrixExpr] = []
    for atom in word:
        place = len(ordered)
        while isinstance(atom, Diag) and place and isinstance(ordered[place - 1], Diag):
            if sympy.default_sort_key(ordered[place - 1]) <= sympy.default_sort_key(atom):
                break
            place -= 1  # diag(u) diag(v) = diag(v) diag(u)
        ordered.insert(place, atom)
    for place, (atom, after) in enumerate(pairwise(ordered)):
        # diag(v) 1 = v and 1ᵀ diag(v) = vᵀ, the last of several diagonal matrices being taken.
        if isinstance(atom, Diag) and isinstance(after, Ones) and shapes.is_column(after):
            return _terms(MatrixProduct(*ordered[:place], atom.args[0], *ordered[place + 2 :]))
        if isinstance(atom, Ones) and isinstance(after, Diag) and atom.shape[0] == 1:
            run = list(takewhile(lambda each: isinstance(each, Diag), ordered[place + 1 :]))
            parts = (Transposed(run[-1].args[0]), *run[:-1], *ordered[place + 1 + len(run) :])
            return _terms(MatrixProduct(*ordered[:place], *parts))
    return {_number(tuple(ordered)): S.One}


def _number(word: Word) -> Word:
    """xᵀy = yᵀx: of a word that is one number, whichever of itself and its transpose is first."""
    if len(word) < 2 or not shapes.is_scalar(MatrixProduct(*word)):
        return word
    flipped = [_transposed(atom) for atom in reversed(word)]
    if any(list(terms.values()) != [S.One] or len(*terms) != 1 for terms in flipped):
        return word
    turned = tuple(atom for terms in flipped for (atom,) in terms)
    return min(word, turned, key=lambda each: [sympy.default_sort_key(atom) for atom in each])


@_terms.register
def _(node: Transposed) -> Terms:
    parts = []
    for word, scalar in _terms(node.args[0]).items():
        turned = [_transposed(atom) for atom in reversed(word)]
        for chosen in choices(*(terms.items() for terms in turned)):
            flat = tuple(atom for part, _ in chosen for atom in part)
            parts.append(_scaled(_joined(flat), sympy.Mul(scalar, *(s for _, s in chosen))))
    return _plus(parts)


def _transposed(atom: MatrixExpr) -> Terms:
    """The transpose of an atom, as far inward as it goes."""
    match atom:
        case Diag():
            return _atom(atom)
        case Transposed():
            return _atom(atom.args[0])
        case OrderedSum():
            return _terms(OrderedSum(Transposed(atom.body), *atom.args[1:]))
        case OrderedProduct():
            turned = atom.transposed()
            return _terms(turned) if isinstance(turned, OrderedProduct) else {(): S.One}
        case Hadamard() | Kronecker():
            return _terms(atom.func(*map(Transposed, atom.args)))
        case Block():
            rows = zip(*([Transposed(block) for block in row] for row in atom.args), strict=True)
            return _terms(Block(*rows))
        case Ones():
            return _atom(Ones(*reversed(atom.shape)))
    return _atom(Transposed(atom))


@_terms.register
def _(node: OrderedSum) -> Terms:
    node = renamed(node, sympy.Dummy(integer=True))
    parts = []
    for word, scalar in _terms(node.body).items():
        constant, varying = scalar.as_independent(node.index, as_Add=False)
        body = MatrixProduct(varying, *(word or (Identity(node.shape[0]),)))
        total = node.func(body, *node.args[1:])
        if isinstance(total, OrderedSum):
            total = _with_canonical_index(total)
        found = _atom(total) if isinstance(total, OrderedSum) else _terms(total)
        parts.append(_scaled(found, constant))
    return _plus(parts)


@_terms.register
def _(node: OrderedProduct) -> Terms:
    named = _with_canonical_index(node)
    return _atom(named) if isinstance(named, OrderedProduct) else _terms(named)


@_terms.register(TotalDerivative)
@_terms.register(ImmediateDerivative)
def _(node: Any) -> Terms:
    held = sorted(node.held, key=sympy.default_sort_key)
    return _atom(node.func(_normal(node.of), node.by, node.layout, held))


# -------------------------------------------------------------------------------- linear nodes


def _linear(node: MatrixExpr, of_word: Callable[[MatrixExpr], Terms]) -> Terms:
    """A node that is linear in its first argument, word by word and under sums over time."""
    parts = []
    for word, scalar in _terms(node.args[0]).items():
        if len(word) == 1 and isinstance(word[0], OrderedSum):
            total = renamed(word[0], sympy.Dummy(integer=True))
            inner = OrderedSum(node.func(total.body, *node.args[1:]), *total.args[1:])
            parts.append(_scaled(_terms(inner), scalar))
            continue
        core = _matrix({word: S.One}, node.args[0].shape)
        parts.append(_scaled(of_word(core), scalar))
    return _plus(parts)


@_terms.register(Vec)
@_terms.register(Unvec)
@_terms.register(Rows)
@_terms.register(Place)
@_terms.register(DiagonalOf)
def _(node: Any) -> Terms:
    def of_word(core: MatrixExpr) -> Terms:
        built = node.func(core, *node.args[1:])
        return _atom(built) if type(built) is type(node) else _terms(built)

    return _linear(node, of_word)


@_terms.register
def _(node: Diag) -> Terms:
    return _linear(node, _diagonal)


def _diagonal(vector: MatrixExpr) -> Terms:
    """diag(diag(u) w) = diag(u) diag(w)."""
    _, core = split_coefficient(vector)
    if isinstance(core, MatrixProduct) and isinstance(core.factors[0], Diag):
        rest = _terms(Diag(MatrixProduct(*core.factors[1:])))
        return _plus(_scaled(_joined((core.factors[0], *word)), s) for word, s in rest.items())
    built = Diag(vector)
    return _atom(built) if isinstance(built, Diag) else _terms(built)


@_terms.register(Hadamard)
@_terms.register(Kronecker)
def _(node: Any) -> Terms:
    found = [_terms(factor).items() for factor in node.args]
    parts = []
    for chosen in choices(*found):
        cores = [
            _matrix({word: S.One}, factor.shape)
            for (word, _), factor in zip(chosen, node.args, strict=True)
        ]
        scalar = sympy.Mul(*(scalar for _, scalar in chosen))
        parts.append(_scaled(_of_cores(node, cores), scalar))
    return _plus(parts)


def _of_cores(node: MatrixExpr, cores: list[MatrixExpr]) -> Terms:
    if isinstance(node, Kronecker):
        built = Kronecker(*cores)
        return _atom(built) if isinstance(built, Kronecker) else _terms(built)
    cores.sort(key=lambda core: (isinstance(core, MatrixProduct), sympy.default_sort_key(core)))
    if shapes.is_column(node):
        # u ⊙ v = diag(u) v
        return _terms(MatrixProduct(*map(Diag, cores[:-1]), cores[-1]))
    built = Hadamard(*cores)
    return _atom(built) if isinstance(built, Hadamard) else _terms(built)


@_terms.register
def _(node: Block) -> Terms:
    return _atom(as_matrix(Block(*(tuple(map(_normal, row)) for row in node.args))))
