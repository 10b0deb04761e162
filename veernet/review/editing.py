"""Between the document and the edits: what an edit does to the curves of a section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from veernet.edits import Patch as EditPatch
from veernet.edits import Retracer, Samples, apply, edit_from_dict, edit_to_dict, label
from veernet.records import Registration
from veernet.review.lines import (
    EDITED,
    REVIEWED,
    KeptPatch,
    KeptSamples,
    Reading,
    ReviewedCurve,
)

if TYPE_CHECKING:
    from veernet.trace.kept import KeptEvidence


@dataclass(frozen=True)
class Planned:
    """An edit that was worked out and not yet made.

    Parameters
    ----------
    edit
        As the journal keeps it.
    label
        For a person.
    patches
        What it does.
    notes
        What the person who makes it should know.
    """

    edit: dict[str, Any]
    label: str
    patches: tuple[KeptPatch, ...]
    notes: tuple[str, ...]


def plan(
    reading: Reading,
    registration: Registration,
    content: Mapping[str, Any],
    evidence: KeptEvidence | None,
) -> Planned:
    """Work out an edit.

    Parameters
    ----------
    reading
        The registered curves of the section; not changed.
    registration
        Of the section.
    content
        The edit as the page sends it.
    evidence
        That a stretch is traced again on; None where none is kept.

    Raises
    ------
    InputError
        If the edit makes no sense, or not there.
    """
    edit = edit_from_dict(content)
    curves = {name: _samples(curve) for name, curve in reading.items()}
    applied = apply(
        curves, edit, registration, _retracer(evidence, curves, registration)
    )
    flag = REVIEWED if edit.action == "accept" else REVIEWED | EDITED
    patches = tuple(_kept(reading[p.curve], p, flag) for p in applied.patches)
    return Planned(
        edit_to_dict(edit), label(edit, registration), patches, applied.notes
    )


def _retracer(
    evidence: KeptEvidence | None,
    curves: Mapping[str, Samples],
    registration: Registration,
) -> Retracer | None:
    """Return what follows ink between picks, where evidence is kept."""
    if evidence is None:
        return None
    # The tracer takes a while to load, and the first picture does not wait for it.
    from veernet.edits.retracer import retracer_of  # noqa: PLC0415

    return retracer_of(evidence, curves, registration)


def _samples(curve: ReviewedCurve) -> Samples:
    """Return a curve as edits take it."""
    kept = curve.samples
    return Samples(
        curve.first_row,
        kept.column,
        kept.confidence.astype(np.float64),
        kept.origin,
        kept.flags & REVIEWED > 0,
    )


def _kept(curve: ReviewedCurve, patch: EditPatch, flag: int) -> KeptPatch:
    """Return a patch as the document keeps it, with who saw and changed its rows."""
    before = curve.part(patch.row0, patch.after.rows)
    after = KeptSamples(
        np.array(patch.after.column, np.float64),
        patch.after.confidence.astype(np.float32),
        np.array(patch.after.origin, np.uint8),
        np.where(patch.after.reviewed, before.flags | flag, before.flags).astype(
            np.uint8
        ),
    )
    same = _same_rows(before, after)
    after.flags[same] = before.flags[same]
    return KeptPatch(patch.curve, patch.row0, before, after)


def _same_rows(before: KeptSamples, after: KeptSamples) -> np.ndarray:
    """Return (rows,) which rows of a patch are reviewed already and stay as they are.

    A row that was reviewed, and that an edit passes over, is not edited by it.
    """
    alike = (before.column == after.column) | (
        np.isnan(before.column) & np.isnan(after.column)
    )
    alike &= (before.origin == after.origin) & (before.flags & REVIEWED > 0)
    return np.asarray(alike & (before.confidence == after.confidence))
