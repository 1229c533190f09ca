from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from symrnn.typeset import engine
from symrnn.typeset.engine import TexError, compile_pdf

Fake = Callable[..., str]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Makes a program that passes for an engine, and a temporary folder that must end up empty."""

    def make(script: str, name: str = "pdflatex") -> str:
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(script, encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    return make


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


BROKEN = [
    ("#!/bin/sh\necho boom; exit 1", "stopped at an error", "message", "boom", False),
    ("#!/bin/sh\necho boom >&2; exit 2", "stopped at an error", "message", "boom", False),
    ("#!/bin/sh\nexit 1", "stopped at an error", "message", "unknown: it said nothing", False),
    (
        "#!/bin/sh\nprintf '\\377\\000\\nlast words\\n\\377\\n'; exit 1",
        "stopped at an error",
        "message",
        "last words",
        False,
    ),
    ("#!/bin/sh\nkill -9 $$", "was ended by SIGKILL", "it said last", "", True),
    ("#!/bin/sh\nexit 0", "ended well, but wrote no PDF", "engine", None, True),
    ("#!/bin/sh\necho no > lecture.pdf", "ended well, but wrote no PDF", "engine", None, True),
    ("garbage", "can not be run", "reason", "Exec format error", True),
    ("#!/no/such/interpreter\n", "can not be run", "reason", "No such file or directory", True),
]


@pytest.mark.parametrize(("script", "why", "key", "value", "hopeless"), BROKEN)
def test_an_engine_that_fails_is_told(
    fake: Fake, script: str, why: str, key: str, value: str | None, hopeless: bool
) -> None:
    program = fake(script)
    with pytest.raises(TexError, match=f"pdflatex {why}") as caught:
        compile_pdf(article("x"), engine=program)
    assert caught.value.detail[key] == (program if value is None else value)
    assert (caught.value.name, caught.value.hopeless) == ("lecture", hopeless)
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


@pytest.mark.parametrize(
    ("script", "limits", "why"),
    [
        ("sleep 1000", {"time_limit": 0.5}, r"did not finish within 0\.5 s"),
        ("sleep 1000", {"quiet_limit": 0.5}, r"hangs: it said nothing for 0\.5 s"),
        # What it leaves running would hold a pipe open for ever.
        ("sleep 1000 & sleep 1000", {"time_limit": 0.5}, r"did not finish"),
        ("trap '' TERM INT HUP; sleep 1000", {"time_limit": 0.5}, r"did not finish"),
        (
            "while true; do echo x; sleep 0.1; done",
            {"quiet_limit": 2, "time_limit": 4},
            "not finish",
        ),
    ],
)
def test_an_engine_that_hangs_is_ended_with_all_it_started(
    fake: Fake, script: str, limits: dict[str, float], why: str
) -> None:
    with pytest.raises(TexError, match=why) as caught:
        compile_pdf(article("x"), engine=fake(f"#!/bin/sh\n{script}"), **limits)
    assert caught.value.hopeless
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_output_without_end_is_stopped(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LARGEST", 1 << 20)
    with pytest.raises(TexError, match="ended by the limit of 1 MB for a file"):
        compile_pdf(article("x"), engine=fake("#!/bin/sh\nexec yes"))


def test_a_package_that_is_missing_is_named(
    pdflatex: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An input path on which there is nothing but what LaTeX itself brings.
    class_file = Path(
        subprocess.run(
            ["kpsewhich", "article.cls"], capture_output=True, check=True, text=True
        ).stdout.strip()
    )
    monkeypatch.setenv("TEXINPUTS", f"{class_file.parent}:.")
    source = "\\documentclass{article}\\usepackage{algpseudocode}\\begin{document}x\\end{document}"
    with pytest.raises(TexError, match="stopped at an error") as caught:
        compile_pdf(source, engine=pdflatex)
    assert caught.value.detail["message"] == "LaTeX Error: File `algpseudocode.sty' not found."
    assert str(caught.value.detail["Debian"]).endswith(" texlive-science")
    assert caught.value.detail["TeX Live"] == "tlmgr install algorithmicx"
    assert not caught.value.hopeless


def test_bibtex_that_is_missing_is_named_with_source_and_log(
    pdflatex: str, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake(f'#!/bin/sh\nexec {pdflatex} "$@"')
    monkeypatch.setenv("PATH", str(Path(program).parent))
    with pytest.raises(TexError, match="bibtex is not installed") as caught:
        compile_pdf(article("x"), engine=program, bibliography="@book{a}")
    assert caught.value.detail["Debian"] == (
        "apt-get install --no-install-recommends texlive-binaries"
    )
    assert caught.value.source == article("x") and "This is pdfTeX" in caught.value.log


def test_a_temporary_folder_that_is_gone_costs_the_pdf(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = fake("#!/bin/sh\nexit 0")
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    with pytest.raises(TexError, match="in the temporary folder") as caught:
        compile_pdf(article("x"), engine=program)
    assert caught.value.detail["folder"] == "/no/such/folder"
    assert caught.value.hopeless


def test_what_a_killed_run_left_is_removed_by_a_later_one(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = tmp_path / "left"
    left.mkdir()
    program = fake("#!/bin/sh\nexit 1")
    monkeypatch.setattr(tempfile, "tempdir", str(left))
    old, young, other = (left / name for name in ("symrnn-tex-a", "symrnn-tex-b", "mine"))
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "lecture.log").touch()
    for folder in (old, other):
        os.utime(folder, (0, 0))
    with pytest.raises(TexError):
        compile_pdf(article("x"), engine=program)
    assert sorted(path.name for path in left.iterdir()) == ["mine", "symrnn-tex-b"]
