"""Whether a curve that went beyond an edge has left the scale, or was only lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.intervals import true_intervals
from veernet.trace.programme import LOST, OFF_LEFT, OFF_RIGHT

AT_EDGE = 9
"""Columns from the end of a corridor within which a curve that ends has left the scale;
the corridor reaches a little beyond the edge."""

EXIT_INK, EXIT_ROWS = 0.5, 4
"""Mean evidence of a stroke that leads to an edge from farther away, and rows on either
side in which it may."""


def doubt_exits(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    state: NDArray[np.uint8],
) -> None:
    """Call a stretch lost whose way went beyond an edge over bare paper.

    Beyond an edge is the cheapest place for a curve that ends near one; that it left
    the scale is known only where its ink leads to the edge, or back from it.

    Parameters
    ----------
    evidence
        (rows, columns) probability that the curve passes, 255 is certainty.
    column
        (rows,) at which the path leaves each row.
    state
        (rows,) of the path, which is changed.
    """
    for off, edge in ((OFF_LEFT, 0), (OFF_RIGHT, evidence.shape[1] - 1)):
        for start, stop in true_intervals(state == off):
            ends = [(start, start - 1)] if start > 0 else []
            if stop < state.size:
                ends.append((stop, stop))
            if not any(
                _reaches_edge(evidence, row, int(column[at]), edge) for row, at in ends
            ):
                state[start:stop] = LOST


def _reaches_edge(
    evidence: NDArray[np.uint8], row: int, column: int, edge: int
) -> bool:
    """Whether there is ink in the rows around one from a column to an edge."""
    first, last = min(column, edge), max(column, edge)
    rows = slice(max(row - EXIT_ROWS, 0), row + EXIT_ROWS + 1)
    ink = evidence[rows, first : last + 1].max(axis=0)
    return last - first <= AT_EDGE or bool(ink.mean() >= 255 * EXIT_INK)
