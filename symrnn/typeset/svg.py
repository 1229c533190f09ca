"""An SVG file made fit to stand inside a page: named, described, its ids its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from symrnn.errors import IllFormedError

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COORDINATES = {"d", "points", *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height")}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def inline_svg(svg: str, *, prefix: str, alt: str) -> str:
    """The drawing as an <svg> element to be placed in HTML.

    Its ids and the references to them get `prefix`, so that two drawings on a page do not meddle
    with each other; `alt` becomes its accessible name; metadata and fixed size are dropped, the
    view box stays. Raises `IllFormedError` when `svg` is not an SVG document.
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
    for element in root.iter():
        _rename(element, prefix)
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


def _rename(element: ET.Element, prefix: str) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{prefix}-{value}")
        elif key in (_HREF, "href") and value.startswith("#"):
            # HTML knows plain href; the xlink form is obsolete.
            del element.attrib[key]
            element.set("href", f"#{prefix}-{value[1:]}")
        elif "url(#" in value:
            element.set(key, re.sub(r"url\(#([^)]*)\)", rf"url(#{prefix}-\1)", value))


def _shorten(element: ET.Element) -> None:
    """Coordinates to 1/100 of a unit, which nobody sees; no indentation. It halves the drawing."""
    for key in _COORDINATES.intersection(element.keys()):
        element.set(key, _LONG_NUMBER.sub(lambda n: f"{float(n[0]):.2f}", element.attrib[key]))
    if len(element) and not (element.text or "").strip():
        element.text = None
    if not (element.tail or "").strip():
        element.tail = None


def _without_prefixes(root: ET.Element) -> str:
    """In HTML an <svg> needs no namespace, and a prefix would hide it."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    return ET.tostring(root, encoding="unicode")
