"""Which rows of a curve a person should look at, and which of them were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from veernet.axes import Floats
from veernet.edits.samples import ENDS
from veernet.intervals import true_intervals
from veernet.records import ORIGINS, Registration
from veernet.review.lines import EDITED, NONE, REVIEWED, KeptSamples, ReviewedCurve

LIMIT = 0.7
"""Confidence below which a row is doubtful. Two curves of one style that nothing tells
apart stay near .79 throughout (30 November 2026): a higher limit names all rows."""

TOUCHING = 2
"""Rows between what is edited and what was left out."""

EDGE_SHARE = 0.06
"""Share of a track within which a curve is at its edge: there it leaves the scale."""

EDGE_ROWS = 12
"""Rows beside a stretch off scale in which the curve is looked for at the edge."""

WINDOW = 400
"""Rows over which the usual course of a curve is taken."""

THINNED = 20
"""Of so many rows one is looked at for the usual course."""

UNUSUAL = 12.0
"""Usual distances from the usual course beyond which a curve is away from it."""

LEAST_AWAY = 10.0
"""Columns from its usual course that a curve is away at the least: three lines wide."""

LEAVING = 0.3
"""Share of that distance at which it has left its course, and has come back to it."""

MOST_AWAY = 0.03
"""Share of a curve's rows that may be away from its usual course: a curve that is away
more often has no usual course."""

Mask = NDArray[np.bool_]


def unsure(samples: KeptSamples, limit: float) -> Mask:
    """Return (rows,) where a curve is read with a confidence below a limit."""
    return np.asarray(
        np.isfinite(samples.column) & (samples.confidence < np.float32(limit))
    )


def gaps(samples: KeptSamples) -> Mask:
    """Return (rows,) where a curve is lost between rows that are read, or altogether.

    What is off scale is known, and no gap.
    """
    lost: Mask = np.equal(samples.origin, NONE)
    known = np.flatnonzero(~lost)
    if not known.size:
        return lost
    lost[: known[0]] = False
    lost[known[-1] + 1 :] = False
    return lost


def away(samples: KeptSamples) -> Mask:
    """Return (rows,) where a quiet curve is far from where it runs all along.

    The ink there may be another's, as the outline of a hatched area: it is read with
    certainty, and wrong.
    """
    result = np.zeros(len(samples), dtype=np.bool_)
    read = np.flatnonzero(np.isfinite(samples.column))
    if read.size < WINDOW:
        return result
    thin = samples.column[read][::THINNED]
    usual = median_filter(thin, WINDOW // THINNED + 1, mode="nearest")
    scale = 1.4826 * float(np.median(np.abs(thin - usual)))
    course = np.interp(np.arange(read.size), np.arange(thin.size) * THINNED, usual)
    distance = np.abs(samples.column[read] - course)
    limit = max(UNUSUAL * scale, LEAST_AWAY)
    if (distance > limit).mean() > MOST_AWAY:
        return result
    for start, stop in true_intervals(distance > LEAVING * limit):
        if distance[start:stop].max() > limit:
            result[read[start:stop]] = True
    return result


def doubtful(samples: KeptSamples, limit: float = LIMIT) -> Mask:
    """Return (rows,) what a person should look at, reviewed or not."""
    return np.asarray(unsure(samples, limit) | gaps(samples) | away(samples))


def left_inside(curve: ReviewedCurve, registration: Registration) -> Mask:
    """Return (rows,) where a curve is off scale and was not at that edge before.

    One that runs to the edge, leaves the scale there and comes back there is read right
    as far as anybody can tell, and is no doubt.
    """
    samples = curve.samples
    result = np.zeros(len(samples), dtype=np.bool_)
    track, _ = registration.curve(curve.mnemonic)
    for side, name in enumerate(("off-left", "off-right")):
        for start, stop in true_intervals(samples.origin == ORIGINS.index(name)):
            ends = np.array([start, stop - 1]) + curve.first_row
            edges = np.asarray(registration.edges_at(track, ends))
            near = EDGE_SHARE * (edges[1] - edges[0])
            above = samples.column[max(start - EDGE_ROWS, 0) : start]
            below = samples.column[stop : stop + EDGE_ROWS]
            seen = [
                _nearest(beside, edges[side, end]) <= near[end]
                for end, beside in enumerate((above, below))
                if np.isfinite(beside).any()
            ]
            result[start:stop] = not all(seen)
    return result


def _nearest(columns: Floats, edge: float) -> float:
    return float(np.nanmin(np.abs(columns - edge)))


def seen_of(samples: KeptSamples, doubt: Mask) -> Mask:
    """Return (rows,) which doubtful rows a person has looked at.

    A few rows at an end of a doubtful stretch that an edit has left out are looked at
    as well.
    """
    seen: Mask = samples.flags & REVIEWED > 0
    edited = seen & (samples.flags & EDITED > 0)
    for start, stop in true_intervals(doubt & ~seen):
        beside = slice(max(start - TOUCHING, 0), stop + TOUCHING)
        if stop - start <= ENDS and edited[beside].any():
            seen[start:stop] = True
    return seen
