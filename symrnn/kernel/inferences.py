"""The inferences: what makes theorems of theorems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

from sympy import Expr, Symbol

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel import algebra
from symrnn.kernel.entries import entry_of, largest
from symrnn.kernel.facts import Fact
from symrnn.kernel.positions import Path, at, put, require_equal_there, require_monotone
from symrnn.kernel.recurrences import Hypothesis, admitted, hypothesis
from symrnn.kernel.substitution import substitute
from symrnn.kernel.theorem import (
    Theorem,
    _conditions,
    _facts,
    _make,
    _record,
    _require_varies,
    eventually,
    text_of,
)
from symrnn.language.activations import Activation
from symrnn.language.algebra import Transposed
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, ForAll, Inequality, Limit
from symrnn.language.shapes import symbolic
from symrnn.language.writing import text
from symrnn.recurrence.definitions import Definitions


def _one_cell(*theorems: Theorem) -> Definitions | None:
    cells = {id(theorem.cell): theorem.cell for theorem in theorems if theorem.cell is not None}
    if len(cells) > 1:
        raise SideConditionError(
            "a theorem about one recurrence says nothing of another",
            {"about": " and ".join(text(theorem.relation) for theorem in theorems)},
        )
    return next(iter(cells.values()), None)


def _sides(theorem: Theorem, *kinds: type) -> tuple[Any, Any]:
    relation = theorem.relation
    if isinstance(relation, kinds):
        return theorem.relation.lhs, theorem.relation.rhs
    expected = " or ".join(kind.__name__ for kind in kinds)
    raise IllFormedError("the wrong relation", {"expected": expected, "got": text(relation)})


P = ParamSpec("P")


def inference(make: Callable[P, Theorem]) -> Callable[P, Theorem]:
    """Decorator: what is given is read once, and what stands for a theorem has to be one."""
    asked = signature(make)

    @wraps(make)
    def made(*args: P.args, **named: P.kwargs) -> Theorem:
        given = asked.bind(*args, **named)
        for name, each in given.arguments.items():
            given.arguments[name] = _read(each, asked.parameters[name].annotation)
        return make(*given.args, **given.kwargs)

    # No way back to what reads nothing first.
    del vars(made)["__wrapped__"]
    vars(made)["__signature__"] = asked
    return made


def _read(given: Any, asked: str) -> Any:
    if "Theorem" in asked and (given is not None or "None" not in asked):
        _record(given)
        return given
    if isinstance(given, Mapping):
        return {admitted(key): admitted(each) for key, each in given.items()}
    return admitted(given)


@inference
def assume(assumed: Any) -> Theorem:
    """{p} ⊢ p, for an equation or an inequality p."""
    kept = hypothesis(assumed)
    if isinstance(kept, Fact):
        return _make((kept,), Inequality(0, kept.expression), None)
    if not isinstance(kept, Equation):
        raise IllFormedError("only an equation or an inequality is assumed", {"got": repr(assumed)})
    return _make((kept,), kept, None)


@inference
def specialise(assumed: ForAll, value: Any) -> Theorem:
    """{p at every time j ≥ h} ⊢ p at j = value, where value ≥ h."""
    if not isinstance(assumed, ForAll):
        raise IllFormedError("this holds at one time only", {"got": text_of(assumed)})
    value = _times({assumed.index: value})[assumed.index]
    relation = substitute(assumed.relation, {assumed.index: value})
    return _make((assumed, Fact.nonnegative(value - assumed.since)), relation, None)


@inference
def reflexivity(term: Any) -> Theorem:
    """⊢ x = x."""
    return _make((), Equation(term, term), None)


@inference
def symmetry(theorem: Theorem) -> Theorem:
    """From x = y: y = x."""
    left, right = _sides(theorem, Equation)
    return _make(theorem.hypotheses, Equation(right, left), theorem.cell)


@inference
def transitivity(first: Theorem, second: Theorem) -> Theorem:
    """From x R y and y S z: x = z where both are =, else x ≤ z."""
    left, middle = _sides(first, Equation, Inequality)
    other, right = _sides(second, Equation, Inequality)
    if middle != other:
        raise IllFormedError("the two do not meet", {"expected": text(middle), "got": text(other)})
    bounded = any(isinstance(each.relation, Inequality) for each in (first, second))
    relation = (Inequality if bounded else Equation)(left, right)
    return _make(first.hypotheses | second.hypotheses, relation, _one_cell(first, second))


@inference
def congruence(theorem: Theorem, term: Any, path: Path, given: Iterable[Any] = ()) -> Theorem:
    """From x = y: t = t′, where t′ is t with the x at a position replaced by y.

    Args:
        theorem: the equation.
        term: t.
        path: the position, an argument's number on each level.
        given: facts that may be used where the position is under a binder; they are assumed.
    """
    left, right = _sides(theorem, Equation)
    _require_at(term, path, left)
    needs = theorem.hypotheses | {hypothesis(fact) for fact in given}
    needs = require_equal_there(term, path, needs, theorem.cell is None)
    return _make(needs, Equation(term, put(term, path, right)), theorem.cell)


@inference
def monotone(theorem: Theorem, term: Any, path: Path, given: Iterable[Any] = ()) -> Theorem:
    """From x ≤ y: t ≤ t′, where t grows with the x at a position; arguments as of `congruence`."""
    left, right = _sides(theorem, Inequality)
    _require_at(term, path, left)
    needs = theorem.hypotheses | {hypothesis(fact) for fact in given}
    needs = require_monotone(term, path, needs)
    return _make(needs, Inequality(term, put(term, path, right)), theorem.cell)


def _require_at(term: Any, path: Path, left: Any) -> None:
    if at(term, path) != left:
        raise IllFormedError(
            "the left side does not stand there", {"expected": left, "got": at(term, path)}
        )


@inference
def instantiate(theorem: Theorem, values: Mapping[Symbol, Any]) -> Theorem:
    """A theorem with symbols replaced by scalars, in its hypotheses as well.

    An integer is replaced by an integer only; that a value is as positive as its symbol is assumed
    to be becomes a hypothesis. The sizes and scalars of a recurrence are constants of it.
    """
    values = _times(values)
    _require_varies(theorem.cell, values)
    needs: list[Hypothesis] = []
    for symbol, value in values.items():
        needs.extend(_conditions(value))
        if symbol.is_nonnegative:
            sign = Fact.positive if symbol.is_positive else Fact.nonnegative
            needs.append(sign(value))
    needs.extend(_replaced(each, values) for each in theorem.hypotheses)
    return _make(needs, substitute(theorem.relation, values), theorem.cell)


def _times(values: Mapping[Symbol, Any]) -> dict[Symbol, Expr]:
    found = {}
    for symbol, given in values.items():
        value = symbolic(given)
        if not isinstance(symbol, Symbol) or not isinstance(value, Expr):
            raise IllFormedError("a symbol is replaced by a scalar", {"got": f"{symbol}, {given}"})
        if symbol.is_integer and value.is_integer is not True:
            raise IllFormedError(
                f"{symbol} ranges over integers", {"expected": "an integer", "got": text(value)}
            )
        found[symbol] = value
    return found


def _replaced(each: Hypothesis, values: Mapping[Symbol, Expr]) -> Hypothesis:
    if isinstance(each, Fact):
        value = substitute(each.expression, values)
        return Fact.positive(value) if each.strict else Fact.nonnegative(value)
    replaced: Hypothesis = substitute(each, values)
    return replaced


@inference
def discharge(theorem: Theorem, assumed: Any, proof: Theorem | None = None) -> Theorem:
    """A theorem without one hypothesis, which its other facts imply or another theorem proves.

    A hypothesis for all times j ≥ h is proved by a theorem about a j of which no more is assumed.
    """
    gone = hypothesis(assumed)
    rest = theorem.hypotheses - {gone}
    if proof is None:
        if not isinstance(gone, Fact) or not gone.follows_from(_facts(rest)):
            raise SideConditionError("a hypothesis is not known here", {"needed": text_of(gone)})
        return _make(rest, theorem.relation, theorem.cell)
    needs, relation = proof.hypotheses, gone
    if isinstance(gone, ForAll):
        facts = (Fact.nonnegative(gone.index - gone.since),)
        needs = frozenset(
            each for each in needs if not isinstance(each, Fact) or not each.follows_from(facts)
        )
        relation = gone.relation
        _require_varies(proof.cell, (gone.index,))
        if any(gone.index in each.free_symbols for each in needs):
            raise SideConditionError("this is not shown for all times", {"needed": text_of(gone)})
    _require_proves(proof, relation)
    return _make(rest | needs, theorem.relation, _one_cell(theorem, proof))


def _require_proves(proof: Theorem, relation: Any) -> None:
    left, right = _sides(proof, Equation, Inequality)
    if isinstance(relation, Fact | Inequality):
        wanted = relation if isinstance(relation, Fact) else Fact.of(relation)
        fits = not wanted.strict and algebra.equal(right - left, wanted.expression)
    else:
        fits = isinstance(proof.relation, Equation) and proof.relation == relation
    if not fits:
        raise SideConditionError(
            "a theorem does not prove what is assumed",
            {"needed": text_of(relation), "got": text(proof.relation)},
        )


@inference
def weaken(theorem: Theorem, assumed: Iterable[Any]) -> Theorem:
    """A theorem with more hypotheses."""
    more = {hypothesis(each) for each in assumed}
    return _make(theorem.hypotheses | more, theorem.relation, theorem.cell)


@inference
def induction(base: Theorem, step: Theorem, over: Symbol, start: Any) -> Theorem:
    """From p at t = h, and p at t from p at t - 1 for t > h: p for every t ≥ h.

    Args:
        base: p at `start`; nothing that it assumes speaks of t.
        step: p at t; among its hypotheses p at t - 1, and where they hold at a t > h they hold at
            t - 1 as well.
        over: t, an integer of which nothing else is assumed.
        start: h.
    """
    if not over.is_integer or over.is_nonnegative is not None or over.is_nonzero is not None:
        raise IllFormedError("induction is over an integer", {"got": repr(over)})
    claim, start = step.relation, _times({over: start})[over]
    _sides(step, Equation, Inequality)
    _require_varies(step.cell, (over,))
    if over in start.free_symbols or any(over in each.free_symbols for each in base.hypotheses):
        raise SideConditionError("the base case speaks of later times", {"over": text(over)})
    at_start = substitute(claim, {over: start})
    if base.relation != at_start:
        raise IllFormedError(
            "the base case is not the claim at the beginning",
            {"expected": text(at_start), "got": text(base.relation)},
        )
    before = {over: over - 1}
    kept = step.hypotheses - {hypothesis(substitute(claim, before))}
    later = Fact.nonnegative(over - 1 - start)
    kept -= {later}
    for each in kept:
        earlier = _replaced(each, before)
        if earlier != each and not (
            isinstance(earlier, Fact) and earlier.follows_from((*_facts(kept), later))
        ):
            raise SideConditionError(
                "a hypothesis need not hold at the time before", {"needed": text_of(earlier)}
            )
    needs = (*base.hypotheses, *kept, Fact.nonnegative(over - start))
    return _make(needs, claim, _one_cell(base, step))


@inference
def transposed_norm(theorem: Theorem) -> Theorem:
    """A theorem with ‖Aᵀ‖ for every ‖A‖ of kind "any": A ↦ ‖Aᵀ‖ is a norm of that kind as well.

    It is submultiplicative, 1 at the identity and max|v_i| at diag(v), as ‖·‖ is.
    """
    if theorem.cell is not None and any(
        value.has(Norm) for value in theorem.cell.definitions.values()
    ):
        raise SideConditionError("the recurrence itself speaks of a norm")
    needs = [
        Fact(_turned(each.expression), each.strict) if isinstance(each, Fact) else _turned(each)
        for each in theorem.hypotheses
    ]
    return _make(needs, _turned(theorem.relation), theorem.cell)


def _turned(node: Any) -> Any:
    if isinstance(node, Norm) and node.kind == "any":
        return Norm(Transposed(_turned(node.matrix)), "any")
    if not node.args or isinstance(node, Activation):
        return node
    return node.func(*map(_turned, node.args))


@inference
def entrywise(theorem: Theorem, matrix: Any, entries: Mapping[Symbol, Any]) -> Theorem:
    """From |e(x, y)| ≤ c for numbers: ‖e(A, B)‖ ≤ c, the largest entry.

    Args:
        theorem: it holds for all real x and y, but that |x| ≤ b may be assumed, b free of both;
            of A that becomes ‖A‖ ≤ b.
        matrix: e(A, B), made entry by entry.
        entries: A for x, B for y.
    """
    left, right = _sides(theorem, Inequality)
    _require_varies(theorem.cell, entries)
    for symbol in entries:
        if type(symbol) is not Symbol or symbol.is_integer or symbol.is_nonnegative is not None:
            raise IllFormedError("an entry is any real number", {"got": repr(symbol)})
    names = {whole: symbol for symbol, whole in entries.items()}
    free = set(entries) & (right.free_symbols | matrix.free_symbols)
    if free or not algebra.equal(left, abs(entry_of(matrix, names))):
        raise IllFormedError(
            "the bound is not of the entries", {"expected": text(left), "in": text(matrix)}
        )
    needs: list[Hypothesis] = []
    for each in theorem.hypotheses:
        about = set(entries) & each.free_symbols
        if about:
            (symbol, *more) = about
            limit = each.expression + abs(symbol) if isinstance(each, Fact) else symbol
            if (
                more
                or set(entries) & limit.free_symbols
                or each != Fact.nonnegative(limit - abs(symbol))
            ):
                raise SideConditionError("this is assumed of one number", {"needed": text_of(each)})
            each = Fact.nonnegative(limit - largest(entries[symbol]))
        needs.append(each)
    return _make(needs, Inequality(largest(matrix), right), theorem.cell)


@inference
def squeeze(bounded: Theorem, limit: Theorem) -> Theorem:
    """From x = y and y → c: x → c; from 0 ≤ x ≤ y and y → 0: x → 0.

    What is assumed of x must hold from some value of the growing variable on.
    """
    left, right = _sides(bounded, Equation, Inequality)
    grows = limit.relation
    if not isinstance(grows, Limit) or grows.lhs != right:
        raise IllFormedError("the limit is of something else", {"needed": text(right)})
    needs = [each for each in bounded.hypotheses if not eventually(each, grows.variable)]
    if isinstance(bounded.relation, Inequality):
        positive = Fact.nonnegative(left).follows_from(_facts(bounded.hypotheses))
        if grows.rhs != 0 or not positive:
            raise SideConditionError(
                "a bound gives no limit here", {"needed": f"0 ≤ {text(left)}, and the limit 0"}
            )
    relation = Limit(left, grows.variable, grows.rhs)
    return _make((*needs, *limit.hypotheses), relation, _one_cell(bounded, limit))
