"""The arithmetic of the scores: from arrays to numbers.

Values, fractions and columns are NaN where unread; a score that nothing bears on is
None, never a number made up for the occasion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, Scale
from veernet.evaluate.scores import Measures, PointScores
from veernet.intervals import true_intervals

SWAP_ROWS = 10
"""Rows in a row that make a swap; fewer is a crossing."""
SWAP_OFF = 3.0
"""Pixels from its own truth beyond which a curve may count as swapped."""
ROUNDING = 1e-9
"""Pixels: an error of 3 is within 3 px, however its sum was rounded."""


def interpolate(known: Floats, values: Floats, at: Floats) -> Floats:
    """Interpolate linearly, giving NaN beyond the ends and next to a NaN.

    Parameters
    ----------
    known
        (samples,) strictly increasing depths.
    values
        (samples,) NaN where null.
    at
        (depths,) A depth that is a sample, but for rounding, takes that sample alone.
    """
    near = 1e-6  # of a step: depths are written with so many decimals at least
    if len(known) == 1:
        return np.where(np.abs(at - known) <= near, values, np.nan)
    before = np.clip(np.searchsorted(known, at, side="right") - 1, 0, len(known) - 2)
    weight = (at - known[before]) / (known[before + 1] - known[before])
    first, second = values[before], values[before + 1]
    between = first + weight * (second - first)
    between[(weight < 0) | (weight > 1)] = np.nan
    between = np.where(np.abs(weight) <= near, first, between)
    return np.where(np.abs(weight - 1) <= near, second, between)


def fill(known: Floats, values: Floats, at: Floats, middle: float) -> Floats:
    """Interpolate across gaps, nearest at the ends; ``middle`` if all is NaN."""
    read = np.isfinite(values)
    if not read.any():
        return np.full(len(at), middle)
    return np.interp(at, known[read], values[read])


def measure(
    value: Floats, truth: Floats, scale: Scale | None, width: Floats | None
) -> Measures:
    """Compare a curve with its truth, depth by depth.

    Parameters
    ----------
    value
        (depths,) NaN where unread.
    truth
        (depths,) throughout finite and, with a scale, on it.
    scale, width
        Value to unfolded fraction, and (depths,) width of the track in pixels; None
        leaves everything that needs them None.
    """
    read = np.isfinite(value)
    if scale is None or width is None:
        fraction = pixels = np.array([])
    else:
        error = scale.fraction_at(value) - scale.fraction_at(truth)
        read &= np.isfinite(error)
        fraction, pixels = error[read], (error * width)[read]
    hits = scale is not None and len(truth) > 0
    log = scale is not None and scale.kind == "log"
    return Measures(
        bias_px=_mean(pixels),
        mae_px=_mean(np.abs(pixels)),
        median_px=_median(np.abs(pixels)),
        bias_fraction=_mean(fraction),
        mae_fraction=_mean(np.abs(fraction)),
        median_fraction=_median(np.abs(fraction)),
        mae=_mean(np.abs(value[read] - truth[read])),
        hit_1px=_hits(pixels, 1, len(truth)) if hits else None,
        hit_3px=_hits(pixels, 3, len(truth)) if hits else None,
        r_squared=(
            r_squared(np.log10(value[read]), np.log10(truth[read]))
            if log
            else r_squared(value[read], truth[read])
        ),
    )


def measure_points(fraction: Floats, truth: Floats) -> PointScores:
    """Compare fractions on evenly spread depths, both NaN where they have none."""
    known = np.isfinite(fraction) & np.isfinite(truth)
    error = fraction[known] - truth[known]
    return PointScores(
        points=len(truth),
        mae=_mean(np.abs(error)),
        mse=_mean(error**2),
        r_squared=r_squared(fraction[known], truth[known]),
    )


def r_squared(value: Floats, truth: Floats) -> float | None:
    """Coefficient of determination; None where the truth does not vary."""
    if len(truth) == 0:
        return None
    spread = np.sum((truth - truth.mean()) ** 2)
    # A constant's mean is off by rounding, which must not pass for spread.
    if spread <= len(truth) * (1e-12 * np.max(np.abs(truth))) ** 2:
        return None
    return float(1 - np.sum((value - truth) ** 2) / spread)


def swapped(
    column: Floats,
    own: Floats,
    others: Floats,
    line_width: float,
    period: Floats | None = None,
) -> NDArray[np.bool_]:
    """Return the rows where a curve follows another's ink instead of its own.

    Ten or more consecutive rows within one line width of another curve's truth and
    more than 3 px from its own.

    Parameters
    ----------
    column, own
        (rows,) columns of the page where the curve was read and where it is drawn.
    others
        (curves, rows) where the others are drawn.
    line_width
        In pixels.
    period
        (rows,) Width of the track of a curve that wraps: near one edge is then near
        the other.
    """
    away = np.abs(column - own)
    if period is not None:
        away = np.minimum(away, np.abs(period - away))
    near = np.any(np.abs(others - column) <= line_width + ROUNDING, axis=0)
    found = np.zeros(len(column), dtype=bool)
    for start, stop in true_intervals(near & (away > SWAP_OFF + ROUNDING)):
        found[start:stop] = stop - start >= SWAP_ROWS
    return found


def _hits(pixels: Floats, within: float, depths: int) -> float:
    """Return the share of all depths whose error is within so many pixels."""
    return float(np.sum(np.abs(pixels) <= within + ROUNDING) / depths)


def _mean(values: Floats) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if len(values) else None
