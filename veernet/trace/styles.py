"""Style is a property of a whole curve: what a network calls the ink under its way.

Pixel by pixel a network takes a worn solid line for dashes, and one pattern of dashes
for another. Over the whole of a way its opinion is steady, and which curve has which
way is decided by all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from veernet.axes import Floats
from veernet.trace.lanes import FREE_STYLE, Lane, Way

FLOOR = 0.02
"""Least probability of a style."""

FOUND = 0.5
"""Share of the rows in which a curve that was found is read at the least."""

BESIDE = 1
"""Columns beside a way at which its stroke may be seen best."""


def profile(lane: Lane, way: Way) -> Floats:
    """Return (styles,) the mean evidence for each style under a way; 0 if unread."""
    column = lane.folded(way.column)
    rows = np.flatnonzero(np.isfinite(column))
    if not rows.size:
        return np.zeros(lane.maps.shape[0])
    at = np.rint(column[rows]).astype(np.intp)[:, None] + np.arange(-BESIDE, BESIDE + 1)
    at = np.clip(at, 0, lane.maps.shape[2] - 1)
    seen = lane.maps[:, rows[:, None], at].max(axis=2)
    return np.asarray(seen.mean(axis=1) / 255)


def assign(
    group: Sequence[int], lanes: Sequence[Lane], ways: Mapping[int, Way]
) -> dict[int, int]:
    """Say which of the ways of some curves is whose, by the style of their ink.

    Parameters
    ----------
    group
        Curves that are looked for in the same place.
    lanes, ways
        Of all curves.

    Returns
    -------
    dict
        For each curve of the group the one whose way it should have: that with which
        the log of the share of its own style, over all rows read, is largest.
    """
    score = np.zeros((len(group), len(group)))
    for column, owner in enumerate(group):
        seen = profile(lanes[owner], ways[owner])
        rows = int(np.isfinite(ways[owner].column).sum())
        for row, index in enumerate(group):
            own = seen[lanes[index].share == 1].sum() / max(seen.sum(), FLOOR)
            score[row, column] = rows * np.log(max(own, FLOOR))
    mine, theirs = linear_sum_assignment(score, maximize=True)
    return {group[i]: group[j] for i, j in zip(mine, theirs, strict=True)}


def adapted(lane: Lane, way: Way) -> Lane:
    """Let a lane count the styles that the network calls the ink of its curve.

    A curve that was not found may be any ink that the others have left, but for a
    back-up, which is drawn in few rows.
    """
    read = np.isfinite(way.column).mean()
    if read < FOUND and lane.spec.backup_of is None:
        return replace(lane, share=np.ones_like(lane.share))
    seen = profile(lane, way)
    share = np.maximum(lane.share, seen / max(seen.max(), FLOOR))
    return replace(lane, share=np.clip(share, FREE_STYLE, 1.0).astype(np.float32))
