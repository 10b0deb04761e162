"""Crossings: where ink leaves one edge of a track, and ink comes in at the other.

A curve that wraps leaves an edge, and in the same rows a stroke comes in at the other;
where that one goes out again, the curve comes back. Whether it does is seen on paper,
whatever the registration says and however the curve was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.intervals import true_intervals
from veernet.records import OFF_SCALE, ORIGINS, Panel, TracedPath
from veernet.trace.level import BESIDE_EDGE, level_strokes

INWARD, LEAST_FALL = 30, 0.6
"""Columns over which it is seen whether a stroke climbs or falls towards an edge, and
rows by which it does at the least: a worn depth line on a page that is turned by half a
degree falls by .3."""

AROUND = 12
"""Rows above and below an end of a stroke in which the rest of it is looked for."""

BESIDE = 6
"""Rows between a stroke that leaves and that which comes in at the other edge."""

FILLED = 5
"""Rows along an edge from which a stroke may be a filled peak."""

MOST_ROWS = 400
"""Rows from where a curve leaves to where it comes back: of a longer stretch there is
other evidence, and two strokes that have nothing to do with each other."""

AT_EDGE = 0.03
"""Widths of the track from an edge within which a reading is stuck at it."""

MOST_SURE = 0.35
"""Confidence, at the most, of a row that is read as if its ink did not cross the edge:
below that from which a row is read, and kept, as the ink is another's if anything."""


BROAD = 16
"""Columns of level strokes in a row from which a curve runs there: handwriting and the
rest of a depth line have fewer."""

INKED_SHARE = 0.05
"""Share of the rows with such strokes from which a curve is not off scale. Of a lone
resistivity that is not read they are .26 and .40."""


@dataclass(frozen=True)
class Crossing:
    """A stretch in which ink runs beyond an edge and in at the other.

    Parameters
    ----------
    side
        1 where it leaves at the right edge, -1 where it leaves at the left one.
    start, stop
        Row in which it leaves, and row in which it is back.
    """

    side: int
    start: int
    stop: int


@dataclass(frozen=True)
class _End:
    """A stroke that ends at an edge: its rows, and by how many it falls towards it."""

    start: int
    stop: int
    fall: float


def crossings_of(panel: Panel) -> dict[str, tuple[Crossing, ...]]:
    """Find the crossings in each track of a panel, by its name.

    Nothing but the picture is looked at; 10,000 rows of 1000 columns take .3 s.

    Parameters
    ----------
    panel
        With its picture.
    """
    return {name: find_crossings(level) for name, level in strokes_of(panel).items()}


def strokes_of(panel: Panel) -> dict[str, NDArray[np.bool_]]:
    """Return by the name of a track (rows, width) its level strokes."""
    found = {}
    for track, (left, right) in zip(panel.tracks, panel.edges, strict=True):
        first = np.round(left).astype(np.int32)
        width = round(float(np.median(right - left)))
        found[track.name] = level_strokes(panel.image, first, width)
    return found


def is_inked(level: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (rows,) whether level strokes run within a track, away from its edges."""
    inner = level[:, INWARD : level.shape[1] - INWARD]
    return np.asarray(inner.sum(axis=1) >= BROAD)


def doubt_off_scale(path: TracedPath, inked: NDArray[np.bool_]) -> TracedPath:
    """Call a stretch unread, and not off scale, in which its ink is in the track.

    Parameters
    ----------
    path
        Of a curve that is alone in its panel: all ink there is its own.
    inked
        (rows,) whether strokes run within its track.
    """
    origin = path.origin.copy()
    for start, stop in true_intervals(np.isin(path.origin, OFF_SCALE)):
        # At either end the curve leaves the track, or comes back.
        inside = inked[start + AROUND : max(stop - AROUND, 0)]
        if inside.size and inside.mean() >= INKED_SHARE:
            origin[start:stop] = ORIGINS.index("none")
    return replace(path, origin=origin)


def is_crossed(crossing: Crossing, fraction: Floats) -> bool:
    """Tell whether a curve that wraps was read across the edge, or not at all.

    Parameters
    ----------
    crossing
        Of its track.
    fraction
        (rows,) unfolded, in widths of the track; NaN where unread.
    """
    wrap = np.floor(fraction)
    inside = wrap[max(crossing.start - BESIDE, 0) : crossing.stop + BESIDE]
    inside = inside[np.isfinite(inside)]
    before = wrap[max(crossing.start - AROUND - BESIDE, 0) : crossing.start]
    after = wrap[crossing.stop : crossing.stop + AROUND + BESIDE]
    beside = [part[np.isfinite(part)] for part in (before, after)]
    if not inside.size or not any(part.size for part in beside):
        return True
    level = min(float(np.median(crossing.side * part)) for part in beside if part.size)
    return float((crossing.side * inside).max()) >= level + 1


def doubt_uncrossed(
    path: TracedPath,
    crossings: Sequence[Crossing],
    fraction: Floats,
    *,
    wraps: bool,
) -> TracedPath:
    """Lower the confidence where a curve is read as if its ink did not cross an edge.

    Parameters
    ----------
    path
        As read.
    crossings
        Of its track, of which no curve was read across the edge.
    fraction
        (rows,) of the path, unfolded, in widths of the track; NaN where unread.
    wraps
        Whether the curve is registered to wrap: then it may be anywhere in the track,
        and any other is in doubt where it is stuck at the edge.
    """
    doubtful = np.zeros(fraction.size, dtype=np.bool_)
    for crossing in crossings:
        rows = slice(crossing.start, crossing.stop)
        edge = 1.0 if crossing.side > 0 else 0.0
        stuck = np.abs(fraction[rows] - edge) <= AT_EDGE
        doubtful[rows] |= np.isfinite(fraction[rows]) if wraps else stuck
    if not doubtful.any():
        return path
    sure = np.where(doubtful, np.minimum(path.confidence, MOST_SURE), path.confidence)
    return replace(path, confidence=sure)


def find_crossings(level: NDArray[np.bool_]) -> tuple[Crossing, ...]:
    """Find where strokes cross the edges of a track.

    Parameters
    ----------
    level
        (rows, width) of a track; see `level_strokes`.

    Returns
    -------
    tuple of Crossing
        From top to bottom.
    """
    if level.shape[1] < 2 * (BESIDE_EDGE + INWARD):
        return ()
    found = []
    for side, here, there in ((1, level[:, ::-1], level), (-1, level, level[:, ::-1])):
        found += _from_edge(side, _ends(here), _ends(there))
    # Between two peaks that leave at the right a curve seems to leave at the left.
    chosen: list[Crossing] = []
    for one in sorted(found, key=lambda c: (c.stop - c.start, c.start)):
        if not any(_touch(one, other) for other in chosen):
            chosen.append(one)
    return tuple(sorted(chosen, key=lambda c: c.start))


def _from_edge(side: int, here: list[_End], there: list[_End]) -> list[Crossing]:
    """Return where strokes leave at one edge and come in at the other."""
    found = []
    leaving = [end for end in here if end.fall >= LEAST_FALL]
    back = [end for end in here if end.fall <= -LEAST_FALL]
    for end in leaving:
        after = [b for b in back if 0 < b.start - end.stop <= MOST_ROWS]
        # It did not leave again before it came back.
        if not after or any(end.stop < o.start < after[0].start for o in leaving):
            continue
        stop = after[0].stop
        inside = [
            other
            for other in there
            if other.stop >= end.start - BESIDE and other.start <= stop + BESIDE
        ]
        if not inside:
            continue
        enters, leaves = inside[0], inside[-1]
        # What comes in falls away from its edge, as what leaves falls towards its own.
        # A filled peak is one stroke, and both.
        filled = len(inside) == 1 and enters.stop - enters.start >= FILLED
        apart = min(-enters.fall, leaves.fall) >= LEAST_FALL
        level = abs(enters.start - end.start) <= BESIDE
        if (filled or apart) and level and abs(leaves.stop - stop) <= BESIDE:
            found.append(Crossing(side, end.start, stop))
    return found


def _touch(one: Crossing, other: Crossing) -> bool:
    """Tell whether two crossings have an end in common, or rows."""
    return one.start < other.stop + BESIDE and other.start < one.stop + BESIDE


def _ends(level: NDArray[np.bool_]) -> list[_End]:
    """Return the strokes that end at the left edge of a track."""
    found = []
    for start, stop in true_intervals(level[:, 0]):
        near = slice(max(start - AROUND, 0), stop + AROUND)
        rows = np.flatnonzero(level[start:stop, BESIDE_EDGE]) + start
        inner = np.flatnonzero(level[near, BESIDE_EDGE + INWARD]) + near.start
        fall = float(rows.mean() - inner.mean()) if rows.size and inner.size else 0.0
        found.append(_End(start, stop, fall))
    return found
