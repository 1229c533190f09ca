"""An SVG file made fit to stand inside a page: named, described, its ids its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from symrnn.errors import IllFormedError
from symrnn.typeset.svg_path import shortened

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COORDINATES = {"points", *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height")}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_TRANSLATION = re.compile(r"translate\(.*?\)")
_UNSEEN = "fill: none; opacity: 0"
"""How matplotlib draws the patch of a figure that is to be transparent."""


def inline_svg(svg: str, *, prefix: str, alt: str) -> str:
    """The drawing as an <svg> element to be placed in HTML.

    Ids that are referred to are numbered after `prefix`, so that two drawings on a page do not
    meddle with each other; `alt` becomes its accessible name; other ids, metadata and fixed size
    are dropped, the view box stays. Raises `IllFormedError` when `svg` is not an SVG document.
    """
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise IllFormedError(f"figure `{prefix}`: the SVG is not well formed: {error}") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise IllFormedError(f"figure `{prefix}`: expected an <svg> element", {"came": root.tag})
    for child in list(root):
        if child.tag == f"{{{_SVG}}}metadata":
            root.remove(child)
    _move_style(root)
    _thin_out(root)
    short = _short_ids(root, prefix)
    for element in root.iter():
        _rename(element, short)
        _shorten(element)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": alt}
    return _without_prefixes(root)


def _move_style(root: ET.Element) -> None:
    """matplotlib's only rule is for every element; in a page that would be the whole page's."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag == f"{{{_SVG}}}style":
                parent.remove(child)
    root.set("style", "stroke-linejoin:round;stroke-linecap:butt")


def _thin_out(parent: ET.Element) -> None:
    """Without what is wholly transparent, and without groups that say nothing."""
    kept: list[ET.Element] = []
    for child in parent:
        if _UNSEEN in child.get("style", ""):
            continue
        _thin_out(child)
        plain = child.tag == f"{{{_SVG}}}g" and not set(child.attrib) - {"id"}
        kept += list(child) if plain else [child]
    parent[:] = kept


def _short_ids(root: ET.Element, prefix: str) -> dict[str, str]:
    """New names for the ids that something refers to; the others say nothing to a reader."""
    used: dict[str, str] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            if key in (_HREF, "href") and value.startswith("#"):
                used.setdefault(value[1:], f"{prefix}-{len(used)}")
            for name in re.findall(r"url\(#([^)]*)\)", value):
                used.setdefault(name, f"{prefix}-{len(used)}")
    return used


def _rename(element: ET.Element, short: dict[str, str]) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            if value in short:
                element.set(key, short[value])
            else:
                del element.attrib[key]
        elif key in (_HREF, "href") and value.startswith("#"):
            # HTML knows plain href; the xlink form is obsolete.
            del element.attrib[key]
            element.set("href", f"#{short[value[1:]]}")
        elif "url(#" in value:
            written = re.sub(r"url\(#([^)]*)\)", lambda name: f"url(#{short[name[1]]})", value)
            element.set(key, written)


def _shorten(element: ET.Element) -> None:
    """Paths to 1/10 of a unit, other coordinates to 1/100, which nobody sees; no blanks."""
    if "d" in element.attrib:
        element.set("d", shortened(element.attrib["d"]))
    if "style" in element.attrib:
        element.set("style", re.sub(r"\s*([:;])\s*", r"\1", element.attrib["style"]).strip(";"))
    if "transform" in element.attrib:
        element.set("transform", _TRANSLATION.sub(_rounded, element.attrib["transform"]))
    for key in _COORDINATES.intersection(element.keys()):
        element.set(key, _rounded(element.attrib[key]))
    if len(element) and not (element.text or "").strip():
        element.text = None
    if not (element.tail or "").strip():
        element.tail = None


def _rounded(text: str | re.Match[str]) -> str:
    written = text if isinstance(text, str) else text[0]
    return _LONG_NUMBER.sub(
        lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), written
    )


def _without_prefixes(root: ET.Element) -> str:
    """In HTML an <svg> needs no namespace, and a prefix would hide it."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")
