"""The order by which curves that are drawn alike are named."""

from __future__ import annotations

import numpy as np

from veernet.axes import Floats
from veernet.intervals import true_intervals

PLAINLY_APART = 8.0
"""Columns between neighbours from which their order is plain to see."""

LASTING = 12
"""Rows for which they must stay apart."""


def from_left(columns: Floats) -> list[int]:
    """Order curves from left to right where all of them first stand apart.

    Nothing on paper tells curves of one pen from each other but where they begin, and
    further down they may cross any number of times.

    Parameters
    ----------
    columns
        (curves, rows) NaN where a curve is not there.

    Returns
    -------
    list of int
        Indices of the curves: of the first rows in which all are there and apart, and
        of their medians where they never are. Curves that are nowhere come last.
    """
    if len(columns) < 2:
        return list(range(len(columns)))
    start = first_apart(columns)
    if start is not None:
        place = columns[:, start : start + LASTING].mean(axis=1)
        return [int(i) for i in np.argsort(place, kind="stable")]
    there = np.isfinite(columns).any(axis=1)
    place = np.full(len(columns), np.inf)
    place[there] = np.nanmedian(columns[there], axis=1)
    return [int(i) for i in np.argsort(place, kind="stable")]


def first_apart(columns: Floats) -> int | None:
    """Return the first of the rows in which all curves stand apart, None if never.

    Parameters
    ----------
    columns
        (curves, rows) NaN where a curve is not there.
    """
    order = np.sort(columns, axis=0)  # NaN is last, and the difference to it NaN
    apart = np.asarray((np.diff(order, axis=0) >= PLAINLY_APART).all(axis=0))
    lasting = (
        start for start, stop in true_intervals(apart) if stop - start >= LASTING
    )
    return next(lasting, None)
