"""Depth lines of a section: their rows to a fraction of a pixel, found by their period.

One line may be lost under ink or fall together with a header's rule; a hundred in even
steps may not. They are followed as a beat is followed in music: of all ways to go down
the section in steps of about one spacing, that which meets most ink is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.register.geometry.periodicity import (
    FARTHEST,
    NEAREST,
    excess,
    find_periodicity,
)
from veernet.register.geometry.skew import find_skew, levelled
from veernet.register.geometry.survey import ZONE, Shares

REPEATED = 0.5
"""Share of the best autocorrelation from which a shorter lag is the spacing: every
tenth line is heavier, and every fifth."""

STRETCH = 0.18
"""Share by which one spacing may differ from those about it: paper that slips."""

TIGHT = 6.0
"""Cost of a step that differs by all of it, in strengths of a line."""

CENTRE = 2
"""Rows to either side over which the centre of a line is measured."""

CALM = 9
"""Windows over which skew and spacing are calmed: paper does not jump to and fro."""

HIERARCHIES = (2, 5, 10)
"""Lines from one heavier line to the next."""


@dataclass(frozen=True)
class DepthLines:
    """The depth lines of a section.

    Parameters
    ----------
    rows : (lines,) float
        Where each meets the middle column, increasing.
    strength : (lines,) float
        Share of ink in it beyond that of the rows about it, 0 where it was not seen.
    skew : (lines,) float
        Rows that it falls for each column to the right.
    middle
        The column at which the rows are.
    spacing
        Rows from one to the next, in the median.
    heavier : tuple of (int, int)
        For each rank of heavier lines that stands out: every how many lines, and the
        index of the first.
    """

    rows: Floats
    strength: Floats
    skew: Floats
    middle: float
    spacing: float
    heavier: tuple[tuple[int, int], ...]

    def part(self, start: int, stop: int) -> DepthLines:
        """Return the lines from one to another, the last excluded."""
        kept = slice(start, stop)
        return replace(
            self,
            rows=self.rows[kept],
            strength=self.strength[kept],
            skew=self.skew[kept],
            heavier=tuple((n, (first - start) % n) for n, first in self.heavier),
        )


def find_depth_lines(level: Shares, first_row: int = 0) -> DepthLines | None:
    """Follow the depth lines down a stretch of a page.

    Parameters
    ----------
    level : (rows, zones)
        Of the stretch, as in :class:`~veernet.register.geometry.survey.Survey`.
    first_row
        Of the stretch, on the page.

    Returns
    -------
    DepthLines or None
        None where nothing repeats.
    """
    at = np.arange(len(level), dtype=np.float64)
    middles, skews = find_skew(level)
    skew = np.interp(at, middles, _calmed(skews))
    shown = levelled(excess(level), skew).mean(axis=1)
    shown = np.clip(shown, 0, None)
    periodicity = find_periodicity(shown[:, None].astype(np.float16))
    spacings = np.array([spacing_of(lags) for lags in periodicity.correlation])
    if not np.isfinite(spacings).any():
        return None
    spacing = np.interp(at, periodicity.rows, _calmed(spacings))
    scale = float(np.quantile(shown[shown > 0], 0.95)) if (shown > 0).any() else 0.0
    if scale == 0:
        return None
    found = _follow(np.minimum(shown / scale, 1.5), spacing, STRETCH, TIGHT)
    rows, strength = _centred(shown, found)
    return DepthLines(
        rows + first_row,
        strength,
        skew[found],
        level.shape[1] * ZONE / 2 - 0.5,
        float(np.median(np.diff(rows))) if len(rows) > 1 else float(spacing[0]),
        find_hierarchy(strength),
    )


def spacing_of(correlation: Floats) -> float:
    """Return the lag at which ink repeats, to a fraction of a row; NaN where none.

    Parameters
    ----------
    correlation : (FARTHEST,) float
        By lag in rows.
    """
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    peaks = peaks[peaks >= NEAREST]
    if len(peaks) == 0:
        return float("nan")
    most = correlation[peaks].max()
    for lag in peaks[correlation[peaks] >= REPEATED * most]:
        times = np.arange(2, (FARTHEST - 2) // lag + 1)
        if len(times) == 0:
            return float(lag)
        # Multiples tell the spacing the finer the further away they are.
        fine = float(lag)
        for time in times[:8]:
            guess = round(fine * time)
            near = slice(max(0, guess - 2), guess + 3)
            top = near.start + int(correlation[near].argmax())
            if correlation[top] < REPEATED * correlation[lag]:
                break
            fine = top / time
        return fine
    return float("nan")


def _calmed(values: Floats) -> Floats:
    """Return windows without what is not seen, and without jumps to and fro."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    places = np.arange(len(values))
    filled = np.interp(places, places[known], values[known])
    return np.asarray(median_filter(filled, min(CALM, len(filled)), mode="nearest"))


@compiled()
def _follow(
    shown: Floats, spacing: Floats, stretch: float, tight: float
) -> NDArray[np.int64]:
    """Return the rows of the way down in even steps that meets most ink."""
    rows = len(shown)
    score = np.zeros(rows)
    before = np.full(rows, -1)
    for row in range(rows):
        step = spacing[row]
        least = max(1, int(np.floor(step * (1 - stretch))))
        most = int(np.ceil(step * (1 + stretch)))
        best, origin = 0.0, -1
        for lag in range(least, most + 1):
            if row < lag:
                break
            off = (lag - step) / (step * stretch)
            reached = score[row - lag] - tight * 0.1 * off * off
            if reached > best:
                best, origin = reached, row - lag
        score[row] = best + shown[row]
        before[row] = origin
    at = int(np.argmax(score))
    course = [at]
    while before[at] >= 0:
        at = before[at]
        course.append(at)
    return np.array(course[::-1])


def _centred(shown: Floats, found: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the centres of lines to a fraction of a row, and their strengths."""
    rows, strength = [], []
    for row in found:
        near = slice(max(0, row - CENTRE), row + CENTRE + 1)
        ink = shown[near]
        total = float(ink.sum())
        at = np.arange(near.start, near.start + len(ink))
        rows.append(float(ink @ at / total) if total > 0 else float(row))
        strength.append(float(ink.max()))
    return np.array(rows), np.array(strength)


def find_hierarchy(strength: Floats) -> tuple[tuple[int, int], ...]:
    """Return every how many lines one is heavier, and from which on."""
    found = []
    for every in HIERARCHIES:
        if len(strength) < 3 * every:
            continue
        medians = np.array([np.median(strength[k::every]) for k in range(every)])
        first = int(medians.argmax())
        others = np.delete(medians, first)
        if medians[first] > 1.15 * others.max() + 0.01:
            found.append((every, first))
    return tuple(found)
