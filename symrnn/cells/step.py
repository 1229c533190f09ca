"""A cell: a name, its definitions, and what is read off them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.written import letters_by_name, written
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language import time
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Zeros, as_matrix
from symrnn.language.derivatives import NUMERATOR
from symrnn.language.notation import require_letter
from symrnn.language.relations import Equation
from symrnn.language.shapes import Shape
from symrnn.language.time import TimeVector
from symrnn.recurrence import total
from symrnn.recurrence.asked import Derived, derived
from symrnn.recurrence.named import with_named_intermediates
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.slopes import through_values
from symrnn.recurrence.unroll import at_sizes


@dataclass(frozen=True, eq=False)
class Cell:
    """One step of a recurrence.

    Args:
        name: what the cell is called.
        recurrence: its definitions in time.
        letters: LaTeX for names, where they are printed otherwise than they are written.
        reference: where the cell is from.

    Raises:
        IllFormedError: a letter for a name that the cell does not have, or one letter for two.
    """

    name: str
    recurrence: Recurrence
    letters: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""

    def __post_init__(self) -> None:
        for name, letter in self.letters.items():
            if name not in self._names:
                raise IllFormedError(
                    f"a letter for {name}",
                    {"expected": f"LaTeX for one of {', '.join(self._names)}", "got": repr(letter)},
                )
            require_letter(name, letter, self.name)
        if self.letters:
            quantities = [*self.shapes, *map(str, self.scalars)]
            letters_by_name(self.name, quantities, self.letters, map(str, self.sizes))
        object.__setattr__(self, "letters", MappingProxyType(dict(self.letters)))

    def __reduce__(self) -> Any:
        return type(self), (self.name, self.recurrence, dict(self.letters), self.reference)

    # ------------------------------------------------------------------ reading

    @property
    def definitions(self) -> Mapping[TimeVector, MatrixExpr]:
        """`{v[j]: expression}`, in the order written."""
        return self.recurrence.definitions

    @property
    def index(self) -> Symbol:
        """The time that the definitions are written in."""
        return self.recurrence.index

    @property
    def states(self) -> tuple[time.Sequence, ...]:
        """What stands one step back, in the order of its definitions."""
        return self.recurrence.states

    @property
    def inputs(self) -> tuple[time.Sequence, ...]:
        """What is given at every time."""
        return self.recurrence.inputs

    @cached_property
    def intermediates(self) -> tuple[time.Sequence, ...]:
        """What is computed in a step and is no state: gates, pre-activations, readouts."""
        return tuple(
            defined.sequence for defined in self.definitions if defined.sequence not in self.states
        )

    @cached_property
    def parameters(self) -> tuple[MatrixExpr, ...]:
        """The matrices and columns that do not depend on time, each with its `shape`."""
        return self.recurrence.parameters

    @cached_property
    def scalars(self) -> tuple[Symbol, ...]:
        """The scalars that do not depend on time, in the order of their names."""
        found = {s for value in self.definitions.values() for s in value.free_symbols}
        others = {*self.parameters, *self.sizes, self.index}
        return tuple(sorted(found - others, key=str))

    @cached_property
    def sizes(self) -> tuple[Symbol, ...]:
        """The sizes that are open, in the order of their names."""
        found = {s for shape in self.shapes.values() for size in shape for s in size.free_symbols}
        return tuple(sorted(found, key=str))

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Rows and columns of every vector and parameter, by its name."""
        leaves = [*self.definitions, *self.definitions.values()]
        timed = {leaf for node in leaves for leaf in node.atoms(TimeVector)}
        shapes = {leaf.label: leaf.shape for leaf in timed}
        shapes |= {parameter.name: tuple(parameter.shape) for parameter in self.parameters}
        return MappingProxyType(dict(sorted(shapes.items())))

    @cached_property
    def activations(self) -> tuple[Activation, ...]:
        """The functions that are applied entry by entry, in the order of their names."""
        found = {f for value in self.definitions.values() for f in value.atoms(Activation)}
        return tuple(sorted(found, key=str))

    @cached_property
    def order(self) -> tuple[time.Sequence, ...]:
        """The defined vectors in an order of computation: each after all that it reads."""
        reads = {
            defined: [node for node in self.definitions if node != defined and value.has(node)]
            for defined, value in self.definitions.items()
        }
        return tuple(node.sequence for node in TopologicalSorter(reads).static_order())

    def __getitem__(self, name: str) -> Any:
        """The sequence, parameter or scalar of a name.

        Raises:
            IllFormedError: for a name that the cell does not have.

        >>> from symrnn.cells import cell
        >>> cell("h = tanh(W h' + U x + b)")["W"].shape
        (d, d)
        """
        nodes = [*self.definitions, *self.definitions.values()]
        found: dict[str, Any] = {
            v.label: v.sequence for node in nodes for v in node.atoms(TimeVector)
        }
        found |= {str(each): each for each in (*self.parameters, *self.scalars)}
        if name not in found:
            raise IllFormedError(
                f"{self.name} has nothing called {name}",
                {"expected": ", ".join(sorted(found)), "got": name},
            )
        return found[name]

    def slope(self, vector: TimeVector) -> MatrixExpr:
        """f′ at its argument, of a vector at a time that is defined as f(argument).

        Raises:
            IllFormedError: for a vector that is defined otherwise.

        >>> from symrnn.cells import cell
        >>> elman = cell("h = tanh(W h' + b)")
        >>> print(elman.slope(elman["h"][1]))
        1 - tanh(W h_0 + b)**2
        """
        value = self.recurrence.definition(vector)
        if not isinstance(value, Elementwise):
            raise IllFormedError(
                f"{vector} is no function applied to every entry",
                {
                    "expected": "a gate or a state defined as f(…)",
                    "got": str(value),
                    "hint": "give the function a line of its own: v = f(…), then "
                    f"{vector.label} = … v …; `cell.named` has such names",
                },
            )
        return value.activation.prime(value.argument)

    @cached_property
    def text(self) -> str:
        """The cell as text that reads back as the same definitions; a loss is a comment in it."""
        return written(self.recurrence)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*self.shapes, *map(str, self.scalars), *map(str, self.sizes))

    # ------------------------------------------------------------------ derivatives

    @cached_property
    def named(self) -> Recurrence:
        """The definitions with names for what a step and its derivatives both read: a_i = W_i h' +
        … and i = σ(a_i). Derivatives speak of these vectors."""
        return with_named_intermediates(self.recurrence)

    def jacobian(self, of: Any, by: Any, layout: str = NUMERATOR) -> MatrixExpr:
        """The total derivative ∂of/∂by, in the names of gates: slopes as q(1-q) and 1-n².

        Arguments and errors as of `symrnn.recurrence.total.jacobian`.

        >>> from sympy import Symbol
        >>> from symrnn.cells import named
        >>> gru, t = named("gru_without_reset"), Symbol("t", integer=True)
        >>> (h,) = gru.states
        >>> print(gru.jacobian(h[t], h[t - 1]))
        diag(z_t) + diag(1 - z_t) diag(1 - n_t**2) W_n + (diag(h_{t - 1}) - diag(n_t)) \
diag(z_t*(1 - z_t)) W_z
        """
        return self.by_gates(total.jacobian(self.named, of, by, layout))

    def derived(self, of: Any, by: Any, layout: str = NUMERATOR) -> Derived:
        """The same, or a derivative by a parameter, as an equation with the times it holds for.

        Arguments and errors as of `symrnn.recurrence.asked.derived`.

        >>> from sympy import symbols
        >>> from symrnn.cells import named
        >>> indrnn, (t, k) = named("indrnn"), symbols("t k", integer=True)
        >>> (h,) = indrnn.states
        >>> print(indrnn.derived(h[t], h[k]))
        ∂h_t/∂h_k = ∏_{j=k + 1}^{t} (diag(u) diag(relu′(a_h_j))) for 0 ≤ k ≤ t
        """
        found = derived(self.named, of, by, layout)
        return replace(found, value=self.by_gates(found.value))

    def gradient(self, loss: Any, parameter: Any, since: Any = 0) -> MatrixExpr:
        """∂L_t/∂θ by backpropagation through time, with the shape of θ, in the names of gates.

        Arguments and errors as of `symrnn.recurrence.total.gradient`.
        """
        return self.by_gates(total.gradient(self.named, loss, parameter, since, "denominator"))

    def by_gates(self, derived: MatrixExpr) -> MatrixExpr:
        """What was derived from `named` with slopes as functions of the gates' values."""
        return self.in_own_names(through_values(derived, self.named))

    def in_own_names(self, derived: MatrixExpr) -> MatrixExpr:
        """The same without names for what is an activation of a vector that has one."""
        # tanh(c) says more than a name that the cell does not have.
        own = {of.label for of in self.definitions}
        values = {
            node: self.named.definition(node)
            for node in derived.atoms(TimeVector)
            if node.label not in own and node.sequence[self.index] in self._simple
        }
        return as_matrix(derived.xreplace(values))

    def explained(self, derived: MatrixExpr) -> tuple[Equation, ...]:
        """What the names in an expression are that the cell's own definitions do not have."""
        own = {*self.shapes}
        found: dict[TimeVector, MatrixExpr] = {}
        pending = [derived]
        while pending:
            met = {v.label for v in pending.pop().atoms(TimeVector)} - own
            for of, value in self.named.definitions.items():
                if of.label in met and of not in found:
                    found[of] = value
                    pending.append(value)
        return tuple(Equation(of, value) for of, value in found.items())

    @cached_property
    def _simple(self) -> frozenset[TimeVector]:
        """What is named and is an activation of one vector: tanh(c)."""
        return frozenset(
            of
            for of, value in self.named.definitions.items()
            if isinstance(value, Elementwise)
            and isinstance(value.argument, TimeVector)
            and value.argument in {*self.definitions, *(s[self.index - 1] for s in self.states)}
        )

    # ------------------------------------------------------------------ changing

    def sized(self, /, **sizes: int) -> Cell:
        """The same cell with numbers for some of its sizes: `sized(d=3, m=2)`.

        Raises:
            IllFormedError: a size that the cell does not have, or that is no positive integer.
        """
        symbols = {symbol.name: symbol for symbol in self.sizes}
        for name, size in sizes.items():
            whole = isinstance(size, int) and not isinstance(size, bool) and size > 0
            if name not in symbols or not whole:
                raise IllFormedError(
                    f"the size {name} of {self.name}",
                    {
                        "expected": f"a positive integer for one of {', '.join(symbols)}",
                        "got": f"{name} = {size!r}",
                    },
                )
        assignment: dict[Any, int] = {symbols[name]: size for name, size in sizes.items()}
        letters = {name: letter for name, letter in self.letters.items() if name not in sizes}
        return Cell(self.name, at_sizes(self.recurrence, assignment), letters, self.reference)

    def without_inputs(self) -> Cell:
        """The same cell where nothing enters: all terms that read an input are gone.

        Raises:
            NotSupportedError: an input stands where it is no factor of a term, as in [h'; x].

        >>> from symrnn.cells import cell
        >>> print(cell("h = tanh(W h' + U x + b)").without_inputs())
        h = tanh(W h' + b)
        """
        if self.recurrence.outputs:
            raise NotSupportedError(
                f"{self.name} without inputs: its loss reads one",
                {"expected": "the cell without inputs first, then a loss", "got": "a loss"},
            )
        absent = {each[self.index]: Zeros(each.rows, each.cols) for each in self.inputs}
        definitions = {of: value.xreplace(absent) for of, value in self.definitions.items()}
        for of, value in definitions.items():
            if value.has(Zeros):
                raise NotSupportedError(
                    f"{self.name} without inputs",
                    {
                        "expected": "inputs in terms of sums",
                        "got": f"{of} = {self.definitions[of]}",
                    },
                )
        return self.redefined(Recurrence(self.index, self.states, (), definitions))

    def redefined(self, recurrence: Recurrence) -> Cell:
        """A cell of the same name with other definitions, and its letters where it has them."""
        kept = Cell(self.name, recurrence)._names
        letters = {name: letter for name, letter in self.letters.items() if name in kept}
        return Cell(self.name, recurrence, letters, self.reference)

    def with_preactivations(self) -> Cell:
        """The same cell with a name for what goes into each function of its own line: a_i for i.

        Raises:
            IllFormedError: such a name is taken.

        >>> from symrnn.cells import cell
        >>> print(cell("h = tanh(W h' + b)").with_preactivations())
        a_h = W h' + b
        h = tanh(a_h)
        """
        now, recurrence = self.index, self.recurrence
        before: dict[TimeVector, MatrixExpr] = {}
        after: dict[TimeVector, MatrixExpr] = {}
        for of, value in self.definitions.items():
            if isinstance(value, Elementwise) and not isinstance(value.argument, TimeVector):
                read = time.Sequence(f"a_{of.label}", of.rows, of.cols)[now]
                if read.label in self._names:
                    raise IllFormedError(
                        f"{self.name} with its pre-activations by name",
                        {"expected": f"no {read.label} beside {of.label}", "got": read.label},
                    )
                before[read], value = value.argument, value.activation(read)
            after[of] = value
        kinds = (recurrence.states, recurrence.inputs)
        made = Recurrence(now, *kinds, {**before, **after}, recurrence.outputs)
        return Cell(self.name, made, self.letters, self.reference)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Cell({self.name!r}: {'; '.join(self.text.splitlines())})"
