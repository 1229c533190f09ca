"""What several relations of a document say together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.verdicts.limits import growing, limited, target, tends
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_UNDERSTOOD, TRUE, UNDER, Verdict
from symrnn.reading.latex.tree import Normed, Tree, shape_of
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL

Edge = tuple[Any, tuple[str, ...]]
Edges = Mapping[Any, list[Edge]]


def together(
    statements: Statements, relations: Sequence[Relation], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """The verdicts, with what follows from other relations, and less where a chain is another's."""
    found = {**verdicts, **_followed(statements, relations, verdicts)}
    return {**found, **_doubtful(relations, found)}


def _followed(
    statements: Statements, relations: Sequence[Relation], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """Bounds and limits that true relations lead to: A ≤ B = C ≤ D, and A ≤ c q^{t-k} → 0."""
    above: dict[Any, list[Edge]] = {}
    below: dict[Any, list[Edge]] = {}
    trees: dict[Any, Tree] = {}
    for relation in relations:
        verdict = verdicts[relation.order]
        model = id(statements.model_at(relation))
        for side in (relation.left.tree, relation.right.tree):
            if side is not None:
                trees[model, shape_of(side)] = side
        if verdict.kind in (TRUE, UNDER):
            for small, large in _steps(relation):
                above.setdefault((model, small), []).append(((model, large), verdict.under))
                below.setdefault((model, large), []).append(((model, small), verdict.under))
    found = {}
    for relation in relations:
        verdict = verdicts[relation.order]
        model = id(statements.model_at(relation))
        under = None
        if verdict.kind != NOT_UNDERSTOOD:
            continue
        if verdict.cause == "inequalities" and relation.kind in (AT_MOST, AT_LEAST):
            ((small, large),) = _steps(relation)
            under = dict(_reached(above, (model, small))).get((model, large))
        elif goal := target(relation):
            under = _limit(statements, relation, above if goal == "0" else below, trees)
        if under is not None:
            what = "it follows from the relations around it"
            found[relation.order] = Verdict(UNDER if under else TRUE, under, what=what)
    return found


def _limit(
    statements: Statements, relation: Relation, edges: Edges, trees: Mapping[Any, Tree]
) -> tuple[str, ...] | None:
    """What must be supposed for a limit that a bound leads to; None where none does."""
    model = id(statements.model_at(relation))
    letter = growing(statements, relation)
    tree = limited(relation)
    assert tree is not None
    starts = [tree, Normed(tree.start, tree.end, True, tree, "‖")]
    for start in starts:
        for place, under in _reached(edges, (model, shape_of(start))):
            bound = trees.get(place, start)
            more = tends(statements, relation, bound, letter)
            if more is not None:
                return tuple(dict.fromkeys((*under, *more)))
    return None


def _steps(relation: Relation) -> list[tuple[Any, Any]]:
    """What is at most what, by a relation."""
    left, right = (shape_of(side.tree) for side in (relation.left, relation.right))
    steps = {EQUAL: [(left, right), (right, left)], AT_MOST: [(left, right)]}
    return steps.get(relation.kind, [(right, left)] if relation.kind == AT_LEAST else [])


def _reached(edges: Edges, start: Any) -> Iterator[Edge]:
    """All that relations lead to from an expression, nearest first, with what must be supposed."""
    todo: deque[Edge] = deque([(start, ())])
    seen = {start}
    while todo:
        here, under = todo.popleft()
        yield here, under
        for place, more in edges.get(here, ()):
            if place not in seen:
                seen.add(place)
                todo.append((place, tuple(dict.fromkeys((*under, *more)))))


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
