"""What a text supposes holds as far as it is supposed, and makes nothing true elsewhere."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import audit_texts
from symrnn.audit.meaning.suppositions import Scopes
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, TRUE, UNDER
from symrnn.reading.documents import latex_document, markdown

NET = (
    r"\[ a_t = W h_{t-1} + U x_t + b, \quad h_t = \tanh(a_t), \quad y_t = V h_t. \]"
    "\n\n"
)
SLOPES = r"\mathrm{diag}(1 - h_t^2)"
STEP = r"\frac{\partial h_t}{\partial h_{t-1}} = "
BY_INPUT = rf"\[ \frac{{\partial h_t}}{{\partial x_t}} = {SLOPES} W \]"
TURNED = rf"\[ {STEP} {SLOPES} W^\top \]"
INVERSE = rf"\[ {STEP} {SLOPES} (W^{{-1}})^\top \]"
OUT = r"\[ \frac{\partial y_t}{\partial h_t} = W^\top \]"
ONE = rf"\[ {STEP} {SLOPES} \]"
KNOWN = rf"{NET} \[ {STEP} {SLOPES} W. \]" + "\n\n"
ELSEWHERE = "\n\nIn general "
SECTION = "\n\n\\section{Next}\n\nNow "

CASES = {
    "one matrix is another": ("With $U = W$ we have", BY_INPUT),
    "of setting": ("Setting $U = W$ gives", BY_INPUT),
    "of tied weights": ("For tied weights $V = W^\\top$:", OUT),
    "a formula of symmetry": (r"When $W = W^\top$,", TURNED),
    "symmetry in words": ("For symmetric $W$", TURNED),
    "of a matrix that is symmetric": ("If $W$ is symmetric,", TURNED),
    "the identity": ("Taking $W = I$ we get", ONE),
}  # fmt: skip


def _kinds(text: str) -> list[str]:
    found = audit_texts([latex_document("a.tex", text, {})])
    return [f.kind for f in found if f.kind != NOT_A_CLAIM and f.display]


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_in_a_case_is_true_in_it_alone(case: str) -> None:
    words, claim = CASES[case]
    assert _kinds(f"{KNOWN}{words} {claim}{ELSEWHERE}{claim}") == [TRUE, UNDER, FALSE]


def test_what_is_said_later_is_not_supposed_before() -> None:
    assert _kinds(f"{KNOWN} The claim {BY_INPUT}\n\nNow tie the weights, $U = W$.") == [TRUE, FALSE]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        # A case ends with its sentence, and what is said after it may be of it.
        (r"With $U = W$ the input is a state. The claim", [FALSE, FALSE]),
        (rf"With $U = W$ we have {BY_INPUT} The claim", [UNDER, DISAGREES, FALSE]),
        # A supposition of its own is in force for its paragraph, and perhaps for its section.
        (r"Suppose $U = W$. Then", [UNDER, FALSE]),
        ("Suppose $U = W$.\n\nThe claim", [DISAGREES, FALSE]),
        # What stands holds for the section, or the document; so does what opens a section.
        ("From now on $U = W$.\n\nThe claim", [UNDER, UNDER]),
        ("\\section{Tied}\n\nNext. From now on $U = W$.\n\nThe claim", [UNDER, FALSE]),
        ("Throughout this document $U = W$.\n\nThe claim", [UNDER, UNDER]),
        ("\\section{Tied}\n\nHere $U = W$.\n\nThe claim", [UNDER, FALSE]),
        # The activation and the size in one case.
        (r"With $\tanh(a) = a$ the claim", [DISAGREES, FALSE]),
        ("In one dimension, $d = 1$, we have", [DISAGREES, FALSE]),
        ("Assume linear units.\n\nThe claim", [DISAGREES, FALSE]),
        # Nothing of this is the case.
        ("$W$ need not be symmetric. The claim", [FALSE, FALSE]),
    ],
)  # fmt: skip
def test_how_far_a_supposition_is_in_force(words: str, kinds: list[str]) -> None:
    assert _kinds(f"{KNOWN}{words} {BY_INPUT}{SECTION}{BY_INPUT}") == [TRUE, *kinds]


def test_where_says_what_a_function_is() -> None:
    net = r"A net with a state obeys \[ h_t = f(W h_{t-1} + x_t), \] where $f(a) = \tanh(a)$."
    assert _kinds(rf"{net} \[ {STEP} {SLOPES} W \]") == [TRUE]


def test_a_first_state_of_zero_shows_nothing_where_nothing_moves() -> None:
    net = r"\[ h_t = \tanh(W h_{t-1}). \]"
    slip = STEP + r"\mathrm{diag}(1 - h_t) W"
    assert _kinds(rf"{net} \[ {STEP} {SLOPES} W. \] \[ {slip} \]") == [TRUE, FALSE]


def test_a_case_that_trails_is_of_the_display_before_it() -> None:
    kinds = _kinds(rf"{KNOWN} Now {BY_INPUT} and {TURNED} when $W = W^\top$, and {ONE}")
    assert kinds[:3] == [TRUE, FALSE, UNDER]


def test_a_function_is_another_one_in_its_case_alone() -> None:
    net = r"\[ h_t = f(p_t), \quad p_t = A h_{t-1} + B x_t. \]"
    known = rf"{net} \[ {STEP} \operatorname{{diag}}(f'(p_t)) A. \]"
    claim = rf"\[ {STEP} A \]"
    case = rf"Suppose that the network is linear, $f(p) = p$. Then {claim}"
    assert _kinds(f"{known} {case}{SECTION}{claim}") == [TRUE, UNDER, FALSE]


def test_what_is_zero_in_a_case_is_so_whatever_its_shape() -> None:
    gate = r"\[ i_t = \tanh(W_i h_{t-1} + b_i), \quad h_t = i_t \odot x_t + h_{t-1}. \]"
    slope = r"\frac{\partial i_t}{\partial h_{t-1}}"
    known = rf"{gate} \[ {slope} = \mathrm{{diag}}(1 - i_t^2) W_i. \]"
    assert _kinds(rf"{known} Suppose $W_i = 0$. Then \[ {slope} = 0 \]") == [TRUE, UNDER]


def test_gradients_by_parameters_are_columns_beside_a_row_that_is_turned() -> None:
    net = r"\[ h_t = \tanh(p_t), \quad p_t = A h_{t-1} + c, \quad J = \sum_{t=1}^T \ell(h_t). \]"
    costate = r"\[ \lambda_t = \left(\frac{\partial J}{\partial h_t}\right)^\top. \]"
    claim = rf"\[ \frac{{\partial J}}{{\partial c}} = \sum_{{t=1}}^{{T}} {SLOPES} \lambda_{{%s}} \]"
    assert _kinds(net + costate + claim % "t" + claim % "t-1") == [TRUE, FALSE]


def test_an_orthogonal_matrix_is_its_own_inverse_transposed() -> None:
    said = r"Let $W$ be orthogonal, $W^\top W = I$. Then "
    assert _kinds(f"{KNOWN}{said}{INVERSE}") == [TRUE, UNDER]


def test_what_a_letter_is_brought_in_with_is_said_of_all_its_text() -> None:
    loss = r"The loss is \[ L = \tfrac12 h_T^\top Q h_T \] with $Q = Q^\top$."
    claim = r"\[ \frac{\partial L}{\partial h_T} = h_T^\top Q \]"
    assert _kinds(f"{NET}{loss}\n\n\\section{{Next}} We have {claim}") == [TRUE]


def test_sentences_and_sections_of_markdown() -> None:
    text = "# A\n\nTake $W = I$. Then\n\n$$x.$$\n\nMore.\n\n## B\n\nOther.\n\n# C\n\nEnd.\n"
    scopes = Scopes(markdown("a.md", text))
    start, sure, perhaps = scopes.of(text.index("W ="), True, False)
    assert text[start:sure].strip().endswith("End.") is False
    assert (sure, perhaps) == (text.index("# C"), text.index("# C"))
