"""Commands of packages that people write derivatives with, and what they stand for."""

from __future__ import annotations

from symrnn.reading.latex.macros import Macro

PACKAGES = {
    "qty": Macro(0, ""), "quantity": Macro(0, ""),
    "norm": Macro(1, r"\lVert #1 \rVert"), "abs": Macro(1, r"\lvert #1 \rvert"),
    "absolutevalue": Macro(1, r"\lvert #1 \rvert"),
    "vb*": Macro(1, r"\vb{#1}"), "va*": Macro(1, r"\va{#1}"), "vu*": Macro(1, r"\vu{#1}"),
    "grad": Macro(0, r"\nabla"), "gradient": Macro(0, r"\nabla"),
    "tr": Macro(0, r"\operatorname{tr}"), "Tr": Macro(0, r"\operatorname{tr}"),
    "trace": Macro(0, r"\operatorname{tr}"), "Trace": Macro(0, r"\operatorname{tr}"),
    "eval": Macro(1, r"\left. #1 \right|"),
    "pdv*": Macro(0, r"\pdv"), "dv*": Macro(0, r"\dv"), "norm*": Macro(1, r"\lVert #1 \rVert"),
    "abs*": Macro(1, r"\lvert #1 \rvert"), "derivative": Macro(0, r"\dv"),
    "partialderivative": Macro(0, r"\pdv"), "diffp": Macro(0, r"\pdv"), "diff": Macro(0, r"\dv"),
}  # fmt: skip
"""Of physics, derivative, diffcoeff and mathtools; what a document defines itself comes first."""
