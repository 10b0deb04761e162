"""Scales over a part of a track: taken as one where the print is sure of it.

A scale that was misread, or one that is printed short as that of a correction is, would
else set an edge through the middle of a track. Such a curve is told over the whole
track, with the values that its scale has at the edges, as a suggestion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import Scale
from veernet.errors import InputError
from veernet.register.legends.record import ACCEPTED, WHOLE, LegendCurve

BORNE_OUT = 0.6
"""The same of two curves whose scales begin or end at one place within it."""

SPREAD = 0.5
"""Confidence in a curve that is told over more of a track than its scale."""


def spread(curves: Sequence[LegendCurve]) -> list[LegendCurve]:
    """Tell curves whose part of a track is in doubt over the whole of it.

    Parameters
    ----------
    curves
        Of a section.
    """
    return [
        curve if curve.span == WHOLE or _is_sure(curve, curves) else _over_all(curve)
        for curve in curves
    ]


def _is_sure(curve: LegendCurve, curves: Sequence[LegendCurve]) -> bool:
    """Tell whether a scale surely covers a part of a track."""
    if curve.confidence >= ACCEPTED:
        return True
    inner = {end for end in curve.span if end not in WHOLE}
    borne: set[float] = set()
    for other in curves:
        if other is not curve and other.track == curve.track:
            sure = min(curve.confidence, other.confidence) >= BORNE_OUT
            borne |= set(other.span) if sure else set()
    return inner <= borne


def _over_all(curve: LegendCurve) -> LegendCurve:
    first, last = curve.span
    said = f"its scale is printed over {first:g} to {last:g} of the track"
    notes = (*curve.notes, f"{said}: the values are those at the edges of the track")
    scale = _extended(curve.scale, first, last)
    if scale is None:
        notes = (*curve.notes, f"{said}: give that part a track of its own")
        scale = curve.scale
    return replace(
        curve,
        span=WHOLE,
        scale=scale,
        confidence=min(SPREAD, curve.confidence),
        notes=notes,
    )


def _extended(scale: Scale, first: float, last: float) -> Scale | None:
    """Return a scale at the edges of a track of which it covers a part."""
    if scale.kind == "piecewise":
        return None
    ends = np.array([scale.left, scale.right])
    if scale.kind == "log":
        ends = np.log10(ends)
    slope = (ends[1] - ends[0]) / (last - first)
    left, right = ends[0] - slope * first, ends[1] + slope * (1 - last)
    if scale.kind == "log":
        left, right = 10**left, 10**right
    try:
        return Scale(scale.kind, float(f"{left:.4g}"), float(f"{right:.4g}"))
    except InputError:
        return None
