"""From curves and traces to files: LAS, CSV, trace file, report and overlay.

Each kind of file is a module of its own; this one chooses among them and names the
files of several sections.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from veernet.errors import InputError
from veernet.export.audit import Deed, audit_path, write_audit
from veernet.export.csvlog import write_csv
from veernet.export.curvelines import Marks
from veernet.export.las import las_columns, las_mnemonics, replaced_letters, write_las
from veernet.export.overlay import check_overlay, write_overlay
from veernet.export.provenance import Provenance
from veernet.export.report import report, write_report
from veernet.export.tracefile import read_reviewed, read_traces, write_traces
from veernet.files import check_places
from veernet.records import Curve, Registration

__all__ = [
    "Deed",
    "Provenance",
    "audit_path",
    "check_output",
    "check_overlay",
    "las_mnemonics",
    "read_reviewed",
    "read_traces",
    "replaced_letters",
    "report",
    "section_path",
    "write_audit",
    "write_csv",
    "write_curves",
    "write_las",
    "write_overlay",
    "write_report",
    "write_traces",
]


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet evaluates."""


def check_output(
    path: Path, registrations: Sequence[Registration], *, confidence: bool = False
) -> None:
    """Refuse, before any long work, what `write_curves` would refuse after it.

    Raises
    ------
    InputError
        If the suffix is neither .las nor .csv, the folder does not exist, two mnemonics
        of a section would become one there, or one would be a formula in a CSV.
    """
    if path.suffix.lower() not in {".las", ".csv"}:
        msg = f"{path} ends in neither .las nor .csv: name the output by its kind"
        raise InputError(msg)
    check_places([path])
    for registration in registrations:
        specs = [spec for track in registration.tracks for spec in track.curves]
        names = [spec.mnemonic for spec in specs if spec.export]
        las_mnemonics(las_columns(names, confidence=confidence))
        for name in names:
            if path.suffix.lower() == ".csv" and name.startswith(FORMULA):
                msg = (
                    f"{path}: a spreadsheet would take the column {name!r} for a "
                    f"formula: give the curve a name that does not begin with {name[0]}"
                )
                raise InputError(msg)


def write_curves(
    path: Path,
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    *,
    confidence: bool = False,
    remarks: Sequence[str] = (),
    reviewed: Mapping[str, Marks] | None = None,
) -> None:
    """Write curves as LAS or CSV, by the suffix of the path.

    Parameters
    ----------
    path
        Ends in .las or .csv.
    curves, registration, provenance
        See `write_las`.
    confidence
        Add ``MNEM_CONF`` per curve.
    remarks, reviewed
        For LAS: lines of the ~Other section, and what a person has looked at.

    Raises
    ------
    InputError
        See `check_output` and the writers.
    """
    check_output(path, [registration], confidence=confidence)
    if path.suffix.lower() == ".csv":
        write_csv(path, curves, confidence=confidence)
    else:
        write_las(
            path,
            curves,
            registration,
            provenance,
            remarks,
            confidence=confidence,
            reviewed=reviewed,
        )


def section_path(path: Path, section: str, sections: int) -> Path:
    """Return the file for a section: WELL.las alone, WELL.repeat.las among several."""
    return path if sections == 1 else path.with_suffix(f".{section}{path.suffix}")
