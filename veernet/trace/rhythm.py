"""The rhythm of a broken line: which pattern of dashes the ink under a way follows.

A network looks at a window and calls each pixel; whether dashes are long or short, dots
or a dash and a dot, is better heard along the whole of a curve. Each pattern is a
cycle of ink and paper, of a size that the log has in common. A hidden Markov model runs
round the cycle as the way goes on, a little faster or slower as the hand or the scan
had it, and says how well the ink agrees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numba
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.dashes import DASHES
from veernet.records import Grey, Line

STEP = 2.0
"""Pixels along the way from one sample to the next."""

SIZES = np.geomspace(0.25, 2.6, 17)
"""Of the dashes of a log against `DASHES`: 100 to 400 dots per inch, and all pens."""

INKED, BLANK = 0.93, 0.3
"""Probability of dark where the pen is down and where it is up: ink fades, and lines of
the grid and other curves cross a gap."""

UNEVEN = 0.12
"""Probability that a pattern stays behind by a sample, or runs ahead by one."""

TORN, MENDED = STEP / 1000, STEP / 6
"""Probability that a solid line breaks off at a sample, and that it goes on again."""

STEEPEST = 40.0
"""Columns a row: where a way is steeper, its ink is not looked at."""

FULL = 0.8
"""Share of the samples that are no darker than full ink."""

PAPER = 8
"""Rows and columns from one pixel that tells how dark the paper is to the next."""

FAINTEST = 16.0
"""Darkness, of 255 and beyond the paper's, that full ink has at the least."""

CONTRAST = (0.25, 0.75)
"""Darkness, of full ink, that is surely paper and surely ink."""


def samples(image: Grey, column: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Sample the ink under a way at even steps along it.

    Parameters
    ----------
    image
        (rows, columns) of the panel, 0 black, 255 white.
    column
        (rows,) of the way, folded, NaN where it is not read.

    Returns
    -------
    ink : (samples,) float
        From 0, paper, to 1, ink; NaN once wherever the way is broken off.
    row : (samples,) int
        In which each lies.
    """
    dark, row = _sample(image, column, STEP, STEEPEST)
    known = np.isfinite(dark)
    if not known.any():
        return dark, row
    paper = float(np.median(255 - image[::PAPER, ::PAPER]))
    full = max(float(np.quantile(dark[known], FULL)) - paper, FAINTEST)
    low, high = CONTRAST
    return np.clip(((dark - paper) / full - low) / (high - low), 0.0, 1.0), row


def agreement(ink: Floats, line: Line, size: float) -> Floats:
    """Say how well samples agree with a style.

    Parameters
    ----------
    ink
        (samples,) from `samples`.
    line
        The style.
    size
        Of the dashes against `DASHES`.

    Returns
    -------
    (samples,) float
        Log of the probability of each sample given those before it.
    """
    if line == "solid":
        return _worn(ink, TORN, MENDED, INKED, BLANK)
    return _follow(ink, _cycle(DASHES[line], size), UNEVEN, INKED, BLANK)


def best_size(heard: Iterable[Floats], lines: Collection[Line]) -> float:
    """Return the size of dashes that agrees best with the ink under some ways.

    Parameters
    ----------
    heard
        Of each way the ink, (samples,) from `samples`.
    lines
        Styles that they are drawn in.

    Returns
    -------
    float
        Against `DASHES`; 1 where nothing is heard.
    """
    total = np.zeros(SIZES.size)
    for ink in heard:
        best = np.full(SIZES.size, -np.inf)
        for line in lines:
            sizes = SIZES if line != "solid" else SIZES[:1]  # it has none
            fits = [agreement(ink, line, size).sum() for size in sizes]
            best = np.maximum(best, fits)
        total += best
    return float(SIZES[np.argmax(total)]) if total.any() else 1.0


def _cycle(pattern: tuple[float, ...], size: float) -> Floats:
    """Return (bins,) the share of each step of a cycle that is inked."""
    ends = np.cumsum((0.0, *pattern)) * size
    bins = max(round(ends[-1] / STEP), 2)
    fine = (np.arange(16 * bins) + 0.5) / (16 * bins) * ends[-1]
    down = np.searchsorted(ends, fine) % 2 == 1
    return np.asarray(down.reshape(bins, 16).mean(axis=1))


@numba.njit(cache=True, nogil=True)
def _sample(
    image: NDArray[np.uint8], column: Floats, step: float, steepest: float
) -> tuple[Floats, NDArray[np.int32]]:
    rows, columns = image.shape
    dark, place = [0.0 for _ in range(0)], [0 for _ in range(0)]
    due = 0.0
    for row in range(rows - 1):
        here, there = column[row], column[row + 1]
        move = there - here
        if not abs(move) <= steepest:  # NaN as well
            if dark and not np.isnan(dark[-1]):
                dark.append(np.nan)
                place.append(row)
            due = 0.0
            continue
        length = np.sqrt(1.0 + move * move)
        while due < length:
            part = due / length
            r, c = row + part, here + part * move
            most = 0.0
            for k in range(-1, 2):
                at_row = round(r + (k if abs(move) > 1 else 0))
                at = round(c + (0 if abs(move) > 1 else k))
                if 0 <= at_row < rows and 0 <= at < columns:
                    most = max(most, 255.0 - image[at_row, at])
            dark.append(most)
            place.append(row)
            due += step
        due -= length
    return np.array(dark), np.array(place, dtype=np.int32)


@numba.njit(cache=True, nogil=True)
def _follow(
    ink: Floats, cycle: Floats, uneven: float, inked: float, blank: float
) -> Floats:
    """Forward probabilities round a cycle; the phase is unknown after a break."""
    bins = cycle.size
    found = np.zeros(ink.size)
    dark = np.log(blank + (inked - blank) * cycle)
    light = np.log(1 - blank - (inked - blank) * cycle)
    now = np.full(bins, 1.0 / bins)
    after = np.empty(bins)
    for i in range(ink.size):
        if np.isnan(ink[i]):
            now[:] = 1.0 / bins
            continue
        total = 0.0
        for b in range(bins):
            came = (1 - 2 * uneven) * now[b - 1] + uneven * now[b] + uneven * now[b - 2]
            after[b] = came * np.exp(ink[i] * dark[b] + (1 - ink[i]) * light[b])
            total += after[b]
        for b in range(bins):
            now[b] = after[b] / total
        found[i] = np.log(total)
    return found


@numba.njit(cache=True, nogil=True)
def _worn(
    ink: Floats, torn: float, mended: float, inked: float, blank: float
) -> Floats:
    """Forward probabilities of a solid line that is lost here and there."""
    found = np.zeros(ink.size)
    usual = torn / (torn + mended)
    gone = usual
    for i in range(ink.size):
        if np.isnan(ink[i]):
            gone = usual
            continue
        came = gone * (1 - mended) + (1 - gone) * torn
        on = (1 - came) * inked ** ink[i] * (1 - inked) ** (1 - ink[i])
        off = came * blank ** ink[i] * (1 - blank) ** (1 - ink[i])
        gone = off / (on + off)
        found[i] = np.log(on + off)
    return found
