"""What each letter of a notation stands for, given the recurrence it speaks of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sympy
from sympy import Symbol

from symrnn.language.activations import FORMULAS, Activation, activation, unknown
from symrnn.language.derivatives import (
    VectorFunction,
)
from symrnn.language.notation import Notation
from symrnn.language.time import Sequence, TimeVector
from symrnn.language.writing import NotationPrinter
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import (
    Sym,
    shape_of,
)

TIMES = tuple(
    Symbol(name, integer=True) for name in ("t", "k", "j", "T", "i", "l", "r", "h", "tau")
)


@dataclass
class Letters:
    """What each letter of a notation stands for, as its parsed form says it.

    Args:
        sequences: by letter.
        leaves: parameters and scalars, by their form.
        activations, vector_functions: by letter; `own` are the recurrence's activations.
    """

    sequences: dict[str, Sequence] = field(default_factory=dict)
    leaves: dict[Any, Any] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    vector_functions: dict[str, VectorFunction] = field(default_factory=dict)
    own: list[Activation] = field(default_factory=list)

    @classmethod
    def of(cls, recurrence: Any, more: Mapping[str, Any], notation: Notation) -> Letters:
        """Read off a recurrence's definitions and what is given besides."""
        made = cls()
        printer = NotationPrinter(notation)
        values = [*recurrence.definitions, *recurrence.definitions.values(), *more.values()]
        nodes = {node for value in values for node in sympy.preorder_traversal(value)}
        leaves = sorted((n for n in nodes if isinstance(n, sympy.MatrixSymbol | Symbol)), key=str)
        for leaf in (*TIMES, *leaves):
            tree = parse_expression(printer.doprint(leaf))
            made.leaves.setdefault(shape_of(tree), leaf)
        for leaf in leaves:
            made.leaves[shape_of(parse_expression(printer.doprint(leaf)))] = leaf
        for each in sorted({n.sequence for n in nodes if isinstance(n, TimeVector)}, key=str):
            tree = parse_expression(printer.doprint(each[Symbol("t", integer=True)]))
            plain = notation.plain(each.label) if each.label in notation_sequences() else None
            if isinstance(tree, Sym):
                made.sequences[tree.name] = each
            if plain is not None:
                form = parse_expression(plain)
                if isinstance(form, Sym):
                    made.sequences.setdefault(form.name, each)
        for function in sorted((n for n in nodes if isinstance(n, Activation)), key=str):
            first = activation_of(function)
            made.activations[letter_of(printer.doprint(first))] = first
            made.own.append(first)
        for call in sorted((n for n in nodes if isinstance(n, VectorFunction)), key=str):
            made.vector_functions[letter_of(printer.doprint(Symbol(call.label)))] = call
        for word, known in by_name().items():
            made.activations.setdefault(word, known)
        sigma = parse_expression(printer.doprint(unknown()))
        meant = sigma_of(made.own)
        if meant is not None and isinstance(sigma, Sym):
            is_taken = sigma.name in made.sequences or shape_of(sigma) in made.leaves
            if not is_taken:
                made.activations.setdefault(word_of(sigma), meant)
        return made


@cache
def by_name() -> dict[str, Activation]:
    """The activations known by name, by the word that each is written with."""
    printer = NotationPrinter()
    known = [activation(name) for name in FORMULAS]
    return {word: each for each in known if (word := letter_of(printer.doprint(each)))}


def sigma_of(own: Collection[Activation]) -> Activation | None:
    """What σ stands for where no function is called so: the one activation there is; of several
    the logistic function, as the gates of the literature have it."""
    several = {each for each in own if not each.is_unknown}
    if len(several) == 1:
        return next(iter(several))
    return next((each for each in own if each.name == "logistic"), None)


def notation_sequences() -> tuple[str, ...]:
    """The sequences that a notation has letters for."""
    return ("s", "a", "x", "L")


def activation_of(function: Activation) -> Activation:
    """σ of σ′, if σ is known by name; else the function itself."""
    if not function.order:
        return function
    return activation(function.name) if function.name in FORMULAS else function


def letter_of(written: str) -> str:
    """The word that a function is written with; empty where it is none."""
    tree = parse_expression(written)
    return word_of(tree) if isinstance(tree, Sym) else ""


def word_of(head: Sym) -> str:
    """A function's letter with its label."""
    return head.name + (f"_{head.sub_text}" if head.subs else "")
