"""What is known of a curve before it is read: columns of an earlier reading.

A stretch that is read anew lies between rows that stand as they were read, or as a
person has set them. There each curve is sought beside its known column alone, and the
path on it is the curve's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled

if TYPE_CHECKING:
    from veernet.trace.paths import Followed

BESIDE = 8
"""Columns beside a known one in which its ink may be: what a person draws lies beside
the ink."""

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


@compiled()
def keep_beside(
    evidence: NDArray[np.uint8], known: Floats, beside: int, circular: bool
) -> None:
    """Blank the evidence of rows whose column is known but beside it, in place.

    Parameters
    ----------
    evidence
        (rows, width) of a corridor.
    known
        (rows,) column of the corridor, NaN where not known.
    beside
        Columns on either side that are kept.
    circular
        Whether the corridor is a track in which the curve wraps.
    """
    rows, width = evidence.shape
    for row in range(rows):
        if np.isnan(known[row]):
            continue
        for c in range(width):
            away = abs(c - known[row])
            if circular:
                away = min(away, width - away)
            if away > beside:
                evidence[row, c] = 0
