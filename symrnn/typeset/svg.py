"""An SVG file made fit to stand inside a page: named, described, its ids its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from symrnn.errors import IllFormedError
from symrnn.typeset.svg_path import shortened

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COORDINATES = {"points", *("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height")}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_TRANSLATION = re.compile(r"translate\(.*?\)")
_MOVED = re.compile(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)")
_UNSEEN = "fill: none; opacity: 0"
"""How matplotlib draws the patch of a figure that is to be transparent."""


@dataclass(frozen=True)
class Shared:
    """What the drawings of a page have in common, each once: outlines of letters, and styles.

    By outline the id, and by style the class, that stand for it on the page.
    """

    glyphs: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)

    def svg(self) -> str:
        """An <svg> element that shows nothing and defines them."""
        if not self.glyphs and not self.styles:
            return ""
        rules = "".join(f".{name}{{{style}}}" for style, name in self.styles.items())
        paths = "".join(f'<path id="{name}" d="{d}" {_GLYPH}/>' for d, name in self.glyphs.items())
        return (
            '<svg width="0" height="0" aria-hidden="true" class="glyphs">'
            f"<style>{rules}</style><defs>{paths}</defs></svg>"
        )


def inline_svg(svg: str, *, prefix: str, alt: str, shared: Shared | None = None) -> str:
    """The drawing as an <svg> element to be placed in HTML.

    Ids that are referred to are numbered after `prefix`, so that two drawings on a page do not
    meddle with each other; `alt` becomes its accessible name; other ids, metadata and fixed size
    are dropped, the view box stays. What drawings of one page have in common moves into `shared`.
    Raises `IllFormedError` when
    `svg` is not an SVG document.
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
    if shared is not None:
        _share(root, short, shared.glyphs)
    for element in root.iter():
        _rename(element, short)
        _shorten(element)
    _style_once(root)
    if shared is not None:
        for element in root.iter():
            if style := element.attrib.pop("style", ""):
                element.set("class", shared.styles.setdefault(style, f"v{len(shared.styles)}"))
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": alt}
    return _without_prefixes(root)


_SCALE = "scale(0.015625)"
_GLYPH = f'transform="{_SCALE}"'
"""How matplotlib draws a letter, in 64ths of a unit."""


def _share(parent: ET.Element, short: dict[str, str], glyphs: dict[str, str]) -> None:
    """Takes the letters out of a drawing; what used them uses those of the page."""
    for child in list(parent):
        if child.get("transform") == _SCALE and "id" in child.attrib:
            if child.attrib["id"] in short:
                # No name of a document has a ~ in it.
                outline = shortened(child.get("d", ""))
                short[child.attrib["id"]] = glyphs.setdefault(outline, f"~{len(glyphs)}")
            parent.remove(child)
            continue
        _share(child, short, glyphs)
        if child.tag == f"{{{_SVG}}}defs" and not len(child):
            parent.remove(child)


def _style_once(root: ET.Element) -> None:
    """Without the style of a copy that is the style of what it copies."""
    styles = {f"#{e.attrib['id']}": e.get("style") for e in root.iter() if "id" in e.attrib}
    for element in root.iter(f"{{{_SVG}}}use"):
        if element.get("style") and element.get("style") == styles.get(element.get("href", "")):
            del element.attrib["style"]


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
        moved = _MOVED.fullmatch(element.attrib["transform"])
        if moved and element.tag == f"{{{_SVG}}}use" and not {"x", "y"} & set(element.keys()):
            del element.attrib["transform"]
            offsets = {name: to for name, to in zip("xy", moved.groups(), strict=True) if to != "0"}
            element.attrib.update(offsets)
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
