"""Depth lines as they are drawn between two depth points, where some are missing.

Lines that are counted tell nothing where the grid has gaps. What is drawn can still be
compared with the rows that lines are due at: whichever are missing, those that are
there lie on them.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from veernet.axes import Floats
from veernet.records import Registration, Scan
from veernet.register.depths.interpolation import LINE_STEPS
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.survey import find_ink

ZONE = 32
"""Columns over which a depth line is level enough to be seen."""

PAPER = 15
"""Rows about a depth line, whose median is the ink of curves and vertical lines."""

FAINTEST, WEAKEST = 0.08, 0.4
"""Share of the columns from which a row may be a depth line, and of the strength of the
clearest ones."""

CLOSEST = 6.0
"""Rows between lines from which their places say anything."""

NEAR, NEAR_SHARE = 2.0, 0.15
"""Rows, and share of the rows between lines, within which a line is where it is due."""

FEWEST = 3
"""Lines strictly between two points that must be seen."""

EXPLAINED = 0.7
"""Of the lines that are seen beyond what chance explains: they are those of the depth
points."""

LONGEST = 20_000
"""Rows between two points that are looked at."""


def fits(
    scan: Scan,
    registration: Registration,
    found: FoundSection,
    place: int,
) -> bool:
    """Tell whether the lines that are drawn between two depth points agree with them.

    Parameters
    ----------
    scan, registration
        The page, and the section on it.
    found
        The section as it was found: how far its lines fall.
    place
        Index of the upper of the two neighbouring points.

    Returns
    -------
    bool
        True only where enough lines are seen, and they lie where lines are due.
    """
    above, below = registration.depth.points[place : place + 2]
    if above.gap or below.row - above.row > LONGEST:
        return False
    rows, strength = drawn_lines(scan, registration, found, above.row, below.row)
    # The coarsest first: a grid may be ruled otherwise than elsewhere in the section.
    for step in LINE_STEPS[::-1]:
        spacing = (below.row - above.row) / (below.depth - above.depth) * step
        if spacing < CLOSEST:
            break
        if _explained(rows, strength, above.row, above.depth / step, spacing):
            return True
    return False


def _explained(
    rows: Floats, strength: Floats, top: float, first: float, spacing: float
) -> bool:
    """Return whether lines lie at whole steps, beyond what chance would bring there."""
    if len(rows) < FEWEST:
        return False
    due = first + (rows - top) / spacing
    off = np.abs(due - np.rint(due)) * spacing
    near = min(NEAR, NEAR_SHARE * spacing)
    share = float(strength[off <= near].sum() / strength.sum())
    chance = min(0.9, 2 * near / spacing)
    return (share - chance) / (1 - chance) >= EXPLAINED


def drawn_lines(
    scan: Scan,
    registration: Registration,
    found: FoundSection,
    top: float,
    base: float,
) -> tuple[Floats, Floats]:
    """Find depth lines strictly between two registered rows, whatever their distances.

    Returns
    -------
    rows, strength : (lines,) float
        Registered rows, and the share of the columns of the tracks that is inked.
    """
    profile = _profile(scan, registration, found, int(np.floor(top)), int(base) + 1)
    clear = profile - median_filter(profile, PAPER, mode="nearest")
    peaks = 1 + np.flatnonzero((clear[1:-1] >= clear[:-2]) & (clear[1:-1] > clear[2:]))
    at = peaks + int(np.floor(top))
    peaks = peaks[(at > top + PAPER / 3) & (at < base - PAPER / 3)]
    if len(peaks) == 0:
        return np.zeros(0), np.zeros(0)
    strength = clear[peaks]
    least = max(FAINTEST, WEAKEST * float(np.quantile(strength, 0.95)))
    peaks = peaks[strength >= least]
    around = clear[peaks[:, None] + np.arange(-1, 2)].clip(min=0)
    centre = peaks + (around @ np.arange(-1.0, 2.0)) / around.sum(axis=1)
    return np.asarray(centre + int(np.floor(top))), np.asarray(clear[peaks])


def _profile(
    scan: Scan, registration: Registration, found: FoundSection, top: int, base: int
) -> Floats:
    """Return the share of ink along the depth line of each registered row."""
    middle = np.array([(top + base) / 2])
    edges = [
        (float(t.left.column_at(middle)[0]), float(t.right.column_at(middle)[0]))
        for t in found.tracks
    ]
    turn = np.interp(middle, found.lines.rows, found.lines.skew).item()
    at = float(found.middle_at(middle)[0])
    starts = [
        column
        for left, right in edges
        for column in np.arange(left, right - ZONE / 2, ZONE).round().astype(int)
        # An edge that is registered beyond the page has no zone there.
        if 0 <= column + ZONE / 2 < scan.info.columns
    ]
    falls = {
        column: _fall(registration, middle, column + ZONE / 2, turn, at)
        for column in starts
    }
    reach = int(np.ceil(max(map(abs, falls.values()), default=0))) + 1
    first = max(0, top - reach)
    ink = find_ink(scan.read_stored(first, min(scan.info.rows, base + reach)))
    total = np.zeros(base - top)
    for column, fall in falls.items():
        zone = ink[:, max(0, column) : column + ZONE].mean(axis=1)
        rows = np.arange(top, base) + fall - first
        total += np.interp(rows, np.arange(len(zone)), zone)
    return np.asarray(total / max(1, len(falls)))


def _fall(
    registration: Registration, row: Floats, column: float, turn: float, at: float
) -> float:
    """Return how far below its registered row a depth line is at a column."""
    if registration.depth.skewed:
        return float(registration.page_row(row, column)[0] - row[0])
    return turn * (column - at)
