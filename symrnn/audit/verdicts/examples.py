"""Relations that hold in the examples of their text: where W = w I, b = 0 and h_0 = 0."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from symrnn.audit.meaning.letters import is_capital, is_loss, whole_number
from symrnn.audit.meaning.model import Definition, Model, NotUnderstood, split_time
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.suppositions import NOUGHT, Supposition
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.trials import Trials
from symrnn.audit.verdicts.verdict import DISAGREES, UNDER, Verdict
from symrnn.reading.latex.tree import Tree

MOST = 6
"""Ways of reading that are tried in an example."""


Given = dict[tuple[str, int | None], Supposition]
"""What the text supposes: of a parameter, or of a state at a time."""


@dataclass
class Examples(Trials):
    """Relations tried with the values that the text gives its parameters."""

    models: dict[tuple[int, bool, tuple[int, ...]], Model] = field(default_factory=dict)

    def in_example(
        self, model: Model, relation: Relation, sides: tuple[Tree, Tree], deadline: float
    ) -> Verdict | None:
        """The verdict where a relation holds with the values that the text gives; else None."""
        used = model.spoken_of(sides, ())
        given = self.statements.examples(relation)
        given = {
            place: each for place, each in given.items()
            if place[0] in used or place[0].startswith("function ")
        }  # fmt: skip
        if not given:
            return None
        senses = [s for s in self.senses(model, sides) if not self._more(s)]
        senses.sort(key=lambda s: bool(s.sigma))
        # Many examples leave the inputs out. Without a matrix that is chosen there is none: a net
        # that is at rest has no slips.
        chosen = any(time is None and _is_matrix(model, name) for name, time in given)
        for quiet in (False, True) if chosen else (False,):
            special = self._special(model, given, quiet)
            for sense in senses[:MOST]:
                try:
                    self._given_values(special, sense, given, quiet, deadline)
                    holds = self.outcome(special, sides, sense, deadline).holds
                except NotUnderstood:
                    continue
                if not holds:
                    continue
                under = [each.words for each in given.values()] + ["without input"] * quiet
                under += sense.supposes(self.said)
                if all(self.statements.surely(relation, each) for each in given.values()):
                    return Verdict(UNDER, tuple(under), sense=sense)
                what = f"it holds {'; '.join(under)}, which is said further above"
                return Verdict(DISAGREES, what=what, sense=sense)
        return None

    def with_properties(
        self, model: Model, relation: Relation, sides: tuple[Tree, Tree]
    ) -> tuple[Model, tuple[str, ...]] | None:
        """The model with what the text surely supposes of its matrices, W orthogonal, in words."""
        used = model.spoken_of(sides, ())
        given = {
            place: each for place, each in self.statements.examples(relation).items()
            if place[0] in used and place[1] is None and each.made
            and not place[0].startswith("function ") and self.statements.surely(relation, each)
        }  # fmt: skip
        if not given:
            return None
        return self._special(model, given, False), tuple(each.words for each in given.values())

    def _more(self, sense: Sense) -> list[str]:
        """What a way of reading supposes besides an activation."""
        return replace(sense, sigma="").supposes(self.said)

    def _special(self, model: Model, given: Given, quiet: bool) -> Model:
        """The model with the values of an example."""
        key = (id(model), quiet, tuple(id(each) for each in given.values()))
        if key not in self.models:
            values, made, kinds = {}, dict(model.made), dict(model.kinds)
            for (name, time), each in given.items():
                if name.startswith("function "):
                    kinds[name] = each.made
                elif each.made:
                    made[name] = each.made
                elif time is None and each.value is not None and whole_number(each.value) == 0:
                    made[name] = NOUGHT  # of whatever shape it is
                elif time is None and each.symbol is not None and each.value is not None:
                    at = model.ref(each.symbol).time  # x_t = 0 holds at all times
                    letter, shift = (None, 0) if at is None else split_time(at)
                    values[name] = Definition(name, letter, shift, each.value, 0)
            definitions = {**model.definitions, **values}
            self.models[key] = replace(model, definitions=definitions, made=made, kinds=kinds)
        return self.models[key]

    def _given_values(
        self, model: Model, sense: Sense, given: Given, quiet: bool, deadline: float
    ) -> None:
        """The states before the first step as the text gives them; no inputs if it is quiet."""
        for number in range(2):
            net = self.bench.net(model, sense, number, deadline)
            for (name, time), each in given.items():
                if time is not None and each.value is not None:
                    value = Evaluator(net, sense.reading).value(each.value, {}).array
                    net.values["leaf", name, time] = np.broadcast_to(value, (1, *net.extent(name)))
            inputs = [n for n in net.read if quiet and n not in model.definitions]
            for name in inputs:
                if model.symbols.has_time(name.split("_")[0]):
                    nothing = np.zeros((1, *net.extent(name)), dtype=complex)
                    for time in range(net.first, net.last + 1):
                        net.values["leaf", name, time] = nothing


def _is_matrix(model: Model, name: str) -> bool:
    """Whether a letter is that of a matrix: no loss, no time, and nothing of a step."""
    stepwise = model.symbols.has_time(name.split("_")[0]) or name in model.symbols.times
    return is_capital(name) and not is_loss(name) and not stepwise
