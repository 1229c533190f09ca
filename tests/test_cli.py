"""The command line: output, exit codes, refusals."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from symrnn import cli
from symrnn.cli import exits
from symrnn.cli import lecture as lecture_command
from symrnn.typeset.engine import compile_pdf

Result = tuple[int, str, str]


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> Result:
    monkeypatch.setattr(sys, "argv", ["symrnn", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    out, err = capsys.readouterr()
    return (code if isinstance(code, int) else 0), out, err


DERIVED = [
    (
        ["ds[t]/ds[k]"],
        "∂s_t/∂s_k = ∏_{j=k + 1}^{t} (diag(σ′(a_j)) W)\n(numerator layout, for 0 ≤ k ≤ t)\n",
    ),
    (
        ["ds[t]/ds[k]", "--layout", "denominator"],
        "[∂s_t/∂s_k]_den = ∏→_{j=k + 1}^{t} (Wᵀ diag(σ′(a_j)))\n"
        "(denominator layout, for 0 ≤ k ≤ t)\n",
    ),
    (
        ["da[j]/ds[j-1]", "--activation", "tanh"],
        "∂a_j/∂s_{j - 1} = W\n(numerator layout, for 1 ≤ j)\n",
    ),
    (
        ["ds[j]/ds[j-1]", "--activation", "x**3/3", "--format", "latex"],
        "% ds[j]/ds[j-1], numerator layout, for 1 <= j; needs \\usepackage{amsmath}\n\\[\n"
        r"  \frac{\partial s_{j}}{\partial s_{j - 1}} = ",
    ),
    (
        ["dL/dW", "--format", "latex", "--standalone", "--copyable"],
        "% dL/dW, numerator layout, for 1 <= t\n\\documentclass[border=4pt]{standalone}\n"
        "\\usepackage{amsmath}\n\\providecommand{\\rnnL}{L}\n",
    ),
    (
        ["ds[t]/ds[k]", "--notation", "pascanu"],
        "∂s_t/∂s_k = ∏_{j=k + 1}^{t} (W diag(σ′(s_{j - 1})))\n(numerator layout, for 0 ≤ k ≤ t)\n",
    ),
    (
        ["ds[j]/ds[j-1]", "--notation", "pascanu", "--format", "latex"],
        "% ds[j]/ds[j-1], numerator layout, for 1 <= j; needs \\usepackage{amsmath}\n\\[\n"
        r"  \frac{\partial x_{j}}{\partial x_{j - 1}} = W \, ",
    ),
    (
        ["da[j]/ds[j-1]", "--notation", "d2l"],
        "[∂a_j/∂s_{j - 1}]_den = Wᵀ\n(denominator layout, for 1 ≤ j)\n",
    ),
    (
        ["dL/dW", "--activation", "tanh", "--format", "numpy"],
        "# ∂L_t/∂W, numerator layout, for 1 ≤ t\ndef ",
    ),
]


@pytest.mark.parametrize(("arguments", "start"), DERIVED, ids=[" ".join(c[0]) for c in DERIVED])
def test_derive(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    start: str,
) -> None:
    code, out, err = run(capsys, monkeypatch, "derive", *arguments)
    assert (code, err) == (0, "")
    assert out.startswith(start)


WIDE = [
    ["dL/dW"],
    ["dL/dW", "--activation", "tanh"],
    ["dL/dW", "--activation", "gelu"],
    ["dL/dW", "--activation", "selu", "--notation", "pascanu"],
    ["dL/dW", "--activation", "x/(1+exp(-x))", "--notation", "d2l"],
    ["da[t]/dW"],
    ["da[t]/dW", "--activation", "gelu_tanh"],
    ["da[t]/dW", "--activation", "selu", "--notation", "pascanu"],
    ["da[t]/dW", "--notation", "d2l"],
    ["da[t]/dU", "--notation", "goodfellow"],
    ["da[t]/ds[k]", "--activation", "gelu_tanh", "--notation", "pascanu"],
    ["ds[t]/dW", "--activation", "logistic"],
    ["ds[t]/ds[k]", "--activation", "selu"],
    ["dL/db", "--activation", "gelu", "--copyable"],
]


def test_what_derive_prints_fits_the_lines_of_an_article(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tex_engine: Callable[[str], str],
) -> None:
    printed = []
    for arguments in WIDE:
        code, out, _ = run(capsys, monkeypatch, "derive", *arguments, "--format", "latex")
        assert code == 0
        printed.append(out)
    text = "\n".join(
        [
            r"\documentclass{article}\usepackage{amsmath}\begin{document}",
            *printed,
            r"\end{document}",
        ]
    )
    assert compile_pdf(text, engine=tex_engine("pdflatex")).warnings == ()
    # One line on paper, however long its source is.
    assert "aligned" not in printed[0] and max(map(len, printed[0].splitlines())) <= 96
    below = r"\sigma'\left(v\right) &= "
    assert below in printed[2] and "tanh" not in printed[1].partition(below)[0]


def test_certify(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run(capsys, monkeypatch, "certify", "--activation", "x/(1+exp(-x))")
    assert (code, err) == (0, "")
    assert "γ      1.0998393201288669" in out and "certified" in out
    code, out, _ = run(capsys, monkeypatch, "certify", "--activation", "x**2", "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "unbounded")
    code, out, _ = run(capsys, monkeypatch, "certify", "--activation", "log(x)")
    assert code == exits.FAILED
    assert "undecided" in out and "not a real number" in out


def test_certify_a_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("certify", "--cell", "h = tanh(W h') + relu(U x)")
    code, out, err = run(capsys, monkeypatch, *given)
    assert (code, err) == (0, "")
    relu, tanh = out.split("\n\n")
    assert relu.startswith("relu\n") and tanh.startswith("tanh\n") and "kinks" in relu
    code, out, _ = run(capsys, monkeypatch, *given, "--json")
    found = json.loads(out)["activations"]
    assert code == 0 and [each["verdict"] for each in found.values()] == ["bounded"] * 2


# Which of two times comes first, symbols may leave open: an answer, and what it takes.
TIMED = [
    ("ds[2]/ds[t]", "(numerator layout, for 0 ≤ t ≤ 2)\n"),
    ("ds[k]/ds[t]", "(numerator layout, for 0 ≤ t ≤ k)\n"),
    ("da[t]/ds[k]", "(numerator layout, for 0 ≤ k ≤ t - 1)\n"),
    ("ds[4]/ds[1]", "(numerator layout)\n"),
    ("ds[2]/ds[5]", "∂s_2/∂s_5 = 0\n(numerator layout)\n"),
    ("ds[t]/ds[t+1]", "∂s_t/∂s_{t + 1} = 0\n(numerator layout, for 0 ≤ t)\n"),
    ("ds[0]/dW", "∂s_0/∂vec(W) = 0\n(numerator layout)\n"),
]


@pytest.mark.parametrize(("asked", "end"), TIMED, ids=[asked for asked, _ in TIMED])
def test_derive_says_which_times_its_answer_is_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, asked: str, end: str
) -> None:
    code, out, _ = run(capsys, monkeypatch, "derive", asked)
    assert code == 0
    assert out.endswith(end)


REFUSED = [
    (["derive", "da[0]/ds[0]"], "a_0 is before the first step", "from 1 on"),
    (["derive", "ds[0-3]/ds[0]"], "s_-3 is before the first step", "from 0 on"),
    (["derive", "dL[0]/dW"], "L_0 is before the first step", "from 1 on"),
    (["derive", "ds[t]/ds[0-1]"], "s_-1 is before the first step", "from 0 on"),
    (["derive", "ds[t]/ds"], "needs a time", "^"),
    (["derive", "dL/dW", "--activation", "__import__('os')"], "refused, column", "^"),
    (["derive", "dL/dW", "--activation", "x +"], "refused, column", "^"),
    (["derive", "dL/dW", "--activation", "y"], "refused, column", "^"),
    (["derive", "dL/dW", "--standalone"], "--standalone is about LaTeX", "--format latex"),
    (["derive", "dL/dW", "--width", "8cm"], "--width is about LaTeX", "--format latex"),
    (["derive", "dL/dW", "--format", "latex", "--width", "wide"], "this is no width", "8cm"),
    (["derive", "dL/dW", "--format", "numpy", "--copyable"], "--copyable", "--format numpy"),
    (["certify", "--activation", "x x"], "refused, column 3", "^"),
    (["certify"], "certify is about an activation", "--activation or --cell"),
    (["certify", "--cell", "gru", "--activation", "tanh"], "certify is about", "both"),
    (["certify", "--cell", "h = W h'"], "no slopes to enclose", "none"),
    (["certify", "--cell", "h = W h"], "no state", "^"),
    (["lecture", "--cell", "h = tanh(W h'' + b)"], "two steps back", "enlarge the state"),
    (["lecture", "--cell", "grru"], "there is no cell", "did you mean gru"),
    (["check", "--activation", "nothing"], "refused, column", "^"),
    (["check", "--activation", "x/(1+exp(-x)"], "refused, column", "^"),
    (["check", "no/such/folder"], "no such proof file", "no/such/folder"),
    (["lecture", "--data", "no.csv"], "no.csv", ""),
    (["lecture", "--column", "a"], "--column", "--data"),
    (["derive", "dL/dW", "--notation", "bishop"], "no such notation", "pascanu"),
    (["lecture", "--notation", "bishop"], "no such notation", "goodfellow"),
    (["lecture", "--notes"], "--notes is about slides", "--format slides"),
    (["lecture", "--format", "html,docx"], "no such format", "'docx'"),
]


@pytest.mark.parametrize(
    ("arguments", "words", "detail"), REFUSED, ids=[" ".join(c[0]) for c in REFUSED]
)
def test_bad_input_is_refused_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
    detail: str,
) -> None:
    code, out, err = run(capsys, monkeypatch, *arguments)
    assert code == exits.ILL_FORMED
    assert out == ""
    assert words in err and detail in err
    assert "Traceback" not in err


PROOF = '''
from symrnn import derivation, statement
from symrnn import rules as by


@statement()
def {name}(rnn):
    """A transpose turns a product round"""
    return derivation((rnn.W * rnn.b).T).equals({after}, by.transpose_of_product)
'''


def test_check_a_file_of_the_users(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proof = tmp_path / "mine.py"
    proof.write_text(PROOF.format(name="mine", after="rnn.b.T * rnn.W.T"), encoding="utf-8")
    code, out, err = run(capsys, monkeypatch, "check", str(proof))
    assert (code, err) == (0, "")
    assert out.startswith("✓ mine  sampled explicit derived")
    formula = ["--activation", "x/(1+exp(-x))"]
    code, out, err = run(capsys, monkeypatch, "check", str(proof), *formula)
    assert (code, err) == (0, "")
    assert out.startswith("✓ mine  sampled explicit derived")
    code, out, err = run(capsys, monkeypatch, "check", str(proof), "--json")
    (record,) = json.loads(out)["statements"]
    assert code == 0
    assert record["name"] == "mine"
    assert record["grades"] == ["sampled", "explicit", "derived"]
    assert record["faults"]["planted"] == record["faults"]["caught"] > 0
    assert set(record) == {
        *("name", "title", "grades", "uses", "residual", "points"),
        *("faults", "counterexamples", "seconds"),
    }


def test_a_failing_statement_is_reported_with_its_cause(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(PROOF.format(name="wrong", after="rnn.b.T * rnn.W"), encoding="utf-8")
    code, out, err = run(capsys, monkeypatch, "check", str(wrong))
    assert code == exits.FAILED
    assert out.startswith("✗ wrong  (no grade)")
    assert "Step 1 of `wrong` is not justified by `transpose_of_product`" in err
    assert "expected        bᵀ Wᵀ" in err
    assert "counterexample" in err and "differs by" in err
    code, out, _ = run(capsys, monkeypatch, "check", str(wrong), "--json")
    (record,) = json.loads(out)["statements"]
    assert (code, record["grades"]) == (exits.FAILED, [])
    assert record["failure"]["kind"] == "UnjustifiedStepError"
    assert "is not justified by" in record["failure"]["message"]
    assert record["failure"]["detail"]["expected"] == "bᵀ Wᵀ"


def test_what_is_broken_takes_nothing_with_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = PROOF.format(name="mine", after="rnn.b.T * rnn.W.T")
    files = {
        "right.py": right,
        "no_python.py": "def (",
        "not_built.py": right.replace("mine", "not_built").replace("rnn.W * rnn.b", "1 / 0"),
        "needs.py": right.replace("mine", "needs").replace("ment()", "ment(uses=['not_built'])"),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    code, out, err = run(capsys, monkeypatch, "check", str(tmp_path), "--json")
    found = json.loads(out)
    assert code == exits.FAILED
    assert [each["name"] for each in found["statements"] if each["grades"]] == ["mine"]
    assert {each["name"] for each in found["broken"]} == {"no_python.py", "not_built", "needs"}
    assert "SyntaxError" in err and "uses `not_built`" in err
    code, out, err = run(capsys, monkeypatch, "check", str(tmp_path / "no_python.py"), "--json")
    (lost,) = json.loads(out)["broken"]
    assert (code, lost["name"]) == (exits.ILL_FORMED, "no_python.py")
    assert "SyntaxError" in lost["failure"]["message"] and "SyntaxError" in err


def test_ctrl_c_has_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(*arguments: object, **rest: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lecture_command, "make", stop)
    code, _, _ = run(capsys, monkeypatch, "lecture", "-o", str(tmp_path / "out"))
    assert code == exits.INTERRUPTED
    assert not (tmp_path / "out").exists()


OF_CELLS = [
    (["dh[t]/dalpha", "--cell", "leaky"], "∂h_t/∂alpha = ∑_{k=1}^{t} ", "for 0 ≤ t)"),
    (["dh[t]/dx[k]", "--cell", "h = tanh(W h' + U x)"], "∂h_t/∂x_k = (∏_{", "for 1 ≤ k ≤ t)"),
    (["dL[1..T]/dW_f", "--cell", "lstm"], "∂(∑_{t=1}^{T} L_t)/∂W_f = ", "for 1 ≤ T)"),
    (["dh[k]/dh[k+1]", "--cell", "gru"], "∂h_k/∂h_{k + 1} = 0\n", "for 0 ≤ k)"),
    (["dr[t]/dz[k]", "--cell", "gru"], "∂r_t/∂z_k = ", "for 1 ≤ k ≤ t - 1)"),
    (["ds[t]/ds[k]", "--cell", "s = relu(W s')"], "∂s_t/∂s_k", "σ′ is taken to be 0 at the kink"),
    (["ds[t]/db", "--activation", "sign(x)"], "∂s_t/∂b", "σ′ is taken to be 0 at the jump x = 0"),
]


@pytest.mark.parametrize(("arguments", "start", "end"), OF_CELLS)
def test_derive_of_a_cell(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    start: str,
    end: str,
) -> None:
    code, out, err = run(capsys, monkeypatch, "derive", *arguments)
    assert (code, err) == (0, "")
    assert out.startswith(start) and end in out


def test_derive_of_a_cell_from_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('text = "h = phi(W h\' + b)"\n[activations]\nphi = "tanh"\n', encoding="utf-8")
    code, out, _ = run(capsys, monkeypatch, "derive", "dh[t]/dh[k]", "--cell", str(file))
    assert code == 0 and "diag(1 - h_j**2)" in out
    for shape in ("latex", "numpy"):
        asked = ["derive", "dL[1..T]/db", "--cell", str(file), "--format", shape]
        code, out, _ = run(capsys, monkeypatch, *asked)
        assert code == 0 and out


REFUSED_CELLS = [
    (["dh[t]/dh[k]", "--cell", "h = tanh(W h' + * U x)"], "line 1, column 17", "^"),
    (["dh[t]/dh[k]", "--cell", "grru"], "there is no cell", "did you mean gru"),
    (["dh[t]/dh[k]", "--cell", "no/such.toml"], "no/such.toml", "TOML"),
    (["dh[t]/dh[k]", "--cell", "h; h"], "cell", ""),
    (["dh[t]/dq", "--cell", "gru"], "`q` is none of", "^"),
    (["dh[t]/dh[k]", "--cell", "lstm", "--activation", "relu"], "one activation", "tanh"),
    (["dh[t]/dh[k]", "--cell", "gru", "--notation", "bishop"], "no such notation", "d2l"),
]


@pytest.mark.parametrize(("arguments", "words", "detail"), REFUSED_CELLS)
def test_cells_that_are_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
    detail: str,
) -> None:
    code, out, err = run(capsys, monkeypatch, "derive", *arguments)
    assert (code, out) == (exits.ILL_FORMED, "")
    assert words in err and detail in err and "Traceback" not in err
