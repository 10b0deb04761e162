"""Edges of registered tracks against the vertical lines of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Edge, Floats
from veernet.check.finding import Finding
from veernet.records import Registration, ScanInfo
from veernet.register.geometry.verticallines import VerticalLine, places

ON_LINE = 3.0
"""Columns from its line at which an edge is on it."""

EDGE_REACH = 12.0
"""Columns within which a line is an edge's own."""

STRAYS, WANDERS = 0.05, 0.25
"""Shares of the rows off its line, beside what is usual, from which an edge strays, and
from which that matters more than what is usual."""

SHARE = 0.01
"""Of a track's width: what an edge may be off before values are clearly wrong."""


def check_edges(
    info: ScanInfo, registration: Registration, verticals: Sequence[VerticalLine]
) -> Iterator[Finding]:
    """Compare the edges of each track with the vertical lines about them."""
    rows = places(*registration.depth.rows[[0, -1]])
    courses = np.array([vertical.course.column_at(rows) for vertical in verticals])
    border = np.array([vertical.border for vertical in verticals])
    reported: set[tuple[int, str]] = set()
    for track in registration.tracks:
        width = np.subtract(track.right.column_at(rows), track.left.column_at(rows))
        for side, edge in (("left", track.left), ("right", track.right)):
            found = _edge(info, edge, rows, courses, border, float(width.mean()))
            if found is None:
                continue
            what, do, severe, weight = found
            # Tracks that share an edge share its finding.
            key = (round(float(edge.column_at(rows).mean())), what)
            if key not in reported:
                reported.add(key)
                where = f"track {track.name}, {side} edge, {what}"
                yield Finding(
                    registration.section, where, do, severe=severe, weight=weight
                )


def _edge(
    info: ScanInfo,
    edge: Edge,
    rows: Floats,
    courses: Floats,
    border: NDArray[np.bool_],
    width: float,
) -> tuple[str, str, bool, float] | None:
    """Say what is odd about an edge: what, what to do, whether severe, and how much."""
    column = edge.column_at(rows)
    off = column - courses
    usual = np.median(np.abs(off), axis=1)
    nearest = int(usual.argmin())
    borders = np.where(border, usual, np.inf)
    own = int(borders.argmin()) if borders.min() <= EDGE_REACH else nearest
    middle = f"column {column.mean():.0f}"
    if usual[own] > EDGE_REACH:
        if column.min() < EDGE_REACH or column.max() > info.columns - 1 - EDGE_REACH:
            # Trimmed paper has lost its line.
            return None
        what = f"{middle}: no upright line within {EDGE_REACH:.0f} columns"
        do = "compare it with the scan: the nearest is at column "
        do += f"{courses[nearest].mean():.0f}"
        return what, do, True, 40.0
    by = float(np.median(off[own]))
    stray = np.abs(off[own] - by)
    wanders = float(np.mean(stray > ON_LINE))
    if abs(by) > ON_LINE and wanders < WANDERS:
        side = "right" if by > 0 else "left"
        what = f"{middle}: {abs(by):.1f} columns {side} of the line of the grid"
        do = f"set it to column {courses[own].mean():.0f}"
        # On another line it may be meant so: which one is the edge is not certain.
        severe = bool(abs(by) > SHARE * width and usual[nearest] > ON_LINE)
        return what, do, severe, 30 * abs(by) / EDGE_REACH
    worst = int(np.abs(off[own]).argmax())
    if wanders > STRAYS:
        what = (
            f"row {rows[worst]:.0f}, column {column[worst]:.0f}: "
            f"{abs(off[own][worst]):.1f} columns off the line, which wanders"
        )
        do = f"add a point there, at column {column[worst] - off[own][worst]:.0f}"
        severe = bool(np.quantile(np.abs(off[own]), 0.8) > max(ON_LINE, SHARE * width))
        return what, do, severe, 30 * float(abs(off[own][worst])) / EDGE_REACH
    return None
