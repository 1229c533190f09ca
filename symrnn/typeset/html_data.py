"""The numbers behind a figure, on the page."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup

from symrnn.typeset.blocks import Data
from symrnn.typeset.html_text import joined
from symrnn.typeset.words import phrase

#: Rows above which a figure's data are offered as a file only.
_LONG_DATA = 20

#: Bytes above which they stand in no page.
_LARGE_DATA = 10_000


def data_of(data: Data, name: str) -> Markup:
    """The numbers of a figure, folded away: a table where it is short, and a file to keep."""
    if len(data.csv) > _LARGE_DATA:
        return Markup(
            '<details class="numbers"><summary>{}</summary><p>{}: '
            "<code>symrnn export {} --as csv</code></p></details>"
        ).format(phrase("Data"), phrase("{count} rows", count=len(data.rows)), name)
    link = Markup('<a download="{}.csv" href="data:text/csv;charset=utf-8,{}">{}</a>').format(
        name, quote(data.csv, safe=", "), phrase("as CSV")
    )
    if len(data.rows) > _LONG_DATA:
        return Markup('<details class="numbers"><summary>{}</summary><p>{}</p></details>').format(
            phrase("Data"), link
        )
    head = joined(Markup('<th scope="col" class="r">{}</th>').format(cell) for cell in data.header)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            joined(Markup('<td class="r">{}</td>').format(cell) for cell in row)
        )
        for row in data.cells
    )
    return Markup(
        '<details class="numbers"><summary>{}</summary><p>{}</p><div class="scroll">'
        '<table class="data"><thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>'
        "</details>"
    ).format(phrase("Data"), link, head, rows)
