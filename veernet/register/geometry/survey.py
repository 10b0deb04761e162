"""One pass over a page: where ink stands upright, and where it lies level.

A page of 120,000 rows becomes two small pictures. In the first a row stands for a band
of rows and a column for a column: grid lines are dark vertical lines that wander as the
paper did, and curves are haze. In the second a row is a row and a column stands for a
zone of columns: depth lines are dark dots at even distances. All that is found on a
page is found in these two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Grey, Scan
from veernet.register.geometry.speckle import breaks_of

BAND = 128
"""Rows that are taken together: a line that leans by half a degree moves by a pixel."""

ZONE = 64
"""Columns that are taken together: a depth line that is turned by half a degree moves
by half a row."""

READ = 16 * BAND
"""Rows that are read at once."""

INK = 128
"""Below which a pixel of a bilevel page is ink."""

CONTRAST = 24
"""Levels by which ink is darker than the paper around it."""

AROUND = 63
"""Side of the square of paper that a pixel is compared with."""

Shares = NDArray[np.float16]


@dataclass(frozen=True)
class Survey:
    """Shares of ink on a page, by bands of rows and by zones of columns.

    Parameters
    ----------
    rows, columns
        Of the page.
    vertical : (bands, columns) float16
        Share of the rows of a band in which a column is ink; band i begins at row
        ``BAND * i``, the last may be shorter.
    level : (rows, zones) float16
        Share of the columns of a zone that are ink; zone j begins at column
        ``ZONE * j``, the last may be narrower.
    breaks : (bands,) float
        How often ink begins in a band, per pixel:
        :func:`~veernet.register.geometry.speckle.breaks_of`.
    """

    rows: int
    columns: int
    vertical: Shares
    level: Shares
    breaks: Floats


def take_survey(
    scan: Scan, progress: Callable[[int, int], None] | None = None
) -> Survey:
    """Read a page once, in bands.

    Parameters
    ----------
    scan
        The page.
    progress
        Is told how many rows of how many are done.
    """
    rows, columns = scan.info.rows, scan.info.columns
    vertical = np.zeros((-(-rows // BAND), columns), dtype=np.float16)
    level = np.zeros((rows, -(-columns // ZONE)), dtype=np.float16)
    breaks = np.full(len(vertical), np.nan)
    widths = np.diff([*range(0, columns, ZONE), columns])
    for start in range(0, rows, READ):
        stop = min(rows, start + READ)
        ink = find_ink(scan.read_stored(start, stop))
        for first in range(start, stop, BAND):
            last = min(stop, first + BAND)
            band = ink[first - start : last - start]
            vertical[first // BAND] = band.mean(axis=0)
            breaks[first // BAND] = breaks_of(band)
        sums = np.add.reduceat(ink, range(0, columns, ZONE), axis=1, dtype=np.int32)
        level[start:stop] = sums / widths
        if progress is not None:
            progress(stop, rows)
    return Survey(rows, columns, vertical, level, breaks)


def find_ink(band: Grey) -> NDArray[np.uint8]:
    """Return 1 where a band is ink, (rows, columns), however dark its paper is.

    Parameters
    ----------
    band : (rows, columns[, 3]) uint8
        As stored; of colours the scarcest counts, so that a red line is ink.
    """
    grey = band.min(axis=2) if band.ndim == 3 else band
    if not ((grey > 0) & (grey < 255)).any():
        return np.asarray(grey < INK, dtype=np.uint8)
    paper = cv2.blur(grey, (AROUND, AROUND), borderType=cv2.BORDER_REPLICATE)
    darker = grey.astype(np.int16) < paper.astype(np.int16) - CONTRAST
    return np.asarray(darker, dtype=np.uint8)
