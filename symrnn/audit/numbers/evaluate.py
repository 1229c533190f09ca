"""The value of a formula on a net, in one reading; derivatives by the complex step."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np

from symrnn.audit.meaning.letters import FUNCTIONS, bare
from symrnn.audit.meaning.model import (
    Clash,
    NotUnderstood,
    called_time,
    drops_arguments,
    function_name,
)
from symrnn.audit.meaning.references import Ref
from symrnn.audit.numbers.functions import Functions, steepest_of
from symrnn.audit.numbers.net import STILL, World
from symrnn.audit.numbers.quantities import Env
from symrnn.audit.numbers.values import Value, number, turned
from symrnn.reading.latex.tree import (
    Addition,
    Bar,
    Big,
    Derivative,
    Dots,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Normed,
    Num,
    Product,
    Raised,
    Root,
    Subscripted,
    Sym,
    Tree,
    Turned,
    Words,
    walk,
)
from symrnn.reading.latex.words import SAME_AS


class Evaluator(Functions):
    """A net and a reading: the values of expressions."""

    def value(self, tree: Tree, env: Env, world: World = STILL) -> Value:
        """The value of an expression."""
        self.net.check_time()
        match tree:
            case Product() | Normed() if (steep := steepest_of(self.model, tree)) is not None:
                return number(self.steepest(steep))
            case Num(value=exact):
                return number(float(exact))
            case Sym():
                return self.symbol(tree, env, world)
            case Labelled(body=body):
                return self.value(body, env, world)
            case Group(parts=parts):
                if len(parts) == 1:
                    return self.value(parts[0], env, world)
                return self.stacked([self.value(part, env, world) for part in parts])
            case Addition(terms=terms, signs=signs):
                return self.addition(terms, signs, env, world)
            case Product():
                return self.product(tree, env, world)
            case Fraction_(above=above, below=below):
                return self.divided(self.value(above, env, world), self.value(below, env, world))
            case Raised(base=base, power=power):
                return self.raised(self.value(base, env, world), power, env)
            case Turned(body=body):
                if isinstance(body, Group) and len(body.parts) > 1 and body.separator == ",":
                    return self.value(body, env, world)  # a column, as most write it
                inner = self.value(body, env, world)
                return replace(inner, array=turned(inner.array))
            case Derivative():
                if world.moved is not None:
                    raise NotUnderstood("a derivative of a derivative", "in a definition")
                return self.derivative(tree, env)
            case Big():
                return self.big(tree, env, world)
            case Normed(body=body, kind=kind):
                return self.norm(self.value(body, env, world), kind, world)
            case Root(body=body):
                inner = self.value(body, env, world)
                return Value(np.sqrt(inner.whole().array))
            case Subscripted(body=body, subs=subs) if (lay := _layout_of(subs)) is not None:
                # [∂y/∂x]_num says its layout.
                kept, self.reading = self.reading, replace(self.reading, layout=lay, gradient=False)
                try:
                    return self.value(body, env, world)
                finally:
                    self.reading = kept
            case Subscripted(body=body, subs=subs):
                return self.entry(self.value(body, env, world), subs, env)
            case Grid(rows=rows):
                return self.grid(rows, env, world)
            case Bar(body=body, held=held, text=text):
                kept_held, self.held = self.held, self.held | self.held_by(held, text, env)
                try:
                    return self.value(body, env, world)
                finally:
                    self.held = kept_held
            case Dots():
                raise NotUnderstood("dots", "dots alone")
            case Words(text=text):
                raise NotUnderstood("text in a formula", text[:40])
        raise NotUnderstood("not read", type(tree).__name__)

    def symbol(self, node: Sym, env: Env, world: World) -> Value:
        ref = self.model.ref(node, frozenset(env))
        if (
            ref.name == node.name == "I"
            and not node.subs
            and "I" not in self.model.definitions
            and "I" not in self._reads_named()
        ):
            return Value(np.ones((1, 1, 1), dtype=complex), True)
        if node.name in ("bb 1", "bb I") or (node.name == "ones"):
            return number(1)
        if node.name in ("e", "pi") and not node.subs and ref.name != node.name:
            if ref.name not in self.model.definitions and ref.name not in self.net.read:
                raise NotUnderstood("powers", f"{node.name} to a power that may be a label")
        elif node.name == "e" and not node.subs and not self.model.symbols.has_time("e"):
            value = number(np.e)
            return (
                value
                if ref.power is None
                else Value(np.exp(self.value(ref.power, env, world).whole().array))
            )
        if self._kronecker(ref):
            row, column = (self.index(each, env) for each in ref.entries)
            return number(int(row == column))
        if ref.name == node.name == "pi" and not node.subs:
            value = number(np.pi)
            return value if ref.power is None else self.raised(value, ref.power, env)
        if (
            ref.time is None
            and not ref.entries
            and self.is_index(ref.name, env)
            and ref.name not in self.model.definitions
        ):
            value = number(self.index(Sym(node.start, node.end, node.made, node.name), env))
        else:
            if ref.primes:
                raise NotUnderstood("primes", f"{ref.name}′ without its argument")
            value = self.named_value(ref, env, world)
        if ref.entries:
            value = self.entry(value, ref.entries, env)
        return value if ref.power is None else self.raised(value, ref.power, env)

    def _kronecker(self, ref: Ref) -> bool:
        """Whether δ_{ij} is Kronecker's: a δ with two entries, of which nothing else is said."""
        return (
            ref.name in ("delta", SAME_AS)
            and ref.time is None
            and len(ref.entries) == 2
            and "delta" not in self.model.definitions
            and not self.model.symbols.has_time("delta")
        )

    def addition(
        self, terms: tuple[Tree, ...], signs: tuple[str, ...], env: Env, world: World
    ) -> Value:
        if any(isinstance(bare(term), Dots) for term in terms):
            return self.dotted_sum(terms, signs, env, world)
        values = [self.value(term, env, world) for term in terms]
        return self.added(values, signs)

    def product(self, tree: Product, env: Env, world: World) -> Value:
        factors, signs = tree.factors, tree.signs
        first = bare(factors[0])
        if isinstance(first, Derivative) and first.of is None:
            rest = (
                factors[1]
                if len(factors) == 2
                else Product(factors[1].start, tree.end, tree.made, factors[1:], signs[1:])
            )
            return self.value(
                replace(first, start=tree.start, end=tree.end, made=tree.made, of=rest), env, world
            )
        if any(isinstance(bare(factor), Dots) for factor in factors):
            return self.dotted_product(tree, env, world)
        operands: list[Value] = []
        between: list[str] = []
        for sign, part in self.operands(tree, env, world):
            if operands:
                between.append(sign)
            operands.append(part)
        return self.multiplied(operands, between)

    def operands(self, tree: Product, env: Env, world: World) -> list[tuple[str, Value]]:
        """The operands of a product, each with the sign before it; a function with its argument."""
        found: list[tuple[str, Value]] = []
        factors = tree.factors
        place = 0
        while place < len(factors):
            sign = tree.signs[place - 1] if place else ""
            factor = factors[place]
            adjacent = place < len(tree.signs) and tree.signs[place] == ""
            following = factors[place + 1] if adjacent else None
            value, used = self.operand(factor, following, env, world)
            column = bool(found) and found[-1][1].shape[1] == 1 and not found[-1][1].scalar
            if column and sign == "" and _listed(factor) and value.shape[1] == 1:
                value = Value(turned(value.array))  # δ [h, x]ᵀ
            if found and _is_ones(factor) and min(found[-1][1].shape) > 1:
                value = Value(np.ones((1, found[-1][1].shape[1], 1), dtype=complex))  # W 𝟏
            before = factors[place - 1] if place else None
            if isinstance(before, Turned) and _is_ones(before.body) and value.shape[0] > 1:
                row = np.ones((1, 1, value.shape[0]), dtype=complex)  # 𝟏ᵀ v
                found[-1] = (found[-1][0], Value(row))
            found.append((sign, value))
            place += used
        return found

    def indicator(self, tree: Group, env: Env, world: World) -> Value:
        """1[a > 0], entry by entry."""
        parts = [self.value(part, env, world).array.real for part in tree.parts]
        pairs = zip(parts, parts[1:], tree.separator, strict=False)
        holds = (a > b if sign == ">" else a < b for a, b, sign in pairs)
        return Value(np.asarray(reduce(np.logical_and, holds) + 0j))

    def operand(
        self, factor: Tree, following: Tree | None, env: Env, world: World
    ) -> tuple[Value, int]:
        if not isinstance(factor, Sym):
            return self.value(factor, env, world), 1
        if factor.name == "theta" and isinstance(following, Group) and following.compares:
            return self.indicator(following, env, world), 2
        if following is not None:
            call = called_time(self.model, factor, following)
            if call is not None:
                return self.quantity(call[0], self.index(call[1], env), world), 2
        kind = self.model.is_function(factor, following)
        if kind is None or following is None:
            if following is not None and drops_arguments(self.model, factor, following):
                return self.symbol(factor, env, world), 2
            if kind == "known":
                raise NotUnderstood("functions", f"{factor.name} without its argument")
            return self.symbol(factor, env, world), 1
        if kind == "opaque":
            assert isinstance(following, Group)
            key = function_name(self.model, factor)
            if key not in self.net.shapes.functions:
                raise NotUnderstood(
                    "a symbol without definition", f"the function {key}", f"define: h_t = {key}(…)"
                )
            arguments = [self.value(part, env, world).whole().array for part in following.parts]
            rows, cols = map(self.net.number, self.net.shapes.functions[key])
            made = self.net.opaque(key, arguments, max(rows, cols))
            return Value(turned(made) if cols > rows else made), 2
        if factor.name in ("max", "min") and isinstance(following, Group) and not factor.subs:
            parts = [self.value(part, env, world) for part in following.parts]
            if len(parts) > 1 and all(part.scalar for part in parts):
                return self.largest(parts, 1 if factor.name == "max" else -1), 2
        argument = self.value(following, env, world)
        if factor.name in ("diag", "Diag") and argument.scalar and self._is_constant(following):
            return Value(argument.array, True), 2  # diag(1 - tanh²(0)), of the size of what follows
        return self.applied(factor, kind, argument, env), 2

    def _is_constant(self, tree: Tree) -> bool:
        """Whether a formula has no letter: of as many numbers as there are units."""
        symbols = [node for node in walk(tree) if isinstance(node, Sym)]
        known = FUNCTIONS | {"ones"}
        return not self.model.scalar and all(node.name in known for node in symbols)

    def grid(self, rows: tuple[tuple[Tree, ...], ...], env: Env, world: World) -> Value:
        if any(isinstance(bare(cell), Dots) for row in rows for cell in row):
            raise NotUnderstood("matrices written out", "dots in a matrix")
        if len({len(row) for row in rows}) != 1:
            raise NotUnderstood("matrices written out", "rows of unequal length")
        cells = [[self.value(cell, env, world) for cell in row] for row in rows]
        heights = [max(v.shape[0] for v in row) for row in cells]
        widths = [max(row[c].shape[1] for row in cells) for c in range(len(cells[0]))]
        count = max(v.array.shape[0] for row in cells for v in row)
        blocks = []
        for row, height in zip(cells, heights, strict=True):
            line = []
            for value, width in zip(row, widths, strict=True):
                array = value.array if value.eye else value.whole().array
                if value.eye:
                    array = array * np.eye(max(height, width))
                if array.shape[1:] != (height, width):
                    if value.scalar and not np.any(array):
                        array = np.zeros((1, height, width), dtype=complex)
                    else:
                        raise Clash("blocks of a matrix")
                line.append(np.broadcast_to(array, (count, height, width)))
            blocks.append(np.concatenate(line, axis=2))
        return Value(np.concatenate(blocks, axis=1))

    def entry(self, value: Value, subs: tuple[Tree, ...], env: Env) -> Value:
        places = [self.index(each, env) for each in subs]
        rows, cols = value.whole().shape
        if len(places) == 1 and cols == 1:
            places.append(1)
        elif len(places) == 1 and rows == 1:
            places.insert(0, 1)
        if len(places) != 2:
            raise NotUnderstood("entries", "a number of indices that does not fit")
        row, col = places
        if not (1 <= row <= rows and 1 <= col <= cols):
            what = f"entry {row}, {col} of {rows} × {cols}"
            if all(isinstance(bare(each), Sym) for each in subs):
                raise Clash(what)  # indices that run over sizes of other quantities
            raise NotUnderstood("entries", what)
        return Value(value.array[:, row - 1 : row, col - 1 : col])


def _layout_of(subs: tuple[Tree, ...]) -> str | None:
    """The layout that a subscript names."""
    inner = bare(subs[0]) if len(subs) == 1 else None
    names = {"num": "numerator", "den": "denominator"}
    return names.get(inner.name) if isinstance(inner, Sym) else None


def _is_ones(tree: Tree) -> bool:
    """Whether a factor is the vector of ones."""
    inner = bare(tree)
    return isinstance(inner, Sym) and inner.name == "ones" and not inner.sups


def _listed(tree: Tree) -> bool:
    """[a, b]ᵀ: a stack, or its transpose."""
    body = tree.body if isinstance(tree, Turned) else None
    return isinstance(body, Group) and len(body.parts) > 1 and body.separator == ","
