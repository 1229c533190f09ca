"""A cell as text, `h = tanh(W h' + U x + b)`, read as a recurrence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain, count
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, SymrnnError
from symrnn.language.algebra import MatrixProduct, Ones, as_matrix
from symrnn.language.entry import Entry
from symrnn.language.names import in_code
from symrnn.reading.build import Builder
from symrnn.reading.declarations import Declarations
from symrnn.reading.infer import Shapes
from symrnn.reading.letters import IDENTITY
from symrnn.reading.naming import INPUT, OTHER, STATE
from symrnn.reading.parse import parse
from symrnn.reading.source import Source
from symrnn.reading.tree import Definition, Name, names_in
from symrnn.recurrence.recurrence import Recurrence

TIMES = "jpql"
"""Letters for the step's own time: the first that is no name in the cell."""
MOST_DEFINITIONS = 200


def read_recurrence(text: str, declared: Declarations | None = None) -> Recurrence:
    """The recurrence that a text says.

    Args:
        text: definitions `name = expression`, one a line or separated by `;`. `W h'` multiplies
            matrices, `*` is entrywise, `h'` is one step back, `[h'; x]` stands one below the
            other; a capital is a matrix, a small letter a column, a Greek word a scalar.
        declared: inputs, shapes and activations that the letters do not say.

    Returns:
        The recurrence. Its states are what stands primed, in the order of their definitions;
        sizes that nothing fixes are symbols: d of the states, m of the inputs, n of others.

    Raises:
        ParseError: for what is not of the language, with line, column and caret.
        ShapeError: for shapes that do not fit, with both places.
        NotSupportedError: for what has a meaning but can not be read yet.
    """
    if not isinstance(text, str):
        raise IllFormedError(
            "a cell is read from text", {"expected": "str", "got": type(text).__name__}
        )
    declared = declared or Declarations()
    source = Source(text)
    definitions = parse(source, declared.kind)
    states = _check_names(source, definitions, declared)
    _check_order(source, definitions)
    shapes = Shapes(source, definitions, declared)
    _check_declared(definitions, declared)
    inputs = [name for name in shapes.of_name if _is_input(name, shapes, declared)]
    taken = {in_code(name) for name in shapes.of_name}
    naming = shapes.naming
    for names, letter in ((states, STATE), (inputs, INPUT), (list(shapes.of_name), OTHER)):
        extents = [shapes.of_name[name] for name in names]
        naming.assign((size for shape in extents if shape for size in shape), letter, taken)
    taken |= naming.names
    candidates = chain(TIMES, (f"{TIMES[0]}_{number}" for number in count(2)))
    index = Symbol(next(name for name in candidates if name not in taken), integer=True)
    timed = {*shapes.defined, *inputs}
    builder = Builder(source, shapes, declared, timed, index)
    built = {}
    for each in definitions:
        if each.name.name in shapes.scalars:
            continue  # what it says stands where it is read
        try:
            value = builder.build(each.value)
            if isinstance(value, Entry) and value.matrix.shape == (1, 1):
                value = value.matrix
            elif not isinstance(value, MatrixExpr):
                value = MatrixProduct(value, Ones(1, 1))
            built[builder.sequence(each.name.name)[index]] = as_matrix(value)
        except SymrnnError as error:
            # What the language refuses of its own: the place is the best that can be said.
            if error.message.startswith("cell text refused"):
                raise
            source.refuse(each.value.span, error.message, error.detail, error=type(error))
    return Recurrence(
        index, tuple(map(builder.sequence, states)), tuple(map(builder.sequence, inputs)), built
    )


def _is_input(name: str, shapes: Shapes, declared: Declarations) -> bool:
    return name not in shapes.defined and declared.is_input(name)


def _check_names(
    source: Source, definitions: Sequence[Definition], declared: Declarations
) -> list[str]:
    """The states, in the order of their definitions.

    Raises:
        ParseError: two definitions of one name, an input defined, one step back of what is no
            state, nothing one step back at all.
    """
    first: dict[str, Name] = {}
    for place, definition in enumerate(definitions):
        name = definition.name
        if name.name in first:
            problem, before = f"{name.name} is defined twice", first[name.name].span
            source.refuse(name.span, problem, {"expected": "one definition"}, other=before)
        if place >= MOST_DEFINITIONS:
            source.refuse(name.span, f"more than {MOST_DEFINITIONS} definitions")
        first[name.name] = name
    for name in first.values():
        if declared.inputs is not None and name.name in declared.inputs:
            source.refuse(name.span, f"{name.name} is an input: it can not be defined")
    read = [name for definition in definitions for name in names_in(definition.value)]
    spelled: dict[str, Name] = {}
    for name in (*first.values(), *read):
        other = spelled.setdefault(in_code(name.name), name)
        if other.name != name.name:
            problem = f"{name.name} and {other.name} are one name without braces"
            source.refuse(name.span, problem, {"expected": "one spelling"}, other=other.span)
    back = {name.name for name in read if name.back}
    for name in read:
        if name.back and name.name not in first and name.name != IDENTITY:
            known = [each for each in first if each in back] or [*first]
            only = f"only {', '.join(known)} exist{'s' * (len(known) == 1)} one step back"
            problem = f"{name.name}' is not a state: {only}"
            letter = next(each for each in (*"pqr", *_spare(spelled)) if each not in spelled)
            advice: dict[str, object] = {
                "expected": f"a definition {name.name} = …, or a state that has one",
                "hint": f"what is no state is one step back as a state that is equal to it: "
                f"{letter} = {name.name}, then {letter}'",
            }
            source.refuse(name.span, problem, advice)
    states = [name for name in first if name in back]
    if not states:
        name = definitions[0].name
        source.refuse(
            name.span,
            "there is no state: nothing stands one step back",
            {"expected": f"a primed name, such as {name.name}', in one of the definitions"},
        )
    return states


def _spare(taken: Mapping[str, Any]) -> Iterator[str]:
    """As many names as are taken, and one more."""
    return (f"p_{number}" for number in range(len(taken) + 1))


def _check_order(source: Source, definitions: Sequence[Definition]) -> None:
    """Raise a ParseError where definitions use each other in a circle at one time."""
    defined = {definition.name.name for definition in definitions}
    reads = {
        definition.name.name: {
            name.name: name
            for name in names_in(definition.value)
            if name.name in defined and not name.back
        }
        for definition in definitions
    }
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as error:
        # graphlib lists what is read first; said here is what reads what.
        circle = list(reversed(error.args[1]))
        place = reads[circle[0]][circle[1]]
        source.refuse(
            place.span,
            "the definitions at one time use each other in a circle",
            {
                "circle": " reads ".join(circle),
                "hint": f"one of them may read the step before: {circle[1]}'",
            },
        )


def _check_declared(definitions: Sequence[Definition], declared: Declarations) -> None:
    """Raise an IllFormedError for a declaration of what the text does not have."""
    names = {name.name for each in definitions for name in names_in(each.value)}
    names |= {each.name.name for each in definitions}
    for name in (*declared.shapes, *(declared.inputs or ())):
        if name not in names:
            raise IllFormedError(
                f"{name} is declared, but does not stand in the text",
                {"expected": ", ".join(sorted(names)), "got": name},
            )
