"""A rule: what it says, and the theorems it makes of an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any

from symrnn.errors import IllFormedError, SideConditionError, SymrnnError
from symrnn.kernel import Theorem
from symrnn.theory.context import Context
from symrnn.theory.search import everywhere, growing, single

Rewrite = Callable[..., Iterator[Theorem]]
Prove = Callable[..., Theorem]


@lru_cache(maxsize=256)
def _asked(make: Any, known: int) -> tuple[Parameter, ...]:
    """What a rule has to be told: all that its function takes but the first ones."""
    return () if make is None else tuple(signature(make).parameters.values())[known:]


@dataclass(frozen=True)
class Rule:
    """A justification that a step can name.

    Args:
        name: the field's term for it.
        says: the mathematics, one line, with the side condition.
        rewrite: yields theorems node = … (or ≤) about a node, as they fit it at its root.
        prove: instead of `rewrite`, for rules that look at both sides: the theorem before = after.
        relation: "=", "≤" or "→", what holds between a node and what it is rewritten to.
        arguments: what the rule is told at the place of use (which variable, which statement).
    """

    name: str
    says: str
    relation: str = "="
    rewrite: Rewrite | None = None
    prove: Prove | None = None
    arguments: tuple[Any, ...] = ()
    reverse: bool = False

    def __call__(self, *arguments: Any) -> Rule:
        """The rule, told what to work with: `by.chain_rule(s[t - 1])`."""
        return replace(self, arguments=arguments)

    @property
    def backwards(self) -> Rule:
        """An equation's rule, read from right to left."""
        if self.relation != "=" or self.rewrite is None:
            raise IllFormedError(f"{self.name} cannot be read backwards", {"rule": self.says})
        return replace(self, reverse=True)

    def require_told(self) -> None:
        """Refuse a rule that is told less, or more, than it asks.

        Raises:
            IllFormedError: naming what it asks.
        """
        make, known = (self.rewrite, 2) if self.prove is None else (self.prove, 4)
        asked = _asked(make, known)
        several = any(each.kind is Parameter.VAR_POSITIONAL for each in asked)
        open_ended = (Parameter.VAR_POSITIONAL, Parameter.KEYWORD_ONLY)
        needed = [e for e in asked if e.default is Parameter.empty and e.kind not in open_ended]
        told = len(self.arguments)
        if told < len(needed) or (told > len(asked) and not several):
            names = ", ".join(str(each).partition(":")[0] for each in asked)
            raise IllFormedError(
                f"the rule {self.name} is told {'less' if told < len(needed) else 'more'} "
                "than it asks",
                {"expected": f"{self.name}({names})" if asked else self.name, "got": str(self)},
            )

    def __str__(self) -> str:
        told = f"({', '.join(map(str, self.arguments))})" if self.arguments else ""
        return f"{self.name}{told}{' backwards' if self.reverse else ''}"

    def results(
        self, expression: Any, context: Context, refusals: list[SymrnnError] | None = None
    ) -> Iterator[Theorem]:
        """Everything the rule makes of the expression: at all places, and at each one place.

        A place where only a side condition is missing is passed over and noted in `refusals`.
        """
        if self.rewrite is None:
            return
        noted = [] if refusals is None else refusals

        def at_root(node: Any, inner: Context) -> Iterator[Theorem]:
            assert self.rewrite is not None
            try:
                yield from self.rewrite(node, inner, *self.arguments)
            except SideConditionError as refusal:
                noted.append(refusal)

        if self.relation == "=":
            found = everywhere(expression, at_root, context)
            if found is not None:
                yield found
            yield from single(expression, at_root, context)
        else:
            yield from growing(expression, at_root, context)
