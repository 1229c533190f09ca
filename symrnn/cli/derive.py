"""`symrnn derive`: one formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.audit.cell_of import cell_of, is_document
from symrnn.cells import Cell, read_cell
from symrnn.cells.lettering import lettered as in_letters_of
from symrnn.cells.network import Network
from symrnn.cells.readout import given_out, with_loss
from symrnn.cli.activations import read_activation
from symrnn.cli.cells import DOCUMENTS as CELL_HELP
from symrnn.cli.output import say
from symrnn.derivative_text import LECTURE as LETTERS
from symrnn.derivative_text import Names, Quantity, parse_derivative
from symrnn.errors import ParseError
from symrnn.language.activations import Activation, Elementwise, unknown
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import VectorFunction
from symrnn.language.notation import DENOMINATOR, KNOWN, LECTURE, NUMERATOR
from symrnn.language.relations import Equation
from symrnn.language.slope_at import KINKED
from symrnn.language.writing import text
from symrnn.lecture.lettering import cell_in, subject_in
from symrnn.lecture.notation_file import notation, notation_beside
from symrnn.numeric.lower import lower
from symrnn.numeric.printer import parameter_name
from symrnn.numeric.stable.pieces import convention
from symrnn.recurrence.asked import Derived, derived
from symrnn.recurrence.recurrence import Recurrence, with_activations
from symrnn.theory.layout import line
from symrnn.typeset import snippet
from symrnn.typeset.fragments import EM, points


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
    derivative: Annotated[
        str,
        typer.Argument(
            help='For example "ds[t]/ds[k]" or "dL/dW"; with --cell lstm "dc[t]/dh[t-1]".'
        ),
    ],
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
            "its letters are written. What is asked for is named as in symrnn's own, or in --cell, "
            "whose own letters come first.",
        ),
    ] = LECTURE.name,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.text,
    cell: Annotated[str | None, typer.Option("--cell", help=CELL_HELP)] = None,
    whole: Annotated[
        bool, typer.Option("--standalone", help="With latex: a file that compiles by itself.")
    ] = False,
    copyable: Annotated[
        bool, typer.Option("--copyable", help="With latex: a macro for each letter.")
    ] = False,
    measure: Annotated[
        str | None,
        typer.Option(
            "--width",
            help="With latex: of the text it stands in, as 8cm or 240pt; LaTeX's article by "
            "default. What is wider is broken, and parts of it get names.",
        ),
    ] = None,
) -> None:
    """Derive one formula of the recurrence, for symbolic sizes and times."""
    _require_latex(form, whole, copyable, measure)
    room = snippet.ROOM if measure is None else points(measure) / EM
    chosen = None if sigma is None else read_activation(sigma)
    lettered = notation(letters) if cell is None else LECTURE
    read = cell_in(lettered) if cell is None else _cell(cell)
    if read is None:
        subject = _lecture(subject_in(lettered), chosen)
    else:
        lettered, own = notation_beside(letters, read)
        lettered, subject = in_letters_of(read, lettered, own), _about(read, chosen)
    if layout is not None:
        lettered = replace(lettered, layout=layout.value)
    of, by = parse_derivative(derivative, subject.names)
    found = subject.derived(of, by, lettered.layout, by_gates=form is not Format.numpy)
    # A LaTeX comment is plain ASCII, so that any encoding reads it.
    times = found.for_times(sign="<=" if form is Format.latex else "≤")
    kinks = _conventions(subject, found.value)
    plain = kinks.replace("σ", "sigma").replace("′", "'") if form is Format.latex else kinks
    holds = f"{lettered.layout} layout" + (f", {times}" if times else "")
    holds += f"; {plain}" if plain else ""
    match form:
        case Format.numpy:
            say(f"# {text(found.asked)}, {holds}\n{_source(found.value, subject)}")
        case Format.latex:
            make = snippet.standalone if whole else snippet.fragment
            about = f"{derivative}, {holds}"
            formula = found.formula
            where = subject.explained(found.value)
            if snippet.width(formula, lettered) > _LONG and subject.cell is None:
                formula, where = _named(subject, of, by, lettered.layout)
            if lettered.layout == DENOMINATOR:
                formula = Equation(line(formula.lhs, False), line(formula.rhs, False))
                where = tuple(Equation(each.lhs, line(each.rhs, False)) for each in where)
            snippet_of = partial(make, where=where, times=found.times, copyable=copyable)
            say(snippet_of(formula, lettered, about=about, room=room))
        case Format.text:
            lines = [found.formula, *subject.explained(found.value)]
            say("\n".join([*map(text, lines), f"({holds})"]))


def _source(value: MatrixExpr, subject: Subject) -> str:
    """The formula as NumPy; above it what it reads and the cell has no name for, each computed by
    a function of its own."""
    written: list[str] = []
    computed = () if subject.cell is None else tuple(subject.cell.named.definitions)
    for each in sorted(subject.explained(value), key=lambda named: computed.index(named.lhs)):
        name = parameter_name(each.lhs)
        kernel = lower(each.rhs, f"{name}_at")
        call = f"{kernel.name}({', '.join(kernel.arguments)})"
        written.append(f"# {name}[{each.lhs.index}] = {call}\n{kernel.source}")
    return "\n".join([*written, lower(value, "formula").source]).rstrip()


def _cell(given: str) -> Cell:
    """A cell by name, as a text, in TOML, or as a document defines it."""
    return cell_of(Path(given)) if is_document(given) else read_cell(given)


def _conventions(subject: Subject, value: MatrixExpr) -> str:
    """What is taken for the slopes in a formula at kinks of their functions."""
    sloped = {each.name for each in value.atoms(Activation) if each.order > 0}
    said = {each.name: convention(each) for each in subject.activations if each.name in sloped}
    if len(subject.activations) > 1:
        said = {name: words.replace("σ′", f"{name}′") for name, words in said.items()}
    return "; ".join(words for words in said.values() if words)


def _require_latex(form: Format, whole: bool, copyable: bool, measure: str | None) -> None:
    flags = {"--standalone": whole, "--copyable": copyable, "--width": measure is not None}
    for flag, given in flags.items():
        if given and form is not Format.latex:
            raise ParseError(
                f"{flag} is about LaTeX",
                {"expected": "--format latex", "got": f"--format {form.value}"},
            )


_ENTRY = Symbol("v", real=True)
_ENTRIES = Parameter("v", Symbol("d", integer=True, positive=True), 1)

_LONG = 29.0
"""Width in em from which σ and σ′ are named, and their formulas put below."""


def _named(
    subject: Subject, of: Quantity, by: Quantity, layout: str
) -> tuple[Equation, tuple[Equation, ...]]:
    """The derivative with functions and their slopes named, and what they are."""
    several = len(subject.activations) > 1
    plain = {
        each: unknown(each.name if several else "sigma")
        for each in subject.activations
        if not each.is_unknown
    }
    if not plain:
        found = subject.derived(of, by, layout)
        return Equation(found.asked, found.value), ()
    found = subject.changed(plain).derived(of, by, layout)
    used = {each.activation for each in found.value.atoms(Elementwise)}
    known = {
        name: each
        for function, name_of in plain.items()
        for name, each in ((name_of, function), (name_of.prime, function.prime))
    }
    return Equation(found.asked, found.value), tuple(
        # A slope with a kink is written by cases, as in any other formula.
        Equation(name(_ENTRIES), each(_ENTRIES))
        if name.order and each.at(_ENTRY).has(*KINKED)
        else Equation(name.at(_ENTRY), each.at(_ENTRY))
        for name, each in known.items()
        if name in used
    )


@dataclass(frozen=True)
class Subject:
    """What derivatives are asked of: a recurrence, and the names of its parts."""

    recurrence: Recurrence
    names: Names
    parts: Mapping[str, Any]
    cell: Cell | None = None

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The functions in its definitions that are applied entry by entry."""
        values = self.recurrence.definitions.values()
        return tuple(sorted({f for v in values for f in v.atoms(Activation)}, key=str))

    def changed(self, activations: Mapping[Activation, Activation]) -> Subject:
        """The same with other functions."""
        return replace(self, recurrence=with_activations(self.recurrence, activations))

    def derived(
        self, of: Quantity, by: Quantity, layout: str, *, by_gates: bool = False
    ) -> Derived:
        """The derivative that is asked for; of a cell in the names of what it computes, and also
        with slopes as functions of its gates, which is shorter and has cancellation."""
        above, below = self.parts[of.name][of.time], self.parts[by.name]
        variable = below if by.time is None else below[by.time]
        if self.cell is None:
            return derived(self.recurrence, above, variable, layout, of.until)
        found = derived(self.cell.named, above, variable, layout, of.until)
        named = self.cell.by_gates if by_gates else self.cell.in_own_names
        return replace(found, value=named(found.value))

    def explained(self, value: MatrixExpr) -> tuple[Equation, ...]:
        """What names in a formula are that the cell's own definitions do not have."""
        return () if self.cell is None else self.cell.explained(value)


def _lecture(spoken: Network, sigma: Activation | None) -> Subject:
    rnn = spoken.with_activation(sigma)
    parts = {"s": rnn.s, "a": rnn.a, "L": rnn.L, "x": rnn.x}
    parts |= {"W": rnn.W, "U": rnn.U, "b": rnn.b}
    return Subject(rnn.recurrence, LETTERS, parts)


def _about(cell: Cell, sigma: Activation | None) -> Subject:
    measured = _measured(cell)
    if sigma is not None:
        made = with_activations(measured.recurrence, {_only(cell): sigma})
        measured = replace(measured, recurrence=made)
    recurrence = measured.recurrence
    defined = {of.label: of.sequence for of in recurrence.definitions}
    inputs = {each.label: each for each in recurrence.inputs}
    fixed = {each.name: each for each in (*cell.parameters, *cell.scalars)}
    losses = tuple(each.label for each in recurrence.outputs)
    timed = tuple(name for name in (*defined, *inputs) if name not in losses)
    names = Names(tuple(defined), timed, tuple(fixed), losses)
    return Subject(recurrence, names, {**defined, **inputs, **fixed}, measured)


def _measured(cell: Cell) -> Cell:
    """The cell with its own loss, or with an unknown one of all that it gives."""
    if cell.recurrence.outputs:
        return cell
    read = given_out(cell)
    return with_loss(cell, lambda _, now: VectorFunction("ell", 1, *(each[now] for each in read)))


def _only(cell: Cell) -> Activation:
    """The one activation that `--activation` is to stand for."""
    if len(cell.activations) != 1:
        there = ", ".join(each.name for each in cell.activations) or "none"
        raise ParseError(
            f"--activation is for a cell with one activation; {cell.name} names its own",
            {"expected": "one activation", "got": there},
        )
    return cell.activations[0]
