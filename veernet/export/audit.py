"""The audit trail of a LAS, a text beside it: what was done, with what, and when.

Companies that pool digitised logs want it as a file of its own, apart from the curves.
It keeps every letter (UTF-8), and is the same for the same input but for its date.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from veernet.errors import InputError
from veernet.export.curvelines import NULLS, Marks, curve_lines
from veernet.export.las import replaced_letters
from veernet.export.parameters import parameters
from veernet.export.provenance import Provenance
from veernet.files import write_text
from veernet.records import Curve, Registration

SUFFIX = ".audit.txt"

EPOCH = "SOURCE_DATE_EPOCH"
"""The variable by which builds that can be made again are told the date, in seconds."""


@dataclass(frozen=True)
class Deed:
    """What a command did, for the trail.

    Parameters
    ----------
    verb
        digitise, export or review.
    edits
        Every edit that it made, one sentence each, in their order.
    remarks
        What a person has set or looked at, curve by curve.
    notes
        What a person should look at.
    """

    verb: str
    edits: Sequence[str] = ()
    remarks: Sequence[str] = ()
    notes: Sequence[str] = ()


def audit_path(las: Path) -> Path:
    """Return where the trail of a LAS stands: WELL.audit.txt beside WELL.las."""
    return las.with_suffix(SUFFIX)


def now() -> datetime:
    """Return the date to write: that of SOURCE_DATE_EPOCH where it is set.

    Raises
    ------
    InputError
        If that is set to what is no date.
    """
    stated = os.environ.get(EPOCH, "").strip()
    if not stated:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(stated), UTC)
    except (ValueError, OverflowError, OSError) as error:
        msg = f"{EPOCH} is {stated[:40]!r}, no number of seconds since 1970: unset it"
        raise InputError(msg) from error


def write_audit(
    las: Path,
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    deed: Deed,
    *,
    reviewed: Mapping[str, Marks] | None = None,
    when: datetime | None = None,
) -> Path:
    """Write the trail of a LAS beside it, whole or not at all, and return its path.

    Parameters
    ----------
    las
        The LAS, written or about to be.
    curves, registration, provenance, reviewed
        As given to `write_las`.
    deed
        What was done.
    when
        The date to write; `now` unless given.
    """
    path = audit_path(las)
    text = audit_text(
        las.name, curves, registration, provenance, deed, reviewed, when or now()
    )
    write_text(path, text)
    return path


def audit_text(
    name: str,
    curves: Sequence[Curve],
    registration: Registration,
    provenance: Provenance,
    deed: Deed,
    reviewed: Mapping[str, Marks] | None,
    when: datetime,
) -> str:
    """Return what `write_audit` writes."""
    _, *of_curves = curve_lines(curves, registration, reviewed) or ("",)
    letters = replaced_letters(curves, registration, provenance)
    parts = [
        (
            f"Audit trail of {name}",
            [f"Written {when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC by {deed.verb}."],
        ),
        ("Made from", [*provenance.lines(), *_paper(registration, provenance)]),
        ("Well, as typed or read", [f"{k}: {v}" for k, v in registration.well.items()]),
        ("Depths", _depths(curves, registration)),
        ("Curves", [*of_curves, NULLS]),
        ("Done before, as the trace file tells", provenance.history.splitlines()),
        ("Edits of this run, in their order", list(deed.edits)),
        ("Rows that a person set or looked at", list(deed.remarks)),
        ("Letters that a LAS cannot hold", list(letters)),
        ("To be looked at", list(deed.notes)),
    ]
    text = []
    for title, lines in parts:
        text += [title, *(f"  {' '.join(line.split())}" for line in lines or ["none"])]
        text.append("")
    return "\n".join(text)


def _paper(registration: Registration, provenance: Provenance) -> list[str]:
    return [
        f"{one.description}: {one.value} {one.unit}".rstrip()
        for one in parameters(registration, provenance)
        if one.mnemonic in {"RESO", "PSCL", "SECT"}
    ]


def _depths(curves: Sequence[Curve], registration: Registration) -> list[str]:
    """Say how rows became depths, and every point that says so."""
    axis = registration.depth
    points = ", ".join(f"row {p.row:g} is {p.depth:g}" for p in axis.points)
    depth = curves[0].depth
    return [
        f"{depth.size} depths from {depth[0]:g} to {depth[-1]:g} {axis.unit}, step "
        f"{registration.step:g}, linear between {len(axis.points)} registered points; "
        "a curve is straight between the two rows that a depth lies between.",
        f"Points, in {axis.unit}: {points}",
    ]
