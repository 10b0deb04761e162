"""Stretches of samples that have something in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def true_intervals(where: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (start, stop) of each stretch that is true throughout, as in slices."""
    edges = np.diff(np.concatenate([[False], where, [False]]).astype(np.int8))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]
