"""A cell as statements speak of it: one state, a loss of it, and the letters of the lecture.

The state of a cell of several vectors is the stacked one, s = [c; h]; its Jacobian is a matrix of
blocks. What stands between two states is named where there is one activation between two affine
maps, s_j = A v_j + …, v_j = σ(a_j), a_j = B s_{j-1} + ….
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.between import Between, Driven, NotBetween, driven
from symrnn.cells.lettering import fresh_name, names_beside, own_letters
from symrnn.cells.step import Cell
from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, Activation, Elementwise, activation, unknown
from symrnn.language.algebra import Identity, Parameter
from symrnn.language.derivatives import NUMERATOR
from symrnn.language.ordered import OrderedSum
from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import KINKED
from symrnn.language.structure import Diag, Rows
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence import total
from symrnn.recurrence.asked import Derived, derived
from symrnn.recurrence.named import names_of
from symrnn.recurrence.recurrence import Recurrence, with_activations


@dataclass(frozen=True)
class Halves:
    """A step that is one activation between two affine maps, halved: what σ is applied to, and
    what it makes of that, as vectors at time j."""

    between: Between
    argument: TimeVector
    value: TimeVector


class _Letter:
    """What the lecture calls by a name: a symbol of that name, or of another that is free."""

    def __init__(self, name: str, **assumptions: bool) -> None:
        self.name, self.assumptions = name, assumptions

    def __get__(self, network: Network | None, _: Any = None) -> Any:
        return self if network is None else network.letter(self.name, **self.assumptions)


@dataclass(frozen=True, eq=False)
class Network:
    """A cell with one state `s`, the stacked one where it has several vectors, and a loss `L`.

    `j`, `k`, `t`, `T`, `tau` are times; `gamma` (sup |σ′|), `lam` (any λ ≥ ‖W‖), `kappa` and `eta`
    the scalars of the lecture: each has another name where the cell has a quantity of that name.
    `a`, `sigma` and `slopes` are there where the cell is one activation between two affine maps;
    `W`, `U`, `b` and `x` where there is nothing else in it.
    """

    cell: Cell
    recurrence: Recurrence
    s: Sequence
    L: Sequence
    halves: Halves | NotBetween

    k, t, T, tau = (_Letter(name, integer=True) for name in ("k", "t", "T", "tau"))
    gamma, lam = _Letter("gamma", nonnegative=True), _Letter("lambda", nonnegative=True)
    kappa, eta = _Letter("kappa", positive=True), _Letter("eta", nonnegative=True)

    def __reduce__(self) -> Any:
        # What was read off is read off again.
        return type(self), (self.cell, self.recurrence, self.s, self.L, self.halves)

    # ------------------------------------------------------------------ letters

    def letter(self, name: str, **assumptions: bool) -> Symbol:
        """A symbol for what the lecture calls `name`: of that name, or of another where the cell
        has something so called or lettered."""
        return Symbol(self.letters.get(name) or fresh_name(name, self._taken), **assumptions)

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """The names here of what the lecture speaks of besides the cell, by its names for them."""
        return names_beside(self._taken, self._timed)

    @cached_property
    def _timed(self) -> frozenset[str]:
        """Names of what changes with time."""
        timed = (*self.recurrence.definitions, *(e[self.j] for e in self.recurrence.inputs))
        return frozenset(each.label for each in timed)

    @cached_property
    def _taken(self) -> frozenset[str]:
        """Names of the cell's quantities, and what they are lettered."""
        lettered = (letter.strip("\\") for letter in own_letters(self.cell).values())
        return frozenset([*names_of(self.recurrence), *lettered])

    @property
    def j(self) -> Symbol:
        """The time of the definitions."""
        return self.recurrence.index

    # ------------------------------------------------------------------ what it is made of

    @property
    def d(self) -> Any:
        """The size of the state."""
        return symbolic(self.s.rows)

    @property
    def m(self) -> Any:
        """The size of what enters in a step, 0 where nothing does."""
        return sum((each.rows for each in self.recurrence.inputs), sympy.S.Zero)

    @property
    def states(self) -> tuple[Sequence, ...]:
        """The vectors of the cell's own state."""
        return self.cell.states

    def in_parts(self, node: Any) -> Any:
        """An expression for print: rows of the stacked state as the parts that they are.

        At every time but the first that is what the definition of `s` says; of the first it is
        how its parts are called.
        """
        if len(self.states) == 1 or not hasattr(node, "atoms"):
            return node
        parts = {
            (begins, part.rows): part for part, begins in zip(self.states, self.starts, strict=True)
        }
        found = {
            rows: parts[rows.args[1:]][rows.args[0].index]
            for rows in node.atoms(Rows)
            if isinstance(rows.args[0], TimeVector)
            and rows.args[0].sequence == self.s
            and rows.args[1:] in parts
        }
        return node.xreplace(found)

    @cached_property
    def starts(self) -> tuple[Any, ...]:
        """At which row of the stacked state each part begins."""
        return tuple(
            sum((each.rows for each in self.states[:place]), sympy.S.Zero)
            for place in range(len(self.states))
        )

    @property
    def shown_parameters(self) -> tuple[Parameter, ...]:
        """A parameter of each kind: what multiplies a state, what an input, and a column.

        What is proved of one with unevaluated derivatives holds of all of its kind.
        """
        kinds: dict[str, Parameter] = {}
        for parameter in self.recurrence.parameters:
            kinds.setdefault(_kind(self.recurrence, parameter), parameter)
        return tuple(kinds[kind] for kind in ("state", "input", "column") if kind in kinds)

    @property
    def shown_parameter(self) -> Parameter:
        """The first of them.

        Raises:
            NotSupportedError: the cell has none but scalars.
        """
        if not self.shown_parameters:
            raise NotSupportedError(
                f"{self.cell.name} has no matrix and no column among its parameters",
                {"expected": "a parameter that gradients can be taken by", "got": self.cell.text},
            )
        return self.shown_parameters[0]

    @property
    def stand_in(self) -> Activation:
        """The activation, where it is known; what may stand for it, where that has but a name."""
        values = self.recurrence.definitions.values()
        own: set[Activation] = {f for value in values for f in value.atoms(Activation)}
        if known := sorted((f for f in own if not f.is_unknown), key=str):
            return known[0]
        named = [activation(f.name) for f in self.cell.activations if f.name in FORMULAS]
        smooth = [each for each in named if not each.function.has(*KINKED)]
        every = smooth and len(smooth) == len(self.cell.activations)
        return smooth[0] if every else unknown("sigma")

    # ------------------------------------------------------------------ one activation

    @property
    def one_activation(self) -> bool:
        """Whether one activation stands between two affine maps."""
        return isinstance(self.halves, Halves)

    @property
    def _halves(self) -> Halves:
        if isinstance(self.halves, NotBetween):
            raise NotSupportedError(
                f"{self.cell.name} is not one activation between two affine maps",
                {"why": self.halves.says},
            )
        return self.halves

    @property
    def between(self) -> Between:
        """How the one activation stands between two affine maps.

        Raises:
            NotSupportedError: it does not, with the reason.
        """
        return self._halves.between

    @property
    def activated(self) -> TimeVector:
        """What comes out of the activation, at time j."""
        return self._halves.value

    @property
    def argument(self) -> TimeVector:
        """What goes into the activation, at time j; the state before where σ sits inside."""
        return self._halves.argument

    @property
    def a(self) -> Sequence:
        """What stands between two states: what goes into σ, or what comes out of it."""
        return (self.activated if self.reads_state else self.argument).sequence

    @property
    def reads_state(self) -> bool:
        """Whether σ is applied to the state before itself, and not to an affine map of it."""
        return self.argument.sequence == self.s

    @property
    def makes_state(self) -> bool:
        """Whether what comes out of σ is the state itself, and not an affine map before it."""
        return self.activated.sequence == self.s

    @property
    def sigma(self) -> Activation:
        """The activation."""
        return self.between.sigma

    def with_activation(self, sigma: Any = None) -> Network:
        """The same cell with another function in the place of its activation.

        Args:
            sigma: a name, an expression in one variable, or None for a σ that is not known.

        Raises:
            NotSupportedError: it is not one activation between two affine maps.
        """
        found, other = self.between, activation(sigma)
        # What the cell names may stand for any function here; see `network`.
        own = {f for f in self.cell.activations if found.sigma in (f, unknown(f.name))}
        changed = dict.fromkeys([found.sigma, *own], other)
        value = Elementwise(other, found.argument)
        between = replace(found, sigma=other, value=value, whole=found.outer(value))
        cell = replace(self.cell, recurrence=with_activations(self.cell.recurrence, changed))
        recurrence = with_activations(self.recurrence, changed)
        return Network(cell, recurrence, self.s, self.L, replace(self._halves, between=between))

    def slope(self, argument: Any) -> MatrixExpr:
        """σ′ applied to every entry."""
        return self.sigma.prime(argument)

    def slopes(self, time: Any) -> MatrixExpr:
        """The slopes of the step at a time: σ′(a_j), or σ′(s_{j-1}) where σ sits inside."""
        return self.slope(self.argument.subs(self.j, time))

    @property
    def affine_links(self) -> tuple[tuple[TimeVector, TimeVector, MatrixExpr], ...]:
        """Those of `links` that are affine maps."""
        return tuple(link for link in self.links if link[0] != self.activated)

    @property
    def links(self) -> tuple[tuple[TimeVector, TimeVector, MatrixExpr], ...]:
        """∂s_j/∂s_{j-1} as a product of ∂of/∂by, latest first: (of, by, what it is)."""
        found, value, argument = self.between, self.activated, self.argument
        s, before = self.s[self.j], self.s[self.j - 1]
        every = (
            (s, value, found.late),
            (value, argument, Diag(self.slopes(self.j))),
            (argument, before, found.early),
        )
        return tuple(link for link in every if link[0] != link[1])

    @property
    def weights(self) -> tuple[MatrixExpr, ...]:
        """The matrices of the step, whose norms λ bounds."""
        found = self.between
        both = (found.late, found.early)
        return tuple(each for each in both if not isinstance(each, Identity))

    # ------------------------------------------------------------------ W v + U x + b

    @cached_property
    def driven(self) -> Driven | None:
        """W, U, x and b of a step σ(W s + U x + b) or W σ(s) + U x + b; None of any other."""
        return driven(self.recurrence, self.between) if self.one_activation else None

    def _part(self, name: str) -> Any:
        if self.driven is None:
            raise NotSupportedError(
                f"{self.cell.name} is asked for {name}",
                {"expected": "a statement about an Elman cell alone", "got": self.cell.text},
            )
        return getattr(self.driven, name)

    @property
    def W(self) -> Parameter:
        """The weights beside the activation."""
        return self._part("W")  # type: ignore[no-any-return]

    @property
    def U(self) -> Any:
        """What multiplies the input; None where nothing enters."""
        return self._part("U")

    @property
    def b(self) -> Parameter:
        """The bias."""
        return self._part("b")  # type: ignore[no-any-return]

    @property
    def x(self) -> Any:
        """The input; None where nothing enters."""
        return self._part("x")

    @property
    def parameters(self) -> tuple[Any, ...]:
        """W, U and b where these are all; else in the order of their names."""
        return self.recurrence.parameters if self.driven is None else self.driven.parameters

    # ------------------------------------------------------------------ derivatives

    def total_loss(self, horizon: Any = None) -> MatrixExpr:
        """L = Σ_{t=1}^{T} L_t."""
        return OrderedSum(self.L[self.t], self.t, 1, self.T if horizon is None else horizon)

    def jacobian(self, of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
        """The total derivative ∂of/∂by; see `symrnn.recurrence.total.jacobian`."""
        return total.jacobian(self.recurrence, of, by, layout)

    def derived(self, of: Any, by: Any, layout: str = NUMERATOR) -> Derived:
        """The same, or a derivative by a parameter, as an equation with the times it holds for."""
        return derived(self.recurrence, of, by, layout)

    def gradient(self, loss: Any, parameter: Any, since: Any = 0) -> MatrixExpr:
        """∂L_t/∂θ by BPTT, with the shape of θ; see `symrnn.recurrence.total.gradient`."""
        return total.gradient(self.recurrence, loss, parameter, since, "denominator")


def _kind(recurrence: Recurrence, parameter: Parameter) -> str:
    """What a parameter multiplies."""
    if parameter.shape[1] == 1:
        return "column"
    inputs = {each.label for each in recurrence.inputs}
    for value in recurrence.definitions.values():
        for node in value.atoms(type(parameter * parameter.T)):
            factors = getattr(node, "factors", ())
            if parameter in factors and any(
                getattr(factor, "label", None) in inputs for factor in factors
            ):
                return "input"
    return "state"
