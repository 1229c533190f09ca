from __future__ import annotations

import pytest

from symrnn.typeset import engine
from symrnn.typeset.engine import TexError, compile_pdf


def article(body: str) -> str:
    return "\\documentclass{article}\\begin{document}" + body + "\\end{document}"


def test_without_an_engine_the_result_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = compile_pdf(article("x"), name="talk")
    assert result.pdf is None
    assert not result.clean
    assert "apt-get install" in result.advice
    assert "latexmk -pdf talk.tex" in result.advice


def test_references_settle(pdflatex: str) -> None:
    body = r"See \ref{a} on \pageref{a}. \section{A}\label{a}"
    result = compile_pdf(article(body), engine=pdflatex)
    assert result.clean
    assert result.pages == 1
    assert result.passes >= 2
    assert result.pdf is not None and result.pdf.startswith(b"%PDF")


def test_the_same_source_gives_the_same_pdf(pdflatex: str) -> None:
    first, second = (compile_pdf(article("x"), engine=pdflatex).pdf for _ in range(2))
    assert first == second


def test_faults_of_the_page_are_reported(pdflatex: str) -> None:
    body = r"\ref{nowhere} \noindent\hbox to 2\textwidth{x\hfil}"
    result = compile_pdf(article(body), engine=pdflatex)
    assert result.undefined == ("nowhere",)
    assert len(result.overfull) == 1
    assert [each.source for each in result.warnings] == ["LaTeX", "box", "LaTeX"]
    assert not result.clean


def test_an_error_names_the_line(pdflatex: str) -> None:
    with pytest.raises(TexError) as caught:
        compile_pdf(article("\n\nx \\nosuch"), engine=pdflatex)
    assert caught.value.detail["message"] == "Undefined control sequence."
    assert caught.value.detail["place"] == "lecture.tex:3"
    assert "\\nosuch" in str(caught.value.detail["source"])


def test_endless_source_is_stopped(pdflatex: str) -> None:
    with pytest.raises(TexError, match=r"did not finish within 0\.5 s"):
        compile_pdf(article(r"\def\x{\x}\x"), engine=pdflatex, time_limit=0.5)


def test_source_can_not_run_commands_or_write_elsewhere(pdflatex: str, tmp_path) -> None:
    target = tmp_path / "made"
    compile_pdf(article(rf"x\immediate\write18{{touch {target}}}"), engine=pdflatex)
    assert not target.exists()
    with pytest.raises(TexError):
        compile_pdf(article(rf"\newwrite\w\immediate\openout\w={target}.tex x"), engine=pdflatex)
    assert list(tmp_path.iterdir()) == []


def test_figures_are_found_where_the_source_expects_them(pdflatex: str) -> None:
    body = r"\input{parts/inner.tex}"
    assert compile_pdf(article(body), {"parts/inner.tex": b"inner"}, engine=pdflatex).clean


def test_advice_is_one_command() -> None:
    assert engine.ADVICE.count("apt-get") == 1


def test_a_failure_carries_source_and_log(pdflatex: str) -> None:
    wrong = r"\documentclass{article}\begin{document}\nosuch\end{document}"
    with pytest.raises(TexError, match="pdflatex stopped at an error") as caught:
        compile_pdf(wrong, engine=pdflatex, name="mine")
    assert (caught.value.name, caught.value.source) == ("mine", wrong)
    assert "Undefined control sequence" in caught.value.log
    assert caught.value.detail["message"] == "Undefined control sequence."
