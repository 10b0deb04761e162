"""What a registration says about itself: no pass over the page is needed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from veernet.axes import Floats
from veernet.check.finding import Finding, cut_short
from veernet.check.scales import check_scales
from veernet.records import Registration, ScanInfo
from veernet.register.depths.printscale import WITHIN, Unit, miss, trusted_dpi
from veernet.wellfields import ELEVATIONS, is_bare

STRETCH = 0.12
"""Of the rows between two depth points: paper stretches by less."""

SLIP = 4.0
"""Rows that a stretch between two points may have too many or too few whatever their
distance."""

SHARED = 1.0
"""Columns that neighbours may share."""

INSIDE = 0.005
"""Of a track's width: points of a scale that end nearer to its edge end at it."""

WITHIN_EDGE = 3.0
"""Columns by which a track may pass the edge of one that it lies in."""


def check_quickly(info: ScanInfo, registration: Registration) -> Iterator[Finding]:
    """Check what needs no look at the page: scales, overlaps, rows per depth unit.

    The order of depth points is checked by the records themselves.

    Parameters
    ----------
    info
        Of the page.
    registration
        Of a section.
    """
    yield from check_scales(registration)
    yield from _nodes(registration)
    yield from _heights(registration)
    yield from _overlaps(registration)
    uneven = "stretches between depth points with other rows than elsewhere"
    yield from cut_short(list(_spacing(registration)), uneven)
    yield from _printed(info, registration)


def _nodes(registration: Registration) -> Iterator[Finding]:
    """Name piecewise scales whose points end before the edges of their track."""
    for track in registration.tracks:
        for spec in track.curves:
            scale = spec.scale
            if scale.kind != "piecewise":
                continue
            for edge, end in ((0.0, 0), (1.0, -1)):
                fraction, value = scale.fractions[end], scale.values[end]
                if (
                    abs(edge - fraction) <= INSIDE
                    or (fraction - edge) * (edge - 0.5) > 0
                ):
                    continue
                beyond = float(scale.value_at(edge))
                yield Finding(
                    registration.section,
                    f"{spec.mnemonic} in track {track.name}: the points of its scale "
                    f"end at fraction {fraction:g} ({value:g} {spec.unit}); beyond it "
                    f"values go on along the last two points, to {beyond:.4g} at the "
                    "edge",
                    "give a point at the edge, if one is printed",
                    weight=6,
                    kind="scale",
                    curves=(spec.mnemonic,),
                )


def _heights(registration: Registration) -> Iterator[Finding]:
    """Name heights that are typed without a unit: that of the depths is written."""
    bare = [
        f"{name} {value}"
        for name, value in registration.well.items()
        if name.strip().upper() in ELEVATIONS and is_bare(str(value))
    ]
    if bare:
        unit = registration.depth.unit
        yield Finding(
            registration.section,
            f"well: {', '.join(bare)}: no unit is given, and {unit}, that of the "
            "depths, is written",
            f"type it, as {bare[0].split()[-1]} m, if it is another",
            kind="well",
        )


def _overlaps(registration: Registration) -> Iterator[Finding]:
    """Name tracks that share columns where neither lies in the other."""
    middle = float(registration.depth.rows[[0, -1]].mean())
    tracks = registration.tracks
    edges = [
        tuple(float(at) for at in registration.edges_at(track, middle))
        for track in tracks
    ]
    for (one, (left, right)), (other, (left2, right2)) in combinations(
        zip(tracks, edges, strict=True), 2
    ):
        shared = min(right, right2) - max(left, left2)
        within = min(right - left, right2 - left2) - shared <= WITHIN_EDGE
        if shared > SHARED and not within:
            yield Finding(
                registration.section,
                f"tracks {one.name} and {other.name} share {shared:.0f} columns at row "
                f"{middle:.0f}, from column {max(left, left2):.0f}",
                "if they stand beside each other, give them one edge",
                weight=5,
            )
    for (one, (left, _)), (other, (left2, _)) in pairwise(
        zip(tracks, edges, strict=True)
    ):
        if left2 < left - WITHIN_EDGE:
            yield Finding(
                registration.section,
                f"track {other.name} is listed after {one.name}, and begins left of it",
                "list tracks from left to right",
            )


def _spacing(registration: Registration) -> Iterator[Finding]:
    """Name stretches between depth points with rows that paper cannot account for."""
    axis = registration.depth
    down, deep = np.diff(axis.rows), np.diff(axis.depths)
    logged = np.flatnonzero([not point.gap for point in axis.points[:-1]])
    if len(logged) == 0:
        return
    usual = _usual((down / deep)[logged], deep[logged])
    for k in logged.tolist():
        extra = float(down[k] - usual * deep[k])
        if abs(extra) > max(SLIP, STRETCH * usual * deep[k]):
            yield Finding(
                registration.section,
                f"{axis.depths[k]:g} to {axis.depths[k + 1]:g} {axis.unit}, rows "
                f"{axis.rows[k]:g} to {axis.rows[k + 1]:g}: {down[k] / deep[k]:.2f} "
                f"rows a {axis.unit}, and {usual:.2f} elsewhere",
                "compare both points with the scan, unless the paper slips there",
                weight=abs(extra) / usual,
            )


def _usual(scales: Floats, weights: Floats) -> float:
    """Return the median of scales, long stretches counting more."""
    order = np.argsort(scales)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(scales[order][int(np.searchsorted(reached, 0.5))])


def _printed(info: ScanInfo, registration: Registration) -> Iterator[Finding]:
    """Name a scale that no log is printed at, where the scan tells its dpi."""
    dpi = None if info.dpi is None else trusted_dpi(info.dpi[1])
    if dpi is None:
        return
    axis = registration.depth
    strips = axis.strips()
    if not strips:
        return
    scale = float(
        sum(np.ptp(strip.rows) for strip in strips)
        / sum(np.ptp(strip.depths) for strip in strips)
    )
    unit: Unit = "ft" if axis.unit == "ft" else "m"
    if miss(scale, dpi, unit) <= WITHIN:
        return
    other: Unit = "m" if unit == "ft" else "ft"
    inches = scale * 100 / dpi
    instead = f"in {other} they would be: " if miss(scale, dpi, other) <= WITHIN else ""
    yield Finding(
        registration.section,
        f"{scale:.2f} rows a {unit} are {inches:.3g} inches to 100 {unit} at "
        f"{dpi:g} dpi, no scale of logs",
        f"{instead}compare the depth points, their unit, and the scan's dpi",
        weight=10,
    )
