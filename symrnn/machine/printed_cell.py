"""The Coq files of a printed cell: its definitions, and that it is differentiable.

No symbol is printed with two primes, so names with two are free in what is proved.

The definitions are what propositions speak of, so they stand among the propositions, over our
vocabulary and nothing else. What is proved of them is written by rule; whether it is a proof is
for Coq to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy

from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import Coq, name_of
from symrnn.machine.naturals import facts_of
from symrnn.machine.obligations import MATRICES
from symrnn.machine.printer import coq
from symrnn.machine.scope import Scope
from symrnn.machine.sources import CLAIMS, INSTANCES, Source
from symrnn.machine.transition import STATE_BEFORE, Transition, parameter_type

LINE = 96
"""Characters on a line."""

UNFOLDED = "printed_cell"
"""What proofs unfold all definitions of printed cells by, whatever these are called."""

WHOLE = "printed_state"
"""The same for whole states: of one that is taken apart again, only a part is then unfolded."""


def definitions_stem(cell: Transition) -> str:
    """The file with the definitions of a cell."""
    return f"{cell.key}_defined"


@lru_cache(maxsize=128)
def definitions_file(cell: Transition, subject: object) -> Source:
    """A Coq definition for each vector of a cell, each after those it reads.

    Raises:
        NotSupportedError: something in one of them has no Coq form.
    """
    lines = MATRICES.splitlines()
    now = cell.index
    before = (cell.state[now - 1], Coq(STATE_BEFORE))
    scope = Scope(subject, given=before, facts=facts_of([sympy.Ge(now, 1)]), defining=True)
    for of, value in cell.definitions.items():
        head = [*cell.binders(), f"({name_of(now)} : nat)", f"({STATE_BEFORE} : {cell.state_type})"]
        type_of = cell.vector_type(of.sequence)
        opening = filled(f"Definition {cell.name(of.sequence)}", [*head, f": {type_of} :="])
        lines += ["", *opening, f"  {coq(value, scope).text}."]
    names = [cell.name(of.sequence) for of in cell.definitions]
    lines += ["", *filled("#[global] Hint Unfold", [*names, f": {UNFOLDED}."])]
    lines += filled("#[global] Hint Unfold", [f"{cell.name(cell.state)} : {WHOLE}."])
    return Source(definitions_stem(cell), "\n".join([*lines, ""]), CLAIMS)


def differentiable_stem(cell: Transition) -> str:
    """The file with the proofs that a cell is differentiable."""
    return f"{cell.key}_differentiable"


def differentiable_file(cell: Transition, parameters: tuple[sympy.MatrixSymbol, ...]) -> Source:
    """That a cell is differentiable in the state, and in each of some parameters and the state.

    That follows from one lemma for each vector: where parameters and state are differentiable
    functions of anything, so is what is computed of them.
    """
    lines = [
        *MATRICES.splitlines(),
        "From symrnn Require Import differentials differentiable_cells.",
        f"From {CLAIMS} Require Import {definitions_stem(cell)}.",
    ]
    for of in cell.definitions:
        lines += ["", *_composed(cell, of), f"Opaque {cell.name(of.sequence)}."]
    for parameter in (None, *parameters):
        lines += ["", *_alone(cell, parameter)]
    return Source(differentiable_stem(cell), "\n".join([*lines, ""]), INSTANCES)


def lemma_name(cell: Transition, parameter: sympy.MatrixSymbol | None) -> str:
    """The lemma that a cell is differentiable in its state, or in a parameter and its state."""
    by = "" if parameter is None else f"_in_{name_of(parameter)}"
    return f"{cell.name(cell.state)}_is_differentiable{by}"


def _composed(cell: Transition, of: TimeVector) -> Iterator[str]:
    """differentiable (fun y => i … (W y) … k (u y)), by what it is made of."""
    name, parameters = cell.name(of.sequence), [name_of(each) for each in cell.parameters]
    types = [parameter_type(each.shape) for each in cell.parameters]
    varying = {str(each.name): f"({name_of(each)} y'')" for each in cell.parameters}
    applied = " ".join(cell.arguments(varying))
    head = [
        *cell.binders(parameters=False),
        *_slopes(cell),
        "(V'' : normedModType R) (v'' : V'')",
        *(f"({each} : V'' -> {kind})" for each, kind in zip(parameters, types, strict=True)),
        f"k'' (u'' : V'' -> {cell.state_type}) :",
        *(f"differentiable {each} v'' ->" for each in (*parameters, "u''")),
        f"differentiable (fun y'' => {name} {applied} k'' (u'' y'')) v''.",
    ]
    read = [each for each in cell.definitions if cell.definitions[of].has(each)]
    yield from filled(f"Lemma {name}_composed", head)
    yield "Proof."
    yield f"intros; unfold {name}; cbv beta."
    for number, each in enumerate(read):
        given = " ".join([*_given(cell, parameters=False), "V'' v''", *parameters, "k'' u''"])
        yield f"have known_{number} : differentiable (fun y => _) v'' :="
        yield f"  {cell.name(each.sequence)}_composed {given} ltac:(assumption)"
        yield f"    {' '.join(['ltac:(assumption)'] * len(parameters))}."
    yield "repeat (cbv beta; (assumption || differentiate_once))."
    yield "Qed."


def _alone(cell: Transition, parameter: sympy.MatrixSymbol | None) -> Iterator[str]:
    """differentiable (fun z => F … z.1 … k z.2) at a parameter and the state."""
    name, first = cell.name(cell.state), "z''.1"
    head = [*cell.binders(), *_slopes(cell), f"k'' (u'' : {cell.state_type}) :"]
    if parameter is None:
        domain, at, state = cell.state_type, "u''", "z''"
        claim = f"differentiable ({name} {' '.join(cell.arguments())} k'') u''."
    else:
        varied = " ".join(cell.arguments({str(parameter.name): "V''"}))
        domain = f"{parameter_type(parameter.shape)} * {cell.state_type}"
        at, state = f"({name_of(parameter)}, u'')", "z''.2"
        by = f"(fun V'' => {name} {varied} k'')"
        claim = f"jointly_differentiable {by} {name_of(parameter)} u''."
    functions = [
        f"(fun z'' : {domain} => {first if each == parameter else name_of(each)})"
        for each in cell.parameters
    ]
    given = [*_given(cell, parameters=False), "_", at, *functions, "k''", f"(fun z'' => {state})"]
    yield from filled(f"Lemma {lemma_name(cell, parameter)}", [*head, claim])
    yield "Proof."
    yield from filled(f"apply: ({name}_composed", given)
    yield ");"
    yield "  by differentiate_once."
    yield "Qed."


def _slopes(cell: Transition) -> list[str]:
    """That each function has a slope, as a lemma supposes it."""
    functions = functions_of(cell)
    primes = " ".join(f"{each}'" for each in functions)
    found = [f"({primes} : R -> R)"] if primes else []
    return [*found, *(f"(slope_of_{each} : slope {each} {each}')" for each in functions)]


def _given(cell: Transition, parameters: bool = True) -> list[str]:
    """What a lemma is applied to before the time."""
    functions = functions_of(cell)
    primes = [f"{each}'" for each in functions]
    return [
        *cell.arguments(parameters=parameters),
        *primes,
        *(f"slope_of_{each}" for each in functions),
    ]


def functions_of(cell: Transition) -> list[str]:
    """The functions of which only a slope is known, as they are written."""
    return [name_of(sympy.Symbol(each)) for each in cell.functions]


def filled(opening: str, words: list[str]) -> list[str]:
    """Words on as few lines as they need."""
    lines = [opening]
    for word in words:
        if len(lines[-1]) + len(word) > LINE:
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}"
    return lines
