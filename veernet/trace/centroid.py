"""Sub-pixel column of a way: the centroid of its stroke in each row."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

REACH = 3
"""Columns beside the way that may be of its stroke: half a heavy line and a pixel."""

CONTIGUOUS = 0.25
"""A stroke ends where the evidence falls below this share of its peak in the row."""


def refine(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    on: NDArray[np.bool_],
    *,
    circular: bool,
) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return the centroid of the stroke that a way follows, row by row.

    The window follows the slope: a way that crosses forty columns in a row is on a
    stroke that covers forty columns, and the column at that row is the middle of them.
    A window of fixed width would cut the stroke.

    Parameters
    ----------
    evidence
        (rows, columns) probability, 255 is certainty.
    column
        (rows,) unfolded column at which the way leaves each row.
    on
        (rows,) whether the way is on a column in the row.
    circular
        Whether columns wrap around; otherwise the window ends at the track.

    Returns
    -------
    centroid : (rows,) float
        Unfolded column, NaN where the way is not on.
    strength : (rows,) float
        Mean evidence under the stroke, in [0, 1]; 0 where the way is not on.
    span : (rows, 2) int
        First and last unfolded column of the stroke, -1 where the way is not on.
    """
    return _refine(evidence, column, on, circular, REACH, CONTIGUOUS)


@numba.njit(cache=True, nogil=True)
def _refine(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    on: NDArray[np.bool_],
    circular: bool,
    reach: int,
    contiguous: float,
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

        peak, inside = 0.0, 0.0
        for c in range(first, last + 1):
            p = evidence[row, c % width] / 255.0
            peak = max(peak, p)
            inside += p
        strength[row] = inside / (last - first + 1)

        ends = np.array([first, last])
        for side, step in ((0, -1), (1, 1)):
            for _ in range(reach):
                c = ends[side] + step
                if not circular and not 0 <= c < width:
                    break
                p = evidence[row, c % width] / 255.0
                # The way runs beside the ridge as often as on it: climb first.
                if p < contiguous * peak:
                    break
                peak = max(peak, p)
                ends[side] = c
        mass, moment = 0.0, 0.0
        for c in range(ends[0], ends[1] + 1):
            p = evidence[row, c % width] / 255.0 + 1e-6
            mass += p
            moment += p * c
        centroid[row] = moment / mass
        span[row, 0], span[row, 1] = ends[0], ends[1]
    return centroid, strength, span
