"""Curves that the header of a section names, against those that are registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from veernet.check.finding import Finding, cut_short
from veernet.records import CurveSpec, Registration
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.record import LegendCurve

STATED, LIKELY = 0.9, 0.5
"""Confidence from which a header is believed of any name, and of one that is known."""

SAME = 0.01
"""Share of a scale's width by which its ends may differ from those of the legend."""

BESIDE = 0.5
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
    free = list(registration.tracks)
    specs = [(track, spec) for track in free for spec in track.curves]
    middle = float(registration.depth.rows[[0, -1]].mean())
    for match in (_same_name, _same_scale):
        for curve in list(left):
            place = _columns(found, curve, middle)
            for track, spec in specs:
                first, last = (float(at) for at in registration.edges_at(track, middle))
                shared = min(last, place[1]) - max(first, place[0])
                here = shared > BESIDE * min(place[1] - place[0], last - first)
                if match(curve, spec, here=here):
                    specs.remove((track, spec))
                    left.remove(curve)
                    break
    # A back-up's line of the legend may stand for the wraps of the curve itself.
    known = {spec.mnemonic for track in free for spec in track.curves}
    told = [c for c in left if c.backup_of is None or c.backup_of not in known]
    findings = [_finding(registration, found, c, middle) for c in told]
    yield from cut_short(findings, "curves of the header are not registered")


def _same_name(curve: LegendCurve, spec: CurveSpec, *, here: bool) -> bool:  # noqa: ARG001
    own, other = curve.mnemonic.upper(), spec.mnemonic.upper()
    return own == other or curve.name.upper().replace(" ", "") == other


def _same_scale(curve: LegendCurve, spec: CurveSpec, *, here: bool) -> bool:
    own, other = np.array(curve.ends), np.array([spec.scale.left, spec.scale.right])
    return here and bool(np.abs(own - other).max() <= SAME * abs(own[1] - own[0]))


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
    return Finding(
        registration.section,
        f"the header names {curve.mnemonic}, {values}{unit}, at columns {left:.0f} to "
        f"{right:.0f}, and no registered curve is that",
        "if it is drawn, list it (export: false if it is not wanted): one that is left "
        "out may be read as its neighbour",
        weight=14 * curve.confidence,
        kind="legend",
        columns=(left, right),
    )
