"""Rows of a stretch that lie straight between others, and need not be written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

TOLERANCE = 1e-6
"""Columns from a straight line that are rounding, and no bend."""


def simplify_rows(column: Floats) -> NDArray[np.intp]:
    """Return the rows from which straight lines make a stretch again, to the byte.

    Lines are simplified by Douglas and Peucker. Where rounding would make another
    number of a row between two corners, every row is kept.

    Parameters
    ----------
    column
        (rows,) columns of consecutive rows, all finite.

    Returns
    -------
    (corners,) int
        Counted from the first row; the first and the last are among them.
    """
    rows = np.arange(column.size)
    bends = np.abs(np.diff(column, 2)) > TOLERANCE
    if 2 * bends.sum() >= bends.size:
        return rows
    # Only here: it takes half a second to load.
    from skimage.measure import approximate_polygon  # noqa: PLC0415

    line = np.stack([rows.astype(np.float64), column], axis=1)
    kept = approximate_polygon(line, TOLERANCE)[:, 0].astype(np.intp)
    made = np.interp(rows, kept.astype(np.float64), column[kept])
    return kept if np.array_equal(made, column) else rows
