"""TeX's log: the first error, every warning, boxes that are too large."""

from __future__ import annotations

from typing import Any

import pytest

from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.tex_log import (
    Overfull,
    Warned,
    bibtex_warnings,
    first_error,
    overfull_boxes,
    undefined_references,
    warnings,
)

LOG = r"""
Overfull \hbox (12.5pt too wide) in paragraph at lines 7--8
Overfull \hbox (0.05pt too wide) in paragraph at lines 9--9
Overfull \vbox (20.0pt too high) has occurred while \output is active []
LaTeX Warning: Reference `no' on page 1 undefined on input line 3.
LaTeX Warning: Reference `no' on page 2 undefined on input line 5.
Package hyperref Warning: Hyper reference `nor' on page 1 undefined on input line 3.
"""


def test_the_log_is_read() -> None:
    assert overfull_boxes(LOG) == (
        Overfull(12.5, "in paragraph at lines 7--8"),
        Overfull(20.0, r"has occurred while \output is active []", high=True),
    )
    assert overfull_boxes(LOG)[0].line == 7
    assert undefined_references(LOG) == ("no", "nor")
    assert [(each.source, each.line) for each in warnings(LOG)] == [
        ("box", 7),
        ("box", 0),
        ("LaTeX", 3),
        ("LaTeX", 5),
        ("hyperref", 3),
    ]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            "./a.tex:3: Undefined control sequence.\nl.3 x\\nosuch\n",
            {
                "message": "Undefined control sequence.",
                "place": "a.tex:3",
                "source": "x\\nosuch",
            },
        ),
        ("! Emergency stop.\n", {"message": "Emergency stop."}),
        ("", {"message": "unknown: it said nothing"}),
        (
            "! LaTeX Error: File `a.sty' not found.\n./a.tex:3: Emergency stop.\n",
            {"message": "LaTeX Error: File `a.sty' not found."},
        ),
        (
            "I can't find the format file `x.fmt'!\n",
            {"message": "I can't find the format file `x.fmt'!"},
        ),
        ("!pdfTeX error: font\n", {"message": "pdfTeX error: font"}),
        ("./x.sty:7: Bad.\n", {"message": "Bad.", "place": "x.sty:7"}),
        ("boom\nbang \x00\x07\ufffd\n\n \x1b\n", {"message": "bang"}),
    ],
)
def test_the_first_error_is_found(log: str, expected: dict[str, str]) -> None:
    assert first_error(log) == expected


LINES = [
    (
        "Package hyperref Warning: Token not allowed in a PDF string (Unicode):\n"
        "(hyperref)                removing `\\gamma' on input line 9.\n\n[2] (./a.aux)\n",
        Warned(
            "hyperref", r"Token not allowed in a PDF string (Unicode): removing `\gamma' on input "
            "line 9.", 9,
        ),
    ),
    (
        "LaTeX Font Warning: Font shape `TU/lmr/b/it' in size <12> not available\n"
        "(Font)              Font shape `TU/lmr/b/sl' tried instead on input line 2.\n",
        Warned(
            "font", "Font shape `TU/lmr/b/it' in size <12> not available Font shape `TU/lmr/b/sl' "
            "tried instead on input line 2.", 2,
        ),
    ),
    ("Class beamer Warning: Old.\n", Warned("beamer", "Old.")),
    (
        "[11 <a.pdf>pdfTeX warning (ext4): destination with the same identifier (name{x}) \n",
        Warned("pdf", "destination with the same identifier (name{x})"),
    ),
    (
        "warning  (pdf backend): ignoring duplicate destination with the name 'x'\n",
        Warned("pdf", "ignoring duplicate destination with the name 'x'"),
    ),
    (
        "Missing character: There is no \u4e2d in font lmr10!\n",
        Warned("font", "Missing character: There is no \u4e2d in font lmr10!"),
    ),
    (
        "Underfull \\vbox (badness 10000) detected at line 4\n",
        Warned("box", r"Underfull \vbox (badness 10000) detected at line 4", 4),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("log", "expected"), LINES, ids=[each.message for _, each in LINES])
def test_a_warning_is_read_whole_and_once(log: str, expected: Warned) -> None:
    assert warnings(log + log) == (expected,)


def test_what_only_informs_is_no_warning() -> None:
    log = (
        "Package: infwarerr 2019/12/03 v1.5 Providing info/warning/error messages (HO)\n"
        "LaTeX Font Info:    Font shape `T1/lmss/m/it' in size <10> not available\n"
        "(Font)              Font shape `T1/lmss/m/sl' tried instead on input line 241.\n"
    )
    assert warnings(log) == ()


PLANTED = [
    (r"\ref{nowhere}", "LaTeX"),
    (r"\section{$\gamma$}", "hyperref"),
    (r"\noindent\hbox to 2\textwidth{x\hfil}", "box"),
    (r"\parbox{1cm}{a\linebreak b}", "box"),
    (r"\hypertarget{x}{a} \hypertarget{x}{b}", "pdf"),
    (r"{\fontfamily{nosuch}\selectfont x}", "font"),
    (r"{\font\x=cmex10 \x A}", "font"),
    (r"\label{a}\label{a}", "LaTeX"),
    (r"\PackageWarning{mine}{beware}", "mine"),
]


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_what_an_engine_complains_about_is_heard(tex_engine: Any, engine: str) -> None:
    head = "\\documentclass{article}\\usepackage{hyperref}\\begin{document}"
    path = tex_engine(engine)
    assert compile_pdf(f"{head} x \\end{{document}}", engine=path).clean
    body = "\n\n".join(planted for planted, _ in PLANTED)
    made = compile_pdf(f"{head} {body} \\end{{document}}", engine=path)
    heard = [each.source for each in made.warnings]
    for source in {source for _, source in PLANTED}:
        wanted = sum(source == planted for _, planted in PLANTED)
        assert heard.count(source) >= wanted, (source, made.warnings)


def test_bibtex_is_heard(tex_engine: Any) -> None:
    tex = (
        "\\documentclass{article}\\begin{document}\\cite{a}"
        "\\bibliographystyle{plain}\\bibliography{lecture}\\end{document}"
    )
    entry = "@article{a, author = {A. Author}, title = {A title}, journal = {J}, year = 1990}"
    assert compile_pdf(tex, bibliography=entry, engine=tex_engine("pdflatex")).clean
    made = compile_pdf(tex, bibliography=entry.replace(", year = 1990", ""))
    assert made.warnings == (Warned("bibtex", "empty year in a"),)
    assert bibtex_warnings("") == ()
