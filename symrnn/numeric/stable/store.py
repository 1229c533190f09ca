"""Chosen forms, kept in the user's cache folder: to choose takes seconds, and is always the same.

A form is kept as a tree of names and exact numbers. Reading one calls nothing but the functions
named here; what is damaged, or comes from another text of the planner, is no form.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from platformdirs import user_cache_path
from sympy import Expr, Float, Rational, S
from sympy.codegen import cfunctions

from symrnn import content, json_file
from symrnn.language.activations import X
from symrnn.numeric.stable import nodes
from symrnn.numeric.stable.nodes import Data, Z

FUNCTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        *(sympy.exp, sympy.log, sympy.Abs, sympy.sign, sympy.Max, sympy.Min),
        *(sympy.sin, sympy.cos, sympy.tan, sympy.asin, sympy.acos, sympy.atan),
        *(sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh, sympy.acosh, sympy.atanh),
        *(sympy.erf, sympy.erfc, cfunctions.log1p, cfunctions.expm1),
        *(nodes.Fold, nodes.Choice, nodes.Least, nodes.Within, nodes.Damped, nodes.Multiple),
        *(nodes.Reciprocal, nodes.Decay, nodes.FineDecay, nodes.Erfc, nodes.Tail, nodes.Series),
    )
}
ALGEBRA = {"Add": sympy.Add, "Mul": sympy.Mul, "Pow": sympy.Pow}
"""Written as they stand: SymPy would multiply 2 (x + 1) out."""

LEAVES = {"x": X, "z": Z, "pi": S.Pi, "e": S.Exp1, "oo": S.Infinity, "-oo": S.NegativeInfinity}


class UnwrittenError(ValueError):
    """A form that holds what has no name here."""


def written(form: Any) -> Any:
    """A form as JSON has it.

    Raises:
        UnwrittenError: it holds what has no name here.
    """
    for name, leaf in LEAVES.items():
        if form is leaf or (isinstance(form, Expr) and form == leaf):
            return name
    if isinstance(form, Rational):
        return ["number", int(form.p), int(form.q)]
    if isinstance(form, Float):
        return ["real", *map(int, (*form._mpf_, form._prec))]
    if isinstance(form, Data):
        return ["data", written(form.value)]
    if isinstance(form, tuple):
        return ["row", *map(written, form)]
    if isinstance(form, bool | int):
        return int(form)
    if isinstance(form, float):
        return ["float", form.hex()]
    name = type(form).__name__
    if not isinstance(form, Expr) or (FUNCTIONS | ALGEBRA).get(name) is not form.func:
        raise UnwrittenError(name)
    return [name, *map(written, form.args)]


def read(tree: Any) -> Any:
    """What `written` wrote.

    Raises:
        ValueError, KeyError, TypeError: it did not write this.
    """
    if isinstance(tree, str):
        return LEAVES[tree]
    if isinstance(tree, int):
        return tree
    name, *rest = tree
    if name == "number":
        return Rational(*map(int, rest))
    if name == "real":
        *parts, precision = map(int, rest)
        return Float(tuple(parts), precision=precision)
    if name == "float":
        return float.fromhex(rest[0])
    args = [read(each) for each in rest]
    if name == "data":
        return Data(args[0])
    if name == "row":
        return tuple(args)
    if name in ALGEBRA:
        return ALGEBRA[name](*args, evaluate=False)
    return FUNCTIONS[name](*args)


@cache
def _planner() -> str:
    """What a choice hangs on beside the formula: the planner's own text, and whose floats."""
    about = f"{sympy.__version__} {np.__version__} {platform.machine()} {platform.node()}"
    return f"{about} {content.program('numeric/stable', 'language')}"


def _place(expression: Expr) -> Path:
    key = hashlib.sha256(f"{_planner()} {sympy.srepr(expression)}".encode()).hexdigest()
    return user_cache_path("symrnn") / "stable" / f"{key}.json"


Found = tuple[Expr, dict[str, float] | None, dict[str, tuple[float, float]]]


def find(expression: Expr) -> Found | None:
    """What was kept of a formula's plan: form, `worst`, `where`; None where nothing was."""
    try:
        form, worst, where = json.loads(_place(expression).read_text(encoding="utf-8"))
        lost = {kind: (float(low), float(high)) for kind, (low, high) in where.items()}
        errors = None if worst is None else {kind: float(ulp) for kind, ulp in worst.items()}
        return read(form), errors, lost
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def keep(expression: Expr, found: Found) -> None:
    """Keep a plan whose form can be written and is read as it was."""
    with suppress(UnwrittenError, OSError, RecursionError):
        form, *stated = found
        tree = written(form)
        if read(tree) != form or str(read(tree)) != str(form):
            return
        json_file.keep(_place(expression), [tree, *stated])
