"""The HTML backend: a `Document` as one page that needs no network and no script.

Maths is MathML, figures are inline SVG, the style sheet is in the page (templates/style.css).
Every piece is built with `Markup.format`, which escapes whatever is not markup already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from symrnn.errors import NotSupportedError
from symrnn.typeset.bibliography import Work
from symrnn.typeset.document import (
    Algorithm,
    Block,
    Chain,
    Claim,
    Data,
    Display,
    Document,
    Figure,
    Grade,
    Graph,
    Listing,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    Table,
    Target,
)
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import (
    Citation,
    Code,
    Emphasis,
    Inline,
    Mark,
    Math,
    Reference,
    Text,
    inlines,
    paragraphs,
    plain,
)
from symrnn.typeset.pseudocode import Line, lines
from symrnn.typeset.svg import inline_svg

#: Characters of LaTeX above which a chain's left side gets a line of its own.
_LONG_LEFT_SIDE = 100

#: Rows above which a figure's data are offered as a file only.
_LONG_DATA = 100

#: Characters of LaTeX above which the justification stands below the formula, not beside it.
_LONG_EXPRESSION = 260


@dataclass(frozen=True)
class _Page:
    """What a piece of the page may need to know about the whole."""

    targets: Mapping[str, Target]
    grades: Mapping[str, Grade]
    works: Mapping[str, Work]

    def prose(self, text: str) -> Markup:
        return _joined(self._glued(inlines(text)))

    def _glued(self, pieces: tuple[Inline, ...]) -> Iterator[Markup]:
        """The pieces in order; a formula keeps the comma after it on its line."""
        following = (*pieces, Text(""))[1:]
        carried = 0  # characters of this text that were set with the formula before it
        for piece, after in zip(pieces, following, strict=True):
            match piece, after:
                case Math(), Text(text) if (count := len(text) - len(text.lstrip(",.;:!?)"))) > 0:
                    yield Markup('<span class="nobreak">{}{}</span>').format(
                        self.inline(piece), text[:count]
                    )
                    carried = count
                case Text(text), _:
                    yield Markup("{}").format(text[carried:])
                    carried = 0
                case _:
                    yield self.inline(piece)

    def inline(self, inline: Inline) -> Markup:
        match inline:
            case Text(text):
                return Markup("{}").format(text)
            case Math(latex):
                return mathml(latex)
            case Emphasis(inner):
                return Markup("<em>{}</em>").format(_joined(self._glued(inner)))
            case Code(text):
                return Markup("<code>{}</code>").format(text)
            case Mark(grade):
                return self.marks((grade,))
            case Reference(name):
                return Markup('<a href="#{}">{}</a>').format(name, str(self.targets[name]))
            case Citation(key):
                return Markup('<a href="#{}">{}</a>').format(key, self.works[key].spoken)

    def marks(self, grades: Iterable[str]) -> Markup:
        return _joined(
            Markup('<span class="mark" role="img" aria-label="{}" title="{}: {}">{}</span>').format(
                grade, grade, self.grades[grade].meaning, self.grades[grade].letter
            )
            for grade in grades
        )


def page(document: Document) -> str:
    """The document as one self-contained HTML page."""
    grades = {grade.name: grade for grade in document.legend}
    context = _Page(document.targets, grades, {work.key: work for work in document.works})
    environment = Environment(
        loader=PackageLoader("symrnn.typeset", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    return environment.get_template("page.html").render(
        document=document,
        style=Markup(environment.get_template("style.css").render()),
        body=_html_all(document.blocks, context),
        contents=_contents(document.blocks, context),
        used=document.grades_used,
        prose=context.prose,
        plain=plain,
        marks=context.marks,
    )


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)


def _each(form: str, texts: Iterable[str], page: _Page) -> Markup:
    """Every prose in `texts` in a copy of `form`, e.g. <li>{}</li>."""
    return _joined(Markup(form).format(page.prose(text)) for text in texts)


def _html_all(blocks: Iterable[Block], page: _Page) -> Markup:
    return Markup("\n").join(_html(block, page) for block in blocks)


def _contents(blocks: Iterable[Block], page: _Page) -> Markup:
    entries = []
    for block in blocks:
        match block:
            case Section():
                inner = _contents(block.blocks, page)
                entries.append(
                    _entry(block.label, page.targets[block.label].number, block, inner, page)
                )
            case StatementBlock():
                entries.append(_entry(block.name, str(block.number), block, Markup(""), page))
            case _:
                pass
    return Markup("<ol>{}</ol>").format(_joined(entries)) if entries else Markup("")


def _entry(
    name: str, number: str, block: Section | StatementBlock, inner: Markup, page: _Page
) -> Markup:
    return Markup('<li><a href="#{}"><span class="number">{}</span> {}</a>{}</li>').format(
        name, number, page.prose(block.title), inner
    )


@singledispatch
def _html(block: Block, page: _Page) -> Markup:
    raise NotSupportedError(f"HTML backend: no rule for {type(block).__name__}")


@_html.register
def _(block: Section, page: _Page) -> Markup:
    return Markup(
        '<section id="{name}">\n<h2><span class="number">{number}</span> {title}</h2>\n'
        "{body}\n</section>"
    ).format(
        name=block.label,
        number=page.targets[block.label].number,
        title=page.prose(block.title),
        body=_html_all(block.blocks, page),
    )


@_html.register
def _(block: Paragraph, page: _Page) -> Markup:
    return Markup("<p>{}</p>").format(page.prose(block.text))


@_html.register
def _(block: Display, page: _Page) -> Markup:
    formula = mathml(block.latex, display=True)
    if not block.label:
        return Markup('<div class="display">{}</div>').format(formula)
    return Markup(
        '<div class="display numbered" id="{}">{}<span class="tag">({})</span></div>'
    ).format(block.label, formula, page.targets[block.label].number)


@_html.register
def _(block: Chain, page: _Page) -> Markup:
    left, *steps = block.rows
    alone = len(left.expression) > _LONG_LEFT_SIDE
    formula = mathml(left.expression, display=True)
    rows = [_step(row, Markup(""), page) for row in steps]
    if alone:
        start = Markup(
            '<tr role="row" class="alone"><td role="cell" class="left">{}</td></tr>'
        ).format(formula)
        rows.insert(0, start)
    else:
        rows[0] = _step(steps[0], formula, page)
    title = Markup("<caption>{}</caption>").format(page.prose(block.title)) if block.title else ""
    # The roles keep it a table for a screen reader though CSS lays it out as a grid.
    return Markup(
        '<table role="table" class="chain{}">{}<tbody role="rowgroup">\n{}\n</tbody></table>'
    ).format(" indented" if alone else "", title, Markup("\n").join(rows))


def _step(row: Row, left: Markup, page: _Page) -> Markup:
    # {} before the relation gives it the room of a relation between two operands.
    return Markup(
        '<tr role="row"{}><td role="cell" class="left">{}</td><td role="cell" class="right">{}</td>'
        '<td role="cell" class="why">{}</td><td role="cell" class="marks">{}</td></tr>'
    ).format(
        Markup(' class="wide"') if len(row.expression) > _LONG_EXPRESSION else "",
        left,
        mathml(f"{{}}{row.relation} {row.expression}", display=True),
        page.prose(row.justification),
        page.marks(row.evidence),
    )


@_html.register
def _(block: StatementBlock, page: _Page) -> Markup:
    match block.hypotheses:
        case ():
            hypotheses = Markup("")
        case (only,):
            hypotheses = Markup("<p>{}</p>").format(page.prose(only))
        case several:
            hypotheses = Markup("<ul>{}</ul>").format(_each("<li>{}</li>", several, page))
    claims = _joined(_claim(claim, page) for claim in block.claims)
    head = Markup(
        '<div class="statement">\n<h3><span class="number">Statement {}</span> {}'
        '<span class="marks">{}</span></h3>\n{}{}\n</div>'
    ).format(
        block.number,
        page.prose(block.title),
        page.marks(block.grades),
        hypotheses,
        claims,
    )
    parts = [head, _each("<p>{}</p>", paragraphs(block.prose), page)]
    parts.append(_html_all(block.illustrations, page))
    if block.chains:
        parts += [Markup('<h4>Derivation</h4>\n<div class="derivation">')]
        parts += [_html_all(block.chains, page), Markup("</div>")]
    parts.append(_html_all(block.blocks, page))
    if block.counterexamples:
        items = _each("<li>{}</li>", block.counterexamples, page)
        parts.append(
            Markup('<h4>What fails otherwise</h4>\n<ul class="counterexamples">{}</ul>').format(
                items
            )
        )
    return Markup('<article id="{}">\n{}\n</article>').format(
        block.name, Markup("\n").join(part for part in parts if part)
    )


def _claim(claim: Claim, page: _Page) -> Markup:
    condition = Markup('<span class="condition">({})</span>').format(page.prose(claim.condition))
    note = Markup('<span class="note">{}</span>').format(page.prose(claim.note))
    return Markup('<div class="claim"><div class="display">{}</div>{}{}</div>').format(
        mathml(claim.latex, display=True),
        condition if claim.condition else "",
        note if claim.note else "",
    )


@_html.register
def _(block: Algorithm, page: _Page) -> Markup:
    note = Markup("<p>{}</p>").format(page.prose(block.caption)) if block.caption else ""
    body = Markup("\n").join(_line(line) for line in lines(block.latex))
    return Markup(
        '<figure class="algorithm" id="{}"><figcaption><b>Algorithm {}</b> {}</figcaption>\n'
        "<ol>\n{}\n</ol>{}</figure>"
    ).format(block.label, page.targets[block.label].number, page.prose(block.title), body, note)


def _line(line: Line) -> Markup:
    words = [
        mathml(part) if index % 2 else Markup("<b>{}</b>").format(part)
        for index, part in enumerate(line.parts)
        if part
    ]
    return Markup('<li><span style="padding-left:{}em">{}</span></li>').format(
        1.5 * line.depth, Markup(" ").join(words)
    )


@_html.register
def _(block: Figure, page: _Page) -> Markup:
    return Markup(
        '<figure id="{}">{}\n<figcaption><b>Figure {}</b> {}{}</figcaption></figure>'
    ).format(
        block.name,
        Markup(inline_svg(block.svg, prefix=block.name, alt=block.alt)),
        page.targets[block.name].number,
        page.prose(block.caption),
        _data(block.data, block.name) if block.data is not None else "",
    )


def _data(data: Data, name: str) -> Markup:
    """The numbers of a figure, folded away: a table where it is short, and a file to keep."""
    link = Markup('<a download="{}.csv" href="data:text/csv;charset=utf-8,{}">as CSV</a>').format(
        name, quote(data.csv)
    )
    if len(data.rows) > _LONG_DATA:
        return Markup('<details class="numbers"><summary>Data</summary><p>{}</p></details>').format(
            link
        )
    head = _joined(Markup('<th scope="col" class="r">{}</th>').format(cell) for cell in data.header)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            _joined(Markup('<td class="r">{}</td>').format(cell) for cell in row)
        )
        for row in data.cells
    )
    return Markup(
        '<details class="numbers"><summary>Data</summary><p>{}</p><div class="scroll">'
        '<table class="data"><thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>'
        "</details>"
    ).format(link, head, rows)


@_html.register
def _(block: Table, page: _Page) -> Markup:
    def row(form: str, cells: Iterable[str]) -> Markup:
        filled = (
            Markup(form).format(letter, page.prose(cell))
            for letter, cell in zip(block.alignment, cells, strict=True)
        )
        return Markup("<tr>{}</tr>").format(_joined(filled))

    caption: Markup | str = ""
    if block.caption:
        caption = Markup("<caption><b>Table {}</b> {}</caption>").format(
            page.targets[block.label].number, page.prose(block.caption)
        )
    return Markup(
        '<div class="scroll"{}><table class="data">{}<thead>{}</thead>\n<tbody>\n{}\n</tbody>'
        "</table></div>"
    ).format(
        Markup(' id="{}"').format(block.label) if block.label else "",
        caption,
        row('<th scope="col" class="{}">{}</th>', block.header),
        Markup("\n").join(row('<td class="{}">{}</td>', cells) for cells in block.rows),
    )


@_html.register
def _(block: Graph, page: _Page) -> Markup:
    using: dict[str, list[str]] = {}
    for used, name in block.edges:
        using.setdefault(name, []).append(used)
    rows = [
        Markup("<li>{} uses {}.</li>").format(
            page.prose(f"[[{name}]]"), page.prose(", ".join(f"[[{used}]]" for used in names))
        )
        for name, names in using.items()
    ]
    return Markup('<section id="{}"><p>{}</p><ul>{}</ul></section>').format(
        block.name, page.prose(block.caption), _joined(rows)
    )


@_html.register
def _(block: Listing, page: _Page) -> Markup:
    caption = Markup("<figcaption>{}</figcaption>").format(page.prose(block.caption))
    return Markup('<figure class="listing">{}<pre><code{}>{}</code></pre></figure>').format(
        caption if block.caption else "",
        Markup(' class="language-{}"').format(block.language) if block.language else "",
        block.code.rstrip("\n"),
    )
