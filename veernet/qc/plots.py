"""The curves of a LAS drawn in a panel, one pixel wide, to be compared with its ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.qc.reading import CheckedLog, between
from veernet.records import Panel, Trace


@dataclass(frozen=True, eq=False)
class Plot:
    """A curve in a panel: its column at each row, unfolded, and its track's edges."""

    column: Floats
    left: Floats
    right: Floats
    wraps: bool

    @property
    def wrap(self) -> NDArray[np.int64]:
        """(rows,) how often the curve has left an edge; 0 where it is not read."""
        wrap = np.zeros(self.column.size, dtype=np.int64)
        if self.wraps:
            known = np.isfinite(self.column)
            width = self.right - self.left
            turns = (self.column[known] - self.left[known]) / width[known]
            wrap[known] = np.floor(turns).astype(np.int64)
        return wrap

    def draw(self, start: int, stop: int, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """Draw rows start to stop, folded into the track, one pixel wide."""
        canvas = np.zeros(shape, dtype=np.uint8)
        rows = np.arange(start, stop)
        column, wrap = self.column[rows], self.wrap[rows]
        width = float(np.mean(self.right[rows] - self.left[rows]))
        left, right = float(self.left[rows].min()), float(self.right[rows].max())
        for wrap_count in np.unique(wrap):
            # A stroke that wraps is drawn at both edges, up to each.
            near = np.isin(
                wrap, [wrap_count - 1, wrap_count, wrap_count + 1]
            ) & np.isfinite(column)
            points = np.stack([column - wrap_count * width, rows - start], axis=1)
            pieces = np.split(np.arange(rows.size), np.flatnonzero(~near))
            for piece in pieces:
                line = np.rint(points[piece[near[piece]]] * 16).astype(np.int32)
                if len(line):
                    cv2.polylines(canvas, [line[:, None]], False, 1, 1, 8, 4)
        inside = slice(max(int(left) - 4, 0), int(right) + 5)
        kept = np.zeros_like(canvas)
        kept[:, inside] = canvas[:, inside]
        return kept


def plots_in(
    log: CheckedLog, panel: Panel, rows: NDArray[np.int64], traces: Sequence[Trace]
) -> dict[str, Plot]:
    """Place every curve of a panel in it."""
    plots = {}
    by_name = {curve.spec.mnemonic: curve for curve in log.curves}
    beside = {trace.mnemonic: trace for trace in traces}
    for track in panel.tracks:
        for spec in track.curves:
            left, right = panel.edges_of(spec.mnemonic)
            if spec.mnemonic in by_name:
                fraction = between(by_name[spec.mnemonic], rows)
            elif spec.mnemonic in beside:
                trace = beside[spec.mnemonic]
                edges = log.registration.edges_at(track, trace.row)
                own = (trace.column - edges[0]) / (edges[1] - edges[0])
                fraction = np.interp(rows, trace.row, own, left=np.nan, right=np.nan)
            else:
                continue
            column = left + fraction * (right - left)
            plots[spec.mnemonic] = Plot(column, left, right, spec.wraps)
    return plots


def drawn_in(
    plots: dict[str, Plot], top: int, base: int, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return (rows, columns) where any curve is drawn, for rows top to base."""
    drawn = np.zeros(shape, dtype=np.uint8)
    for plot in plots.values():
        drawn |= plot.draw(top, base, shape)
    return drawn.astype(bool)
