"""What uses what: the order of the statements, cycles refused."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from symrnn.errors import IllFormedError
from symrnn.theory.statement import Statement


def in_order(statements: Mapping[str, Statement]) -> tuple[Statement, ...]:
    """Every statement after those it uses; among those that are free, as they were given.

    Raises:
        IllFormedError: for a cycle, which is shown, or a name that is not there.
    """
    for statement in statements.values():
        unknown = [name for name in statement.uses if name not in statements]
        if unknown:
            raise IllFormedError(
                f"`{statement.name}` uses a statement that is not there",
                {"expected": ", ".join(statements), "got": unknown[0]},
            )
    sorter = TopologicalSorter({name: statement.uses for name, statement in statements.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise IllFormedError(
            "the statements use each other in a circle", {"cycle": " → ".join(error.args[1])}
        ) from error
    place = {name: number for number, name in enumerate(statements)}
    result: list[Statement] = []
    ready: list[str] = []
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        ready.sort(key=place.__getitem__)
        name = ready.pop(0)
        result.append(statements[name])
        sorter.done(name)
    return tuple(result)
