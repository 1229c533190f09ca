"""The notebook backend: cells of markdown and of code as a Jupyter notebook (nbformat 4.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from symrnn.typeset.document import Document
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


@dataclass(frozen=True)
class Cell:
    """One cell: markdown, or Python that has not been run."""

    kind: Literal["markdown", "code"]
    source: str


def notebook(cells: Sequence[Cell]) -> str:
    """The cells as the text of an .ipynb file; the same cells give the same bytes."""
    content = {
        "cells": [_cell(cell, number) for number, cell in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _cell(cell: Cell, number: int) -> dict[str, object]:
    code: dict[str, object] = (
        {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    )
    return {
        "cell_type": cell.kind,
        "id": f"cell-{number:03}",
        "metadata": {},
        **code,
        "source": cell.source.splitlines(keepends=True),
    }


def heading(level: int, anchor: str, title: str) -> str:
    """A heading in markdown that a reference can reach."""
    return f'<a id="{anchor}"></a>\n\n{"#" * level} {title}'


def markdown(document: Document) -> Callable[[str], str]:
    """A function from prose markup to markdown, with the references of a document."""
    targets = document.targets
    works = {work.key: work for work in document.works}

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
            case Reference(name):
                return f"[{literal(str(targets[name]))}](#{name})"
            case Citation(key, aside):
                shown = works[key].aside if aside else works[key].spoken
                return f"[{literal(shown)}](#{key})"

    return write


def literal(text: str) -> str:
    """Text that markdown and MathJax print as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#$|~])", r"\\\1", text)
