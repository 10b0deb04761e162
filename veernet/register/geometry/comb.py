"""In which columns the depth lines of a section are drawn: tracks, and not between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Scan
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.survey import BAND, find_ink

PLACES = 24
"""Stretches of a section that are looked at: lines are lost in some of them."""

LINES = 10
"""Depth lines of each."""

BESIDE = 1
"""Rows about the line in which its ink counts: it is not drawn quite straight."""


def find_comb(scan: Scan, lines: DepthLines, first_band: int, wander: Floats) -> Floats:
    """Measure by how much more the depth lines of a section are inked than between.

    Parameters
    ----------
    scan
        The page.
    lines
        Of the section.
    first_band, wander
        The section's first band, and the columns by which its paper lies further right
        in each of its bands.

    Returns
    -------
    (columns,) float
        Share of the lines that are ink in a column, less the share of ink half-way to
        the next line: about 1 in a track, 0 beside it; columns as in the first band.
    """
    chosen = np.linspace(0, max(0, len(lines.rows) - LINES - 1), PLACES).astype(int)
    sums = np.zeros(scan.info.columns)
    for start in np.unique(chosen):
        rows = lines.rows[start : start + LINES + 1]
        turn = float(np.median(lines.turn[start : start + LINES]))
        band = int(np.clip(rows[0] // BAND - first_band, 0, len(wander) - 1))
        sums += _moved(_contrast(scan, rows, turn, lines.middle), -float(wander[band]))
    return sums / len(np.unique(chosen))


def _contrast(scan: Scan, rows: Floats, turn: float, middle: float) -> Floats:
    """Return ink on the lines less that half-way between, by column."""
    columns = scan.info.columns
    fall = turn * (np.arange(columns, dtype=np.float64) - middle)
    reach = int(np.ceil(np.abs(fall).max())) + BESIDE + 1
    start = max(0, int(rows[0]) - reach)
    stop = min(scan.info.rows, int(np.ceil(rows[-1])) + reach + 1)
    ink = find_ink(scan.read_stored(start, stop))
    between = np.asarray((rows[1:] + rows[:-1]) / 2, dtype=np.float64)
    on, off = (_ink_at(ink, at - start, fall) for at in (rows[:-1], between))
    return on - off


def _ink_at(ink: NDArray[np.uint8], rows: Floats, fall: Floats) -> Floats:
    """Return the share of rows that have ink in a column, each on its slant."""
    at = np.rint(rows[:, None] + fall).astype(int)
    columns = np.arange(ink.shape[1])
    found = np.zeros(at.shape, dtype=bool)
    for beside in range(-BESIDE, BESIDE + 1):
        found |= ink[np.clip(at + beside, 0, len(ink) - 1), columns] > 0
    return np.asarray(found.mean(axis=0), dtype=np.float64)


def _moved(values: Floats, by: float) -> Floats:
    """Return values further right, to a fraction of a column."""
    at = np.arange(len(values), dtype=np.float64)
    return np.interp(at - by, at, values)
