"""Derivatives by the complex step, laid out as a reading says."""

from __future__ import annotations

import numpy as np

from symrnn.audit.meaning.letters import bare, is_loss
from symrnn.audit.meaning.model import (
    NotUnderstood,
    called_time,
    drops_arguments,
)
from symrnn.audit.meaning.suppositions import NOUGHT
from symrnn.audit.numbers.net import STEP, World, cuts_off
from symrnn.audit.numbers.quantities import Env, latex_name
from symrnn.audit.numbers.ranges import Ranges
from symrnn.audit.numbers.values import Array, Value, turned
from symrnn.reading.latex.tree import (
    Derivative,
    Product,
    Sym,
    Tree,
    Turned,
    walk,
)


class Derivatives(Ranges):
    """Values of derivatives."""

    def variable(
        self, tree: Tree, env: Env
    ) -> tuple[str, int | None, int | None, tuple[Tree, ...]]:
        """What a derivative is by: name, time, the step of a copy, entries."""
        tree = bare(tree)
        if isinstance(tree, Product) and len(tree.factors) == 2:
            call = called_time(self.model, tree.factors[0], tree.factors[1])
            if call is not None:
                return self.model.aliases.get(call[0], call[0]), self.index(call[1], env), None, ()
            head = tree.factors[0]
            if isinstance(head, Sym) and head.name == "vec":
                return self.variable(tree.factors[1], env)
        if isinstance(tree, Turned):
            raise NotUnderstood("derivatives", "a derivative by a transpose")
        if not isinstance(tree, Sym):
            raise NotUnderstood("derivatives", "a derivative by what is no letter")
        ref = self.model.ref(tree, frozenset(env))
        if ref.power is not None or ref.primes:
            raise NotUnderstood("derivatives", "a derivative by a power")
        name = self.model.aliases.get(ref.name, ref.name)
        time = None if ref.time is None else self.index(ref.time, env)
        copy = None if ref.copy is None else self.index(ref.copy, env)
        definition = self.model.definition(name)
        if definition is not None and definition.derived:
            raise NotUnderstood("derivatives", f"a derivative by {name}, which is one itself")
        known = name in self.net.read or name in self.model.variables or self.is_bundle(name)
        if definition is None and not known:
            raise NotUnderstood(
                "a symbol without definition",
                f"{name}, which nothing is computed from",
                f"define: … = … {latex_name(name, time is not None)} …",
            )
        return name, time, copy, ref.entries

    def derivative(self, tree: Derivative, env: Env) -> Value:
        if tree.of is None:
            raise NotUnderstood("derivatives", "∂ without what it differentiates")
        name, time, copy, entries = self.variable(tree.by, env)
        self.net.used.add(name)
        of = bare(tree.of)
        jacobian, scalar_of = self.jacobian(of, tree, (name, time, copy), env)
        rows, cols = self.quantity(name, time).shape
        if entries:
            place = [self.index(each, env) for each in entries]
            if len(place) == 1 and cols == 1:
                place.append(1)
            elif len(place) == 1 and rows == 1:
                place.insert(0, 1)
            if len(place) != 2 or not (1 <= place[0] <= rows and 1 <= place[1] <= cols):
                raise NotUnderstood("entries", "an entry that is not there")
            column = (place[1] - 1) * rows + place[0] - 1
            jacobian = jacobian[:, column : column + 1]
            rows = cols = 1
        own = self.reading.own and time is None
        return self.laid_out(jacobian, scalar_of, rows, cols, tree, own)

    def _inside(self) -> set[str]:
        """What states are computed from: an output that nothing reads is no part of a state."""
        found, todo = set(self.net.states), list(self.net.states)
        while todo:
            known = self.model.definition(todo.pop())
            read = set() if known is None else {name for name, _ in self.model.reads(known)}
            todo += read - found
            found |= read
        return found

    def laid_out(
        self,
        jacobian: Array,
        scalar_of: bool,
        rows: int,
        cols: int,
        tree: Derivative,
        own: bool,
    ) -> Value:
        """A Jacobian, entries of the function by those of the variable, in the reading's layout."""
        numerator = self.reading.layout == "numerator"
        whole = jacobian[None]
        if scalar_of and (rows, cols) != (1, 1):
            self.flat_mattered |= 1 not in (rows, cols) and not tree.nabla
            shaped = tree.nabla or self.reading.gradient or not numerator or own
            if 1 not in (rows, cols) and self.flat and not tree.nabla:
                return Value(whole if numerator else turned(whole))
            if 1 not in (rows, cols):
                matrix = jacobian.reshape(cols, rows).T[None]
                self.shaped |= shaped
                return Value(turned(matrix) if self.reading.transposed or not shaped else matrix)
            if not shaped:
                return Value(whole if rows > 1 else turned(whole))
            return Value(turned(whole) if cols == 1 else whole)
        return Value(whole if numerator else turned(whole))

    def jacobian(
        self, of: Tree, tree: Derivative, moved: tuple[str, int | None, int | None], env: Env
    ) -> tuple[Array, bool]:
        """∂of/∂moved, entries by entries (columns first), and whether `of` is a number."""
        name, time, copy = moved
        ref, index, entries = self._node(of, env)
        partial = ref is None and self._is_call(of, name, time, env)
        mode, at = "total", 0
        by_parameter = time is None
        if partial:
            mode = "all"
        elif by_parameter:
            immediate = tree.mark == "+" or (
                self.reading.immediate_left if self.left else self.reading.immediate
            )
            if immediate and copy is None:
                if index is None and ref is not None:
                    if not is_loss(ref):
                        raise NotUnderstood("times", "an immediate derivative of what has no time")
                elif index is not None:
                    mode, at = "before", index
                else:
                    mode = "before"
                    at = self._time_of(of, env)
        elif tree.mark == "+":
            mode = "direct"
        elif ref is not None and self.reading.along != "total":
            mode = self.reading.along
        along = tuple(sorted({name, ref or ""})) if mode == "direct" else ()
        if mode == "block":
            along = tuple(sorted(self._inside()))
        held = self.held
        if ref is not None and index is not None:
            held |= {(each, index) for each in self.reading.held if each != ref}
        world = World((name, time, copy), mode, at, along, held)
        key = (
            id(of) if ref is None else (ref, index),
            tuple(sorted(env.items())) if ref is None else (),
            world,
        )
        cache = self.net.jacobians
        if key not in cache:
            value = (
                self.quantity(ref, index, world) if ref is not None else self.value(of, env, world)
            )
            if value.eye or value.beside:
                raise NotUnderstood("derivatives", "a derivative of an identity")
            rates = value.array.imag / STEP
            flat = turned(rates).reshape(rates.shape[0], -1)
            count = int(np.prod(self.quantity(name, time).shape))
            if flat.shape[0] == 1 and count > 1:
                flat = np.zeros((count, flat.shape[1]))
            later = time is None or (index is not None and index >= time)
            first = ref in self.net.states and index is not None and index < self.net.first
            if mode == "direct" and index != time and not np.any(flat):
                raise NotUnderstood("zero", "there is no direct path")
            linked = np.any(flat) or first or self.net.at_rest or (ref, index) in self.held
            linked = linked or cuts_off(self.model)  # a dead unit is 0, and what it passes on
            linked |= NOUGHT in self.model.made.values()  # they are where the case is not supposed
            if ref is None and isinstance(of, Product) and not np.any(flat):
                raise NotUnderstood(
                    "quantities not linked", f"what is differentiated is not computed from {name}"
                )
            if mode == "total" and ref is not None and later and not linked:
                # Rather two quantities that the reader has not linked than a derivative of 0.
                raise NotUnderstood(
                    "quantities not linked",
                    f"{ref} is not computed from {name}, as the document is read",
                )
            cache[key] = flat.T + 0j
            if ref is None:
                self.net.kept.append(of)
        jacobian = cache[key]
        scalar_of = jacobian.shape[0] == 1
        if entries:
            places = [self.index(each, env) for each in entries]
            if len(places) != 1 or not 1 <= places[0] <= jacobian.shape[0]:
                raise NotUnderstood("entries", "an entry that is not there")
            jacobian = jacobian[places[0] - 1 : places[0]]
            scalar_of = True
        return jacobian, scalar_of

    def held_by(self, trees: tuple[Tree, ...], text: str, env: Env) -> frozenset[tuple[str, int]]:
        """The quantities that X|_{h_k} and X|_{h_k, c_k} hold, each with its time.

        Raises:
            NotUnderstood: it is a place, or a parameter, or an equation.
        """
        found = set()
        for tree in trees:
            ref = (
                self.model.ref(inner, frozenset(env))
                if isinstance(inner := bare(tree), Sym)
                else None
            )
            stepwise = ref is not None and ref.name in self.model.definitions and not ref.entries
            if ref is None or not stepwise or ref.time is None or ref.power or ref.primes:
                raise NotUnderstood("held quantities", f"X|_{{{text}}}")
            name = self.model.aliases.get(ref.name, ref.name)
            found.add((name, self.index(ref.time, env)))
        if not found:
            raise NotUnderstood("held quantities", f"X|_{{{text}}}")
        return frozenset(found)

    def _node(self, of: Tree, env: Env) -> tuple[str | None, int | None, tuple[Tree, ...]]:
        """The quantity that is differentiated, its time, entries; None for an expression."""
        if isinstance(of, Product) and len(of.factors) == 2 and isinstance(of.factors[0], Sym):
            head, following = of.factors
            assert isinstance(head, Sym)
            call = called_time(self.model, head, following)
            if call is not None:
                return self.model.aliases.get(call[0], call[0]), self.index(call[1], env), ()
            if self.model.is_function(head, following) is None and drops_arguments(
                self.model, head, following
            ):
                of = head
        if isinstance(of, Sym):
            ref = self.model.ref(of, frozenset(env))
            if ref.power is None and not ref.primes and ref.copy is None:
                name = self.model.aliases.get(ref.name, ref.name)
                self.net.used.add(name)
                time = None if ref.time is None else self.index(ref.time, env)
                definition = self.model.definition(name)
                if definition is not None and definition.derived:
                    raise NotUnderstood("derivatives of higher order", f"the derivative of {name}")
                known = name in self.net.read or name in self.model.variables
                if definition is None and not is_loss(name) and not known:
                    raise NotUnderstood(
                        "a symbol without definition",
                        name,
                        f"define: {latex_name(name, time is not None)} = …",
                    )
                return name, time, ref.entries
        return None, None, ()

    def _is_call(self, of: Tree, name: str, time: int | None, env: Env) -> bool:
        """Whether f(x, h, w) is differentiated by one of its arguments: all else is held."""
        if not (isinstance(of, Product) and len(of.factors) == 2):
            return False
        head, arguments = of.factors
        if not isinstance(head, Sym) or self.model.is_function(head, arguments) != "opaque":
            return False
        bound = frozenset(env)
        for node in walk(arguments):
            if isinstance(node, Sym):
                ref = self.model.ref(node, bound)
                same = time is None if ref.time is None else self.index(ref.time, env) == time
                if self.model.aliases.get(ref.name, ref.name) == name and same:
                    return True
        return False

    def _time_of(self, of: Tree, env: Env) -> int:
        """The latest time in an expression."""
        found = []
        for node in walk(of):
            if isinstance(node, Sym):
                ref = self.model.ref(node, frozenset(env))
                if ref.time is not None:
                    found.append(self.index(ref.time, env))
        # An expression of the states one step back belongs to the next step: all of it is held.
        return max(found, default=0) + 1
