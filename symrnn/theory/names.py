"""A line is read by names: what a claim says has to be what its names are read as."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import sympy
from sympy import Basic, Dummy, Lambda, MatrixSymbol, Symbol, Tuple

from symrnn.errors import IllFormedError
from symrnn.kernel import algebra
from symrnn.kernel.binders import bound, symbols
from symrnn.kernel.nodes import BINDING, KINKED, SMOOTH, STEPS
from symrnn.kernel.values import is_smooth
from symrnn.language import shapes
from symrnn.language.activations import (
    FORMULAS,
    POWER,
    Activation,
    Elementwise,
    Unknown,
    X,
    unknown,
)
from symrnn.language.algebra import Identity, Ones
from symrnn.language.derivatives import TotalDerivative, VectorFunction
from symrnn.language.names import in_code
from symrnn.language.norms import Norm
from symrnn.language.time import TimeVector
from symrnn.language.writing import latex, text
from symrnn.recurrence.definitions import Definitions


def require_names(line: Any, name: str, cell: Definitions) -> None:
    """Refuse a line of which two parts are written alike, or one as something else is.

    Sizes are not written: W is as the cell has it, a capital any matrix, a small letter any column.
    SymPy tells a `Dummy` from a symbol that is called the same. W_hh and W_{hh} are one in LaTeX,
    x__2 is read as a square, a parameter called s_t or s1 as the state at that time, and what is
    called as a function is, before parentheses, as that function of what they hold.

    Args:
        line: the line, and what is assumed.
        name: of the statement, for messages.
        cell: the recurrence it is about.

    Raises:
        IllFormedError: naming both.
    """
    leaves = [*line.atoms(TimeVector, MatrixSymbol)]
    leaves += [each for each in symbols(line) if isinstance(each, Symbol)]
    sequences = {each.label for each in leaves if isinstance(each, TimeVector)}
    sequences |= {each.label for each in (*cell.definitions, *_given(cell))}
    matrices = {_seen(each.name) for each in line.atoms(MatrixSymbol)}
    columns = {_seen(each.name) for each in line.atoms(MatrixSymbol) if shapes.is_column(each)}
    columns |= set(map(_seen, sequences))
    times = {"t", "k", "j", "i", "l", cell.index.name}
    times |= {each.name for each in leaves if isinstance(each, Symbol) and each.is_integer}
    written: dict[str, Any] = _functions(line, name, cell)
    # The loss L_t is L(s_t).
    for label in sorted(sequences - {each.label for each in cell.outputs}):
        if _seen(label) in written:
            raise IllFormedError(
                f"a function is called {label} in `{name}`, as a sequence is",
                {"expected": "a name for each", "in": text(line)},
            )
    written["I"] = Identity
    for number in line.atoms(sympy.exp, *map(type, _CONSTANTS)):
        constant = sympy.E if isinstance(number, sympy.exp) else number
        written |= dict.fromkeys(_CONSTANTS.get(constant, ()), constant)
    for leaf in leaves:
        for form in _forms(leaf):
            if written.setdefault(form, leaf) != leaf:
                raise IllFormedError(
                    f"two different things are called {form} in `{name}`",
                    {"expected": "a name for each", "in": text(line)},
                )
        _require_letter(leaf, name)
        for stem, below in _stems(leaf):
            places = [below] if below.isdecimal() or below in times else list(below)
            counted = all(each.isdecimal() or each in times for each in places)
            one = stem in columns and len(places) == 1
            if counted and (one or (stem in matrices and below[1:])):
                raise IllFormedError(
                    f"{stem}_{below} in `{name}` is read as {stem} at the time {below}, or as an "
                    "entry",
                    {"expected": f"{stem}[{below}], or another name", "in": text(line)},
                )
    _require_sizes(line, name, cell)


def _require_sizes(line: Any, name: str, cell: Definitions) -> None:
    """Refuse what is of another size than it is read with: Wᵀ = W holds where W is 1 × 1."""
    own: dict[str, set[Any]] = {}
    now = [each[cell.index] for each in (*cell.states, *cell.inputs, *cell.outputs)]
    for node in (*now, *cell.definitions, *cell.definitions.values()):
        for leaf in node.atoms(TimeVector, MatrixSymbol, VectorFunction):
            own.setdefault(_seen(_called(leaf)), set()).add(tuple(leaf.shape))
    numbers = {size for shapes_ in own.values() for shape in shapes_ for size in shape}

    def refuse(leaf: Any, expected: str) -> None:
        raise IllFormedError(
            f"{text(leaf)} in `{name}` is {shapes.show(leaf.shape)}, and is read otherwise",
            {"expected": expected, "in": text(line)},
        )

    for leaf in line.atoms(TimeVector, MatrixSymbol, VectorFunction):
        called = _called(leaf)
        meant, column = own.get(_seen(called), set()), shapes.is_column(leaf)
        if tuple(leaf.shape) in meant:
            continue
        if meant and not (column and all(cols == 1 for _, cols in meant)):
            refuse(leaf, "the shape of what the cell calls so, or another name")
        if leaf.rows.is_number or (leaf.cols.is_number and not column):
            refuse(leaf, "sizes that are symbols, or a symbol for a number")
        if column is called[0].isupper() and not isinstance(leaf, VectorFunction):
            refuse(leaf, "a small letter for a column, a capital for a matrix")
    for leaf in line.atoms(Identity, Ones):
        if any(size.is_number and size != 1 and size not in numbers for size in leaf.shape):
            refuse(leaf, "sizes that are symbols")
    # A number does not show the shape of what it was made of: ‖I‖, ‖σ(0)‖.
    for node in line.atoms(Norm, Elementwise):
        inside = node.args[0] if isinstance(node, Norm) else node.args[1]
        if inside.has(TimeVector, MatrixSymbol, VectorFunction):
            continue
        if not all(size.is_Symbol or size.is_number for size in inside.shape):
            refuse(inside, "sizes that are symbols")
        if isinstance(node, Elementwise) and not shapes.is_column(inside):
            refuse(inside, "a column, or letters in what a function is applied to")
    for symbol in symbols(line):
        of = own.get(_seen(symbol.name), set()) if isinstance(symbol, Symbol) else set()
        if any(cols != 1 for _, cols in of):
            raise IllFormedError(
                f"{symbol} in `{name}` is a number, and is read as the cell's matrix",
                {"expected": "another name", "in": text(line)},
            )


_CONSTANTS = {sympy.E: ("e", "E"), sympy.pi: ("pi", r"\pi")}
"""How numbers are written that have a name."""

_LETTER = re.compile(
    r"(?:\\?[A-Za-z]+|\\(?:operatorname|hat|bar|tilde|dot|ddot|vec|check|breve)\{[^{}]*\})"
    r"(?:_\{(?:[^{}^']|\{[^{}^']*\})*\})?"
)
"""LaTeX of a name: letters, with an accent, and a subscript. Nothing raised, no prime, no bars."""


def _require_letter(leaf: Any, name: str) -> None:
    """Refuse what is read as a power, a derivative, a norm, or as a function."""
    called = _called(leaf)
    written = _seen(called)
    if not _LETTER.fullmatch(written):
        raise IllFormedError(
            f"what is called {called} in `{name}` is written {written}, as something else is",
            {"expected": "a letter or a word, maybe with a subscript", "got": called},
        )
    if called.lower() in _WORDS or _known(called, 0) is not None:
        raise IllFormedError(
            f"what is called {called} in `{name}` is read as the function of that name",
            {"expected": "another name", "got": called},
        )


def _called(leaf: Any) -> str:
    """The name of a vector's sequence, a matrix or a symbol."""
    return str(getattr(leaf, "label", None) or leaf.name)


def _stems(leaf: Any) -> Iterator[tuple[str, str]]:
    """Name and subscript: W_h_1 is 1 of W_h, and h 1 of W; s1 is s_1 in LaTeX."""
    called = _called(leaf)
    stem, _, below = in_code(called).rpartition("_")
    if stem:
        yield _seen(stem), below
    stem, _, below = _seen(called).partition("_{")
    if below:
        yield stem, below.removesuffix("}").replace(" ", "")


@lru_cache(maxsize=4096)
def _seen(called: str) -> str:
    """A name in LaTeX, a Greek letter by its command."""
    return _in_latex(Symbol(called))


def _in_latex(leaf: Any) -> str:
    return "".join(map(_letter, latex(leaf)))


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
    # W is the cell's, in a line that does not speak of it too.
    own = (value.atoms(MatrixSymbol) | value.free_symbols for value in cell.definitions.values())
    taken |= {form for leaf in set().union(*own) - {cell.index} for form in _forms(leaf)}
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


def require_functions(lines: Iterable[Any], name: str, cell: Definitions) -> None:
    """Refuse lines that are read together and in which two functions are called alike.

    Args:
        lines: claims, and what they assume.
        name, cell: as of `require_names`.

    Raises:
        IllFormedError: naming both.
    """
    _functions(Tuple(*(each for each in lines if isinstance(each, Basic))), name, cell)


def _functions(line: Any, name: str, cell: Definitions) -> dict[str, Any]:
    """What functions are called, in the line and in the cell, each name with the first that has it.

    Raises:
        IllFormedError: for a name of two functions, for a derivative that is another function's,
            and for what is not the function that has this name, or not as smooth as is assumed.
    """
    terms = (line, *cell.definitions.values())
    found = {each for term in terms for each in term.atoms(Activation) if each.name != POWER}
    inside = [node for value in terms[1:] for node in value.atoms(Activation)]
    # Of a σ with kinks runs are meant in which no step applies it at one.
    varied = {each for node in line.atoms(TotalDerivative) for each in node.of.atoms(Elementwise)}
    elsewhere = {each.activation.name for each in varied if not each.argument.has(TimeVector)}
    of_cell = {each.name for each in inside} - elsewhere
    written: dict[str, Any] = {}
    for function in sorted(found, key=_first):
        _require_known(function, name, of_cell)
        for form in _forms(Activation(function.name, function.function)):
            first = written.setdefault(form, function)
            if not _agree(first, function, function.name in of_cell):
                raise IllFormedError(
                    f"two different functions are called {form} in `{name}`",
                    {
                        "expected": "a name for each",
                        "got": f"{text(function.at(X))}, {text(first.at(X))}",
                    },
                )
    for unseen in line.atoms(Unknown, VectorFunction):
        called = unseen.args[0].name
        itself = unknown(called) if isinstance(unseen, Unknown) else called
        first = written.setdefault(_seen(called), itself)
        if first != itself and not (isinstance(first, Activation) and first.is_unknown):
            raise IllFormedError(
                f"two different functions are called {called} in `{name}`",
                {"expected": "a name for each", "in": text(line)},
            )
        known = _known(called, 0)
        kinked = called.lower() in _KINKED or (known is not None and not _has_a_slope(known))
        if kinked and called not in of_cell:
            raise IllFormedError(
                f"what is called {called} in `{name}` is assumed to be differentiable",
                {"expected": f"another name: {called} is a function that need not be"},
            )
    return written


def _first(function: Activation) -> tuple[bool, int, str]:
    """What is known before what is not, σ before σ′, and one order in every run."""
    return function.is_unknown, function.order, sympy.srepr(function.function)


def _agree(first: Activation, other: Activation, of_cell: bool) -> bool:
    """Whether both are one function and its derivatives, or one is any function, the other smooth.

    What is shown of every function is shown of that one.
    """
    if other.is_unknown and not first.is_unknown:
        return of_cell or _has_a_slope(first)
    return other.order >= first.order and _is(other, _derived(first, other.order - first.order))


def _has_a_slope(function: Activation) -> bool:
    """Whether a function is known to have a value and a derivative at every number."""
    inside = function.function.expr.atoms(sympy.Function)
    smooth = all(isinstance(each, (*SMOOTH, *KINKED, sympy.log)) for each in inside)
    return smooth and is_smooth(function)


@lru_cache(maxsize=4096)
def _forms(leaf: Any) -> tuple[str, str]:
    called = leaf.name if isinstance(leaf, Dummy) else text(leaf)
    return called, _in_latex(leaf)


def _letter(sign: str) -> str:
    """α as \\alpha."""
    family, _, letter = unicodedata.name(sign, "").rpartition(" ")
    return f"\\{letter.lower()}" if family == "GREEK SMALL LETTER" else sign


def _require_known(function: Activation, name: str, of_cell: Collection[str]) -> None:
    """Refuse another function than the one that everybody knows by this name.

    One of which nothing but the name is known is none, if that function is smooth, or is applied by
    the steps of a cell alone: what holds of every such function holds of it.
    """
    known, unnamed = _known(function.name, function.order), _any(function.name, function.order)
    if known is None and (not function.is_unknown or _is(function, unnamed)):
        return
    itself = _known(function.name, 0)
    smooth = itself is None or function.name in of_cell or _has_a_slope(itself)
    meant = [each for each in (known, unnamed if smooth else None) if each is not None]
    if not any(_is(function, each) for each in meant):
        raise IllFormedError(
            f"what is called {text(function)} in `{name}` is not seen to be that function",
            {"expected": text(meant[0].at(X)), "got": text(function.at(X))},
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


@lru_cache(maxsize=1024)
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
_KINKED = {"max", "min", "norm", "argmax", "argmin", "sort", "clip", "floor", "ceil", "round"}
_KINKED |= {"step", "inv"}
"""Functions of columns or numbers that have no derivative somewhere."""
_WORDS = _KINKED | {"diag", "vec", "det", "tr", "trace", "rank", "sup", "inf", "lim", "softmax"}
"""What is read as the function of that name, whatever is called so."""
