"""A small page that a worker reads once, so that what follows finds all compiled."""

from __future__ import annotations

import numpy as np

from veernet.axes import DepthAxis, DepthPoint, Edge, Scale
from veernet.records import CurveSpec, Grey, Registration, Scan, Track

ROWS, COLUMNS = 400, 260
WIDTH = 200
"""Columns between the edges of the track."""


def small_page() -> tuple[Scan, Registration]:
    """Draw two curves that cross, in solid and dashes, and register them."""
    rows = np.arange(ROWS)
    page: Grey = np.full((ROWS, COLUMNS), 255, np.uint8)
    swing = 70 * np.sin(rows / 30.0)
    for sign, drawn in ((1, rows >= 0), (-1, rows % 20 < 12)):
        middle = np.round(30 + WIDTH / 2 + sign * swing).astype(int)
        for off in (0, 1, 2):
            page[rows[drawn], middle[drawn] + off] = 0
    scale = Scale("linear", 0, 1)
    curves = CurveSpec("A", "", scale), CurveSpec("B", "", scale, line="long-dash")
    edges = (Edge((0.0,), (30.0,)), Edge((0.0,), (30.0 + WIDTH,)))
    depth = DepthAxis("ft", (DepthPoint(5, 0), DepthPoint(ROWS - 5.0, 39)))
    return Scan.from_array(page), Registration(
        "main", depth, (Track("T", *edges, curves),)
    )
