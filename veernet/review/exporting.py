"""Export of a review: curves, registration, trace and edits as files, all or none."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from veernet import __version__
from veernet.calibrate import calibrate_all
from veernet.check.finding import Finding
from veernet.edits import (
    Edit,
    Patch,
    Samples,
    edit_from_dict,
    edited_lines,
    goes_by_registration,
    tell_step,
    write_edits,
)
from veernet.errors import InputError
from veernet.export import (
    Deed,
    Provenance,
    audit_path,
    replaced_letters,
    section_path,
    write_curves,
    write_traces,
)
from veernet.export.audit import audit_text, now
from veernet.export.curvelines import curve_lines
from veernet.export.intolas import Clash, into_las
from veernet.files import check_places, write_text
from veernet.records import Curve, Registration, Trace
from veernet.registration import to_yaml
from veernet.review.document import Document
from veernet.review.doubt import stretches, worst_first
from veernet.review.lines import (
    EDITED,
    REVIEWED,
    KeptSamples,
    Reading,
    ReviewedCurve,
    cover_registration,
)
from veernet.review.sections import Section
from veernet.review.store import StoredEntry

UNEDITED = ".unedited.parquet"
"""Ends the name of the reading that a table of edits is of."""

STEM = re.compile(r"\w[\w .+()-]*")
"""What a file may be called, before its suffix."""


@dataclass(frozen=True)
class WantedFiles:
    """What is to be written.

    Parameters
    ----------
    las, csv, registration, trace, edits
        Which files.
    append_to
        A LAS that curves go into, on its own depths.
    clash
        What becomes of curves that it has already.
    overwrite
        Whether files that are there may be written over.
    """

    las: bool = False
    csv: bool = False
    registration: bool = False
    trace: bool = False
    edits: bool = False
    append_to: Path | None = None
    clash: Clash | None = None
    overwrite: bool = False


class Existing(Exception):
    """Files that are to be written are there already."""

    def __init__(self, names: Sequence[str]) -> None:
        is_are = "is" if len(names) == 1 else "are"
        super().__init__(f"{', '.join(names)} {is_are} there already: overwrite?")
        self.names = tuple(names)


def export(
    document: Document,
    name: str | None,
    wanted: WantedFiles,
    folder: Path,
    stem: str,
) -> tuple[list[Path], list[str]]:
    """Write what is wanted of a section, every file or none.

    Parameters
    ----------
    document
        Under review.
    name
        Of the section; the first unless named.
    wanted
        What to write.
    folder
        Where to.
    stem
        Of the files' names.

    Returns
    -------
    files
        That were written.
    notes
        What a person should know of them.

    Raises
    ------
    Existing
        If a file is there already and may not be written over.
    InputError
        If there is nothing to write, or nothing can be written there.
    """
    if not STEM.fullmatch(stem) or len(stem) > 120:
        msg = f"{stem[:40]!r} cannot name a file: use letters, digits, blanks and -.+_"
        raise InputError(msg)
    with document.lock:
        section, registration = document.registered(name)
        drawing = _Drawing.of(document, section, registration, stem)
        sections = len(document.sections)
    names = _names(wanted, stem)
    if not names and wanted.append_to is None:
        msg = "nothing is chosen: choose one file or more"
        raise InputError(msg)
    own = registration.section
    places = {
        kind: folder / section_path(Path(file), own, sections).name
        if kind != "registration"
        else folder / file
        for kind, file in names.items()
    }
    if "las" in places:
        places["audit"] = audit_path(places["las"])
    if wanted.append_to is not None:
        places["into"] = wanted.append_to
    there = [place.name for place in places.values() if place.exists()]
    if there and not wanted.overwrite:
        raise Existing(there)
    check_places(places.values())
    if wanted.edits:
        _check_names(drawing)
    _write(places, drawing, wanted)
    return list(places.values()), drawing.notes(places)


MOST_NAMED = 40
"""Stretches in doubt that the audit trail names; the others are counted."""


class _Step(NamedTuple):
    """An edit, what it changed, and whether it would do the same today."""

    edit: Edit
    patches: tuple[Patch, ...]
    as_then: bool


@dataclass(frozen=True)
class _Drawing:
    """All that goes into the files of a section."""

    registration: Registration
    registration_text: str
    reading: Reading
    base: Reading
    steps: tuple[_Step, ...]
    provenance: Provenance
    remarks: tuple[str, ...]
    incomplete: tuple[str, ...]
    findings: tuple[Finding, ...]
    """What is to be looked at of the reading, and was not."""

    @classmethod
    def of(
        cls, document: Document, section: Section, registration: Registration, stem: str
    ) -> _Drawing:
        if not section.reading:
            msg = "there is no reading yet: digitise the scan first"
            raise InputError(msg)
        complete = [
            one.registration
            for one in document.sections.values()
            if one.registration is not None
        ]
        text = to_yaml(*complete)
        reading = section.drawn()
        line = document.store.line_to(document.head)
        base, entries = document.base_of(registration.section, line)
        registered = max(one.revision for one in line if _registers(document, one))
        cover_registration(base, registration, 0)
        curves = {name: _samples(curve) for name, curve in reading.items()}
        # With the tracer, which the first picture does not wait for.
        from veernet.findings import of_traces  # noqa: PLC0415
        from veernet.findings.earlier import of_ink, unseen  # noqa: PLC0415

        stored_findings = document.found_of(registration.section, line)
        traces = tuple(curve.trace() for curve in reading.values())
        return cls(
            registration,
            text,
            reading,
            base,
            tuple(_steps(document, entries, registered)),
            replace(
                document.provenance_of(registration.section, line),
                registration=f"{stem}.yaml",
                registration_sha256=hashlib.sha256(text.encode()).hexdigest(),
                version=__version__,
            ),
            (*_shares(reading), *edited_lines(curves, registration)),
            tuple(
                one.document["section"]
                for one in document.sections.values()
                if one.registration is None
            ),
            (
                *unseen(of_ink(stored_findings, registration.section), curves),
                *of_traces(traces, registration),
            ),
        )

    @property
    def reviewed(self) -> dict[str, NDArray[np.bool_]]:
        return {
            name: np.asarray(curve.samples.flags & REVIEWED > 0)
            for name, curve in self.reading.items()
        }

    @property
    def traces(self) -> tuple[Trace, ...]:
        return tuple(curve.trace() for curve in self.reading.values())

    def audit(self, name: str) -> str:
        """Return the audit trail of the LAS, with every edit of the review."""
        return audit_text(
            name,
            self.curves,
            self.registration,
            self.provenance,
            Deed(
                "veernet review",
                self.stored_findings,
                self.remarks,
                self.to_be_looked_at,
            ),
            self.reviewed,
            now(),
        )

    @property
    def to_be_looked_at(self) -> list[str]:
        """What nobody has looked at: findings, and the stretches in most doubt."""
        found = (
            one
            for curve in self.reading.values()
            for one in stretches(curve, self.registration)
        )
        open_ = [one.text for one in worst_first(found)]
        more = (
            [f"{len(open_) - MOST_NAMED} more stretches"]
            if len(open_) > MOST_NAMED
            else []
        )
        return [*(one.text for one in self.findings), *open_[:MOST_NAMED], *more]

    @property
    def stored_findings(self) -> list[str]:
        """Every edit of the review in words, in their order."""
        return [
            tell_step(step.edit, step.patches, self.registration) for step in self.steps
        ]

    @property
    def curves(self) -> tuple[Curve, ...]:
        return calibrate_all(self.traces, self.registration)

    def notes(self, places: dict[str, Path]) -> list[str]:
        """Say what a person should know of the files."""
        notes = list(self.remarks)
        if "las" in places:
            notes += replaced_letters(self.curves, self.registration, self.provenance)
        if "registration" in places and self.incomplete:
            left = ", ".join(self.incomplete)
            notes.append(f"sections that are not complete are left out: {left}")
        if "edits" in places:
            notes.append(
                f"the edits again: veernet export {places['unedited'].name} --edits "
                f"{places['edits'].name} --registration ... --out ..."
            )
        return notes


def _names(wanted: WantedFiles, stem: str) -> dict[str, str]:
    names = {
        "las": f"{stem}.las",
        "csv": f"{stem}.csv",
        "registration": f"{stem}.yaml",
        "trace": f"{stem}.parquet",
        "edits": f"{stem}.edits.csv",
    }
    chosen = {kind: name for kind, name in names.items() if getattr(wanted, kind)}
    if wanted.edits:
        chosen["unedited"] = f"{stem}{UNEDITED}"
    return chosen


def _write(places: dict[str, Path], drawing: _Drawing, wanted: WantedFiles) -> None:
    """Write all files under temporary names, then give them their own."""
    target = next(iter(places.values())).parent
    with tempfile.TemporaryDirectory(prefix=".veernet-", dir=target) as temporary:
        made = {
            kind: Path(temporary) / f"{kind}-{p.name}" for kind, p in places.items()
        }
        las = places["las"].name if "las" in places else ""
        for kind, path in made.items():
            _write_one(kind, path, las, drawing, wanted)
        beside: list[Path] = []
        try:
            for kind, path in made.items():
                if places[kind].parent != target:
                    # In another folder, perhaps on another disk, which may be full.
                    name = f".veernet-{secrets.token_hex(8)}{path.suffix}"
                    beside.append(places[kind].with_name(name))
                    shutil.copyfile(path, beside[-1])
                    made[kind] = beside[-1]
            for kind, path in made.items():
                path.replace(places[kind])
        finally:
            for path in beside:
                path.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_one(
    kind: str, path: Path, las: str, drawing: _Drawing, wanted: WantedFiles
) -> None:
    registration, provenance = drawing.registration, drawing.provenance
    if kind in ("las", "csv"):
        write_curves(
            path,
            drawing.curves,
            registration,
            provenance,
            remarks=drawing.remarks,
            reviewed=drawing.reviewed,
        )
    elif kind == "registration":
        write_text(path, drawing.registration_text)
    elif kind == "trace":
        write_traces(
            path,
            drawing.traces,
            registration,
            provenance.done_on(now(), drawing.stored_findings),
            findings=drawing.findings,
            reviewed=drawing.reviewed,
        )
    elif kind == "unedited":
        traces = tuple(curve.trace() for curve in drawing.base.values())
        reviewed = {
            name: np.asarray(curve.samples.flags & REVIEWED > 0)
            for name, curve in drawing.base.items()
        }
        write_traces(path, traces, registration, provenance, reviewed=reviewed)
    elif kind == "edits":
        write_edits(
            path,
            [
                (step.edit if step.as_then else None, step.patches)
                for step in drawing.steps
            ],
        )
    elif kind == "audit":
        write_text(path, drawing.audit(las))
    else:
        assert wanted.append_to is not None
        stored_findings = curve_lines(drawing.curves, registration, drawing.reviewed)
        lines = (*provenance.lines(), *stored_findings, *drawing.remarks)
        text = into_las(
            wanted.append_to,
            lambda depth: calibrate_all(drawing.traces, registration, depth),
            registration.depth.unit,
            lines,
            wanted.clash,
        )
        write_text(path, text)


def _check_names(drawing: _Drawing) -> None:
    """Refuse a table of edits whose curves have other names by now."""
    known = {c.mnemonic for t in drawing.registration.tracks for c in t.curves}
    edited = {patch.curve for step in drawing.steps for patch in step.patches}
    gone = sorted((edited | set(drawing.base)) - known)
    if gone:
        msg = (
            f"{gone[0]} was renamed or taken out after it was read, so its edits "
            "cannot be made again from a table: write the trace file instead"
        )
        raise InputError(msg)


def _shares(reading: Reading) -> list[str]:
    """Say of each curve that a person has edited how much of it."""
    shares = {
        name: float((curve.samples.flags & EDITED > 0).mean())
        for name, curve in reading.items()
        if len(curve.samples)
    }
    stored_findings = [f"{name} {share:.1%}" for name, share in shares.items() if share]
    return (
        [f"Rows edited by a person: {', '.join(stored_findings)}"]
        if stored_findings
        else []
    )


def _registers(document: Document, entry: StoredEntry) -> bool:
    return document.store.registration(entry.revision) is not None


def _steps(
    document: Document, entries: Sequence[StoredEntry], registered: int
) -> list[_Step]:
    """Return the edits of a line of the journal.

    One would do something else today that was made before the revision of the
    registration, and goes by scales, edges or back-ups.
    """
    steps: list[_Step] = []
    for entry in entries:
        if entry.kind != "edit":
            continue
        stored_findings: dict[str, Any] = entry.content["edit"]
        patches = tuple(
            Patch(
                one.curve,
                _part(one.row0, one.before),
                _part(one.row0, one.after),
            )
            for one in document.store.patches(entry.revision)
        )
        edit = edit_from_dict(stored_findings)
        as_then = entry.revision > registered or not goes_by_registration(edit)
        steps.append(_Step(edit, patches, as_then))
    return steps


def _samples(curve: ReviewedCurve) -> Samples:
    return _part(curve.first_row, curve.samples)


def _part(row0: int, kept: KeptSamples) -> Samples:
    return Samples(
        row0,
        kept.column,
        kept.confidence.astype(np.float64),
        kept.origin,
        np.asarray(kept.flags & REVIEWED > 0),
    )
