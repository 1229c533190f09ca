"""Generated source made fit for a page: long lines opened at their brackets, as Black would."""

from __future__ import annotations

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_INDENT = "    "


def wrapped(code: str, width: int = 72) -> str:
    """The code with every line longer than `width` split at a bracket's commas.

    Args:
        code: generated expressions and statements; no string of theirs holds a bracket.
        width: characters a line may have.
    """
    return "\n".join(part for line in code.splitlines() for part in _split(line, width))


def _split(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    found = _widest(line)
    if found is None:
        return [line]
    start, stop = found
    margin = line[: len(line) - len(line.lstrip())]
    items = [f"{margin}{_INDENT}{item}," for item in _items(line[start + 1 : stop])]
    if len(items) == 1:
        # A comma after the only item could make a tuple of it.
        items[0] = items[0][:-1]
    lines = [line[: start + 1], *items, margin + line[stop:]]
    return [part for item in lines for part in (_split(item, width) if item != line else [item])]


def _widest(line: str) -> tuple[int, int] | None:
    """Where the longest outermost bracket with something in it opens and closes."""
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, letter in enumerate(line):
        if letter in _CLOSING:
            opened.append(place)
        elif letter in _CLOSING.values() and opened:
            start = opened.pop()
            if not opened and place > start + 1:
                found.append((start, place))
    return max(found, key=lambda pair: pair[1] - pair[0], default=None)


def _items(inside: str) -> list[str]:
    """The pieces between the commas that stand in no further bracket."""
    items, depth, item = [], 0, ""
    for letter in inside:
        depth += (letter in _CLOSING) - (letter in _CLOSING.values())
        # The commas of `lambda a, b:` separate its arguments, not the items.
        if letter == "," and depth == 0 and not _in_lambda(item):
            items.append(item.strip())
            item = ""
        else:
            item += letter
    return [*items, item.strip()] if item.strip() else items


def _in_lambda(item: str) -> bool:
    return item.lstrip().startswith("lambda ") and ":" not in item
