"""Lines that stand all down a track and are no lines of its grid: marks, bit sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from veernet.check.finding import Finding
from veernet.check.strokes import STANDS, Stretches
from veernet.intervals import true_intervals
from veernet.records import Registration
from veernet.register.geometry.page import FoundSection, FoundTrack

NEAR = 5
"""Columns about a line of the grid, and about an edge, in which another is not told."""

WAVERS = 1
"""Columns by which a line may lie elsewhere in another stretch."""

PERSISTS = 0.85
"""Share of the stretches in which it stands: most calipers in gauge stand in fewer."""

FEWEST = 6
"""Stretches from which a share says anything."""

STILL = re.compile(r".*CAL.*|C1|C2|HD")
"""Names of curves that stand still where the hole is in gauge."""

LISTED = re.compile(r".*(MARK|TICK|TIME|MK|TTI).*|T(IM)?E?|BS|BIT.*|ETIM?|ITT.*")
"""Names of curves that stand like this; one that is listed is not told."""


def check_marks(
    registration: Registration, found: FoundSection, stretches: Stretches
) -> Iterator[Finding]:
    """Name a line that stands beside the grid of a track and that nobody has listed.

    Parameters
    ----------
    registration, found
        Of the section, and the section as it was found.
    stretches
        First row, rows between depth lines, and ink of some parts of it.
    """
    middle = float(registration.depth.rows[[0, -1]].mean())
    for track in registration.tracks:
        if any(LISTED.fullmatch(curve.mnemonic.upper()) for curve in track.curves):
            continue
        left, right = (float(at) for at in registration.edges_at(track, middle))
        own = [
            one
            for one in found.tracks
            if abs(float(one.left.column_at(middle)) - left) <= 2 * NEAR
            and abs(float(one.right.column_at(middle)) - right) <= 2 * NEAR
        ]
        if not own or own[0].divisions is None:
            continue
        still = any(STILL.fullmatch(curve.mnemonic.upper()) for curve in track.curves)
        division = (right - left) / own[0].divisions
        for at in _lines(own[0], stretches):
            # A caliper in gauge stands as well; marks are drawn by an edge.
            if still and division < at < right - left - division:
                continue
            yield Finding(
                registration.section,
                f"track {track.name}: a line stands {at:.0f} columns right of the left "
                f"edge (column {left + at:.0f} at row {middle:.0f}) all the way down, "
                "and is no line of the even grid",
                "unless one of its curves stands still there it is one more (a time "
                "marker, a bit size): list it too, in its place from left to right "
                "(export: false), or names may slide by one",
                weight=13,
                kind="mark",
                columns=(left + at, left + at),
            )


def _lines(track: FoundTrack, stretches: Stretches) -> list[float]:
    """Return the places of lines off the grid, in columns from the left edge."""
    width = round(track.span.right - track.span.left)
    division = width / (track.divisions or 1)
    seen = np.zeros(width + 1)
    used = 0
    for _, rows, ink in stretches:
        middle = float(rows.mean())
        first = round(float(track.left.column_at(middle)))
        last = round(float(track.right.column_at(middle)))
        if first < 0 or last >= ink.shape[1] or last - first < 3 * NEAR:
            continue
        stands = ink[:, first : last + 1].mean(axis=0) > STANDS
        at = np.flatnonzero(stands) * (width / (last - first))
        here = np.zeros(width + 1)
        here[np.clip(np.rint(at).astype(int), 0, width)] = 1
        seen += np.convolve(here, np.ones(2 * WAVERS + 1), "same") > 0
        used += 1
    if used < FEWEST:
        return []
    columns = np.arange(width + 1)
    # Half of a division is a line on many grids.
    off = (
        np.abs(columns / division * 2 - np.rint(columns / division * 2)) * division / 2
    )
    seen[off <= NEAR + WAVERS] = 0
    lasting = seen >= PERSISTS * used
    return [float(a + seen[a:b].argmax() + WAVERS) for a, b in true_intervals(lasting)]
