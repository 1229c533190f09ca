"""LaTeX formulas as MathML Core, by math-core.

Of the converters tried in Chromium this one sets the lecture's formulas right (underbraces, limits
of products, aligned chains, ⟍ dots, scaled norms), and it refuses what it does not know instead
of printing the command's name.
"""

from __future__ import annotations

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

from symrnn.errors import NotSupportedError


def mathml(latex: str, *, display: bool = False) -> Markup:
    """`latex` as a <math> element with its source as annotation.

    `display` chooses the displayed style (limits above and below). Raises `NotSupportedError`
    naming the formula when a command is unknown or a brace is not closed.
    """
    converter = LatexToMathML(annotation=True, fancy_error=False)
    # Inline MathML needs no smaller matrix: its rows do not push the lines apart as TeX's do.
    latex = latex.replace("{smallmatrix}", "{matrix}")
    try:
        # Markup: the converter escapes everything it was given.
        return Markup(converter.convert_with_local_state(latex, displaystyle=display))
    except LatexError as error:
        raise NotSupportedError(
            "HTML: a formula can not be converted to MathML",
            {"formula": latex, "reason": str(error).strip()},
        ) from error
