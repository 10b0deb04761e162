"""The ink of the curves in a panel: without the grid, and how wide a stroke is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Grey
from veernet.register.geometry.survey import find_ink

STANDS = 0.45
"""Share of a chunk's rows, or of a track's columns, from which ink may be a line of the
grid; dotted lines have half."""

RUN = 40
"""Pixels of a straight run along rows or columns that few strokes have: broken lines of
the grid are known by them."""

RUNS = 0.2
"""Share of the rows or columns that are in such runs from which they are a line."""

SURVEYED = 512
"""Rows of the stretches in which vertical lines are sought."""

PERSISTS = 0.6
"""Share of these stretches in which a line of the grid is found: a caliper in gauge
stands as still, and yet not all the way."""

WAVERS = 3
"""Columns by which a line of the grid may lie elsewhere in another stretch."""

WAVER = 1
"""Pixels beside a line of the grid that belong to it: lines waver by one."""

SPECK = 12
"""Pixels of ink below which a piece is dirt or the rest of a grid line."""


@dataclass(frozen=True, eq=False)
class CurveInk:
    """What of a chunk of a panel is the ink of curves.

    Parameters
    ----------
    ink
        (rows, columns) ink that is no grid line.
    grid
        (rows, columns) where a grid line runs: what a curve does there is not to be
        seen.
    """

    ink: NDArray[np.bool_]
    grid: NDArray[np.bool_]


def vertical_lines(image: Grey) -> NDArray[np.bool_]:
    """(columns,) where lines of the grid may run: ink stands there most of the way.

    Parameters
    ----------
    image
        (rows, columns) grey, a whole panel.
    """
    found: list[NDArray[np.bool_]] = []
    for start in range(0, image.shape[0], SURVEYED):
        part = image[start : start + SURVEYED]
        if len(part) == SURVEYED or not found:
            found.append(_wider(_stands(find_ink(part)), WAVERS))
    return np.asarray(np.mean(found, axis=0) >= PERSISTS)


def curve_ink(
    image: Grey, left: int, right: int, verticals: NDArray[np.bool_]
) -> CurveInk:
    """Take the grid out of a chunk of a panel.

    Parameters
    ----------
    image
        (rows, columns) grey; a few hundred rows or more.
    left, right
        Columns of the outermost edges: beyond them no ink is a curve's.
    verticals
        (columns,) where lines of the grid may run: `vertical_lines` of the panel.
    """
    raw = find_ink(image)
    ink = raw.astype(bool)
    inside = np.zeros(ink.shape[1], dtype=bool)
    inside[max(left, 0) : right + 1] = True
    verticals = verticals & _stands(raw)
    # The edges are lines of the grid, whether they are inked throughout or not.
    for edge in (left, right):
        verticals[max(edge - WAVER, 0) : edge + WAVER + 1] = True
    levels = _stands(np.ascontiguousarray(raw[:, inside].T))
    grid = _wider(verticals)[None, :] | _wider(levels)[:, None]
    own = ink & ~grid & inside[None, :]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(own.astype(np.uint8))
    small = np.zeros(count, dtype=bool)
    small[1:] = stats[1:, cv2.CC_STAT_AREA] < SPECK
    return CurveInk(own & ~small[labels], grid)


def distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how far each pixel is from the nearest one of a mask, 0 on it."""
    if not mask.any():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    away = np.logical_not(mask).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, 5), dtype=np.float32)


def stroke_width(ink: NDArray[np.bool_], near: NDArray[np.bool_]) -> tuple[float, int]:
    """Estimate the width of a stroke from the ink near some curves.

    Returns
    -------
    width
        In pixels; NaN where there is no ink.
    weight
        Pixels of ridge that it was measured on.
    """
    inside = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 5)
    peaks = inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 1e-3
    ridge: Floats = inside[peaks & ink & near].astype(np.float64)
    if ridge.size == 0:
        return np.nan, 0
    return float(2 * np.mean(ridge) - 1), int(ridge.size)


def _stands(ink: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return (columns,) whether ink stands in a column as a line of the grid does."""
    kernel = np.ones((RUN, 1), dtype=np.uint8)
    straight = cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
    return np.asarray((ink.mean(axis=0) > STANDS) | (straight.mean(axis=0) > RUNS))


def _wider(where: NDArray[np.bool_], by: int = WAVER) -> NDArray[np.bool_]:
    """Widen the true intervals of a boolean array at both ends."""
    kernel = np.ones(2 * by + 1)
    return np.asarray(np.convolve(where, kernel, mode="same") > 0)
