"""Which points of a way are needed to keep it, and which lie on the line of others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats


def simplify_mask(along: Floats, values: Floats, tolerance: float) -> NDArray[np.bool_]:
    """Return which points to keep, the first and the last among them.

    Ramer, Douglas and Peucker's method, with the distance taken in the values.

    Parameters
    ----------
    along : (points,) float
        Increasing.
    values : (points,) float
        What is linear between the points that are kept.
    tolerance
        By how much a point that is left out may lie off.
    """
    keep = np.zeros(len(along), dtype=bool)
    keep[[0, -1]] = True
    waiting = [(0, len(along) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        inner, ends = slice(first + 1, last), [first, last]
        off = np.abs(values[inner] - np.interp(along[inner], along[ends], values[ends]))
        if off.max() > tolerance:
            at = first + 1 + int(off.argmax())
            keep[at] = True
            waiting += [(first, at), (at, last)]
    return keep
