"""PDFs of what the backends write: a TeX that fails costs its PDF, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symrnn.typeset.engine import PdfResult, TexError, compile_pdf
from symrnn.typeset.latex import Article
from symrnn.typeset.tex_log import Overfull


@dataclass
class Tex:
    """TeX for one run of the main job: once it hangs or can not be run, it is not asked again.

    engine: the path of one; by default pdflatex.
    """

    engine: str | None = None
    hopeless: TexError | None = field(default=None, init=False)

    def compile(self, name: str, made: Article) -> Compiled:
        """What came of compiling a document; never raises for what TeX does."""
        if self.hopeless is not None:
            return Compiled(name, made, failure=self.hopeless)
        try:
            result = compile_pdf(
                made.tex,
                made.figures,
                bibliography=made.bibliography,
                engine=self.engine,
                name=name,
            )
        except TexError as error:
            if error.hopeless:
                self.hopeless = error
            return Compiled(name, made, failure=error)
        return Compiled(name, made, result)


@dataclass(frozen=True)
class Compiled:
    """A document, and the PDF of it or why there is none."""

    name: str
    made: Article
    result: PdfResult | None = None
    failure: TexError | None = None

    @property
    def overfull(self) -> tuple[Overfull, ...]:
        """Boxes that are too large."""
        return () if self.result is None else self.result.overfull

    @property
    def files(self) -> Mapping[str, bytes]:
        """The sources; with them the PDF, or the log of a run that failed."""
        found = {f"{self.name}.tex": self.made.tex.encode(), **self.made.figures}
        if self.made.bibliography:
            found[f"{self.name}.bib"] = self.made.bibliography.encode()
        if self.result is not None and self.result.pdf is not None:
            found[f"{self.name}.pdf"] = self.result.pdf
        if self.failure is not None and self.failure.name == self.name and self.failure.log:
            found[f"{self.name}.log"] = self.failure.log.encode()
        return found

    @property
    def missing(self) -> dict[str, str]:
        """The PDF that could not be made, and why not; empty where it was made."""
        if self.failure is not None:
            return {f"{self.name}.pdf": str(self.failure)}
        if self.result is not None and self.result.pdf is None:
            return {f"{self.name}.pdf": self.result.advice}
        return {}
