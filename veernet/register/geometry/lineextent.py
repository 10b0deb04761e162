"""In which columns the depth lines of a section are drawn: tracks, and not between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import Scan
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.survey import BAND, find_ink

PLACES = 24
"""Stretches of a section that are looked at: lines are lost in some of them."""

LINES = 10
"""Depth lines of each."""

LINE_WAVER = 1
"""Rows about the line in which its ink counts: it is not drawn quite straight."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a section that was looked at.

    Parameters
    ----------
    ink : (rows, columns) uint8
        1 where there is ink.
    lines : (lines, columns) int
        Rows of its depth lines in each column, from the first row of the stretch.
    shift
        Columns by which its paper lies further right than in the section's first band.
    """

    ink: NDArray[np.uint8]
    lines: NDArray[np.int64]
    shift: float


@dataclass(frozen=True)
class LineExtent:
    """Where depth lines are drawn; columns are as in the section's first band.

    Parameters
    ----------
    drawn : (columns,) float
        Share of the lines that are ink in a column, less the share of ink half-way to
        the next line: about 1 in a track, 0 beside it.
    between : (columns,) float
        The share of ink half-way: about 1 in a vertical line.
    pieces
        Stretches of the section, from top to bottom.
    """

    drawn: Floats
    between: Floats
    pieces: tuple[Piece, ...]


def find_line_extent(
    scan: Scan, lines: DepthLines, first_band: int, wander: Floats
) -> LineExtent:
    """Measure by how much more the depth lines of a section are inked than between.

    Parameters
    ----------
    scan
        The page.
    lines
        Of the section.
    first_band, wander
        The section's first band, and the columns by which its paper lies further right
        in each of its bands.
    """
    chosen = np.linspace(0, max(0, len(lines.rows) - LINES - 1), PLACES).astype(int)
    sums = np.zeros((2, scan.info.columns))
    pieces = []
    for start in np.unique(chosen):
        rows = lines.rows[start : start + LINES + 1]
        skew = float(np.median(lines.skew[start : start + LINES]))
        band = int(np.clip(rows[0] // BAND - first_band, 0, len(wander) - 1))
        shift = float(wander[band])
        piece, halfway = _piece(scan, rows, skew, lines.middle, shift)
        on, off = (_ink_at(piece.ink, at) for at in (piece.lines[:-1], halfway))
        sums += [_moved(on - off, -shift), _moved(off, -shift)]
        pieces.append(piece)
    drawn, between = sums / len(pieces)
    return LineExtent(drawn, between, tuple(pieces))


def _piece(
    scan: Scan, rows: Floats, skew: float, middle: float, shift: float
) -> tuple[Piece, NDArray[np.int64]]:
    """Return the ink about some depth lines, and the rows half-way between them."""
    columns = scan.info.columns
    fall = skew * (np.arange(columns, dtype=np.float64) - middle)
    reach = int(np.ceil(np.abs(fall).max())) + LINE_WAVER + 1
    start = max(0, int(rows[0]) - reach)
    stop = min(scan.info.rows, int(np.ceil(rows[-1])) + reach + 1)
    ink = find_ink(scan.read_stored(start, stop))
    between = np.asarray((rows[1:] + rows[:-1]) / 2, dtype=np.float64)
    at, halfway = (
        np.rint(own[:, None] - start + fall).astype(np.int64) for own in (rows, between)
    )
    return Piece(ink, at, shift), halfway


def _ink_at(ink: NDArray[np.uint8], at: NDArray[np.int64]) -> Floats:
    """Return the share of rows (rows, columns) that have ink in a column."""
    columns = np.arange(ink.shape[1])
    found = np.zeros(at.shape, dtype=bool)
    for beside in range(-LINE_WAVER, LINE_WAVER + 1):
        found |= ink[np.clip(at + beside, 0, len(ink) - 1), columns] > 0
    return np.asarray(found.mean(axis=0), dtype=np.float64)


def _moved(values: Floats, by: float) -> Floats:
    """Return values further right, to a fraction of a column."""
    at = np.arange(len(values), dtype=np.float64)
    return np.interp(at - by, at, values)
