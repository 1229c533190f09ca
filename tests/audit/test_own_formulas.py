"""What the project itself derives and prints is TRUE, in every notation and layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from symrnn import D, Equation, latex
from symrnn.audit.audit import audit_texts
from symrnn.audit.verdicts.verdict import NOT_A_CLAIM, TRUE
from symrnn.language.notation import DENOMINATOR, KNOWN, NUMERATOR
from symrnn.reading.documents import latex_document
from symrnn.theory.about import EXAMPLES


@pytest.mark.parametrize("notation", KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("layout", [NUMERATOR, DENOMINATOR])
def test_own_formulas_are_true(notation: Any, layout: str) -> None:
    notation = replace(notation, layout=layout)
    rnn = EXAMPLES[notation.cell]("tanh")
    s, t, k, j, L = rnn.s, rnn.t, rnn.k, rnn.j, rnn.L
    claims = [Equation(of, value) for of, value in rnn.recurrence.definitions.items()]
    claims += [
        Equation(D(s[j], s[j - 1], layout), rnn.jacobian(s[j], s[j - 1], layout)),
        Equation(D(s[t], s[k], layout), rnn.jacobian(s[t], s[k], layout)),
        Equation(D(L[t], rnn.b, "denominator"), rnn.gradient(L[t], rnn.b)),
        *(Equation(D(L[t], each), rnn.gradient(L[t], each)) for each in (rnn.W, rnn.U)),
    ]
    text = f"% symrnn: layout: {layout}\n"
    text += "\n".join(rf"\[ {latex(claim, notation)} \]" for claim in claims)
    found = audit_texts([latex_document("own.tex", text, {})])
    judged = [f.kind for f in found if f.kind != NOT_A_CLAIM]
    assert judged == [TRUE] * 5
