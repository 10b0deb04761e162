"""Stroke width along a path: what tells curves of one style apart."""

from __future__ import annotations

import numpy as np

from veernet.axes import Floats
from veernet.records import Grey

WIDTH_REACH = 10
"""Columns beside a path that its stroke may cover: half of the heaviest, and more."""

STEEPEST = 1.0
"""Columns a row: where a path is steeper, a row cuts its stroke aslant."""

FAINTEST = 0.3
"""Darkness below which there is a gap between dashes, or nothing."""

FULL = 0.9
"""Share of the rows in which the darkest pixel is no darker than full ink: a thin line
seldom covers a pixel whole."""

FLANK = 0.25
"""Share of the darkest pixel's darkness that the flank of a stroke has at the least."""


def stroke_widths(image: Grey, column: Floats) -> Floats:
    """Measure the width of the stroke that a path follows, row by row.

    Parameters
    ----------
    image
        (rows, columns) of the panel, 0 black, 255 white.
    column
        (rows,) of the path, folded, NaN where it is not read.

    Returns
    -------
    (rows,) float
        Pixels across: the darkness of the run of ink, in shares of its dark pixels; NaN
        where the stroke runs aslant, or nothing dark is under the path.
    """
    widths = np.full(column.size, np.nan)
    if column.size < 2:
        return widths
    slope = np.abs(np.gradient(column))
    rows = np.flatnonzero(np.isfinite(column) & (slope <= STEEPEST))
    at = np.rint(column[rows]).astype(np.intp)[:, None] + np.arange(
        -WIDTH_REACH, WIDTH_REACH + 1
    )
    inside = (at >= 0) & (at < image.shape[1])
    seen = image[rows[:, None], np.clip(at, 0, image.shape[1] - 1)]
    dark = np.where(inside, 1 - seen / 255, 0.0)
    peak = dark[:, WIDTH_REACH - 1 : WIDTH_REACH + 2].max(axis=1)
    known = peak >= FAINTEST
    if not known.any():
        return widths
    dark, peak = dark[known], peak[known, None]
    inked = dark >= FLANK * peak
    # From the darkest pixel outwards, as far as ink goes on without a break.
    middle = (
        WIDTH_REACH - 1 + np.argmax(dark[:, WIDTH_REACH - 1 : WIDTH_REACH + 2], axis=1)
    )
    right = np.arange(2 * WIDTH_REACH + 1) >= middle[:, None]
    run = np.where(right, _unbroken(inked | ~right), True)
    left = np.arange(2 * WIDTH_REACH + 1) <= middle[:, None]
    run &= np.where(left, _unbroken((inked | ~left)[:, ::-1])[:, ::-1], True)
    full = np.quantile(peak, FULL)
    widths[rows[known]] = np.sum(dark / full * run, axis=1)
    return widths


def _unbroken(inked: np.ndarray) -> np.ndarray:
    """Whether all columns up to each are inked, (rows, columns)."""
    unbroken: np.ndarray = np.logical_and.accumulate(inked, axis=1)
    return unbroken
