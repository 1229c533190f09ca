"""Numbers with shapes, and the algebra of formulas on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.meaning.model import (
    Clash,
    NotUnderstood,
)
from symrnn.audit.numbers.net import World

Array = NDArray[Any]


LARGEST_RANGE = 64
"""Terms of one sum or product."""


@dataclass(frozen=True)
class Value:
    """Numbers (batch, rows, columns).

    `eye` says that they stand for a multiple of the identity, `beside` that they are the factor A
    of A ⊗ I ("right") or I ⊗ A ("left") with an identity whose size only its neighbours say.
    """

    array: Array
    eye: bool = False
    beside: str = ""

    def whole(self) -> Value:
        """Itself, where its numbers are all of it.

        Raises:
            NotUnderstood: an identity whose size nothing here says belongs to it.
        """
        if self.eye or self.beside:
            what = "a Kronecker product with an identity" if self.beside else "an identity"
            raise NotUnderstood("products", f"{what} of no size")
        return self

    def with_identity(self, size: int) -> Value:
        """A ⊗ I or I ⊗ A with the identity of a size."""
        eye = np.eye(size)[None]
        pair = (self.array, eye) if self.beside == "right" else (eye, self.array)
        rows, cols = (n * size for n in self.shape)
        return Value(np.einsum("bij,ckl->bikjl", *pair).reshape(1, rows, cols))

    @property
    def shape(self) -> tuple[int, int]:
        return self.array.shape[1], self.array.shape[2]

    @property
    def scalar(self) -> bool:
        return self.shape == (1, 1) and not self.eye and not self.beside


def number(value: complex) -> Value:
    """A number as a value."""
    return Value(np.full((1, 1, 1), value, dtype=complex))


def turned(array: Array) -> Array:
    """The transpose of each matrix of a batch."""
    return np.swapaxes(array, -1, -2)


def diagonal(array: Array) -> Array:
    """diag of a column or a row."""
    flat = array.reshape(array.shape[0], -1)
    return np.asarray(flat[:, :, None] * np.eye(flat.shape[1]))


class Algebra:
    """Sums and products of values, as formulas mean them."""

    def added(self, values: list[Value], signs: tuple[str, ...]) -> Value:
        if any(v.beside for v in values):
            values = self._sized(values)
        shapes = {v.shape for v in values if not v.scalar and not v.eye}
        if len(shapes) > 1:
            shown = ", ".join(sorted(f"{r} × {c}" for r, c in shapes))
            raise Clash(f"terms of a sum: {shown}")
        if not shapes:
            eye = any(v.eye for v in values)
            if eye and not all(v.eye for v in values):
                raise Clash("a number added to the identity")
            whole = sum(
                (1 if s == "+" else -1) * v.array for s, v in zip(signs, values, strict=True)
            )
            return Value(np.asarray(whole), eye)
        rows, cols = next(iter(shapes))
        total = np.zeros((1, rows, cols), dtype=complex)
        for sign, value in zip(signs, values, strict=True):
            array = value.array
            if value.eye:
                if rows != cols:
                    raise Clash(f"the identity added to {rows} × {cols}")
                array = array * np.eye(rows)
            elif value.scalar and rows != 1 and cols != 1 and np.any(array != 0):
                raise Clash("a number added to a matrix")
            total = total + (array if sign == "+" else -array)
        return Value(np.asarray(total))

    @staticmethod
    def _sized(values: list[Value]) -> list[Value]:
        """Terms of a sum, each A ⊗ I in the size of a term that has one."""
        whole = [v for v in values if not v.beside and not v.scalar and not v.eye]
        sizes = {whole[0].shape[0] // v.shape[0] for v in values if v.beside} if whole else set()
        if len(sizes) != 1 or not all(sizes):
            raise NotUnderstood("products", "a Kronecker product with an identity of no size")
        (size,) = sizes
        return [v.with_identity(size) if v.beside else v for v in values]

    def multiplied(self, operands: list[Value], between: list[str]) -> Value:
        if "odot" not in between:
            return self.chained(operands, between)
        # a ⊙ b c: juxtaposition binds tighter; where that does not fit, ⊙ does.
        try:
            groups: list[list[Value]] = [[operands[0]]]
            inner: list[list[str]] = [[]]
            for sign, value in zip(between, operands[1:], strict=True):
                if sign == "odot":
                    groups.append([value])
                    inner.append([])
                else:
                    groups[-1].append(value)
                    inner[-1].append(sign)
            parts = [self.chained(g, s) for g, s in zip(groups, inner, strict=True)]
            whole = parts[0]
            for part in parts[1:]:
                whole = self.entrywise(whole, part)
            return whole
        except Clash:
            merged: list[Value] = [operands[0]]
            rest: list[str] = []
            for sign, value in zip(between, operands[1:], strict=True):
                if sign == "odot":
                    merged[-1] = self.entrywise(merged[-1], value)
                else:
                    merged.append(value)
                    rest.append(sign)
            return self.chained(merged, rest)

    def chained(self, operands: list[Value], between: list[str]) -> Value:
        whole = operands[0]
        for sign, value in zip(between, operands[1:], strict=True):
            whole = self.kronecker(whole, value) if sign == "otimes" else self.times(whole, value)
        return whole

    def entrywise(self, a: Value, b: Value) -> Value:
        if a.scalar or b.scalar or (a.eye and b.eye):
            return Value(a.array * b.array, a.eye or b.eye, a.beside or b.beside)
        if a.eye or b.eye:
            raise Clash("an entrywise product with the identity")
        a, b = a.whole(), b.whole()
        if a.shape != b.shape:
            raise Clash(f"entrywise: {a.shape[0]} × {a.shape[1]} and {b.shape[0]} × {b.shape[1]}")
        return Value(a.array * b.array)

    def kronecker(self, a: Value, b: Value) -> Value:
        if a.scalar or b.scalar:
            return self.times(a, b)
        # Many write ⊗ for the outer product of two columns.
        if a.shape[1] == 1 and b.shape[1] == 1 and not (a.eye or b.eye or a.beside or b.beside):
            return Value(a.array @ turned(b.array))
        if a.beside or b.beside or (a.eye and b.eye):
            raise NotUnderstood("products", "a Kronecker product with an identity of no size")
        if a.eye or b.eye:
            if a.array.shape[0] != 1 or b.array.shape[0] != 1:
                raise NotUnderstood("products", "a Kronecker product in a definition")
            # c I ⊗ A is c (I ⊗ A).
            return Value(a.array * b.array, False, "right" if b.eye else "left")
        made = (
            np.einsum("bij,ckl->bikjl", a.array, b.array)
            if a.array.shape[0] == 1 or b.array.shape[0] == 1
            else None
        )
        if made is None or a.array.shape[0] != 1 or b.array.shape[0] != 1:
            raise NotUnderstood("products", "a Kronecker product in a definition")
        rows, cols = a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]
        return Value(made.reshape(1, rows, cols))

    def times(self, a: Value, b: Value) -> Value:
        if (a.beside or b.beside) and not (a.scalar or b.scalar or a.eye or b.eye):
            return self.beside_identity(a, b)
        if a.beside or b.beside:
            return Value(a.array * b.array, False, a.beside or b.beside)
        if a.scalar or b.scalar or a.eye or b.eye:
            eye = (a.eye or a.scalar) and (b.eye or b.scalar) and (a.eye or b.eye)
            return Value(a.array * b.array, eye)
        (r1, c1), (r2, c2) = a.shape, b.shape
        if c1 == r2:
            return Value(a.array @ b.array)
        if (r1, c1) == (r2, c2) and 1 in (r1, c1):
            # Equal vectors side by side multiply entrywise.
            return Value(a.array * b.array)
        if c1 == 1 and r1 == r2:
            # A vector before a matrix scales its rows: diag(v) M.
            return Value(a.array * b.array)
        if c1 == 1 and r1 == c2 and r2 != 1 and r1 == r2:
            return Value(a.array * b.array)
        raise Clash(f"a product of {r1} × {c1} and {r2} × {c2}")

    def beside_identity(self, a: Value, b: Value) -> Value:
        """A product with A ⊗ I, whose identity has the size that the other factor leaves."""
        if a.beside and b.beside:
            if a.beside != b.beside or a.shape[1] != b.shape[0]:
                raise NotUnderstood("products", "a Kronecker product with an identity of no size")
            return Value(a.array @ b.array, False, a.beside)
        inner, outer = (a.shape[1], b.shape[0]) if a.beside else (b.shape[0], a.shape[1])
        if outer % inner:
            raise Clash(f"a Kronecker product of {inner} and an identity beside {outer}")
        size = outer // inner
        whole = (a.with_identity(size), b) if a.beside else (a, b.with_identity(size))
        return Value(whole[0].array @ whole[1].array)

    def divided(self, a: Value, b: Value) -> Value:
        if b.scalar:
            return replace(a, array=a.array / b.array)
        if a.eye and b.eye:
            return replace(a, array=a.array / b.array)
        a, b = a.whole(), b.whole()
        if a.shape == b.shape and 1 in a.shape:
            return Value(a.array / b.array)
        if a.scalar and 1 in b.shape:
            return Value(a.array / b.array)
        if a.scalar:
            raise NotUnderstood("quotients", "a number, or a matrix entry by entry, by a matrix")
        raise Clash("a quotient of matrices")

    def stacked(self, parts: list[Value]) -> Value:
        parts = [part.whole() for part in parts]
        if all(part.shape[1] == 1 for part in parts):
            count = max(part.array.shape[0] for part in parts)
            grown = [np.broadcast_to(p.array, (count, *p.array.shape[1:])) for p in parts]
            return Value(np.concatenate(grown, axis=1))
        if all(part.shape[0] == 1 for part in parts):
            count = max(part.array.shape[0] for part in parts)
            grown = [np.broadcast_to(p.array, (count, *p.array.shape[1:])) for p in parts]
            return Value(np.concatenate(grown, axis=2))
        raise Clash("a stack of what are no vectors")

    def norm(self, value: Value, kind: str, world: World) -> Value:
        if value.eye and kind in ("‖", "‖2", "‖1", "‖infty"):
            value = Value(value.array)  # ‖c I‖ = |c|, whatever the size
        array = value.whole().array
        if kind.startswith("|"):
            if not value.scalar and 1 in value.shape:
                return Value(np.sqrt((array**2).sum(axis=(1, 2), keepdims=True)))
            if not value.scalar:
                raise NotUnderstood("norms", "|a| of what is no number")
            return Value(np.where(array.real < 0, -array, array))
        if kind in ("‖F", "‖mathrmF", "‖Frob") or (1 in value.shape and kind in ("‖", "‖2")):
            return Value(np.sqrt((array**2).sum(axis=(1, 2), keepdims=True)))
        if value.shape[1] == 1 and kind in ("‖1", "‖infty"):
            # With its rate of change: ‖y - d‖_1 may be a loss.
            sizes = np.where(array.real < 0, -array, array)
            largest = int(np.argmax(sizes[0, :, 0].real))
            part = sizes if kind == "‖1" else sizes[:, largest : largest + 1]
            return Value(part.sum(axis=1, keepdims=True))
        if world.moved is not None and 1 not in value.shape:
            raise NotUnderstood("norms", "the norm of a matrix in a definition")
        if kind in ("‖", "‖2"):
            return number(float(np.linalg.norm(array[0], 2)))
        if kind in ("‖infty", "‖1") and value.shape[0] == 1 < value.shape[1]:
            raise NotUnderstood("norms", f"{kind} of a row, which is one of vectors or of matrices")
        if kind in ("‖infty", "‖1"):
            return number(float(np.linalg.norm(array[0], np.inf if "infty" in kind else 1)))
        raise NotUnderstood("norms", f"the norm {kind}")
