"""The nets that relations are tried at, and what is found at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symrnn.audit.meaning.model import Model, NotUnderstood
from symrnn.audit.numbers.net import ONE, POOLS, WIDE, Net, cuts_off
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.values import Value
from symrnn.audit.verdicts.slopes import scaled_nets
from symrnn.audit.verdicts.verdict import Counterexample


@dataclass
class Bench:
    """The nets that relations of one model are tried at, kept between relations."""

    nets: dict[Any, Net] = field(default_factory=dict)
    scaled: dict[Any, list[Net]] = field(default_factory=dict)

    def of_all_sizes(
        self, model: Model, sense: Sense, bounds: frozenset[str], deadline: float
    ) -> list[Net]:
        """Nets whose weights are small, usual and large, and such in which bounds are larger."""
        key = (id(model), sense, bounds)
        if key not in self.scaled:
            self.scaled[key] = list(scaled_nets(model, sense, bounds, deadline))
        for net in self.scaled[key]:
            net.deadline = deadline
        return self.scaled[key]

    def net(self, model: Model, sense: Sense, which: int | str, deadline: float) -> Net:
        """A net by its number, or the one that is kept for a letter."""
        number = which if isinstance(which, int) else 0
        key = (id(model), sense.sigma, sense.first, sense.loss, sense.one, sense.at_rest, which)
        if key not in self.nets:
            pools = WIDE if cuts_off(model) else POOLS
            pool = ONE if sense.one else pools[number % len(pools)]
            self.nets[key] = Net(
                model, number + 1, pool, sense.sigma, sense.first, sense.loss, sense.at_rest,
                model.bounds() if number else frozenset(),
            )  # fmt: skip
        net = self.nets[key]
        net.deadline = deadline
        return net


@dataclass(frozen=True)
class Outcome:
    """One reading: it holds, or differs (with the values), or can not be evaluated."""

    holds: bool
    error: float = 0.0
    problem: NotUnderstood | None = None
    values: tuple[Value, Value] | None = None
    net: Net | None = None
    env: dict[str, int] | None = None
    nothing: bool = False
    shaped: bool = False
    diagonal: bool = False


def counterexample(outcome: Outcome, model: Model) -> Counterexample | None:
    """Where two sides that were evaluated differ most."""
    if outcome.values is None or outcome.net is None:
        return None
    a, b = (value.array[0].real for value in outcome.values)
    row, col = np.unravel_index(int(np.argmax(np.abs(a - b))), a.shape)
    net = outcome.net
    known = set(model.definitions) | net.read
    timed = [n for n in sorted(net.used & known) if model.symbols.has_time(n.split("_")[0])]
    rows = {name: net.extent(name)[0] for name in timed}
    sizes = (
        ", ".join(
            f"{name.removeprefix('own ')} has {size}" for name, size in rows.items() if size > 1
        )
        or "numbers"
    )
    times = ", ".join(f"{k} = {v}" for k, v in sorted((outcome.env or {}).items()))
    place = (0, 0) if a.shape == (1, 1) else (int(row) + 1, int(col) + 1)
    return Counterexample(sizes, net.seed, times, place, float(a[row, col]), float(b[row, col]))
