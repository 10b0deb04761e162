"""Style is a property of a whole curve: what a network calls the ink under its way.

Pixel by pixel a network takes a worn solid line for dashes, and one pattern of dashes
for another. Over the whole of a way its opinion is steady, and which curve has which
way is decided by all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from veernet.axes import Floats
from veernet.trace.average import mean_around
from veernet.trace.lanes import FREE_STYLE, Lane, Way

FLOOR = 0.02
"""Least probability of a style."""

FOUND = 0.5
"""Share of the rows in which a curve that was found is read at the least."""

BESIDE = 1
"""Columns beside a way at which its stroke may be seen best."""

AROUND = 129
"""Rows over which a style is told: many dashes, so that a worn one raises no doubt."""


def profile(lane: Lane, way: Way) -> Floats:
    """Return (styles,) the mean evidence for each style under a way; 0 if unread."""
    known = np.isfinite(way.column)
    if not known.any():
        return np.zeros(lane.maps.shape[0])
    return np.asarray(_under(lane, way)[:, known].mean(axis=1))


def belonging(index: int, rivals: Iterable[int], seen: Sequence[Seen]) -> Floats:
    """Return how likely it is, by style, that a way is that of its curve.

    The other way would then be its rival's: what is drawn in dashes beside a worn solid
    line says that the latter is none.

    Parameters
    ----------
    index
        Of the curve.
    rivals
        Indices of those that it may be mistaken for.
    seen
        What was seen of all curves.

    Returns
    -------
    (rows,) float
        The share of the evidence that speaks for things as they are rather than
        exchanged with those of the likeliest rival, over the `AROUND` rows; 1 without a
        rival in another style.
    """
    mine = seen[index]
    share = np.ones(mine.known.size)
    for rival in rivals:
        theirs = seen[rival]
        if theirs.style in mine.own or mine.style in theirs.own:
            continue
        as_is = mine.evidence(mine.own) * theirs.evidence(theirs.own)
        exchanged = mine.evidence((theirs.style,)) * theirs.evidence((mine.style,))
        share = np.minimum(share, as_is / (as_is + exchanged))
    return share


@dataclass(frozen=True)
class Seen:
    """What a network calls the ink under the way of a curve.

    Parameters
    ----------
    style
        Index of the curve's style.
    own
        Indices of the styles that are its own: with it, broken ones of no curve.
    under
        (styles, rows) probability, 0 where the curve is not read.
    known
        (rows,) where it is.
    """

    style: int
    own: tuple[int, ...]
    under: Floats
    known: NDArray[np.bool_]

    def evidence(self, styles: Iterable[int]) -> Floats:
        """Return (rows,) that for some styles, over the rows around each."""
        total = self.under[list(styles)].sum(axis=0)
        return np.maximum(mean_around(total, self.known, AROUND), FLOOR)


def seen_of(lane: Lane, way: Way) -> Seen:
    """Look at the ink under a way, as a lane sees it that is not adapted to it."""
    own = tuple(int(style) for style in np.flatnonzero(lane.share == 1))
    return Seen(lane.style, own, _under(lane, way), np.isfinite(way.column))


def _under(lane: Lane, way: Way) -> Floats:
    """Return (styles, rows) the evidence for each style under a way, 0 where unread."""
    column = lane.folded(way.column)
    known = np.isfinite(column)
    rows = np.flatnonzero(known)
    at = np.rint(column[rows]).astype(np.intp)[:, None] + np.arange(-BESIDE, BESIDE + 1)
    at = np.clip(at, 0, lane.maps.shape[2] - 1)
    under = np.zeros((lane.maps.shape[0], column.size))
    under[:, rows] = lane.maps[:, rows[:, None], at].max(axis=2) / 255
    return under


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
