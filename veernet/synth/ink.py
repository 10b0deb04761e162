"""Strokes: polylines painted by their exact distance, at any width and any dash.

OpenCV draws lines of whole-pixel thickness. Scanned strokes are 1.3 or 2.6 px wide, and
whether a thin one survives a threshold hangs on the fraction, so the coverage of every
pixel is taken from its distance to the line. The same distances give the masks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled

Ink = NDArray[np.float32]
"""(rows, columns) darkness of the paper: 0 white, 1 black."""

UNBROKEN = np.array([np.inf])


@compiled()
def _paint_piece(
    canvas: Ink, r0: float, c0: float, r1: float, c1: float, half: float, dark: float
) -> None:
    """Paint one straight piece with round ends, keeping the darker of old and new."""
    rows, columns = canvas.shape
    reach = half + 0.5
    dark *= min(1.0, 2.0 * half)  # a line thinner than a pixel cannot blacken one
    drow, dcolumn = r1 - r0, c1 - c0
    length2 = drow * drow + dcolumn * dcolumn
    first = max(0, int(np.ceil(min(r0, r1) - reach)))
    last = min(rows - 1, int(np.floor(max(r0, r1) + reach)))
    for row in range(first, last + 1):
        low, high = min(c0, c1), max(c0, c1)
        if abs(drow) > 2.0 * reach:
            # Only the stretch of the piece within reach of this row can touch it.
            a = c0 + dcolumn * min(1.0, max(0.0, (row - reach - r0) / drow))
            b = c0 + dcolumn * min(1.0, max(0.0, (row + reach - r0) / drow))
            low, high = min(a, b), max(a, b)
        start = max(0, int(np.ceil(low - reach)))
        stop = min(columns - 1, int(np.floor(high + reach)))
        for column in range(start, stop + 1):
            t = 0.0
            if length2 > 0.0:
                t = ((row - r0) * drow + (column - c0) * dcolumn) / length2
                t = min(1.0, max(0.0, t))
            away_row, away_column = row - r0 - t * drow, column - c0 - t * dcolumn
            distance = np.sqrt(away_row * away_row + away_column * away_column)
            cover = min(1.0, reach - distance) * dark
            canvas[row, column] = max(canvas[row, column], cover)


@compiled()
def _paint(
    canvas: Ink,
    rows: Floats,
    columns: Floats,
    shift: Floats,
    half: Floats,
    dark: float,
    low: float,
    high: float,
    cuts: Floats,
) -> None:
    """Paint a polyline, cut into dashes and clipped to columns low to high."""
    along, cut = 0.0, 0
    for i in range(rows.size - 1):
        drow, dcolumn = rows[i + 1] - rows[i], columns[i + 1] - columns[i]
        length = np.sqrt(drow * drow + dcolumn * dcolumn)
        if not length > 0.0:  # also a gap: NaN compares false
            continue
        enter, leave = 0.0, 1.0
        if dcolumn != 0.0:
            a, b = (low - columns[i]) / dcolumn, (high - columns[i]) / dcolumn
            enter, leave = max(0.0, min(a, b)), min(1.0, max(a, b))
        elif columns[i] < low or columns[i] > high:
            enter, leave = 1.0, 0.0
        end, at = along + length, along
        while at < end:
            while cut < cuts.size and cuts[cut] <= at:
                cut += 1
            stop = end if cut >= cuts.size else min(end, cuts[cut])
            # One cut more than the array holds means ink again: cuts come in pairs.
            if cut % 2 == 0:
                t0 = max(enter, (at - along) / length)
                t1 = min(leave, (stop - along) / length)
                if t0 <= t1:
                    shift_step = shift[i + 1] - shift[i]
                    _paint_piece(
                        canvas,
                        rows[i] + t0 * drow,
                        columns[i] + t0 * dcolumn + shift[i] + t0 * shift_step,
                        rows[i] + t1 * drow,
                        columns[i] + t1 * dcolumn + shift[i] + t1 * shift_step,
                        half[i] + 0.5 * (t0 + t1) * (half[i + 1] - half[i]),
                        dark,
                    )
            at = stop
        along = end


def stroke(
    canvas: Ink,
    rows: Floats,
    columns: Floats,
    width: float | Floats,
    *,
    darkness: float = 1.0,
    shift: Floats | None = None,
    limits: tuple[float, float] = (-np.inf, np.inf),
    cuts: Floats = UNBROKEN,
) -> None:
    """Paint a polyline onto the canvas, in place; the darker of old and new stays.

    Parameters
    ----------
    canvas : (rows, columns) float32
        Darkness in [0, 1].
    rows, columns : (n,) float
        Vertices; NaN breaks the line.
    width : float or (n,) float
        Pixels across the stroke; coverage falls from 1 to 0 over the pixel that the
        stroke's side passes through.
    darkness
        Of the ink.
    shift : (n,) float
        Columns that the page adds to each vertex, after clipping.
    limits
        Columns that nothing is drawn beyond, before the shift.
    cuts : (m,) float
        Arc lengths, increasing, where the pen lifts and sets down in turn.
    """
    half = np.empty(rows.shape)  # numpy's broadcast takes longer than a short stroke
    half[...] = np.asarray(width, np.float64) / 2
    move = np.zeros(rows.shape) if shift is None else shift
    _paint(
        canvas,
        np.ascontiguousarray(rows, np.float64),
        np.ascontiguousarray(columns, np.float64),
        np.ascontiguousarray(move, np.float64),
        half,
        float(darkness),
        float(limits[0]),
        float(limits[1]),
        cuts,
    )


def arc_length(rows: Floats, columns: Floats) -> float:
    """Length of a polyline in pixels; gaps count nothing."""
    return float(np.nansum(np.hypot(np.diff(rows), np.diff(columns))))
