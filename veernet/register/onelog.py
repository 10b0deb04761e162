"""One log is one section: spliced strips with a gap in depths belong together.

A grid that goes on while the depths jump downwards is a log of which a stretch was not
run or not printed. Where depths fall back it is another section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import Edge
from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.page import FoundSection, FoundTrack
from veernet.register.geometry.trust import EdgeTrust
from veernet.register.legends.legend import Legend

SEAM = 25
"""Spacings of depth lines from one strip to the next, at most: three inches, in which a
splice and its title fit."""

AT_ONCE = 3
"""The same where the vertical lines were found anew: no legend fits in."""

EDGE_SHIFT = 0.01
"""Of the width of all tracks: how far an edge may lie off where that above ended."""

EVEN = 0.01
"""Share of the depths between the last point above and the first below by which the
paper may miss them, where nothing is missing between."""

JUMP = 0.25
"""Of the depths that both strips have: what may be missing between them."""

SCALE = 0.02
"""Share by which rows a unit may differ between strips of one log."""

Part = tuple[FoundSection, DepthProposal, Legend]


def one_log(parts: Sequence[Part]) -> list[Part]:
    """Join neighbouring parts of a page that are one log with a gap in its depths.

    Parameters
    ----------
    parts
        Sections with their depths and legends, from the top down.

    Returns
    -------
    list of Part
        The depth point above a gap says so.
    """
    joined: list[Part] = []
    for part in parts:
        if joined and _goes_on(joined[-1], part):
            joined[-1] = _joined(joined[-1], part)
        else:
            joined.append(part)
    return joined


def _goes_on(above: Part, below: Part) -> bool:
    """Tell whether the log of a part goes on in the next, deeper."""
    (upper, first, _), (lower, second, _) = above, below
    if not (first.points and second.points) or not _same_tracks(upper, lower):
        return False
    if first.unit != second.unit or not (first.scale and second.scale):
        return False
    spacing = upper.lines.spacing
    seam = lower.first_row - upper.last_row
    most = SEAM if upper.tracks == lower.tracks else AT_ONCE
    top, end = first.points[0].depth, first.points[-1].depth
    start, bottom = second.points[0].depth, second.points[-1].depth
    return (
        seam <= most * spacing
        and abs(second.scale / first.scale - 1) <= SCALE
        and abs(lower.lines.spacing / spacing - 1) <= SCALE
        and end < start
        and start - end <= JUMP * (end - top + bottom - start)
    )


def _same_tracks(upper: FoundSection, lower: FoundSection) -> bool:
    """Tell whether the edges of a section go on in the next."""
    if upper.tracks == lower.tracks:
        return True
    if len(upper.tracks) != len(lower.tracks):
        return False
    ends = [
        (float(one.column_at(upper.last_row)), float(other.column_at(lower.first_row)))
        for a, b in zip(upper.tracks, lower.tracks, strict=True)
        for one, other in ((a.left, b.left), (a.right, b.right))
    ]
    width = ends[-1][0] - ends[0][0]
    apart = all(
        a.left.rows[-1] < b.left.rows[0] and a.right.rows[-1] < b.right.rows[0]
        for a, b in zip(upper.tracks, lower.tracks, strict=True)
    )
    return apart and all(abs(a - b) <= EDGE_SHIFT * width for a, b in ends)


def _tracks(upper: FoundSection, lower: FoundSection) -> tuple[FoundTrack, ...]:
    """Return tracks whose edges run through both sections."""
    if upper.tracks == lower.tracks:
        return upper.tracks
    return tuple(
        replace(
            a,
            left=joined_edge([a.left, b.left]),
            right=joined_edge([a.right, b.right]),
            trust=(_trust(a.trust[0], b.trust[0]), _trust(a.trust[1], b.trust[1])),
        )
        for a, b in zip(upper.tracks, lower.tracks, strict=True)
    )


def _trust(one: EdgeTrust, other: EdgeTrust) -> EdgeTrust:
    """Return how sure an edge is that runs through two strips."""
    notes = dict.fromkeys((*one.notes, *other.notes))
    return EdgeTrust(min(one.confidence, other.confidence), tuple(notes))


def _joined(above: Part, below: Part) -> Part:
    (upper, first, legend), (lower, second, other) = above, below
    found = replace(
        upper,
        last_row=lower.last_row,
        tracks=_tracks(upper, lower),
        lines=_lines(upper.lines, lower.lines),
    )
    end, start = first.points[-1], second.points[0]
    jump, paper = start.depth - end.depth, (start.row - end.row) / (first.scale or 1.0)
    gap = abs(jump - paper) > EVEN * jump
    points = (*first.points[:-1], replace(end, gap=gap), *second.points)
    said = (
        f"from {end.depth:.10g} to {start.depth:.10g} is a gap, where strips are "
        "spliced: is it one log?"
    )
    depth = replace(
        first,
        points=points,
        confidence=min(first.confidence, second.confidence),
        used=(*first.used, *second.used),
        dropped=(*first.dropped, *second.dropped),
        residuals=(*first.residuals, *second.residuals),
        notes=(*dict.fromkeys((*first.notes, *second.notes, *[said] * gap)),),
        minor=_minor(first, second),
        asked=(*dict.fromkeys((*first.asked, *second.asked, *[said] * gap)),),
    )
    # A strip that was spliced to another seldom has a legend of its own.
    return found, depth, legend if legend.curves else other


def _minor(first: DepthProposal, second: DepthProposal) -> tuple[str, ...]:
    """Return the notes that decide the confidence of neither of two strips."""
    deciding = {
        note for one in (first, second) for note in one.notes if note not in one.minor
    }
    both = dict.fromkeys((*first.minor, *second.minor))
    return tuple(note for note in both if note not in deciding)


def joined_edge(edges: Sequence[Edge]) -> Edge:
    """Return one edge that runs through others, from the top down."""
    distinct = list(dict.fromkeys(edges))
    rows = tuple(row for edge in distinct for row in edge.rows)
    columns = tuple(column for edge in distinct for column in edge.columns)
    return Edge(rows, columns)


def _lines(above: DepthLines, below: DepthLines) -> DepthLines:
    return replace(
        above,
        rows=np.concatenate([above.rows, below.rows]),
        strength=np.concatenate([above.strength, below.strength]),
        skew=np.concatenate([above.skew, below.skew]),
    )
