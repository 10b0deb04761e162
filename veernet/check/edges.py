"""Edges of registered tracks against the upright lines of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Edge, Floats
from veernet.check.finding import Finding
from veernet.records import Registration, ScanInfo
from veernet.register.geometry.uprights import Upright, places

NEAR = 3.0
"""Columns from its line at which an edge is on it."""

REACH = 12.0
"""Columns within which a line is an edge's own."""

STRAYS, WANDERS = 0.05, 0.25
"""Shares of the rows off its line, beside what is usual, from which an edge strays, and
from which that matters more than what is usual."""

SHARE = 0.01
"""Of a track's width: what an edge may be off before values are clearly wrong."""


def check_edges(
    info: ScanInfo, registration: Registration, uprights: Sequence[Upright]
) -> Iterator[Finding]:
    """Compare the edges of each track with the upright lines about them."""
    rows = places(*registration.depth.rows[[0, -1]])
    ways = np.array([upright.way.column_at(rows) for upright in uprights])
    border = np.array([upright.border for upright in uprights])
    told: set[tuple[int, str]] = set()
    for track in registration.tracks:
        width = np.subtract(track.right.column_at(rows), track.left.column_at(rows))
        for side, edge in (("left", track.left), ("right", track.right)):
            found = _edge(info, edge, rows, ways, border, float(width.mean()))
            if found is None:
                continue
            what, do, severe, weight = found
            # Tracks that share an edge share its finding.
            key = (round(float(edge.column_at(rows).mean())), what)
            if key not in told:
                told.add(key)
                where = f"track {track.name}, {side} edge, {what}"
                yield Finding(
                    registration.section, where, do, severe=severe, weight=weight
                )


def _edge(
    info: ScanInfo,
    edge: Edge,
    rows: Floats,
    ways: Floats,
    border: NDArray[np.bool_],
    width: float,
) -> tuple[str, str, bool, float] | None:
    """Say what is odd about an edge: what, what to do, whether severe, and how much."""
    column = edge.column_at(rows)
    off = column - ways
    usual = np.median(np.abs(off), axis=1)
    nearest = int(usual.argmin())
    borders = np.where(border, usual, np.inf)
    own = int(borders.argmin()) if borders.min() <= REACH else nearest
    middle = f"column {column.mean():.0f}"
    if usual[own] > REACH:
        if column.min() < REACH or column.max() > info.columns - 1 - REACH:
            # Trimmed paper has lost its line.
            return None
        what = f"{middle}: no upright line within {REACH:.0f} columns"
        do = "compare it with the scan: the nearest is at column "
        do += f"{ways[nearest].mean():.0f}"
        return what, do, True, 40.0
    by = float(np.median(off[own]))
    stray = np.abs(off[own] - by)
    wanders = float(np.mean(stray > NEAR))
    if abs(by) > NEAR and wanders < WANDERS:
        side = "right" if by > 0 else "left"
        what = f"{middle}: {abs(by):.1f} columns {side} of the line of the grid"
        do = f"set it to column {ways[own].mean():.0f}"
        # On another line it may be meant so: which one is the edge is not certain.
        severe = bool(abs(by) > SHARE * width and usual[nearest] > NEAR)
        return what, do, severe, 30 * abs(by) / REACH
    worst = int(np.abs(off[own]).argmax())
    if wanders > STRAYS:
        what = (
            f"row {rows[worst]:.0f}, column {column[worst]:.0f}: "
            f"{abs(off[own][worst]):.1f} columns off the line, which wanders"
        )
        do = f"add a point there, at column {column[worst] - off[own][worst]:.0f}"
        severe = bool(np.quantile(np.abs(off[own]), 0.8) > max(NEAR, SHARE * width))
        return what, do, severe, 30 * float(abs(off[own][worst])) / REACH
    return None
