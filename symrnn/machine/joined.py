"""Files of several statements as one: most of the time that Coq takes for a small file, it loads.

Each file is a module of the joined one, so that nothing it imports, opens or sets reaches another;
what they load stands above them all, since nothing can be loaded within a module, and so does what
all of them begin with. Joined are

- what is printed, `claims.NAME` and `claims.CELL_defined`, which then are `claims.joined_….NAME`;
- our files with theorems that close it, a few together, which then are `symrnn.joined_….NAME`.

Nothing of a user's is joined with anything. A joined file that Coq does not accept answers nothing:
each of its files is then asked by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from symrnn.machine.obligations import REALS, Closing, Planted
from symrnn.machine.sources import (
    CLAIMS,
    INSTANCES,
    LIBRARY,
    Source,
    in_order,
    required_by,
    without_comments,
)

MOST = 8
"""Files with theorems that are one: a processor has something to do for each of two."""

_OPENING = ("From ", "Import ", "Local Open Scope ")
_REQUIRE = re.compile(r"^From\s+([\w.]+)\s+Require\s+(?:(Import)\s+)?([\w\s]+)\.$", re.MULTILINE)
_BY_FULL_NAME = (LIBRARY, CLAIMS, INSTANCES)
"""Libraries two of which have files of one name."""


@dataclass(frozen=True)
class Joined:
    """What was joined.

    sources: the joined files, and files that require what is now in them, by key.
    places: which module a module is now.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def closing(self, each: Closing) -> Closing:
        """The same theorem closing the same proposition, by the names they have now."""
        return replace(
            each,
            proposition=self._renamed(each.proposition),
            module=self.places.get(each.module, each.module),
        )

    def planted(self, fault: Planted) -> Planted:
        """The same slip of the same proposition, by the name that has now."""
        return replace(fault, right=self._renamed(fault.right))

    def required_by(self, source: Source) -> Source:
        """A file that requires what was joined, by the names that has now."""
        return replace(source, text=_written(source.text, self.places))

    def _renamed(self, name: str) -> str:
        module, _, last = name.rpartition(".")
        return f"{self.places.get(module, module)}.{last}"


def joined(
    printed: Iterable[Source], proving: Iterable[Source], sources: Mapping[str, Source]
) -> Joined:
    """Files as few.

    Args:
        printed: files with propositions and definitions of cells.
        proving: our files with theorems that close the propositions.
        sources: every file there is, by key.
    """
    wanted = {each.key: each for each in printed if not each.text.startswith(REALS)}
    if len(wanted) < 2:
        return Joined()
    ordered = [each for each in in_order(sources, wanted) if each.key in wanted]
    first = _one(CLAIMS, ordered, {})
    found, places = {first.key: first}, _places(first, ordered)
    theirs = _together(proving, wanted, sources)
    # A file that is joined with none requires what it did, by its new name.
    alone = {key for each in sources.values() for key in each.requires} & wanted.keys()
    for each in sources.values():
        ours = each.library in (LIBRARY, INSTANCES)
        if ours and alone.intersection(each.requires):
            found[each.key] = replace(each, text=_written(each.text, places))
    for start in range(0, len(theirs), MOST):
        group = theirs[start : start + MOST]
        if len(group) > 1:
            one = _one(LIBRARY, group, places)
            found[one.key] = one
            places |= _places(one, group)
    return Joined(found, places)


def _together(
    proving: Iterable[Source], printed: Mapping[str, Source], sources: Mapping[str, Source]
) -> list[Source]:
    """Those that rest on what is joined, and of which none requires another."""
    found = {
        each.key: each
        for each in proving
        if each.library == LIBRARY
        and all(key in printed for key in each.requires if key.startswith(f"{CLAIMS}."))
    }
    needed = {each.key for file in found.values() for each in required_by(file, sources)}
    return [each for key, each in found.items() if key not in needed]


def _places(one: Source, files: Iterable[Source]) -> dict[str, str]:
    return {each.module: f"{one.module}.{each.stem}" for each in files}


def _one(library: str, files: list[Source], places: Mapping[str, str]) -> Source:
    """Files of one library as modules of one file, each after those it requires."""
    inside = {**places, **{each.module: each.stem for each in files}}
    texts = [_lines(each) for each in files]
    opening = _shared_opening(texts)
    loaded: dict[str, None] = {}
    modules = []
    for each, lines in zip(files, texts, strict=True):
        body = _written("\n".join(lines[len(opening) :]), inside, loaded).strip()
        modules.append(f"Module {each.stem}.\n{body}\nEnd {each.stem}.\n")
    text = "\n".join([*opening, *loaded, "", *modules])
    return Source(f"joined_{hashlib.sha256(text.encode()).hexdigest()[:12]}", text, library)


def _lines(file: Source) -> list[str]:
    return [line for line in without_comments(file.text).splitlines() if line.strip()]


def _shared_opening(texts: list[list[str]]) -> list[str]:
    """The lines with which all begin that load or open something, and nothing that moves."""
    found = []
    for lines in zip(*texts, strict=False):
        opens = lines[0].startswith(_OPENING) and lines[0].endswith(".")
        if len(set(lines)) > 1 or not opens or lines[0].startswith(f"From {CLAIMS} "):
            break
        found.append(lines[0])
    return found


def _written(text: str, places: Mapping[str, str], loaded: dict[str, None] | None = None) -> str:
    """A text that requires modules where they are now.

    Args:
        text: of a file.
        places: which module a module is now.
        loaded: takes the lines that load, where the text becomes a module.
    """

    def line(found: re.Match[str]) -> str:
        library, imported, stems = found.group(1), found.group(2), found.group(3).split()
        moved = [stem for stem in stems if f"{library}.{stem}" in places]
        if loaded is None and not moved:
            return found.group(0)
        above, here = [], []
        for stem in stems:
            place = places.get(f"{library}.{stem}")
            if place is None:
                above.append(f"From {library} Require {stem}.")
                here.append(f"{library}.{stem}" if library in _BY_FULL_NAME else stem)
            else:
                whole, dot, _ = place.rpartition(".")
                if dot:  # else it is in this very file
                    above.append(f"From {library} Require {whole.rpartition('.')[2]}.")
                here.append(place)
        lines = [f"Import {' '.join(here)}."] if imported else []
        if loaded is None:
            return "\n".join([*dict.fromkeys(above), *lines])
        loaded.update(dict.fromkeys(above))
        return "\n".join(lines)

    return _REQUIRE.sub(line, text)
