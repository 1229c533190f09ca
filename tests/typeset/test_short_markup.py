"""A page is written without the markup that a browser does not need, and reads the same."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import html5lib
import pytest

from symrnn.typeset.blocks import Backing, Chain, Detail, Items, Paragraph, Row, Section, Table
from symrnn.typeset.document import Document
from symrnn.typeset.html import page
from symrnn.typeset.short_markup import shortened

CHAIN = Chain(
    (
        Row("", "x"),
        Row("=", "y", "chain rule", (), Detail("*Chain*: $a$", "$k$", 'x = "</td></tr>"')),
        Row("=", "z", "algebra", (), Detail("*Algebra*", "", "x = y\n")),
    ),
    backing=Backing("$j \\ge 1$", ("one", "two")),
)
BLOCKS = (
    Paragraph("a"),
    Paragraph('b="c" <p>d</p>'),
    Items(((Paragraph("one"),), (Paragraph("two"), Paragraph("three")))),
    CHAIN,
    Table(("k", "v"), (("1", "2"), ("$3$", "4"))),
)


def tree(text: str) -> bytes:
    """What a browser makes of it; the first error raises. White space between tags is left out."""
    made = ElementTree.tostring(html5lib.HTMLParser(strict=True).parse(text))
    return re.sub(rb">\s+|\s+<", lambda found: found[0].strip(), made)


def test_a_page_reads_the_same_and_is_shorter() -> None:
    whole = page(Document("T & <T>", blocks=(Section("S", "s", BLOCKS),)))
    short = shortened(whole)
    assert tree(short) == tree(whole)
    kept = whole.index("</style>"), short.index("</style>")
    assert len(short) - kept[1] < 0.9 * (len(whole) - kept[0])
    assert not re.search("</(td|tr|dd|dt|li|tbody|thead)>", short)


@pytest.mark.parametrize(
    "text",
    [
        "<script>const row = '<td class=\"a\">b</td></tr>';</script>",
        '<style>a[b="c"] { content: "<p>d</p><p>"; }</style>',
        "<p>one</p> and more",
        "<td>one</td> two",
        '<path d="M0"/>',
        '<a title="two words" href="?a=b">c</a>',
        '<a title="">c</a>',
        '<pre>x="y" &lt;a b="c"&gt;</pre>',
    ],
)
def test_what_is_needed_stays(text: str) -> None:
    assert shortened(text) == text
