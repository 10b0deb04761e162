"""Tell a scan that is ruined by speckle: paper that the threshold broke into ink.

Lines and curves begin often on the way across a page, or on the way down, but rarely
both: grids of vertical lines begin across, level lines down. Speckle begins as often
either way, so the lesser of both tells it from a dense grid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

ZONE = 64
"""Columns that are judged together, of as many rows as a band has."""

INKED = 0.01
"""Share of ink from which a zone is printed on."""

FEWEST_ZONES = 6
"""Zones of a band that are printed on; where fewer are, nothing is told of it."""

CLEAN = 1 / 3
"""Share of the zones of a band that are clean where it is not ruined."""

PAPER = 8.5
"""Inches that the paper of a log is wide at least, where no resolution is stated."""

BROKEN = 7.0
"""Beginnings of ink per inch: in the median zone of clean and worn logs at 75 to 300
dots per inch half the bands have 2 to 5, of one ruined by speckle 10."""


def breaks_of(ink: NDArray[np.uint8]) -> float:
    """Return how often ink begins in a band, per pixel: the lesser of both ways.

    Parameters
    ----------
    ink : (rows, columns)
        1 where there is ink.

    Returns
    -------
    float
        That which a third of its zones stay below; NaN where next to nothing is
        printed. Speckle is everywhere, while an image of the borehole wall, in black
        and white, is broken in the columns that it fills.
    """
    zones = range(0, ink.shape[1] - 1, ZONE)
    across = _sums((ink[1:, 1:] > ink[1:, :-1]), zones)
    down = _sums((ink[1:, 1:] > ink[:-1, 1:]), zones)
    pixels = _sums(np.ones_like(ink[1:, 1:]), zones)
    printed = _sums(ink[1:, 1:], zones) > INKED * pixels
    if printed.sum() < FEWEST_ZONES:
        return float("nan")
    return float(np.quantile((np.minimum(across, down) / pixels)[printed], CLEAN))


def _sums(flags: NDArray[np.uint8] | NDArray[np.bool_], zones: range) -> Floats:
    """Return the sum of each zone of columns."""
    return np.add.reduceat(flags.sum(axis=0, dtype=np.int64), zones).astype(np.float64)


def ruined_share(breaks: Floats, columns: int, dpi: float | None) -> float:
    """Return the share of what is printed on a page that is ruined.

    Parameters
    ----------
    breaks : (bands,) float
        Of each band, per pixel: :func:`breaks_of`.
    columns
        Of the page.
    dpi
        As the file states it; a resolution at which the paper would be too narrow for
        a log is not believed.
    """
    known = breaks[np.isfinite(breaks)]
    if len(known) == 0:
        return 0.0
    dots = min(columns / PAPER, dpi or np.inf)
    return float(np.mean(known * dots > BROKEN))
