"""Tracks that are registered against those that are drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from veernet.check.finding import Finding
from veernet.records import Registration
from veernet.register.geometry.page import FoundSection

COVERED = 0.5
"""Share of a track from which the other side knows of it."""


def check_tracks(registration: Registration, found: FoundSection) -> Iterator[Finding]:
    """Name tracks that only the page has, and tracks that only the registration has."""
    middle = float(registration.depth.rows[[0, -1]].mean())
    told = [_at(registration.edges_at(track, middle)) for track in registration.tracks]
    drawn = [
        _at((track.left.column_at(middle), track.right.column_at(middle)))
        for track in found.tracks
    ]
    for left, right in drawn:
        if _covered((left, right), told) < COVERED:
            yield Finding(
                registration.section,
                f"a track at columns {left:.0f} to {right:.0f}, row {middle:.0f}, is "
                "drawn and not registered",
                "register it if it has curves",
                weight=15,
            )
    column = _at(tuple(edge.column_at(middle) for edge in found.depth_column))
    for track, (left, right) in zip(registration.tracks, told, strict=True):
        if _covered((left, right), [*drawn, column]) < COVERED:
            yield Finding(
                registration.section,
                f"track {track.name}, columns {left:.0f} to {right:.0f}, row "
                f"{middle:.0f}: no depth line is drawn there",
                "compare its edges with the scan",
                weight=25,
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
