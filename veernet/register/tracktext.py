"""The tracks of a proposal as lines of YAML, with the curves that a legend names.

A scale that covers a part of a track gets a track of its own with edges there: T2L and
T2R are the halves of T2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from veernet.axes import Edge
from veernet.register.depths.proposal import STATED
from veernet.register.geometry.page import FoundTrack
from veernet.register.legends.record import LegendCurve

_CURVES = """\
    curves:   # still to be given: every curve that is drawn in the track, such as
    # - {mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear, line: solid}
    # Take the track out if it has none; row_left and row_right, if any, are then at
    # the edges that are the outermost."""

_NUMBER = re.compile(r"\.0$")
_BARE = re.compile(r"(?!(?:NO|ON|OFF|YES|NULL|TRUE|FALSE|[YN])$)[A-Z][A-Z0-9_]*")
"""Mnemonics that YAML takes for text as they are."""

USUAL_DIVISIONS = {2, 4, 5, 6, 8, 10, 12, 15, 16, 20, 25, 30, 40, 50}
"""Of the tracks of prints: 9, 11, 19 and 21 tell of an edge on the wrong line."""

Span = tuple[float, float]
TAKEN = 0.8
"""Confidence from which a suggestion is a curve of the registration: below, its line is
a comment that a person takes away if it is right."""

WHOLE: Span = (0.0, 1.0)
_PARTS: dict[Span, str] = {WHOLE: "", (0.0, 0.5): "L", (0.5, 1.0): "R"}


def track_lines(
    tracks: Sequence[FoundTrack], curves: Sequence[LegendCurve], least: float = TAKEN
) -> list[str]:
    """Return the entries of a section's tracks, with a place for curves not read.

    Curves below the least confidence are comments.
    """
    lines = []
    for number, track in enumerate(tracks):
        own = [curve for curve in curves if curve.track == number]
        spans = sorted({curve.span for curve in own}, key=lambda span: (span[0], span))
        for index, span in enumerate(spans or [WHOLE]):
            part = _PARTS.get(span, f"P{index + 1}")
            lines.append(f"  - name: T{number + 1}{part}")
            lines += _edge("left", track.line_at(span[0]))
            lines += _edge("right", track.line_at(span[1]))
            if track.divisions is not None and span == WHOLE:
                odd = odd_divisions(track)
                said = f"   # {odd}" if odd else ""
                lines.append(f"    divisions: {track.divisions}{said}")
            lines += _curves([curve for curve in own if curve.span == span], least)
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


def plain(value: float) -> str:
    """Return a row or a column to a tenth."""
    return _NUMBER.sub("", f"{value:.1f}")


def _curves(curves: Sequence[LegendCurve], least: float) -> list[str]:
    taken = {curve.mnemonic for curve in curves if curve.confidence >= least}
    lines = ["    curves:"] if taken else _CURVES.split("\n")
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
        lines += [f"        # {_printable(note)}" for note in curve.notes]
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


def _edge(side: str, edge: Edge) -> list[str]:
    if len(edge.rows) == 1:
        return [f"    {side}: {plain(edge.columns[0])}"]
    pairs = zip(edge.rows, edge.columns, strict=True)
    return [
        f"    {side}:",
        *(f"      - {{row: {plain(r)}, column: {plain(c)}}}" for r, c in pairs),
    ]


def _printable(text: str) -> str:
    """Return text for a comment: what was read may hold anything."""
    return "".join(c if c.isprintable() else "?" for c in text)


def quoted(text: str) -> str:
    """Return text in the quotes of YAML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
