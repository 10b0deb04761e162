"""Where depth lines follow each other at even distances: what tells a log from a table.

The autocorrelation of every zone of columns, added up: zones whose lines lie higher or
lower, as on a page that is turned, add to the same lags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from veernet.axes import Floats
from veernet.register.geometry.survey import Shares

WINDOW = 2048
"""Rows that are looked at together: twenty lines of the coarsest grids."""

HOP = 256
"""Rows from one window to the next."""

NEAREST, FARTHEST = 7, 420
"""Lags in rows at which depth lines may repeat: 2 ft at 2.5 inches to 100 ft at 150
dpi, 10 ft at 5 inches to 100 ft at 600."""

SMOOTH = 15
"""Rows about which the share of ink is measured from its mean: lines are thinner."""

LINE_EXCESS = 0.5
"""Excess share beyond which ink is no more a line than at it: black bars are not."""


@dataclass(frozen=True)
class Periodicity:
    """How ink repeats down a page.

    Parameters
    ----------
    rows : (windows,) float
        Middle of each window.
    correlation : (windows, FARTHEST) float
        By lag in rows, of all zones together; 1 at lag 0, 0 in windows without ink.
    """

    rows: Floats
    correlation: Floats


def find_periodicity(level: Shares) -> Periodicity:
    """Measure how the ink of a page repeats from row to row.

    Parameters
    ----------
    level : (rows, zones)
        As in :class:`~veernet.register.geometry.survey.Survey`.
    """
    length = len(level)
    starts = np.arange(0, max(1, length - WINDOW // 2), HOP)
    found = np.zeros((len(starts), FARTHEST))
    for index, start in enumerate(starts):
        window = excess(level[start : start + WINDOW])
        window -= window.mean(axis=0)
        spectrum = np.fft.rfft(window, 2 * WINDOW, axis=0)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
        lagged = np.fft.irfft(power)[:FARTHEST]
        if lagged[0] > 0:
            found[index] = lagged / lagged[0]
    stops = np.minimum(starts + WINDOW, length)
    return Periodicity(np.asarray((starts + stops) / 2, dtype=np.float64), found)


def excess(level: Shares) -> Floats:
    """Return by how much the ink of a row exceeds that of the rows about it."""
    shares = level.astype(np.float64)
    reach = SMOOTH // 2
    padded = np.pad(shares, ((reach + 1, reach), (0, 0)), mode="edge")
    sums = padded.cumsum(axis=0)
    mean = (sums[SMOOTH:] - sums[:-SMOOTH]) / SMOOTH
    above = shares - mean[: len(shares)]
    return np.asarray(np.clip(above, -LINE_EXCESS / 4, LINE_EXCESS))
