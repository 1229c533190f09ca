"""What is held, what stands for any number, what holds in an example, what follows from others."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.meaning.rewrites import words_joined
from symrnn.audit.verdicts.verdict import (
    DISAGREES,
    FALSE,
    NOT_A_CLAIM,
    NOT_UNDERSTOOD,
    TRUE,
    UNDER,
)
from symrnn.reading.documents import latex_document
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.tree import Sym, walk

NET = r"\[ h_t = \tanh(a_t) \] \[ a_t = W h_{t-1} + U x_t + b \] "
SHOWN = r"\[ \frac{\partial a_t}{\partial h_{t-1}} = W \] "


def _judged(text: str) -> list[Finding]:
    return audit_texts([latex_document("a.tex", NET + SHOWN + text, {})])[3:]


def _kinds(text: str) -> list[str]:
    return [f.kind for f in _judged(text) if f.kind != NOT_A_CLAIM]


_HELD = r"\left.\frac{\partial h_t}{\partial b}\right|_{h_{%s}}"
_SUM = r"\sum_{k=%s}^{t} \frac{\partial h_t}{\partial h_k} \frac{\partial^+ h_k}{\partial b}"


@pytest.mark.parametrize(
    ("held", "first", "kind"),
    [("s", "s+1", TRUE), ("s", "s", FALSE), ("t-1", "t", TRUE), ("t-1", "t-1", FALSE)],
)
def test_a_state_that_is_held_cuts_what_goes_through_it(held: str, first: str, kind: str) -> None:
    assert _kinds(rf"\[ {_HELD % held} = {_SUM % first} \]") == [kind]


@pytest.mark.parametrize(("power", "kind"), [("", TRUE), ("^2", FALSE)])
def test_a_letter_named_in_a_remark_begins_no_relation(power: str, kind: str) -> None:
    remark = r"&&\quad \text{by the chain rule (}a_t\text{, }h_t\text{)}"
    first = r"\frac{\partial h_t}{\partial h_{t-1}} &= \frac{\partial h_t}{\partial a_t}"
    last = rf"&= \operatorname{{diag}}(1 - h_t^2) W{power}"
    chain = rf"{first} \frac{{\partial a_t}}{{\partial h_{{t-1}}}} {remark} \\ {last}"
    assert _kinds(rf"\begin{{align}} {chain} \end{{align}}") == [TRUE, kind]


_ONE, _TWO = (rf"\left.\frac{{\partial {of}}}\right|_{{h_{{t-3}}}}" for of in (
    "h_t}{\\partial h_{t-1}", "h_{t-1}}{\\partial h_{t-2}"))  # fmt: skip


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        (rf"{_ONE} \, {_TWO} + W - W", TRUE),
        (rf"{_ONE} \, ({_TWO} + W) - W", FALSE),  # as a bar that reaches too far would read it
        (rf"{_ONE} \left( {_TWO} \right. \left. + W - W \right)", TRUE),
        (rf"{_ONE} \left( {_TWO} \right. \left. + W \right)", FALSE),
    ],
)
def test_a_product_of_what_is_held_is_no_product_with_the_sum(right: str, kind: str) -> None:
    assert _kinds(rf"\[ \frac{{\partial h_t}}{{\partial h_{{t-2}}}} = {right} \]") == [kind]


def test_what_is_held_has_no_derivative_and_a_place_is_not_held() -> None:
    assert _kinds(rf"\[ {_HELD.replace('h_t', 'h_s') % 's'} = 0 \]") == [TRUE]
    (found,) = _judged(rf"\[ {_HELD % 't = 0'} = 1 \]")
    assert (found.kind, found.verdict.cause) == (NOT_UNDERSTOOD, "held quantities")


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\lVert -\eta \frac{\partial h_t}{\partial h_s} \rVert"
         r" = \eta \lVert \frac{\partial h_t}{\partial h_s} \rVert", UNDER),
        (r"(\eta^2)^{1/2} \frac{\partial h_t}{\partial h_s}"
         r" = \eta \frac{\partial h_t}{\partial h_s}", UNDER),
        (r"\eta \frac{\partial a_t}{\partial h_{t-1}} = \eta W", TRUE),
        (r"\eta \frac{\partial a_t}{\partial h_{t-1}} = W", NOT_UNDERSTOOD),
    ],
)  # fmt: skip
def test_a_step_size_stands_for_any_number(claim: str, kind: str) -> None:
    """What differs for one number that was chosen is not called false."""
    assert _kinds(rf"\[ {claim} \]") == [kind]


def test_what_the_text_says_of_a_number_need_not_be_supposed() -> None:
    claim = r"\[ \lVert \eta \frac{\partial h_t}{\partial h_s} \rVert = \eta"
    claim += r" \lVert \frac{\partial h_t}{\partial h_s} \rVert \]"
    assert _kinds(claim) == [UNDER]
    for said in (r"\eta \ge 0", r"0 < \eta", r"\eta \ge \frac{1}{2} \qquad \eta \ge 0.1"):
        assert _kinds(rf"Let ${said}$. {claim}") == [TRUE]
    for said in (r"\eta \ne 0", r"\eta \ll 1", r"\eta \to 0", r"\eta \approx 1", r"\eta \ge -1"):
        assert _kinds(rf"Let ${said}$. {claim}") == [UNDER]


_STEP = r"\lVert \frac{\partial h_t}{\partial h_{t-1}} \rVert"


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\lVert \frac{\partial h_s}{\partial h_{s-1}} U \rVert \le M \lVert U \rVert", TRUE),
        (r"\lVert \frac{\partial h_s}{\partial h_{s-1}} U \rVert \le \lVert U \rVert", DISAGREES),
    ],
)
def test_a_letter_that_only_bounds_is_such_a_bound_at_all_times(claim: str, kind: str) -> None:
    assert _kinds(rf"Assume ${_STEP} \le M$. \[ {claim} \]") == [kind]


def test_what_follows_from_other_relations_is_true() -> None:
    kinds = _kinds(
        r"\[ \sum_{k=s}^{t} \lVert \frac{\partial h_t}{\partial h_k} \rVert"
        r" \le \sum_{k=s}^{t} \lVert W \rVert^{t-k} = \sum_{i=0}^{t-s} \lVert W \rVert^{i} \]"
        r" \[ \sum_{k=s}^{t} \lVert \frac{\partial h_t}{\partial h_k} \rVert"
        r" \le \sum_{i=0}^{t-s} \lVert W \rVert^{i} \]"
    )
    assert kinds == [TRUE, TRUE, TRUE]


@pytest.mark.parametrize(
    ("claim", "under"),
    [
        (r"\frac{\partial a_t}{\partial h_{t-1}} = w I", ("where W = w I",)),
        (r"\frac{\partial a_t}{\partial h_{t-1}} = w^2 I", ()),
    ],
)
def test_what_holds_in_the_example_of_the_text_says_so(claim: str, under: tuple[str, ...]) -> None:
    powers = r"Then $w w^{t-1}$ is its power. "
    (found,) = (f for f in _judged(rf"Let $W = w I$. {powers}\[ {claim} \]") if f.display)
    assert found.verdict.under == under
    assert found.kind == (UNDER if under else NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\frac{d}{dz} \tanh(z) = 1 - \tanh^2(z)", TRUE),
        (r"\frac{d}{dz} \tanh(z) \le 1", TRUE),
        (r"\frac{d}{dz} \frac{1}{1 + e^{-z}} \le \frac{1}{4}", TRUE),
        (r"\frac{d}{dz} \tanh(z) \le \frac{1}{2}", FALSE),
    ],
)
def test_functions_of_one_number_are_differentiated(claim: str, kind: str) -> None:
    assert _kinds(rf"\[ {claim} \]") == [kind]


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\frac{\partial^+ a_t}{\partial \operatorname{vec}(W)} = h_{t-1}^\top \otimes I", TRUE),
        (r"\frac{\partial a_t}{\partial h_{t-1}} (h_{t-1}^\top \otimes I)"
         r" = h_{t-1}^\top \otimes W", TRUE),
        (r"\operatorname{vec}^{-1}_{d \times d}\left("
         r"\operatorname{vec}\left(\frac{\partial a_t}{\partial h_{t-1}}\right)\right) = W", TRUE),
        (r"\operatorname{vec}^{-1}_{d \times d}\left("
         r"\operatorname{vec}\left(\frac{\partial a_t}{\partial h_{t-1}}\right)\right) = 2 W",
         FALSE),
    ],
)  # fmt: skip
def test_kronecker_products_take_the_size_of_what_they_stand_beside(claim: str, kind: str) -> None:
    assert _kinds(rf"\[ {claim} \]") == [kind]


_J = r"\frac{\partial h_t}{\partial h_{t-1}}"


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        (r"\frac{\partial^+ h_t}{\partial \operatorname{vec}(W)}"
         r" = \operatorname{diag}(1 - h_t^2) \frac{2 (h_{t-1}^\top \otimes I)}{2}", TRUE),
        (r"\frac{\partial^+ h_t}{\partial \operatorname{vec}(W)}"
         r" = \operatorname{diag}(1 - h_t^2) (2 \odot (h_{t-1}^\top \otimes I))", FALSE),
        *[(rf"{of % one} {_J} = {of % other} {_J}", NOT_UNDERSTOOD) for one, other, of in (
            (r"h_{t-1}^\top \otimes I", "h_{t-1}", r"\lVert %s \rVert_F"),
            (r"W \otimes I", "W", r"\operatorname{tr}(%s)"),
            (r"W \otimes I", "W", r"[%s]_{1,1}"),
            ("I", "1", r"\operatorname{tr}(%s)"), ("I", "1", r"\lVert %s \rVert_F"),
        )],
        *[(rf"{one}^{{{power}}} {_J} = {one} {_J}", NOT_UNDERSTOOD)
          for one, power in (("e", "W"), ("e", "2 I"), (r"\pi", "A"), ("2", "I"))],
        (rf"\pi^2 {_J} = \pi \pi {_J}", TRUE),
        (rf"\pi^2 {_J} = \pi {_J}", NOT_UNDERSTOOD),
        (rf"\lVert 2 I \rVert {_J} = 2 {_J}", TRUE),
        (rf"\lVert 2 I \rVert {_J} = {_J}", FALSE),
    ],
)  # fmt: skip
def test_an_identity_is_lost_nowhere(claim: str, kind: str) -> None:
    assert _kinds(rf"\[ {claim} \]") == [kind]


def test_a_letter_for_a_product_with_an_identity_is_not_called_wrong() -> None:
    claim = r"\frac{\partial^+ a_t}{\partial \operatorname{vec}(W)} = K_t"
    kinds = _kinds(rf"\[ K_t = h_{{t-1}}^\top \otimes I \] \[ {claim} \]")
    assert not {FALSE, DISAGREES} & set(kinds)


@pytest.mark.parametrize(
    ("sizes", "kind"),
    [(r"d \times m", TRUE), (r"m \times d", DISAGREES), (r"d \times d", NOT_UNDERSTOOD)],
)
def test_the_sizes_that_a_column_is_unstacked_to_are_those_written(sizes: str, kind: str) -> None:
    column = r"\operatorname{vec}(\frac{\partial a_t}{\partial x_t})"
    assert _kinds(rf"\[ \operatorname{{vec}}^{{-1}}_{{{sizes}}}({column}) = U \]") == [kind]


@pytest.mark.parametrize(
    ("claim", "kind", "under"),
    [
        (rf"\max(\eta, 0) {_J} = \eta {_J}", UNDER, ("where η ≥ 0",)),
        (rf"\max(\lambda, -1) {_J} = \lambda {_J}", UNDER, ("where λ ≥ 0",)),
        (rf"\min(\alpha, 1) {_J} = \alpha {_J}", NOT_UNDERSTOOD, ()),
        (rf"\max(\alpha, \epsilon) {_J} = \alpha {_J}", NOT_UNDERSTOOD, ()),
        (rf"\min(\lVert W \rVert, 3) {_J} = \lVert W \rVert {_J}", NOT_UNDERSTOOD, ()),
        (rf"\lVert \min(\alpha, 1) {_J} \rVert \ge \alpha \lVert {_J} \rVert",
         NOT_UNDERSTOOD, ()),
        (rf"\max(\eta, \alpha) {_J} = \max(\alpha, \eta) {_J}", TRUE, ()),
    ],
)  # fmt: skip
def test_the_larger_of_numbers_is_tried_both_ways(
    claim: str, kind: str, under: tuple[str, ...]
) -> None:
    (found,) = _judged(rf"\[ {claim} \]")
    assert (found.kind, found.verdict.under) == (kind, under)


@pytest.mark.parametrize("said", ["", "The initial state is $h_0 = 0$."])
@pytest.mark.parametrize("bias", ["", " + b"])
def test_a_first_state_that_is_given_leaves_a_slip_false(bias: str, said: str) -> None:
    net = rf"\[ h_t = \tanh(W h_{{t-1}} + U x_t{bias}). \] {said} "
    right = rf"\[ {_J} = \operatorname{{diag}}(1 - h_t^2) W \]"
    slip = rf"\[ {_J} = \operatorname{{diag}}(1 - h_t) W \]"
    found = audit_texts([latex_document("a.tex", net + right + slip, {})])
    assert [f.kind for f in found if f.kind != NOT_A_CLAIM] == [TRUE, FALSE]


def test_what_is_named_and_held_is_not_what_is_named() -> None:
    name = r"\[ G_t = \frac{\partial h_t}{\partial b} \]"
    held = r"\left. G_t \right|_{h_{t-1}}"
    assert _kinds(rf"{name} \[ G_t - {held} = 0 \]") != [TRUE]
    assert _kinds(rf"{name} \[ G_t = {held} + {_J} G_{{t-1}} \]") == [TRUE]


@pytest.mark.parametrize(
    "said", [r"\gamma \lambda < 0.001", r"\alpha \beta < 1", r"\gamma \lambda < 1"]
)
def test_a_condition_that_no_sample_has_excuses_nothing(said: str) -> None:
    bounds = r"Let $\lVert W \rVert \le \lambda$, $\lvert \tanh'(x) \rvert \le \gamma$"
    bounds += r", $\lVert U \rVert \le \alpha$ and $\lVert b \rVert \le \beta$"
    claim = rf"\[ \lVert {_J} \rVert \ge \gamma \lambda + 1 \]"
    (found,) = (f for f in _judged(rf"{bounds}, where ${said}$. {claim}") if f.display)
    assert found.kind == DISAGREES


@pytest.mark.parametrize(
    "written",
    [r"\pdv{a_t}{h_{t-1}} = \qty(W)", r"{\partial a_t \over \partial h_{t-1}} = W",
     r"\pdv*{\vb*{a}_t}{\vb*{h}_{t-1}} = W", r"\norm{\pdv{a_t}{h_{t-1}}} = \norm{W}"],
)  # fmt: skip
def test_commands_of_packages_are_read(written: str) -> None:
    assert _kinds(rf"\[ {written} \]") == [TRUE]


def test_a_line_behind_one_that_nothing_explains_is_not_called_false() -> None:
    """Both are of another model, as words may say."""
    chain = r"\[ \frac{\partial h_t}{\partial h_{t-1}} = \frac{\partial \sinh(x_t)}{\partial x_t}"
    chain += r" U U^\top U = \frac{\partial \sinh(x_t)}{\partial x_t} \]"
    assert FALSE not in _kinds(chain)


def test_letters_that_belong_together_are_one_name() -> None:
    tree = parse_expression(r"\frac{hs_t^2}{2} + W xs_t^\top + a b")
    joined = words_joined(tree, {("h", "s"), ("x", "s")})
    names = [node.name for node in walk(joined) if isinstance(node, Sym)]
    assert names == ["hs", "t", "W", "xs", "t", "a", "b"]
    assert [node.name for node in walk(words_joined(tree, set())) if isinstance(node, Sym)] == [
        "h", "s", "t", "W", "x", "s", "t", "a", "b",
    ]  # fmt: skip
