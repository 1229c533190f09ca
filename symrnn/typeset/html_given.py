"""What a lecturer's own text holds beside paragraphs, as HTML: lists, quotations, pictures."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable

from markupsafe import Markup

from symrnn.typeset.blocks import Block, Items, Paragraph, Picture, Quote
from symrnn.typeset.html_text import Page, joined

_SHOWN = ("svg", "png", "jpg")
"""Kinds of picture that a browser shows, the best first."""

_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}

Written = Callable[[Iterable[Block]], Markup]
"""Blocks as HTML, one after the other."""


def items(block: Items, page: Page, written: Written) -> Markup:
    """A list; an item of one paragraph is set close."""
    entries = joined(
        Markup("<li>{}</li>\n").format(
            page.prose(item[0].text)
            if len(item) == 1 and isinstance(item[0], Paragraph)
            else written(item)
        )
        for item in block.items
    )
    if block.first is None:
        return Markup('<ul class="given">\n{}</ul>').format(entries)
    return Markup('<ol class="given" start="{}">\n{}</ol>').format(block.first, entries)


def quotation(block: Quote, written: Written) -> Markup:
    """A quotation."""
    return Markup("<blockquote>{}</blockquote>").format(written(block.blocks))


def picture(block: Picture, page: Page) -> Markup:
    """A picture, in the page itself."""
    kind = block.best(_SHOWN)
    return Markup(
        '<figure id="{}"><img class="given" alt="{}" src="data:{};base64,{}">\n'
        "<figcaption><b>{}</b> {}</figcaption></figure>"
    ).format(
        block.name,
        block.alt,
        _TYPES[kind],
        base64.b64encode(block.images[kind]).decode(),
        page.targets[block.name],
        page.prose(block.caption),
    )
