"""A part's hypotheses and claim as one closed proposition: what is quantified, assumed, claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import sympy
from sympy import Symbol
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Unknown
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll, Limit
from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import RELATION, Coq, name_of
from symrnn.machine.differentiated import differentiated, within_a_step
from symrnn.machine.maps import VectorMap
from symrnn.machine.meaning import places, require_meaning, require_times
from symrnn.machine.naturals import at_least_zero, facts_of
from symrnn.machine.printer import range_of
from symrnn.machine.real_claims import is_real, real_proposition
from symrnn.machine.relations import is_trivial, ordering, relation
from symrnn.machine.scope import Scope
from symrnn.machine.sizes import matrix_type, size
from symrnn.machine.transition import Transition, transition_of
from symrnn.machine.vocabulary import KNOWN, cell_name

DERIVATIVES = (TotalDerivative, ImmediateDerivative)


def proposition(claim: Any, given: Iterable[Any], rnn: Any) -> str:
    """A claim under its hypotheses, for every size, every time and every network.

    Args:
        claim: an equation, an inequality or a limit.
        given: the hypotheses.
        rnn: the recurrence it speaks of.

    Raises:
        NotSupportedError: something in it has no Coq form.
    """
    facts = [fact for fact in given if fact is not sympy.true]
    if is_real(claim):
        return real_proposition(claim, facts)
    return _Writer(claim, facts, rnn).text()


@dataclass(frozen=True)
class _Writer:
    claim: Any
    given: list[Any]
    rnn: Any

    def text(self) -> str:
        require_meaning(self._nodes, self.rnn if self._runs else None)
        scope = Scope(self.rnn, facts=facts_of(self.given))
        conclusion = [
            *self._differentiable(scope),
            relation(self.claim, scope).within(RELATION),
        ]
        premises = [*self._about_symbols(), *self._hypotheses(scope)]
        require_times(self._times(), self._nodes)
        lines = [*_filled("forall", self._binders(), ","), *self._abbreviations(scope)]
        lines += [f"{premise} ->" for premise in premises]
        return "\n".join("  " + line for line in [*lines, " /\\\n  ".join(conclusion)])

    # ------------------------------------------------------------------ what occurs

    @property
    def _nodes(self) -> list[Any]:
        return [self.claim, *self.given]

    def _has(self, *kinds: type) -> bool:
        return any(node.has(*kinds) for node in self._nodes)

    @cached_property
    def _runs(self) -> bool:
        """Whether anything speaks of the recurrence."""
        return self._has(TimeVector)

    @cached_property
    def _sequences(self) -> set[str]:
        return {v.label for node in self._nodes for v in node.atoms(TimeVector)}

    def _spoken(self) -> set[str]:
        """What claim and hypotheses name, and what stands in derivatives by vectors of a step."""
        cell, found = self._cell, self._sequences
        if cell is None:
            return found
        for each in {d for node in self._nodes for d in node.atoms(TotalDerivative)}:
            if within_a_step(each, cell):
                rest = cell.down_to(each.by, each.of, each.held)
                found |= {vector.label for vector in rest.atoms(TimeVector)}
        return found

    @property
    def _has_loss(self) -> bool:
        loss = getattr(self.rnn, "L", None)
        return loss is not None and loss.label in self._sequences

    @cached_property
    def _free(self) -> set[Symbol]:
        return {s for node in self._nodes for s in _free_of(node)}

    def _times(self) -> list[Symbol]:
        """The times that a proposition is quantified over: all that claim or hypotheses leave free.

        What holds for all times binds its own.
        """
        return _sorted({s for s in self._free if _is_time(s)} - self._grown() - self._places())

    def _grown(self) -> set[Symbol]:
        return {self.claim.variable} if isinstance(self.claim, Limit) else set()

    def _places(self) -> set[Symbol]:
        """Symbols that number the rows or columns of a matrix."""
        return {s for node in self._nodes for s in places(node)}

    # ------------------------------------------------------------------ what is quantified

    def _binders(self) -> Iterator[str]:
        yield "(R : realType)"
        sizes = self._sizes()
        if sizes:
            yield f"({' '.join(map(name_of, sizes))} : nat)"
        if self._runs:
            yield from self._network()
        for leaf in self._parameters():
            yield f"({name_of(leaf)} : {matrix_type(leaf.shape)})"
        if self._has_any_norm():
            yield "(N : forall m n, 'M[R]_(m, n) -> R)"
        scalars = self._scalars()
        if scalars:
            yield f"({' '.join(map(name_of, scalars))} : R)"
        yield from self._numbers_of_entries()
        times = self._times()
        if times:
            yield f"({' '.join(map(name_of, times))} : nat)"

    def _numbers_of_entries(self) -> list[str]:
        free, found = self._free, {}
        for entry in sorted({e for n in self._nodes for e in n.atoms(Entry)}, key=str):
            for place, extent in zip(entry.args[1:], entry.matrix.shape, strict=True):
                if isinstance(place, Symbol) and place in free:
                    found[place] = f"({name_of(place)} : 'I_{size(extent)})"
        return list(found.values())

    def _sizes(self) -> list[Symbol]:
        shapes = [node.shape for node in self._leaves()]
        if self._runs:
            shapes += [parameter.shape for parameter in self._of_the_run]
        of_shapes = {s for shape in shapes for extent in shape for s in extent.free_symbols}
        counted = {s for s in self._free if s.is_integer and s.is_positive} - self._places()
        of_cell = set(self._cell.sizes) if self._runs and self._cell is not None else set()
        return _sorted(of_shapes | counted | of_cell)

    def _leaves(self) -> list[MatrixExpr]:
        found = {leaf for node in self._nodes for leaf in node.atoms(sympy.MatrixSymbol)}
        return sorted(found, key=lambda leaf: str(leaf.name))

    def _parameters(self) -> list[MatrixExpr]:
        network = set(self._of_the_run) if self._runs else set()
        return [leaf for leaf in self._leaves() if leaf not in network]

    @property
    def _cell(self) -> Transition | None:
        """The cell, where it is printed from its definitions."""
        return transition_of(self.rnn)

    @property
    def _of_the_run(self) -> tuple[MatrixExpr, ...]:
        """The parameters of the recurrence."""
        return self.rnn.parameters if self._cell is None else self._cell.parameters

    def _printed_cell(self, cell: Transition) -> Iterator[str]:
        primes = ("", "'") if self._uses_slope() else ("",)
        names = [name_of(Symbol(each)) + prime for each in cell.functions for prime in primes]
        if names:
            yield f"({' '.join(names)} : R -> R)"
        yield from cell.typed_maps()
        yield from cell.typed_parameters()
        yield from cell.typed_inputs()
        yield f"(s0 : {cell.state_type})"
        if self._has_loss:
            yield f"(ell : nat -> {cell.state_type} -> 'cV[R]_1)"

    def _network(self) -> Iterator[str]:
        rnn = self.rnn
        if self._cell is not None:
            yield from self._printed_cell(self._cell)
            return
        if rnn.sigma.is_unknown:
            yield "(sigma sigma' : R -> R)" if self._uses_slope() else "(sigma : R -> R)"
        for parameter in rnn.parameters:
            yield f"({name_of(parameter)} : {matrix_type(parameter.shape)})"
        if rnn.x is not None and "x" in KNOWN[cell_name(rnn)].reads:
            yield f"(x : nat -> {matrix_type(rnn.x[0].shape)})"
        column = matrix_type(rnn.s[0].shape)
        yield f"(s0 : {column})"
        if rnn.L.label in self._sequences:
            yield f"(ell : nat -> {column} -> 'cV[R]_1)"

    def _scalars(self) -> list[Symbol]:
        of_cell = set(self._cell.scalars) if self._runs and self._cell is not None else set()
        return _sorted({s for s in self._free if not s.is_integer} | of_cell)

    def _has_any_norm(self) -> bool:
        return any(norm.kind == "any" for node in self._nodes for norm in node.atoms(Norm))

    # ------------------------------------------------------------------ what is assumed

    def _abbreviations(self, scope: Scope) -> Iterator[str]:
        if not self._runs:
            return
        yield f"let F := {scope.full_cell.text} in"
        yield "let s := state F s0 in"
        if self._cell is not None:
            j, before, labels = Coq("j"), Coq("(s (j - 1)%N)"), self._spoken()
            for of in self._cell.definitions:
                # A derivative by one part speaks of the others, which are held.
                spoken = of.label in labels or of.sequence in self._cell.names
                if spoken and of.sequence != self._cell.state:
                    value = scope.defined(of.sequence, j, before).text
                    if of.sequence in self._cell.names:
                        value = self._cell.named(of.sequence, Coq("(s j)")).text
                    yield f"let {name_of(Symbol(of.label))} := fun j => {value} in"
        elif self.rnn.a.label in self._sequences:
            j, before = Coq("j"), Coq("(s (j - 1)%N)")
            yield f"let a := fun j => {scope.full_between(j, before).text} in"

    def _about_symbols(self) -> Iterator[str]:
        if self._runs and self._uses_slope():
            yield from (f"slope {each} {each}'" for each in self._functions())
            yield from (each.differentiable for each in self._maps())
        if self._runs and self._has_loss:
            yield "(forall t v, differentiable (ell t) v)"
        if self._has_any_norm():
            yield "lecture_norm N"
        for symbol in self._scalars():
            if symbol.is_positive:
                yield f"0 < {name_of(symbol)}"
            elif symbol.is_nonnegative:
                yield f"0 <= {name_of(symbol)}"

    def _functions(self) -> list[str]:
        """The functions of which nothing is known but their slopes."""
        if self._cell is None:
            return ["sigma"] if self.rnn.sigma.is_unknown else []
        return [name_of(Symbol(each)) for each in self._cell.functions]

    def _maps(self) -> tuple[VectorMap, ...]:
        """The functions of columns of which nothing is known but that they are differentiable."""
        return () if self._cell is None else self._cell.maps

    def _uses_slope(self) -> bool:
        primes = any(each.order for node in self._nodes for each in node.atoms(Activation))
        return primes or self._has(*DERIVATIVES)

    def _hypotheses(self, scope: Scope) -> Iterator[str]:
        for fact in dict.fromkeys(self.given):
            if isinstance(fact, Relational) and fact.free_symbols & self._grown():
                continue  # the range of what grows: it guards the derivatives in a limit
            if isinstance(fact, Relational):
                if not is_trivial(fact):
                    yield ordering(fact, scope)
                continue
            yield self._hypothesis(fact, scope)

    def _hypothesis(self, fact: Any, scope: Scope) -> str:
        """A relation, of the times in it; or one for all times from some on."""
        if isinstance(fact, ForAll):
            first = sympy.Ge(fact.index, fact.since, evaluate=False)
            inner, name = scope.within(fact.index, fact.since), name_of(fact.index)
            guards, fact = [] if is_trivial(first) else [first], fact.relation
        else:
            grown = self._grown() & _free_of(fact)
            if grown:
                raise NotSupportedError(
                    "a limit says nothing of one value of what grows", {"got": str(fact)}
                )
            inner, name, guards = scope, "", []
        guards += self._existing(fact, inner)
        known = replace(inner, facts=(*inner.facts, *facts_of(guards)))
        conditions = "".join(f"{ordering(guard, inner)} -> " for guard in guards)
        written = f"{conditions}{relation(fact, known).within(RELATION)}"
        if name:
            kind = "" if guards else " : nat"
            return f"(forall {name}{kind}, {written})"
        return f"({written})" if guards else written

    def _existing(self, fact: Any, scope: Scope) -> list[Relational]:
        """From which times on what a hypothesis speaks of exists, where that is not known.

        There is no s_{-1} and no a_0; Coq's s (j - 1) and a j are something at j = 0 too.
        """
        vectors, free = sorted(fact.atoms(TimeVector), key=str), _free_of(fact)
        found: list[Relational] = []
        for vector in vectors:
            index, least = vector.index, self._first(vector)
            known = (*scope.facts, *facts_of(found))
            if not index.free_symbols <= free or at_least_zero(index - least, known):
                continue
            guard = sympy.Ge(index, least)
            if not isinstance(guard, Relational):
                raise NotSupportedError("there is no vector at this time", {"got": str(vector)})
            found.append(guard)
        return found

    def _first(self, vector: TimeVector) -> int:
        """The time from which on a vector exists in the language."""
        if self._cell is None:
            return int(vector.label == self.rnn.a.label)
        return int(vector.sequence not in (self._cell.state, *self._cell.names))

    # ------------------------------------------------------------------ what is claimed

    def _differentiable(self, scope: Scope) -> list[str]:
        """That the derivatives a claim speaks of exist."""
        found: dict[str, None] = {}
        start: tuple[Any, ...] = ()
        if isinstance(self.claim, Limit):
            grown = self.claim.variable
            if grown.is_positive:
                raise NotSupportedError("no Coq form for a size that grows", {"got": str(grown)})
            guards = [g for g in self.given if isinstance(g, Relational) and g.has(grown)]
            start = ((grown, [ordering(g, scope) for g in guards if not is_trivial(g)]),)
        for derivative, bound, inside in _derivatives(self.claim, start, scope):
            each = differentiated(derivative, inside)
            text = f"differentiable {each.function.argument} {each.point.argument}"
            for index, guards in reversed(bound):
                conditions = "".join(f"{guard} -> " for guard in guards)
                kind = "" if guards else " : nat"
                text = f"(forall {name_of(index)}{kind}, {conditions}{text})"
            found[text] = None
        return list(found)


def _derivatives(node: Any, bound: tuple[Any, ...], scope: Scope) -> Iterator[tuple[Any, Any, Any]]:
    """The outermost derivatives in an expression, with the indices that are bound there, and in
    which scope."""
    if isinstance(node, DERIVATIVES):
        yield node, bound, scope
        return
    if isinstance(node, Ranged):
        within = f"({range_of(node.index, node.lower, node.upper, scope)})%N"
        inner = scope.within(node.index, node.lower, node.upper)
        yield from _derivatives(node.body, (*bound, (node.index, [within])), inner)
        return
    for child in node.args:
        yield from _derivatives(child, bound, scope)


def _filled(opening: str, words: Iterable[str], closing: str) -> list[str]:
    """Words on as few lines as they need."""
    lines = [opening]
    for word in words:
        if len(lines[-1]) + len(word) > 88:
            lines.append(f"   {word}")
        else:
            lines[-1] += f" {word}"
    return [*lines[:-1], lines[-1] + closing]


@lru_cache(maxsize=1024)
def _free_of(node: Any) -> frozenset[Symbol]:
    variable = {node.variable} if isinstance(node, Limit) else set()
    parameters = {leaf for leaf in node.free_symbols if not isinstance(leaf, Symbol)}
    names = {Symbol(str(leaf.args[0])) for leaf in parameters if leaf.args}
    named = {s for s in node.free_symbols if isinstance(s, Symbol)} - variable - names
    of_unknown = {u.args[0] for u in node.atoms(Unknown)}
    functions = {f.args[0] for f in node.atoms(VectorFunction)}
    return frozenset(named - of_unknown - functions)


def _is_time(symbol: Symbol) -> bool:
    return bool(symbol.is_integer) and not symbol.is_positive


def _sorted(symbols: Iterable[Symbol]) -> list[Symbol]:
    return sorted(symbols, key=lambda symbol: str(symbol.name))
