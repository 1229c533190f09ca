"""Faults planted in the kernel, one in each part of it: the tests of the kernel notice every one.

`mutants.py` plants all that a change of one place can make; these are kept, as each is unsound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
import test_planted_faults as rows
from planting import mutants, planted, replaced


class Fault(NamedTuple):
    """A text of a file of the kernel, what stands there instead, and the row that notices it."""

    file: str
    old: str
    new: str
    noticed: Callable[[str], None]
    row: str


REFUSED, NEEDED = rows.test_the_kernel_refuses, rows.test_what_is_needed_is_among_the_hypotheses
STRICT = rows.test_what_may_be_0_is_not_known_to_be_greater
DEPENDS = rows.test_what_may_change_is_not_known_to_be_independent
TRUE = rows.test_what_is_easily_said_wrongly_is_true

FAULTS: dict[str, Fault] = {
    "⊗ commutes with diag": Fault(
        "algebra.py",
        "and isinstance(ordered[place - 1], Diag):",
        "and isinstance(ordered[place - 1], Diag | Kronecker):",
        REFUSED,
        "algebra: nor with ⊗",
    ),
    "1ᵀ diag(u) diag(v) is vᵀ": Fault(
        "algebra.py",
        "*run[:-1], *ordered",
        "*ordered",
        REFUSED,
        "algebra: 1ᵀ diag(u) diag(v)",
    ),
    "a square has entries > 0": Fault(
        "order.py",
        "return sign(matrix.activation.function.expr)",
        "return 2 * sign(matrix.activation.function.expr)",
        STRICT,
        "an entry of squares",
    ),
    "entries are what a function that jumps says": Fault(
        "order.py",
        "        case Elementwise() if not matrix.activation.has(*STEPS):",
        "        case Elementwise():",
        REFUSED,
        "order: an entry of what may jump there",
    ),
    "softmax is an elementwise function": Fault(
        "axioms/differentials.py",
        "yield (Diag(of) - of * Transposed(of))",
        "yield Diag(of)",
        TRUE,
        "∂softmax",
    ),
    "log-sum-exp falls": Fault(
        "axioms/differentials.py",
        "yield Transposed(Softmax(of.args[0]))",
        "yield -Transposed(Softmax(of.args[0]))",
        TRUE,
        "∂logsumexp",
    ),
    "A⁻¹ changes as A does": Fault(
        "axioms/differentials.py",
        "yield -Kronecker(Transposed(inside), inside)",
        "yield Kronecker(Transposed(inside), inside)",
        TRUE,
        "∂ vec(A⁻¹)",
    ),
    "the wrong one of the two inverses is transposed": Fault(
        "axioms/differentials.py",
        "yield -Kronecker(Transposed(inside), inside)",
        "yield -Kronecker(inside, Transposed(inside))",
        TRUE,
        "∂ vec(A⁻¹)",
    ),
    "∂ det A without the transpose": Fault(
        "axioms/differentials.py",
        "row = Transposed(Vec(Transposed(Inverse(of.args[0]))))",
        "row = Transposed(Vec(Inverse(of.args[0])))",
        TRUE,
        "∂ det A",
    ),
    "∂ det A without det A": Fault(
        "axioms/differentials.py",
        "yield Entry(of, 1) * row",
        "yield row",
        TRUE,
        "∂ det A",
    ),
    "every matrix has an inverse": Fault(
        "values.py",
        "yield Fact.nonzero(Entry(Determinant(node.args[0]), 1))",
        "yield Fact.nonnegative(sympy.S.One)",
        NEEDED,
        "an inverse has a value",
    ),
    "an inverse is differentiable everywhere": Fault(
        "values.py",
        "    if isinstance(term, Inverse):",
        "    if isinstance(term, Norm) and isinstance(term, Inverse):",
        REFUSED,
        "axioms: a definition that need not have a value",
    ),
    "‖c A B‖_F without |c|": Fault(
        "axioms/norms.py",
        'abs(product.coefficient) * Norm(first, "2")',
        'product.coefficient * Norm(first, "2")',
        TRUE,
        "‖-2 A B‖_F",
    ),
    "the chain rule forgets what is held": Fault(
        "axioms/derivatives.py",
        "D(one, node.by, NUMERATOR, node.held)",
        "D(one, node.by, NUMERATOR, ())",
        TRUE,
        "through what is held besides",
    ),
    "the direct path is 0": Fault(
        "axioms/derivatives.py",
        "MatrixSum(direct, *_paths(node, via))",
        "MatrixSum(*_paths(node, via))",
        TRUE,
        "directly and through",
    ),
    "a range is split in the other order": Fault(
        "axioms/ranges.py",
        "(late, early) if node.latest == LEFT",
        "(early, late) if node.latest == LEFT",
        TRUE,
        "∏ split",
    ),
    "max is any of its arguments": Fault(
        "axioms/numbers.py",
        "[Fact.nonnegative(towards * (value - other)) for other in extreme.args]",
        "[]",
        NEEDED,
        "max",
    ),
    "the limit's constants depend on n": Fault(
        "axioms/limits.py",
        "or variable in free:",
        "or False:",
        REFUSED,
        "axioms: c qⁿ where c depends on n",
    ),
    "an equation at one index is used at all": Fault(
        "positions.py",
        "    for need in set(open_needs) - kept:",
        "    for need in ():",
        REFUSED,
        "positions: the body at one index",
    ),
    "a larger factor, beside one < 0": Fault(
        "positions.py",
        "grows = nonnegative(term.func(*term.args[: path[0]], *term.args[path[0] + 1 :]))",
        "grows = True",
        REFUSED,
        "positions: larger, beside a factor of unknown sign",
    ),
    "a function need not be made of known nodes": Fault(
        "terms.py",
        "return formula, variable",
        "return variable, variable",
        REFUSED,
        "terms: a function that jumps at whole numbers",
    ),
    "a parameter and a sequence of one name": Fault(
        "theorem.py",
        "(type(each), each.shape)",
        "(each.shape,)",
        REFUSED,
        "terms: a parameter called as a sequence",
    ),
    "what is assumed of a number is not of all entries": Fault(
        "inferences.py",
        "        needs.append(each)",
        "        needs.extend(())",
        NEEDED,
        "what is assumed of a number, of all entries",
    ),
    "a constant of the recurrence is an entry": Fault(
        "inferences.py",
        "_require_varies(theorem.cell, entries)",
        "_require_varies(None, entries)",
        REFUSED,
        "inferences: an entry that is a constant of a recurrence",
    ),
    "what is varied lies two steps from what may be it": Fault(
        "axioms/derivatives.py",
        "(gap - 1, -gap - 1)",
        "(gap - 2, -gap - 1)",
        REFUSED,
        "axioms: through what is varied, or what may be the state after",
    ),
    "time 1 is given": Fault(
        "dependence.py",
        "Fact.nonnegative(leaf.index - 1)",
        "Fact.nonnegative(leaf.index - 2)",
        DEPENDS,
        "on the first input, at what may be its time",
    ),
    "what comes into a function is its variable": Fault(
        "substitution.py",
        "if isinstance(node, Activation) or fixed",
        "if fixed",
        REFUSED,
        "inferences: the variable of a function for a number in it",
    ),
    "a fact times 0⁻¹": Fault(
        "order.py",
        " or not _has_a_value(factor):",
        ":",
        REFUSED,
        "order: a fact times what may be 0⁻¹",
    ),
    "≥ 0 is > 0": Fault(
        "order.py",
        "if not open_atoms and (not strict or",
        "if not open_atoms and (strict or",
        STRICT,
        "q",
    ),
    "times are different": Fault(
        "dependence.py",
        "or self.nonnegative(gap - 1)",
        "or gap != 0",
        DEPENDS,
        "an input of the same name",
    ),
    "a square under a root": Fault(
        "scalars.py",
        "if len(base) == 1 and exponent.is_integer:",
        "if len(base) == 1:",
        REFUSED,
        "scalars: √ of what is a square",
    ),
    "log of anything": Fault(
        "values.py",
        "        yield Fact.positive(node.args[0])",
        "        yield from ()",
        NEEDED,
        "log",
    ),
    "a chain that does not meet": Fault(
        "inferences.py",
        "    if middle != other:",
        "    if False:",
        REFUSED,
        "inferences: a chain that does not meet",
    ),
    "an induction from what fails before": Fault(
        "inferences.py",
        "        if earlier != each and not (",
        "        if False and not (",
        REFUSED,
        "inferences: an equation that need not hold before",
    ),
    "a norm under an index is differentiated wherever": Fault(
        "values.py",
        "isinstance(term, Ranged) and (term.index in need.free_symbols or type(need) is Smooth)",
        "isinstance(term, Ranged) and type(need) is Smooth",
        REFUSED,
        "terms: a norm under an index, which may be 0 at one",
    ),
    "the norm of whatever is that of its first part": Fault(
        "axioms/norms.py",
        "if not isinstance(matrix, Diag):",
        "if not matrix.args:",
        REFUSED,
        "axioms: the norm of a row is that of diag",
    ),
    "an induction begins at a time that moves": Fault(
        "inferences.py",
        "if over in start.free_symbols or any(",
        "if any(",
        REFUSED,
        "inferences: an induction whose beginning moves",
    ),
    "a product of no numbers is 0": Fault(
        "axioms/ranges.py",
        "return sympy.S.Zero if isinstance(node, sympy.Sum) else sympy.S.One",
        "return sympy.S.Zero",
        TRUE,
        "∏ of no numbers",
    ),
    "one time for all": Fault(
        "inferences.py",
        "if any(gone.index in each.free_symbols for each in needs):",
        "if False:",
        REFUSED,
        "inferences: for all times by one",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str) -> None:
    fault = FAULTS[name]
    file = f"symrnn/kernel/{fault.file}"
    fault.noticed(fault.row)
    with planted(file, replaced(file, fault.old, fault.new)) as changed:
        assert changed
        with pytest.raises((pytest.fail.Exception, AssertionError)):
            fault.noticed(fault.row)
    fault.noticed(fault.row)


def test_a_file_has_mutants_of_every_sort() -> None:
    found = {each.change.split(" ")[0] for each in mutants("symrnn/kernel/order.py")}
    assert {"without", "if"} <= found
    assert len(mutants("symrnn/kernel/inferences.py")) > 200
