"""Which curve is which after two that are drawn alike have met."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

LOOK = 12
"""Rows on either side of a meeting that tell where a curve was heading."""

TOUCH = 4.0
"""Columns within which two strokes of a common width run into each other."""


def swaps(first: Floats, second: Floats) -> list[int]:
    """Return the rows from which two ways should change places.

    Where two curves of one style meet, the cheapest ways say nothing about who leaves
    on which side: the ink is the same. A pen keeps its direction, so the pairing whose
    columns and slopes before the meeting continue best after it is taken.

    Parameters
    ----------
    first, second
        (rows,) columns of the two ways, NaN where unread.

    Returns
    -------
    list of int
        First row after each meeting at which the pairing changes.
    """
    rows: list[int] = []
    a, b = first.copy(), second.copy()
    for start, stop in _meetings(a, b):
        keep = _misfit(a, a, start, stop) + _misfit(b, b, start, stop)
        change = _misfit(a, b, start, stop) + _misfit(b, a, start, stop)
        # A tie keeps what the programme found.
        if change < 0.8 * keep:
            rows.append(stop)
            a[stop:], b[stop:] = b[stop:].copy(), a[stop:].copy()
    return rows


def _meetings(first: Floats, second: Floats) -> list[tuple[int, int]]:
    """Return (start, stop) rows of each stretch on which the two strokes touch."""
    with np.errstate(invalid="ignore"):
        gap = first - second
        near = np.abs(gap) <= TOUCH
        # Steep strokes pass each other between two rows without ever being near.
        passed = np.zeros_like(near)
        passed[1:] = np.sign(gap[1:]) * np.sign(gap[:-1]) < 0
    touching: NDArray[np.bool_] = near | passed
    edges = np.flatnonzero(np.diff(np.concatenate(([0], touching, [0]))))
    starts, stops = edges[::2], edges[1::2]
    merged: list[tuple[int, int]] = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        if merged and start - merged[-1][1] < LOOK // 2:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def _misfit(before: Floats, after: Floats, start: int, stop: int) -> float:
    """Squared columns by which one line fails to join a way before and a way after."""
    rows = np.concatenate(
        (np.arange(max(start - LOOK, 0), start), np.arange(stop, stop + LOOK))
    )
    rows = rows[rows < before.size]
    column = np.where(rows < start, before[rows], after[rows])
    known = np.isfinite(column)
    early = int(np.sum(known & (rows < start)))
    late = int(np.sum(known & (rows >= stop)))
    if min(early, late) < 3:
        return 0.0
    # A parabola: a meeting may lie on the flank of a peak.
    offset = rows[known] - (start + stop) / 2
    fit = np.polynomial.polynomial.polyfit(offset, column[known], 2)
    residual = column[known] - np.polynomial.polynomial.polyval(offset, fit)
    return float(np.mean(residual**2))
