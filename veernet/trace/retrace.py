"""Retrace: the path of one curve through picks that a person made.

The tracer's own programme runs between the picks, on the same evidence and beside the
ink of the other curves, but must leave the row of each pick at the pick. Where there is
no ink the path is straight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, fraction_of
from veernet.errors import InputError
from veernet.intervals import true_intervals
from veernet.quantities import is_impossible
from veernet.records import CurveSpec, Evidence, Panel
from veernet.trace.correction import corrected
from veernet.trace.corridors import OVERSHOOT, Corridor, DecodedPath, make_corridor
from veernet.trace.decoding import _occupied_in, _seen, stroke_along
from veernet.trace.picked import away_from, hidden, of_picked_style, rivals
from veernet.trace.programme import ON, Costs, cheapest_path
from veernet.trace.through import through

_Path: TypeAlias = tuple[NDArray[np.int32], Floats, Floats]
"""(rows,) column of the corridor, column of the panel, evidence under it."""

CLAIM = 4.0
"""Columns from a curve as read within which a pick is on its stroke."""

STROKE = 1.5
"""Columns on either side of a curve that are its ink: half a line of medium weight."""

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
    way: int = 0,
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
    way
        0 the path of least cost; 1 and more another one, which leaves the first where
        the next likeliest other ink is. The last is straight from pick to pick; then
        they come round to the first.
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
    left, right = (edge[rows] for edge in panel.edges_of(mnemonic))
    never = is_impossible(spec, fraction_of(at, left, right))
    # Whoever picks ink where no value can be means that ink.
    corridor = make_corridor(panel, evidence, spec, anywhere=bool(never.any()))
    corridor = of_picked_style(corridor, evidence, rows, at)
    column, strength = _decode(
        corridor, panel, (rows, at), readings or {}, costs or Costs(), way
    )
    inside = slice(int(rows[0]), int(rows[-1]) + 1)
    inked = strength[inside] >= INKED
    for start, stop in true_intervals(inked):
        inked[start:stop] = stop - start >= SHORTEST
    return through(column[inside], inked, rows - rows[0], at)


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
    corridor: Corridor,
    panel: Panel,
    picks: tuple[NDArray[np.intp], Floats],
    readings: Mapping[str, Floats],
    costs: Costs,
    way: int,
) -> tuple[Floats, Floats]:
    """Return (rows,) the path's column in the panel, and the evidence under it."""
    rows, at = picks
    through = np.full(corridor.first.size, np.iinfo(np.int32).min // 2, dtype=np.int32)
    full = np.full(corridor.first.size, np.nan)
    full[rows] = at
    wanted = np.rint(corridor.in_corridor(full)[rows]).astype(np.int32)
    wraps = _wraps(corridor, wanted, full, rows)
    through[rows] = np.clip(
        wanted, wraps[0] * corridor.width, (wraps[1] + 1) * corridor.width - 1
    )
    specs = {spec.mnemonic: spec for spec in panel.curves}
    others = [
        _occupied(corridor, specs[name], readings, panel, picks)
        for name in readings
        if name in specs and name != corridor.spec.mnemonic
    ]
    evidence, occupied_ink = _seen(corridor, _occupied_in(corridor, others))
    start = int(through[rows[0]] // corridor.width) if corridor.spec.wraps else 0

    def path(seen: NDArray[np.uint8]) -> _Path:
        column, state, _ = cheapest_path(
            seen,
            occupied_ink,
            wraps=wraps,
            wrap_start=start,
            costs=costs,
            through=through,
        )
        stroke = stroke_along(corridor, seen, column, state == ON)
        return column, corridor.on_panel(corrected(stroke)), stroke.strength

    circular = corridor.spec.wraps
    _, centroid, strength = _another(path, evidence, rows, way, circular=circular)
    return centroid, strength


def _another(
    path: Callable[[NDArray[np.uint8]], _Path],
    evidence: NDArray[np.uint8],
    rows: NDArray[np.intp],
    way: int,
    *,
    circular: bool,
) -> _Path:
    """Return the path of least cost, or one that departs from it in a stretch."""
    best = path(evidence)
    if not way:
        return best
    free = away_from(rows, evidence.shape[0])
    other = path(hidden(evidence, best[0], free, circular=circular))
    found = rivals((best[0], best[2]), (other[0], other[2]), free)
    number = way % (len(found) + 2)
    if not number:
        return best
    if number > len(found):  # straight from pick to pick
        return best[0], best[1], np.zeros_like(best[2])
    inside = np.zeros_like(free)
    inside[found[number - 1].start : found[number - 1].stop] = True
    return path(hidden(evidence, best[0], inside, circular=circular))


def _wraps(
    corridor: Corridor, wanted: NDArray[np.int32], full: Floats, rows: NDArray[np.intp]
) -> tuple[int, int]:
    """Return the wrap counts between the picks; refuse one beyond the track."""
    if corridor.spec.wraps:
        counts = wanted // corridor.width
        return int(counts.min()) - 1, int(counts.max()) + 1
    outside = (wanted < -OVERSHOOT) | (wanted >= corridor.width + OVERSHOOT)
    if outside.any():
        row = rows[outside][0]
        msg = (
            f"the pick at row {row}, column {full[row]:.1f}, lies beyond the track of "
            f"{corridor.spec.mnemonic}, which does not wrap"
        )
        raise InputError(msg)
    return 0, 0


def _occupied(
    corridor: Corridor,
    spec: CurveSpec,
    readings: Mapping[str, Floats],
    panel: Panel,
    picks: tuple[NDArray[np.intp], Floats],
) -> DecodedPath:
    """Return the ink that another curve occupies, as the picks have it.

    Where a pick is on the other curve as read, and away from this one as read, the two
    were mistaken for each other, from where they met to where they meet again: there
    the other curve has the ink that this one was read from.
    """
    other = _folded(spec, readings[spec.mnemonic], panel)
    own = readings.get(corridor.spec.mnemonic)
    if own is not None:
        own = _folded(corridor.spec, own, panel)
        rows, at = picks
        full = np.full(other.size, np.nan)
        full[rows] = at
        picked = _folded(corridor.spec, full, panel)[rows]
        on_other = np.abs(other[rows] - picked) <= CLAIM
        on_own = np.abs(own[rows] - picked) <= CLAIM
        together = np.abs(own - other) <= CLAIM
        other = other.copy()
        for start, stop in true_intervals(~together):
            claims = (rows >= start) & (rows < stop) & on_other & ~on_own
            if claims.any():
                first, last = _reach(rows, claims, start, stop)
                other[first:last] = own[first:last]
    return _occupied_path(spec, other, panel)


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


def _occupied_path(spec: CurveSpec, columns: Floats, panel: Panel) -> DecodedPath:
    """Return (rows,) columns of a curve in the panel as a `DecodedPath`."""
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
    return DecodedPath(spec, columns, np.zeros(columns.size), state, span, ink)
