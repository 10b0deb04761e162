"""Edges of tracks, followed down a section on their own lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Edge, Floats
from veernet.register.geometry.sections import Block
from veernet.register.geometry.simplify import simplify_mask
from veernet.register.geometry.survey import BAND

OWN_LINE_WITHIN = 3
"""Columns about its place in which an edge's own line is looked for."""

BEND = 0.6
"""Columns by which an edge may leave the straight line between two of its points."""


def edge(column: float, block: Block, strength: NDArray[np.float32]) -> Edge:
    """Follow an edge down its section.

    Parameters
    ----------
    column
        In the section's first band.
    block
        The section.
    strength : (bands, columns)
        Of the page's vertical lines: see
        :class:`~veernet.register.geometry.verticalink.VerticalInk`.

    Returns
    -------
    Edge
        With as few points as keep it within half a column of its way.
    """
    away = block.wander - block.wander[0]
    own = strength[block.first : block.stop]
    columns = column + away + _correction(column + away, own)
    bands = np.arange(block.first, block.stop, dtype=np.float64)
    rows = np.asarray((bands + 0.5) * BAND, dtype=np.float64)
    kept = simplify_mask(rows, columns, BEND)
    return Edge(tuple(rows[kept].tolist()), tuple(np.round(columns[kept], 1).tolist()))


def _correction(columns: Floats, strength: NDArray[np.float32]) -> Floats:
    """Return by how much an edge's own line lies off its place, calmed over bands."""
    off = np.full(len(columns), np.nan)
    for band, column in enumerate(columns):
        at = round(column)
        # A track may be cut off at the margin: there is no line to be looked for.
        first, stop = max(0, at - OWN_LINE_WITHIN), max(0, at + OWN_LINE_WITHIN + 1)
        near = strength[band, first:stop].astype(np.float64)
        if len(near) and near.max() > 0.1:
            off[band] = near @ (first + np.arange(len(near))) / near.sum() - column
    known = np.isfinite(off)
    if known.sum() < 3:
        return np.zeros(len(columns))
    places = np.arange(len(columns))
    filled = np.interp(places, places[known], off[known])
    width = min(9, len(filled) | 1)
    padded = np.pad(filled, width // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    return np.asarray(np.median(windows, axis=1)[: len(columns)])
