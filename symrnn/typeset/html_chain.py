"""A derivation in HTML: chains of lines, each with a link to it, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from symrnn.typeset.blocks import Backing, Chain, Detail, Row, StatementBlock
from symrnn.typeset.html_text import Line, Page, joined, source
from symrnn.typeset.listings import wrapped
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import inlines, plain
from symrnn.typeset.words import phrase

#: Characters of LaTeX above which a chain's left side gets a line of its own.
_LONG_LEFT_SIDE = 100

#: Characters of LaTeX above which the justification stands below the formula, not beside it.
_LONG_EXPRESSION = 260

#: Characters of prose above which what is assumed again is said by a link.
_LONG_ASSUMPTION = 60


def derivation(block: StatementBlock, page: Page) -> Markup:
    """All chains of a statement, folded.

    Beside a page with every line, those of the claims, with a link to all; lines have one number
    on both.
    """
    claimed = {claim.part for claim in block.claims}
    count = sum(len(each.rows) - 1 for each in block.chains)
    lines = phrase("{count} line" if count == 1 else "{count} lines", count=count)
    pieces = []
    for each in block.chains:
        if page.beside and each.part not in claimed:
            for _ in each.rows[1:]:
                page.line()
        else:
            pieces.append(chain(each, page))
    if len(pieces) < len(block.chains):
        said = phrase(
            "Here are the lines of the claims; all {count} are on a page beside", count=count
        )
        link = Markup('<p><a href="{}#{}">{}</a></p>').format(page.beside, block.name, said)
        pieces.insert(0, link)
    return Markup(
        '<details class="derivation"><summary><h4>{}</h4>, {}</summary>\n{}\n</details>'
    ).format(phrase("Derivation"), lines, Markup("\n").join(pieces))


def chain(block: Chain, page: Page) -> Markup:
    """The chain, and folded below it what was assumed and run."""
    left, *steps = block.rows
    lines = [page.line() for _ in steps]
    alone = len(left.expression) > _LONG_LEFT_SIDE
    formula = mathml(left.expression, display=True, source=False)
    lefts = [Markup("") if alone else formula, *[Markup("")] * (len(steps) - 1)]
    rows = [_step(*each, page) for each in zip(steps, lines, lefts, strict=True)]
    if alone:
        start = Markup(
            '<tr role="row" class="alone"><td role="cell" class="left">{}</td></tr>'
        ).format(formula)
        rows.insert(0, start)
    title, label = Markup(""), Markup("")
    if block.title:
        title = Markup('<p class="chain-title">{}</p>\n').format(page.prose(block.title))
        label = Markup(' aria-label="{}"').format(plain(block.title))
    # The roles keep it a table for a screen reader though CSS lays it out as a grid.
    return Markup(
        '{}<table role="table"{} class="chain{}"><tbody role="rowgroup">\n{}\n</tbody></table>{}'
    ).format(
        title,
        label,
        " indented" if alone else "",
        Markup("\n").join(rows),
        "" if block.backing is None else _backing(block.backing, lines, page),
    )


def _step(row: Row, line: Line, left: Markup, page: Page) -> Markup:
    return Markup(
        '<tr role="row" id="{}"{}>{}<td role="cell" class="right">{}</td>'
        '<td role="cell" class="why">{} {}</td><td role="cell" class="marks">{}</td></tr>'
    ).format(
        line.name,
        Markup(' class="wide"') if len(row.expression) > _LONG_EXPRESSION else "",
        Markup('<td role="cell" class="left">{}</td>').format(left) if left else "",
        # {} before the relation gives it the room of a relation between two operands.
        mathml(f"{{}}{row.relation} {row.expression}", display=True, source=False),
        page.prose(row.justification),
        Markup('<a class="line" href="#{}">{}</a>').format(*line),
        _marks(row, page),
    )


def _backing(backing: Backing, lines: Sequence[Line], page: Page) -> Markup:
    """What was assumed and run for a chain of these lines, folded."""
    terms = []
    if backing.assumed:
        terms.append((phrase("assumed"), _assumed(backing.assumed, lines, page)))
    if backing.checked:
        terms.append((phrase("checked"), page.each("<p>{}</p>", backing.checked)))
    if not terms:
        return Markup("")
    return Markup('\n<details class="backing"><summary>{}</summary>{}</details>').format(
        phrase("What was checked"), _terms(terms)
    )


def _assumed(prose: str, lines: Sequence[Line], page: Page) -> Markup:
    """What was assumed; where it is long and was assumed before, a link to the line of that."""
    before = page.assumed.get(prose)
    if before is None or len(prose) <= _LONG_ASSUMPTION:
        if lines:
            page.assumed[prose] = lines[-1]
        return page.prose(prose)
    said = phrase("as for line {number}", number=before.number)
    return Markup('<a href="#{}">{}</a>').format(before.name, said)


def _marks(row: Row, page: Page) -> Markup:
    """The evidence marks; where there is a detail, they open it."""
    marks = page.marks(row.evidence)
    if row.detail is None:
        return marks
    return Markup("<details><summary>{}</summary>{}</details>").format(
        marks, _detail(row.detail, page)
    )


def _detail(detail: Detail, page: Page) -> Markup:
    rule = page.prose(detail.rule)
    if detail.anchor in page.anchors:
        # Said once on the page, in the table: here is its name.
        named = inlines(detail.rule)[0]
        rule = Markup('<a href="#{}">{}</a>').format(detail.anchor, page.inline(named))
    terms = [(phrase("rule"), rule)]
    if detail.condition:
        terms.append((phrase("condition"), page.prose(detail.condition)))
    if detail.code:
        code = Markup('<pre tabindex="0"><code>{}</code></pre>')
        terms.append(("NumPy", code.format(source(wrapped(detail.code.strip(), 80)))))
    elif detail.remark:
        terms.append(("NumPy", page.prose(detail.remark)))
    return _terms(terms)


def _terms(terms: Iterable[tuple[str, Markup]]) -> Markup:
    return Markup('<dl class="detail">{}</dl>').format(
        joined(Markup("<dt>{}</dt><dd>{}</dd>").format(*term) for term in terms)
    )
