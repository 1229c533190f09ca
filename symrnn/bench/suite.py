"""All work items in order, measured one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from symrnn.bench.apart import apart
from symrnn.bench.contender import OURS, Work
from symrnn.bench.measure import FULL, QUICK, Row, measure
from symrnn.bench.packages import PEERS
from symrnn.bench.work import (
    bptt,
    derivation,
    gated,
    gradient_check,
    imports,
    jacobian,
    long_product,
    sharing,
    truncation,
)
from symrnn.bench.work.choice import asked_alone
from symrnn.errors import IllFormedError

Works = Callable[[bool], Iterator[Work]]

ITEMS: dict[str, Works] = {
    "jacobian": jacobian.works,
    "bptt": bptt.works,
    "gated": gated.works,
    "truncated": truncation.works,
    "check": gradient_check.works,
    "derivation": derivation.works,
    "long": long_product.works,
    "import": imports.works,
    "sharing": sharing.works,
}


class Progress(Protocol):
    """Hears what is being measured, how many items are done, and out of how many."""

    def __call__(self, what: str, done: int, of: int, /) -> None: ...


def run(
    progress: Progress,
    quick: bool = False,
    only: tuple[str, ...] = (),
    items: Mapping[str, Works] = ITEMS,
    rows: list[Row] | None = None,
) -> list[Row]:
    """Measure.

    Args:
        progress: hears each piece of work as it is begun.
        quick: small sizes, once each: for correctness, not for speed.
        only: names of items; all by default.
        items: the items there are.
        rows: where the rows are put as they come: what is measured outlives a later item's fault.

    Raises:
        IllFormedError: an unknown item.
        DisagreementError: a peer and ours do not compute the same.
    """
    unknown = [name for name in only if name not in items]
    if unknown:
        raise IllFormedError(
            f"unknown work item {unknown[0]!r}", {"expected": ", ".join(items), "got": unknown[0]}
        )
    chosen = [name for name in items if not only or name in only]
    rows = [] if rows is None else rows
    for done, name in enumerate(chosen):
        for work in _pieces(items[name], quick):
            sizes = ", ".join(f"{symbol} = {size}" for symbol, size in work.sizes.items())
            progress(f"{work.name} {sizes}".strip(), done, len(chosen))
            rows.append(measure(work, QUICK if quick else FULL))
    return rows


def _pieces(works: Works, quick: bool) -> Iterator[Work]:
    """The pieces of work of an item: at full sizes each party in a process of its own."""
    if quick:
        yield from works(quick)
        return
    with asked_alone(OURS):
        many = sum(1 for _ in works(quick))
    for number in range(many):
        with apart(works, quick, number, PEERS) as work:
            yield work
