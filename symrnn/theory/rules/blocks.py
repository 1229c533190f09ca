"""Rules about matrices of blocks, and about matrices made entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.kernel import Theorem, entrywise
from symrnn.kernel.axioms import blocks
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, split_coefficient
from symrnn.language.norms import Norm
from symrnn.language.relations import Inequality
from symrnn.language.structure import Block
from symrnn.theory.closing import meeting
from symrnn.theory.context import Context, attempt
from symrnn.theory.rule import Rule
from symrnn.theory.rules.facts import of_statements, proved_by

Theorems = Iterator[Theorem]


def _block_algebra(node: Any, context: Context) -> Theorems:
    if isinstance(node, MatrixProduct):
        for place, pair in enumerate(zip(node.factors, node.factors[1:], strict=False)):
            if all(isinstance(factor, Block) for factor in pair):
                yield blocks.block_product(node, place)
    if isinstance(node, MatrixSum):
        cores = [split_coefficient(term)[1] for term in node.args]
        if all(isinstance(core, Block) for core in cores):
            yield blocks.block_sum(node)


block_algebra = Rule(
    "block_algebra",
    "blocks that fit multiply and add as entries do: (A B)_{ik} = Σ_l A_{il} B_{lk}",
    rewrite=_block_algebra,
)


def _identity(node: Any, context: Context, *sizes: Any) -> Theorems:
    if isinstance(node, Identity):
        yield blocks.identity_in_blocks(node, sizes)


identity_in_blocks = Rule(
    "identity_in_blocks",
    "I has an I in each block on the diagonal and 0 in the others, sizes adding up",
    rewrite=_identity,
)


def _norm_of_blocks(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, Block):
        yield blocks.norm_of_blocks(node)


norm_of_blocks = Rule(
    "norm_of_blocks",
    "the norm of a whole by its blocks: largest row sum for ‖A‖_∞, largest column sum for ‖A‖_1",
    relation="≤",
    rewrite=_norm_of_blocks,
)


def _entry_by_entry(node: Any, context: Context, *told: Any) -> Theorems:
    """From a bound of numbers in a statement that is used; told: (x, A) for what A's entries are
    called there, and names of statements."""
    if not isinstance(node, Norm):
        return
    entries = {one[0]: one[1] for one in told if not isinstance(one, str)}
    names = tuple(one for one in told if isinstance(one, str))
    for known in of_statements(context, names):
        if isinstance(known.relation, Inequality):
            shown = attempt(entrywise, known, node.matrix, entries)
            if shown is not None and shown.relation.lhs == node:
                shown = meeting(shown, context)
                yield proved_by(shown, of_statements(context, ()), context)


entry_by_entry = Rule(
    "entry_by_entry",
    "‖f(A, B)‖ ≤ c for the largest entry, where |f(x, y)| ≤ c for numbers, f taken entry by entry",
    relation="≤",
    rewrite=_entry_by_entry,
)
