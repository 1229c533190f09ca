"""Which package brings a file that TeX lacks: Debian's name, and TeX Live's.

The files are those that our documents load, themselves or through others. Source: `dpkg -S` and the
folders of TeX Live 2022, which are named after its packages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Debian's package: TeX Live's packages, with the files (without .sty, .cls, …) that are not called
# as they are.
_PACKAGES = {
    "texlive-base": "iftex(ifvtex ifluatex ifpdf ifxetex) amsfonts(amssymb) graphics-def(pdftex) "
    "url",
    "texlive-latex-base": "latex(article fontenc inputenc ifthen size10 size11 textcomp t1enc utf8 "
    "atbegshi-ltx atveryend-ltx pdflatex) amscls(amsthm) amsmath(amsbsy amsgen amsopn amstext) "
    "atbegshi atveryend auxhook babel bigintcalc bitset epstopdf-pkg(epstopdf-base) etexcmds "
    "geometry gettitlestring graphics(graphicx color keyval trig) graphics-cfg hycolor "
    "hyperref(nameref hpdftex pd1enc puenc) infwarerr intcalc kvdefinekeys kvoptions kvsetkeys "
    "l3backend(l3backend-pdftex) l3kernel(expl3) l3packages(xparse) letltxmacro ltxcmds "
    "natbib(plainnat) pdfescape pdftexcmds refcount rerunfilecheck "
    "tools(array bm calc enumerate longtable shellesc tabularx verbatim) uniquecounter",
    "texlive-latex-recommended": "beamer booktabs caption(caption3 ltcaption) etoolbox fancyvrb "
    "float fontspec lineno mathtools(mhsetup) microtype translator xcolor xkeyval",
    "texlive-latex-extra": "enumitem environ fvextra ltablex mleftright needspace pdfcol placeins "
    "standalone tcolorbox(tcbskins tcbskinsjigsaw) titlesec trimspaces upquote xltabular",
    "texlive-pictures": "pgf(tikz pgfcore pgfmath pgfsys pgffor pgfkeys pgfrcs xxcolor) tikzfill",
    "texlive-science": "algorithmicx(algpseudocode) algorithms(algorithm)",
    "texlive-luatex": "luatexbase luaotfload",
    "lmodern": "lm(lmodern t1lmr t1lmss t1lmtt omllmm omslmsy omxlmex ot1lmr)",
}


@dataclass(frozen=True)
class Package:
    """The package that brings a file."""

    debian: str
    texlive: str

    @property
    def advice(self) -> dict[str, str]:
        """How to install it, by distribution."""
        return {
            "Debian": f"apt-get install --no-install-recommends {self.debian}",
            "TeX Live": f"tlmgr install {self.texlive}",
        }


def _table() -> dict[str, Package]:
    found = {}
    for debian, entries in _PACKAGES.items():
        for name, files in re.findall(r"([\w-]+)(?:\(([^)]*)\))?", entries):
            for file in (name, *files.split()):
                found[file] = Package(debian, name)
    return found


_BY_FILE = _table()

_MISSING = (
    re.compile(r"File [`'](?P<file>[^'`]+)' not found"),
    re.compile(r"can't find (?:the format )?file [`'](?P<file>[^'`]+)'"),
)
_NO_FONT = re.compile(
    r"not loadable: Metric \(TFM\) file|Font \S+ at \d+ not found|cannot open \S+ font file"
    r"|Type 1 font file|Encoding scheme `T1' unknown|Font .*lm.* not found"
)


def missing_file(message: str) -> str | None:
    """The file that an error message of TeX says is missing; None where it is about another."""
    for pattern in _MISSING:
        if found := pattern.search(message):
            return found["file"]
    return None


def bringing(message: str) -> Package | None:
    """The package that mends an error of TeX, where it is one that is missing, and known.

    Args:
        message: the first error of a log.
    """
    file = missing_file(message)
    if file is not None:
        return _BY_FILE.get(file.rpartition("/")[2].partition(".")[0])
    return _BY_FILE["lm"] if _NO_FONT.search(message) else None
