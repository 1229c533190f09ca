"""A statement for somebody else's document: LaTeX to `\\input`, frames for a deck, or Markdown.

The LaTeX needs amsmath and nothing else. A formula is broken to the measure it stands in; what
can not be broken is set smaller, and a measure into which it does not fit even so is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from symrnn.errors import IllFormedError
from symrnn.typeset.bibliography import Work
from symrnn.typeset.blocks import Chain, Claim, StatementBlock
from symrnn.typeset.breaking import bare, breakable, pieces
from symrnn.typeset.deck import Claims, Frame, Lines, Why
from symrnn.typeset.detail import reason
from symrnn.typeset.heights import LAYOUTS, formula_width
from symrnn.typeset.latex import templates
from symrnn.typeset.latex_text import prose as latex_prose
from symrnn.typeset.markdown import words as markdown_words
from symrnn.typeset.paging import Contents, Run, page_height, pages
from symrnn.typeset.prose import (
    Code,
    Emphasis,
    Inline,
    Math,
    Reference,
    Strong,
    Text,
    inlines,
    paragraphs,
)

#: Em of the body text in points, and how small a formula may be set beside it.
EM, _SMALLEST = 10.0, 0.5

# A dollar of the text itself has a backslash before it.
_FORMULA = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$", re.DOTALL)

_UNITS = {"pt": 1.0, "em": EM, "cm": 28.4528, "mm": 2.84528, "in": 72.27}


def points(width: str) -> float:
    """A width such as `8cm` in points of TeX.

    Raises:
        IllFormedError: for what is no width.
    """
    found = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)(pt|em|cm|mm|in)", width)
    if found is None or float(found[1]) == 0:
        raise IllFormedError(
            "this is no width", {"expected": "8cm, 84mm, 240pt, 3.5in or 24em", "got": repr(width)}
        )
    return float(found[1]) * _UNITS[found[2]]


def require_fits(block: StatementBlock, width: str) -> None:
    """Raise `IllFormedError` where a piece of a formula that can not be broken is wider."""
    room = points(width)
    for latex in _formulas(block):
        for piece in pieces(latex):
            least = formula_width(piece) * EM * _SMALLEST
            if least > room:
                raise IllFormedError(
                    f"`{block.name}` does not fit this width",
                    {"expected": f"at least {least:.0f}pt", "got": width, "formula": bare(piece)},
                )


def _formulas(block: StatementBlock) -> Iterator[str]:
    yield from (claim.latex for claim in block.claims)
    for chain in block.chains:
        yield from (row.expression for row in chain.rows)


# ---------------------------------------------------------------------- LaTeX


def tex(block: StatementBlock, width: str = "", about: str = "") -> str:
    """The statement as LaTeX for any document that loads amsmath.

    Args:
        block: the statement, at the detail that is wanted.
        width: of the text it stands in; that of the document by default.
        about: a comment for the first line.
    """
    body = [*_head(block), *(line for claim in block.claims for line in _claim(claim))]
    for chain in block.chains:
        body += _chain(chain)
    if block.reason:
        body.append(_words(block.reason))
    return _around(body, width, about)


def beamer(block: StatementBlock, about: str = "") -> str:
    """The statement as frames for a deck that loads amsmath, revealed line by line."""
    items: list[Claims | Lines | Why] = [Claims(block.name)]
    items += [Lines(block.name, chain.part, chain.stage) for chain in block.chains]
    if not block.chains:
        items.append(Why(block.name))
    chains = {(chain.part, chain.stage): chain for chain in block.chains}
    contents = Contents(
        lambda name: block,
        lambda lines: chains[lines.part, lines.stage],
        lambda item: [c for c in block.claims if not item.parts or c.part in item.parts],
        lambda name: block.reason or reason(block),
        LAYOUTS["43"],
    )
    frames = [_setup(about)]
    # Room for a theme's own head and foot, whatever it is.
    room = 0.8 * LAYOUTS["43"].room
    for page in pages(Frame(block.title, tuple(items)), contents, room):
        # One formula may be more than a frame holds.
        body = [r"\small"] if page_height(page, contents) > room else []
        overlay = 1
        for item in page:
            match item:
                case Claims(parts=parts):
                    claims = [claim for claim in block.claims if claim.part in parts]
                    body += _assumed(block) if any(c.assumed or c.names for c in claims) else []
                    body += [line for claim in claims for line in _claim(claim)]
                case Run(chain=chain):
                    body += _chain(chain, overlay)
                    overlay += len(chain.rows) - 1
                case Why():
                    body.append(_words(block.reason or reason(block)))
        frames.append(
            "\n".join(
                [
                    rf"\begin{{frame}}{{{_prose(block.title)}}}",
                    r"\let\symrnnuncover\symrnnreveal",
                    *body,
                    r"\end{frame}",
                ]
            )
        )
    return "\n".join(frames) + "\n"


def _setup(about: str) -> str:
    macros = templates().get_template("fragment.tex").render()
    comment = f"% {about}; needs \\usepackage{{amsmath}}\n" if about else ""
    return comment + macros.rstrip()


def _around(body: Sequence[str], width: str, about: str) -> str:
    measure = [rf"\setlength{{\hsize}}{{{width}}}\setlength{{\linewidth}}{{{width}}}"] * bool(width)
    inner = [r"\begingroup\setlength{\parindent}{0pt}\raggedright", *measure, *body, r"\endgroup"]
    return "\n".join([_setup(about), r"\par", *inner, ""])


def _head(block: StatementBlock) -> list[str]:
    return [rf"\symrnnwords{{\textbf{{\boldmath {_prose(block.title)}}}}}", *_assumed(block)]


def _assumed(block: StatementBlock) -> list[str]:
    return [_words(text) for text in block.hypotheses]


def _claim(claim: Claim) -> list[str]:
    said = ", ".join(filter(None, (claim.note, claim.condition)))
    beside = f"({_broken(said)})" if said else ""
    return [rf"\symrnnclaim{{1}}{{{breakable(claim.latex)}}}{{{beside}}}"]


def _chain(chain: Chain, overlay: int = 1) -> list[str]:
    left, *rows = chain.rows
    title = [rf"\par\addvspace{{1ex}}{{\itshape {_prose(chain.title)}\par}}"] * bool(chain.title)
    lines = [
        rf"\symrnnline{{{number}}}{{{row.relation} {breakable(row.expression)}}}"
        rf"{{{_broken(row.justification)}}}"
        for number, row in enumerate(rows, start=overlay)
    ]
    return [*title, rf"\symrnnstart{{{overlay}}}{{{breakable(left.expression)}}}", *lines]


def _words(text: str) -> str:
    return rf"\symrnnwords{{{_broken(text)}}}"


def _broken(text: str) -> str:
    """Prose with formulas that may be broken where nothing else helps."""
    return _FORMULA.sub(lambda found: f"${breakable(found[1])}$", _prose(text))


def _prose(text: str) -> str:
    return latex_prose(text, {}, {}, lambda name: name.replace("_", " "), lambda work: work.key)


# ---------------------------------------------------------------------- Markdown


def markdown(block: StatementBlock, evidence: str, works: Iterable[Work] = ()) -> str:
    """The statement as Markdown with `$$`, as Quarto, Jupyter Book, MyST and GitHub read it.

    Args:
        block: the statement, at the detail that is wanted.
        evidence: what was checked, as prose for the footnote.
        works: what its prose may speak of.
    """
    write = markdown_words({}, {work.key: work for work in works}, linked=False)
    mark = f"[^{block.name.replace('_', '-')}]"
    parts = [f"**{write(block.title)}**{mark}", *map(write, block.hypotheses)]
    for claim in block.claims:
        said = ", ".join(filter(None, (claim.note, claim.condition)))
        parts.append(_shown(f"{claim.latex}{_beside(f'({said})') if said else ''}"))
    parts += map(write, paragraphs(block.prose))
    for chain in block.chains:
        if chain.title:
            parts.append(f"*{write(chain.title)}*")
        parts.append(_shown(_aligned(chain)))
    if block.reason:
        parts.append(write(block.reason))
    return "\n\n".join([*parts, f"{mark}: {write(evidence)}"]) + "\n"


def _shown(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def _aligned(chain: Chain) -> str:
    left, *rows = chain.rows
    lines = [
        f"{left.expression if place == 0 else ''} &{row.relation} {row.expression}"
        f" &&{_beside(row.justification)}"
        for place, row in enumerate(rows)
    ]
    body = " \\\\\n".join(line.strip() for line in lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _beside(said: str) -> str:
    """Words beside a formula: no dollar stands between dollars."""
    written = "".join(
        piece.latex if isinstance(piece, Math) else rf"\text{{{_plain(piece)}}}"
        for piece in inlines(said)
    )
    return rf"\quad {written}"


def _plain(piece: Inline) -> str:
    match piece:
        case Text(text) | Code(text):
            pass
        case Reference(name):
            text = name.replace("_", " ")
        case Emphasis(inner) | Strong(inner):
            text = "".join(each.text for each in inner if isinstance(each, Text))
        case _:
            text = ""
    return re.sub(r"([%&#_{}$])", r"\\\1", text.replace("\\", ""))
