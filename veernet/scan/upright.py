"""Turn pages upright that are stored mirrored or on their side."""

from __future__ import annotations

import numpy as np

from veernet.records import BandReader, Grey

UPRIGHT = 1
"""Orientation, as TIFF and EXIF number them, in which the first row is the top one."""

ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""Orientations, as TIFF and EXIF number them, in which rows are stored as columns."""


def turned(page: Grey, orientation: int) -> Grey:
    """Turn a whole page, (rows, columns[, 3]), upright.

    Parameters
    ----------
    page
        As stored.
    orientation
        1 to 8, as in tag 274 of TIFF 6.0.
    """
    if orientation in ON_ITS_SIDE:
        page = np.swapaxes(page, 0, 1)
    # With rows and columns exchanged, 5 to 8 are the cases 1 to 4.
    if orientation in {3, 4, 7, 8}:
        page = page[::-1]
    if orientation in {2, 3, 6, 7}:
        page = page[:, ::-1]
    return page


def upright_bands(reader: BandReader, rows: int, orientation: int) -> BandReader:
    """Read a page of so many rows that is mirrored or upside down, band by band."""
    if orientation == UPRIGHT:
        return reader
    from_below = orientation in {3, 4}

    def read(start: int, stop: int) -> Grey:
        stored = (rows - stop, rows - start) if from_below else (start, stop)
        return turned(reader(*stored), orientation)

    return read
