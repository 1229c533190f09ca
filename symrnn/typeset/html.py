"""The HTML backend: a `Document` as one page that needs no network, and no script to be read.

Maths is MathML, figures are inline SVG, style, fonts and script are in the page (`shell`).
Every piece is built with `Markup.format`, which escapes whatever is not markup already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import takewhile, zip_longest

from markupsafe import Markup

from symrnn.errors import NotSupportedError
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Chain,
    Claim,
    Display,
    Figure,
    Graph,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Result,
    Row,
    Section,
    StatementBlock,
    Table,
    walk,
)
from symrnn.typeset.document import Document
from symrnn.typeset.explorer import Explorer
from symrnn.typeset.html_chain import chain, derivation
from symrnn.typeset.html_data import data_of
from symrnn.typeset.html_given import items, picture, quotation
from symrnn.typeset.html_text import Page, joined, reached
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import paragraphs, plain
from symrnn.typeset.pseudocode import Line, lines
from symrnn.typeset.shell import page_around, render
from symrnn.typeset.svg import inline_svg
from symrnn.typeset.words import phrase, speaking

MARKS = (b'name="generator" content="symrnn"', b"name=generator content=symrnn")
"""By which a page is known to be one of ours, as it is written and shortened."""


def page(
    document: Document, explorer: Explorer | None = None, names: str = "", beside: str = ""
) -> str:
    """The document as one self-contained HTML page.

    Args:
        document: the lecture.
        explorer: what to compute with in the page, after the last section that holds a statement;
            without it the page has no script at all.
        names: what the generated code calls things, in prose, to stand before the lines.
        beside: the file of another page that has every line; this one then has those of the claims.
    """
    with speaking(document.language):
        return _page(document, explorer, names, beside)


def _page(document: Document, explorer: Explorer | None, names: str, beside: str) -> str:
    grades = {grade.name: grade for grade in document.legend}
    anchors = {
        anchor
        for block in walk(document.blocks)
        if isinstance(block, Table)
        for anchor in block.anchors
    }
    works = {work.key: work for work in document.works}
    context = Page(document.targets, grades, works, frozenset(anchors), beside=beside)
    before = tuple(takewhile(lambda block: not isinstance(block, Section), document.blocks))
    opening = _html_all(before, context)
    blocks = document.blocks[len(before) :]
    pieces = [(_contents((block,), context), _html(block, context)) for block in blocks]
    if explorer is not None:
        entry = Markup('<li><a href="#explorer"><span class="number"></span> Explorer</a></li>')
        pieces.insert(_after_statements(blocks), (entry, _explorer(explorer, context)))
    entries = joined(entry for entry, _ in pieces)
    return page_around(
        Markup("\n").join(piece for _, piece in pieces),
        explorer,
        shared=Markup(context.shared.svg()),
        document=document,
        opening=opening,
        contents=Markup("<ol>{}</ol>").format(entries) if entries else Markup(""),
        used=document.grades_used,
        names=names,
        expandable=any(row.detail for row in _rows(document.blocks)),
        prose=context.prose,
        plain=plain,
        paragraphs=paragraphs,
        marks=context.marks,
    )


def _after_statements(blocks: tuple[Block, ...]) -> int:
    """The place behind the last block that is, or holds, a statement; else at the end."""
    holding = [any(isinstance(each, StatementBlock) for each in walk((b,))) for b in blocks]
    return len(blocks) - holding[::-1].index(True) if any(holding) else len(blocks)


def _rows(blocks: tuple[Block, ...]) -> Iterator[Row]:
    for block in walk(blocks):
        if isinstance(block, Chain):
            yield from block.rows


def _explorer(explorer: Explorer, page: Page) -> Markup:
    see = {
        picture: page.prose(f", [[{name}]]") if name in page.targets else Markup("")
        for picture, name in explorer.statements.items()
    }
    return render(
        explorer.template,
        prose=page.prose,
        see=see,
        generated=explorer.generated(),
        **explorer.shown(),
    )


def _html_all(blocks: Iterable[Block], page: Page) -> Markup:
    return Markup("\n").join(_html(block, page) for block in blocks)


def _contents(blocks: Iterable[Block], page: Page) -> Markup:
    """The entries of the blocks in the table of contents."""
    entries = []
    for block in blocks:
        match block:
            case Section():
                inner = _contents(block.blocks, page)
                number = page.targets[block.label].number
                inside = Markup("<ol>{}</ol>").format(inner) if inner else Markup("")
                entries.append(_entry(block.label, number, block, inside, page))
            case StatementBlock():
                entries.append(_entry(block.name, str(block.number), block, Markup(""), page))
            case _:
                pass
    return joined(entries)


def _entry(
    name: str, number: str, block: Section | StatementBlock, inner: Markup, page: Page
) -> Markup:
    return Markup('<li><a href="#{}"><span class="number">{}</span> {}</a>{}</li>').format(
        name, number, page.prose(block.title), inner
    )


@singledispatch
def _html(block: Block, page: Page) -> Markup:
    raise NotSupportedError(f"HTML backend: no rule for {type(block).__name__}")


@_html.register
def _(block: Section, page: Page) -> Markup:
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
def _(block: Paragraph, page: Page) -> Markup:
    return Markup("<p>{}</p>").format(page.prose(block.text))


@_html.register
def _(block: Heading, page: Page) -> Markup:
    return Markup("<h3>{}</h3>").format(page.prose(block.text))


@_html.register
def _(block: Items, page: Page) -> Markup:
    return items(block, page, lambda blocks: _html_all(blocks, page))


@_html.register
def _(block: Quote, page: Page) -> Markup:
    return quotation(block, lambda blocks: _html_all(blocks, page))


@_html.register
def _(block: Picture, page: Page) -> Markup:
    return picture(block, page)


@_html.register
def _(block: Display, page: Page) -> Markup:
    formula = mathml(block.latex, display=True)
    if not block.label:
        return Markup('<div class="display"{}>{}</div>').format(reached(block.latex), formula)
    return Markup(
        '<div class="display numbered" id="{}"{}>{}<span class="tag">({})</span></div>'
    ).format(block.label, reached(block.latex), formula, page.targets[block.label].number)


@_html.register
def _(block: Chain, page: Page) -> Markup:
    return chain(block, page)


@_html.register
def _(block: Result, page: Page) -> Markup:
    return Markup('<div class="statement result">\n<p class="said">{}</p>\n{}{}\n</div>').format(
        Markup('<a href="#{}">{}</a>: {}').format(
            block.name, str(page.targets[block.name]), page.prose(block.title)
        ),
        page.each("<p>{}</p>", block.hypotheses),
        joined(_claim(claim, page) for claim in block.claims),
    )


@_html.register
def _(block: StatementBlock, page: Page) -> Markup:
    page = page.inside(block.name, str(block.number))
    match block.hypotheses:
        case ():
            hypotheses = Markup("")
        case (only,):
            hypotheses = Markup("<p>{}</p>").format(page.prose(only))
        case several:
            hypotheses = Markup("<ul>{}</ul>").format(page.each("<li>{}</li>", several))
    claims = joined(_claim(claim, page) for claim in block.claims)
    head = Markup(
        '<div class="statement">\n<h3><span class="number">{} {}</span> {}'
        '<span class="marks">{}</span></h3>\n{}{}\n</div>'
    ).format(
        phrase("Statement"),
        block.number,
        page.prose(block.title),
        page.marks(block.grades),
        hypotheses,
        claims,
    )
    parts = [head, page.each("<p>{}</p>", paragraphs(block.prose))]
    parts.append(_html_all(block.illustrations, page))
    if block.chains:
        parts.append(derivation(block, page))
    if block.reason:
        parts.append(Markup("<p>{}</p>").format(page.prose(block.reason)))
    parts.append(_html_all(block.blocks, page))
    if block.counterexamples:
        items = page.each("<li>{}</li>", block.counterexamples)
        parts.append(
            Markup('<h4>{}</h4>\n<ul class="counterexamples">{}</ul>').format(
                phrase("What fails otherwise"), items
            )
        )
    return Markup('<article id="{}">\n{}\n</article>').format(
        block.name, Markup("\n").join(part for part in parts if part)
    )


def _claim(claim: Claim, page: Page) -> Markup:
    condition = Markup('<span class="condition">({})</span>').format(page.prose(claim.condition))
    note = Markup('<span class="note">{}</span>').format(page.prose(claim.note))
    return Markup('<div class="claim"><div class="display"{}>{}</div>{}{}</div>').format(
        reached(claim.latex),
        mathml(claim.latex, display=True),
        condition if claim.condition else "",
        note if claim.note else "",
    )


@_html.register
def _(block: Algorithm, page: Page) -> Markup:
    note = Markup("<p>{}</p>").format(page.prose(block.caption)) if block.caption else ""
    body = Markup("\n").join(_line(line) for line in lines(block.latex))
    return Markup(
        '<figure class="algorithm" id="{}"><figcaption><b>{}</b> {}</figcaption>\n'
        "<ol>\n{}\n</ol>{}</figure>"
    ).format(block.label, page.targets[block.label], page.prose(block.title), body, note)


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
def _(block: Figure, page: Page) -> Markup:
    prefix = f"~{page.targets[block.name].number}"
    return Markup('<figure id="{}">{}\n<figcaption><b>{}</b> {}{}</figcaption></figure>').format(
        block.name,
        Markup(inline_svg(block.svg, prefix=prefix, alt=block.alt, shared=page.shared)),
        page.targets[block.name],
        page.prose(block.caption),
        data_of(block.data, block.name) if block.data is not None else "",
    )


@_html.register
def _(block: Table, page: Page) -> Markup:
    def row(form: str, cells: Iterable[str], anchor: str = "") -> Markup:
        filled = (
            Markup(form).format(letter, page.prose(cell))
            for letter, cell in zip(block.alignment, cells, strict=True)
        )
        named = Markup(' id="{}"').format(anchor) if anchor else Markup("")
        return Markup("<tr{}>{}</tr>").format(named, joined(filled))

    caption: Markup | str = ""
    if block.caption:
        caption = Markup("<caption><b>{}</b> {}</caption>").format(
            page.targets[block.label], page.prose(block.caption)
        )
    return Markup(
        '<div class="scroll"{} tabindex="0"><table class="data">{}<thead>{}</thead>\n'
        "<tbody>\n{}\n</tbody></table></div>"
    ).format(
        Markup(' id="{}"').format(block.label) if block.label else "",
        caption,
        row('<th scope="col" class="{}">{}</th>', block.header),
        Markup("\n").join(
            row('<td class="{}">{}</td>', cells, anchor)
            for cells, anchor in zip_longest(block.rows, block.anchors, fillvalue="")
        ),
    )


@_html.register
def _(block: Graph, page: Page) -> Markup:
    using: dict[str, list[str]] = {}
    for used, name in block.edges:
        using.setdefault(name, []).append(used)
    rows = [
        Markup("<li>{}</li>").format(
            page.prose(
                phrase(
                    "{statement} uses {others}.",
                    statement=f"[[{name}]]",
                    others=", ".join(f"[[{used}]]" for used in names),
                )
            )
        )
        for name, names in using.items()
    ]
    return Markup('<section id="{}"><p>{}</p><ul>{}</ul></section>').format(
        block.name, page.prose(block.caption), joined(rows)
    )


@_html.register
def _(block: Listing, page: Page) -> Markup:
    caption = Markup("<figcaption>{}</figcaption>").format(page.prose(block.caption))
    return Markup('<figure class="listing">{}<pre><code{}>{}</code></pre></figure>').format(
        caption if block.caption else "",
        Markup(' class="language-{}"').format(block.language) if block.language else "",
        block.code.rstrip("\n"),
    )
