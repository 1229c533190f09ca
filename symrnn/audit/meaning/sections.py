"""Which definitions are in force in a section: a text may define one cell after the other."""

from __future__ import annotations

from functools import cached_property

from symrnn.audit.meaning.model import Definition, Model, opaque
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.supposing import Supposing
from symrnn.reading.latex.tree import shape_of

Path = tuple[int, ...]
"""A document, and the parts of it that a place stands in, outermost first."""


class Sections(Supposing):
    """Definitions by how near they stand to a relation: in its section, or in one around it."""

    @cached_property
    def _paths(self) -> dict[int, Path]:
        """The path of each relation, by its number."""
        return {each.order: self._path(each) for each in self.relations}

    def _path(self, relation: Relation) -> Path:
        at = self._place(relation)
        return (relation.document, *self.scopes[relation.document].parts(at))

    def _shared(self, one: int, other: int) -> int:
        """How many parts two relations stand in together."""
        shared = 0
        for a, b in zip(self._paths.get(one, ()), self._paths.get(other, ()), strict=False):
            if a != b:
                break
            shared += 1
        return shared

    @cached_property
    def _chosen(self) -> dict[int, tuple[dict[str, Definition], set[str]]]:
        return {}

    def chosen(self, relation: Relation) -> tuple[dict[str, Definition], set[str]]:
        """The definitions in force at a relation, and the names that have another as near."""
        if relation.order not in self._chosen:
            self._chosen[relation.order] = self._choose(relation)
        return self._chosen[relation.order]

    def _choose(self, relation: Relation) -> tuple[dict[str, Definition], set[str]]:
        found: dict[str, Definition] = {}
        clashing: set[str] = set()
        several = False
        for name, known in self.definitions.items():
            if not known:
                continue
            given = [each for each in known if each.given]
            anew = self.local(name, relation) if given else None
            if anew is not None:
                found[name] = anew
                several = True
                continue
            # x_t = F(x_{t-1}, u_t) is said anew once F is given.
            stated = given or [d for d in known if not opaque(self.probe, d.value)] or known
            nearest = max(self._shared(d.start, relation.order) for d in stated)
            near = [d for d in stated if self._shared(d.start, relation.order) == nearest]
            # What stands in a remark that is over is not in force, where the text around says more.
            here = self._paths[relation.order]
            around = [d for d in near if here[: len(own := self._paths.get(d.start, ()))] == own]
            near = around or near
            before = [d for d in near if d.given or d.start <= relation.order]
            found[name] = before[-1] if before else near[0]
            several |= len(stated) > 1
            if len(near) > 1 and not given:
                clashing.add(name)
        return (self._of_one_cell(found) if several else found), clashing

    @cached_property
    def _anew(self) -> set[Path]:
        """The parts of a text that define something anew, which a hint defines.

        A hint stands for the first definition of a text.
        """
        found: set[Path] = set()
        for known in self.definitions.values():
            hints = {shape_of(d.value) for d in known if d.given}
            stated = [d for d in known if not d.given and d.start in self._paths]
            if not hints or not stated:
                continue
            first = self._paths[min(stated, key=lambda d: d.start).start]
            others = (d for d in stated if shape_of(d.value) not in hints)
            found |= {path for d in others if (path := self._paths[d.start]) != first}
        return found

    def local(self, name: str, relation: Relation) -> Definition | None:
        """What the part of a text that a relation stands in defines otherwise than a hint.

        What a remark, an example or another section defines after the first definition, once, is
        in force there; hints are for all the rest.
        """
        here = self._paths[relation.order]
        near = []
        for each in self.definitions[name]:
            path = self._paths.get(each.start, ())
            inside = len(path) > 1 and here[: len(path)] == path and each.start <= relation.order
            if (
                inside
                and not each.given
                and path in self._anew
                and not opaque(self.probe, each.value)
            ):
                near.append((len(path), each))
        deepest = [each for depth, each in near if depth == max(depth for depth, _ in near)]
        return deepest[0] if len(deepest) == 1 else None

    def said_locally(self, relation: Relation) -> list[Definition]:
        """The definitions at a relation that stand nearer to it than a hint, as they are read."""
        chosen, _ = self.chosen(relation)
        return [
            each for name, each in chosen.items()
            if not each.given and any(d.given for d in self.definitions[name])
        ]  # fmt: skip

    def _of_one_cell(self, chosen: dict[str, Definition]) -> dict[str, Definition]:
        """The definitions without those that were made of others than are in force: another cell's.

        An LSTM's gates read its state, and are none of the GRU's, whose state has the same letter.
        """
        model = Model(self.symbols, chosen)
        model.primed, model.applied = self.probe.primed, self.probe.applied
        foreign: set[str] = set()
        for name, definition in chosen.items():
            if definition.given or definition.derived or definition.letter is None:
                continue
            for read, _ in model.reads(definition):
                others = self.definitions.get(read, [])
                if len(others) < 2 or read not in chosen or chosen[read].given:
                    continue
                nearest = max(others, key=lambda d: self._shared(d.start, definition.start))
                mine = self._shared(nearest.start, definition.start)
                if mine > self._shared(chosen[read].start, definition.start):
                    foreign.add(name)
        while more := {
            name for name, each in chosen.items()
            if name not in foreign and each.letter is not None and not each.derived
            and not each.given
            and any(read in foreign for read, _ in model.reads(each))
        }:  # fmt: skip
            foreign |= more
        return {name: each for name, each in chosen.items() if name not in foreign}
