"""Gaps in the depth lines of a grid: folds, stains, and the ends of sections."""

from __future__ import annotations

from scipy.ndimage import median_filter

from veernet.intervals import true_intervals
from veernet.register.geometry.depthlines import DepthLines

GONE = 3
"""Lines in a row that are not inked: a gap."""

WEAK = 0.25
"""Of the usual strength thereabouts: a line that is not inked."""

THEREABOUTS = 201
"""Lines."""

SCRAP = 4
"""Lines between two gaps that are a piece; fewer are rules of a header or dirt."""

Range = tuple[int, int]
"""Indices of depth lines, the last excluded."""


def pieces_of(lines: DepthLines) -> list[Range]:
    """Return the stretches of lines between gaps, those of a few lines left out."""
    strength = lines.strength
    around = min(THEREABOUTS, len(strength) | 1)
    weak = strength < WEAK * median_filter(strength, around, mode="mirror")
    found, start = [], 0
    for first, stop in true_intervals(weak):
        if stop - first >= GONE:
            found.append((start, first))
            start = stop
    found.append((start, len(strength)))
    return [(start, stop) for start, stop in found if stop - start >= SCRAP]
