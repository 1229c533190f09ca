"""What several relations of a document say together."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_UNDERSTOOD, TRUE, UNDER, Verdict
from symrnn.reading.latex.tree import shape_of
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL

Edge = tuple[Any, tuple[str, ...]]


def together(
    statements: Statements, relations: Sequence[Relation], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """The verdicts, with what follows from other relations, and less where a chain is another's."""
    found = {**verdicts, **_followed(statements, relations, verdicts)}
    return {**found, **_doubtful(relations, found)}


def _followed(
    statements: Statements, relations: Sequence[Relation], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """Bounds that nothing proves by themselves, and that true relations lead to: A ≤ B = C ≤ D."""
    edges: dict[Any, list[Edge]] = {}
    for relation in relations:
        verdict = verdicts[relation.order]
        if verdict.kind in (TRUE, UNDER):
            model = id(statements.model_at(relation))
            for small, large in _steps(relation):
                edges.setdefault((model, small), []).append(((model, large), verdict.under))
    found = {}
    for relation in relations:
        verdict = verdicts[relation.order]
        open_ = verdict.kind == NOT_UNDERSTOOD and verdict.cause == "inequalities"
        if not open_ or relation.kind not in (AT_MOST, AT_LEAST):
            continue
        model = id(statements.model_at(relation))
        ((small, large),) = _steps(relation)
        under = _way(edges, (model, small), (model, large))
        if under is not None:
            what = "it follows from the relations around it"
            found[relation.order] = Verdict(UNDER if under else TRUE, under, what=what)
    return found


def _steps(relation: Relation) -> list[tuple[Any, Any]]:
    """What is at most what, by a relation."""
    left, right = (shape_of(side.tree) for side in (relation.left, relation.right))
    steps = {EQUAL: [(left, right), (right, left)], AT_MOST: [(left, right)]}
    return steps.get(relation.kind, [(right, left)] if relation.kind == AT_LEAST else [])


def _way(edges: Mapping[Any, list[Edge]], start: Any, goal: Any) -> tuple[str, ...] | None:
    """What must be supposed on the shortest way between two expressions; None without one."""
    todo: deque[tuple[Any, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while todo:
        here, under = todo.popleft()
        if here == goal:
            return under
        for place, more in edges.get(here, ()):
            if place not in seen:
                seen.add(place)
                todo.append((place, tuple(dict.fromkeys((*under, *more)))))
    return None


def _doubtful(relations: Sequence[Relation], verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """What would be called false in a chain in which a line before is not explained.

    Such a chain is often about another model, as the words around it say.
    """
    found: dict[int, Verdict] = {}
    previous: Relation | None = None
    for relation in relations:
        verdict = verdicts[relation.order]
        follows = previous is not None and relation.left is previous.right
        if previous is not None and follows and verdict.kind == FALSE:
            before = found.get(previous.order) or verdicts[previous.order]
            if before.kind == DISAGREES:
                what = f"{verdict.what}; not called false: the line before it is not explained"
                found[relation.order] = replace(
                    verdict, kind=DISAGREES, what=what, mend="", mended="", mended_as=""
                )
        previous = relation
    return found
