"""Pictures that stand in a lecture's folder."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

from symrnn.errors import ParseError
from symrnn.typeset.blocks import Picture

_KINDS = ("pdf", "svg", "png", "jpg")
_LARGEST = 4_000_000
_BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}


def image_in(folder: Path, file: str) -> Callable[[str, int], Picture]:
    """A function from a path in a text, and its line, to the picture.

    Args:
        folder: that of the lecture; nothing outside of it is read.
        file: the name of the text, for messages.
    """

    def image(source: str, line: int) -> Picture:
        def refuse(what: str, expected: str) -> ParseError:
            return ParseError(f"{file}, line {line}: {what}", {"expected": expected, "got": source})

        path = folder / source
        kind = path.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
        if kind not in _KINDS:
            raise refuse("no such kind of picture", ", ".join(f".{each}" for each in _KINDS))
        if not path.resolve().is_relative_to(folder.resolve()):
            raise refuse("a picture outside the folder", "a path inside the folder")
        if not path.is_file():
            raise refuse("there is no such picture", "a file in the folder")
        images = {kind: path.read_bytes()}
        if kind in ("pdf", "svg"):
            # LaTeX can not read SVG, and a browser shows no PDF: the other stands beside it.
            others = ("svg", "png", "jpg") if kind == "pdf" else ("pdf", "png", "jpg")
            beside = [each for each in others if path.with_suffix(f".{each}").is_file()]
            if not beside:
                raise refuse(
                    f"a picture in {kind.upper()} alone, which "
                    + ("no page shows" if kind == "pdf" else "LaTeX can not read"),
                    f"{path.stem}.{others[0]} or {path.stem}.png beside it",
                )
            images[beside[0]] = path.with_suffix(f".{beside[0]}").read_bytes()
        for each, content in images.items():
            if len(content) > _LARGEST:
                raise refuse("a picture too large for a page", f"at most {_LARGEST:,} bytes")
            if not content.startswith(_BEGINNINGS.get(each, b"")) or not content:
                raise refuse("this is no picture", f"a file that is {each.upper()} inside")
        if kind == "png" and 0 in struct.unpack(">II", images["png"][16:24].ljust(8, b"\0")):
            raise refuse("this is no picture", "a picture with pixels")
        name = "given-" + re.sub(r"[^\w-]", "-", str(Path(source).with_suffix("")))
        return Picture(name, "", "", images)

    return image
