"""Random recurrences: every derivative that is derived, against differences, exactly.

Several states, gates that read states of the same time and of the time before, named readouts,
losses that read earlier states, parameters that several definitions share. The oracle runs the
definitions in rational arithmetic with the variable moved by ± h: the difference quotient of a
polynomial is off by O(h²), here by less than 1e-20 of its size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sympy import Rational, symbols

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.language.algebra import MatrixProduct, Parameter
from symrnn.language.entry import entry
from symrnn.language.explicit import Entries, entries
from symrnn.language.norms import norm
from symrnn.language.structure import Hadamard, Vec
from symrnn.language.time import Sequence
from symrnn.recurrence import total
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.times import conditions
from symrnn.recurrence.unroll import Unrolled, at_sizes, symbols_of

d, m = symbols("d m", integer=True, positive=True)
j, k, t = symbols("j k t", integer=True)
SIZES = {d: 2, m: 1}
CURVES = [activation(X / 2 + X**2 / 3, name="q"), activation(X - X**2 / 5, name="p")]
STATES = [Sequence("s", d), Sequence("c", d), Sequence("h", m)]
GATES = [Sequence("z", d), Sequence("o", d), Sequence("r", m)]
INPUTS = [Sequence("x", d), Sequence("u", m)]
READOUT, TARGET, LOSS = Sequence("y", m), Sequence("target", m), Sequence("L", 1)
MATRICES = {
    (rows, cols): [Parameter(f"{name}{rows}{cols}", rows, cols) for name in "WV"]
    for rows in (d, m)
    for cols in (d, m)
}
VECTORS = {
    rows: [Parameter(f"b{rows}", rows, 1), Parameter(f"p{rows}", rows, 1)] for rows in (d, m)
}
SMALL = Rational(1, 2**70)


@dataclass
class Growing:
    """A recurrence while its definitions are drawn, one after another."""

    draw: Any
    states: list[Sequence]
    defined: list[Any]

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def leaf(self, rows: Any) -> Any:
        """A vector that is there already: of the time before, of this time, given, or shared."""
        before = [state[j - 1] for state in self.states if state.rows == rows]
        now = [node for node in self.defined if node.shape[0] == rows]
        given_ = [sequence[j] for sequence in INPUTS if sequence.rows == rows]
        # Twice, so that most leaves move.
        return self.pick([*before, *before, *now, *now, *given_, *VECTORS[rows]])

    def term(self, rows: Any, depth: int) -> Any:
        kind = self.draw(st.integers(0, 8 if depth else 2))
        other = self.pick([d, m])
        if kind in (0, 1):
            return self.pick(MATRICES[rows, other]) * self.leaf(other)
        if kind == 2:
            return self.leaf(rows)
        if kind in (3, 4):
            return self.pick(CURVES)(self.term(rows, depth - 1))
        if kind == 5:
            return Hadamard(self.term(rows, depth - 1), self.leaf(rows))
        if kind == 6:
            return self.pick(MATRICES[other, rows]).T * self.term(other, 0)
        if kind == 7:
            inner = self.leaf(other)
            scale = self.pick([entry(inner, 1), norm(inner, "2") ** 2 / 9])
            return MatrixProduct(scale, self.leaf(rows))
        return self.term(rows, depth - 1) + Rational(-2, 3) * self.term(rows, depth - 1)

    def loss(self) -> Any:
        parts = []
        for _ in range(self.draw(st.integers(1, 2))):
            rows = self.pick([d, m])
            one, other = self.leaf(rows), self.leaf(rows)
            kinds = [
                MatrixProduct(norm(one - other, "2") ** 2 / 2, sympy.Identity(1)),
                one.T * other,
                self.pick(VECTORS[rows]).T * self.pick(CURVES)(one),
                one.T * self.pick(MATRICES[rows, d]) * self.leaf(d),
            ]
            parts.append(self.pick(kinds))
        if READOUT[j] in self.defined and self.draw(st.booleans()):
            off = READOUT[j] - TARGET[j]
            parts.append(off.T * off / 2)
        return sum(parts[1:], parts[0])


@st.composite
def recurrences(draw: Any) -> Recurrence:
    """States, gates between them in any order, a readout, a loss; at least one parameter."""
    states = draw(st.sampled_from([STATES[:1], STATES[:2], STATES[1:], STATES]))
    growing = Growing(draw, states, [])
    gates = [gate for gate in GATES if draw(st.booleans())]
    definitions: dict[Any, Any] = {}
    for sequence in draw(st.permutations([*states, *gates])):
        definitions[sequence[j]] = growing.term(sequence.rows, 2)
        growing.defined.append(sequence[j])
    outputs = [LOSS]
    if draw(st.booleans()):
        definitions[READOUT[j]] = growing.term(READOUT.rows, 1) + growing.leaf(READOUT.rows)
        growing.defined.append(READOUT[j])
        outputs += [READOUT] if draw(st.booleans()) else []
    definitions[LOSS[j]] = growing.loss()
    assume(any(each.atoms(Parameter) for each in definitions.values()))
    return Recurrence(j, tuple(states), (*INPUTS, TARGET), definitions, tuple(outputs))


# ---------------------------------------------------------------------- the oracle


def _number(symbol: Any) -> Rational:
    return Rational(random.Random(symbol.name).randint(-9, 9) or 2, 8)


def numbers(recurrence: Recurrence) -> dict[Any, Entries]:
    """A rational number for every entry of what is given."""
    inputs = [sequence[time] for sequence in recurrence.inputs for time in range(1, 5)]
    starts = [state[0] for state in recurrence.states]
    leaves = [*recurrence.parameters, *starts, *inputs]
    return {leaf: symbols_of(leaf).applyfunc(_number) for leaf in leaves}


def moved(recurrence: Recurrence, by: Any, direction: Entries, held: tuple[Any, ...] = ()) -> Any:
    """A function from a vector to its rate of change as `by` moves along a direction."""
    still = Unrolled(recurrence, numbers(recurrence))
    fixed = {state: still.leaf(state) for state in held}
    here = still.leaf(by)

    def at(step: Any) -> Unrolled:
        return Unrolled(recurrence, {**numbers(recurrence), **fixed, by: here + step * direction})

    ahead, behind = at(SMALL), at(-SMALL)
    return lambda node: (ahead.leaf(node) - behind.leaf(node)) / (2 * SMALL)


def close(derived: Entries, expected: Entries) -> bool:
    scale = max([1, *map(abs, expected)])
    return all(abs(gap) < scale * Rational(1, 10**20) for gap in derived - expected)


def direction_of(node: Any, seed: int) -> Entries:
    draw = random.Random(seed)
    return symbols_of(node).applyfunc(lambda _: Rational(draw.randint(-5, 5) or 1, 3))


def value(sized: Recurrence, derived: Any, times: dict[Any, int]) -> Entries:
    return entries(derived.subs({**SIZES, **times}), Unrolled(sized, numbers(sized)))


def evaluated(ask: Any) -> Any:
    """What is derived, or None where the calculus says that it has no rule."""
    try:
        return ask()
    except NotSupportedError:
        return None


RANDOM = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@RANDOM
@given(recurrence=recurrences(), later=st.integers(1, 3), data=st.data())
def test_by_states(recurrence: Recurrence, later: int, data: Any) -> None:
    sized = at_sizes(recurrence, SIZES)
    earlier = data.draw(st.integers(0, later + 1))
    by = data.draw(st.sampled_from(recurrence.states))
    of = data.draw(st.sampled_from(list(recurrence.definitions))).sequence
    check_by_state(recurrence, sized, of, by, later, earlier)


def check_by_state(
    recurrence: Recurrence, sized: Recurrence, of: Any, by: Any, later: int, earlier: int
) -> None:
    variable = by[earlier].subs(SIZES)
    direction = direction_of(variable, 1)
    expected = moved(sized, variable, direction)(of[later].subs(SIZES))
    # At these times, and at symbolic ones wherever their conditions allow the times.
    derived = total.jacobian(recurrence, of[later], by[earlier])
    assert close(value(sized, derived, {}) * direction, expected)
    times = {t: later, k: earlier}
    needed = conditions(recurrence, of[t], by[k])
    if all(each.lhs.subs(times) <= each.rhs.subs(times) for each in needed):
        derived = total.jacobian(recurrence, of[t], by[k])
        assert close(value(sized, derived, times) * direction, expected)


@RANDOM
@given(recurrence=recurrences(), later=st.integers(1, 3), data=st.data())
def test_by_parameters(recurrence: Recurrence, later: int, data: Any) -> None:
    sized = at_sizes(recurrence, SIZES)
    parameter = data.draw(st.sampled_from(recurrence.parameters))
    of = data.draw(st.sampled_from(list(recurrence.definitions))).sequence
    variable = parameter.subs(SIZES)
    direction = direction_of(variable, 2)
    expected = moved(sized, variable, direction)(of[later].subs(SIZES))
    derived = evaluated(lambda: total.jacobian(recurrence, of[t], Vec(parameter)))
    if derived is not None:
        assert close(value(sized, derived, {t: later}) * direction.vec(), expected)


@RANDOM
@given(recurrence=recurrences(), later=st.integers(1, 3), data=st.data())
def test_gradients_and_truncation(recurrence: Recurrence, later: int, data: Any) -> None:
    sized = at_sizes(recurrence, SIZES)
    parameter = data.draw(st.sampled_from(recurrence.parameters))
    since = data.draw(st.integers(0, later - 1))
    variable = parameter.subs(SIZES)
    direction = direction_of(variable, 3)
    held = tuple(state[since] for state in sized.states)
    expected = moved(sized, variable, direction, held)(LOSS[later])
    derived = total.gradient(recurrence, LOSS[t], parameter, since, "denominator")
    assert derived.shape == parameter.shape
    found = value(sized, derived, {t: later}).vec().dot(direction.vec())
    assert close(Entries([[found]]), expected)


@RANDOM
@given(recurrence=recurrences(), data=st.data())
def test_the_total_loss_by_the_adjoint_recursion(recurrence: Recurrence, data: Any) -> None:
    sized, horizon = at_sizes(recurrence, SIZES), 2
    parameter = data.draw(st.sampled_from(recurrence.parameters))
    width = sum(state.rows for state in recurrence.states)
    delta = Sequence("delta", width)
    adjoints: dict[Any, Any] = {delta[horizon + 1]: sympy.ZeroMatrix(width, 1)}
    for time in range(horizon, 0, -1):
        step = evaluated(lambda: total.adjoint_recursion(recurrence, delta, LOSS, time))  # noqa: B023
        if step is None:  # a loss that reads earlier states
            return
        adjoints[delta[time]] = step.subs(adjoints)
    over = total.gradient_from_adjoint(recurrence, delta, parameter, 1, horizon, LOSS)
    found = value(sized, over.doit().subs(adjoints), {})
    direction = direction_of(parameter.subs(SIZES), 4)
    rate = moved(sized, parameter.subs(SIZES), direction)
    expected = sum((rate(LOSS[time]) for time in (1, 2)), Entries([[0]]))
    assert close(Entries([[found.vec().dot(direction.vec())]]), expected)


# ---------------------------------------------------------------------- the checks can fail


def gate_of_two_times() -> Recurrence:
    """o reads h of the time before and c of its own; h reads o; the loss reads both times."""
    s, c, o = STATES[0], STATES[1], GATES[1]
    W, V = MATRICES[d, d]
    b, p = VECTORS[d]
    gap = s[j] - s[j - 1]
    readout = MATRICES[m, d][0] * s[j] + VECTORS[m][0]
    definitions = {
        c[j]: CURVES[0](W * s[j - 1] + b) + c[j - 1],
        o[j]: CURVES[1](V * s[j - 1] + Hadamard(p, c[j])),
        s[j]: Hadamard(o[j], CURVES[0](c[j])),
        READOUT[j]: readout,
        LOSS[j]: gap.T * gap / 2 + READOUT[j].T * READOUT[j] / 2,
    }
    return Recurrence(j, (s, c), (*INPUTS, TARGET), definitions, (LOSS,))


def wrong(recurrence: Recurrence) -> bool:
    """Whether one of the comparisons above fails."""
    sized = at_sizes(recurrence, SIZES)
    try:
        for of in (STATES[0], GATES[1], LOSS):
            check_by_state(recurrence, sized, of, STATES[1], 3, 1)
        for parameter in recurrence.parameters:
            direction = direction_of(parameter.subs(SIZES), 5)
            expected = moved(sized, parameter.subs(SIZES), direction)(LOSS[3])
            derived = total.gradient(recurrence, LOSS[t], parameter, 0, "denominator")
            found = value(sized, derived, {t: 3}).vec().dot(direction.vec())
            assert close(Entries([[found]]), expected)
    except AssertionError:
        return True
    return False


def only_now(rnn: Recurrence, of: Any) -> list[Any]:
    return [of.index]


def only_before(rnn: Recurrence, of: Any) -> list[Any]:
    return [of.index - 1]


def never(rnn: Recurrence, state: Any) -> bool:
    return False


def no_direct_term(self: Any, of: Any, by: Any, cotangent: Any, held: Any = ()) -> Any:
    return RIGHT(self, of, by, cotangent, held) * (0 if held else 1)


RIGHT = Recurrence.immediate_vjp
FAULTS = [
    (total, "read_times", only_now),
    (total, "read_times", only_before),
    (total, "moves_with", never),
    (Recurrence, "immediate_vjp", no_direct_term),
]


def test_the_gate_of_two_times_is_right() -> None:
    assert not wrong(gate_of_two_times())


@pytest.mark.parametrize(
    ("where", "name", "fault"), FAULTS, ids=lambda x: getattr(x, "__name__", x)
)
def test_a_planted_fault_is_found(
    where: Any, name: str, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, fault)
    assert wrong(gate_of_two_times())
