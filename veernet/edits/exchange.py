"""Edits of two curves: what one gets of the other, wraps and off-scale rows included.

A person who says that a stroke belongs to another curve says it of all that was read
from it: how often it has wrapped, where it left the scale, and the back-up curve that
goes on there. What the other curve cannot hold is told.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.edits.ground import GAP, Applied, Ground, clear, has_values, set_columns
from veernet.edits.kinds import Hand, Swap
from veernet.edits.samples import Patch, Samples
from veernet.errors import InputError
from veernet.export.onpage import ink
from veernet.records import OFF_SCALE

MEETS = 3.0
"""Columns between two curves that are on one stroke: the width of a line."""


def swap(edit: Swap, ground: Ground) -> Applied:
    """Exchange two curves, and their back-ups, from a row to a row or a meeting."""
    _check_pair(ground, edit.curve, edit.other)
    notes: list[str] = []
    row1 = edit.row1
    if row1 is None:
        row1 = _next_meeting(ground, edit.curve, edit.other, edit.row0, notes)
    patches: list[Patch] = []
    pairs = [(edit.curve, edit.other)]
    if edit.backups:
        pairs += _backups(ground, edit.curve, edit.other, edit.row0, row1, notes)
        _backups(ground, edit.other, edit.curve, edit.row0, row1, notes)
    for one, other in pairs:
        rows = edit.row0, row1
        ours, theirs = ground.part(one, *rows), ground.part(other, *rows)
        given, taken = ours.part(*rows), theirs.part(*rows)
        every = np.ones(ours.rows, dtype=np.bool_)
        _give(ground, (one, ours), (other, taken), every, notes)
        _give(ground, (other, theirs), (one, given), every, notes)
        held = ground.in_one_track(one, other)
        patches += ground.patch(one, given, checked=not held)
        patches += ground.patch(other, taken, checked=not held)
    return Applied(tuple(patches), tuple(notes))


def hand(edit: Hand, ground: Ground) -> Applied:
    """Give what is known of a stretch to another curve, and leave a gap."""
    _check_pair(ground, edit.curve, edit.to)
    notes: list[str] = []
    patches: list[Patch] = []
    rows = edit.row0, edit.row1
    if not has_values(ground.part(edit.curve, *rows)).any():
        msg = (
            f"{edit.curve} is unread in all rows from {edit.row0} to {edit.row1}: "
            "there is nothing to give"
        )
        raise InputError(msg)
    pairs = [(edit.curve, edit.to)]
    if edit.backups:
        pairs += _backups(ground, edit.curve, edit.to, *rows, notes)
    for giver, receiver in pairs:
        ours, theirs = ground.part(giver, *rows), ground.part(receiver, *rows)
        known = has_values(ours)
        _give(ground, (giver, ours), (receiver, theirs), known, notes)
        clear(ours, GAP, known)
        held = ground.in_one_track(giver, receiver)
        patches += ground.patch(giver, ours)
        patches += ground.patch(receiver, theirs, checked=not held)
    return Applied(tuple(patches), tuple(notes))


def _check_pair(ground: Ground, curve: str, other: str) -> None:
    for name in (curve, other):
        ground.spec(name)
    if curve == other:
        msg = f"{curve} cannot be exchanged with itself: name another curve"
        raise InputError(msg)


def _backups(
    ground: Ground, curve: str, other: str, row0: int, row1: int, notes: list[str]
) -> list[tuple[str, str]]:
    """Pair the back-ups of two curves, and note those of the first left alone."""
    ours, theirs = ground.backups(curve), ground.backups(other)
    if other in ours or curve in theirs:
        return []
    for name in ours[len(theirs) :]:
        if has_values(ground.part(name, row0, row1)).any():
            notes.append(
                f"{name} is left as it is: it is a back-up of {curve}, and {other} has "
                f"{'no other' if theirs else 'none'}"
            )
    return list(zip(ours, theirs, strict=False))


def _give(
    ground: Ground,
    giver: tuple[str, Samples],
    receiver: tuple[str, Samples],
    where: NDArray[np.bool_],
    notes: list[str],
) -> None:
    """Set the rows of a receiver, in place, to what a giver has there."""
    (source, ours), (target, theirs) = giver, receiver
    columns = _columns(ground, source, ours, target, notes)
    read = ours.read & where
    set_columns(theirs, columns[read], read)
    # Another name makes nobody surer of where the ink is.
    theirs.confidence[read] = ours.confidence[read]
    clear(theirs, GAP, ~ours.read & where)
    off = np.isin(ours.origin, OFF_SCALE) & where
    if off.any() and ground.spec(target).wraps:
        notes.append(
            f"{target} wraps and is never off scale: it has a gap where {source} was"
        )
        return
    theirs.origin[off] = ours.origin[off]


def _columns(
    ground: Ground, source: str, samples: Samples, target: str, notes: list[str]
) -> Floats:
    """Return a curve's columns as those of another that is read from the same ink."""
    ours, theirs = ground.spec(source).wraps, ground.spec(target).wraps
    track, _ = ground.registration.curve(source)
    if ours == theirs and (not ours or track is ground.registration.curve(target)[0]):
        return samples.column
    where = ink(samples.to_trace(source), ground.registration)
    if not theirs:
        if np.any(where.wrap):
            notes.append(f"{target} does not wrap: the wraps of {source} are dropped")
        return where.column
    left, right = ground.edges(target, samples.row0, samples.row1)
    wrap = where.wrap
    if not ours:
        count = _wrap_above(ground, target, samples.row0, where.column)
        wrap = np.full(wrap.shape, count)
        if count:
            notes.append(f"{source} does not wrap: {target} keeps its wrap {count:+d}")
    return np.asarray(where.column + wrap * (right - left))


def _wrap_above(ground: Ground, curve: str, row0: int, column: Floats) -> int:
    """Return the wrap count with which a curve goes on most evenly at a row."""
    samples = ground.curves[curve]
    above = samples.column[: row0 - samples.row0]
    below = column[np.isfinite(column)]
    known = above[np.isfinite(above)]
    if not known.size or not below.size:
        return 0
    left, right = ground.edges(curve, row0, row0)
    return int(np.rint((known[-1] - below[0]) / (right[0] - left[0])))


def _next_meeting(
    ground: Ground, curve: str, other: str, row0: int, notes: list[str]
) -> int:
    """Return the last row before two curves that are apart meet again."""
    ground.part(curve, row0, row0)
    ground.part(other, row0, row0)
    row1 = min(ground.curves[name].row1 for name in (curve, other))
    one, two = (
        ink(ground.part(name, row0, row1).to_trace(name), ground.registration).column
        for name in (curve, other)
    )
    at = np.flatnonzero(np.isfinite(one) & np.isfinite(two))
    away = (one - two)[at]
    met = _meeting(away, _jump(ground, curve, other, row0))
    if met is None:
        notes.append(
            f"{curve} and {other} do not meet again below row {row0}: they are swapped "
            f"to the last row, {row1}"
        )
        return row1
    row = row0 + int(at[met])
    notes.append(f"{curve} and {other} meet again at row {row}, {ground.depth(row)}")
    return row


def _jump(ground: Ground, curve: str, other: str, row0: int) -> float:
    """Return the columns between two rows that are a wrap and no crossing."""
    wrapping = [name for name in (curve, other) if ground.spec(name).wraps]
    if not wrapping:
        return np.inf
    left, right = ground.edges(wrapping[0], row0, row0)
    return float(right[0] - left[0]) / 2


def _meeting(away: Floats, jump: float) -> int | None:
    """Return where two curves are nearest when they first meet after being apart.

    Parameters
    ----------
    away
        (samples,) columns from one to the other, with its sign.
    jump
        A change of sign by more is a wrap, not a crossing.
    """
    apart = np.flatnonzero(np.abs(away) > MEETS)
    if not apart.size:
        return None
    start = int(apart[0])
    rest = away[start:]
    near = np.abs(rest) <= MEETS
    crossed = np.zeros(rest.size, dtype=np.bool_)
    crossed[1:] = (rest[1:] * rest[:-1] < 0) & (np.abs(np.diff(rest)) < jump)
    found = np.flatnonzero(near | crossed)
    if not found.size:
        return None
    first = int(found[0])
    if not near[first]:  # they cross between two rows: up to the upper one
        return start + first - 1
    stop = first + int(np.argmin(np.append(near[first:], False)))
    return start + first + int(np.argmin(np.abs(rest[first:stop])))
