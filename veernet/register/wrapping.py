"""Ink that leaves a track at one edge and comes in at the other: a curve that wraps.

A legend seldom says so. At a wrap both edges are touched in the same rows, for as long
as a stroke crosses them; of strokes that touch either edge for themselves a few do so
together by chance, and depth lines always.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.intervals import true_intervals
from veernet.records import Scan
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.survey import find_ink

PLACES, ROWS = 48, 400
"""Stretches of a section that are looked at, and rows of each."""

BESIDE = slice(4, 8)
"""Columns inwards of an edge, beyond its own line, in which a stroke touches it."""

LINE = 3
"""Rows about a depth line that are of it."""

LEVEL = 0.5
"""Share of the columns of a track that are inked in a row of a depth line, or of a mark
across the paper."""

SHORT, LEAST = 0.06, 2
"""Of the width of a track: rows in which a stroke crosses an edge, at most; one that
follows it is off scale. And rows at least: less is dirt."""

TOGETHER = 3.0
"""Rows by which the middles of the two may differ."""

FEWEST, CHANCE = 4, 4.0
"""Places at which both edges are touched, from which ink wraps, and how many times as
many as by chance. Of the 35 tracks registered by hand those that wrap had 4 to 30 at 3
to 70 times chance where the curve goes out that far, all others less but one."""


def wrapping_places(scan: Scan, section: FoundSection) -> tuple[int, ...]:
    """Count where ink leaves each track at one edge and comes in at the other.

    Parameters
    ----------
    scan
        The page; 48 short stretches of it are read.
    section
        Of it.

    Returns
    -------
    tuple of int
        For each track, places among those that were looked at; 0 where there are hardly
        more than by chance.
    """
    # A numeral may lie on a page whose depth line was cut off.
    first = max(0, int(section.first_row))
    last = min(scan.info.rows, int(section.last_row))
    count = max(1, min(PLACES, (last - first) // ROWS))
    starts = np.linspace(first, max(first, last - ROWS), count).astype(int)
    shape = len(starts), len(section.tracks)
    both, alone = np.zeros(shape), np.zeros((*shape, 2))
    rows = 0
    for k, start in enumerate(starts.tolist()):
        ink = find_ink(scan.read_stored(start, min(start + ROWS, last))) > 0
        rows += len(ink)
        for number in range(len(section.tracks)):
            left, right = _touched(ink, start, section, number)
            alone[k, number] = len(left), len(right)
            both[k, number] = sum(
                min(abs(a - b) for b in right) <= TOGETHER for a in left if right
            )
    found = both.sum(axis=0)
    chance = alone.sum(axis=0).prod(axis=1) * (2 * TOGETHER + 1) / max(1, rows)
    sure = (found >= FEWEST) & (found > CHANCE * chance)
    return tuple(int(n) for n in np.where(sure, found, 0))


def _touched(
    ink: NDArray[np.bool_], start: int, section: FoundSection, number: int
) -> tuple[list[float], list[float]]:
    """Return the rows at which strokes cross the left and the right edge of a track."""
    track, lines = section.tracks[number], section.lines
    rows = np.arange(start, start + len(ink), dtype=np.float64)
    last = ink.shape[1] - 1
    edges = [np.rint(edge.column_at(rows)) for edge in (track.left, track.right)]
    ends = [np.clip(edge, 0, last).astype(int) for edge in edges]
    total, own = ink.cumsum(axis=1), np.arange(len(ink))
    inked = total[own, ends[1]] - total[own, ends[0]]
    level = inked > LEVEL * (ends[1] - ends[0])
    width = float(np.median(ends[1] - ends[0]))
    found = []
    for column, sign in zip(ends, (1, -1), strict=True):
        near = column[:, None] + sign * np.arange(BESIDE.start, BESIDE.stop)
        touched = np.any(ink[own[:, None], np.clip(near, 0, last)], axis=1)
        fallen = lines.rows + lines.skew * (float(np.median(column)) - lines.middle)
        places = np.concatenate([np.flatnonzero(level), np.rint(fallen) - start])
        for row in places[(places > -LINE) & (places < len(ink) + LINE)].astype(int):
            touched[max(0, row - LINE) : row + LINE + 1] = False
        found.append(
            [
                (a + b) / 2
                for a, b in true_intervals(touched)
                if LEAST <= b - a <= max(LEAST, SHORT * width)
            ]
        )
    return found[0], found[1]
