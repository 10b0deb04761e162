"""Retrace: the path of one curve through picks that a person made.

The tracer's own programme runs between the picks, on the same evidence and beside the
ink of the other curves, but must leave the row of each pick at the pick. Where there is
no ink the path is straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.records import CurveSpec, Evidence, Panel
from veernet.runs import runs
from veernet.trace.correction import corrected
from veernet.trace.lanes import OVERSHOOT, Lane, Way, make_lane
from veernet.trace.programme import ON, Costs, cheapest_way
from veernet.trace.ways import _seen, _taken_in, stroke_along

CLAIM = 4.0
"""Columns from a curve as read within which a pick is on its stroke."""

STROKE = 1.5
"""Columns on either side of a curve that are its ink: half a line of medium weight."""

FADE = 4
"""Rows over which a pick beside the middle of its stroke draws the path to itself."""

DRAWN = 3.0
"""Columns by which it draws its neighbours at the most: on a steep stroke the middle of
the ink in a row, and the column at which the path leaves it, are far apart."""

INKED = 0.25
"""Mean evidence under the path in a row below which there is no ink: it is straight."""

SHORTEST = 3
"""Rows of ink between rows without: fewer are speckle, or a line that is crossed."""


def retrace(
    panel: Panel,
    evidence: Evidence,
    mnemonic: str,
    picks: Sequence[tuple[int, float]],
    readings: Mapping[str, Floats] | None = None,
    *,
    costs: Costs | None = None,
) -> Floats:
    """Trace one curve of a panel again, through picks.

    Parameters
    ----------
    panel
        The tracks and their curves; its picture is needed where colour tells.
    evidence
        What the network saw, of the same rows.
    mnemonic
        Of the curve.
    picks
        Two or more (row of the panel, unfolded column of the panel), rows increasing.
    readings
        By mnemonic (rows,) where the curves of the panel, this one too, are read now,
        unfolded columns, NaN where unread. The others' ink is theirs, but where picks
        say that it was mistaken.
    costs
        Of the dynamic programme.

    Returns
    -------
    (last row - first row + 1,) float
        Unfolded columns of the panel, in every row, and at each pick the pick.

    Raises
    ------
    InputError
        If the picks are not two or more rows of the panel, one below the other, or lie
        beyond the track of a curve that does not wrap.
    """
    rows, at = _checked(picks, panel)
    spec = next((s for s in panel.curves if s.mnemonic == mnemonic), None)
    if spec is None:
        msg = f"curve {mnemonic!r} is not in this panel"
        raise InputError(msg)
    lane = make_lane(panel, evidence, spec)
    column, strength = _decode(
        lane, panel, (rows, at), readings or {}, costs or Costs()
    )
    inside = slice(int(rows[0]), int(rows[-1]) + 1)
    inked = strength[inside] >= INKED
    for start, stop in runs(inked):
        inked[start:stop] = stop - start >= SHORTEST
    return _through(column[inside], inked, rows - rows[0], at)


def _checked(
    picks: Sequence[tuple[int, float]], panel: Panel
) -> tuple[NDArray[np.intp], Floats]:
    """Return the rows and columns of picks that make sense."""
    if len(picks) < 2:
        msg = f"{len(picks)} pick(s) given: two or more are needed"
        raise InputError(msg)
    rows = np.array([row for row, _ in picks], dtype=np.intp)
    at = np.array([column for _, column in picks], dtype=np.float64)
    height = panel.edges.shape[2]
    if rows[0] < 0 or rows[-1] >= height or np.any(np.diff(rows) <= 0):
        msg = (
            f"picks at rows {', '.join(str(r) for r in rows[:9])}: they must increase, "
            f"from 0 to {height - 1}"
        )
        raise InputError(msg)
    return rows, at


def _decode(
    lane: Lane,
    panel: Panel,
    picks: tuple[NDArray[np.intp], Floats],
    readings: Mapping[str, Floats],
    costs: Costs,
) -> tuple[Floats, Floats]:
    """Return (rows,) the path's column in the panel, and the evidence under it."""
    rows, at = picks
    through = np.full(lane.first.size, np.iinfo(np.int32).min // 2, dtype=np.int32)
    full = np.full(lane.first.size, np.nan)
    full[rows] = at
    wanted = np.rint(lane.in_lane(full)[rows]).astype(np.int32)
    wraps = _wraps(lane, wanted, full, rows)
    through[rows] = np.clip(
        wanted, wraps[0] * lane.width, (wraps[1] + 1) * lane.width - 1
    )
    specs = {spec.mnemonic: spec for spec in panel.curves}
    ways = [
        _occupied(lane, specs[name], readings, panel, picks)
        for name in readings
        if name in specs and name != lane.spec.mnemonic
    ]
    evidence, taken = _seen(lane, _taken_in(lane, ways))
    start = int(through[rows[0]] // lane.width) if lane.spec.wraps else 0
    column, state, _ = cheapest_way(
        evidence, taken, wraps=wraps, wrap_start=start, costs=costs, through=through
    )
    stroke = stroke_along(lane, evidence, column, state == ON)
    return lane.on_panel(corrected(stroke)), stroke.strength


def _wraps(
    lane: Lane, wanted: NDArray[np.int32], full: Floats, rows: NDArray[np.intp]
) -> tuple[int, int]:
    """Return the wrap counts between the picks; refuse one beyond the track."""
    if lane.spec.wraps:
        counts = wanted // lane.width
        return int(counts.min()) - 1, int(counts.max()) + 1
    outside = (wanted < -OVERSHOOT) | (wanted >= lane.width + OVERSHOOT)
    if outside.any():
        row = rows[outside][0]
        msg = (
            f"the pick at row {row}, column {full[row]:.1f}, lies beyond the track of "
            f"{lane.spec.mnemonic}, which does not wrap"
        )
        raise InputError(msg)
    return 0, 0


def _occupied(
    lane: Lane,
    spec: CurveSpec,
    readings: Mapping[str, Floats],
    panel: Panel,
    picks: tuple[NDArray[np.intp], Floats],
) -> Way:
    """Return the ink that another curve occupies, as the picks have it.

    Where a pick is on the other curve as read, and away from this one as read, the two
    were mistaken for each other, from where they met to where they meet again: there
    the other curve has the ink that this one was read from.
    """
    other = _folded(spec, readings[spec.mnemonic], panel)
    own = readings.get(lane.spec.mnemonic)
    if own is not None:
        own = _folded(lane.spec, own, panel)
        rows, at = picks
        full = np.full(other.size, np.nan)
        full[rows] = at
        picked = _folded(lane.spec, full, panel)[rows]
        on_other = np.abs(other[rows] - picked) <= CLAIM
        on_own = np.abs(own[rows] - picked) <= CLAIM
        together = np.abs(own - other) <= CLAIM
        other = other.copy()
        for start, stop in runs(~together):
            claims = (rows >= start) & (rows < stop) & on_other & ~on_own
            if claims.any():
                first, last = _reach(rows, claims, start, stop)
                other[first:last] = own[first:last]
    return _way(spec, other, panel)


def _reach(
    rows: NDArray[np.intp], claims: NDArray[np.bool_], start: int, stop: int
) -> tuple[int, int]:
    """Return from where to where claims hold: no farther than the next other pick."""
    first, last = np.flatnonzero(claims)[[0, -1]]
    if first > 0:
        start = max(start, int(rows[first - 1]))
    if last + 1 < rows.size:
        stop = min(stop, int(rows[last + 1]))
    return start, stop


def _folded(spec: CurveSpec, columns: Floats, panel: Panel) -> Floats:
    """Return (rows,) where in the panel the ink of unfolded columns is."""
    if not spec.wraps:
        return columns
    left, right = panel.edges_of(spec.mnemonic)
    return np.asarray(left + np.mod(columns - left, right - left))


def _way(spec: CurveSpec, columns: Floats, panel: Panel) -> Way:
    """Return a curve's ink, given (rows,) where it is in the panel, as a `Way`."""
    left, right = panel.edges_of(spec.mnemonic)
    before = np.concatenate([columns[:1], columns[:-1]])
    # A jump from edge to edge is a wrap, and no ink.
    before = np.where(np.abs(before - columns) > (right - left) / 2, columns, before)
    ends = np.fmin(before, columns) - STROKE, np.fmax(before, columns) + STROKE
    span = np.stack(ends, axis=1)
    read = np.isfinite(columns)
    ink = np.full((columns.size, 2, 2), -1, dtype=np.int32)
    ink[read, 0] = np.rint(np.maximum(span[read], 0)).astype(np.int32)
    state = np.full(columns.size, ON, dtype=np.uint8)
    return Way(spec, columns, np.zeros(columns.size), state, span, ink)


def _through(
    column: Floats, inked: NDArray[np.bool_], rows: NDArray[np.intp], at: Floats
) -> Floats:
    """Draw a path straight where there is no ink, and through its picks."""
    result = column.copy()
    inked = inked.copy()
    inked[rows] = True
    result[rows] = np.where(np.isfinite(column[rows]), column[rows], at)
    away = np.clip(at - result[rows], -DRAWN, DRAWN)
    every = np.arange(result.size)
    for row, by in zip(rows, away, strict=True):
        first, last = max(row - FADE, 0), min(row + FADE + 1, result.size)
        apart = np.abs(every[first:last] - row) / (FADE + 1)
        result[first:last] += by * 0.5 * (1 + np.cos(np.pi * apart))
    result[rows] = at
    for start, stop in runs(~inked):
        gap = slice(start, stop)
        result[gap] = np.interp(
            every[gap], [start - 1, stop], result[[start - 1, stop]]
        )
    return result
