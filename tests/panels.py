"""Panels and evidence with known columns, for the tests of the tracers."""

from __future__ import annotations

import numpy as np

from veernet.axes import Edge, Floats, Scale
from veernet.records import CurveSpec, Evidence, Line, Panel, Track

MARGIN = 8


def curve(
    mnemonic: str = "GR", line: Line = "solid", *, wraps: bool = False
) -> CurveSpec:
    """Return a curve on a scale of 0 to 150."""
    return CurveSpec(mnemonic, "GAPI", Scale("linear", 0, 150), line, wraps=wraps)


def panel(curves: list[CurveSpec], rows: int, width: int = 200) -> Panel:
    """Return a panel of one track between the columns MARGIN and MARGIN + width."""
    track = Track("T1", Edge((0,), (0,)), Edge((0,), (float(width),)), tuple(curves))
    edges = np.empty((1, 2, rows))
    edges[0, 0], edges[0, 1] = MARGIN, MARGIN + width
    image = np.full((rows, width + 2 * MARGIN + 1), 255, dtype=np.uint8)
    return Panel((track,), 0, width, MARGIN, edges, image)


def stroke(
    columns: Floats, shape: tuple[int, int], thickness: float = 3.0
) -> np.ndarray:
    """Evidence, (rows, columns) 8-bit, of a stroke through (row, column).

    Each row holds what a pen of the thickness covers between the half rows above and
    below, with soft flanks, so that its centroid is the mean column there.
    """
    rows = np.arange(columns.size)
    ends = np.interp(rows[:, None] + [-0.5, 0.0, 0.5], rows, columns)
    low, high = ends.min(axis=1), ends.max(axis=1)
    at = np.arange(shape[1])[None, :]
    inside = np.minimum(at - low[:, None], high[:, None] - at) + thickness / 2
    ink = np.clip(inside + 0.5, 0.0, 1.0)
    return (255 * np.nan_to_num(ink)).astype(np.uint8)


def evidence(
    panel: Panel, drawn: list[tuple[Line, Floats]], *, noise: int = 0
) -> Evidence:
    """Evidence for curves at known panel columns: one map solid, one for dashes."""
    shape = panel.image.shape
    maps = np.zeros((2, *shape), dtype=np.uint8)
    if noise:
        maps[:] = np.random.default_rng(7).integers(0, noise, maps.shape)
    for line, columns in drawn:
        index = 0 if line == "solid" else 1
        maps[index] = np.maximum(maps[index], stroke(columns, shape))
    return Evidence(maps, (("solid",), ("long-dash", "short-dash", "dot", "dash-dot")))
