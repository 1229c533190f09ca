"""Slips with a constant in them, fitted to the numbers: a factor, a bound at which is clipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.program import Run
from symrnn.crosscheck.slip import WHOLE, Slip
from symrnn.crosscheck.variation import Gradients, Variation

Array = NDArray[Any]

LARGEST = 64
"""Denominators up to this are told as fractions."""

Post = Callable[[Run, Gradients], Gradients]


def fitted(instances: list[Instance]) -> Iterator[Slip]:
    """Hypotheses whose constant the numbers say: of one parameter, or of all."""
    first = max(instances, key=lambda each: len(each.wrong))
    for name, parts in first.together.items():
        ratio = _same_ratio(first, parts)
        if ratio is not None and first.wrong & {*parts}:
            yield _slip(
                f"∂L/∂{name} is multiplied by {_shown(ratio)}", name, _scaled([*parts], ratio)
            )
    yield from _decayed(first)
    everything = list(first.names)
    ratio = _same_ratio(first, everything)
    if ratio is not None:
        words = f"all gradients are multiplied by {_shown(ratio)}"
        yield _slip(words, None, _scaled(everything, ratio))
    yield from _clipped(instances)


def _decayed(first: Instance) -> Iterator[Slip]:
    """c θ added to the gradients that are wrong: the penalty ½ c ‖θ‖², which is no part of L."""
    names = sorted(first.wrong)
    given = first.point.parameters
    if not names or any(name not in given for name in names):
        return
    found = [_ratio(given[n], first.theirs[n] - first.right[n]) for n in names]
    ratio = _common(found)
    if ratio is not None:
        shown = ", ".join(f"∂L/∂{name}" for name in names)
        words = f"weights decay: {_shown(ratio)} times the parameter is added to {shown}"

        def decayed(run: Run, found: Gradients) -> Gradients:
            theta = run.point.parameters
            return {n: v + ratio * theta[n] if n in names else v for n, v in found.items()}

        yield _slip(words, names[0] if len(names) == 1 else None, decayed)


def _same_ratio(first: Instance, names: Iterable[str]) -> float | None:
    """c with theirs = c · right for all of some gradients."""
    return _common([_ratio(first.right[name], first.theirs[name]) for name in names])


def _common(ratios: list[float | None]) -> float | None:
    known = [ratio for ratio in ratios if ratio is not None]
    if not known or len(known) < len(ratios):
        return None
    return known[0] if max(known) - min(known) <= 1e-6 * abs(known[0]) else None


def _clipped(instances: list[Instance]) -> Iterator[Slip]:
    """Clipping: by value, by norm, by global norm, at the largest that was returned."""
    names = [name for parts in instances[0].together.values() for name in parts]
    if not names:
        return
    theirs = [{name: each.theirs[name] for name in names} for each in instances]
    largest = max(_largest(v) for each in theirs for v in each.values())
    if np.isfinite(largest) and largest > 0:
        words = f"the gradients are clipped by value at {largest:.6g}"
        yield _slip(words, None, _by_value(names, largest))
    groups = list(instances[0].together.values())
    bound = max(_joint(each, parts) for each in theirs for parts in groups)
    if np.isfinite(bound) and bound > 0:
        words = f"each gradient is clipped by its norm at {bound:.6g}"
        yield _slip(words, None, _by_norm(groups, bound))
    total = max(_joint(each, names) for each in theirs)
    if np.isfinite(total) and total > 0:
        words = f"the gradients are clipped by their global norm at {total:.6g}"
        yield _slip(words, None, _by_norm([tuple(names)], total))
    yield from _clipped_each_step(instances, names)
    for name, parts in instances[0].together.items():
        bound = max(_largest(each[part]) for each in theirs for part in parts)
        if np.isfinite(bound) and bound > 0:
            words = f"∂L/∂{name} is clipped by value at {bound:.6g}"
            yield _slip(words, name, _by_value([*parts], bound))
        bound = max(_joint(each, parts) for each in theirs)
        if np.isfinite(bound) and bound > 0:
            words = f"∂L/∂{name} is clipped by its norm at {bound:.6g}"
            yield _slip(words, name, _by_norm([parts], bound))


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


def _joint(found: Gradients, names: Iterable[str]) -> float:
    """The norm of some arrays as of one."""
    return float(np.sqrt(sum(np.sum(found[name] ** 2) for name in names)))


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


def _by_norm(groups: Iterable[tuple[str, ...]], bound: float) -> Post:
    def clipped(run: Run, found: Gradients) -> Gradients:
        result = dict(found)
        for names in groups:
            factor = min(1.0, bound / max(_joint(found, names), 1e-300))
            result.update({name: factor * found[name] for name in names})
        return result

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
