"""The cell that a document defines, in symrnn's own language for cells."""

from __future__ import annotations

from pathlib import Path

from symrnn.audit.meaning.hints import read_hints
from symrnn.audit.meaning.letters import GREEK, UNKNOWN_FUNCTIONS, bare, is_capital, is_loss
from symrnn.audit.meaning.model import Definition, Model, split_time
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.numbers.net import ACTIVATIONS
from symrnn.cells import Cell, cell
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.reading.documents import ENDINGS, read_document
from symrnn.reading.latex.tree import (
    Addition,
    Fraction_,
    Grid,
    Group,
    Labelled,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
)

_WORDS = {"sigma": "sigma", "sigm": "sigmoid", "ln": "log"}


def is_document(given: str) -> bool:
    """Whether a cell is given as a document: FILE.tex, FILE.md."""
    return Path(given).suffix.lower() in ENDINGS and Path(given).is_file()


def cell_of(path: Path) -> Cell:
    """The cell that a document defines: its quantities of a step, losses and outputs left out.

    Raises:
        IllFormedError: it defines none.
        NotSupportedError: a definition that the language for cells does not have.
    """
    documents = read_document(path)
    statements = Statements.of(documents, read_hints(documents))
    if not statements.relations:
        raise IllFormedError(f"{path}: no recurrence is defined", {"expected": "h_t = …"})
    model = statements.model_at(statements.relations[-1])
    steps = [
        d for d in model.definitions.values()
        if d.letter is not None and not d.derived and not is_loss(d.name)
    ]  # fmt: skip
    needed = _needed(model, {d.name: d for d in steps})
    if not needed:
        raise IllFormedError(f"{path}: no recurrence is defined", {"expected": "h_t = …"})
    lines = [f"{_name(d.name)} = {_Text(model, d).of(d.value)}" for d in needed]
    text = "\n".join(lines)
    said = model.kinds.get("function sigma")
    if said is not None and "sigma(" in text:
        return cell(text, activations={"sigma": said}, name=path.stem)
    return cell(text, name=path.stem)


def _needed(model: Model, steps: dict[str, Definition]) -> list[Definition]:
    """What the states are computed from, each behind what it reads at its own time."""
    found: dict[str, Definition] = {}

    def visit(name: str, below: tuple[str, ...]) -> None:
        definition = steps.get(name)
        if definition is None or name in found or name in below:
            return
        for read, lag in model.reads(definition):
            if lag == 0:
                visit(read, (*below, name))
        found[name] = definition

    for state in sorted(model.states() & set(steps)):
        visit(state, ())
    return list(found.values())


def _name(name: str) -> str:
    base, _, label = name.removeprefix("own ").partition("_")
    *marks, letter = base.split()
    if marks and marks[0] in ("hat", "tilde", "bar"):
        label = ",".join(filter(None, (label, marks[0])))
    label = "".join(c for c in label if c.isalnum())
    return letter + (f"_{{{label}}}" if label else "")


class _Text:
    """A definition as text."""

    def __init__(self, model: Model, definition: Definition) -> None:
        self.model, self.definition = model, definition

    def refuse(self, what: str) -> NotSupportedError:
        return NotSupportedError(f"the definition of {self.definition.name} has {what}")

    def of(self, tree: Tree) -> str:
        """An expression."""
        match tree:
            case Num(value=value):
                return str(value)
            case Sym():
                return self.symbol(tree)
            case Labelled(body=body):
                return self.of(body)
            case Group(parts=parts):
                if len(parts) == 1:
                    return f"({self.of(parts[0])})"
                return f"[{'; '.join(map(self.of, parts))}]"
            case Grid(rows=rows) if all(len(row) == 1 for row in rows):
                return f"[{'; '.join(self.of(row[0]) for row in rows)}]"
            case Addition(terms=terms, signs=signs):
                text = ("-" if signs[0] == "-" else "") + self.of(terms[0])
                for sign, term in zip(signs[1:], terms[1:], strict=True):
                    text += f" {sign} {self.of(term)}"
                return text
            case Product():
                return self.product(tree)
            case Fraction_(above=above, below=below):
                return f"({self.of(above)}) / ({self.of(below)})"
            case Raised(base=base, power=power):
                return f"({self.of(base)})^{self.of(power)}"
            case Turned(body=body):
                if isinstance(body, Group) and len(body.parts) > 1:
                    return self.of(body)  # a stack, whether it is transposed or not
                return f"{self.of(body)}^T"
        raise self.refuse(f"a {type(tree).__name__.rstrip('_').lower()}")

    def product(self, tree: Product) -> str:
        text = ""
        for place, factor in enumerate(tree.factors):
            sign = tree.signs[place - 1] if place else ""
            if sign == "otimes":
                raise self.refuse("a Kronecker product")
            following = tree.factors[place + 1] if place + 1 < len(tree.factors) else None
            head = factor if isinstance(factor, Sym) else None
            call = head is not None and self.model.is_function(head, following)
            if head is not None and call == "opaque":
                raise self.refuse(f"a function {head.name} that is not defined")
            text += (" * " if sign == "odot" else " ") if place and not text.endswith("\0") else ""
            text = text.removesuffix("\0")
            if call and isinstance(factor, Sym):
                if factor.name in ("diag", "Diag"):
                    raise self.refuse("a diagonal matrix")
                text += self.function(factor.name) + "\0"
            elif place and text and isinstance(bare(factor), Addition):
                text += f"({self.of(bare(factor))})"
            elif isinstance(factor, Sym) and place and self._calls(tree, place):
                text += f"({self.of(factor)})"
            else:
                text += self.of(factor)
        return text.removesuffix("\0")

    def function(self, name: str) -> str:
        """A function by the name that it has among cells: f and g are any, as phi and psi are."""
        if name in ACTIVATIONS or name in _WORDS or name in UNKNOWN_FUNCTIONS:
            return _WORDS.get(name, name)
        open_ = sorted(self.model.primed - set(ACTIVATIONS) - UNKNOWN_FUNCTIONS | {name})
        return ("phi", "psi")[min(open_.index(name), 1)]

    def _calls(self, tree: Product, place: int) -> bool:
        before = tree.factors[place - 1]
        return isinstance(before, Sym) and bool(self.model.is_function(before, tree.factors[place]))

    def symbol(self, node: Sym) -> str:
        ref = self.model.ref(node)
        if ref.entries or ref.copy is not None or ref.primes:
            raise self.refuse("entries, copies or primes")
        if node.name == "ones":
            return "1"
        name = _name(ref.name)
        if ref.time is not None:
            letter = name.partition("_")[0]
            if letter in GREEK or is_capital(letter):
                raise self.refuse(
                    f"{name} for a vector: capitals are matrices, Greek letters scalars"
                )
            _, shift = split_time(ref.time)
            lag = self.definition.shift - shift
            if lag not in (0, 1):
                raise self.refuse(f"{name} {lag} steps back")
            name += "'" * lag
        return name if ref.power is None else f"{name}^{self.of(ref.power)}"
