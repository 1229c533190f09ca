"""What is measured of the factors of a bound: equal ones, numbers, and the largest slopes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Definition, Model, NotUnderstood
from symrnn.audit.numbers.evaluate import Evaluator
from symrnn.audit.numbers.net import Net
from symrnn.audit.numbers.readings import Sense
from symrnn.audit.numbers.times import assignments
from symrnn.audit.verdicts.compare import AGREES, difference, matched
from symrnn.audit.verdicts.slopes import INDUCED, ROUNDING, STEEPEST, calls_in
from symrnn.reading.latex.tree import Group, Normed, Product, Sym, Tree


@dataclass
class Measured:
    """The nets on which factors are compared."""

    model: Model
    sense: Sense
    all_nets: list[Net]

    def __post_init__(self) -> None:
        self.nets = [net for at, net in enumerate(self.all_nets) if at < 4 or net.loose]

    def _equal(self, a: Tree, b: Tree) -> bool:
        """Whether two expressions are equal on every net, with derivatives of numbers as rows."""
        reading = replace(self.sense.reading, layout="numerator", gradient=False)
        try:
            for net in self.nets[:2]:
                for env in assignments(self.model, (a, b), net):
                    pair = matched(*(Evaluator(net, reading).value(each, env) for each in (a, b)))
                    if difference(*pair) > AGREES:
                        return False
        except NotUnderstood:
            return False
        return True

    def _written_slope(self, tree: Tree) -> float | None:
        """The largest of the slopes 1 - h_t² and h_t (1 - h_t), where h_t is tanh or logistic."""
        body = bare(tree.body) if isinstance(tree, Normed) and tree.kind in INDUCED else None
        if not isinstance(body, Product) or len(body.factors) != 2:
            return None
        head, argument = body.factors
        inner = bare(argument)
        if not isinstance(head, Sym) or head.name not in ("diag", "Diag"):
            return None
        for function, called in calls_in(self.model, inner):
            name = self.model.kinds.get(f"function {function.name}", function.name)
            slope = (replace(function, primes=1, sups=()), called)
            whole = Product(called.start, called.end, True, slope, ("",))
            if name in STEEPEST and self._equal(inner, whole):
                return STEEPEST[name]
        return None

    def _slope_of(self, tree: Tree) -> float | None:
        """The largest of the slopes that a vector has."""
        diag = Sym(tree.start, tree.end, True, "diag")
        called = Group(tree.start, tree.end, True, "(", (tree,))
        whole = Product(tree.start, tree.end, True, (diag, called), ("",))
        return self._written_slope(Normed(tree.start, tree.end, True, whole, "‖"))

    def _flat(self, tree: Tree) -> bool:
        """Whether a factor is the norm of slopes that are never above 1, as far as is said."""
        slopes = self._of_slopes(tree)
        try:
            return slopes is not None and all(
                Evaluator(net, self.sense.reading).steepest(slopes) <= 1 + ROUNDING
                for net in self.nets
            )
        except NotUnderstood:
            return False

    def _of_slopes(self, tree: Tree) -> Sym | None:
        """The activation σ of ‖diag(σ′(a_t))‖, |σ′(a_t)| and ‖D_t‖ with D_t = diag(σ′(a_t)).

        The norm must be no more than the largest slope: not that of Frobenius, or of a vector.
        """
        tree = bare(tree)
        if not isinstance(tree, Normed):
            return None
        body = bare(tree.body)
        if isinstance(body, Sym):
            definition = self._defined(body)
            body = body if definition is None else bare(definition.value)
        if not isinstance(body, Product) or len(body.factors) != 2:
            return None
        head, argument = body.factors
        diagonal = isinstance(head, Sym) and head.name in ("diag", "Diag")
        if diagonal and tree.kind not in INDUCED:
            return None
        if not diagonal and tree.kind != "‖infty" and not self._is_number(tree.body):
            return None
        if diagonal:
            inner = bare(argument)
            if not isinstance(inner, Product) or len(inner.factors) != 2:
                return None
            head, argument = inner.factors
        called = isinstance(argument, Group) and len(argument.parts) == 1
        return head if isinstance(head, Sym) and head.primes == 1 and called else None

    def _defined(self, tree: Tree) -> Definition | None:
        """What a letter without a power is defined as."""
        ref = self.model.ref(tree) if isinstance(tree, Sym) else None
        plain = ref is not None and ref.power is None and not ref.primes and not ref.entries
        return self.model.definition(ref.name) if ref is not None and plain else None

    def _is_number(self, tree: Tree) -> bool:
        """Whether an expression is a number."""
        net = self.nets[0]
        try:
            return all(
                Evaluator(net, self.sense.reading).value(tree, env).scalar
                for env in assignments(self.model, (tree,), net)
            )
        except NotUnderstood:
            return False
