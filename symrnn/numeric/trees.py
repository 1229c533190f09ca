"""Gradients as users keep them: an array, or arrays in dicts, lists and tuples, nested at will.

A list of numbers is an array; a list that holds an array, a dict or None anywhere is a branch.
None stands for a parameter without a gradient, as in torch and optax, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments

Array = NDArray[Any]

DTYPES = tuple(np.dtype(kind) for kind in ("float16", "float32", "float64"))


def leaves(name: str, tree: Any, *, branch: bool = False) -> list[Array]:
    """The arrays of a tree in order, each a copy.

    Args:
        name: what the tree is called in messages.
        tree: an array, or a tree of arrays.
        branch: whether a list or tuple at the top is a branch even where it holds numbers alone.

    Raises:
        IllFormedError: naming the leaf that is no array of real numbers.
    """
    return [array_of_reals(label, leaf) for label, leaf in _walked(name, tree, branch)]


def rebuilt(tree: Any, arrays: Iterator[Array], *, branch: bool = False) -> Any:
    """A tree of the same structure with the next of the arrays at each leaf."""
    if tree is None:
        return None
    if isinstance(tree, Mapping):
        pairs = [(key, rebuilt(child, arrays)) for key, child in tree.items()]
        return type(tree)(pairs) if isinstance(tree, dict) else dict(pairs)
    if _is_branch(tree, branch):
        children = [rebuilt(child, arrays) for child in tree]
        if hasattr(tree, "_fields"):  # a named tuple takes its fields one by one
            return type(tree)(*children)
        return children if isinstance(tree, list) else tuple(children)
    return next(arrays)


def _walked(name: str, tree: Any, branch: bool) -> Iterator[tuple[str, Any]]:
    if tree is None:
        return
    if isinstance(tree, Mapping):
        for key, child in tree.items():
            yield from _walked(f"{name}[{key!r}]", child, False)
    elif _is_branch(tree, branch):
        for place, child in enumerate(tree):
            yield from _walked(f"{name}[{place}]", child, False)
    else:
        yield name, tree


def _is_branch(tree: Any, branch: bool) -> bool:
    return isinstance(tree, list | tuple) and (branch or _holds_arrays(tree))


def _holds_arrays(tree: Any) -> bool:
    if isinstance(tree, list | tuple):
        return any(map(_holds_arrays, tree))
    return not isinstance(tree, bool | int | float | complex | str | bytes | np.generic)


def array_of_reals(name: str, leaf: Any) -> Array:
    """A copy of `leaf` as a floating array; integers become float64."""
    array = arguments.array_of(name, leaf)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype not in DTYPES:
        raise IllFormedError(
            f"{name}: expected real numbers (float16, float32, float64 or integers)",
            {"dtype": array.dtype, "type": type(leaf).__name__},
        )
    return array.copy()
