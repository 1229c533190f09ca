"""σ′ through σ: exp′ = exp, tanh′ = 1 - tanh², found from the formulas by algebra.

Where the recurrence has already computed s_j = σ(a_j), a slope σ′(a_j) that is a polynomial p(s_j)
costs a few multiplications instead of another transcendental function. It is taken only where it
does not cancel: 1 - s² has no digits left once s has rounded to 1. Nothing is listed by hand:
σ′ - p(σ) is written as a polynomial in its transcendental parts, and the coefficients of p are the
solution of the linear system that makes every coefficient of it vanish.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Dummy, Lambda, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Activation, Elementwise, X
from symrnn.language.algebra import Softmax, as_matrix
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence

HIGHEST_DEGREE = 3
THROUGH_VALUE = "_slope"
"""How the name of a slope ends that is a polynomial of the value."""


@lru_cache(maxsize=256)
def slope_through_value(activation: Activation) -> Lambda | None:
    """The polynomial p with σ′(x) = p(σ(x)) for every x, of the lowest degree; None without one.

    Sound, not complete: powers of distinct transcendental parts count as independent, so a
    dependence that SymPy does not see is missed, never invented.
    """
    if activation.is_unknown:
        return None
    (variable,) = activation.function.variables
    degrees = [degree for degree in range(HIGHEST_DEGREE + 1) if _fits(activation, degree)]
    if not degrees:
        return None
    value, slope = (_algebraic(f.function.expr, variable) for f in (activation, activation.prime))
    for degree in degrees:
        unknowns = [Dummy(f"c{power}") for power in range(degree + 1)]
        ansatz = sum(c * value**power for power, c in enumerate(unknowns))
        solution = _vanishing(slope - ansatz, unknowns)
        if solution is not None:
            polynomial = sum(solution[c] * X**power for power, c in enumerate(unknowns))
            return Lambda(X, sympy.factor_terms(polynomial))
    return None


def _fits(activation: Activation, degree: int) -> bool:
    """Whether some p fits at a few points: a quick no; a yes is left to the algebra to prove."""
    known: dict[complex, complex] = {}
    for point in _POINTS:
        value, slope = (complex(f.at(point).evalf()) for f in (activation, activation.prime))
        near = next((v for v in known if abs(v - value) < 1e-9), None)
        if near is not None and abs(known[near] - slope) > 1e-9:
            return False
        known.setdefault(value if near is None else near, slope)
    pairs = list(known.items())
    through, others = pairs[: degree + 1], pairs[degree + 1 :]
    return all(
        abs(_interpolated(through, value) - slope) <= 1e-6 * (1 + abs(slope))
        for value, slope in others
    )


def _interpolated(pairs: list[tuple[complex, complex]], at: complex) -> complex:
    """The polynomial through the pairs, by Lagrange."""
    total = 0j
    for place, (value, slope) in enumerate(pairs):
        others = [other for spot, (other, _) in enumerate(pairs) if spot != place]
        total += slope * math.prod((at - other) / (value - other) for other in others)
    return total


_POINTS = [sympy.Rational(n, 7) for n in (-13, -9, -5, -2, 1, 4, 8, 12)]


def _algebraic(formula: Any, variable: Symbol) -> Any:
    """The formula with hyperbolic functions written by exp(x), that as one symbol, floats exact."""
    exact = sympy.nsimplify(formula, rational=True)
    return exact.rewrite(sympy.exp).subs(sympy.exp(variable), _EXPONENTIAL)


_EXPONENTIAL = Dummy("e", positive=True)


def _vanishing(difference: Any, unknowns: list[Dummy]) -> dict[Any, Any] | None:
    """Values of the unknowns that make a rational expression zero identically, or None."""
    numerator, _ = sympy.fraction(sympy.together(difference))
    try:
        polynomial = sympy.Poly(sympy.expand(numerator))
    except sympy.PolynomialError:
        return None
    parts = [part for part in polynomial.gens if part not in unknowns]
    equations = sympy.Poly(numerator, *parts).coeffs() if parts else [numerator]
    if any(equation.free_symbols - set(unknowns) for equation in equations):
        return None
    solutions = sympy.linsolve(equations, *unknowns)
    for solution in solutions:
        values = dict(zip(unknowns, solution, strict=True))
        return {c: v.subs(dict.fromkeys(unknowns, 0)) for c, v in values.items()}
    return None


def through_values(
    expression: MatrixExpr,
    recurrence: Recurrence,
    allowed: Callable[[Lambda, Activation], bool] = lambda polynomial, function: True,
) -> MatrixExpr:
    """The expression with every slope written through the value: q(1-q), 1-n², diag(a) - a aᵀ.

    Where a unit saturates it is right to an ulp of 1, not of the slope; `allowed` may refuse the
    polynomials of which that is so.
    """
    by_names = as_matrix(expression.xreplace(_named(expression, recurrence)))
    return replaced(by_names, recurrence, allowed)


def _named(expression: MatrixExpr, recurrence: Recurrence) -> dict[Softmax, TimeVector]:
    """What a softmax is called that the recurrence defines, at the time of which it is."""
    defined = [
        (of, value)
        for of, value in recurrence.definitions.items()
        if isinstance(value, Softmax) and of.sequence not in recurrence.outputs
    ]
    found: dict[Softmax, TimeVector] = {}
    for node in expression.atoms(Softmax) if defined else ():
        for of, value in defined:
            for time in _times(value, node, recurrence.index):
                if value.subs(recurrence.index, time) == node:
                    found[node] = of.subs(recurrence.index, time)
    return found


def _times(value: Softmax, node: Softmax, now: Symbol) -> set[Any]:
    """When a definition may be the node: where one of its vectors is one of the node's."""
    return {
        now + read.index - own.index
        for own in value.atoms(TimeVector)
        for read in node.atoms(TimeVector)
        if read.sequence == own.sequence
    }


def replaced(
    expression: MatrixExpr, recurrence: Recurrence, allowed: Callable[[Lambda, Activation], bool]
) -> MatrixExpr:
    """The expression with every slope through the value whose polynomial is allowed."""
    through = {}
    for node in expression.atoms(Elementwise):
        shared = _shared(node, recurrence, allowed)
        if shared is not None:
            through[node] = shared
    return as_matrix(expression.xreplace(through))


def _shared(
    node: Elementwise, recurrence: Recurrence, allowed: Callable[[Lambda, Activation], bool]
) -> MatrixExpr | None:
    argument = node.argument
    if not isinstance(argument, TimeVector):
        return None
    for defined, definition in recurrence.definitions.items():
        known = isinstance(definition, Elementwise) and isinstance(definition.argument, TimeVector)
        if not known or definition.argument.sequence != argument.sequence:
            continue
        polynomial = slope_through_value(definition.activation)
        if (
            polynomial is None
            or not allowed(polynomial, definition.activation)
            or node.activation != definition.activation.prime
        ):
            continue
        # s_{j+c} = σ(a_{j+c'}): the time of s that belongs to this a.
        shift = sympy.expand(defined.index - definition.argument.index)
        value = defined.sequence[argument.index + shift]
        # Of order 1, so that it is printed as the formula it is.
        through = Activation(f"{node.activation.name}{THROUGH_VALUE}", polynomial, 1)
        return Elementwise(through, value)
    return None
