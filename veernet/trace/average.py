"""Averages down a path, over the rows in which the curve is read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from veernet.axes import Floats


def mean_around(values: Floats, known: NDArray[np.bool_], rows: int) -> Floats:
    """Average values over the rows around each.

    Rows that are not known are left out, so that the end of a curve is not thought
    faint.

    Parameters
    ----------
    values
        (rows,) to average.
    known
        (rows,) which of them there are.
    rows
        Around each row, itself in the middle.

    Returns
    -------
    (rows,) float
        0 where none is known.
    """
    weight = _share(np.ones_like(values), known, rows)
    total = _share(values, known, rows)
    return np.asarray(
        np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    )


def _share(values: Floats, known: NDArray[np.bool_], rows: int) -> Floats:
    """Return (rows,) the sum over the rows around each, divided by their number."""
    filled = np.where(known, values, 0.0)
    return np.asarray(uniform_filter1d(filled, rows, mode="constant"))
