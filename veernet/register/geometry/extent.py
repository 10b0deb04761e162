"""Where a grid begins and ends: as far as the vertical lines within its tracks go.

Rules of a legend, boxes of a header and tables lie above and below a grid, in its steps
by chance, and the edges of tracks run on through them. The lines that divide a track do
not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from veernet.axes import Floats
from veernet.records import Scan
from veernet.register.geometry.sections import Block
from veernet.register.geometry.survey import BAND, find_ink
from veernet.register.geometry.tracks import Span
from veernet.register.geometry.verticalink import SEEN

GRID = 0.45
"""Share of what is usual in the grid of its inner vertical lines' ink, from which rows
are of the grid: faint lines are broken, and print lies on their columns by chance."""

LEAST_INKED = 0.2
"""Share of the inner vertical lines that are inked at least in the rows of a grid."""

CALM = 48
"""Rows over which that is taken."""

HALF_SEEN = 0.4
"""Of the usual share of inner lines that are seen in a band of the grid."""

CALM_BANDS = 7
"""Bands of which the median is taken: rules of a header are lines of one by chance."""

BRIDGED = 6
"""Bands in a row in which a grid may be lost under a fold or a stain and go on."""

AROUND, BEYOND = 2 * BAND, 4 * BAND
"""Rows inwards and outwards of the end of a grid, as bands tell it, in which the row is
looked for: bands at the ends of a short grid have too few others about them to be told.
"""

INNER_LINE_WAVER = 2
"""Columns about an inner line in which its ink may be."""


def inner_lines(spans: Sequence[Span]) -> Floats:
    """Return the columns of the lines that divide tracks, (lines,)."""
    return np.concatenate([[], *(span.lines[1:-1] for span in spans)])


def find_extent(
    scan: Scan, straight: NDArray[np.float32], block: Block, spans: Sequence[Span]
) -> tuple[float, float] | None:
    """Find the rows between which the tracks of a section are divided.

    Parameters
    ----------
    scan
        The page.
    straight : (bands, columns)
        Of its vertical lines, with the wander taken out.
    block
        The section.
    spans
        Its tracks.

    Returns
    -------
    (float, float)
        First row and last row; None where no lines divide the tracks.
    """
    inner = inner_lines(spans)
    if not len(inner):
        return None
    bands = _longest(_share(straight, block, inner - block.wander[0]))
    if bands is None:
        return None
    first, stop = (block.first + band for band in bands)
    return (
        _end_near(scan, block, inner, first * BAND, above=True),
        _end_near(scan, block, inner, stop * BAND, above=False),
    )


def _share(straight: NDArray[np.float32], block: Block, inner: Floats) -> Floats:
    """Return for each band of a block the share of the inner lines that are seen."""
    at = np.rint(inner).astype(int)
    at = at[(at >= 1) & (at < straight.shape[1] - 1)]
    own = straight[block.first : block.stop]
    near = np.maximum.reduce([own[:, at - 1], own[:, at], own[:, at + 1]])
    share = (near > SEEN).mean(axis=1)
    return np.asarray(median_filter(share, CALM_BANDS, mode="nearest"))


def _longest(share: Floats) -> tuple[int, int] | None:
    """Return the longest stretch in which most lines are seen, bridging gaps."""
    usual = float(np.quantile(share, 0.75)) if len(share) else 0.0
    seen = np.flatnonzero(share > HALF_SEEN * usual)
    if usual <= 0 or not len(seen):
        return None
    breaks = np.flatnonzero(np.diff(seen) > BRIDGED + 1)
    starts, ends = seen[np.r_[0, breaks + 1]], seen[np.r_[breaks, len(seen) - 1]]
    best = int((ends - starts).argmax())
    return int(starts[best]), int(ends[best]) + 1


def _end_near(
    scan: Scan, block: Block, inner: Floats, row: int, *, above: bool
) -> float:
    """Return the row at which inner lines end, from one that is near it."""
    before, after = (BEYOND, AROUND) if above else (AROUND, BEYOND)
    start, stop = max(0, row - before), min(scan.info.rows, row + after)
    away = _wander_at(block, np.arange(start, stop)) - block.wander[0]
    columns = inner + away[:, None]
    end = end_of_lines(find_ink(scan.read_stored(start, stop)), columns, above=above)
    return float(row if end is None else start + end)


def _wander_at(block: Block, rows: NDArray[np.int64]) -> Floats:
    """Return the wander of rows; beyond the block it goes on as at its end."""
    at = rows / BAND - 0.5 - block.first
    wander, last = block.wander, len(block.wander) - 1
    inside = np.interp(at, np.arange(last + 1), wander)
    slopes = np.diff(wander)[[0, -1]] if last else np.zeros(2)
    before, after = np.minimum(at, 0) * slopes[0], np.maximum(at - last, 0) * slopes[1]
    return np.asarray(inside + before + after, dtype=np.float64)


def end_of_lines(
    ink: NDArray[np.uint8], columns: Floats, *, above: bool, within: int = 2 * AROUND
) -> int | None:
    """Return the first row of vertical lines in a picture, or one past their last.

    Parameters
    ----------
    ink : (rows, columns)
        1 where there is ink, about an end of a grid.
    columns : (lines,) or (rows, lines)
        Of the lines; in each row, where the paper wanders.
    above
        Whether the grid lies at the bottom of the picture, so that its first row is
        looked for.
    within
        Rows from that side of the picture in which the grid must be.

    Returns
    -------
    int
        None where the lines are not seen, or do not end.
    """
    at = np.rint(np.broadcast_to(columns, (len(ink), np.shape(columns)[-1]))).astype(
        int
    )
    at = at[
        :,
        ((at >= INNER_LINE_WAVER) & (at < ink.shape[1] - INNER_LINE_WAVER)).all(axis=0),
    ]
    if not at.shape[1]:
        return None
    rows = np.arange(len(ink))[:, None]
    near = [
        ink[rows, at + beside]
        for beside in range(-INNER_LINE_WAVER, INNER_LINE_WAVER + 1)
    ]
    drawn_on = np.maximum.reduce(near).mean(axis=1, dtype=np.float64)
    share = uniform_filter1d(drawn_on, CALM)
    inwards = share[-CALM:] if above else share[:CALM]
    drawn = share > max(LEAST_INKED, GRID * float(np.median(inwards)))
    outwards = drawn[::-1] if above else drawn
    inside = np.flatnonzero(outwards)
    if not len(inside) or inside[0] > within:
        return None
    ends = np.flatnonzero(~outwards[inside[0] :])
    if not len(ends):
        return None
    # The mean over a few rows falls below its threshold just outside the grid.
    end = max(0, int(inside[0] + ends[0]) - CALM // 8)
    return len(drawn) - end if above else end
