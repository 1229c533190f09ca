"""Signs of Markdown, or of LaTeX, that marked nothing and would be printed as they are."""

from __future__ import annotations

import re

_LEFTOVERS = (
    (r"\[\[.*", "`[[` is never closed", "[[name]]"),
    (r"\[\^.*", "this footnote is not there", "[^1]: its text, in a paragraph of its own"),
    (r"\\(?:begin|end)\{.*", "an environment of LaTeX", "$$…$$ around it"),
    (r"\*\*.*", "`**` marks nothing", r"**words**, or \*\* for the signs"),
    (r"\][\[(].*", "this link leads nowhere", "[words](https://…)"),
    (r"^\[[ xX]\] .*", "a list of tasks is not supported", "- a list"),
    # Of other dialects of Markdown.
    (r"(?m)^: .*", "a list of definitions is not supported", "- **word**: what it means"),
    (r"(?m)^:{3,}.*", "a block between colons is not supported", "> a quotation"),
    (r"(?m)^\[(?:TOC|toc)\]", "a table of contents is made where a format has one", "nothing"),
    (r"\{\{.*", "a shortcode is not supported", "Markdown"),
    (r"\{[.#][A-Za-z][^{}]*\}", "attributes in braces are not supported", "nothing behind it"),
    (r"(?<!=)==[^\s=][^=\n]*==(?!=)", "marked words are not supported", "*words* or **words**"),
    (r"\w([~^])\w+\1", "raised or lowered letters are mathematics", "$x^2$, $x_2$"),
    (r"(?<![\w:]):[a-z][a-z_]+:(?![\w:])", "names of pictures are not supported", "the sign"),
    (r"\\[A-Za-z]+\{.*", "a command of LaTeX stands outside of mathematics", "$…$ around it"),
)


def leftover(text: str) -> tuple[str, str, str] | None:
    """What is wrong with the first such sign of a text, what is expected, and how it stands there;
    None where there is none."""
    for pattern, what, expected in _LEFTOVERS:
        found = re.search(pattern, text)
        if found is not None:
            return what, expected, found[0]
    return None
