"""Ink that leaves one edge of a track and comes in at the other, and is not read so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from veernet.check.finding import Finding
from veernet.findings.reading import PanelReading, stretch
from veernet.records import Registration, Track
from veernet.trace.crossings import AROUND, BESIDE, Crossing, is_crossed


def uncrossed(reading: PanelReading, registration: Registration) -> Iterator[Finding]:
    """Name the curves that were read as if they did not wrap where ink does.

    Parameters
    ----------
    reading
        A panel as it was read.
    registration
        Of the section.

    Yields
    ------
    Finding
        For each curve to which such ink most likely belongs one of kind ``wraps``; its
        rows are those of the first place.
    """
    if not reading.followed:
        return
    for track in reading.sheet.tracks:
        names = {spec.mnemonic for spec in track.curves}
        curves = [i for i, s in enumerate(reading.specs) if s.mnemonic in names]
        by_curve: dict[int, list[Crossing]] = {}
        for crossing in reading.followed[curves[0]].crossings:
            if not _explained(reading, curves, crossing):
                owner = min(curves, key=lambda c: _away(reading, c, crossing))
                by_curve.setdefault(owner, []).append(crossing)
        for curve, places in by_curve.items():
            yield _finding(reading, registration, track, curve, places)


def _fraction(reading: PanelReading, curve: int) -> np.ndarray:
    path = reading.paths[curve]
    left, right = reading.sheet.edges_of(path.mnemonic)
    return np.asarray((path.column - left) / (right - left))


def _explained(
    reading: PanelReading, curves: Sequence[int], crossing: Crossing
) -> bool:
    """Tell whether a curve of a track was read across the edge with the ink."""
    return any(
        reading.specs[curve].wraps and is_crossed(crossing, _fraction(reading, curve))
        for curve in curves
    )


def _away(reading: PanelReading, curve: int, crossing: Crossing) -> float:
    """Return how far a curve is from the edge where the ink leaves and comes back.

    In widths of the track; one for either place beside which it is unread.
    """
    edge = 1.0 if crossing.side > 0 else 0.0
    away = np.abs(_fraction(reading, curve) - edge)
    ends = (
        away[max(crossing.start - AROUND, 0) : crossing.start + BESIDE],
        away[max(crossing.stop - BESIDE, 0) : crossing.stop + AROUND],
    )
    return float(sum(np.nanmin(np.append(end, 1.0)) for end in ends))


def _finding(
    reading: PanelReading,
    registration: Registration,
    track: Track,
    curve: int,
    places: Sequence[Crossing],
) -> Finding:
    spec = reading.specs[curve]
    first = places[0]
    place = stretch(
        registration,
        first.start + reading.row_start,
        first.stop + reading.row_start,
    )
    unit = registration.depth.unit
    leaves, enters = ("right", "left") if first.side > 0 else ("left", "right")
    top, base = place["depths"]
    often = "" if len(places) == 1 else f", and in {len(places) - 1} more places"
    what = (
        f"{spec.mnemonic}: from {top:.1f} to {base:.1f} {unit} ink leaves the {leaves} "
        f"edge of track {track.name} and comes in at the {enters} one{often}, and no "
        "curve was read so"
    )
    hint = (
        "its values there lie beyond the edge: correct its wrap count there"
        if spec.wraps
        else f"does it wrap? Then write `wraps: true` in the registration of "
        f"{spec.mnemonic}, or its values are cut at the edge"
    )
    return Finding(
        registration.section,
        what,
        hint,
        weight=float(sum(place.stop - place.start for place in places)),
        kind="wraps",
        curves=(spec.mnemonic,),
        **place,
    )
