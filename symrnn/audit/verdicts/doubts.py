"""Why a relation that does not hold is not called false yet."""

from __future__ import annotations

import re

from symrnn.audit.meaning.letters import is_loss
from symrnn.audit.meaning.model import Clash, Model
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.numbers.net import Net
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.verdicts.bench import Outcome
from symrnn.audit.verdicts.holding import Holding
from symrnn.reading.latex.tree import Sym, Tree, walk

_OF_ONE = re.compile(r"\b(?:scalars?|one[\s-]dimensional|(?:one|single)\b.*\b(?:unit|neuron))\b")


class Doubts(Holding):
    """Whether what was tried is what the author means."""

    def doubt(self, model: Model, relation: Relation, outcomes: list[tuple[Sense, Outcome]]) -> str:
        """What leaves it open whether the model and the reading are the author's; else nothing."""
        assert relation.left.tree is not None and relation.right.tree is not None
        net = next((o.net for _, o in outcomes if o.net is not None), None)
        sides = (relation.left.tree, relation.right.tree)
        used = model.spoken_of(sides, [] if net is None else net.outputs)
        guessed = self._guessed(model, sides, net)
        problems = (o.problem for _, o in outcomes)
        unknown = [p for p in problems if p is not None and not isinstance(p, Clash)]
        if clashing := (used | model.recurrence()) & model.clashing:
            return f"{', '.join(sorted(clashing))} has two definitions"
        if net is not None and any(name in net.shapes.clashes for name in used):
            return "the shapes in a definition do not fit"
        if id(model) not in self.held and not _given(model):
            return "no other relation shows that the model is the author's"
        if guessed and id(model) not in self.held_losses:
            return f"the loss {', '.join(sorted(guessed))} is not defined"
        if any(problem.cause not in ("times", "zero") for problem in unknown):
            return f"not every reading could be tried ({unknown[0].what})"
        if function := self._otherwise(model, sides):
            return f"the values of {function} are written out, and are not evaluated"
        if bounds := sorted(used & model.bounds()):
            return f"{', '.join(bounds)} is only known to be a bound"
        if special := self.statements.special(relation, used):
            return f"the text around it speaks of the case {special}"
        if condition := self._restricted(model, relation):
            return f"the text around it says “{condition}”"
        return ""

    def _restricted(self, model: Model, relation: Relation) -> str:
        """The words around a relation that restrict it, but for what they say is held.

        Those that speak of one unit restrict nothing where the recurrence is one of numbers.
        """
        said = self.statements.restricted(relation).split(" … ")
        held = bool(self.said_held(model, relation))
        return " … ".join(
            each
            for each in said
            if not (held and re.match("held |frozen", each))
            and not (model.scalar and _OF_ONE.search(each))
        )

    def _otherwise(self, model: Model, sides: tuple[Tree, Tree]) -> str:
        """A function of the recurrence that is written out, and is here not spoken of by name."""
        values = [each.value for each in model.definitions.values()]
        called = {n.name for tree in values for n in walk(tree) if isinstance(n, Sym)}
        named = {n.name for side in sides for n in walk(side) if isinstance(n, Sym)}
        known = self.statements.otherwise - self.statements.symbols.called - named
        return min(known & called & (model.applied | model.primed), default="")

    @staticmethod
    def _guessed(model: Model, sides: tuple[Tree, Tree], net: Net | None) -> set[str]:
        """The losses that are spoken of and that the document does not define."""
        used = model.spoken_of(sides, [] if net is None else net.outputs)
        return {name for name in used if is_loss(name) and name not in model.definitions}


def _given(model: Model) -> bool:
    """Whether the author has stated the recurrence in a hint."""
    return any(
        d.given and d.letter is not None and not d.derived for d in model.definitions.values()
    )
