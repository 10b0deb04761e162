"""Level strokes: ink that a wrapping curve left as it ran across its track.

A curve that leaves one edge and comes in at the other is steepest there: its stroke is
nearly level, is crowded by that of the way back, and is often filled. The network sees
little of such ink, and what it does not see is cut off at the edge. The picture shows
it: dark pixels side by side, which are no line of the grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.compiled import compiled
from veernet.records import Grey

DARK = 64
"""Levels of 255 below the paper's grey from which a pixel is ink."""

PAPER = 16
"""Rows and columns of which one is looked at to find the paper's grey."""

LEAST = 8
"""Dark columns side by side from which a stroke is level: uprights of the grid and the
hatching of a fill are narrower."""

DEPTH_LINE = 0.8
"""Share of a track's columns from which a dark row is a line of the grid."""

CLIMB, SLOPE = 0.9, 0.012
"""Rows by which the upper or the lower side of a stroke moves from the first third of a
dark run to the last, at the least, and rows a column: a line of the grid that a copy
has broken into pieces is flat, and on a page that is turned by 0.5 degrees falls by
.009."""

REACH = 5
"""Rows above and below a run in which its sides are looked for."""

HAIRLINE = 0.5
"""Rows below the first that the ink of a run has in the mean, of a hairline."""

PEN = 4
"""Rows on either side of what is dark over many rows that are its outline: the peak of
a wrap is often filled, and the curve runs round it."""

BESIDE_EDGE = 6
"""Columns from an edge within which ink begins that comes from it: beside the border
some plotters leave a blank."""


def level_strokes(
    image: Grey, first: NDArray[np.int32], width: int
) -> NDArray[np.bool_]:
    """Find the level strokes of a track, and the outlines of what is filled.

    Parameters
    ----------
    image
        (rows, columns) of the panel, grey.
    first
        (rows,) column of the panel at the track's left edge.
    width
        Columns of the track.

    Returns
    -------
    (rows, width) bool
        Also between such a stroke and the edge that it comes from.
    """
    limit = float(np.median(image[::PAPER, ::PAPER])) - DARK
    found = _level(image, first, width, limit)
    _hollow(found)
    return np.asarray(found)


@compiled()
def _level(
    image: Grey,
    first: NDArray[np.int32],
    width: int,
    limit: float,
) -> NDArray[np.bool_]:
    """Mark dark pixels that lie side by side, and join them to the edges."""
    rows, columns = image.shape
    found = np.zeros((rows, width), dtype=np.bool_)
    for row in range(rows):
        low = max(0, -first[row])
        high = min(width, columns - first[row])
        dark = 0
        for c in range(low, high):
            dark += image[row, first[row] + c] < limit
        if dark > DEPTH_LINE * width:
            continue
        # The border itself is no stroke.
        start = -1
        for c in range(low + BESIDE_EDGE, high - BESIDE_EDGE + 1):
            on = c < high - BESIDE_EDGE and image[row, first[row] + c] < limit
            if on and start < 0:
                start = c
            elif not on and start >= 0:
                if c - start >= LEAST and _inclined(
                    image, row, first[row] + start, first[row] + c, limit
                ):
                    found[row, start:c] = True
                    if start == low + BESIDE_EDGE:
                        found[row, low:start] = True
                    if c == high - BESIDE_EDGE:
                        found[row, c:high] = True
                start = -1
    return found


@compiled()
def _inclined(image: Grey, row: int, start: int, stop: int, limit: float) -> bool:
    """Tell whether a dark run of a row belongs to a stroke that climbs or falls.

    Or to the outline of a fill.
    """
    part = max((stop - start) // 3, 1)
    upper, lower = np.zeros(2), np.zeros(2)
    for side in range(2):
        begin = start if side == 0 else stop - part
        for c in range(begin, begin + part):
            top, base = row, row
            while top > 0 and row - top < REACH and image[top - 1, c] < limit:
                top -= 1
            while (
                base < image.shape[0] - 1
                and base - row < REACH
                and image[base + 1, c] < limit
            ):
                base += 1
            upper[side] += top / part
            lower[side] += base / part
    climb = max(abs(upper[0] - upper[1]), abs(lower[0] - lower[1]))
    thick = max(lower[0] - upper[0], lower[1] - upper[1])
    if thick < HAIRLINE and 0 < row < image.shape[0] - 1:
        # A hairline has one run a row, each where that of the row above ends.
        falls = _dark(image, row - 1, start - 1, limit)
        falls &= _dark(image, row + 1, stop, limit)
        rises = _dark(image, row + 1, start - 1, limit)
        rises &= _dark(image, row - 1, stop, limit)
        climb = 1.0 if falls or rises else climb
    return bool(climb >= CLIMB and climb >= SLOPE * (stop - start - part))


@compiled()
def _dark(image: Grey, row: int, column: int, limit: float) -> bool:
    return bool(0 <= column < image.shape[1] and image[row, column] < limit)


@compiled()
def _hollow(found: NDArray[np.bool_]) -> None:
    """Leave the outline of what is marked over many rows, in place."""
    rows, width = found.shape
    for c in range(width):
        start = -1
        for row in range(rows + 1):
            on = row < rows and found[row, c]
            if on and start < 0:
                start = row
            elif not on and start >= 0:
                if row - start > 2 * PEN:
                    found[start + PEN : row - PEN, c] = False
                start = -1
