"""The tracks of a proposal as lines of YAML, with the curves that a legend names.

A scale that covers a part of a track gets a track of its own with edges there: T2L and
T2R are the halves of T2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from veernet.register.depths.proposal import STATED
from veernet.register.edgetext import TOLERANCE, edge_lines, places_of
from veernet.register.geometry.page import FoundTrack
from veernet.register.legends.record import ACCEPTED, WHOLE, LegendCurve

_CURVES = "    curves:   # still to be given"

_BARE = re.compile(r"(?!(?:NO|ON|OFF|YES|NULL|TRUE|FALSE|[YN])$)[A-Z][A-Z0-9_]*")
"""Mnemonics that YAML takes for text as they are."""

USUAL_DIVISIONS = {2, 4, 5, 6, 8, 10, 12, 15, 16, 20, 25, 30, 40, 50}
"""Of the tracks of prints: 9, 11, 19 and 21 tell of an edge on the wrong line."""


def track_lines(
    tracks: Sequence[FoundTrack],
    curves: Sequence[LegendCurve],
    least: float = ACCEPTED,
    *,
    tolerance: float = TOLERANCE,
    shared: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the entries of a section's tracks, with a place for curves not read.

    Parameters
    ----------
    tracks, curves
        Of the section.
    least
        Confidence below which a curve is a comment.
    tolerance
        Columns by which an edge may be simplified.
    shared
        By name of a track, that of edges that stand elsewhere in the file.
    """
    lines = []
    for place in places_of(tracks, curves):
        lines.append(f"  - name: {place.name}")
        if shared and place.name in shared:
            lines.append(f"    edges: {shared[place.name]}")
        else:
            lines += edge_lines(place.left, place.right, tolerance, "    ")
        track = tracks[place.number]
        if track.divisions is not None and place.span == WHOLE:
            odd = odd_divisions(track)
            said = f"   # {odd}" if odd else ""
            lines.append(f"    divisions: {track.divisions}{said}")
        own = [
            curve
            for curve in curves
            if curve.track == place.number and curve.span == place.span
        ]
        if place.span != WHOLE and all(curve.confidence < least for curve in own):
            lines.append("    # an edge of it is where a doubted scale ends: check it")
        lines += _curves(own, least)
    return lines


def odd_divisions(track: FoundTrack) -> str | None:
    """Say that a track has a number of divisions that few prints have, or None."""
    if track.divisions is None or track.divisions in USUAL_DIVISIONS:
        return None
    return (
        f"{track.divisions} divisions, where most tracks have 10 or 20: an edge may be "
        "one off"
    )


def curve_words(curve: LegendCurve) -> str:
    """Return what a legend says of a curve, in a line."""
    sure = "stated" if curve.confidence >= STATED else "a suggestion"
    ends = f"{curve.ends[0]:g} to {curve.ends[1]:g}"
    parts = [
        f"T{curve.track + 1} {curve.mnemonic} {ends} {curve.unit or 'unit unknown'}",
        curve.scale.kind,
        curve.line or "line unknown",
        *(["wraps"] if curve.wraps else []),
        *([f"back-up of {curve.backup_of}"] if curve.backup_of else []),
    ]
    return f"{', '.join(parts)}, {sure} ({curve.confidence:.2f})"


def mark(confidence: float) -> str:
    """Return a comment that says stated or a suggestion."""
    word = "stated" if confidence >= STATED else "a suggestion, to be checked"
    return f"# {word}, {confidence:.2f}"


def _curves(curves: Sequence[LegendCurve], least: float) -> list[str]:
    taken = {curve.mnemonic for curve in curves if curve.confidence >= least}
    lines = ["    curves:" if taken else _CURVES]
    for curve in curves:
        unit = curve.unit or '""'
        bare = _BARE.fullmatch(curve.mnemonic)
        fields = [
            f"mnemonic: {curve.mnemonic if bare else quoted(curve.mnemonic)}",
            f"unit: {quoted(unit) if unit == 'N' else unit}",
            f"left: {curve.ends[0]:.10g}, right: {curve.ends[1]:.10g}",
            f"scale: {curve.scale.kind}, line: {curve.line or 'solid'}",
            *_points(curve),
            *([f"colour: {quoted(curve.colour)}"] if curve.colour else []),
            *(["wraps: true"] if curve.wraps else []),
            *(
                [f"backup_of: {_back(curve.backup_of)}"]
                if curve.backup_of and (curve.backup_of in taken or not taken)
                else []
            ),
        ]
        off = "" if curve.confidence >= least else "# "
        entry = f"- {{{', '.join(fields)}}}   {mark(curve.confidence)}"
        lines.append(f"      {off}{entry}")
        lines += [f"        # {printable(note)}" for note in curve.notes]
        if off and not curve.notes:
            lines.append("        # name, unit or scale was not read clearly")
    return lines


def _points(curve: LegendCurve) -> list[str]:
    """Return the points of a hybrid scale."""
    scale = curve.scale
    pairs = zip(scale.fractions, scale.values, strict=True)
    points = [f"{{fraction: {f:.10g}, value: {v:.10g}}}" for f, v in pairs]
    return [f"points: [{', '.join(points)}]"] if points else []


def _back(mnemonic: str) -> str:
    return mnemonic if _BARE.fullmatch(mnemonic) else quoted(mnemonic)


def printable(text: str) -> str:
    """Return text for a comment: what was read may hold anything."""
    return "".join(c if c.isprintable() else "?" for c in text)


def quoted(text: str) -> str:
    """Return text in the quotes of YAML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
