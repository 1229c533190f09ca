"""Documents whose formulas say by their tags what holds of them: T, F, or N for no claim.

U stands for what is true under a condition, D for what disagrees and is not explained.
Each letter is of one relation up to the tag.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symrnn.audit.audit import audit_document
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, TRUE, UNDER
from symrnn.reading.documents import read_document

MARKED = Path(__file__).parent / "marked"
MEANT = {
    "T": {TRUE, UNDER}, "U": {UNDER}, "F": {FALSE}, "D": {DISAGREES}, "N": {NOT_A_CLAIM},
}  # fmt: skip
TAG = re.compile(r"\\tag\{([TUFDN]+)\}")


@pytest.mark.parametrize("name", sorted(path.name for path in MARKED.iterdir()))
def test_every_verdict_is_the_one_marked(name: str) -> None:
    (document,) = read_document(MARKED / name)
    displays = [f for f in document.formulas if f.display]
    letters = "".join("".join(TAG.findall(f.text)) for f in displays)
    found = [f for f in audit_document(MARKED / name) if f.display]
    assert len(found) == len(letters)
    wrong = [
        (f.line, f.kind, letter, f.message)
        for f, letter in zip(found, letters, strict=True) if f.kind not in MEANT[letter]
    ]  # fmt: skip
    assert not wrong
