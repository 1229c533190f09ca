"""Slips with a constant in them, fitted to the numbers: a factor, a bound at which is clipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.program import Gradients, Run, Variation
from symrnn.crosscheck.slip import WHOLE, Slip

Array = NDArray[Any]

LARGEST = 64
"""Denominators up to this are told as fractions."""

Post = Callable[[Run, Gradients], Gradients]


def fitted(instances: list[Instance]) -> Iterator[Slip]:
    """Hypotheses whose constant the numbers say: of one parameter, or of all."""
    first = max(instances, key=lambda each: len(each.wrong))
    for name in sorted(first.wrong):
        ratio = _ratio(first.right[name], first.theirs[name])
        if ratio is not None:
            yield _slip(
                f"∂L/∂{name} is multiplied by {_shown(ratio)}", name, _scaled([name], ratio)
            )
    everything = list(first.names)
    every = [_ratio(first.right[name], first.theirs[name]) for name in everything]
    known = [ratio for ratio in every if ratio is not None]
    if known and len(known) == len(every) and max(known) - min(known) <= 1e-6 * abs(known[0]):
        words = f"all gradients are multiplied by {_shown(known[0])}"
        yield _slip(words, None, _scaled(everything, known[0]))
    yield from _clipped(instances)


def _clipped(instances: list[Instance]) -> Iterator[Slip]:
    """Clipping: by value, by norm, by global norm, at the largest that was returned."""
    names = [name for name in instances[0].names if name in instances[0].point.parameters]
    if not names:
        return
    theirs = [{name: each.theirs[name] for name in names} for each in instances]
    largest = max(_largest(v) for each in theirs for v in each.values())
    if np.isfinite(largest) and largest > 0:
        words = f"the gradients are clipped by value at {largest:.6g}"
        yield _slip(words, None, _by_value(names, largest))
    norms = [float(np.linalg.norm(v)) for each in theirs for v in each.values()]
    bound = max(norms)
    if np.isfinite(bound) and bound > 0:
        words = f"each gradient is clipped by its norm at {bound:.6g}"
        yield _slip(words, None, _by_norm(names, bound))
    total = max(float(np.sqrt(sum(np.sum(v**2) for v in each.values()))) for each in theirs)
    if np.isfinite(total) and total > 0:
        words = f"the gradients are clipped by their global norm at {total:.6g}"
        yield _slip(words, None, _by_global_norm(names, total))
    yield from _clipped_each_step(instances, names)
    for name in names:
        bound = max(_largest(each[name]) for each in theirs)
        if np.isfinite(bound) and bound > 0:
            words = f"∂L/∂{name} is clipped by value at {bound:.6g}"
            yield _slip(words, name, _by_value([name], bound))
        bound = max(float(np.linalg.norm(each[name])) for each in theirs)
        if np.isfinite(bound) and bound > 0:
            words = f"∂L/∂{name} is clipped by its norm at {bound:.6g}"
            yield _slip(words, name, _by_norm([name], bound))


def _clipped_each_step(instances: list[Instance], names: list[str]) -> Iterator[Slip]:
    """Clipping before the sum over time; one step shows the bound."""
    short = [each for each in instances if each.point.steps == 1]
    bound = max((_largest(each.theirs[n]) for each in short for n in names), default=0.0)
    norm = max((_norm(each.theirs[n]) for each in short for n in names), default=0.0)
    for words, size, made in (
        ("by value", bound, lambda piece, c: np.clip(piece, -c, c)),
        ("by its norm", norm, lambda piece, c: piece * min(1.0, c / max(_norm(piece), 1e-300))),
    ):
        if not (np.isfinite(size) and size > 0):
            continue

        def kept(run: Run, each: list[Array], made: Any = made, size: float = size) -> Array:
            return np.asarray(sum(made(piece, size) for piece in each))

        said = f"each step's gradient is clipped {words} at {size:.6g}, before the sum over time"
        variation = Variation(kept=dict.fromkeys(names, kept))
        yield Slip(said, "∂L/∂θ = Σ over t = 1 … T", variation, WHOLE, 4)


def _norm(value: Array) -> float:
    return float(np.linalg.norm(value))


def _slip(words: str, name: str | None, post: Post) -> Slip:
    line = "∂L/∂θ as it is" if name is None else f"∂L/∂{name} as it is"
    return Slip(words, line, Variation(post=(post,)), WHOLE, 4)


def _scaled(names: list[str], by: float) -> Post:
    return lambda run, found: {n: by * v if n in names else v for n, v in found.items()}


def _by_value(names: list[str], bound: float) -> Post:
    return lambda run, found: {
        n: np.clip(v, -bound, bound) if n in names else v for n, v in found.items()
    }


def _by_norm(names: list[str], bound: float) -> Post:
    def clipped(run: Run, found: Gradients) -> Gradients:
        return {
            n: v * min(1.0, bound / max(float(np.linalg.norm(v)), 1e-300)) if n in names else v
            for n, v in found.items()
        }

    return clipped


def _by_global_norm(names: list[str], bound: float) -> Post:
    def clipped(run: Run, found: Gradients) -> Gradients:
        total = float(np.sqrt(sum(np.sum(found[n] ** 2) for n in names)))
        factor = min(1.0, bound / max(total, 1e-300))
        return {n: factor * v if n in names else v for n, v in found.items()}

    return clipped


def _largest(value: Array) -> float:
    return float(np.max(np.abs(value), initial=0.0))


def _ratio(right: Array, mine: Array) -> float | None:
    """c with mine = c · right."""
    square = float(np.vdot(right, right).real)
    if right.shape != mine.shape or not square > 0 or not np.isfinite(mine).all():
        return None
    ratio = float(np.vdot(right, mine).real) / square
    gap = _largest(mine - ratio * right)
    if not gap <= 1e-4 * _largest(mine) or ratio == 0:
        return None
    near = Fraction(ratio).limit_denominator(LARGEST)
    return float(near) if near and abs(float(near) - ratio) <= 1e-7 * abs(ratio) else ratio


def _shown(ratio: float) -> str:
    near = Fraction(ratio).limit_denominator(LARGEST)
    return str(near) if near and abs(float(near) - ratio) <= 1e-9 * abs(ratio) else f"{ratio:.6g}"
