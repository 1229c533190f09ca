"""How a relation may be read, likelier ways first, and what each supposes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from symrnn.audit.meaning.conventions import Conventions
from symrnn.audit.meaning.letters import bare, is_loss, letters_of
from symrnn.audit.meaning.model import Model
from symrnn.audit.numbers.reading import Reading
from symrnn.audit.show import named
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Product,
    Sym,
    Tree,
    Turned,
    walk,
)

PLAIN = Reading()


@dataclass(frozen=True)
class Sense:
    """One way to read a relation: a reading, and what of the net it supposes."""

    reading: Reading = PLAIN
    sigma: str = ""
    first: int = 1
    loss: str = "each"
    one: bool = False
    at_rest: bool = False
    last: str = ""

    def supposes(self, said: Conventions) -> list[str]:
        """What must be said beside the relation for it to be read so."""
        found = []
        reading = self.reading
        if reading.layout != (said.layout or "numerator"):
            found.append(f"in {reading.layout} layout")
        usual = said.later or ("left" if reading.layout == "numerator" else "right")
        if reading.later != usual:
            found.append(f"with the later factors of the product on the {reading.later}")
        if reading.immediate_left and reading.immediate:
            found.append("of immediate derivatives by the parameters (earlier states held)")
        elif reading.immediate_left:
            found.append("where the left side is the immediate derivative (earlier states held)")
        if reading.immediate_named:
            found.append("where the named derivatives by parameters are immediate")
        if reading.immediate and not reading.immediate_left:
            found.append(
                "where derivatives by parameters on the right are immediate (earlier states held)"
            )
        if reading.along == "block":
            found.append("with the other parts of the state held at that time")
        if reading.held:
            which = ", ".join(sorted(named(name) for name in reading.held))
            found.append(f"with {which} held at that step")
        if reading.along == "direct":
            found.append("along the direct path only, with all other quantities held")
        if reading.transposed:
            found.append("where a derivative by a matrix has the transposed shape of that matrix")
        if reading.columns:
            found.append("where names for the loss's derivatives are columns, and those rows")
        if self.last:
            found.append(f"where {self.last} is the last time")
        if self.sigma:
            found.append(f"for σ = {self.sigma}")
        if self.first != (1 if said.first is None else said.first):
            found.append(f"where the first step is at time {self.first}")
        if self.loss != said.loss:
            which = "the last step alone" if self.loss == "last" else "every step"
            found.append(f"where the loss reads {which}")
        if self.one:
            found.append("for numbers: one unit, one input")
        if self.at_rest:
            found.append("for a first state of zero")
        return found


def senses(
    model: Model,
    sides: tuple[Tree, Tree],
    said: Conventions,
    losses: bool,
    shaped: bool = False,
    linear: bool = False,
) -> Iterator[Sense]:
    """All admissible ways, fewest suppositions first.

    Args:
        model: the definitions in force.
        sides: the two sides of the relation.
        said: the document's conventions.
        losses: whether an undefined loss is spoken of.
        linear: whether the text says that σ is the identity there.
        shaped: whether the document's derivatives by matrices are known to have their shapes.
    """
    reached = list(_reached(model, sides))
    products = any(isinstance(n, Big) and n.sign == "prod" for n in reached)
    reaching = any(
        isinstance(n, Big) and n.sign == "prod" and isinstance(n.body, Product) for n in reached
    )
    left = any(_by_parameter(model, n) for n in walk(sides[0]))
    right = any(_by_parameter(model, n) for n in walk(sides[1]))
    written = {id(n) for side in sides for n in walk(side)}
    named = any(_by_parameter(model, n) for n in reached if id(n) not in written)
    states = len(model.states()) > 1 or any(
        isinstance(n, Derivative) and _by_state(model, n) for n in reached
    )
    readings = []
    for lay, gradient, immediate, on_left, in_names, along in product(
        said.layouts(),
        (True, False),
        (False, True) if right else (False,),
        (False, True) if left else (False,),
        (False, True) if named else (False,),
        ("total", "block", "direct") if states else ("total",),
    ):
        usual = "left" if lay == "numerator" else "right"
        orders = (
            [said.later]
            if said.later
            else ([usual, "right" if usual == "left" else "left"] if products else [usual])
        )
        for order in orders:
            for near in (False, True) if reaching else (False,):
                readings.append(
                    Reading(
                        lay,
                        gradient,
                        order,
                        immediate,
                        on_left,
                        in_names,
                        along,
                        near,
                    )
                )
    base = 1 if said.first is None else said.first
    usually = Sense(first=base, loss=said.loss)
    found = [replace(usually, reading=reading) for reading in readings]
    found.sort(key=lambda s: (len(s.supposes(said)), s.reading.along == "direct"))
    # λ_t = (∂J/∂x_t)ᵀ is a column, and so is ∂J/∂b for most who write so.
    rows = any(isinstance(n, Turned) and isinstance(bare(n.body), Derivative) for n in reached)
    if rows and any(isinstance(n, Derivative) and _of_loss(model, n) for n in walk(sides[0])):
        found += [
            replace(s, reading=replace(s.reading, own=True)) for s in found
            if s.reading.layout == "numerator" and not s.reading.gradient
        ]  # fmt: skip
    if rows and any(_names_gradient(model, n) for n in reached):
        found += [
            replace(s, reading=replace(s.reading, columns=True)) for s in found
            if s.reading.layout == "numerator" and not s.reading.gradient and not s.reading.own
        ]  # fmt: skip
    yield from found
    plain = [s for s in found if len(s.supposes(said)) <= 1]
    extra: list[Sense] = []
    for sense in plain:
        if _unspecified(model):
            known = ("logistic", "tanh", *(("identity",) if linear else ()))
            extra += [replace(sense, sigma=s) for s in known]
        if said.first is None:
            extra.append(replace(sense, first=0))
        if losses and not (said.loss == "each" and _summed_over_losses(model, reached)):
            extra.append(replace(sense, loss="each" if said.loss == "last" else "last"))
        extra.append(replace(sense, at_rest=True))
        for letter in LAST_TIMES & model.symbols.times & _letters(sides) - _added(sides):
            extra.append(replace(sense, last=letter))
        if not shaped and not (said.layout and said.sure) and sense.reading.gradient:
            extra.append(replace(sense, reading=replace(sense.reading, transposed=True)))
    if not model.vectorial and not model.scalar:
        extra += [replace(sense, one=True) for sense in plain]
        if _unspecified(model):
            extra += [
                replace(s, sigma=g, one=True) for s in plain[:2] for g in ("logistic", "tanh")
            ]
    yield from extra


LAST_TIMES = frozenset({"tau", "n"})
"""Letters that often are the last time, beside T."""


def _names_gradient(model: Model, node: Tree) -> bool:
    """Whether a letter is a name for a derivative of the loss."""
    known = model.definition(model.ref(node).name) if isinstance(node, Sym) else None
    value = None if known is None else bare(known.value)
    of = bare(value.of) if isinstance(value, Derivative) and value.of is not None else None
    return isinstance(of, Sym) and is_loss(model.ref(of).name)


def _letters(sides: tuple[Tree, Tree]) -> set[str]:
    return {node.name for side in sides for node in walk(side) if isinstance(node, Sym)}


def _added(sides: tuple[Tree, Tree]) -> set[str]:
    """The letters that are added to others, or taken from them: τ of t - τ counts steps."""
    return {
        inner.name
        for side in sides for node in walk(side) if isinstance(node, Addition)
        if (letters := letters_of(node)) is not None and len(letters) > 1
        for inner in map(bare, node.terms[1:]) if isinstance(inner, Sym)
    }  # fmt: skip


def _reached(model: Model, sides: tuple[Tree, ...]) -> Iterator[Tree]:
    """All nodes of the sides, and of the named derivatives in them."""
    seen: set[str] = set()
    todo = list(sides)
    while todo:
        tree = todo.pop()
        for node in walk(tree):
            yield node
            if isinstance(node, Sym):
                name = model.ref(node).name
                definition = model.definition(name)
                if definition is not None and definition.derived and name not in seen:
                    seen.add(name)
                    todo.append(definition.value)


def _by_parameter(model: Model, node: Tree) -> bool:
    if not isinstance(node, Derivative) or node.mark:
        return False
    by = bare(node.by)
    if not isinstance(by, Sym):
        return False
    ref = model.ref(by)
    of = bare(node.of) if node.of is not None else None
    loss = isinstance(of, Sym) and is_loss(model.ref(of).name) and model.ref(of).time is None
    return ref.time is None and ref.copy is None and not loss


def _of_loss(model: Model, node: Derivative) -> bool:
    """Whether a number is differentiated by a parameter."""
    of, by = bare(node.of) if node.of is not None else None, bare(node.by)
    if not isinstance(of, Sym) or not isinstance(by, Sym):
        return False
    return is_loss(model.ref(of).name) and model.ref(by).time is None


def _summed_over_losses(model: Model, nodes: list[Tree]) -> bool:
    """Whether derivatives of a loss are added over time: then it reads every step."""
    sums = [node for node in nodes if isinstance(node, Big) and node.sign == "sum"]
    inner = [each for node in sums for each in walk(node.body) if isinstance(each, Derivative)]
    losses = [bare(each.of) for each in inner if each.of is not None]
    return any(isinstance(of, Sym) and is_loss(model.ref(of).name) for of in losses)


def _by_state(model: Model, node: Derivative) -> bool:
    """Whether something is computed from the variable beside what is differentiated."""
    by, of = bare(node.by), bare(node.of) if node.of is not None else None
    if not isinstance(by, Sym) or not isinstance(of, Sym):
        return False
    first, second = model.ref(by), model.ref(of)
    return (
        first.time is not None
        and second.time is not None
        and first.name == second.name
        and (first.name in model.states())
        and len(model.definitions) > 3
    )


def _unspecified(model: Model) -> bool:
    """Whether an activation is spoken of that the document leaves open."""
    if "function sigma" in model.kinds:
        return False
    for definition in model.definitions.values():
        for node in walk(definition.value):
            if isinstance(node, Product):
                for left, right in zip(node.factors, node.factors[1:], strict=False):
                    if not isinstance(left, Sym) or f"function {left.name}" in model.kinds:
                        continue
                    if model.is_function(left, right) == "elementwise":
                        return True
    return False
