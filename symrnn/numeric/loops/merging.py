"""Which results of a plan may share an array."""

from __future__ import annotations

from dataclasses import replace

from symrnn.numeric.loops.operations import ACROSS, Operand, Plan, axes_of


def merged(plan: Plan) -> dict[str, Operand]:
    """Results that may lie in the array of what they are added to or multiplied into.

    u + v with u used nowhere else is written over u; so a whole chain of sums shares one array.
    """
    uses: dict[str, int] = {}
    for operation in plan.operations:
        for argument in operation.arguments:
            uses[argument.name] = uses.get(argument.name, 0) + 1
    made = {o.target.name for o in plan.operations if o.target.offset is None}
    made -= {*plan.views, *plan.vectors}
    products = {o.target.name for o in plan.operations if o.op in ("matvec", "matmul")}
    kept = plan.recursion.kept
    shared: dict[str, Operand] = {}
    for operation in reversed(plan.operations):
        target = shared.get(operation.target.name, operation.target)
        if operation.op not in ("plus", "times", "scale"):
            continue
        for argument in operation.arguments:
            timed = argument.level == operation.target.level or (
                argument.level == ACROSS and target.name in kept
            )
            free = uses[argument.name] == 1 and argument.name not in plan.stored
            alike = axes_of(argument) == axes_of(operation.target)
            if target.name in plan.views and argument.name in products:
                continue  # a product needs an array of its own
            if timed and free and alike and argument.name in made and not argument.transposed:
                level = argument.level
                shared[argument.name] = replace(target, level=max(target.level, level))
                break
    return shared
