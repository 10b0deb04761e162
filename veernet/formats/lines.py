"""Depth lines as formats state them: places on the page that have one depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veernet.axes import DepthPoint
from veernet.formats.text import shown
from veernet.records import Registration, Track

Place = tuple[float, float]
"""(column, row) of a page."""

EDGE_MISS = 1.0
"""Columns by which a place may miss a track edge and still be meant to lie on it."""


def depth_points(
    lines: Mapping[float, Sequence[Place]],
    tracks: Sequence[Track],
    where: str,
    remarks: list[str],
) -> tuple[DepthPoint, ...]:
    """Return the depth points of lines that are known by one place or more each.

    On a level page every place of a line has the same row. Where they differ the page
    is turned: the line runs through its outermost places, is continued to the outermost
    track edges, and its middle stands for the depth column (any place does that, as
    long as it is the same on every line).

    Parameters
    ----------
    lines
        Depth to the places where it was seen.
    tracks
        None where the format does not tell; outermost places then stand for edges.
    where
        The section, for the remarks.
    remarks
        Told of what is assumed or left out.
    """
    if all(len({row for _, row in places}) == 1 for places in lines.values()):
        return tuple(DepthPoint(lines[depth][0][1], depth) for depth in sorted(lines))
    points = []
    for depth in sorted(lines):
        places = sorted(lines[depth])
        if places[0][0] == places[-1][0]:
            remarks.append(
                f"{where}: depth {shown(depth)} is left out: the page is turned, and "
                "its line is known at one column only"
            )
            continue
        left, right = _ends(places[0], places[-1], tracks)
        points.append(DepthPoint((left + right) / 2, depth, left, right))
    ends = "are taken to lie on" if not tracks else "were continued to"
    remarks.append(
        f"{where}: the page is turned; its depth lines {ends} the outermost track edges"
    )
    return tuple(points)


def _ends(a: Place, b: Place, tracks: Sequence[Track]) -> tuple[float, float]:
    """Return the rows where the line through two places meets the outermost edges."""
    rows = []
    slope = (b[1] - a[1]) / (b[0] - a[0])
    for place, side in ((a, "left"), (b, "right")):
        column, row = place
        if tracks:
            edges = [getattr(t, side).column_at(row) for t in tracks]
            edge = float(min(edges) if side == "left" else max(edges))
            if abs(edge - column) > EDGE_MISS:
                row += slope * (edge - column)
        rows.append(row)
    return rows[0], rows[1]


def places_of(registration: Registration, point: DepthPoint) -> tuple[Place, ...]:
    """Return where the line of a depth point is seen.

    On a level page one place, at the leftmost track edge; on a turned one both places
    where the line meets the outermost track edges.
    """
    depth, tracks = registration.depth, registration.tracks
    skew_left, skew_right = (float(skew) for skew in depth.skew_at(point.row))
    left, right = point.row + skew_left, point.row + skew_right
    if point.row_left is not None and point.row_right is not None:
        # As stated, to the last digit.
        left, right = point.row_left, point.row_right
    first = min(float(track.left.column_at(left)) for track in tracks)
    if not depth.skewed:
        return ((first, point.row),)
    last = max(float(track.right.column_at(right)) for track in tracks)
    return ((first, left), (last, right))
