"""The scan with all that was found drawn on it, reduced until it can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from veernet.axes import DepthAxis
from veernet.files import replacing, together
from veernet.parts import parts_of
from veernet.records import Grey, Scan
from veernet.register.depths.proposal import STATED
from veernet.register.propose import ProposedSection, all_edges

WIDE = 1000
"""Columns of the picture, about: an edge that is off by a few can be seen."""

TALLEST = 12_000
"""Rows of a picture: what any viewer opens."""

BAND = 1000
"""Rows of a picture that are drawn from rows of the page at once."""

PLACES = 400
"""Points of an edge on a picture."""

EDGE, COLUMN, STATED_DEPTH, SUGGESTED = (
    (0, 90, 220),
    (150, 150, 0),
    (0, 140, 60),
    (220, 90, 0),
)
"""Colours: edges of tracks, the depth column, depths that are stated or suggested."""

FONT = cv2.FONT_HERSHEY_PLAIN


def write_overlay(
    path: Path, scan: Scan, sections: Sequence[ProposedSection]
) -> tuple[Path, ...]:
    """Draw sections, edges and depth points on the scan, reduced.

    A picture for every ``TALLEST`` rows: ``NAME.png`` if one suffices, else
    ``NAME.1.png`` and so on; what an earlier overlay of that name had beyond them goes.
    One is held in memory at a time.

    Returns
    -------
    tuple of Path
        The files written, from top to bottom.
    """
    shrink = max(1, round(scan.info.columns / WIDE))
    starts = range(0, scan.info.rows, TALLEST * shrink)
    with together():
        paths = parts_of(path, len(starts))
        for part, start in zip(paths, starts, strict=True):
            picture = _reduced(scan, start, shrink)
            for section in sections:
                _draw(picture, section, start, shrink)
            with replacing(part) as temporary:
                Image.fromarray(picture).save(temporary, format="PNG", optimize=True)
    return paths


def _reduced(scan: Scan, start: int, shrink: int) -> Grey:
    """Return a part of the page with each square of pixels as its mean, in colour."""
    columns = max(1, scan.info.columns // shrink)
    stop = min(scan.info.rows, start + TALLEST * shrink)
    parts = []
    for first in range(start, stop, BAND * shrink):
        # In the colours of the page, by which curves are told where they have them.
        band = scan.read_colour(first, min(stop, first + BAND * shrink))
        size = columns, max(1, len(band) // shrink)
        parts.append(cv2.resize(band, size, interpolation=cv2.INTER_AREA))
    return np.concatenate(parts).astype(np.uint8)


def _draw(picture: Grey, section: ProposedSection, start: int, shrink: int) -> None:
    """Draw what of a section lies on a picture that begins at a row of the page."""
    found = section.found
    stop = start + len(picture) * shrink
    first, last = max(start, found.first_row), min(stop, found.last_row)
    if first >= last:
        return

    def placed(column: float, row: float) -> tuple[int, int]:
        return round(column / shrink), round((row - start) / shrink)

    rows = np.linspace(first, last, PLACES)
    pairs = [(edge, EDGE) for edge in all_edges(section)]
    pairs += [(edge, COLUMN) for edge in found.depth_column or ()]
    for edge, colour in pairs:
        way = np.stack([edge.column_at(rows), rows - start], axis=1) / shrink
        cv2.polylines(picture, [np.rint(way).astype(np.int32)], False, colour, 1)
    colour = STATED_DEPTH if section.depth.confidence >= STATED else SUGGESTED
    for point in section.points:
        if not start <= point.row < stop:
            continue
        left = found.tracks[0].left.column_at(point.row).item()
        right = found.tracks[-1].right.column_at(point.row).item()
        ends = (point.row_left or point.row, point.row_right or point.row)
        level = placed(left, ends[0]), placed(right, ends[1])
        cv2.line(picture, *level, colour, 1)
    for row, depth in _labels(section, start, stop):
        # Depths that are stated of a page without a depth column stand at its left.
        column = found.depth_column or (found.tracks[0].left, found.tracks[0].right)
        sides = (edge.column_at(row).item() for edge in column)
        (left, at), (right, _) = (placed(side, row) for side in sides)
        cv2.line(picture, (left, at), (right, at), colour, 1)
        place = (left, at - 2)
        cv2.putText(picture, f"{depth:g}", place, FONT, 0.9, colour, 1)


def _labels(
    section: ProposedSection, start: int, stop: int
) -> list[tuple[float, float]]:
    """Return row and depth of what is printed, and of the first and the last point."""
    if not section.points:
        return []
    axis = DepthAxis(section.depth.unit or "ft", section.points)
    first, last = section.points[0].depth, section.points[-1].depth
    printed = np.array([first, last])
    if section.depth.step:
        step = section.depth.step
        inner = np.arange(np.ceil(first / step), np.floor(last / step) + 1) * step
        printed = np.unique(np.r_[printed, inner[~axis.in_gap(inner)]])
    pairs = zip(axis.row_at(printed).tolist(), printed.tolist(), strict=True)
    return [(row, depth) for row, depth in pairs if start <= row < stop]
