"""The sample stroke of a legend line: where it is, its style, its colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.intervals import true_intervals
from veernet.records import Grey, Line

Ink = NDArray[np.uint8]

THICKEST = 0.0055
"""Of the width of a page's tracks: a stroke is no higher than this, letters are."""

LEAST_STROKE = 0.35
"""Share of a cell's columns that a stroke inks at least."""

REACHES = 0.85
"""Share of a cell from the first to the last ink of its stroke, at least."""

LONG, SHORT = 0.0225, 0.0066
"""Of the width of all tracks, which are 8.25 inches: on-lengths of dashes from which
they are long, and below which they are dots."""

WIDEST_GAP = 0.012
"""Of the width of all tracks: between dots; ticks of a ruler stand further apart."""

BORDER = 0.2
"""Part of a length that divides styles: dashes nearer to it may be of either."""

GREYISH = 48
"""Between the strongest and the weakest channel of ink that has no colour."""


@dataclass(frozen=True)
class SampleStroke:
    """A sample stroke.

    Parameters
    ----------
    row
        At the middle of its cell.
    left, right
        Columns of its first and last ink.
    line
        Its style, None where its runs are of no style.
    colour
        #rrggbb, None where it is black or the page has no colour.
    sure
        Whether its dashes are clearly of one style: their lengths are not near those
        that divide styles.
    """

    row: float
    left: float
    right: float
    line: Line | None
    colour: str | None
    sure: bool = True


def find_strokes(
    ink: Ink, columns: tuple[float, float], fall: float, width: float
) -> list[SampleStroke]:
    """Find level strokes in a cell of a legend, from the top down.

    Parameters
    ----------
    ink : (rows, columns)
        Of a header, 1 where there is ink.
    columns
        First and last column of the cell.
    fall
        Rows that a level line falls per column.
    width
        Of all tracks, in columns.
    """
    first = max(0, round(columns[0]) + 3)
    stop = min(ink.shape[1], round(columns[1]) - 2)
    if stop - first < 20:
        return []
    cell = levelled(ink[:, first:stop], fall)
    thick = max(3, round(THICKEST * width))
    # What has ink over more than a stroke's height is a letter or an upright rule.
    tall = cv2.morphologyEx(cell, cv2.MORPH_OPEN, np.ones((thick + 1, 1), np.uint8))
    # The mark a letter leaves goes with it.
    flat = cell & ~cv2.dilate(tall, np.ones((3, 3), np.uint8))
    wide = np.ones((3, 3), np.uint8)
    profile = cv2.dilate(flat, wide).mean(axis=1)
    found: list[SampleStroke] = []
    for start, end in true_intervals(profile > LEAST_STROKE):
        if end - start > thick + 6:
            continue
        on = flat[start:end].any(axis=0)
        at = np.flatnonzero(on)
        if not len(at):
            continue
        row = float(np.average(np.arange(start, end), weights=profile[start:end]))
        row += fall * (stop - first) / 2
        ends = (float(first + at[0]), float(first + at[-1]))
        style = style_of(on, width)
        sure = style == "solid" or not _borders(on, width)
        found.append(SampleStroke(row, *ends, style, None, sure))
    return found


def levelled(ink: Ink, fall: float) -> Ink:
    """Return ink with level lines along its rows, the first column left in place."""
    if abs(fall) * ink.shape[1] < 1:
        return ink
    shear = np.array([[1, 0, 0], [-fall, 1, 0]], dtype=np.float64)
    size = (ink.shape[1], ink.shape[0])
    return np.asarray(cv2.warpAffine(ink, shear, size, flags=cv2.INTER_NEAREST))


def _borders(on: NDArray[np.bool_], width: float) -> bool:
    """Whether dashes are as long as those that divide one style from the next."""
    lengths = [stop - start for start, stop in true_intervals(on)][1:-1]
    usual = float(np.median(lengths)) / width if lengths else 0.0
    return any(abs(usual / border - 1) < BORDER for border in (LONG, SHORT))


def style_of(on: NDArray[np.bool_], width: float) -> Line | None:
    """Return the style that runs of ink along a stroke have, None if of none.

    Parameters
    ----------
    on : (columns,)
        Where the stroke is ink.
    width
        Of all tracks, in columns.
    """
    at = np.flatnonzero(on)
    if len(at) < 8:
        return None
    inner = on[at[0] : at[-1] + 1]
    # A speck of worn print is no gap.
    speck = max(2, round(0.0018 * width))
    mended = ~inner
    for start, stop in true_intervals(mended):
        if stop - start < speck:
            inner[start:stop] = True
    lengths = np.array([stop - start for start, stop in true_intervals(inner)])
    gaps = np.array([stop - start for start, stop in true_intervals(~inner)])
    if inner.mean() > 0.93 or lengths.max() > 0.6 * len(inner):
        return "solid"
    if len(lengths) < 3 or gaps.max() > 0.25 * len(inner):
        return None
    whole = lengths[1:-1]
    tall, low = np.quantile(whole, [0.85, 0.15])
    if len(whole) > 5 and low < SHORT * width and tall > 2.2 * low:
        short = whole < (tall + low) / 2
        alternating = np.mean(short[1:] != short[:-1])
        if alternating > 0.7:
            return "dash-dot"
    usual = float(np.median(whole))
    if np.median(gaps) > max(usual, WIDEST_GAP * width):
        return None
    if usual < SHORT * width:
        return "dot"
    return "long-dash" if usual > LONG * width else "short-dash"


def colour_of(band: Grey, ink: Ink, stroke: SampleStroke, fall: float) -> str | None:
    """Return the colour of a stroke's ink, None where it is black or grey.

    Parameters
    ----------
    band : (rows, columns[, 3]) uint8
        The picture the stroke was found on.
    ink : (rows, columns)
        Of it.
    stroke
        On it.
    fall
        Rows that a level line falls per column.
    """
    if band.ndim != 3:
        return None
    columns = np.arange(round(stroke.left), round(stroke.right) + 1)
    middle = (stroke.left + stroke.right) / 2
    rows = np.rint(stroke.row + fall * (columns - middle)).astype(np.int64)
    rows = np.clip(rows, 0, len(ink) - 1)
    own = band[rows, columns][ink[rows, columns] > 0]
    if len(own) < 8:
        return None
    red, green, blue = np.median(own, axis=0).astype(int).tolist()
    if max(red, green, blue) - min(red, green, blue) < GREYISH:
        return None
    return f"#{red:02x}{green:02x}{blue:02x}"
