"""The skew of a page: how far its depth lines fall from left to right."""

from __future__ import annotations

import numpy as np

from veernet.axes import Floats
from veernet.register.geometry.periodicity import excess
from veernet.register.geometry.survey import ZONE, Shares
from veernet.register.geometry.verticalink import vertex

WINDOW = 1024
"""Rows over which the skew is taken as one: the paper slews as it is fed."""

STEEPEST = 0.02
"""Rows a column: 1.1 degrees. Beyond that a scan wants straightening first."""

ZONES_APART = (1, 2, 4, 8, 16)
"""Zones that are compared, the near ones first: they tell which of the lines of a far
zone is the same line."""

EXPECTED_WITHIN = 2.0
"""Rows about where a line is expected in a farther zone."""

ALIKE = 0.1
"""Correlation of zones from which they show the same lines."""


def find_skew(level: Shares) -> tuple[Floats, Floats]:
    """Measure the skew down a stretch of a page.

    Parameters
    ----------
    level : (rows, zones)
        Of the stretch, as in :class:`~veernet.register.geometry.survey.Survey`.

    Returns
    -------
    rows : (windows,) float
        Middle of each window, from the first row of the stretch.
    skew : (windows,) float
        Rows that a depth line falls for each column to the right, NaN where none is
        seen: its arc tangent is the angle.
    """
    starts = np.arange(0, max(1, len(level) - WINDOW // 2), WINDOW // 2)
    skews = [_skew(excess(level[start : start + WINDOW])) for start in starts]
    stops = np.minimum(starts + WINDOW, len(level))
    return np.asarray((starts + stops) / 2, dtype=np.float64), np.array(skews)


def levelled(level: Floats, skew: Floats) -> Floats:
    """Return the shares of a stretch with the skew taken out, at the middle column.

    Parameters
    ----------
    level : (rows, zones) float
        Excess of ink.
    skew : (rows,) float
        Rows a column, by row.
    """
    rows, zones = level.shape
    at = np.arange(rows, dtype=np.float64)
    middle = (zones - 1) / 2
    moved = [
        np.interp(at + skew * ZONE * (zone - middle), at, level[:, zone], 0, 0)
        for zone in range(zones)
    ]
    return np.stack(moved, axis=1)


def _skew(shown: Floats) -> float:
    """Return rows a column of one window, NaN where no two zones are alike."""
    skew = 0.0
    known = False
    for apart in ZONES_APART:
        if apart >= shown.shape[1]:
            break
        # A pair twice as far apart is off by twice as much as the one before, at most.
        width = EXPECTED_WITHIN if known else STEEPEST * ZONE * apart
        middle = skew * ZONE * apart
        lags = range(round(middle - width) - 1, round(middle + width) + 2)
        sums = _correlation(shown[:, :-apart], shown[:, apart:], lags)
        best = int(sums[1:-1].argmax()) + 1
        if sums[best] < ALIKE:
            break
        skew = float(lags[best] + vertex(sums, best)) / (ZONE * apart)
        known = True
    return skew if known else float("nan")


def _correlation(left: Floats, right: Floats, lags: range) -> Floats:
    """Correlate zones with others, these moved up by each lag, all pairs together."""
    size = np.sqrt((left**2).sum() * (right**2).sum())
    if size == 0:
        return np.zeros(len(lags))
    sums = []
    for by in lags:
        if abs(by) >= len(left):
            # The end of a page may be shorter than the way that lines could fall.
            sums.append(0.0)
        elif by >= 0:
            sums.append((left[: len(left) - by] * right[by:]).sum())
        else:
            sums.append((left[-by:] * right[:by]).sum())
    return np.asarray(np.array(sums) / size, dtype=np.float64)
