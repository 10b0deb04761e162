"""Depth points where a person can check them: at lines that have a numeral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import DepthPoint, Floats
from veernet.register.depths.proposal import DepthProposal

TOLERANCE = 1.0, 0.1
"""Rows, or depth units, whichever is more: what points may leave of the stretch of the
paper where a numeral tells of it; as much as those of a proposal leave of its lines."""

BETWEEN = 1.0, 0.4
"""The same where no numeral does, so that a depth is off by half a foot at most, which
is the step of a LAS: a point without a numeral costs a person more than it is worth."""

OWN = 0.3
"""Of the rows from line to line: how far the line of a depth may lie off its place."""

Point = tuple[float, float]


def at_numerals(depth: DepthProposal, lines: Floats) -> DepthProposal:
    """Return a proposal with its points at numerals, as far as these keep its depths.

    Its first and its last point stay, which are counted from the nearest numerals: a
    reading ends with them. Others are kept only where the paper is stretched so between
    two numerals that no other numeral tells of it.

    Parameters
    ----------
    depth
        As proposed from numerals and lines.
    lines : (lines,) float
        Rows of the depth lines at the depth column.
    """
    if not depth.used or not depth.step or not depth.scale or len(depth.points) < 3:
        return depth
    rows = np.array([point.row for point in depth.points])
    depths = np.array([point.depth for point in depth.points])
    exact = _exact(rows, depths, lines, depth)
    ends = exact[0], exact[-1]
    numbered = _numbered(rows, depths, lines, depth)
    inner = [p for p in numbered if _between(p, *ends)]
    within = max(TOLERANCE[0], TOLERANCE[1] * depth.scale)
    between = max(BETWEEN[0], BETWEEN[1] * depth.scale)
    vertices = list(zip(rows.tolist(), depths.tolist(), strict=True))[1:-1]
    kept = _chosen(exact, list(ends), inner, within)
    kept = _chosen(exact, kept, vertices, between)
    points = tuple(DepthPoint(row, at) for row, at in kept)
    return replace(depth, points=points)


def on_numerals(depth: DepthProposal) -> list[bool]:
    """Return which points of a proposal have a numeral of their own."""
    numbered = depth.step or 0.0
    return [
        bool(numbered)
        and abs(point.depth / numbered - round(point.depth / numbered)) < 1e-6
        and any(
            abs(n.row - point.row) < 0.5 * numbered * (depth.scale or 1.0)
            for n in depth.used
        )
        for point in depth.points
    ]


def _between(point: Point, first: Point, last: Point) -> bool:
    return first[0] < point[0] < last[0] and first[1] < point[1] < last[1]


def _exact(
    rows: Floats, depths: Floats, lines: Floats, depth: DepthProposal
) -> list[Point]:
    """Return each line with its depth: what the points are to keep."""
    ends = [(float(rows[0]), float(depths[0])), (float(rows[-1]), float(depths[-1]))]
    step = depth.line_step
    if not step:
        return [*zip(rows.tolist(), depths.tolist(), strict=True)]
    inside = lines[(lines > rows[0]) & (lines < rows[-1])]
    at = np.interp(inside, rows, depths)
    due = np.round(at / step) * step
    own = np.abs(at - due) < OWN * step
    found = [ends[0]]
    for row, depth_at in zip(inside[own].tolist(), due[own].tolist(), strict=True):
        if _between((row, depth_at), found[-1], ends[1]):
            found.append((row, depth_at))
    return [*found, ends[1]]


def _numbered(
    rows: Floats, depths: Floats, lines: Floats, depth: DepthProposal
) -> list[Point]:
    """Return the lines that have a numeral, with its depth."""
    step, spacing = float(depth.step or 1.0), float(np.median(np.diff(lines)))
    found: dict[float, Point] = {}
    for numeral in depth.used:
        at = float(np.interp(numeral.row, rows, depths))
        due = round(at / step) * step
        place = float(np.interp(due, depths, rows))
        nearest = float(lines[np.abs(lines - place).argmin()])
        if abs(nearest - place) < OWN * spacing:
            found[due] = nearest, due
    return [found[due] for due in sorted(found)]


def _nearest(points: Sequence[Point], depth: float) -> Point:
    return min(points, key=lambda point: abs(point[1] - depth))


def _chosen(
    exact: Sequence[Point], kept: list[Point], some: Sequence[Point], within: float
) -> list[Point]:
    """Add some points, each the nearest to the line that is kept worst."""
    kept, line_depths = sorted(kept), np.array([depth for _, depth in exact])
    line_rows = np.array([row for row, _ in exact])
    while True:
        rows, depths = np.transpose(kept)
        off = np.abs(line_rows - np.interp(line_depths, depths, rows))
        for k in np.argsort(-off):
            if off[k] <= within:
                return kept
            place = int(
                np.clip(np.searchsorted(depths, line_depths[k]), 1, len(kept) - 1)
            )
            near = [p for p in some if _between(p, kept[place - 1], kept[place])]
            if near:
                kept.insert(place, _nearest(near, float(line_depths[k])))
                break
        else:
            return kept
