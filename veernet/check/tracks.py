"""Tracks that are registered against those that are drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from veernet.check.finding import Finding
from veernet.records import Registration
from veernet.register.geometry.page import FoundSection

MOSTLY = 0.85
"""Share of a track that must be one that is drawn, for its divisions to be those."""

COVERED = 0.5
"""Share of a track from which the other side knows of it."""


def check_tracks(registration: Registration, found: FoundSection) -> Iterator[Finding]:
    """Name tracks that only the page has, and tracks that only the registration has."""
    middle = float(registration.depth.rows[[0, -1]].mean())
    registered = [
        _at(registration.edges_at(track, middle)) for track in registration.tracks
    ]
    drawn = [
        _at((track.left.column_at(middle), track.right.column_at(middle)))
        for track in found.tracks
    ]
    for left, right in drawn:
        if _covered((left, right), registered) < COVERED:
            yield Finding(
                registration.section,
                f"a track at columns {left:.0f} to {right:.0f}, row {middle:.0f}, is "
                "drawn and not registered",
                "register it if it has curves",
                weight=15,
            )
    if found.depth_column is not None:
        drawn.append(_at(tuple(e.column_at(middle) for e in found.depth_column)))
    for track, (left, right) in zip(registration.tracks, registered, strict=True):
        if _covered((left, right), drawn) < COVERED:
            yield Finding(
                registration.section,
                f"track {track.name}, columns {left:.0f} to {right:.0f}, row "
                f"{middle:.0f}: no depth line is drawn there",
                "compare its edges with the scan",
                weight=25,
            )


def check_divisions(
    registration: Registration, found: FoundSection
) -> Iterator[Finding]:
    """Compare the divisions of each track with those that its grid has.

    The page tells how wide a division is, and the edges how many there are: an edge
    that is a whole division off lies on a line too.
    """
    middle = float(registration.depth.rows[[0, -1]].mean())
    for track in registration.tracks:
        if track.divisions is None:
            continue
        left, right = _at(registration.edges_at(track, middle))
        for drawn in found.tracks:
            own = _at((drawn.left.column_at(middle), drawn.right.column_at(middle)))
            if drawn.span.division is None or _covered((left, right), [own]) < MOSTLY:
                continue
            counted = (right - left) / drawn.span.division
            share = round(counted) / track.divisions
            if share != 1:
                # A grid may be ruled finer, or coarser, than a person counts.
                other_ruling = share >= 2 or share <= 0.5
                yield Finding(
                    registration.section,
                    f"track {track.name}: {track.divisions} divisions are registered "
                    f"and {counted:.1f} lie between its edges",
                    "an edge is on the wrong line, or the count is wrong",
                    severe=not other_ruling,
                    weight=40,
                )


def _at(edges: tuple[object, ...]) -> tuple[float, float]:
    left, right = np.asarray(edges, dtype=np.float64)
    return float(left), float(right)


def _covered(track: tuple[float, float], others: list[tuple[float, float]]) -> float:
    """Return the share of a track's columns that others have."""
    columns = np.linspace(*track, 200)
    inside = np.zeros(200, dtype=bool)
    for left, right in others:
        inside |= (columns >= left) & (columns <= right)
    return float(inside.mean())
