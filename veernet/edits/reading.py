"""A table of edits on a whole reading, and a stretch that was read anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.edits.apply import apply
from veernet.edits.ground import MANUAL, Applied, Ground
from veernet.edits.kinds import Edit
from veernet.edits.samples import Patch, Samples, patched
from veernet.edits.table import TableEdit
from veernet.errors import InputError
from veernet.intervals import true_intervals
from veernet.records import ORIGINS, Registration, Trace

STRETCHES = 3
"""Stretches of a curve that are named each; the others are counted."""


@dataclass(frozen=True)
class Edited:
    """A reading after its edits.

    Parameters
    ----------
    curves
        By mnemonic.
    steps
        Each edit with the patches that it made.
    notes
        What a person should know, one sentence each, with the line of its edit.
    """

    curves: dict[str, Samples]
    steps: tuple[tuple[Edit, tuple[Patch, ...]], ...]
    notes: tuple[str, ...]


def apply_table(
    curves: Mapping[str, Samples],
    edits: Sequence[TableEdit],
    registration: Registration,
    path: Path,
) -> Edited:
    """Apply the edits of a table, one after the other.

    Raises
    ------
    InputError
        If one cannot be applied; its line is named.
    """
    result = dict(curves)
    steps, notes = [], []
    for row_edit in edits:
        try:
            applied = apply(result, row_edit.edit, registration)
        except InputError as error:
            msg = f"{path}, line {row_edit.line}: {error}"
            raise InputError(msg) from error
        result = patched(result, applied.patches)
        steps.append((row_edit.edit, applied.patches))
        notes += [f"line {row_edit.line}: {note}" for note in applied.notes]
    return Edited(result, tuple(steps), tuple(notes))


def merge(
    curves: Mapping[str, Samples],
    traces: Iterable[Trace],
    registration: Registration,
    rows: tuple[int, int],
    *,
    replace_manual: bool = False,
) -> Applied:
    """Put a stretch that was read anew in place of what was read before.

    Copies of a track look alike, so a stretch read by itself does not know how often a
    curve that wraps has wrapped above it: its count is that with which it fits the
    rows around the stretch.

    Parameters
    ----------
    curves
        The reading, by mnemonic.
    traces
        The new one; rows beyond the stretch serve to fit the wraps.
    registration
        Of both.
    rows
        First and last registered row of the stretch.
    replace_manual
        Also rows that a person has set by hand or reviewed, which are kept otherwise.

    Returns
    -------
    Applied
        Patches, and a note for each curve of which rows were kept.

    Raises
    ------
    InputError
        If a curve was not read before, or rows are missing.
    """
    ground = Ground(curves, registration)
    patches: list[Patch] = []
    notes = []
    for trace in traces:
        new = Samples.from_trace(trace)
        before = ground.part(trace.mnemonic, *rows)
        after = before.part(*rows)
        column = new.column + _wraps_between(ground, trace.mnemonic, new, rows)
        if not new.row0 <= rows[0] <= rows[1] <= new.row1:
            msg = (
                f"{trace.mnemonic} was read anew in rows {new.row0} to {new.row1}, not "
                f"in all from {rows[0]} to {rows[1]}"
            )
            raise InputError(msg)
        if _wraps_differ(ground, trace.mnemonic, column, new, rows):
            notes.append(
                f"{trace.mnemonic}: as read anew it leaves the stretch in another wrap "
                "than that which stands below: look at its changes of wrap"
            )
        inside = slice(rows[0] - new.row0, rows[1] + 1 - new.row0)
        kept = (before.origin == MANUAL) | before.reviewed
        if replace_manual:
            kept[:] = False
        if kept.any():
            count = int(kept.sum())
            notes.append(f"{trace.mnemonic}: {count} rows set or reviewed are kept")
        after.column[~kept] = column[inside][~kept]
        after.confidence[~kept] = new.confidence[inside][~kept]
        after.origin[~kept] = new.origin[inside][~kept]
        after.reviewed[~kept] = False
        patches += Patch.between(trace.mnemonic, before, after)
    return Applied(tuple(patches), tuple(notes))


def kept_around(
    curves: Mapping[str, Samples],
    rows: tuple[int, int],
    *,
    replace_manual: bool = False,
) -> tuple[Trace, ...]:
    """Return what stands of a reading while a stretch of it is read anew.

    Parameters
    ----------
    curves
        The reading, by mnemonic.
    rows
        First and last registered row of the stretch.
    replace_manual
        As for `merge`.

    Returns
    -------
    tuple of Trace
        Of each curve, without the rows of the stretch that are to be read.
    """
    found = []
    for name, samples in curves.items():
        trace = samples.to_trace(name)
        anew = (trace.row >= rows[0]) & (trace.row <= rows[1])
        if not replace_manual:
            anew &= ~((samples.origin == MANUAL) | samples.reviewed)
        column = np.where(anew, np.nan, trace.column)
        found.append(replace(trace, column=column))
    return tuple(found)


def _wraps_between(
    ground: Ground, curve: str, new: Samples, rows: tuple[int, int]
) -> Floats:
    """Return (rows,) columns to add to a stretch so that it wraps as its surroundings.

    They are counted in the rows above the stretch that both have read, else in those
    below, else within it.
    """
    old = ground.curves[curve]
    if not ground.spec(curve).wraps:
        return np.zeros(new.rows)
    left, right = ground.edges(curve, new.row0, new.row1)
    row0, row1 = max(old.row0, new.row0), min(old.row1, new.row1)
    at = np.arange(row0, row1 + 1)
    period = (right - left)[at - new.row0]
    count = np.rint((old.column[at - old.row0] - new.column[at - new.row0]) / period)
    known = np.isfinite(count)
    above, below = at < rows[0], at > rows[1]
    for where in (known & above, known & below, known):
        if where.any():
            return np.asarray(np.median(count[where]).round() * (right - left))
    return np.zeros(new.rows)


def _wraps_differ(
    ground: Ground, curve: str, column: Floats, new: Samples, rows: tuple[int, int]
) -> bool:
    """Tell whether a stretch, in the wraps of what is above, is in others below.

    Given are the columns of the stretch and of what is around it, as they are put in.
    """
    old = ground.curves[curve]
    row1 = min(old.row1, new.row1)
    if not ground.spec(curve).wraps or row1 <= rows[1]:
        return False
    left, right = ground.edges(curve, rows[1] + 1, row1)
    before = old.column[rows[1] + 1 - old.row0 : row1 + 1 - old.row0]
    after = column[rows[1] + 1 - new.row0 : row1 + 1 - new.row0]
    count = (after - before) / (right - left)
    count = count[np.isfinite(count)]
    return bool(count.size and abs(float(np.median(count))) > 0.5)


def edited_lines(
    curves: Mapping[str, Samples], registration: Registration
) -> tuple[str, ...]:
    """Say of each curve how much of it a person has set or looked at.

    Returns
    -------
    tuple of str
        A sentence for each curve of which any row was; none where nobody did anything.
    """
    lines = []
    for name, samples in curves.items():
        manual = samples.origin == MANUAL
        unread = samples.reviewed & ~samples.read
        seen = samples.reviewed.mean() if samples.rows else 0.0
        parts = []
        if manual.any():
            where = _stretches(samples, manual, registration)
            parts.append(f"{manual.sum()} of {samples.rows} rows set by hand, {where}")
        for origin in np.unique(samples.origin[unread]):
            rows = int((unread & (samples.origin == origin)).sum())
            word = ORIGINS[origin] if origin else "without a reading"
            parts.append(f"{rows} reviewed as {word}")
        if seen:
            parts.append(f"{seen:.1%} reviewed")
        if parts:
            lines.append(f"{name}: {'; '.join(parts)}")
    return tuple(lines)


def _stretches(
    samples: Samples, where: NDArray[np.bool_], registration: Registration
) -> str:
    """Name the first stretches of some rows by their depths."""
    found = true_intervals(where)
    depth = registration.depth
    row_edit = []
    for start, stop in found[:STRETCHES]:
        ends = depth.depth_at([samples.row0 + start, samples.row0 + stop - 1])
        row_edit.append(f"{ends[0]:.1f} to {ends[1]:.1f}")
    more = len(found) - STRETCHES
    rest = f" and {more} more stretches" if more > 0 else ""
    return f"{', '.join(row_edit)} {depth.unit}{rest}"
