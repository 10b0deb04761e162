"""Apply an edit: from the arrays of a reading to the patches that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch

import numpy as np

from veernet.axes import Floats
from veernet.edits.exchange import hand, swap
from veernet.edits.ground import Applied, Ground, clear, set_columns
from veernet.edits.kinds import (
    Accept,
    Bend,
    Cut,
    Edit,
    Hand,
    Join,
    Off,
    Points,
    Redraw,
    Retrace,
    Shift,
    Swap,
    Value,
    Wrap,
)
from veernet.edits.parse import check_order
from veernet.edits.samples import Patch, Samples
from veernet.errors import InputError
from veernet.intervals import true_intervals
from veernet.records import ORIGINS, Registration

ROUNDING = 1e-6
"""Rows: how near is taken for exactly on it, beyond any rounding error of a depth."""

Retracer = Callable[[str, Points, int], Floats]
"""Takes a curve, picks of whole rows, and which path; returns the columns from the
first pick's row to the last's; see `veernet.trace.retrace`."""


def apply(
    curves: Mapping[str, Samples],
    edit: Edit,
    registration: Registration,
    retracer: Retracer | None = None,
) -> Applied:
    """Apply an edit to a reading.

    A pure function: no array of the reading is changed; see `patched` for that. Rows
    that an edit sets have the origin manual, the confidence 1 and are reviewed; rows
    that it clears are reviewed too. Where an edit changes the name or the wrap count of
    what was read, and not its ink, the confidence stays what it was.

    Parameters
    ----------
    curves
        The reading, by mnemonic.
    edit
        What to do.
    registration
        With which it was read, or an edited one.
    retracer
        Follows ink between picks; only `Retrace` that is not straight needs it.

    Returns
    -------
    Applied
        Patches, one a curve at the most, and notes.

    Raises
    ------
    InputError
        If the edit names a curve or rows that are not there, would put a curve beyond
        its track that does not wrap, or has nothing to work on.
    """
    check_order(edit)
    ground = Ground(curves, registration)
    if isinstance(edit, Retrace):
        return Applied(tuple(_retrace(edit, ground, retracer)))
    if isinstance(edit, Swap):
        return swap(edit, ground)
    if isinstance(edit, Hand):
        return hand(edit, ground)
    if isinstance(edit, Cut):
        return _cut(edit, ground)
    patches = tuple(ground.patch(edit.curve, _changed(edit, ground)))
    return Applied(patches, tuple(_wrapped_by_value(edit, ground)))


def _wrapped_by_value(edit: Edit, ground: Ground) -> Iterator[str]:
    """Say that a value is taken for a wrapped one: it may be a slip of the pen."""
    if isinstance(edit, Value):
        values = np.array([edit.value])
    elif isinstance(edit, Redraw) and edit.values:
        values = np.array([value for _, value in edit.points])
    else:
        return
    spec = ground.spec(edit.curve)
    wraps = np.floor(_fractions(ground, edit.curve, values))
    # A value at the right end is on the scale.
    wraps[values == spec.scale.right] = 0
    if not wraps.any():
        return
    at = int(np.argmax(np.abs(wraps)))
    count = abs(int(wraps[at]))
    times = "once" if count == 1 else f"{count} times"
    yield (
        f"{edit.curve}: {values[at]:g} {spec.unit} is beyond its scale, "
        f"{spec.scale.left:g} to {spec.scale.right:g}, and is taken as wrapped {times}"
    )


@singledispatch
def _changed(edit: Edit, ground: Ground) -> Samples:
    """Return the rows of a curve as an edit of it alone leaves them."""
    raise NotImplementedError(type(edit))


@_changed.register
def _(edit: Bend, ground: Ground) -> Samples:
    whole = ground.part(edit.curve, edit.row, edit.row)
    if not whole.read[0]:
        msg = f"{edit.curve} is unread at row {edit.row}: redraw it, or join its ends"
        raise InputError(msg)
    samples = ground.curves[edit.curve]
    row0 = max(edit.row - edit.reach, samples.row0)
    row1 = min(edit.row + edit.reach, samples.row1)
    part = samples.part(row0, row1)
    away = np.abs(np.arange(row0, row1 + 1) - edit.row) / (edit.reach + 1)
    share = 0.5 * (1 + np.cos(np.pi * away))
    moved = part.column + share * (edit.column - whole.column[0])
    moved[edit.row - row0] = edit.column  # to the last digit
    read = part.read
    set_columns(part, moved[read], read)
    return part


@_changed.register
def _(edit: Redraw, ground: Ground) -> Samples:
    rows, heights = np.array(edit.points, dtype=np.float64).T
    row0, row1 = int(np.floor(rows[0] + ROUNDING)), int(np.ceil(rows[-1] - ROUNDING))
    part = ground.part(edit.curve, row0, row1)
    at = np.arange(row0, row1 + 1)
    if not edit.values:
        set_columns(part, np.interp(at, rows, heights))
        return part
    fraction = np.interp(at, rows, _fractions(ground, edit.curve, heights))
    left, right = ground.edges(edit.curve, row0, row1)
    set_columns(part, left + fraction * (right - left))
    return part


@_changed.register
def _(edit: Value, ground: Ground) -> Samples:
    part = ground.part(edit.curve, edit.row0, edit.row1)
    (fraction,) = _fractions(ground, edit.curve, np.array([edit.value]))
    left, right = ground.edges(edit.curve, edit.row0, edit.row1)
    set_columns(part, left + fraction * (right - left))
    return part


@_changed.register
def _(edit: Join, ground: Ground) -> Samples:
    ground.part(edit.curve, edit.row0, edit.row1)
    samples = ground.curves[edit.curve]
    first, last = edit.row0 - samples.row0, edit.row1 - samples.row0
    gaps = [(a, b) for a, b in true_intervals(~samples.read) if a <= last and b > first]
    if not gaps:
        msg = (
            f"{edit.curve} is read in all rows from {edit.row0} to {edit.row1}: there "
            "is no gap to join"
        )
        raise InputError(msg)
    # Rows above the first that is read, or below the last, have nothing to join.
    gaps = [(a, b) for a, b in gaps if a > 0 and b < samples.rows]
    if not gaps:
        msg = (
            f"{edit.curve} is not read on both sides of the gap at row "
            f"{edit.row0}: redraw it instead"
        )
        raise InputError(msg)
    part = samples.part(samples.row0 + gaps[0][0], samples.row0 + gaps[-1][1] - 1)
    at = np.arange(gaps[0][0], gaps[-1][1])
    read = np.flatnonzero(samples.read)
    unread = ~part.read
    line = np.interp(at, read, samples.column[read])
    set_columns(part, line[unread], unread)
    return part


@_changed.register
def _(edit: Wrap, ground: Ground) -> Samples:
    if not ground.spec(edit.curve).wraps:
        msg = f"{edit.curve} does not wrap: register wraps: true, or shift it"
        raise InputError(msg)
    part = _read_part(ground, edit.curve, edit.row0, edit.row1)
    left, right = ground.edges(edit.curve, edit.row0, edit.row1)
    read = part.read
    sure = part.confidence[read]
    set_columns(part, (part.column + edit.by * (right - left))[read], read)
    # Another count makes nobody surer of where the ink is.
    part.confidence[read] = sure
    return part


@_changed.register
def _(edit: Shift, ground: Ground) -> Samples:
    part = _read_part(ground, edit.curve, edit.row0, edit.row1)
    read = part.read
    set_columns(part, part.column[read] + edit.by, read)
    return part


@_changed.register
def _(edit: Off, ground: Ground) -> Samples:
    if ground.spec(edit.curve).wraps:
        msg = f"{edit.curve} wraps, and is never off scale: cut it, or change its wraps"
        raise InputError(msg)
    part = ground.part(edit.curve, edit.row0, edit.row1)
    clear(part, ORIGINS.index("off-left" if edit.side == "left" else "off-right"))
    return part


@_changed.register
def _(edit: Accept, ground: Ground) -> Samples:
    part = ground.part(edit.curve, edit.row0, edit.row1)
    part.reviewed[:] = True
    return part


def _cut(edit: Cut, ground: Ground) -> Applied:
    """Cut a curve, and with it the back-ups that would fill the gap."""
    patches: list[Patch] = []
    notes = []
    backups = ground.backups(edit.curve) if edit.backups else []
    for name in [edit.curve, *backups]:
        samples = ground.curves.get(name)
        if name != edit.curve and samples is not None:
            inside = samples.row0 <= edit.row0 and edit.row1 <= samples.row1
            if not inside or not samples.part(edit.row0, edit.row1).read.any():
                continue
            notes.append(f"{name}, the back-up of {edit.curve}, is cut with it")
        part = ground.part(name, edit.row0, edit.row1)
        clear(part)
        patches += ground.patch(name, part)
    return Applied(tuple(patches), tuple(notes))


def _retrace(edit: Retrace, ground: Ground, retracer: Retracer | None) -> list[Patch]:
    """Set what the retracer found, or straight lines, between the picks."""
    rows, columns = np.array(edit.picks, dtype=np.float64).T
    if np.any(rows != np.round(rows)):
        wrong = rows[rows != np.round(rows)][0]
        msg = f"retrace: a pick at row {wrong:g}: give whole rows"
        raise InputError(msg)
    row0, row1 = int(rows[0]), int(rows[-1])
    part = ground.part(edit.curve, row0, row1)
    picked = np.isin(np.arange(row0, row1 + 1), rows)
    part.column[picked] = columns
    ground.check_columns(edit.curve, part, picked)
    if edit.straight:
        found = np.interp(np.arange(row0, row1 + 1), rows, columns)
    elif retracer is None:
        msg = "no evidence is kept of this reading: digitise again, or retrace straight"
        raise InputError(msg)
    else:
        found = retracer(edit.curve, edit.picks, edit.way)
    set_columns(part, found)
    return ground.patch(edit.curve, part)


def _read_part(ground: Ground, curve: str, row0: int, row1: int) -> Samples:
    """Return rows of a curve; refuse those of which none is read."""
    part = ground.part(curve, row0, row1)
    if not part.read.any():
        msg = f"{curve} is unread in all rows from {row0} to {row1}: nothing to move"
        raise InputError(msg)
    return part


def _fractions(ground: Ground, curve: str, values: Floats) -> Floats:
    """Return the places of values on a curve's scale, as fractions of its track."""
    scale = ground.spec(curve).scale
    fraction = scale.fraction_at(values)
    if np.isnan(fraction).any():
        wrong = values[np.isnan(fraction)][0]
        msg = f"{wrong:g} is not on the log scale of {curve}: give a value above 0"
        raise InputError(msg)
    return fraction
