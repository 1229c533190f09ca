"""What is done so that all that a frame shows fits on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BEGINNING = re.compile(r"^\\begin\{frame\}\[t\]\{(.*)\}$")
_PART = re.compile(r" \\framepart\{\d+\}\{\d+\}$")

_SIZES = (r"\small", r"\footnotesize")
_SPARED = 1.3
"""Lines that a frame has room for beyond, with each smaller size of type."""


@dataclass(frozen=True)
class Fit:
    """What is done so that all fits on its frame, by titles as `frame_at` names them.

    Args:
        smaller: by how many sizes the type of a frame is smaller.
        less: how many lines less are on a frame.
        more: how many lines more than estimated a frame is taken to have room for before it is
            divided. An estimate that is too low is seen, for a frame is overfull; one that is too
            high is not.
    """

    smaller: Mapping[str, int] = field(default_factory=dict)
    less: Mapping[str, float] = field(default_factory=dict)
    more: float = 0.0

    def type_size(self, title: str) -> list[str]:
        """LaTeX that sets the type of a frame."""
        smaller = self.smaller.get(title, 0)
        return [_SIZES[smaller - 1]] if smaller else []

    def beyond(self, title: str) -> float:
        """Lines beyond the estimate that a frame is taken to have room for."""
        return self.more - self.less.get(title, 0.0)

    @property
    def once_divided(self) -> float:
        """The same of a part of a frame, and of two frames that may become one."""
        return self.more / 2

    def tighter(self, excess: Mapping[str, float], room: float) -> Fit:
        """The same for frames with some lines too many: in smaller type where that is enough.

        Args:
            excess: how many, by the frame's title.
            room: lines that a frame has room for.
        """
        smaller, less = dict(self.smaller), dict(self.less)
        for title, lines in excess.items():
            sizes = smaller.pop(title, 0) + max(1, round(lines / _SPARED + 0.4))
            if title in less:
                # Half of a frame's room is left, or each line would have a frame of its own.
                less[title] = min(less[title] + lines + 1.0, self.more + room / 2)
            elif sizes <= len(_SIZES):
                smaller[title] = sizes
            else:
                # What was taken for room and more is room and excess: it is scaled by that.
                less[title] = (room + self.more) * lines / (room + lines)
        return Fit(smaller, less, self.more)


def frame_at(tex: str, line: int) -> str:
    """The title, as it is written, of the frame that has this line of the slides; "" for none."""
    for each in reversed(tex.splitlines()[:line]):
        found = _BEGINNING.match(each)
        if found is not None:
            return _PART.sub("", found[1])
    return ""
