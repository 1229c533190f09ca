"""A finished page without the markup that HTML reads as well where it is left out.

What a browser makes of it is the same, but for white space between the parts of lists and tables.
"""

from __future__ import annotations

import re

#: Elements in which what looks like a tag is none.
_APART = re.compile(r"(<(script|style)\b.*?</\2>)", re.DOTALL)
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
#: A value that needs no quotation marks; a slash behind it would be taken for a part of it.
_QUOTED = re.compile(r'="([\w.#-]+)"(?=[\s>])')

_PARAGRAPH_ENDS = (
    r"<(?:article|details|div|dl|figure|h[1-6]|ol|p|section|table|ul)\b"
    r"|</(?:article|dd|details|div|li|main|section)>"
)
#: End tags, and what implies them; the inner ones first, for they are implied by the outer.
_IMPLIED = tuple(
    re.compile(rf"</(?:{ended})>(?=\s*(?:{ending}))")
    for ended, ending in (
        ("p", _PARAGRAPH_ENDS),
        ("td|th", r"<t[dh]\b|</tr>"),
        ("tr", r"<tr\b|</tbody>|</thead>"),
        ("tbody|thead", r"<tbody\b|</table>"),
        ("dd|dt", r"<d[dt]\b|</dl>"),
        ("li", r"<li\b|</[uo]l>"),
    )
)


def shortened(page: str) -> str:
    """The page without quotation marks and end tags that it does not need."""
    outside, *rest = _APART.split(page)
    return _short(outside) + "".join(
        apart + _short(text) for apart, text in zip(rest[::3], rest[2::3], strict=True)
    )


def _short(text: str) -> str:
    for end in _IMPLIED:
        text = end.sub("", text)
    return _TAG.sub(lambda tag: _QUOTED.sub(r"=\1", tag[0]), text)
