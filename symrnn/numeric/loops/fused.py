"""Products that one product can do: all gates that read one vector, all that reach one.

    W_i h, W_f h, …             [W_i; W_f; …] h, the parts of one vector
    W_iᵀ δ_i + W_fᵀ δ_f + …      [W_i; W_f; …]ᵀ [δ_i; δ_f; …], where the δ are written side by side
    Σ_j δ_i xᵀ, Σ_j δ_f xᵀ, …    the parts of one matrix, the same way

The matrices are put below each other once, before all times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy
from sympy import Expr

from symrnn.numeric.loops.operations import EACH, ONCE, Operand, Operation, Plan, View

WRITABLE = ("times", "plus", "scale", "apply", "polynomial", "copy")
"""Operations whose result may lie in a part of a wider array."""


def fuse(plan: Plan) -> Plan:
    """The plan with products put together; those that stand alone stay as they are."""
    return _Fuser(plan).fused()


class _Fuser:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.operations = list(plan.operations)
        self.parameters = set(plan.parameters)
        self.matrices: dict[str, tuple[str, ...]] = {}
        self.vectors: dict[str, Operand] = {}
        self.views: dict[str, View] = {}
        self.stored = set(plan.stored)
        names = {o.name for o in plan.operands()} | self.parameters
        self._fresh = (n for n in (f"F{i}" for i in range(10**6)) if n not in names)

    def fused(self) -> Plan:
        """All rewrites, one after the other."""
        self._one_vector()
        self._one_sum()
        return replace(
            self.plan,
            operations=tuple(self.operations),
            stored=frozenset(self.stored),
            matrices=self.matrices,
            vectors=self.vectors,
            views=self.views,
        )

    # ------------------------------------------------------------------ [W_i; W_f] h

    def _one_vector(self) -> None:
        groups: dict[tuple[Operand, int], list[Operation]] = {}
        for operation in self.operations:
            target = operation.target
            if (
                self._is_plain(operation)
                and target.offset is None
                and target.name not in (self.stored)
            ):
                matrix, vector = operation.arguments
                if not matrix.transposed:
                    groups.setdefault((vector, target.level), []).append(operation)
        for (vector, level), members in groups.items():
            if len(members) < 2:
                continue
            matrix = self._matrix([m.arguments[0] for m in members])
            pack = Operand(next(self._fresh), matrix.rows, sympy.S.One, level)
            self._place(pack, [m.target for m in members])
            first = self.operations.index(members[0])
            self.operations[first] = Operation("matvec", (matrix, vector), pack)
            self._remove(members[1:])

    # ------------------------------------------------------------------ [W_i; W_f]ᵀ [δ_i; δ_f]

    def _one_sum(self) -> None:
        for root in [o for o in self.operations if o.op == "plus" and o.target.level == EACH]:
            if root not in self.operations or self._consumer_is_plus(root.target):
                continue
            inner, terms = self._flattened(root)
            products = [o for o in map(self._producer, terms) if o and self._is_packable(o)]
            if len(products) < 2:
                continue
            matrix = self._matrix(o.arguments[0].T for o in products).T
            vectors = [o.arguments[1] for o in products]
            pack = Operand(next(self._fresh), matrix.cols, sympy.S.One, EACH)
            if any(each.name in self.stored for each in vectors):
                # Parts of one array are kept at all times together, or not at all.
                self.stored.update([pack.name, *(each.name for each in vectors)])
            self._place(pack, vectors)
            made = {o.target.name for o in products}
            rest = [term for term in terms if term.name not in made]
            place = self.operations.index(root)
            self.operations[place : place + 1] = self._summed(root, matrix, pack, rest)
            self._remove([*inner, *products])

    def _summed(
        self, root: Operation, matrix: Operand, pack: Operand, rest: list[Operand]
    ) -> list[Operation]:
        if not rest:
            return [Operation("matvec", (matrix, pack), root.target)]
        total = Operand(next(self._fresh), root.target.rows, root.target.cols, EACH)
        chain = [Operation("matvec", (matrix, pack), total)]
        for position, term in enumerate(rest):
            last = position == len(rest) - 1
            target = root.target if last else replace(total, name=next(self._fresh))
            chain.append(Operation("plus", (term, chain[-1].target), target))
        return chain

    def _flattened(self, root: Operation) -> tuple[list[Operation], list[Operand]]:
        """The sums inside a sum, and the terms of all."""
        inner: list[Operation] = []
        terms: list[Operand] = []
        for argument in root.arguments:
            made = self._producer(argument)
            whole = made is not None and made.op == "plus" and self._is_used_once(argument)
            if made is not None and whole and argument.level == EACH:
                deeper, found = self._flattened(made)
                inner += [made, *deeper]
                terms += found
            else:
                terms.append(argument)
        return inner, terms

    def _is_packable(self, operation: Operation) -> bool:
        """Whether a product's vector may be written beside others."""
        if not self._is_plain(operation) or not self._is_used_once(operation.target):
            return False
        matrix, vector = operation.arguments
        made = self._producer(vector)
        written = made is not None and made.op in WRITABLE and made.target.level == EACH
        free = vector.name not in self.views and vector.offset is None and not vector.transposed
        return matrix.transposed and written and free

    # ------------------------------------------------------------------ reading the plan

    def _is_plain(self, operation: Operation) -> bool:
        """Whether it is a parameter times a vector."""
        if operation.op != "matvec":
            return False
        matrix = operation.arguments[0]
        return matrix.name in self.parameters and matrix.level == ONCE and not matrix.is_vector

    def _producer(self, operand: Operand) -> Operation | None:
        if operand.offset is not None:
            return None
        return next((o for o in self.operations if o.target.name == operand.name), None)

    def _uses(self, name: str) -> list[Operation]:
        return [o for o in self.operations for a in o.arguments if a.name == name]

    def _is_used_once(self, operand: Operand) -> bool:
        return len(self._uses(operand.name)) == 1 and operand.name not in self.stored

    def _consumer_is_plus(self, operand: Operand) -> bool:
        if operand.offset is not None or not self._is_used_once(operand):
            return False
        (user,) = self._uses(operand.name)
        return user.op == "plus" and user.target.level == EACH

    # ------------------------------------------------------------------ writing it

    def _matrix(self, members: Iterable[Operand]) -> Operand:
        """Matrices one below the other."""
        members = list(members)
        names = tuple(member.name for member in members)
        known = next((name for name, had in self.matrices.items() if had == names), None)
        name = known or next(self._fresh)
        self.matrices[name] = names
        rows: Expr = sum((m.rows for m in members), sympy.S.Zero)
        return Operand(name, sympy.expand(rows), members[0].cols, ONCE)

    def _place(self, pack: Operand, members: list[Operand]) -> None:
        self.vectors[pack.name] = pack
        start: Expr = sympy.S.Zero
        for member in members:
            self.views[member.name] = View(pack.name, start, member.rows)
            start = sympy.expand(start + member.rows)

    def _remove(self, gone: Iterable[Operation]) -> None:
        for operation in gone:
            self.operations.remove(operation)
