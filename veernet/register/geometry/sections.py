"""Sections of a page: stretches of rows in which a grid keeps its lines and its rhythm.

A header has rules, a table has columns; only a log keeps a dozen vertical lines in
their places for hundreds of rows, crossed by level lines at even distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from veernet.axes import Floats
from veernet.register.geometry.periodicity import NEAREST, Periodicity
from veernet.register.geometry.survey import BAND
from veernet.register.geometry.verticalink import SEEN, VerticalInk

ABOUT = 17
"""Bands over which a line must persist to be one: two thousand rows."""

PERSISTS = 0.55
"""Share of them in which it is seen."""

FEWEST_LOG_LINES = 6
"""Lines of a log: two tracks with an inner line each; tables have fewer that last."""

DROPS = 0.45
"""Share of a section's usual number of lines below which a band is none of it."""

SHORTEST = 4
"""Bands of a section: twenty feet at the largest scale there is."""

STEADY = 0.15
"""Autocorrelation at the best lag from which level lines follow each other evenly."""


@dataclass(frozen=True)
class Block:
    """Bands that one grid runs through.

    Parameters
    ----------
    first, stop
        Bands, the last excluded.
    lines : (lines,) float
        Columns of its vertical lines in its first band.
    seen : (lines,) float
        Share of the bands in which each is seen.
    wander : (bands,) float
        Columns by which the paper lies further right in each band than at the top of
        the page.
    steadiness
        Autocorrelation of its level lines at their best lag.
    """

    first: int
    stop: int
    lines: Floats
    seen: Floats
    wander: Floats
    steadiness: float

    @property
    def rows(self) -> tuple[int, int]:
        """First row, and one past the last, to a band."""
        return self.first * BAND, self.stop * BAND


def find_blocks(
    vertical_ink: VerticalInk, periodicity: Periodicity
) -> tuple[Block, ...]:
    """Find the stretches of a page that are grids, from top to bottom.

    Returns
    -------
    tuple of Block
        Empty where there is no grid; tables may be among them, if they are long.
    """
    straight = vertical_ink.straightened()
    seen = _beside(straight > SEEN)
    persisting = uniform_filter1d(seen.astype(np.float32), ABOUT, axis=0) > PERSISTS
    present = _counted(persisting & seen)
    steady = np.interp(
        (np.arange(len(present)) + 0.5) * BAND,
        periodicity.rows,
        periodicity.correlation[:, NEAREST:].max(axis=1),
    )
    found = []
    for first, stop in _stretches(present):
        lines, shares = _lines(straight[first:stop])
        steadiness = float(np.median(steady[first:stop]))
        if len(lines) >= FEWEST_LOG_LINES and steadiness >= STEADY:
            wander = vertical_ink.wander[first:stop]
            placed = lines + wander[0]
            found.append(Block(first, stop, placed, shares, wander, steadiness))
    return tuple(found)


def _beside(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Widen what is true by a column to either side: lines are not quite straight."""
    wide = flags.copy()
    wide[:, 1:] |= flags[:, :-1]
    wide[:, :-1] |= flags[:, 1:]
    return wide


def _counted(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the separate stretches that are true in each row."""
    rising = flags[:, 1:] & ~flags[:, :-1]
    return np.asarray(rising.sum(axis=1) + flags[:, 0])


def _stretches(present: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return where as many lines are present as are usual thereabouts."""
    inside = present >= FEWEST_LOG_LINES
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(inside):
        if not inside[start]:
            start += 1
            continue
        stop = start
        usual = float(present[start])
        while stop < len(inside) and present[stop] >= max(
            FEWEST_LOG_LINES, DROPS * usual
        ):
            # A grid that fades is followed; one that ends, ends at once.
            usual = max(float(present[stop]), 0.95 * usual)
            stop += 1
        if stop - start >= SHORTEST:
            found.append((start, stop))
        start = max(stop, start + 1)
    return found


def _lines(straight: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return columns and band shares of the vertical lines of straightened bands."""
    seen = _beside(straight > SEEN).mean(axis=0)
    strength = straight.mean(axis=0)
    columns, shares = [], []
    edges = np.flatnonzero(np.diff(np.r_[0, seen > PERSISTS, 0]))
    for first, stop in edges.reshape(-1, 2):
        # The centre of the ink, from a column before to a column after.
        wide = slice(max(0, first - 1), stop + 1)
        weight = strength[wide].astype(np.float64)
        if weight.sum() > 0:
            at = np.arange(wide.start, wide.start + len(weight))
            columns.append(float(weight @ at / weight.sum()))
            shares.append(float(seen[first:stop].max()))
    return np.array(columns), np.array(shares)
