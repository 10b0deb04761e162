"""Curves that the header of a section names, against those that are registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from veernet.axes import Floats
from veernet.check.finding import Finding, cut_short
from veernet.records import CurveSpec, Registration
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.record import LegendCurve

STATED, LIKELY = 0.9, 0.5
"""Confidence from which a header is believed of any name, and of one that is known."""

SAME = 0.01
"""Share of a scale's width by which its ends may differ from those of the legend."""

LEGEND_COVER = 0.5
"""Share of a legend's columns that a track must cover to be the one that it is of."""


def check_legend(
    registration: Registration, found: FoundSection, legend: Sequence[LegendCurve]
) -> Iterator[Finding]:
    """Name curves of a legend that no registered curve is.

    Parameters
    ----------
    registration
        Of a section.
    found
        The section as it was found.
    legend
        What its header says of curves.

    Yields
    ------
    Finding
        A note for each that is clearly named; a header is no proof that it is drawn.
    """
    left = [c for c in legend if c.confidence >= (LIKELY if c.known else STATED)]
    middle = float(registration.depth.rows[[0, -1]].mean())
    specs = [(track, spec) for track in registration.tracks for spec in track.curves]
    for match in (_same_name, _same_scale):
        for curve in list(left):
            for track, spec in specs:
                if match(curve, spec) and _beside(
                    _columns(found, curve, middle),
                    registration.edges_at(track, middle),
                ):
                    specs.remove((track, spec))
                    left.remove(curve)
                    break
    # A back-up's line of the legend may stand for the wraps of the curve itself.
    known = {s.mnemonic for track in registration.tracks for s in track.curves}
    unmatched = [c for c in left if c.backup_of is None or c.backup_of not in known]
    findings = [_finding(registration, found, c, middle) for c in unmatched]
    yield from cut_short(findings, "curves of the header are not registered")


def _same_name(curve: LegendCurve, spec: CurveSpec) -> bool:
    own, other = curve.mnemonic.upper(), spec.mnemonic.upper()
    return own == other or curve.name.upper().replace(" ", "") == other


def _same_scale(curve: LegendCurve, spec: CurveSpec) -> bool:
    own, other = np.array(curve.ends), np.array([spec.scale.left, spec.scale.right])
    return bool(np.abs(own - other).max() <= SAME * abs(own[1] - own[0]))


def _beside(place: tuple[float, float], edges: Sequence[Floats]) -> bool:
    """Return whether a legend's columns and a track have most of one in common.

    A curve of that name in another track is another one: the same is often drawn in
    two tracks, on two scales.
    """
    first, last = (float(at) for at in edges)
    shared = min(last, place[1]) - max(first, place[0])
    return shared > LEGEND_COVER * min(place[1] - place[0], last - first)


def _columns(
    found: FoundSection, curve: LegendCurve, row: float
) -> tuple[float, float]:
    track = found.tracks[curve.track]
    left, right = (track.line_at(end).column_at(row) for end in curve.span)
    return float(left), float(right)


def _finding(
    registration: Registration, found: FoundSection, curve: LegendCurve, row: float
) -> Finding:
    left, right = _columns(found, curve, row)
    values = "{:g} to {:g}".format(*curve.ends)
    unit = f" {curve.unit}" if curve.unit else ""
    elsewhere = [
        track.name
        for track in registration.tracks
        if any(_same_name(curve, spec) for spec in track.curves)
        and not _beside((left, right), registration.edges_at(track, row))
    ]
    is_not = "no registered curve is that"
    if elsewhere:
        is_not = f"the {curve.mnemonic} that is registered is in {elsewhere[0]}"
    return Finding(
        registration.section,
        f"the header names {curve.mnemonic}, {values}{unit}, at columns {left:.0f} to "
        f"{right:.0f}, and {is_not}",
        "if it is drawn, list it (export: false if it is not wanted): one that is left "
        "out may be read as its neighbour",
        weight=14 * curve.confidence,
        kind="legend",
        columns=(left, right),
    )
