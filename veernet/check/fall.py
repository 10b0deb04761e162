"""How far depth lines fall across the tracks, measured on the lines themselves.

The survey of a page compares zones of 64 columns, and where a track has few of them it
tells a sixth too little. Here the centre of each line is measured in narrow zones, and
a straight line is laid through the centres of all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.check.finding import Finding
from veernet.records import Registration, Scan
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.survey import find_ink

TURNED = 3.0
"""Rows that a depth line falls across the tracks before the points should say so, and
by which they may say otherwise."""

MEASURED = 12
"""Points at which the fall is measured, at the most."""

AROUND = 500
"""Rows about a place whose lines are taken together: paper hardly slews in fewer."""

ZONE = 24
"""Columns over which a depth line is level enough to have one centre."""

REACH = 5.0
"""Rows about where the survey has a line in which it is sought, at the most."""

INKED = 0.3
"""Share of a zone's columns that a depth line inks at the least."""

BESIDE = 1.2
"""Rows off the straight line from which a centre is another ink's."""

FEWEST = 12
"""Centres that tell a fall."""


def check_fall(
    scan: Scan, registration: Registration, found: FoundSection
) -> Iterator[Finding]:
    """Name a turn of the page that the points do not tell, or tell otherwise."""
    rows = registration.depth.rows
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MEASURED).round().astype(int))]
    edges = np.array([registration.edges_at(t, rows) for t in registration.tracks])
    first, last = edges[:, 0].min(axis=0), edges[:, 1].max(axis=0)
    slope = fall_across(scan, found, rows)
    fall = slope * (last - first)
    left, right = registration.depth.skew_at(rows)
    apart = fall - (right - left)
    worst = int(np.abs(apart).argmax())
    if abs(apart[worst]) <= TURNED:
        return
    what = (
        f"depth lines {'fall' if fall[worst] > 0 else 'rise'} by "
        f"{abs(fall[worst]):.1f} rows from the left of the tracks to the right at row "
        f"{rows[worst]:g}"
    )
    at = found.middle_at(rows)
    ends = rows + slope * (first - at), rows + slope * (last - at)
    here = f"row_left: {ends[0][worst]:.1f}, row_right: {ends[1][worst]:.1f} here"
    if registration.depth.skewed:
        what += f", and by the depth points {right[worst] - left[worst]:+.1f} downwards"
        do = (
            f"correct row_left and row_right ({here}): they are at the outermost "
            "edges, which are others when a track is added or taken out"
        )
    else:
        do = (
            "the page is turned: add row_left and row_right to the depth points "
            f"({here})"
        )
    weight = float(abs(apart[worst]) / found.lines.spacing)
    yield Finding(registration.section, what, do, weight=weight)


def fall_across(scan: Scan, found: FoundSection, rows: Floats) -> Floats:
    """Measure how far depth lines fall, in rows a column.

    Parameters
    ----------
    scan
        The page.
    found
        The section as it was found: its tracks, and about how far its lines fall.
    rows : (places,) float
        Rows of the page about which it is measured.

    Returns
    -------
    (places,) float
        What the survey tells where no line stands out.
    """
    return np.array([_fall(scan, found, row) for row in np.asarray(rows).tolist()])


def _fall(scan: Scan, found: FoundSection, row: float) -> float:
    known = float(np.interp(row, found.lines.rows, found.lines.skew))
    top = max(0, round(row) - AROUND // 2)
    base = min(scan.info.rows, round(row) + AROUND // 2)
    ink = find_ink(scan.read_stored(top, base))
    lines, spacing = found.lines.rows, found.lines.spacing
    lines = lines[(lines > top + spacing) & (lines < base - spacing)]
    columns, offs = _centres(found, ink, lines - top, known, row)
    if len(offs) < FEWEST:
        return known
    kept = np.ones(len(offs), dtype=bool)
    slope, level = 0.0, 0.0
    for _ in range(3):
        slope, level = np.polyfit(columns[kept], offs[kept], 1)
        kept = np.abs(offs - slope * columns - level) <= BESIDE
        if kept.sum() < FEWEST:
            return known
    return known + float(slope)


def _centres(
    found: FoundSection, ink: NDArray[np.uint8], lines: Floats, known: float, row: float
) -> tuple[Floats, Floats]:
    """Return columns of zones, and how far lines are there below where they are due."""
    half = round(min(REACH, found.lines.spacing / 3))
    within = np.arange(-half, half + 1)
    columns: list[float] = []
    offs: list[float] = []
    for track in found.tracks:
        left, right = (float(e.column_at(row)) for e in (track.left, track.right))
        # An edge that is registered beyond the page has no zone there.
        end = min(right, ink.shape[1]) - ZONE
        for start in np.arange(max(0.0, left + 2), end, ZONE).round().tolist():
            zone = ink[:, int(start) : int(start) + ZONE].mean(axis=1)
            middle = start + (ZONE - 1) / 2
            fall = known * (middle - found.lines.middle)
            for due in lines.tolist():
                at = round(due + fall) + within
                if at[0] < 0 or at[-1] >= len(zone):
                    continue
                part = zone[at] - np.median(zone[at])
                part = np.clip(part, 0, None)
                if part.max() >= INKED:
                    columns.append(middle)
                    offs.append(float(at @ part / part.sum()) - due - fall)
    return np.array(columns), np.array(offs)
