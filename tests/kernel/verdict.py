"""Whether a theorem is true at a model: holds, is false, or says nothing there."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product
from typing import Any

import sympy
from exact import (
    BUDGET,
    NoValue,
    Undecided,
    Unspecified,
    absolute,
    at_most,
    base,
    same,
    sign_or_zero,
)
from flint import fmpq
from meaning import (
    Names,
    OutsideMeaning,
    Run,
    matrix,
    require_meant,
    require_smooth,
    scalar,
    whole,
)
from sympy import Derivative, MatrixSymbol, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Fact, Theorem
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, ForAll, Limit, Smooth
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence

HOLDS, VACUOUS, UNJUDGED, FALSE = "holds", "vacuous", "unjudged", "false"
TIMES = range(-1, 4)
SIZES = range(1, 3)
WINDOW = 5
"""A hypothesis about all times is looked at from its first time up to this one."""


@dataclass(frozen=True)
class Claim:
    """Hypotheses and what follows from them, about one recurrence or about none."""

    hypotheses: frozenset[Any]
    relation: Any
    cell: Recurrence | None = None

    @classmethod
    def of(cls, theorem: Theorem) -> Claim:
        """What a theorem says."""
        return cls(theorem.hypotheses, theorem.relation, theorem.cell)

    def without(self, *hypotheses: Any) -> Claim:
        """The claim that assumes less; all facts are left out where none are named."""
        gone = set(hypotheses) or {each for each in self.hypotheses if isinstance(each, Fact)}
        return Claim(self.hypotheses - gone, self.relation, self.cell)

    def saying(self, relation: Any) -> Claim:
        """Another conclusion from the same hypotheses."""
        return Claim(self.hypotheses, relation, self.cell)

    @cached_property
    def ordered(self) -> list[Any]:
        """The hypotheses in a fixed order, facts first."""
        return sorted(self.hypotheses, key=lambda each: (not isinstance(each, Fact), str(each)))

    @cached_property
    def of_integers(self) -> list[Fact]:
        """The facts in which only integers occur, and no matrix whose size they are."""
        return [
            each
            for each in self.ordered
            if isinstance(each, Fact)
            and not each.expression.has(MatrixExpr)
            and all(isinstance(one, Symbol) and one.is_integer for one in each.free_symbols)
        ]

    @property
    def parts(self) -> list[Any]:
        """All its terms."""
        assumed = (each.expression if isinstance(each, Fact) else each for each in self.hypotheses)
        return [self.relation, *assumed]

    def __str__(self) -> str:
        assumed = ", ".join(sorted(map(str, self.hypotheses)))
        return f"{assumed} ⊢ {self.relation}   [cell {self.cell}]"


@dataclass
class Verdict:
    """How often a claim held, said nothing, could not be judged; and where it was false."""

    counts: Counter[str] = field(default_factory=Counter)
    false_at: list[str] = field(default_factory=list)

    def add(self, outcome: str, run: Run, names: Names) -> None:
        """One more model."""
        self.counts[outcome] += 1
        if outcome == FALSE:
            at = ", ".join(f"{symbol} = {value}" for symbol, value in names.items())
            self.false_at.append(f"{at} {run.symbols} seed {run.seed} ‖·‖_{run.kind}")


def met(each: Any, run: Run, names: Names) -> bool:
    """Whether a hypothesis holds; errors as of `scalar`."""
    if isinstance(each, Fact):
        value = scalar(each.expression, run, names)
        return _positive(value) if each.strict else at_most(0, value)
    if isinstance(each, ForAll):
        first = whole(each.since, run, names)
        times = range(first, max(first, WINDOW) + 1)
        return all(met(each.relation, run, {**names, each.index: fmpq(time)}) for time in times)
    if isinstance(each, Smooth):
        require_smooth(each.args[0], each.args[1], run, names)
        return True
    if isinstance(each, Limit):
        return _tends(each, run, names)
    return _compared(each, run, names)


def _positive(value: Any) -> bool:
    if sign_or_zero(value) == 0 and base(value) != 0:
        raise Undecided("a ball around 0")
    return sign_or_zero(value) > 0


def _compared(relation: Any, run: Run, names: Names) -> bool:
    if isinstance(relation.lhs, MatrixExpr):
        left, right = (matrix(side, run, names) for side in relation.args)
        if (len(left), len(left[0])) != (len(right), len(right[0])):
            return False
        return all(
            same(x, y) for pair in zip(left, right, strict=True) for x, y in zip(*pair, strict=True)
        )
    left, right = (scalar(side, run, names) for side in relation.args)
    return same(left, right) if isinstance(relation, Equation) else at_most(left, right)


def _tends(limit: Limit, run: Run, names: Names) -> bool:
    """Numerically, by three values: whether the later ones are nearer. It finds what is false
    grossly, and is no proof that the limit is right."""

    def at(time: int) -> Any:
        return scalar(limit.lhs, run, {**names, limit.variable: fmpq(time)})

    early, *late = (at(time) for time in (200, 600, 601))
    if limit.rhs is sympy.oo:
        return all(bool(value > 0 and value > early) for value in late)
    to = scalar(limit.rhs, run, names)
    distances = [absolute(value - to) for value in (early, *late)]
    return all(bool(far < fmpq(1, 10**6)) or bool(far < distances[0]) for far in distances[1:])


def judged(claim: Claim, run: Run, names: Names) -> str:
    """The verdict at one model."""
    BUDGET.begin()
    try:
        require_meant(run)
        run, names = _met_halfway(claim, run, names)
        for each in claim.ordered:
            if not met(each, run, names):
                return VACUOUS
    except (NoValue, OutsideMeaning):
        return VACUOUS
    except Undecided:
        return UNJUDGED
    try:
        return HOLDS if met(claim.relation, run, names) else FALSE
    except Unspecified:
        return UNJUDGED if _unspecified(claim.relation, run, names) else FALSE
    except OutsideMeaning:
        return VACUOUS
    except NoValue:
        return FALSE
    except Undecided:
        return UNJUDGED


def _unspecified(relation: Any, run: Run, names: Names) -> bool:
    """Whether neither side is known to have a value: they are derivatives at kinks."""
    for side in relation.args[:2]:
        try:
            (matrix if isinstance(side, MatrixExpr) else scalar)(side, run, names)
        except Unspecified:
            continue
        except Undecided:
            return True
        except NoValue:
            return False
        return False
    return True


def _met_halfway(claim: Claim, run: Run, names: Names) -> tuple[Run, Names]:
    """Values chosen such that hypotheses hold: equations solved, inequalities at their boundary."""
    own = _symbols(run.cell.definitions.values()) if run.cell is not None else set()
    values = dict(names)
    for each in claim.ordered:
        if isinstance(each, Equation):
            run = _solved(each, run, values, own)
        elif isinstance(each, Fact) and run.seed % 2:
            _at_boundary(each, run, values, own)
    return run, values


def _at_boundary(each: Fact, run: Run, values: dict[Symbol, Any], own: set[Symbol]) -> None:
    for symbol in sorted(each.free_symbols, key=str):
        if not isinstance(symbol, Symbol) or symbol in own or symbol in values:
            continue
        rate = each.expression.coeff(symbol)
        rest = sympy.expand(each.expression - rate * symbol)
        if rate not in (1, -1) or symbol in rest.free_symbols:
            continue
        value = scalar(rest, run, values) * -int(rate) + (int(rate) if each.strict else 0)
        if not (symbol.is_nonnegative and sign_or_zero(value) < (1 if symbol.is_positive else 0)):
            values[symbol] = value
            return


def _solved(each: Equation, run: Run, values: dict[Symbol, Any], own: set[Symbol]) -> Run:
    for side, other in (each.args, each.args[::-1]):
        if isinstance(side, Symbol) and side not in other.free_symbols | own | set(values):
            value = scalar(other, run, values)
            if not (side.is_nonnegative and sign_or_zero(value) < (1 if side.is_positive else 0)):
                values[side] = value
            return run
        if isinstance(side, TimeVector | MatrixSymbol) and not other.has(side):
            timed = isinstance(side, TimeVector)
            key = (side.label, whole(side.index, run, values)) if timed else (side.name,)
            if timed and run.definition(*key) is not None:
                continue
            fixed = {**run.fixed, key: matrix(other, run, values)}
            return Run(run.cell, run.seed, run.symbols, run.kind, fixed)
    return run


def _symbols(terms: Iterable[Any]) -> set[Symbol]:
    return {symbol for term in terms for symbol in term.free_symbols if isinstance(symbol, Symbol)}


class Models:
    """Runs of several recurrences, kept: a claim is looked at in those that it can be about."""

    def __init__(self, cells: Sequence[Recurrence], seeds: int = 4, breadth: int = 3) -> None:
        self.cells, self.seeds, self.breadth = tuple(cells), seeds, breadth
        self._runs: dict[Any, Run] = {}

    def verdict(self, claim: Claim, limit: int, seed: int = 0) -> Verdict:
        """The claim at small sizes and times, all of them unless they are more than `limit`."""
        found = Verdict()
        for run, names in self.models(claim, limit, seed):
            found.add(judged(claim, run, names), run, names)
            if len(found.false_at) > 3:
                break
        return found

    def models(self, claim: Claim, limit: int, seed: int) -> Iterator[tuple[Run, Names]]:
        """Where a claim is looked at."""
        draw = random.Random(seed)
        free = {symbol for symbol in _symbols(claim.parts) if symbol.is_integer}
        about = self._cells_of(claim)
        for cell in about if len(about) <= self.breadth else draw.sample(about, self.breadth):
            own = _sizes(cell)
            ranges = {symbol: _values(symbol) for symbol in sorted(free | own, key=str)}
            total = 1
            for values in ranges.values():
                total *= len(values)
            points = (
                list(product(*ranges.values()))
                if total <= 4000
                else [tuple(map(draw.choice, ranges.values())) for _ in range(4000)]
            )
            draw.shuffle(points)
            possible = (
                point
                for point in points
                if _possible(claim, dict(zip(ranges, map(fmpq, point), strict=True)))
            )
            kinds = ("1", "2", "inf") if _any_norm(claim) else ("1",)
            chosen = list(islice(possible, limit))
            # A claim without times has two points alone, where what is false may hold by chance.
            for place in range(min(limit, max(len(chosen), 2 * self.seeds)) if chosen else 0):
                again, at = divmod(place, len(chosen))
                point = chosen[at]
                names = {symbol: fmpq(value) for symbol, value in zip(ranges, point, strict=True)}
                sizes = {
                    symbol: value
                    for symbol, value in names.items()
                    if symbol in own or symbol.is_positive
                }
                number = (place + again + seed) % self.seeds
                yield self._run(cell, number, sizes, kinds[(place + seed) % len(kinds)]), names

    def _run(self, cell: Recurrence | None, seed: int, sizes: dict[Symbol, Any], kind: str) -> Run:
        key = (id(cell), seed, frozenset(sizes.items()), kind)
        if key not in self._runs:
            self._runs[key] = Run(cell, seed, dict(sizes), kind)
        return self._runs[key]

    def _cells_of(self, claim: Claim) -> list[Recurrence | None]:
        if claim.cell is not None:
            return [claim.cell]
        leaves = {leaf for part in claim.parts for leaf in part.atoms(TimeVector)}
        if not leaves:
            return [None]
        shapes = {leaf.label: leaf.shape for leaf in leaves}
        # What a derivative varies is no constant of a recurrence: the kernel keeps them apart.
        derivatives = [node for part in claim.parts for node in part.atoms(Derivative)]
        varied = {symbol for node in derivatives for symbol in node.variables}
        fitting: list[Recurrence | None] = [
            cell
            for cell in self.cells
            if not varied & _symbols(cell.definitions.values())
            and all(
                shapes.get(defined.label, defined.shape) == defined.shape
                for defined in cell.definitions
            )
        ]
        immediate = any(part.has(ImmediateDerivative) for part in claim.parts)
        return fitting if immediate else [None, *fitting]


def _sizes(cell: Recurrence | None) -> set[Symbol]:
    if cell is None:
        return set()
    terms = (*cell.definitions, *cell.definitions.values())
    return {symbol for symbol in _symbols(terms) if symbol.is_integer} - {cell.index}


def _values(symbol: Symbol) -> list[int]:
    if symbol.is_positive:
        return list(SIZES)
    return [time for time in TIMES if time >= 0 or not symbol.is_nonnegative]


def _any_norm(claim: Claim) -> bool:
    return any(norm.kind == "any" for part in claim.parts for norm in part.atoms(Norm))


def _possible(claim: Claim, names: dict[Symbol, Any]) -> bool:
    """Whether the hypotheses about integers alone hold."""
    BUDGET.begin()
    try:
        return all(met(each, _NOTHING, names) for each in claim.of_integers)
    except (NoValue, OutsideMeaning):
        return False
    except Undecided:
        return True


_NOTHING = Run(None, 0)
