"""Strokes that no curve was read from: ink of a panel that is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.findings.reading import PanelReading

LEAST_ROWS = 48
"""Rows with ink that a stroke has at the least: of speckle, letters and the tips of
spikes hardly any has as many. Log of experiments, 2026-11-30."""

LEAST_SHARE = 0.6
"""Share of the rows from its first to its last that have its ink."""

WIDEST = 14.0
"""Columns across the stroke in the median row: a broad pen at 400 dots per inch. What
is wider is a fill."""

LEAST_MOVE = 8.0
"""Columns that nine tenths of a stroke cover at the least. A quiet curve that nobody
listed is not told from a line of the grid."""

VERTICAL, LINES = 0.8, 2
"""Share of the rows of a stroke that lie within a column of so many vertical lines at
the most: pieces of neighbouring lines of the grid are otherwise joined to a curve."""

STROKE_BESIDE = 4
"""Columns beside the stroke of a curve that was read which count as its own."""

BESIDE_EDGE = 4
"""Columns beside an edge of a track where its border is taken for ink."""

STRAIGHT, ARROW_ROWS = 1.5, 120
"""Columns (root mean square) from a straight line, and rows, of the shaft of an arrow
or a mark by hand at the most."""

GAP = 32
"""Rows without ink within a stroke: between two dashes that the network has not
joined, or where the copy is faint."""

STEP_REACH, DRIFT = 3.0, 1.0
"""Columns by which the stroke of the next row with ink may lie beside that of the last,
and more for each row without ink between."""

JOIN_OVERLAP, JOIN_ROWS, JOIN_COLUMNS = 40, 64, 128.0
"""Rows by which two strokes may overlap, rows and columns that may lie between them,
and they are told as one: a fast move breaks a stroke, and so does a curve across it."""

MOST_OPEN = 64
"""Strokes that are followed side by side; a panel has a handful."""


@dataclass(frozen=True)
class UnlistedStroke:
    """A stroke of ink, row by row where it has ink.

    Parameters
    ----------
    row
        (n,) rows of the panel, increasing.
    column
        (n,) middle of the ink in the panel.
    """

    row: NDArray[np.int64]
    column: Floats

    @property
    def rows(self) -> tuple[int, int]:
        """First row, and one past the last."""
        return int(self.row[0]), int(self.row[-1]) + 1


def free_strokes(reading: PanelReading) -> list[UnlistedStroke]:
    """Find the strokes of a panel from which no curve was read.

    Connected ink within the tracks that is not beside a column as read: long enough,
    narrow as a pen's, and not standing still as a line of the grid does.

    Returns
    -------
    list of UnlistedStroke
        From the longest to the shortest.
    """
    spans = np.stack(
        [_span(c, w) for c, w in zip(reading.folded, reading.widths, strict=True)]
    )
    edges = np.rint(reading.sheet.edges).astype(np.int32)
    found = [
        _left_over(
            band,
            np.ascontiguousarray(spans[:, start : start + len(band)]),
            np.ascontiguousarray(edges[:, :, start : start + len(band)]),
            BESIDE_EDGE,
            start,
        )
        for start, band in reading.ink.bands()
    ]
    runs = np.concatenate(found)
    if not len(runs):
        return []
    owner = _link(runs, GAP, STEP_REACH, DRIFT, MOST_OPEN)
    long = np.bincount(owner)[owner] >= LEAST_ROWS
    runs, owner = runs[long], owner[long]
    if not len(runs):
        return []
    order = np.argsort(owner, kind="stable")
    bounds = np.flatnonzero(np.diff(owner[order])) + 1
    strokes = [_stroke(runs[part]) for part in np.split(order, bounds)]
    kept = _joined([stroke for stroke in strokes if stroke is not None])
    return sorted(kept, key=lambda s: (-s.row.size, s.rows))


def _joined(strokes: Sequence[UnlistedStroke]) -> list[UnlistedStroke]:
    """Join strokes that continue each other across a fast move or another curve."""
    chains: list[UnlistedStroke] = []
    for stroke in sorted(strokes, key=lambda s: s.rows):
        after = [
            index
            for index, chain in enumerate(chains)
            if -JOIN_OVERLAP <= stroke.rows[0] - chain.rows[1] <= JOIN_ROWS
            and abs(stroke.column[0] - chain.column[-1]) <= JOIN_COLUMNS
        ]
        if not after:
            chains.append(stroke)
            continue
        nearest = min(after, key=lambda i: abs(stroke.column[0] - chains[i].column[-1]))
        row = np.concatenate([chains[nearest].row, stroke.row])
        column = np.concatenate([chains[nearest].column, stroke.column])
        row, first = np.unique(row, return_index=True)
        chains[nearest] = UnlistedStroke(row, column[first])
    return chains


def _span(column: Floats, width: float) -> NDArray[np.int32]:
    """Return (rows, 2) first and last column of a curve's ink, -1 where unread.

    Between two rows the pen crosses all columns between; a wrap is no such move.
    """
    known = np.isfinite(column)
    near = np.stack([np.roll(column, 1), column, np.roll(column, -1)])
    near[0, :1] = near[2, -1:] = np.nan
    step = np.abs(near - column)
    near = np.where(step <= np.nanmax(column, initial=0.0) / 2, near, column)
    beside = STROKE_BESIDE + (width / 2 if np.isfinite(width) else 0.0)
    low = np.fmin.reduce(near) - beside
    high = np.fmax.reduce(near) + beside
    span = np.where(known, np.stack([np.floor(low), np.ceil(high)]), -1.0)
    return np.maximum(span, -1.0).T.astype(np.int32)


def _stroke(runs: NDArray[np.int32]) -> UnlistedStroke | None:
    """Return the stroke of (n, 3) runs of ink, None where it is no curve's."""
    row, first, last = runs.T
    if row.size < LEAST_ROWS or row.size < LEAST_SHARE * (row[-1] - row[0] + 1):
        return None
    if np.median(last - first + 1) > WIDEST:
        return None
    column = (first + last) / 2
    low, high = np.quantile(column, [0.05, 0.95])
    if high - low < LEAST_MOVE or _vertical(column) > VERTICAL:
        return None
    if row.size < ARROW_ROWS and _off_line(row, column) < STRAIGHT:
        return None
    return UnlistedStroke(row.astype(np.int64), column)


def _off_line(row: NDArray[np.int32], column: Floats) -> float:
    """Return the root mean square distance of a stroke from a straight line."""
    design = np.stack([np.ones(row.size), row - row.mean()], axis=1)
    fit, *_ = np.linalg.lstsq(design, column, rcond=None)
    return float(np.sqrt(np.mean((column - design @ fit) ** 2)))


def _vertical(column: Floats) -> float:
    """Return the share of columns that lie on or beside the commonest `LINES`."""
    count = np.bincount(np.rint(column - column.min()).astype(np.intp) + 1)
    count = np.append(count, 0)
    on_line = 0
    for _ in range(LINES):
        beside = np.convolve(count, np.ones(3, dtype=np.intp), "same")
        at = int(np.argmax(beside))
        on_line += int(beside[at])
        count[max(at - 1, 0) : at + 2] = 0
    return on_line / column.size


@compiled()
def _left_over(
    ink: NDArray[np.bool_],
    spans: NDArray[np.int32],
    edges: NDArray[np.int32],
    beside: int,
    offset: int,
) -> NDArray[np.int32]:
    """Return (n, 3) row, first and last column of each run of ink that is free."""
    rows, columns = ink.shape
    found = [np.int32(0) for _ in range(0)]
    open_ = np.empty(columns, dtype=np.bool_)
    for row in range(rows):
        open_[:] = False
        for track in range(edges.shape[0]):
            left, right = edges[track, 0, row], edges[track, 1, row]
            open_[max(left + beside, 0) : max(right - beside + 1, 0)] = True
        for track in range(edges.shape[0]):
            for side in range(2):
                at = edges[track, side, row]
                open_[max(at - beside, 0) : max(at + beside + 1, 0)] = False
        for curve in range(spans.shape[0]):
            first, last = spans[curve, row, 0], spans[curve, row, 1]
            if last >= 0:
                open_[max(first, 0) : last + 1] = False
        start = -1
        for c in range(columns + 1):
            on = c < columns and ink[row, c] and open_[c]
            if on and start < 0:
                start = c
            elif not on and start >= 0:
                found.append(np.int32(row + offset))
                found.append(np.int32(start))
                found.append(np.int32(c - 1))
                start = -1
    return np.array(found, dtype=np.int32).reshape(-1, 3)


@compiled()
def _link(
    runs: NDArray[np.int32], gap: int, reach: float, drift: float, most: int
) -> NDArray[np.int64]:
    """Return (n,) the stroke of each run: runs that continue each other are one."""
    owner = np.empty(len(runs), dtype=np.int64)
    last = np.full((most, 3), -(10**9), dtype=np.int64)
    name = np.full(most, -1, dtype=np.int64)
    strokes = 0
    for i in range(len(runs)):
        row, first, end = runs[i, 0], runs[i, 1], runs[i, 2]
        best, oldest = -1, 0
        nearest = np.inf
        for k in range(most):
            if last[k, 0] < last[oldest, 0]:
                oldest = k
            blank = row - last[k, 0] - 1
            if blank < 0 or blank > gap:
                continue
            away = max(first - last[k, 2], last[k, 1] - end, 0)
            if away <= reach + drift * blank and away + blank < nearest:
                best, nearest = k, float(away + blank)
        if best < 0:
            best = oldest
            name[best] = strokes
            strokes += 1
        last[best, 0], last[best, 1], last[best, 2] = row, first, end
        owner[i] = name[best]
    return owner
