"""The `d` of an SVG path in as few characters as draw the same, to a tenth of a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def shortened(d: str) -> str:
    """`d` with coordinates relative to the point before, rounded so that no error adds up.

    A path with commands other than M, L, H, V, Q, C and z comes back as it was.
    """
    tokens = _TOKEN.findall(d)
    if not set(filter(str.isalpha, tokens)) <= set("MLHVQCZz"):
        return d
    return "".join(_joined(list(_relative(tokens))))


def _relative(tokens: list[str]) -> Iterator[tuple[str, list[int]]]:
    """Commands with their numbers, in tenths: what is rounded is where each point is."""
    x = y = left = top = 0
    command, place = "", 0
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        if command in "Zz":
            x, y = left, top
            yield "z", []
            continue
        if command in "HV":
            value = _tenths(tokens[place])
            place += 1
            yield command.lower(), [value - (x if command == "H" else y)]
            x, y = (value, y) if command == "H" else (x, value)
            continue
        count = 2 * _POINTS[command]
        values = [_tenths(each) for each in tokens[place : place + count]]
        place += count
        offsets = [value - (y if odd % 2 else x) for odd, value in enumerate(values)]
        x, y = values[-2:]
        if command == "M":
            left, top = x, y
            yield "M", values
            command = "L"  # more points after a move are lines
        else:
            yield command.lower(), offsets


def _tenths(number: str) -> int:
    return round(10 * float(number))


def _joined(commands: list[tuple[str, list[int]]]) -> Iterator[str]:
    before = ""
    for command, values in commands:
        repeated = command == before and command not in "Mz"
        for number, value in enumerate(values):
            written = _written(value)
            first = number == 0 and not repeated
            yield command if first else "" if written.startswith("-") else " "
            yield written
        if not values:
            yield command
        before = command


def _written(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    digits = str(whole) if not rest else f"{whole or ''}.{rest}"
    return f"-{digits}" if tenths < 0 else digits
