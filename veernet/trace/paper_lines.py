"""Lines of the paper that a curve was read on: edges of its track, and its uprights.

A curve that stands still on such a line makes it wider. Where the line is as narrow as
it is elsewhere, there is no curve on it, however dark it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.intervals import true_intervals
from veernet.records import Grey, Panel, TracedPath
from veernet.trace.level import DARK, PAPER

EVEN = (4, 5, 8, 10, 20)
"""Divisions of the tracks of a linear grid."""

DECADES = (1, 2, 3, 4, 5)
"""Decades of the tracks of a logarithmic grid, each divided at 2 to 9."""

BESIDE = 1
"""Columns beside its place in which a line of the grid is looked for."""

DRAWN, LEAST_SHARE = 0.5, 0.8
"""Share of the rows in which an upright is dark, and share of the uprights of a grid
that are, for the grid to be there."""

ASIDE = 4
"""Columns from its place in which a line is: paper shrinks unevenly."""

WIDEST = 16
"""Columns to either side of a line in which its ink is measured."""

BAND = 512
"""Rows in which a line is in one column of the panel."""

NEAR = 2.0
"""Columns from a line within which a reading is on it: either is two wide."""

LEAST_ROWS, EDGE_ROWS = 48, 24
"""Rows that a reading stands on an upright, and on an edge, at the least, for it to be
in doubt: curves cross an upright as slowly, and none runs along an edge."""

STILL = 0.8
"""Columns, the root mean square, by which a reading that stands still moves."""

CLEAR = 8.0
"""Columns from a line beyond which a curve does not make it wider."""

WIDER = 0.6
"""Columns by which a line is wider in the mean where a curve is on it."""

MOST_SURE = 0.35
"""Confidence, at the most, of a row that is read from a line of the paper: below that
from which a row is read, and kept, as a pen may be no wider than the line."""


@dataclass(frozen=True)
class PaperLine:
    """An upright line of a track.

    Parameters
    ----------
    place
        Fraction of the track: 0 and 1 are its edges.
    band_column
        (bands,) column of the panel in which it is, for `BAND` rows each.
    width
        (rows,) dark columns side by side there, 0 where it is lost.
    """

    place: float
    band_column: Floats
    width: NDArray[np.uint8]

    @property
    def column(self) -> Floats:
        """(rows,) column of the panel in which it is."""
        return np.repeat(self.band_column, BAND)[: self.width.size]


@dataclass(frozen=True)
class OnLine:
    """A stretch in which a curve is read on a line of the paper.

    Parameters
    ----------
    start, stop
        First row, and one past the last.
    line
        Where the line is, a fraction of the track: 0 and 1 are its edges.
    """

    start: int
    stop: int
    line: float


def lines_of(panel: Panel) -> dict[str, tuple[PaperLine, ...]]:
    """Find the upright lines of each track of a panel, by its name.

    Its edges are among them. The picture of the panel is looked at.
    """
    limit = float(np.median(panel.image[::PAPER, ::PAPER])) - DARK
    dark = panel.image[:: PAPER // 4] < limit
    found = {}
    for track, (left, right) in zip(panel.tracks, panel.edges, strict=True):
        some = slice(None, None, PAPER // 4)
        inner = _grid(dark, left[some], right[some], track.divisions)
        found[track.name] = tuple(
            _line(panel.image, limit, place, left + place * (right - left))
            for place in (0.0, *inner, 1.0)
        )
    return found


def _line(image: Grey, limit: float, place: float, nominal: Floats) -> PaperLine:
    """Find in which columns an upright is, and how wide it is row by row."""
    column = np.empty(-(-nominal.size // BAND))
    for index in range(column.size):
        band = slice(index * BAND, (index + 1) * BAND)
        column[index] = nominal[band].mean()
        middle = round(float(column[index]))
        first = max(middle - ASIDE, 0)
        share = (image[band, first : middle + ASIDE + 1] < limit).mean(axis=0)
        if share.size and share.max() >= DRAWN:
            best = np.flatnonzero(share >= 0.9 * share.max())
            nearest = best[np.argmin(np.abs(first + best - middle))]
            beside = best[np.abs(best - nearest) <= BESIDE + 1]
            column[index] = first + float(beside.mean())
    everywhere = np.repeat(np.rint(column), BAND)[: nominal.size]
    return PaperLine(place, column, _widths(image, everywhere, limit))


@compiled()
def _widths(image: Grey, column: Floats, limit: float) -> NDArray[np.uint8]:
    """Return (rows,) dark columns side by side about a column of each row."""
    width = np.zeros(column.size, dtype=np.uint8)
    for row in range(column.size):
        at = int(column[row])
        if not (0 <= at < image.shape[1] and image[row, at] < limit):
            continue
        first = last = at
        while first > 0 and at - first < WIDEST and image[row, first - 1] < limit:
            first -= 1
        while (
            last < image.shape[1] - 1
            and last - at < WIDEST
            and image[row, last + 1] < limit
        ):
            last += 1
        width[row] = last - first + 1
    return width


def _grid(
    dark: NDArray[np.bool_], left: Floats, right: Floats, divisions: int | None
) -> tuple[float, ...]:
    """Return the places of the uprights of the densest grid that is drawn."""
    even = EVEN if divisions is None else (divisions, *EVEN)
    grids = [np.arange(1, n) / n for n in even]
    digits = np.log10(np.arange(1, 10))
    grids += [
        np.setdiff1d(((np.arange(n)[:, None] + digits) / n).ravel(), [0.0])
        for n in DECADES
    ]
    rows = np.arange(left.size)
    best: tuple[float, ...] = ()
    for grid in grids:
        at = np.rint(left[:, None] + grid * (right - left)[:, None]).astype(np.intp)
        at = np.clip(at, BESIDE, dark.shape[1] - 1 - BESIDE)
        seen = np.zeros(at.shape, dtype=np.bool_)
        for step in range(-BESIDE, BESIDE + 1):
            seen |= dark[rows[:, None], at + step]
        drawn = seen.mean(axis=0) >= DRAWN
        if drawn.mean() >= LEAST_SHARE and drawn.sum() > len(best):
            best = tuple(float(place) for place in grid[drawn])
    return best


def on_lines(curve: int, columns: Floats, lines: Sequence[PaperLine]) -> list[OnLine]:
    """Find where a curve stands still on a line of the paper, and no ink beside it.

    Parameters
    ----------
    curve
        Index of the curve.
    columns
        (curves, rows) of their ink in the panel, NaN where unread.
    lines
        Of its track.
    """
    found = []
    for line in lines:
        away = np.abs(columns - line.column)
        seen = line.width > 0
        alone = seen & ~(away < CLEAR).any(axis=0)
        if alone.sum() < BAND:
            continue
        usual = float(_middle(line.width[alone]))
        least = EDGE_ROWS if line.place in {0.0, 1.0} else LEAST_ROWS
        for start, stop in true_intervals(away[curve] <= NEAR):
            if stop - start < least:
                continue
            part = slice(start, stop)
            width = line.width[part][seen[part]]
            offset = columns[curve, part] - line.column[part]
            if width.size < DRAWN * (stop - start) or float(np.std(offset)) > STILL:
                continue
            if float(_middle(width)) < usual + WIDER:
                found.append(OnLine(start, stop, line.place))
    return sorted(found, key=lambda s: s.start)


def _middle(width: NDArray[np.uint8]) -> float:
    """Return the mean of the middle half of some widths: depth lines are left out."""
    low, high = np.quantile(width, [0.25, 0.75])
    return float(width[(width >= low) & (width <= high)].mean())


def doubt_on_lines(path: TracedPath, stretches: Sequence[OnLine]) -> TracedPath:
    """Lower the confidence where a curve is read from a line of the paper."""
    if not stretches:
        return path
    sure = path.confidence.copy()
    for one in stretches:
        rows = slice(one.start, one.stop)
        sure[rows] = np.minimum(sure[rows], MOST_SURE)
    return replace(path, confidence=sure)
