"""The notebook backend: cells of markdown and of code as a Jupyter notebook (nbformat 4.5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


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
