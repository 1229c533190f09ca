"""The power that many steps give, where it is missing: ‖W‖^{t-k} for ‖W‖."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.audit.meaning.letters import bare, is_capital
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.mends.edit import Edit, editable
from symrnn.reading.latex.tree import Derivative, Normed, Product, Raised, Sym, Tree, walk


def raised(model: Model, left: Tree, right: Tree, text: str) -> Iterator[Edit]:
    """W^{t-k} for W, and for (t-k) W: each of the steps between two times multiplies."""
    power = _power_of_steps(model, bare(left), text)
    product = editable(right)
    factors = product.factors if isinstance(product, Product) else (product,)
    if not power:
        return
    for factor in factors:
        plain = isinstance(factor, Sym) and not (
            factor.made or factor.subs or factor.sups or factor.primes
        )
        if not plain or model.ref(factor).time is not None:  # type: ignore[arg-type]
            continue
        own = " ".join(text[factor.start : factor.end].split())
        words = f"{own} is {own}^{{{power}}}"
        change = (factor.end, factor.end, f"^{{{power}}}")
        yield Edit((change,), words)
        for other in factors:
            count = text[other.start : other.end]
            if other is not factor and "".join(count.split()) == f"({power})":
                yield Edit(
                    ((other.start, other.end, ""), change), f"{count} {own} is {own}^{{{power}}}"
                )


def _power_of_steps(model: Model, derivative: Tree | None, text: str) -> str:
    """t-k of ∂X_t/∂X_k, as its author writes times; nothing where these are no letters."""
    if not isinstance(derivative, Derivative) or derivative.of is None:
        return ""
    ends = [bare(derivative.of), bare(derivative.by)]
    times = [model.ref(each).time for each in ends if isinstance(each, Sym)]
    letters = [bare(t) for t in times if t is not None]
    shown = [text[t.start : t.end].strip() for t in letters if isinstance(t, Sym) and not t.made]
    return "-".join(shown) if len(shown) == 2 and shown[0] != shown[1] else ""


def missing_powers(model: Model, left: Tree, right: Tree, text: str) -> Iterator[tuple[str, str]]:
    """Words and the formula in which one norm on the right is to the power of the steps.

    Args:
        model: of the letters.
        left: the norm of a derivative between two times.
        right: its bound.
        text: the formula's text.
    """
    power = _power_of_steps(model, bare(left.body) if isinstance(left, Normed) else None, text)
    if not power:
        return
    raised = {id(inner) for node in walk(right) if isinstance(node, Raised) for inner in walk(node)}
    for node in walk(right):
        if isinstance(node, Normed) and id(node) not in raised and not node.made:
            yield f"the missing power {power}", f"{text[: node.end]}^{{{power}}}{text[node.end :]}"


def of_power(edit: Edit) -> bool:
    """Whether an edit changes a power, also one that a letter has: γ^{t-k} for γ^{t-k+1}."""
    return "power" in edit.words or "^" in edit.words.rpartition(" in ")[2]


def norms_of_weights(statements: Statements) -> list[str]:
    """The norms of weights that bounds of a document have, as they are written."""
    found: dict[str, None] = {}
    for each in statements.relations:
        tree = each.right.tree
        text = statements.documents[each.document].formulas[each.formula].text
        for node in walk(tree) if tree is not None and each.kind == "≤" else ():
            weight = bare(node.body) if isinstance(node, Normed) and not node.made else None
            if isinstance(weight, Sym) and is_capital(weight.name):
                found[" ".join(text[node.start : node.end].split())] = None
    return list(found)[:6]
