"""Sub-pixel column of a path: the centroid of its stroke in each row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled

STROKE_REACH = 3
"""Columns beside the path that may be of its stroke: half a heavy line and a pixel."""

CONTIGUOUS = 0.4
"""A stroke ends where the evidence falls below this share of its peak in the row."""

DEPTH = 2
"""Rows above and below a pixel in which the middle of its stroke is looked for."""

CLOSE = 0.35
"""Rows from the middle of a stroke within which a pixel speaks for its own row."""

LEAST_CENTRE = 0.25
"""Probability, over a stroke, from which the centre's word is taken."""

FLANK = 3
"""Columns beside the median of the centre that tell where in between it is."""


def refine(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    on: NDArray[np.bool_],
    centre: NDArray[np.uint8],
    first: NDArray[np.int32],
    *,
    circular: bool,
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return the centroid of the stroke that a path follows, row by row.

    The window follows the slope: a path that crosses forty columns in a row is on a
    stroke that covers at least as many, and the column at that row is the middle of
    them. A window of fixed width would cut the stroke.

    A stroke that is nearly level is as thick in rows as an upright one is in columns,
    and its ink in a row is that of the rows beside as well. A pixel therefore counts by
    how close it lies to the middle of its stroke from top to bottom. On an upright
    stroke that is the same for all.

    A network that tells the centre says where in the row the curve is; within the
    stroke its word is taken.

    Parameters
    ----------
    evidence
        (rows, columns) probability, 255 is certainty.
    column
        (rows,) unfolded column at which the path leaves each row.
    on
        (rows,) whether the path is on a column in the row.
    centre
        (rows, columns of the panel) probability that a curve has its column there, 255
        is certainty; without rows where that is not known.
    first
        (rows,) column of the panel at which the evidence begins.
    circular
        Whether columns wrap around; otherwise the window ends at the track.

    Returns
    -------
    centroid : (rows,) float
        Unfolded column, NaN where the path is not on.
    strength : (rows,) float
        Mean evidence under the stroke, in [0, 1]; 0 where the path is not on.
    span : (rows, 2) int
        First and last unfolded column of the stroke, -1 where the path is not on.
    """
    return _refine(evidence, column, on, centre, first, circular)


@compiled()
def _refine(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    on: NDArray[np.bool_],
    centre: NDArray[np.uint8],
    origin: NDArray[np.int32],
    circular: bool,
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    rows, width = evidence.shape
    centroid = np.full(rows, np.nan)
    strength = np.zeros(rows)
    span = np.full((rows, 2), -1, dtype=np.int32)
    for row in range(rows):
        if not on[row]:
            continue
        here = column[row]
        before = column[row - 1] if row > 0 and on[row - 1] else here
        first, last = min(before, here), max(before, here)
        # A steep stroke is some rows thick: its ink reaches to where the path is in the
        # row above and in the one below.
        lowest, highest = first, last
        if row > 1 and on[row - 2] and on[row - 1]:
            above = column[row - 2]
            lowest, highest = min(lowest, above), max(highest, above)
        if row + 1 < rows and on[row + 1]:
            below = column[row + 1]
            lowest, highest = min(lowest, below), max(highest, below)

        peak, inside = 0.0, 0.0
        for c in range(first, last + 1):
            p = evidence[row, c % width] / 255.0
            peak = max(peak, p)
            inside += p
        strength[row] = inside / (last - first + 1)

        ends = np.array([first, last])
        for side, step in ((0, -1), (1, 1)):
            limit = lowest - STROKE_REACH if side == 0 else highest + STROKE_REACH
            while ends[side] != limit:
                c = ends[side] + step
                if not circular and not 0 <= c < width:
                    break
                p = evidence[row, c % width] / 255.0
                # The path runs beside the ridge as often as on it: climb first.
                if p <= CONTIGUOUS * peak:
                    break
                peak = max(peak, p)
                ends[side] = c
        span[row, 0], span[row, 1] = ends[0], ends[1]
        if centre.shape[0] > 0:
            low, high = ends[0] - 1, ends[1] + 1
            if circular:  # a stroke may be longer than the track that it wraps in
                high = min(high, low + width - 1)
            centred = _centre_in(centre[row], low, high, origin[row], width, circular)
            if not np.isnan(centred):
                centroid[row] = centred
                continue
        mass, moment = 0.0, 0.0
        for c in range(ends[0], ends[1] + 1):
            ink, lean = 1e-6, 0.0
            for k in range(max(-DEPTH, -row), min(DEPTH, rows - 1 - row) + 1):
                p = evidence[row + k, c % width] / 255.0
                ink += p
                lean += k * p
            weight = evidence[row, c % width] / 255.0 + 1e-6
            weight *= np.exp(-0.5 * (lean / ink / CLOSE) ** 2)
            mass += weight
            moment += weight * c
        centroid[row] = moment / mass
    return centroid, strength, span


@compiled()
def _centre_in(
    centre: NDArray[np.uint8],
    low: int,
    high: int,
    origin: int,
    width: int,
    circular: bool,
) -> float:
    """Centroid of the centre about its median in a stroke, NaN if there is too little.

    In a steep stroke the centre is spread over many columns, as it is not known so well
    in which row the curve is; and the stroke may cross another, which has a centre of
    its own. That moves a centroid of all much, and the median little.
    """
    mass = 0.0
    for c in range(low, high + 1):
        mass += _at(centre, c, origin, width, circular)
    if mass < LEAST_CENTRE:
        return np.nan
    median, before = low, 0.0
    for c in range(low, high + 1):
        before += _at(centre, c, origin, width, circular)
        if before >= mass / 2:
            median = c
            break
    mass, moment = 0.0, 0.0
    for c in range(max(median - FLANK, low), min(median + FLANK, high) + 1):
        p = _at(centre, c, origin, width, circular)
        mass += p
        moment += p * c
    return moment / mass


@compiled()
def _at(
    centre: NDArray[np.uint8], column: int, origin: int, width: int, circular: bool
) -> float:
    """Centre at a column of the corridor, 0 beyond the panel."""
    at = origin + (column % width if circular else column)
    if not 0 <= at < centre.size:
        return 0.0
    return float(centre[at]) / 255.0
