"""What stands in the columns of a section: curves, or print, rock and waves.

A curve leaves one stroke, or a few, in nearly every row, and goes on where it ended;
text leaves many rows without any, arrows stand here and there, pictures and patterns
fill what is between the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from veernet.axes import Floats
from veernet.register.geometry.lineextent import LineExtent, Piece
from veernet.register.geometry.sections import Block
from veernet.register.geometry.tracks import Span

ColumnKind = Literal[
    "depths",
    "print",
    "table",
    "picture",
    "arrows",
    "dipmeter",
    "waveforms",
    "curves without a grid",
    "blank",
]

GRID = 0.12
"""Share of the ways from one depth line to the next in which the vertical lines of a
grid are inked: of tables .03, of the faintest grids .24."""

FILLED = 0.3
"""Share of ink beside lines from which a column is a picture, waves or rock."""

COVERED = 0.5
"""The same where upright and depth lines cross, as they do on worn prints of curves."""

TRACED = 0.5
"""Share of the rows that hold ink beside lines at least, where there are curves."""

STROKES = 8.0
"""Strokes in a row that curves leave at most."""

CELLS, FULL = 9.0, 0.95
"""Strokes in a row from which a ruled table is no grid, unless nearly all rows have
ink: a worn print of curves has as many."""

SCATTERED, LEAPS = 0.65, 0.35
"""Share of the rows that hold ink below which, and share of its blank stretches beyond
which ink goes on elsewhere above which, a grid has arrows: generated ones .39 to .46
and more than half; curves .68 and more, broken ones next to nothing."""

ELSEWHERE, FEWEST = 0.1, 12
"""Of a column's width, from which ink goes on elsewhere, and blank stretches from which
that is told."""

BLANK = 0.004
"""Share of ink beside lines below which a column is blank."""

SOLID = 0.6
"""Share of the ways between depth lines in which the line at an edge is inked."""

WIDE_INK = 9
"""Columns of ink that are no line but a fill."""

SLIMMEST = 0.012
"""Of the width of all that is drawn: a column that is told of."""

SIDE = 2
"""Rows and columns about a line that are of it."""


@dataclass(frozen=True)
class Texture:
    """What of a column is inked beside its lines.

    Parameters
    ----------
    dark
        Share of pixels.
    traced
        Share of rows that hold ink.
    strokes
        How many in a row that holds any.
    leaps
        Share of the stretches of rows without ink beyond which it goes on elsewhere; 0
        where there are few of them.
    """

    dark: float
    traced: float
    strokes: float
    leaps: float = 0.0


FoundColumn = tuple[float, float, ColumnKind]


def distinguished(
    spans: Sequence[Span], line_extent: LineExtent, block: Block
) -> tuple[list[Span], list[FoundColumn]]:
    """Tell tracks of curves from what else stands on a grid, and beside it.

    Parameters
    ----------
    spans
        That depth lines cross and vertical lines divide.
    line_extent, block
        Of the section.

    Returns
    -------
    tracks
        From left to right.
    others : list of (float, float, str)
        Left and right column in the first band, and kind, of all other columns.
    """
    tracks, others = [], []
    for span in spans:
        if _gridded(span, line_extent) < GRID:
            continue
        kind = _on_grid(texture(line_extent.pieces, span.left, span.right, span.lines))
        if kind is None:
            tracks.append(span)
        else:
            others.append((span.left, span.right, kind))
    taken = sorted([(s.left, s.right) for s in tracks] + [o[:2] for o in others])
    for left, right in _between(taken, line_extent, block):
        seen = texture(line_extent.pieces, left, right, block.lines)
        others.append((left, right, kind_of(seen)))
    return tracks, sorted(others)


def is_table(tracks: Sequence[Span], others: Sequence[FoundColumn]) -> bool:
    """Tell whether ruled cells of print are wider than what looks like tracks."""
    cells = sum(right - left for left, right, kind in others if kind == "table")
    return cells > sum(span.right - span.left for span in tracks)


def kind_of(seen: Texture) -> ColumnKind:
    """Return what a column shows by its ink."""
    if seen.dark < BLANK:
        return "blank"
    if seen.dark > FILLED or seen.strokes > STROKES:
        return "picture"
    return "curves without a grid" if seen.traced > TRACED else "print"


def _on_grid(seen: Texture) -> ColumnKind | None:
    """Return what a grid shows in place of curves, None where it is a curve track."""
    if seen.dark > COVERED:
        return "picture"
    if seen.strokes > CELLS and seen.traced < FULL:
        return "table"
    if seen.traced < SCATTERED and seen.leaps > LEAPS:
        return "arrows"
    return None


def _gridded(span: Span, line_extent: LineExtent) -> float:
    """Return the share of ways between depth lines in which a track's lines go on."""
    at = np.rint(span.lines).astype(int)
    at = at[(at >= 1) & (at < len(line_extent.between) - 1)]
    if not len(at):
        return 0.0
    near = np.maximum.reduce([line_extent.between[at + by] for by in (-1, 0, 1)])
    return float(np.median(near))


def texture(
    pieces: Sequence[Piece], left: float, right: float, lines: Floats
) -> Texture:
    """Measure the ink of a column beside its lines, in all pieces together."""
    rows, inked, ink, pixels, strokes = 0, 0, 0, 0, 0
    leaps: list[Floats] = []
    for piece in pieces:
        first = max(0, round(left + piece.shift) + SIDE + 1)
        stop = min(piece.ink.shape[1], round(right + piece.shift) - SIDE)
        if stop - first < 2:
            continue
        band = piece.ink[:, first:stop] > 0
        open_ = np.ones(stop - first, dtype=bool)
        for line in np.rint(lines + piece.shift).astype(int) - first:
            open_[max(0, line - SIDE) : max(0, line + SIDE + 1)] = False
        # Depth lines lie on a slant; a column takes the rows of its middle.
        free = np.ones(len(band), dtype=bool)
        for row in piece.lines[:, (first + stop) // 2]:
            free[max(0, row - SIDE) : max(0, row + SIDE + 1)] = False
        part = band[free][:, open_]
        if not part.size:
            continue
        rows += len(part)
        ink += int(part.sum())
        pixels += part.size
        held = np.asarray(part.any(axis=1), dtype=bool)
        inked += int(held.sum())
        strokes += int((part[:, 1:] & ~part[:, :-1]).sum() + part[:, 0].sum())
        leaps.append(_leaps(part, held))
    if not pixels:
        return Texture(0.0, 0.0, 0.0)
    far = np.concatenate(leaps) > ELSEWHERE * (right - left)
    share = float(far.mean()) if len(far) >= FEWEST else 0.0
    return Texture(ink / pixels, inked / rows, strokes / max(1, inked), share)


def _leaps(part: NDArray[np.bool_], held: NDArray[np.bool_]) -> Floats:
    """Return by how many columns ink is moved beyond each stretch of blank rows."""
    own = np.flatnonzero(held)
    middle = part[own] @ np.arange(part.shape[1]) / part[own].sum(axis=1)
    return np.asarray(np.abs(np.diff(middle))[np.diff(own) > 1])


def _between(
    taken: Sequence[tuple[float, float]], line_extent: LineExtent, block: Block
) -> list[tuple[float, float]]:
    """Return the columns between tracks and beside them, parted at vertical lines."""
    width = len(line_extent.drawn)
    at = np.clip(np.rint(block.lines).astype(int), 1, width - 2)
    solid = (
        np.maximum.reduce([line_extent.between[at + by] for by in (-1, 0, 1)]) > SOLID
    )
    # Rock and pictures hide the line at their edge.
    filled = uniform_filter1d(line_extent.between, WIDE_INK) > FILLED
    fills = np.flatnonzero(np.diff(filled.astype(np.int8))).astype(np.float64)
    inside = np.sort(np.concatenate([block.lines[solid], fills]))
    ends = [0.0, *(end for pair in taken for end in pair), float(width - 1)]
    found = []
    for left, right in zip(ends[::2], ends[1::2], strict=True):
        borders = inside[(inside > left) & (inside < right)].tolist()
        places = [left, *borders, right]
        least = SLIMMEST * width
        at = left
        for place in places[1:]:
            if place - at >= least:
                found.append((at, place))
                at = place
    return found
