"""Layout of a strip: track edges, depth scale, and the wander of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.axes import Floats

DEPTH_SCALES = (1.0, 2.0, 2.4, 4.0, 4.8, 6.1, 10.0, 12.0, 15.0, 20.0)
"""Rows per foot of the usual prints: 1, 2, 5 and 10 inches per 100 feet and 1:1000 to
1:200 metric, at 200 and 300 dots per inch."""

Span = tuple[float, float]
"""Least and most of something."""

RESOLUTIONS = (100.0, 150.0, 200.0, 200.0, 300.0, 400.0)
"""Dots per inch of the usual scans; archives have 200 most often."""

PRINTED = 200.0
"""Dots per inch at which strokes, type and dashes have their tabulated sizes."""


@dataclass(frozen=True)
class Layout:
    """The frame that everything in a strip is placed by.

    Parameters
    ----------
    rows, columns
        Size of the strip.
    left, width
        Column of the track's left edge, perhaps outside the strip, and the columns from
        edge to edge, before the shift.
    rows_per_foot
        Scale of depth.
    shift
        (rows,) columns that the paper has moved by: residual skew and weave.
    tilt
        Rows by which a drawn depth line falls per column, as feeds slip; curves do not.
    line_skew, pivot
        Rows by which everything falls per column on a page that is turned, and the
        column that rows are counted at. The truth then holds along depth lines.
    scale
        Size of type, strokes and dashes against a print at 200 dots per inch.
    jumps
        Rows where two pieces of a scan are stitched: the shift jumps there.
    """

    rows: int
    columns: int
    left: float
    width: float
    rows_per_foot: float
    shift: Floats
    tilt: float = 0.0
    scale: float = 1.0
    line_skew: float = 0.0
    pivot: float = 0.0
    jumps: tuple[int, ...] = ()

    @property
    def edges(self) -> Floats:
        """(2, rows) columns of the left and the right edge."""
        left = self.left + self.shift
        return np.stack([left, left + self.width])

    @property
    def jump_rows(self) -> Floats:
        """Rows before and after each jump, between which lines need vertices."""
        return np.array([row + i for row in self.jumps for i in (-1.0, 0.0)])

    def shift_at(self, rows: Floats) -> Floats:
        """Shift at any rows, held constant beyond the strip."""
        return np.interp(rows, np.arange(self.rows), self.shift)


def draw_rows_per_foot(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a depth scale: a usual one with some stretch, or any between the limits."""
    if rng.random() < 0.6:
        usual = float(rng.choice(DEPTH_SCALES)) * rng.uniform(0.97, 1.03)
        return float(np.clip(usual, low, high))
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def draw_depth_scale(
    rng: np.random.Generator, inches: Sequence[float], scale: float, limits: Span
) -> float:
    """Draw the rows per foot of a print of so many inches per 100 feet.

    Parameters
    ----------
    rng
        Where every draw comes from.
    inches
        Choices of the depth scale.
    scale
        Resolution against 200 dots per inch.
    limits
        Least and most rows per foot.
    """
    rows = float(rng.choice(inches)) * scale * PRINTED / 100
    return float(np.clip(rows * rng.uniform(0.97, 1.03), *limits))


def draw_scale(rng: np.random.Generator) -> float:
    """Draw the size of type and strokes: most scans have 200 dots an inch, some 300.

    From 100 to 400 dots an inch there are all.
    """
    if rng.random() < 0.25:
        return float(rng.uniform(1.3, 2.0))
    return float(np.clip(rng.lognormal(0.0, 0.2), 0.5, 1.5))


def draw_resolution(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw the size of type and strokes of a resolution between two, dots per inch.

    Half are usual ones, as paper that was copied a little larger or smaller has them.
    """
    usual = [dpi for dpi in RESOLUTIONS if low <= dpi <= high]
    if usual and rng.random() < 0.5:
        dpi = float(rng.choice(usual) * rng.uniform(0.9, 1.1))
    else:
        dpi = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return float(np.clip(dpi, low, high)) / PRINTED


def draw_shift(rng: np.random.Generator, rows: int, skew: float) -> Floats:
    """Draw the sideways run of the paper: a lean and a slow weave.

    Parameters
    ----------
    rng, rows
        Where draws come from; length of the strip.
    skew
        Largest lean, in columns per row.
    """
    at = np.arange(rows, dtype=np.float64)
    lean = rng.uniform(-skew, skew) * (at - rows / 2)
    weave = rng.uniform(0, 60 * skew) * np.sin(
        2 * np.pi * at / rng.uniform(200, 900) + rng.uniform(0, 2 * np.pi)
    )
    return lean + weave


def draw_jumps(rng: np.random.Generator, rows: int) -> tuple[tuple[int, ...], Floats]:
    """Draw where a scan is stitched, and the shift, (rows,), that its pieces have."""
    jumps = tuple(
        np.unique(rng.integers(2, rows - 2, int(rng.integers(1, 3)))).tolist()
    )
    shift = np.zeros(rows)
    for row in jumps:
        shift[row:] += rng.normal(0, 3.0)
    return jumps, shift
