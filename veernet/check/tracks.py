"""Tracks that are registered against those that are drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from veernet.check.finding import Finding
from veernet.records import Registration, Track
from veernet.register.geometry.page import FoundSection

MOSTLY = 0.85
"""Share of a track that must be one that is drawn, for its divisions to be those."""

PART = 0.95
"""Share of a track's width from which a track in it is no part but the whole of it."""

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


def check_parts(registration: Registration) -> Iterator[Finding]:
    """Name curves that are registered over a part of another track's columns.

    They are read together, and one that passes the edges of its part is off scale: not
    so if it is listed in the whole track, with the values at its edges.
    """
    middle = float(registration.depth.rows[[0, -1]].mean())
    tracks = registration.tracks
    registered = [_at(registration.edges_at(track, middle)) for track in tracks]
    for whole, (left, right) in zip(tracks, registered, strict=True):
        inside = [
            (track, part)
            for track, part in zip(tracks, registered, strict=True)
            if track is not whole
            and min(right, part[1]) - max(left, part[0]) >= MOSTLY * (part[1] - part[0])
            and part[1] - part[0] <= PART * (right - left)
        ]
        # A track that spans several that stand side by side is no ruled track itself.
        if len(inside) == 1:
            yield from _part(registration, whole, (left, right), *inside[0])


def _part(
    registration: Registration,
    whole: Track,
    edges: tuple[float, float],
    part: Track,
    own: tuple[float, float],
) -> Iterator[Finding]:
    """Say which values curves of a part would have at the edges of the whole track."""
    fractions = (np.array(edges) - own[0]) / (own[1] - own[0])
    for curve in part.curves:
        left, right = curve.scale.value_at(fractions)
        names = ", ".join(one.mnemonic for one in whole.curves)
        yield Finding(
            registration.section,
            f"{curve.mnemonic} is registered over a part (track {part.name}, columns "
            f"{own[0]:.0f} to {own[1]:.0f}) of track {whole.name} ({names}): it counts "
            "as off scale beyond that part, and its neighbours may take its ink",
            f"if it can pass the edges of its part, list it in {whole.name} with the "
            f"others, left: {left:.4g}, right: {right:.4g}",
            weight=14,
            kind="part",
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
