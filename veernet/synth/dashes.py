"""Broken lines: where the pen lifts and sets down along the arc of a curve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from veernet.axes import Floats
from veernet.dashes import DASHES
from veernet.records import Line
from veernet.synth.ink import UNBROKEN

BROKEN: tuple[Line, ...] = tuple(DASHES)


def dash_cuts(
    rng: np.random.Generator,
    line: Line,
    length: float,
    scale: float,
    width: float,
    jitter: float = 0.0,
    dashes: Mapping[Line, tuple[float, ...]] = DASHES,
) -> Floats:
    """Arc lengths where a broken line of a style ends and begins.

    Parameters
    ----------
    rng
        Draws the phase and the jitter.
    line
        Style; solid is not cut.
    length
        Arc length to be covered, in pixels.
    scale
        Size of the dashes against the table.
    width
        Of the stroke: its round ends lengthen every dash by as much, so that dashes
        are set shorter, and the inked lengths are those of the table.
    jitter
        Relative spread of the lengths, as of a pen in a hand.
    dashes
        The table: pixels on, off, on ... of each style.
    """
    if line == "solid":
        return UNBROKEN
    pattern = np.array(dashes[line]) * scale
    # A round dot thinner than its own length needs something left to draw.
    on = np.maximum(pattern[::2] - width, 0.2)
    pattern[1::2] += pattern[::2] - on
    pattern[::2] = on
    repeats = int(length / pattern.sum()) + 3
    spans = np.tile(pattern, repeats)
    if jitter > 0:
        spans *= np.exp(rng.normal(0, jitter, spans.size))
    cuts: Floats = np.cumsum(spans) - rng.uniform(0, pattern.sum())
    return cuts


def worn_gaps(
    rng: np.random.Generator,
    length: float,
    ink: tuple[float, float] = (30, 200),
    gap: tuple[float, float] = (2, 9),
) -> Floats:
    """Arc lengths where a worn solid line is lost and found again, irregularly.

    Parameters
    ----------
    rng, length
        Where draws come from; arc length to be covered, in pixels.
    ink, gap
        Ranges of the mean length of what is left and of what is lost, in pixels.
    """
    left, lost = rng.uniform(*ink), rng.uniform(*gap)
    count = int(length / min(40, left)) + 8
    spans = np.empty(2 * count)
    spans[::2] = rng.exponential(left, count) + 4
    spans[1::2] = rng.exponential(lost, count) + 1
    return np.cumsum(spans)
