"""Whatever our documents load has a known package, and an error that lacks it names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symrnn.typeset import latex
from symrnn.typeset.tex_packages import Package, bringing, missing_file

TEMPLATES = Path(latex.__file__).parent
LOADED = sorted(
    {
        name
        for path in [*TEMPLATES.glob("templates/*.tex"), TEMPLATES / "snippet.py"]
        for names in re.findall(
            r"\\(?:usepackage|documentclass)(?:\[[^\]]*\])?\{([\w,-]+)\}",
            path.read_text(encoding="utf-8"),
        )
        for name in names.split(",")
    }
)


def test_documents_load_packages() -> None:
    assert {"beamer", "tcolorbox", "algpseudocode", "standalone"} <= set(LOADED)


@pytest.mark.parametrize("name", LOADED)
def test_a_package_that_is_missing_is_named(name: str) -> None:
    for kind in ("sty", "cls"):
        package = bringing(f"LaTeX Error: File `{name}.{kind}' not found.")
        assert package is not None and package.debian and package.texlive


# As pdfTeX of TeX Live 2022 words them; the packages are what `dpkg -S` says.
ERRORS = [
    (
        "LaTeX Error: File `algpseudocode.sty' not found.",
        Package("texlive-science", "algorithmicx"),
    ),
    ("LaTeX Error: File `tikz.sty' not found.", Package("texlive-pictures", "pgf")),
    ("I can't find file `tcbskins.code.tex'.", Package("texlive-latex-extra", "tcolorbox")),
    ("I can't find the format file `pdflatex.fmt'!", Package("texlive-latex-base", "latex")),
    ("LaTeX Error: File `nobody.sty' not found.", None),
    ("Undefined control sequence.", None),
    (
        "Font T1/lmr/m/n/10=ec-lmr10 at 10.0pt not loadable: Metric (TFM) file not found.",
        Package("lmodern", "lm"),
    ),
]


@pytest.mark.parametrize(("message", "package"), ERRORS)
def test_the_package_of_an_error(message: str, package: Package | None) -> None:
    assert bringing(message) == package
    assert (missing_file(message) is not None) == ("`" in message)
