"""What is known of a curve before it is read: columns of an earlier reading.

A stretch that is read anew lies between rows that stand as they were read, or as a
person has set them. There each curve is sought beside its known column alone, and the
path on it is the curve's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.trace.paths import Followed

SPREAD = 4.0
"""Standard deviation, in columns, of a path about the known column of its curve."""

FARTHEST = 3.0
"""Standard deviations from which a path is as likely as any other."""

WEIGHT = 0.1
"""Tempering of the rows, as neighbouring ones are alike."""

MOST = 30.0
"""Nats for a tracklet at the most."""


def known_evidence(
    paths: Sequence[Followed], members: Sequence[int], bounds: NDArray[np.intp]
) -> Floats:
    """Return (tracklets, curves, paths) what known columns say of names.

    Parameters
    ----------
    paths
        All paths of the panel.
    members
        Indices of those of the pool.
    bounds
        (tracklets + 1,) rows at which tracklets begin.
    """
    found = np.zeros((bounds.size - 1, len(members), len(members)))
    for curve, index in enumerate(members):
        known = paths[index].fixed
        if known is None:
            continue
        for place, other in enumerate(members):
            away = np.abs(paths[other].folded - known) / SPREAD
            away = np.where(np.isfinite(known), np.fmin(away, FARTHEST), 0.0)
            cost = WEIGHT * 0.5 * np.add.reduceat(away**2, bounds[:-1])
            found[:, curve, place] = -cost
    # Only differences between paths matter.
    found -= found.max(axis=2, keepdims=True)
    return np.maximum(found, -MOST)
