"""From a trace back to the ink on the page that it was read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Registration, Trace


@dataclass(frozen=True)
class Ink:
    """Where a curve is drawn, one point for each row of its trace.

    Parameters
    ----------
    row, column
        (rows,) of the page, the column folded back into the track; NaN where unread.
    wrap
        (rows,) how often the curve has left an edge; 0 where unread.
    """

    row: Floats
    column: Floats
    wrap: NDArray[np.int64]


def ink(trace: Trace, registration: Registration) -> Ink:
    """Return where the samples of a trace are drawn on the page.

    A curve that does not wrap keeps its column even beyond the edges of its track: ink
    that runs over an edge is drawn there.
    """
    track, spec = registration.curve(trace.mnemonic)
    left, right = registration.edges_at(track, trace.row)
    read = np.isfinite(trace.column)
    wrap = np.zeros(len(trace.row), dtype=np.int64)
    if spec.wraps:
        fraction = (trace.column[read] - left[read]) / (right[read] - left[read])
        wrap[read] = np.floor(fraction).astype(np.int64)
    column = trace.column - wrap * (right - left)
    row = np.full(len(column), np.nan)
    # Edges are asked for all rows at once: they belong to rows, not to read samples.
    row[read] = registration.page_row(trace.row, np.where(read, column, left))[read]
    return Ink(row, column, wrap)
