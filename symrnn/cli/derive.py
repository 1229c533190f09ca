"""`symrnn derive`: one formula."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cli.activations import read_activation
from symrnn.cli.output import say
from symrnn.derivative_text import Quantity, parse_derivative
from symrnn.errors import ParseError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.derivatives import D
from symrnn.language.notation import DENOMINATOR, KNOWN, LECTURE, NUMERATOR
from symrnn.language.relations import Equation
from symrnn.language.structure import Vec
from symrnn.language.writing import text
from symrnn.lecture.notation_file import notation
from symrnn.numeric.lower import lower
from symrnn.numeric.stable.pieces import convention
from symrnn.recurrence.elman import CELLS, RNN
from symrnn.recurrence.times import conditions
from symrnn.recurrence.total import gradient
from symrnn.theory.layout import line
from symrnn.typeset import snippet


class Layout(StrEnum):
    """Whose shape comes first in ∂y/∂x."""

    numerator = NUMERATOR
    denominator = DENOMINATOR


class Format(StrEnum):
    """How a derived formula is printed."""

    text = "text"
    latex = "latex"
    numpy = "numpy"


def derive(
    derivative: Annotated[str, typer.Argument(help='For example "ds[t]/ds[k]" or "dL/dW".')],
    sigma: Annotated[
        str | None,
        typer.Option("--activation", help="A name, or a formula in x; unknown by default."),
    ] = None,
    layout: Annotated[
        Layout | None, typer.Option(help="Layout of ∂y/∂x; the notation's by default.")
    ] = None,
    letters: Annotated[
        str,
        typer.Option(
            "--notation",
            help=f"{', '.join(KNOWN)}, or a file FILE.toml: its cell is derived, and with latex "
            "its letters are written. What is asked for is named as in symrnn's own.",
        ),
    ] = LECTURE.name,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.text,
    whole: Annotated[
        bool, typer.Option("--standalone", help="With latex: a file that compiles by itself.")
    ] = False,
    copyable: Annotated[
        bool, typer.Option("--copyable", help="With latex: a macro for each letter.")
    ] = False,
) -> None:
    """Derive one formula of the recurrence, for symbolic sizes and times."""
    _require_latex(form, whole, copyable)
    of, by = parse_derivative(derivative)
    lettered = notation(letters)
    if layout is not None:
        lettered = replace(lettered, layout=layout.value)
    rnn = CELLS[lettered.cell](None if sigma is None else read_activation(sigma))
    left, right = _derived(rnn, of, by, lettered.layout)
    # A LaTeX comment is plain ASCII, so that any encoding reads it.
    sign = "<=" if form is Format.latex else "≤"
    has_slopes = any(node.order > 0 for node in right.atoms(Activation))
    said = convention(rnn.sigma) if has_slopes else ""
    plain = said.replace("σ′", "sigma'") if form is Format.latex else said
    holds = f"{lettered.layout} layout{_times(rnn, left, sign)}" + (f"; {plain}" if plain else "")
    match form:
        case Format.numpy:
            source = lower(right, "formula").source.rstrip()
            say(f"# {text(left)}, {holds}\n{source}")
        case Format.latex:
            make = snippet.standalone if whole else snippet.fragment
            about = f"{derivative}, {holds}"
            formula = Equation(left, right)
            where: tuple[Equation, ...] = ()
            if not rnn.sigma.is_unknown and snippet.width(formula, lettered) > _LONG:
                formula, where = _named(rnn, of, by, lettered.layout)
            if lettered.layout == DENOMINATOR:
                formula = Equation(line(formula.lhs, False), line(formula.rhs, False))
            say(make(formula, lettered, where=where, copyable=copyable, about=about))
        case Format.text:
            say(f"{text(Equation(left, right))}\n({holds})")


def _times(rnn: RNN, derivative: MatrixExpr, sign: str) -> str:
    """What the symbolic times must satisfy, as a chain: `, for 0 ≤ k ≤ t`."""
    chains: list[list[str]] = []
    for each in conditions(rnn.recurrence, derivative.of, derivative.by):
        low, high = text(each.lhs), text(each.rhs)
        if chains and chains[-1][-1] == low:
            chains[-1].append(high)
        else:
            chains.append([low, high])
    said = " and ".join(f" {sign} ".join(chain) for chain in chains)
    return f", for {said}" if said else ""


def _require_latex(form: Format, whole: bool, copyable: bool) -> None:
    for flag, given in (("--standalone", whole), ("--copyable", copyable)):
        if given and form is not Format.latex:
            raise ParseError(
                f"{flag} is about LaTeX",
                {"expected": "--format latex", "got": f"--format {form.value}"},
            )


_ENTRY = Symbol("v", real=True)

_LONG = 29.0
"""Width in em from which σ and σ′ are named, and their formulas put below."""


def _named(
    rnn: RNN, of: Quantity, by: Quantity, layout: str
) -> tuple[Equation, tuple[Equation, ...]]:
    """The derivative with σ and σ′ named, and what they are."""
    plain = CELLS[rnn.cell]()
    formula = Equation(*_derived(plain, of, by, layout))
    used = {each.activation for each in formula.rhs.atoms(Elementwise)}
    known = {plain.sigma: rnn.sigma, plain.sigma.prime: rnn.sigma.prime}
    return formula, tuple(
        Equation(name.at(_ENTRY), each.at(_ENTRY)) for name, each in known.items() if name in used
    )


def _derived(rnn: RNN, of: Quantity, by: Quantity, layout: str) -> tuple[MatrixExpr, MatrixExpr]:
    """The derivative as it is asked for, and what it is."""
    numerator = {"s": rnn.s, "a": rnn.a, "L": rnn.L}[of.name][of.time]
    if by.time is not None:
        state = rnn.s[by.time]
        return D(numerator, state, layout), rnn.jacobian(numerator, state, layout)
    parameter = {"W": rnn.W, "U": rnn.U, "b": rnn.b}[by.name]
    assert parameter is not None
    if of.name == "L":
        value = gradient(rnn.recurrence, numerator, parameter, layout=layout)
        return D(numerator, parameter, layout), value
    variable = parameter if by.name == "b" else Vec(parameter)
    return D(numerator, variable, layout), rnn.jacobian(numerator, variable, layout)
