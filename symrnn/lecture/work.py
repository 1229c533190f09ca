"""The main job from end to end: statements, network, document, files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from symrnn.cells.subject import with_numbers
from symrnn.errors import NotSupportedError, RangeError
from symrnn.language.notation import DENOMINATOR, LECTURE, Notation
from symrnn.lecture.deck import require_parts
from symrnn.lecture.document import document_of
from symrnn.lecture.formats import DEFAULT, FORMATS, PRINTED, Material, Output, Wishes, names
from symrnn.lecture.lettering import as_spoken, subject_in
from symrnn.lecture.machine import ask_prover, with_verdicts
from symrnn.lecture.network import NetworkReport, study
from symrnn.lecture.network_section import section, untrained
from symrnn.lecture.pictures import illustrations
from symrnn.lecture.progress import Progress, silent
from symrnn.lecture.project import Project
from symrnn.lecture.proving import met, prove, records, require
from symrnn.lecture.trained_cells import TrainedCell, study_cells
from symrnn.lecture.trained_figures import trained_section
from symrnn.machine.prover import Prover
from symrnn.numeric.data import Series, sunspots
from symrnn.numeric.lower import lower
from symrnn.processors import cores
from symrnn.theory.about import Subject
from symrnn.theory.applicable import Asides, speaking
from symrnn.theory.library import everything
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Section
from symrnn.typeset.files import remove_marked, require_room, write_files
from symrnn.typeset.html import MARKS
from symrnn.typeset.prose import escaped
from symrnn.typeset.words import in_language
from symrnn.verify.evidence import Evidence
from symrnn.verify.kept import Kept
from symrnn.verify.layout import evidence_in_denominator_layout
from symrnn.verify.processes import beside

_ROOM = 8_000_000
"""Bytes that the files of all formats take, and half of it to spare."""


@dataclass(frozen=True)
class Lecture:
    """What the main job made.

    network: None where there is none, or where its cell can not be trained: `untaught` says why.
    files: what was written.
    missing: what could not be made, and why not; where an earlier run had made it, that was kept.
    """

    evidence: tuple[Evidence, ...]
    network: NetworkReport | None
    files: tuple[Path, ...]
    missing: Mapping[Path, str] = field(default_factory=dict)
    untaught: str = ""


def make(
    project: Project,
    directory: Path,
    progress: Progress = silent,
    formats: Sequence[str] = DEFAULT,
    *,
    series: Series | None = None,
    notation: Notation = LECTURE,
    wishes: Wishes | None = None,
    prover: Prover | None = None,
    subject: Subject | None = None,
    kept: Kept | None = None,
) -> Lecture:
    """Prove, train, measure, and write a lecture into a directory.

    Args:
        project: the lecture.
        directory: made if it is not there; files are replaced all together or not at all.
        progress: hears what is being done.
        formats: names out of `symrnn.lecture.formats.FORMATS`.
        series: what the network is trained on, where the lecture has one; the sunspots by default.
        notation: letters, fonts, layout and cell; the statements are proved for that cell, and in
            denominator layout every line is derived and checked again.
        wishes: what is asked for of the formats.
        prover: has the statements closed by theorems as well; what it accepts is marked so.
        subject: what the lecture is about, with a notation in its letters; the notation's cell by
            default. Statements that do not speak of it are left out, and named with the reason.
        kept: evidence of earlier runs, and of this one for later ones; by default all is run.

    Raises:
        IllFormedError: the directory can not be written; known before any work is done.
        SymrnnError: the first check that failed; then nothing has been written.
        OSError: the files could not be written; then those that were there are as they were.

    TeX that is missing or fails costs the PDF: the rest is written, and `missing` says why.
    """
    wishes = wishes or Wishes()
    asked = names(formats, wishes.handout, wishes.notes, figures=project.network)
    require_room(directory, asked, _ROOM)
    rnn = subject_in(notation) if subject is None else subject
    spoken, asides = speaking(project.library, rnn)
    for each in project.outlines if project.own else ():
        require_parts(each, project.library, rnn)
    library, evidence, asides = _proved(spoken, asides, rnn, progress, prover, kept)
    parts = (part for each in evidence for part in each.statement.parts(rnn))
    notation = as_spoken(notation, (part.claim for part in parts))
    notation = in_language(notation, project.prose.front.language)
    network, ending, untaught = None, None, ""
    if project.network:
        try:
            network, ending = _trained(series or sunspots(), library, rnn, notation, progress)
        except (NotSupportedError, RangeError) as error:
            untaught, ending = error.message, untrained(escaped(error.message))
    if project.own:
        # In a lecture of somebody's own stands what they placed, whatever statements it has.
        placed = frozenset(name for each in project.outlines for name in each.shown())
        extra = illustrations(network, rnn, notation, {**everything(), **library}, placed)
    else:
        extra = illustrations(network, rnn, notation, library)
    shown = _in_layout(evidence, rnn, library, notation, progress)
    trained = study_cells(project.prose.front.cells, progress)
    endings = [each for each in (ending, trained_section(trained, notation)) if each is not None]
    document = document_of(
        project, shown, rnn, notation, extra, endings, asides, cell_named=subject is not None
    )
    material = Material(document, shown, network, library, project, notation, wishes, rnn)
    made = _typeset(material, directory, progress, formats, trained)
    return replace(made, untaught=untaught)


def _trained(
    series: Series,
    library: Mapping[str, Statement],
    rnn: Subject,
    notation: Notation,
    progress: Progress,
) -> tuple[NetworkReport, Section]:
    """The network of the lecture and the section about it."""
    network = study(series, library, rnn, progress)
    made = with_numbers(rnn)
    kernel = lower(made.jacobian(made.s[made.t], made.s[made.k]), "state_jacobian")
    return network, section(network, kernel.source, notation, rnn)


def _proved(
    library: Mapping[str, Statement],
    asides: Asides,
    rnn: Subject,
    progress: Progress,
    prover: Prover | None,
    kept: Kept | None,
) -> tuple[dict[str, Statement], tuple[Evidence, ...], Asides]:
    """The statements as they are about the recurrence, the evidence, which is complete, and those
    set aside."""
    about = {name: each.of(rnn) for name, each in library.items()}
    evidence, asides = met(prove(about, rnn, progress, kept=kept), asides, rnn)
    require(evidence)
    about = {each.statement.name: about[each.statement.name] for each in evidence}
    if prover is not None:
        evidence = with_verdicts(evidence, ask_prover(about, rnn, prover, progress))
    return about, evidence, asides


def _in_layout(
    evidence: tuple[Evidence, ...],
    rnn: Subject,
    library: Mapping[str, Statement],
    notation: Notation,
    progress: Progress,
) -> tuple[Evidence, ...]:
    """The evidence in the layout of the notation, derived anew where that is not ours."""
    if notation.layout != DENOMINATOR:
        return evidence
    progress("deriving in denominator layout", 0, 1)
    return tuple(evidence_in_denominator_layout(each, rnn, library) for each in evidence)


def _typeset(
    material: Material,
    directory: Path,
    progress: Progress,
    formats: Sequence[str],
    trained: Sequence[TrainedCell],
) -> Lecture:
    """Every format's files and the evidence, written all together."""
    # TeX is run by this process: what it leaves behind is removed by whoever started it, and one
    # that hangs is not asked again. The other formats are made meanwhile.
    printed = [name for name in formats if name in PRINTED] or list(formats[:1])
    others = [name for name in formats if name not in printed]
    with beside(
        lambda place: FORMATS[others[place]](material), range(len(others)), cores() - 1
    ) as found:
        made: dict[str, Output] = {}
        for name in printed:
            progress(f"typesetting {name}", len(made), len(formats))
            made[name] = FORMATS[name](material)
        progress(f"typesetting {', '.join(others)}", len(made), len(formats))
        made |= {others[place]: output for place, output in found().items()}
    outputs = [made[name] for name in formats]
    record: dict[str, Any] = {"statements": records(material.evidence)}
    if material.network is not None:
        record["net"] = material.network.record()
    if trained:
        record["cells"] = [each.record for each in trained]
    files = {"evidence.json": (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()}
    for output in outputs:
        files.update(output.files)
    written = write_files(directory, files)
    for outdated in (name for output in outputs for name in output.outdated):
        remove_marked(directory / outdated, MARKS)
    missing = {directory / name: why for output in outputs for name, why in output.missing.items()}
    progress("typesetting", len(formats), len(formats))
    return Lecture(material.evidence, material.network, written, missing)
