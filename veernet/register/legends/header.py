"""Where the legend of a section stands, and the print in it.

A legend stands directly above the first depth line of its grid, and often again below
the last. It has no vertical lines but the edges of its boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.records import Grey, Scan
from veernet.register.geometry.extent import end_of_lines
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.survey import BAND, find_ink
from veernet.register.legends.mirror import title_row
from veernet.register.ocr.reader import Reader, Text

Side = Literal["above", "below"]
SIDES: tuple[Side, ...] = ("above", "below")

LEGEND_REACH = 0.65
"""Of the width of all tracks: a legend is no higher; five inches."""

LEGEND_GAP = 0.04
"""Of the width of all tracks: paper without print between two legends; a third of an
inch."""

PRINTED = 0.004
"""Share of the columns of all tracks that are inked in a row of print."""

BEYOND = 3 * BAND
"""Rows that a grid may begin below its first depth line as it was found."""

LEAST_ROWS = 48
"""Rows of a header that may hold print."""

READ_WIDTH = 1650.0
"""Columns of all tracks at 200 dots per inch, the size at which print is read."""

SPECKS = 30
"""Pixels of ink below which there is no print: a digit at 75 dots an inch has as many.
"""

MARGIN = 0.006
"""Of the width of all tracks: paper beside a track that is read with it."""


@dataclass(frozen=True)
class Header:
    """Rows of a page above or below a grid, with the print over each track.

    Parameters
    ----------
    start
        Row of the page of its first row.
    band : (rows, columns[, 3]) uint8
        As stored.
    ink : (rows, columns)
        1 where there is ink.
    edges
        Columns of the left and the right edge of each track.
    texts
        For each track, with rows of the header and columns of the page.
    fall
        Rows that a level line falls per column.
    """

    start: int
    band: Grey
    ink: NDArray[np.uint8]
    edges: tuple[tuple[float, float], ...]
    texts: tuple[tuple[Text, ...], ...]
    fall: float

    @property
    def width(self) -> float:
        """Columns of all tracks."""
        return self.edges[-1][1] - self.edges[0][0]


def read_header(
    scan: Scan,
    section: FoundSection,
    side: Side,
    read: Reader,
    neighbours: Sequence[FoundSection] = (),
) -> Header | None:
    """Read the print above or below a section.

    Parameters
    ----------
    scan
        The page.
    section
        A section of it.
    side
        Of the section.
    read
        Reads print.
    neighbours
        The other sections of the page, whose rows are not read.

    Returns
    -------
    Header
        None where the page or another section begins at once.
    """
    end = section.first_row if side == "above" else section.last_row
    edges = tuple(
        (float(t.left.column_at(end)), float(t.right.column_at(end)))
        for t in section.tracks
    )
    width = edges[-1][1] - edges[0][0]
    start, stop = _rows(scan, section, side, width, neighbours)
    if stop - start < LEAST_ROWS:
        return None
    band = scan.read_stored(start, stop)
    top = start
    ink = find_ink(band)
    cut = _grid_ends(ink, section, end, side)
    if cut is not None:
        start, stop = (start, start + cut) if side == "above" else (start + cut, stop)
    if stop - start < LEAST_ROWS:
        return None
    near = end, end + 2 * LEGEND_REACH * width
    if side == "below" and any(near[0] < n.first_row <= near[1] for n in neighbours):
        # What stands apart from the grid is the legend of the next section.
        columns = slice(max(0, int(edges[0][0])), int(edges[-1][1]) + 1)
        stop = start + _until_blank(ink[-(stop - start) :, columns], LEGEND_GAP * width)
        if stop - start < LEAST_ROWS:
            return None
    band = band[start - top : stop - top]
    grey, ink = scan.read(start, stop), find_ink(band)
    texts = tuple(tuple(_texts(grey, ink, pair, width, read)) for pair in edges)
    skew = section.lines.skew
    fall = float(skew[0] if side == "above" else skew[-1])
    header = Header(start, band, ink, edges, texts, fall)
    title = title_row(texts)
    return header if title is None else _half(header, title, side)


def _half(header: Header, title: float, side: Side) -> Header:
    """Return what of a header that is printed twice is of the section on one side.

    What is printed above the title is upside down as to the order of its lines: it is
    turned over, so that names stand above their values in either.
    """
    texts = tuple(
        tuple(text for text in own if (text.row > title) == (side == "above"))
        for own in header.texts
    )
    if side == "above":
        return replace(header, texts=texts)
    last = len(header.band) - 1
    over = tuple(
        tuple(replace(t, top=last - t.bottom, bottom=last - t.top) for t in own)
        for own in texts
    )
    band, ink = header.band[::-1], np.ascontiguousarray(header.ink[::-1])
    return replace(header, band=band, ink=ink, texts=over, fall=-header.fall)


def _rows(
    scan: Scan,
    section: FoundSection,
    side: Side,
    width: float,
    neighbours: Sequence[FoundSection],
) -> tuple[int, int]:
    """Return the rows in which a legend may lie, and a piece of the grid."""
    reach = LEGEND_REACH * width
    if side == "above":
        free = max(
            (n.last_row for n in neighbours if n.last_row < section.last_row),
            default=0.0,
        )
        start = max(0, int(section.first_row - reach), int(free) + 1)
        return start, min(scan.info.rows, int(section.first_row) + BEYOND)
    free = min(
        (n.first_row for n in neighbours if n.first_row > section.first_row),
        default=float(scan.info.rows),
    )
    stop = min(scan.info.rows, int(section.last_row + reach), int(free))
    return max(0, int(section.last_row) - BEYOND), stop


def _until_blank(ink: NDArray[np.uint8], rows: float) -> int:
    """Return the rows before the first stretch without print that is so long."""
    blank = 0
    for row, share in enumerate(ink.mean(axis=1)):
        blank = blank + 1 if share < PRINTED else 0
        if blank >= rows:
            return row + 1 - blank
    return len(ink)


def _grid_ends(
    ink: NDArray[np.uint8], section: FoundSection, end: float, side: Side
) -> int | None:
    """Return the first row of the grid in a header, or one past its last row."""
    columns = [
        float(line) + float(track.left.column_at(end)) - track.span.left
        for track in section.tracks
        for line in track.span.lines[1:-1]
    ]
    above = side == "above"
    return end_of_lines(ink, np.array(columns), above=above, within=BEYOND)


def _texts(
    grey: Grey,
    ink: NDArray[np.uint8],
    edges: tuple[float, float],
    width: float,
    read: Reader,
) -> list[Text]:
    """Read the print over a track at the size that print is read best."""
    margin = MARGIN * width
    left = max(0, int(edges[0] - margin))
    columns = slice(left, int(edges[1] + margin) + 1)
    crop = grey[:, columns]
    if min(crop.shape) < 8 or int(ink[:, columns].sum()) < SPECKS:
        return []
    zoom = READ_WIDTH / width
    if not 0.8 < zoom < 1.25:
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
        crop = np.asarray(cv2.resize(crop, None, fx=zoom, fy=zoom, interpolation=how))
    else:
        zoom = 1.0
    return [
        replace(
            text,
            top=text.top / zoom,
            bottom=text.bottom / zoom,
            left=text.left / zoom + left,
            right=text.right / zoom + left,
        )
        for text in read(crop)
    ]
