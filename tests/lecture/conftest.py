"""Evidence made up for the lecture's own statements: nothing is checked, so that it is quick."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import count, zip_longest
from pathlib import Path

import numpy as np
import pytest

from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.language.notation import DENOMINATOR, LECTURE, Notation
from symrnn.lecture import document as module
from symrnn.lecture.decay import Decay, Spectrum
from symrnn.lecture.deck import deck
from symrnn.lecture.explorer import explorer
from symrnn.lecture.network import Bias, NetworkReport
from symrnn.lecture.network_section import section
from symrnn.lecture.pictures import illustrations
from symrnn.lecture.project import Project, found, open_project
from symrnn.numeric.data import Series
from symrnn.numeric.forecasting import Forecast, Forecaster
from symrnn.numeric.windows import windows_of
from symrnn.theory.about import EXAMPLES
from symrnn.theory.layout import in_denominator_layout
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Block, Paragraph, Section, StatementBlock, walk
from symrnn.typeset.deck import Deck, Shown
from symrnn.typeset.detail import Detail
from symrnn.typeset.document import Document
from symrnn.typeset.html import page
from symrnn.typeset.paging import height, joined
from symrnn.typeset.short_markup import shortened
from symrnn.typeset.slides import contents_of
from symrnn.verify.evidence import GRADES, ChainEvidence, Evidence
from symrnn.verify.explicit import Explicit
from symrnn.verify.faults import Fault
from symrnn.verify.network import Agreement
from symrnn.verify.sampled import Sampled


def evidence_of(statement: Statement, rnn: Network) -> Evidence:
    parts = statement.parts(rnn)
    chains = tuple(
        ChainEvidence(
            f"{part.label} {caption}", len(chain.steps), Sampled(3e-16, None, 6), Explicit(2, 1)
        )
        for part in parts
        for caption, chain, _ in part.proof.chains
    )
    faults = tuple(Fault("a sign", part.claim, ("derived", "sampled")) for part in parts)
    shown = tuple((each.name, each.find().shows) for each in statement.counterexamples)
    return Evidence(statement, GRADES, chains, faults, shown, 0.1)


@cache
def gradients() -> Project:
    """The first of symrnn's own lectures."""
    return open_project(found(None))


def document_of(
    evidence: Sequence[Evidence],
    rnn: Network,
    extra: Mapping[str, Sequence[Block]],
    ending: Block,
    notation: Notation = LECTURE,
) -> Document:
    """What the lecture shows of some evidence."""
    return module.document_of(gradients(), evidence, rnn, notation, extra, (ending,))


def deck_of(document: Document, notation: Notation = LECTURE, detail: Detail = "steps") -> Deck:
    """The lecture's slides, as far as a document has what they show."""
    project = gradients()
    assert project.slides is not None
    write = module.words_of(project, notation)
    return deck(document, project.slides, write, detail)


def sparse(document: Document, shown: Deck) -> list[str]:
    """Titles of frames that use less than a third of their height, by the estimate."""
    contents = contents_of(document, shown)
    room = contents.layout.room
    return [
        frame.title
        for act in joined(shown.acts, contents, room)
        for frame in act.frames
        if not any(isinstance(item, Shown) for item in frame.items)
        and height(frame, contents) < room / 3
    ]


_ROW_OR_LINK = re.compile(r'<tr role="?row"? id="?([\w-]+)|<a class="?line"? href="?#([\w-]+)')


def unlinked(document: Document, page: str, *, claimed: bool = False) -> list[tuple[str, str, str]]:
    """Lines of a document that are no row of its page, or another, or have not its link.

    claimed: the page has the lines of the claims alone, numbered as among all.
    """
    expected = []
    for block in walk(document.blocks):
        if isinstance(block, StatementBlock):
            number, parts = count(1), {claim.part for claim in block.claims}
            for chain in block.chains:
                names = [f"{block.name}-{next(number)}" for _ in chain.rows[1:]]
                expected += names if chain.part in parts or not claimed else []
    found = _ROW_OR_LINK.findall(page)
    rows, links = [row for row, _ in found if row], [link for _, link in found if link]
    lines = zip_longest(expected, rows, links, fillvalue="")
    return [line for line in lines if len(set(line)) > 1]


def lecture_in(notation: Notation) -> Document:
    """The lecture's statements in a notation: of its cell, in its layout."""
    rnn = EXAMPLES[notation.cell]()
    evidence = [evidence_of(statement.of(rnn), rnn) for statement in load().values()]
    if notation.layout == DENOMINATOR:
        evidence = [turned(each, rnn) for each in evidence]
    ending = Section("The network", "network", (Paragraph("The end."),))
    return document_of(evidence, rnn, {}, ending, notation)


def turned(evidence: Evidence, rnn: Network) -> Evidence:
    """Evidence for the statement in denominator layout, whose lines are not run again."""
    parts = [in_denominator_layout(part) for part in evidence.statement.parts(rnn)]
    proofs = {part.label: part.proof for part in parts}
    return replace(evidence, statement=replace(evidence.statement, build=lambda _: proofs))


def network() -> NetworkReport:
    d = 3
    net = {"W": np.eye(d), "U": np.ones((d, 1)), "b": np.zeros(d), "V": np.ones((1, d))}
    values = np.array([0.0, 1.0] * 25)
    trained = Forecast(
        forecaster=Forecaster(elman("tanh").cell, d),
        data=windows_of(Series("a series", values, "a *source*"), length=2, stride=1, tail=0.2),
        series="a series",
        source="a *source*",
        initial=net,
        trained=net,
        losses=(1.0, 0.5, 0.1),
        held_out=0.3,
        kappa=1.0,
        clipped=2,
    )
    decays = tuple(
        Decay(label, 0.5 ** np.arange(9.0), 1.5 ** np.arange(9.0), 1.0)
        for label in ("before training", "after training")
    )
    bias = Bias(np.arange(5), 0.1 ** np.arange(5.0), 0.5 ** np.arange(5.0))
    agreements = (
        Agreement("∂L_t/∂s0 as a sum", "one", 1e-16, 3e-10),
        Agreement("∂L_t/∂s0 as a sum", "two", 2e-15, 1e-10),
        Agreement("trajectory s_0 … s_T", "one", 0.0, 0.0),
    )
    three = (*decays, Decay("orthogonal", 0.9 ** np.arange(9.0), np.ones(9), 1.0))
    spectrum = Spectrum(np.outer(0.9 ** np.arange(9.0), (1.0, 0.5, 0.1)), np.ones(9))
    rnn = elman()
    bound = (rnn.gamma * rnn.lam) ** (rnn.t - rnn.k)
    return NetworkReport(trained, 1.2, decays, bias, agreements, {1.0: three}, spectrum, bound)


@pytest.fixture(scope="session")
def evidence() -> list[Evidence]:
    rnn = elman()
    return [evidence_of(statement, rnn) for statement in load().values()]


@pytest.fixture(scope="session")
def report() -> NetworkReport:
    return network()


@pytest.fixture(scope="session")
def lecture(evidence: list[Evidence], report: NetworkReport) -> Document:
    source = "def f(W, a):\n    return W @ a\n"
    rnn = elman()
    return document_of(evidence, rnn, illustrations(report, rnn), section(report, source))


@pytest.fixture(scope="session")
def pdflatex(tex_engine: Callable[[str], str]) -> str:
    return tex_engine("pdflatex")


@pytest.fixture
def pages_of(tex_engine: Callable[[str], str], tmp_path: Path) -> Callable[[bytes], list[str]]:
    """The text of each page of a PDF, as poppler extracts it."""

    def read(pdf: bytes) -> list[str]:
        path = tmp_path / "read.pdf"
        path.write_bytes(pdf)
        command = [tex_engine("pdftotext"), "-layout", path, "-"]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
        return run.stdout.split("\f")[:-1]

    return read


@pytest.fixture(scope="session")
def gates() -> Project:
    """The lecture about gates, with its statements."""
    return open_project(found("gates"))


@pytest.fixture(scope="session")
def page_file(lecture: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as `symrnn lecture --format html` writes it."""
    path = tmp_path_factory.mktemp("page") / "lecture.html"
    path.write_text(shortened(page(lecture, explorer(load()))), encoding="utf-8")
    return path
