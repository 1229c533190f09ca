"""Planted faults: claims made wrong on purpose, each of which every checker must refuse.

These are the slips of hand-written slides: a transpose, the order of a product, an index off by
one, a term or a factor dropped, a sign, a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import sympy
from sympy import Integer, Rational, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import DisagreementError, EvidenceError, IllFormedError, SymrnnError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed, Zeros
from symrnn.language.canonical import equal_by_algebra, transpose
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Equation, Inequality, Limit
from symrnn.language.shapes import same_size, symbolic
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector
from symrnn.theory import rules
from symrnn.theory.about import Subject
from symrnn.theory.check import check
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Induction
from symrnn.theory.statement import Part
from symrnn.verify.explicit import write_out
from symrnn.verify.sampled import sample

Change = Callable[[Any], Iterator[Any]]

SEEN = 1e-9
"""What is larger, computed to 15 digits at small numbers, is not 0."""


@dataclass(frozen=True)
class Fault:
    """A wrong claim, and which checkers refused it."""

    slip: str
    claim: Any
    caught_by: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Whether the checker of derivations and at least one check by values refused it."""
        return "derived" in self.caught_by and len(self.caught_by) > 1


def plant(part: Part, rnn: Subject, context: Context, name: str, most: int = 2) -> list[Fault]:
    """Wrong versions of a part's claim, each put before every checker.

    Args:
        part: the claim and its proof.
        rnn: the recurrence.
        context: what the proof may use.
        name: for messages.
        most: how many slips to plant. A stronger bound that no values refute is not shown to be
            wrong: another slip stands for it, at last a hundredth of the bound.
    """
    planted: list[Fault] = []
    unshown: list[Fault] = []
    for slip, wrong in slips(part.claim):
        if len(planted) == most:
            break
        fault = Fault(slip, wrong, _refusals(part, wrong, rnn, context, name))
        if not fault.caught and fault.caught_by == ("derived",) and isinstance(wrong, Inequality):
            # Half a bound may bound as well, in a cell that never comes near it.
            unshown.append(fault)
        elif fault.caught or not _is_true_as_well(part, wrong, context, name):
            planted.append(fault)
    if planted or not unshown:
        return planted
    # Where the bound is loose, the checks by values have to see one that is too small by far.
    far = Inequality(part.claim.lhs, part.claim.rhs * Rational(1, 100))
    refused = _refusals(part, far, rnn, context, name)
    return [Fault("a hundredth of the bound", far, refused)]


HARMLESS = (
    rules.algebra,
    rules.scalar_algebra,
    rules.transpose_of_product,
    rules.transpose_of_diagonal,
    rules.homogeneous,
    rules.norm_of_identity,
    rules.derivative_of_itself,
)
"""Rules that can show two sides equal, and need nothing but the sides."""


def _is_true_as_well(part: Part, wrong: Any, context: Context, name: str) -> bool:
    """Whether a rule shows that a slip changed nothing: ‖Aᵀ‖_F for ‖A‖_F is no fault.

    Asked only of what no check by values refused.
    """
    if not isinstance(wrong, Equation | Inequality) or wrong.lhs != part.claim.lhs:
        return False
    right = part.claim.rhs
    if _same_where_steps_commute(right, wrong.rhs, context):
        return True
    if _same_by_hypotheses(right, wrong.rhs, part):
        return True
    # As before, or what the left side is anyhow: a first factor ∂x/∂x is I.
    for rule, (start, end) in product(HARMLESS, ((right, wrong.rhs), (wrong.rhs, wrong.lhs))):
        one_line = Derivation(start, given=part.given, cell=part.cell)
        try:
            check(one_line.equals(end, rule), context, name, explain=False)
        except SymrnnError:
            continue
        return True
    return _is_norm_of_transpose(right, wrong.rhs)


def _same_where_steps_commute(right: Any, wrong: Any, context: Context) -> bool:
    """Whether two sides are one where each step of the cell has a diagonal Jacobian, as it has."""
    recurrence = context.cell
    if len(recurrence.states) != 1 or not isinstance(right, MatrixExpr):
        return False
    (s,), now = recurrence.states, recurrence.index
    try:
        step = recurrence.immediate(s[now], s[now - 1])
    except SymrnnError:
        return False
    if not _is_diagonal(step):
        return False

    def plain(expression: Any) -> Any:
        steps = {
            node: Diag(TimeVector("_slopes", node.of.index, s.rows))
            for node in expression.atoms(TotalDerivative)
            if isinstance(node.by, TimeVector)
            and isinstance(node.of, TimeVector)
            and node.of.sequence == node.by.sequence == s
            and node.of.index - node.by.index == 1
        }
        known = expression.xreplace(steps)
        ordered = {
            node: node.func(*node.args[:4], LEFT)
            for node in known.atoms(OrderedProduct)
            if _is_diagonal(node.body)
        }
        return known.xreplace(ordered)

    return bool(equal_by_algebra(plain(right), plain(wrong)))


def _same_by_hypotheses(right: Any, wrong: Any, part: Part) -> bool:
    """Whether equations that are assumed make the sides one: where Wᵀ = W, Wᵀ Wᵀ is W W."""
    if not isinstance(right, MatrixExpr):
        return False
    for fact in part.given:
        if isinstance(fact, Equation):
            sides = (fact.lhs, fact.rhs)
            found, instead = sides[::-1] if fact.rhs.has(fact.lhs) else sides
            right, wrong = (side.xreplace({found: instead}) for side in (right, wrong))
    return bool(equal_by_algebra(right, wrong))


def _is_norm_of_transpose(right: Any, wrong: Any) -> bool:
    """Whether only transposes inside norms were changed that do not see them, ‖A‖₂ and ‖A‖_F."""

    def plain(expression: Any) -> Any:
        return expression.replace(
            lambda node: isinstance(node, Norm) and node.kind in ("2", "F"),
            lambda node: Norm(min(node.matrix, transpose(node.matrix), key=str), node.kind),
        )

    return not isinstance(right, MatrixExpr) and bool(plain(right) == plain(wrong))


def slips(claim: Any) -> Iterator[tuple[str, Any]]:
    """Wrong versions of a claim: the right side changed by one slip at a time.

    A limit is made another one, or given to a quantity of which a part stays.
    """
    if isinstance(claim, Limit):
        quantity, variable, limit = claim.args
        yield "another limit", Limit(quantity, variable, sympy.S.One)
        if limit.is_finite:  # beside what grows without end, a term that stays is no slip
            yield "a term that stays", Limit(quantity + 1, variable, limit)
        inverse = sympy.S.Zero if limit == sympy.oo else sympy.oo
        yield "the inverse's limit", Limit(quantity, variable, inverse)
        return
    table = BOUND_SLIPS if isinstance(claim, Inequality) else SLIPS
    for slip, change in table.items():
        for wrong in _well_formed(change, claim.rhs):
            try:
                relation = type(claim)(claim.lhs, wrong)
            except IllFormedError:
                continue  # a slip that no longer has a shape is refused already
            if not _same_value(claim.rhs, wrong):
                yield slip, relation
                break


def _well_formed(change: Change, right: Any) -> Iterator[Any]:
    try:
        yield from change(right)
    except IllFormedError:
        return  # a slip that has no meaning is refused where it is built


def _same_value(right: Any, wrong: Any) -> bool:
    if isinstance(right, MatrixExpr):
        return equal_by_algebra(right, wrong)
    gap = symbolic(right - wrong)
    return not _differs(gap) and bool(sympy.simplify(gap) == 0)


def _differs(gap: Any) -> bool:
    """Whether a scalar is seen not to be 0 at numbers for its symbols, norms and entries.

    That takes no search for a simpler form. Where an index is bound, nothing is seen.
    """
    if gap.has(sympy.Sum, sympy.Product, Ranged):
        return False
    parts = sorted(gap.atoms(Norm, Entry), key=str)
    plain = gap.xreplace({part: Symbol(f"_{n}", positive=True) for n, part in enumerate(parts)})
    numbers = {
        s: Integer(n + 3) if s.is_integer else Rational(2 * n + 3, 2 * n + 5)
        for n, s in enumerate(sorted(plain.free_symbols, key=str))
    }
    value = plain.xreplace(numbers).n(15)
    return bool(value.is_Float and abs(value) > SEEN)


def _refusals(part: Part, wrong: Any, rnn: Subject, context: Context, name: str) -> tuple[str, ...]:
    chains = part.proof.chains
    facts = part.given
    cell = chains[-1][1].cell
    one_line = Derivation(wrong.lhs, cell=cell)
    if isinstance(wrong, Limit):
        alone = one_line.tends_to(wrong.rhs, rules.algebra, wrong.variable)
    else:
        step = one_line.at_most if isinstance(wrong, Inequality) else one_line.equals
        alone = step(wrong.rhs, rules.algebra)
    attempts: dict[str, Callable[[], Any]] = {
        "derived": lambda: check(_with_claim(part, wrong), context, name, explain=False),
        "sampled": lambda: sample(alone, rnn, name, facts),
        "explicit": lambda: write_out(alone, rnn, name, facts),
    }
    return tuple(grade for grade, attempt in attempts.items() if _refuses(grade, attempt))


def _with_claim(part: Part, wrong: Any) -> Derivation | Induction:
    """The part's own proof, or the end of it, made to end in the wrong claim."""
    proof = part.proof
    if isinstance(proof, Induction):
        *before, last = proof.step.steps
        step = replace(proof.step, steps=(*before, replace(last, after=wrong.rhs)))
        return replace(proof, claim=wrong, step=step)
    # The lines before were checked with the proof itself: the last one remains.
    last = replace(proof.steps[-1], after=wrong.rhs)
    if isinstance(wrong, Limit):
        last = replace(last, before=last.before + (wrong.lhs - part.claim.lhs))
    return replace(proof, start=last.before, steps=(last,))


def _refuses(grade: str, attempt: Callable[[], Any]) -> bool:
    """Whether a checker shows a claim wrong; one by values that found no values shows nothing."""
    try:
        attempt()
    except EvidenceError as error:
        return grade == "derived" or isinstance(error, DisagreementError)
    return False


# ---------------------------------------------------------------------- the slips


def _each(expression: Any, kind: type | tuple[type, ...]) -> list[Any]:
    found = expression.find(lambda node: isinstance(node, kind))
    return sorted(found, key=sympy.default_sort_key)


def _transposed(expression: Any) -> Iterator[Any]:
    """A square parameter transposed."""
    for node in _each(expression, sympy.MatrixSymbol):
        if same_size(*node.shape) and not same_size(node.shape[0], 1):
            yield expression.xreplace({node: Transposed(node)})


def _reversed(expression: Any) -> Iterator[Any]:
    """An ordered product in the other direction; of diagonal matrices that is the same."""
    for node in _each(expression, OrderedProduct):
        if _is_diagonal(node.body):
            continue
        side = RIGHT if node.latest == LEFT else LEFT
        other = node.func(*node.args[:4], side)
        yield expression.xreplace({node: other})


def _is_diagonal(matrix: Any) -> bool:
    if isinstance(matrix, MatrixProduct | MatrixSum):
        parts = matrix.factors if isinstance(matrix, MatrixProduct) else matrix.args
        return all(map(_is_diagonal, parts))
    return isinstance(matrix, Diag | Identity)


def _swapped(expression: Any) -> Iterator[Any]:
    """Two neighbouring factors in the other order."""
    for node in _each(expression, MatrixProduct):
        factors = list(node.factors)
        for place in range(len(factors) - 1):
            swapped = [*factors]
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            try:
                yield expression.xreplace({node: MatrixProduct(node.coefficient, *swapped)})
            except IllFormedError:
                continue


def _shifted_body(expression: Any) -> Iterator[Any]:
    """The index of a product or sum shifted, its bounds not."""
    for node in _each(expression, Ranged):
        body = node.at(node.index + 1)
        yield expression.xreplace({node: node.func(body, *node.args[1:])})


def _dropped_last(expression: Any) -> Iterator[Any]:
    """A sum or product that ends one time early."""
    for node in _each(expression, (OrderedSum, OrderedProduct)):
        yield expression.xreplace({node: node.over(node.lower, node.upper - 1)})


def _dropped_term(expression: Any) -> Iterator[Any]:
    """One term of a sum left out."""
    for node in _each(expression, MatrixSum):
        yield expression.xreplace({node: MatrixSum(*node.args[:-1])})


def _earlier(expression: Any) -> Iterator[Any]:
    """A vector taken one step earlier."""
    for node in _each(expression, TimeVector):
        if not node.index.is_Integer:
            yield expression.xreplace({node: node.sequence[node.index - 1]})


def _negated(expression: Any) -> Iterator[Any]:
    """The sign."""
    if not isinstance(expression, Zeros) and expression != 0:
        yield -expression


def _doubled(expression: Any) -> Iterator[Any]:
    """A constant factor."""
    if not isinstance(expression, Zeros) and expression != 0:
        yield 2 * expression


def _one_more(expression: Any) -> Iterator[Any]:
    """Zero is not what a fault can be scaled from: a one is added instead."""
    if isinstance(expression, Zeros):
        yield expression + Ones(*expression.shape)
    elif not isinstance(expression, MatrixExpr):
        yield expression + 1


def _halved(expression: Any) -> Iterator[Any]:
    """A bound half as large."""
    yield expression * Rational(1, 2)


def _one_less(expression: Any) -> Iterator[Any]:
    """Zero can not be made smaller by a factor."""
    if expression == 0:
        yield expression - 1


def _smaller(expression: Any) -> Iterator[Any]:
    """A bound too small by a tenth."""
    yield expression * Rational(9, 10)


SLIPS: dict[str, Change] = {
    "the order of a product": _reversed,
    "an index without its bounds": _shifted_body,
    "a transpose": _transposed,
    "neighbouring factors swapped": _swapped,
    "the last term or factor dropped": _dropped_last,
    "a term dropped": _dropped_term,
    "an index off by one": _earlier,
    "a sign": _negated,
    "a constant": _doubled,
    "not zero": _one_more,
}

BOUND_SLIPS: dict[str, Change] = {
    "half the bound": _halved,
    "nine tenths of the bound": _smaller,
    "not below zero": _one_less,
}
