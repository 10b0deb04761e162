"""The print of a heading: the form above the first section, turned upright.

Most forms are printed along the strip, so that they read when the paper is folded: on
the page their lines run downwards. What follows on the strip reads across it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from veernet.records import Grey, Scan
from veernet.register.ocr.reader import Reader, Text

SQUARE = 1.0
"""Of the width of the page: rows of a sheet. A form of 8 by 6 inches on paper of 8.5
fits in, and its print is as large as the detector sees at once (2000 pixels)."""

DEEPEST = 2.0
"""Of the width of the page: rows from its top in which a heading is sought. With
``SQUARE`` it is what bounds the time: three sheets are read at most."""

LEAST_FORM = 0.2
"""Of the width of the page: rows above the first section that can hold a form."""

SIDE = 2000
"""Pixels of a sheet's longer side: what RapidOCR's detector takes without reducing."""

LARGEST = 2.0
"""By which a small page is enlarged."""

LINE = 3.0
"""Times as high as wide: a line of print that runs across a turned sheet."""

FEWEST_PRINT_LINES = 2
"""Lines of print across a turned form for which it is read once more."""

LONG = 1.5
"""Times as long as high: a line of print that tells which way it runs."""


@dataclass(frozen=True)
class Sheet:
    """Print of a part of the page, as it reads.

    Parameters
    ----------
    texts
        Rows and columns of the sheet, upright.
    top
        Row of the page at which the part begins.
    columns
        Of the page.
    zoom
        Pixels of the sheet for one of the page.
    turned
        Whether its lines run down the page.
    left
        Column of the page at which the part begins.
    """

    texts: tuple[Text, ...]
    top: int
    columns: int
    zoom: float
    turned: bool
    left: int = 0

    def place(self, text: Text) -> tuple[int, int]:
        """Return row and column of the page of the middle of a text."""
        row, column = text.row / self.zoom, text.column / self.zoom
        if self.turned:
            return round(self.top + column), round(self.columns - 1 - row)
        return round(self.top + row), round(self.left + column)


def read_sheets(scan: Scan, stop: float, read: Reader) -> tuple[Sheet, ...]:
    """Read the print above the first section of a page.

    Parameters
    ----------
    scan
        The page.
    stop
        Row of its first depth line.
    read
        Reads print; called three times at most.

    Returns
    -------
    tuple of Sheet
        None where the first section begins at once.
    """
    width = scan.info.columns
    stop = int(min(stop, scan.info.rows, DEEPEST * width))
    if stop < LEAST_FORM * width:
        return ()
    square = int(SQUARE * width)
    first = _sheet(scan, 0, min(stop, square), read, turned=True)
    along, across = _lengths(first.texts)
    if along > across:
        form = _along(first)
        ends = [form.place(text)[0] for text in form.texts]
        below = int(np.quantile(ends, 0.98)) + 1
        sheets = (form, *_beside(scan, first, below, read))
    else:
        form = _sheet(scan, 0, min(stop, square), read, turned=False)
        below = min(stop, square)
        sheets = (_along(form),)
    if stop - below < LEAST_FORM / 2 * width:
        return sheets
    rest = _sheet(scan, below, min(stop, below + square), read, turned=False)
    return (*sheets, _along(rest))


def _beside(scan: Scan, turned: Sheet, stop: int, read: Reader) -> tuple[Sheet, ...]:
    """Read what runs across the page within a turned form.

    Forms print the names of the well again along the fold, and archives put a label
    with the API number on them: both bear out what the form says.
    """
    texts = [t for t in turned.texts if t.height > LINE * (t.right - t.left)]
    texts = [t for t in texts if turned.place(t)[0] < stop]
    if len(texts) < FEWEST_PRINT_LINES:
        return ()
    # Rows of a turned sheet run from the right edge of the page to its left one.
    top = int(min(t.left for t in texts) / turned.zoom)
    bottom = int(max(t.right for t in texts) / turned.zoom) + 1
    right = turned.columns - int(min(t.top for t in texts) / turned.zoom)
    left = turned.columns - int(max(t.bottom for t in texts) / turned.zoom) - 1
    span = max(0, left), min(turned.columns, right)
    return (_along(_sheet(scan, max(0, top), bottom, read, turned=False, span=span)),)


def _sheet(
    scan: Scan,
    start: int,
    stop: int,
    read: Reader,
    *,
    turned: bool,
    span: tuple[int, int] | None = None,
) -> Sheet:
    grey: Grey = scan.read(start, stop)
    left, right = span or (0, grey.shape[1])
    grey = grey[:, left:right]
    if turned:
        grey = np.rot90(grey)
    zoom = min(LARGEST, SIDE / max(grey.shape))
    if zoom != 1:
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
        grey = np.asarray(cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=how))
    texts = read(np.ascontiguousarray(grey))
    return Sheet(tuple(texts), start, scan.info.columns, zoom, turned, left)


def _lengths(texts: Sequence[Text]) -> tuple[float, float]:
    """Return how much print runs across a sheet as it was read, and how much down."""
    wide = [t.right - t.left for t in texts if t.right - t.left > LONG * t.height]
    tall = [t.height for t in texts if t.height > LONG * (t.right - t.left)]
    return sum(wide), sum(tall)


def _along(sheet: Sheet) -> Sheet:
    """Leave out what runs down a sheet: it was not read upright."""
    kept = (t for t in sheet.texts if t.height <= LONG * (t.right - t.left))
    return replace(sheet, texts=tuple(kept))
