"""Vertical ink: lines of the grid, followed down a page that wanders.

Paper slips sideways in a scanner, so grid lines wander, all by the same, while streaks
of the scanner itself stand still. The wander is found band by band, as the shift at
which a band's lines fall on those of the bands before; after it is taken out grid lines
are straight, and what only seemed a line is smeared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from veernet.axes import Floats
from veernet.register.geometry.survey import Shares

BACKGROUND_COLUMNS = 15
"""Columns that a vertical line is told from: wider ink is a fill, a bar or a curve at
rest."""

LINE_SHARE = 0.35
"""Share of a band's rows at which a column is as much a line as it can be: a few black
bars must not outweigh the many thin lines of a grid."""

MOST_SLIP = 12
"""Columns that paper may slip from one band to the next."""

BLUR = 1.0
"""Columns by which vertical lines are widened before they are compared."""

ALIKE = 0.25
"""Correlation from which two bands show the same lines."""

KEPT = 0.9
"""Of the template, from one band to the next: it remembers about ten."""

SEEN = 0.12
"""Share of a band's rows, above what is beside, from which a vertical line is there."""

STREAK = 0.84
"""Share of all bands in which a column of the scanner shows its streak: the edges of
tracks and of a form above them reach .83 on prints, streaks .85 and more on scans."""

NO_WORSE = 0.9
"""Of the likeness of bands with streaks, what there must be without them."""

WANDERS = 3.0
"""Columns of wander from which a line that stands still is none of the paper's."""


@dataclass(frozen=True)
class VerticalInk:
    """Vertical lines of a page, and how the paper wandered.

    Parameters
    ----------
    strength : (bands, columns) float32
        By how much ink in a column of a band exceeds that beside it, without streaks.
    wander : (bands,) float
        Columns by which the paper lies further right than in the first band.
    """

    strength: NDArray[np.float32]
    wander: Floats

    def straightened(self) -> NDArray[np.float32]:
        """Return the strength with the wander taken out, (bands, columns)."""
        shifts = np.rint(self.wander).astype(int)
        rows = zip(self.strength, shifts.tolist(), strict=True)
        return np.stack([shifted(row, -shift) for row, shift in rows])


def find_vertical_ink(vertical: Shares) -> VerticalInk:
    """Find vertical lines and the wander of the paper.

    Parameters
    ----------
    vertical : (bands, columns)
        As in :class:`~veernet.register.geometry.survey.Survey`.
    """
    shares = vertical.astype(np.float32)
    beside = median_filter(shares, (1, BACKGROUND_COLUMNS), mode="nearest")
    strength = np.clip(shares - beside, 0, LINE_SHARE)
    wander, likeness = _wander(strength)
    if np.ptp(wander) >= WANDERS:
        streaks = (strength > SEEN).mean(axis=0) > STREAK
        if streaks.any():
            without = strength.copy()
            without[:, np.convolve(streaks, np.ones(3), "same") > 0] = 0
            own_wander, own_likeness = _wander(without)
            # Where what is left agrees less from band to band, these were the lines of
            # the grid, and it was a header that seemed to slip.
            if np.median(own_likeness) > NO_WORSE * np.median(likeness):
                return VerticalInk(without, own_wander)
    return VerticalInk(strength, wander)


def shifted(row: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    """Return a row moved to the right, with nothing where it came from."""
    moved = np.zeros_like(row)
    if abs(by) >= len(row):
        return moved
    if by >= 0:
        moved[by:] = row[: len(row) - by]
    else:
        moved[:by] = row[-by:]
    return moved


def _wander(strength: NDArray[np.float32]) -> tuple[Floats, Floats]:
    blurred = gaussian_filter1d(strength, BLUR, axis=1)
    bands = len(blurred)
    wander, likeness = np.zeros(bands), np.zeros(bands)
    template = blurred[0].copy()
    at = 0.0
    shifts = range(-MOST_SLIP, MOST_SLIP + 1)
    for band in range(1, bands):
        row, whole = blurred[band], round(at)
        products = np.array([shifted(template, whole + s) @ row for s in shifts])
        size = np.linalg.norm(template) * np.linalg.norm(row)
        products = products / size if size > 0 else np.zeros(len(shifts))
        best = int(products.argmax())
        likeness[band] = products[best]
        alike = products[best] > ALIKE
        if alike:
            at = whole + shifts[best] + vertex(products, best)
        wander[band] = at
        kept = KEPT if alike else 1 - KEPT
        template = kept * template + (1 - kept) * shifted(row, -round(at))
    return wander, likeness


def vertex(values: Floats, at: int) -> float:
    """Return where the parabola through a maximum and its neighbours is highest."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0
