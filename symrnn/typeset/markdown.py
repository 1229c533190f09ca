"""Prose and blocks of a lecturer's own as Markdown, for notebooks and for other people's texts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from symrnn.errors import NotSupportedError
from symrnn.typeset.bibliography import Work
from symrnn.typeset.blocks import (
    Block,
    Display,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from symrnn.typeset.document import Target
from symrnn.typeset.prose import (
    Citation,
    Code,
    Emphasis,
    Footnote,
    Inline,
    Link,
    Mark,
    Math,
    Reference,
    Strong,
    Text,
    inlines,
)

Write = Callable[[str], str]
"""Prose markup as Markdown."""


def words(
    targets: Mapping[str, Target], works: Mapping[str, Work], *, linked: bool = True
) -> Write:
    """A function from prose markup to Markdown.

    Args:
        targets: what a reference leads to; one that leads nowhere is its name in words.
        works: those that are cited, by key.
        linked: whether a list of references follows, which a citation leads to.
    """

    def write(prose: str) -> str:
        return "".join(written(piece) for piece in inlines(prose))

    def written(piece: Inline) -> str:
        match piece:
            case Text(text):
                return literal(text)
            case Math(latex):
                return f"${latex}$"
            case Emphasis(inner):
                return f"*{''.join(map(written, inner))}*"
            case Strong(inner):
                return f"**{''.join(map(written, inner))}**"
            case Link(address, inner):
                return f"[{''.join(map(written, inner))}]({address})"
            case Footnote(inner):
                return f" ({''.join(map(written, inner))})"  # a notebook has no foot of a page
            case Code(text):
                return f"`{text}`"
            case Mark(grade):
                return f"({literal(grade)})"
            case Reference(name) if name not in targets:
                return literal(name.replace("_", " "))
            case Reference(name):
                return f"[{literal(str(targets[name]))}](#{name})"
            case Citation(key, aside, place):
                shown = works[key].cited(aside, place)
                return f"[{literal(shown)}](#{key})" if linked else literal(shown)

    return write


def literal(text: str) -> str:
    """Text that markdown and MathJax print as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#$|~])", r"\\\1", text)


_RULERS = {"r": "--:", "c": ":-:"}
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}


def block_text(block: Block, write: Write, number: Write) -> str:
    """A block of a lecturer's own as Markdown.

    Args:
        block: words, formulas, tables, code, pictures.
        write: prose markup as Markdown.
        number: the number of the formula of a label.
    """
    match block:
        case Paragraph(text):
            return write(text)
        case Heading(text):
            return f"#### {write(text)}"
        case Items(items, first):
            signs = ("-" if first is None else f"{first + at}." for at in range(len(items)))
            return "\n".join(
                _hanging(sign, "\n\n".join(block_text(each, write, number) for each in item))
                for sign, item in zip(signs, items, strict=True)
            )
        case Quote(blocks):
            inner = "\n\n".join(block_text(each, write, number) for each in blocks)
            return "\n".join(f"> {line}".rstrip() for line in inner.splitlines())
        case Display(latex, label) if label:
            return f'<a id="{label}"></a>\n\n$$\n{latex}\n\\tag{{{number(label)}}}\n$$'
        case Display(latex):
            return f"$$\n{latex}\n$$"
        case Table(header, rows):
            ruler = [_RULERS.get(letter, "---") for letter in block.alignment]
            lines = [list(map(write, header)), ruler, *(list(map(write, row)) for row in rows)]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        case Listing(code, language):
            return f"```{language}\n{code.rstrip()}\n```"
        case Picture(caption=caption, images=images):
            kind = block.best(("svg", "png", "jpg"))
            data = base64.b64encode(images[kind]).decode()
            return f"![{write(caption)}](data:{_TYPES[kind]};base64,{data})"
        case _:
            raise NotSupportedError(f"Markdown: no rule for {type(block).__name__}")


def _hanging(sign: str, text: str) -> str:
    first, *rest = text.splitlines()
    indent = " " * (len(sign) + 1)
    return "\n".join([f"{sign} {first}", *(f"{indent}{line}".rstrip() for line in rest)])
