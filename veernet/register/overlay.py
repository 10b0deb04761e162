"""The scan with all that was found drawn on it, small enough to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from veernet.files import replacing
from veernet.records import Grey, Scan
from veernet.register.proposal import STATED
from veernet.register.propose import ProposedSection, all_edges

TALLEST = 12_000
"""Rows of the picture: what any viewer opens."""

READ = 2048
"""Rows of the page that are read at once."""

EDGE, COLUMN, STATED_DEPTH, SUGGESTED = (
    (0, 90, 220),
    (150, 150, 0),
    (0, 140, 60),
    (220, 90, 0),
)
"""Colours: edges of tracks, the depth column, depths that are stated or suggested."""


def write_overlay(path: Path, scan: Scan, sections: Sequence[ProposedSection]) -> None:
    """Draw sections, edges and depth points on the scan, as one PNG.

    A page that is taller than ``TALLEST`` is reduced to it.
    """
    shrink = max(1, -(-scan.info.rows // TALLEST), scan.info.columns // 1200)
    picture = np.repeat(_reduced(scan, shrink)[..., None], 3, axis=2)
    for section in sections:
        _draw(picture, section, shrink)
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG", optimize=True)


def _reduced(scan: Scan, shrink: int) -> Grey:
    """Return the page with each square of pixels as its mean."""
    columns = scan.info.columns // shrink
    parts = []
    step = READ // shrink * shrink
    for start in range(0, scan.info.rows, step):
        band = scan.read(start, min(scan.info.rows, start + step))
        rows = max(1, len(band) // shrink)
        size = (columns, rows)
        parts.append(cv2.resize(band, size, interpolation=cv2.INTER_AREA))
    return np.asarray(np.concatenate(parts), dtype=np.uint8)


def _draw(picture: Grey, section: ProposedSection, shrink: int) -> None:
    found = section.found
    rows = np.linspace(found.first_row, found.last_row, 200)
    pairs = [(edge, EDGE) for edge in all_edges(section)]
    pairs += [(edge, COLUMN) for edge in found.depth_column]
    for edge, colour in pairs:
        way = np.stack([edge.column_at(rows), rows], axis=1) / shrink
        cv2.polylines(picture, [np.rint(way).astype(np.int32)], False, colour, 1)
    colour = STATED_DEPTH if section.depth.confidence >= STATED else SUGGESTED
    for point in section.points:
        left = found.tracks[0].left.column_at(point.row).item()
        right = found.tracks[-1].right.column_at(point.row).item()
        ends = (point.row_left or point.row, point.row_right or point.row)
        first, last = (
            (round(column / shrink), round(row / shrink))
            for column, row in zip((left, right), ends, strict=True)
        )
        cv2.line(picture, first, last, colour, 1)
        text, middle = f"{point.depth:g}", found.depth_column[0].column_at(point.row)
        at = (round(middle.item() / shrink), first[1] - 2)
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_PLAIN, 0.9, colour, 1)
