"""A line is read by names: what a claim says has to be what its names are read as."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import sympy
from sympy import Basic, Dummy, Lambda, MatrixSymbol, Symbol, Tuple

from symrnn.errors import IllFormedError
from symrnn.kernel import algebra
from symrnn.kernel.nodes import BINDING, SMOOTH, STEPS
from symrnn.kernel.terms import bound, symbols
from symrnn.language.activations import FORMULAS, Activation, Unknown, X, unknown
from symrnn.language.names import in_code
from symrnn.language.time import TimeVector
from symrnn.language.writing import latex, text
from symrnn.recurrence.definitions import Definitions


def require_names(line: Any, name: str, cell: Definitions) -> None:
    """Refuse a line of which two parts are written alike, or one as something else is.

    SymPy tells a `Dummy` from a symbol that is called the same. W_hh and W_{hh} are one in LaTeX,
    and a parameter called s_t is read as the state at t.

    Args:
        line: the line, and what is assumed.
        name: of the statement, for messages.
        cell: the recurrence it is about.

    Raises:
        IllFormedError: naming both.
    """
    for function in line.atoms(Activation):
        _require_known(function, name)
    leaves = [*line.atoms(TimeVector, MatrixSymbol)]
    leaves += [each for each in symbols(line) if isinstance(each, Symbol)]
    sequences = {each.label for each in leaves if isinstance(each, TimeVector)}
    sequences |= {each.label for each in (*cell.definitions, *_given(cell))}
    times = {"t", "k", "j", cell.index.name}
    times |= {each.name for each in leaves if isinstance(each, Symbol) and each.is_integer}
    written: dict[str, Any] = {}
    for leaf in leaves:
        for form in _forms(leaf):
            if written.setdefault(form, leaf) != leaf:
                raise IllFormedError(
                    f"two different things are called {form} in `{name}`",
                    {"expected": "a name for each", "in": text(line)},
                )
        stem, _, time = in_code(str(getattr(leaf, "label", leaf))).rpartition("_")
        if stem in sequences and (time.isdecimal() or time in times):
            raise IllFormedError(
                f"{stem}_{time} in `{name}` is read as {stem} at the time {time}",
                {"expected": f"{stem}[{time}], or another name", "in": text(line)},
            )


def require_letters(
    letters: Mapping[Any, Symbol], lines: Iterable[Any], name: str, cell: Definitions
) -> None:
    """Refuse letters for expressions where a line has such a letter, or binds what is in one.

    Args:
        letters: by expression.
        lines: in which a letter is to stand for its expression.
        name, cell: as of `require_names`.

    Raises:
        IllFormedError: naming the letter.
    """
    whole = Tuple(*(each for each in lines if isinstance(each, Basic)))
    leaves = {*whole.atoms(TimeVector, MatrixSymbol), *symbols(whole)}
    taken = {form for leaf in leaves for form in _forms(leaf)}
    taken |= {each.label for each in leaves if isinstance(each, TimeVector)}
    inside = {index for node in whole.atoms(*BINDING) for index in bound(node)}
    for expression, letter in letters.items():
        if taken & {letter.name, *_forms(letter)} or not letter.name.isidentifier():
            raise IllFormedError(
                f"`{name}` names an expression {letter}, which is something else",
                {"expected": "a letter that its formulas do not have", "got": str(letter)},
            )
        if inside & expression.free_symbols:
            raise IllFormedError(
                f"`{name}` names an expression {letter}, of which there are many under an index",
                {"expected": "an expression without what is bound", "got": text(expression)},
            )
        require_names(Tuple(letter, whole), name, cell)


def _given(cell: Definitions) -> Iterator[TimeVector]:
    return (each[cell.index] for each in cell.inputs)


@lru_cache(maxsize=4096)
def _forms(leaf: Any) -> tuple[str, str]:
    called = leaf.name if isinstance(leaf, Dummy) else text(leaf)
    return called, "".join(map(_letter, latex(leaf)))


def _letter(sign: str) -> str:
    """α as \\alpha."""
    family, _, letter = unicodedata.name(sign, "").rpartition(" ")
    return f"\\{letter.lower()}" if family == "GREEK SMALL LETTER" else sign


def _require_known(function: Activation, name: str) -> None:
    """Refuse another function than the one that everybody knows by this name.

    One of which nothing but the name is known is none: what holds of it holds of that function.
    """
    known = _known(function.name, function.order)
    unnamed = _any(function.name, function.order)
    if known is not None and not any(_is(function, each) for each in (known, unnamed)):
        raise IllFormedError(
            f"what is called {text(function)} in `{name}` is not seen to be that function",
            {"expected": text(known.at(X)), "got": text(function.at(X))},
        )


def _is(function: Activation, other: Activation) -> bool:
    return function == other or algebra.equal(function.at(X), other.at(X))


@cache
def _known(name: str, order: int) -> Activation | None:
    """The function that has a name of its own, however that is capitalized, or its derivative."""
    called = _OTHERWISE.get(name.lower(), name.lower())
    if called not in FORMULAS and called not in _BY_SYMPY:
        return None
    formula = FORMULAS[called] if called in FORMULAS else _BY_SYMPY[called](X)
    return _derived(Activation(name, Lambda(X, formula)), order)


@cache
def _any(name: str, order: int) -> Activation:
    """A function of which only the name is known, or its derivative."""
    return _derived(unknown(name), order)


def _derived(function: Activation, order: int) -> Activation:
    for _ in range(order):
        function = function.prime
    return function


_OF_SYMPY = (*SMOOTH, *STEPS, sympy.Abs, sympy.log, sympy.tan, sympy.asinh, sympy.atanh)
_BY_SYMPY = {
    **{each.__name__.lower(): each for each in _OF_SYMPY if each is not Unknown},
    **{"sqrt": sympy.sqrt, "ln": sympy.log, "sgn": sympy.sign},
}
_OTHERWISE = {"sigmoid": "logistic", "swish": "silu"}
