"""Through: a path drawn through the picks that a person made of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.intervals import true_intervals

FADE = 4
"""Rows over which a pick beside the middle of its stroke draws the path to itself."""

DRAWN = 3.0
"""Columns by which it draws its neighbours at the most: on a steep stroke the middle of
the ink in a row, and the column at which the path leaves it, are far apart."""

CLOSE = 24
"""Rows between two picks of which both may be on a side of one stroke."""

ASIDE = 2.0
"""Columns from the path from which a pick is aside of it, and not on a steep stroke a
fraction of a row off."""

WIDEST = 6.0
"""Columns that the path is moved at the most: half of the widest stroke there is."""


def through(
    column: Floats, inked: NDArray[np.bool_], rows: NDArray[np.intp], at: Floats
) -> Floats:
    """Draw a path straight where there is no ink, and through its picks.

    Parameters
    ----------
    column
        (rows,) of the path, from the first pick's row to the last's.
    inked
        (rows,) where there is ink under it.
    rows, at
        (picks,) rows of the path, the first and the last among them, and columns.

    Returns
    -------
    (rows,) float
        At each pick the pick.
    """
    result = column.copy()
    inked = inked.copy()
    inked[rows] = True
    result[rows] = np.where(np.isfinite(column[rows]), column[rows], at)
    away = at - result[rows]
    every = np.arange(result.size)
    shared = _shared(away, rows)
    result += shared
    for row, by in zip(rows.tolist(), away.tolist(), strict=True):
        for side in (-1, 1):
            near = row + side * np.arange(1, FADE + 1)
            near = near[(near >= 0) & (near < result.size)]
            if near.size:
                rest = np.clip(by - shared[near[0]], -DRAWN, DRAWN)
                apart = np.abs(near - row) / (FADE + 1)
                result[near] += rest * 0.5 * (1 + np.cos(np.pi * apart))
    result[rows] = at
    for start, stop in true_intervals(~inked):
        gap = slice(start, stop)
        result[gap] = np.interp(
            every[gap], [start - 1, stop], result[[start - 1, stop]]
        )
    return result


def _shared(away: Floats, rows: NDArray[np.intp]) -> Floats:
    """Return (rows,) how far a path is moved between picks that agree.

    Two picks close to each other, both on the same side of the path, say that it runs
    at a side of its stroke: another curve as read hides the rest of it.
    """
    result = np.zeros(int(rows[-1]) + 1)
    for (above, first), (below, last) in pairwise(zip(rows, away, strict=True)):
        least, most = sorted((abs(float(first)), abs(float(last))))
        agree = first * last > 0 and least >= ASIDE and most <= 2 * least
        if below - above > CLOSE or not agree:
            continue
        by = np.sign(first) * min(least, WIDEST)
        result[above + 1 : below] = by
    return result
